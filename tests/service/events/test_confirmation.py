"""Four eyes that see: what was confirmed is kept, every change of it is seen on every path, and told to approvers."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlmodel import select
from werkzeug.test import TestResponse

from calendars.events.confirmation import CONFIRMED_FIELDS
from calendars.mails.event_mail import OfficeMail
from models.accounts import Audit, User
from models.database import Database
from models.events import Event, TrainingPhase
from models.i18n import Message
from models.reminders import Reminder
from models.vocabulary import EventKind, ReminderPurpose, ReminderState, Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.actions.effects import confirmation
from service.actions.office_mails.office_mails import OfficeMailWriter
from service.api.members import CSV
from tests import factories
from tests.service.conftest import BATCH, Caller, Clock
from tests.service.web.test_pages import Browser, signed_in

__all__ = ("signed_in",)

Callers = Callable[..., Caller]

VISIT = {
    "title": {"vi": "Đoàn cấp cao", "en": "High-level delegation"},
    "host": "hai-duong",
    "guest": "vientiane-province",
    "first_day": "2027-03-10",
    "last_day": "2027-03-12",
    "location": {"vi": "Hải Dương"},
    "level": "department",
    "headcount": 12,
    "budget": {"amount": "100000000", "currency": "VND"},
}
TROUPE = {
    "title": {"vi": "Đoàn nghệ thuật"},
    "host": "hai-duong",
    "guest": "vientiane-province",
    "first_day": "2027-04-10",
    "last_day": "2027-04-12",
    "performances": [{"day": "2027-04-10", "time": "19:30", "venue": {"vi": "Nhà hát"}, "title": {"vi": "Đêm một"}}],
}
COURSE = BATCH | {"phases": [{"title": {"vi": "Tiếng Việt"}, "first_day": "2027-03-10", "last_day": "2027-03-15"}]}


def confirmed(officer: Caller, approver: Caller, body: Any = None, kind: str = "delegations") -> str:
    """The path of an event that an officer made and planned and an approver confirmed."""
    event_id = officer.made(f"/{kind}", body or VISIT)["id"]
    assert step(officer, event_id, "planned").status_code == 200
    assert step(approver, event_id, "confirmed").status_code == 200
    return f"/{kind}/{event_id}"


def step(who: Caller, event_id: str, to: str, **values: Any) -> TestResponse:
    return who.post(f"/events/{event_id}/transitions", {"to": to} | values)


def accept(who: Caller, path: str, **headers: str) -> TestResponse:
    return who.post(f"/events/{path.rpartition('/')[2]}/accept-changes", **headers)


def ask(who: Caller, path: str) -> TestResponse:
    return who.post(f"/events/{path.rpartition('/')[2]}/confirmation-requests")


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


# Every field


CHANGES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "title": ("delegations", {"title": {"vi": "Đoàn khác"}}),
    "first_day": ("delegations", {"first_day": "2027-03-09", "arrives_on": "2027-03-10"}),
    "last_day": ("delegations", {"last_day": "2027-03-13", "departs_on": "2027-03-12"}),
    "arrives_on": ("delegations", {"arrives_on": "2027-03-09"}),
    "departs_on": ("delegations", {"departs_on": "2027-03-13"}),
    "start_time": ("delegations", {"start_time": "08:00"}),
    "end_time": ("delegations", {"end_time": "17:00"}),
    "timezone": ("delegations", {"timezone": "Asia/Vientiane"}),
    "location": ("delegations", {"location": {"vi": "Chí Linh"}}),
    "host": ("delegations", {"host": "hai-phong"}),
    "guest": ("delegations", {"guest": "laos"}),
    "head": ("delegations", {"head_id": "{person}"}),
    "level": ("delegations", {"level": "high"}),
    "budget": ("delegations", {"budget": {"amount": "5", "currency": "USD"}}),
    "headcount": ("delegations", {"headcount": 40}),
    "organisation_id": ("delegations", {"organisation_id": "{organisation}"}),
    "visibility": ("delegations", {"visibility": "public"}),
    "phases": (
        "training-batches",
        {"phases": [{"title": {"vi": "Tiếng Việt"}, "first_day": "2027-03-10", "last_day": "2027-03-16"}]},
    ),
    "performances": (
        "art-troupe-visits",
        {"performances": [{"day": "2027-04-11", "time": "19:30", "venue": {"vi": "Nhà hát"}}]},
    ),
}
"""Confirmed field → a kind of event that has it, and a change of it alone."""

BODIES = {"delegations": VISIT, "training-batches": COURSE, "art-troupe-visits": TROUPE}


@pytest.fixture
def known(database: Database) -> dict[str, str]:
    """A person and an organisation to put into changes."""
    with database.transaction() as session:
        return {
            "{person}": factories.make_person(session, name="Bun Mỹ").id,
            "{organisation}": factories.make_organisation(session, name={"vi": "Sở Y tế"}).id,
        }


def test_every_confirmed_field_has_a_change_here() -> None:
    assert list(CHANGES) == list(CONFIRMED_FIELDS)


@pytest.mark.parametrize("field", CHANGES)
@pytest.mark.both_databases("what was confirmed is JSON, compared with columns")
def test_change_of_any_confirmed_field_is_seen_until_it_is_undone(
    caller: Callers, known: Mapping[str, str], field: str
) -> None:
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    kind, change = CHANGES[field]
    change = {name: known.get(value, value) if isinstance(value, str) else value for name, value in change.items()}
    path = confirmed(officer, approver, BODIES[kind], kind)
    before = officer.get(path).json
    assert (before["differs"], before["changed_since_confirmed"]) == ({}, False)
    assert before["confirmed"]["by"] == approver.user_id
    assert before["confirmed"]["at"] == before["confirmed_at"]
    assert before["confirmed"]["values"].keys() == CONFIRMED_FIELDS.keys()
    after = officer.patch(path, change).json
    assert after["changed_since_confirmed"] is True
    assert after["differs"].keys() == {field}
    told = after["differs"][field]
    assert told["confirmed"] == before["confirmed"]["values"][field]
    assert told["now"] != told["confirmed"]
    assert told["changed_by"] == officer.user_id
    assert after["confirmed"] == before["confirmed"]
    back = officer.patch(path, {name: before[name] for name in change}).json
    assert (back["changed_since_confirmed"], back["differs"]) == (False, {})


def test_what_is_not_confirmed_may_be_corrected(officer: Caller, approver: Caller) -> None:
    path = confirmed(officer, approver, VISIT | {"budget": {"amount": "5.5", "currency": "USD"}})
    others = {"description": {"vi": "x"}, "purpose": {"vi": "y"}, "headcount_actual": 3, "funded_by": "hai-duong"}
    assert officer.patch(path, others).json["changed_since_confirmed"] is False
    # A money amount written otherwise is the same amount.
    assert officer.patch(path, {"budget": {"amount": "5.50", "currency": "USD"}}).json["differs"] == {}


# Every path


def by_page(values: Mapping[str, str], edit: str) -> Callable[..., None]:
    def run(path: str, officer: Caller, signed_in: Callable[..., Browser], database: Database, **_other: Any) -> None:
        with database.transaction(write=False) as session:
            user, version = session.get_one(User, officer.user_id), session.get_one(Event, _id(path)).version
        page = f"/events/{_id(path)}"
        answer = signed_in(user=user).send(page, do=edit, version=str(version), **values)
        assert answer.status_code == 303, answer.text

    return run


def by_member(path: str, officer: Caller, person: str, **_other: Any) -> None:
    officer.made(f"/events/{_id(path)}/members", {"person_id": person, "role": "head"})


def by_promotion(path: str, officer: Caller, person: str, **_other: Any) -> None:
    members = f"/events/{_id(path)}/members"
    member = officer.made(members, {"person_id": person, "role": "member"})
    assert officer.get(path).json["changed_since_confirmed"] is False
    answer = officer.call("PATCH", f"{members}/{member['id']}", {"role": "head"}, If_Match="*")
    assert answer.status_code == 200, answer.text


def by_member_list(path: str, officer: Caller, client: FlaskClient, **_other: Any) -> None:
    answer = client.post(
        f"/api/v1/events/{_id(path)}/members/import",
        data="Họ và tên;Vai trò\nBun Mỹ;Trưởng đoàn\n".encode(),
        headers={"Authorization": f"Bearer {officer.token}", "Content-Type": f"{CSV}; charset=utf-8"},
    )
    assert answer.status_code == 200, answer.text


def by_calendar_file(path: str, officer: Caller, client: FlaskClient, **_other: Any) -> None:
    event = officer.get(path).json
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", "BEGIN:VEVENT", f"UID:{event['uid']}",
        "DTSTAMP:20270101T000000Z", f"SEQUENCE:{event['sequence'] + 1}", "SUMMARY:Đoàn cấp cao",
        "DTSTART;VALUE=DATE:20270311", "DTEND;VALUE=DATE:20270314", "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    answer = client.post(
        "/api/v1/events/import",
        data="\r\n".join(lines).encode(),
        headers={"Authorization": f"Bearer {officer.token}", "Content-Type": "text/calendar"},
    )
    assert [one["result"] for one in answer.json["components"]] == ["changed"], answer.text


PATHS: Mapping[str, Callable[..., None]] = {
    "the form of the days": by_page(
        {"first_day": "2027-03-11", "last_day": "2027-03-12", "timezone": "Asia/Ho_Chi_Minh"}, "days"
    ),
    "a member added": by_member,
    "a member made head": by_promotion,
    "a member list": by_member_list,
    "a calendar file": by_calendar_file,
}


def _id(path: str) -> str:
    return path.rpartition("/")[2]


@pytest.mark.both_databases("heads, phases and performances are read by statements")
@pytest.mark.parametrize("way", PATHS)
def test_change_is_seen_on_every_path(
    way: str,
    caller: Callers,
    signed_in: Callable[..., Browser],
    client: FlaskClient,
    database: Database,
    known: Mapping[str, str],
) -> None:
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    PATHS[way](
        path=path, officer=officer, signed_in=signed_in, database=database, client=client, person=known["{person}"]
    )
    assert officer.get(path).json["changed_since_confirmed"] is True


def test_head_who_leaves_the_list_is_missed(caller: Callers, known: Mapping[str, str]) -> None:
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    event_id = officer.made("/delegations", VISIT)["id"]
    members = f"/events/{event_id}/members"
    head = officer.made(members, {"person_id": known["{person}"], "role": "head"})
    step(officer, event_id, "planned")
    step(approver, event_id, "confirmed")
    # The same person named twice is one head.
    assert officer.patch(f"/delegations/{event_id}", {"head_id": known["{person}"]}).json["differs"] == {}
    assert officer.patch(f"/delegations/{event_id}", {"head_id": None}).json["differs"] == {}
    assert officer.call("DELETE", f"{members}/{head['id']}", If_Match="*").status_code == 204
    told = officer.get(f"/delegations/{event_id}").json["differs"]
    assert told["head"]["confirmed"] == [known["{person}"]]
    assert told["head"]["now"] == []


@pytest.mark.both_databases("the parts of an event that was read without them")
def test_parts_count_of_an_event_that_was_read_without_them(database: Database) -> None:
    days = date(2026, 12, 2), date(2026, 12, 3)
    with database.transaction() as session:
        event_id = factories.make_event(session, kind=EventKind.TRAINING_BATCH).id
        for position, (first, last) in enumerate((days, days)):
            session.add(
                TrainingPhase(
                    event_id=event_id, position=position, title={"vi": "Giai đoạn"}, first_day=first, last_day=last
                )
            )
    with database.transaction(write=False) as session:
        found = confirmation.values_of(session, session.get_one(Event, event_id))["phases"]
    assert found == [{"first_day": "2026-12-02", "last_day": "2026-12-03"}] * 2


@pytest.mark.both_databases("kept values are JSON")
@pytest.mark.parametrize("is_kept_before", [False, True])
def test_two_heads_who_change_places_are_missed(
    caller: Callers, database: Database, known: Mapping[str, str], is_kept_before: bool
) -> None:
    """Whom the event names, and who has the role on its list: each of both was confirmed as who they are."""
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    one, other = sorted([known["{person}"], officer.made("/people", {"name": "Người thứ hai"})["id"]])
    path = f"/delegations/{officer.made('/delegations', VISIT | {'head_id': one})['id']}"
    members = path.replace("delegations", "events") + "/members"
    head = officer.made(members, {"person_id": other, "role": "head"})
    step(officer, path.rpartition("/")[2], "planned")
    step(approver, path.rpartition("/")[2], "confirmed")
    if is_kept_before:  # without order: nothing of that time is judged by it
        with database.transaction() as session:
            event = session.get_one(Event, path.rpartition("/")[2])
            event.confirmed_values = {k: v for k, v in (event.confirmed_values or {}).items() if k != "heads_in_order"}
    assert "heads_in_order" not in officer.get(path).json["confirmed"]["values"]
    officer.patch(path, {"head_id": other})
    assert officer.get(path).json["changed_since_confirmed"] is True
    officer.call("PATCH", f"{members}/{head['id']}", {"person_id": one}, If_Match="*")
    told = officer.get(path).json
    if is_kept_before:
        assert told["differs"] == {}
    else:
        assert (told["differs"]["head"]["confirmed"], told["differs"]["head"]["now"]) == ([one, other], [other, one])
    officer.patch(path, {"head_id": one})
    officer.call("PATCH", f"{members}/{head['id']}", {"person_id": other}, If_Match="*")
    assert officer.get(path).json["differs"] == {}


@pytest.mark.parametrize(
    ("guard", "change"), [("after_change", {"level": "high"}), ("head_changed", None)], ids=["event", "member"]
)
def test_with_the_guard_off_nobody_sees_it(
    monkeypatch: pytest.MonkeyPatch,
    caller: Callers,
    known: Mapping[str, str],
    guard: str,
    change: Mapping[str, Any] | None,
) -> None:
    """The control."""
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    monkeypatch.setattr(confirmation, guard, lambda *_args: {})
    if change:
        officer.patch(path, change)
    else:
        by_member(path, officer, known["{person}"])
    assert officer.get(path).json["changed_since_confirmed"] is False


# Who may confirm and accept


def test_rewriting_a_draft_and_confirming_it_takes_two(caller: Callers) -> None:
    """R6: an approver rewrote somebody's draft wholly and confirmed it alone."""
    officer, approver, other = caller(Role.OFFICER), caller(Role.APPROVER), caller(Role.APPROVER)
    event_id = officer.made("/delegations", VISIT)["id"]
    path = f"/delegations/{event_id}"
    assert approver.patch(path, {"title": {"vi": "Chuyến khác"}, "level": "high"}).status_code == 200
    step(officer, event_id, "planned")
    refused = step(approver, event_id, "confirmed")
    assert code(refused) == (403, "four_eyes")
    assert refused.json["fields"] == ["title", "level"]
    assert officer.get(path).json["status"] == "planned"
    assert step(other, event_id, "confirmed").status_code == 200


