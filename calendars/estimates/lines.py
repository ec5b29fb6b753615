"""Lines of an estimate as plain values, computed or entered."""

from collections.abc import Iterable
from dataclasses import dataclass

from calendars.estimates.inputs import HUNDREDTHS
from calendars.money.sums import Sums
from models.text import LocalizedText
from models.vocabulary import Currency, NormItem, NormRole, NormUnit


@dataclass(frozen=True, slots=True)
class LineFigures:
    """One line: ``quantity`` (hundredths of ``unit``) at ``unit_amount`` each is ``planned``, all in ``currency``'s
    smallest unit.

    ``rule`` names the formula, None: entered by hand. ``people`` × ``times`` (hundredths) is the quantity where both
    are known. ``unit_amount`` None: only the whole is known. ``norm_limit`` is what the norm allows for the quantity,
    None: there is no norm or it is as invoiced. ``payer_organisation_id`` None: the leading agency.
    """

    item: NormItem
    unit: NormUnit
    quantity: int
    planned: int
    currency: Currency = Currency.VND
    rule: str | None = None
    role: NormRole | None = None
    people: int | None = None
    times: int | None = None
    unit_amount: int | None = None
    norm_id: str | None = None
    norm_limit: int | None = None
    description: LocalizedText | None = None
    payer: str | None = None
    payer_organisation_id: str | None = None
    approved: int | None = None
    paid: int = 0
    id: str | None = None

    @property
    def key(self) -> str:
        """What tells a line from the others of its estimate: its rule, or the id of one entered by hand."""
        return self.rule or self.id or ""

    @property
    def is_priced(self) -> bool:
        """Whether it is known what it is to cost. A computed line without a norm has a quantity and no price."""
        return self.unit_amount is not None or self.planned > 0

    @property
    def over_norm(self) -> int | None:
        """By how much it is planned above the norm; None: it is not, or there is no norm."""
        return (
            self.planned - self.norm_limit if self.norm_limit is not None and self.planned > self.norm_limit else None
        )

    @property
    def paid_over_norm(self) -> int | None:
        """By how much it was paid above the norm; None: it was not, or there is no norm."""
        return self.paid - self.norm_limit if self.norm_limit is not None and self.paid > self.norm_limit else None


def product(quantity: int, unit_amount: int) -> int:
    """So many hundredths of a unit at this price, to the smallest unit of the currency; half of one is rounded up."""
    return (quantity * unit_amount + HUNDREDTHS // 2) // HUNDREDTHS


def planned_sums(lines: Iterable[LineFigures]) -> Sums:
    """The planned amounts of lines, currency by currency; what has no price yet is in none of them."""
    return Sums.of((line.currency, line.planned) for line in lines if line.is_priced)


def approved_sums(lines: Iterable[LineFigures]) -> Sums:
    """The approved amounts of lines, currency by currency; lines that nobody has approved are in none."""
    return Sums.of((line.currency, line.approved) for line in lines if line.approved is not None)


def paid_sums(lines: Iterable[LineFigures]) -> Sums:
    """What was paid for lines, currency by currency; lines for which nothing was paid are in none."""
    return Sums.of((line.currency, line.paid) for line in lines if line.paid)
