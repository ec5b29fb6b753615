"""Feeds: made over the API, read by calendar programs, kept in step with the events and away from everybody else."""

import gzip
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar, Event, FreeBusy
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text
from sqlmodel import Session, col, select

from calendars.days.spans import Span, merged, without
from calendars.events.labels import kind_name
from models.accounts import Audit, User
from models.agreements import Agreement, Commitment
from models.database import Database
from models.events import Event as EventRow
from models.feeds import Feed, IcalFragment
from models.places import Locality, Organisation
from models.vocabulary import Direction, EventKind, EventStatus, FrequencyType, Language, Role, Visibility
from service.actions import change_log
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.actions.directory import directory
from service.actions.events import events, tasks
from service.actions.feeds import feeds, rendered_parts, store
from service.app import create_app
from service.settings import Settings
from tests import factories
from tests.calendars.ical.readers import PYTHON_READERS
from tests.service.conftest import BATCH, Caller, Clock

TITLE = {"vi": "Đoàn công tác tỉnh Viêng Chăn", "lo": "ຄະນະຜູ້ແທນແຂວງວຽງຈັນ", "en": "Delegation of Vientiane Province"}
LONG_LAO = "ການຝຶກອົບຮົມພະນັກງານຂອງແຂວງວຽງຈັນຢູ່ແຂວງຫາຍເຢືອງ " * 5
MINE = {"name": "Lịch đối ngoại"}


def subscribed(caller: Caller, **values: Any) -> str:
    """The path of a new feed's address."""
    return urlsplit(caller.made("/feeds", MINE | values)["url"]).path


def vevents(body: bytes) -> dict[str, Event]:
    """The events of a calendar by UID, in its order."""
    return {str(event["UID"]): event for event in Calendar.from_ical(body).walk("VEVENT")}  # type: ignore[misc]


