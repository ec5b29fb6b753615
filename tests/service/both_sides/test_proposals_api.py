"""Days that two offices agree on, over the API: every state, actor and step; what an acceptance moves; what is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from sqlmodel import col, select

from models.accounts import Audit, User
from models.both_sides.proposals import Proposal
from models.database import Database
from models.events import Event
from models.places import Locality
from models.reminders import Reminder
from models.vocabulary import EventStatus, ProposalState, Role, Visibility
from tests import factories
from tests.service.both_sides.conftest import TwoOffices
from tests.service.conftest import Caller, Clock

DAYS = {"first_day": "2027-03-10", "last_day": "2027-03-12"}
OTHER_DAYS = {"first_day": "2027-04-20", "last_day": "2027-04-21"}


@dataclass
class Table:
    """The table of two offices: proposing and answering, as either side."""

    two: TwoOffices
    database: Database

    @property
    def path(self) -> str:
        return f"{self.two.path}/proposals"

    def proposed(self, who: Caller | None = None, **body: Any) -> Any:
        """Days that one side proposed; by default the owner."""
        return (who or self.two.owner).made(self.path, DAYS | body)

    def step(self, who: Caller, identity: str, step: str, body: Any = None, **headers: str) -> Any:
        """One step; accepting sends the event's present ETag, unless another is given."""
        if step == "accept" and not headers:
            read = who.get(self.two.path)
            headers = {"If_Match": read.headers["ETag"] if read.status_code == 200 else '"none"'}
        if step == "counter" and body is None:
            body = OTHER_DAYS
        return who.post(f"/proposals/{identity}/{step}", {} if step == "decline" and body is None else body, **headers)

    def event(self) -> Event:
        with self.database.transaction(write=False) as session:
            event = session.get_one(Event, self.two.event_id)
            session.expunge(event)
            return event

    def set_event(self, **values: Any) -> None:
        with self.database.transaction() as session:
            event = session.get_one(Event, self.two.event_id)
            for name, value in values.items():
                setattr(event, name, value)

    def set_state(self, identity: str, state: ProposalState, clock: Clock) -> None:
        with self.database.transaction() as session:
            row = session.get_one(Proposal, identity)
            row.state = state
            row.answered_at = None if state is ProposalState.OPEN else clock.now


@pytest.fixture
def table(two: TwoOffices, database: Database) -> Table:
    two.share()
    return Table(two, database)


@pytest.mark.both_databases("every statement of proposals")
def test_a_negotiation_from_the_first_days_to_the_agreed_ones(table: Table, clock: Clock) -> None:
    two = table.two
    first = table.proposed(note="Xin mời phía bạn.", answer_by="2026-12-15")
    assert (first["state"], first["office"], first["to_office"]) == ("open", "hai-duong", "vientiane-province")
    assert first["expires_at"] == "2026-12-15T17:00:00Z", "the end of the day in Vientiane"
    assert first["possible"] == ["withdraw"]
    (seen,) = two.other.get(table.path).json
    assert seen["possible"] == ["accept", "decline", "counter"]
    assert (seen["made_by"], seen["note"]) == (None, "Xin mời phía bạn."), "accounts are their own office's"
    countered = table.step(two.other, first["id"], "counter", OTHER_DAYS | {"note": "ບຸນປີໃໝ່"})
    assert countered.status_code == 201, countered.text
    assert (countered.json["counters_id"], countered.json["office"]) == (first["id"], "vientiane-province")
    assert countered.headers["Location"] == f"/api/v1/proposals/{countered.json['id']}"
    before = table.event()
    assert before.first_day == date(2026, 12, 2), "nothing moves until it is accepted"
    accepted = table.step(two.owner, countered.json["id"], "accept")
    assert (accepted.status_code, accepted.json["state"]) == (200, "accepted"), accepted.text
    after = table.event()
    assert (after.first_day, after.last_day) == (date(2027, 4, 20), date(2027, 4, 21))
    assert (after.arrives_on, after.departs_on) == (date(2027, 4, 20), date(2027, 4, 21))
    assert after.sequence == before.sequence + 1
    for who in (two.owner, two.other):
        found = who.get(table.path).json
        assert [(one["state"], one["counters_id"]) for one in found] == [
            ("countered", None),
            ("accepted", first["id"]),
        ]
        assert who.get(f"/proposals/{first['id']}").json["state"] == "countered"


