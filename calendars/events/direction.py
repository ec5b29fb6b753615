"""Whether a visit comes in, goes out or stays at home, seen from the office's own locality."""

from collections.abc import Collection, Mapping

from models.vocabulary import Direction


def direction(
    host: str, guest: str | None, own: Collection[str], country_of: Mapping[str, str], own_country: str
) -> Direction:
    """The direction of an event between two localities (codes).

    ``own`` are the office's locality and those it carries on (Hải Phòng carries on Hải Dương). When exactly one
    side is own it decides; otherwise the countries do: a guest from abroad to the own country is incoming, the
    other way outgoing, everything else domestic. A locality missing in ``country_of`` counts as abroad. Without
    a guest it is domestic at home (own locality or own country), else outgoing.
    """
    if guest is None:
        at_home = host in own or country_of.get(host) == own_country
        return Direction.DOMESTIC if at_home else Direction.OUTGOING
    host_side, guest_side = host in own, guest in own
    if host_side == guest_side:
        host_side, guest_side = country_of.get(host) == own_country, country_of.get(guest) == own_country
    if host_side == guest_side:
        return Direction.DOMESTIC
    return Direction.INCOMING if host_side else Direction.OUTGOING
