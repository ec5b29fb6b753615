"""Events over the API: made, changed, taken through their states; who sees and may do what."""

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text

from models.database import Database
from tests.service.conftest import BATCH, Caller, Clock

KINDS: dict[str, dict[str, Any]] = {
    "/delegations": {"purpose": {"vi": "Trao đổi kinh nghiệm"}, "level": "high"},
    "/training-batches": {
        "subject": {"vi": "Xây dựng Đảng"},
        "composition": {"coach": 1, "athlete": 8},
        "phases": [
            {"title": {"vi": "Tiếng Việt"}, "first_day": "2027-03-10", "last_day": "2027-03-15", "institution_id": None}
        ],
    },
    "/art-troupe-visits": {
        "troupe": {"vi": "Đoàn nghệ thuật"},
        "occasion": {"vi": "Pi Mai"},
        "performances": [
            {"day": "2027-03-11", "time": "19:30", "venue": {"vi": "Nhà hát"}, "title": {"vi": "Khai mạc"}}
        ],
    },
    "/activities": {"activity_type": "survey"},
}


@pytest.mark.parametrize("path", KINDS)
@pytest.mark.both_databases("every kind's columns and parts")
def test_event_of_each_kind_comes_back_as_sent(officer: Caller, path: str) -> None:
    sent = BATCH | KINDS[path] | {"budget": {"amount": "100000000", "currency": "VND"}, "funded_by": "hai-duong"}
    answer = officer.post(path, sent)
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert {name: made[name] for name in sent} == sent
    assert made["status"] == "draft"
    assert made["direction"] == "incoming"
    assert (made["arrives_on"], made["departs_on"]) == ("2027-03-10", "2027-03-21")
    assert made["kind"].replace("_", "-") in path.replace("activities", "activity")
    read = officer.get(answer.headers["Location"].removeprefix("/api/v1"))
    assert read.json == made
    assert read.headers["ETag"] == answer.headers["ETag"]
    assert officer.get(f"/events/{made['id']}").json == made
    foreign = {"level", "subject", "troupe", "activity_type"} - set(sent)
    assert not foreign & set(made)


@pytest.mark.parametrize(
    ("host", "guest", "direction"),
    [
        ("hai-duong", "vientiane-province", "incoming"),
        ("vientiane-province", "hai-duong", "outgoing"),
        ("hai-phong", "vientiane-province", "incoming"),
        ("vietnam", "laos", "incoming"),
        ("laos", "vietnam", "outgoing"),
        ("hai-duong", None, "domestic"),
        ("hai-duong", "vietnam", "incoming"),
        ("vientiane-province", None, "outgoing"),
    ],
)
def test_direction_is_seen_from_the_office_and_filters(
    officer: Caller, host: str, guest: str | None, direction: str
) -> None:
    made = officer.made("/activities", BATCH | {"host": host, "guest": guest})
    assert made["direction"] == direction
    for wanted in ("incoming", "outgoing", "domestic"):
        found = [event["id"] for event in officer.get(f"/events?direction={wanted}").json]
        assert found == ([made["id"]] if wanted == direction else [])


