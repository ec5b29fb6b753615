"""Incoming, outgoing, domestic: seen from the office's own locality."""

import pytest

from calendars.events.direction import direction
from models.vocabulary import Direction

COUNTRY_OF = {
    "hai-duong": "VN",
    "hai-phong": "VN",
    "ha-noi": "VN",
    "vietnam": "VN",
    "vientiane-province": "LA",
    "vientiane-capital": "LA",
    "laos": "LA",
}
OWN = {"hai-duong", "hai-phong"}
IN, OUT, HOME = Direction.INCOMING, Direction.OUTGOING, Direction.DOMESTIC


@pytest.mark.parametrize(
    ("host", "guest", "expected"),
    [
        ("hai-duong", "vientiane-province", IN),
        ("vientiane-province", "hai-duong", OUT),
        ("hai-phong", "vientiane-province", IN),  # the successor is own too
        ("hai-duong", "ha-noi", IN),  # own decides before the country does
        ("ha-noi", "hai-duong", OUT),
        ("hai-duong", "hai-phong", HOME),  # both own
        ("ha-noi", "vientiane-capital", IN),  # by country
        ("vientiane-capital", "ha-noi", OUT),
        ("ha-noi", "vietnam", HOME),
        ("vientiane-capital", "vientiane-province", HOME),  # none of ours: neither in nor out
        ("hai-duong", None, HOME),
        ("ha-noi", None, HOME),
        ("vientiane-province", None, OUT),
        ("nowhere", None, OUT),
        ("ha-noi", "nowhere", IN),
        ("nowhere", "ha-noi", OUT),
    ],
)
def test_direction(host: str, guest: str | None, expected: Direction) -> None:
    assert direction(host, guest, OWN, COUNTRY_OF, "VN") is expected


@pytest.mark.parametrize("host", COUNTRY_OF)
@pytest.mark.parametrize("guest", COUNTRY_OF)
def test_direction_turns_round_with_the_visit(host: str, guest: str) -> None:
    other_way = {IN: OUT, OUT: IN, HOME: HOME}
    there, back = direction(host, guest, OWN, COUNTRY_OF, "VN"), direction(guest, host, OWN, COUNTRY_OF, "VN")
    assert back is other_way[there]


def test_direction_depends_on_whose_office_it_is() -> None:
    assert direction("hai-duong", "vientiane-province", {"vientiane-province"}, COUNTRY_OF, "LA") is OUT
