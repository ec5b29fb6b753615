"""/conflicts: the whole calendar's clashes, each told once, with both events and the way out."""

from datetime import date, timedelta
from typing import Any

import pytest

from models.database import Database
from models.vocabulary import EventStatus, Language
from tests import factories
from tests.service.conftest import BATCH, Caller


def test_two_events_that_clash_are_one_conflict(officer: Caller) -> None:
    person = officer.made("/people", {"name": "Nguyễn Thị Hoa"})
    first = officer.made("/delegations", BATCH | {"title": {"vi": "Đoàn A"}, "headcount": 5})
    second = officer.made(
        "/delegations", BATCH | {"title": {"vi": "Đoàn B"}, "first_day": "2027-03-20", "last_day": "2027-03-25"}
    )
    for event in (first, second):
        officer.made(f"/events/{event['id']}/members", {"person_id": person["id"]})
    found = officer.get("/conflicts?from=2027-03-01&to=2027-03-31").json
    assert {one["code"] for one in found} == {"host_overlap", "person_double_committed"}
    assert len(found) == 2
    for one in found:
        assert (one["event_id"], one["with"]) == (first["id"], second["id"])
        assert [event["title"]["vi"] for event in one["events"]] == ["Đoàn A", "Đoàn B"]
        assert "Đoàn B" in one["detail"]
        assert one["advice"]
        assert one["severity"] == "warning"
    only = officer.get("/conflicts?from=2027-03-01&to=2027-03-31&code=person_double_committed")
    assert [one["code"] for one in only.json] == ["person_double_committed"]
    assert only.headers["X-Pagination"].startswith('{"total": 1,')
    assert "Nguyễn Thị Hoa" in only.json[0]["detail"]
    late = officer.get("/conflicts?from=2027-03-22&to=2027-03-31").json
    assert {(one["event_id"], one["with"]) for one in late} == {(second["id"], first["id"])}, "only the second is there"
    assert officer.get("/conflicts?from=2027-04-01&to=2027-04-30").json == []


def test_warnings_about_one_event_name_what_they_are_about(officer: Caller) -> None:
    event = officer.made("/delegations", BATCH | {"first_day": "2027-04-14", "last_day": "2027-04-16"})
    holiday, *_others = officer.get("/conflicts?from=2027-04-01&to=2027-04-30&code=public_holiday").json
    assert holiday["with"] == "LA-2027-04-14"
    assert [one["id"] for one in holiday["events"]] == [event["id"]]
    officer.post(f"/events/{event['id']}/transitions", {"to": "cancelled", "reason": "trùng lễ"})
    assert officer.get("/conflicts?from=2027-04-01&to=2027-04-30").json == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2027-03-02&to=2027-03-01", "to"),
        ("from=2027-01-01&to=2037-01-01", "to"),
        ("from=yesterday", "from"),
        ("severity=grave", "severity.0"),
        ("kind=delegation", "kind"),
        ("to=2020-01-01", "to"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_bad_questions_name_their_field(viewer: Caller, query: str, field: str) -> None:
    answer = viewer.get(f"/conflicts?{query}")
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), answer.text


def test_many_events_are_looked_at_some_hundreds_at_a_time(
    viewer: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same answer whatever the size of a batch."""
    with database.transaction() as session:
        for number in range(12):
            first = date(2027, 3, 1) + timedelta(days=3 * number)
            factories.make_event(
                session, first_day=first, last_day=first + timedelta(days=4), status=EventStatus.PLANNED
            )
    path = "/conflicts?from=2027-03-01&to=2027-06-01&page_size=500"
    whole: Any = viewer.get(path).json
    assert len([one for one in whole if one["code"] == "host_overlap"]) == 11
    monkeypatch.setattr("service.actions.scheduling.conflicts._AT_ONCE", 2)
    assert viewer.get(path).json == whole


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_conflicts_are_told_in_the_readers_language(officer: Caller, language: Language) -> None:
    for _number in range(2):
        officer.made("/delegations", BATCH)
    words = {"vi": "còn đón", "lo": "ຍັງຮັບ", "en": "also receives"}
    (told,) = officer.get("/conflicts?from=2027-03-01&to=2027-03-31&code=host_overlap", Accept_Language=language).json
    assert words[language] in told["detail"]
