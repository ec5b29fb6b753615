"""The words of the office in three languages, from the project's glossary."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

GLOSSARY = Path(__file__).parent / "glossary.md"

_REMARKS = re.compile(
    r"\s*\((?:title of|full:|label|sentence|to \d|provisional)[^)]*\)|(?<=; )(?:since the \d+ constitution|after it) "
)
"""What the glossary says of a word in English, beside the word."""


@dataclass(frozen=True, slots=True)
class Word:
    """One thing and what it is called."""

    vi: str
    lo: str
    en: str


@cache
def words() -> Sequence[Word]:
    """The rows of the glossary, in its order; a mark for a choice that is open is left out."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in GLOSSARY.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    named = [[cell.removesuffix("*").strip() for cell in row[:3]] for row in rows if len(row) == 4]
    return tuple(
        Word(_REMARKS.sub("", vi), _REMARKS.sub("", lo), en)
        for en, vi, lo in named
        if en and (en, vi) != ("English", "Vietnamese") and not en.startswith("---")
    )