def read(client: FlaskClient, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.data


def titles(client: FlaskClient, path: str) -> list[str]:
    return [str(event["SUMMARY"]) for event in vevents(read(client, path)).values()]


def unfolded(body: bytes) -> str:
    return body.replace(b"\r\n ", b"").decode()


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements this thread sends to the database meanwhile."""
    statements: list[str] = []
    here = threading.get_ident()

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if threading.get_ident() == here:
            statements.append(statement)

    sqlalchemy_event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    sqlalchemy_event.remove(database.engine, "before_cursor_execute", note)


@pytest.fixture
def made(database: Database, app: Flask) -> Callable[..., EventRow]:
    """Make an event as the office has it; its stamps, and those of the places, are the tests' instant."""
    stamps = {"created_at": factories.NOW, "updated_at": factories.NOW}

    def make(**values: Any) -> EventRow:
        with database.transaction() as session:
            event = factories.make_event(session, **stamps | values)
            for table in ("locality", "organisation"):
                session.execute(text(f"UPDATE {table} SET updated_at = :updated_at"), stamps)
            return event

    return make


def kept(database: Database) -> list[IcalFragment]:
    with database.transaction(write=False) as session:
        return list(session.exec(select(IcalFragment).order_by(col(IcalFragment.event_id))))


def move_on(caller: Caller, event: EventRow, to: str, reason: str | None = None) -> None:
    answer = caller.post(f"/events/{event.id}/transitions", {"to": to, "reason": reason})
    assert answer.status_code == 200, answer.text


# Made over the API


def test_address_is_shown_once(viewer: Caller) -> None:
    answer = viewer.post("/feeds", MINE)
    feed = answer.json
    assert answer.status_code == 201
    assert feed["url"].startswith("https://desk.example.org/feeds/desk_")
    assert feed["url"].endswith(".ics")
    assert feed["webcal_url"] == "webcal" + feed["url"].removeprefix("https")
    assert answer.headers["Location"] == f"/api/v1/feeds/{feed['id']}"
    again = [viewer.get(f"/feeds/{feed['id']}"), viewer.get("/feeds"), viewer.patch(f"/feeds/{feed['id']}", {})]
    for later in again:
        assert later.status_code == 200
        assert "url" not in later.text
        assert "token" not in later.text
        assert "desk_" not in later.text


def test_new_feed_has_defaults_and_its_maker(caller: Callable[..., Caller]) -> None:
    maker = caller(Role.VIEWER, locale="lo")
    feed = maker.made("/feeds", MINE)
    told = {name: feed[name] for name in ("user_id", "locale", "filter", "alarms", "past_days", "tombstone_days")}
    assert told == {
        "user_id": maker.user_id,
        "locale": "lo",
        "filter": {},
        "alarms": False,
        "past_days": 365,
        "tombstone_days": 30,
    }
    assert feed["expires_on"] is None


def test_filter_comes_back_as_lists_without_empty_ones(viewer: Caller) -> None:
    wanted = {"direction": "incoming", "kinds": ["activity", "activity"], "statuses": [], "localities": ["hai-duong"]}
    feed = viewer.made("/feeds", MINE | {"filter": wanted})
    tidy = {"kinds": ["activity"], "localities": ["hai-duong"], "direction": ["incoming"]}
    assert feed["filter"] == viewer.get(f"/feeds/{feed['id']}").json["filter"] == tidy


@pytest.mark.both_databases("what is kept of a feed's bytes")
def test_etag_of_a_new_address_is_that_of_the_feed(viewer: Caller, clock: Clock) -> None:
    answer = viewer.post("/feeds", MINE)
    path = f"/feeds/{answer.json['id']}"
    assert answer.headers["ETag"] == viewer.etag(path)
    clock.move(seconds=1)
    rotated = viewer.post(f"{path}/rotate")
    assert rotated.headers["ETag"] == viewer.etag(path) != answer.headers["ETag"]
    assert viewer.patch(path, {"name": "Lịch"}, etag=rotated.headers["ETag"]).status_code == 200


def test_change_and_delete_need_the_present_etag(viewer: Caller) -> None:
    path = f"/feeds/{viewer.made('/feeds', MINE)['id']}"
    before = viewer.etag(path)
    assert viewer.call("PATCH", path, {"name": "Lịch"}).status_code == 428
    assert viewer.call("DELETE", path).status_code == 428
    assert viewer.patch(path, {"name": "Lịch"}).json["name"] == "Lịch"
    assert viewer.patch(path, {"name": "Cũ"}, etag=before).status_code == 412
    assert viewer.delete(path, etag=before).status_code == 412
    assert viewer.delete(path).status_code == 204
    assert viewer.get(path).status_code == 404


BAD: list[tuple[dict[str, Any], set[str]]] = [
    ({"filter": {"localities": ["nowhere"]}}, {"filter.localities"}),
    ({"filter": {"organisations": ["x"], "agreements": ["y"]}}, {"filter.organisations", "filter.agreements"}),
    ({"filter": {"kinds": ["party"]}}, {"filter.kinds.0"}),
    ({"filter": {"kind": ["activity"]}}, {"filter.kind"}),
    ({"filter": {"direction": "sideways"}}, {"filter.direction.0"}),
    ({"filter": {"localities": ["hai-duong"] * 101}}, {"filter.localities"}),
    ({"filter": ["activity"]}, {"filter"}),
    ({"filter": None}, {"filter"}),
    ({"expires_on": "2026-11-21"}, {"expires_on"}),
    ({"past_days": -1, "tombstone_days": 3651}, {"past_days", "tombstone_days"}),
    ({"locale": "fr"}, {"locale"}),
    ({"name": ""}, {"name"}),
    ({"user_id": "x"}, {"user_id"}),
    ({"token_hash": "x"}, {"token_hash"}),
    ({"url": "x"}, {"url"}),
]


def test_bad_feed_names_its_fields(viewer: Caller) -> None:
    path = f"/feeds/{viewer.made('/feeds', MINE)['id']}"
    etag = viewer.etag(path)
    for values, fields in BAD:
        for answer in (viewer.post("/feeds", MINE | values), viewer.patch(path, values, etag)):
            assert answer.status_code == 422, answer.text
            assert set(answer.json["errors"]) == fields


def test_unknown_reference_is_named(viewer: Caller) -> None:
    wanted = {"localities": ["nowhere", "hai-duong", "elsewhere"]}
    answer = viewer.post("/feeds", MINE | {"filter": wanted}, Accept_Language="en")
    assert answer.json["errors"]["filter.localities"] == [
        "There is no locality “nowhere”.",
        "There is no locality “elsewhere”.",
    ]


@pytest.mark.both_databases("rights as a condition")
def test_feeds_are_their_owners_own(caller: Callable[..., Caller], admin: Caller, client: FlaskClient) -> None:
    owner, other = caller(Role.APPROVER), caller(Role.APPROVER)
    made = owner.made("/feeds", MINE)
    path = f"/feeds/{made['id']}"
    assert [feed["id"] for feed in owner.get("/feeds").json] == [made["id"]]
    assert other.get("/feeds").json == []
    refused = [
        other.get(path),
        other.patch(path, {"name": "Của tôi"}, etag=owner.etag(path)),
        other.delete(path, etag=owner.etag(path)),
        other.post(f"{path}/rotate"),
        other.get("/feeds/unknown"),
    ]
    assert [answer.status_code for answer in refused] == [404] * 5
    assert read(client, urlsplit(made["url"]).path)
    assert [feed["id"] for feed in admin.get("/feeds").json] == [made["id"]]
    assert admin.get(path).json["user_id"] == owner.user_id
    assert admin.delete(path).status_code == 204


def test_repeated_keyed_post_gives_the_same_address(viewer: Caller, client: FlaskClient) -> None:
    first, again = (viewer.post("/feeds", MINE, Idempotency_Key="one wish") for _ in range(2))
    assert first.json == again.json
    assert len(viewer.get("/feeds").json) == 1
    assert read(client, urlsplit(again.json["url"]).path)


# Read by calendar programs


def test_feed_shows_what_the_api_lists(viewer: Caller, client: FlaskClient, made: Callable[..., EventRow]) -> None:
    status = {"planned": "TENTATIVE", "confirmed": "CONFIRMED", "completed": "CONFIRMED", "postponed": "CANCELLED"}
    for number, word in enumerate(status):
        made(
            title={language: f"{title} {number}" for language, title in TITLE.items()},
            status=EventStatus(word),
            first_day=date(2026, 12, 28 - number),
            last_day=date(2027, 1, 3),
            sequence=number,
        )
    made(first_day=date(2026, 3, 1), title={"vi": "Chỉ tiếng Việt"}, kind=EventKind.ACTIVITY, guest=None)
    listed = viewer.get("/events").json
    for locale in Language:
        shown = vevents(read(client, subscribed(viewer, locale=locale)))
        assert list(shown) == [event["uid"] for event in listed]
        for event in listed:
            found = shown[event["uid"]]
            assert found.decoded("DTSTART") == date.fromisoformat(event["first_day"])
            assert found.decoded("DTEND") == date.fromisoformat(event["last_day"]) + timedelta(days=1)
            assert event["title"].get(locale, event["title"]["vi"]) in found["SUMMARY"]
            assert found["SEQUENCE"] == event["sequence"]
            assert found["STATUS"] == status[event["status"]]
            assert found["CLASS"] == "PRIVATE"
            assert found["CATEGORIES"].cats == [kind_name(EventKind(event["kind"]), locale)]
            assert found["URL"] == f"https://desk.example.org/events/{event['id']}"
            assert found.decoded("DTSTAMP") == factories.NOW


def test_feed_is_read_by_three_programs(viewer: Caller, client: FlaskClient, made: Callable[..., EventRow]) -> None:
    made(first_day=date(2026, 12, 1), last_day=date(2026, 12, 10))
    made(first_day=date(2026, 12, 5), start_time=time(8, 30), end_time=time(11), timezone="Asia/Vientiane")
    body = read(client, subscribed(viewer, name="Lịch; tuần, \\ tới", alarms=True))
    reads = [reader(body) for reader in PYTHON_READERS.values()]
    whole, timed = sorted(reads[0], key=lambda found: found.all_day, reverse=True)
    assert (whole.start, whole.end) == (date(2026, 12, 1), date(2026, 12, 11))
    assert (timed.start, timed.end) == (datetime(2026, 12, 5, 1, 30, tzinfo=UTC), datetime(2026, 12, 5, 4, tzinfo=UTC))
    for other in reads[1:]:
        assert sorted(other, key=lambda found: found.uid) == sorted(reads[0], key=lambda found: found.uid)
    calendar = Calendar.from_ical(body)
    for name in ("NAME", "X-WR-CALNAME"):
        assert f"\r\n{name}:Lịch\\; tuần\\, \\\\ tới\r\n" in unfolded(body)
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Asia/Ho_Chi_Minh", "Asia/Vientiane"]
    assert len(calendar.walk("VALARM")) == 2


def test_empty_feed_is_a_calendar(viewer: Caller, client: FlaskClient) -> None:
    calendar = Calendar.from_ical(read(client, subscribed(viewer)))
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Asia/Ho_Chi_Minh"]
    assert calendar.walk("VEVENT") == []


def test_alarms_are_there_when_asked_for(viewer: Caller, client: FlaskClient, made: Callable[..., EventRow]) -> None:
    made()
    plain, alarming = subscribed(viewer), subscribed(viewer, alarms=True)
    for _ in range(2):  # rendered, then kept: the two must not be mixed up
        assert b"VALARM" not in read(client, plain)
        assert b"VALARM" in read(client, alarming)


def test_feed_says_how_to_treat_it(viewer: Caller, client: FlaskClient, made: Callable[..., EventRow]) -> None:
    made()
    headers = client.get(subscribed(viewer, name="Đoàn vào / ຄະນະ")).headers
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Vary"] == "Accept-Encoding"
    assert headers["Last-Modified"] == "Sun, 22 Nov 2026 03:00:00 GMT"
    assert headers["Content-Disposition"] == (
        "inline; filename=\"Doan-vao.ics\"; filename*=UTF-8''"
        "%C4%90o%C3%A0n%20v%C3%A0o%20%2F%20%E0%BA%84%E0%BA%B0%E0%BA%99%E0%BA%B0.ics"
    )
    lao = client.get(subscribed(viewer, name='ຄະນະ"\\')).headers["Content-Disposition"]
    assert lao.startswith('inline; filename="calendar.ics"; ')


def test_lao_is_folded_between_characters(viewer: Caller, client: FlaskClient, made: Callable[..., EventRow]) -> None:
    made(title={"vi": "Lớp học", "lo": LONG_LAO.strip()}, description={"vi": "–", "lo": LONG_LAO})
    body = read(client, subscribed(viewer, locale="lo"))
    lines = body.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert sum(line.startswith(b" ") for line in lines) > 20
    for line in lines:
        line.decode()
        assert b"\n" not in line
    assert f"SUMMARY:{LONG_LAO.strip()}" in unfolded(body)


def test_unchanged_events_give_unchanged_bytes(
    viewer: Caller,
    client: FlaskClient,
    made: Callable[..., EventRow],
    clock: Clock,
    settings: Settings,
    database: Database,
) -> None:
    for number in range(3):
        made(first_day=date(2026, 12, 1 + number % 2))
    path = subscribed(viewer)
    first = client.get(path)
    clock.move(days=20)
    later = client.get(path)
    restarted = create_app(settings, database, clock).test_client().get(path)
    assert first.data == later.data == restarted.data
    assert first.headers["ETag"] == later.headers["ETag"] == restarted.headers["ETag"]
    assert first.headers["Last-Modified"] == later.headers["Last-Modified"]


def test_known_bytes_are_not_sent_again(viewer: Caller, client: FlaskClient, made: Callable[..., EventRow]) -> None:
    made()
    path = subscribed(viewer)
    etag = client.get(path).headers["ETag"]
    assert not etag.startswith("W/")
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = client.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", etag)
        assert answer.headers["Cache-Control"] == "private, no-cache"
    for unknown in ('"other"', etag.strip('"')[:-1]):
        assert client.get(path, headers={"If-None-Match": unknown}).status_code == 200
    # What drops out leaves no date behind, so a date alone must not be taken for an answer.
    assert client.get(path, headers={"If-Modified-Since": "Sun, 22 Nov 2037 03:00:00 GMT"}).status_code == 200


def test_head_answers_like_get_without_the_body(
    viewer: Caller, client: FlaskClient, made: Callable[..., EventRow]
) -> None:
    made()
    path = subscribed(viewer)
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    names = ("ETag", "Content-Type", "Content-Length", "Last-Modified", "Content-Disposition")
    assert [head.headers[name] for name in names] == [whole.headers[name] for name in names]
    assert client.head(path, headers={"If-None-Match": head.headers["ETag"]}).status_code == 304
    assert client.post(path).status_code == 405


def test_feed_is_compressed_for_who_takes_it(
    viewer: Caller, client: FlaskClient, made: Callable[..., EventRow]
) -> None:
    made()
    path = subscribed(viewer)
    plain = client.get(path)
    first, again = (client.get(path, headers={"Accept-Encoding": "br, gzip"}) for _ in range(2))
    assert first.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(first.data) == plain.data
    assert first.data == again.data
    assert first.data[4:8] == bytes(4), "the hour of compression would make other bytes each second"
    assert len(first.data) < len(plain.data)
    assert first.headers["ETag"] == again.headers["ETag"] != plain.headers["ETag"]
    sent = {"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
    assert client.get(path, headers=sent).headers["ETag"] == first.headers["ETag"]
    assert client.get(path, headers=sent).status_code == 304
    assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "gzip;q=0"}).headers


