"""Gifts for several members of a delegation at once: one row each, as each has its own receiver and norm."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from calendars.gifts.norms import norm_for
from models.errors import Invalid
from models.estimates import Estimate
from models.event_parts import Member
from models.events import Event
from models.gifts import Gift
from models.i18n import N_, message, translate
from models.vocabulary import Language, NormRole
from service.actions.context import ActionContext
from service.actions.ledger.gift_queries import gift_norms
from service.actions.ledger.gifts import create_gift

FOR_NOBODY = N_("Say for whom: tick at least one.")
NOT_A_MEMBER = N_("Somebody is not on the list of this visit any more; look at the list again.")
FOR_THE_SPOUSE = N_("For the spouse of the head of the delegation")
ONE = 100
"""One piece, in hundredths."""


def give_each(
    session: Session,
    act: ActionContext,
    event: Event,
    values: Mapping[str, Any],
    person_ids: Sequence[str],
    *,
    spouse: bool = False,
) -> list[Gift]:
    """Enter the same gift for each of some members of a visit, and for the spouse of the head of the guests.

    The spouse is no member: the gift has no receiver by name, the spouse's norm where the class of the guests has one,
    and says in its occasion for whom it is.

    Raises:
        Invalid: for nobody, or somebody is no member; or as :func:`create_gift`.
        Forbidden: others are in charge of the event.
    """
    if not person_ids and not spouse:
        raise Invalid({"people": [message(FOR_NOBODY)]})
    where = (Member.event_id == event.id, col(Member.person_id).in_(person_ids))
    if len(set(session.exec(select(Member.person_id).where(*where)).all())) != len(set(person_ids)):
        raise Invalid({"people": [message(NOT_A_MEMBER)]})
    common = dict(values) | {"event_id": event.id, "quantity": ONE}
    made = [create_gift(session, act, common | {"receiver_person_id": one}) for one in person_ids]
    if spouse:
        told = {language.value: translate(FOR_THE_SPOUSE, language) for language in Language}
        sides = {"given_by": event.host, "given_to": event.guest}
        own = {"occasion": told, "norm_id": _spouse_norm(session, event)}
        made.append(create_gift(session, act, common | sides | own))
    return made


def _spouse_norm(session: Session, event: Event) -> str | None:
    """The norm of the spouse's gift; None: the class is not decided, or has none."""
    estimate = session.get(Estimate, event.id)
    if estimate is None or estimate.guest_class is None:
        return None
    norm = norm_for(gift_norms(session), estimate.guest_class, NormRole.SPOUSE, event.first_day)
    return None if norm is None else norm.id
