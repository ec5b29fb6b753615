"""What a rule would send, looked at before it is kept and afterwards."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.events import Event
from models.reminders import Reminder, ReminderRule
from models.vocabulary import EventKind, EventStatus, Language, ReminderAnchor, ReminderState, Role
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.http.test_nouns_api import errors
from tests.service.web.test_pages import count_queries

RULE = {"name": "Trước một ngày", "anchor": "start", "offset": "-P1D", "at": "08:00", "audience": ["email:a@b.vn"]}
PATH = "/reminder-rules/preview"


on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what asks nothing of the database that would differ."""


@pytest.fixture
def officer(officer: Caller) -> Caller:
    officer.headers["Accept-Language"] = "en"
    return officer


@pytest.fixture
def viewer(viewer: Caller) -> Caller:
    viewer.headers["Accept-Language"] = "en"
    return viewer


def made(database: Database, **values: Any) -> str:
    with database.transaction() as session:
        return factories.make_event(session, **values).id


def shown(caller: Caller, **wish: Any) -> Any:
    answer = caller.post(PATH, RULE | wish)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_it_tells_to_whom_when_and_in_which_words_and_keeps_nothing(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, title={"vi": "Đoàn Viêng Chăn", "lo": "ຄະນະວຽງຈັນ"})
        for address, language in (("lao@b.la", Language.LO), ("viet@b.vn", Language.VI)):
            factories.make_user(session, Role.APPROVER, email=address, locale=language)
        before = len(session.exec(select(Audit)).all())
    found = shown(officer, audience=["role:approver", "email:viet@b.vn"])
    assert found["reminders"] == [
        {
            "event_id": event.id,
            "about": {"type": "event", "id": event.id},
            "title": {"vi": "Đoàn Viêng Chăn", "lo": "ຄະນະວຽງຈັນ"},
            "due_at": "2026-12-01T01:00:00Z",
            "due_local": "2026-12-01T08:00:00+07:00",
            "task_id": None,
            "task_title": None,
            "state": "pending",
            "reason": None,
            "recipients": [{"address": "lao@b.la", "locale": "lo"}, {"address": "viet@b.vn", "locale": "vi"}],
        }
    ]
    assert (found["total"], found["shown"]) == (1, 1)
    assert [letter["locale"] for letter in found["letters"]] == ["vi", "lo"]
    viet, lao = found["letters"]
    assert "Đoàn Viêng Chăn" in viet["subject"]
    assert "Trước một ngày" in viet["text"]
    assert "ຄະນະວຽງຈັນ" in lao["subject"]
    assert f"https://desk.example.org/events/{event.id}" in lao["html"]
    with database.transaction(write=False) as session:
        assert session.exec(select(ReminderRule)).all() == session.exec(select(Reminder)).all() == []
        assert len(session.exec(select(Audit)).all()) == before


@pytest.mark.both_databases("a rule is tried in a savepoint")
def test_it_is_what_the_rule_then_plans(officer: Caller, database: Database) -> None:
    wish = RULE | {"anchor": "task_due", "offset": "-P2D", "working_days": True, "audience": ["members", "owner"]}
    with database.transaction() as session:
        owner = factories.make_user(session, email="chu@b.vn")
        for first in (date(2026, 11, 24), date(2026, 12, 2), date(2027, 4, 20)):
            event = factories.make_event(session, first_day=first, created_by=owner.id)
            guest = factories.make_member(session, event)
            session.flush()
            factories.make_task(session, event, due_offset="-P3D", person_id=guest.person_id)
            factories.make_task(session, event, due_on=date(2027, 4, 14))
            factories.make_task(session, event, done=True)
    foreseen = {
        (one["event_id"], one["task_id"], one["due_at"], one["state"], person["address"], person["locale"])
        for one in officer.post(PATH, wish).json["reminders"]
        for person in one["recipients"]
    }
    officer.made("/reminder-rules", wish)
    planned = officer.get("/reminders").json
    assert len(planned) == 9, "each task for the owner, and the guest's own for the guest"
    names = ("event_id", "task_id", "due_at", "state", "recipient", "locale")
    assert foreseen == {tuple(one[name] for name in names) for one in planned}
    assert {one["state"] for one in planned} == {"pending", "skipped"}


def test_what_goes_out_first_comes_first_and_what_is_too_late_last(officer: Caller, database: Database) -> None:
    late = made(database, first_day=date(2026, 11, 22), last_day=date(2026, 11, 23))
    later, sooner = made(database, first_day=date(2027, 1, 5)), made(database, first_day=date(2026, 11, 24))
    found = shown(officer)["reminders"]
    assert [(one["event_id"], one["state"]) for one in found] == [
        (sooner, "pending"),
        (later, "pending"),
        (late, "skipped"),
    ]
    assert found[-1]["reason"] == "It was due before this was planned."
    lao = officer.post(PATH, RULE, Accept_Language="lo").json["reminders"][-1]["reason"]
    assert lao != found[-1]["reason"]


@on_sqlite
def test_a_rule_that_catches_up_sends_at_once_what_is_of_use(officer: Caller, database: Database) -> None:
    made(database, first_day=date(2026, 11, 22), last_day=date(2026, 11, 23))
    over = made(database, first_day=date(2026, 11, 20))
    (found,) = shown(officer, catch_up=True)["reminders"]
    assert (found["due_at"], found["state"], found["reason"]) == ("2026-11-22T03:00:00Z", "pending", None)
    (found,) = shown(officer, catch_up=True, event_id=over)["reminders"]
    assert (found["state"], found["reason"]) == ("skipped", "It could not be sent before the event was over.")


