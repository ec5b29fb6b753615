"""Lists as tables with the columns their reader chose; a list with no choice is shown as it comes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from markupsafe import Markup

from models.i18n import N_
from models.text import LocalizedText
from models.vocabulary import Role, SavedPage
from service.actions.personal import chosen_columns
from service.schemas.word_names import PROJECT_STATES
from service.web.view import View

Value = Markup | str
Cell = Callable[[View, Any], Value]


@dataclass(frozen=True, slots=True)
class OfferedColumn:
    """A column that can be chosen: the word that is kept of it, its heading, and what it shows of a row."""

    key: str
    heading: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Listing:
    """A list whose columns can be chosen."""

    title: str
    columns: Sequence[OfferedColumn]
    endpoint: str
    role: Role = Role.VIEWER
    fixed: tuple[tuple[str, str], ...] = ()

    def named(self, keys: Sequence[str]) -> list[OfferedColumn]:
        """The columns of these words that there are, each once, in the order of the words."""
        known = {one.key: one for one in self.columns}
        return [known[key] for key in dict.fromkeys(keys) if key in known]


@dataclass(frozen=True, slots=True)
class ColumnTable:
    """A list as a table: headings, and row by row what stands below them."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Value]]


def _link(endpoint: str, text: Value, **values: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(url_for(endpoint, **values), text)  # type: ignore[arg-type]


def _event_link(view: View, identity: str, title: LocalizedText) -> Value:
    return view.text(title) if view.is_busy(title) else _link("pages.event", view.text(title), event_id=identity)


def _of_event(view: View, event: Any) -> Value:
    return "" if event is None else _event_link(view, event.id, event.title)


def _status(view: View, word: Any) -> Markup:
    return Markup('<span class="status status-{}"><span class="mark" aria-hidden="true"></span>{}</span>').format(
        word, view.status(word)
    )


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _event_hours(view: View, event: Any) -> str:
    times = view.when(event)
    return view.hours(times.start_time, times.end_time) if times.has_hours else ""


EVENT_COLUMNS = (
    OfferedColumn("days", N_("When"), lambda view, one: view.event_days(one)),
    OfferedColumn("hours", N_("Hours"), _event_hours),
    OfferedColumn("title", N_("Event"), lambda view, one: _event_link(view, one.id, one.title)),
    OfferedColumn("kind", N_("Kind"), lambda view, one: view.kind(one.kind)),
    OfferedColumn("status", N_("Status"), lambda view, one: _status(view, one.status)),
    OfferedColumn("host", N_("Host"), lambda view, one: view.place(one.host, one.first_day)),
    OfferedColumn("guest", N_("Guest"), lambda view, one: view.place(one.guest, one.first_day) if one.guest else ""),
    OfferedColumn("location", N_("Place"), lambda view, one: view.text(one.location)),
    OfferedColumn("headcount", N_("People planned"), lambda view, one: _number(one.headcount)),
    OfferedColumn("subject", N_("Subject"), lambda view, one: view.text(one.subject)),
)
TASK_COLUMNS = (
    OfferedColumn("due", N_("Due"), lambda view, line: view.day(line.task.due_day) if line.task.due_day else ""),
    OfferedColumn("late", N_("Overdue"), lambda view, line: line.late),
    OfferedColumn("title", N_("Task"), lambda view, line: view.text(line.task.title)),
    OfferedColumn("responsible", N_("For whom"), lambda view, line: Markup(", ").join(line.responsible)),
    OfferedColumn("done", N_("Done"), lambda view, line: view.say(N_("yes")) if line.task.done else ""),
    OfferedColumn("event", N_("Event"), lambda view, line: _event_link(view, line.event.id, line.event.title)),
    OfferedColumn("days", N_("When"), lambda view, line: view.event_days(line.event)),
    OfferedColumn("kind", N_("Kind"), lambda view, line: view.kind(line.event.kind)),
    OfferedColumn("status", N_("Status"), lambda view, line: _status(view, line.event.status)),
)
BOOKING_COLUMNS = (
    OfferedColumn("when", N_("When"), lambda view, line: line.when),
    OfferedColumn(
        "event", N_("Event"),
        lambda view, line: view.text(line.title) if line.is_hidden else _event_link(view, line.event.id, line.title),
    ),
    OfferedColumn("quantity", N_("Quantity"), lambda view, line: str(line.booking.quantity)),
    OfferedColumn("state", N_("State"), lambda view, line: line.state),
    OfferedColumn("note", N_("Note"), lambda view, line: line.note or ""),
)  # fmt: skip
GIFT_COLUMNS = (
    OfferedColumn("what", N_("What it is"), lambda view, line: _link("pages.gift", line.what, gift_id=line.record.id)),
    OfferedColumn("when", N_("When"), lambda view, line: line.when),
    OfferedColumn("amount", N_("Quantity"), lambda view, line: line.amount),
    OfferedColumn("value", N_("Value in all"), lambda view, line: line.value),
    OfferedColumn("giver", N_("Given by"), lambda view, line: line.giver),
    OfferedColumn("receiver", N_("Given to"), lambda view, line: line.receiver),
    OfferedColumn("kept_by", N_("Kept by"), lambda view, line: line.record.kept_by or ""),
    OfferedColumn(
        "event", N_("Event"),
        lambda view, line: _of_event(view, line.record.event),
    ),
)  # fmt: skip
PROJECT_COLUMNS = (
    OfferedColumn(
        "title", N_("Project"), lambda view, one: _link("pages.project", view.text(one.title), project_id=one.id)
    ),
    OfferedColumn("state", N_("State"), lambda view, one: view.say(PROJECT_STATES[one.progress])),
    OfferedColumn(
        "percent", N_("Percent done"), lambda view, one: "" if one.percent_done is None else f"{one.percent_done}%"
    ),
    OfferedColumn("given_by", N_("Given by"), lambda view, one: view.place(one.given_by)),
    OfferedColumn("host", N_("Host"), lambda view, one: view.place(one.host)),
    OfferedColumn("decision", N_("Decision"), lambda view, one: one.decision or ""),
    OfferedColumn("paid", N_("Money paid"), lambda view, one: view.sums(one.paid)),
)
PEOPLE_COLUMNS = (
    OfferedColumn(
        "name", N_("Name"),
        lambda view, one: _link("pages.administered", view.person(one), area="people", identity=one.id),
    ),
    OfferedColumn("name_lo", N_("Name in Lao letters"), lambda view, one: one.name_lo or ""),
    OfferedColumn("name_latin", N_("Name in Latin letters"), lambda view, one: one.name_latin or ""),
    OfferedColumn("position", N_("Position"), lambda view, one: view.text(one.position)),
    OfferedColumn("email", N_("E-mail address"), lambda view, one: one.email or ""),
    OfferedColumn("phone", N_("Telephone"), lambda view, one: one.phone or ""),
    OfferedColumn("precedence", N_("Precedence"), lambda view, one: str(one.precedence)),
)  # fmt: skip

LISTINGS: Mapping[SavedPage, Listing] = {
    SavedPage.COMING: Listing(N_("What is coming"), EVENT_COLUMNS, "pages.coming"),
    SavedPage.HISTORY: Listing(N_("History by year"), EVENT_COLUMNS, "pages.history"),
    SavedPage.TASKS: Listing(N_("Things to do"), TASK_COLUMNS, "pages.tasks"),
    SavedPage.BOOKINGS: Listing(N_("Rooms and cars"), BOOKING_COLUMNS, "pages.resources"),
    SavedPage.GIFTS: Listing(N_("Gifts and goods"), GIFT_COLUMNS, "pages.gifts", Role.OFFICER),
    SavedPage.PROJECTS: Listing(N_("Projects"), PROJECT_COLUMNS, "pages.projects", Role.OFFICER),
    SavedPage.PEOPLE: Listing(
        N_("People"), PEOPLE_COLUMNS, "pages.administered_list", Role.OFFICER, (("area", "people"),)
    ),
}
"""The lists whose columns can be chosen; gifts and the others as the API's roles allow."""


def chosen(view: View, page: SavedPage) -> list[OfferedColumn]:
    """The columns of a list that the address or the reader's own choice names; empty: none."""
    asked = request.args.get("columns", "")[:500]
    keys = asked.split(",") if asked else chosen_columns.columns_of(view.session, view.act.account.id, page)
    return LISTINGS[page].named(keys)


def table_of(view: View, columns: Sequence[OfferedColumn], rows: Sequence[Any]) -> ColumnTable | None:
    """The rows under these columns; None where no columns are chosen, or there are no rows."""
    if not columns or not rows:
        return None
    cells = [[column.cell(view, row) for column in columns] for row in rows]
    return ColumnTable([view.say(column.heading) for column in columns], cells)
