"""The inbox of answers on a real IMAP server: every message once, whatever happens, and nothing is ever sent."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlmodel import select

from jobs import inbox as jobs_inbox
from jobs.config import WorkerConfig
from jobs.inbox import Inbox
from jobs.leadership import NotLeading
from jobs.worker import Worker
from models.both_sides.inbox import InboxFolder, InboxMessage
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.vocabulary import InboxOutcome, MemberAnswer
from service.actions.both_sides.answers import AnswerTaker
from tests.answer_mails import INBOX, READING, SECRET, WHEN, address_of, answer
from tests.dovecot import PASSWORD, Dovecot, dovecot
from tests.factories import make_event, make_member, make_person
from tests.jobs.conftest import HandClock
from tests.paths import ROOT

pytestmark = pytest.mark.xdist_group("dovecot")
KHAM = "kham@example.la"


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def config(server: Dovecot, tmp_path: Path) -> WorkerConfig:
    url = f"imap://{quote(INBOX, safe='')}:{quote(PASSWORD, safe='')}@{server.host}/INBOX"
    return WorkerConfig("file:", "Lễ tân <desk@example.org>", tmp_path, READING, secret_key=SECRET, inbox_url=url)


@pytest.fixture
def visit(database: Database) -> tuple[Event, Member, str]:
    """An event, its member Kham, and where Kham's answer goes to."""
    with database.transaction() as session:
        event = make_event(session)
        member = make_member(session, event, make_person(session, email="Kham@Example.LA"))
        session.flush()
        return event, member, address_of(session, member)


Visit = tuple[Event, Member, str]


@pytest.fixture
def reader(database: Database, config: WorkerConfig, clock: HandClock) -> Inbox:
    clock.now = WHEN + timedelta(hours=1)
    return new_reader(database, config, clock)


def new_reader(database: Database, config: WorkerConfig, clock: HandClock) -> Inbox:
    return Inbox(database, config, AnswerTaker(config.office), clock, database.transaction)


def rows(database: Database) -> list[InboxMessage]:
    with database.transaction(write=False) as session:
        return list(session.exec(select(InboxMessage).order_by(InboxMessage.uid)))  # type: ignore[arg-type]


def given(database: Database, member: Member) -> MemberAnswer:
    with database.transaction(write=False) as session:
        return session.get_one(Member, member.id).answer


def folder(database: Database) -> InboxFolder:
    with database.transaction(write=False) as session:
        return session.exec(select(InboxFolder)).one()


@pytest.mark.both_databases("the rows of the inbox are written, looked for and marked")
def test_a_proven_answer_is_applied_and_marked_as_seen(
    database: Database, server: Dovecot, reader: Inbox, visit: Visit
) -> None:
    event, member, to = visit
    server.deliver(answer(event, to, KHAM), at=WHEN)
    assert reader.tick() == 1
    assert given(database, member) is MemberAnswer.ACCEPTED
    (row,) = rows(database)
    assert (row.outcome, row.reason, row.sender, row.event_id) == (InboxOutcome.APPLIED, None, KHAM, event.id)
    assert (row.received_at, row.answered_at, row.to_mark) == (WHEN, WHEN, False)
    assert server.seen() == 1
    assert reader.tick() == 0
    assert folder(database).read_at is not None


def test_what_is_no_answer_stays_unread_with_a_reason(
    database: Database, server: Dovecot, reader: Inbox, visit: Visit
) -> None:
    event, member, to = visit
    headers = f"From: {KHAM}\r\nTo: {to}\r\nSubject: Vâng\r\n"
    server.deliver(
        f"{headers}\r\nI will come.\r\n".encode(),
        answer(event, to, KHAM, method="REQUEST"),
        answer(event, INBOX, KHAM),
        answer(event, to, KHAM, "DELEGATED"),
        answer(event, to, "boss@example.la", headers="Auto-Submitted: auto-replied\r\n"),
        answer(event, to, "desk@example.org"),
    )
    assert reader.tick() == 6
    assert [(row.outcome.value, row.reason) for row in rows(database)] == [
        ("unread", "no_calendar"), ("unread", "not_an_answer"), ("unproven", "no_token"), ("unread", "delegated"),
        ("automatic", None), ("automatic", None),
    ]  # fmt: skip
    assert given(database, member) is MemberAnswer.NEEDS_ACTION
    assert server.seen() == 0


