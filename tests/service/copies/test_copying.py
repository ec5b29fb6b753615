"""A visit once more over the API: what comes along, what is named as left, who may, and that it is all or nothing."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from models.agreements import Agreement, Commitment
from models.database import Database
from models.event_parts import Member, Task, TaskTemplate
from models.events import Event
from models.norms import Norm
from models.places import Organisation, Person
from models.resources import Resource
from models.vocabulary import EventKind, EventStatus, Language, Role
from tests import factories
from tests.service.conftest import BATCH, Caller, Clock
from tests.service.copies.visits import AGAIN, ALL, ITEMS, TASKS, VISIT, Copying, make_visit
from tests.service.imports.test_planted_people import body, sides

__all__ = ["sides"]

pytestmark = pytest.mark.both_databases("bookings in savepoints, locks, counts, and the queries of a copy")


@pytest.fixture
def officer(caller: Callable[..., Caller]) -> Caller:
    return caller(Role.OFFICER, locale=Language.EN)


@pytest.fixture
def visit(officer: Caller, database: Database) -> Copying:
    return make_visit(officer, database)


def test_everything_comes_along_as_many_days_later(visit: Copying) -> None:
    made = visit.copy()
    assert made["copied"] == {
        "members": 2,
        "programme": 3,
        "tasks": 2,
        "bookings": 2,
        "estimate": len(_lines(visit, made)),
    }
    assert (made["status"], made["kind"], made["sequence"]) == ("draft", "art_troupe_visit", 0)
    assert made["title"] == {
        "vi": "Đoàn nghệ thuật Viêng Chăn 2028",
        "lo": "ຄະນະສິລະປິນ 2028",
        "en": "Vientiane troupe 2028",
    }
    days = [made[name] for name in ("arrives_on", "first_day", "last_day", "departs_on")]
    assert days == ["2028-03-14", AGAIN, "2028-03-19", "2028-03-19"]
    assert [one["day"] for one in made["performances"]] == ["2028-03-17"]
    assert made["performances"][0]["time"] == "19:30"
    for name in ("host", "guest", "headcount", "location", "description", "troupe", "occasion", "visibility"):
        assert made[name] == visit.event[name], name
    assert made["uid"] != visit.event["uid"]
    assert made["in_charge_id"] == visit.officer.user_id

    people = visit.read(made["id"], "members")
    assert [(one["person_id"], one["role"], one["rank"], one["side"]) for one in people] == [
        (visit.people[0], "head", None, "guest"),
        (visit.people[1], "member", 2, "guest"),
    ]
    assert {one["answer"] for one in people} == {"needs_action"}
    items = visit.read(made["id"], "programme")["items"]
    assert [one["day"] for one in items] == ["2028-03-14", AGAIN, "2028-03-19"]
    assert [one["title"] for one in items] == [one["title"] for one in ITEMS]
    assert items[1]["travel_minutes"] == 20
    tasks = visit.read(made["id"], "tasks")
    assert {one["title"]["vi"]: (one["due"], one["done"]) for one in tasks} == {
        "Gửi công văn": ("2028-02-29", False),
        "Tiệc chia tay": ("2028-03-18", False),
    }
    booked = visit.officer.get(f"/bookings?event_id={made['id']}").json
    assert {(one["resource_id"], one["from"], one["to"]) for one in booked} == {
        (visit.rooms[0], f"{AGAIN}T08:00", f"{AGAIN}T11:00"),
        (visit.rooms[1], AGAIN, "2028-03-19"),
    }
    (why,) = [one["why"] for one in made["left"]]
    assert "The class was decided" in why


def _lines(visit: Copying, made: Any) -> list[Any]:
    estimate = visit.read(made["id"], "estimate")
    assert (estimate["state"], estimate["guest_class"], estimate["inputs"]["banquet"]) == ("draft", None, {"hosts": 10})
    assert estimate["approvals"] == []
    lines: list[Any] = estimate["lines"]
    return lines


def test_the_answer_is_the_new_event_with_its_tag_and_address(visit: Copying) -> None:
    answer = visit.officer.post(visit.path, {"first_day": AGAIN, "take": []})
    assert answer.headers["Location"] == f"/api/v1/events/{answer.json['id']}"  # type: ignore[index]
    read = visit.officer.get(f"/events/{answer.json['id']}")  # type: ignore[index]
    assert answer.headers["ETag"] == read.headers["ETag"]
    assert answer.json["copied"] == dict.fromkeys(ALL, 0)  # type: ignore[index]
    assert all(visit.read(read.json["id"], part) == [] for part in ("members", "tasks"))  # type: ignore[index]
    changed = visit.officer.patch(
        f"/art-troupe-visits/{read.json['id']}",
        {"headcount": 13},
        answer.headers["ETag"],  # type: ignore[index]
    )
    assert changed.status_code == 200


def test_a_dry_run_says_the_same_and_writes_nothing(visit: Copying, database: Database) -> None:
    with database.transaction(write=False) as session:
        before = len(session.exec(select(Event.id)).all())
    dry = visit.copy(dry_run=True)
    assert (dry["id"], dry["uid"], dry["dry_run"]) == (None, None, True)
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Event.id)).all()) == before
    assert not visit.officer.get(f"/bookings?from={AGAIN}&to={AGAIN}").json
    made = visit.copy()
    assert (made["copied"], made["left"], made["dry_run"]) == (dry["copied"], dry["left"], False)


def test_a_key_copies_once(visit: Copying) -> None:
    wish = {"first_day": AGAIN, "take": ALL}
    first, second = (visit.officer.post(visit.path, wish, Idempotency_Key="once") for _time in range(2))
    assert second.headers["Idempotency-Replayed"] == "true"
    assert (first.json["id"], first.headers["ETag"]) == (second.json["id"], second.headers["ETag"])  # type: ignore[index]


@pytest.mark.parametrize(
    "body",
    [
        {"take": ["papers"]},
        {"take": "members"},
        {"take": None},
        {"first_day": "2028"},
        {"first_day": None},
        {"people": []},
    ],
)
def test_what_is_not_understood_is_refused(visit: Copying, body: dict[str, Any]) -> None:
    assert next(iter(visit.refused(**body)["errors"])).split(".")[0] in body


def test_a_hall_that_is_taken_stays_out_with_what_is_free(visit: Copying) -> None:
    other = visit.officer.made(
        "/delegations", BATCH | {"first_day": AGAIN, "last_day": AGAIN, "purpose": {"vi": "Khác"}}
    )
    visit.officer.made("/bookings", {"event_id": other["id"], "resource_id": visit.rooms[0]})
    spare = {"name": {"vi": "Hội trường nhỏ"}, "type": "room", "locality": "hai-duong", "capacity": 1}
    small = visit.officer.made("/resources", spare)
    made = visit.copy(take=["bookings"])
    assert made["copied"]["bookings"] == 1
    (left,) = made["left"]
    assert (left["what"], left["name"]) == ("booking", {"vi": "Hội trường lớn"})
    assert "is taken by “Cadre training batch" in left["why"]
    assert left["alternatives"][0] == {
        "name": spare["name"], "resource_id": small["id"], "from": f"{AGAIN}T08:00", "to": f"{AGAIN}T11:00"
    }  # fmt: skip
    assert {one["resource_id"] for one in left["alternatives"][1:]} == {visit.rooms[0]}


def test_a_resource_out_of_service_stays_out(visit: Copying) -> None:
    visit.officer.patch(f"/resources/{visit.rooms[1]}", {"active": False})
    made = visit.copy(take=["bookings"])
    assert [(one["what"], one["name"]) for one in made["left"]] == [("booking", {"vi": "Xe 45 chỗ"})]
    assert "out of service" in made["left"][0]["why"]


def test_of_what_a_keeper_approves_the_keeper_is_asked_again(visit: Copying, database: Database) -> None:
    with database.transaction() as session:
        session.get_one(Resource, visit.rooms[0]).needs_approval = True
    made = visit.copy(take=["bookings"])
    assert made["copied"]["bookings"] == 2
    assert [(one["what"], one["name"]) for one in made["left"]] == [("booking", {"vi": "Hội trường lớn"})]
    states = {one["resource_id"]: one["state"] for one in visit.officer.get(f"/bookings?event_id={made['id']}").json}  # type: ignore[union-attr]
    assert states == {visit.rooms[0]: "asked", visit.rooms[1]: "held"}


@pytest.mark.parametrize("to", [EventStatus.CANCELLED, EventStatus.POSTPONED])
def test_a_visit_that_was_called_off_is_copied_with_what_it_had_booked(visit: Copying, to: EventStatus) -> None:
    for step in (EventStatus.PLANNED, to):
        wish = {"to": step.value, "reason": "Đổi kế hoạch"}
        assert visit.officer.post(f"/events/{visit.event['id']}/transitions", wish).status_code == 200
    made = visit.copy(take=["bookings", "tasks"])
    assert made["copied"]["bookings"] == 2
    assert made["status"] == "draft"


def test_done_tasks_are_open_again_and_those_of_a_template_switched_off_stay(
    visit: Copying, admin: Caller, database: Database, clock: Clock
) -> None:
    kept, off = (
        admin.made("/task-templates", {"kind": "art_troupe_visit", "title": {"vi": title}, "offset": "-P7D"})
        for title in ("Đặt hoa", "Gửi fax")
    )
    path = f"/events/{visit.event['id']}"
    assert visit.officer.post(f"{path}/transitions", {"to": "planned"}).status_code == 200
    with database.transaction() as session:
        session.get_one(TaskTemplate, off["id"]).active = False
        for task in session.exec(select(Task).where(Task.event_id == visit.event["id"])):
            task.done, task.done_at = True, clock.now
    made = visit.copy(take=["tasks"])
    tasks = visit.read(made["id"], "tasks")
    assert sorted(one["title"]["vi"] for one in tasks) == sorted([*(one["title"]["vi"] for one in TASKS), "Đặt hoa"])  # type: ignore[index]
    assert {(one["done"], one["done_at"]) for one in tasks} == {(False, None)}
    assert [one["template_id"] for one in tasks if one["title"]["vi"] == "Đặt hoa"] == [kept["id"]]
    assert [(one["what"], one["name"]["vi"]) for one in made["left"]] == [("task", "Gửi fax")]
    # Its template's task is there already, and none comes twice when it enters the plan.
    assert visit.officer.post(f"/events/{made['id']}/transitions", {"to": "planned"}).status_code == 200
    assert len(visit.read(made["id"], "tasks")) == len(tasks)


def test_who_left_their_body_is_named_and_who_moved_too(visit: Copying, database: Database) -> None:
    with database.transaction() as session:
        elsewhere = factories.make_organisation(session, name={"vi": "Sở Du lịch"}, locality="vientiane-province")
        session.get_one(Person, visit.people[0]).organisation_id = elsewhere.id
        session.get_one(Person, visit.people[1]).organisation_id = None
    made = visit.copy(take=["members"])
    assert made["copied"]["members"] == 0
    assert [(one["what"], one["name"]["vi"]) for one in made["left"]] == [("member", "Bun Mi"), ("member", "Khăm La")]
    assert "Sở Du lịch" in made["left"][0]["why"]


def test_of_a_body_that_ended_its_successor_is_proposed(visit: Copying, database: Database) -> None:
    with database.transaction() as session:
        new = factories.make_organisation(session, name={"vi": "Sở Văn hoá và Du lịch"}, locality="vientiane-province")
        old = session.get_one(Organisation, session.get_one(Person, visit.people[0]).organisation_id)
        old.ends_on, old.successor_id = date(2027, 6, 30), new.id
        session.get_one(Person, visit.people[1]).organisation_id = new.id
        successor = new.id
    made = visit.copy(take=["members"])
    assert [one["person_id"] for one in visit.read(made["id"], "members")] == [visit.people[1]]
    (left,) = made["left"]
    assert left["alternatives"] == [{"name": {"vi": "Sở Văn hoá và Du lịch"}, "organisation_id": successor}]


def test_people_come_as_they_are_today(visit: Copying, database: Database) -> None:
    with database.transaction() as session:
        session.get_one(Person, visit.people[0]).position = {"vi": "Giám đốc"}
    made = visit.copy(take=["members"])
    with database.transaction(write=False) as session:
        rows = session.exec(select(Member).where(Member.person_id == visit.people[0]).order_by(col(Member.id))).all()
    assert [one.position for one in rows if one.event_id == made["id"]] == [{"vi": "Giám đốc"}]
    assert [one.position for one in rows if one.event_id != made["id"]] == [None]


def test_the_head_of_a_delegation_leads_the_copy_unless_they_left(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        body = factories.make_organisation(session, locality="vientiane-province")
        person = factories.make_person(session, organisation_id=body.id, name="Thoong Xỉ")
        head = person.id
    wish = BATCH | {"purpose": {"vi": "Thăm"}, "head_id": head}
    visit = Copying(officer, database, officer.made("/delegations", wish))
    assert visit.copy(take=["members"])["head_id"] == head
    assert visit.copy(take=[])["head_id"] is None
    with database.transaction() as session:
        session.get_one(Person, head).organisation_id = None
    made = visit.copy(take=["members"])
    assert (made["head_id"], [one["name"]["vi"] for one in made["left"]]) == (None, ["Thoong Xỉ"])


@pytest.mark.parametrize(("first_day", "is_kept"), [("2028-03-15", True), ("2031-03-12", False)])
def test_a_commitment_is_kept_while_its_agreement_holds(
    visit: Copying, database: Database, first_day: str, is_kept: bool
) -> None:
    with database.transaction() as session:
        commitment = make_commitment(session, EventKind.ART_TROUPE_VISIT)
        session.get_one(Event, visit.event["id"]).commitment_id = commitment
    made = visit.copy(first_day, take=[])
    assert made["commitment_id"] == (commitment if is_kept else None)
    assert [one["what"] for one in made["left"]] == ([] if is_kept else ["commitment"])


def make_commitment(session: Any, kind: EventKind) -> str:
    agreement = Agreement(title={"vi": "Thỏa thuận 2026–2030"}, starts_on=date(2026, 1, 1), ends_on=date(2030, 12, 31))
    agreement.parties = ["hai-duong", "vientiane-province"]
    session.add(agreement)
    session.flush()
    row = Commitment(
        agreement_id=agreement.id, article="2", field={"vi": "Văn hoá"}, title={"vi": "Đoàn nghệ thuật"}, activity=kind,
        host="hai-duong", guest="vientiane-province", frequency_type="per_year", frequency_count=1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def test_a_ceremony_counts_on_and_is_refused_in_a_year_that_has_one(admin: Caller, database: Database) -> None:
    wish = {"title": {"vi": "Ngày kết nghĩa"}, "origin": "1984", "parties": ["hai-duong", "vientiane-province"]}
    path = f"/anniversaries/{admin.made('/anniversaries', wish)['id']}/ceremonies"
    days = {"host": "hai-duong", "guest": "vientiane-province", "first_day": "2027-05-10", "last_day": "2027-05-10"}
    title = {"vi": "43 năm kết nghĩa", "en": "The 43rd anniversary (1984–2027)"}
    visit = Copying(admin, database, admin.made(path, days | {"title": title, "year": 2027}))
    assert visit.event["ordinal"] == 43
    made = visit.copy("2028-05-10", take=[])
    assert (made["year"], made["ordinal"]) == (2028, 44)
    assert made["title"]["vi"] == "44 năm kết nghĩa"
    assert made["title"]["en"].startswith("The 44th anniversary")
    refused = visit.refused(first_day="2028-06-01")
    assert (refused["status"], refused["code"], refused["event_id"]) == (409, "ceremony_exists", made["id"])
    assert visit.refused(first_day="2027-06-01")["code"] == "ceremony_exists"


def test_an_ordinal_in_a_title_is_named(officer: Caller, database: Database) -> None:
    wish = BATCH | {"title": {"vi": "Hội chợ lần thứ 3, năm 2027"}, "activity_type": "fair"}
    made = Copying(officer, database, officer.made("/activities", wish)).copy(take=[])
    assert made["title"] == {"vi": "Hội chợ lần thứ 3, năm 2028"}
    assert [(one["what"], "“thứ 3”" in one["why"]) for one in made["left"]] == [("title", True)]


def test_public_holidays_on_the_new_days_are_named(officer: Caller, database: Database) -> None:
    """But not to a troupe, which comes for a holiday."""
    wish = BATCH | {"purpose": {"vi": "Thăm"}}
    visit = Copying(officer, database, officer.made("/delegations", wish))
    assert {one["what"] for one in visit.copy("2028-04-28", take=[])["left"]} == {"days"}
    assert visit.copy("2028-06-12", take=[])["left"] == []


def test_of_what_no_day_is_known_nothing_lies_on_days(admin: Caller, database: Database) -> None:
    wish = BATCH | {"first_day": "2008", "last_day": "2008", "status": "completed"}
    visit = Copying(admin, database, admin.made("/training-batches", wish))
    refused = visit.refused()
    assert (refused["status"], list(refused["errors"])) == (422, ["first_day"])


def test_phases_move_and_are_given_to_who_does_the_work_by_then(admin: Caller, database: Database) -> None:
    with database.transaction() as session:
        new = factories.make_organisation(session, name={"vi": "Trường mới"}).id
        old = factories.make_organisation(session, ends_on=date(2027, 12, 31), successor_id=new).id
    phase = {"title": {"vi": "Tiếng Việt"}, "first_day": "2027-03-10", "last_day": "2027-03-15", "institution_id": old}
    wish = BATCH | {"institution_id": old, "phases": [phase], "composition": {"coach": 2}}
    made = Copying(admin, database, admin.made("/training-batches", wish)).copy(take=[])
    assert (made["institution_id"], made["composition"]) == (new, {"coach": 2})
    shown = made["phases"][0]
    assert (shown["first_day"], shown["last_day"], shown["institution_id"]) == ("2028-03-15", "2028-03-20", new)


def test_the_estimate_is_reckoned_by_the_norms_of_the_new_days(visit: Copying, database: Database) -> None:
    with database.transaction() as session:
        for row in session.exec(select(Norm)).all():
            row.valid_to = date(2027, 12, 31)
    path = f"/events/{visit.event['id']}/estimate"
    before = visit.officer.get(path).json
    assert any(one["norm_id"] for one in before["lines"])  # type: ignore[index]
    made = visit.copy(take=["members", "estimate"])
    after = visit.read(made["id"], "estimate")
    assert not any(one["norm_id"] for one in after["lines"])
    assert {one["what"] for one in made["left"]} == {"estimate"}
    assert len([one for one in made["left"] if one["name"]]) == len([one for one in before["lines"] if one["norm_id"]])  # type: ignore[index]


def test_the_copiers_body_is_in_charge_of_the_copy(
    sides: dict[str, Caller], officer: Caller, database: Database
) -> None:
    """The protocol office copies a department's visit: the copy is the protocol office's."""
    made = Copying(sides["a"], database, sides["a"].made("/art-troupe-visits", VISIT)).copy(take=[], who=officer)
    assert made["organisation_id"] is None
    with database.transaction(write=False) as session:
        assert session.get_one(Event, made["id"]).created_by == officer.user_id


@pytest.mark.parametrize(("visibility", "status"), [("internal", 404), ("public", 201)])
def test_another_department_copies_only_what_it_sees_whole(
    sides: dict[str, Caller], database: Database, visibility: str, status: int
) -> None:
    visit = Copying(sides["a"], database, sides["a"].made("/art-troupe-visits", VISIT | {"visibility": visibility}))
    answer: Any = sides["b"].post(visit.path, {"first_day": AGAIN, "take": ALL[:4]})
    assert answer.status_code == status
    if status == 201:
        assert answer.json["organisation_id"] == body(sides["b"])


def test_who_takes_part_or_is_of_another_office_sees_too_little(
    sides: dict[str, Caller], database: Database, caller: Callable[..., Caller]
) -> None:
    made = sides["a"].made("/art-troupe-visits", VISIT)
    visit = Copying(sides["a"], database, made)
    for who in ("b", "v"):
        sides["a"].made(f"/events/{made['id']}/tasks", {"title": {"vi": "Đón"}, "organisation_id": body(sides[who])})
        assert sides[who].get(f"/events/{made['id']}").status_code == 200
        refused = visit.refused(sides[who], take=["members"])
        assert (refused["status"], refused["code"]) == (403, "not_in_charge")
    viewer = caller(Role.VIEWER, organisation_id=body(sides["a"]))
    assert visit.refused(viewer)["status"] == 403


def test_the_estimate_of_others_is_not_taken(sides: dict[str, Caller], database: Database) -> None:
    """A public visit is read whole by its whole office; its money is not."""
    visit = Copying(sides["a"], database, sides["a"].made("/art-troupe-visits", VISIT | {"visibility": "public"}))
    refused = visit.refused(sides["b"], take=["estimate"])
    assert (refused["status"], list(refused["errors"])) == (403, ["take"])


def test_a_copy_of_a_copy_lies_where_copying_twice_as_far_would(visit: Copying) -> None:
    once = visit.copy("2028-03-15")
    again = Copying(visit.officer, visit.database, once).copy("2029-03-14")
    straight = visit.copy("2029-03-14", take=["members", "programme", "tasks", "estimate"])
    assert again["title"] == straight["title"]
    for part in ("members", "programme", "tasks"):
        assert _plainly(visit.read(again["id"], part)) == _plainly(visit.read(straight["id"], part)), part


def _plainly(shown: Any) -> Any:
    rows = shown["items"] if isinstance(shown, dict) else shown
    own = {"id", "event_id", "created_at", "updated_at", "overdue", "answered_at"}
    return [{name: value for name, value in row.items() if name not in own} for row in rows]


def test_the_history_says_where_it_comes_from(visit: Copying) -> None:
    made = visit.copy(take=[])
    (entry,) = visit.officer.get(f"/events/{made['id']}/history").json  # type: ignore[misc]
    assert "Vientiane troupe 2027" in entry["reason"]


def test_the_event_that_is_copied_stays_as_it_is(visit: Copying) -> None:
    before = visit.officer.etag(f"/events/{visit.event['id']}")
    visit.copy()
    assert visit.officer.etag(f"/events/{visit.event['id']}") == before
