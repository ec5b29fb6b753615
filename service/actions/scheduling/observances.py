"""Observances: the days on which greetings go out, of a country, a locality or an organisation."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from calendars.days import observances as observed
from calendars.days.holiday_names import FESTIVALS
from calendars.days.holidays import HolidayIndex, OfficeEntry
from calendars.days.observances import ObservanceFacts, ObservedDay
from models.i18n import N_, Message, message
from models.observances import Observance
from models.places import Locality, Organisation
from models.vocabulary import Festival
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.reminders import occasion_planning
from service.actions.scheduling.holidays import impossible, whole_range

OF = ("country", "locality", "organisation_id")
"""What an observance is of: exactly one of these is set."""


def create_observance(session: Session, act: ActionContext, values: Mapping[str, Any]) -> Observance:
    """Add an observance.

    Raises:
        Invalid: it is of nothing or of several, or no year has its day.
    """
    crud.check(_errors(session, None, values))
    row = Observance(**{name: value for name, value in values.items() if name != "recurs"})
    row.recurs = values["recurs"]
    crud.create(session, act, row, computed=("recurs",))
    occasion_planning.plan(session, act)
    return row


def change_observance(session: Session, act: ActionContext, row: Observance, values: Mapping[str, Any]) -> Observance:
    """Change an observance.

    Raises:
        Invalid: as in :func:`create_observance`.
    """
    crud.check(_errors(session, row, values))
    if crud.change(session, act, row, values, computed=("recurs",)):
        occasion_planning.plan(session, act)
    return row


def delete_observance(session: Session, act: ActionContext, row: Observance) -> None:
    """Delete an observance; nobody is reminded of it any more."""
    crud.delete(session, act, row)
    occasion_planning.plan(session, act)


OBSERVANCE_ORDER = (
    col(Observance.festival).is_not(None),  # databases sort NULL differently
    col(Observance.recurs_calendar).desc(),
    col(Observance.recurs_month),
    col(Observance.recurs_day),
    col(Observance.sort_key),
    col(Observance.id),
)
"""Those of the solar calendar first, by their day, then those of the lunar one, then festivals."""


def observances_where(session: Session, query: Mapping[str, Any]) -> Any:
    """The SELECT of the observances of the reader's office that match a query string."""
    statement: Any = _own(session)
    if query.get("country"):
        statement = statement.where(_in_countries([query["country"]]))
    for name in ("locality", "organisation_id"):
        if query.get(name):
            statement = statement.where(getattr(Observance, name) == query[name])
    if "greets" in query:
        statement = statement.where(col(Observance.greets).is_(query["greets"]))
    return crud.matching(statement, Observance.search_text, query.get("q"))


def days_between(
    session: Session,
    act: ActionContext,
    first: date | None,
    last: date | None,
    countries: Collection[str] = (),
) -> list[ObservedDay]:
    """The observed days of a range in order; its bounds as for :func:`.holidays.days_between`.

    ``countries``: only those of these countries, their localities and the organisations there; none means all.

    Raises:
        Invalid: more than ten years.
    """
    first, last = whole_range(act, first, last)
    statement = _own(session)
    if countries:
        statement = statement.where(_in_countries(countries))
    rows: Sequence[Observance] = session.exec(statement).all()
    if not rows:
        return []
    holidays = HolidayIndex(map(OfficeEntry.of, permissions.own_holidays(session)))
    return observed.days_between(map(ObservanceFacts.of, rows), holidays, first, last)


def _own(session: Session) -> Any:
    return select(Observance).where(permissions.marked_own(session, col(Observance.office)))


def _in_countries(countries: Collection[str]) -> Any:
    """The condition for observances of some countries, of localities in them, or of organisations there."""
    places = select(col(Locality.code)).where(col(Locality.country).in_(countries))
    bodies = select(col(Organisation.id)).where(col(Organisation.locality).in_(places))
    return or_(
        col(Observance.country).in_(countries),
        col(Observance.locality).in_(places),
        col(Observance.organisation_id).in_(bodies),
    )


def _errors(session: Session, row: Observance | None, values: Mapping[str, Any]) -> crud.Errors:
    def after(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    errors = crud.missing_references(session, Observance, values)
    given = [name for name in OF if after(name) is not None]
    if len(given) != 1:
        name = next((name for name in reversed(given) if values.get(name) is not None), "country")
        wrong = N_("Fill in one of country, locality and organisation.")
        errors.setdefault(name, []).append(message(wrong))
    if problem := wrong_recurrence(after("recurs"), after("country")):
        errors["recurs"] = [problem]
    return errors


def wrong_recurrence(recurs: Mapping[str, Any] | None, country: str | None) -> Message | None:
    """What is wrong with a recurrence; None if nothing is."""
    if recurs is None:
        return message(N_("Say when it comes: a day of the solar or lunar calendar, or a festival."))
    if recurs.get("festival") is None:
        return impossible(recurs)
    if country is not None and country != FESTIVALS[Festival(recurs["festival"])][0]:
        return message(N_("This festival is not kept in the country {country}."), country=country)
    return None
