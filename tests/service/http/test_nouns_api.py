"""Localities, organisations, people, agreements, anniversaries, and the parts of an event, over the API."""

from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event

from models.database import Database
from tests.service.conftest import BATCH, Caller

PARTIES = ["hai-duong", "vientiane-province"]
AGREEMENT = {"title": {"vi": "Văn bản hợp tác"}, "parties": PARTIES, "starts_on": "2024-01-01", "ends_on": "2028-12-31"}
COMMITMENT = {
    "article": "7",
    "field": {"vi": "Thể thao"},
    "title": {"vi": "Huấn luyện ngắn hạn"},
    "activity": "training_batch",
    "host": "hai-duong",
    "guest": "vientiane-province",
    "headcount_min": 9,
    "headcount_max": 9,
    "duration_min": 2,
    "duration_max": 3,
    "duration_unit": "months",
    "frequency": {"type": "per_year", "count": 1},
    "funded_by": "hai-duong",
    "phases": [{"title": {"vi": "Tiếng Việt"}, "duration": 1, "unit": "years"}],
}
LOCALITY = {
    "code": "nam-sach",
    "name": {"vi": "Huyện Nam Sách"},
    "country": "VN",
    "level": "city",
    "timezone": "Asia/Ho_Chi_Minh",
    "aliases": ["Nam Sach"],
}


def errors(answer: Any) -> set[str]:
    assert answer.status_code == 422, answer.text
    return set(answer.json["errors"])


def test_locality_has_its_code_as_id_for_good(admin: Caller) -> None:
    made = admin.post("/localities", LOCALITY)
    assert (made.status_code, made.json["id"]) == (201, "nam-sach")
    assert made.headers["Location"] == "/api/v1/localities/nam-sach"
    changed = admin.patch("/localities/nam-sach", {"successor": "hai-phong", "succeeded_on": "2025-07-01"})
    assert (changed.json["successor"], changed.json["succeeded_on"]) == ("hai-phong", "2025-07-01")
    assert errors(admin.patch("/localities/nam-sach", {"code": "other"})) == {"code"}
    assert admin.post("/localities", LOCALITY).status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "Nam Sách"}, "code"),
        ({"country": "Vietnam"}, "country"),
        ({"level": "hamlet"}, "level"),
        ({"timezone": "Asia/Nowhere"}, "timezone"),
        ({"successor": "hai-phong"}, "succeeded_on"),
        ({"succeeded_on": "2025-07-01"}, "successor"),
        ({"successor": "nowhere", "succeeded_on": "2025-07-01"}, "successor"),
        ({"successor": "nam-sach", "succeeded_on": "2025-07-01"}, "successor"),
        ({"aliases": ["x"] * 101}, "aliases"),
    ],
)
def test_bad_locality(admin: Caller, change: dict[str, Any], field: str) -> None:
    assert errors(admin.post("/localities", LOCALITY | change)) == {field}


def test_successors_form_no_circle(admin: Caller) -> None:
    since = {"succeeded_on": "2025-07-01"}
    assert admin.patch("/localities/hai-duong", {"successor": "hai-phong"} | since).status_code == 200
    assert errors(admin.patch("/localities/hai-phong", {"successor": "hai-duong"} | since)) == {"successor"}


def test_filter_by_locality_finds_what_was_under_the_old_name(admin: Caller) -> None:
    admin.patch("/localities/hai-duong", {"successor": "hai-phong", "succeeded_on": "2025-07-01"})
    made = admin.made("/activities", BATCH)
    for code in ("hai-duong", "hai-phong"):
        assert [event["id"] for event in admin.get(f"/events?host={code}").json] == [made["id"]]


@pytest.mark.both_databases("foreign keys that refuse a deletion")
def test_organisation_in_use_is_not_deleted(admin: Caller) -> None:
    made = admin.made("/organisations", {"name": {"vi": "Sở Y tế"}, "locality": "hai-duong"})
    path = f"/organisations/{made['id']}"
    person = admin.made("/people", {"name": "Trần Thị B", "organisation_id": made["id"], "languages": ["vi", "lo"]})
    refused = admin.delete(path)
    assert (refused.status_code, refused.json["code"]) == (409, "in_use")
    assert admin.get(f"/people?organisation_id={made['id']}").json == [person]
    assert admin.delete(f"/people/{person['id']}").status_code == 204
    assert admin.delete(path).status_code == 204
    assert [entry["action"] for entry in admin.get("/audit?entity=organisation").json] == ["delete", "create"]


