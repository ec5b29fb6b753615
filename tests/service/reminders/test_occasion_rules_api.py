"""Rules about observances, anniversaries and ends of agreements over the API: what fits, what follows, who sees it."""

from collections.abc import Callable
from typing import Any

import pytest

from models.database import Database
from models.vocabulary import Role
from tests import factories
from tests.service.conftest import BATCH, Caller
from tests.service.scheduling.test_observances_api import NATIONAL_DAY

pytestmark = pytest.mark.both_databases("reminders about other things than events, in lists and by what is seen")

RULE: dict[str, Any] = {
    "name": {"vi": "Gửi điện mừng", "en": "Send greetings"},
    "anchor": "observance",
    "offset": "-P5D",
    "at": "08:00",
    "audience": ["role:officer"],
}


@pytest.fixture
def root(caller: Callable[..., Caller]) -> Caller:
    return caller(Role.ADMIN)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"anchor": "birthday"}, "anchor"),
        ({"kinds": ["delegation"]}, "kinds"),
        ({"audience": ["owner", "role:officer"]}, "audience"),
        ({"audience": ["members"]}, "audience"),
        ({"audience": ["assignee"]}, "audience"),
        ({"anchor": "agreement_end", "grades": ["round"]}, "grades"),
        ({"anchor": "arrival", "grades": ["round"]}, "grades"),
        ({"grades": ["golden"]}, "grades.0"),
    ],
)
def test_a_refusal_names_the_field(root: Caller, change: dict[str, Any], field: str) -> None:
    answer = root.post("/reminder-rules", RULE | change)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {field}), answer.text
    made = root.made("/reminder-rules", RULE)
    assert set(root.patch(f"/reminder-rules/{made['id']}", change).json["errors"]) == {field}
    if field != "grades.0":
        assert root.post("/reminder-rules/preview", RULE | change).status_code == 422


def test_old_rules_have_no_grades_and_change_as_before(root: Caller) -> None:
    made = root.made("/reminder-rules", RULE | {"anchor": "arrival", "audience": ["owner"], "kinds": ["delegation"]})
    assert made["grades"] == []
    changed = root.patch(f"/reminder-rules/{made['id']}", {"offset": "-P3D"})
    assert changed.json["kinds"] == ["delegation"]


def test_a_day_is_reminded_of_as_its_rule_says(root: Caller, officer: Caller) -> None:
    day = officer.made("/observances", NATIONAL_DAY)
    rule = root.made("/reminder-rules", RULE)
    found = officer.get(f"/reminders?about_type=observance&about_id={day['id']}").json
    assert [(one["due_at"], one["event_id"], one["about"], one["about_day"], one["state"]) for one in found] == [
        (f"{year}-11-27T01:00:00Z", None, {"type": "observance", "id": day["id"]}, f"{year}-12-02", "pending")
        for year in (2026, 2027)
    ]
    assert officer.get(f"/reminders?rule_id={rule['id']}&about_type=agreement").json == []
    detail = officer.get(f"/reminders/{found[0]['id']}").json
    assert (detail["about"]["type"], detail["rule_name"]) == ("observance", RULE["name"])
    officer.patch(f"/observances/{day['id']}", {"greets": False})
    states = {one["state"] for one in officer.get(f"/reminders?about_id={day['id']}").json}
    assert states == {"skipped"}
    officer.patch(f"/observances/{day['id']}", {"greets": True})
    assert {one["state"] for one in officer.get(f"/reminders?about_id={day['id']}").json} == {"pending"}
    root.delete(f"/reminder-rules/{rule['id']}")
    assert {one["reason"] for one in officer.get(f"/reminders?about_id={day['id']}").json} == {
        "The reminder rule was deleted."
    }


def test_whoever_becomes_an_officer_is_told_from_then_on(root: Caller, database: Database) -> None:
    root.made("/observances", NATIONAL_DAY)
    root.made("/reminder-rules", RULE)
    assert root.get("/reminders").json == []
    made = root.made(
        "/users", {"email": "new@example.org", "name": "Mới", "role": "officer", "password": "hoa sen trên hồ Tây"}
    )
    assert {one["recipient"] for one in root.get("/reminders").json} == {"new@example.org"}
    root.patch(f"/users/{made['id']}", {"role": "viewer"})
    assert {one["state"] for one in root.get("/reminders").json} == {"skipped"}


