"""What an office says of itself: read by its officers, changed by its administrators, and by nobody elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.both_sides.office_profiles import OfficeProfile
from models.database import Database
from models.places import Organisation
from models.queries.offices import Offices
from models.vocabulary import Role
from tests import factories
from tests.service.both_sides.conftest import TwoOffices
from tests.service.conftest import Caller
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

THERE = "vientiane-province"


@pytest.fixture
def offices(caller: Callable[..., Caller], database: Database) -> tuple[Caller, Caller]:
    """The administrators of the default office and of another one."""
    with database.transaction() as session:
        body = factories.make_organisation(session, locality=THERE)
    return caller(Role.ADMIN), caller(Role.ADMIN, organisation_id=body.id)


@pytest.mark.both_databases("profiles by office")
def test_each_office_has_its_own(offices: tuple[Caller, Caller], database: Database) -> None:
    home, abroad = offices
    empty = dict.fromkeys(("name", "language", "timezone", "mail_name", "mail_address", "reply_to", "began_at"))
    for who, code in ((home, "hai-duong"), (abroad, THERE)):
        assert who.get("/office").json == {"code": code, **empty}
    values = {"name": {"lo": "ຫ້ອງການ", "en": "Office"}, "language": "en", "timezone": "Asia/Bangkok"}
    values |= {"mail_name": "Phòng Lễ tân", "mail_address": "desk@vientiane.example", "reply_to": "x@vientiane.example"}
    answer = abroad.patch("/office", values)
    assert answer.status_code == 200, answer.text
    assert answer.json == {"code": THERE, "began_at": None, **values}
    assert home.get("/office").json == {"code": "hai-duong", **empty}
    assert abroad.patch("/office", {"reply_to": None}).json == {
        "code": THERE, "began_at": None, **values, "reply_to": None,
    }  # fmt: skip
    with database.transaction(write=False) as session:
        assert [row.code for row in session.exec(select(OfficeProfile))] == [THERE]
        assert len(session.exec(select(Audit).where(Audit.entity == "office_profile")).all()) == 2
        assert Offices.load(session).ended == frozenset()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"timezone": "Vientiane"}, "timezone"),
        ({"mail_address": "the office"}, "mail_address"),
        ({"reply_to": "a b@c.example"}, "reply_to"),
        ({"mail_name": "A <b>"}, "mail_name"),
        ({"language": "th"}, "language"),
        ({"code": "hai-duong"}, "code"),
        ({"ended_at": "2026-01-01T00:00:00Z"}, "ended_at"),
    ],
)
def test_a_value_that_is_none_is_refused(offices: tuple[Caller, Caller], values: dict[str, str], field: str) -> None:
    answer = offices[1].patch("/office", values)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]  # type: ignore[index]


def test_the_zone_of_the_default_office_is_a_setting(offices: tuple[Caller, Caller]) -> None:
    home, abroad = offices
    assert home.patch("/office", {"timezone": "Asia/Bangkok"}).status_code == 422
    assert home.patch("/office", {"timezone": None, "mail_name": "Lễ tân"}).status_code == 200
    assert abroad.patch("/office", {"timezone": "Asia/Bangkok"}).status_code == 200


def test_a_profile_is_not_changed_unseen(offices: tuple[Caller, Caller]) -> None:
    _home, abroad = offices
    etag = abroad.get("/office").headers["ETag"]
    assert abroad.patch("/office", {"mail_name": "A"}, etag).status_code == 200
    assert abroad.patch("/office", {"mail_name": "B"}, etag).status_code == 412


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER, Role.APPROVER])
def test_only_administrators_change_it(caller: Callable[..., Caller], role: Role) -> None:
    who = caller(role)
    assert who.get("/office").status_code == (403 if role is Role.VIEWER else 200)
    assert who.call("PATCH", "/office", {"mail_name": "A"}, If_Match="*").status_code == 403


def test_the_page_changes_it_once(signed_in: Callable[..., Browser], database: Database) -> None:
    with database.transaction() as session:
        body = factories.make_organisation(session, locality=THERE)
    browser = signed_in(Role.ADMIN, organisation_id=body.id)
    assert 'href="/administration/office"' in browser.get("/administration").text
    shown = browser.get("/administration/office")
    assert 'name="timezone"' in shown.text
    typed = {"name.lo": "ຫ້ອງການ", "name.en": "Office", "mail_address": "a@vientiane.example", "version": "0"}
    typed |= {"language": "lo", "timezone": "", "mail_name": "", "reply_to": ""}
    assert browser.send("/administration/office", **typed).status_code == 303
    assert 'value="a@vientiane.example"' in browser.get("/administration/office").text
    again = browser.send("/administration/office", **typed)
    assert again.status_code == 412
    wrong = browser.send("/administration/office", **(typed | {"version": "1", "timezone": "Viêng Chăn"}))
    assert (wrong.status_code, 'value="Viêng Chăn"' in wrong.text) == (422, True)
    with database.transaction(write=False) as session:
        (profile,) = session.exec(select(OfficeProfile)).all()
        assert (profile.code, profile.mail_address, profile.timezone) == (THERE, "a@vientiane.example", None)


def test_who_may_only_read_it_sees_no_button(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(Role.OFFICER)
    shown = browser.get("/administration/office")
    assert shown.status_code == 200
    assert 'class="primary"' not in shown.text
    assert 'name="timezone"' not in shown.text  # the default office's is a setting
    assert browser.post("/administration/office", {"mail_name": "A", "version": "0"}).status_code == 403


@pytest.mark.both_databases("names and addresses of the other offices")
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": {"vi": "VĂN PHÒNG  Hải Dương"}}, "name"),
        ({"mail_name": "Sở Ngoại vụ Hải Dương"}, "mail_name"),
        ({"mail_name": "Lễ tân Hải Dương"}, "mail_name"),
        ({"mail_address": "Le-tan@hai-duong.example"}, "mail_address"),
        ({"reply_to": "le-tan@hai-duong.example"}, "reply_to"),
    ],
)
def test_no_office_writes_in_the_name_of_another(
    two: TwoOffices, caller: Callable[..., Caller], database: Database, values: dict[str, Any], field: str
) -> None:
    """The control: its own name and address, and its own again."""
    home, abroad = caller(Role.ADMIN), caller(Role.ADMIN, organisation_id=two.other_body_id)
    own = {"name": {"vi": "Văn phòng Hải Dương"}, "mail_name": "Lễ tân Hải Dương"}
    own |= {"mail_address": "le-tan@hai-duong.example"}
    assert home.patch("/office", own).status_code == 200
    with database.transaction() as session:
        session.get_one(Organisation, two.body_id).name = {"vi": "Sở Ngoại vụ Hải Dương"}
    answer = abroad.patch("/office", values)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), answer.text
    assert abroad.patch("/office", {"mail_name": "Văn phòng Viêng Chăn"}).status_code == 200
    assert home.patch("/office", own).status_code == 200
