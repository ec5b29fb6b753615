"""Gifts and goods: entered, changed, deleted; whose they are, and what stays of them when their event is deleted.

A gift of an event is read and changed by who reads and changes the event's money; one of no event is its office's and
its body's (:mod:`service.actions.ledger.rights`). Value and quantity are unknown where nothing is entered, never 0.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from calendars.days.known_days import known_days_of
from calendars.gifts import days
from models.errors import Forbidden, NotFound
from models.event_parts import Member
from models.events import Event
from models.gifts import Gift
from models.i18n import N_, Message, message
from models.norms import Norm
from models.places import Organisation, Person
from models.vocabulary import GiftKind, NormItem, Side
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.ledger import rights
from service.actions.ledger.gift_queries import readable
from service.actions.ledger.norms import norm_facts
from service.actions.locality_index import LocalityIndex

COMPUTED = ("money",)

SAME_PLACE = N_("Giver and receiver are the same locality, or one that went into the other.")
NO_PLACE = N_("Say which locality it is; only from a visit or a body can it be known.")
NO_AMOUNT = N_("Say how much money it is.")
NOTHING = N_("Leave this empty if it is not known; 0 is not taken for unknown.")
TO_COME = N_("This is still to come: tick “Not given yet”, or correct the day.")
NOT_OF_GIFTS = N_("This norm is not about gifts.")
NOT_VALID = N_("This norm does not hold on the day of the gift.")
NOT_YOURS = N_("Only who entered this and the protocol office can change it.")


def find_gift(session: Session, gift_id: str, *, to_change: bool = False) -> Gift:
    """A gift that the session may read, or change.

    Raises:
        NotFound: there is none, or the session may not read it.
        Forbidden: the session may read and not change it.
    """
    row = session.exec(select(Gift).where(Gift.id == gift_id, readable(session))).first()
    if row is None:
        raise NotFound(crud.called(Gift), gift_id)
    if to_change:
        _check_change(session, row)
    return row


def may_change(session: Session, row: Gift) -> bool:
    """Whether the session may change a gift that it reads."""
    try:
        _check_change(session, row)
    except Forbidden:
        return False
    return True


def _check_change(session: Session, row: Gift) -> None:
    if row.event_id is not None:
        permissions.check_change(session, session.get_one(Event, row.event_id))
    elif not rights.changes_entry(session, row):
        raise Forbidden(message(NOT_YOURS), code="not_in_charge")


def create_gift(session: Session, act: ActionContext, values: Mapping[str, Any]) -> Gift:
    """Enter a gift. Giver and receiver that are left out are those of its event, as far as its bodies and the receiver
    tell which is which; without ``is_planned`` it is planned as long as its day is still to come, or, without a day of
    its own, until its event is held.

    Raises:
        Invalid: giver or receiver is not known or both are the same, money without an amount, a day to come of
            something that was given.
        Forbidden: others are in charge of its event.
    """
    errors = crud.missing_references(session, Gift, values)
    event = _event(session, values, errors)
    values = _with_parties(session, event, dict(values))
    if values.get("is_planned") is None:
        values["is_planned"] = is_planned(act, event, values.get("received_on"))
    crud.check(errors | _errors(session, act, None, values, event))
    row = Gift(organisation_id=_whose(session, event), **{one: two for one, two in values.items() if one != "money"})
    crud.assign(row, {"money": values.get("money")})
    return crud.create(session, act, row, computed=COMPUTED, event_id=row.event_id)


def is_planned(act: ActionContext, event: Event | None, received_on: str | None) -> bool:
    """Whether a gift is only planned today if nobody says so: its day is to come, or the event that would give it its
    day was not held."""
    if received_on:
        return days.is_to_come(received_on, act.today)
    return event is not None and not days.was_held(event.status, event.first_day, act.today)


def change_gift(session: Session, act: ActionContext, row: Gift, values: Mapping[str, Any]) -> Gift:
    """Change a gift.

    Raises:
        Invalid: as in :func:`create_gift`.
        Forbidden: others are in charge of it, or of the event it is moved to.
    """
    _check_change(session, row)
    errors = crud.missing_references(session, Gift, values)
    event = _event(session, values, errors) if "event_id" in values else _event_of(session, row)
    crud.check(errors | _errors(session, act, row, values, event))
    before = row.event_id
    values = dict(values)
    if values.get("event_id", before) not in (before, None):
        values["organisation_id"] = _whose(session, event)
    crud.change(session, act, row, values, computed=COMPUTED, event_id=row.event_id or before)
    return row


def delete_gift(session: Session, act: ActionContext, row: Gift) -> None:
    """Delete a gift."""
    _check_change(session, row)
    crud.delete(session, act, row, event_id=row.event_id)


def outlive(session: Session, act: ActionContext, event: Event) -> None:
    """Let the gifts of an event that is being deleted go on without it: they keep when they were or are to be received,
    as far as the event gives them their day, and belong to the body that was in charge."""
    when = days.within(*known_days_of(event))
    for row in session.exec(select(Gift).where(Gift.event_id == event.id)).all():
        gives_day = days.gives_day(event.status, event.first_day, act.today, is_planned=row.is_planned)
        received_on = row.received_on or (when if gives_day else None)
        kept = {"received_on": received_on, "organisation_id": event.organisation_id, "event_id": None}
        crud.change(session, act, row, kept, computed=COMPUTED, event_id=event.id)


def _event(session: Session, values: Mapping[str, Any], errors: crud.Errors) -> Event | None:
    """The event that the values name; None for none, or one that the session must not notice."""
    if values.get("event_id") is None or "event_id" in errors:
        return None
    event = session.get_one(Event, values["event_id"])
    permissions.check_change(session, event)
    return event


def _event_of(session: Session, row: Gift) -> Event | None:
    return None if row.event_id is None else session.get_one(Event, row.event_id)


def _whose(session: Session, event: Event | None) -> str | None:
    """Whose entry it is: that of who is in charge of its event, else of its maker's body, or the office's."""
    if event is not None:
        return event.organisation_id
    one = permissions.reader(session)
    return None if one is None or one.whole_office else one.organisation_id


def _with_parties(session: Session, event: Event | None, values: dict[str, Any]) -> dict[str, Any]:
    """The values with giver and receiver as far as they follow from bodies, the person, and the event's two sides."""
    if event is None or event.guest is None or (values.get("given_by") and values.get("given_to")):
        return values
    sides = {Side.HOST: event.host, Side.GUEST: event.guest}
    lines = LocalityIndex.load(session)

    def side_at(code: str | None) -> Side | None:
        found = [side for side, place in sides.items() if code is not None and code in lines.line(place)]
        return found[0] if len(found) == 1 else None

    def locality_of(organisation_id: str | None) -> str | None:
        body = session.get(Organisation, organisation_id) if organisation_id else None
        return body.locality if body is not None else None

    def side_of(person_id: str | None) -> Side | None:
        if person_id is None:
            return None
        where = (Member.event_id == event.id, Member.person_id == person_id)
        if (member := session.exec(select(Member).where(*where)).first()) is not None:
            return member.side
        person = session.get(Person, person_id)
        return side_at(locality_of(person.organisation_id)) if person is not None else None

    giver = side_at(values.get("given_by") or locality_of(values.get("giver_id")))
    receiver = side_at(values.get("given_to") or locality_of(values.get("receiver_id")))
    receiver = receiver or side_of(values.get("receiver_person_id"))
    other = {Side.HOST: Side.GUEST, Side.GUEST: Side.HOST}
    giver, receiver = giver or (other[receiver] if receiver else None), receiver or (other[giver] if giver else None)
    told = {"given_by": giver, "given_to": receiver}
    return values | {name: values.get(name) or (sides[side] if side else None) for name, side in told.items()}