# In step with the events


def test_moved_event_changes_the_feed_at_once(viewer: Caller, officer: Caller, client: FlaskClient) -> None:
    event = officer.made("/training-batches", BATCH)
    path = subscribed(viewer, filter={"statuses": ["draft"]})
    before = client.get(path)
    (old,) = vevents(before.data).values()
    officer.patch(f"/training-batches/{event['id']}", {"first_day": "2027-03-11", "last_day": "2027-03-22"})
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    ((uid, new),) = vevents(after.data).items()
    assert (uid, new.decoded("DTSTART"), new.decoded("DTEND")) == (old["UID"], date(2027, 3, 11), date(2027, 3, 23))
    assert new["SEQUENCE"] > old["SEQUENCE"]
    assert after.headers["ETag"] != before.headers["ETag"]


def test_cancelled_event_stays_for_a_while(
    viewer: Caller, officer: Caller, client: FlaskClient, made: Callable[..., EventRow], clock: Clock
) -> None:
    event = made(title={"vi": "Hội thảo"}, first_day=date(2026, 12, 20))
    path = subscribed(viewer, tombstone_days=7)
    assert vevents(read(client, path))[event.uid]["STATUS"] == "TENTATIVE"
    move_on(officer, event, "cancelled", "bão")
    cancelled = vevents(read(client, path))[event.uid]
    assert (cancelled["STATUS"], cancelled["SEQUENCE"]) == ("CANCELLED", 1)
    assert cancelled["SUMMARY"] != "Hội thảo"
    assert cancelled["SUMMARY"].endswith("Hội thảo")
    clock.move(days=7, seconds=-1)
    assert list(vevents(read(client, path))) == [event.uid]
    clock.move(seconds=1)
    assert vevents(read(client, path)) == {}


