"""Feeds held in memory: always what a newcomer would put together, in every process, within bounds."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, text
from sqlmodel import Session, select

from models.database import Database
from models.events import Event
from models.feeds import CalendarChange, DeletedEvent, Feed, FeedReader, IcalFragment
from models.vocabulary import EventKind, EventStatus, FeedClient, Role, Visibility
from service.actions import change_log
from service.actions.context import ActionContext
from service.actions.directory import directory
from service.actions.events import events, tasks
from service.actions.feeds import cache, feeds, rendered_parts, store
from service.actions.feeds.cache import FeedCache
from service.app import create_app
from service.http.app_context import AppContext
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller, Clock

pytestmark = pytest.mark.both_databases("the change signal and snapshots of feeds")

GZIP = {"Accept-Encoding": "gzip"}


def path_of(caller: Caller, **values: Any) -> str:
    return urlsplit(caller.made("/feeds", {"name": "Lịch"} | values)["url"]).path


@pytest.fixture
def other(app: Flask, database: Database) -> Iterator[FlaskClient]:
    """Another process on the same database: an application with a memory and connections of its own."""
    desk: AppContext = app.extensions["desk"]
    opened = Database(database.url.render_as_string(hide_password=False))
    yield create_app(desk.settings, opened, desk.clock).test_client()
    opened.dispose()


# In every process, at once


def test_change_in_one_process_shows_in_all(
    officer: Caller, client: FlaskClient, other: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
    path = path_of(officer)
    for title in ("một", "hai", "ba"):
        assert officer.patch(f"/delegations/{event.id}", {"title": {"vi": title}}).status_code == 200
        answers = [client.get(path), other.get(path)]
        assert all(f"SUMMARY:{title}".encode() in answer.data for answer in answers)
        assert answers[0].headers["ETag"] == answers[1].headers["ETag"]
        known = {"If-None-Match": answers[0].headers["ETag"]}
        assert [one.get(path, headers=known).status_code for one in (client, other)] == [304, 304]
        assert [one.get(path, headers=known).status_code for one in (client, other)] == [304, 304]  # from memory


@pytest.mark.parametrize("ahead", [timedelta(days=2), timedelta(days=10)])
def test_what_was_made_under_a_clock_that_was_ahead_is_not_served(
    officer: Caller, client: FlaskClient, database: Database, clock: Clock, ahead: timedelta
) -> None:
    day = clock.now.date() + timedelta(days=1)
    with database.transaction() as session:
        factories.make_event(session, title={"vi": "Ngày mai"}, first_day=day, last_day=day)
    path = path_of(officer, past_days=0)
    clock.now += ahead
    assert b"mai" not in client.get(path).data
    clock.now -= ahead
    assert b"mai" in client.get(path).data


@pytest.mark.parametrize("how", ["rotate", "delete", "disable", "expire"])
def test_revoked_address_is_dead_everywhere_with_the_next_request(
    how: str, admin: Caller, caller: Callable[..., Caller], client: FlaskClient, other: FlaskClient, clock: Clock
) -> None:
    owner = caller(Role.VIEWER)
    feed = owner.made("/feeds", {"name": "Lịch", "expires_on": clock.now.date().isoformat()})
    path = urlsplit(feed["url"]).path
    for one in (client, other, client, other):
        assert one.get(path, headers=GZIP).status_code == 200
    match how:
        case "rotate":
            assert owner.post(f"/feeds/{feed['id']}/rotate").status_code == 200
        case "delete":
            assert owner.call("DELETE", f"/feeds/{feed['id']}", If_Match="*").status_code in {204, 412, 428}
            etag = owner.get(f"/feeds/{feed['id']}").headers.get("ETag")
            if etag:
                assert owner.call("DELETE", f"/feeds/{feed['id']}", If_Match=etag).status_code == 204
        case "disable":
            assert admin.patch(f"/users/{owner.user_id}", {"active": False}).status_code == 200
        case "expire":
            clock.move(days=1)
    assert [one.get(path, headers=GZIP).status_code for one in (other, client)] == [404, 404]


def test_without_a_look_at_the_pulse_old_bytes_would_be_served(
    app: Flask, officer: Caller, other: FlaskClient, client: FlaskClient, database: Database
) -> None:
    """The negative control."""
    with database.transaction() as session:
        event = factories.make_event(session, title={"vi": "một"})
    path = path_of(officer)
    app.extensions["desk"].shelf._change_signal.current_state = lambda: "quiet"
    assert "một".encode() in client.get(path).data
    officer.patch(f"/delegations/{event.id}", {"title": {"vi": "hai"}})
    assert "một".encode() in client.get(path).data
    assert b"hai" in other.get(path).data


def test_feeds_that_show_none_of_it_keep_their_bytes(
    app: Flask, officer: Caller, client: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, kind=EventKind.DELEGATION)
        factories.make_event(session, kind=EventKind.ACTIVITY, title={"vi": "họp"})
    concerned, unconcerned = path_of(officer), path_of(officer, filter={"kinds": ["activity"]})
    before = [client.get(path) for path in (concerned, unconcerned)]
    shelf: FeedCache = app.extensions["desk"].shelf
    held = {key: entry.assembly for key, entry in shelf._entries.items()}
    officer.patch(f"/delegations/{event.id}", {"title": {"vi": "mới"}})
    after = [client.get(path) for path in (concerned, unconcerned)]
    assert before[0].headers["ETag"] != after[0].headers["ETag"]
    assert before[1].headers["ETag"] == after[1].headers["ETag"]
    same = [shelf._entries[key].assembly is assembly for key, assembly in held.items()]
    assert sorted(same) == [False, True]


def test_answers_from_memory_have_the_same_headers(client: FlaskClient, officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        factories.make_event(session)
    path = path_of(officer)
    for headers in ({}, GZIP, {"Accept-Encoding": "gzip;q=0"}, {"Accept-Encoding": "br, *;q=0.1"}):
        first, second, head = (
            client.get(path, headers=headers),
            client.get(path, headers=headers),
            client.head(path, headers=headers),
        )
        unlike = {"X-Request-Id"}
        told = [{name: value for name, value in one.headers if name not in unlike} for one in (first, second, head)]
        assert told[0] == told[1] == told[2]
        assert first.data == second.data
        assert head.data == b""
        assert told[0]["Content-Length"] == str(len(first.data))
    named = client.get(path, headers={"X-Request-Id": "abc-1"})
    assert named.headers["X-Request-Id"] == "abc-1"


# Against a newcomer, after anything


@dataclass
class World:
    """Two processes that have read before, and the means to begin a third."""

    database: Database
    settings: Settings
    clock: Clock
    shelves: list[FeedCache]
    feed_ids: list[str]


FILTERS: list[dict[str, Any]] = [
    {"name": "all", "tasks": True},
    {"name": "activities", "filter": {"kinds": ["activity"]}},
    {"name": "drafts too", "filter": {"statuses": [one.value for one in EventStatus]}, "programme": False},
    {"name": "public", "filter": {"visibility": ["public"]}, "lunar": True, "past_days": 3, "tombstone_days": 2},
    {"name": "Viêng Chăn", "filter": {"localities": ["vientiane-province"]}, "locale": "lo", "alarms": True},
]


class FeedMachine(RuleBasedStateMachine):
    """Events come, change and go; days pass. What is held in memory is always what a newcomer puts together."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.world.clock.now = factories.NOW
        with self.world.database.transaction() as session:
            for table in (Event, DeletedEvent, IcalFragment):
                session.execute(delete(table))
            for feed_id, wanted in zip(self.world.feed_ids, FILTERS, strict=True):
                session.get_one(Feed, feed_id).past_days = wanted.get("past_days", 365)
        self.world.shelves = [FeedCache(self.world.database), FeedCache(self.world.database)]
        self.ids: list[str] = []

    def act(self, session: Session) -> ActionContext:
        owner = session.get_one(Feed, self.world.feed_ids[0]).user_id
        return ActionContext(session.get_one(feeds.User, owner), self.world.clock.now, self.world.settings.office)

    def changing(self, number: int, change: Callable[[Session, ActionContext, Event], Any]) -> None:
        if not self.ids:
            return
        with self.world.database.transaction() as session:
            try:
                event = events.find_event(session, self.ids[number % len(self.ids)])
                with session.begin_nested():
                    change(session, self.act(session), event)
            except events.NotFound:
                self.ids.pop(number % len(self.ids))
            except feeds.DomainError:
                pass  # not possible in this state: the office would have been told

    @rule(
        day=st.integers(-5, 40),
        kind=st.sampled_from([EventKind.DELEGATION, EventKind.ACTIVITY]),
        visibility=st.sampled_from(Visibility),
        status=st.sampled_from([EventStatus.DRAFT, EventStatus.PLANNED, EventStatus.CANCELLED]),
    )
    def make(self, day: int, kind: EventKind, visibility: Visibility, status: EventStatus) -> None:
        first = self.world.clock.now.date() + timedelta(days=day)
        values: dict[str, Any] = {
            "title": {"vi": f"Đoàn {day}"},
            "host": "hai-duong",
            "guest": "vientiane-province" if day % 2 else "vientiane-capital",
            "first_day": first,
            "last_day": first + timedelta(days=2),
            "visibility": visibility,
        }
        with self.world.database.transaction() as session:
            made = events.create_event(session, self.act(session), kind, values, status=status)
            self.ids.append(made.id)

    @rule(number=st.integers(0, 50), day=st.integers(-20, 20))
    def move(self, number: int, day: int) -> None:
        def change(session: Session, act: ActionContext, event: Event) -> None:
            first = event.first_day + timedelta(days=day)
            days = {"first_day": first, "last_day": first + (event.last_day - event.first_day)}
            events.change_event(session, act, event, days)

        self.changing(number, change)

    @rule(number=st.integers(0, 50), title=st.text(min_size=1, max_size=8).filter(str.strip))
    def rename(self, number: int, title: str) -> None:
        values = {"title": {"vi": title}}
        self.changing(number, lambda session, act, event: events.change_event(session, act, event, values))

    @rule(number=st.integers(0, 50), visibility=st.sampled_from(Visibility))
    def show(self, number: int, visibility: Visibility) -> None:
        self.changing(
            number, lambda session, act, event: events.change_event(session, act, event, {"visibility": visibility})
        )

    @rule(number=st.integers(0, 50), to=st.sampled_from(EventStatus))
    def step(self, number: int, to: EventStatus) -> None:
        self.changing(number, lambda session, act, event: events.transition(session, act, event, to, "vì mưa"))

    @rule(number=st.integers(0, 50))
    def remove(self, number: int) -> None:
        self.changing(number, events.delete_event)

    @rule(number=st.integers(0, 50))
    def add_task(self, number: int) -> None:
        self.changing(number, lambda session, act, event: tasks.add_task(session, act, event, {"title": {"vi": "xe"}}))

    @rule(name=st.sampled_from(["Viêng Chăn", "Vientiane", "Viên Chăn"]))
    def rename_place(self, name: str) -> None:
        with self.world.database.transaction() as session:
            place = session.get_one(directory.Locality, "vientiane-province")
            directory.change_locality(session, self.act(session), place, {"name": {"vi": name}})

    @rule(hours=st.sampled_from([1, 7, 24, 60]))
    def wait(self, hours: int) -> None:
        self.world.clock.move(hours=hours)

    @rule(number=st.integers(0, 4), past_days=st.integers(0, 60))
    def change_feed(self, number: int, past_days: int) -> None:
        with self.world.database.transaction() as session:
            feed = session.get_one(Feed, self.world.feed_ids[number])
            feeds.change_feed(session, self.act(session), feed, {"past_days": past_days})

    @rule(number=st.integers(0, 4), shelf=st.integers(0, 1))
    def read(self, number: int, shelf: int) -> None:
        self.world.shelves[shelf].read(number, self.reader(), self.finder(number))

    @rule(shelf=st.integers(0, 1))
    def keep(self, shelf: int) -> None:
        self.world.shelves[shelf].keep()

    @invariant()
    def same_as_a_newcomer(self) -> None:
        if not hasattr(self, "ids"):
            return
        self.looks = getattr(self, "looks", 0) + 1
        for number in range(len(FILTERS)):
            kept = self.world.shelves[0].read(number, self.reader(), self.finder(number))
            assert kept.length == len(kept.body())
            if self.looks % 4 == 0:
                fresh = FeedCache(self.world.database).read(number, self.reader(), self.finder(number))
                assert (kept.tag, kept.packed) == (fresh.tag, fresh.packed)
            else:  # keeps nothing, so what the shelf has not kept is not there
                with store.snapshot(self.world.database) as session:
                    whole = cache.render_feed(session, self.reader(), self.finder(number)(session, self.reader()))
                assert (kept.tag, kept.body()) == (whole.etag, whole.body)

    def reader(self) -> ActionContext:
        return ActionContext(None, self.world.clock.now, self.world.settings.office)

    def finder(self, number: int) -> Callable[[Session, ActionContext], Feed]:
        return lambda session, act: session.get_one(Feed, self.world.feed_ids[number])