def test_two_approvers_in_turn_confirm_no_change_of_their_own(caller: Callers) -> None:
    officer, one, two, third = (caller(role) for role in (Role.OFFICER, *[Role.APPROVER] * 3))
    event_id = officer.made("/delegations", VISIT)["id"]
    path = f"/delegations/{event_id}"
    step(officer, event_id, "planned")
    one.patch(path, {"level": "high"})
    two.patch(path, {"headcount": 5})
    one.patch(path, {"location": {"vi": "Chí Linh"}})
    assert code(step(one, event_id, "confirmed")) == (403, "four_eyes")
    assert code(step(two, event_id, "confirmed")) == (403, "four_eyes")
    assert step(third, event_id, "confirmed").status_code == 200
    # What somebody else has changed since is theirs.
    two.patch(path, {"headcount": 6})
    one.patch(path, {"headcount": 7})
    assert code(accept(one, path)) == (403, "four_eyes")
    assert accept(two, path).status_code == 200


def test_another_approver_accepts_what_changed(caller: Callers, database: Database) -> None:
    officer, approver, other = caller(Role.OFFICER), caller(Role.APPROVER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    assert code(accept(other, path)) == (409, "nothing_to_accept")
    changed = approver.patch(path, {"last_day": "2027-03-14"}).json
    assert changed["changed_since_confirmed"] is True, "an approver's own change is no confirmation of it"
    assert code(accept(approver, path)) == (403, "four_eyes")
    assert code(accept(officer, path)) == (403, "forbidden")
    assert code(accept(other, path, If_Match='"stale"')) == (412, "stale")
    found = accept(other, path, If_Match=other.etag(path))
    assert found.status_code == 200, found.text
    assert (found.json["status"], found.json["changed_since_confirmed"]) == ("confirmed", False)
    assert (found.json["confirmed"]["by"], found.json["differs"]) == (other.user_id, {})
    assert found.json["confirmed"]["values"]["last_day"] == "2027-03-14"
    assert found.json["sequence"] == changed["sequence"]
    with database.transaction(write=False) as session:
        (row,) = session.exec(select(Audit).where(Audit.action == "accept")).all()
    assert (row.actor_id, row.changes["last_day"]) == (other.user_id, {"from": "2027-03-12", "to": "2027-03-14"})
    assert code(accept(other, path)) == (409, "nothing_to_accept")
    # Undoing it now is a change.
    assert officer.patch(path, {"last_day": "2027-03-12", "departs_on": "2027-03-14"}).json["differs"].keys() == {
        "last_day"
    }


def test_creator_accepts_nothing(caller: Callers) -> None:
    maker, other, officer = caller(Role.APPROVER), caller(Role.APPROVER), caller(Role.OFFICER)
    path = confirmed(maker, other)
    officer.patch(path, {"headcount": 3})
    assert code(accept(maker, path)) == (403, "four_eyes")
    assert accept(other, path).status_code == 200


def test_confirmation_ends_with_its_status(caller: Callers) -> None:
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    officer.patch(path, {"headcount": 3})
    assert step(officer, _id(path), "postponed", reason="mưa").json["confirmed"] is None
    back = step(approver, _id(path), "planned", first_day="2027-05-10", last_day="2027-05-12").json
    assert (back["differs"], back["changed_since_confirmed"]) == ({}, False)
    refused = step(approver, _id(path), "confirmed")
    assert code(refused) == (403, "four_eyes"), "the new days are the approver's"
    assert step(caller(Role.APPROVER), _id(path), "confirmed").json["confirmed"]["values"]["headcount"] == 3


# The name of the head


@pytest.mark.both_databases("people by the events they head")
def test_a_head_with_another_name_is_not_the_one_that_was_confirmed(
    caller: Callers, database: Database, client: FlaskClient, clock: Clock
) -> None:
    officer, approver, admin = caller(Role.OFFICER), caller(Role.APPROVER), caller(Role.ADMIN)
    with database.transaction() as session:
        person = factories.make_person(session, name="Trần Văn Chung").id
        other = factories.make_person(session, name="Lê Thị Hoa").id
    by_column = confirmed(officer, approver, VISIT | {"head_id": person})
    by_member = confirmed(officer, approver, VISIT | {"title": {"vi": "Đoàn hai"}})
    officer.made(f"/events/{_id(by_member)}/members", {"person_id": person, "role": "head"})
    accept(approver, by_member)
    elsewhere = confirmed(officer, approver, VISIT | {"head_id": other})
    feed = urlsplit(officer.made("/feeds", {"name": "Lịch"})["url"]).path
    uid = officer.get(by_column).json["uid"]
    clock.move(seconds=2)
    assert entry(client, feed, uid)["STATUS"] == "CONFIRMED"
    assert admin.patch(f"/people/{person}", {"name": "Nguyễn Văn Khác"}).status_code == 200
    for path in (by_column, by_member):
        found = officer.get(path).json
        assert found["changed_since_confirmed"] is True
        assert found["differs"]["head"]["confirmed"] == ["Trần Văn Chung"]
        assert found["differs"]["head"]["now"] == ["Nguyễn Văn Khác"]
        assert found["differs"]["head"]["changed_by"] == admin.user_id
        assert "head_names" not in found["confirmed"]["values"]
    assert officer.get(elsewhere).json["differs"] == {}
    clock.move(seconds=2)
    assert entry(client, feed, uid)["STATUS"] == "TENTATIVE"
    with database.transaction(write=False) as session:
        told = session.exec(select(Reminder.event_id).where(Reminder.purpose == ReminderPurpose.CHANGED)).all()
    assert {_id(by_column), _id(by_member)} <= set(told)
    # Set back it is what was confirmed; accepted, the new name is.
    assert admin.patch(f"/people/{person}", {"name": "Trần Văn Chung"}).status_code == 200
    assert officer.get(by_column).json["changed_since_confirmed"] is False
    admin.patch(f"/people/{person}", {"name": "Nguyễn Văn Khác"})
    assert accept(approver, by_column).json["differs"] == {}


def test_other_fields_of_a_head_are_nobodys_concern(caller: Callers, database: Database, clock: Clock) -> None:
    officer, approver, admin = caller(Role.OFFICER), caller(Role.APPROVER), caller(Role.ADMIN)
    with database.transaction() as session:
        person = factories.make_person(session, name="Trần Văn Chung").id
    path = confirmed(officer, approver, VISIT | {"head_id": person})
    assert admin.patch(f"/people/{person}", {"position": {"vi": "Giám đốc"}, "phone": "123"}).status_code == 200
    assert officer.get(path).json["differs"] == {}
    # What is over is not asked about again.
    clock.move(days=(date.fromisoformat(officer.get(path).json["last_day"]) - clock.now.date()).days + 1)
    for to in ("ongoing", "completed"):
        step(officer, _id(path), to)
    admin.patch(f"/people/{person}", {"name": "Trần Văn Trung"})
    found = officer.get(path).json
    assert (found["changed_since_confirmed"], found["differs"]) == (False, {})


# Who made whose account


@pytest.mark.both_databases("who made an account, by the audit trail")
def test_an_account_of_ones_own_making_is_no_second_person(
    caller: Callers, database: Database, clock: Clock, client: FlaskClient
) -> None:
    admin, officer, other = caller(Role.ADMIN), caller(Role.OFFICER), caller(Role.APPROVER)
    admin.made("/users", {"email": "second@example.org", "role": "approver", "password": "chim én bay thấp 2027"})
    second = token_of(database, clock, client, "second@example.org")
    own, foreign = (who.made("/delegations", VISIT)["id"] for who in (admin, officer))
    for event_id in (own, foreign):
        step(officer, event_id, "planned")
    refused = step(second, own, "confirmed")
    assert (refused.status_code, refused.json["code"]) == (403, "four_eyes")
    assert "30" in refused.json["detail"]
    asked = officer.post(f"/events/{own}/confirmation-requests", {})
    assert asked.status_code == 201, asked.text
    with database.transaction(write=False) as session:
        mailed = session.exec(select(Reminder.recipient).where(Reminder.purpose == ReminderPurpose.ASKED)).all()
    assert "second@example.org" not in mailed
    # What others wrote it may confirm, and after a month what its maker wrote.
    assert step(second, foreign, "confirmed").status_code == 200
    clock.move(days=30)
    second = token_of(database, clock, client, "second@example.org")
    assert step(second, own, "confirmed").status_code == 200
    assert other.user_id != second.user_id


@pytest.mark.both_databases("whose account somebody made, by the audit trail")
def test_who_made_the_account_of_the_maker_is_no_second_person(
    caller: Callers, database: Database, clock: Clock, client: FlaskClient
) -> None:
    admin, approver = caller(Role.ADMIN), caller(Role.APPROVER)
    admin.made("/users", {"email": "second@example.org", "role": "officer", "password": "chim én bay thấp 2027"})
    second = token_of(database, clock, client, "second@example.org")
    own, foreign = (second.made("/delegations", VISIT)["id"] for _ in range(2))
    for event_id in (own, foreign):
        step(second, event_id, "planned")
    assert code(step(admin, own, "confirmed")) == (403, "four_eyes")
    assert step(approver, foreign, "confirmed").status_code == 200
    clock.move(days=30)
    with database.transaction(write=False) as session:
        address = session.get_one(User, admin.user_id).email
    assert step(token_of(database, clock, client, address), own, "confirmed").status_code == 200


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        ({"password": "chim én bay thấp 2027"}, False),
        ({"role": "approver"}, False),
        ({"email": "mine@example.org"}, False),
        ({"name": "Another name"}, True),
        ({"locale": "lo"}, True),
    ],
)
def test_neither_is_one_whose_access_the_author_changed(
    caller: Callers, database: Database, change: dict[str, str], allowed: bool
) -> None:
    admin, officer = caller(Role.ADMIN), caller(Role.OFFICER)
    second = caller(Role.OFFICER if "role" in change else Role.APPROVER)
    assert admin.patch(f"/users/{second.user_id}", change).status_code == 200
    event_id = officer.made("/delegations", VISIT)["id"]
    assert admin.patch(f"/delegations/{event_id}", {"headcount": 3}).status_code == 200
    step(officer, event_id, "planned")
    assert step(second, event_id, "confirmed").status_code == (200 if allowed else 403)
    # The author's own last word counts, not every account's that ever touched it.
    assert officer.patch(f"/delegations/{event_id}", {"headcount": 4}).status_code == 200
    if not allowed:
        assert step(second, event_id, "confirmed").status_code == 200


