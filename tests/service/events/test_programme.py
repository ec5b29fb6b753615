"""Programmes over the API: warnings, revisions with their differences, and who follows the last one."""

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import event as sqlalchemy_event
from sqlmodel import select

from jobs.config import WorkerConfig
from jobs.worker import Worker
from models.accounts import Audit
from models.database import Database
from models.event_parts import ProgrammeRevision, last_revisions
from models.events import Event
from models.feeds import IcalFragment
from models.places import Locality
from service.actions.context import ActionContext
from service.actions.events import programme as actions
from service.actions.events import programme_revisions
from service.actions.events.events import find_event
from service.settings import Settings
from tests import factories
from tests.jobs.sink import Sink
from tests.jobs.test_worker import at_the_last_moment
from tests.service.conftest import BATCH, Caller, Clock

WELCOME = {"day": "2027-03-10", "title": {"vi": "Đón đoàn"}, "place": {"vi": "Nội Bài"}}
TALKS = {"day": "2027-03-11", "start_time": "08:00", "end_time": "09:30", "title": {"vi": "Hội đàm"}}
DINNER = {"day": "2027-03-11", "start_time": "18:00", "title": {"vi": "Chiêu đãi", "lo": "ງານລ້ຽງ"}}
EMPTY = dict.fromkeys(
    ("start_time", "end_time", "place", "hosted_by", "attendees", "travel_minutes"),
)


@pytest.fixture
def visit(officer: Caller) -> dict[str, Any]:
    """A visit from 10 to 21 March 2027, a draft."""
    made: dict[str, Any] = officer.made("/delegations", BATCH)
    return made


def put(officer: Caller, visit: dict[str, Any], *items: dict[str, Any]) -> Any:
    path = f"/events/{visit['id']}/programme"
    answer = officer.call("PUT", path, {"items": list(items)}, If_Match=officer.etag(path))
    assert answer.status_code == 200, answer.text
    return answer.json


def publish(officer: Caller, visit: dict[str, Any], note: str | None = None) -> Any:
    return officer.made(f"/events/{visit['id']}/programme/revisions", {"note": note})


def titles(changes: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["change"], (one["item"] or one["was"])["title"]["vi"]) for one in changes]


def audits(database: Database, **where: str) -> list[Audit]:
    with database.transaction(write=False) as session:
        return list(session.exec(select(Audit).filter_by(**where)))


# Warnings


def test_warnings_stand_on_the_programme_and_block_nothing(officer: Caller, visit: dict[str, Any]) -> None:
    survey = TALKS | {"start_time": "09:00", "title": {"vi": "Khảo sát"}, "travel_minutes": 45}
    told = put(officer, visit, survey, TALKS, WELCOME)
    assert [item["title"]["vi"] for item in told["items"]] == ["Đón đoàn", "Hội đàm", "Khảo sát"]
    assert [item["travel_minutes"] for item in told["items"]] == [None, None, 45]
    found = [(one["code"], one["severity"], one["items"]) for one in told["warnings"]]
    assert found == [("programme_overlap", "warning", [1, 2]), ("programme_travel", "warning", [1, 2])]
    assert all(one["detail"] and one["advice"] for one in told["warnings"])
    english = officer.get(f"/events/{visit['id']}/programme", Accept_Language="en").json["warnings"][1]
    assert "minutes missing: 75." in english["detail"]
    assert put(officer, visit, TALKS, WELCOME)["warnings"] == []
    for bad in (-1, 1441, "45", 1.5):
        path = f"/events/{visit['id']}/programme"
        refused = officer.call("PUT", path, {"items": [TALKS | {"travel_minutes": bad}]}, If_Match="*")
        assert set(refused.json["errors"]) == {"items.0.travel_minutes"}


