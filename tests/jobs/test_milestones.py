"""Reminders before milestones of projects: planned, moved, taken back, told only to who may read the project."""

from datetime import date, datetime, time
from typing import Any

import pytest

from models.database import Database
from models.projects import Project
from models.vocabulary import Language, MilestoneState, ReminderAnchor, ReminderState, Role
from service.actions.context import ActionContext
from service.actions.ledger import projects
from tests.factories import NOW, OFFICE, make_locality, make_organisation, make_rule, make_user
from tests.jobs.conftest import HandClock, WorkerFactory, reminders
from tests.jobs.sink import Sink
from tests.jobs.test_occasions import text

pytestmark = pytest.mark.both_databases("milestones read beside other occasions")

OWN, BESIDE, OFFICER, READER = "own@example.org", "beside@example.org", "office@example.org", "reader@example.org"
ACT = ActionContext(None, NOW, OFFICE)
EARLY = datetime.fromisoformat("2027-01-02T08:00+07:00")
"""Thirty days before 1 February 2027."""

ROUGH = {"title": {"vi": "Xong phần thô", "en": "Shell done"}, "day": date(2027, 2, 1)}


def project(database: Database, *milestones: dict[str, Any], **values: Any) -> str:
    """A project of a department, a rule thirty days before its milestones, and four accounts; the project's id."""
    with database.transaction() as session:
        make_locality(session, "vientiane-province")
        mine, beside = make_organisation(session), make_organisation(session)
        make_user(session, email=OWN, organisation_id=mine.id, locale=Language.EN)
        make_user(session, Role.VIEWER, email=READER, organisation_id=mine.id)
        make_user(session, email=BESIDE, organisation_id=beside.id)
        make_user(session, email=OFFICER)
        make_rule(
            session, anchor=ReminderAnchor.MILESTONE, offset="-P30D", at=time(8),
            audience=["organisation", "role:officer", "role:viewer", f"email:{BESIDE}"],
        )  # fmt: skip
        row = {
            "title": {"vi": "Trường Bản Kheun", "en": "Bản Kheun school"}, "given_by": "hai-duong",
            "host": "vientiane-province", "organisation_id": mine.id, "milestones": [*milestones],
        } | values  # fmt: skip
        return projects.create_project(session, ACT, row).id


def change(database: Database, identity: str, **values: Any) -> None:
    with database.transaction() as session:
        projects.change_project(session, ACT, session.get_one(Project, identity), values)


def coming(database: Database) -> list[tuple[str, datetime]]:
    found = [(row.recipient, row.due_at) for row in reminders(database) if row.state is ReminderState.PENDING]
    return sorted(found)


def test_those_who_read_the_project_are_told(database: Database) -> None:
    identity = project(database, ROUGH)
    assert coming(database) == [(OFFICER, EARLY), (OWN, EARLY)]
    assert {(row.about or {})["id"] for row in reminders(database)} == {identity}


def test_the_mail_says_what_to_do_and_leads_to_the_project(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    identity = project(database, ROUGH, ROUGH | {"title": {"vi": "Xong mái"}})
    clock.now = EARLY
    make_worker().tick()
    (mail,) = [one for one in sink.received if one.recipient == OWN]
    said = text(mail)
    assert "Bản Kheun school: Shell done, Xong mái" in said
    assert f"/projects/{identity}" in said
    assert len(sink.received) == 2


def test_one_that_moves_is_planned_anew(database: Database) -> None:
    identity = project(database, ROUGH)
    change(database, identity, milestones=[ROUGH | {"day": date(2027, 3, 1)}])
    assert coming(database) == [(one, datetime.fromisoformat("2027-01-30T08:00+07:00")) for one in (OFFICER, OWN)]
    skipped = [row for row in reminders(database) if row.state is ReminderState.SKIPPED]
    assert {row.reason for row in skipped} == {"The days, the hours or the reminder rule changed."}
    change(database, identity, milestones=[ROUGH])
    assert coming(database) == [(OFFICER, EARLY), (OWN, EARLY)]


@pytest.mark.parametrize(
    "values",
    [
        {"milestones": [ROUGH | {"state": MilestoneState.DONE, "done_on": date(2026, 11, 20)}]},
        {"handed_over_on": "2026-11"},
    ],
)
def test_nobody_is_reminded_of_what_is_done(database: Database, values: dict[str, Any]) -> None:
    change(database, project(database, ROUGH), **values)
    assert coming(database) == []
    assert {row.reason for row in reminders(database)} == {"The milestone is done, or the project is handed over."}


def test_of_a_deleted_project_nothing_is_sent(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    identity = project(database, ROUGH)
    with database.transaction() as session:
        projects.delete_project(session, ACT, session.get_one(Project, identity))
    assert coming(database) == []
    clock.now = EARLY
    make_worker().tick()
    assert sink.received == []


def test_who_no_longer_reads_it_is_told_nothing(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    identity = project(database, ROUGH)
    with database.transaction() as session:
        session.get_one(Project, identity).organisation_id = None  # without planning: the worker looks again
    clock.now = EARLY
    make_worker().tick()
    assert sink.recipients == [OFFICER]
