"""Norms as plain values: which one holds for an item, a class of guests and a role on a day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.vocabulary import Currency, GuestClass, NormItem, NormRole, NormUnit

COUNTED_IN: Mapping[NormItem, NormUnit] = {
    NormItem.LODGING: NormUnit.PERSON_NIGHT,
    NormItem.MEALS: NormUnit.PERSON_DAY,
    NormItem.BREAKFAST: NormUnit.PERSON_DAY,
    NormItem.BANQUET: NormUnit.PERSON,
    NormItem.SESSION: NormUnit.PERSON_HALF_DAY,
    NormItem.INTERPRETING: NormUnit.HOUR,
    NormItem.BOOTH_INTERPRETING: NormUnit.HOUR,
    NormItem.TRANSLATION_INTO: NormUnit.PAGE,
    NormItem.TRANSLATION_FROM: NormUnit.PAGE,
    NormItem.FLOWERS: NormUnit.PIECE,
    NormItem.GIFT: NormUnit.PIECE,
    NormItem.DRINKS: NormUnit.PERSON_HALF_DAY,
    NormItem.DOMESTIC_MEAL: NormUnit.PERSON,
}
"""What the formulas count of an item; a norm for it has this unit and no other."""


@dataclass(frozen=True, slots=True)
class NormFacts:
    """A norm (:class:`models.norms.Norm`): ``amount`` in smallest units for one ``unit``, None: as invoiced.

    ``is_local``: an act of the office's own locality, which may only lower what the national one allows.
    """

    id: str
    item: NormItem
    unit: NormUnit
    valid_from: date
    valid_to: date | None = None
    guest_class: GuestClass | None = None
    role: NormRole | None = None
    amount: int | None = None
    currency: Currency = Currency.VND
    act: str = ""
    article: str | None = None
    verified: bool = False
    is_local: bool = False

    def holds_on(self, day: date) -> bool:
        """Whether the day is within its validity, both ends included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def is_for(self, item: NormItem, unit: NormUnit) -> bool:
        """Whether it is about this item, counted in this unit."""
        return self.item is item and self.unit is unit

    def is_for_class(self, guest_class: GuestClass | None) -> bool:
        """Whether guests of this class, or those of no decided one, are measured by it."""
        return self.guest_class in (None, guest_class)

    def overlaps(self, other: "NormFacts") -> bool:
        """Whether some day is within the validity of both."""
        return (self.valid_to is None or other.valid_from <= self.valid_to) and (
            other.valid_to is None or self.valid_from <= other.valid_to
        )

    def is_about_the_same(self, other: "NormFacts") -> bool:
        """Whether both are for the same item, class and role."""
        return (self.item, self.guest_class, self.role) == (other.item, other.guest_class, other.role)

    def exceeds(self, other: "NormFacts") -> bool:
        """Whether it allows more than another for the same unit in the same currency; as invoiced is more than any
        amount. Of different units or currencies neither is known to be more."""
        if not self.is_comparable(other) or other.amount is None:
            return False
        return self.amount is None or self.amount > other.amount

    def is_comparable(self, other: "NormFacts") -> bool:
        """Whether both are amounts for the same unit in the same currency; as invoiced compares with everything."""
        if self.unit is not other.unit:
            return False
        return self.currency is other.currency or self.amount is None or other.amount is None


def holding_norm(
    norms: Iterable[NormFacts],
    item: NormItem,
    day: date,
    guest_class: GuestClass | None = None,
    role: NormRole | None = None,
) -> NormFacts | None:
    """The norm that holds for an item on a day; None if there is none.

    One for the very role goes before one for all roles, and for deputy heads before both stands, where there is none of
    their own, that of members (article 7: class C). One for the very class goes before one for all classes; a class
    that nobody has decided (None) gets only those for all. A local norm holds instead of the national one, unless it
    is higher: then, and where the two can't be compared, the national one does (article 33). Where the country has a
    norm for deputy heads themselves a local one for members is not for them.
    """
    fitting = [
        norm for norm in norms if norm.item is item and norm.holds_on(day) and norm.guest_class in (guest_class, None)
    ]
    roles = _roles(role)
    national = _closest([norm for norm in fitting if not norm.is_local], roles)
    if national is not None and national.role is NormRole.DEPUTY:
        roles = tuple(one for one in roles if one is not NormRole.MEMBER)
    local = _closest([norm for norm in fitting if norm.is_local], roles)
    if national is None or local is None:
        return national or local
    return local if local.is_comparable(national) and not local.exceeds(national) else national


def exceeded_norms(local: NormFacts, national: Iterable[NormFacts]) -> Iterator[NormFacts]:
    """The national norms that a local one exceeds, or can't be compared with, on some day on which it holds; for every
    class and role that it would be for (article 33)."""
    others = [norm for norm in national if norm.item is local.item and not norm.is_local and norm.overlaps(local)]
    classes = (None, *GuestClass) if local.guest_class is None else (local.guest_class,)
    roles = (None, *NormRole) if local.role is None else (local.role,)
    if local.role is NormRole.MEMBER:
        roles = (*roles, NormRole.DEPUTY)
    found: set[str] = set()
    starts = {max(norm.valid_from, local.valid_from) for norm in others}
    starts |= {norm.valid_to + timedelta(days=1) for norm in others if norm.valid_to is not None}
    for day in sorted(day for day in starts if local.holds_on(day)):
        for guest_class in classes:
            for role in roles:
                norm = holding_norm(others, local.item, day, guest_class, role)
                held = holding_norm([*others, local], local.item, day, guest_class, role)
                if norm is None or norm.id in found:
                    continue
                is_meant = norm.role is not NormRole.DEPUTY or local.role is not NormRole.MEMBER
                if is_meant and held != local:
                    found.add(norm.id)
                    yield norm


def _roles(role: NormRole | None) -> tuple[NormRole | None, ...]:
    if role is NormRole.DEPUTY:
        return (NormRole.DEPUTY, NormRole.MEMBER, None)
    return (role, None) if role is not None else (None,)


def _closest(norms: Sequence[NormFacts], roles: Sequence[NormRole | None]) -> NormFacts | None:
    """The one for the first of the roles, of these the one for the very class; of several the latest, then by id."""
    found = [norm for norm in norms if norm.role in roles]
    if not found:
        return None
    return min(
        found,
        key=lambda norm: (roles.index(norm.role), norm.guest_class is None, -norm.valid_from.toordinal(), norm.id),
    )
