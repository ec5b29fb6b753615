"""Whether the service is ready, and its figures: what supervisors and Prometheus ask."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from jobs.leadership import LEAD
from models.accounts import Heartbeat
from models.clock import utcnow
from models.database import Database
from models.reminders import ReminderAttempt
from models.vocabulary import AttemptOutcome, EventStatus, ReminderPurpose, ReminderState, Role
from models.workers import Lead, PlanningJob
from service.app import create_app
from service.http.app_context import AppContext
from service.monitoring.health import shown_to_all
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.web.test_pages import Browser, count_queries, signed_in

pytestmark = pytest.mark.both_databases("what is asked of the database differs, and what it says when it is away")

__all__ = ["signed_in"]  # a fixture

HOUR = timedelta(hours=1)
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what asks nothing of the database that would differ."""


def beat(database: Database, clock: Clock, name: str = "worker", **values: Any) -> None:
    with database.transaction() as session:
        session.merge(Heartbeat(**{"name": name, "at": clock.now} | values))


def test_ready_once_a_worker_ticks(app: Flask, database: Database, clock: Clock) -> None:
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {
        "ready": False,
        "database": True,
        "migrations": True,
        "worker": False,
        "lead": False,
        "mail": {"away_since": None, "answer": None, "waiting": 0},
        "workers": [],
        "planning": 0,
        "clock": {"stepped_at": None, "seconds": None},
    }
    beat(database, clock, leads=True)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["ready"]) == (200, True)
    assert answer.json["workers"] == [{"name": "worker", "at": "2026-11-22T03:00:00Z", "leads": True}]
    clock.move(minutes=5)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["worker"], answer.json["workers"]) == (503, False, [])


