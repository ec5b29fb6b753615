"""The rows of the programme editor: made from items, read from its form, and as the items that they say.

Each control of a row has the same name in every row; what belongs together has the same place in each list. That keeps
a page of many items small, and a row can be moved without renaming anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from calendars.programmes.hours import format_hour, read_end, read_hours
from calendars.programmes.items import ProgrammeItemValues
from calendars.programmes.pasting import BEGINS, ENDS, TEXTS, TRAVEL, columns_of
from models.errors import Conflict
from models.event_parts import ProgrammeItem
from models.i18n import N_, message
from models.text import LocalizedText, in_order, one_line
from models.vocabulary import Language
from service.schemas.programme import ProgrammeSchema
from service.web.form_fields import read_day, read_number

MOST_ROWS = 1_500
COPY = "="
"""Before an id: the row is a copy of that item, and takes from it what the form does not show."""

NO_HOUR = N_("Not an hour. Write it like 8, 830, 8h30 or 14:00; two of them like 8h-9h30.")

_NAMES = {"start_time": BEGINS, "end_time": ENDS, "travel_minutes": TRAVEL}
"""The API's names of fields → the editor's, where they differ."""


@dataclass(slots=True)
class EditorRow:
    """A row as it is shown or was typed; ``wrong`` is what can't be read, by column, ``other`` its title in a language
    that is not edited, where it has no other."""

    day: str
    id: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    other: str = ""

    @classmethod
    def of(cls, item: ProgrammeItem, languages: Sequence[Language]) -> "EditorRow":
        """The row of an item."""
        cells = {
            BEGINS: format_hour(item.start_time),
            ENDS: format_hour(item.end_time),
            TRAVEL: "" if item.travel_minutes is None else str(item.travel_minutes),
        }
        for name in TEXTS:
            text: LocalizedText = getattr(item, name) or {}
            cells |= {f"{name}.{language}": one_line(text.get(language, "")) for language in languages}
        hidden = [one_line(text) for language, text in item.title.items() if language not in languages]
        is_hidden = not any(language in languages for language in item.title)
        shown = {name: told for name, told in cells.items() if told}
        return cls(item.day.isoformat(), item.id, shown, other=hidden[0] if is_hidden and hidden else "")

    @property
    def item_id(self) -> str | None:
        """The id of the item that this is; None for a new one."""
        return self.id if self.id and not self.id.startswith(COPY) else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(self.cells.values())

    def missing(self, languages: Sequence[Language]) -> list[str]:
        """The columns whose text is there in the other language only."""
        return [
            f"{name}.{language}"
            for name in TEXTS
            if any(self.cells.get(f"{name}.{language}") for language in languages)
            or (name == TEXTS[0] and not self.is_empty)
            for language in languages
            if not self.cells.get(f"{name}.{language}")
        ]


def is_item(row: EditorRow, languages: Sequence[Language], stored: Mapping[str, ProgrammeItem]) -> bool:
    """Whether a row is an item: something stands in it, or nothing stood there that could be emptied. Any other empty
    row is a free one, or an item that is taken out."""
    if not row.is_empty:
        return True
    item = stored.get(row.item_id or "")
    return item is not None and EditorRow.of(item, languages).is_empty


def read_rows(form: MultiDict[str, str], languages: Sequence[Language]) -> list[EditorRow]:
    """The rows as they were typed, empty ones too.

    Raises:
        Conflict: the form has not as many controls of one kind as of another, or too many.
    """
    columns = columns_of(languages)
    lists = {name: form.getlist(name) for name in ("id", "day", *columns)}
    count = len(lists["day"])
    if count > MOST_ROWS or any(len(one) != count for one in lists.values()):
        raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))
    return [
        EditorRow(
            lists["day"][place],
            lists["id"][place].strip(),
            {name: told for name in columns if (told := lists[name][place].strip())},
        )
        for place in range(count)
    ]


def hours_of(row: EditorRow) -> tuple[str, str, dict[str, list[str]]]:
    """Begin and end of a row as they are understood, and what can't be read. Two hours in the begin are both."""
    begins, ends = row.cells.get(BEGINS, ""), row.cells.get(ENDS, "")
    typed, end = read_hours(begins), read_end(ends)
    wrong = {}
    if typed is None:
        wrong[BEGINS] = [NO_HOUR]
    both = typed is not None and typed.ends is not None
    if ends and end is None and not both:
        wrong[ENDS] = [NO_HOUR]
    told_end = format_hour(typed.ends) if typed is not None and both else format_hour(end)
    return format_hour(typed.begins) if typed else "", told_end, wrong


