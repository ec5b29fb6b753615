"""What rules, accounts and addresses of others do to the mail of an office: they tell of no task that its reader does
not see, silence no address, and revive none."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import select

from jobs.worker import Worker
from models.database import Database
from models.reminders import Reminder
from models.vocabulary import ReminderPurpose, ReminderState, Role, Visibility
from tests import factories
from tests.jobs.sink import Sink
from tests.service.conftest import Caller, Clock
from tests.service.http.test_narrow_permissions import recipients, worker
from tests.service.imports.test_planted_people import OTHER, PLAN, body, sides

__all__ = ["sides", "worker"]

pytestmark = pytest.mark.both_databases("who sees a task, and which rules vouch for an address, as statements")

GUEST, PRESS = "guest@partner.example", "press@paper.example"
RULE = {"name": {"vi": "Nhắc"}, "anchor": "arrival", "offset": "-P1D", "audience": ["members"]}


def planned(who: Caller, **values: Any) -> str:
    event: str = who.made("/delegations", PLAN | values)["id"]
    assert who.post(f"/events/{event}/transitions", {"to": "planned"}).status_code == 200
    return event


def joined(who: Caller, event: str, **values: Any) -> str:
    person: str = who.made("/people", {"name": "Bounmy", "email": GUEST} | values)["id"]
    who.made(f"/events/{event}/members", {"person_id": person})
    return person


def address_of(who: Caller) -> str:
    found = who.get("/me").json
    assert found is not None
    return str(found["email"])


# Tasks


@pytest.fixture
def tasks(sides: dict[str, Caller], database: Database) -> dict[str, str]:
    """A's hidden visit, in which V takes part by a task and a guest as a member who has one; the ids of its tasks."""
    ours = sides["a"]
    event = planned(ours)
    guest = joined(ours, event)
    due = {"due_on": "2027-09-10"}
    path = f"/events/{event}/tasks"
    return {
        "event": event,
        "theirs": ours.made(path, due | {"title": {"vi": "Việc của V"}, "organisation_id": body(sides["v"])})["id"],
        "ours": ours.made(path, due | {"title": {"vi": "Việc kín"}, "organisation_id": body(ours)})["id"],
        "guest's": ours.made(path, due | {"title": {"vi": "Việc của khách"}, "person_id": guest})["id"],
    }


def told_of(database: Database, tasks: dict[str, str], address: str) -> set[str]:
    with database.transaction(write=False) as session:
        found = session.scalars(
            select(Reminder.task_id).where(Reminder.recipient == address, Reminder.state == ReminderState.PENDING)
        ).all()
    names = {task: name for name, task in tasks.items()}
    return {names[task] for task in found if task is not None}


AUDIENCE = ["role:officer", "members", "assignee", "owner"]


def test_who_is_told_of_a_task_sees_it(sides: dict[str, Caller], tasks: dict[str, str], database: Database) -> None:
    """B writes the rule; its words reach V's officers and the guest."""
    rule = RULE | {"anchor": "task_due", "audience": AUDIENCE}
    shown = sides["a"].post(f"/reminder-rules/preview?event_id={tasks['event']}", rule)
    sides["b"].made("/reminder-rules", rule)
    expected = {
        address_of(sides["a"]): {"theirs", "ours", "guest's"},
        address_of(sides["v"]): {"theirs"},
        address_of(sides["admin of v"]): {"theirs"},
        GUEST: {"guest's"},
    }
    assert {address: told_of(database, tasks, address) for address in expected} == expected
    assert shown.status_code == 200
    assert shown.json is not None
    previewed: dict[str, set[str]] = {address: set() for address in expected}
    names = {task: name for name, task in tasks.items()}
    for one in shown.json["reminders"]:
        for recipient in one["recipients"]:
            previewed[recipient["address"]].add(names[one["task_id"]])
    assert previewed == expected