def token_of(database: Database, clock: Clock, client: FlaskClient, email: str) -> Caller:
    with database.transaction() as session:
        user = session.exec(select(User).where(User.email == email)).one()
        user.must_change_password = False
        issued = accounts.issue_token(session, ActionContext(None, clock.now, factories.OFFICE), user, "test")
        return Caller(client, user.id, issued.secret)


def test_begun_event_stays_confirmed_and_is_accepted_too(caller: Callers, clock: Clock) -> None:
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    clock.now = datetime(2027, 3, 13, 5, tzinfo=UTC)
    step(officer, _id(path), "ongoing")
    assert officer.patch(path, {"last_day": "2027-03-13"}).json["changed_since_confirmed"] is True
    assert accept(approver, path).json["status"] == "ongoing"
    step(officer, _id(path), "completed")
    assert officer.patch(path, {"visibility": "public"}).json["changed_since_confirmed"] is True
    assert accept(approver, path).json["changed_since_confirmed"] is False


def test_who_is_not_in_charge_reads_nothing_of_it(caller: Callers, database: Database) -> None:
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    path = confirmed(officer, approver, VISIT | {"visibility": "public"})
    officer.patch(path, {"level": "high"})
    with database.transaction() as session:
        elsewhere = factories.make_organisation(session).id
    stranger = caller(Role.OFFICER, organisation_id=elsewhere)
    assert stranger.get(path).json.keys().isdisjoint({"confirmed", "differs", "confirmation_asked"})
    assert officer.get("/delegations").json[0].keys().isdisjoint({"confirmed", "differs", "confirmation_asked"})