def wish(row: EditorRow, languages: Sequence[Language], stored: Mapping[str, ProgrammeItem]) -> dict[str, Any]:
    """The item that a row says, as the API takes it. Languages that the editor does not show stay as they are stored,
    and so does a text of several lines that nobody touched."""
    begins, ends, _wrong = hours_of(row)
    number = read_number(row.cells.get(TRAVEL, ""))
    item = stored.get(row.id.removeprefix(COPY))
    return {
        **({"id": row.item_id} if row.item_id else {}),
        "day": row.day,
        "start_time": begins or None,
        "end_time": ends or None,
        **{name: _text(row, name, languages, item) for name in TEXTS},
        "travel_minutes": (row.cells.get(TRAVEL) or None) if number is None else number,
    }


def _text(row: EditorRow, name: str, languages: Sequence[Language], item: ProgrammeItem | None) -> LocalizedText | None:
    kept: LocalizedText = (getattr(item, name) if item is not None else None) or {}
    text: LocalizedText = {}
    for language in Language:
        typed = row.cells.get(f"{name}.{language}", "") if language in languages else kept.get(language, "")
        told = kept[language] if typed and one_line(typed) == one_line(kept.get(language, "")) else typed
        if told:
            text[language.value] = told
    return in_order(text) if text or name == TEXTS[0] else None


def values_of(
    row: EditorRow, languages: Sequence[Language], stored: Mapping[str, ProgrammeItem]
) -> ProgrammeItemValues | None:
    """A row as a value, what can't be read in it left out; None for an empty one or one without a day."""
    day = read_day(row.day)
    if day is None or not is_item(row, languages, stored):
        return None
    told = wish(row, languages, stored)
    begins, ends = (read_end(told[name] or "") for name in ("start_time", "end_time"))
    travel = told["travel_minutes"] if isinstance(told["travel_minutes"], int) else None
    texts = {name: told[name] for name in TEXTS}
    return ProgrammeItemValues(day, begins, ends, travel_minutes=travel, **texts)


def load(
    rows: Sequence[EditorRow], languages: Sequence[Language], stored: Mapping[str, ProgrammeItem]
) -> list[dict[str, Any]]:
    """The items that the rows say, checked as the API checks them.

    Raises:
        ValidationError: something can't be right; fields are named by the items' places.
    """
    filled = [row for row in rows if is_item(row, languages, stored)]
    wrong: dict[str, list[str]] = {}
    for place, row in enumerate(filled):
        for name, told in hours_of(row)[2].items():
            wrong[f"items.{place}.{name}"] = told
    try:
        loaded = ProgrammeSchema().load({"items": [wish(row, languages, stored) for row in filled]})
    except ValidationError as refused:
        raise ValidationError({**wrong, **_messages(refused)}) from None
    if wrong:
        raise ValidationError(wrong)
    items: list[dict[str, Any]] = loaded["items"]
    return items


def _messages(refused: ValidationError) -> dict[str, Any]:
    return dict(refused.messages) if isinstance(refused.messages, dict) else {"items": refused.messages}


def mark(
    rows: Sequence[EditorRow],
    languages: Sequence[Language],
    stored: Mapping[str, ProgrammeItem],
    wrong: Mapping[str, Sequence[str]],
) -> list[str]:
    """Put what was refused beside its cells; what is left is about no row."""
    filled = [row for row in rows if is_item(row, languages, stored)]
    left: list[str] = []
    for name, told in wrong.items():
        part, _dot, rest = name.partition(".")
        place, _dot, column = rest.partition(".")
        if part == "items" and place.isdecimal() and int(place) < len(filled):
            column = _NAMES.get(column, column)
            filled[int(place)].wrong.setdefault(column, []).extend(told)
        else:
            left += told
    return left
