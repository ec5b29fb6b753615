"""The pages of hand-overs, merges and likely doubles: what they show beforehand, do with one button, and undo."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.places import Organisation, Person
from models.vocabulary import Role
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("rows of two bodies side by side, read again after they moved")


def sent(browser: Browser, address: str, page: str, **more: str) -> Any:
    """Send the page's last form with a button of its own, with what stands in its hidden fields."""
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.S)
    form = next(one for one in reversed(forms) if "language" not in one.partition(">")[0] and "logout" not in one)
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    return browser.post(address, fields | more)


def test_a_hand_over_is_shown_done_and_undone(
    signed_in: Callable[..., Browser], database: Database, clock: Clock
) -> None:
    day = clock.now.date() + timedelta(days=10)
    with database.transaction() as session:
        old = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ Hải Dương", "en": "Hai Duong Office"})
        new = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ Hải Phòng", "en": "Hai Phong Office"})
        event = factories.make_event(
            session, organisation_id=old.id, first_day=day, title={"vi": "Đoàn sắp tới", "en": "Coming delegation"}
        )
        factories.make_event(
            session,
            organisation_id=old.id,
            first_day=day - timedelta(days=1),
            last_day=day,
            title={"vi": "Đoàn qua ngày", "en": "Spanning delegation"},
        )
    browser = signed_in(Role.ADMIN)
    assert "hand-over" in browser.get(f"/administration/organisations/{old.id}").text
    address = f"/administration/organisations/{old.id}/hand-over"
    assert browser.get(address).status_code == 200
    refused = browser.get(f"{address}?to={new.id}&from_day=")
    assert refused.status_code == 422
    preview = browser.get(f"{address}?to={new.id}&from_day={day}").text
    assert all(one in preview for one in ("Đoàn sắp tới", "Đoàn qua ngày", "Sở Ngoại vụ Hải Phòng"))
    with database.transaction() as session:
        assert session.get_one(Event, event.id).organisation_id == old.id
        factories.make_event(session, organisation_id=old.id, first_day=day)
    stale = sent(browser, address, preview)
    assert stale.status_code == 412  # somebody has added one since: the page shows what would go now
    again = stale.text
    assert sent(browser, address, again).status_code == 303
    with database.transaction(write=False) as session:
        assert session.get_one(Event, event.id).organisation_id == new.id
    listed = browser.get("/administration/hand-overs?done=made").text
    assert "Sở Ngoại vụ Hải Dương" in listed
    assert sent(browser, "/administration/hand-overs", listed).status_code == 303
    with database.transaction(write=False) as session:
        assert session.get_one(Event, event.id).organisation_id == old.id
        assert session.get_one(Organisation, old.id).successor_id is None
    assert sent(browser, "/administration/hand-overs", listed).status_code == 409


def test_only_bodies_that_can_carry_on_are_offered(
    signed_in: Callable[..., Browser], database: Database, clock: Clock
) -> None:
    today = clock.now.date()
    with database.transaction() as session:
        old = factories.make_organisation(session)
        new = factories.make_organisation(session)
        ended = factories.make_organisation(session, ends_on=today - timedelta(days=1))
        coming = factories.make_organisation(session, starts_on=today + timedelta(days=5))
        elsewhere = factories.make_organisation(session, locality="vientiane-province")
    browser, address = signed_in(Role.ADMIN), f"/administration/organisations/{old.id}/hand-over"

    def offered(query: str) -> list[str]:
        select = re.search(r'<select id="to".*?</select>', browser.get(f"{address}{query}").text, re.S)
        assert select is not None
        return re.findall(r'<option value="([^"]*)"', select[0])

    first, *others = offered("")
    assert first == ""
    assert new.id in others
    assert not {old.id, ended.id, coming.id, elsewhere.id} & set(others)
    assert coming.id in offered(f"?to=&from_day={today + timedelta(days=5)}")


def test_doubles_are_found_compared_made_one_and_two_again(
    signed_in: Callable[..., Browser], database: Database
) -> None:
    with database.transaction() as session:
        first = factories.make_person(session, name="Bounnhong Phommachan", phone="020 5555 1234")
        double = factories.make_person(session, name="Phommachanh Bounnhong", phone="+856 20 5555 1234")
        factories.make_person(session, name="Trần Thị Bình")
        member = factories.make_member(session, factories.make_event(session), double)
    browser = signed_in(Role.APPROVER)
    found = browser.get("/administration/doubles").text
    assert "Bounnhong Phommachan" in found
    assert "Trần Thị Bình" not in found
    (address,) = set(re.findall(r"/administration/people/[a-z0-9]+/merge", found))
    assert address == f"/administration/people/{double.id}/merge"
    chosen = browser.get(f"{address}?q=bounnhong").text
    assert first.id in chosen
    preview = browser.get(f"{address}?into={first.id}").text
    assert all(one in preview for one in ("020 5555 1234", "+856 20 5555 1234"))
    assert sent(browser, address, preview, seen="something else").status_code == 412
    assert sent(browser, address, preview).status_code == 303
    with database.transaction(write=False) as session:
        assert session.get_one(Member, member.id).person_id == first.id
        assert session.get(Person, double.id) is None
    gone = browser.get(f"/administration/people/{double.id}")
    assert (gone.status_code, gone.headers["Location"]) == (302, f"/administration/people/{first.id}")
    listed = browser.get("/administration/merges?done=made").text
    assert "Phommachanh Bounnhong" in listed
    assert sent(browser, "/administration/merges", listed).status_code == 303
    with database.transaction(write=False) as session:
        assert session.get_one(Member, member.id).person_id == double.id


def test_doubles_of_organisations_are_found_within_a_locality(
    signed_in: Callable[..., Browser], database: Database
) -> None:
    with database.transaction() as session:
        one = factories.make_organisation(session, name={"vi": "Sở Y tế Hải Dương"})
        other = factories.make_organisation(session, name={"vi": "SỞ Y TẾ HẢI DƯƠNG"})
        elsewhere = factories.make_organisation(session, name={"vi": "Sở Y tế Hải Dương"}, locality="hai-phong")
    browser = signed_in(Role.APPROVER)
    found = browser.get("/administration/doubles?of=organisations").text
    assert one.id in found
    assert elsewhere.id not in found
    address = f"/administration/organisations/{other.id}/merge"
    preview = browser.get(f"{address}?into={one.id}").text
    assert sent(browser, address, preview).status_code == 303
    with database.transaction(write=False) as session:
        names = session.exec(select(Organisation.name).where(Organisation.locality == "hai-duong")).all()
        assert [name["vi"] for name in names if "y t" in name["vi"].lower()] == ["Sở Y tế Hải Dương"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER, Role.APPROVER])
def test_who_may_not_is_kept_out(signed_in: Callable[..., Browser], database: Database, role: Role) -> None:
    with database.transaction() as session:
        body, person = factories.make_organisation(session), factories.make_person(session)
    browser = signed_in(role)
    may_merge = role is Role.APPROVER
    for address, is_allowed in (
        (f"/administration/organisations/{body.id}/hand-over", False),
        ("/administration/hand-overs", False),
        (f"/administration/organisations/{body.id}/merge", may_merge),
        (f"/administration/people/{person.id}/merge", may_merge),
        ("/administration/merges", may_merge),
        ("/administration/doubles", may_merge),
    ):
        assert browser.get(address).status_code == (200 if is_allowed else 403), address
