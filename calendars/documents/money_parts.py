"""What the papers of money share: acts, class and payer, amounts in figures and words, what a line is called."""

from collections.abc import Iterable
from decimal import Decimal

from babel.numbers import format_decimal

from calendars.documents import acts
from calendars.documents import visit_sections as parts
from calendars.documents.facts import DocumentFacts, EstimateFacts, EstimateLineFacts
from calendars.documents.phrasing import Written, sentence, text_of
from calendars.documents.value import Align, Block, CellKind, Column, Line, Paragraph, Run, Text
from calendars.documents.visit_names import about
from calendars.documents.wording import Wording, emphasised
from calendars.estimates.labels import CLASS_NAMES, ITEM_NAMES, ROLE_NAMES, WHO_PAYS_NAMES, format_quantity
from calendars.estimates.lines import LineFigures
from calendars.money.sums import Sums
from calendars.money.words import amount_in_words
from models.day_texts import BABEL_LOCALES
from models.i18n import N_, message
from models.vocabulary import Currency, Direction, Language, NormRole

_OWN_WORDS = message(N_("What the lines of the estimate are for."))
_TOTAL = N_("Total: {money}.")
_PAYER = message(N_("Who pays for lines of the estimate."))


def figure(amount: int, currency: Currency, language: Language) -> str:
    """An amount as the language writes numbers, without its currency: ``7.700.000``; cents always with two places."""
    pattern = "#,##0.00" if currency.decimals else "#,##0"
    written = Decimal(amount).scaleb(-currency.decimals)
    return str(format_decimal(written, format=pattern, locale=BABEL_LOCALES[language]))


def amount_cell(amount: int | None, currency: Currency, wording: Wording, *, bold: bool = False) -> Text:
    """An amount in a cell of a table; empty for what is not known."""
    if amount is None:
        return ()
    return wording.words(figure(amount, currency, wording.languages[0]), bold=bold)


def with_currency(amount: int | None, currency: Currency) -> Written:
    """An amount with its currency, as a value of a sentence; a gap for what is not known."""

    def written(one: Wording) -> Text:
        if amount is None:
            return ()
        return one.words(f"{figure(amount, currency, one.languages[0])} {currency.value}")

    return written


def quantity_cell(hundredths: int | None, wording: Wording) -> Text:
    """A quantity in a cell of a table."""
    if hundredths is None:
        return ()
    # Without grouping, so that a spreadsheet reads every one of them as a number.
    return wording.words(format_quantity(hundredths, wording.languages[0]).replace(_GROUP[wording.languages[0]], ""))


_GROUP = {Language.VI: ".", Language.LO: ".", Language.EN: ","}


def columns_of(
    wording: Wording, wanted: Iterable[tuple[str, float, Align, CellKind, dict[str, object]]]
) -> tuple[Column, ...]:
    """Columns from heading, width, alignment, kind, and how their numbers are reckoned."""
    return tuple(
        Column(emphasised(wording.say(heading), bold=True), width, align, kind, **reckoned)  # type: ignore[arg-type]
        for heading, width, align, kind, reckoned in wanted
    )


def role_of(line: LineFigures) -> NormRole | None:
    """For whom of the delegation a line is, by the name of its formula; None: for no rank in particular."""
    role = (line.rule or "").partition(":")[2]
    return NormRole(role) if role in {one.value for one in NormRole} else None


def content_of(one: EstimateLineFacts, wording: Wording) -> Text:
    """What a line is for: the item, for whom, and what was written of it."""
    figures = one.figures
    name = wording.text(ITEM_NAMES[figures.item], _OWN_WORDS)
    if role := role_of(figures):
        called = ROLE_NAMES[role]
        name = tuple((*line, Run(f" ({called[line[0].language]})", line[0].language)) for line in name)
    if figures.description:
        return wording.join(name, wording.text(figures.description, _OWN_WORDS), between=": ")
    return name


def payer_of(line: EstimateLineFacts, wording: Wording) -> Text:
    """Who pays for a line; empty where it is the body in charge, as the paper says above."""
    return wording.text(line.payer, _PAYER)


def subject(facts: DocumentFacts, wording: Wording) -> Text:
    """What the money is for: the visit that is received, sent or held."""
    return about(
        facts,
        wording,
        receiving=N_("Costs of receiving {visitors} in {host}"),
        sending=N_("Costs of sending {visitors} to {host}"),
        holding=N_("Costs of holding {visitors}"),
    )


def bases(facts: DocumentFacts, wording: Wording) -> list[Text]:
    """The acts by which money is spent on the visit, the local ones too, and the agreement."""
    visit = facts.visit
    is_foreign = visit.guest is not None and visit.guest.country != visit.host.country
    found = []
    act = acts.TRAVEL_ABROAD if visit.direction is Direction.OUTGOING else acts.RECEIVING_GUESTS
    if is_foreign and (cited := act.citation(visit.arrives_on)):
        found.append(sentence(wording, N_("Pursuant to {act};"), act=cited))
    estimate = facts.estimate
    local = {line.norm.act for line in estimate.lines if line.norm and line.norm.is_local} if estimate else set()
    found += [sentence(wording, N_("Pursuant to {act};"), act=one) for one in sorted(local)]
    return [*found, *parts.bases(facts, wording)]


def terms(facts: DocumentFacts, estimate: EstimateFacts, wording: Wording) -> list[Block]:
    """When and where, the class of guests with who decided it, and who pays."""
    lines = [sentence(wording, N_("Time: {days}."), days=parts.days_of(facts))]
    if facts.visit.direction is Direction.INCOMING:
        if estimate.guest_class is None:
            wording.lacks("guest_class", message(N_("The class of guests, and who decided it.")))
            lines.append(sentence(wording, N_("Class of guests: {name}."), name=None))
        else:
            lines.append(
                sentence(
                    wording,
                    N_("Class of guests: {name}; decided by: {decided_by}."),
                    name=text_of(CLASS_NAMES[estimate.guest_class], _OWN_WORDS),
                    decided_by=estimate.class_decided_by,
                )
            )
        lines.append(
            sentence(wording, N_("Who pays: {name}."), name=text_of(WHO_PAYS_NAMES[estimate.who_pays], _OWN_WORDS))
        )
    lines.append(sentence(wording, N_("Paid by, unless a line says otherwise: {body}."), body=parts.lead_of(facts)))
    return [parts.items(*lines)]


def totals(
    sums: Sums, wording: Wording, in_words: str = N_("Total: {money} (in words: {words})."), alone: str = _TOTAL
) -> list[Block]:
    """Sums in figures and in words, each currency for itself. ``alone``: the sentence for figures only, in English."""
    blocks: list[Block] = []
    for currency, amount in sums:
        lines: list[Line] = []
        for language in wording.languages:
            own = wording.only(language)
            money = f"{figure(amount, currency, language)} {currency.value}"
            spelled = amount_in_words(amount, currency, language)
            if spelled is None:
                lines += sentence(own, alone, money=money)
            else:
                lines += sentence(own, in_words, money=money, words=spelled)
        blocks.append(Paragraph(emphasised(tuple(lines), bold=True)))
    return blocks