@pytest.fixture
def world(app: Flask, database: Database, officer: Caller) -> World:
    desk: AppContext = app.extensions["desk"]
    with database.transaction() as session:
        for code in ("hai-duong", "vientiane-province", "vientiane-capital"):
            factories.make_locality(session, code)
    feed_ids = [officer.made("/feeds", one)["id"] for one in FILTERS]
    clock = desk.clock
    assert isinstance(clock, Clock)
    return World(database, desk.settings, clock, [FeedCache(database), FeedCache(database)], feed_ids)


@pytest.mark.timeout(300)
def test_memory_is_always_what_a_newcomer_puts_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.actions.feeds.assembler.EVENTS_PER_CHUNK", 3)

    class Machine(FeedMachine):
        pass

    Machine.world = world
    examples = settings.default.max_examples // (12 if world.database.is_sqlite else 16)  # 4 and 3; soak: more
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_machine_sees_a_change_that_was_not_noted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    machine = FeedMachine
    machine.world = world
    run = machine()
    run.begin()
    run.make(3, EventKind.DELEGATION, Visibility.PUBLIC, EventStatus.PLANNED)
    run.same_as_a_newcomer()
    monkeypatch.setattr(change_log, "note_change", lambda session, *_: session.execute(delete(IcalFragment)))
    run.move(0, 9)
    with pytest.raises(AssertionError):
        run.same_as_a_newcomer()


