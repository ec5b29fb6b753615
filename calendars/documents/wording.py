"""The words of a paper in its languages, and what is missing for them.

Nothing is filled in silently: where a text lacks a language of the paper a visible gap stands in its place, with the
words it does have in brackets behind it, and what is missing is listed for the officer before the paper is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from calendars.days.formatting import format_days, format_weekday, numeric_day
from calendars.documents.facts import PersonFacts
from calendars.documents.value import Line, Run, Text
from calendars.people.names import is_lao
from models.day_texts import format_day
from models.i18n import N_, Message, message, translate
from models.text import localized, one_line
from models.vocabulary import Language

GAP = "……………"
"""Stands for what is not known, to be filled in by hand."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What a paper lacks: a stable ``code`` (``language``, ``name_in_script``, ``signatory``, ``issuer``, …), which
    language it concerns (None: all), and what is to be entered, in words. ``person_id``: about whom it is, if it is
    entered with a person. ``entries``: which entries lack it, in the order in which they were met: the id of an item or
    a task (None: it has none of its own) and what it says in another language."""

    code: str
    detail: Message
    language: Language | None = None
    person_id: str | None = None
    entries: tuple[tuple[str | None, str], ...] = field(default=(), compare=False)


class Wording:
    """Writes texts in the languages of one paper and remembers what was missing.

    ``languages`` are in the order in which they stand in it. Each method gives a text of one line a language; lines
    that would be the same are written once.
    """

    def __init__(self, languages: Sequence[Language]) -> None:
        self.languages = tuple(languages)
        self._missing: dict[tuple[str, str, Language | None], Missing] = {}

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What was missing so far, each thing once, in the order in which it was met."""
        return tuple(self._missing.values())

    def only(self, language: Language) -> "Wording":
        """A wording of one of the languages, for a column of its own; what it misses is noted here too."""
        one = Wording((language,))
        one._missing = self._missing
        return one

    def lacks(
        self,
        code: str,
        detail: Message,
        language: Language | None = None,
        person_id: str | None = None,
        entry: tuple[str | None, str] | None = None,
    ) -> None:
        """Note that something is missing; once for the same words, with each entry that lacks it."""
        key = (code, str(detail), language)
        known = self._missing.get(key) or Missing(code, detail, language, person_id)
        if entry is not None and entry not in known.entries:
            known = replace(known, entries=(*known.entries, entry))
        self._missing[key] = known

    def say(self, sentence: str, *, bold: bool = False, italic: bool = False, **values: object) -> Text:
        """A marked sentence (``N_("…")``) in each language, its values as :func:`models.i18n.translate` writes them."""
        return self._lines(
            {one: one_line(translate(sentence, one, **values)) for one in self.languages}, bold=bold, italic=italic
        )

    def text(
        self,
        text: Mapping[str, str] | None,
        what: Message,
        *,
        bold: bool = False,
        italic: bool = False,
        entry_id: str | None = None,
    ) -> Text:
        """A text that people wrote, in each language; ``what`` names it where a language is missing, ``entry_id`` is
        the item or the task it stands in. Empty for None."""
        if not text:
            return ()
        written = {one: self._written(text, one, what, entry_id) for one in self.languages}
        return self._lines(written, bold=bold, italic=italic)

    def words(self, text: str, *, bold: bool = False, italic: bool = False) -> Text:
        """Words that are the same in every language: a number, an hour, a note; several lines stay several."""
        language = self.languages[0] if not is_lao(text) else Language.LO
        return tuple(
            (Run(one_line(line), language, bold=bold, italic=italic),) for line in text.splitlines() if line.strip()
        )

    def name(self, person: PersonFacts, *, addressed: bool = True, bold: bool = False, italic: bool = False) -> Text:
        """A person's name in the script of each language, with their form of address before it unless not wanted."""
        return self._lines(
            {one: self.name_in(person, one, addressed=addressed) for one in self.languages}, bold=bold, italic=italic
        )

    def name_in(self, person: PersonFacts, language: Language, *, addressed: bool = True) -> str:
        """A person's name in one language. Without the script of the language a gap and the name as it is known."""
        known = self._spelling(person, language)
        if known is None:
            detail = (
                N_("The name of {name} in Lao script.")
                if language is Language.LO
                else N_("The name of {name} in Latin letters.")
            )
            self.lacks("name_in_script", message(detail, name=person.name), language, person.id)
            known = f"{GAP} ({one_line(person.name)})"
        honorific = localized(person.honorific, language) if addressed and person.honorific else ""
        if honorific and language not in (person.honorific or {}):
            honorific = ""
        return " ".join(filter(None, (one_line(honorific), known)))

    def day(self, day: date | None) -> Text:
        """A date in figures, as each language writes it."""
        if day is None:
            return self.words(GAP)
        return self._lines({one: format_day(day, one) for one in self.languages})

    def days(self, first: date, last: date) -> Text:
        """Inclusive days."""
        return self._lines({one: format_days(first, last, one) for one in self.languages})

    def weekday(self, day: date, *, bold: bool = True) -> Text:
        """A day as the heading of a programme: ``Thứ Năm, ngày 07/3/2024``; ``ວັນພະຫັດ, ວັນທີ 7/3/2024``."""
        return self._lines({one: heading_of_day(day, one) for one in self.languages}, bold=bold)

    def join(self, *parts: Text, between: str = ", ") -> Text:
        """Texts of the same languages one behind the other, line by line; empty ones are left out."""
        shown = [part for part in parts if part]
        if not shown:
            return ()
        lines: list[Line] = []
        for place in range(max(map(len, shown))):
            runs: list[Run] = []
            for part in shown:
                line = part[min(place, len(part) - 1)]
                if runs and between:
                    runs.append(replace(line[0], text=between))
                runs += line
            lines.append(tuple(runs))
        return tuple(lines)

    def _lines(self, by_language: Mapping[Language, str], *, bold: bool = False, italic: bool = False) -> Text:
        lines: list[Line] = []
        seen: set[str] = set()
        for language in self.languages:
            written = by_language[language]
            if written and written not in seen:
                seen.add(written)
                lines.append((Run(written, language, bold=bold, italic=italic),))
        return tuple(lines)

    def _written(self, text: Mapping[str, str], language: Language, what: Message, entry_id: str | None) -> str:
        if own := one_line(text.get(language) or ""):
            return own
        known = one_line(localized(text, language))
        self.lacks("language", what, language, entry=(entry_id, known))
        return f"{GAP} ({known})"

    @staticmethod
    def _spelling(person: PersonFacts, language: Language) -> str | None:
        if language is Language.LO:
            return (
                one_line(person.name_lo) if person.name_lo else (one_line(person.name) if is_lao(person.name) else None)
            )
        if not is_lao(person.name):
            return one_line(person.name)
        return one_line(person.name_latin).title() if person.name_latin else None


def heading_of_day(day: date, language: str) -> str:
    """``Thứ Năm, ngày 07/3/2024``; ``ວັນພະຫັດ, ວັນທີ 7/3/2024``; ``Thursday, 7 March 2024``."""
    weekday = format_weekday(day, language)
    if language == Language.VI:
        return f"{weekday}, ngày {numeric_day(day)}"
    if language == Language.LO:
        return f"{weekday}, ວັນທີ {day.day}/{day.month}/{day.year}"
    return f"{weekday}, {format_day(day, language)}"


def capitals(text: Text) -> Text:
    """A text in capital letters; Lao has none."""
    return tuple(tuple(replace(run, text=run.text.upper()) for run in line) for line in text)


def emphasised(text: Text, *, bold: bool | None = None, italic: bool | None = None) -> Text:
    """A text in bold or italics, or not any more."""
    return tuple(
        tuple(
            replace(run, bold=run.bold if bold is None else bold, italic=run.italic if italic is None else italic)
            for run in line
        )
        for line in text
    )
