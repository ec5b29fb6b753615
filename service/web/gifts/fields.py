"""The fields of a gift's form, read as the API reads them."""

from collections.abc import Mapping
from typing import Any

from flask import request

from calendars.days.known_days import in_figures, read_figures
from calendars.estimates.labels import CLASS_NAMES, ROLE_NAMES, format_quantity
from calendars.estimates.norms import NormFacts
from calendars.gifts import days
from models.events import Event
from models.gifts import Gift
from models.i18n import N_, NP_
from models.vocabulary import GiftKind
from service.actions.directory import directory_queries
from service.actions.events.members import positions_of
from service.actions.ledger.gift_queries import gift_norms
from service.schemas.gifts import GiftSchema
from service.schemas.word_names import GIFT_KINDS
from service.web.form_fields import FieldSpec, FieldType, Groups, ungrouped, values_of
from service.web.labels import money
from service.web.view import View

MOST = 1000
_SCHEMA: Any = GiftSchema
WHEN = N_("As closely as it is known: 2008, 6/2021 or 7/3/2024. Empty: the day of its visit, or not known.")


def specs(view: View, event: Event | None) -> tuple[FieldSpec, ...]:
    """The questions about a gift; who of the visit received it is asked of one with a visit."""
    kinds = [(kind.value, view.say(name)) for kind, name in GIFT_KINDS.items()]
    person = FieldSpec("receiver_person_id", FieldType.CHOICE, N_("Receiver (person)"), choices="people")
    return (
        FieldSpec("given_by", FieldType.CHOICE, N_("Given by"), choices="places", is_required=True),
        FieldSpec("given_to", FieldType.CHOICE, N_("Given to"), choices="places", is_required=True),
        *((person,) if event is not None else ()),
        FieldSpec("kind", FieldType.CHOICE, N_("Goods or money"), options=kinds, is_required=True,
                  default=GiftKind.GOODS.value),
        FieldSpec("description", FieldType.TEXTS, N_("What is given"), is_required=True),
        FieldSpec("quantity", FieldType.LINE, N_("Quantity"), N_("Leave it empty if it is not known."), length=12),
        FieldSpec("unit", FieldType.LINE, N_("Counted in"), N_("For example: piece, set, box."), length=40),
        FieldSpec("value", FieldType.MONEY, NP_("of a gift", "Value"),
                  N_("Of all of it together. Leave it empty if it is not known.")),
        FieldSpec("received_on", FieldType.LINE, N_("Given on"), WHEN, length=20),
        FieldSpec("is_planned", FieldType.FLAG, N_("Not given yet")),
        FieldSpec("kept_by", FieldType.LINE, N_("Kept by"), N_("Who keeps it, once we have received it."), length=200),
        FieldSpec("receipt", FieldType.LINE, N_("Receipt"), length=200),
        FieldSpec("occasion", FieldType.TEXTS, is_more=True),
        FieldSpec("giver_id", FieldType.CHOICE, N_("Giver (body)"), choices="organisations", is_more=True),
        FieldSpec("receiver_id", FieldType.CHOICE, N_("Receiver (body)"), choices="organisations", is_more=True),
        FieldSpec("norm_id", FieldType.CHOICE, N_("Norm"), N_("Empty: the one that class and role give."),
                  choices="norms", is_more=True),
        FieldSpec("source", FieldType.LINE, N_("Source"), length=300, is_more=True),
    )  # fmt: skip


def choices(view: View, event: Event | None) -> Any:
    """What can be chosen in a gift's form, by the name of the list."""

    def found(name: str) -> Groups:
        match name:
            case "places":
                return [("", view.place_choices)]
            case "people":
                return [("", people_of(view, event))] if event is not None else []
            case "organisations":
                today = view.act.today
                listed = directory_queries.organisations_on(view.session, today, today, (), MOST)
                return [("", [(one.id, view.plain(one.name)) for one in listed])]
            case _:
                return [("", [(one.id, _norm(view, one)) for one in gift_norms(view.session)])]

    return found


def people_of(view: View, event: Event) -> list[tuple[str, str]]:
    """The people of a visit in order of precedence, with what they are."""
    return [
        (seat.person.id, f"{view.person(seat.person)} – {view.role(seat.member.role)}, {view.side(seat.member.side)}")
        for seat in positions_of(view.session, event.id)
    ]


def _norm(view: View, norm: NormFacts) -> str:
    amount = money(norm.currency.money(norm.amount), view.language) if norm.amount is not None else ""
    told = (
        view.plain(CLASS_NAMES[norm.guest_class]) if norm.guest_class else "",
        view.plain(ROLE_NAMES[norm.role]) if norm.role else "",
        amount,
        norm.act,
    )
    return ", ".join(filter(None, told))


def present(view: View, row: Gift) -> dict[str, Any]:
    """What a gift's form holds for one that is there."""
    held = row.model_dump() | {"value": row.money}
    held["quantity"] = None if row.quantity is None else format_quantity(row.quantity, view.language)
    if row.received_on:
        held["received_on"] = in_figures(*days.bounds(row.received_on))[0]
    return held


def read(view: View, event: Event | None, *, partial: bool = False) -> dict[str, Any]:
    """What a form says, as the API takes it.

    Raises:
        ValidationError: it makes no sense.
    """
    return loaded(values_of(specs(view, event), request.form), partial=partial)


def loaded(wish: Mapping[str, Any], *, partial: bool = False) -> dict[str, Any]:
    """A wish, read as the API reads it; days and quantities may be typed as people write them."""
    said = dict(wish)
    if isinstance(day := said.get("received_on"), str) and (known := read_figures(day, is_last=False)) is not None:
        said["received_on"] = known.as_written()
    if isinstance(quantity := said.get("quantity"), str):
        said["quantity"] = ungrouped(quantity).replace(",", ".")
    values: dict[str, Any] = _SCHEMA(partial=partial).load(said)
    return values
