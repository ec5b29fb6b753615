"""The invitation to the guests' side: a letter to guests from abroad (Thư mời), a card to those of the country (GM)."""

from calendars.documents import heads, participants
from calendars.documents import visit_sections as parts
from calendars.documents.facts import DocumentFacts
from calendars.documents.phrasing import Written, pair_of, place_of, sentence, text_of
from calendars.documents.recipients import recipients
from calendars.documents.signatures import signature_of
from calendars.documents.value import Block, Document, Text
from calendars.documents.visit_names import GATHERINGS, TITLE, visitors
from calendars.documents.wording import GAP, Wording, capitals, emphasised
from models.i18n import N_, message
from models.vocabulary import DocumentKind, EventKind, Side

SYMBOL = "GM"


def applies(facts: DocumentFacts) -> bool:
    """The host invites."""
    return facts.visit.own_side is Side.HOST


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """The invitation to the head of the guests, or to their locality while nobody is named."""
    is_foreign = _is_foreign(facts)
    return Document(
        kind=DocumentKind.INVITATION,
        languages=wording.languages,
        head=heads.head_of(facts, wording, "" if is_foreign else SYMBOL),
        title=emphasised(
            capitals(wording.say(N_("Letter of invitation") if is_foreign else N_("Invitation"))), bold=True
        ),
        addressee=sentence(wording, N_("To: {addressee}"), addressee=_addressee(facts, wording)),
        blocks=tuple(_blocks(facts, wording, is_foreign=is_foreign)),
        signatures=(signature_of(facts, wording),),
        recipients=recipients(wording, (), is_letter=True),
        author=heads.author_of(facts),
    )


def _is_foreign(facts: DocumentFacts) -> bool:
    guest = facts.visit.guest
    return guest is not None and guest.country != facts.visit.host.country


def _addressee(facts: DocumentFacts, wording: Wording) -> Written:
    head = participants.head_of_side(facts, Side.GUEST)
    if head:
        return participants.with_position(head)
    if facts.visit.guest:
        return place_of(facts.visit.guest)
    wording.lacks("addressee", message(N_("Whom the paper is addressed to.")))
    return lambda one: one.words(GAP)


def _blocks(facts: DocumentFacts, wording: Wording, *, is_foreign: bool) -> list[Block]:
    opening = [
        sentence(
            wording,
            N_("In the spirit of friendship and cooperation between {both},"),
            both=pair_of(facts.visit.host, facts.visit.guest),
        )
        if is_foreign
        else (),
        _asked(facts, wording),
    ]
    blocks = [*parts.paragraphs(*opening), parts.time_and_place(facts, wording)]
    if facts.visit.kind is EventKind.DELEGATION and facts.visit.purpose:
        purpose = text_of(facts.visit.purpose, message(N_("The purpose of the visit.")))
        blocks += parts.paragraphs(sentence(wording, N_("Purpose of the visit: {purpose}."), purpose=purpose))
    if facts.programme or facts.visit.performances or facts.visit.phases:
        blocks += parts.leading(wording.say(N_("Planned programme:")))
        blocks += parts.programme(facts, wording)
    return [*blocks, *parts.paragraphs(*_closing(facts, wording, is_foreign=is_foreign))]


def _asked(facts: DocumentFacts, wording: Wording) -> Text:
    visit = facts.visit
    if visit.kind in GATHERINGS:
        return sentence(
            wording,
            N_("{issuer} has the honour to invite you to “{title}”."),
            issuer=parts.issuer_of(facts),
            title=text_of(visit.title, TITLE),
        )
    text = N_("{issuer} has the honour to invite {visitors} to {host} {days}.")
    if visit.kind is EventKind.TRAINING_BATCH:
        text = N_("{issuer} has the honour to invite people of {guest} to {visitors}, held in {host} {days}.")
    return sentence(
        wording,
        text,
        guest=place_of(visit.guest),
        issuer=parts.issuer_of(facts),
        visitors=visitors(facts),
        host=place_of(visit.host),
        days=parts.days_of(facts),
    )


def _closing(facts: DocumentFacts, wording: Wording, *, is_foreign: bool) -> list[Text]:
    count = facts.visit.headcount
    asks = N_("Please let us have the list of the delegation, {count} people, with passports and travel by {day}.")
    lines = []
    if is_foreign and facts.visit.kind not in GATHERINGS:
        wording.lacks("answer_by", message(N_("By when the guests are asked to answer.")))
        lines.append(sentence(wording, asks, count=count, day=None))
    lines.append(parts.contact(facts, wording))
    lines.append(wording.say(N_("We look forward to welcoming you.")))
    return lines
