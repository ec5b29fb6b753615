"""Learners over the API: what is taken in and refused, lost updates, the trail, lists as files, and who reads them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event as sa_event
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.vocabulary import EventKind, EventStatus, Role, Visibility
from tests import factories
from tests.service.conftest import BATCH, Caller

pytestmark = pytest.mark.both_databases("a table of its own, unique within a batch; a condition over all batches")


@pytest.fixture
def batch(officer: Caller) -> str:
    """A training batch; the address of its learners."""
    return f"/training-batches/{officer.made('/training-batches', BATCH)['id']}/learners"


@pytest.fixture
def school(database: Database) -> str:
    with database.transaction() as session:
        return factories.make_organisation(session, name={"vi": "Trường Đại học Hải Dương"}).id


@pytest.fixture
def person(database: Database) -> str:
    with database.transaction() as session:
        return factories.make_person(session, name="Bounmy Phommachanh").id


def test_a_learner_comes_back_as_sent(officer: Caller, batch: str, school: str, person: str) -> None:
    sent = {
        "person_id": person, "stage": "bachelor", "institution_id": school, "starts_on": "2026-09",
        "ends_on": "2030", "stipend": {"amount": "3630000", "currency": "VND"}, "payer": "hai-duong",
        "permit_expires_on": "2027-08-31", "qualification": "Cử nhân điều dưỡng", "note": "Học bổng tỉnh",
    }  # fmt: skip
    made = officer.made(batch, sent)
    assert {name: made[name] for name in sent} == sent
    assert (made["outcome"], made["name"], made["event_id"]) == ("studying", None, batch.split("/")[2])
    assert made["person"]["name"] == "Bounmy Phommachanh"
    assert officer.get(f"{batch}/{made['id']}").json == made
    assert officer.get(batch).json == [made]
    assert officer.get("/learners").json == [made]


def test_dollars_keep_their_cents(officer: Caller, batch: str) -> None:
    stipend = {"amount": "99.05", "currency": "USD"}
    assert officer.made(batch, {"name": "A", "stage": "language", "stipend": stipend})["stipend"] == stipend
    finer = {"amount": "99.055", "currency": "USD"}
    assert officer.post(batch, {"name": "B", "stage": "language", "stipend": finer}).status_code == 422


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"stage": "language"}, "person_id"),
        ({"name": "A", "person_id": "PERSON", "stage": "language"}, "name"),
        ({"name": "A"}, "stage"),
        ({"name": "A", "stage": "kindergarten"}, "stage"),
        ({"stage": "language", "person_id": "nobody"}, "person_id"),
        ({"name": "A", "stage": "language", "institution_id": "nowhere"}, "institution_id"),
        ({"name": "A", "stage": "language", "payer": "atlantis"}, "payer"),
        ({"name": "A", "stage": "language", "starts_on": "9/2026"}, "starts_on"),
        ({"name": "A", "stage": "language", "starts_on": "2026-09", "ends_on": "2026-08"}, "ends_on"),
        ({"name": "A", "stage": "language", "outcome": "graduated"}, "ends_on"),
        ({"name": "A", "stage": "language", "outcome": "left"}, "ends_on"),
        ({"name": "A", "stage": "language", "outcome": "graduated", "ends_on": "2027"}, "ends_on"),
        ({"name": "A", "stage": "language", "outcome": "married"}, "outcome"),
        ({"name": "A" * 201, "stage": "language"}, "name"),
        ({"name": "A", "stage": "language", "event_id": "x"}, "event_id"),
        ({"name": "A", "stage": "language", "permit_expires_on": "2027"}, "permit_expires_on"),
    ],
)
def test_what_is_refused_names_its_field(
    officer: Caller, batch: str, person: str, sent: dict[str, Any], field: str
) -> None:
    answer = officer.post(batch, {name: person if value == "PERSON" else value for name, value in sent.items()})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {field}), answer.text
    assert officer.get(batch).json == []


def test_nobody_is_twice_in_a_stage_and_stages_follow_each_other(officer: Caller, batch: str, person: str) -> None:
    language = officer.made(batch, {"person_id": person, "stage": "language", "starts_on": "2025-09"})
    again = officer.post(batch, {"person_id": person, "stage": "language"})
    assert (again.status_code, set(again.json["errors"])) == (422, {"stage"})
    officer.made(batch, {"name": "Học sinh thứ nhất", "stage": "language"})
    same = officer.post(batch, {"name": "hoc sinh thu nhat", "stage": "language"})
    assert (same.status_code, set(same.json["errors"])) == (422, {"stage"})
    early = officer.post(batch, {"person_id": person, "stage": "bachelor", "starts_on": "2025-08"})
    assert (early.status_code, set(early.json["errors"])) == (422, {"starts_on"})
    assert officer.patch(f"{batch}/{language['id']}", {"ends_on": "2026-07", "outcome": "graduated"}).status_code == 200
    degree = officer.made(batch, {"person_id": person, "stage": "bachelor", "starts_on": "2026-09"})
    late = officer.patch(f"{batch}/{language['id']}", {"ends_on": "2026-10"})
    assert (late.status_code, set(late.json["errors"])) == (422, {"ends_on"})
    assert [one["id"] for one in officer.get(batch).json if one["person_id"]] == [language["id"], degree["id"]]


def test_somebody_known_by_name_becomes_a_person(officer: Caller, batch: str, person: str) -> None:
    path = f"{batch}/{officer.made(batch, {'name': 'Học sinh thứ nhất', 'stage': 'language'})['id']}"
    both = officer.patch(path, {"person_id": person})
    assert (both.status_code, set(both.json["errors"])) == (422, {"name"})
    changed = officer.patch(path, {"person_id": person, "name": None}).json
    assert (changed["person_id"], changed["name"]) == (person, None)


def test_lost_updates_fail_and_everything_is_in_the_trail(officer: Caller, batch: str, database: Database) -> None:
    made = officer.made(batch, {"name": "A", "stage": "language"})
    path = f"{batch}/{made['id']}"
    etag = officer.etag(path)
    stipend = {"amount": "100", "currency": "VND"}
    assert officer.patch(path, {"stipend": stipend}, etag).status_code == 200
    assert officer.patch(path, {"note": "muộn"}, etag).status_code == 412
    assert officer.call("PATCH", path, {"note": "muộn"}).status_code == 428
    assert officer.delete(path, etag).status_code == 412
    assert officer.delete(path).status_code == 204
    assert officer.get(path).status_code == 404
    with database.transaction() as session:
        trail = session.exec(select(Audit).where(Audit.entity == "learner").order_by(Audit.id)).all()  # type: ignore[arg-type]
        assert [(one.action, one.event_id) for one in trail] == [
            (action, batch.split("/")[2]) for action in ("create", "change", "delete")
        ]
        assert trail[1].changes["stipend"] == {"from": None, "to": stipend}


def test_only_training_batches_have_learners(officer: Caller, batch: str) -> None:
    visit = officer.made("/delegations", {**BATCH, "purpose": {"vi": "Làm việc"}})
    answer = officer.get(f"/training-batches/{visit['id']}/learners")
    unknown = officer.get("/training-batches/01J0000000000000000000NONE/learners")
    assert (answer.status_code, unknown.status_code) == (404, 404)
    assert answer.json["detail"].replace(visit["id"], "") == unknown.json["detail"].replace(
        "01J0000000000000000000NONE", ""
    )
    other = officer.made("/training-batches", BATCH)["id"]
    made = officer.made(batch, {"name": "A", "stage": "language"})
    assert officer.get(f"/training-batches/{other}/learners/{made['id']}").status_code == 404


def test_a_batch_takes_its_learners_with_it(officer: Caller, batch: str, database: Database) -> None:
    officer.made(batch, {"name": "A", "stage": "language"})
    assert officer.delete(batch.removesuffix("/learners")).status_code == 204
    assert officer.get("/learners").json == []


def test_a_person_who_learns_is_in_use(officer: Caller, approver: Caller, batch: str, person: str) -> None:
    officer.made(batch, {"person_id": person, "stage": "language"})
    answer = approver.delete(f"/people/{person}")
    assert (answer.status_code, answer.json["code"]) == (409, "in_use")


# Who reads them


@pytest.fixture
def rights_world(database: Database, caller: Callable[..., Caller]) -> dict[str, Any]:
    """A public batch of one body; accounts of it, of another body of the office, of the protocol office."""
    with database.transaction() as session:
        mine, other = factories.make_organisation(session), factories.make_organisation(session)
        office = factories.make_organisation(session, protocol_office=True)
        event = factories.make_event(
            session,
            kind=EventKind.TRAINING_BATCH,
            organisation_id=mine.id,
            visibility=Visibility.PUBLIC,
            status=EventStatus.CONFIRMED,
        )
        ids = {"mine": mine.id, "other": other.id, "office": office.id}
        path = f"/training-batches/{event.id}/learners"
    who = {name: caller(Role.OFFICER, organisation_id=identity) for name, identity in ids.items()}
    who["approver"] = caller(Role.APPROVER, organisation_id=ids["other"])
    who["viewer"] = caller(Role.VIEWER, organisation_id=ids["mine"])
    return {"path": path, **who}


@pytest.mark.parametrize(
    ("name", "reads", "writes"),
    [("mine", 200, 201), ("office", 200, 201), ("approver", 200, 201), ("other", 404, 404), ("viewer", 403, 403)],
)
def test_who_reads_the_money_reads_the_learners(
    rights_world: dict[str, Any], name: str, reads: int, writes: int
) -> None:
    """A public batch is read whole by its whole office, its learners are not."""
    path, one = rights_world["path"], rights_world[name]
    made = rights_world["mine"].made(path, {"name": "Học sinh thứ nhất", "stage": "language", "note": "bí mật"})
    assert one.get(path).status_code == reads
    assert one.get(f"{path}/{made['id']}").status_code == reads
    assert one.post(path, {"name": "B", "stage": "language"}).status_code == writes
    assert one.call("PATCH", f"{path}/{made['id']}", {"note": "x"}, If_Match="*").status_code == reads
    listed = one.get("/learners")
    assert listed.status_code == (403 if name == "viewer" else 200)
    assert ("bí mật" in listed.text or "x" in [each["note"] for each in listed.json if name != "viewer"]) == (
        reads == 200
    )


@pytest.mark.parametrize(("name", "is_told"), [("mine", True), ("office", True), ("other", False)])
def test_the_history_of_a_public_batch_keeps_its_learners_to_those_who_read_them(
    rights_world: dict[str, Any], name: str, is_told: bool
) -> None:
    path = rights_world["path"]
    rights_world["mine"].made(
        path, {"name": "Học sinh thứ nhất", "stage": "language", "permit_expires_on": "2027-01-01"}
    )
    event = path.split("/")[2]
    told = rights_world[name].get(f"/events/{event}/history")
    assert told.status_code == 200
    assert ("Học sinh thứ nhất" in told.get_data(as_text=True)) == is_told
    assert any(one["entity"] == "learner" for one in told.json) == is_told


# Lists


def test_the_list_over_all_batches_is_narrowed(officer: Caller, batch: str, school: str, person: str) -> None:
    one = {"person_id": person, "stage": "bachelor", "institution_id": school, "permit_expires_on": "2027-01-31"}
    officer.made(batch, one)
    officer.made(batch, {"name": "B", "stage": "language", "outcome": "left", "ends_on": "2025"})
    officer.made(batch, {"name": "C", "stage": "language", "permit_expires_on": "2027-02-01"})

    def found(query: str) -> list[str]:
        return [each["name"] or "person" for each in officer.get(f"/learners?{query}").json]

    assert found("outcome=studying") == ["person", "C"]
    assert found("outcome=left&outcome=graduated") == ["B"]
    officer.made(batch, {"name": "D", "stage": "course", "starts_on": "2008", "ends_on": "2012"})
    assert found("outcome=studying&current=true") == ["person", "C"]
    assert found("outcome=studying&current=false") == ["D"]
    assert found("stage=language") == ["B", "C"]
    assert found("permit_until=2027-01-31") == ["person"]
    assert found(f"institution_id={school}") == found(f"person_id={person}") == ["person"]
    assert officer.get("/learners?outcome=happy").status_code == 422


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_lists_come_as_files_and_are_in_the_trail(officer: Caller, batch: str, database: Database, kind: str) -> None:
    officer.made(batch, {"name": "=1+1", "stage": "language", "starts_on": "2026-09"})
    for path in (batch, "/learners"):
        answer = officer.get(f"{path}?format={kind}&locale=vi")
        assert answer.status_code == 200
    if kind == "csv":
        text = answer.get_data().decode("utf-8-sig")
        assert "2026-09" in text
        assert "'=1+1" in text
    with database.transaction() as session:
        told = session.exec(select(Audit).where(Audit.action == "export", Audit.entity == "learner")).all()
        assert len(told) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_the_same_queries_for_few_and_many(
    officer: Caller, batch: str, database: Database, count: int
) -> None:
    for number in range(count):
        with database.transaction() as session:
            person = factories.make_person(session).id
        officer.made(batch, {"person_id": person, "stage": "language", "starts_on": f"{2000 + number}"})
    asked: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    sa_event.listen(database.engine, "before_cursor_execute", note)
    try:
        for path in (batch, "/learners"):
            asked.clear()
            assert len(officer.get(path).json) == count
            assert sum("FROM learner" in one for one in asked) <= 2
            assert len(asked) <= 8, asked
    finally:
        sa_event.remove(database.engine, "before_cursor_execute", note)


def test_the_days_of_a_learner_are_told_today(officer: Caller, batch: str) -> None:
    """The office's day decides what is to come."""
    today = date(2026, 11, 22)
    sent = {"name": "A", "stage": "course", "outcome": "graduated"}
    assert officer.post(batch, {**sent, "ends_on": "2026-11-23"}).status_code == 422
    assert officer.made(batch, {**sent, "ends_on": today.isoformat()})["outcome"] == "graduated"


