"""Who is in charge of an event: set by who may change it, told as its owner, handed over in one step."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import User
from models.database import Database
from models.events import Event
from models.reminders import Reminder
from models.vocabulary import EventStatus, Language, ReminderState, Role, Visibility
from tests import factories
from tests.service.conftest import BATCH, Caller
from tests.service.web.test_pages import Browser, signed_in

VISIT = BATCH | {"last_day": "2027-03-12"}
SignedIn = Callable[..., Browser]
__all__ = ["signed_in"]


def recipients(database: Database, state: ReminderState = ReminderState.PENDING) -> set[str]:
    with database.transaction(write=False) as session:
        return set(session.exec(select(Reminder.recipient).where(Reminder.state == state)))


def codes(caller: Caller, path: str) -> list[str]:
    return [one["code"] for one in caller.get(path).json["conflicts"]]


def planned(caller: Caller, **values: Any) -> str:
    event = caller.made("/delegations", VISIT | values)
    assert caller.post(f"/events/{event['id']}/transitions", {"to": "planned"}).status_code == 200
    return f"/delegations/{event['id']}"


def account(database: Database, **values: Any) -> str:
    with database.transaction() as session:
        return factories.make_user(session, **values).id


@pytest.mark.both_databases("accounts chosen by the events they are in charge of")
def test_whoever_is_in_charge_is_the_owner_and_nobody_else(officer: Caller, database: Database) -> None:
    colleague = account(database, email="colleague@example.org")
    officer.made("/reminder-rules", {"name": "Trước", "anchor": "arrival", "offset": "-P7D", "audience": ["owner"]})
    path = planned(officer)
    assert officer.get(path).json["in_charge_id"] is None
    (creator,) = recipients(database)
    answer = officer.patch(path, {"in_charge_id": colleague})
    assert (answer.status_code, answer.json["in_charge_id"]) == (200, colleague)
    assert recipients(database) == {"colleague@example.org"}
    (listed,) = officer.get("/events").json
    assert listed["in_charge_id"] == colleague
    assert officer.patch(path, {"in_charge_id": None}).status_code == 200
    assert recipients(database) == {creator}


def test_an_event_can_be_made_with_somebody_in_charge(officer: Caller, database: Database) -> None:
    event = officer.made("/delegations", VISIT | {"in_charge_id": officer.user_id})
    assert event["in_charge_id"] == officer.user_id
    assert officer.post("/delegations", VISIT | {"in_charge_id": "nobody"}).status_code == 422


def test_only_an_account_that_may_read_the_event_can_be_in_charge(
    caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        own, other = (factories.make_organisation(session).id for _number in range(2))
        stranger = factories.make_user(session, organisation_id=other).id
        gone = factories.make_user(session, organisation_id=own, active=False).id
    officer = caller(Role.OFFICER, organisation_id=own)
    path = f"/delegations/{officer.made('/delegations', VISIT)['id']}"
    for one in (stranger, gone, "01hnobodyatallwiththisname"):
        answer = officer.patch(path, {"in_charge_id": one})
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["in_charge_id"]), answer.text
        assert officer.get(path).json["in_charge_id"] is None
    assert officer.patch(path, {"in_charge_id": stranger, "visibility": "public"}).status_code == 200
    with database.transaction(write=False) as session:
        assert session.exec(select(Event.in_charge_id)).one() == stranger


def test_only_who_may_change_the_event_puts_somebody_in_charge(
    caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        own, other = (factories.make_organisation(session).id for _number in range(2))
    officer, stranger = (caller(Role.OFFICER, organisation_id=one) for one in (own, other))
    path = f"/delegations/{officer.made('/delegations', VISIT | {'visibility': 'public'})['id']}"
    assert stranger.patch(path, {"in_charge_id": stranger.user_id}).status_code == 403


def test_being_in_charge_gives_no_right(caller: Callable[..., Caller], database: Database) -> None:
    """Who was put in charge of a public event reads it no more once it is internal; then the event warns."""
    with database.transaction() as session:
        own, other = (factories.make_organisation(session).id for _number in range(2))
    officer, stranger = (caller(Role.OFFICER, organisation_id=one) for one in (own, other))
    path = planned(officer, visibility="public", in_charge_id=stranger.user_id)
    assert "nobody_in_charge" not in codes(officer, path)
    assert stranger.patch(path, {"headcount": 3}).status_code == 403
    assert officer.patch(path, {"visibility": "internal"}).status_code == 200
    assert stranger.get(path).status_code == 404
    assert "nobody_in_charge" in codes(officer, path)


# Warnings


@pytest.mark.both_databases("events without reminders found by a condition")
def test_a_planned_event_warns_until_somebody_is_in_charge_and_reached(
    officer: Caller, admin: Caller, database: Database
) -> None:
    """As the seed's events: nobody made them. A draft does not warn yet."""
    with database.transaction() as session:
        event = factories.make_event(session, status=EventStatus.DRAFT, first_day=date(2027, 3, 10)).id
        factories.make_rule(session, offset="-P7D", audience=["owner"])
    path = f"/events/{event}"
    assert codes(officer, path) == []
    officer.post(f"{path}/transitions", {"to": "planned"})
    assert codes(officer, path) == ["nobody_in_charge", "nobody_reached"]
    (told,) = [one for one in officer.get(path, Accept_Language="vi").json["conflicts"] if "reached" in one["code"]]
    assert told["severity"] == "warning"
    assert "thư nhắc" in told["detail"]
    found = {one["code"] for one in officer.get("/conflicts?code=nobody_reached&code=nobody_in_charge").json}
    assert found == {"nobody_in_charge", "nobody_reached"}
    assert officer.patch(f"/delegations/{event}", {"in_charge_id": officer.user_id}).status_code == 200
    assert codes(officer, path) == []
    admin.patch(f"/users/{officer.user_id}", {"active": False})
    assert codes(admin, path) == ["nobody_in_charge", "nobody_reached"]


