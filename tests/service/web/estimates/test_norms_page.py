"""Norms on the console: read by officers, added and closed by administrators, a higher local one refused."""

from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.norms import Norm
from models.vocabulary import Language, NormItem, Role
from tests.service.web.estimates.conftest import SignedIn, add_norms
from tests.service.web.test_pages import count_queries, read, told, untranslated, words
from tests.service.web.test_placement_pages import fields as controls

NORMS = "/administration/norms"


@pytest.fixture
def database_kind() -> str:
    """What a page says does not depend on the database; the statements run in the tests of the API."""
    return "sqlite"


@pytest.fixture(autouse=True)
def norms(database: Database) -> None:
    with database.transaction() as session:
        add_norms(session)


LOCAL: dict[str, Any] = {
    "act": "Nghị quyết 10/2026/NQ-HĐND", "item": "meals", "guest_class": "B", "role": "", "unit": "person_day",
    "amount.amount": "1.500.000", "amount.currency": "VND", "valid_from": "2026-07-01", "valid_to": "",
    "locality": "hai-duong",
}  # fmt: skip


def test_officers_read_them_and_change_nothing(signed_in: SignedIn) -> None:
    officer = signed_in(Role.OFFICER, locale=Language.VI)
    page = officer.get(NORMS)
    read(page)
    shown = words(page)
    assert "7.700.000 VND / người/đêm" in shown
    assert "Khách hạng B" in shown
    assert f"{NORMS}/new" not in page.text
    assert officer.get(f"{NORMS}/new").status_code == 403
    csrf = officer.csrf(NORMS)
    assert officer.post(f"{NORMS}/new", LOCAL | {"csrf": csrf}).status_code == 403


def test_an_administrator_adds_a_lower_local_one_and_closes_it(signed_in: SignedIn, database: Database) -> None:
    admin = signed_in(Role.ADMIN, locale=Language.VI)
    read(admin.get(f"{NORMS}/new"))
    high = admin.send(f"{NORMS}/new", **LOCAL | {"amount.amount": "2.500.000"})
    assert high.status_code == 422
    assert "2.000.000 VND" in words(high), "what the national act allows"
    assert controls(high.text)["act"] == LOCAL["act"], "nothing typed is lost"
    made = admin.send(f"{NORMS}/new", **LOCAL)
    assert made.status_code == 303, words(made)
    page = made.headers["Location"]
    form = controls(admin.get(page).text) | LOCAL
    closed = admin.post(page.split("?")[0], form | {"valid_to": "2026-12-31", "do": "change"})
    assert closed.status_code == 303, words(closed)
    with database.transaction(write=False) as session:
        row = session.exec(select(Norm).where(Norm.locality == "hai-duong")).one()
        assert (row.item, row.amount, str(row.valid_to)) == (NormItem.MEALS, 1_500_000, "2026-12-31")
    assert told("from {first} to {last}", "vi", first="01/7/2026", last="31/12/2026").split(" ")[0] in words(
        admin.get(NORMS)
    )


@pytest.mark.parametrize("language", [Language.VI, Language.LO])
def test_the_pages_are_in_the_readers_language(signed_in: SignedIn, language: Language) -> None:
    admin = signed_in(Role.ADMIN, locale=language)
    for path in (NORMS, f"{NORMS}/new"):
        text = words(admin.get(path)).replace("VND", "").replace("LAK", "").replace("USD", "")
        assert untranslated(text) == [], path


def test_the_list_takes_a_fixed_number_of_queries(signed_in: SignedIn, database: Database) -> None:
    officer = signed_in(Role.OFFICER)
    assert count_queries(database, lambda: officer.get(NORMS)) <= 10