def test_hours_of_the_visit_are_looked_at(officer: Caller, visit: dict[str, Any]) -> None:
    put(officer, visit, WELCOME | {"start_time": "07:00"}, WELCOME | {"day": "2027-03-21", "start_time": "18:00"})
    path = f"/events/{visit['id']}/programme"
    assert officer.get(path).json["warnings"] == []
    officer.patch(f"/delegations/{visit['id']}", {"start_time": "08:00", "end_time": "17:00"})
    found = officer.get(path).json["warnings"]
    assert [(one["code"], one["items"]) for one in found] == [("outside_hours", [0]), ("outside_hours", [1])]


def test_etag_is_the_same_in_every_language_and_a_warning_makes_no_change_stale(
    officer: Caller, visit: dict[str, Any]
) -> None:
    path = f"/events/{visit['id']}/programme"
    put(officer, visit, TALKS, TALKS | {"title": {"vi": "Khảo sát"}})
    tags = {officer.get(path, Accept_Language=language).headers["ETag"] for language in ("vi", "lo", "en")}
    (tag,) = tags
    assert officer.get(path, If_None_Match=tag).status_code == 304
    officer.patch(f"/delegations/{visit['id']}", {"last_day": "2027-03-22"})
    officer.patch(f"/delegations/{visit['id']}", {"first_day": "2027-03-12"})
    assert {one["code"] for one in officer.get(path).json["warnings"]} == {"programme_overlap", "outside_visit"}
    assert officer.get(path, If_None_Match=tag).status_code == 200
    assert officer.call("PUT", path, {"items": []}, If_Match=tag).status_code == 200


def test_called_off_and_past_programmes_are_not_warned_about(
    officer: Caller, visit: dict[str, Any], database: Database
) -> None:
    put(officer, visit, TALKS, TALKS | {"title": {"vi": "Khảo sát"}})
    answer = officer.post(f"/events/{visit['id']}/transitions", {"to": "cancelled", "reason": "Mưa lũ"})
    assert answer.status_code == 200
    assert officer.get(f"/events/{visit['id']}/programme").json["warnings"] == []


# Following the visit


def days(officer: Caller, visit: dict[str, Any]) -> list[str]:
    return [item["day"] for item in officer.get(f"/events/{visit['id']}/programme").json["items"]]


def test_the_programme_moves_along_and_what_is_published_stays(
    officer: Caller, visit: dict[str, Any], database: Database
) -> None:
    put(officer, visit, WELCOME, TALKS)
    publish(officer, visit)
    path = f"/delegations/{visit['id']}"
    officer.patch(path, {"first_day": "2027-04-10", "last_day": "2027-04-21"})
    assert days(officer, visit) == ["2027-04-10", "2027-04-11"]
    told = officer.get(f"/events/{visit['id']}/programme").json
    assert [item["day"] for item in told["revisions"][0]["items"]] == ["2027-03-10", "2027-03-11"]
    assert told["warnings"] == []
    assert [(one["change"], one["fields"]) for one in told["unpublished"]] == [("changed", ["day"])] * 2
    (moved,) = audits(database, action="move", entity="programme")
    assert moved.event_id == moved.entity_id == visit["id"]
    shift = {name: [item["day"] for item in those] for name, those in moved.changes["items"].items()}
    assert shift == {"from": ["2027-03-10", "2027-03-11"], "to": ["2027-04-10", "2027-04-11"]}


@pytest.mark.parametrize(
    "change",
    [
        {"last_day": "2027-03-25"},
        {"first_day": "2027-03-09"},
        {"first_day": "2027-03-08", "last_day": "2027-03-20"},
        {"title": {"vi": "Khác"}},
        {"first_day": "2027-03-10", "last_day": "2027-03-21"},
    ],
)
def test_items_stay_where_the_length_changes(
    officer: Caller, visit: dict[str, Any], database: Database, change: dict[str, Any]
) -> None:
    put(officer, visit, WELCOME, TALKS)
    officer.patch(f"/delegations/{visit['id']}", change)
    assert days(officer, visit) == ["2027-03-10", "2027-03-11"]
    assert audits(database, action="move") == []


