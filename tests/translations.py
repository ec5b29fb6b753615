"""The list of sentences that have been translated anew: docs/translations.md, for native speakers to read.

``python -m tests.translations`` writes it from the catalogues. Which sentences stand in it, and why, is
:data:`CHANGED`; a sentence is marked where a native speaker has yet to say that it is right.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

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

_PROGRAMME = """
## Texts of the programme

What the programme says in Lao with words or names that no source settles: a Lao official, or the person themselves,
should choose.

| file | Lao | ask |
| --- | --- | --- |
"""

ASK: Mapping[str, str] = {
    "ຄູ່ຕຳແໜ່ງ": "counterpart: is there an established word?",
    "ຄະນະເຂົ້າ": "incoming: or ຄະນະຂາເຂົ້າ?",
    "ຄະນະອອກ": "outgoing: or ຄະນະຂາອອກ?",
    "ຄະນະສິລະປິນ": "art troupe: or ຄະນະສິລະປະກອນ?",
    "ຮອບ 10 ປີ": "round year: is this said?",
    "ຮອບ 5 ປີ": "half-round year: is this said?",
    "ຮຽນ ທ່ານທີ່ນັບຖື": "is this the salutation of a letter?",
    "ແຂວງຄູ່ມິດ": "twin province: or ແຂວງຄູ່ແຝດ?",
    "ລາພັກ": "on leave: of officials, or ພັກວຽກ?",
    "ຜູ້ເຮັດວຽກແທນ": "who stands in: or ຜູ້ຮັກສາການແທນ?",
    "ວັນບູຊາກະສັດຮຸ່ງ": "Hùng Kings' Day: is this said?",
    "ກົນເຊີນ - ກຽບບາກ": "Côn Sơn - Kiếp Bạc in Lao script",
    "ນາມຊາກ": "Nam Sách in Lao script",
    "ຈູເດົາ": "Chu Đậu in Lao script",
    "ທ່ານປະທານ ໂຮ່ຈິມິນ": "the form of the name, and of paying respects at the mausoleum",
    "ບຸນສອນ ເພັດລາວັນ": "his own spelling, from his papers",
    "ຄຳພັນ ສິດທິດຳພາ": "his own spelling, from his papers",
    "ຫງວຽນ ມິງ ຮຸ່ງ": "Nguyễn Minh Hùng in Lao script",
    "ເຈິ່ນ ດຶກ ທັ້ງ": "Trần Đức Thắng in Lao script",
}
"""Words and names of Lao that no source settles, and what to ask a native speaker."""

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
        mark = "" if text in READ else "; ".join([TO_BE_READ, *asked(lo[text])])
        lines.append(_row(used.get(text, ""), english, vi[text], lo[text], mark))
    doubtful = [_row(path, text, "; ".join(asked(text))) for path, text in programme_texts() if asked(text)]
    return _HEAD + "\n".join(lines) + "\n" + _PROGRAMME + "\n".join(doubtful) + "\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ⏎ ") for cell in cells) + " |"


def asked(lo: str) -> list[str]:
    """What a native speaker is to be asked about a text in Lao."""
    return [question for words, question in ASK.items() if words in lo]


def programme_texts() -> list[tuple[str, str]]:
    """File and text of everything that the programme says in Lao, each text once."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "seed" / "programme").glob("*.yaml")):
        for text in texts_of(yaml.safe_load(path.read_text()), "lo"):
            found.setdefault(text, str(path.relative_to(ROOT)))
    return [(path, text) for text, path in found.items()]


def texts_of(value: Any, language: str) -> Iterator[str]:
    """The texts in a language in a programme file."""
    if isinstance(value, dict):
        if isinstance(value.get(language), str):
            yield value[language]
        for one in value.values():
            yield from texts_of(one, language)
    elif isinstance(value, list):
        for one in value:
            yield from texts_of(one, language)


def main() -> None:
    """Write the page."""
    from tests import test_catalogues

    catalogues = [test_catalogues.catalogue(language)[0] for language in test_catalogues.TRANSLATED]
    Path(PAGE).write_text(written(catalogues[0], catalogues[1], test_catalogues.sentences()))


if __name__ == "__main__":
    main()