def test_a_folder_that_is_numbered_anew_applies_nothing_twice(
    database: Database, server: Dovecot, reader: Inbox, visit: Visit
) -> None:
    event, member, to = visit
    server.deliver(answer(event, to, KHAM), answer(event, to, KHAM, "DECLINED", at=WHEN + timedelta(minutes=1)))
    assert reader.tick() == 2
    validity = folder(database).uid_validity
    with database.transaction() as session:
        session.get_one(Member, member.id).answer = MemberAnswer.TENTATIVE  # somebody's word since
    server.number_anew()
    server.deliver(b"From: a@example.la\r\nSubject: new\r\n\r\nnew\r\n")
    assert reader.tick() == 1, "the new one only"
    assert folder(database).uid_validity != validity
    assert given(database, member) is MemberAnswer.TENTATIVE
    assert len(rows(database)) == 3


def test_a_message_that_was_moved_away_and_back_counts_once(
    database: Database, server: Dovecot, reader: Inbox, visit: Visit
) -> None:
    event, _member, to = visit
    server.deliver(answer(event, to, KHAM))
    assert reader.tick() == 1
    with server.client() as client:
        client.create("Later")
        client.select("INBOX")
        client.uid("MOVE", "1", "Later")
        client.select("Later")
        client.uid("MOVE", "1", "INBOX")
    assert server.search("ALL") == [2]
    assert reader.tick() == 0
    assert len(rows(database)) == 1
    assert folder(database).last_uid == 2


def test_more_than_a_round_holds_is_read_in_several(
    database: Database, server: Dovecot, reader: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_inbox, "MOST_AT_ONCE", 2)
    server.deliver(*(f"Message-ID: <{number}@x>\r\n\r\n{number}\r\n".encode() for number in range(5)))
    assert [reader.tick() for _round in range(4)] == [2, 2, 1, 0]
    assert [row.uid for row in rows(database)] == [1, 2, 3, 4, 5]


def test_a_message_that_makes_the_service_stumble_stops_no_other(
    database: Database, server: Dovecot, config: WorkerConfig, clock: HandClock, visit: Visit
) -> None:
    event, _member, to = visit

    class Stumbling(AnswerTaker):
        def take(self, session, mail, read, now):  # type: ignore[no-untyped-def]
            super().take(session, mail, read, now)
            if read.sender == "bad@example.la" and getattr(read, "partstat", None):
                raise ZeroDivisionError
            return True

    clock.now = WHEN + timedelta(hours=1)
    reader = Inbox(database, config, Stumbling(config.office), clock, database.transaction)
    server.deliver(answer(event, to, "bad@example.la"), answer(event, to, KHAM))
    assert reader.tick() == 2
    assert [(row.outcome.value, row.reason) for row in rows(database)] == [("unread", "malformed"), ("applied", None)]


def test_bombs_are_left_unread_and_what_follows_them_is_read(
    database: Database, server: Dovecot, reader: Inbox, visit: Visit
) -> None:
    event, member, to = visit
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth) for depth in range(10_000)
    )
    zipped = answer(event, to, KHAM, lines=("ATTACH;ENCODING=BASE64;VALUE=BINARY:" + "UEsDBBQAAAAI" * 10_000,))
    archive = (
        f"From: {KHAM}\r\nTo: {to}\r\nMIME-Version: 1.0\r\nContent-Type: text/calendar; method=REPLY\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nUEsDBBQAAAAIAA==\r\n"
    ).encode()
    long_line = b"From: a@example.la\r\nSubject: long\r\n\r\n" + b"x" * 10_000_000 + b"\r\n"
    server.deliver(nested, archive, long_line, zipped)
    assert reader.tick() == 4
    assert [(row.outcome.value, row.reason) for row in rows(database)] == [
        ("unread", "too_deep"), ("unread", "malformed"), ("unread", "too_large"), ("applied", None),
    ]  # fmt: skip
    assert [row.subject for row in rows(database)][2] == "long"
    assert given(database, member) is MemberAnswer.ACCEPTED


def test_a_server_away_for_an_hour_heals_by_itself(
    database: Database, server: Dovecot, reader: Inbox, visit: Visit, clock: HandClock
) -> None:
    event, member, to = visit
    server.deliver(answer(event, to, KHAM))
    server.stop()
    since = clock.now
    tries = 0
    for _minute in range(60 * 3):
        before = reader.server.tried_at
        assert reader.tick() == 0
        tries += reader.server.tried_at != before
        clock.forward(seconds=20)
    assert folder(database).failing_since == since
    assert PASSWORD not in (folder(database).failure or "")
    assert 3 < tries < 30, "growing pauses"
    server.start()
    for _minute in range(3 * 20):
        reader.tick()
        clock.forward(seconds=20)
    assert given(database, member) is MemberAnswer.ACCEPTED
    assert (folder(database).failing_since, folder(database).failure) == (None, None)


