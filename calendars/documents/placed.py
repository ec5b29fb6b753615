"""What the lists of cars, rooms and seats share: who is placed, and how they are written."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from calendars.days.formatting import format_hours
from calendars.days.spans import MIDNIGHT
from calendars.documents import delegation, heads
from calendars.documents.facts import BookingFacts, DocumentFacts, MemberFacts
from calendars.documents.programme import subtitle
from calendars.documents.value import (
    Align,
    Block,
    CellKind,
    Column,
    Document,
    Paper,
    Paragraph,
    Text,
)
from calendars.documents.wording import Wording, capitals, emphasised
from models.i18n import N_, NP_, message
from models.vocabulary import DocumentKind, MemberRole, ResourceType, Side

PLACES_OF_BOOKINGS = message(N_("The names of what is booked."))


def heading(wording: Wording, name: str) -> Text:
    """The heading of a column."""
    return emphasised(wording.say(name), bold=True)


def number_column(wording: Wording) -> Column:
    """A column of numbers in order."""
    return Column(heading(wording, NP_("of a row", "No.")), 6, Align.CENTRE, CellKind.NUMBER)


def people_columns(wording: Wording) -> tuple[Column, ...]:
    """The columns that :func:`person_cells` fills."""
    return (
        Column(heading(wording, N_("Full name")), 28),
        Column(heading(wording, N_("Position")), 36),
        Column(heading(wording, N_("Role")), 16),
    )


def person_cells(member: MemberFacts, wording: Wording) -> tuple[Text, ...]:
    """Somebody's name, position and body, and what they are in the visit."""
    return (
        wording.name(member.person),
        delegation.position_and_body(member.person, wording),
        delegation.role_shown(member, wording),
    )


def bookings_of(facts: DocumentFacts, kind: ResourceType) -> list[BookingFacts]:
    """What is booked of a kind, by time."""
    booked = [one for one in facts.bookings if one.type is kind]
    return sorted(booked, key=lambda one: (one.first_day, one.start_time or MIDNIGHT, one.id))


def about(booking: BookingFacts, wording: Wording) -> Text:
    """What is booked, on which days and hours."""
    name = wording.text(booking.name, PLACES_OF_BOOKINGS)
    hours = wording.words(format_hours(booking.start_time, booking.end_time)) if booking.start_time else ()
    told = wording.join(name, wording.days(booking.first_day, booking.last_day), hours)
    return told if booking.is_approved else wording.join(told, wording.say(N_("(not approved yet)")), between=" ")


def about_in_full(booking: BookingFacts, wording: Wording) -> Text:
    """What is booked, when, for how many, with its note; that it is not approved yet, where it is not."""
    seats = booking.seats * booking.quantity if booking.seats is not None else None
    return emphasised(
        wording.join(
            about(booking, wording),
            wording.say(N_("seats: {count}"), count=seats) if seats is not None else (),
            wording.words(booking.note or "")[:1],
        ),
        bold=True,
    )


def sheets(
    kind: DocumentKind, title: str, facts: DocumentFacts, wording: Wording, each: Sequence[Sequence[Block]]
) -> Document:
    """Lists that go to different hands, each with its own head and pages, in one file."""
    made = [listed(kind, title, facts, wording, blocks, Paper.PORTRAIT) for blocks in each or [()]]
    return replace(made[0], following=tuple(made[1:]))


def known(facts: DocumentFacts, ids: Iterable[str]) -> list[MemberFacts]:
    """The members with these ids, without those who are not among the visit's."""
    members = {one.id: one for one in facts.members}
    return [members[one] for one in ids if one in members]


def forgotten(facts: DocumentFacts, placed: Iterable[str], code: str) -> list[MemberFacts]:
    """The guests who have no place; drivers need none in vehicles."""
    there = set(placed)
    return [
        one
        for one in delegation.of_side(facts, Side.GUEST)
        if one.id not in there and not (code == "vehicles" and one.role is MemberRole.DRIVER)
    ]


def note_forgotten(facts: DocumentFacts, placed: Iterable[str], wording: Wording, code: str, sentence: str) -> None:
    """Note guests who have no place. ``sentence`` names them as ``people``."""
    if missing := forgotten(facts, placed, code):
        wording.lacks(code, message(sentence, people=", ".join(one.person.name for one in missing)))


def listed(
    kind: DocumentKind, title: str, facts: DocumentFacts, wording: Wording, blocks: Sequence[Block], paper: Paper
) -> Document:
    """A list with the office's name above it, its title, and the visit's days."""
    return Document(
        kind=kind,
        languages=wording.languages,
        head=heads.plain_head(facts, wording),
        title=emphasised(capitals(wording.say(title)), bold=True),
        abstract=wording.text(facts.visit.title, message(N_("The title of the visit.")), bold=True),
        blocks=(
            Paragraph(emphasised(subtitle(facts, wording), italic=True), Align.CENTRE, indent=False),
            *blocks,
        ),
        paper=paper,
        author=heads.author_of(facts),
    )
