"""Parts that plans, submissions and reports share: headings, days and place, programme, logistics, funds, contact."""

from datetime import date
from itertools import groupby

from calendars.days.formatting import format_hours
from calendars.documents import acts, participants
from calendars.documents.facts import BookingFacts, DocumentFacts, VisitFacts
from calendars.documents.phrasing import Written, phrase, place_of, sentence, text_of
from calendars.documents.value import Align, Block, Column, Heading, Items, Paragraph, Row, Run, Table, Text, plain
from calendars.documents.wording import GAP, Wording, capitals, emphasised
from models.i18n import N_, NP_, message
from models.vocabulary import EventKind, ResourceType, Side

_WHAT = message(N_("Items of the programme: what happens."))
_WHERE = message(N_("Items of the programme: places."))
_WHO = message(N_("Items of the programme: who hosts, who attends."))

_LOGISTICS = {
    ResourceType.LODGING: N_("Lodging: {what}."),
    ResourceType.VEHICLE: N_("Cars: {what}."),
    ResourceType.INTERPRETER: N_("Interpreting: {what}."),
    ResourceType.ROOM: N_("Rooms: {what}."),
    ResourceType.EQUIPMENT: N_("Equipment: {what}."),
}
_HEADS = {Side.GUEST: N_("Head: {person}."), Side.HOST: N_("Received by: {person}.")}

_ALWAYS = (ResourceType.LODGING, ResourceType.VEHICLE, ResourceType.INTERPRETER)
"""What guests from elsewhere need: a gap stands where nothing is booked."""


def section(wording: Wording, numeral: str, text: str) -> Heading:
    """``I. MỤC ĐÍCH, YÊU CẦU``."""
    return Heading(emphasised(capitals(_numbered(numeral, wording.say(text))), bold=True), 1)


def point(wording: Wording, number: str, text: str) -> Heading:
    """``1. Mục đích``."""
    return Heading(emphasised(_numbered(number, wording.say(text)), bold=True), 2)


def _numbered(number: str, text: Text) -> Text:
    return tuple((Run(f"{number}. ", line[0].language), *line) for line in text)


def paragraphs(*texts: Text) -> list[Block]:
    """A paragraph for each text; empty ones are left out."""
    return [Paragraph(text) for text in texts if text]


def leading(text: Text) -> list[Block]:
    """A paragraph that announces a table or a list, and stays on its page."""
    return [Paragraph(text, keep_with_next=True)]


def items(*texts: Text) -> Items:
    """A list with dashes; empty texts are left out."""
    return Items(tuple(text for text in texts if text))


def days_of(facts: DocumentFacts) -> Written:
    """The visit's days in a sentence: ``từ ngày 10/3/2027 đến ngày 12/3/2027``, with the hours of one day."""

    def written(one: Wording) -> Text:
        visit = facts.visit
        if visit.arrives_on == visit.departs_on:
            hours = format_hours(visit.start_time, visit.end_time)
            if hours:
                return phrase(one, N_("{hours} on {day}"), hours=hours, day=visit.arrives_on)
            return phrase(one, N_("on {day}"), day=visit.arrives_on)
        text = NP_("days of a visit in a letter", "from {first} to {last}")
        return phrase(one, text, first=visit.arrives_on, last=visit.departs_on)

    return written


def place_of_visit(facts: DocumentFacts) -> Written:
    """Where the visit takes place: its own words, else the host's locality."""
    visit = facts.visit
    return text_of(visit.location, message(N_("The place of the visit."))) if visit.location else place_of(visit.host)


def purpose_of(facts: DocumentFacts, wording: Wording) -> Text:
    """What the visit is for: its purpose, a batch's subject, a troupe's occasion, what a ceremony celebrates and how
    many years of it; without a full stop, as sentences hold it."""
    visit = facts.visit
    what = message(N_("The purpose of the visit."))
    words = visit.purpose or visit.subject or visit.occasion
    if words:
        return wording.text({language: text.rstrip(" .") for language, text in words.items()}, what)
    if visit.anniversary:
        return _celebrated(visit, wording)
    wording.lacks("purpose", what)
    return wording.words(GAP)


def _celebrated(visit: VisitFacts, wording: Wording) -> Text:
    """``Tổ chức kỷ niệm 50 năm Ngày ký Hiệp ước``: the occasion of a ceremony."""
    occasion = text_of(visit.anniversary, message(N_("The purpose of the visit.")))
    if visit.ordinal is None:
        return sentence(wording, NP_("purpose of a ceremony", "To celebrate: {occasion}"), occasion=occasion)
    return sentence(
        wording,
        NP_("purpose of a ceremony", "To celebrate {ordinal} years: {occasion}"),
        ordinal=visit.ordinal,
        occasion=occasion,
    )


def purpose_alone(facts: DocumentFacts, wording: Wording) -> Text:
    """The purpose as a line of its own, which ends with a full stop however it was entered."""
    return sentence(wording, "{purpose}.", purpose=lambda one: purpose_of(facts, one))


