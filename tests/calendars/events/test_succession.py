"""Which locality names a thing on a day."""

from datetime import date

import pytest

from calendars.events.succession import places_on
from models.places import Locality


def locality(code: str, successor: str | None = None, since: date | None = None) -> Locality:
    return Locality(
        code=code,
        name={"vi": code},
        country="VN",
        level="province",
        timezone="Asia/Ho_Chi_Minh",
        successor=successor,
        succeeded_on=since,
    )


MERGED = date(2025, 7, 1)


@pytest.mark.parametrize(
    ("code", "day", "line"),
    [
        ("hai-duong", date(2025, 6, 30), ["hai-duong"]),
        ("hai-duong", MERGED, ["hai-duong", "hai-phong"]),
        ("hai-duong", date(2031, 1, 1), ["hai-duong", "hai-phong", "later"]),
        ("hai-phong", MERGED, ["hai-phong"]),
        ("nowhere", MERGED, []),
        (None, MERGED, []),
    ],
)
def test_name_of_the_day(code: str | None, day: date, line: list[str]) -> None:
    known = {
        "hai-duong": locality("hai-duong", "hai-phong", MERGED),
        "hai-phong": locality("hai-phong", "later", date(2030, 1, 1)),
        "later": locality("later"),
    }
    assert [place.code for place in places_on(known, code, day)] == line


def test_circle_ends() -> None:
    known = {"a": locality("a", "b", MERGED), "b": locality("b", "a", MERGED)}
    assert [place.code for place in places_on(known, "a", MERGED)] == ["a", "b"]
