"""The programme of a visit, in one language or two side by side; its pocket size."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from calendars.days.formatting import format_day, format_hours, zone_words
from calendars.days.office_clock import running_order, shown_times
from calendars.days.spans import MIDNIGHT
from calendars.documents import delegation, heads
from calendars.documents.facts import BookingFacts, DocumentFacts, ItemFacts, MemberFacts, PersonFacts
from calendars.documents.value import (
    Align,
    Block,
    Column,
    Document,
    Heading,
    Items,
    Line,
    Paper,
    Paragraph,
    Row,
    Table,
    Text,
    plain,
)
from calendars.documents.wording import GAP, Wording, capitals, emphasised
from calendars.events.labels import MEMBER_SIDE_NAMES
from calendars.programmes.items import label
from models.i18n import N_, message
from models.vocabulary import DocumentKind, EventKind, MemberRole, ResourceType, Side

_WHAT = message(N_("Items of the programme: what happens."))
_WHERE = message(N_("Items of the programme: places."))
_WHO = message(N_("Items of the programme: who hosts, who attends."))

_POCKET_COLUMNS = 2

_SERVING = frozenset({MemberRole.SECRETARY, MemberRole.STAFF, MemberRole.INTERPRETER, MemberRole.DRIVER})
"""Whose numbers the pocket programme gives, of the hosts' side only: those who are called on the way."""


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """The programme as a table by days: time, content (a column for each language), place, who chairs, who attends.

    Behind it stand the evenings of a troupe or the phases of a batch, and who takes part on either side. Hours are
    those of the place; where the office's clock shows others, they stand below in brackets.
    """
    columns = (
        Column(emphasised(wording.say(N_("Time")), bold=True), 15, Align.CENTRE),
        *(Column(emphasised(wording.only(one).say(N_("Content")), bold=True), 40) for one in wording.languages),
        Column(emphasised(wording.say(N_("Place")), bold=True), 26),
        Column(emphasised(wording.say(N_("Presided by")), bold=True), 24),
        Column(emphasised(wording.say(N_("Attending")), bold=True), 24),
    )
    blocks: list[Block] = [*_opening(facts, wording)]
    name = plain(wording.only(wording.languages[0]).say(N_("Programme")))
    parts = [*_performances(facts, wording), *_phases(facts, wording)]
    if facts.programme or not parts:
        blocks.append(_table(name, columns, _rows(facts, wording), wording))
    blocks += [*parts, *_people(facts, wording)]
    return Document(
        kind=DocumentKind.PROGRAMME,
        languages=wording.languages,
        head=heads.plain_head(facts, wording),
        title=_title(facts, wording),
        abstract=_abstract(facts, wording),
        blocks=tuple(blocks),
        paper=Paper.LANDSCAPE if len(wording.languages) > 1 else Paper.PORTRAIT,
        author=heads.author_of(facts),
    )


def compose_pocket(facts: DocumentFacts, wording: Wording) -> Document:
    """The programme for the pocket: time and what happens where; then whom to call, where the guests stay, the cars.

    Numbers are those of who is in charge and of the hosts' people who serve the visit; nobody else's.
    """
    columns = (
        Column(emphasised(wording.say(N_("Time")), bold=True), 22, Align.CENTRE),
        Column(emphasised(wording.say(N_("Content")), bold=True), 78),
    )
    blocks: list[Block] = [*_opening(facts, wording)]
    name = plain(wording.only(wording.languages[0]).say(N_("Programme")))
    blocks.append(_table(name, columns, _pocket_rows(facts, wording), wording))
    blocks += [*_contacts(facts, wording), *_lodging(facts, wording), *_cars(facts, wording)]
    return Document(
        kind=DocumentKind.PROGRAMME_POCKET,
        languages=wording.languages,
        head=heads.plain_head(facts, wording),
        title=_title(facts, wording),
        abstract=_abstract(facts, wording),
        blocks=tuple(blocks),
        paper=Paper.POCKET,
        author=heads.author_of(facts),
    )