def test_event_drops_out_when_its_past_days_are_over(
    viewer: Caller, client: FlaskClient, made: Callable[..., EventRow], clock: Clock
) -> None:
    event = made(first_day=date(2026, 11, 10), last_day=date(2026, 11, 20))
    path, today_only = subscribed(viewer, past_days=2), subscribed(viewer, past_days=0)
    assert list(vevents(read(client, path))) == [event.uid]
    assert vevents(read(client, today_only)) == {}
    clock.now = datetime(2026, 11, 22, 16, 59, tzinfo=UTC)
    assert list(vevents(read(client, path))) == [event.uid]
    clock.move(minutes=1)  # midnight in the office, not in Greenwich
    assert vevents(read(client, path)) == {}


def test_drafts_are_shown_only_to_who_asks_for_them(
    viewer: Caller, client: FlaskClient, made: Callable[..., EventRow]
) -> None:
    for status in EventStatus:
        made(status=status, title={"vi": status.value})
    shown = titles(client, subscribed(viewer))
    assert {title.split()[-1] for title in shown} == {*EventStatus} - {EventStatus.DRAFT}
    assert [title.split()[-1] for title in titles(client, subscribed(viewer, filter={"statuses": ["draft"]}))] == [
        "draft"
    ]


@pytest.fixture
def programme(database: Database, made: Callable[..., EventRow]) -> dict[str, str]:
    """Five events that differ in all that a filter asks for, and the ids that filters need."""
    with database.transaction() as session:
        session.get_one(Locality, "hai-duong").successor = "hai-phong"
        session.get_one(Locality, "hai-duong").succeeded_on = date(2025, 7, 1)
        organisations = [factories.make_organisation(session).id for _ in range(2)]
        agreement = Agreement(title={"vi": "Văn bản"}, starts_on=date(2024, 1, 1), ends_on=date(2028, 12, 31))
        session.add(agreement)
        session.flush()
        commitment = Commitment(
            agreement_id=agreement.id,
            article="1",
            field={"vi": "Văn hóa"},
            title={"vi": "Giao lưu"},
            activity=EventKind.DELEGATION,
            frequency_type=FrequencyType.OPEN,
        )
        session.add(commitment)
    made(title={"vi": "vào"}, commitment_id=commitment.id, organisation_id=organisations[0])
    made(title={"vi": "ra"}, host="vientiane-province", guest="hai-phong", organisation_id=organisations[1])
    made(title={"vi": "nhà"}, guest=None, kind=EventKind.ACTIVITY, visibility=Visibility.PUBLIC)
    made(title={"vi": "nước"}, host="laos", guest="vietnam", status=EventStatus.CONFIRMED)
    made(title={"vi": "huyện"}, host="hai-phong", guest=None, kind=EventKind.ACTIVITY)
    return {"first": organisations[0], "second": organisations[1], "agreement": agreement.id}


FILTERS: list[tuple[dict[str, Any], str]] = [
    ({}, "vào ra nhà nước huyện"),
    ({"kinds": ["activity"]}, "nhà huyện"),
    ({"kinds": ["activity", "delegation"]}, "vào ra nhà nước huyện"),
    ({"localities": ["hai-phong"]}, "vào ra nhà huyện"),
    ({"localities": ["hai-duong"]}, "vào ra nhà huyện"),
    ({"localities": ["vientiane-province"]}, "vào ra"),
    ({"localities": ["vientiane-province", "laos"]}, "vào ra nước"),
    ({"organisations": ["first"]}, "vào"),
    ({"organisations": ["first", "second"]}, "vào ra"),
    ({"agreements": ["agreement"]}, "vào"),
    ({"statuses": ["confirmed"]}, "nước"),
    ({"statuses": ["confirmed", "planned"]}, "vào ra nhà nước huyện"),
    ({"direction": "incoming"}, "vào"),
    ({"direction": ["outgoing"]}, "ra nước"),
    ({"direction": ["incoming", "domestic"]}, "vào nhà huyện"),
    ({"visibility": ["public"]}, "nhà"),
    ({"visibility": ["internal"], "kinds": ["activity"]}, "huyện"),
    ({"localities": ["laos"], "direction": "incoming"}, ""),
]


@pytest.mark.both_databases("every filter as a condition")
def test_filter_selects_by_each_of_its_words(viewer: Caller, client: FlaskClient, programme: dict[str, str]) -> None:
    found = []
    for wanted, _expected in FILTERS:
        ids = {name: [programme.get(key, key) for key in keys] for name, keys in wanted.items() if name != "direction"}
        found.append((wanted, sorted(titles(client, subscribed(viewer, filter=wanted | ids)))))
    assert found == [(wanted, sorted(expected.split())) for wanted, expected in FILTERS]