def test_what_lay_outside_the_visit_stays(officer: Caller, visit: dict[str, Any]) -> None:
    put(officer, visit, WELCOME, TALKS)
    path = f"/delegations/{visit['id']}"
    officer.patch(path, {"first_day": "2027-03-11"})
    officer.patch(path, {"first_day": "2027-03-10", "last_day": "2027-03-20"})
    assert days(officer, visit) == ["2027-03-10", "2027-03-10"]


def test_a_postponed_visit_takes_its_programme_to_its_new_days(officer: Caller, visit: dict[str, Any]) -> None:
    put(officer, visit, WELCOME, TALKS)
    steps = f"/events/{visit['id']}/transitions"
    officer.post(steps, {"to": "postponed", "reason": "Mưa lũ"})
    assert days(officer, visit) == ["2027-03-10", "2027-03-11"]
    answer = officer.post(steps, {"to": "planned", "first_day": "2027-05-10", "last_day": "2027-05-21"})
    assert answer.status_code == 200
    assert days(officer, visit) == ["2027-05-10", "2027-05-11"]


# Revisions


def test_three_revisions_tell_what_changed(officer: Caller, visit: dict[str, Any]) -> None:
    path = f"/events/{visit['id']}/programme"
    assert officer.get(path).json["unpublished"] is None
    put(officer, visit, WELCOME, TALKS)
    assert officer.get(path).json["unpublished"] is None
    first = publish(officer, visit, "Bản đầu")
    assert (first["number"], first["changes"]) == (1, [])
    assert first["label"] == {"vi": "Chương trình", "lo": "ກຳນົດການ", "en": "Programme"}
    assert first["items"] == [EMPTY | WELCOME, EMPTY | TALKS]
    assert officer.get(path).json["unpublished"] == []

    later = TALKS | {"start_time": "09:00"}
    unpublished = put(officer, visit, later, DINNER)["unpublished"]
    second = publish(officer, visit)
    assert second["changes"] == unpublished
    assert second["label"]["vi"] == "Điều chỉnh lần 1"
    assert titles(unpublished) == [("removed", "Đón đoàn"), ("changed", "Hội đàm"), ("added", "Chiêu đãi")]
    assert unpublished[0] == {"change": "removed", "item": None, "was": EMPTY | WELCOME, "fields": []}
    assert (unpublished[1]["was"], unpublished[1]["item"]) == (EMPTY | TALKS, EMPTY | later)
    assert unpublished[1]["fields"] == ["start_time"]
    assert (unpublished[2]["was"], unpublished[2]["item"]) == (None, EMPTY | DINNER)

    put(officer, visit, WELCOME, later, DINNER)
    third = publish(officer, visit)
    assert titles(third["changes"]) == [("added", "Đón đoàn")]
    assert third["label"]["en"] == "Adjustment 2"

    told = officer.get(path).json
    assert told["revisions"] == [first, second, third]
    assert [one["position"] for one in told["revisions"][0]["items"] if "position" in one] == []
    for made in (first, second, third):
        assert officer.get(f"{path}/revisions/{made['number']}").json == made


@pytest.mark.both_databases("revisions: JSON in a column")
def test_a_revision_is_read_by_its_number(officer: Caller, viewer: Caller, visit: dict[str, Any]) -> None:
    path = f"/events/{visit['id']}/programme/revisions"
    put(officer, visit, WELCOME)
    publish(officer, visit)
    answer = viewer.get(f"{path}/1")
    assert answer.status_code == 200
    assert viewer.get(f"{path}/1", If_None_Match=answer.headers["ETag"]).status_code == 304
    for number in ("0", "2", "-1", "x", "1.0", "9" * 30, "%C2%B2", "%E0%BB%91"):
        assert viewer.get(f"{path}/{number}").status_code == 404, number
    assert viewer.get("/events/nothing/programme/revisions/1").status_code == 404
    put(officer, visit, TALKS)
    made = officer.post(path, {})
    assert made.headers["Location"] == f"/api/v1{path}/2"
    assert made.headers["ETag"] == viewer.etag(f"{path}/2")
    assert viewer.post(path, {}).status_code == 403