def subtitle(facts: DocumentFacts, wording: Wording) -> Text:
    """The days from arrival to departure, and the place."""
    days = wording.days(facts.visit.arrives_on, facts.visit.departs_on)
    return wording.join(days, wording.text(facts.visit.location, message(N_("The place of the visit."))))


def _title(facts: DocumentFacts, wording: Wording) -> Text:
    name = N_("Ceremony programme") if facts.visit.kind is EventKind.ANNIVERSARY else N_("Programme")
    return emphasised(capitals(wording.say(name)), bold=True)


def _abstract(facts: DocumentFacts, wording: Wording) -> Text:
    return wording.text(facts.visit.title, message(N_("The title of the visit.")), bold=True)


def _opening(facts: DocumentFacts, wording: Wording) -> Iterator[Paragraph]:
    """Days and place; which revision this is; whose clock the hours are of."""
    if not facts.programme:
        wording.lacks("programme", message(N_("Items of the programme.")))
    yield Paragraph(emphasised(subtitle(facts, wording), italic=True), Align.CENTRE, indent=False)
    for line in (*_about(facts, wording), _revision(facts, wording), _clock(facts, wording)):
        if line:
            yield Paragraph(emphasised(line, italic=True), Align.CENTRE, indent=False)


def _about(facts: DocumentFacts, wording: Wording) -> Iterator[Text]:
    """For which occasion a troupe comes; what a batch is about, and where it is taught."""
    visit = facts.visit
    for name, text in (
        (N_("Occasion"), visit.occasion),
        (N_("Subject"), visit.subject),
        (N_("Institution"), visit.institution),
    ):
        if text:
            told = wording.text(text, message(name))
            yield wording.join(wording.say(name), told, between=": ")


def _revision(facts: DocumentFacts, wording: Wording) -> Text:
    """``(Điều chỉnh lần 1)``; that it is a draft, or was changed since, where it is not what was published."""
    if not facts.programme:
        return ()
    if facts.revision is None:
        wording.lacks("publishing", message(N_("Publishing: the programme has not been published.")))
        return wording.say(N_("(not published yet)"))
    name = wording.text(label(facts.revision), message(N_("Programme"))) if facts.revision > 1 else ()
    if facts.is_changed_since:
        wording.lacks("publishing", message(N_("Publishing: the programme was changed since.")))
        return wording.join(name, wording.say(N_("(with changes not yet published)")), between=" ")
    return tuple((replace(line[0], text="("), *line, replace(line[-1], text=")")) for line in name)


def _clock(facts: DocumentFacts, wording: Wording) -> Text:
    """Whose time the hours are, where the office's clock shows other hours for any of them."""
    if not any(_office_hours(item, facts, wording) for item in facts.programme):
        return ()
    words = {str(one): zone_words(facts.visit.timezone, one) for one in wording.languages}
    return wording.say(N_("Hours: {zone}"), zone=words)


def _items_by_day(facts: DocumentFacts) -> list[tuple[object, list[ItemFacts]]]:
    """The items in running order, by day; those without hours stay in the order in which they were entered."""
    ordered = sorted(facts.programme, key=lambda item: running_order(item.day, item.start_time, item.end_time)[:4])
    return [(day, [*listed]) for day, listed in groupby(ordered, key=lambda item: item.day)]


def _hours(item: ItemFacts, facts: DocumentFacts, wording: Wording) -> Text:
    """The hours by the clock of the place, with a remark where they end on the next day; the office's in brackets."""
    written = format_hours(item.start_time, item.end_time)
    start, end = item.start_time, item.end_time
    shown = wording.words(written)
    if start is not None and end is not None and MIDNIGHT < end <= start:
        shown = (*shown, *wording.say(N_("(next day)")))
    return (*shown, *emphasised(_office_hours(item, facts, wording), italic=True))


