"""The list of sentences that have been translated anew: docs/translations.md, for native speakers to read.

``python -m tests.translations`` writes it from the catalogues. Which sentences stand in it, and why, is
:data:`CHANGED`; a sentence is marked where a native speaker has yet to say that it is right.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from models.i18n import CONTEXT_END
from tests.paths import ROOT

PAGE = ROOT / "docs" / "translations.md"
MESSAGES_0_1 = ROOT / "tests" / "data" / "messages_0_1.json"
TO_BE_READ = "to be read by a native speaker"

_HEAD = """# Translations to be read

Sentences that say something else in Vietnamese or Lao than version 0.1 did, or that are new since 0.3.0, with the file
that shows them. They follow the [glossary](glossary.md). Nobody who speaks these languages from home has read them yet
except where the last column is empty: until then they are not called right. A native speaker who has read one takes its
mark away by adding the sentence to `READ` in `tests/translations.py`.

This page is written by `python -m tests.translations`; a test compares it with the catalogues.

| where | English | Vietnamese | Lao | |
| --- | --- | --- | --- | --- |
"""

READ: frozenset[str] = frozenset()
"""Sentences that native speakers of both languages have read and found right."""


def before() -> Mapping[str, tuple[str, str]]:
    """The sentences of version 0.1, with their Vietnamese and Lao."""
    return {text: (both[0], both[1]) for text, both in json.loads(MESSAGES_0_1.read_text()).items()}


def changed(vi: Mapping[str, str], lo: Mapping[str, str]) -> list[str]:
    """The sentences that version 0.1 had otherwise, or not at all."""
    old = before()
    return [text for text in sorted(vi) if old.get(text.rpartition(CONTEXT_END)[2]) != (vi[text], lo[text])]


def written(vi: Mapping[str, str], lo: Mapping[str, str], used: Mapping[str, str]) -> str:
    """The whole page."""
    lines = []
    for text in changed(vi, lo):
        context, _end, sentence = text.rpartition(CONTEXT_END)
        english = f"{sentence} ({context})" if context else sentence
        cells = (used.get(text, ""), english, vi[text], lo[text], "" if text in READ else TO_BE_READ)
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ⏎ ") for cell in cells) + " |")
    return _HEAD + "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    from tests import test_catalogues

    catalogues = [test_catalogues.catalogue(language)[0] for language in test_catalogues.TRANSLATED]
    Path(PAGE).write_text(written(catalogues[0], catalogues[1], test_catalogues.sentences()))


if __name__ == "__main__":
    main()
