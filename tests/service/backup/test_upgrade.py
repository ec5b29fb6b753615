"""Upgrading from version 0.1: no row, UID, day or token changes, no mail is sent, nobody reads more than before.

The database is that of `tests/data/office_0_1`: 300 events with all that belongs to them, written by version 0.1.
"""

import hashlib
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import NullPool, create_engine
from sqlalchemy import text as sa_text
from sqlmodel import select
from werkzeug.test import TestResponse

from calendars.reminders import due_times
from jobs import schedule
from jobs.config import WorkerConfig
from jobs.worker import Worker
from models import dump_rows
from models.accounts import User
from models.database import Database
from models.encryption import unseal
from models.migrate import current_revision, downgrade, newest_revision, upgrade
from models.queries.audience import MESSENGER_SECRET
from models.tables import metadata
from service.actions.context import ActionContext
from service.actions.effects.planning_queue import PlanningQueue
from service.actions.office_mails.office_mails import OfficeMailWriter
from service.backup import archive, swap_in
from service.http.app_context import AppContext
from service.settings import Settings, load_settings
from tests import office_0_1
from tests.cluster import Cluster
from tests.office_0_1 import (
    EXPECTED,
    INSTANT,
    KEY,
    LOCALITY,
    REVISION,
    Rows,
    Served,
    feed_differences,
    read_more,
    row_differences,
)
from tests.service.conftest import built_app

S = "S1–S3: what looks equal was not found; the text that is searched follows today's rules"
SEARCHED = (
    "agreement", "anniversary", "commitment", "event", "locality", "office_holiday", "organisation", "person",
    "programme_item", "resource", "task", "task_template",
)  # fmt: skip
DRAFTS = "titles that the seed gave to drafts no longer say so: their status does"
MARKS = (" (dự thảo)", " (ຮ່າງ)", " (draft)")
KNOWN_ROWS: Mapping[str, str] = {
    **{f"{table}.search_text": S for table in SEARCHED},
    "event.title": DRAFTS,
    "feed.filter": "directions say whose they are: the same events, whoever reads",
    "ical_fragment": "what shows a title that became shorter is rendered anew",
}
"""Reviewed: a table, or ``table.column``, whose kept rows an upgrade changes → why that is right."""

BUSY = "whole days are transparent in feeds and no longer busy here; it covers its window, and knows what is tentative"
HOURS = "cancelled entries with hours are transparent, a start without an end has no invented end"
ADDED_PARTS = re.compile(r"-(performance|phase)-[0-9a-f]{16}$")
"""The performances and phases that a feed with the programme now shows as entries of their own."""

R6 = "R6: an event that changed since it was confirmed was shown as confirmed; it is tentative"
CHANGED_FEEDS = (
    "everything-vi", "everything-lo", "everything-en", "own-organisation", "incoming", "agreement", "public", "renewed",
    "public-vi", "public-lo", "public-en",
)  # fmt: skip
"""Feeds that show such an event; what else differs in them is looked at line by line."""

KNOWN_FEEDS: Mapping[str, str] = dict.fromkeys(CHANGED_FEEDS, R6) | {
    "busy": BUSY,
    "called-off": HOURS,
    "tasks-only": "R10: its owner is a department's, and no longer reads what is the protocol office's own",
    "viewer": "R10: its owner is a department's, and no longer reads what is the protocol office's own",
}
"""Reviewed: a feed that has other bytes than version 0.1 gave it → the finding that says the old ones were wrong."""

NEVER: Mapping[str, tuple[str, ...]] = {
    "event": ("uid", "sequence", "first_day", "last_day", "arrives_on", "departs_on", "start_time", "end_time",
              "timezone", "postponed_from"),
    "deleted_event": ("uid", "sequence", "first_day", "last_day", "start_time", "end_time", "timezone"),
    "training_phase": ("first_day", "last_day"),
    "performance": ("day", "time"),
    "programme_item": ("day", "start_time", "end_time"),
    "programme_revision": ("number", "items"),
    "task": ("due_on", "due_day"),
    "booking": ("first_day", "last_day", "start_time", "end_time", "timezone"),
    "reminder": ("recipient", "due_at", "sent_at", "message_id", "entry_sequence"),
    "feed": ("user_id", "token_hash"),
    "api_token": ("user_id", "token_hash"),
    "web_session": ("user_id", "token_hash"),
    "passport": ("sealed_number",),
}  # fmt: skip
"""What no reason excuses: what calendars know an event by, days, secrets and the addresses made of them."""

CACHED_CALENDARS = ("ical_fragment", "feed_chunk")
"""Tables of rendered calendar bytes; without their rows everything is rendered again."""


# The office, in each database


