"""What people are called: in the reader's script where it is known, never in capitals, every spelling kept."""

from dataclasses import dataclass

import pytest

from calendars.people.names import addressed, display_name, name_text, spellings


@dataclass
class Somebody:
    name: str
    name_lo: str | None = None
    name_latin: str | None = None
    honorific: dict[str, str] | None = None


GOVERNOR = Somebody("Khăm Phăn", "ຄຳພັນ", "KHAMPHAN", {"vi": "Ông", "lo": "ທ່ານ"})
IN_LAO = Somebody("ຄຳພັນ ສິດທິດຳພາ", None, "KHAMPHAN SITTHIDAMPHA")
PLAIN = Somebody("Trần Đức Thắng")


@pytest.mark.parametrize(
    ("person", "vi", "lo", "en"),
    [
        (GOVERNOR, "Khăm Phăn", "ຄຳພັນ", "Khăm Phăn"),
        (IN_LAO, "Khamphan Sitthidampha", "ຄຳພັນ ສິດທິດຳພາ", "Khamphan Sitthidampha"),
        (PLAIN, "Trần Đức Thắng", "Trần Đức Thắng", "Trần Đức Thắng"),
        (Somebody("ຄຳພັນ"), "ຄຳພັນ", "ຄຳພັນ", "ຄຳພັນ"),
    ],
)
def test_name_by_the_readers_language(person: Somebody, vi: str, lo: str, en: str) -> None:
    assert [display_name(person, language) for language in ("vi", "lo", "en")] == [vi, lo, en]


def test_a_name_that_is_the_same_everywhere_is_said_once() -> None:
    assert name_text(PLAIN) == {"vi": "Trần Đức Thắng"}
    assert name_text(GOVERNOR) == {"vi": "Khăm Phăn", "lo": "ຄຳພັນ"}


def test_form_of_address_stands_before_the_name() -> None:
    assert [addressed(GOVERNOR, language) for language in ("vi", "lo", "en")] == [
        "Ông Khăm Phăn", "ທ່ານ ຄຳພັນ", "Ông Khăm Phăn",
    ]  # fmt: skip
    assert addressed(PLAIN, "vi") == "Trần Đức Thắng"
    assert spellings(GOVERNOR) == ["Khăm Phăn", "ຄຳພັນ", "KHAMPHAN"]
