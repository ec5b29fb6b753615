"""The estimate of a visit (Dự toán): every line with people, times, price, norm and amount, and the sums."""

from calendars.documents import heads
from calendars.documents import money_parts as money
from calendars.documents import visit_sections as parts
from calendars.documents.facts import DocumentFacts, EstimateFacts, EstimateLineFacts
from calendars.documents.phrasing import Written, sentence
from calendars.documents.recipients import recipients
from calendars.documents.signatures import signature_of
from calendars.documents.value import Align, Block, CellKind, Document, Paper, Reckoning, Row, Table, Text, plain
from calendars.documents.wording import Wording, capitals, emphasised
from calendars.estimates.labels import unit_name
from calendars.estimates.lines import planned_sums, product
from models.i18n import N_, NP_, message
from models.vocabulary import DocumentKind, EstimateState

SYMBOL = "DT"
_PEOPLE, _TIMES, _QUANTITY, _PRICE, _CURRENCY, _AMOUNT = 2, 3, 4, 6, 8, 9


def applies(facts: DocumentFacts) -> bool:
    """Whether something is planned that the reader may know of."""
    return facts.estimate is not None and bool(planned(facts.estimate))


def planned(estimate: EstimateFacts) -> list[EstimateLineFacts]:
    """The lines of the plan: not what is only kept because it was approved or paid once."""
    return [line for line in estimate.lines if line.figures.quantity or line.figures.planned]


def compose(facts: DocumentFacts, wording: Wording) -> Document:
    """The estimate as it stands, and whether it is approved."""
    name = wording.say(N_("Cost estimate"))
    blocks: list[Block] = [*parts.paragraphs(*money.bases(facts, wording))]
    if facts.estimate is not None and planned(facts.estimate):
        lines = planned(facts.estimate)
        blocks += [
            *money.terms(facts, facts.estimate, wording),
            _table(plain(name[:1]), lines, wording),
            *money.totals(planned_sums(line.figures for line in lines), wording),
            *parts.paragraphs(*_remarks(lines, wording), _approval(facts.estimate, wording)),
        ]
    else:
        wording.lacks("estimate", message(N_("The estimate of the visit.")))
    return Document(
        kind=DocumentKind.ESTIMATE,
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


def _table(name: str, lines: list[EstimateLineFacts], wording: Wording) -> Table:
    number, text, right = CellKind.NUMBER, CellKind.TEXT, Align.RIGHT
    columns = money.columns_of(
        wording,
        (
            (NP_("of a row", "No."), 5, Align.CENTRE, number, {}),
            (N_("Content"), 22, Align.LEFT, text, {}),
            (N_("People"), 7, right, number, {}),
            (N_("Times"), 7, right, number, {}),
            (N_("Quantity"), 8, right, number, {"reckoning": Reckoning.PRODUCT, "of": (_PEOPLE, _TIMES)}),
            (NP_("of a quantity", "Unit"), 11, Align.LEFT, text, {}),
            (N_("Unit price"), 12, right, number, {}),
            (N_("Norm"), 12, right, number, {}),
            (N_("Currency"), 9, Align.CENTRE, text, {}),
            (N_("Amount"), 14, right, number,
             {"reckoning": Reckoning.PRODUCT, "of": (_QUANTITY, _PRICE), "summed": True}),
            (N_("Payer"), 12, Align.LEFT, text, {}),
            (N_("Notes"), 16, Align.LEFT, text, {}),
        ),
    )  # fmt: skip
    rows = [_row(place, line, wording) for place, line in enumerate(lines, 1)]
    for currency, amount in planned_sums(line.figures for line in lines):
        cells: list[Text] = [()] * len(columns)
        cells[1] = wording.say(NP_("of money", "Total"), bold=True)
        cells[_CURRENCY] = wording.words(currency.value, bold=True)
        cells[_AMOUNT] = money.amount_cell(amount, currency, wording, bold=True)
        rows.append(Row(tuple(cells), total=currency.value))
    return Table(name, columns, tuple(rows), total_by=_CURRENCY)


def _row(place: int, line: EstimateLineFacts, wording: Wording) -> Row:
    one, norm = line.figures, line.norm
    by_people = one.people is not None
    return Row(
        (
            wording.words(str(place)),
            money.content_of(line, wording),
            wording.words(str(one.people)) if by_people else (),
            money.quantity_cell(one.times, wording) if by_people else (),
            money.quantity_cell(one.quantity, wording),
            wording.text(unit_name(one.item, one.unit), message(N_("What the lines of the estimate are for."))),
            money.amount_cell(one.unit_amount, one.currency, wording),
            money.amount_cell(norm.amount, norm.currency, wording) if norm else (),
            wording.words(one.currency.value),
            money.amount_cell(one.planned if one.is_priced else None, one.currency, wording),
            money.payer_of(line, wording),
            _notes(line, wording),
        )
    )


def _notes(line: EstimateLineFacts, wording: Wording) -> Text:
    """The article, what of the norm may be paid, and by how much it is exceeded."""
    one, norm = line.figures, line.norm
    found: list[Text] = []
    if norm is not None and norm.article:
        found.append(sentence(wording, N_("Article {article}"), article=norm.article))
    if norm is not None and norm.amount is None:
        found.append(wording.say(N_("as invoiced")))
    if norm is not None and norm.amount is not None and one.norm_limit != product(one.quantity, norm.amount):
        found.append(sentence(wording, N_("At most {money}"), money=money.with_currency(one.norm_limit, one.currency)))
    if one.over_norm is not None:
        found.append(
            sentence(wording, N_("Above the norm by {money}"), money=money.with_currency(one.over_norm, one.currency))
        )
    if not one.is_priced:
        found.append(wording.say(N_("no price yet")))
    return wording.join(*found, between="; ")


def _remarks(lines: list[EstimateLineFacts], wording: Wording) -> list[Text]:
    """Every line above its norm by name; what has no price is in no sum, and is listed as missing."""
    if not all(line.figures.is_priced for line in lines):
        wording.lacks("price", message(N_("Prices: some lines of the estimate have none, and are in no sum.")))
    if any(line.norm is not None and not line.norm.verified for line in lines):
        wording.lacks("unverified", message(N_("Norms: some were not compared with their act yet.")))
    over = [line for line in lines if line.figures.over_norm is not None]
    return [
        sentence(
            wording,
            N_("Above the norm: {content}, by {money}."),
            content=_content(line),
            money=money.with_currency(line.figures.over_norm, line.figures.currency),
        )
        for line in over
    ]


def _content(line: EstimateLineFacts) -> Written:
    return lambda one: money.content_of(line, one)


def _approval(estimate: EstimateFacts, wording: Wording) -> Text:
    """Who approved it and when; of what was changed since nothing is approved."""
    is_as_approved = all(
        line.figures.approved == line.figures.planned for line in estimate.lines if line.figures.planned
    )
    if estimate.approved_on is None or estimate.differs or not is_as_approved:
        wording.lacks("approval", message(N_("The approval of the estimate as it stands.")))
        return ()
    if estimate.state in (EstimateState.APPROVED, EstimateState.SETTLED):
        return sentence(
            wording, N_("Approved by {name} on {day}."), name=estimate.approved_by, day=estimate.approved_on
        )
    return ()