def test_another_order_can_be_published_and_nothing_new_can_not(officer: Caller, visit: dict[str, Any]) -> None:
    path = f"/events/{visit['id']}/programme/revisions"
    rest = WELCOME | {"title": {"vi": "Nghỉ ngơi"}}
    put(officer, visit, WELCOME, rest)
    publish(officer, visit)
    # the same items in the same order once they are sorted: nothing to publish
    put(officer, visit, WELCOME, rest)
    assert officer.post(path, {}).json["code"] == "programme_unchanged"
    assert put(officer, visit, rest, WELCOME)["unpublished"] == []
    assert publish(officer, visit)["number"] == 2
    assert officer.post(path, {"items": []}).status_code == 422


def test_publishing_has_one_audit_row_and_moves_the_event_on(
    officer: Caller, visit: dict[str, Any], database: Database
) -> None:
    put(officer, visit, WELCOME)
    before = len(audits(database))
    with database.transaction(write=False) as session:
        version = session.get_one(Event, visit["id"]).version
    publish(officer, visit, "Bản đầu")
    assert len(audits(database)) == before + 1
    (row,) = audits(database, entity="programme_revision")
    assert (row.action, row.event_id) == ("create", visit["id"])
    with database.transaction(write=False) as session:
        event = session.get_one(Event, visit["id"])
        assert (event.version, event.sequence) == (version + 1, visit["sequence"])
    publish_again = officer.post(f"/events/{visit['id']}/programme/revisions", {})
    assert publish_again.status_code == 409
    assert len(audits(database)) == before + 1


def test_of_two_who_publish_at_once_one_is_told(
    officer: Caller, visit: dict[str, Any], database: Database, settings: Settings, clock: Clock
) -> None:
    put(officer, visit, WELCOME)
    meet, answers = threading.Barrier(2), []

    def run() -> None:
        meet.wait()
        answers.append(officer.post(f"/events/{visit['id']}/programme/revisions", {}).status_code)

    threads = [threading.Thread(target=run) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers)[0] == 201
    assert sorted(answers)[1] in {409, 412}
    with database.transaction(write=False) as session:
        assert session.exec(select(ProgrammeRevision.number)).all() == [1]


def test_last_revisions_of_many_events_are_one_query(database: Database, settings: Settings, clock: Clock) -> None:
    act = ActionContext(None, clock.now, settings.office)
    with database.transaction() as session:
        events = [factories.make_event(session) for _each in range(3)]
        for number in (1, 2):
            for event in events[:2]:
                items = [{"day": event.first_day, "title": {"vi": str(number)}}]
                actions.replace_programme(session, act, find_event(session, event.id), items)
                programme_revisions.publish_programme(session, act, event, None)
        statements: list[str] = []
        sqlalchemy_event.listen(session.connection(), "before_cursor_execute", lambda *args: statements.append(args[2]))
        found = last_revisions(session, [event.id for event in events])
        assert len(statements) == 1
    assert {key: (one.number, one.items[0]["title"]["vi"]) for key, one in found.items()} == {
        event.id: (2, "2") for event in events[:2]
    }


# Who follows the last revision


def described(client: FlaskClient, path: str, uid: str) -> tuple[str, Any]:
    """The feed's ETag, and the description of an event in it."""
    answer = client.get(path)
    assert answer.status_code == 200
    found = {str(one["UID"]): one for one in Calendar.from_ical(answer.data).walk("VEVENT")}
    return answer.headers["ETag"], found[uid]


@pytest.fixture
def worker(database: Database, settings: Settings, sink: Sink, clock: Clock, tmp_path: Path) -> Iterator[Worker]:
    config = WorkerConfig(mail_url=sink.url, mail_from="desk@example.org", var=tmp_path / "var", office=settings.office)
    made = Worker(database, config, clock)
    yield made
    made.close()


