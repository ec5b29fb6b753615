"""The settlement of a visit (Quyết toán): what was approved and what was paid, line by line, with the vouchers.

Source: Circular 35/2026/TT-BTC, article 34.2: for each delegation, by the approved plan and the invoices.
"""

from dataclasses import replace

from calendars.documents import heads
from calendars.documents import money_parts as money
from calendars.documents import visit_sections as parts
from calendars.documents.facts import DocumentFacts, EstimateFacts, EstimateLineFacts
from calendars.documents.phrasing import sentence
from calendars.documents.recipients import recipients
from calendars.documents.signatures import signature_of
from calendars.documents.value import Align, Block, CellKind, Document, Paper, Reckoning, Row, Table, Text, plain
from calendars.documents.wording import Wording, capitals, emphasised
from calendars.estimates.lines import approved_sums, paid_sums
from models.i18n import N_, NP_, message
from models.vocabulary import Currency, DocumentKind

SYMBOL = "QT"
_CURRENCY, _APPROVED, _PAID, _DIFFERENCE = 2, 3, 4, 5


def applies(facts: DocumentFacts) -> bool:
    """Whether something was approved or paid that the reader may know of."""
    return facts.estimate is not None and bool(settled(facts.estimate))


def settled(estimate: EstimateFacts) -> list[EstimateLineFacts]:
    """The lines of which something was approved or paid."""
    return [line for line in estimate.lines if line.figures.approved is not None or line.figures.paid or line.payments]


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """The settlement as far as payments are entered."""
    name = wording.say(N_("Settlement of costs"))
    blocks: list[Block] = [*parts.paragraphs(*money.bases(facts, wording))]
    if facts.estimate is not None and settled(facts.estimate):
        lines = settled(facts.estimate)
        figures = [line.figures for line in lines]
        blocks += [
            *money.terms(facts, _as_approved(facts.estimate), wording),
            *parts.paragraphs(_approval(facts.estimate, wording)),
            _table(plain(name[:1]), lines, facts, wording),
            *money.totals(
                approved_sums(figures), wording, N_("Approved: {money} (in words: {words})."), N_("Approved: {money}.")
            ),
            *money.totals(paid_sums(figures), wording, N_("Paid: {money} (in words: {words})."), N_("Paid: {money}.")),
            *parts.paragraphs(*_remarks(lines, wording), _settled(facts.estimate, wording)),
        ]
    else:
        wording.lacks("payments", message(N_("What was approved and paid for the visit.")))
    return Document(
        kind=DocumentKind.SETTLEMENT,
        languages=wording.languages,
        head=heads.head_of(facts, wording, SYMBOL),
        title=emphasised(capitals(name), bold=True),
        abstract=emphasised(money.subject(facts, wording), bold=True),
        blocks=tuple(blocks),
        signatures=(signature_of(facts, wording),),
        recipients=recipients(wording, ()),
        paper=Paper.LANDSCAPE,
        author=heads.author_of(facts),
    )


def _table(name: str, lines: list[EstimateLineFacts], facts: DocumentFacts, wording: Wording) -> Table:
    number, text, right = CellKind.NUMBER, CellKind.TEXT, Align.RIGHT
    columns = money.columns_of(
        wording,
        (
            (NP_("of a row", "No."), 5, Align.CENTRE, number, {}),
            (N_("Content"), 28, Align.LEFT, text, {}),
            (N_("Currency"), 10, Align.CENTRE, text, {}),
            (NP_("of money", "Approved"), 15, right, number, {"summed": True}),
            (NP_("of money", "Paid"), 15, right, number, {"summed": True}),
            (N_("Difference"), 15, right, number,
             {"reckoning": Reckoning.DIFFERENCE, "of": (_PAID, _APPROVED), "summed": True}),
            (N_("Vouchers"), 20, Align.LEFT, text, {}),
            (N_("Payer"), 14, Align.LEFT, text, {}),
            (N_("Notes"), 18, Align.LEFT, text, {}),
        ),
    )  # fmt: skip
    rows = [_row(place, line, facts, wording) for place, line in enumerate(lines, 1)]
    for currency in Currency:
        own = [line.figures for line in lines if line.figures.currency is currency]
        if not own:
            continue
        approved, paid = sum(line.approved or 0 for line in own), sum(line.paid for line in own)
        cells: list[Text] = [()] * len(columns)
        cells[1] = wording.say(NP_("of money", "Total"), bold=True)
        cells[_CURRENCY] = wording.words(currency.value, bold=True)
        for place, amount in ((_APPROVED, approved), (_PAID, paid), (_DIFFERENCE, paid - approved)):
            cells[place] = money.amount_cell(amount, currency, wording, bold=True)
        rows.append(Row(tuple(cells), total=currency.value))
    return Table(name, columns, tuple(rows), total_by=_CURRENCY)