def without(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in (BATCH | values).items() if value is not ...}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (without(last_day="2027-03-09"), "last_day"),
        (without(host="nowhere"), "host"),
        (without(guest="nowhere"), "guest"),
        (without(guest="hai-duong"), "guest"),
        (without(first_day="0000-03-10"), "first_day"),
        (without(first_day="2027-02-29"), "first_day"),
        (without(first_day="10/03/2027"), "first_day"),
        (without(first_day="２０２７-03-10"), "first_day"),
        (without(first_day=20270310), "first_day"),
        (without(first_day=...), "first_day"),
        (without(headcount=-1), "headcount"),
        (without(headcount="12"), "headcount"),
        (without(headcount=True), "headcount"),
        (without(headcount=10**30), "headcount"),
        (without(title={"lo": "ຊຸດ"}), "title"),
        (without(title={"vi": " "}), "title"),
        (without(title="Lớp"), "title"),
        (without(title={"vi": "a", "fr": "b"}), "title"),
        (without(title={"vi": "a" * 301}), "title"),
        (without(title=None), "title"),
        (without(colour="red"), "colour"),
        (without(status="planned"), "status"),
        (without(id="x"), "id"),
        (without(start_time="25:00"), "start_time"),
        (without(start_time="8h"), "start_time"),
        (without(start_time="24:00"), "start_time"),
        (without(end_time="24:01"), "end_time"),
        (without(timezone="Asia/Hanoi"), "timezone"),
        (without(timezone="../../etc/passwd"), "timezone"),
        (without(departs_on="2027-03-01"), "departs_on"),
        (without(arrives_on="2027-02-06"), "arrives_on"),
        (without(departs_on="2027-04-22"), "departs_on"),
        (without(visibility="secret"), "visibility"),
        (without(commitment_id="nothing"), "commitment_id"),
        (without(organisation_id="nothing"), "organisation_id"),
        (without(budget={"amount": "12.5", "currency": "VND"}), "budget"),
        (without(budget={"amount": "-5", "currency": "VND"}), "budget.amount"),
        (without(budget={"amount": 5, "currency": "VND"}), "budget.amount"),
        (without(budget={"amount": "5", "currency": "EUR"}), "budget.currency"),
        (without(composition={"coach": -1}), "composition.coach"),
        (
            without(phases=[{"title": {"vi": "a"}, "first_day": "2027-03-10", "last_day": "2027-03-09"}]),
            "phases.0.last_day",
        ),
        (
            without(phases=[{"title": {"lo": "a"}, "first_day": "2027-03-10", "last_day": "2027-03-11"}]),
            "phases.0.title",
        ),
    ],
)
def test_bad_value_is_422_and_names_the_field(officer: Caller, body: dict[str, Any], field: str) -> None:
    answer = officer.post("/training-batches", body)
    assert answer.status_code == 422, answer.text
    assert answer.mimetype == "application/problem+json"
    problem = answer.json
    assert set(problem["errors"]) == {field}
    assert all(problem["errors"][field])
    assert problem["code"] == "invalid"
    assert officer.get("/events").json == []


def test_all_bad_fields_come_at_once(officer: Caller) -> None:
    answer = officer.post(
        "/training-batches", {"title": {"lo": "x"}, "headcount": -1, "first_day": "x", "colour": "red"}
    )
    assert set(answer.json["errors"]) == {"title", "headcount", "first_day", "colour", "host", "last_day"}


def test_references_and_order_are_told_in_the_same_round(officer: Caller) -> None:
    answer = officer.post("/training-batches", without(title={}, host="nowhere", last_day="2027-03-09", headcount=-1))
    assert set(answer.json["errors"]) == {"title", "host", "last_day", "headcount"}
    path = f"/training-batches/{officer.made('/training-batches', BATCH)['id']}"
    answer = officer.patch(path, {"headcount": -1, "institution_id": "nothing"})
    assert set(answer.json["errors"]) == {"headcount", "institution_id"}


@pytest.mark.parametrize(("language", "part"), [("vi", "Một số trường"), ("lo", "ບາງ"), ("en", "Some fields")])
def test_problem_speaks_the_readers_language(officer: Caller, language: str, part: str) -> None:
    answer = officer.post("/training-batches", without(last_day="2027-03-09"), Accept_Language=language)
    assert part in answer.json["detail"]
    assert answer.headers["Content-Language"] == language
    assert (
        answer.json["errors"]["last_day"] != ["The last day can't be before the first day, 2027-03-10."]
        or language == "en"
    )


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        ("{bad", "application/json", 400),
        ('{"a": "\udc80"}'.encode("utf-8", "surrogatepass"), "application/json", 400),
        (b"\x00", "application/json", 400),
        ("[1]", "application/json", 422),
        ("5", "application/json", 422),
        ("<x/>", "application/xml", 415),
        ("a=b", "application/x-www-form-urlencoded", 415),
        ("{}", "text/plain", 415),
        ("", "application/json", 422),
        ("[" * 100_000, "application/json", 400),
        ("9" * 5_000_000, "application/json", 413),
    ],
)
def test_body_that_is_no_json_object(officer: Caller, data: Any, content_type: str, status: int) -> None:
    answer = officer.client.post(
        "/api/v1/activities",
        data=data,
        content_type=content_type,
        headers={"Authorization": f"Bearer {officer.token}"},
    )
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status


@pytest.mark.parametrize(
    ("language", "told"), [("en", "Send the body as it is"), ("vi", "nguyên dạng"), ("lo", "ສົ່ງເນື້ອໃນຕາມເດີມ")]
)
def test_body_with_a_content_encoding(officer: Caller, language: str, told: str) -> None:
    def sent(coding: str) -> Any:
        headers = {"Authorization": f"Bearer {officer.token}", "Accept-Language": language, "Content-Encoding": coding}
        body = gzip.compress(json.dumps(BATCH).encode()) if coding == "gzip" else json.dumps(BATCH)
        return officer.client.post("/api/v1/activities", data=body, content_type="application/json", headers=headers)

    refused = sent("gzip")
    assert (refused.status_code, refused.json["code"]) == (415, "unsupported_media_type")
    assert told in refused.json["detail"]
    assert "Content-Encoding" in refused.json["detail"]
    assert sent("identity").status_code == 201


