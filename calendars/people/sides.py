"""On which side of a visit somebody stands, by where their organisation is."""

from collections.abc import Callable, Sequence

from models.vocabulary import Side

Called = Callable[[str], str]
"""A locality's code → what it is compared by."""


def side_of(locality: str | None, host: str, guest: str | None, ways: Sequence[Called]) -> Side:
    """The side of somebody whose organisation is in ``locality`` (None: not known), when ``guest`` visits ``host``.

    ``ways`` are tried in turn: the line as it was on the first day of the event, what became of it later, the country.
    The first that makes the locality one of two different parties tells. If none does they came along: guests.
    """
    if locality is None:
        return Side.GUEST
    for called in ways:
        ours, receiving, coming = called(locality), called(host), called(guest) if guest is not None else None
        if ours in {receiving, coming} and receiving != coming:
            return Side.HOST if ours == receiving else Side.GUEST
    return Side.GUEST