def test_people_stand_in_order_of_precedence(officer: Caller) -> None:
    for name, precedence in (("C", 3), ("A", 1), ("B", 2)):
        officer.made("/people", {"name": name, "precedence": precedence})
    assert [person["name"] for person in officer.get("/people").json] == ["A", "B", "C"]
    assert errors(officer.post("/people", {"name": "D", "precedence": 0})) == {"precedence"}
    assert errors(officer.post("/people", {"name": "D", "email": "not an address"})) == {"email"}
    assert errors(officer.post("/people", {"name": "D", "organisation_id": "x"})) == {"organisation_id"}


@pytest.mark.both_databases("parties in their order")
def test_agreement_with_commitment_comes_back_as_sent(officer: Caller, admin: Caller) -> None:
    first = officer.made("/agreements", AGREEMENT | {"starts_on": "2017-01-01", "ends_on": "2020-12-31"})
    sent = AGREEMENT | {
        "signed_on": "2024-09-18",
        "signed_at_place": {"vi": "Hải Dương"},
        "predecessor_id": first["id"],
        "languages": ["lo", "vi"],
        "copies": 4,
    }
    made = officer.made("/agreements", sent)
    assert {name: made[name] for name in sent} == sent
    path = f"/agreements/{made['id']}"
    commitment = officer.post(f"{path}/commitments", COMMITMENT)
    assert commitment.status_code == 201, commitment.text
    assert {name: commitment.json[name] for name in COMMITMENT} == COMMITMENT
    location = commitment.headers["Location"].removeprefix("/api/v1")
    assert officer.get(location).json == commitment.json
    assert officer.get(f"{path}/commitments").json == [commitment.json]
    every = {"type": "every", "min_years": 2, "max_years": 3}
    assert officer.patch(location, {"frequency": every}).json["frequency"] == every
    assert [found["id"] for found in officer.get("/agreements?party=hai-duong&q=van ban").json] == [
        first["id"],
        made["id"],
    ]
    reversed_parties = officer.patch(path, {"parties": PARTIES[::-1]})
    assert reversed_parties.json["parties"] == PARTIES[::-1]
    changes = officer.get(path).json
    assert admin.get(f"/audit?entity_id={changes['id']}").json[0]["changes"]["parties"]["to"] == PARTIES[::-1]
    assert admin.delete(f"/agreements/{first['id']}").status_code == 409
    assert admin.delete(path).status_code == 204
    assert officer.get(location).status_code == 404


def test_what_a_change_writes_anew_is_whole(officer: Caller) -> None:
    agreement = officer.made("/agreements", AGREEMENT)
    commitment = officer.made(f"/agreements/{agreement['id']}/commitments", COMMITMENT)
    batch = officer.made("/training-batches", BATCH)
    for path, change, field in (
        (f"/commitments/{commitment['id']}", {"frequency": {"count": 2}}, "frequency.type"),
        (f"/commitments/{commitment['id']}", {"phases": [{"duration": 4}]}, "phases.0.title"),
        (f"/training-batches/{batch['id']}", {"phases": [{"first_day": "2027-03-10"}]}, "phases.0.title"),
        (f"/training-batches/{batch['id']}", {"budget": {"amount": "5"}}, "budget.currency"),
    ):
        assert field in errors(officer.patch(path, change))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"parties": ["hai-duong"]}, "parties"),
        ({"parties": ["hai-duong", "hai-duong"]}, "parties"),
        ({"parties": ["hai-duong", "nowhere"]}, "parties"),
        ({"ends_on": "2023-12-31"}, "ends_on"),
        ({"predecessor_id": "nothing"}, "predecessor_id"),
        ({"copies": 0}, "copies"),
        ({"languages": ["fr"]}, "languages.0"),
    ],
)
def test_bad_agreement(officer: Caller, change: dict[str, Any], field: str) -> None:
    assert errors(officer.post("/agreements", AGREEMENT | change)) == {field}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"headcount_max": 8}, "headcount_max"),
        ({"headcount_total": 8}, "headcount_total"),
        ({"duration_max": 1}, "duration_max"),
        ({"duration_unit": None}, "duration_unit"),
        ({"duration_unit": "weeks"}, "duration_unit"),
        ({"host": "laos"}, "host"),
        ({"guest": "hai-duong"}, "guest"),
        ({"funded_by": "vietnam"}, "funded_by"),
        ({"frequency": {"type": "per_year"}}, "frequency"),
        ({"frequency": {"type": "open", "count": 1}}, "frequency"),
        ({"frequency": {"type": "every", "min_years": 3, "max_years": 2}}, "frequency"),
        ({"frequency": {"type": "monthly"}}, "frequency.type"),
        ({"activity": "party"}, "activity"),
        ({"phases": [{"duration": 1}]}, "phases.0.title"),
        ({"phases": [{"title": {"vi": "Tiếng Việt"}, "duration": 1}]}, "phases.0.unit"),
    ],
)
def test_bad_commitment(officer: Caller, change: dict[str, Any], field: str) -> None:
    agreement = officer.made("/agreements", AGREEMENT)
    assert errors(officer.post(f"/agreements/{agreement['id']}/commitments", COMMITMENT | change)) == {field}


