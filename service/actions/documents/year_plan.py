"""The yearly plan of delegations, read for whoever asks: what they may read, funding only of what they see wholly."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from calendars.days.calendar_grid import FIRST_YEAR, LAST_YEAR
from calendars.days.spans import Days
from calendars.documents import delegation_plan
from calendars.documents.delegation_plan import PlannedVisit, YearPlan
from calendars.documents.facts import PersonFacts
from models.errors import Invalid
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, message
from models.places import Organisation, Person
from models.queries.organisation_lines import OrganisationLines
from models.text import LocalizedText
from models.vocabulary import DocumentKind, EventStatus, Language, MemberRole, Side
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.documents import office_papers
from service.actions.documents.access import NoSuchPaper
from service.actions.documents.making import MadeFile
from service.actions.documents.office_papers import Compose
from service.actions.ledger import estimate_budgets
from service.actions.locality_index import DirectionResolver, LocalityIndex
from service.actions.permissions import Sight

MOST_VISITS = 2000
"""Visits of one year on a paper; the list of events as a file takes more."""


class TooManyVisits(Invalid):
    """A year with more visits than a paper takes."""

    code = "too_many_rows"


def make_year_plan(
    session: Session, act: ActionContext, year: str, file_format: str, languages: Sequence[Language]
) -> MadeFile:
    """The plan of a year's delegations as a file.

    Raises:
        NoSuchPaper: there is no such year, or it is not made in that format.
        TooManyVisits: the year has more visits than a paper takes.
    """
    wanted = year_named(year)

    def read() -> Compose:
        plan = read_year_plan(session, act, wanted)
        return lambda wording: delegation_plan.compose(plan, wording)

    about = {"vi": f"Đoàn ra, đoàn vào năm {wanted}"}
    first = date(wanted, 1, 1)
    return office_papers.make(
        session, DocumentKind.DELEGATION_PLAN, file_format, languages, about=about, day=first, read=read
    )


def year_named(name: str) -> int:
    """A year by its four digits.

    Raises:
        NoSuchPaper: it is none, or one that the calendar does not show.
    """
    if name.isascii() and name.isdecimal() and len(name) == 4 and FIRST_YEAR <= int(name) <= LAST_YEAR:
        return int(name)
    told = N_("There is no plan of “{name}”. Years are written with four digits, from {first} to {last}.")
    raise NoSuchPaper(
        message(told, name=name[:20], first=FIRST_YEAR, last=LAST_YEAR), [str(FIRST_YEAR), str(LAST_YEAR)]
    )


def read_year_plan(session: Session, act: ActionContext, year: int) -> YearPlan:
    """The visits that begin in a year and are not cancelled, in order of their days; a fixed number of queries.

    Bodies and places have the names of each visit's first day; who makes the paper that of today, or of the year's last
    day if it is over.

    Raises:
        TooManyVisits: there are more than a paper takes.
    """
    where = (
        col(Event.first_day).between(date(year, 1, 1), date(year, 12, 31)),
        col(Event.status) != EventStatus.CANCELLED,
        permissions.visible(session),
    )
    count = session.execute(core_select(func.count()).select_from(Event).where(*where)).scalar_one()
    if count > MOST_VISITS:
        told = N_("The year has {count} visits, more than a paper takes ({most}). Export the list of events instead.")
        raise TooManyVisits({"year": [message(told, count=count, most=MOST_VISITS)]})
    statement: Any = (
        core_select(Event, col(Organisation.name))
        .outerjoin(Organisation, col(Organisation.id) == col(Event.organisation_id))
        .where(*where)
        .order_by(*crud.EVENT_ORDER)
    )
    found = session.execute(statement).all()
    heads = _heads(session, where)
    places = LocalityIndex.load(session)
    resolver = DirectionResolver(places, permissions.own_office(session) or act.office.locality)
    lines = OrganisationLines.load(session)
    budgets = estimate_budgets.shows_budget(session, [event for event, _body in found])
    visits = [_visit(session, event, body, heads, places, resolver, lines, budgets) for event, body in found]
    issuer = office_papers.issuer_on(session, act, places, min(act.today, date(year, 12, 31)))
    return YearPlan(year, visits, issuer)


def _heads(session: Session, where: Iterable[Any]) -> dict[str, PersonFacts]:
    """Event → who heads the guests, as of being added; one query."""
    statement: Any = (
        core_select(Member, Person)
        .join(Person, col(Person.id) == col(Member.person_id))
        .join(Event, col(Event.id) == col(Member.event_id))
        .where(*where, col(Member.role) == MemberRole.HEAD, col(Member.side) == Side.GUEST)
    )
    return {
        member.event_id: PersonFacts(
            id=person.id,
            name=person.name,
            name_lo=person.name_lo,
            name_latin=person.name_latin,
            honorific=person.honorific,
            position=member.position or person.position,
        )
        for member, person in session.execute(statement)
    }


def _visit(
    session: Session,
    event: Event,
    body: LocalizedText | None,
    heads: Mapping[str, PersonFacts],
    places: LocalityIndex,
    resolver: DirectionResolver,
    lines: OrganisationLines,
    budgets: Collection[str],
) -> PlannedVisit:
    day = event.first_day
    sees_funding = permissions.sight(session, event) is Sight.WHOLE
    return PlannedVisit(
        id=event.id,
        kind=event.kind,
        status=event.status,
        direction=resolver.of(event),
        title=event.title,
        days=Days(event.first_day, event.last_day),
        known_to=event.known_to,
        host=places.name(event.host, day),
        guest=places.name(event.guest, day) if event.guest else None,
        head=heads.get(event.id),
        people=event.headcount if event.headcount_actual is None else event.headcount_actual,
        purpose=event.purpose,
        body=lines.name(event.organisation_id, body, day) if body else None,
        sees_funding=sees_funding,
        funded_by=places.name(event.funded_by, day) if sees_funding and event.funded_by else None,
        budget=event.budget if event.id in budgets else None,
    )