def test_control_characters_are_stripped(officer: Caller) -> None:
    made = officer.made("/activities", BATCH | {"title": {"vi": "Lớp\x0b \u2028bồi\x85\u202edưỡng\r\nX-Evil: 1"}})
    assert made["title"]["vi"] == "Lớp bồi dưỡng X-Evil: 1"


def test_moving_takes_travel_days_along_unless_they_are_given(officer: Caller) -> None:
    made = officer.made("/training-batches", BATCH)
    path = f"/training-batches/{made['id']}"
    moved = officer.patch(path, {"first_day": "2027-03-12", "last_day": "2027-03-23"}).json
    assert (moved["arrives_on"], moved["departs_on"]) == ("2027-03-12", "2027-03-23")
    moved = officer.patch(path, {"first_day": "2027-03-13", "arrives_on": "2027-03-12"}).json
    assert moved["arrives_on"] == "2027-03-12"
    # Whoever came the day before comes the day before again.
    moved = officer.patch(path, {"first_day": "2027-06-14", "last_day": "2027-06-25"}).json
    assert (moved["arrives_on"], moved["departs_on"]) == ("2027-06-13", "2027-06-25")


def test_sequence_rises_with_what_matters_to_calendars_only(officer: Caller) -> None:
    made = officer.made("/training-batches", BATCH)
    path = f"/training-batches/{made['id']}"
    assert made["sequence"] == 0
    for number, change in enumerate(
        [
            {"first_day": "2027-03-11"},
            {"start_time": "08:00"},
            {"location": {"vi": "Hội trường"}},
            {"title": {"vi": "Lớp khác"}},
        ],
        1,
    ):
        assert officer.patch(path, change).json["sequence"] == number
    for change in ({"headcount": 11}, {"description": {"vi": "x"}}, {"title": {"vi": "Lớp khác"}}):
        assert officer.patch(path, change).json["sequence"] == 4
    assert officer.post(f"/events/{made['id']}/transitions", {"to": "planned"}).json["sequence"] == 5
    assert officer.get(path).json["uid"] == made["uid"]


def test_life_of_a_visit_with_four_eyes(officer: Caller, approver: Caller, clock: Clock) -> None:
    event_id = officer.made("/training-batches", BATCH)["id"]
    steps = f"/events/{event_id}/transitions"
    refused = officer.post(steps, {"to": "completed"})
    assert refused.status_code == 409
    assert refused.json["possible"] == ["planned", "postponed", "cancelled"]
    assert officer.post(steps, {"to": "planned"}).json["status"] == "planned"
    assert officer.post(steps, {"to": "confirmed"}).status_code == 403
    assert approver.post(steps, {"to": "confirmed"}).json["status"] == "confirmed"
    clock.now = datetime(2027, 3, 10, 1, tzinfo=UTC)
    assert officer.post(steps, {"to": "ongoing"}).json["status"] == "ongoing"
    clock.move(days=11)
    assert officer.post(steps, {"to": "completed"}).json["status"] == "completed"
    assert officer.post(steps, {"to": "cancelled", "reason": "x"}).status_code == 409
    assert officer.patch(f"/training-batches/{event_id}", {"first_day": "2027-03-11"}).status_code == 409
    assert officer.patch(f"/training-batches/{event_id}", {"headcount_actual": 11}).status_code == 200


def test_approver_does_not_confirm_what_they_made(approver: Caller, admin: Caller) -> None:
    event_id = approver.made("/training-batches", BATCH)["id"]
    approver.post(f"/events/{event_id}/transitions", {"to": "planned"})
    refused = approver.post(f"/events/{event_id}/transitions", {"to": "confirmed"})
    assert (refused.status_code, refused.json["code"]) == (403, "four_eyes")
    assert admin.post(f"/events/{event_id}/transitions", {"to": "confirmed"}).status_code == 200


def test_postponing_needs_a_reason_and_comes_back_with_new_days(officer: Caller) -> None:
    event_id = officer.made("/training-batches", BATCH)["id"]
    steps = f"/events/{event_id}/transitions"
    officer.post(steps, {"to": "planned"})
    assert set(officer.post(steps, {"to": "postponed"}).json["errors"]) == {"reason"}
    assert officer.post(steps, {"to": "postponed", "reason": "Bão"}).json["status"] == "postponed"
    assert set(officer.post(steps, {"to": "planned"}).json["errors"]) == {"first_day"}
    back = officer.post(steps, {"to": "planned", "first_day": "2027-04-05", "last_day": "2027-04-16"})
    assert back.status_code == 200, back.text
    assert (back.json["first_day"], back.json["arrives_on"]) == ("2027-04-05", "2027-04-05")
    history = officer.get(f"/events/{event_id}/history").json
    assert [entry["reason"] for entry in history] == [None, None, "Bão", None]
    assert history[2]["changes"]["status"] == {"from": "planned", "to": "postponed"}


