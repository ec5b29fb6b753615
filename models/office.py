"""The office this service works for: the settings that computations need."""

from dataclasses import dataclass, replace

from models.answer_tokens import AnswerTokens

CODE_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
"""A locality's code."""


@dataclass(frozen=True, slots=True)
class Office:
    """``locality`` is the office's own (a code), ``timezone`` its IANA zone; ``public_url`` has no trailing slash.

    ``contact`` is a mail address that people read, for answers to mails about events that nobody is in charge of;
    empty: there is none. ``notice_seconds``: how long after the last of several changes a notice of them leaves.
    ``answers`` makes the addresses to which invitations are answered; None: no inbox is read, nobody is asked.
    """

    locality: str
    timezone: str
    public_url: str
    contact: str = ""
    notice_seconds: float = 120
    answers: AnswerTokens | None = None

    def at(self, locality: str, timezone: str) -> "Office":
        """Another office on this installation: its own place and clock."""
        return replace(self, locality=locality, timezone=timezone)

    def event_url(self, event_id: str) -> str:
        """The page of an event."""
        return f"{self.public_url}/events/{event_id}"

    def page_url(self, path: str) -> str:
        """A page by its address below the console's."""
        return f"{self.public_url}/{path}"