def time_and_place(facts: DocumentFacts, wording: Wording) -> Items:
    """When and where, and where a batch is taught."""
    visit = facts.visit
    lines = [
        sentence(wording, N_("Time: {days}."), days=days_of(facts)),
        sentence(wording, N_("Place: {place}."), place=place_of_visit(facts)),
    ]
    if visit.institution:
        what = message(N_("The name of the institution."))
        lines.append(sentence(wording, N_("Taught at: {institution}."), institution=text_of(visit.institution, what)))
    return items(*lines)


def composition(facts: DocumentFacts, wording: Wording) -> list[Block]:
    """Who comes and who receives: the heads in words, then each side in a table."""
    blocks: list[Block] = []
    for number, side, text in (("1", Side.GUEST, N_("Guests")), ("2", Side.HOST, N_("Hosts"))):
        blocks.append(point(wording, number, text))
        participants.lacks_people(facts, wording, side)
        if side is Side.GUEST:
            blocks += paragraphs(participants.count_sentence(facts, wording), *_kinds_of_people(facts, wording))
        head = participants.head_of_side(facts, side)
        if head:
            blocks += paragraphs(sentence(wording, _HEADS[side], person=participants.with_position(head)))
        table = participants.table_of(facts, wording, side, text)
        if table:
            blocks.append(table)
        else:
            blocks += paragraphs(wording.words(GAP))
    return blocks


def _kinds_of_people(facts: DocumentFacts, wording: Wording) -> list[Text]:
    counted = facts.visit.composition or {}
    if not counted:
        return []
    listed = ", ".join(f"{name}: {count}" for name, count in counted.items())
    return [sentence(wording, N_("Of these: {listed}."), listed=listed)]


def programme(facts: DocumentFacts, wording: Wording) -> list[Block]:
    """The programme by days, the evenings of a troupe, the phases of a batch; a gap where nothing is planned."""
    blocks: list[Block] = []
    if facts.programme:
        blocks.append(programme_table(facts, wording))
    if facts.visit.performances:
        blocks.append(_performances(facts, wording))
    if facts.visit.phases:
        blocks.append(_phases(facts, wording))
    if not blocks:
        wording.lacks("programme", message(N_("Items of the programme.")))
        blocks += paragraphs(wording.words(GAP))
    if facts.is_changed_since:
        wording.lacks("publishing", message(N_("Publishing: the programme was changed since.")))
    return blocks


def programme_table(facts: DocumentFacts, wording: Wording) -> Table:
    """The programme as a table by days: time, content, place, who chairs."""
    columns = (
        Column(emphasised(wording.say(N_("Time")), bold=True), 15, Align.CENTRE),
        Column(emphasised(wording.say(N_("Content")), bold=True), 40),
        Column(emphasised(wording.say(N_("Place")), bold=True), 26),
        Column(emphasised(wording.say(N_("Presided by")), bold=True), 24),
    )
    rows: list[Row] = []
    for day, listed in groupby(facts.programme, key=lambda item: item.day):
        rows.append(Row((wording.weekday(day),), group=True))
        rows += [
            Row(
                (
                    wording.words(format_hours(item.start_time, item.end_time)),
                    wording.text(item.title, _WHAT, entry_id=item.id),
                    wording.text(item.place, _WHERE, entry_id=item.id),
                    wording.text(item.hosted_by, _WHO, entry_id=item.id),
                )
            )
            for item in listed
        ]
    return Table(plain(wording.only(wording.languages[0]).say(N_("Programme"))), columns, tuple(rows))


def _performances(facts: DocumentFacts, wording: Wording) -> Table:
    columns = (
        Column(emphasised(wording.say(N_("Day")), bold=True), 18, Align.CENTRE),
        Column(emphasised(wording.say(N_("Time")), bold=True), 14, Align.CENTRE),
        Column(emphasised(wording.say(N_("Performance")), bold=True), 36),
        Column(emphasised(wording.say(N_("Place")), bold=True), 32),
    )
    rows = []
    for evening in facts.visit.performances:
        if evening.venue is None:
            wording.lacks("performances", message(N_("Performances: where they take place.")))
        if evening.time is None:
            wording.lacks("performances", message(N_("Performances: when they begin.")))
        rows.append(
            Row(
                (
                    wording.day(evening.day),
                    wording.words(format_hours(evening.time, None) or GAP),
                    wording.text(evening.title, message(N_("Titles of performances."))),
                    wording.text(evening.venue, message(N_("Performances: where they take place.")))
                    or wording.words(GAP),
                )
            )
        )
    return Table(plain(wording.only(wording.languages[0]).say(N_("Performances"))), columns, tuple(rows))


def _phases(facts: DocumentFacts, wording: Wording) -> Table:
    columns = (
        Column(emphasised(wording.say(N_("Time")), bold=True), 30, Align.CENTRE),
        Column(emphasised(wording.say(N_("Phase")), bold=True), 40),
        Column(emphasised(wording.say(N_("Institution")), bold=True), 34),
    )
    rows = tuple(
        Row(
            (
                wording.days(phase.first_day, phase.last_day),
                wording.text(phase.title, message(N_("Titles of phases."))),
                wording.text(phase.institution, message(N_("The name of the institution."))),
            )
        )
        for phase in facts.visit.phases
    )
    return Table(plain(wording.only(wording.languages[0]).say(N_("Phases"))), columns, rows)


