"""Name plates for the table, and badges: each person's name large, position and body small."""

from calendars.documents import delegation, heads
from calendars.documents.facts import DocumentFacts, MemberFacts
from calendars.documents.value import Card, CardForm, Cards, Document, Head, HeadForm, Text
from calendars.documents.wording import Wording, capitals, emphasised
from calendars.events.labels import MEMBER_SIDE_NAMES
from models.i18n import N_, message
from models.text import one_line, shorten
from models.vocabulary import DocumentKind

MOST_OF_A_MARK = 80
"""Characters of a diet that fit on one line of a plate's half; a longer one ends in “…”."""


def compose_plates(facts: DocumentFacts, wording: Wording) -> Document:
    """A tent for each person, the guests first, in order of precedence; in the corner the diet, for who serves.

    The diet stands only where the reader may read particulars.
    """
    cards = [_plate(member, wording) for member in _everybody(facts, wording)]
    return _cards(DocumentKind.NAME_PLATES, N_("Name plates"), CardForm.PLATE, cards, facts, wording)


def compose_badges(facts: DocumentFacts, wording: Wording) -> Document:
    """A badge for each person: name, position, body, and what they are in the visit."""
    cards = []
    for member in _everybody(facts, wording):
        plate = _lines(member, wording)
        role = delegation.role_shown(member, wording)
        cards.append(Card(_name(member, wording), (*plate, role) if role else plate))
    return _cards(DocumentKind.BADGES, N_("Badges"), CardForm.BADGE, cards, facts, wording)


def _everybody(facts: DocumentFacts, wording: Wording) -> list[MemberFacts]:
    listed = [member for side in MEMBER_SIDE_NAMES for member in delegation.of_side(facts, side)]
    if not listed:
        wording.lacks("members", message(N_("Members of the visit.")))
    return listed


def _plate(member: MemberFacts, wording: Wording) -> Card:
    diet = one_line(member.personal.diet or "") if member.personal else ""
    return Card(_name(member, wording), _lines(member, wording), shorten(diet, MOST_OF_A_MARK))


def _name(member: MemberFacts, wording: Wording) -> Text:
    return wording.name(member.person, bold=True)


def _lines(member: MemberFacts, wording: Wording) -> tuple[Text, ...]:
    person = member.person
    body = () if delegation.is_named_by_position(person) else delegation.body(person, wording)
    return tuple(one for one in (delegation.position(person, wording), body) if one)


def _cards(
    kind: DocumentKind, title: str, form: CardForm, cards: list[Card], facts: DocumentFacts, wording: Wording
) -> Document:
    """Only the cards: a head and a title would be a sheet of card of their own. Without any the title says what it
    is."""
    if cards:
        nothing = Head(HeadForm.PLAIN)
        blocks = (Cards(form, tuple(cards)),)
        return Document(kind, wording.languages, nothing, (), blocks=blocks, author=heads.author_of(facts))
    return Document(
        kind=kind,
        languages=wording.languages,
        head=heads.plain_head(facts, wording),
        title=emphasised(capitals(wording.say(title)), bold=True),
        abstract=wording.text(facts.visit.title, message(N_("The title of the visit.")), bold=True),
        author=heads.author_of(facts),
    )