@on_sqlite
@pytest.mark.parametrize(
    ("values", "wish", "reason"),
    [
        ({"status": EventStatus.DRAFT}, {}, "The event is a draft."),
        ({"status": EventStatus.CANCELLED}, {}, "The event is cancelled."),
        ({}, {"active": False}, "The reminder rule is switched off."),
        ({}, {"kinds": ["activity"]}, "The reminder rule no longer covers this kind of event."),
    ],
)
def test_of_an_event_that_is_named_it_tells_why_not(
    officer: Caller, database: Database, values: dict[str, Any], wish: dict[str, Any], reason: str
) -> None:
    event_id = made(database, **values)
    (found,) = shown(officer, event_id=event_id, **wish)["reminders"]
    assert (found["state"], found["reason"]) == ("skipped", reason)
    assert found["due_at"] == "2026-12-01T01:00:00Z"
    if "active" not in wish:
        assert shown(officer, **wish)["reminders"] == []


def test_fifty_are_shown_and_all_are_counted(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        for number in range(60):
            factories.make_event(session, first_day=date(2026, 12, 1) + timedelta(days=number))
    found = shown(officer)
    assert (found["total"], found["shown"], len(found["reminders"])) == (60, 50, 50)


@on_sqlite
def test_letters_speak_the_language_that_is_asked_for(officer: Caller, database: Database) -> None:
    made(database)
    assert [one["locale"] for one in shown(officer, locale="en")["letters"]] == ["en"]
    assert [one["locale"] for one in shown(officer, audience=["members"])["letters"]] == ["vi"]
    assert shown(officer, kinds=["activity"]) == {"reminders": [], "total": 0, "shown": 0, "letters": []}


@pytest.mark.both_databases("a rule is tried in a savepoint")
def test_a_kept_rule_does_not_send_twice(viewer: Caller, database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        rule = factories.make_rule(session, catch_up=True)
        sent, open_, late = (
            factories.make_event(session, first_day=date(2026, 11, 22), last_day=date(2026, 11, 25)) for _ in "123"
        )
        due = {"due_at": clock.now - timedelta(hours=34), "next_at": clock.now}  # midnight a day before
        factories.make_reminder(session, sent, rule, state=ReminderState.SENT, sent_at=clock.now, **due)
        factories.make_reminder(session, open_, rule, **due)
        reason = "The event is postponed."
        factories.make_reminder(session, late, rule, state=ReminderState.SKIPPED, reason=reason, **due)
        fresh = factories.make_event(session, first_day=date(2026, 11, 22), last_day=date(2026, 11, 25))
    path = f"/reminder-rules/{rule.id}/preview"
    found = {one["event_id"]: (one["state"], one["reason"]) for one in viewer.get(path).json["reminders"]}
    assert found == {
        sent.id: ("skipped", "This was dealt with when it was due."),
        open_.id: ("pending", None),
        late.id: ("skipped", reason),
        fresh.id: ("pending", None),
    }
    assert viewer.get(f"{path}?event_id={fresh.id}&locale=lo").json["letters"][0]["locale"] == "lo"
    assert viewer.get(f"{path}?locale=fr").status_code == 422
    assert errors(viewer.get(f"{path}?event_id=nothing")) == {"event_id"}
    assert viewer.get("/reminder-rules/nothing/preview").status_code == 404


@on_sqlite
@pytest.mark.parametrize(
    ("wish", "fields"),
    [
        ({"offset": "-P1M", "event_id": "nothing"}, {"offset", "event_id"}),
        ({"audience": ["everybody"]}, {"audience"}),
        ({"anchor": "departure", "event_id": "nothing"}, {"anchor", "event_id"}),
        ({"locale": "fr"}, {"locale"}),
        ({"id": "x"}, {"id"}),
    ],
)
def test_a_bad_body_names_its_fields(officer: Caller, wish: dict[str, Any], fields: set[str]) -> None:
    assert errors(officer.post(PATH, RULE | wish)) == fields


@on_sqlite
def test_only_officers_try_rules_and_preview_is_no_rule(viewer: Caller, officer: Caller) -> None:
    assert viewer.post(PATH, RULE).status_code == 403
    assert officer.get(PATH).status_code == 404


@on_sqlite
def test_an_offset_out_of_the_calendar_sends_nothing(officer: Caller, database: Database) -> None:
    made(database, first_day=date(9999, 12, 31))
    assert shown(officer, offset="P400D")["reminders"] == []


@on_sqlite
def test_statements_do_not_grow_with_events(officer: Caller, database: Database) -> None:
    counts = []
    wish = RULE | {"anchor": ReminderAnchor.TASK_DUE.value, "audience": ["members", "owner"], "working_days": True}
    for number in (2, 20):
        with database.transaction() as session:
            for _ in range(number):
                event = factories.make_event(session, kind=EventKind.DELEGATION)
                factories.make_member(session, event)
                factories.make_task(session, event)
        ask: Callable[[], Any] = lambda: officer.post(PATH, wish)  # noqa: E731
        counts.append(count_queries(database, ask))
    assert counts[0] == counts[1]
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Event)).all()) == 22