def logistics(facts: DocumentFacts, wording: Wording) -> Items:
    """Lodging, cars, interpreters, rooms, equipment as booked; gaps where guests need what nobody booked."""
    needs_all = facts.visit.guest is not None and facts.visit.own_side is Side.HOST
    lines = []
    for kind, text in _LOGISTICS.items():
        booked = [booking for booking in facts.bookings if booking.type is kind]
        if booked:
            lines += [sentence(wording, text, what=_booked(booking)) for booking in booked]
        elif needs_all and kind in _ALWAYS:
            wording.lacks("bookings", message(N_("Bookings: lodging, cars, interpreters.")))
            lines.append(sentence(wording, text, what=None))
    return items(*lines)


def _booked(booking: BookingFacts) -> Written:
    def written(one: Wording) -> Text:
        name = one.text(booking.name, message(N_("The names of what is booked.")))
        quantity = one.words(f"× {booking.quantity}") if booking.quantity > 1 else ()
        hours = one.words(format_hours(booking.start_time, booking.end_time)) if booking.start_time else ()
        days = one.days(booking.first_day, booking.last_day)
        return one.join(one.join(name, quantity, between=" "), hours, days)

    return written


def funds(facts: DocumentFacts, wording: Wording) -> Text:
    """Which rules the costs follow, without sums: the estimate is a paper of its own."""
    visit = facts.visit
    cited = _cited(visit.own_side, visit.arrives_on)
    if visit.kind is EventKind.TRAINING_BATCH and visit.agreement:
        return sentence(
            wording,
            N_("Costs follow “{agreement}”, which says who bears them; the estimate is made and approved separately."),
            agreement=text_of(visit.agreement.title, message(N_("The title of the agreement."))),
        )
    is_foreign = visit.guest is not None and visit.guest.country != visit.host.country
    if cited and is_foreign:
        return sentence(
            wording,
            N_(
                "Costs are met from the budget within the norms of {act}; the estimate is made and approved separately."
            ),
            act=cited,
        )
    return sentence(
        wording,
        N_("Costs are met from the budget by the rules in force; the estimate is made and approved separately."),
    )


def _cited(own_side: Side, day: date) -> object:
    return (acts.RECEIVING_GUESTS if own_side is Side.HOST else acts.TRAVEL_ABROAD).citation(day)


def bases(facts: DocumentFacts, wording: Wording) -> list[Text]:
    """What a paper rests on: acts that were read, the agreement; a gap for what only the office knows."""
    visit = facts.visit
    found = []
    is_foreign = visit.guest is not None and visit.guest.country != visit.host.country
    is_protocol = visit.own_side is Side.HOST and visit.kind in (EventKind.DELEGATION, EventKind.ANNIVERSARY)
    if is_foreign and is_protocol and (protocol := acts.DIPLOMATIC_PROTOCOL.citation(visit.arrives_on)):
        found.append(sentence(wording, N_("Pursuant to {act};"), act=protocol))
    if visit.agreement:
        title = text_of(visit.agreement.title, message(N_("The title of the agreement.")))
        if visit.agreement.signed_on:
            text = N_("Pursuant to “{agreement}” signed on {day};")
            found.append(sentence(wording, text, agreement=title, day=visit.agreement.signed_on))
        else:
            found.append(sentence(wording, N_("Pursuant to “{agreement}”;"), agreement=title))
    return found


def own_basis(wording: Wording) -> Text:
    """A line for an act or instruction that only the office knows; it is listed as missing."""
    wording.lacks("basis", message(N_("Further acts and instructions the paper rests on.")))
    return sentence(wording, N_("Pursuant to {act};"), act=None)


def contact(facts: DocumentFacts, wording: Wording) -> Text:
    """Whom to ask: the one in charge, with a number if there is one; empty where nobody is in charge."""
    person = facts.visit.in_charge
    if person is None:
        wording.lacks("in_charge", message(N_("Who is in charge of the visit.")))
        return ()

    def name(one: Wording) -> Text:
        return one.name(person)

    if person.phone:
        return sentence(wording, N_("Contact: {name}, telephone {phone}."), name=name, phone=person.phone)
    return sentence(wording, N_("Contact: {name}."), name=name)


def lead_of(facts: DocumentFacts) -> Written:
    """The body in charge of the visit, else the issuer."""
    body = facts.visit.organisation or facts.issuer.body
    return text_of(body.name if body else None, message(N_("The name of the body in charge of the visit.")))


def issuer_of(facts: DocumentFacts) -> Written:
    """The issuing body in a sentence."""
    body = facts.issuer.body
    return text_of(body.name if body else None, message(N_("The name of the issuing body.")))