def test_an_agreements_end_and_what_follows_it(root: Caller, officer: Caller) -> None:
    body = {
        "title": {"vi": "Thỏa thuận 2024–2028"}, "starts_on": "2024-01-01", "ends_on": "2028-12-31",
        "parties": ["hai-duong", "vientiane-province"],
    }  # fmt: skip
    root.made("/reminder-rules", RULE | {"anchor": "agreement_end", "offset": "-P365D"})
    agreement = root.made("/agreements", body)
    (reminder,) = officer.get("/reminders").json
    assert (reminder["due_at"], reminder["about"]) == (
        "2028-01-01T01:00:00Z", {"type": "agreement", "id": agreement["id"]},
    )  # fmt: skip
    root.patch(f"/agreements/{agreement['id']}", {"ends_on": "2029-12-31"})
    rows = {(one["due_at"][:10], one["state"]) for one in officer.get("/reminders").json}
    assert rows == {("2028-01-01", "skipped"), ("2028-12-31", "pending")}
    following = {"predecessor_id": agreement["id"], "starts_on": "2030-01-01", "ends_on": "2034-12-31"}
    root.made("/agreements", body | following)
    rows = {(one["about"]["id"] == agreement["id"], one["state"]) for one in officer.get("/reminders").json}
    assert rows == {(True, "skipped"), (False, "pending")}


def test_a_ceremony_takes_its_anniversary_over_and_gives_it_back(root: Caller, officer: Caller) -> None:
    root.made("/reminder-rules", RULE | {"anchor": "anniversary", "grades": "round", "offset": "-P30D"})
    anniversary = root.made("/anniversaries", {"title": {"vi": "Quan hệ"}, "origin": "1987", "parties": ["hai-duong"]})

    def states() -> dict[str, str]:
        listed = officer.get(f"/reminders?about_id={anniversary['id']}").json
        return {one["about_day"]: one["state"] for one in listed}

    assert states() == {"2027-01-01": "pending"}
    ceremony = root.post(
        f"/anniversaries/{anniversary['id']}/ceremonies",
        {"year": 2027, "first_day": "2027-05-01", "last_day": "2027-05-01", "host": "hai-duong", "title": {"vi": "Lễ"}},
    )
    assert ceremony.status_code == 201, ceremony.text
    assert states()["2027-01-01"] == "pending"  # a draft reminds nobody
    path = f"/events/{ceremony.json['id']}/transitions"
    assert root.post(path, {"to": "planned"}).status_code == 200
    assert states()["2027-01-01"] == "skipped"
    assert root.post(path, {"to": "cancelled", "reason": "Không đủ kinh phí"}).status_code == 200
    assert states()["2027-01-01"] == "pending"


def test_the_preview_is_what_is_planned(root: Caller, officer: Caller) -> None:
    day = officer.made("/observances", NATIONAL_DAY)
    wished = root.post("/reminder-rules/preview", RULE | {"locale": "en"}).json
    assert (wished["total"], wished["shown"]) == (2, 2)
    first = wished["reminders"][0]
    assert (first["event_id"], first["about"], first["state"]) == (
        None, {"type": "observance", "id": day["id"]}, "pending",
    )  # fmt: skip
    assert first["due_local"] == "2026-11-27T08:00:00+07:00"
    assert wished["letters"][0]["subject"] == "Send greetings – Lao National Day – 2 December 2026"
    rule = root.made("/reminder-rules", RULE)
    kept = officer.get(f"/reminder-rules/{rule['id']}/preview").json
    planned = {(one["due_at"], one["recipient"]) for one in officer.get("/reminders").json}
    told = {(one["due_at"], who["address"]) for one in kept["reminders"] for who in one["recipients"]}
    assert told == planned
    late = root.post("/reminder-rules/preview", RULE | {"offset": "-P20D"}).json["reminders"]
    assert [(one["state"], bool(one["reason"])) for one in late] == [("pending", False), ("skipped", True)]


def test_a_preview_is_of_no_event(root: Caller, database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session).id
    answer = root.post("/reminder-rules/preview", RULE | {"event_id": event})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"event_id"})


