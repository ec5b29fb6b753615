"""What is known of a project's money and steps, computed from what was entered, and what of it does not fit together.

Amounts of different currencies are never added or compared, and what nobody entered is not known: it is not zero.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from calendars.money.sums import Sums
from calendars.projects.facts import Amount, ProjectFacts, bounds
from models.i18n import N_
from models.vocabulary import Currency, ProjectState

WHOLE = 100


class DifferenceCode(StrEnum):
    """What does not fit together."""

    SOURCES_BELOW_TOTAL = "sources_below_total"
    SOURCES_ABOVE_TOTAL = "sources_above_total"
    PAID_ABOVE_TOTAL = "paid_above_total"
    PAID_ABOVE_SOURCES = "paid_above_sources"


SENTENCES = {
    DifferenceCode.SOURCES_BELOW_TOTAL: N_("The sources give {found}, the total is {expected}: {difference} less."),
    DifferenceCode.SOURCES_ABOVE_TOTAL: N_("The sources give {found}, the total is {expected}: {difference} more."),
    DifferenceCode.PAID_ABOVE_TOTAL: N_("{found} was paid, the total is {expected}: {difference} more."),
    DifferenceCode.PAID_ABOVE_SOURCES: N_("{found} was paid, the sources give {expected}: {difference} more."),
}
"""How a difference is told; the values are amounts."""


@dataclass(frozen=True, slots=True)
class SumDifference:
    """Two amounts of one currency, in its smallest unit, that should agree: a warning, nothing is refused for it."""

    code: DifferenceCode
    currency: Currency
    found: int
    expected: int

    @property
    def difference(self) -> int:
        """How much lies between them."""
        return abs(self.found - self.expected)


def paid(project: ProjectFacts) -> Sums:
    """What was paid, by currency."""
    return Sums.of(project.paid)


def planned(project: ProjectFacts) -> Sums:
    """What it is to cost: its total; without one what its sources give, as far as that is known."""
    if project.total is not None:
        return Sums.of([project.total])
    return Sums.of([one for one in project.sources if one is not None])


STATE_NAMES: Mapping[ProjectState, str] = {
    ProjectState.UNKNOWN: N_("Not known"),
    ProjectState.PLANNED: N_("Not begun"),
    ProjectState.UNDER_WAY: N_("Under way"),
    ProjectState.ACCEPTED: N_("Accepted, not handed over"),
    ProjectState.HANDED_OVER: N_("Handed over"),
}


def shares(giver: str, localities: Sequence[str | None], project: ProjectFacts) -> list[tuple[str, Amount]]:
    """Which locality is to pay how much, as far as that is known; ``localities`` are those of the sources.

    What a source that is no locality gives is no locality's. The giver pays what is left of the total, unless another
    source gives an unknown amount, or one in another currency: then it is not known who does.
    """
    sources = list(zip(localities, project.sources, strict=True))
    found = [(code, amount) for code, amount in sources if code is not None and amount is not None]
    if project.total is None:
        return found
    currency, total = project.total
    known = [amount for amount in project.sources if amount is not None]
    is_split = all(one == currency for one, _amount in known)
    if not is_split or any(amount is None and code != giver for code, amount in sources):
        return found
    left = total - sum(amount for _currency, amount in known)
    return [*found, (giver, (currency, left))] if left > 0 else found


def year_of(project: ProjectFacts) -> int | None:
    """The year of its handover, else of its acceptance, else of its last milestone; None: nobody has said."""
    for written in (project.handed_over_on, project.accepted_on):
        if written is not None:
            return bounds(written).first.year
    return max((one.day.year for one in project.milestones if one.day is not None), default=None)


def state_of(project: ProjectFacts, *, is_held: bool = False, is_coming: bool = False) -> ProjectState:
    """How far it has come. ``is_held``: the event at which it is handed over has been held; ``is_coming``: it is to be.

    That nothing was entered does not say that nothing was done: without a step or a handover to come nobody knows.
    """
    if is_held or project.handed_over_on is not None:
        return ProjectState.HANDED_OVER
    if project.accepted_on is not None:
        return ProjectState.ACCEPTED
    is_begun = bool(project.paid) or any(one.is_done for one in project.milestones)
    if is_begun:
        return ProjectState.UNDER_WAY
    return ProjectState.PLANNED if project.milestones or is_coming else ProjectState.UNKNOWN


def percent_done(project: ProjectFacts, *, is_held: bool = False) -> int | None:
    """How many percent of the whole are done: those of the furthest step that is; all, once it is handed over.

    None where no step says a percentage: nobody knows.
    """
    if state_of(project, is_held=is_held) is ProjectState.HANDED_OVER:
        return WHOLE
    known = [one for one in project.milestones if one.percent is not None]
    if not known:
        return None
    return max((one.percent or 0 for one in known if one.is_done), default=0)


def differences(project: ProjectFacts) -> list[SumDifference]:
    """What does not fit together, as far as it is known."""
    return list(_differences(project))


def _differences(project: ProjectFacts) -> Iterator[SumDifference]:
    given = Sums.of([one for one in project.sources if one is not None]).amounts
    is_whole = bool(project.sources) and all(one is not None for one in project.sources)
    spent = paid(project).amounts
    if project.total is not None:
        currency, total = project.total
        if (found := given.get(currency)) is not None:
            if found > total:
                yield SumDifference(DifferenceCode.SOURCES_ABOVE_TOTAL, currency, found, total)
            elif found < total and is_whole and set(given) == {currency}:
                # Money of another currency may make up for the rest: how much of it nobody can say here.
                yield SumDifference(DifferenceCode.SOURCES_BELOW_TOTAL, currency, found, total)
        if (found := spent.get(currency)) is not None and found > total:
            yield SumDifference(DifferenceCode.PAID_ABOVE_TOTAL, currency, found, total)
        return
    for currency, found in spent.items():
        if is_whole and currency in given and found > given[currency]:
            yield SumDifference(DifferenceCode.PAID_ABOVE_SOURCES, currency, found, given[currency])