@pytest.mark.parametrize("step", ["accept", "decline", "counter", "withdraw"])
@pytest.mark.parametrize("state", list(ProposalState))
def test_every_state_actor_and_step(
    table: Table, caller: Callable[..., Caller], clock: Clock, state: ProposalState, step: str
) -> None:
    """Made by the owner, answered by the other side; everybody else in vain, and in vain nothing is written."""
    two = table.two
    with table.database.transaction() as session:
        body = factories.make_organisation(session, locality="hai-phong")
        session.get_one(Event, two.event_id).visibility = Visibility.PUBLIC
        protocol = factories.make_organisation(session, locality="hai-duong", protocol_office=True)
        ids = (body.id, protocol.id)
    made = table.proposed()["id"]
    table.set_state(made, state, clock)
    outsiders = {
        "a third office": (caller(Role.ADMIN, organisation_id=ids[0]), 404),
        "no part of it": (two.department, 404),
        "its viewer": (caller(Role.VIEWER, organisation_id=two.body_id), 403),
        "the other side's viewer": (caller(Role.VIEWER, organisation_id=two.other_body_id), 403),
    }
    for name, (who, status) in outsiders.items():
        assert table.step(who, made, step).status_code == status, name
    own = [two.owner, caller(Role.OFFICER, organisation_id=ids[1]), caller(Role.ADMIN)]
    others = [two.other, caller(Role.ADMIN, organisation_id=two.other_body_id)]
    wrong, right = (others, own) if step == "withdraw" else (own, others)
    for who in wrong:
        answer = table.step(who, made, step)
        assert (answer.status_code, answer.json["code"]) == (403, "not_your_turn"), answer.text
    assert table.event().first_day == date(2026, 12, 2)
    answer = table.step(right[-1], made, step)
    if state is not ProposalState.OPEN:
        assert (answer.status_code, answer.json["code"], answer.json["state_now"]) == (409, "not_open", state.value)
        assert table.event().first_day == date(2026, 12, 2)
        return
    assert answer.status_code == (201 if step == "counter" else 200), answer.text
    with table.database.transaction(write=False) as session:
        row = session.get_one(Proposal, made)
        assert row.state == {"accept": "accepted", "decline": "declined", "counter": "countered"}.get(step, "withdrawn")
        assert row.answered_by == right[-1].user_id
    assert table.step(right[0], made, step).status_code == 409, "only once"


def test_only_one_is_open(table: Table, clock: Clock) -> None:
    first = table.proposed(answer_by="2026-12-01")
    for who in (table.two.owner, table.two.other):
        answer = who.post(table.path, OTHER_DAYS)
        assert (answer.status_code, answer.json["code"]) == (409, "proposal_open")
        assert answer.json["proposal"] == first["id"]
    clock.move(days=20)
    assert table.two.owner.get(f"/proposals/{first['id']}").json["state"] == "expired"
    second = table.proposed(table.two.other)
    assert (second["office"], second["to_office"]) == ("vientiane-province", "hai-duong")
    with table.database.transaction(write=False) as session:
        assert session.get_one(Proposal, first["id"]).state is ProposalState.EXPIRED, "and now it is written down"


@pytest.mark.parametrize(
    ("zone", "open_at", "expired_at"),
    [
        ("Asia/Vientiane", "2026-12-01T16:59:59", "2026-12-01T17:00:00"),
        ("America/Los_Angeles", "2026-12-02T07:59:59", "2026-12-02T08:00:00"),
    ],
)
def test_at_midnight_where_the_answer_is_given(
    table: Table, clock: Clock, zone: str, open_at: str, expired_at: str
) -> None:
    with table.database.transaction() as session:
        session.get_one(Locality, "vientiane-province").timezone = zone
    made = table.proposed(answer_by="2026-12-01")
    clock.now = datetime.fromisoformat(f"{open_at}+00:00")
    assert table.two.other.get(f"/proposals/{made['id']}").json["possible"] == ["accept", "decline", "counter"]
    clock.now = datetime.fromisoformat(f"{expired_at}+00:00")
    assert table.two.other.get(f"/proposals/{made['id']}").json["possible"] == []
    answer = table.step(table.two.other, made["id"], "accept")
    assert (answer.status_code, answer.json["state_now"]) == (409, "expired")