def test_a_wrong_password_is_told_and_never_shown(
    database: Database, config: WorkerConfig, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = replace(config, inbox_url=config.inbox_url.replace(quote(PASSWORD, safe=""), "Geheim-123456"))
    reader = new_reader(database, wrong, clock)
    assert reader.tick() == 0
    assert "AUTHENTICATIONFAILED" in (folder(database).failure or "").upper().replace(" ", "")
    assert "Geheim" not in f"{folder(database).failure}{caplog.text}{wrong}{reader.address}"


def test_who_stops_leading_changes_nothing(
    database: Database, server: Dovecot, config: WorkerConfig, clock: HandClock, visit: Visit
) -> None:
    event, member, to = visit
    server.deliver(answer(event, to, KHAM))

    def not_leading() -> None:
        raise NotLeading

    reader = Inbox(database, config, AnswerTaker(config.office), clock, not_leading)  # type: ignore[arg-type]
    with pytest.raises(NotLeading):
        reader.tick()
    assert rows(database) == []
    assert given(database, member) is MemberAnswer.NEEDS_ACTION


def test_of_two_workers_the_leader_alone_reads(
    database: Database, server: Dovecot, config: WorkerConfig, clock: HandClock, visit: Visit
) -> None:
    event, _member, to = visit
    clock.now = WHEN + timedelta(hours=1)
    server.deliver(*(answer(event, to, KHAM, at=WHEN + timedelta(seconds=second)) for second in range(5)))
    workers = [Worker(database, config, clock, answers=AnswerTaker(config.office)) for _each in range(2)]
    try:
        for worker in workers:
            worker.lead_safely()
        assert [worker.leadership.leads for worker in workers] == [True, False]
        workers[1].inbox_safely()
        assert rows(database) == []
        workers[0].inbox_safely()
        assert len(rows(database)) == 5
    finally:
        for worker in workers:
            worker.leadership.resign()


@pytest.mark.parametrize("stage", ["taken", "committed"])
def test_a_worker_that_is_killed_applies_once(
    database: Database,
    database_url: str,
    server: Dovecot,
    config: WorkerConfig,
    clock: HandClock,
    visit: Visit,
    stage: str,
) -> None:
    """Before the commit nothing has happened; after it only the mark in the mailbox is made up for."""
    event, member, to = visit
    clock.now = WHEN + timedelta(hours=1)
    server.deliver(answer(event, to, KHAM))
    program = [sys.executable, "-m", "tests.jobs.inbox_process", database_url, config.inbox_url, str(config.var)]
    with subprocess.Popen([*program, clock.now.isoformat(), stage], cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"here\n"
        finally:
            process.kill()
    assert len(rows(database)) == (stage == "committed")
    assert server.seen() == 0
    assert new_reader(database, config, clock).tick() == (stage == "taken")
    (row,) = rows(database)
    assert (row.outcome, row.to_mark, server.seen()) == (InboxOutcome.APPLIED, False, 1)
    with database.transaction(write=False) as session:
        assert session.get_one(Member, member.id).version == 2, "changed once"


def test_without_a_key_a_mail_would_be_applied_again(
    database: Database, server: Dovecot, config: WorkerConfig, clock: HandClock, visit: Visit
) -> None:
    """The negative control: a reader that goes by UIDs alone undoes what was decided since."""
    event, member, to = visit

    class Forgetful(AnswerTaker):
        def take(self, session, mail, read, now):  # type: ignore[no-untyped-def]
            for row in session.exec(select(InboxMessage)):
                session.delete(row)
            session.flush()
            return super().take(session, mail, read, now)

    clock.now = WHEN + timedelta(hours=1)
    reader = Inbox(database, config, Forgetful(READING), clock, database.transaction)
    server.deliver(answer(event, to, KHAM))
    reader.tick()
    with database.transaction() as session:
        session.get_one(Member, member.id).answer = MemberAnswer.DECLINED
        session.get_one(Member, member.id).answered_at = None
    server.number_anew()
    assert reader.tick() == 1
    assert given(database, member) is MemberAnswer.ACCEPTED