def test_a_party_that_a_commitment_names_stays_a_party(officer: Caller) -> None:
    agreement = officer.made("/agreements", AGREEMENT)
    path = f"/agreements/{agreement['id']}"
    officer.made(f"{path}/commitments", COMMITMENT)
    assert errors(officer.patch(path, {"parties": ["hai-duong", "laos"]})) == {"parties"}
    assert officer.patch(path, {"parties": [*PARTIES, "laos"]}).status_code == 200


@pytest.mark.both_databases("EXISTS in a condition")
def test_a_commitment_with_events_keeps_their_kind(officer: Caller) -> None:
    agreement = officer.made("/agreements", AGREEMENT)
    made = officer.made(f"/agreements/{agreement['id']}/commitments", COMMITMENT)
    path, other = f"/commitments/{made['id']}", "delegation"
    assert officer.patch(path, {"activity": other}).status_code == 200
    assert officer.patch(path, {"activity": "training_batch"}).status_code == 200
    officer.made("/training-batches", BATCH | {"commitment_id": made["id"]})
    assert errors(officer.patch(path, {"activity": other})) == {"activity"}
    assert officer.patch(path, {"activity": "training_batch", "article": "1a"}).status_code == 200


@pytest.mark.both_databases("rows with parts are deleted")
def test_anniversary_known_to_the_year_has_no_date(officer: Caller) -> None:
    made = officer.made("/anniversaries", {"title": {"vi": "Quan hệ"}, "origin": "1984", "parties": PARTIES})
    path = f"/anniversaries/{made['id']}"
    found = officer.get(f"{path}/occurrences?from_year=2024&to_year=2029").json
    assert [(year["year"], year["ordinal"], year["grade"], year["date"]) for year in found] == [
        (2024, 40, "round", None),
        (2025, 41, "other", None),
        (2026, 42, "other", None),
        (2027, 43, "other", None),
        (2028, 44, "other", None),
        (2029, 45, "half_round", None),
    ]
    wish = {name: BATCH[name] for name in ("title", "host", "guest", "first_day", "last_day")} | {"year": 2024}
    ceremony = officer.post(f"{path}/ceremonies", wish)
    assert (ceremony.status_code, ceremony.json["ordinal"], ceremony.json["kind"]) == (201, 40, "anniversary")
    event_id = ceremony.json["id"]
    assert officer.get(f"{path}/occurrences?from_year=2024&to_year=2024").json[0]["ceremony_event_id"] == event_id
    assert officer.post(f"{path}/ceremonies", wish).json["code"] == "ceremony_exists"
    etag = officer.etag(f"/events/{event_id}")
    changed = officer.patch(f"{path}/ceremonies/{event_id}", {"year": 2025}, etag)
    assert (changed.status_code, changed.json["ordinal"]) == (200, 41)
    assert errors(officer.post(f"{path}/ceremonies", wish | {"year": 1984})) == {"year"}
    assert errors(officer.post(f"{path}/ceremonies", wish | {"year": 0})) == {"year"}
    assert officer.delete(path).json["code"] == "in_use"
    assert officer.delete(f"{path}/ceremonies/{event_id}", officer.etag(f"/events/{event_id}")).status_code == 204
    assert officer.delete(path).status_code == 204


