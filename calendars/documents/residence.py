"""The declaration of temporary residence (khai báo tạm trú): who of the guests stays where, with passport."""

from collections.abc import Iterator, Sequence

from calendars.documents import delegation, heads
from calendars.documents.facts import BookingFacts, DocumentFacts, MemberFacts, PersonalFacts
from calendars.documents.value import Align, CellKind, Column, Document, Paper, Paragraph, Row, Table, Text, plain
from calendars.documents.wording import Wording, capitals, emphasised
from calendars.people.passport_words import PASSPORT_KIND_NAMES, SEX_NAMES, country_name
from models.i18n import N_, NP_, Message, message
from models.vocabulary import DocumentKind, ResourceType, Side

_COUNTRY = message(N_("Nationality"))
_UNKNOWN = PersonalFacts()
_GAP = "……"
"""Room to write by hand, short enough for the narrow columns of this table."""


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """One row for each guest, names as in the passport. What is missing is listed by person, with a gap in the row."""
    listed = delegation.of_side(facts, Side.GUEST)
    if not listed:
        wording.lacks("members", message(N_("Members on the guests' side.")))
    name = wording.say(N_("Declaration of temporary residence"))
    columns = tuple(
        Column(emphasised(wording.say(heading), bold=True), width, align, kind)
        for heading, width, align, kind in (
            (NP_("of a row", "No."), 5, Align.CENTRE, CellKind.NUMBER),
            (N_("Name as in the passport"), 20, Align.LEFT, CellKind.TEXT),
            (N_("Sex"), 7, Align.CENTRE, CellKind.TEXT),
            (N_("Date of birth"), 11, Align.CENTRE, CellKind.DATE),
            (N_("Nationality"), 10, Align.CENTRE, CellKind.TEXT),
            (N_("Passport number"), 13, Align.CENTRE, CellKind.TEXT),
            (N_("Kind of passport"), 12, Align.LEFT, CellKind.TEXT),
            (N_("Expiry of the passport"), 11, Align.CENTRE, CellKind.DATE),
            (N_("Period of stay"), 13, Align.CENTRE, CellKind.TEXT),
            (N_("Lodging"), 20, Align.LEFT, CellKind.TEXT),
        )
    )
    rows = tuple(_row(place, member, facts, wording) for place, member in enumerate(listed, 1))
    stay = wording.days(facts.visit.arrives_on, facts.visit.departs_on)
    return Document(
        kind=DocumentKind.RESIDENCE,
        languages=wording.languages,
        head=heads.plain_head(facts, wording),
        title=emphasised(capitals(name), bold=True),
        abstract=wording.text(facts.visit.title, message(N_("The title of the visit.")), bold=True),
        blocks=(
            Paragraph(emphasised(stay, italic=True), Align.CENTRE, indent=False),
            Paragraph(wording.say(N_("People: {count}"), count=len(rows)), indent=False, keep_with_next=bool(rows)),
            *((Table(plain(name[:1]), columns, rows),) if rows else ()),
        ),
        paper=Paper.LANDSCAPE,
        author=heads.author_of(facts),
    )


def _row(place: int, member: MemberFacts, facts: DocumentFacts, wording: Wording) -> Row:
    known = member.personal or _UNKNOWN
    stays = _lodgings(member, facts)
    if missing := [*_missing(member, known, stays)]:
        detail = message(N_("{name}: {missing}."), name=member.person.name, missing=tuple(missing))
        wording.lacks("particulars", detail, person_id=member.person.id)
    gap = wording.words(_GAP)
    return Row(
        (
            wording.words(str(place)),
            # No name in a passport is derived from another one; but it is to be seen whose row this is.
            wording.words((member.person.name_latin or "").upper() or f"{_GAP} ({member.person.name})"),
            wording.say(SEX_NAMES[known.sex]) if known.sex else gap,
            wording.day(known.born_on) if known.born_on else gap,
            wording.text(country_name(known.nationality), _COUNTRY) if known.nationality else gap,
            wording.words(known.passport_number) if known.passport_number else gap,
            wording.say(PASSPORT_KIND_NAMES[known.passport_kind]) if known.passport_kind else gap,
            wording.day(known.passport_expires_on) if known.passport_expires_on else gap,
            _days(stays, facts, wording),
            _places(stays, wording) or gap,
        )
    )


def _missing(member: MemberFacts, known: PersonalFacts, stays: Sequence[BookingFacts]) -> Iterator[Message]:
    """What a declaration needs of a person and is not known, or is not the reader's to see."""
    entries = (
        (member.person.name_latin, N_("Name as in the passport")),
        (known.sex, N_("Sex")),
        (known.born_on, N_("Date of birth")),
        (known.nationality, N_("Nationality")),
        (known.passport_number, N_("Passport number")),
        (known.passport_kind, N_("Kind of passport")),
        (known.passport_expires_on, N_("Expiry of the passport")),
        (stays, N_("Lodging")),
    )
    for value, name in entries:
        if not value:
            yield message(name)


def _lodgings(member: MemberFacts, facts: DocumentFacts) -> list[BookingFacts]:
    """Where somebody stays: the lodging in which they were given a room; where no rooms were given, the visit's."""
    booked = [one for one in facts.bookings if one.type is ResourceType.LODGING]
    given = facts.placements.rooms if facts.placements else {}
    if not any(room for rooms in given.values() for room in rooms):
        return booked
    return [one for one in booked if any(member.id in room for room in given.get(one.id, ()))]


def _days(stays: Sequence[BookingFacts], facts: DocumentFacts, wording: Wording) -> Text:
    """From the first to the last day in lodgings; without one the days from arrival to departure."""
    if not stays:
        return wording.days(facts.visit.arrives_on, facts.visit.departs_on)
    return wording.days(min(one.first_day for one in stays), max(one.last_day for one in stays))


def _places(stays: Sequence[BookingFacts], wording: Wording) -> Text:
    what = message(N_("The names of what is booked."))
    return wording.join(*(wording.text(one.name, what) for one in stays), between="; ")
