"""The office this service works for: the settings that computations need."""

from dataclasses import dataclass

CODE_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
"""A locality's code."""


@dataclass(frozen=True, slots=True)
class Office:
    """``locality`` is the office's own (a code), ``timezone`` its IANA zone; ``public_url`` has no trailing slash."""

    locality: str
    timezone: str
    public_url: str

    def event_url(self, event_id: str) -> str:
        """The page of an event."""
        return f"{self.public_url}/events/{event_id}"
