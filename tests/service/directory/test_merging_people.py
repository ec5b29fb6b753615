"""Merging a person who was entered twice: what moves, what stays, who is told, what is opened to nobody."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from calendars.reminders import due_times
from jobs.cleanup import forget_passports
from models.accounts import Audit
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.files import File, StoredContent
from models.places import Passport, Person
from models.reminders import Reminder
from models.successions import Merge
from models.vocabulary import EventStatus, FileKind, ReminderState, Role
from service.actions.context import ActionContext
from service.actions.reminders import reminder_planning
from tests import factories
from tests.factories import OFFICE
from tests.service.conftest import Caller, Clock

pytestmark = pytest.mark.both_databases("references are moved and moved back by statements")


@pytest.fixture
def double(database: Database) -> Person:
    with database.transaction() as session:
        return factories.make_person(
            session, name="Bun Nhông Phôm-ma-chăn", email="bun@old.example.org", phone="020", languages=["lo"]
        )


@pytest.fixture
def person(database: Database) -> Person:
    with database.transaction() as session:
        return factories.make_person(session, name="Bounnhong Phommachan", position={"vi": "Tỉnh trưởng"})


def merged(caller: Caller, double: Person, person: Person, **body: Any) -> Any:
    answer = caller.post(f"/people/{double.id}/merge", {"into": person.id, **body})
    assert answer.status_code == 200, answer.text
    return answer.json


def test_references_move_and_what_is_lacking_is_filled(
    approver: Caller, database: Database, double: Person, person: Person
) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, head_id=double.id)
        member = factories.make_member(session, event, double)
        task = factories.make_task(session, event, person_id=double.id)
        other = factories.make_event(session)
        guest = factories.make_member(session, other, counterpart_id=double.id)
    done = merged(approver, double, person)
    assert done["moved"] == {
        "events": 1, "members": 2, "tasks": 1, "task_templates": 0, "resources": 0, "files": 0, "phases": 0,
        "accounts": 0, "people": 0, "rules": 0, "feeds": 0,
    }  # fmt: skip
    assert (done["filled"], done["combined"], done["stayed"]) == (["email", "languages", "phone"], [], [])
    assert done["merged_name"] == {"vi": "Bun Nhông Phôm-ma-chăn"}
    with database.transaction(write=False) as session:
        assert session.get_one(Event, event.id).head_id == person.id
        assert session.get_one(Member, member.id).person_id == person.id
        assert session.get_one(Member, guest.id).counterpart_id == person.id
        assert session.get_one(type(task), task.id).person_id == person.id
    now = approver.get(f"/people/{person.id}").json
    assert (now["name"], now["email"], now["phone"], now["languages"]) == (
        "Bounnhong Phommachan", "bun@old.example.org", "020", ["lo"],
    )  # fmt: skip


def test_the_double_is_gone_and_its_id_says_who_it_is(approver: Caller, double: Person, person: Person) -> None:
    merged(approver, double, person)
    answer = approver.get(f"/people/{double.id}")
    assert (answer.status_code, answer.json["code"], answer.json["merged_into"]) == (404, "merged", person.id)
    assert [one["id"] for one in approver.get("/people?q=phommachan").json] == [person.id]
    assert approver.get("/people?q=phom-ma").json == []
    third = approver.made("/people", {"name": "Bounnhong"})
    merged(approver, person, Person(**third | {"created_at": None, "updated_at": None}))
    assert approver.get(f"/people/{double.id}").json["merged_into"] == third["id"]


def test_a_dry_run_says_what_the_merge_does_and_changes_nothing(
    approver: Caller, database: Database, double: Person, person: Person
) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
        for one in (double, person):
            factories.make_member(session, event, one)
    preview = merged(approver, double, person, dry_run=True)
    assert preview["dry_run"] is True
    assert approver.get(f"/people/{double.id}").status_code == 200
    assert approver.get("/merges").json == []
    done = merged(approver, double, person)
    differ = {name for name in done if done[name] != preview[name]}
    assert differ == {"id", "made_at", "undo_until", "dry_run"}


ROLES = [("head", "member", "head"), ("member", "deputy", "deputy"), ("member", "member", "member")]


@pytest.mark.parametrize(("of_double", "of_person", "stays"), ROLES)
def test_of_two_members_of_one_event_one_stays(
    approver: Caller, database: Database, double: Person, person: Person, of_double: str, of_person: str, stays: str
) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
        host = factories.make_person(session)
        factories.make_member(session, event, double, role=of_double, rank=2, counterpart_id=host.id)
        factories.make_member(session, event, person, role=of_person, rank=1)
        factories.make_member(session, event, host, counterpart_id=double.id)
    done = merged(approver, double, person)
    assert [one["id"] for one in done["combined"]] == [event.id]
    members = {one["person_id"]: one for one in approver.get(f"/events/{event.id}/members").json}
    assert set(members) == {person.id, host.id}
    mine = members[person.id]
    assert (mine["role"], mine["counterpart_id"]) == (stays, host.id)
    assert mine["rank"] == (2 if of_double == stays != of_person else 1)
    assert members[host.id]["counterpart_id"] == person.id
    undone = approver.post(f"/merges/{done['id']}/undo")
    assert (undone.status_code, undone.json["stayed"]) == (200, [])
    members = {one["person_id"]: one for one in approver.get(f"/events/{event.id}/members").json}
    told = {one: (row["role"], row["rank"], row["counterpart_id"]) for one, row in members.items()}
    assert told[double.id] == (of_double, 2, host.id)
    assert told[person.id] == (of_person, 1, None)
    assert told[host.id] == ("member", None, double.id)


def test_nobody_meets_themselves(approver: Caller, database: Database, double: Person, person: Person) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
        factories.make_member(session, event, person, counterpart_id=double.id)
    merged(approver, double, person)
    (member,) = approver.get(f"/events/{event.id}/members").json
    assert (member["person_id"], member["counterpart_id"]) == (person.id, None)


@pytest.mark.parametrize("has_own", [True, False])
def test_a_passport_moves_unless_there_is_one(
    approver: Caller, database: Database, double: Person, person: Person, has_own: bool
) -> None:
    numbers = {double.id: "D1111111", person.id: "P2222222"}
    for one in (double, person) if has_own else (double,):
        approver.call("PUT", f"/people/{one.id}/passport", {"number": numbers[one.id]})
    done = merged(approver, double, person)
    shown = approver.get(f"/people/{person.id}/passport").json["number"]
    assert shown.endswith("222" if has_own else "111")
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Passport)).all()) == 1
        for kept in session.exec(select(Audit)).all():
            assert "1111111" not in repr(kept.changes)
    assert approver.post(f"/merges/{done['id']}/undo").status_code == 200
    assert approver.get(f"/people/{double.id}/passport").json["number"].endswith("111")
    assert approver.get(f"/people/{person.id}/passport").status_code == (200 if has_own else 404)


# Refusals


def test_who_can_be_merged_into_whom(approver: Caller, officer: Caller, double: Person, person: Person) -> None:
    path = f"/people/{double.id}/merge"
    for body, field in (({"into": double.id}, "into"), ({"into": "nobody"}, "into"), ({}, "into")):
        answer = approver.post(path, body)
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert approver.post("/people/nobody/merge", {"into": person.id}).status_code == 404
    assert officer.post(path, {"into": person.id}).status_code == 403


def test_people_of_another_office_are_its_own(
    caller: Callable[..., Caller], database: Database, double: Person, person: Person
) -> None:
    with database.transaction() as session:
        abroad = factories.make_organisation(session, locality="vientiane-province")
        theirs = factories.make_person(session, organisation_id=abroad.id)
        past = factories.make_person(session, former_organisation_id=abroad.id)
    here, there = caller(Role.APPROVER), caller(Role.ADMIN, organisation_id=abroad.id)
    for who, one, other in (
        (here, theirs, person),
        (here, double, theirs),
        (here, past, person),
        (here, double, past),
        (there, theirs, person),
        (there, double, person),
    ):
        answer = who.post(f"/people/{one.id}/merge", {"into": other.id})
        assert (answer.status_code, answer.json["code"]) == (403, "not_in_charge"), answer.text
    done = merged(here, double, person)
    assert there.get("/merges").json == []
    assert there.get(f"/merges/{done['id']}").status_code == 404
    assert there.post(f"/merges/{done['id']}/undo").status_code == 404


@pytest.mark.parametrize("of_double", [True, False])
@pytest.mark.parametrize("sealed", ["passport", "particulars", "file", None])
def test_what_is_sealed_goes_from_no_organisation_to_another(
    approver: Caller, database: Database, of_double: bool, sealed: str | None
) -> None:
    with database.transaction() as session:
        bodies = [factories.make_organisation(session).id for _ in range(2)]
        double = factories.make_person(session, organisation_id=bodies[0] if of_double else None, email="a@example.org")
        person = factories.make_person(session, organisation_id=bodies[1] if not of_double else None)
        others = factories.make_person(session, former_organisation_id=bodies[1])
        if sealed == "file":
            session.add(StoredContent(sha256="0" * 64, size=1, stored_at=factories.NOW))
            session.flush()
            session.add(
                File(
                    person_id=double.id, title="A", kind=FileKind.REPORT, name="a.txt", media_type="text/plain", size=1,
                    sha256="0" * 64, uploaded_at=factories.NOW,
                )
            )  # fmt: skip
    if sealed == "passport":
        assert approver.call("PUT", f"/people/{double.id}/passport", {"number": "D1111111"}).status_code < 300
    if sealed == "particulars":
        wanted = {"diet": "Ăn chay"}
        assert approver.call("PUT", f"/people/{double.id}/particulars", wanted).status_code < 300
    answer = approver.post(f"/people/{double.id}/merge", {"into": person.id})
    if sealed is None:
        assert answer.status_code == 200, answer.text
        return
    assert (answer.status_code, answer.json["code"], list(answer.json["errors"])) == (
        409,
        "other_organisation",
        ["into"],
    )
    if of_double:  # of two organisations not even the address goes over
        answer = approver.post(f"/people/{double.id}/merge", {"into": others.id})
        assert (answer.status_code, answer.json["code"]) == (409, "other_organisation")


def test_who_stored_another_passport_before_does_not_read_the_one_that_moved(
    caller: Callable[..., Caller], approver: Caller, database: Database, double: Person, person: Person
) -> None:
    with database.transaction() as session:
        body = factories.make_organisation(session)
        event = factories.make_event(session, organisation_id=body.id)
        factories.make_member(session, event, person)
    officer = caller(Role.OFFICER, organisation_id=body.id)
    path = f"/people/{person.id}/passport"
    assert officer.call("PUT", path, {"number": "P2222222"}).status_code < 300
    assert officer.get(path).status_code == 200
    assert approver.call("DELETE", path).status_code == 204
    assert approver.call("PUT", f"/people/{double.id}/passport", {"number": "D1111111"}).status_code < 300
    merged(approver, double, person)
    assert approver.get(path).json["number"].endswith("111")
    assert (officer.get(path).status_code, officer.get(path).json["code"]) == (403, "not_concerned")


# What was deleted or replaced since


@pytest.mark.parametrize("has_own", [True, False])
@pytest.mark.parametrize("since", ["deleted", "replaced", "purged", None])
def test_undoing_brings_no_passport_back_that_is_gone(
    approver: Caller, database: Database, double: Person, person: Person, has_own: bool, since: str | None
) -> None:
    path = f"/people/{person.id}/passport"
    assert approver.call("PUT", f"/people/{double.id}/passport", {"number": "D1111111"}).status_code < 300
    if has_own:
        assert approver.call("PUT", path, {"number": "P2222222"}).status_code < 300
    done = merged(approver, double, person)
    if since == "deleted":
        assert approver.call("DELETE", path).status_code == 204
    elif since == "replaced":
        assert approver.call("PUT", path, {"number": "N3333333"}).status_code < 300
    elif since == "purged":
        with database.transaction() as session:
            forget_passports(session, factories.NOW + timedelta(days=40), 30)
    with database.transaction(write=False) as session:
        kept = session.exec(select(Merge)).one().moves
        is_kept = any(one["table"] == "passport" and not one["column"] for one in kept or ())
        assert is_kept is (has_own and since != "purged")
    undone = approver.post(f"/merges/{done['id']}/undo")
    assert undone.status_code == 200, undone.text
    found = approver.get(f"/people/{double.id}/passport")
    assert (found.status_code == 200) is (since is None)
    if since in {"deleted", "replaced"}:
        assert [(one["entity"], one["id"]) for one in undone.json["stayed"]] == [("person", person.id)]
    if since == "replaced":
        assert approver.get(path).json["number"].endswith("333")


def test_what_referred_to_something_deleted_since_stays_and_the_rest_goes_back(
    approver: Caller, admin: Caller, database: Database
) -> None:
    with database.transaction() as session:
        body = factories.make_organisation(session)
        double = factories.make_person(session, name="A", organisation_id=body.id, email="a@example.org")
        person = factories.make_person(session, name="B", organisation_id=body.id)
        member = factories.make_member(session, factories.make_event(session), double, organisation_id=None)
    done = merged(approver, double, person)
    assert admin.patch(f"/people/{person.id}", {"organisation_id": None}).status_code == 200
    deleted = admin.call("DELETE", f"/organisations/{body.id}", If_Match="*")
    assert deleted.status_code == 204, deleted.text
    undone = approver.post(f"/merges/{done['id']}/undo")
    assert undone.status_code == 200, undone.text
    assert [(one["entity"], one["id"]) for one in undone.json["stayed"]] == [("person", double.id)]
    again = approver.get(f"/people/{double.id}").json
    assert (again["organisation_id"], again["email"]) == (None, "a@example.org")
    with database.transaction(write=False) as session:
        assert session.get_one(Member, member.id).person_id == double.id


# Rights, reminders, calendars


def test_no_event_is_opened_to_an_organisation(
    caller: Callable[..., Caller], approver: Caller, database: Database, double: Person
) -> None:
    with database.transaction() as session:
        body = factories.make_organisation(session)
        person = factories.make_person(session, organisation_id=body.id)
        event = factories.make_event(session)
        factories.make_member(session, event, double)
        factories.make_event(session, head_id=double.id)
        factories.make_task(session, event, person_id=double.id)
    department = caller(Role.OFFICER, organisation_id=body.id)
    assert department.get("/events").json == []
    done = merged(approver, double, person)
    assert department.get("/events").json == []
    assert approver.post(f"/merges/{done['id']}/undo").status_code == 200
    assert department.get("/events").json == []


@pytest.mark.parametrize("catch_up", [True, False])
def test_nobody_is_told_a_second_time(
    approver: Caller, database: Database, double: Person, clock: Clock, catch_up: bool
) -> None:
    """What was sent to the one address of somebody is not sent to the other, and no mail says that they are out."""
    act = ActionContext(None, clock.now, OFFICE)
    with database.transaction() as session:
        person = factories.make_person(session, email="bounnhong@new.example.org")
        event = factories.make_event(session, first_day=clock.now.date() + timedelta(days=10))
        factories.make_member(session, event, double)
        rule = factories.make_rule(session, audience=["members"], offset="-P9D", catch_up=catch_up)
        later = factories.make_rule(session, audience=["members"], offset="-P1D")
        for one in (rule, later):
            reminder_planning.plan_rule(session, act, one)
    clock.move(days=2)
    with database.transaction() as session:
        sent = session.exec(select(Reminder).where(Reminder.rule_id == rule.id)).one()
        sent.state, sent.sent_at, sent.told_sequence, sent.entry_sequence = ReminderState.SENT, clock.now, 0, 0
    done = merged(approver, double, person)

    def rows() -> dict[tuple[str, str], tuple[str, str | None]]:
        with database.transaction(write=False) as session:
            found = session.exec(select(Reminder)).all()
        return {
            (one.recipient.partition("@")[0], {rule.id: "rule", later.id: "later"}.get(one.rule_key, one.rule_key)): (
                one.state.value,
                one.reason,
            )
            for one in found
        }

    assert rows() == {
        ("bun", "rule"): ("sent", None),
        ("bun", "later"): ("skipped", due_times.NOT_ADDRESSED),
        ("bounnhong", "rule"): ("skipped", due_times.TOLD_ELSEWHERE),
        ("bounnhong", "later"): ("pending", None),
    }
    assert approver.post(f"/merges/{done['id']}/undo").status_code == 200
    assert rows() == {
        ("bun", "rule"): ("sent", None),
        ("bun", "later"): ("pending", None),
        ("bounnhong", "later"): ("skipped", due_times.NOT_ADDRESSED),
    }


def test_feeds_show_the_one_that_stays(
    approver: Caller, client: Any, database: Database, double: Person, person: Person, clock: Clock
) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
        factories.make_task(session, event, person_id=double.id, due_on=date(2026, 12, 1))
    path = approver.made("/feeds", {"name": "Việc", "tasks": True})["url"].partition("example.org")[2]
    clock.move(seconds=1)
    assert "Bun Nhông" in client.get(path).text
    clock.move(seconds=1)
    merged(approver, double, person)
    assert "Bun Nhông" not in client.get(path).text
    assert "Bounnhong" in client.get(path).text


def test_a_confirmed_head_with_another_name_is_told_to_those_who_confirm(
    approver: Caller, database: Database, double: Person, person: Person
) -> None:
    with database.transaction() as session:
        same = factories.make_person(session, name=double.name)
        events = [
            factories.make_event(
                session,
                head_id=one.id,
                status=EventStatus.CONFIRMED,
                confirmed_at=factories.NOW,
                confirmed_values={"head": [one.id], "head_names": [one.name], "heads_in_order": True},
            )
            for one in (double, same)
        ]
    merged(approver, double, person)
    assert approver.get(f"/events/{events[0].id}").json["differs"] != {}
    merged(approver, same, Person(id=person.id, name=""))
    assert {one["changed_since_confirmed"] for one in approver.get("/events").json} == {True}


def test_the_same_name_stays_confirmed(approver: Caller, database: Database, double: Person) -> None:
    with database.transaction() as session:
        person = factories.make_person(session, name=double.name)
        event = factories.make_event(
            session,
            head_id=double.id,
            status=EventStatus.CONFIRMED,
            confirmed_at=factories.NOW,
            confirmed_values={"head": [double.id], "head_names": [double.name], "heads_in_order": True},
        )
    merged(approver, double, person)
    with database.transaction(write=False) as session:
        found = session.get_one(Event, event.id)
        assert (found.changed_since_confirmed, found.sequence) == (False, 0)
        assert found.confirmed_values["head"] == [person.id]


# Undoing


def test_what_changed_since_stays_and_is_named(
    approver: Caller, database: Database, double: Person, person: Person
) -> None:
    with database.transaction() as session:
        event, other = factories.make_event(session), factories.make_event(session)
        for one in (event, other):
            factories.make_member(session, one, double)
        task = factories.make_task(session, event, person_id=double.id)
    done = merged(approver, double, person)
    (member,) = approver.get(f"/events/{event.id}/members").json
    path = f"/events/{event.id}/members/{member['id']}"
    assert approver.patch(path, {"role": "interpreter"}, "*").status_code == 200
    approver.patch(f"/people/{person.id}", {"phone": "0903"})
    undone = approver.post(f"/merges/{done['id']}/undo").json
    assert {(one["entity"], one["id"], one["name"]["vi"]) for one in undone["stayed"]} == {
        ("member", member["id"], person.name),
        ("person", person.id, person.name),
    }
    assert undone["undone_by"] == approver.user_id
    assert approver.get(f"/events/{event.id}/members").json[0]["person_id"] == person.id
    assert approver.get(f"/events/{other.id}/members").json[0]["person_id"] == double.id
    assert approver.get(f"/events/{event.id}/tasks").json[0]["person_id"] == double.id
    assert task.id == approver.get(f"/events/{event.id}/tasks").json[0]["id"]
    now = approver.get(f"/people/{person.id}").json
    assert (now["email"], now["phone"]) == (None, "0903")
    assert approver.get(f"/people/{double.id}").json["email"] == "bun@old.example.org"
    assert [one["id"] for one in approver.get("/people?q=phom-ma").json] == [double.id]
    again = approver.post(f"/merges/{done['id']}/undo")
    assert (again.status_code, again.json["code"]) == (409, "undone_already")


def test_it_can_be_undone_for_seven_days(approver: Caller, double: Person, person: Person, clock: Clock) -> None:
    done = merged(approver, double, person)
    assert approver.get(f"/merges/{done['id']}").json["undo_until"] == done["undo_until"]
    clock.move(days=7, seconds=1)
    answer = approver.post(f"/merges/{done['id']}/undo")
    assert (answer.status_code, answer.json["code"]) == (409, "too_late")
    assert approver.get(f"/merges/{done['id']}").json["undo_until"] is None


def test_what_was_merged_on_is_undone_first(
    approver: Caller, database: Database, double: Person, person: Person
) -> None:
    with database.transaction() as session:
        third = factories.make_person(session)
    first = merged(approver, double, person)
    second = merged(approver, person, third)
    refused = approver.post(f"/merges/{first['id']}/undo")
    assert (refused.status_code, refused.json["code"], refused.json["merge_id"]) == (409, "merged_since", second["id"])
    for one in (second, first):
        assert approver.post(f"/merges/{one['id']}/undo").status_code == 200
    assert approver.get(f"/people/{double.id}").status_code == 200
    assert [one["id"] for one in approver.get("/merges?entity=person").json] == [second["id"], first["id"]]
    assert approver.get("/merges?entity=organisation").json == []


def test_the_history_names_who_was_merged(approver: Caller, database: Database, double: Person, person: Person) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, head_id=double.id)
    merged(approver, double, person)
    entries = approver.get(f"/events/{event.id}/history").json
    assert entries[-1]["action"] == "merge"
    assert entries[-1]["changes"] == {"head_id": {"from": double.id, "to": person.id}}


@pytest.mark.parametrize("has_terms", [True, False])
def test_what_somebody_held_before_goes_along_and_what_they_are_today_stays(
    approver: Caller, database: Database, has_terms: bool
) -> None:
    with database.transaction() as session:
        body, other = factories.make_organisation(session), factories.make_organisation(session)
    past = {"organisation_id": other.id, "title": {"vi": "Phó"}, "precedence": 9, "ends_on": "2020-12-31"}
    present = {"organisation_id": body.id, "title": {"vi": "Trưởng"}, "precedence": 3, "starts_on": "2021-01-01"}
    double = approver.made("/people", {"name": "A", "positions": [past, present]})
    own = {"organisation_id": body.id, "title": {"vi": "Giám đốc"}, "precedence": 5, "starts_on": "2024-01-01"}
    told = {"organisation_id": body.id, "position": {"vi": "Giám đốc"}, "precedence": 5}
    stays = approver.made("/people", {"name": "B"} | ({"positions": [own]} if has_terms else told))
    done = approver.post(f"/people/{double['id']}/merge", {"into": stays["id"]}).json
    now = approver.get(f"/people/{stays['id']}").json
    assert (now["organisation_id"], now["position"], now["precedence"]) == (body.id, {"vi": "Giám đốc"}, 5)
    assert [(one["organisation_id"], one["ends_on"]) for one in now["positions"] if one["ends_on"]] == [
        (other.id, "2020-12-31")
    ]
    assert len(now["positions"]) == 2
    assert approver.post(f"/merges/{done['id']}/undo").json["stayed"] == []
    assert approver.get(f"/people/{double['id']}").json["positions"] == double["positions"]
    assert approver.get(f"/people/{stays['id']}").json["positions"] == stays["positions"]