def test_anniversary_known_to_the_day_has_its_date(officer: Caller) -> None:
    made = officer.made(
        "/anniversaries", {"title": {"vi": "Ngoại giao"}, "origin": "1962-09-05", "parties": ["vietnam", "laos"]}
    )
    found = officer.get(f"/anniversaries/{made['id']}/occurrences?from_year=2027&to_year=2027").json
    assert found == [
        {"year": 2027, "ordinal": 65, "grade": "half_round", "date": "2027-09-05", "ceremony_event_id": None}
    ]


@pytest.mark.parametrize(
    "origin", ["0", "0000", "84", "1984-13", "1984-02-30", "1984-1", "2024-01-01T00:00", " ", "year"]
)
def test_bad_origin(officer: Caller, origin: str) -> None:
    wish = {"title": {"vi": "Quan hệ"}, "origin": origin, "parties": PARTIES}
    assert errors(officer.post("/anniversaries", wish)) == {"origin"}


def test_members_stand_by_role_then_precedence(officer: Caller) -> None:
    event_id = officer.made("/delegations", BATCH)["id"]
    path = f"/events/{event_id}/members"
    for name, precedence, role in (
        ("Phiên dịch", 1, "interpreter"),
        ("Ủy viên hai", 5, "member"),
        ("Ủy viên một", 4, "member"),
        ("Trưởng đoàn", 2, "head"),
        ("Phó đoàn", 3, "deputy"),
    ):
        person = officer.made("/people", {"name": name, "precedence": precedence})
        member = officer.made(path, {"person_id": person["id"], "role": role})
    names = [found["person"]["name"] for found in officer.get(path).json]
    assert names == ["Trưởng đoàn", "Phó đoàn", "Ủy viên một", "Ủy viên hai", "Phiên dịch"]
    assert errors(officer.post(path, {"person_id": member["person_id"]})) == {"person_id"}
    assert errors(officer.post(path, {"person_id": "nobody"})) == {"person_id"}
    one = f"{path}/{member['id']}"
    etag = officer.post(path, {"person_id": officer.made("/people", {"name": "X"})["id"]}).headers["ETag"]
    assert officer.call("PATCH", one, {"role": "member"}, If_Match=etag).status_code == 412
    assert officer.call("PATCH", one, {"role": "head"}, If_Match="*").json["errors"]["role"]
    assert officer.call("DELETE", one, If_Match="*").status_code == 204
    other = officer.made("/delegations", BATCH)["id"]
    assert officer.call("DELETE", f"/events/{other}/members/{member['id']}", If_Match="*").status_code == 404


def test_programme_is_replaced_as_a_whole_and_published_in_revisions(officer: Caller) -> None:
    event_id = officer.made("/delegations", BATCH)["id"]
    path = f"/events/{event_id}/programme"
    assert officer.post(f"{path}/revisions", {}).json["code"] == "programme_empty"
    later = {"day": "2027-03-11", "start_time": "14:00", "end_time": "16:30", "title": {"vi": "Làm việc"}}
    first = {
        "day": "2027-03-10",
        "title": {"vi": "Đón đoàn"},
        "place": {"vi": "Nội Bài"},
        "attendees": {"vi": "Văn phòng"},
    }
    etag = officer.etag(path)
    put = officer.call("PUT", path, {"items": [later, first]}, If_Match=etag)
    assert [item["title"]["vi"] for item in put.json["items"]] == ["Đón đoàn", "Làm việc"]
    assert officer.call("PUT", path, {"items": []}, If_Match=etag).status_code == 412
    assert officer.post(f"{path}/revisions", {"note": "Bản đầu"}).json["number"] == 1
    assert officer.post(f"{path}/revisions", {}).json["code"] == "programme_unchanged"
    officer.call("PUT", path, {"items": [first]}, If_Match=officer.etag(path))
    assert officer.post(f"{path}/revisions", {}).json["number"] == 2
    revisions = officer.get(path).json["revisions"]
    assert [(one["number"], one["note"], len(one["items"])) for one in revisions] == [(1, "Bản đầu", 2), (2, None, 1)]
    for bad, field in (
        (first | {"day": "2027-03-09"}, "items.0.day"),
        (later | {"end_time": "25:00"}, "items.0.end_time"),
        (first | {"title": {}}, "items.0.title"),
        (first | {"colour": 1}, "items.0.colour"),
    ):
        assert errors(officer.call("PUT", path, {"items": [bad]}, If_Match=officer.etag(path))) == {field}
    assert len(officer.get(path).json["items"]) == 1