@dataclass(frozen=True)
class Office:
    """A database at rest, and its rows; ``copy`` makes another one like it."""

    url: str
    rows: Rows
    copy: Callable[[], str]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Both databases."""
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def new_name(kind: str, worker_id: str) -> Callable[[], str]:
    """Names nothing in this module has yet."""
    numbers = iter(range(1000))
    return lambda: f"upgrade_{worker_id}_{kind}_{next(numbers)}"


@pytest.fixture(scope="module")
def copied(
    request: pytest.FixtureRequest, kind: str, new_name: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], str]]:
    """Copy a database nobody is connected to; the copy's address. All are gone with the module."""
    folder, made = tmp_path_factory.mktemp("copies"), []

    def copy(url: str) -> str:
        name = new_name()
        if kind == "sqlite":
            path = folder / f"{name}.sqlite"
            shutil.copyfile(url.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        made.append(name)
        address: str = request.getfixturevalue("postgresql").create(name, url.rpartition("/")[2])
        return address

    yield copy
    for name in made:
        request.getfixturevalue("postgresql").drop(name)


@pytest.fixture(scope="module")
def old(
    request: pytest.FixtureRequest,
    kind: str,
    copied: Callable[[str], str],
    new_name: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    """As version 0.1 left it."""
    if kind == "sqlite":
        url = office_0_1.open_sqlite(tmp_path_factory.mktemp("old") / "desk.sqlite")
        yield Office(url, office_0_1.rows_of(url), lambda: copied(url))
        return
    server: Cluster = request.getfixturevalue("postgresql")
    name = new_name()
    url = office_0_1.open_postgresql(server, name)
    yield Office(url, office_0_1.rows_of(url), lambda: copied(url))
    server.drop(name)


@pytest.fixture(scope="module")
def upgraded(old: Office, copied: Callable[[str], str]) -> Office:
    """As this version finds it after its migrations; nobody has used it yet."""
    url = old.copy()
    upgrade(url, locality=LOCALITY)
    settled(url)
    return Office(url, office_0_1.rows_of(url), lambda: copied(url))


@pytest.fixture(scope="module")
def restored(
    request: pytest.FixtureRequest,
    kind: str,
    copied: Callable[[str], str],
    new_name: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    """Version 0.1's backup, restored by this version at the fixed instant."""
    folder = tmp_path_factory.mktemp("restored")
    url = f"sqlite:///{folder / 'desk.sqlite'}"
    if kind == "postgresql":
        url = request.getfixturevalue("postgresql").create(name := new_name())
    database = Database(url)
    with archive.opened(office_0_1.BACKUP, KEY, unverified=True) as content:
        swap_in.restore(database, content, ActionContext(None, INSTANT, settings_for(url, folder).office), folder, KEY)
    database.dispose()
    settled(url)
    yield Office(url, office_0_1.rows_of(url), lambda: copied(url))
    if kind == "postgresql":
        request.getfixturevalue("postgresql").drop(name)


def settled(url: str) -> None:
    """Have all of a SQLite database in the one file that is copied."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()


def settings_for(url: str, folder: Path) -> Settings:
    return load_settings(
        {
            "DESK_DATABASE_URL": url,
            "DESK_VAR": str(folder),
            "DESK_PUBLIC_URL": EXPECTED["public_url"],
            "DESK_MAIL_FROM": EXPECTED["mail_from"],
            "DESK_SECRET_KEY": KEY,
        }
    )


# This version of the service, run on such a database


@dataclass(frozen=True)
class Console:
    """The application of this version on one of these databases; its clock shows the fixed instant."""

    app: Flask
    database: Database

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client(use_cookies=False)

    def call(self, token: str, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {"Authorization": f"Bearer {token}"} | {name.replace("_", "-"): text for name, text in headers.items()}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=sent)

    def feeds(self, names: Iterable[str] = EXPECTED["feeds"]) -> dict[str, Served]:
        """These of the kept addresses, read as a calendar program reads them."""
        found = {}
        for name in names:
            answer = self.client.get(EXPECTED["feeds"][name]["path"])
            is_there = answer.status_code == 200
            found[name] = Served(answer.status_code, answer.headers.get("ETag"), answer.data if is_there else b"")
        return found

    def readable(self, names: Iterable[str]) -> dict[str, frozenset[str]]:
        """Account → ids of the events it can list; none for one that is not let in."""
        return {name: frozenset(self._listed(EXPECTED["accounts"][name]["token"])) for name in names}

    def _listed(self, token: str) -> Iterator[str]:
        number, more = 1, True
        while more:
            answer = self.call(token, "GET", f"/events?page_size=500&page={number}")
            events = answer.json if answer.status_code == 200 else []
            yield from (event["id"] for event in events)
            number, more = number + 1, len(events) == 500


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Callable[[str], Console]]:
    """Start this version on a database, which is its own from then on."""
    opened: list[Database] = []

    def start(url: str) -> Console:
        app, database = built_app(), Database(url)
        opened.append(database)
        app.extensions["desk"] = AppContext(settings_for(url, tmp_path), database, lambda: INSTANT)
        return Console(app, database)

    yield start
    for database in opened:
        database.dispose()


def sent_from(url: str, folder: Path) -> set[str]:
    """Ids of the reminders that the worker of this version sends at the fixed instant, its fixed jobs done first."""
    database, settings = Database(url), settings_for(url, folder)
    config = WorkerConfig(
        mail_url="file:", mail_from=settings.mail_from, var=folder, office=settings.office, secret_key=KEY,
        passport_days=settings.passport_days,
    )  # fmt: skip
    worker = Worker(database, config, lambda: INSTANT, reports=OfficeMailWriter(settings.office, KEY))
    schedule.run_due(database, worker.jobs, INSTANT)
    worker.tick()
    worker.close()
    database.dispose()
    return {path.stem for path in (folder / "outbox").glob("*.eml")}


GONE = "viewer-gone"
"""The account that was disabled."""


# Rows


def test_kept_office_holds_what_upgrades_have_to_respect(old: Office) -> None:
    """300 events of every kind and state, mail in every state, and all that hangs on them."""
    events = old.rows["event"].values()
    assert len(events) == 300
    assert {event["kind"] for event in events} == {
        "delegation", "training_batch", "art_troupe_visit", "anniversary", "activity",
    }  # fmt: skip
    assert {event["status"] for event in events} == {
        "draft", "planned", "confirmed", "ongoing", "completed", "postponed", "cancelled",
    }  # fmt: skip
    assert sum(bool(event["changed_since_confirmed"]) for event in events) >= 20
    assert sum(event["sequence"] > 2 for event in events) >= 20
    assert sum(event["organisation_id"] is None for event in events) >= 20
    assert len(old.rows["deleted_event"]) >= 20
    assert {row["state"] for row in old.rows["reminder"].values()} == {"pending", "sent", "failed", "skipped"}
    assert any("email:" in str(rule["audience"]) for rule in old.rows["reminder_rule"].values())
    assert any(revision["number"] == 2 for revision in old.rows["programme_revision"].values())
    empty = {table for table, rows in old.rows.items() if not rows}
    assert empty <= {"heartbeat", "spent_state", "sqlite_sequence"}


def test_rows_are_what_they_were_after_the_upgrade(old: Office, upgraded: Office) -> None:
    assert row_differences(old.rows, upgraded.rows, KNOWN_ROWS, may_grow=True) == []


def test_down_gives_the_old_rows_and_up_again_the_new_ones(old: Office, upgraded: Office) -> None:
    url = upgraded.copy()
    downgrade(url, REVISION)
    assert row_differences(old.rows, office_0_1.rows_of(url), KNOWN_ROWS) == []
    upgrade(url, locality=LOCALITY)
    assert row_differences(upgraded.rows, office_0_1.rows_of(url)) == []
    database = Database(url)
    assert current_revision(database) == newest_revision()
    database.dispose()


def test_no_reason_excuses_another_uid_day_or_secret() -> None:
    listed = {*NEVER, *(f"{table}.{column}" for table, columns in NEVER.items() for column in columns)}
    assert listed.isdisjoint(KNOWN_ROWS)
    assert all(len(reason) > 20 for reason in (*KNOWN_ROWS.values(), *KNOWN_FEEDS.values()))


def test_backup_of_the_old_version_restores(restored: Office) -> None:
    """Every row equals its line in the backup; what was due is skipped, and the restore is in the audit trail."""
    database = Database(restored.url)
    with database.engine.connect() as connection, zipfile.ZipFile(office_0_1.BACKUP) as backup:
        shapes = dump_rows.shapes(connection, metadata.tables)
        tables = json.loads(backup.read("manifest.json"))["tables"]
        for table in tables:
            key = shapes[table].key
            kept, found = (
                {tuple(row[name] for name in key): row for row in map(json.loads, lines)}
                for lines in (
                    backup.read(f"tables/{table}.jsonl").splitlines(),
                    dump_rows.lines(connection, shapes[table]),
                )
            )
            if table == "reminder":
                _expect_skipped(kept)
            if table == "audit":
                extra = sorted(found.keys() - kept.keys())
                assert [found.pop(key)["action"] for key in extra] == ["restore", "restore_unproven"]
            _expect_shut_out(table, kept, found)
            if table != "job_run":  # done until now
                assert row_differences({table: kept}, {table: found}, KNOWN_ROWS, may_grow=True) == []
    database.dispose()
    assert len(tables) > 20


def _expect_skipped(reminders: dict[tuple[Any, ...], dict[str, Any]]) -> None:
    """What a restore makes of reminders that were due by then."""
    due = [
        row for row in reminders.values()
        if row["state"] in {"pending", "sending"} and row["due_at"] <= INSTANT.isoformat()
    ]  # fmt: skip
    assert due
    for row in due:
        row |= {"state": "skipped", "waits_for_server": False, "updated_at": INSTANT.isoformat(),
                "reason": str(due_times.RESTORED)}  # fmt: skip


def _expect_shut_out(table: str, kept: dict[tuple[Any, ...], dict[str, Any]], found: dict[Any, Any]) -> None:
    """What a restore makes of the secrets of a backup that is not signed: none of them opens anything any more."""
    if table == "api_token":
        assert found == {}
        kept.clear()
    for row in kept.values():
        if table == "user":
            row |= {"password_hash": None, "must_change_password": True, "updated_at": INSTANT.isoformat()}
    if table == "feed":
        assert all(found[key].pop("token_hash") != row.pop("token_hash") for key, row in kept.items())


# Mail


def test_putting_in_the_new_version_sends_what_was_due_and_nothing_else(
    kind: str, upgraded: Office, tmp_path: Path
) -> None:
    assert sent_from(upgraded.copy(), tmp_path) == set(EXPECTED["due"][kind])


def test_a_restored_backup_sends_nothing(restored: Office, tmp_path: Path) -> None:
    assert sent_from(restored.copy(), tmp_path) == set()


# Feeds


def test_every_feed_has_the_bytes_of_the_old_version(upgraded: Office, console: Callable[[str], Console]) -> None:
    assert feed_differences(office_0_1.feeds(), console(upgraded.copy()).feeds(), KNOWN_FEEDS) == []


def entries(body: bytes) -> dict[str, list[str]]:
    """UID → the lines of each entry of a calendar."""
    found = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT\r\n", office_0_1.with_words_of_today(body), re.DOTALL)
    return {re.search("UID:(.*)\r", one)[1]: one.split("\r\n") for one in found}  # type: ignore[index]


def test_feeds_differ_in_what_changed_since_it_was_confirmed_and_nothing_else(
    upgraded: Office, console: Callable[[str], Console]
) -> None:
    """R6: status and description of those events, and the status of the items of their programmes."""
    kept, now = office_0_1.feeds(), console(upgraded.copy()).feeds(CHANGED_FEEDS)
    changed = {event["uid"] for event in upgraded.rows["event"].values() if event["changed_since_confirmed"]}
    for name in CHANGED_FEEDS:
        before, after = entries(kept[name].body), entries(now[name].body)
        assert list(before) == [uid for uid in after if not ADDED_PARTS.search(uid)], name
        was = {uid: _shortened(lines) for uid, lines in before.items()}
        differing = {uid for uid in was if was[uid] != after[uid]}
        assert differing & changed, name
        for uid in differing:
            gone = [line for line in was[uid] if line not in after[uid]]
            new = [line for line in after[uid] if line not in was[uid]]
            corrected = _corrected_hours(was[uid], after[uid])
            other = {line.partition(":")[0] for line in (*gone, *new) if line not in corrected}
            assert not other or uid.partition("-item-")[0] in changed, (name, uid, gone, new)
            assert other <= {"STATUS", "DESCRIPTION"}, (name, uid, gone, new)


def _corrected_hours(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The lines of an entry that are right to differ by :data:`HOURS`."""
    if not any(line.startswith("DTSTART;TZID=") for line in before):
        return set()
    called_off = {"TRANSP:OPAQUE", "TRANSP:TRANSPARENT"} if "STATUS:CANCELLED" in after else set()
    ends = {line for line in before if line.startswith("DTEND")}
    return called_off | (ends if not any(line.startswith("DTEND") for line in after) else set())


def _shortened(lines: list[str]) -> list[str]:
    """An entry whose title does not say that it is a draft."""
    for mark in MARKS:
        lines = [line.replace(mark, "", 1) for line in lines]
    return lines


def test_titles_of_the_seed_lose_the_mark_of_a_draft_and_nothing_else_changes(old: Office, upgraded: Office) -> None:
    seeded = {row["entity_id"] for row in old.rows["seed_entry"].values() if row["section"] == "events"}
    shorter = set()
    for key, event in old.rows["event"].items():
        title, now = (
            json.loads(found) if isinstance(found, str | bytes) else found
            for found in (event["title"], upgraded.rows["event"][key]["title"])
        )
        if title != now:
            shorter.add(event["id"])
            assert now == {name: _shortened([text])[0] for name, text in title.items()}
    assert len(shorter) == 38
    assert shorter <= seeded


def test_feeds_of_a_restored_backup_are_written_anew_with_the_same_bytes(
    restored: Office, console: Callable[[str], Console]
) -> None:
    """Under the old addresses, which are put back here: their owners would get new ones."""
    assert all(not restored.rows[table] for table in CACHED_CALENDARS)
    url = restored.copy()
    found = console(url).feeds()
    assert {name for name, one in found.items() if one.status == 200} <= {
        "public",
        "public-vi",
        "public-lo",
        "public-en",
    }
    database = Database(url)
    with zipfile.ZipFile(office_0_1.BACKUP) as backup, database.engine.begin() as connection:
        for feed in map(json.loads, backup.read("tables/feed.jsonl").splitlines()):
            table = metadata.tables["feed"]
            hashed = {"token_hash": feed["token_hash"]}
            connection.execute(table.update().where(table.c.id == feed["id"]).values(hashed))
    database.dispose()
    assert feed_differences(office_0_1.feeds(), console(url).feeds(), KNOWN_FEEDS) == []


def test_kept_feeds_show_something_of_everything() -> None:
    feeds = office_0_1.feeds()
    for name, one in EXPECTED["feeds"].items():
        assert hashlib.sha256(feeds[name].body).hexdigest() == one["sha256"]
    assert {one.status for one in feeds.values()} == {200, 404}
    everything = feeds["everything-vi"].body
    for mark in (b"BEGIN:VALARM", b"STATUS:CANCELLED", b"STATUS:TENTATIVE", b"STATUS:CONFIRMED", b"RELATED-TO"):
        assert mark in everything
    assert everything.count(b"BEGIN:VEVENT") > 300
    assert all(feeds[f"everything-{language}"].body != everything for language in ("lo", "en"))


# Who comes in, and what they see


@pytest.fixture
def at_work(upgraded: Office, console: Callable[[str], Console]) -> Console:
    return console(upgraded.copy())


def test_tokens_authenticate_the_same_accounts(at_work: Console) -> None:
    for name, one in EXPECTED["accounts"].items():
        answer = at_work.call(one["token"], "GET", "/me")
        if name == GONE:
            assert answer.status_code == 401
        else:
            assert (answer.status_code, answer.json["id"], answer.json["role"]) == (200, one["id"], one["role"])
    tokens = EXPECTED["tokens"]
    assert [at_work.call(tokens[name], "GET", "/me").status_code for name in ("read", "expired", "revoked")] == [
        200, 401, 401,
    ]  # fmt: skip
    assert at_work.call(tokens["read"], "POST", "/tokens", {"name": "x"}).status_code == 403


def test_passwords_sign_in_and_open_browsers_stay_open(at_work: Console, kind: str) -> None:
    def signed_in(email: str, password: str) -> int:
        form = {"email": email, "password": password}
        return at_work.client.post("/login", data=form, base_url=EXPECTED["public_url"]).status_code

    # One of each role and organisation: a real hash takes its time, and that all are as they were is asked of the rows.
    known = EXPECTED["accounts"]
    names = ("root", "viewer-education", "officer-culture", "approver-health", "admin-protocol", GONE)
    for name in names:
        assert signed_in(known[name]["email"], known[name]["password"]) == (401 if name == GONE else 303)
    assert signed_in(known["officer-culture"]["email"], known["officer-health"]["password"]) == 401
    for secret in EXPECTED["late"][kind]["sessions"].values():
        cookie = {"Cookie": f"__Host-desk={secret}"}
        assert at_work.client.get("/account", base_url=EXPECTED["public_url"], headers=cookie).status_code == 200


def test_a_repeated_request_gets_the_answer_of_the_old_version(at_work: Console, kind: str) -> None:
    kept = EXPECTED["late"][kind]["keyed"]
    token = EXPECTED["accounts"][kept["account"]]["token"]
    again = at_work.call(token, "POST", kept["path"], {"name": "Tự động"}, Idempotency_Key=kept["key"])
    assert (again.status_code, again.json["token"]) == (201, kept["token"])


def test_what_is_sealed_still_opens(at_work: Console) -> None:
    token = EXPECTED["accounts"]["officer-protocol"]["token"]
    for person, number in EXPECTED["passports"].items():
        told = at_work.call(token, "POST", f"/people/{person}/passport/reveal", {"reason": "Thị thực"})
        assert (told.status_code, told.json["number"]) == (200, number)
    assert len(EXPECTED["passports"]) == 12
    with at_work.database.transaction(write=False) as session:
        sealed = session.exec(select(User.messenger).where(User.id == EXPECTED["accounts"]["viewer-messenger"]["id"]))
        assert unseal(KEY, MESSENGER_SECRET, sealed.one() or b"") == EXPECTED["messenger"]


def test_nobody_reads_more_events_than_before(at_work: Console) -> None:
    before = office_0_1.readable()
    assert len(before["root"]) == 300
    limited = [name for name, ids in before.items() if len(ids) < 300]  # who read everything can't read more
    now = at_work.readable(["root", *limited])
    assert read_more(before, now) == {}
    assert now["root"] == before["root"]
    assert [name for name in limited if not now[name]] == [GONE]
    assert len(limited) >= 7


def test_budgets_of_the_old_version_are_planned_amounts_and_nothing_is_shown_as_paid(at_work: Console) -> None:
    token = EXPECTED["accounts"]["root"]["token"]
    planned = 0
    for agreement in at_work.call(token, "GET", "/agreements?page_size=500").json:
        flows = at_work.call(token, "GET", f"/agreements/{agreement['id']}/progress").json["reciprocity"]
        planned += sum(len(flow["money_planned"]) for flow in flows)
        for flow in flows:
            assert (flow["money"], flow["money_approved"], flow["goods"]["count"]) == ([], [], 0)
            assert flow["money_unknown"] == flow["visits"]
    with at_work.database.transaction(write=False) as session:
        budgets = "SELECT count(*) FROM event WHERE budget_amount IS NOT NULL"
        assert session.execute(sa_text(budgets)).scalar_one() > 0
    assert planned > 0


def test_a_budget_is_written_as_before_while_there_is_no_estimate(at_work: Console) -> None:
    token = EXPECTED["accounts"]["root"]["token"]
    with at_work.database.transaction(write=False) as session:
        some = "SELECT id FROM event WHERE budget_amount IS NOT NULL AND kind = 'delegation' ORDER BY id LIMIT 1"
        path = f"/delegations/{session.execute(sa_text(some)).scalar_one()}"
    before = at_work.call(token, "GET", path)
    assert before.json["budget"] is not None
    budget = {"amount": "7", "currency": "LAK"}
    changed = at_work.call(token, "PATCH", path, {"budget": budget}, If_Match=before.headers["ETag"])
    assert (changed.status_code, changed.json["budget"]) == (200, budget)


# Negative controls: the comparisons notice what a careless migration would do

_INTERNAL = "status = 'confirmed' AND visibility = 'internal' AND first_day > '2026-12'"
_ONE_EVENT = f"id = (SELECT id FROM event WHERE {_INTERNAL} ORDER BY id LIMIT 1)"
CARELESS_ROWS = {
    "another UID": f"UPDATE event SET uid = uid || 'x' WHERE {_ONE_EVENT}",
    "another SEQUENCE": f"UPDATE event SET sequence = sequence + 1 WHERE {_ONE_EVENT}",
    "another day": f"UPDATE event SET departs_on = date(departs_on, '+1 day') WHERE {_ONE_EVENT}",
    "another feed address": "UPDATE feed SET token_hash = lower(hex(randomblob(32))) WHERE rowid = 1",
    "a token lost": "DELETE FROM api_token WHERE rowid = (SELECT max(rowid) FROM api_token)",
    "a row too many": "INSERT INTO job_run VALUES ('x', '2026-01-01', '2026-01-01')",
    "a column lost": "ALTER TABLE task DROP COLUMN working_days",
    "a table lost": "DROP TABLE performance",
}
"""What goes wrong → a statement that does it."""


@pytest.fixture(scope="module")
def sqlite_upgraded(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The SQLite file after the upgrade, to be spoilt in copies."""
    folder = tmp_path_factory.mktemp("spoilt")
    url = office_0_1.open_sqlite(folder / "desk.sqlite")
    rows = office_0_1.rows_of(url)
    upgrade(url, locality=LOCALITY)
    settled(url)
    numbers = iter(range(100))

    def copy() -> str:
        path = folder / f"{next(numbers)}.sqlite"
        shutil.copyfile(url.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    return Office(url, rows, copy)


def spoilt(office: Office, *statements: str) -> str:
    """A copy after these statements; its address."""
    url = office.copy()
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return url


@pytest.mark.parametrize("statement", CARELESS_ROWS.values(), ids=CARELESS_ROWS)
def test_a_careless_migration_is_noticed_in_the_rows(sqlite_upgraded: Office, statement: str) -> None:
    url = spoilt(sqlite_upgraded, statement)
    assert len(row_differences(sqlite_upgraded.rows, office_0_1.rows_of(url), KNOWN_ROWS, may_grow=True)) >= 1


def test_mail_that_a_migration_makes_due_is_noticed(sqlite_upgraded: Office, tmp_path: Path) -> None:
    at = "2026-11-22 02:59:00.000000"
    later = "state = 'pending' AND due_at > '2026-11-23' ORDER BY due_at LIMIT 5"
    sooner = f"UPDATE reminder SET next_at = '{at}' WHERE id IN (SELECT id FROM reminder WHERE {later})"
    assert sent_from(spoilt(sqlite_upgraded, sooner), tmp_path) != set(EXPECTED["due"]["sqlite"])


def test_other_bytes_of_a_feed_are_noticed(sqlite_upgraded: Office, console: Callable[[str], Console]) -> None:
    kept = office_0_1.feeds()
    body = kept["public"].body
    other = {"public": Served(200, kept["public"].etag, body.replace(b"SEQUENCE:", b"SEQUENCE:1", 1))}
    (told,) = feed_differences({"public": kept["public"]}, other)
    assert told.startswith("public: other bytes")
    assert "SEQUENCE" in told
    assert feed_differences({"public": kept["public"]}, {"public": Served(200, '"x"', body)}) != []
    assert feed_differences({"public": kept["public"]}, {}) == ["public: not asked"]
    assert feed_differences(kept, kept | other, {"public"}) == []
    # And as a migration would do it: one event's UID, everything written anew.
    anew = [f"DELETE FROM {table}" for table in CACHED_CALENDARS]
    url = spoilt(sqlite_upgraded, *anew, CARELESS_ROWS["another UID"])
    names = ["everything-en", "public"]
    before = console(sqlite_upgraded.copy()).feeds(names)
    differing = [told.partition(":")[0] for told in feed_differences(before, console(url).feeds(names))]
    assert differing == ["everything-en"], "the public one does not show that event"


def test_who_reads_more_is_noticed(sqlite_upgraded: Office, console: Callable[[str], Console]) -> None:
    url = spoilt(sqlite_upgraded, "UPDATE event SET visibility = 'public'")
    now = console(url).readable(["viewer-culture", "officer-health", "root"])
    assert read_more(office_0_1.readable(), now).keys() == {"viewer-culture", "officer-health"}


# Reminder rules whose addresses nobody entitled has approved (migration 0012)

STRANGER = "nguoi-la@example.org"
DOUBTED = "0rule0by0an0officer0000000"
_OFFICER = EXPECTED["accounts"]["officer-culture"]["id"]


def _with_doubted_rule(url: str) -> str:
    """Make a copy one where an officer of a department has made a rule that mails somebody nobody knows, and has
    changed one of the administrator's, of the press; id of that one."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        own = sa_text("SELECT id, created_at FROM reminder_rule WHERE CAST(audience AS TEXT) LIKE '%bao-chi@%'")
        press, created_at = connection.execute(own).one()
        row = {
            "id": DOUBTED, "at": created_at, "yes": True, "no": False, "audience": json.dumps([f"email:{STRANGER}"]),
            "name": json.dumps({"vi": "Lạ"}), "kinds": "[]",
        }  # fmt: skip
        connection.execute(
            sa_text(
                'INSERT INTO reminder_rule (id, name, kinds, anchor, "offset", working_days, audience, channel, active,'
                " catch_up, created_at, updated_at, version) VALUES (:id, :name, :kinds, 'arrival', '-P1D', :no,"
                " :audience, 'email', :yes, :no, :at, :at, 1)"
            ),
            row,
        )
        trail = sa_text(
            "INSERT INTO audit (at, actor_id, actor_name, action, entity, entity_id, changes)"
            " VALUES (:at, :actor, 'officer', :action, 'reminder_rule', :id, :changes)"
        )
        for action, identity, changes in (
            ("create", DOUBTED, {"audience": {"from": None, "to": [f"email:{STRANGER}"]}}),
            ("change", press, {"kinds": {"from": ["delegation"], "to": []}}),
        ):
            values = {"at": created_at, "actor": _OFFICER, "action": action, "id": identity}
            connection.execute(trail, values | {"changes": json.dumps(changes)})
        # One of the press's reminders is to be sent at once.
        due = sa_text("SELECT id FROM reminder WHERE rule_id = :press AND state = 'pending' ORDER BY due_at LIMIT 1")
        reminder = connection.execute(due, {"press": press}).scalar_one()
        connection.execute(
            sa_text("UPDATE reminder SET next_at = :at WHERE id = :id"),
            {"at": INSTANT.replace(tzinfo=None) if url.startswith("sqlite") else INSTANT, "id": reminder},
        )
    engine.dispose()
    return str(press)


@pytest.fixture
def doubted(old: Office) -> tuple[str, str]:
    """The old office with rules an administrator has to look at, upgraded; its address, and the press's rule."""
    url = old.copy()
    press = _with_doubted_rule(url)
    upgrade(url, locality=LOCALITY)
    settled(url)
    return url, press


def test_rules_get_their_authors_organisation_and_approval(
    doubted: tuple[str, str], old: Office, upgraded: Office
) -> None:
    """By the trail: all of the kept office are the service's and an administrator's; an officer's is their own."""
    url, press = doubted
    rules = {key[0]: row for key, row in office_0_1.rows_of(url)["reminder_rule"].items()}
    culture = next(row["organisation_id"] for row in old.rows["user"].values() if row["id"] == _OFFICER)
    assert rules[DOUBTED]["organisation_id"] == culture
    assert {row["organisation_id"] for key, row in rules.items() if key != DOUBTED} == {None}
    for key, row in rules.items():
        is_approved = "email:" in str(row["audience"]) and key not in {DOUBTED, press}
        assert (row["addresses_approved_at"] is not None) is is_approved, row
        assert (row["addresses_approved_by"] == EXPECTED["accounts"]["root"]["id"]) is is_approved
    assert [row["active"] for key, row in rules.items() if key in {DOUBTED, press}] == [False, False]
    before = {key[0]: row["active"] for key, row in old.rows["reminder_rule"].items()}
    assert {key: row["active"] for key, row in rules.items() if key not in {DOUBTED, press}} == {
        key: active for key, active in before.items() if key != press
    }
    assert upgraded.rows["upgrade_note"] == {}, "of the kept office itself nothing is doubted"


def test_rules_that_are_switched_off_send_nothing_until_somebody_has_looked(
    doubted: tuple[str, str], tmp_path: Path, console: Callable[[str], Console]
) -> None:
    """No reminder leaves twice or anew: what waits stays, is sent once when the rule is on again, and never before."""
    url, press = doubted
    before = office_0_1.rows_of(url)["reminder"]
    of_press = {row["id"] for row in before.values() if row["rule_id"] == press}
    waiting = {row["id"] for row in before.values() if row["rule_id"] == press and row["state"] == "pending"}
    assert waiting
    at_work = console(url)
    root = EXPECTED["accounts"]["root"]
    # Looked at before the worker runs: it is approved and switched on as it was.
    given = {"audience": ["email:bao-chi@example.org"], "active": True}
    assert at_work.call(EXPECTED["accounts"]["officer-culture"]["token"], "PATCH", f"/reminder-rules/{press}", given,
                        If_Match="*").status_code == 403  # fmt: skip
    assert not of_press & sent_from(_copied(url, tmp_path / "off"), tmp_path / "off")
    assert at_work.call(root["token"], "PATCH", f"/reminder-rules/{press}", given, If_Match="*").status_code == 200
    after = office_0_1.rows_of(url)["reminder"]
    assert {row["id"] for row in after.values()} == {row["id"] for row in before.values()}
    pending = {row["id"] for row in after.values() if row["rule_id"] == press and row["state"] == "pending"}
    assert pending == waiting


def _copied(url: str, folder: Path) -> str:
    folder.mkdir()
    if not url.startswith("sqlite"):
        return url
    settled(url)
    path = folder / "desk.sqlite"
    shutil.copyfile(url.removeprefix("sqlite:///"), path)
    return f"sqlite:///{path}"


# A rule whose hours counted for nothing


HOURS = time(8)


@pytest.fixture
def by_former_reckoning(old: Office) -> tuple[str, str]:
    """The kept office with one more kind of rule: “24 hours before the arrival, at 08:00”, which version 0.1 made due
    on the day of arrival. Its reminders are those of a rule of the office, some sent and some waiting; the rule's id.
    """
    url = old.copy()
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        found = connection.execute(
            sa_text(
                "SELECT reminder_rule.id FROM reminder_rule JOIN reminder ON reminder.rule_id = reminder_rule.id"
                " WHERE anchor = 'arrival' AND reminder.state = 'sent' AND active GROUP BY reminder_rule.id"
                " ORDER BY count(*) DESC, reminder_rule.id"
            )
        )
        rule = str(found.scalars().first())
        connection.execute(
            sa_text("UPDATE reminder_rule SET \"offset\" = '-PT24H', at = :at, catch_up = :yes WHERE id = :rule"),
            {"rule": rule, "at": str(HOURS), "yes": True},
        )
        rows = connection.execute(
            sa_text(
                "SELECT reminder.id, reminder.event_id, recipient, state, arrives_on, timezone FROM reminder"
                " JOIN event ON event.id = reminder.event_id WHERE rule_id = :rule ORDER BY state DESC, reminder.id"
            ),
            {"rule": rule},
        ).all()
        taken: set[tuple[str, str]] = set()
        for row in rows:
            if (row.event_id, row.recipient) in taken:
                connection.execute(sa_text("DELETE FROM reminder_attempt WHERE reminder_id = :id"), {"id": row.id})
                connection.execute(sa_text("DELETE FROM reminder WHERE id = :id"), {"id": row.id})
                continue
            taken.add((row.event_id, row.recipient))
            day = date.fromisoformat(str(row.arrives_on))
            due = datetime.combine(day, HOURS, ZoneInfo(row.timezone)).astimezone(UTC)
            values = {"id": row.id, "due": due if url.startswith("postgresql") else due.replace(tzinfo=None)}
            connection.execute(sa_text("UPDATE reminder SET due_at = :due WHERE id = :id"), values)
    engine.dispose()
    return url, rule


def test_what_was_sent_by_the_former_reckoning_is_not_sent_again(
    by_former_reckoning: tuple[str, str], tmp_path: Path, console: Callable[[str], Console]
) -> None:
    """Planned anew by the upgrade and again by an edit of the rule, which even catches up: no reader of an event gets
    a second one; whose reminder waited gets one, a day earlier than version 0.1 would have sent it."""
    url, rule = by_former_reckoning

    def of_rule() -> list[dict[str, Any]]:
        return [row for row in office_0_1.rows_of(url)["reminder"].values() if row["rule_id"] == rule]

    before = of_rule()
    done = {(row["event_id"], row["recipient"]) for row in before if row["state"] in {"sent", "failed"}}
    assert done
    assert not {(row["event_id"], row["recipient"]) for row in before if row["state"] == "pending"} & done
    upgrade(url, locality=LOCALITY)
    settled(url)
    at_work = console(url)
    with at_work.database.transaction() as session:
        queue = PlanningQueue(settings_for(url, tmp_path).office)
        assert queue.is_waiting(session) or not any(row["state"] == "pending" for row in before)
        while queue.plan_batch(session, INSTANT):
            pass
    given = {"catch_up": False}, {"catch_up": True}
    for values in given:
        answer = at_work.call(EXPECTED["accounts"]["root"]["token"], "PATCH", f"/reminder-rules/{rule}", values,
                              If_Match="*")  # fmt: skip
        assert answer.status_code == 200, answer.text
    again = [row for row in of_rule() if (row["event_id"], row["recipient"]) in done]
    assert {row["state"] for row in again} <= {"sent", "failed"}
    assert len(again) == len(done)