def test_workers_that_nobody_leads_are_not_ready(app: Flask, database: Database, clock: Clock) -> None:
    beat(database, clock)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["worker"], answer.json["lead"]) == (503, True, False)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_the_lease_says_who_leads_and_not_the_last_heartbeat(app: Flask, database: Database, clock: Clock) -> None:
    """Two workers, of which the first was stopped: its last heartbeat still says that it leads."""
    beat(database, clock, "stopped", leads=True)
    beat(database, clock, "next")
    with database.transaction() as session:
        session.add(Lead(name=LEAD, holder="next:0123", term=2, beats=7, renewed_at=utcnow()))
    client = app.test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert [(one["name"], one["leads"]) for one in answer.json["workers"]] == [("next", True), ("stopped", False)]
    assert figures(client)['desk_worker_leads{worker="stopped"}'] == 0
    with database.transaction() as session:
        session.execute(text("UPDATE lead SET renewed_at = now() - interval '1 minute'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["worker"], answer.json["lead"]) == (503, True, False)


def test_what_is_still_to_be_planned_is_told(app: Flask, database: Database, clock: Clock) -> None:
    beat(database, clock, leads=True)
    with database.transaction() as session:
        today = clock.now.date()
        session.add(PlanningJob(key="rule:x", rules=["x"], since=today, asked_at=clock.now, remaining=1200))
    client = app.test_client()
    assert client.get("/readyz").json["planning"] == 1200
    assert figures(client)["desk_planning_remaining"] == 1200


def test_a_database_of_another_shape_or_none_is_not_ready(app: Flask, database: Database, clock: Clock) -> None:
    beat(database, clock)
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["database"], answer.json["migrations"]) == (503, True, False)
    assert (answer.json["worker"], answer.json["mail"]["waiting"]) == (False, None)


def test_a_dead_mail_server_is_told_of_and_makes_nobody_unready(app: Flask, database: Database, clock: Clock) -> None:
    client = app.test_client()
    answer = "554 <so.ngoaivu@b.vn>: talk to smtp://desk:geheim@mail.b.vn"
    beat(database, clock, leads=True, mail_away_since=clock.now - HOUR, mail_answer=answer)
    beat(database, clock, "gone", at=clock.now - HOUR, leads=True, mail_away_since=clock.now - 9 * HOUR)
    beat(database, clock, "second", mail_away_since=clock.now - 8 * HOUR, mail_answer="long past")
    with database.transaction() as session:
        event = factories.make_event(session)
        for number, values in enumerate(
            (
                {"due_at": clock.now - HOUR},
                {"due_at": clock.now - HOUR, "next_at": clock.now + HOUR, "waits_for_server": True},
                {"due_at": clock.now - HOUR, "next_at": clock.now + HOUR},  # put off for a reason of its own
                {"due_at": clock.now + HOUR},
                {"due_at": clock.now - HOUR, "state": ReminderState.FAILED},
            )
        ):
            factories.make_reminder(session, event, recipient=f"a{number}@b.vn", **values)
    found = client.get("/readyz")
    assert found.status_code == 200
    assert found.json["mail"] == {
        "away_since": "2026-11-22T02:00:00Z",
        "answer": "554 <…@b.vn>: talk to smtp://desk:…@mail.b.vn",
        "waiting": 2,
    }
    assert [worker["name"] for worker in found.json["workers"]] == ["worker", "second"]
    beat(database, clock, leads=True)
    assert client.get("/readyz").json["mail"] == {"away_since": None, "answer": None, "waiting": 2}


def test_a_clock_that_was_moved_is_told_of_and_makes_nobody_unready(
    app: Flask, database: Database, clock: Clock
) -> None:
    client = app.test_client()
    beat(database, clock, leads=True, clock_stepped_at=clock.now - HOUR / 2, clock_step_seconds=-25_200)
    beat(database, clock, "second", clock_stepped_at=clock.now - HOUR / 3, clock_step_seconds=40)
    beat(database, clock, "gone", at=clock.now - HOUR, clock_stepped_at=clock.now, clock_step_seconds=3)
    found = client.get("/readyz")
    assert found.status_code == 200
    assert found.json["clock"] == {"stepped_at": "2026-11-22T02:40:00Z", "seconds": 40}


def test_an_answer_shown_to_all_names_nobody() -> None:
    shown = shown_to_all("550 <a.b+c@x.vn> (d@y.la) desk_" + "a" * 40)
    assert shown == "550 <…@x.vn> (…@y.la) desk_…"
    assert len(shown_to_all("x" * 5000)) == 300


# Figures


def figures(client: FlaskClient, **environ: Any) -> dict[str, float]:
    """The figures as a scraper on the service's own machine reads them."""
    answer = client.get("/metrics", **environ)
    assert answer.status_code == 200, answer.text
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    lines = [line.rsplit(" ", 1) for line in answer.text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def test_figures_are_counted_in_the_database(app: Flask, database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, status=EventStatus.CONFIRMED)
        late = factories.make_reminder(session, event, due_at=clock.now - HOUR, waits_for_server=True)
        factories.make_reminder(session, event, due_at=clock.now + HOUR)
        user = factories.make_user(session)
        for purpose, seen in ((ReminderPurpose.WEEKLY, None), (ReminderPurpose.DIGEST, user.id)):
            values = {"event_id": None, "purpose": purpose, "state": ReminderState.FAILED, "seen_by": seen}
            factories.make_reminder(session, event, **values, seen_at=clock.now if seen else None)
        for outcome in ("deferred", "deferred", "sent"):
            session.add(
                ReminderAttempt(
                    reminder_id=late.id, at=clock.now, outcome=AttemptOutcome(outcome), worker="w", answer=None
                )
            )
    beat(database, clock, 'host"1"', leads=True, mail_away_since=clock.now - HOUR, mail_answer="away")
    beat(database, clock, "gone", at=clock.now - 2 * HOUR, leads=True)
    found = figures(app.test_client())
    expected = {
        "desk_database_up": 1,
        'desk_reminders{purpose="reminder",state="pending"}': 2,
        'desk_reminders{purpose="weekly",state="failed"}': 1,
        'desk_reminders{purpose="update",state="sent"}': 0,
        "desk_reminders_due": 1,
        "desk_reminder_oldest_due_seconds": 3600,
        "desk_reminders_failed_unseen": 1,
        'desk_reminder_attempts_total{outcome="deferred"}': 2,
        'desk_reminder_attempts_total{outcome="sent"}': 1,
        'desk_reminder_attempts_total{outcome="refused"}': 0,
        "desk_mail_away": 1,
        "desk_mail_away_seconds": 3600,
        "desk_mail_waiting": 1,
        'desk_worker_heartbeat_age_seconds{worker="host\\"1\\""}': 0,
        'desk_worker_heartbeat_age_seconds{worker="gone"}': 7200,
        'desk_worker_leads{worker="host\\"1\\""}': 1,
        'desk_worker_leads{worker="gone"}': 0,
        'desk_events{kind="delegation",status="confirmed"}': 1,
        'desk_events{kind="activity",status="draft"}': 0,
        'desk_events_unheard{lacks="person"}': 1,
        'desk_events_unheard{lacks="reminder"}': 0,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert not [name for name in found if not name.startswith("desk_")]  # nothing of the process


def test_figures_heal_when_the_mail_server_is_back(app: Flask, database: Database, clock: Clock) -> None:
    client = app.test_client()
    beat(database, clock, leads=True, mail_away_since=clock.now - HOUR)
    assert figures(client)["desk_mail_away"] == 1
    beat(database, clock, leads=True)
    found = figures(client)
    assert (found["desk_mail_away"], found["desk_mail_away_seconds"]) == (0, 0)


@on_sqlite
@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via"])
def test_a_proxy_on_the_same_machine_opens_nothing(client: FlaskClient, header: str) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200
    refused = client.get("/metrics", headers={header: "127.0.0.1"})
    assert (refused.status_code, refused.mimetype) == (403, "application/problem+json")


@on_sqlite
def test_elsewhere_only_administrators_read_figures(
    client: FlaskClient, caller: Callable[..., Caller], signed_in: Callable[..., Browser]
) -> None:
    assert client.get("/metrics", environ_base=ELSEWHERE).status_code == 403
    wrong = {"Authorization": "Bearer wrong"}
    assert client.get("/metrics", environ_base=ELSEWHERE, headers=wrong).status_code == 403
    for role in Role:
        expected = 200 if role is Role.ADMIN else 403
        token = {"Authorization": f"Bearer {caller(role).token}"}
        assert client.get("/metrics", environ_base=ELSEWHERE, headers=token).status_code == expected
        browser = signed_in(role)
        page = browser.client.get("/metrics", base_url="https://desk.example.org", environ_base=ELSEWHERE)
        assert page.status_code == expected


@pytest.fixture
def away(app: Flask, settings: Settings, clock: Clock, database_kind: str) -> Iterator[FlaskClient]:
    """A client of an application whose database is not there."""
    url = "sqlite:////proc/desk.sqlite" if database_kind == "sqlite" else "postgresql+psycopg://x@127.0.0.1:1/x"
    database = Database(url)
    app.extensions["desk"] = AppContext(settings, database, clock)
    yield app.test_client()
    database.dispose()


def test_without_a_database_the_figures_say_so(away: FlaskClient) -> None:
    assert figures(away) == {"desk_database_up": 0}
    found = away.get("/readyz")
    assert (found.status_code, found.json["database"], found.json["mail"]["waiting"]) == (503, False, None)
    token = {"Authorization": "Bearer desk_x"}
    assert away.get("/metrics", environ_base=ELSEWHERE, headers=token).status_code == 503


@on_sqlite
def test_every_application_has_a_registry_of_its_own(settings: Settings, database: Database, clock: Clock) -> None:
    first, second = (create_app(settings, database, clock).test_client() for _ in range(2))
    assert figures(first) == figures(second)


@on_sqlite
def test_queries_do_not_grow(app: Flask, database: Database, clock: Clock) -> None:
    client = app.test_client()
    found: dict[str, list[int]] = {"/metrics": [], "/readyz": []}
    for number in (1, 20):
        with database.transaction() as session:
            for _ in range(number):
                event = factories.make_event(session)
                factories.make_reminder(session, event)
                session.merge(Heartbeat(name=f"worker-{event.id}", at=clock.now, leads=True))
        for path, counts in found.items():
            counts.append(count_queries(database, lambda path=path: client.get(path)))
    assert all(few == many for few, many in found.values()), found
    assert found["/metrics"][0] <= 14


@on_sqlite
def test_what_is_due_is_found_by_the_index(app: Flask, database: Database, clock: Clock) -> None:
    from service.actions.reminders.delivery_status import waiting_at

    with database.transaction(write=False) as session:
        condition = waiting_at(clock.now).compile(
            dialect=database.engine.dialect, compile_kwargs={"literal_binds": True}
        )
        plan = session.execute(text(f"EXPLAIN QUERY PLAN SELECT count(*) FROM reminder WHERE {condition}")).all()
    assert re.search(r"ix_reminder_queue \(state=\? AND next_at<\?\)", str(plan))
