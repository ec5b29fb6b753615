"""The cells of lists as files, as their writers take them."""

from datetime import date, datetime
from decimal import Decimal

from models.text import clean

Cell = str | int | float | Decimal | date | datetime | None
"""A value of a file; instants are local times, without a zone."""


def tidy(text: str) -> str:
    """A text without control characters and surrounding blanks; most are so already."""
    return text if text.isprintable() and text[:1] != " " else clean(text)