def _row(place: int, line: EstimateLineFacts, facts: DocumentFacts, wording: Wording) -> Row:
    one = line.figures
    return Row(
        (
            wording.words(str(place)),
            money.content_of(line, wording),
            wording.words(one.currency.value),
            money.amount_cell(one.approved, one.currency, wording),
            money.amount_cell(one.paid, one.currency, wording),
            money.amount_cell(one.paid - (one.approved or 0), one.currency, wording),
            _vouchers(line, wording),
            money.payer_of(line, wording),
            _notes(line, facts, wording),
        )
    )


def _vouchers(line: EstimateLineFacts, wording: Wording) -> Text:
    """The number and day of each payment, below each other."""
    found: list[Text] = []
    for one in line.payments:
        if one.voucher is None:
            wording.lacks("voucher", message(N_("Vouchers: some payments have no number.")))
        found.append(sentence(wording, N_("{voucher}, {day}"), voucher=one.voucher, day=one.paid_on))
    return tuple(line for text in found for line in text)


def _as_approved(estimate: EstimateFacts) -> EstimateFacts:
    """The estimate with class and payer as they were approved: it is settled by the approved plan."""
    terms = estimate.approved_terms
    if terms is None:
        return estimate
    return replace(
        estimate,
        guest_class=terms.guest_class,
        class_decided_by=terms.class_decided_by,
        who_pays=terms.who_pays,
    )


def _approved_words(line: EstimateLineFacts, facts: DocumentFacts, wording: Wording) -> Text:
    """For what, and at whose expense, a line was approved where that is not what it is now."""
    before = line.approved_as
    if before is None:
        return ()
    payer = parts.lead_of(facts) if before.payer is None else lambda one: money.payer_of(before, one)
    return sentence(
        wording,
        N_("Approved as: {content}, paid by {payer}"),
        content=lambda one: money.content_of(before, one),
        payer=payer,
    )


def _notes(line: EstimateLineFacts, facts: DocumentFacts, wording: Wording) -> Text:
    one = line.figures
    found: list[Text] = []
    if line.approved_as is not None:
        found.append(_approved_words(line, facts, wording))
    if one.approved is None:
        found.append(wording.say(N_("not approved")))
    if one.paid_over_norm is not None:
        over = money.with_currency(one.paid_over_norm, one.currency)
        found.append(sentence(wording, N_("Above the norm by {money}"), money=over))
    return wording.join(*found, between="; ")


def _remarks(lines: list[EstimateLineFacts], wording: Wording) -> list[Text]:
    """In which currencies more was paid than approved."""
    approved, paid = (find(line.figures for line in lines) for find in (approved_sums, paid_sums))
    found = []
    for currency, amount in paid:
        more = amount - approved.amounts.get(currency, 0)
        if more > 0:
            over = money.with_currency(more, currency)
            found.append(sentence(wording, N_("Paid above what was approved: {money}."), money=over))
    return found


def _approval(estimate: EstimateFacts, wording: Wording) -> Text:
    if estimate.approved_on is None:
        wording.lacks("approval", message(N_("The approval of the estimate as it stands.")))
        return ()
    text = N_("The estimate was approved by {name} on {day}.")
    return sentence(wording, text, name=estimate.approved_by, day=estimate.approved_on)


def _settled(estimate: EstimateFacts, wording: Wording) -> Text:
    if estimate.settled_on is None:
        wording.lacks("settled", message(N_("The settlement: the estimate is not settled yet.")))
        return ()
    return sentence(wording, N_("Settled on {day}."), day=estimate.settled_on)
