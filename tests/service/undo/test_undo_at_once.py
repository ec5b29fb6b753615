"""Undoing that meets undoing, or another change, at the same moment."""

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.errors import NotFound
from models.trash import TrashedEvent
from models.vocabulary import Role
from service.actions.context import ActionContext
from service.actions.events import events
from service.actions.undo import trash
from service.settings import Settings
from tests import factories
from tests.at_once import at_once
from tests.service.conftest import BATCH, Caller, Clock
from tests.service.undo.test_undo_api import batch, step

pytestmark = pytest.mark.both_databases("locks")


@pytest.fixture
def visit(officer: Caller) -> str:
    path = f"/events/{officer.made('/training-batches', BATCH)['id']}"
    assert step(officer, path, "planned").status_code == 200
    return path


def test_of_two_at_once_one_undoes(officer: Caller, visit: str, database: Database) -> None:
    request_id = step(officer, visit, "cancelled", "Nhầm").headers["X-Request-Id"]
    path = f"/changes/{request_id}/undo"
    answers = at_once([lambda: officer.post(path) for _number in range(3)])
    assert sorted(one.status_code for one in answers) == [200, 409, 409]
    assert {one.json["code"] for one in answers if one.status_code == 409} == {"already_undone"}
    with database.transaction() as session:
        undone = session.exec(select(Audit.request_id).where(Audit.undoes == request_id).distinct()).all()
        assert len(undone) == 1
    assert officer.get(visit).json["status"] == "planned"


def test_a_change_at_the_same_moment_is_not_lost(officer: Caller, approver: Caller, visit: str) -> None:
    answer = officer.patch(batch(visit), {"headcount": 3})
    etag = approver.etag(batch(visit))
    undone, changed = at_once(
        [
            lambda: officer.post(f"/changes/{answer.headers['X-Request-Id']}/undo"),
            lambda: approver.patch(batch(visit), {"headcount": 4}, etag),
        ]
    )
    now = officer.get(visit).json["headcount"]
    if undone.status_code == 200:
        assert (changed.status_code, now) == (412, BATCH["headcount"])
    else:
        assert (undone.json["code"], changed.status_code, now) == ("changed_since", 200, 4)


def test_a_draft_is_restored_once(officer: Caller, database: Database, settings: Settings, clock: Clock) -> None:
    identity = officer.made("/training-batches", BATCH)["id"]
    with database.transaction() as session:
        act = ActionContext(factories.make_user(session, Role.OFFICER), clock.now, settings.office)
        event = events.find_event(session, identity)
        trash.put_away(session, act, settings.secret_key, event)

    def restore() -> str:
        try:
            with database.transaction() as session:
                trash.restore(session, act, settings.secret_key, trash.find(session, identity))
        except NotFound:
            return "gone"
        return "restored"

    assert sorted(at_once([restore, restore])) == ["gone", "restored"]
    with database.transaction() as session:
        assert session.exec(select(TrashedEvent)).all() == []
    assert officer.get(f"/events/{identity}").status_code == 200