def _office_hours(item: ItemFacts, facts: DocumentFacts, wording: Wording) -> Text:
    """``(07:00–09:00, 6/7/2027, giờ Việt Nam)``; empty where the office's clock shows the same."""
    zone = facts.office_zone
    if zone is None:
        return ()
    times = shown_times(item.day, item.day, item.start_time, item.end_time, facts.visit.timezone, zone)
    if times.own is None:
        return ()
    day = times.days.first if times.start_time is not None else times.days.last
    told = {}
    for one in wording.languages:
        parts = [format_hours(times.start_time, times.end_time)]
        parts += [format_day(day, one)] if day != item.day else []
        told[str(one)] = f"({', '.join([*parts, zone_words(zone, one)])})"
    return wording.text(told, _WHAT)


def _table(name: str, columns: Sequence[Column], rows: Iterable[Row], wording: Wording) -> Table:
    """A table without the columns in which no row says anything, but for hours and content, which share out the width.

    Without any row it has one to be filled in by hand that says so.
    """
    listed = [*rows]
    if not listed:
        contents = [wording] if len(columns) <= _POCKET_COLUMNS else [wording.only(one) for one in wording.languages]
        nothing = [emphasised(one.say(N_("{gap} (no programme yet)"), gap=GAP), italic=True) for one in contents]
        return Table(name, tuple(columns[: 1 + len(nothing)]), (Row((wording.words(GAP), *nothing)),))
    kept = [
        place
        for place, column in enumerate(columns)
        if place <= len(wording.languages) or any(row.cells[place] for row in listed if not row.group)
    ]
    shown = [row if row.group else replace(row, cells=tuple(row.cells[place] for place in kept)) for row in listed]
    return Table(name, tuple(columns[place] for place in kept), tuple(shown))


def _rows(facts: DocumentFacts, wording: Wording) -> Iterator[Row]:
    for _day, listed in _items_by_day(facts):
        yield Row((wording.weekday(listed[0].day),), group=True)
        for item in listed:
            yield Row(
                (
                    _hours(item, facts, wording),
                    *(wording.only(one).text(item.title, _WHAT, entry_id=item.id) for one in wording.languages),
                    wording.text(item.place, _WHERE, entry_id=item.id),
                    wording.text(item.hosted_by, _WHO, entry_id=item.id),
                    wording.text(item.attendees, _WHO, entry_id=item.id),
                )
            )


def _pocket_rows(facts: DocumentFacts, wording: Wording) -> Iterator[Row]:
    for _day, listed in _items_by_day(facts):
        yield Row((wording.weekday(listed[0].day),), group=True)
        for item in listed:
            content: list[Line] = []
            for one in wording.languages:
                own = wording.only(one)
                content += own.text(item.title, _WHAT, entry_id=item.id)
                content += own.text(item.place, _WHERE, italic=True, entry_id=item.id)
            yield Row((_hours(item, facts, wording), tuple(content)))


def _performances(facts: DocumentFacts, wording: Wording) -> Iterator[Block]:
    listed = facts.visit.performances
    if facts.visit.kind is not EventKind.ART_TROUPE_VISIT:
        return
    if not listed:
        wording.lacks("performances", message(N_("The evenings of the troupe: day, hour and place.")))
        return
    heading = wording.say(N_("Performances"))
    columns = (
        Column(emphasised(wording.say(N_("Day")), bold=True), 24),
        Column(emphasised(wording.say(N_("Time")), bold=True), 12, Align.CENTRE),
        Column(emphasised(wording.say(N_("Content")), bold=True), 34),
        Column(emphasised(wording.say(N_("Place")), bold=True), 30),
    )
    what = message(N_("Performances: what is shown, and where."))
    rows = [
        Row(
            (
                wording.weekday(one.day, bold=False),
                wording.words(format_hours(one.time, None)),
                wording.text(one.title, what),
                wording.text(one.venue, what),
            )
        )
        for one in sorted(listed, key=lambda one: running_order(one.day, one.time, None)[:4])
    ]
    yield Heading(emphasised(heading, bold=True), 2)
    yield Table(plain(heading[:1]), columns, tuple(rows))