def test_postponed_event_also_returns_after_its_days_were_changed(officer: Caller) -> None:
    event_id = officer.made("/training-batches", BATCH)["id"]
    steps = f"/events/{event_id}/transitions"
    officer.post(steps, {"to": "postponed", "reason": "Bão"})
    officer.patch(f"/training-batches/{event_id}", {"first_day": "2027-05-10", "last_day": "2027-05-21"})
    assert officer.post(steps, {"to": "planned"}).status_code == 200


def test_only_drafts_and_cancelled_events_are_deleted(officer: Caller) -> None:
    event_id = officer.made("/training-batches", BATCH)["id"]
    path = f"/training-batches/{event_id}"
    officer.post(f"/events/{event_id}/transitions", {"to": "planned"})
    assert officer.delete(path).status_code == 409
    officer.post(f"/events/{event_id}/transitions", {"to": "cancelled", "reason": "x"})
    assert officer.delete(path).status_code == 204
    assert officer.get(path).status_code == 404


def test_cancelled_event_stays_until_people_were_told(officer: Caller, database: Database) -> None:
    event_id = officer.made("/training-batches", BATCH)["id"]
    rule = {"name": "x", "anchor": "arrival", "offset": "-P1D", "audience": ["email:a@example.org"]}
    officer.made("/reminder-rules", rule)
    officer.post(f"/events/{event_id}/transitions", {"to": "planned"})
    officer.post(f"/events/{event_id}/transitions", {"to": "cancelled", "reason": "Bão"})
    states = {one["rule_id"] is None: one["state"] for one in officer.get(f"/events/{event_id}/reminders").json}
    assert states == {False: "skipped", True: "pending"}
    assert officer.delete(f"/training-batches/{event_id}").json["code"] == "cancellation_on_its_way"
    with database.transaction() as session:
        session.execute(text("UPDATE reminder SET state = 'skipped' WHERE rule_id IS NULL"))
    assert officer.delete(f"/training-batches/{event_id}").status_code == 204


def test_event_is_not_found_under_another_kind(officer: Caller) -> None:
    event_id = officer.made("/training-batches", BATCH)["id"]
    assert officer.get(f"/delegations/{event_id}").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("from=2027-03-21", True),
        ("from=2027-03-22", False),
        ("to=2027-03-10", True),
        ("to=2027-03-09", False),
        ("from=2027-03-12&to=2027-03-13", True),
        ("q=boi duong", True),
        ("q=BỒI DƯỠNG", True),
        ("q=duong boi", True),
        ("q=ຝຶກອົບຮົມ", True),
        ("q=boi_duong", False),
        ("q=100%25", False),
        ("kind=training_batch", True),
        ("kind=delegation", False),
        ("kind=delegation&kind=training_batch", True),
        ("status=draft", True),
        ("status=planned", False),
        ("host=hai-duong", True),
        ("host=vientiane-province", False),
        ("guest=vientiane-province", True),
        ("locality=vientiane-province", True),
        ("visibility=internal", True),
        ("visibility=public", False),
    ],
)
def test_filters(officer: Caller, query: str, found: bool) -> None:
    officer.made("/training-batches", BATCH)
    assert bool(officer.get(f"/events?{query}").json) is found


@pytest.mark.parametrize("query", ["vien chan", "Viêng Chăn", "VIENG CHAN", "viên chăn", "vientiane", "ວຽງຈັນ"])
def test_search_folds_accents_case_and_spellings(officer: Caller, query: str) -> None:
    wanted = officer.made("/activities", BATCH | {"title": {"vi": "Đoàn Viêng chăn sang thăm"}})["id"]
    officer.made("/activities", BATCH | {"title": {"vi": "Đoàn Hà Nội"}})
    assert [event["id"] for event in officer.get(f"/events?q={query}").json] == [wanted]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2027-03-10&to=2027-03-09", "to"),
        ("from=yesterday", "from"),
        ("kind=visit", "kind.0"),
        ("direction=up", "direction"),
        ("page=0", "page"),
        ("page_size=501", "page_size"),
        ("form=2027-03-10", "form"),
    ],
)
def test_bad_filter_is_422(officer: Caller, query: str, field: str) -> None:
    answer = officer.get(f"/events?{query}")
    assert (answer.status_code, set(answer.json["errors"])) == (422, {field})


