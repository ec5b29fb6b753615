"""The yearly plan of delegations (kế hoạch đoàn vào, đoàn ra): who comes, who goes, what takes place in the country."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from calendars.days.formatting import format_known
from calendars.days.spans import Days
from calendars.documents.delegation import OWN_DELEGATION
from calendars.documents.facts import IssuerFacts, PersonFacts
from calendars.documents.office_papers import column, number, office_author, office_head
from calendars.documents.value import (
    Align,
    Block,
    CellKind,
    Document,
    Heading,
    Paper,
    Paragraph,
    Row,
    Table,
    Text,
    plain,
)
from calendars.documents.wording import Wording, capitals, emphasised
from calendars.events.labels import KIND_NAMES, MEMBER_SIDE_NAMES, STATUS_NAMES
from calendars.money.formatting import format_money
from models.i18n import N_, NP_, message
from models.text import LocalizedText
from models.vocabulary import Direction, DocumentKind, EventKind, EventStatus, KnownTo, Language, Side

PARTS: Mapping[Direction, str] = {
    Direction.INCOMING: N_("Incoming delegations"),
    Direction.OUTGOING: N_("Outgoing delegations"),
    Direction.DOMESTIC: N_("In the country"),
}
"""The parts of the plan, in their order."""


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """An event of the year as its reader sees it; ``days`` are bounds where only the month or year is known.

    ``body`` is the body in charge, ``head`` who heads the guests. ``funded_by`` and ``budget`` (as in the API) are None
    where they are not known or not the reader's to see; ``sees_funding`` says which.
    """

    id: str
    kind: EventKind
    status: EventStatus
    direction: Direction
    title: LocalizedText
    days: Days
    known_to: KnownTo
    host: LocalizedText
    guest: LocalizedText | None
    head: PersonFacts | None
    people: int | None
    purpose: LocalizedText | None
    body: LocalizedText | None
    sees_funding: bool
    funded_by: LocalizedText | None = None
    budget: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The visits that begin in a year, in order of their days."""

    year: int
    visits: Sequence[PlannedVisit]
    issuer: IssuerFacts


def compose(plan: YearPlan, wording: Wording) -> Document:
    """Three parts, each a table with its number of visits and people; a part without visits says so."""
    name = wording.say(N_("Plan of delegations"))
    return Document(
        kind=DocumentKind.DELEGATION_PLAN,
        languages=wording.languages,
        head=office_head(plan.issuer, wording),
        title=emphasised(capitals(name), bold=True),
        abstract=wording.say(N_("Year {year}"), bold=True, year=plan.year),
        blocks=tuple(block for direction in PARTS for block in _part(direction, plan, wording)),
        paper=Paper.LANDSCAPE,
        author=office_author(plan.issuer),
    )


def _part(direction: Direction, plan: YearPlan, wording: Wording) -> Iterator[Block]:
    heading = wording.say(PARTS[direction])
    listed = [one for one in plan.visits if one.direction is direction]
    yield Heading(emphasised(heading, bold=True), 1)
    if not listed:
        yield Paragraph(wording.say(N_("None.")), indent=False)
        return
    has_funding = any(one.sees_funding for one in listed)
    columns = (
        column(wording, NP_("of a row", "No."), 6, Align.CENTRE, CellKind.NUMBER),
        column(wording, N_("Content"), 24),
        column(wording, N_("Head of the delegation"), 18),
        column(wording, N_("People"), 8, Align.CENTRE, CellKind.NUMBER),
        column(wording, N_("Purpose"), 22),
        column(wording, N_("Days"), 16),
        column(wording, N_("Host and guest"), 20),
        column(wording, N_("In charge"), 16),
        *((column(wording, N_("Funding"), 16),) if has_funding else ()),
        column(wording, N_("Status"), 12),
    )
    rows = tuple(_row(place, one, has_funding, wording) for place, one in enumerate(listed, 1))
    yield Table(plain(heading[:1]), columns, rows)
    people = sum(one.people or 0 for one in listed)
    total = wording.say(N_("Visits: {count}; people: {people}."), count=len(listed), people=people)
    unknown = sum(one.people is None for one in listed)
    if unknown:
        told = wording.say(N_("(visits without a head-count: {count})"), count=unknown)
        total = wording.join(total, told, between=" ")
    yield Paragraph(total, indent=False)


def _row(place: int, visit: PlannedVisit, has_funding: bool, wording: Wording) -> Row:
    what = message(N_("Texts of “{title}”."), title=visit.title)
    kind = wording.text(KIND_NAMES[visit.kind], what)
    title = wording.text(visit.title, what)
    if visit.head is None and visit.kind is EventKind.DELEGATION:
        wording.lacks("head", message(N_("Who heads “{title}”."), title=visit.title))
    if visit.people is None:
        wording.lacks("headcount", message(N_("The head-count of “{title}”."), title=visit.title))
    days = {str(one): format_known(visit.days, visit.known_to, one) for one in wording.languages}
    return Row(
        (
            number(place, wording),
            title if visit.kind is EventKind.DELEGATION else (*title, *emphasised(kind, italic=True)),
            _head(visit, wording),
            number(visit.people, wording),
            wording.text(visit.purpose, what),
            wording.text(days, what),
            _sides(visit, wording),
            wording.text(visit.body, what),
            *((_funding(visit, wording),) if has_funding else ()),
            wording.text(STATUS_NAMES[visit.status], what),
        )
    )


def _head(visit: PlannedVisit, wording: Wording) -> Text:
    if visit.head is None:
        return ()
    position = message(N_("The position of {name}."), name=visit.head.name)
    return wording.join(wording.name(visit.head), wording.text(visit.head.position, position))


def _sides(visit: PlannedVisit, wording: Wording) -> Text:
    """``Bên đón: …`` and ``Bên khách: …``, a line a language for each; who goes abroad is no guest to the own office:
    ``Đoàn ta: …``."""
    what = message(N_("The name of a locality."))
    host = wording.join(wording.text(MEMBER_SIDE_NAMES[Side.HOST], what), wording.text(visit.host, what), between=": ")
    if visit.guest is None:
        return host
    guest = OWN_DELEGATION if visit.direction is Direction.OUTGOING else MEMBER_SIDE_NAMES[Side.GUEST]
    return (
        *host,
        *wording.join(wording.text(guest, what), wording.text(visit.guest, what), between=": "),
    )


def _funding(visit: PlannedVisit, wording: Wording) -> Text:
    """Who pays, and how much; empty where it is not known or not the reader's to see."""
    if not visit.sees_funding:
        return ()
    payer = wording.text(visit.funded_by, message(N_("The name of a locality.")))
    amount = (
        {str(one): format_money(visit.budget, Language(one)) for one in wording.languages} if visit.budget else None
    )
    return wording.join(payer, wording.text(amount, message(N_("Funding"))), between=": ")