def _phases(facts: DocumentFacts, wording: Wording) -> Iterator[Block]:
    listed = facts.visit.phases
    if not listed:
        return
    heading = wording.say(N_("Phases"))
    columns = (
        Column(emphasised(wording.say(N_("Days")), bold=True), 26),
        Column(emphasised(wording.say(N_("Content")), bold=True), 42),
        Column(emphasised(wording.say(N_("Institution")), bold=True), 32),
    )
    what = message(N_("Phases: what is taught, and where."))
    rows = [
        Row(
            (
                wording.days(one.first_day, one.last_day),
                wording.text(one.title, what),
                wording.text(one.institution, what),
            )
        )
        for one in sorted(listed, key=lambda one: (one.first_day, one.last_day))
    ]
    yield Heading(emphasised(heading, bold=True), 2)
    yield Table(plain(heading[:1]), columns, tuple(rows))


def _people(facts: DocumentFacts, wording: Wording) -> Iterator[Block]:
    """Who takes part, the guests first; a batch also by its composition."""
    composition = delegation.composition_of(facts, wording)
    if composition:
        yield Paragraph(composition, indent=False)
    for side in MEMBER_SIDE_NAMES:
        listed = delegation.of_side(facts, side)
        if listed:
            yield Heading(emphasised(delegation.side_heading(facts, side, wording), bold=True), 2)
            yield Items(tuple(_person(member, wording) for member in listed), numbered=True)


def _person(member: MemberFacts, wording: Wording) -> Text:
    what = delegation.position(member.person, wording) or delegation.body(member.person, wording)
    told = wording.join(wording.name(member.person), what)
    return wording.join(told, delegation.role_shown(member, wording), between=" – ")


def _contacts(facts: DocumentFacts, wording: Wording) -> Iterator[Block]:
    people: dict[str, PersonFacts] = {}
    if facts.visit.in_charge is None:
        wording.lacks("in_charge", message(N_("Who is in charge of the visit.")))
    else:
        people[facts.visit.in_charge.id] = facts.visit.in_charge
    for member in delegation.of_side(facts, Side.HOST):
        if member.role in _SERVING and member.person.phone:
            people.setdefault(member.person.id, member.person)
    if people and not any(person.phone for person in people.values()):
        first = next(iter(people.values()))
        wording.lacks("phone", message(N_("The phone number of {name}."), name=first.name))
    if people:
        yield Heading(wording.say(N_("Contacts"), bold=True), 2)
        yield Items(tuple(_contact(person, wording) for person in people.values()))


def _contact(person: PersonFacts, wording: Wording) -> Text:
    told = wording.join(wording.name(person), delegation.position(person, wording))
    return wording.join(told, wording.words(person.phone or GAP), between=": ")


def _lodging(facts: DocumentFacts, wording: Wording) -> Iterator[Block]:
    listed = [one for one in facts.bookings if one.type is ResourceType.LODGING]
    if listed:
        yield Heading(wording.say(N_("Lodging"), bold=True), 2)
        yield Items(tuple(_booked(one, facts, wording) for one in listed))
    elif facts.visit.arrives_on != facts.visit.departs_on:
        wording.lacks("lodging", message(N_("Where the guests stay.")))


def _cars(facts: DocumentFacts, wording: Wording) -> Iterator[Block]:
    listed = [one for one in facts.bookings if one.type is ResourceType.VEHICLE]
    if not listed:
        return
    seated = facts.placements.vehicles if facts.placements else {}
    members = {member.id: member for member in facts.members}
    cars = []
    for one in listed:
        inside = delegation.in_precedence(members[name] for name in seated.get(one.id, ()) if name in members)
        names = wording.join(*(wording.name(member.person, addressed=False) for member in inside), between="; ")
        cars.append(wording.join(_booked(one, facts, wording), names, between=": "))
    yield Heading(wording.say(N_("Vehicles"), bold=True), 2)
    yield Items(tuple(cars))


def _booked(booking: BookingFacts, facts: DocumentFacts, wording: Wording) -> Text:
    """What is booked, with its days where they are not all of the visit's."""
    name = wording.text(booking.name, message(N_("The names of what is booked.")))
    visit = facts.visit
    if booking.first_day <= visit.arrives_on and booking.last_day >= visit.departs_on:
        return name
    return wording.join(name, wording.days(booking.first_day, booking.last_day))
