"""What one running application holds: settings, database, clock, and the secrets derived from the key."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from models.clock import utcnow
from models.database import Database
from service.settings import Settings


@dataclass(frozen=True)
class Desk:
    """One application's belongings; Flask only carries them."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime] = utcnow

    @property
    def session_cookie(self) -> str:
        """The console's cookie; over TLS its prefix makes browsers refuse it from anywhere else."""
        return "__Host-desk" if self.settings.is_https else "desk"

    def csrf_token(self, cookie: str) -> str:
        """The token that proves a form comes from our own page: bound to the session, kept nowhere."""
        return hmac.new(self.settings.secret_key.encode(), b"csrf:" + cookie.encode(), hashlib.sha256).hexdigest()

    def is_csrf_token(self, cookie: str, token: str) -> bool:
        """Whether ``token`` belongs to this session."""
        return hmac.compare_digest(self.csrf_token(cookie).encode(), token.encode("utf-8", "surrogatepass"))


def current_desk() -> Desk:
    """The belongings of the application that answers this request."""
    return cast(Desk, current_app.extensions["desk"])
