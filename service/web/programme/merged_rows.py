"""The rows somebody typed, put together with what others saved meanwhile, whose rows are shown beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from calendars.days.formatting import format_hours
from calendars.programmes.merging import RowSource, merge
from models.event_parts import ProgrammeItem
from models.i18n import N_
from models.vocabulary import Language
from service.actions.programmes.editing import Digests, digest, digests_of
from service.web.programme import sheet
from service.web.programme.notes import Notes, RowNote
from service.web.programme.rows import EditorRow, is_item, values_of
from service.web.view import View

_TOLD: Mapping[RowSource, str] = {
    RowSource.THEIRS: N_("Somebody changed this item meanwhile; this is how it is now."),
    RowSource.BOTH: N_("Somebody changed this item meanwhile. Saved now is: {item}. Saving puts yours in its place."),
    RowSource.ADDED: N_("Somebody added this item meanwhile."),
    RowSource.GONE: N_("Somebody took this item out meanwhile. Saving puts it back as you typed it."),
    RowSource.BACK: N_("You took this item out, and somebody changed it meanwhile: look at it again."),
}


@dataclass(slots=True)
class MergedRows:
    """The rows with what is told beside them, and what others took out that nobody changed here."""

    rows: list[EditorRow] = field(default_factory=list)
    told: Notes = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)


def merge_saved(
    view: View,
    typed: Sequence[EditorRow],
    languages: Sequence[Language],
    stored: Mapping[str, ProgrammeItem],
    base: Digests,
) -> MergedRows:
    """Merge what was typed since ``base`` with what is ``stored`` now."""
    mine = []
    for row in typed:
        value = values_of(row, languages, stored)
        # An emptied row of an item was changed: it is to be taken out.
        mine.append((row.item_id, digest(value) if value is not None else ""))
    taken_out = {row.item_id for row in typed if row.item_id and not is_item(row, languages, stored)}
    present = digests_of(stored.values())
    kept = [(one if one not in taken_out else None, told) for one, told in mine]
    found = MergedRows()
    seen: set[int] = set()
    for one in merge(base, kept, present):
        item = stored.get(one.id or "")
        if one.place is not None:
            seen.add(one.place)
        if one.place is not None and one.source in (RowSource.MINE, RowSource.BOTH, RowSource.GONE):
            row = typed[one.place]
            row.id = one.id or ("" if one.source is RowSource.GONE or row.item_id in taken_out else row.id)
        elif item is not None:
            row = EditorRow.of(item, languages)
        else:
            continue
        found.rows.append(row)
        if one.source is not RowSource.MINE:
            told = view.say(_TOLD[one.source], item=_line(view, item, languages) if item is not None else "")
            found.told[len(found.rows) - 1] = [RowNote(told, is_bad=one.source is not RowSource.THEIRS)]
    found.gone = [row.cells.get(f"title.{languages[0]}", "–") for place, row in enumerate(typed) if place not in seen]
    order = sheet.in_days(found.rows)
    found.told = {order[place]: told for place, told in found.told.items()}
    return found


def _line(view: View, item: ProgrammeItem, languages: Sequence[Language]) -> str:
    """An item on one line, in the languages that are edited."""
    fields = filter(None, (item.title, item.place, item.hosted_by, item.attendees))
    texts = (" / ".join(text[one] for one in languages if text.get(one)) for text in fields)
    hours = format_hours(item.start_time, item.end_time)
    return ", ".join(filter(None, (view.numeric(item.day), hours, " – ".join(filter(None, texts)))))
