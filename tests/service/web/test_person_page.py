"""A person's page: names in the reader's script, positions over time, visits the reader may read and no others."""

# ruff: noqa: F811

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.events import Event
from models.places import Position
from models.vocabulary import Language, MemberRole, MergedEntity, Role, Visibility
from service.actions.context import ActionContext
from service.actions.directory import merges
from tests import factories
from tests.service.web.test_pages import Browser, browser, signed_in, words  # noqa: F401 - fixtures

SignedIn = Callable[..., Browser]
pytestmark = pytest.mark.both_databases("visits by membership, by head and by counterpart in one SELECT")


@pytest.fixture
def scene(database: Database) -> dict[str, str]:
    """A governor with two positions, in a public and in an internal visit; there somebody is their counterpart."""
    with database.transaction() as session:
        body = factories.make_organisation(session, name={"vi": "Tỉnh ủy"}, locality="vientiane-province")
        department = factories.make_organisation(session, name={"vi": "Sở khác"})
        governor = factories.make_person(
            session, name="Khăm Phăn", name_lo="ຄຳພັນ", name_latin="KHAMPHAN", honorific={"vi": "Ông", "lo": "ທ່ານ"},
            position={"vi": "Bí thư"}, organisation_id=body.id,
        )  # fmt: skip
        days = {"starts_on": date(2015, 1, 1), "ends_on": date(2020, 12, 31)}
        for title, more in (("Phó Bí thư", days), ("Bí thư", {"starts_on": date(2021, 1, 1)})):
            row: dict[str, Any] = {"person_id": governor.id, "organisation_id": body.id, "title": {"vi": title}} | more
            session.add(Position(**row))
        host = factories.make_person(session, name="Trần Đức Thắng")
        seen = factories.make_event(session, title={"vi": "Chuyến thăm mở"}, visibility=Visibility.PUBLIC)
        hidden = factories.make_event(session, title={"vi": "Chuyến thăm kín"}, visibility=Visibility.INTERNAL)
        factories.make_member(session, seen, governor, role=MemberRole.HEAD, counterpart_id=host.id)
        factories.make_member(session, hidden, governor, role=MemberRole.HEAD, counterpart_id=host.id)
        return {"governor": governor.id, "host": host.id, "department": department.id}


@pytest.mark.parametrize(
    ("language", "name", "others"),
    [
        (Language.VI, "Ông Khăm Phăn", ("ຄຳພັນ", "KHAMPHAN")),
        (Language.LO, "ທ່ານ ຄຳພັນ", ("Khăm Phăn", "KHAMPHAN")),
    ],
)
def test_names_positions_and_visits(
    signed_in: SignedIn, scene: dict[str, str], language: Language, name: str, others: tuple[str, ...]
) -> None:
    reader = signed_in(Role.VIEWER, locale=language)
    said = words(reader.get(f"/people/{scene['governor']}"))
    for told in (name, *others, "Phó Bí thư", "Chuyến thăm mở", "Chuyến thăm kín", "Trần Đức Thắng"):
        assert told in said, told
    assert said.index("Chuyến thăm mở") > said.index("Phó Bí thư")
    # Whom somebody received is told on either page.
    met = words(reader.get(f"/people/{scene['host']}"))
    assert "Chuyến thăm mở" in met
    assert name.split(" ", 1)[1] in met


def test_a_visit_that_is_hidden_is_neither_shown_nor_counted(
    signed_in: SignedIn, scene: dict[str, str], database: Database
) -> None:
    reader = signed_in(Role.OFFICER, organisation_id=scene["department"])
    said = words(reader.get(f"/people/{scene['governor']}"))
    assert "Chuyến thăm mở" in said
    assert "Chuyến thăm kín" not in said
    with database.transaction() as session:
        for event in session.exec(select(Event)):
            event.visibility = Visibility.INTERNAL
    said = words(reader.get(f"/people/{scene['governor']}"))
    assert "Chuyến thăm" not in said
    assert "Không có sự kiện nào" in said


def test_nobody_has_no_page(signed_in: SignedIn) -> None:
    assert signed_in().get("/people/nobody").status_code == 404


def test_the_page_of_a_double_leads_to_who_stayed(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        double, stays = (factories.make_person(session, name="Bounnhong").id for _number in range(2))
        merges.merge(session, ActionContext(None, factories.NOW, factories.OFFICE), MergedEntity.PERSON, double, stays)
    answer = signed_in().get(f"/people/{double}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/people/{stays}")
