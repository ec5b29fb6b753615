"""A gift as the pages list it: who gave whom what, when, and what to warn of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from calendars.estimates.labels import format_quantity
from calendars.gifts import days
from calendars.money.sums import Sums
from models.gifts import Gift
from models.i18n import N_, message
from models.places import Organisation, Person
from service.actions import crud
from service.actions.ledger.gift_queries import GiftReader, GiftRecord, GiftTotal
from service.web.labels import money
from service.web.view import View, ids

Value = Markup | str


@dataclass(frozen=True, slots=True)
class GiftLine:
    """A gift: its record, and what pages write of it."""

    record: GiftRecord
    what: Value
    when: str
    amount: str
    value: str
    giver: Value
    receiver: Value
    warnings: Sequence[str]


def lines_of(view: View, rows: Sequence[Gift]) -> list[GiftLine]:
    """The lines of gifts, in the same order; as many queries for many as for one."""
    records = GiftReader(view.session).records(rows)
    people = crud.by_id(view.session, Person, ids(*(one.receiver_person_id for one in rows)))
    wanted = ids(*(one.giver_id for one in rows), *(one.receiver_id for one in rows))
    bodies = crud.by_id(view.session, Organisation, wanted)
    return [_line(view, one, people, bodies) for one in records]


def _line(view: View, record: GiftRecord, people: Mapping[str, Person], bodies: Mapping[str, Organisation]) -> GiftLine:
    row = record.row
    day = record.event.first_day if record.event is not None else view.act.today
    person = people.get(row.receiver_person_id or "")

    def named(body_id: str | None, place: str) -> Value:
        body = bodies.get(body_id or "")
        return view.body(body, day) if body is not None else view.place(place, day)

    return GiftLine(
        record,
        view.text(row.description),
        when_of(view, record),
        amount_of(view, row),
        money(row.money, view.language),
        named(row.giver_id, row.given_by),
        view.person(person) if person is not None else named(row.receiver_id, row.given_to),
        [view.say(one.detail) for one in record.warnings],
    )


def when_of(view: View, record: GiftRecord) -> str:
    """When it was given, as far as that is known."""
    if record.row.received_on:
        return view.known(*days.bounds(record.row.received_on))
    return view.event_days(record.event) if record.event is not None else view.say(N_("day not known"))


def amount_of(view: View, row: Gift) -> str:
    """How many, with what they are counted in; empty if that is not known."""
    return (
        "" if row.quantity is None else " ".join(filter(None, (format_quantity(row.quantity, view.language), row.unit)))
    )


@dataclass(frozen=True, slots=True)
class TotalLine:
    """What one side gave, or plans to give, the other: the sums by currency, and of how many the value is not known."""

    giver: Value
    receiver: Value
    is_planned: bool
    count: int
    sums: Sequence[str]
    unknown: str


def totals_of(view: View, totals: Sequence[GiftTotal]) -> list[TotalLine]:
    """The totals in words."""
    return [
        TotalLine(
            view.place(one.given_by),
            view.place(one.given_to),
            one.is_planned,
            one.count,
            written(view, one.sums),
            view.say(message(N_("value not known: {count}"), count=one.unknown)) if one.unknown else "",
        )
        for one in totals
    ]


def written(view: View, sums: Sums) -> list[str]:
    """Sums, currency by currency."""
    return [money(one, view.language) for one in sums.as_money()]