@pytest.mark.parametrize("status", list(EventStatus))
def test_which_events_days_are_agreed_on(table: Table, status: EventStatus) -> None:
    table.set_event(status=status, **({"postponed_from": date(2026, 12, 2)} if status == "postponed" else {}))
    answer = table.two.other.post(table.path, DAYS)
    if status in {EventStatus.ONGOING, EventStatus.COMPLETED, EventStatus.CANCELLED}:
        assert (answer.status_code, answer.json["code"]) == (409, "event_closed")
    else:
        assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("status", [EventStatus.ONGOING, EventStatus.CANCELLED])
def test_once_it_is_closed_an_open_one_is_only_cleared_away(table: Table, status: EventStatus) -> None:
    made = table.proposed()["id"]
    table.set_event(status=status)
    for step in ("accept", "counter"):
        answer = table.step(table.two.other, made, step)
        assert (answer.status_code, answer.json["code"]) == (409, "event_closed")
    assert table.step(table.two.other, made, "decline").status_code == 200


def test_a_postponed_visit_is_planned_again(table: Table) -> None:
    table.set_event(status=EventStatus.POSTPONED, postponed_from=date(2026, 12, 2))
    same = table.two.owner.post(table.path, {"first_day": "2026-12-02", "last_day": "2026-12-03"})
    assert (same.status_code, list(same.json["errors"])) == (422, ["first_day"])
    made = table.proposed()["id"]
    assert table.step(table.two.other, made, "accept").status_code == 200
    event = table.event()
    assert (event.status, event.first_day, event.postponed_from) == (EventStatus.PLANNED, date(2027, 3, 10), None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"last_day": "2027-03-09"}, "last_day"),
        ({"last_day": "2047-03-09"}, "last_day"),
        ({"first_day": "2026-11-22"}, "first_day"),
        ({"first_day": "2020-01-01"}, "first_day"),
        ({"answer_by": "2027-03-10"}, "answer_by"),
        ({"answer_by": "2026-11-21"}, "answer_by"),
        ({"note": "x" * 2001}, "note"),
        ({"first_day": "soon"}, "first_day"),
        ({"state": "accepted"}, "state"),
    ],
)
def test_days_that_make_no_sense(table: Table, body: dict[str, str], field: str) -> None:
    answer = table.two.owner.post(table.path, DAYS | body)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), answer.text


def test_without_sharing_there_is_nobody_to_ask(two: TwoOffices, database: Database) -> None:
    answer = two.owner.post(f"{two.path}/proposals", DAYS)
    assert (answer.status_code, answer.json["code"]) == (409, "not_shared")
    two.share()
    made = two.owner.made(f"{two.path}/proposals", DAYS)
    two.unshare()
    assert two.other.get(f"/proposals/{made['id']}").status_code == 404
    assert two.owner.get(f"/proposals/{made['id']}").json["state"] == "withdrawn", "nobody could answer it"


def test_who_else_may_read_the_event_reads_no_negotiation(table: Table, caller: Callable[..., Caller]) -> None:
    made = table.proposed()["id"]
    with table.database.transaction() as session:
        event = session.get_one(Event, table.two.event_id)
        event.visibility = Visibility.PUBLIC
        body = factories.make_organisation(session, locality="hai-phong")
        department = factories.make_organisation(session, locality="hai-duong")
        ids = (body.id, department.id)
    for third in (caller(Role.ADMIN, organisation_id=ids[0]), table.two.department):
        answer = third.get(table.path)
        assert (answer.status_code, answer.json["code"]) == (403, "not_a_side")
        assert third.get(f"/proposals/{made}").status_code == 404
        answer = third.post(table.path, DAYS)
        assert (answer.status_code, answer.json["code"]) == (403, "not_a_side")
    near = caller(Role.OFFICER, organisation_id=ids[1])
    assert near.get(table.path).status_code == 200, "a department of the event's own office"
    assert near.get(table.path).json[0]["possible"] == []
    assert near.post(table.path, DAYS).status_code == 403


