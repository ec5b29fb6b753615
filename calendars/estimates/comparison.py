"""What differs between two sets of lines of one estimate: before and after the visit changed, approved and planned."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from calendars.estimates.lines import LineFigures, planned_sums
from models.vocabulary import Currency, GuestClass, WhoPays


class LineChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class LineChange:
    """One line before and after; ``before`` None: it was added, ``after`` None: it was removed."""

    key: str
    before: LineFigures | None
    after: LineFigures | None

    @property
    def kind(self) -> LineChangeKind:
        if self.before is None:
            return LineChangeKind.ADDED
        return LineChangeKind.REMOVED if self.after is None else LineChangeKind.CHANGED

    @property
    def line(self) -> LineFigures:
        """The line as it is after, a removed one as it was: what it is about."""
        line = self.after or self.before
        if line is None:
            raise ValueError("a change of no line")
        return line

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields of a line that was there before that are others now."""
        return () if self.before is None or self.after is None else _changed(self.before, self.after)

    @property
    def is_another(self) -> bool:
        """Whether it is not the same thing any more: a new line, or one for something else or by another payer."""
        return self.before is None or bool(set(MEANING) & set(self.changed))

    @property
    def needs_approval(self) -> bool:
        """Whether who approved what was before did not approve this: another thing, or more money for the same."""
        if self.before is None or self.after is None:
            return self.after is not None
        return self.is_another or self.after.planned > self.before.planned


@dataclass(frozen=True, slots=True)
class SumChange:
    """The sum of one currency; None: nothing was or is counted in it."""

    currency: Currency
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a whole estimate: the class of the guests, who decided it and on what paper, who pays."""

    guest_class: GuestClass | None = None
    class_decided_by: str | None = None
    who_pays: WhoPays = WhoPays.HOST_ALL


@dataclass(frozen=True, slots=True)
class TermChange:
    """One of the :class:`Terms`, by its name, before and after."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs, line by line in the order of the later lines, removed ones at the end; the sums that differ, and
    the terms."""

    lines: tuple[LineChange, ...] = ()
    sums: tuple[SumChange, ...] = ()
    terms: tuple[TermChange, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.lines or self.sums or self.terms)

    @property
    def needs_approval(self) -> bool:
        """Whether who approved what was before did not approve this. What only costs less or was taken out needs
        nobody's word."""
        return bool(self.terms) or any(one.needs_approval for one in self.lines)

    def waits(self, line_id: str) -> bool:
        """Whether nothing can be paid for a line, since it is not what was approved."""
        return bool(self.terms) or any(
            one.is_another and line_id in {side.id for side in (one.before, one.after) if side is not None}
            for one in self.lines
        )


MEANING = ("item", "unit", "description", "payer", "payer_organisation_id", "currency")
"""What a line is for, and who pays it: another one is another thing, whatever it costs."""

FIELDS = (*MEANING, "people", "times", "quantity", "unit_amount", "norm_id", "planned")
"""What of a line can differ, in this order."""


def compare(
    before: Iterable[LineFigures],
    after: Iterable[LineFigures],
    terms_before: Terms | None = None,
    terms_after: Terms | None = None,
) -> Comparison:
    """What differs between lines with the same id, or else the same rule, and between the terms, where both are given.

    What was approved and paid, and the norm's text, are no difference of the plan.
    """
    old, new = list(before), list(after)
    by_id = {line.id: line for line in old if line.id is not None}
    pairs = [(by_id.get(line.id) if line.id is not None else None, line) for line in new]
    found = {id(one) for one, _line in pairs if one is not None}
    by_key = {line.key: line for line in old if id(line) not in found}
    pairs = [(by_key.pop(line.key, None) if one is None else one, line) for one, line in pairs]
    found = {id(one) for one, _line in pairs if one is not None}
    changes = [LineChange(line.key, one, line) for one, line in pairs if one is None or _changed(one, line)]
    changes += [LineChange(line.key, line, None) for line in old if id(line) not in found]
    sums_before, sums_after = planned_sums(old).amounts, planned_sums(new).amounts
    sums = [
        SumChange(currency, sums_before.get(currency), sums_after.get(currency))
        for currency in Currency
        if sums_before.get(currency) != sums_after.get(currency)
    ]
    terms: list[TermChange] = []
    if terms_before is not None and terms_after is not None:
        terms = [
            TermChange(name, *(one and str(one) for one in both))
            for name in ("guest_class", "class_decided_by", "who_pays")
            if (both := (getattr(terms_before, name), getattr(terms_after, name)))[0] != both[1]
        ]
    return Comparison(tuple(changes), tuple(sums), tuple(terms))


def _changed(before: LineFigures, after: LineFigures) -> tuple[str, ...]:
    found = [name for name in FIELDS if getattr(before, name) != getattr(after, name)]
    if "currency" in found and not (before.is_priced and after.is_priced):
        found.remove("currency")  # what has no price is in no currency yet
    if "planned" not in found and before.is_priced != after.is_priced:
        found.append("planned")  # nothing to pay is not the same as not known
    return tuple(found)
