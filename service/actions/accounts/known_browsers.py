"""Browsers that signed in before: whoever locks out an address with wrong passwords does not lock them out.

A browser keeps a cookie that proves it: up to four marks, one for each account that signed in there. A mark names no
account: it holds a random key of the browser, the day on which it ends, and a MAC over both, the account and how often
its browsers became strangers. It lets nobody in; it only passes the limits that count what others did.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.accounts import User

LIFETIME = timedelta(days=180)
"""How long after a sign-in a browser is known; every sign-in begins it anew."""

MOST_ACCOUNTS = 4
"""Accounts whose people share one browser; the one that signed in first is forgotten first."""

_KEY_LENGTH, _DAY_LENGTH, _MAC_LENGTH = 22, 8, 32
_MARK_LENGTH = _KEY_LENGTH + _DAY_LENGTH + 2 * _MAC_LENGTH


@dataclass(frozen=True, slots=True)
class _Mark:
    """One account's mark: the browser's key, the day it ends; ``own``: that it is ours, ``mac``: whose it is."""

    key: str
    ends: str
    own: str
    mac: str

    @property
    def text(self) -> str:
        return f"{self.key}{self.ends}{self.own}{self.mac}"


@dataclass(frozen=True, slots=True)
class Cookie:
    """The marks of a browser's cookie that are ours and have not ended; anything else in it is ignored."""

    secret: bytes
    marks: Sequence[_Mark]

    @classmethod
    def read(cls, secret_key: str, text: str, today: date) -> "Cookie":
        """Read a cookie; one that is forged, damaged or has ended is as good as none."""
        secret = hmac.digest(secret_key.encode(), b"known browsers", "sha256")
        marks = []
        for one in text[: MOST_ACCOUNTS * (_MARK_LENGTH + 1)].split("."):
            if len(one) != _MARK_LENGTH or not one.isascii():
                continue
            key, ends = one[:_KEY_LENGTH], one[_KEY_LENGTH : _KEY_LENGTH + _DAY_LENGTH]
            own, mac = one[-2 * _MAC_LENGTH : -_MAC_LENGTH], one[-_MAC_LENGTH:]
            if hmac.compare_digest(own, _mac(secret, "own", key, ends)) and ends >= _day(today):
                marks.append(_Mark(key, ends, own, mac))
        return cls(secret, marks)

    def __bool__(self) -> bool:
        return bool(self.marks)

    def browser_of(self, user: User) -> str | None:
        """What this browser's failures are counted by, if it signed in as this account before; else None."""
        found = self._of(user)
        return f"browser:{_mac(self.secret, 'counted', found.key, found.ends)}" if found is not None else None

    def with_account(self, user: User, today: date) -> str:
        """The cookie of a browser that has just signed in as this account."""
        key, ends = secrets.token_urlsafe(16), _day(today + LIFETIME)
        made = _Mark(key, ends, _mac(self.secret, "own", key, ends), _mac(self.secret, *_bound(user, key, ends)))
        before = self._of(user)
        others = [mark for mark in self.marks if mark is not before]
        return ".".join(mark.text for mark in [*others, made][-MOST_ACCOUNTS:])

    def _of(self, user: User) -> _Mark | None:
        if not user.active:
            return None
        for mark in self.marks:
            if hmac.compare_digest(mark.mac, _mac(self.secret, *_bound(user, mark.key, mark.ends))):
                return mark
        return None


def _bound(user: User, key: str, ends: str) -> tuple[str, ...]:
    return "account", user.id, str(user.known_browsers), key, ends


def _mac(secret: bytes, *parts: str) -> str:
    """128 bits in hexadecimal digits."""
    return hmac.digest(secret, "\0".join(parts).encode(), "sha256").hex()[:_MAC_LENGTH]


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")