# Before values were kept


def forget(database: Database, path: str, **values: Any) -> None:
    """Make it an event that was confirmed before what was confirmed was kept."""
    with database.transaction() as session:
        event = session.get_one(Event, _id(path))
        event.confirmed_values = None
        for name, value in values.items():
            setattr(event, name, value)


def test_unchanged_event_of_before_is_known_by_its_next_change(caller: Callers, database: Database) -> None:
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    forget(database, path)
    before = officer.get(path).json
    assert (before["confirmed"]["values"], before["differs"], before["changed_since_confirmed"]) == (None, {}, False)
    told = officer.patch(path, {"headcount": 3}).json
    assert told["differs"]["headcount"]["confirmed"] == 12
    assert told["confirmed"]["by"] == approver.user_id


def test_changed_event_of_before_stays_changed_until_it_is_accepted(caller: Callers, database: Database) -> None:
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    forget(database, path, changed_since_confirmed=True)
    assert officer.get(path).json["differs"] is None
    assert officer.patch(path, {"headcount": 3}).json["differs"] is None
    assert mails(database) == {("changed", approver.user_id): "pending"}, "told with the next change"
    assert accept(approver, path).json["differs"] == {}


# Asking


def test_asking_stands_until_the_status_changes(caller: Callers, clock: Clock, database: Database) -> None:
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    event_id = officer.made("/delegations", VISIT)["id"]
    path = f"/delegations/{event_id}"
    assert code(ask(officer, path)) == (409, "nothing_to_confirm")
    step(officer, event_id, "planned")
    updated_at = officer.get(path).json["updated_at"]
    clock.move(minutes=1)
    made = ask(officer, path)
    assert (made.status_code, made.json["asked"]) == (201, [approver.user_id])
    shown = officer.get(path).json
    assert shown["confirmation_asked"] == {"by": officer.user_id, "at": made.json["asked_at"]}
    assert shown["updated_at"] == updated_at, "calendar entries show nothing of it"
    again = ask(officer, path)
    assert code(again) == (409, "already_asked")
    assert again.json["again_at"] > made.json["asked_at"]
    assert mails(database) == {("asked", approver.user_id): "pending"}
    clock.move(minutes=1)
    officer.patch(path, {"headcount": 3})
    assert ask(officer, path).status_code == 201, "after a change"
    clock.move(hours=4)
    assert ask(officer, path).status_code == 201, "after some hours"
    step(approver, event_id, "confirmed")
    assert officer.get(path).json["confirmation_asked"] is None
    assert mails(database) == {("asked", approver.user_id): "skipped", ("asked", officer.user_id): "pending"}, (
        "the answer goes to who asked"
    )
    assert code(ask(officer, path)) == (409, "nothing_to_confirm")