# Notes of changes


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_change_that_becomes_visible_late_is_not_passed_over(database: Database) -> None:
    with database.transaction() as slow:
        change_log.note(slow, factories.NOW, ["a" * 26])
        slow.flush()
        with database.transaction() as quick:
            change_log.note(quick, factories.NOW, ["b" * 26])
        with store.snapshot(database) as session:
            here = change_log.position(session)
    with store.snapshot(database) as session:
        assert change_log.changes_since(session, here).event_ids == {"a" * 26}
        numbers = dict(session.execute(select(CalendarChange.event_id, CalendarChange.id)).all())
        assert numbers["a" * 26] < numbers["b" * 26]  # by number it would have been passed over


def test_notes_name_the_events_that_show_a_name(database: Database, officer: Caller, admin: Caller) -> None:
    with database.transaction() as session:
        ministry = factories.make_organisation(session)
        mine = factories.make_event(session, organisation_id=ministry.id)
        factories.make_event(session)
    with store.snapshot(database) as session:
        here = change_log.position(session)
    admin.patch(f"/organisations/{ministry.id}", {"name": {"vi": "Sở Ngoại vụ"}})
    with store.snapshot(database) as session:
        assert change_log.changes_since(session, here).event_ids == {mine.id}
    admin.patch("/localities/hai-duong", {"name": {"vi": "Hải Dương mới"}})
    with store.snapshot(database) as session:
        assert change_log.changes_since(session, here).event_ids is None