# Quotas


def test_progress_tells_who_began_and_nothing_new_where_nobody_is_entered(
    officer: Caller, viewer: Caller, database: Database
) -> None:
    agreement = officer.made(
        "/agreements",
        {
            "title": {"vi": "Văn bản hợp tác"}, "parties": ["hai-duong", "vientiane-province"],
            "starts_on": "2024-01-01", "ends_on": "2028-12-31",
        },
    )  # fmt: skip
    quota = officer.made(
        f"/agreements/{agreement['id']}/commitments",
        {
            "article": "2", "field": {"vi": "Giáo dục"}, "title": {"vi": "15 học sinh"}, "activity": "training_batch",
            "host": "hai-duong", "guest": "vientiane-province", "headcount_total": 15,
            "frequency": {"type": "in_period", "count": 1},
        },
    )  # fmt: skip
    with database.transaction() as session:
        event = factories.make_event(
            session, kind=EventKind.TRAINING_BATCH, status=EventStatus.ONGOING, commitment_id=quota["id"],
            first_day=date(2025, 9, 15), last_day=date(2027, 7, 1), headcount=9,
        )  # fmt: skip
        path = f"/training-batches/{event.id}/learners"

    def found(who: Caller) -> Any:
        return who.get(f"/agreements/{agreement['id']}/progress").json["commitments"][0]

    before = found(viewer)
    assert ("learners" in before, before["totals"]["people"]) == (False, 9)
    for number in range(3):
        officer.made(path, {"name": f"Học sinh {number}", "stage": "language", "starts_on": "2025-09"})
    officer.made(path, {"name": "Học sinh 0", "stage": "bachelor", "starts_on": "2026-09"})
    left = {"starts_on": "2025-09", "ends_on": "2025-08", "outcome": "left"}
    officer.made(path, {"name": "Học sinh 9", "stage": "language", **left})
    after = found(viewer)  # counts are everybody's who reads the batch, names are not
    assert after["learners"] == {"began": 3, "studying": 3, "graduated": 0, "left": 0, "outcome_unknown": 0}
    assert [(year["year"], year["people"]) for year in after["years"] if year["people"]] == [(2025, 3)]
    assert after["totals"]["people"] == 3
    assert "Học sinh" not in viewer.get(f"/agreements/{agreement['id']}/progress").get_data(as_text=True).replace(
        "15 học sinh", ""
    )
