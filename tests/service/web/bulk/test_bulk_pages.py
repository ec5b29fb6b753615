"""Ticking rows, the preview and the change on pages: also taking over a colleague's visits."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from models.database import Database
from models.event_parts import Task
from models.events import Event
from models.vocabulary import EventStatus, Language, Role
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, browser, read, signed_in, words

__all__ = ["browser", "signed_in"]  # fixtures

SignedIn = Callable[..., Browser]

pytestmark = pytest.mark.both_databases("rows are locked, changed and rolled back")


def test_a_colleagues_visits_are_taken_over(signed_in: SignedIn, database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        office = factories.make_organisation(session, protocol_office=True)
        colleague = factories.make_user(session, Role.OFFICER, organisation_id=office.id, name="Trần Văn Chung")
        day = clock.now.date() + timedelta(days=5)
        for number in range(3):
            factories.make_event(
                session,
                title={"vi": f"Đoàn {number}"},
                first_day=day,
                in_charge_id=colleague.id,
                organisation_id=office.id,
            )
        factories.make_event(session, title={"vi": "Đoàn khác"}, first_day=day)
        office_id, colleague_id = office.id, colleague.id
    officer = signed_in(Role.OFFICER, organisation_id=office_id, locale=Language.EN, name="Lê Thị Dung")
    listed = officer.get(f"/?in_charge_id={colleague_id}&several=yes")
    assert "Đoàn khác" not in listed.text
    assert listed.text.count('name="row"') == 3
    with database.transaction() as session:
        mine = [one.id for one in session.exec(select(Event).where(Event.in_charge_id == colleague_id))]
    csrf = officer.csrf(f"/?in_charge_id={colleague_id}&several=yes")
    chosen = officer.post("/events/change", {"csrf": csrf, "do": "choose", "all": " ".join(mine)})
    assert chosen.status_code == 200
    read(chosen)
    assert "Ticked: 3" in words(chosen)
    me = next(line.split('"')[1] for line in chosen.text.split("<option value=")[1:] if "Lê Thị Dung" in line)
    form = {"csrf": csrf, "row": mine, "what": "in_charge", "value-in_charge": me}
    preview = officer.post("/events/change", form | {"do": "preview"})
    assert "Would be changed: 3" in words(preview)
    with database.transaction() as session:
        versions = [
            f"{one.id}:{one.version}" for one in session.exec(select(Event).where(Event.in_charge_id == colleague_id))
        ]
    done = officer.post("/events/change", form | {"do": "apply", "version": versions})
    assert done.headers["Location"] == "/events/change?done=3"
    assert "Changed: 3." in words(officer.get("/events/change?done=3"))
    with database.transaction() as session:
        assert {one.in_charge_id for one in session.exec(select(Event)) if one.id in mine} == {me}
    stale = officer.post("/events/change", form | {"do": "apply", "version": versions})
    assert stale.status_code == 412


def test_tasks_are_marked_as_done_together(signed_in: SignedIn, database: Database, clock: Clock) -> None:
    officer = signed_in(Role.APPROVER, locale=Language.EN)
    with database.transaction() as session:
        event = factories.make_event(
            session, status=EventStatus.PLANNED, first_day=clock.now.date() + timedelta(days=9)
        )
        for number in range(2):
            day = clock.now.date() + timedelta(days=number)
            session.add(Task(event_id=event.id, title={"vi": f"Việc {number}"}, due_on=day, due_day=day))
    assert officer.get("/tasks?several=yes").text.count('name="row"') == 2
    csrf = officer.csrf("/tasks?several=yes")
    with database.transaction() as session:
        rows = [(one.id, one.version) for one in session.exec(select(Task))]
    form = {"csrf": csrf, "row": [identity for identity, _version in rows], "what": "done"}
    preview = officer.post("/tasks/change", form | {"do": "preview"})
    read(preview)
    assert "Would be changed: 2" in words(preview)
    versions = [f"{identity}:{version}" for identity, version in rows]
    assert officer.post("/tasks/change", form | {"do": "apply", "version": versions}).status_code == 303
    with database.transaction() as session:
        assert all(one.done for one in session.exec(select(Task)))


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"do": "preview"}, 422),
        ({"do": "preview", "what": "nonsense"}, 422),
        ({"do": "preview", "what": "shift", "value-shift": "x"}, 422),
        ({"do": "apply", "what": "shift", "value-shift": "2"}, 422),
        ({"do": "something"}, 409),
    ],
)
def test_what_is_not_right_is_told(signed_in: SignedIn, form: dict[str, str], status: int) -> None:
    officer = signed_in(Role.OFFICER)
    for page in ("/events/change", "/tasks/change"):
        assert officer.post(page, {"csrf": officer.csrf("/account")} | form).status_code == status


def test_viewers_tick_nothing(signed_in: SignedIn, database: Database, clock: Clock) -> None:
    viewer = signed_in(Role.VIEWER)
    with database.transaction() as session:
        factories.make_event(session, first_day=clock.now.date())
    assert 'name="row"' not in viewer.get("/?several=yes").text
    assert viewer.post("/events/change", {"csrf": viewer.csrf("/account"), "do": "choose"}).status_code == 403
