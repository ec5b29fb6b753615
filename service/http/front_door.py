"""What is decided of a request before its body is read: who may send one, how large, and in which lane it waits."""

import re
from typing import IO

from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import parse_cookie

from models.clock import today
from models.errors import Unauthenticated
from models.queries import live_links
from service.actions.accounts import known_browsers
from service.actions.files import inspection
from service.actions.tokens import token_hash
from service.http import uploads
from service.http.app_context import AppContext
from service.http.lanes import SAFE, Header, Lane

PUBLIC_BODY = 32 * 1024
"""In bytes: the longest address, password and target together, each letter written as three times three bytes."""

KEPT_BODY = 64 * 1024
"""In bytes: a form that is kept until its author has signed in again, and the sign-in with it."""

_PUBLIC = ("/login", "/logout", "/language")
_PUBLIC_BELOW = "/unsubscribe/"
_SIGN_IN, _PROVIDER_BACK = "/login", "/login/provider/back"
_LONG = re.compile(
    r"(/api/v1)?/(events/import|agreements/[^/]+/plan)|/events/[^/]+/members|/api/v1/events/[^/]+/members/import"
)

_LINK = re.compile(r"/link/(?P<token>[^/]{1,100})(?P<rest>/.*)?", re.DOTALL)
"""What somebody without an account fills in: only the link itself lets them send anything."""

_FILE = re.compile(r"(^|&)format=")
"""Asks for a list as a file."""


class FrontDoor:
    """The door of one application (:class:`service.http.lanes.Door`)."""

    def __init__(self, desk: AppContext) -> None:
        self._desk = desk

    def lane(self, method: str, path: str, header: Header, query: str = "") -> Lane | None:
        """Writers wait in line; what takes long and sign-ins apart from them, known browsers' apart from strangers'."""
        if path == _SIGN_IN and method == "POST":
            return Lane.KNOWN_SIGN_INS if self._is_known(header) else Lane.SIGN_INS
        if path == _PROVIDER_BACK:
            return Lane.WRITERS  # it opens a session
        if method not in SAFE and self.public_bound(path) is not None:
            return Lane.STRANGERS
        if uploads.is_upload(method, path):
            return Lane.UPLOADS
        if (link := _LINK.match(path)) is not None and method not in SAFE:
            # Reading a workbook takes seconds; whoever holds a link else waits with others who are not signed in.
            return Lane.LONG if link["rest"] == "/list" else Lane.STRANGERS
        if _LONG.fullmatch(path) or (path.startswith("/api/") and _FILE.search(query)):
            return Lane.LONG  # a plan is tried out to be read
        return None if method in SAFE else Lane.WRITERS

    def public_bound(self, path: str) -> int | None:
        """Forms that need no sign-in are small."""
        return PUBLIC_BODY if path in _PUBLIC or path.startswith(_PUBLIC_BELOW) else None

    def kept_bound(self, path: str, header: Header) -> int:
        """What was typed while a session ended is kept (:mod:`service.web.kept_forms`), for browsers that are known."""
        return 0 if path.startswith(("/api/", "/link/")) or not self._is_known(header) else KEPT_BODY

    def upload_bound(self, method: str, path: str) -> int | None:
        """As large as the settings allow a file, with the form around it."""
        return uploads.most_of_a_body(self._desk.files) if uploads.is_upload(method, path) else None

    def scratch_file(self) -> IO[bytes]:
        """In the service's own folder, not on a disk for temporary files that is often in memory."""
        return inspection.scratch_file(self._desk.files.scratch)

    def admits(self, header: Header, path: str = "") -> bool:
        """Whether the token or session cookie is somebody's, or the address is that of a link that opens; the
        application decides anew, with or without the body.

        False too while the database does not answer: the application says so.
        """
        desk, now = self._desk, self._desk.clock()
        if (link := _LINK.match(path)) is not None:
            return self._opens(link["token"])
        authorization = header("authorization") or ""
        scheme, _blank, secret = authorization.partition(" ")
        cookie = parse_cookie(header("cookie") or "").get(desk.session_cookie)
        if not (secret.strip() if authorization else cookie):
            return False
        try:
            with desk.database.transaction(write=False) as session:
                if not authorization:
                    return desk.attendance.of_session(session, cookie or "", now) is not None
                if scheme.lower() == "bearer":
                    desk.attendance.of_token(session, secret.strip(), now)
                    return True
        except (Unauthenticated, SQLAlchemyError):
            pass
        return False

    def _opens(self, token: str) -> bool:
        """Whether a link opens, for what is sent to it; a session counts for nothing there."""
        desk = self._desk
        day = today(desk.settings.office.timezone, desk.clock())
        try:
            with desk.database.transaction(write=False) as session:
                return live_links.find_live(session, token_hash(token), day) is not None
        except SQLAlchemyError:
            return False

    def _is_known(self, header: Header) -> bool:
        """Whether a browser's cookie is ours; whose it is, and whether it still counts, the sign-in decides."""
        desk = self._desk
        text = parse_cookie(header("cookie") or "").get(desk.known_cookie, "")
        day = today(desk.settings.office.timezone, desk.clock())
        return bool(known_browsers.Cookie.read(desk.settings.secret_key, text, day))
