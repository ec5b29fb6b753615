"""By which norm a gift to a guest is measured, and by how much it is above it.

Source: Circular 35/2026/TT-BTC, article 12: one gift for the head of a delegation and one for the spouse, by class;
for members in special cases, if the plan says so.
"""

from collections.abc import Iterable
from datetime import date

from calendars.estimates.lines import product
from calendars.estimates.norms import NormFacts, holding_norm
from models.vocabulary import GuestClass, MemberRole, NormItem, NormRole


def role_of(role: MemberRole) -> NormRole:
    """For whom the norm of a member of the delegation is: the head's, or that of all others."""
    return NormRole.HEAD if role is MemberRole.HEAD else NormRole.MEMBER


def norm_for(norms: Iterable[NormFacts], guest_class: GuestClass, role: NormRole, day: date) -> NormFacts | None:
    """The norm of a gift that holds on a day for a class of guests and a role; None: there is none."""
    return holding_norm(norms, NormItem.GIFT, day, guest_class, role)


def limit_of(norm: NormFacts, *, for_one: bool, quantity: int | None) -> int | None:
    """The most that a gift may be worth, in smallest units of the norm's currency.

    ``for_one``: one person receives it; else it is measured by its ``quantity`` (hundredths), a piece for each. None:
    as invoiced, or it is not known how many there are.
    """
    if norm.amount is None:
        return None
    if for_one:
        return norm.amount
    return None if quantity is None else product(quantity, norm.amount)
