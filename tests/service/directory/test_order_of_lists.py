"""Every list of names is in the one order, page by page, on both databases, whatever its reader's language."""

import random
import re
from collections.abc import Callable
from html import unescape

import pytest

from models.collation import person_key, sort_key
from models.database import Database
from models.resources import Resource
from models.vocabulary import Language, ResourceType, Role
from tests import factories
from tests.models.test_collation import ENGLISH, LAO, VIETNAMESE
from tests.service.conftest import Caller
from tests.service.web.test_pages import Browser, browser, signed_in

pytestmark = pytest.mark.both_databases("how keys are compared, which no collation of a database may decide")

__all__ = ["browser", "signed_in"]  # fixtures

PEOPLE = [
    *(f"{family} {given}" for family, given in zip(["Nguyễn Văn", "Trần Thị", "Lê"] * 20, VIETNAMESE, strict=False)),
    *LAO,
    *(f"Mary {name}" for name in ENGLISH),
]
NAMES = [*VIETNAMESE, *LAO, *ENGLISH]


def shuffled(names: list[str]) -> list[str]:
    mixed = [*names]
    random.Random(3).shuffle(mixed)
    return mixed


def listed(caller: Caller, path: str, field: str = "name") -> list[str]:
    """The names of a list, from all its pages."""
    found: list[str] = []
    number = 1
    while True:
        rows = caller.get(f"{path}{'&' if '?' in path else '?'}page={number}&page_size=7").json
        found += [one[field] if isinstance(one[field], str) else one[field]["vi"] for one in rows]
        if len(rows) < 7:
            return found
        number += 1


def test_people_by_given_name(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        for name in shuffled(PEOPLE):
            factories.make_person(session, name=name)
    assert len(PEOPLE) == 60
    found = listed(officer, "/people")
    assert found == sorted(PEOPLE, key=person_key)
    assert found[-len(LAO) :] == LAO
    given = [name.rpartition(" ")[2] for name in found if name.rpartition(" ")[2] in VIETNAMESE]
    assert given == VIETNAMESE


def test_people_of_equal_precedence_only(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        for place, name in enumerate(["Lê Đội", "Lê Dân", "Lê Đảng", "Lê Dũng"]):
            factories.make_person(session, name=name, precedence=1 + place % 2)
    assert listed(officer, "/people") == ["Lê Đảng", "Lê Đội", "Lê Dân", "Lê Dũng"]


def test_organisations_localities_and_resources(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        factories.make_locality(session, "hai-duong", name={"vi": "Zz"})
        for number, name in enumerate(shuffled(NAMES)):
            factories.make_locality(session, f"place-{number}", name={"vi": name, "lo": "ກ"})
            factories.make_organisation(session, name={"vi": name, "en": "x"}, locality="hai-duong")
            session.add(Resource(name={"vi": name}, type=ResourceType.ROOM, locality="hai-duong"))
    expected = sorted(NAMES, key=sort_key)
    places = [name for name in listed(officer, "/localities") if name in NAMES]
    bodies = [name for name in listed(officer, "/organisations") if name in NAMES]
    assert places == bodies == listed(officer, "/resources") == expected


def test_events_of_one_day(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        for name in shuffled(NAMES):
            factories.make_event(session, title={"vi": name, "en": "visit"})
    assert listed(officer, "/events", "title") == sorted(NAMES, key=sort_key)


@pytest.mark.parametrize("language", list(Language))
def test_pages_of_every_language(signed_in: Callable[..., Browser], database: Database, language: Language) -> None:
    names = ["Lê Dân", "Lê Dũng", "Lê Đảng", "Lê Đội", "Mary Smith", "ກອນ", "ແກ້ວ", "ຂັນ"]
    with database.transaction() as session:
        for name in shuffled(names):
            factories.make_person(session, name=name)
            factories.make_user(session, name=name)
    reader = signed_in(Role.ADMIN, locale=language)
    for path in ("/administration/people", "/administration/accounts"):
        page = reader.get(path)
        assert page.status_code == 200, path
        shown = [text for text in map(unescape, re.findall(r">\s*([^<>]+?)\s*<", page.text)) if text in names]
        assert list(dict.fromkeys(shown)) == names, path