def test_nobody_is_reached_by_what_came_too_late_or_failed(officer: Caller, database: Database) -> None:
    officer.made("/reminder-rules", {"name": "Trước", "anchor": "arrival", "offset": "-P300D", "audience": ["owner"]})
    path = planned(officer, in_charge_id=officer.user_id)
    assert recipients(database, ReminderState.SKIPPED)
    assert codes(officer, path) == ["nobody_reached"]
    officer.made("/reminder-rules", {"name": "Sau", "anchor": "arrival", "offset": "-P3D", "audience": ["owner"]})
    assert codes(officer, path) == []
    with database.transaction() as session:
        for row in session.exec(select(Reminder).where(Reminder.state == ReminderState.PENDING)):
            row.state = ReminderState.FAILED
    assert codes(officer, path) == ["nobody_reached"]


def test_an_event_that_is_over_or_called_off_does_not_warn(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        over = factories.make_event(session, first_day=date(2026, 11, 20)).id
        postponed = factories.make_event(session, status=EventStatus.POSTPONED).id
    assert codes(officer, f"/events/{over}") == codes(officer, f"/events/{postponed}") == []


def test_who_only_takes_part_is_not_told_that_nobody_hears_of_it(
    caller: Callable[..., Caller], database: Database
) -> None:
    """Who does not see an event's reminders is not told that there are none."""
    with database.transaction() as session:
        own, other = (factories.make_organisation(session).id for _number in range(2))
        event = factories.make_event(session, organisation_id=own, visibility=Visibility.INTERNAL)
        factories.make_task(session, event, organisation_id=other)
        path = f"/events/{event.id}"
    assert "nobody_reached" in codes(caller(Role.OFFICER, organisation_id=own), path)
    assert "nobody_reached" not in codes(caller(Role.OFFICER, organisation_id=other), path)


# Pages


@pytest.mark.both_databases("events counted by two conditions")
def test_the_first_page_counts_what_may_be_forgotten(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        for number in range(7):
            factories.make_event(session, title={"vi": f"Đoàn bỏ sót {number}"})
    admin = signed_in(Role.ADMIN, locale=Language.VI)
    page = admin.get("/").text
    assert "Sự kiện có thể bị bỏ sót" in page
    assert "Chưa có người phụ trách: 7." in page
    assert "Không có thư nhắc nào đến được với ai: 7." in page
    assert (
        page[page.index('id="unheard"') : page.index("</section>", page.index('id="unheard"'))].count("#in-charge") == 5
    )
    assert "Sự kiện có thể bị bỏ sót" not in signed_in(Role.VIEWER, locale=Language.VI).get("/").text


def test_one_click_takes_charge(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session).id
    reader = signed_in(locale=Language.EN, name="Nguyễn Thị Phụ Trách")
    page = reader.get(f"/events/{event}").text
    assert "Nobody is in charge of it." in page
    assert reader.send(f"/events/{event}", do="take_over").status_code == 303
    page = reader.get(f"/events/{event}").text
    assert "Nobody is in charge of it." not in page
    assert "<strong>Nguyễn Thị Phụ Trách</strong>" in page
    assert "Person in charge: Nguyễn Thị Phụ Trách" in reader.get("/").text
    assert 'value="take_over"' not in page


@pytest.mark.both_databases("who is in charge is read for the page")
def test_the_page_names_somebody_else_in_charge(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        person = factories.make_user(session, name="Nguyễn Thị Phụ Trách")
        event = factories.make_event(session, in_charge_id=person.id).id
    assert "<strong>Nguyễn Thị Phụ Trách</strong>" in signed_in(locale=Language.EN).get(f"/events/{event}").text


@pytest.mark.both_databases("accounts that may be put in charge")
def test_planning_asks_who_is_in_charge_and_does_not_insist(signed_in: SignedIn, database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    with database.transaction() as session:
        first, second = (factories.make_event(session, status=EventStatus.DRAFT).id for _number in range(2))
        me = session.exec(select(User.id).where(User.role == Role.OFFICER)).one()
    page = reader.get(f"/events/{first}").text
    assert "Who is in charge of it?" in page
    for event, chosen in ((first, me), (second, "")):
        sent = reader.send(f"/events/{event}", do="step", to="planned", version="1", in_charge_id=chosen)
        assert sent.status_code == 303
    with database.transaction(write=False) as session:
        found = {row.id: (row.status, row.in_charge_id) for row in session.exec(select(Event))}
    assert found == {first: (EventStatus.PLANNED, me), second: (EventStatus.PLANNED, None)}


# Handing over


@pytest.mark.both_databases("events and successors chosen by the account")
def test_events_of_somebody_who_leaves_are_handed_over_in_one_step(
    signed_in: SignedIn, officer: Caller, database: Database
) -> None:
    officer.made("/reminder-rules", {"name": "Trước", "anchor": "arrival", "offset": "-P7D", "audience": ["owner"]})
    with database.transaction() as session:
        own, other = (factories.make_organisation(session).id for _number in range(2))
        leaver = factories.make_user(session, organisation_id=own, email="leaver@example.org")
        heir = factories.make_user(session, organisation_id=own, email="heir@example.org", name="Người Nhận")
        elsewhere = factories.make_user(session, organisation_id=other)
        titles = ("Đoàn một", "Đoàn hai", "Đoàn của sở khác", "Đã xong")
        events = [
            factories.make_event(session, title={"vi": titles[0]}, organisation_id=own, in_charge_id=leaver.id),
            factories.make_event(session, title={"vi": titles[1]}, organisation_id=own, created_by=leaver.id),
            factories.make_event(session, title={"vi": titles[2]}, organisation_id=other, in_charge_id=leaver.id),
            factories.make_event(
                session, title={"vi": titles[3]}, in_charge_id=leaver.id, status=EventStatus.COMPLETED,
                organisation_id=own,
            ),
        ]  # fmt: skip
        ids, leaver_id, heir_id = [event.id for event in events], leaver.id, heir.id
        version, wrong = str(leaver.version), elsewhere.id
    admin = signed_in(Role.ADMIN, locale=Language.VI)
    path = f"/administration/accounts/{leaver_id}"
    page = admin.get(path).text
    assert all(title in page for title in titles[:3])
    assert titles[3] not in page
    assert admin.send(path, do="hand_over", version=version, to=wrong).status_code == 422
    said = admin.send(path, do="hand_over", version=version, to=heir_id)
    assert said.status_code == 200
    assert "Số sự kiện đã bàn giao: 2." in said.text
    assert f"không được sửa: {titles[2]}" in said.text
    with database.transaction(write=False) as session:
        found = {row.id: row.in_charge_id for row in session.exec(select(Event))}
    assert found == dict(zip(ids, [heir_id, heir_id, leaver_id, leaver_id], strict=True))


def test_switching_an_account_off_names_the_events_that_are_left(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        leaver = factories.make_user(session, active=False).id
        factories.make_event(session, title={"vi": "Đoàn bị bỏ lại"}, in_charge_id=leaver)
    page = signed_in(Role.ADMIN, locale=Language.VI).get(f"/administration/accounts/{leaver}").text
    assert "Tài khoản này đã bị tắt" in page
    assert "Đoàn bị bỏ lại" in page