def test_only_who_may_confirm_is_asked(caller: Callers, clock: Clock, database: Database) -> None:
    officer, maker, editor, able = (caller(role) for role in (Role.OFFICER, *[Role.APPROVER] * 3))
    caller(Role.APPROVER, active=False)
    admin = caller(Role.ADMIN)
    event_id = maker.made("/delegations", VISIT)["id"]
    path = f"/delegations/{event_id}"
    step(officer, event_id, "planned")
    editor.patch(path, {"level": "high"})
    assert ask(maker, path).json["asked"] == [able.user_id]
    assert mails(database) == {("asked", able.user_id): "pending"}
    clock.move(minutes=1)
    able.patch(path, {"headcount": 5})
    assert ask(officer, path).json["asked"] == [admin.user_id], "administrators where no approver is left"


def test_asking_nobody_is_refused(caller: Callers) -> None:
    maker = caller(Role.APPROVER)
    event_id = maker.made("/delegations", VISIT)["id"]
    step(maker, event_id, "planned")
    assert code(ask(maker, f"/delegations/{event_id}")) == (409, "nobody_to_ask")


# Mails


def mails(database: Database) -> dict[tuple[str, str], str]:
    """Purpose and account → state of the mail to it; one each."""
    with database.transaction(write=False) as session:
        rows = session.exec(
            select(Reminder, User).where(Reminder.recipient == User.email).order_by(Reminder.created_at)
        ).all()
    return {(str(reminder.purpose), user.id): str(reminder.state) for reminder, user in rows}


