"""The lists of who comes and of who receives them, in order of precedence."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from calendars.days.formatting import numeric_day
from calendars.documents import delegation, heads
from calendars.documents.facts import DocumentFacts, MemberFacts
from calendars.documents.programme import subtitle
from calendars.documents.value import (
    Align,
    CellKind,
    Column,
    Document,
    Paper,
    Paragraph,
    Row,
    Table,
    Text,
    plain,
)
from calendars.documents.wording import GAP, Wording, capitals, emphasised
from calendars.events.journeys import Journey, day_of, moment_of
from models.i18n import N_, NP_, message
from models.vocabulary import DocumentKind, EventKind, Side

_GUESTS = {
    EventKind.DELEGATION: N_("List of members of the delegation"),
    EventKind.TRAINING_BATCH: N_("List of learners"),
    EventKind.ART_TROUPE_VISIT: N_("List of members of the art troupe"),
    EventKind.ANNIVERSARY: N_("List of guests"),
    EventKind.ACTIVITY: N_("List of guests"),
}


def compose_members(facts: DocumentFacts, wording: Wording) -> Document:
    """The guests' side: name, name as in the passport, position, body, role in the delegation; how they arrive and
    depart, as far as it is known of anybody."""
    listed = delegation.of_side(facts, Side.GUEST)
    delegation.note_gaps(facts, Side.GUEST, listed, wording)
    columns = (
        _number(wording),
        Column(_heading(wording, N_("Full name")), 24),
        Column(_heading(wording, N_("Name as in the passport")), 22),
        *_position_columns(wording),
        Column(_heading(wording, N_("Role")), 14),
        *(Column(_heading(wording, title), 20) for title, journeys in _JOURNEYS if any(map(journeys, listed))),
    )
    rows = tuple(
        Row(
            (
                wording.words(str(place)),
                wording.name(member.person),
                _passport_name(member, wording),
                delegation.position(member.person, wording),
                delegation.body(member.person, wording),
                delegation.role(member, wording),
                *(_journey(of(member), wording) for _title, of in _JOURNEYS if any(map(of, listed))),
            )
        )
        for place, member in enumerate(listed, 1)
    )
    title = _GUESTS[facts.visit.kind]
    return _list(DocumentKind.MEMBERS, title, facts, wording, columns, rows, delegation.composition_of(facts, wording))


def _arrival(member: MemberFacts) -> Journey | None:
    return member.arrival


def _departure(member: MemberFacts) -> Journey | None:
    return member.departure


_JOURNEYS: Sequence[tuple[str, Callable[[MemberFacts], Journey | None]]] = (
    (NP_("of a member", "Arrival"), _arrival),
    (NP_("of a member", "Departure"), _departure),
)


def _journey(journey: Journey | None, wording: Wording) -> Text:
    """When, with what, where, and who meets them, each as far as it is known."""
    if not journey:
        return ()
    moment = moment_of(journey)
    hour = f"{moment:%H:%M}, " if isinstance(moment, datetime) else ""
    when = f"{hour}{numeric_day(day)}" if (day := day_of(journey)) is not None else ""
    parts = [wording.words(part) for part in (when, journey.get("by", ""), journey.get("place", "")) if part]
    if met_by := journey.get("met_by"):
        parts.append(wording.say(N_("met by {name}"), name=met_by))
    return wording.join(*parts, between="; ")


def compose_hosts(facts: DocumentFacts, wording: Wording) -> Document:
    """The hosts' side: name, position, body, and which of the guests is their counterpart.

    Of what nobody is a guest of, it lists who takes part.
    """
    listed = delegation.of_side(facts, Side.HOST)
    delegation.note_gaps(facts, Side.HOST, listed, wording)
    guests = delegation.of_side(facts, Side.GUEST)
    columns = [
        _number(wording),
        Column(_heading(wording, N_("Full name")), 26),
        *_position_columns(wording),
        Column(_heading(wording, N_("Role")), 14),
    ]
    if guests:
        columns.append(Column(_heading(wording, N_("Counterpart")), 26))
    rows = []
    for place, member in enumerate(listed, 1):
        cells = [
            wording.words(str(place)),
            wording.name(member.person),
            delegation.position(member.person, wording),
            delegation.body(member.person, wording),
            delegation.role_shown(member, wording),
        ]
        if guests:
            met = [one for one in guests if _meet(member, one)]
            cells.append(wording.join(*(wording.name(one.person) for one in met), between="; "))
        rows.append(Row(tuple(cells)))
    title = N_("List of hosts") if facts.visit.guest is not None else N_("List of participants")
    return _list(DocumentKind.HOSTS, title, facts, wording, tuple(columns), tuple(rows))


def has_guests(facts: DocumentFacts) -> bool:
    """Whether the visit has a guests' side to list."""
    return facts.visit.guest is not None or any(member.side is Side.GUEST for member in facts.members)


def _list(
    kind: DocumentKind,
    title: str,
    facts: DocumentFacts,
    wording: Wording,
    columns: tuple[Column, ...],
    rows: tuple[Row, ...],
    composition: Text = (),
) -> Document:
    name = wording.say(title)
    return Document(
        kind=kind,
        languages=wording.languages,
        head=heads.plain_head(facts, wording),
        title=emphasised(capitals(name), bold=True),
        abstract=wording.text(facts.visit.title, message(N_("The title of the visit.")), bold=True),
        blocks=(
            Paragraph(emphasised(subtitle(facts, wording), italic=True), Align.CENTRE, indent=False),
            *((Paragraph(composition, indent=False),) if composition else ()),
            Paragraph(wording.say(N_("People: {count}"), count=len(rows)), indent=False, keep_with_next=bool(rows)),
            *((Table(plain(name[:1]), columns, rows),) if rows else ()),
        ),
        paper=Paper.LANDSCAPE,
        author=heads.author_of(facts),
    )


def _number(wording: Wording) -> Column:
    return Column(_heading(wording, NP_("of a row", "No.")), 6, Align.CENTRE, CellKind.NUMBER)


def _position_columns(wording: Wording) -> Iterator[Column]:
    yield Column(_heading(wording, N_("Position")), 26)
    yield Column(_heading(wording, N_("Organisation")), 24)


def _heading(wording: Wording, name: str) -> Text:
    return emphasised(wording.say(name), bold=True)


def _passport_name(member: MemberFacts, wording: Wording) -> Text:
    """The name in Latin capitals; a gap where it is not known, never derived from the other spellings."""
    person = member.person
    if not person.name_latin:
        detail = message(N_("The name of {name} as in the passport."), name=person.name)
        wording.lacks("name_latin", detail, person_id=person.id)
        return wording.words(GAP)
    return wording.words(person.name_latin.upper())


def _meet(one: MemberFacts, other: MemberFacts) -> bool:
    """Whether either is named as the counterpart of the other."""
    return one.counterpart_id == other.person.id or other.counterpart_id == one.person.id