def test_a_reminder_of_an_event_says_so(root: Caller, database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
        factories.make_reminder(session, event)
        identity = event.id
    (found,) = root.get("/reminders?about_type=event").json
    assert (found["about"], found["about_day"]) == ({"type": "event", "id": identity}, None)


def test_an_address_approved_for_greetings_vouches_for_it_in_no_event(root: Caller, database: Database) -> None:
    """What a rule about other things says of an address tells it nothing of internal visits."""
    from models.queries.audience import EntitledReaders
    from models.vocabulary import Visibility

    spy = "spy@example.org"
    root.made("/reminder-rules", RULE | {"audience": [f"email:{spy}"]})
    with database.transaction() as session:
        event = factories.make_event(session, visibility=Visibility.INTERNAL)
        session.flush()
        assert EntitledReaders.load(session, [spy], [event.id]).reader(spy, event) is None
        factories.make_rule(session, audience=[f"email:{spy}"])
        assert EntitledReaders.load(session, [spy], [event.id]).reader(spy, event) is not None


def test_a_department_sees_its_own_only_and_a_hidden_ceremony_changes_nothing_there(
    root: Caller, caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        theirs, others = (factories.make_organisation(session).id for _ in range(2))
    insider, outsider = caller(Role.OFFICER, organisation_id=theirs), caller(Role.OFFICER, organisation_id=others)
    rule = root.made("/reminder-rules", RULE | {"anchor": "anniversary", "grades": "round", "offset": "-P30D"})
    anniversary = root.made("/anniversaries", {"title": {"vi": "Quan hệ"}, "origin": "1987", "parties": ["hai-duong"]})

    def shown() -> list[Any]:
        preview = outsider.get(f"/reminder-rules/{rule['id']}/preview").json
        return [outsider.get("/reminders").json, preview["reminders"], preview["total"]]

    before = shown()
    assert [len(part) for part in before[:2]] == [1, 1]
    assert len(root.get("/reminders").json) == 2
    ceremony = insider.made(
        f"/anniversaries/{anniversary['id']}/ceremonies",
        {
            "year": 2027, "first_day": "2027-05-01", "last_day": "2027-05-01", "host": "hai-duong",
            "title": {"vi": "Lễ"}, "organisation_id": theirs,
        },
    )  # fmt: skip
    assert insider.post(f"/events/{ceremony['id']}/transitions", {"to": "planned"}).status_code == 200
    assert outsider.get(f"/events/{ceremony['id']}").status_code == 404
    assert shown() == before
    assert [one["state"] for one in insider.get("/reminders?about_type=anniversary").json] == ["skipped"]
    assert sorted(one["state"] for one in root.get("/reminders?about_type=anniversary").json) == ["pending", "skipped"]


@pytest.mark.parametrize("office", ["vientiane-province"])
def test_another_office_sees_nothing_of_them(
    root: Caller, officer: Caller, caller: Callable[..., Caller], database: Database, office: str
) -> None:
    officer.made("/observances", NATIONAL_DAY)
    rule = root.made("/reminder-rules", RULE | {"audience": ["role:officer", "email:outside@example.org"]})
    with database.transaction() as session:
        abroad = factories.make_organisation(session, locality=office).id
    foreign = caller(Role.ADMIN, organisation_id=abroad, office=office)
    assert len(officer.get("/reminders").json) == 4
    assert foreign.get("/reminders").json == []
    assert foreign.get("/observances").json == []
    assert foreign.get("/observances/days").json == []
    one = officer.get("/reminders").json[0]["id"]
    assert foreign.get(f"/reminders/{one}").status_code == 404
    assert foreign.get(f"/reminder-rules/{rule['id']}/preview").status_code == 404
    mine = foreign.post("/reminder-rules/preview", RULE)
    assert mine.json["total"] == 0


def test_a_permit_is_previewed_and_named_to_who_reads_the_learner(root: Caller, officer: Caller) -> None:
    batch = officer.made("/training-batches", BATCH)["id"]
    permit = {"name": "Học sinh thứ nhất", "stage": "language", "permit_expires_on": "2027-08-31"}
    learner = officer.made(f"/training-batches/{batch}/learners", permit)
    rule = root.made("/reminder-rules", RULE | {"anchor": "expiry", "offset": "-P60D"})
    (reminder,) = officer.get(f"/reminders?about_type=learner&about_id={learner['id']}").json
    assert (reminder["about"], reminder["about_day"]) == ({"type": "learner", "id": learner["id"]}, "2027-08-31")
    answer = root.get(f"/reminder-rules/{rule['id']}/preview").json
    assert [one["about"]["id"] for one in answer["reminders"]] == [learner["id"]]
    assert "Học sinh thứ nhất" in answer["letters"][0]["text"]
    refused = root.post("/reminder-rules", RULE | {"anchor": "expiry", "audience": ["owner"]})
    assert set(refused.json["errors"]) == {"audience"}