def written(database: Database, purpose: ReminderPurpose, reader: Caller, path: str) -> OfficeMail | Message:
    with database.transaction(write=False) as session:
        email = session.get_one(User, reader.user_id).email
        return OfficeMailWriter(factories.OFFICE, "x" * 40).write_to_approver(session, purpose, email, _id(path))


CHANGED = ReminderPurpose.CHANGED


@pytest.mark.both_databases("mails are planned and taken back by statements")
def test_approvers_get_one_mail_a_round(caller: Callers, clock: Clock, database: Database) -> None:
    officer, approver, other = caller(Role.OFFICER), caller(Role.APPROVER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    assert mails(database) == {}
    approver.patch(path, {"level": "high"})
    assert mails(database) == {("changed", other.user_id): "pending"}, "not to whoever made the change"
    for count in (3, 4, 5):
        clock.move(minutes=1)
        officer.patch(path, {"headcount": count})
    with database.transaction(write=False) as session:
        (one,) = session.exec(select(Reminder)).all()
    assert one.due_at < clock.now, "from the first change"
    letter = written(database, CHANGED, other, path)
    assert isinstance(letter, OfficeMail)
    for part in ("Đoàn cấp cao", "12", "5", path.rpartition("/")[2]):
        assert part in letter.content.text
        assert part in letter.content.html
    assert isinstance(written(database, CHANGED, approver, path), Message), "part of it is their own change"
    # Undone before it leaves: told to nobody. Then another round.
    officer.patch(path, {"headcount": 12})
    approver.patch(path, {"level": "department"})
    assert mails(database) == {("changed", other.user_id): "skipped"}
    assert isinstance(written(database, CHANGED, other, path), Message)
    clock.move(minutes=1)
    officer.patch(path, {"headcount": 13})
    assert mails(database) == {("changed", other.user_id): "pending", ("changed", approver.user_id): "pending"}
    accept(other, path)
    assert set(mails(database).values()) == {"skipped"}


def test_disabled_account_gets_no_mail_about_a_change(caller: Callers, database: Database, admin: Caller) -> None:
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    officer.patch(path, {"level": "high"})
    assert admin.patch(f"/users/{approver.user_id}", {"active": False}).status_code == 200
    assert isinstance(written(database, CHANGED, approver, path), Message)
    assert admin.patch(f"/users/{approver.user_id}", {"active": True, "role": "officer"}).status_code == 200
    assert isinstance(written(database, CHANGED, approver, path), Message)


def test_cancelling_takes_the_mails_back_and_tells_approvers_nothing(caller: Callers, database: Database) -> None:
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    officer.patch(path, {"level": "high"})
    step(officer, _id(path), "cancelled", reason="bão")
    assert mails(database) == {("changed", approver.user_id): "skipped"}


@pytest.mark.both_databases("the names of what a value means are read by statements")
def test_values_are_told_in_three_languages(caller: Callers, known: Mapping[str, str], database: Database) -> None:
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    for kind, change in CHANGES.values():
        if kind == "delegations":
            values = {name: known.get(one, one) if isinstance(one, str) else one for name, one in change.items()}
            assert officer.patch(path, values).status_code == 200
    for language, sentences in {
        "vi": ("Trưởng đoàn: đã xác nhận –, nay là Bun Mỹ", "Sở Y tế", "5 USD"),
        "en": ("Head of delegation: confirmed –, now Bun Mỹ", "High-level delegation", "10 March 2027"),
        "lo": ("Bun Mỹ", "Chí Linh"),
    }.items():
        with database.transaction() as session:
            session.get_one(User, approver.user_id).locale = language  # type: ignore[assignment]
        letter = written(database, CHANGED, approver, path)
        assert isinstance(letter, OfficeMail)
        for sentence in sentences:
            assert sentence in letter.content.text, letter.content.text


# Feeds


def entry(client: FlaskClient, path: str, uid: str) -> Any:
    body = client.get(path).data
    return next(one for one in Calendar.from_ical(body).walk("VEVENT") if one["UID"] == uid)


@pytest.mark.both_databases("parts of feeds are cached in the database")
def test_feed_marks_a_changed_event_tentative_until_it_is_accepted(
    caller: Callers, client: FlaskClient, clock: Clock, known: Mapping[str, str]
) -> None:
    clock.move(days=30)  # later than the localities were made, which an entry shows too
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    uid = officer.get(path).json["uid"]
    feed = urlsplit(officer.made("/feeds", {"name": "Lịch", "locale": "en"})["url"]).path

    def shown() -> tuple[str, int, Any]:
        clock.move(seconds=2)
        found = entry(client, feed, uid)
        return str(found["STATUS"]), int(found["SEQUENCE"]), found["DTSTAMP"].dt

    first = shown()
    assert first[0] == "CONFIRMED"
    officer.patch(path, {"level": "high"})
    changed = shown()
    assert changed[:2] == ("TENTATIVE", first[1]), "nothing changed for those who come: SEQUENCE stays"
    assert changed[2] > first[2]
    assert "not confirmed anew yet" in entry(client, feed, uid)["DESCRIPTION"]
    accept(approver, path)
    accepted = shown()
    assert accepted[:2] == ("CONFIRMED", first[1])
    assert accepted[2] > changed[2]
    by_member(path, officer, known["{person}"])
    by_head = shown()
    assert by_head[0] == "TENTATIVE"
    assert by_head[2] > accepted[2], "other bytes have another time"
    before = client.get(feed).data
    clock.move(seconds=2)
    assert ask(officer, path).status_code == 201
    assert client.get(feed).data == before
    officer.patch(path, {"first_day": "2027-03-11"})
    assert shown()[:2] == ("TENTATIVE", first[1] + 1)


def test_event_that_is_over_stays_confirmed_in_feeds(caller: Callers, client: FlaskClient, clock: Clock) -> None:
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    clock.move(days=(date.fromisoformat(officer.get(path).json["last_day"]) - clock.now.date()).days + 1)
    for to in ("ongoing", "completed"):
        step(officer, _id(path), to)
    officer.patch(path, {"headcount": 4})
    feed = urlsplit(officer.made("/feeds", {"name": "Lịch"})["url"]).path
    clock.move(seconds=2)
    assert entry(client, feed, officer.get(path).json["uid"])["STATUS"] == "CONFIRMED"


def test_rounds_do_not_overlap_in_the_queue(caller: Callers, clock: Clock, database: Database) -> None:
    """Whoever was told in a round is not told again in it, though the first mail has left."""
    officer, approver = caller(Role.OFFICER), caller(Role.APPROVER)
    path = confirmed(officer, approver)
    officer.patch(path, {"level": "high"})
    with database.transaction() as session:
        one = session.exec(select(Reminder)).one()
        one.state, one.sent_at = ReminderState.SENT, clock.now
    clock.move(hours=5)
    officer.patch(path, {"headcount": 4})
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Reminder)).all()) == 1
    accept(approver, path)
    clock.move(hours=1)
    officer.patch(path, {"headcount": 5})
    with database.transaction(write=False) as session:
        dues = sorted(one.due_at for one in session.exec(select(Reminder)).all())
    assert len(dues) == 2
    assert dues[1] - clock.now == timedelta(minutes=2)
