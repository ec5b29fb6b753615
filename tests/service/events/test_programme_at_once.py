"""Two who change the same programme at the same moment: what one of them did is not lost."""

from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.event_parts import ProgrammeItem, ProgrammeRevision
from models.events import Event
from models.queries.event_parts import programme_of
from service.actions.context import ActionContext
from service.actions.events import programme
from service.actions.events.events import find_event
from service.settings import Settings
from tests.at_once import at_once, meanwhile
from tests.service.conftest import Caller, Clock
from tests.service.events.test_programme import DINNER, TALKS, put, visit

__all__ = ["visit"]

pytestmark = pytest.mark.both_databases("locks the event and its items")

ONE_HOUR_LATER = TALKS | {"start_time": "09:00", "end_time": "10:30"}


@pytest.fixture
def act(settings: Settings, clock: Clock) -> ActionContext:
    return ActionContext(None, clock.now, settings.office)


def stored(database: Database, visit: dict[str, Any]) -> list[ProgrammeItem]:
    with database.transaction(write=False) as session:
        return list(programme_of(session, visit["id"]))


def replaced_while_another_changes(
    officer: Caller, database: Database, act: ActionContext, visit: dict[str, Any]
) -> int:
    """Replace a programme while another transaction renames its item; the status of the answer."""
    put(officer, visit, TALKS)
    path = f"/events/{visit['id']}/programme"
    etag = officer.etag(path)
    answers: list[int] = []

    def replace() -> None:
        answers.append(officer.call("PUT", path, {"items": [ONE_HOUR_LATER]}, If_Match=etag).status_code)

    with meanwhile(database, replace) as start, database.transaction() as session:
        event = find_event(session, visit["id"])
        (item,) = programme_of(session, event.id)
        programme.change_item(session, act, event, item, {"title": {"vi": "Hội đàm hẹp"}})
        start()
    return answers[0]


def test_a_programme_changed_while_one_waited_is_not_replaced(
    officer: Caller, database: Database, act: ActionContext, visit: dict[str, Any]
) -> None:
    assert replaced_while_another_changes(officer, database, act, visit) == 412
    assert [(one.start_time.hour, one.title["vi"]) for one in stored(database, visit)] == [(8, "Hội đàm hẹp")]  # type: ignore[union-attr]


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_without_the_lock_it_is_replaced(
    officer: Caller, database: Database, act: ActionContext, visit: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: whoever replaced it never saw what the item is called by now."""
    monkeypatch.setattr(programme, "lock", lambda session, event: programme_of(session, event.id))
    assert replaced_while_another_changes(officer, database, act, visit) == 200
    assert [one.start_time.hour for one in stored(database, visit)] == [9]  # type: ignore[union-attr]


def test_items_added_at_once_stand_one_after_the_other_in_the_trail(
    officer: Caller, database: Database, act: ActionContext, visit: dict[str, Any]
) -> None:
    def add(number: int) -> None:
        with database.transaction() as session:
            event = find_event(session, visit["id"])
            programme.add_item(session, act, event, {"day": event.first_day, "title": {"vi": str(number)}})

    at_once([lambda number=number: add(number) for number in range(4)])  # type: ignore[misc]
    assert sorted(one.position for one in stored(database, visit)) == [0, 1, 2, 3]
    with database.transaction(write=False) as session:
        rows = session.exec(select(Audit).where(Audit.entity == "programme")).all()
        items = [row.changes["items"] for row in rows]
        assert sorted((len(one["from"] or ()), len(one["to"])) for one in items) == [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_what_is_published_is_the_programme_as_it_is_then(
    officer: Caller, database: Database, act: ActionContext, visit: dict[str, Any]
) -> None:
    put(officer, visit, TALKS)
    answers: list[int] = []

    def publish() -> None:
        answers.append(officer.post(f"/events/{visit['id']}/programme/revisions", {}).status_code)

    with meanwhile(database, publish) as start, database.transaction() as session:
        event = find_event(session, visit["id"])
        programme.add_item(session, act, event, {"day": event.first_day, "title": DINNER["title"]})
        start()
    assert answers == [201]
    with database.transaction(write=False) as session:
        (items,) = session.exec(select(ProgrammeRevision.items)).all()
        assert {one["title"]["vi"] for one in items} == {"Hội đàm", "Chiêu đãi"}


def test_days_that_moved_while_one_waited_are_the_ones_that_count(
    officer: Caller, database: Database, act: ActionContext, visit: dict[str, Any]
) -> None:
    put(officer, visit, TALKS)
    path = f"/events/{visit['id']}/programme"
    etag = officer.etag(path)
    answers: list[int] = []

    def replace() -> None:
        late = TALKS | {"day": visit["last_day"]}
        answers.append(officer.call("PUT", path, {"items": [TALKS, late]}, If_Match=etag).status_code)

    with meanwhile(database, replace) as start, database.transaction() as session:
        event = session.exec(select(Event).where(Event.id == visit["id"]).with_for_update()).one()
        event.last_day = event.departs_on = event.first_day.replace(day=event.first_day.day + 2)
        session.flush()
        start()
    assert answers == [422]