def test_an_account_older_than_offices_sees_its_own_sides_tasks(
    sides: dict[str, Caller], tasks: dict[str, str], database: Database
) -> None:
    """It belongs to the default office, and its body to the other side."""
    with database.transaction() as session:
        abroad = factories.make_organisation(session, locality="laos")
        old = factories.make_user(session, Role.OFFICER, organisation_id=abroad.id)
        old.office = None
    ours = sides["a"]
    ours.made(
        f"/events/{tasks['event']}/tasks",
        {"title": {"vi": "Việc của họ"}, "organisation_id": abroad.id, "due_on": "2027-09-10"},
    )
    sides["b"].made("/reminder-rules", RULE | {"anchor": "task_due", "audience": ["role:officer"]})
    with database.transaction(write=False) as session:
        found = session.scalars(select(Reminder.task_id).where(Reminder.recipient == old.email)).all()
    assert len(found) == 1
    assert not set(found) & set(tasks.values())


def test_what_was_planned_for_others_is_not_sent(
    sides: dict[str, Caller], tasks: dict[str, str], database: Database, worker: Worker, clock: Clock, sink: Sink
) -> None:
    """The task was V's when its reminder was planned; by another way than the service's it is A's now."""
    sides["b"].made("/reminder-rules", RULE | {"anchor": "task_due", "audience": AUDIENCE})
    address = address_of(sides["v"])
    with database.transaction() as session:
        reminders = session.scalars(select(Reminder).where(Reminder.recipient == address)).all()
        (reminder,) = reminders
        reminder.task_id = reminder.task_key = tasks["ours"]
        clock.now = reminder.due_at
    worker.tick()
    assert [mail.recipient for mail in sink.received if mail.recipient == address] == []
    assert GUEST in [mail.recipient for mail in sink.received]
    with database.transaction(write=False) as session:
        assert session.get_one(Reminder, reminder.id).state is ReminderState.SKIPPED


def test_who_approves_an_address_has_tasks_told_there(
    sides: dict[str, Caller], tasks: dict[str, str], database: Database, caller: Callable[..., Caller]
) -> None:
    """Also when another office has made an account with it."""
    approver = caller(Role.APPROVER, organisation_id=body(sides["a"]))
    approver.made("/reminder-rules", RULE | {"anchor": "task_due", "audience": [f"email:{PRESS}"]})
    assert told_of(database, tasks, PRESS) == {"theirs", "ours", "guest's"}
    sides["admin of v"].made("/users", {"email": PRESS, "role": "officer", "organisation_id": body(sides["v"])})
    assert told_of(database, tasks, PRESS) == {"theirs", "ours", "guest's"}


# Who silences an address


def shut(who: Caller, address: str, organisation_id: str) -> None:
    account = who.made("/users", {"email": address, "role": "viewer", "organisation_id": organisation_id})
    assert who.patch(f"/users/{account['id']}", {"active": False}).status_code == 200


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("planter", ["v", "own"])
def test_another_offices_accounts_silence_nobody(
    sides: dict[str, Caller],
    database: Database,
    caller: Callable[..., Caller],
    worker: Worker,
    clock: Clock,
    sink: Sink,
    visibility: Visibility,
    planter: str,
) -> None:
    """V takes part in the visit, or everybody may read it: its disabled account is not this office's. Beside it: one's
    own administrator's is."""
    ours = sides["a"]
    event = planned(ours, visibility=visibility.value)
    joined(ours, event)
    ours.made(f"/events/{event}/tasks", {"title": {"vi": "Việc"}, "organisation_id": body(sides["v"])})
    approver = caller(Role.APPROVER, organisation_id=body(ours))
    approver.made("/reminder-rules", RULE | {"audience": ["members", f"email:{PRESS}"]})
    assert recipients(database, event) >= {GUEST, PRESS}
    who = sides["admin of v"] if planter == "v" else caller(Role.ADMIN, organisation_id=body(ours))
    for address in (GUEST, PRESS):
        shut(who, address, body(sides["v"] if planter == "v" else ours))
    expected = {GUEST, PRESS} if planter == "v" else set()
    assert recipients(database, event) & {GUEST, PRESS} == expected
    clock.now = datetime.fromisoformat("2027-09-13T00:00:00+00:00")
    worker.tick()
    assert {mail.recipient for mail in sink.received} & {GUEST, PRESS} == expected