def _errors(
    session: Session, act: ActionContext, row: Gift | None, values: Mapping[str, Any], event: Event | None
) -> crud.Errors:
    def after(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    found: dict[str, Message | None] = {}
    given_by, given_to = after("given_by"), after("given_to")
    for name, code in (("given_by", given_by), ("given_to", given_to)):
        found[name] = None if code else message(NO_PLACE)
    changed = row is None or {"given_by", "given_to"} & values.keys()
    if changed and given_by and given_to and given_to in LocalityIndex.load(session).line(given_by):
        found["given_to"] = message(SAME_PLACE)
    value = after("money")
    if value is None and after("kind") is GiftKind.MONEY:
        found["value"] = message(NO_AMOUNT)
    if values.get("money") and not any(digit in "123456789" for digit in values["money"]["amount"]):
        found["value"] = message(NOTHING)
    if values.get("quantity") == 0:
        found["quantity"] = message(NOTHING)
    received_on = after("received_on")
    if received_on and not after("is_planned") and days.is_to_come(received_on, act.today):
        found["received_on"] = message(TO_COME)
    if values.get("norm_id"):
        found["norm_id"] = _wrong_norm(session, values["norm_id"], received_on, event)
    return {name: [sentence] for name, sentence in found.items() if sentence is not None}


def _wrong_norm(session: Session, norm_id: str, received_on: str | None, event: Event | None) -> Message | None:
    """What is wrong with a norm that was chosen; None if nothing is, or it is not there (said elsewhere)."""
    row = session.get(Norm, norm_id)
    if row is None:
        return None
    norm = norm_facts(row)
    if norm.item is not NormItem.GIFT:
        return message(NOT_OF_GIFTS)
    when = days.bounds(received_on)[0] if received_on else known_days_of(event)[0] if event is not None else None
    is_right = when is None or norm.holds_on(when.first) or norm.holds_on(when.last)
    return None if is_right else message(NOT_VALID)