def remind(database: Database, visit: dict[str, Any]) -> None:
    """Another reminder to the same member, due since this morning."""
    due = datetime.fromisoformat("2026-11-22T00:00+07:00")
    with database.transaction() as session:
        event = session.get_one(Event, visit["id"])
        ahead = (event.first_day - due.date()).days
        rule = factories.make_rule(session, audience=["members"], offset=f"-P{ahead}D")
        factories.make_reminder(session, event, rule, recipient="lan@example.org", due_at=due)


def test_feed_and_reminders_show_the_last_revision_and_nothing_else(
    officer: Caller,
    visit: dict[str, Any],
    client: FlaskClient,
    database: Database,
    clock: Clock,
    worker: Worker,
    sink: Sink,
) -> None:
    with database.transaction() as session:
        # The names shown are older than the visit, whatever this machine's clock says.
        for place in session.exec(select(Locality)):
            place.updated_at = clock.now
    feed = urlsplit(officer.made("/feeds", {"name": "Lịch", "locale": "vi"})["url"])
    officer.post(f"/events/{visit['id']}/transitions", {"to": "planned"})
    person = officer.made("/people", {"name": "Lan", "email": "lan@example.org", "languages": ["vi"]})
    officer.made(f"/events/{visit['id']}/members", {"person_id": person["id"], "role": "member"})
    put(officer, visit, TALKS)
    tag, event = described(client, feed.path, visit["uid"])
    assert "Hội đàm" not in str(event["DESCRIPTION"])
    stamp, sequence = event.decoded("DTSTAMP"), event["SEQUENCE"]

    texts = ("Hội đàm lần một", "Hội đàm lần hai", "Hội đàm lần ba")
    headings = ("Chương trình", "Chương trình (Điều chỉnh lần 1)", "Chương trình (Điều chỉnh lần 2)")
    for text, heading in zip(texts, headings, strict=True):
        clock.move(minutes=1)
        put(officer, visit, TALKS | {"title": {"vi": text}})
        publish(officer, visit)
        put(officer, visit, TALKS | {"title": {"vi": "Bản nháp"}})

        last_tag, tag = tag, described(client, feed.path, visit["uid"])[0]
        event = described(client, feed.path, visit["uid"])[1]
        assert tag != last_tag
        assert client.get(feed.path, headers={"If-None-Match": last_tag}).status_code == 200
        assert event.decoded("DTSTAMP") > stamp
        assert event.decoded("LAST-MODIFIED") == event.decoded("DTSTAMP") == clock.now.replace(microsecond=0)
        assert event["SEQUENCE"] == sequence
        stamp = event.decoded("DTSTAMP")

        remind(database, visit)
        assert worker.tick()["sent"] == 1
        mail = sink.received[-1].mail
        bodies = [str(event["DESCRIPTION"])]
        for kind in ("plain", "html"):
            body = mail.get_body((kind,))
            assert body is not None
            bodies.append(body.get_content())
        for body in bodies:
            assert f"08:00–09:30 {text}" in body
            assert heading in body
            assert "11/3/2027" in body
            assert [other for other in (*texts, "Bản nháp") if other in body] == [text]
    assert len(sink.received) == 3
    client.application.extensions["desk"].afterwards.close()
    with database.transaction(write=False) as session:
        assert {row.part for row in session.exec(select(IcalFragment))} == {"visit", "programme"}
    assert client.get(feed.path, headers={"If-None-Match": tag}).status_code == 304


def test_what_is_published_between_claim_and_send_is_in_the_mail(
    officer: Caller, visit: dict[str, Any], database: Database, worker: Worker, sink: Sink
) -> None:
    officer.post(f"/events/{visit['id']}/transitions", {"to": "planned"})
    person = officer.made("/people", {"name": "Lan", "email": "lan@example.org"})
    officer.made(f"/events/{visit['id']}/members", {"person_id": person["id"], "role": "member"})
    put(officer, visit, TALKS)
    publish(officer, visit)
    put(officer, visit, DINNER)
    remind(database, visit)
    with at_the_last_moment(worker, lambda: publish(officer, visit)):
        assert worker.tick()["sent"] == 1
    body = sink.received[0].mail.get_body(("plain",))
    assert body is not None
    assert "Chiêu đãi" in body.get_content()
    assert "Hội đàm" not in body.get_content()


