"""Copying an event: a draft of the same kind on other days, with what is to come along of its parts."""

from sqlmodel import Session

from calendars.copies.days import Shift
from calendars.days.formatting import numeric_day
from models.errors import Invalid, InvalidValue
from models.events import Event
from models.i18n import N_, message
from models.queries.organisation_lines import OrganisationLines
from models.vocabulary import CopyPart, CopyTake, Language
from service.actions.context import ActionContext
from service.actions.copies import facts, money, reservations, source, work
from service.actions.copies.people import ComingPeople, read_people
from service.actions.copies.values import NOTHING_COPIED, CopyOutcome, CopyWish, LeftPart
from service.actions.events import events
from service.actions.scheduling.event_warnings import EventPresenter

COPIED_FROM = N_("Copied from “{title}”, {day}.")
_OF_DAYS = frozenset({"public_holiday"})
"""The warnings about a copy that are told as left: they forbid its days."""


def copy_event(session: Session, act: ActionContext, event_id: str, wish: CopyWish) -> CopyOutcome:
    """Copy an event: all of it or nothing. What can't come along is named and keeps nothing else back.

    The copy is a draft of the copier's organisation, and the copier is in charge of it. What becomes of each column is
    decided in :mod:`service.actions.copies.fates`; who may copy what in :mod:`service.actions.copies.source`.

    Raises:
        NotFound, Forbidden: as :func:`service.actions.copies.source.find_source`.
        Invalid: its day is not known, or the new days lie outside the calendar.
        Conflict: it is a ceremony, and the office has one for that year already.
    """
    found = source.find_source(session, event_id, wish.take)
    shift, lines = Shift.between(found.first_day, wish.first_day), OrganisationLines.load(session)
    try:
        return _copied(session, act, found, wish, shift, lines)
    except InvalidValue as problem:
        raise Invalid({"first_day": [problem.detail]}) from None


def _copied(
    session: Session, act: ActionContext, found: Event, wish: CopyWish, shift: Shift, lines: OrganisationLines
) -> CopyOutcome:
    values, left = facts.copied_values(session, act, found, shift, lines)
    people: ComingPeople | None = None
    if CopyTake.MEMBERS in wish.take:
        people = read_people(session, act, found, wish.first_day, lines)
        left += people.left
        if people.head_id is not None:
            values["head_id"] = people.head_id
    event = events.create_event(session, act, found.kind, values, reason=_reason(act, found))
    copied = dict(NOTHING_COPIED)
    if people is not None:
        copied[CopyTake.MEMBERS] = people.write(session, act, event)
    if CopyTake.PROGRAMME in wish.take:
        copied[CopyTake.PROGRAMME], more = work.copy_programme(session, act, found, event, shift)
        left += more
    if CopyTake.TASKS in wish.take:
        copied[CopyTake.TASKS], more = work.copy_tasks(session, act, found, event, shift, lines)
        left += more
    if CopyTake.BOOKINGS in wish.take:
        copied[CopyTake.BOOKINGS], more = reservations.copy_bookings(session, act, found, event, shift)
        left += more
    if CopyTake.ESTIMATE in wish.take:
        copied[CopyTake.ESTIMATE], more = money.copy_estimate(session, act, found, event, lines)
        left += more
    event = events.find_event(session, event.id)  # booking has refreshed it, without its parts
    presenter = EventPresenter(session, act)
    presenter.prefetch([event])
    notices = presenter.warnings(event)
    forbidden = [LeftPart(CopyPart.DAYS, one.detail) for one in notices if one.code in _OF_DAYS]
    return CopyOutcome(event, copied, (*forbidden, *left), [one for one in notices if one.code not in _OF_DAYS])


def _reason(act: ActionContext, found: Event) -> str:
    """What the history of the copy says of where it comes from."""
    language = act.user.locale if act.user else Language.VI
    return message(COPIED_FROM, title=found.title, day=numeric_day(found.first_day)).to(language)