def test_a_body_of_the_other_side_that_takes_part_answers_too(table: Table) -> None:
    made = table.proposed()["id"]
    assert table.step(table.two.department, made, "decline").status_code == 404
    with table.database.transaction() as session:
        body_id = session.get_one(User, table.two.department.user_id).organisation_id
        factories.make_task(session, session.get_one(Event, table.two.event_id), organisation_id=body_id)
    assert table.two.department.get(table.path).status_code == 200
    assert table.step(table.two.department, made, "decline", {"note": "Bận."}).json["answer_note"] == "Bận."


# Accepting


def test_who_accepts_says_what_is_moved(table: Table) -> None:
    made = table.proposed()["id"]
    tag = table.two.other.etag(table.two.path)
    assert table.two.other.post(f"/proposals/{made}/accept").status_code == 428
    with table.database.transaction() as session:
        session.get_one(Event, table.two.event_id).location = {"vi": "Nhà khách"}
    assert table.step(table.two.other, made, "accept", If_Match=tag).status_code == 412
    assert table.event().first_day == date(2026, 12, 2)
    assert table.step(table.two.other, made, "accept").status_code == 200


def test_what_was_read_guards_the_other_steps_too(table: Table) -> None:
    made = table.proposed()["id"]
    tag = table.two.other.etag(f"/proposals/{made}")
    table.set_event(status=EventStatus.CANCELLED)
    assert table.step(table.two.other, made, "decline", If_Match=tag).status_code == 412, "its possible steps differ"
    assert table.step(table.two.other, made, "decline").status_code == 200


def test_accepting_changes_nothing_else_and_gives_no_right(table: Table) -> None:
    table.set_event(arrives_on=date(2026, 12, 1), departs_on=date(2026, 12, 5))
    made = table.proposed()["id"]
    assert table.step(table.two.other, made, "accept").status_code == 200
    event = table.event()
    assert (event.arrives_on, event.departs_on) == (date(2027, 3, 9), date(2027, 3, 13)), "the distance is kept"
    path = f"/delegations/{table.two.event_id}"
    assert table.two.other.patch(path, {"headcount": 3}).status_code == 403
    assert event.organisation_id == table.two.body_id


def test_a_booking_follows_or_the_visit_stays_and_only_its_own_side_reads_why(
    table: Table, caller: Callable[..., Caller], clock: Clock
) -> None:
    protocol = caller(Role.APPROVER)
    room = {"name": {"vi": "Phòng Khánh tiết"}, "type": "room", "locality": "hai-duong", "capacity": 1}
    resource = caller(Role.ADMIN).made("/resources", room)["id"]
    booked = {
        "event_id": table.two.event_id,
        "resource_id": resource,
        "from": "2026-12-02",
        "to": "2026-12-04",
    }
    own = protocol.made("/bookings", booked)["id"]
    with table.database.transaction() as session:
        hidden = factories.make_event(
            session, guest="laos", title={"vi": "Đoàn kín"}, first_day=date(2027, 3, 11), last_day=date(2027, 3, 11)
        ).id
    taken = {"event_id": hidden, "resource_id": resource, "from": "2027-03-11", "to": "2027-03-11"}
    stands = protocol.made("/bookings", taken)["id"]
    made = table.proposed()["id"]
    answer = table.step(table.two.other, made, "accept")
    assert (answer.status_code, answer.json["code"]) == (409, "days_not_possible"), answer.text
    assert not any(word in answer.text for word in ("Khánh", "kín", hidden, resource))
    assert table.event().first_day == date(2026, 12, 2), "nothing was moved"
    (seen,) = table.two.other.get(table.path).json
    assert (seen["refused_at"], seen["refused_reason"], seen["state"]) == (None, None, "open")
    (told,) = table.two.owner.get(table.path).json
    assert "Phòng Khánh tiết" in told["refused_reason"]
    with table.database.transaction(write=False) as session:
        notes = session.exec(select(Reminder).where(col(Reminder.rule_key).startswith("refused:"))).all()
        assert [one.recipient for one in notes], "the side in charge is told"
        audits = session.exec(select(Audit).where(Audit.entity == "proposal", Audit.action == "try_accepting")).all()
        assert len(audits) == 1
        assert "Khánh" not in str(audits[0].changes), "both sides read the trail"
    assert table.step(table.two.other, made, "accept").status_code == 409
    with table.database.transaction(write=False) as session:
        assert len(session.exec(select(Reminder).where(col(Reminder.rule_key).startswith("refused:"))).all()) == len(
            notes
        )
    protocol.delete(f"/bookings/{stands}")
    assert table.step(table.two.other, made, "accept").status_code == 200
    assert protocol.get(f"/bookings/{own}").json["from"] == "2027-03-10"


