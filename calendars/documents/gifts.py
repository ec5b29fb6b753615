"""The list of gifts: what is presented and what was received, as far as it is entered.

Before anything is, it lists who receives a gift, in order of precedence, with room to write down what and how many.
"""

from collections.abc import Iterable

from calendars.documents import acts, delegation, heads
from calendars.documents.facts import DocumentFacts, GiftFacts
from calendars.documents.money_parts import figure, quantity_cell
from calendars.documents.programme import subtitle
from calendars.documents.value import (
    Align,
    Block,
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
from calendars.documents.wording import Wording, capitals, emphasised
from models.i18n import N_, NP_, message
from models.vocabulary import DocumentKind, Side

_DESCRIPTION = message(N_("What the gifts are."))
_RECEIVER = message(N_("Who receives the gifts."))
_GIVER = message(N_("Who presents the gifts."))
_PLACE = message(N_("The name of a locality."))


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """Two parts: the gifts for the other side, and those received from it, if any are entered."""
    side = receivers(facts)
    given = [one for one in facts.gifts if one.from_side is not side]
    received = [one for one in facts.gifts if one.from_side is side]
    name = wording.say(N_("List of gifts"))
    note = _norms(facts, wording)
    second: tuple[Block, ...] = ()
    if received:
        title = wording.say(N_("Gifts received"))
        second = (Paragraph(emphasised(title, bold=True), indent=False), _received(received, wording, plain(title[:1])))
    return Document(
        kind=DocumentKind.GIFTS,
        languages=wording.languages,
        head=heads.plain_head(facts, wording),
        title=emphasised(capitals(name), bold=True),
        abstract=wording.text(facts.visit.title, message(N_("The title of the visit.")), bold=True),
        blocks=(
            Paragraph(emphasised(subtitle(facts, wording), italic=True), Align.CENTRE, indent=False),
            _given(given, wording, plain(name[:1])) if given else _room(facts, side, wording, plain(name[:1])),
            *((Paragraph(emphasised(note, italic=True), indent=False),) if note else ()),
            *second,
        ),
        paper=Paper.LANDSCAPE,
        author=heads.author_of(facts),
    )


_Headings = Iterable[tuple[str, int, Align, CellKind]]
_NUMBER = (NP_("of a row", "No."), 6, Align.CENTRE, CellKind.NUMBER)
_GIFT = (N_("Gift"), 24, Align.LEFT, CellKind.TEXT)
_QUANTITY = (N_("Quantity"), 10, Align.CENTRE, CellKind.TEXT)
_BY = (N_("Presented by"), 18, Align.LEFT, CellKind.TEXT)
_VALUE = (NP_("of a gift", "Value"), 16, Align.RIGHT, CellKind.TEXT)
_TO = (
    (N_("Receiver"), 26, Align.LEFT, CellKind.TEXT),
    (N_("Position"), 24, Align.LEFT, CellKind.TEXT),
    (N_("Organisation"), 22, Align.LEFT, CellKind.TEXT),
)


def _columns(wording: Wording, headings: _Headings) -> tuple[Column, ...]:
    return tuple(
        Column(emphasised(wording.say(heading), bold=True), width, align, kind)
        for heading, width, align, kind in headings
    )


def _room(facts: DocumentFacts, side: Side, wording: Wording, name: str) -> Table:
    """The side as a whole, then its members one by one; what they receive is entered by hand."""
    listed = delegation.of_side(facts, side)
    if not listed:
        wording.lacks("members", _RECEIVER)
    whole = delegation.side_heading(facts, side, wording)
    rows = [Row((wording.words("1"), whole, (), (), (), (), ()))]
    for number, member in enumerate(listed, 2):
        person = member.person
        position, body = delegation.position(person, wording), delegation.body(person, wording)
        rows.append(Row((wording.words(str(number)), wording.name(person), position, body, (), (), ())))
    return Table(name, _columns(wording, (_NUMBER, *_TO, _GIFT, _QUANTITY, _BY)), tuple(rows))


def _given(gifts: Iterable[GiftFacts], wording: Wording, name: str) -> Table:
    """Gift by gift, to whom, and its value as far as it is known."""
    rows = [
        Row(
            (
                wording.words(str(number)),
                *_receiver(one, wording),
                _what(one, wording),
                _how_many(one, wording),
                wording.text(one.giver_name, _GIVER),
                _value(one, wording),
            )
        )
        for number, one in enumerate(gifts, 1)
    ]
    return Table(name, _columns(wording, (_NUMBER, *_TO, _GIFT, _QUANTITY, _BY, _VALUE)), tuple(rows))


def _received(gifts: Iterable[GiftFacts], wording: Wording, name: str) -> Table:
    """Gift by gift, from whom, to whom, and who keeps it."""
    kept_by = (N_("Kept by"), 20, Align.LEFT, CellKind.TEXT)
    rows = [
        Row(
            (
                wording.words(str(number)),
                wording.text(one.giver_name, _GIVER),
                _what(one, wording),
                _how_many(one, wording),
                _receiver(one, wording)[0],
                wording.words(one.kept_by) if one.kept_by else (),
                _value(one, wording),
            )
        )
        for number, one in enumerate(gifts, 1)
    ]
    return Table(name, _columns(wording, (_NUMBER, _BY, _GIFT, _QUANTITY, _TO[0], kept_by, _VALUE)), tuple(rows))


def _receiver(gift: GiftFacts, wording: Wording) -> tuple[Text, Text, Text]:
    """Who receives it, with position and body; of a gift for nobody in particular the body or the locality."""
    person = gift.receiver
    if person is None:
        return wording.text(gift.receiver_name, _PLACE), (), ()
    return wording.name(person), delegation.position(person, wording), delegation.body(person, wording)


def _what(gift: GiftFacts, wording: Wording) -> Text:
    return wording.text(gift.description, _DESCRIPTION)


def _how_many(gift: GiftFacts, wording: Wording) -> Text:
    if gift.quantity is None:
        return ()
    unit = wording.words(gift.unit) if gift.unit else ()
    return wording.join(quantity_cell(gift.quantity, wording), unit, between=" ")


def _value(gift: GiftFacts, wording: Wording) -> Text:
    """What it is worth, with its currency; nothing where that is not known."""
    if gift.value is None or gift.currency is None:
        return ()
    return wording.words(f"{figure(gift.value, gift.currency, wording.languages[0])} {gift.currency.value}")


def receivers(facts: DocumentFacts) -> Side:
    """To whose side the office gives: the other one."""
    return Side.HOST if facts.visit.own_side is Side.GUEST else Side.GUEST


def _norms(facts: DocumentFacts, wording: Wording) -> Text:
    """Which act limits gifts to foreign guests on the visit's days; the amounts are not repeated here.

    Source: Circular 35/2026/TT-BTC, article 12 and its clause on entry into force.
    """
    if not delegation.is_received_here(facts) or receivers(facts) is not Side.GUEST:
        return ()
    act = acts.RECEIVING_GUESTS.citation(facts.visit.first_day)
    if act is not None:
        return wording.say(N_("Norms: article 12 of {act}."), act=act)
    return wording.say(N_("Norms: Circular 71/2018/TT-BTC, in force until 17 May 2026."))
