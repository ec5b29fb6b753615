"""What the copy of an event says of itself: title, days, sides, commitment, and the parts of its kind."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlmodel import Session, select

from calendars.copies.days import Shift
from calendars.copies.titles import title_for
from calendars.days.anniversaries import Origin, occurrence
from calendars.days.formatting import in_words
from models.agreements import Agreement, Anniversary, Commitment
from models.events import Event
from models.i18n import N_, message
from models.queries.organisation_lines import OrganisationLines
from models.vocabulary import CopyPart, EventKind
from service.actions import crud
from service.actions.context import ActionContext
from service.actions.copies.fates import copied_columns
from service.actions.copies.values import LeftPart

BEYOND_AGREEMENT = N_("“{title}” holds from {first_day} to {last_day}: the copy carries out nothing of it.")
DOUBTFUL = N_("The title still says “{words}”: see whether that holds this time.")
OUTSIDE = N_("It lay outside the days of the visit.")

_PHASE = ("title", "first_day", "last_day", "institution_id")
_PERFORMANCE = ("day", "time", "venue", "title")


def copied_values(
    session: Session, act: ActionContext, source: Event, shift: Shift, lines: OrganisationLines
) -> tuple[dict[str, Any], list[LeftPart]]:
    """The values of the copy as :func:`service.actions.events.events.create_event` takes them, and what is left.

    The people who lead a delegation are no part of them. Raises InvalidValue for days outside the calendar.
    """
    left: list[LeftPart] = []
    values: dict[str, Any] = {
        name: getattr(source, name)
        for name in copied_columns("event")
        if name != "kind" and getattr(source, name) is not None
    }
    for name in ("first_day", "last_day", "arrives_on", "departs_on"):
        values[name] = shift.of(getattr(source, name))
    first = values["first_day"]
    values |= _named(session, source, first, left) | _commitment(session, source, first, left)
    if act.user is not None:
        values["in_charge_id"] = act.user.id
    if source.institution_id is not None:
        values["institution_id"] = lines.holder(source.institution_id, first)
    values |= _parts(source, shift, lines, left)
    return values, left


def _named(session: Session, source: Event, first: date, left: list[LeftPart]) -> dict[str, Any]:
    """The title, and of a ceremony its year; the ordinal is counted from the origin when it is made."""
    by, values, ordinals = first.year - source.first_day.year, {}, {}
    years = set(range(source.first_day.year, source.last_day.year + 1))
    if source.kind is EventKind.ANNIVERSARY and source.year is not None:
        anniversary = crud.find(session, Anniversary, str(source.anniversary_id))
        origin = Origin.parse(anniversary.origin)
        values["year"] = source.year + by
        years = {source.year}
        if by and values["year"] > origin.year:
            was, becomes = (occurrence(origin, year).ordinal for year in (source.year, values["year"]))
            ordinals = {was: becomes}
    title = title_for(source.title, years, by, ordinals)
    left += [LeftPart(CopyPart.TITLE, message(DOUBTFUL, words=words), title.text) for words in title.doubtful]
    return values | {"title": title.text}


def _commitment(session: Session, source: Event, first: date, left: list[LeftPart]) -> dict[str, Any]:
    """The commitment, as long as its agreement holds on the new first day."""
    if source.commitment_id is None:
        return {}
    statement = select(Commitment, Agreement).where(
        Commitment.id == source.commitment_id, Commitment.agreement_id == Agreement.id
    )
    commitment, agreement = session.exec(statement).one()
    if agreement.starts_on <= first <= agreement.ends_on:
        return {"commitment_id": commitment.id}
    bounds = {"first_day": in_words(agreement.starts_on), "last_day": in_words(agreement.ends_on)}
    why = message(BEYOND_AGREEMENT, title=agreement.title, **bounds)
    left.append(LeftPart(CopyPart.COMMITMENT, why, commitment.title, commitment.id))
    return {}


def _parts(source: Event, shift: Shift, lines: OrganisationLines, left: list[LeftPart]) -> dict[str, Any]:
    """The phases of a training batch, the performances of a troupe."""
    values: dict[str, Any] = {}
    if source.phases:
        values["phases"] = [_moved(one, _PHASE, shift, lines.holder) for one in source.phases]
    if source.performances:
        within = [one for one in source.performances if source.first_day <= one.day <= source.last_day]
        values["performances"] = [_moved(one, _PERFORMANCE, shift, lines.holder) for one in within]
        outside = [one for one in source.performances if one not in within]
        left += [LeftPart(CopyPart.PERFORMANCE, message(OUTSIDE), one.title or one.venue, one.id) for one in outside]
    return values


def _moved(row: Any, names: tuple[str, ...], shift: Shift, holder: Callable[[str, date], str]) -> dict[str, Any]:
    """The values of a part of an event, its days moved and its body the one that does the work by then."""
    values = {name: getattr(row, name) for name in names}
    for name in ("first_day", "last_day", "day"):
        if name in values:
            values[name] = shift.of(values[name])
    if values.get("institution_id") is not None:
        values["institution_id"] = holder(values["institution_id"], values["first_day"])
    return values