def test_a_members_own_body_may_shut_their_address(
    sides: dict[str, Caller], database: Database, caller: Callable[..., Caller]
) -> None:
    """Whoever of V's comes along is V's: V knows that their account is closed."""
    ours = sides["a"]
    event = planned(ours)
    guest = sides["v"].made("/people", {"name": "Bounmy", "email": GUEST, "organisation_id": body(sides["v"])})
    ours.made(f"/events/{event}/members", {"person_id": guest["id"]})
    sides["b"].made("/reminder-rules", RULE)
    assert GUEST in recipients(database, event)
    with database.transaction() as session:
        elsewhere = factories.make_organisation(session, locality=OTHER)
    shut(sides["admin of v"], GUEST, elsewhere.id)
    assert GUEST in recipients(database, event)
    account = next(one for one in sides["admin of v"].get("/users").json if one["email"] == GUEST)  # type: ignore[union-attr]
    moved = {"organisation_id": body(sides["v"])}
    assert sides["admin of v"].patch(f"/users/{account['id']}", moved).status_code == 200
    assert GUEST not in recipients(database, event)


# Who vouches for an address


@pytest.fixture
def removed(
    sides: dict[str, Caller], database: Database, worker: Worker, clock: Clock, sink: Sink
) -> Callable[[], list[str]]:
    """An address that was told of A's hidden visit as a member's and is removed; gives what it is sent afterwards when
    the visit gets another title and is called off."""
    ours = sides["a"]
    event = planned(ours)
    person = joined(ours, event, email=PRESS)
    sides["b"].made("/reminder-rules", RULE | {"kinds": ["delegation"]})
    clock.now = datetime.fromisoformat("2027-09-13T00:00:00+00:00")
    worker.tick()
    assert [mail.recipient for mail in sink.received] == [PRESS]
    members: Any = ours.get(f"/events/{event}/members").json
    (member,) = [one["id"] for one in members if one["person"]["id"] == person]
    assert ours.delete(f"/events/{event}/members/{member}", "*").status_code == 204

    def sent() -> list[str]:
        changed = {"title": {"vi": "Tên mới"}, "location": {"vi": "Nơi mới"}}
        assert ours.patch(f"/delegations/{event}", changed).status_code == 200
        assert ours.post(f"/events/{event}/transitions", {"to": "cancelled", "reason": "Bão"}).status_code == 200
        clock.move(minutes=11)
        worker.tick()
        return [mail.content.decode() for mail in sink.received[1:] if mail.recipient == PRESS]

    return sent


@pytest.mark.parametrize(
    ("author", "values", "revives"),
    [
        ("v", {}, False),
        ("own", {"active": False}, False),
        ("own", {"kinds": ["activity"]}, False),
        ("own", {"kinds": ["delegation"]}, True),
    ],
)
def test_a_rule_vouches_only_for_what_it_is_about(
    sides: dict[str, Caller],
    removed: Callable[[], list[str]],
    caller: Callable[..., Caller],
    database: Database,
    author: str,
    values: dict[str, Any],
    revives: bool,
) -> None:
    who = sides["admin of v"] if author == "v" else caller(Role.APPROVER, organisation_id=body(sides["a"]))
    who.made("/reminder-rules", RULE | {"offset": "-P1D", "audience": [f"email:{PRESS}"]} | values)
    removed()
    with database.transaction(write=False) as session:
        told = session.scalars(
            select(Reminder.purpose).where(Reminder.recipient == PRESS, Reminder.state == ReminderState.SENT)
        ).all()
    assert (ReminderPurpose.CANCELLATION in told) is revives