def test_pages(officer: Caller) -> None:
    ids = [officer.made("/activities", BATCH | {"first_day": f"2027-03-{day:02}"})["id"] for day in range(1, 6)]
    answer = officer.get("/events?page=2&page_size=2")
    assert [event["id"] for event in answer.json] == ids[2:4]
    assert '"total": 5' in answer.headers["X-Pagination"]


@pytest.mark.parametrize("path", ["/events", "/training-batches"])
def test_list_takes_the_same_queries_for_one_and_three(officer: Caller, database: Database, path: str) -> None:
    def queries() -> int:
        counted: list[str] = []

        def count(*arguments: Any) -> None:
            counted.append(arguments[2])

        sqlalchemy_event.listen(database.engine, "before_cursor_execute", count)
        officer.get(path)
        sqlalchemy_event.remove(database.engine, "before_cursor_execute", count)
        return len(counted)

    phases = KINDS["/training-batches"]["phases"]
    officer.made("/training-batches", BATCH | {"phases": phases})
    one = queries()
    for _again in range(2):
        officer.made("/training-batches", BATCH | {"phases": phases})
    assert queries() == one
    assert one <= 11


@pytest.mark.both_databases("events of a commitment")
def test_warnings_follow_from_the_commitment(officer: Caller) -> None:
    agreement = officer.made(
        "/agreements",
        {
            "title": {"vi": "Văn bản hợp tác"},
            "parties": ["hai-duong", "vientiane-province"],
            "starts_on": "2024-01-01",
            "ends_on": "2028-12-31",
        },
    )
    commitment = officer.made(
        f"/agreements/{agreement['id']}/commitments",
        {
            "article": "1",
            "field": {"vi": "Xây dựng Đảng"},
            "title": {"vi": "Bồi dưỡng ngắn hạn"},
            "activity": "training_batch",
            "headcount_min": 10,
            "headcount_max": 15,
            "duration_min": 10,
            "duration_max": 15,
            "duration_unit": "days",
            "frequency": {"type": "per_year", "count": 1},
        },
    )
    good = officer.made("/training-batches", BATCH | {"commitment_id": commitment["id"]})
    assert good["conflicts"] == []
    path = f"/training-batches/{good['id']}"
    codes = [
        notice["code"] for notice in officer.patch(path, {"headcount": 16, "last_day": "2027-03-12"}).json["conflicts"]
    ]
    assert codes == ["headcount_out_of_range", "duration_out_of_range"]
    late = officer.patch(path, {"first_day": "2029-01-10", "last_day": "2029-01-20", "headcount": 15}).json
    assert [notice["code"] for notice in late["conflicts"]] == ["outside_agreement"]
    wrong = officer.post("/delegations", BATCH | {"commitment_id": commitment["id"]})
    assert set(wrong.json["errors"]) == {"commitment_id"}
    assert officer.get(f"/events?agreement_id={agreement['id']}").json[0]["id"] == good["id"]
    assert officer.get(f"/events?commitment_id={commitment['id']}").json[0]["id"] == good["id"]


def test_etag_follows_the_event_not_the_readers_language_or_the_day(officer: Caller, clock: Clock) -> None:
    soon = BATCH | {"first_day": "2026-12-02", "last_day": "2026-12-10"}
    path = f"/training-batches/{officer.made('/training-batches', soon)['id']}"
    vietnamese, english = (officer.get(path, Accept_Language=language) for language in ("vi", "en"))
    details = [answer.json["conflicts"][0]["detail"] for answer in (vietnamese, english)]
    assert details[0] != details[1]
    assert vietnamese.headers["ETag"] == english.headers["ETag"]
    clock.move(days=1)
    assert officer.get(path, Accept_Language="en").json["conflicts"][0]["detail"] != details[1]
    changed = officer.call("PATCH", path, {"headcount": 11}, If_Match=vietnamese.headers["ETag"], Accept_Language="lo")
    assert changed.status_code == 200, changed.text
    assert changed.headers["ETag"] != vietnamese.headers["ETag"]


def test_unchanged_event_is_304_with_its_etag(officer: Caller) -> None:
    made = officer.post("/activities", BATCH)
    path, etag = f"/activities/{made.json['id']}", made.headers["ETag"]
    answer = officer.get(path, If_None_Match=f'"other", {etag}')
    assert (answer.status_code, answer.headers["ETag"], answer.data) == (304, etag, b"")