@pytest.mark.both_databases("rows are locked while they move")
def test_tasks_count_back_from_the_arrival(officer: Caller) -> None:
    event = officer.made("/delegations", BATCH)
    path = f"/events/{event['id']}/tasks"
    task = officer.made(path, {"title": {"vi": "Xin thị thực"}, "due_offset": "-P14D"})
    assert task["due"] == "2027-02-24"
    officer.patch(f"/delegations/{event['id']}", {"first_day": "2027-03-11"})
    assert officer.get(path).json[0]["due"] == "2027-02-25"
    etag = f"{path}/{task['id']}"
    fixed = officer.call("PATCH", etag, {"due_on": "2027-02-01"}, If_Match="*").json
    assert (fixed["due"], fixed["due_offset"]) == ("2027-02-01", None)
    done = officer.call("PATCH", etag, {"done": True}, If_Match="*").json
    assert done["done_at"] == "2026-11-22T03:00:00Z"
    assert officer.call("PATCH", etag, {"done": False}, If_Match="*").json["done_at"] is None
    for bad, field in (
        ({"due_offset": "14 days"}, "due_offset"),
        ({"due_offset": "-PT3H"}, "due_offset"),
        ({"due_offset": "-P1D", "due_on": "2027-01-01"}, "due_offset"),
        ({"organisation_id": "x"}, "organisation_id"),
    ):
        assert errors(officer.post(path, {"title": {"vi": "x"}} | bad)) == {field}


RULE = {
    "name": "30 ngày trước",
    "kinds": ["training_batch"],
    "anchor": "arrival",
    "offset": "-P30D",
    "audience": ["owner"],
}


@pytest.mark.both_databases("planned rows are brought in line")
def test_rule_plans_reminders_and_moving_plans_them_anew(officer: Caller) -> None:
    event = officer.made("/training-batches", BATCH)
    rule = officer.made("/reminder-rules", RULE | {"at": "08:00"})
    assert rule["audience"] == ["owner"]
    path = f"/events/{event['id']}/reminders"
    assert officer.get(path).json == []
    officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    (planned,) = officer.get(path).json
    assert (planned["due_at"], planned["state"], planned["rule_id"]) == ("2027-02-08T01:00:00Z", "pending", rule["id"])
    officer.patch(f"/training-batches/{event['id']}", {"first_day": "2027-03-15"})
    found = {one["due_at"]: one["state"] for one in officer.get(path).json}
    assert found["2027-02-13T01:00:00Z"] == "pending"
    assert list(found.values()).count("pending") == 1
    officer.patch(f"/reminder-rules/{rule['id']}", {"offset": "-P7D"})
    pending = officer.get(f"/reminders?state=pending&event_id={event['id']}").json
    assert [one["due_at"] for one in pending] == ["2027-03-08T01:00:00Z"]
    assert officer.delete(f"/reminder-rules/{rule['id']}").status_code == 204
    assert officer.get("/reminders?state=pending").json == []
    skipped = officer.get(f"/reminders?event_id={event['id']}").json
    assert {one["state"] for one in skipped} == {"skipped"}
    assert all(one["reason"] for one in skipped)
    assert skipped[0].items() <= officer.get(f"/reminders/{skipped[0]['id']}").json.items()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"offset": "30 days"}, "offset"),
        ({"offset": "-P1M"}, "offset"),
        ({"anchor": "departure"}, "anchor"),
        ({"audience": ["everybody"]}, "audience"),
        ({"audience": ["email:a\r\nBcc: b@c.d"]}, "audience"),
        ({"audience": []}, "audience"),
        ({"kinds": ["visit"]}, "kinds.0"),
        ({"at": "8"}, "at"),
        ({"channel": "pigeon"}, "channel"),
        ({"name": ...}, "name"),
    ],
)
def test_bad_rule(officer: Caller, change: dict[str, Any], field: str) -> None:
    wish = {name: value for name, value in (RULE | change).items() if value is not ...}
    assert errors(officer.post("/reminder-rules", wish)) == {field}