# Bounds


def test_memory_is_bounded(database: Database, officer: Caller, app: Flask) -> None:
    with database.transaction() as session:
        for _ in range(30):
            factories.make_event(session)
    desk: AppContext = app.extensions["desk"]
    ids = [officer.made("/feeds", {"name": f"Lịch {number}"})["id"] for number in range(20)]
    act = ActionContext(None, desk.clock(), desk.settings.office)

    def read(shelf: FeedCache, number: int) -> cache.CachedFeed:
        return shelf.read(number, act, lambda session, act: session.get_one(Feed, ids[number]))

    one = FeedCache(database)
    read(one, 0)
    shelf = FeedCache(database, most_bytes=one.size * 5)
    bodies = [read(shelf, number).packed for number in range(20)]
    assert len(shelf._entries) <= 5
    assert shelf.size <= one.size * 5
    assert [read(shelf, number).packed for number in range(20)] == bodies
    crowded = FeedCache(database, most_bytes=10)
    assert read(crowded, 3).packed == bodies[3]
    assert len(crowded._entries) == 0


def test_what_is_compressed_is_kept_for_the_next_process(
    database: Database, officer: Caller, client: FlaskClient, other: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        for _ in range(8):
            factories.make_event(session)
    path = path_of(officer)
    first = client.get(path, headers=GZIP)
    compressed: list[bytes] = []
    monkeypatch.setattr("service.actions.feeds.assembler.deflated", _listening(compressed))
    second = other.get(path, headers=GZIP)
    assert first.data == second.data
    assert not any(b"BEGIN:VEVENT" in body for body in compressed)


def test_what_could_not_be_kept_is_not_lost(
    database: Database, officer: Caller, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neighbours are compressed together: those whose parts nobody kept are rendered again."""
    monkeypatch.setattr(rendered_parts, "store", lambda *_: 0)
    with database.transaction() as session:
        ids = [factories.make_event(session, title={"vi": f"đoàn {number}"}).id for number in range(5)]
        gone = factories.make_event(session, status=EventStatus.CANCELLED)
    path = path_of(officer)
    assert client.get(path).data.count(b"BEGIN:VEVENT") == 6
    etag = officer.get(f"/delegations/{gone.id}").headers["ETag"]
    assert officer.call("DELETE", f"/delegations/{gone.id}", If_Match=etag).status_code == 204
    for number, event_id in enumerate(ids):
        assert officer.patch(f"/delegations/{event_id}", {"title": {"vi": f"mới {number}"}}).status_code == 200
        body = client.get(path).data
        assert body.count(b"BEGIN:VEVENT") == 6
        assert all(f"SUMMARY:mới {one}".encode() in body for one in range(number + 1))
        assert all(f"SUMMARY:đoàn {one}".encode() in body for one in range(number + 1, 5))


def test_what_readers_render_is_kept_a_moment_later(
    database: Database, officer: Caller, client: FlaskClient, app: Flask
) -> None:
    def count() -> int:
        with database.transaction() as session:
            return len(session.exec(select(IcalFragment)).all())

    with database.transaction() as session:
        event = factories.make_event(session)
    path = path_of(officer, programme=False)
    client.get(path)
    assert count() == 1
    officer.patch(f"/delegations/{event.id}", {"title": {"vi": "mới"}})
    assert count() == 0
    assert "SUMMARY:mới".encode() in client.get(path).data
    app.extensions["desk"].afterwards.close()
    assert count() == 1


def _listening(compressed: list[bytes]) -> Callable[[bytes], Any]:
    from calendars.ical.gzip_segments import deflated

    def listen(body: bytes) -> Any:
        compressed.append(body)
        return deflated(body)

    return listen


# The public calendar


def test_public_calendar_shows_public_events_to_everybody(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        shown = factories.make_event(
            session, visibility=Visibility.PUBLIC, title={"vi": "Lễ hội", "lo": "ງານບຸນ"}, headcount=12
        )
        hidden = factories.make_event(session, visibility=Visibility.INTERNAL)
    answer = client.get("/feeds/public.ics")
    assert answer.status_code == 200
    assert shown.uid.encode() in answer.data
    assert hidden.uid.encode() not in answer.data
    assert f"/events/{shown.id}".encode() not in answer.data.replace(b"\r\n ", b"")
    assert "X-Robots-Tag" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert "SUMMARY:ງານບຸນ".encode() in client.get("/feeds/public-lo.ics").data
    assert client.get("/feeds/public.ifb").status_code == 200
    for strange in ("public-xx", "public-", "publica", "public-vi-vi"):
        assert client.get(f"/feeds/{strange}.ics").status_code == 404


def test_event_that_becomes_internal_leaves_the_public_calendar_at_once(
    client: FlaskClient, officer: Caller, database: Database
) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, visibility=Visibility.PUBLIC)
    assert event.uid.encode() in client.get("/feeds/public.ics").data
    officer.patch(f"/delegations/{event.id}", {"visibility": "internal"})
    assert event.uid.encode() not in client.get("/feeds/public.ics").data


def test_public_calendar_can_be_switched_off(settings: Settings, database: Database, clock: Clock) -> None:
    from dataclasses import replace

    client = create_app(replace(settings, public_feed=False), database, clock).test_client()
    assert client.get("/feeds/public.ics").status_code == 404


# Who reads


def test_readers_are_told_apart_and_nothing_else_is_kept_of_them(
    app: Flask, client: FlaskClient, officer: Caller, database: Database, clock: Clock
) -> None:
    feed = officer.made("/feeds", {"name": "Lịch"})
    path = urlsplit(feed["url"]).path
    agents = ["Google-Calendar-Importer", "Mozilla/5.0 (X11; Linux) Gecko/20100101 Thunderbird/128.0", ""]
    tags = {client.get(path, headers={"User-Agent": agent}).headers["ETag"].strip('"') for agent in agents}
    app.extensions["desk"].afterwards.close()
    clock.move(hours=2)
    client.get(path, headers={"User-Agent": agents[0], "If-None-Match": f'"{next(iter(tags))}"'})
    app.extensions["desk"].afterwards.close()
    with database.transaction(write=False) as session:
        found = {one.client: one for one in session.exec(select(FeedReader)).all()}
    assert set(found) == {FeedClient.GOOGLE, FeedClient.THUNDERBIRD, FeedClient.OTHER}
    assert found[FeedClient.GOOGLE].last_at - found[FeedClient.GOOGLE].first_at == timedelta(hours=2)
    assert {one.etag for one in found.values()} == tags
    assert "Mozilla" not in repr([one.model_dump() for one in found.values()])


def test_reader_does_not_wait_for_a_writer(
    app: Flask, client: FlaskClient, officer: Caller, database: Database
) -> None:
    path = path_of(officer)
    client.get(path, headers=GZIP)
    app.extensions["desk"].afterwards.close()
    done = threading.Event()

    def read() -> None:
        app.test_client().get(path, headers=GZIP | {"User-Agent": "Thunderbird/1"})
        done.set()

    with database.transaction() as session:
        session.execute(text("UPDATE locality SET level = level"))
        thread = threading.Thread(target=read)
        thread.start()
        assert done.wait(10)
    thread.join()


# What a feed can show


def test_feed_shows_at_least_something(officer: Caller) -> None:
    answer = officer.post("/feeds", {"name": "Lịch", "visits": False, "programme": False})
    assert answer.status_code == 422
    assert "visits" in answer.json["errors"]
    feed = officer.made("/feeds", {"name": "Lịch", "visits": False})
    etag = officer.get(f"/feeds/{feed['id']}").headers["ETag"]
    assert officer.patch(f"/feeds/{feed['id']}", {"programme": False}, etag).status_code == 422


def test_switches_choose_what_is_shown(client: FlaskClient, officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
    officer.made(f"/events/{event.id}/tasks", {"title": {"vi": "Đặt xe"}, "due_offset": "-P3D"})
    item = {"day": event.first_day.isoformat(), "start_time": "08:30", "end_time": "10:00", "title": {"vi": "Hội đàm"}}
    etag = officer.get(f"/events/{event.id}/programme").headers["ETag"]
    assert officer.call("PUT", f"/events/{event.id}/programme", {"items": [item]}, If_Match=etag).status_code == 200
    assert officer.post(f"/events/{event.id}/programme/revisions", {}).status_code == 201
    counted = {}
    for name, switches in {
        "visits": {"programme": False},
        "programme": {"visits": False},
        "both": {},
        "all": {"tasks": True},
    }.items():
        body = client.get(path_of(officer, **switches)).data.replace(b"\r\n ", b"")
        counted[name] = (body.count(b"BEGIN:VEVENT"), body.count(b"BEGIN:VTODO"), body.count(b"RELATED-TO"))
    assert counted == {"visits": (1, 0, 0), "programme": (1, 0, 1), "both": (2, 0, 1), "all": (2, 1, 2)}


def test_calendar_is_downloaded_with_ones_own_account(officer: Caller, viewer: Caller, client: FlaskClient) -> None:
    feed = officer.made("/feeds", {"name": "Lịch"})
    answer = officer.get(f"/feeds/{feed['id']}/calendar")
    assert answer.status_code == 200
    assert answer.data == client.get(urlsplit(feed["url"]).path).data
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert viewer.get(f"/feeds/{feed['id']}/calendar").status_code == 404
    token = urlsplit(feed["url"]).path.split("/")[-1].removesuffix(".ics")
    assert token.encode() not in answer.data
