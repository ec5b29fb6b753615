"""Who gets a paper (Nơi nhận), at its foot on the left: the heading, then a line each."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from calendars.documents.value import Run, Text, plain
from calendars.documents.wording import Wording
from models.i18n import N_


def recipients(wording: Wording, lines: Iterable[Text], *, is_letter: bool = False) -> tuple[Text, ...]:
    """The list as it is written: ``Nơi nhận:``, ``- Như trên;``, …, ``- Lưu: VT.``

    ``lines`` are who gets it besides, without marks. A letter goes to whom it is addressed to ("as above") first.
    Source: Decree 30/2020/NĐ-CP, annex I.
    """
    named = [wording.say(N_("As above"))] if is_letter else []
    named += _each_once(lines, wording)
    named.append(wording.say(N_("File: records")))
    heading = wording.say(N_("Recipients:"), bold=True, italic=True)
    return (heading, *_marked(named))


def _each_once(lines: Iterable[Text], wording: Wording) -> list[Text]:
    """Each body once, as it stands first: who is reported to is not named again for other reasons."""
    marks = [f" {plain((line,))}" for line in wording.say(N_("(to report)"))]
    found: dict[str, Text] = {}
    for text in lines:
        called = plain(text).casefold()
        for mark in marks:
            called = called.replace(mark.casefold(), "")
        if text:
            found.setdefault(called, text)
    return list(found.values())


def _marked(lines: Sequence[Text]) -> list[Text]:
    return [tuple(_between("- ", line, "." if text is lines[-1] else ";") for line in text) for text in lines]


def _between(before: str, line: tuple[Run, ...], behind: str) -> tuple[Run, ...]:
    first, *rest = line
    runs = [replace(first, text=before + first.text), *rest]
    runs[-1] = replace(runs[-1], text=runs[-1].text + behind)
    return tuple(runs)