def test_members_of_equal_precedence_are_tied_until_they_have_ranks(officer: Caller) -> None:
    path = f"/events/{officer.made('/delegations', BATCH)['id']}/members"
    made = {}
    for name in ("Bình", "An", "Chi"):
        person = officer.made("/people", {"name": name, "precedence": 5})
        made[name] = officer.made(path, {"person_id": person["id"]})
    assert [made[name]["tied"] for name in made] == [False, True, True]  # as the list was then

    def shown() -> list[tuple[str, bool]]:
        return [(found["person"]["name"], found["tied"]) for found in officer.get(path).json]

    assert shown() == [("An", True), ("Bình", True), ("Chi", True)]
    first = officer.call("PATCH", f"{path}/{made['Chi']['id']}", {"rank": 1}, If_Match="*")
    assert (first.json["rank"], first.json["tied"]) == (1, False)
    assert shown() == [("Chi", False), ("An", True), ("Bình", True)]
    officer.call("PATCH", f"{path}/{made['Bình']['id']}", {"rank": 2}, If_Match="*")
    assert shown() == [("Chi", False), ("Bình", False), ("An", False)]
    for rank in (0, 10_001, "1", 1.5):
        assert errors(officer.call("PATCH", f"{path}/{made['An']['id']}", {"rank": rank}, If_Match="*")) == {"rank"}
    assert errors(officer.call("PATCH", f"{path}/{made['An']['id']}", {"tied": True}, If_Match="*")) == {"tied"}


def test_tie_made_by_somebody_else_does_not_make_a_change_stale(officer: Caller) -> None:
    path = f"/events/{officer.made('/delegations', BATCH)['id']}/members"
    first = officer.post(path, {"person_id": officer.made("/people", {"name": "An"})["id"]})
    officer.made(path, {"person_id": officer.made("/people", {"name": "Bình"})["id"]})
    changed = officer.patch(f"{path}/{first.json['id']}", {"rank": 1}, first.headers["ETag"])
    assert changed.status_code == 200
    assert officer.patch(f"{path}/{first.json['id']}", {"rank": 2}, first.headers["ETag"]).status_code == 412


def test_counterpart_is_shown_and_checked(officer: Caller) -> None:
    path = f"/events/{officer.made('/delegations', BATCH)['id']}/members"
    guest = officer.made("/people", {"name": "ບຸນມີ", "position": {"lo": "ເຈົ້າແຂວງ", "en": "Governor"}})
    host = officer.made("/people", {"name": "Lan"})
    wish = {"person_id": guest["id"], "counterpart_id": host["id"]}
    assert errors(officer.post(path, wish | {"counterpart_id": "nobody"})) == {"counterpart_id"}
    assert errors(officer.post(path, wish | {"counterpart_id": guest["id"]})) == {"counterpart_id"}
    member = officer.made(path, wish)
    assert member["counterpart"] == {name: host[name] for name in member["counterpart"]}
    names = {"name", "name_lo", "name_latin", "honorific"}
    assert set(member["counterpart"]) == {"id", "position", "precedence", "organisation_id"} | names
    one = f"{path}/{member['id']}"
    for own in ({"counterpart_id": guest["id"]}, {"person_id": host["id"]}):
        assert errors(officer.call("PATCH", one, own, If_Match="*")) == {"counterpart_id"}
    assert officer.call("PATCH", one, {"counterpart_id": None}, If_Match="*").json["counterpart"] is None
    assert officer.get(path).json[0]["counterpart_id"] is None


def test_list_of_members_asks_no_query_a_row(officer: Caller, database: Database) -> None:
    path = f"/events/{officer.made('/delegations', BATCH)['id']}/members"
    counts = []
    for _ in range(2):
        for _ in range(3):
            meets = officer.made("/people", {"name": "Lan"})["id"]
            officer.made(path, {"person_id": officer.made("/people", {"name": "An"})["id"], "counterpart_id": meets})
        asked: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any, asked: list[str] = asked) -> None:
            asked.append(statement)

        sqlalchemy_event.listen(database.engine, "before_cursor_execute", note)
        assert officer.get(path).status_code == 200
        sqlalchemy_event.remove(database.engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[0] == counts[1]
