"""Which names correct a former one, and what is left of somebody whose name was typed over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.links.replaced import is_same_person, replaced_people

NAMES = st.text("abcdeghiklmnopqrstuvxy ", min_size=1, max_size=30).filter(str.strip)


@pytest.mark.parametrize(
    ("former", "name", "is_same"),
    [
        ("Nguyễn Văn An", "Nguyễn Văn Ân", True),
        ("Nguyễn Văn An", "NGUYEN VAN AN", True),
        ("Nguyễn Văn An", "Nguyễn Văn Bình", False),
        ("Khamla", "Khamla Sivilay", True),
        ("Khamla Sivilay", "Kamla Sivilai", True),
        ("ນາງ ດາລາ", "ພູວົງ", False),
        ("ນາງ ດາລາ", "ນາງ ວຽງສະຫວັນ", False),
        ("ທ່ານ ພູວົງ", "ພູວົງ", True),
    ],
)
def test_a_correction_is_told_from_another_person(former: str, name: str, is_same: bool) -> None:
    assert is_same_person(former, name) is is_same


@given(NAMES, NAMES)
def test_it_does_not_matter_which_name_came_first(one: str, other: str) -> None:
    assert is_same_person(one, one)
    if len(one.split()) != len(other.split()):
        assert is_same_person(one, other) == is_same_person(other, one)


def test_only_what_the_former_person_left_is_named() -> None:
    before = {"people.a.name": "Dala", "people.a.born_on": "1978-01-12", "people.a.passport_number": "P1"}
    now = before | {"people.a.name": "Phouvong", "people.a.passport_number": "P2", "people.a.position": "Head"}
    (found,) = replaced_people(before, now)
    assert (found.former, found.name, found.paths) == ("Dala", "Phouvong", {"people.a.born_on"})
    assert replaced_people(before, before | {"people.a.name": "Dala S."}) == []
    assert replaced_people({}, now) == []