@pytest.mark.both_databases("the direction of a visit as a condition")
def test_direction_is_that_of_the_api(viewer: Caller, client: FlaskClient, programme: dict[str, str]) -> None:
    for word in Direction:
        listed = [event["title"]["vi"] for event in viewer.get(f"/events?direction={word}").json]
        assert sorted(titles(client, subscribed(viewer, filter={"direction": word}))) == sorted(listed) != []


def test_changed_filter_shows_at_once(viewer: Caller, client: FlaskClient, programme: dict[str, str]) -> None:
    feed = viewer.made("/feeds", MINE)
    path = urlsplit(feed["url"]).path
    assert len(titles(client, path)) == 5
    viewer.patch(f"/feeds/{feed['id']}", {"filter": {"visibility": ["public"]}, "locale": "en"})
    assert titles(client, path) == ["nhà"]
    assert b"X-WR-TIMEZONE" in read(client, path)


# Whose address it is


def unknown_address(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/feeds/desk_unknown.ics").json
    return {name: value for name, value in answer.items() if name != "request_id"}


def assert_dead(client: FlaskClient, path: str) -> None:
    """Nobody can tell this address from one that never was."""
    for address in (path, path.replace(".ics", ".ifb")):
        answer = client.get(address)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.json.pop("request_id")
        told = {name: value for name, value in answer.json.items() if name != "request_id"}
        assert told == unknown_address(client)
        assert path.removesuffix(".ics").rsplit("/", maxsplit=1)[-1] not in answer.text
        known = client.get(address, headers={"If-None-Match": "*"})
        assert known.status_code == 404


def test_rotating_kills_the_old_address(viewer: Caller, client: FlaskClient, made: Callable[..., EventRow]) -> None:
    made()
    feed = viewer.made("/feeds", MINE)
    old = urlsplit(feed["url"]).path
    body = read(client, old)
    answer = viewer.post(f"/feeds/{feed['id']}/rotate")
    assert answer.status_code == 200
    assert answer.json["webcal_url"] == "webcal" + answer.json["url"].removeprefix("https")
    new = urlsplit(answer.json["url"]).path
    assert new != old
    assert_dead(client, old)
    assert read(client, new) == body


def test_deleting_kills_the_address(viewer: Caller, client: FlaskClient) -> None:
    feed = viewer.made("/feeds", MINE)
    path = urlsplit(feed["url"]).path
    assert read(client, path)
    viewer.delete(f"/feeds/{feed['id']}")
    assert_dead(client, path)


def test_expired_address_is_dead_from_midnight_in_the_office(viewer: Caller, client: FlaskClient, clock: Clock) -> None:
    path = subscribed(viewer, expires_on="2026-11-22")
    clock.now = datetime(2026, 11, 22, 16, 59, 59, tzinfo=UTC)
    assert read(client, path)
    clock.move(seconds=1)
    assert_dead(client, path)


def test_disabled_account_takes_its_feeds_along(viewer: Caller, admin: Caller, client: FlaskClient) -> None:
    path = subscribed(viewer)
    assert read(client, path)
    admin.patch(f"/users/{viewer.user_id}", {"active": False})
    assert_dead(client, path)
    admin.patch(f"/users/{viewer.user_id}", {"active": True})
    assert read(client, path)


def test_strange_addresses_are_not_found(client: FlaskClient) -> None:
    for token in ("", "x", "desk_", "%00", "%F0%9F%93%85", "x" * 4000, "%ED%A0%80", "a%2Fb", "."):
        assert client.get(f"/feeds/{token}.ics").status_code == 404, token


def test_token_stays_out_of_trail_database_and_logs(
    viewer: Caller, client: FlaskClient, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    feed = viewer.made("/feeds", MINE)
    rotated = viewer.post(f"/feeds/{feed['id']}/rotate").json
    secrets = [urlsplit(url).path.split("/")[-1].removesuffix(".ics") for url in (feed["url"], rotated["url"])]
    assert all(len(secret) > 40 for secret in secrets)
    for secret in secrets:
        client.get(f"/feeds/{secret}.ics")
        client.get(f"/feeds/{secret}.ifb")
    with database.transaction() as session:
        trail = session.exec(select(Audit).where(Audit.entity == "feed").order_by(col(Audit.id))).all()
        assert [row.action for row in trail] == ["create", "rotate"]
        assert trail[0].changes["name"]["to"] == MINE["name"]
        written = "".join(row.model_dump_json() for row in trail) + session.exec(select(Feed)).one().model_dump_json()
        hashes = [feeds.token_hash(secret) for secret in secrets]
        assert not any(hashed in row.model_dump_json() for hashed in hashes for row in trail)
        session.execute(text("DROP TABLE calendar_change"))
    assert client.get(f"/feeds/{secrets[1]}.ics").status_code in {500, 503}
    written += caplog.text + repr([record.__dict__ for record in caplog.records])
    assert "desk.web" in written, "the defect is logged"
    assert not any(secret in written for secret in secrets)


# Kept bytes


def test_kept_bytes_are_used_until_the_event_changes(
    app: Flask,
    viewer: Caller,
    officer: Caller,
    client: FlaskClient,
    made: Callable[..., EventRow],
    database: Database,
    clock: Clock,
) -> None:
    first, second = made(title={"vi": "một"}), made(title={"vi": "hai"})
    path = subscribed(viewer, programme=False)
    client.get(path)
    assert [row.rendered_at for row in kept(database)] == [factories.NOW] * 2
    clock.move(hours=1)
    client.get(path)
    assert [row.rendered_at for row in kept(database)] == [factories.NOW] * 2
    officer.patch(f"/delegations/{first.id}", {"title": {"vi": "ba"}})
    assert [row.event_id for row in kept(database)] == [second.id]
    assert sorted(titles(client, path)) == ["ba", "hai"]
    app.extensions["desk"].afterwards.close()
    assert [row.rendered_at for row in kept(database)] == [clock.now, factories.NOW]


@pytest.mark.parametrize("noun", ["localities", "organisations"])
def test_kept_bytes_are_dropped_when_a_name_changes(
    viewer: Caller, admin: Caller, client: FlaskClient, made: Callable[..., EventRow], database: Database,
    clock: Clock, noun: str,
) -> None:  # fmt: skip
    with database.transaction() as session:
        organisation = factories.make_organisation(session)
    mine = made(organisation_id=organisation.id)
    other = made(host="vietnam", guest="laos")
    path = subscribed(viewer, programme=False)
    before = client.get(path)
    clock.move(minutes=1)
    place = f"/{noun}/{organisation.id if noun == 'organisations' else 'vientiane-province'}"
    assert admin.patch(place, {"name": {"vi": "Tên mới"}}).status_code == 200
    assert [row.event_id for row in kept(database)] == [other.id]
    after = client.get(path)
    assert "Tên mới" in unfolded(after.data)
    assert after.headers["ETag"] != before.headers["ETag"]
    stamps = {uid: event.decoded("DTSTAMP") for uid, event in vevents(after.data).items()}
    assert stamps == {mine.uid: clock.now, other.uid: factories.NOW}


def test_bytes_made_for_another_address_are_not_used(
    viewer: Caller,
    client: FlaskClient,
    made: Callable[..., EventRow],
    settings: Settings,
    database: Database,
    clock: Clock,
) -> None:
    made()
    path = subscribed(viewer, programme=False)
    assert "URL:https://desk.example.org/events/" in unfolded(read(client, path))
    moved = create_app(replace(settings, public_url="https://other.example.org"), database, clock).test_client()
    for _ in range(2):
        body = unfolded(read(moved, path))
        assert "URL:https://other.example.org/events/" in body
        assert "desk.example.org" not in body
    assert len(kept(database)) == 1


def test_deleted_event_is_shown_as_cancelled_for_a_while(
    viewer: Caller, officer: Caller, client: FlaskClient, made: Callable[..., EventRow], clock: Clock
) -> None:
    event = made(status=EventStatus.CANCELLED, title={"vi": "Đoàn"}, sequence=4)
    path = subscribed(viewer, locale="vi")
    other = subscribed(viewer, filter={"kinds": ["activity"]})
    assert len(vevents(read(client, path))) == 1
    unconcerned = client.get(other).headers["ETag"]
    clock.move(days=1)
    assert officer.delete(f"/delegations/{event.id}").status_code == 204
    (shown,) = vevents(read(client, path)).values()
    assert (shown["UID"], shown["STATUS"], shown["SEQUENCE"]) == (event.uid, "CANCELLED", 5)
    assert str(shown["SUMMARY"]) == "[Đã hủy] Đoàn"
    assert shown.decoded("DTSTART") == event.first_day
    assert client.get(other).headers["ETag"] == unconcerned
    clock.move(days=30)
    assert vevents(read(client, path)) == {}


def rename_locality(session: Session, act: ActionContext, event: EventRow) -> None:
    directory.change_locality(session, act, session.get_one(Locality, event.host), {"name": {"vi": "Tên mới"}})


def rename_organisation(session: Session, act: ActionContext, event: EventRow) -> None:
    organisation = session.get_one(Organisation, event.organisation_id)
    directory.change_organisation(session, act, organisation, {"name": {"vi": "Tên mới"}})


def move_event(session: Session, act: ActionContext, event: EventRow) -> None:
    events.change_event(session, act, events.find_event(session, event.id), {"title": {"vi": "Tên mới"}})


def add_task(session: Session, act: ActionContext, event: EventRow) -> None:
    tasks.add_task(session, act, session.get_one(EventRow, event.id), {"title": {"vi": "Đặt xe"}})


def remove_event(session: Session, act: ActionContext, event: EventRow) -> None:
    events.delete_event(session, act, events.find_event(session, event.id))


CHANGES = (move_event, rename_locality, rename_organisation, add_task, remove_event)
PARTS = ["visit", "programme", "tasks"]


@pytest.fixture
def reading_feed(
    app: Flask, database: Database, made: Callable[..., EventRow], settings: Settings, clock: Clock
) -> tuple[ActionContext, EventRow]:
    """An event of which nothing is kept yet."""
    with database.transaction() as session:
        organisation = factories.make_organisation(session)
        owner = factories.make_user(session)
        act = ActionContext(session.get_one(User, owner.id), clock.now, settings.office)
    return act, made(organisation_id=organisation.id, status=EventStatus.DRAFT)


def rendered(
    database: Database, act: ActionContext, event: EventRow
) -> tuple[list[rendered_parts.RenderedPart], change_log.Position]:
    """The event's parts, and where the notes of changes stood."""
    with store.snapshot(database) as session:
        position = change_log.position(session)
        return rendered_parts.render(session, act, Language.VI, {event.id: PARTS}), position


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_between_reading_and_keeping_is_not_kept(
    database: Database,
    reading_feed: tuple[ActionContext, EventRow],
    change: Callable[[Session, ActionContext, EventRow], None],
) -> None:
    act, event = reading_feed
    fresh, position = rendered(database, act, event)
    with database.transaction() as session:
        change(session, act, event)
    with database.transaction() as session:
        assert rendered_parts.store(session, act, Language.VI, fresh, position) == 0
    assert kept(database) == []


def test_what_did_not_change_is_kept(database: Database, reading_feed: tuple[ActionContext, EventRow]) -> None:
    act, event = reading_feed
    fresh, position = rendered(database, act, event)
    for later in (act, replace(act, now=act.now + timedelta(minutes=1))):  # the second reader finds it there
        with database.transaction() as session:
            assert rendered_parts.store(session, later, Language.VI, fresh, position) == 3
    assert {(row.event_id, row.rendered_at) for row in kept(database)} == {(event.id, act.now)}
    assert {row.part: row.body for row in kept(database)} == {one.part: one.body for one in fresh}


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("change", CHANGES)
def test_reader_keeps_nothing_while_something_is_being_changed(
    database: Database,
    reading_feed: tuple[ActionContext, EventRow],
    change: Callable[[Session, ActionContext, EventRow], None],
) -> None:
    act, event = reading_feed
    fresh, position = rendered(database, act, event)
    with database.transaction() as writing:
        change(writing, act, event)
        writing.flush()
        with database.transaction() as session:  # would wait for ever if it waited
            assert rendered_parts.store(session, act, Language.VI, fresh, position) == 0
    assert kept(database) == []


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("change", CHANGES)
def test_writer_waits_for_the_reader_and_drops_what_it_kept(
    database: Database,
    reading_feed: tuple[ActionContext, EventRow],
    change: Callable[[Session, ActionContext, EventRow], None],
) -> None:
    act, event = reading_feed
    done = threading.Event()

    def write() -> None:
        with database.transaction() as session:
            change(session, act, event)
        done.set()

    fresh, position = rendered(database, act, event)
    with ThreadPoolExecutor(1) as writers:
        with database.transaction() as session:
            assert rendered_parts.store(session, act, Language.VI, fresh, position) == 3
            writing = writers.submit(write)
            assert not done.wait(0.3)
        writing.result(timeout=20)
    assert kept(database) == []


def test_readers_of_a_cold_feed_do_not_disturb_each_other(
    app: Flask, viewer: Caller, made: Callable[..., EventRow], database: Database
) -> None:
    for _ in range(40):
        made()
    path = subscribed(viewer, programme=False)
    start = threading.Barrier(4)

    def visit(number: int) -> tuple[int, bytes]:
        start.wait()
        answer = app.test_client().get(path)
        return answer.status_code, answer.data

    with ThreadPoolExecutor(4) as readers:
        answers = set(readers.map(visit, range(4)))
    ((status, body),) = answers
    assert status == 200
    assert len(vevents(body)) == len(kept(database)) == 40


def test_feed_is_read_while_the_database_takes_no_writes(
    viewer: Caller,
    client: FlaskClient,
    made: Callable[..., EventRow],
    database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    made(title={"vi": "một"})
    path = subscribed(viewer)
    refuse = "PRAGMA query_only=ON" if database.is_sqlite else "SET default_transaction_read_only = on"

    def set_read_only(connection: Any, record: Any) -> None:
        connection.cursor().execute(refuse)
        if not database.is_sqlite:
            connection.commit()

    database.dispose()
    sqlalchemy_event.listen(database.engine, "connect", set_read_only)
    assert titles(client, path) == ["một"]
    assert "calendar_not_kept" in caplog.text
    assert kept(database) == []


def test_reading_takes_the_same_queries_for_any_number_of_events(
    app: Flask, viewer: Caller, made: Callable[..., EventRow], database: Database
) -> None:
    feed = viewer.made("/feeds", MINE | {"filter": {"localities": ["hai-duong"], "direction": "incoming"}})
    path = urlsplit(feed["url"]).path
    cold, warm = [], []
    total = 0
    for more in (1, 2, 27):
        for _ in range(more):
            made()
        total += more
        with database.transaction() as session:
            session.execute(text("DELETE FROM ical_fragment"))
        desk = app.extensions["desk"]
        desk.afterwards.close()
        for asked in (cold, warm):
            other = create_app(desk.settings, database, desk.clock).test_client()  # nothing in memory
            with counted(database) as statements:
                assert len(vevents(read(other, path))) == total
            # What changed since is asked only when something was committed: on PostgreSQL, in any of its databases.
            selects = [one for one in statements if one.startswith("SELECT") and "FROM calendar_change" not in one]
            asked.append(len(selects))
            other.application.extensions["desk"].afterwards.close()  # or its notes are news to the next
    assert len(set(cold)) == len(set(warm)) == 1
    assert warm[0] < cold[0]


def test_many_events_are_rendered_in_batches(
    viewer: Caller, client: FlaskClient, made: Callable[..., EventRow], database: Database, monkeypatch: Any
) -> None:
    monkeypatch.setattr(rendered_parts, "BATCH", 2)
    for _ in range(5):
        made()
    path = subscribed(viewer, programme=False)
    assert len(vevents(read(client, path))) == 5
    assert len(kept(database)) == 5


# Free and busy


def busy_times(body: bytes, kind: str = "BUSY") -> list[tuple[datetime, datetime]]:
    """The times of a FBTYPE, in UTC."""
    (component,) = Calendar.from_ical(body).walk("VFREEBUSY")
    assert isinstance(component, FreeBusy)
    found = component.get("FREEBUSY", [])
    listed = found if isinstance(found, list) else [found]
    return [(one.start, one.end) for one in listed if one.params.get("FBTYPE", "BUSY") == kind]


def test_busy_time_is_merged_and_says_nothing_else(
    viewer: Caller, client: FlaskClient, made: Callable[..., EventRow]
) -> None:
    confirmed: dict[str, Any] = {"status": EventStatus.CONFIRMED}
    made(
        first_day=date(2026, 12, 1), start_time=time(8), end_time=time(11),
        title={"vi": "Bí mật"}, location={"vi": "Kín"}, **confirmed,
    )  # fmt: skip
    made(first_day=date(2026, 12, 1), start_time=time(11), end_time=time(12), **confirmed)  # touches the first
    made(first_day=date(2026, 12, 1), start_time=time(9), end_time=time(10))  # lies within it
    made(first_day=date(2026, 12, 10), start_time=time(8, 30), end_time=time(11))
    made(first_day=date(2026, 12, 10), start_time=time(10), end_time=time(12), timezone="Asia/Tokyo")
    made(first_day=date(2026, 12, 10), start_time=time(10, 30), end_time=time(12), **confirmed)
    made(first_day=date(2026, 12, 12), start_time=time(22), end_time=time(2), **confirmed)
    made(first_day=date(2026, 12, 15), start_time=time(9))  # an hour at least
    made(first_day=date(2026, 12, 3), last_day=date(2026, 12, 4))  # whole days are transparent in feeds
    for number, status in enumerate((EventStatus.CANCELLED, EventStatus.POSTPONED, EventStatus.DRAFT)):
        made(first_day=date(2026, 12, 20 + number), start_time=time(9), end_time=time(10), status=status)
    path = subscribed(viewer).replace(".ics", ".ifb")
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"

    def utc(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 12, day, hour, minute, tzinfo=UTC)

    assert busy_times(answer.data) == [(utc(1, 1), utc(1, 5)), (utc(10, 3, 30), utc(10, 5)), (utc(12, 15), utc(12, 19))]
    assert busy_times(answer.data, "BUSY-TENTATIVE") == [(utc(10, 1), utc(10, 3, 30)), (utc(15, 2), utc(15, 3))]
    assert b"SUMMARY" not in answer.data
    assert "Bí mật" not in unfolded(answer.data)
    assert "Kín" not in unfolded(answer.data)
    (component,) = Calendar.from_ical(answer.data).walk("VFREEBUSY")
    assert {"UID", "DTSTAMP"} <= set(component)


@pytest.mark.parametrize("past_days", [0, 30])
def test_busy_time_covers_the_feeds_window_whatever_is_in_it(
    viewer: Caller, client: FlaskClient, made: Callable[..., EventRow], past_days: int
) -> None:
    path = subscribed(viewer, past_days=past_days).replace(".ics", ".ifb")
    (empty,) = Calendar.from_ical(client.get(path).data).walk("VFREEBUSY")
    first = datetime(2026, 11, 22, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")) - timedelta(days=past_days)
    assert empty.decoded("DTSTART") == first
    assert empty.decoded("DTEND") - first == timedelta(days=past_days + 366)
    made(first_day=date(2026, 11, 1), last_day=date(2026, 11, 23), start_time=time(8), end_time=time(12))
    made(first_day=date(2029, 1, 1), start_time=time(8), end_time=time(12))
    body = client.get(path).data
    (filled,) = Calendar.from_ical(body).walk("VFREEBUSY")
    assert filled.decoded("DTSTART") == first
    assert filled.decoded("DTEND") == datetime(2029, 1, 1, 5, tzinfo=UTC)
    begins, _ends = busy_times(body, "BUSY-TENTATIVE")[0]
    assert begins == max(first, datetime(2026, 11, 1, 1, tzinfo=UTC)), "cut to the window"


def test_busy_time_and_the_feed_agree_on_what_blocks(
    viewer: Caller, client: FlaskClient, made: Callable[..., EventRow]
) -> None:
    hours = [(None, None), (time(8), time(9)), (time(22), time(2)), (None, time(10)), (time(20), time(0))]
    for number, (status, (start, end)) in enumerate(product(EventStatus, hours)):
        made(first_day=date(2026, 12, 1) + timedelta(days=number), start_time=start, end_time=end, status=status)
    path = subscribed(viewer, filter={"statuses": [status.value for status in EventStatus]})
    body = client.get(path.replace(".ics", ".ifb")).data
    expected: dict[str, list[Span]] = {"CONFIRMED": [], "TENTATIVE": []}
    for entry in vevents(read(client, path)).values():
        if entry["TRANSP"] == "OPAQUE":
            expected[str(entry["STATUS"])].append(Span(entry.decoded("DTSTART"), entry.decoded("DTEND")))
    certain = merged(expected["CONFIRMED"])
    assert busy_times(body) == [(one.start, one.end) for one in certain]
    assert busy_times(body, "BUSY-TENTATIVE") == [
        (one.start, one.end) for one in without(expected["TENTATIVE"], certain)
    ]
    assert expected["CONFIRMED"]
    assert expected["TENTATIVE"]


def test_busy_time_keeps_its_bytes_and_its_secret(
    viewer: Caller, client: FlaskClient, made: Callable[..., EventRow], clock: Clock
) -> None:
    made()
    path = subscribed(viewer, filter={"kinds": ["delegation"]}).replace(".ics", ".ifb")
    first = client.get(path)
    clock.move(hours=5)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"]) == (304, first.headers["ETag"])
    assert client.get(path).data == first.data
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["Content-Disposition"].startswith('inline; filename="Lich-doi-ngoai.ifb"')
    assert busy_times(client.get(subscribed(viewer, filter={"kinds": ["activity"]})[:-4] + ".ifb").data) == []


def test_busy_time_shows_only_what_the_filter_selects(
    viewer: Caller, client: FlaskClient, made: Callable[..., EventRow]
) -> None:
    made(first_day=date(2026, 12, 1), start_time=time(8), end_time=time(9))
    made(first_day=date(2026, 12, 8), start_time=time(8), end_time=time(9), kind=EventKind.ACTIVITY)
    path = subscribed(viewer, filter={"kinds": ["activity"]}).replace(".ics", ".ifb")
    found = busy_times(read(client, path), "BUSY-TENTATIVE")
    assert [start.date() for start, _end in found] == [date(2026, 12, 8)]


def test_account_that_is_gone_leaves_no_feed(
    viewer: Caller, client: FlaskClient, database: Database, settings: Settings, clock: Clock
) -> None:
    path = subscribed(viewer)
    with database.transaction() as session:
        user = session.get_one(User, viewer.user_id)
        accounts.change_user(session, ActionContext(None, clock.now, settings.office), user, {"active": False})
    assert_dead(client, path)


def test_feed_names_the_successor_from_its_day_on(officer: Caller, admin: Caller, client: FlaskClient) -> None:
    days = {"before": "2025-06-30", "after": "2026-12-01"}
    for title, day in days.items():
        wish = {"title": {"vi": title}, "host": "hai-duong", "guest": "vientiane-province"}
        event = officer.made("/activities", wish | {"first_day": day, "last_day": day})
        officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    path = subscribed(officer, past_days=3650)

    def hosts() -> dict[str, str]:
        found = Calendar.from_ical(client.get(path).data).walk("VEVENT")
        return {
            str(event["SUMMARY"]): line.partition(": ")[2]
            for event in found
            for line in str(event["DESCRIPTION"]).splitlines()
            if line.startswith("Bên chủ nhà")
        }

    assert hosts() == {"before": "Hải Dương", "after": "Hải Dương"}
    admin.patch("/localities/hai-duong", {"successor": "hai-phong", "succeeded_on": "2025-07-01"})
    assert hosts() == {"before": "Hải Dương", "after": "Hải Phòng"}
    admin.patch("/localities/hai-phong", {"name": {"vi": "Thành phố Hải Phòng"}})
    assert hosts() == {"before": "Hải Dương", "after": "Thành phố Hải Phòng"}
