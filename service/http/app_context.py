"""The context of a running application: settings, database, clock, and secrets derived from the key."""

import hashlib
import hmac
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import current_app, request
from werkzeug.wrappers import Response

from models.accounts import User
from models.clock import today, utcnow
from models.database import Database
from models.encryption import derived_key
from models.file_store import FileStore
from service.actions.accounts import known_browsers
from service.actions.accounts.accounts import SESSION_LENGTH
from service.actions.feeds.cache import FeedCache
from service.actions.files.files import FileTerms
from service.background.background_thread import BackgroundRunner
from service.background.feed_access_recorder import FeedAccessRecorder
from service.http.authentication import SessionActivity
from service.http.day_turn import DayTurn
from service.http.link_guesses import LinkGuesses
from service.http.refusal import FROM_STRANGER, UNREAD, refusal
from service.settings import Settings

_TOKEN_LENGTH, _MARK_LENGTH = 64, 32
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id(given: str) -> str:
    """A request's id for logs and the audit trail: as set by the client or a proxy, otherwise a new one."""
    if given and _REQUEST_ID.fullmatch(given):
        return given
    return f"{random.getrandbits(64):016x}"


@dataclass(frozen=True)
class AppContext:
    """The shared objects of one application; Flask only carries them."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime] = utcnow
    shelf: FeedCache = field(init=False)
    readers: FeedAccessRecorder = field(init=False)
    attendance: SessionActivity = field(init=False)
    files: FileTerms = field(init=False)
    afterwards: BackgroundRunner = field(init=False)
    day_turn: DayTurn = field(init=False)
    link_guesses: LinkGuesses = field(init=False)

    def __post_init__(self) -> None:
        self.database.works_for(self.settings.locality)
        afterwards = BackgroundRunner()
        shelf, readers = (
            FeedCache(self.database, later=afterwards.wake),
            FeedAccessRecorder(self.database, afterwards.wake),
        )
        settings = self.settings
        terms = FileTerms(
            FileStore(settings.files_folder), settings.var / "incoming", settings.file_limit, settings.file_quota
        )
        object.__setattr__(self, "files", terms)
        attendance = SessionActivity(self.database, afterwards.wake)
        afterwards.jobs = (shelf.keep, readers.write, attendance.write)
        self.database.closes(afterwards.close)
        object.__setattr__(self, "shelf", shelf)
        object.__setattr__(self, "day_turn", DayTurn(self.database, self.settings.office, self.clock))
        object.__setattr__(self, "link_guesses", LinkGuesses())
        object.__setattr__(self, "readers", readers)
        object.__setattr__(self, "attendance", attendance)
        object.__setattr__(self, "afterwards", afterwards)

    @property
    def session_cookie(self) -> str:
        """The name of the console's cookie; over TLS its prefix makes browsers reject it from anywhere else."""
        return "__Host-desk" if self.settings.is_https else "desk"

    def give_session(self, response: Response, secret: str) -> None:
        """Set the session cookie; an empty secret deletes it."""
        response.set_cookie(
            self.session_cookie,
            secret,
            max_age=int(SESSION_LENGTH.total_seconds()) if secret else 0,
            path="/",
            secure=self.settings.is_https,
            httponly=True,
            samesite="Lax",
        )

    @property
    def known_cookie(self) -> str:
        """The name of the cookie by which a browser is known that signed in before."""
        return f"{self.session_cookie}-known"

    def known_browser(self, now: datetime) -> known_browsers.Cookie:
        """What the browser of this request shows of having signed in before."""
        text = request.cookies.get(self.known_cookie, "")
        return known_browsers.Cookie.read(self.settings.secret_key, text, today(self.settings.office.timezone, now))

    def know_browser(self, response: Response, user: User, now: datetime) -> None:
        """Let this browser be known from now on as one that signed in as this account."""
        text = self.known_browser(now).with_account(user, today(self.settings.office.timezone, now))
        response.set_cookie(
            self.known_cookie,
            text,
            max_age=int(known_browsers.LIFETIME.total_seconds()),
            path="/",
            secure=self.settings.is_https,
            httponly=True,
            samesite="Strict",
        )

    def csrf_token(self, cookie: str) -> str:
        """The token that proves that a form comes from our own page: derived from the session, not stored."""
        return hmac.new(self.settings.secret_key.encode(), b"csrf:" + cookie.encode(), hashlib.sha256).hexdigest()

    def is_csrf_token(self, cookie: str, token: str) -> bool:
        """Whether ``token`` belongs to this session; the account's mark behind it, as forms have it, does not count."""
        own = token[:_TOKEN_LENGTH].encode("utf-8", "surrogatepass")
        return hmac.compare_digest(self.csrf_token(cookie).encode(), own)

    def account_mark(self, user: User) -> str:
        """By which a form tells, after its session has ended, whose page it was on: 32 hexadecimal digits, no name."""
        key = derived_key(self.settings.secret_key, "whose form it is")
        return hmac.digest(key, user.id.encode(), "sha256").hex()[:_MARK_LENGTH]

    def form_token(self, cookie: str, user: User | None) -> str:
        """What forms send as ``csrf``: the session's token and the account's mark."""
        return self.csrf_token(cookie) + (self.account_mark(user) if user is not None else "")

    @staticmethod
    def account_mark_of(token: str) -> str:
        """The mark in what a form sent; empty if there is none. Whether it is somebody's shows when they sign in."""
        mark = token[_TOKEN_LENGTH:]
        return mark if re.fullmatch(rf"[0-9a-f]{{{_MARK_LENGTH}}}", mark) else ""


def current_context() -> AppContext:
    """The context of the application that handles this request."""
    return cast(AppContext, current_app.extensions["desk"])


def check_body_was_read() -> None:
    """Refuse to go on for somebody who is signed in now, but was not when the body would have been read.

    Raises:
        ServiceUnavailable: they may try again.
    """
    if UNREAD in request.environ or FROM_STRANGER in request.environ:
        raise refusal(503)
