"""The addresses that answers to invitations go to: each has a token that only who got the invitation knows.

A token is the id of a member followed by a code (HMAC-SHA-256, 80 bits) over the event, the member, the person and the
address that the invitation went to, made with a key of the service's own secret. Nothing of it is stored: it holds
after a restore, and ends when the member leaves the visit, gets another address, or the secret is replaced.
"""

import hmac
from dataclasses import dataclass, field

from models.encryption import derived_key

PURPOSE = "answers by mail"
LONGEST_NAME = 21
"""So long may the name before the @ be: with a plus sign and a token it has the 64 octets of RFC 5321 4.5.3.1.1."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, as of ids
_ID, _CODE = 26, 16


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom an invitation asks: a member of an event at an address (in lower case)."""

    event_id: str
    member_id: str
    person_id: str
    address: str


@dataclass(frozen=True, slots=True)
class AnswerTokens:
    """Makes and checks the addresses of answers; ``inbox`` is the mailbox's own address."""

    inbox: str
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, inbox: str, secret_key: str) -> "AnswerTokens":
        """With the key that follows from the service's secret."""
        return cls(inbox, derived_key(secret_key, PURPOSE))

    def token(self, invited: Invited) -> str:
        """The token for one invitation: 42 letters and digits in lower case."""
        return invited.member_id + self._code(invited)

    def address(self, invited: Invited) -> str:
        """The address that the answer to one invitation goes to."""
        name, _at, domain = self.inbox.rpartition("@")
        return f"{name}+{self.token(invited)}@{domain}"

    def proves(self, token: str | None, invited: Invited) -> bool:
        """Whether a token is the one of this invitation; takes the same time for every wrong one."""
        given = (token or "").lower().encode("ascii", "replace")
        return hmac.compare_digest(given, self.token(invited).encode())

    def _code(self, invited: Invited) -> str:
        named = "\n".join((invited.event_id, invited.member_id, invited.person_id, invited.address))
        number = int.from_bytes(hmac.digest(self.key, named.encode(), "sha256")[:10])
        return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(75, -1, -5))


def member_of_token(token: str | None) -> str | None:
    """The id of the member that a token claims to be of; None if it is none of our tokens."""
    one = (token or "").lower()
    return one[:_ID] if len(one) == _ID + _CODE and set(one) <= set(_ALPHABET) else None