# Items stay the same through PUT


def ids(told: dict[str, Any]) -> dict[str, str]:
    return {item["title"]["vi"]: item["id"] for item in told["items"]}


def test_items_keep_their_ids(officer: Caller, visit: dict[str, Any], database: Database) -> None:
    first = ids(put(officer, visit, WELCOME, TALKS, DINNER))
    moved = TALKS | {"start_time": "10:00", "end_time": "11:00"}
    renamed = DINNER | {"title": {"vi": "Tiệc chia tay"}}
    again = put(officer, visit, {"day": "2027-03-12", "title": {"vi": "Khảo sát"}}, renamed, moved, WELCOME)
    second = ids(again)
    assert second["Đón đoàn"] == first["Đón đoàn"], "what is unchanged, wherever it stands in the list"
    assert second["Hội đàm"] == first["Hội đàm"], "what has the same title, though it was moved"
    assert second["Tiệc chia tay"] == first["Chiêu đãi"], "what is at the same hour, though it has another title"
    assert second["Khảo sát"] not in first.values()
    # Put back as it was read, ids and all.
    assert ids(put(officer, visit, *again["items"])) == second
    told = [one.changes["items"] for one in audits(database, entity="programme")]
    assert [len(one["to"]) for one in told] == [3, 4, 4]
    assert all("id" not in item for one in told for item in one["to"])


def test_ids_given_decide(officer: Caller, visit: dict[str, Any]) -> None:
    first = ids(put(officer, visit, WELCOME, TALKS))
    swapped = put(officer, visit, WELCOME | {"id": first["Hội đàm"]}, TALKS | {"id": first["Đón đoàn"]})
    assert ids(swapped) == {"Đón đoàn": first["Hội đàm"], "Hội đàm": first["Đón đoàn"]}
    assert ids(put(officer, visit, TALKS | {"id": None}))["Hội đàm"] == first["Đón đoàn"]


def test_twins_keep_their_ids_each(officer: Caller, visit: dict[str, Any]) -> None:
    before = [item["id"] for item in put(officer, visit, TALKS, TALKS, TALKS)["items"]]
    assert len(set(before)) == 3
    assert [item["id"] for item in put(officer, visit, TALKS, TALKS, TALKS)["items"]] == before
    assert [item["id"] for item in put(officer, visit, TALKS, TALKS)["items"]] == before[:2]


def test_ids_that_are_none_of_its_items_are_refused(officer: Caller, visit: dict[str, Any]) -> None:
    known = ids(put(officer, visit, WELCOME, TALKS))["Đón đoàn"]
    other = officer.made("/delegations", BATCH)
    foreign = ids(put(officer, other, WELCOME))["Đón đoàn"]
    path = f"/events/{visit['id']}/programme"
    items = [WELCOME | {"id": foreign}, TALKS | {"id": known}, DINNER | {"id": known}, DINNER | {"id": "nobody"}]
    refused = officer.call("PUT", path, {"items": items}, If_Match="*")
    assert refused.status_code == 422
    assert set(refused.json["errors"]) == {"items.0.id", "items.2.id", "items.3.id"}
    for bad in (7, "", "x" * 27, ["a"]):
        refused = officer.call("PUT", path, {"items": [WELCOME | {"id": bad}]}, If_Match="*")
        assert set(refused.json["errors"]) == {"items.0.id"}


def test_revisions_do_not_know_ids(officer: Caller, visit: dict[str, Any]) -> None:
    told = put(officer, visit, WELCOME, TALKS)
    publish(officer, visit)
    again = put(officer, visit, *reversed(told["items"]))
    assert again["unpublished"] == []
    assert "id" not in again["revisions"][0]["items"][0]