def test_its_own_side_reads_the_clash(table: Table, caller: Callable[..., Caller]) -> None:
    """The control."""
    protocol = caller(Role.APPROVER)
    room = {"name": {"vi": "Phòng Khánh tiết"}, "type": "room", "locality": "hai-duong", "capacity": 1}
    resource = caller(Role.ADMIN).made("/resources", room)["id"]
    days = {"resource_id": resource, "from": "2026-12-02", "to": "2026-12-04"}
    protocol.made("/bookings", {"event_id": table.two.event_id} | days)
    with table.database.transaction() as session:
        beside = factories.make_event(session, first_day=date(2027, 3, 11), last_day=date(2027, 3, 11)).id
    protocol.made("/bookings", {"event_id": beside, "resource_id": resource, "from": "2027-03-11", "to": "2027-03-11"})
    made = table.proposed(table.two.other)["id"]
    answer = table.step(table.two.owner, made, "accept")
    assert (answer.status_code, answer.json["code"]) == (409, "booking_clash")
    assert answer.json["conflicts"]


def test_who_proposed_them_is_no_second_pair_of_eyes(table: Table, caller: Callable[..., Caller]) -> None:
    approver, second = caller(Role.APPROVER), caller(Role.APPROVER)
    made = table.proposed(approver)["id"]
    assert table.step(table.two.other, made, "accept").status_code == 200
    answer = approver.post(f"{table.two.path}/transitions", {"to": "confirmed"})
    assert (answer.status_code, answer.json["code"]) == (403, "four_eyes"), "their days, whoever accepted them"
    assert second.post(f"{table.two.path}/transitions", {"to": "confirmed"}).status_code == 200


def test_a_confirmed_visit_is_changed_since(table: Table, caller: Callable[..., Caller]) -> None:
    approver = caller(Role.APPROVER)
    assert approver.post(f"{table.two.path}/transitions", {"to": "confirmed"}).status_code == 200
    made = table.proposed()["id"]
    assert approver.get(table.two.path).json["changed_since_confirmed"] is False
    assert table.step(table.two.other, made, "accept").status_code == 200
    assert approver.get(table.two.path).json["changed_since_confirmed"] is True


def test_agreeing_on_the_days_it_has_moves_nothing(table: Table) -> None:
    before = table.event()
    made = table.proposed(first_day="2026-12-02", last_day="2026-12-04")["id"]
    assert table.step(table.two.other, made, "accept").json["state"] == "accepted"
    after = table.event()
    assert (after.sequence, after.version) == (before.sequence, before.version)


# Who reads what of it


def test_both_trails_have_every_step(table: Table, caller: Callable[..., Caller]) -> None:
    made = table.proposed()["id"]
    table.step(table.two.other, made, "decline")
    ours = table.two.owner.get(f"{table.two.path}/history").json
    assert [(one["action"], one["entity"]) for one in ours if one["entity"] == "proposal"] == [
        ("create", "proposal"),
        ("decline", "proposal"),
    ]
    theirs = caller(Role.ADMIN, organisation_id=table.two.other_body_id).get("/audit?entity=proposal").json
    assert [one["action"] for one in theirs] == ["decline", "create"]
    with table.database.transaction() as session:
        third = factories.make_organisation(session, locality="hai-phong").id
    assert caller(Role.ADMIN, organisation_id=third).get("/audit?entity=proposal").json == []
    assert table.two.other.get(f"{table.two.path}/history").status_code == 403


def test_what_is_proposed_changes_no_event_and_no_etag(table: Table) -> None:
    tag, before = table.two.owner.etag(table.two.path), table.event()
    made = table.proposed()["id"]
    table.step(table.two.other, made, "counter")
    after = table.event()
    assert (after.version, after.updated_at, after.sequence) == (before.version, before.updated_at, before.sequence)
    assert table.two.owner.etag(table.two.path) == tag


def test_repeated_with_a_key_it_is_proposed_once(table: Table) -> None:
    answers = [table.two.owner.post(table.path, DAYS, Idempotency_Key="k1") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json == answers[1].json
