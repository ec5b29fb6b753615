"""Reminders of observances, anniversaries and ends of agreements: planned, told to the right people, checked, sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from jobs.schedule import Job, fixed_jobs, run_due
from models.accounts import User
from models.agreements import Agreement, AgreementParty, Anniversary
from models.database import Database
from models.observances import Observance
from models.reminders import Reminder, ReminderRule
from models.vocabulary import EventKind, EventStatus, Language, ReminderAnchor, ReminderState, Role, Visibility
from service.actions.context import ActionContext
from service.actions.effects.planning_queue import PlanningQueue
from service.actions.reminders import occasion_planning, reminder_planning
from service.actions.scheduling import observances
from tests.factories import (
    NOW,
    OFFICE,
    make_event,
    make_locality,
    make_observance,
    make_organisation,
    make_rule,
    make_user,
)
from tests.jobs.conftest import HandClock, WorkerFactory, reminders
from tests.jobs.sink import Sink

pytestmark = pytest.mark.both_databases("a partial unique index, statements over things of several kinds")

LAN, MINH, SPY = "lan@example.org", "minh@example.org", "spy@example.org"
ACT = ActionContext(None, NOW, OFFICE)
DUE = datetime.fromisoformat("2026-11-27T08:00+07:00")
"""Five days before 2 December."""


def greeting_rule(session: Session, **values: Any) -> Any:
    row = {
        "name": {"vi": "Gửi điện mừng", "lo": "ສົ່ງສານ", "en": "Send greetings"},
        "anchor": ReminderAnchor.OBSERVANCE,
        "offset": "-P5D",
        "at": time(8),
        "audience": ["role:officer"],
    }
    return make_rule(session, **row | values)


def planned(database: Database, **rule: Any) -> str:
    """Two officers, a viewer, and a rule about the national day; the rule's id."""
    with database.transaction() as session:
        make_user(session, Role.OFFICER, email=LAN, locale=Language.EN)
        make_user(session, Role.OFFICER, email=MINH, locale=Language.LO)
        make_user(session, Role.VIEWER, email="viewer@example.org")
        make_observance(session)
        made = greeting_rule(session, **rule)
        occasion_planning.plan(session, ACT)
        return str(made.id)


def coming(database: Database) -> list[Reminder]:
    return [row for row in reminders(database) if row.state is ReminderState.PENDING]


def text(mail: Any) -> str:
    body = mail.mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_it_is_planned_for_this_year_and_the_next_and_told_in_the_readers_language(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database)
    rows = coming(database)
    assert [(row.due_at, row.recipient) for row in sorted(rows, key=lambda row: (row.due_at, row.recipient))] == [
        (DUE.replace(year=year), address) for year in (2026, 2027) for address in (LAN, MINH)
    ]
    assert {(row.event_id, row.about_type, row.about_day.year) for row in rows} == {  # type: ignore[union-attr]
        (None, "observance", 2026), (None, "observance", 2027),
    }  # fmt: skip
    clock.now = DUE
    assert make_worker().tick() == {"sent": 2}
    english, lao = sorted(sink.received, key=lambda mail: mail.recipient)
    assert english.mail["Subject"] == "Send greetings – Lao National Day – 2 December 2026"
    lines = text(english).splitlines()
    assert lines[0] == "Please prepare the greetings for this day:"
    assert lines[2] == "Lao National Day"
    assert "- Anniversary no. 51" in lines
    assert any("https://desk.example.org/calendar?view=day&day=2026-12-02" in line for line in lines)
    assert not any("/events/" in line for line in lines)
    assert lao.mail["Subject"].startswith("ສົ່ງສານ – ວັນຊາດລາວ")
    assert len(list(english.mail.iter_attachments())) == 0


def test_planning_again_changes_nothing_and_sends_nothing_twice(
    database: Database, make_worker: WorkerFactory, clock: HandClock
) -> None:
    planned(database)
    with database.transaction() as session:
        assert occasion_planning.plan(session, ACT) == 0
    clock.now = DUE
    assert make_worker().tick() == {"sent": 2}
    with database.transaction() as session:
        assert occasion_planning.plan(session, replace(ACT, now=DUE + timedelta(minutes=1))) == 0
    assert make_worker().tick() == {}


def test_what_was_due_before_it_was_planned_is_named_and_not_sent_unless_its_rule_catches_up(
    database: Database, make_worker: WorkerFactory, clock: HandClock
) -> None:
    planned(database, offset="-P20D")
    late = [row for row in reminders(database) if row.state is ReminderState.SKIPPED]
    assert {(row.recipient, row.reason) for row in late} == {
        (LAN, "It was due before this was planned."), (MINH, "It was due before this was planned."),
    }  # fmt: skip
    assert make_worker().tick() == {}
    with database.transaction() as session:
        greeting_rule(session, offset="-P20D", catch_up=True)
        occasion_planning.plan(session, ACT)
    assert make_worker().tick() == {"sent": 2}
    clock.now = NOW + timedelta(days=15)
    assert make_worker().tick() == {}


MOVED = "The days, the hours or the reminder rule changed."
Change = Callable[[Session], object]


def change_observance(**values: Any) -> Change:
    return lambda session: observances.change_observance(session, ACT, session.exec(select(Observance)).one(), values)


def switch_off(session: Session) -> None:
    rule = session.exec(select(Reminder.rule_id)).first()
    found = session.get(ReminderRule, rule)
    assert found is not None
    found.active = False
    reminder_planning.plan_rule(session, ACT, found)


def quietly(**values: Any) -> Change:
    """Behind the service's back: what is sent is checked again."""

    def change(session: Session) -> None:
        row = session.exec(select(Observance)).one()
        for name, value in values.items():
            setattr(row, name, value)

    return change


def remove_quietly(session: Session) -> None:
    session.delete(session.exec(select(Observance)).one())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            change_observance(recurs={"calendar": "solar", "month": 12, "day": 3}),
            "The days, the hours or the reminder rule changed.",
        ),
        (change_observance(greets=False), "No greetings go out on this day (any more)."),
        (quietly(recurs_day=3), MOVED),
        (quietly(greets=False), "No greetings go out on this day (any more)."),
        (remove_quietly, "What it was about was deleted, or is not this office's."),
        (switch_off, "The reminder rule is switched off."),
    ],
    ids=["moved", "no greetings", "moved quietly", "no greetings quietly", "deleted quietly", "rule off"],
)
def test_what_holds_no_more_is_not_sent(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, change: Change, why: str
) -> None:
    planned(database)
    with database.transaction() as session:
        change(session)
    clock.now = DUE
    make_worker().tick()
    assert sink.received == []
    rows = [row for row in reminders(database) if row.due_at == DUE]
    assert {(row.state, row.reason) for row in rows} == {(ReminderState.SKIPPED, why)}


def test_who_is_no_longer_an_officer_is_told_nothing(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database)
    with database.transaction() as session:
        for user in session.exec(select(User).where(col(User.email).in_([LAN, MINH]))):
            if user.email == LAN:
                user.role = Role.VIEWER
            else:
                user.active = False
    clock.now = DUE
    make_worker().tick()
    assert sink.received == []


def test_an_address_of_nobody_is_told_only_if_it_is_approved(database: Database) -> None:
    planned(database, audience=[f"email:{SPY}", "email:LAN@example.org"], addresses_approved_at=None)
    assert {row.recipient for row in coming(database)} == {LAN}
    with database.transaction() as session:
        greeting_rule(session, audience=[f"email:{SPY}"])
        occasion_planning.plan(session, ACT)
    assert {row.recipient for row in coming(database)} == {LAN, SPY}


def test_the_address_of_a_disabled_account_is_told_nothing(database: Database) -> None:
    with database.transaction() as session:
        make_user(session, Role.OFFICER, email=SPY, active=False)
    planned(database, audience=[f"email:{SPY}"])
    assert coming(database) == []


def test_the_organisation_is_whose_day_it_is_else_whose_rule_else_the_protocol_office(database: Database) -> None:
    with database.transaction() as session:
        youth, women = make_organisation(session), make_organisation(session)
        make_user(session, Role.VIEWER, email="youth@example.org", organisation_id=youth.id)
        make_user(session, Role.VIEWER, email="women@example.org", organisation_id=women.id)
        make_user(session, Role.VIEWER, email="office@example.org")
        of_youth = make_observance(session, country=None, organisation_id=youth.id).id
        of_laos = make_observance(session, recurs_month=7, recurs_day=20).id
        offices = greeting_rule(session, audience=["organisation"]).id
        womens = greeting_rule(session, audience=["organisation"], organisation_id=women.id).id
        occasion_planning.plan(session, ACT)
    assert {(row.rule_id, row.about_id, row.recipient) for row in coming(database)} == {
        (offices, of_youth, "youth@example.org"),
        (womens, of_youth, "youth@example.org"),
        (offices, of_laos, "office@example.org"),
        (womens, of_laos, "women@example.org"),
    }


def test_another_offices_people_and_days_are_its_own(database: Database) -> None:
    """Each office's rule reminds its own accounts of its own days; a shared agreement both sides of it."""
    with database.transaction() as session:
        make_locality(session)
        make_locality(session, "vientiane-province", country="LA")
        make_locality(session, "other-province", country="VN")
        abroad = make_organisation(session, locality="vientiane-province")
        make_user(session, Role.OFFICER, email=LAN)
        make_user(session, Role.OFFICER, email=SPY, organisation_id=abroad.id, office="vientiane-province")
        ours = make_observance(session)
        theirs = make_observance(session, office="vientiane-province", recurs_month=7, recurs_day=20)
        home, away = greeting_rule(session), greeting_rule(session, office="vientiane-province")
        days = {"starts_on": date(2024, 1, 1), "ends_on": date(2026, 12, 31)}
        both = Agreement(title={"vi": "Chung"}, **days)
        both.party_rows = [
            AgreementParty(locality=code, position=place)
            for place, code in enumerate(("hai-duong", "vientiane-province"))
        ]
        session.add(both)
        only_ours = Agreement(title={"vi": "Riêng"}, **days)
        only_ours.party_rows = [AgreementParty(locality="hai-duong"), AgreementParty(locality="other-province")]
        session.add(only_ours)
        ends = {"anchor": ReminderAnchor.AGREEMENT_END}
        home_end, away_end = greeting_rule(session, **ends), greeting_rule(session, office="vientiane-province", **ends)
        ids = {
            ours.id: "ours", theirs.id: "theirs", home.id: "home", away.id: "away", home_end.id: "home",
            away_end.id: "away", both.id: "both", only_ours.id: "only_ours",
        }  # fmt: skip
        occasion_planning.plan(session, ACT)
    found = {(ids[str(row.rule_id)], ids[str(row.about_id)], row.recipient) for row in coming(database)}
    assert found == {
        ("home", "ours", LAN), ("away", "theirs", SPY),
        ("home", "both", LAN), ("away", "both", SPY), ("home", "only_ours", LAN),
    }  # fmt: skip


def test_an_anniversary_reminds_until_it_has_a_ceremony(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        make_user(session, Role.OFFICER, email=LAN, locale=Language.EN)
        anniversary = Anniversary(title={"vi": "Quan hệ", "en": "The relation"}, origin="1987")
        session.add(anniversary)
        greeting_rule(session, anchor=ReminderAnchor.ANNIVERSARY, grades=["round"], offset="-P30D")
        occasion_planning.plan(session, ACT)
        identity = anniversary.id
    (row,) = coming(database)  # 2027 is the 40th year; only the year is known
    assert (row.about_day, row.due_at) == (date(2027, 1, 1), datetime.fromisoformat("2026-12-02T08:00+07:00"))
    with database.transaction() as session:
        make_event(
            session, kind=EventKind.ANNIVERSARY, anniversary_id=identity, year=2027, ordinal=40,
            status=EventStatus.PLANNED, first_day=date(2027, 5, 1), last_day=date(2027, 5, 1),
        )  # fmt: skip
    clock.now = row.due_at
    make_worker().tick()
    assert sink.received == []
    assert "ceremony" in str(reminders(database)[0].reason)


def test_a_ceremony_that_is_hidden_from_somebody_changes_nothing_for_them(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    """Neither when it is planned nor when it is sent: that a reminder stays away must not tell of it."""
    with database.transaction() as session:
        theirs, others = make_organisation(session), make_organisation(session)
        make_user(session, Role.OFFICER, email=LAN, organisation_id=theirs.id)
        make_user(session, Role.OFFICER, email=SPY, organisation_id=others.id)
        anniversary = Anniversary(title={"vi": "Quan hệ"}, origin="1987")
        session.add(anniversary)
        greeting_rule(session, anchor=ReminderAnchor.ANNIVERSARY, grades=["round"], offset="-P30D")
        occasion_planning.plan(session, ACT)
        ceremony = {
            "kind": EventKind.ANNIVERSARY, "anniversary_id": anniversary.id, "year": 2027, "ordinal": 40,
            "status": EventStatus.PLANNED, "first_day": date(2027, 5, 1), "last_day": date(2027, 5, 1),
            "organisation_id": theirs.id,
        }  # fmt: skip
        event = make_event(session, **ceremony)
        occasion_planning.plan(session, ACT)
        assert {(row.recipient, row.state) for row in session.exec(select(Reminder))} == {
            (LAN, ReminderState.SKIPPED), (SPY, ReminderState.PENDING),
        }  # fmt: skip
        event.visibility = Visibility.PUBLIC
        occasion_planning.plan(session, ACT)
        assert {row.state for row in session.exec(select(Reminder).execution_options(populate_existing=True))} == {
            ReminderState.SKIPPED
        }
        event.visibility = Visibility.INTERNAL
        occasion_planning.plan(session, ACT)
    clock.now = datetime.fromisoformat("2026-12-02T08:00+07:00")
    assert make_worker().tick() == {"sent": 1}
    assert sink.recipients == [SPY]


def test_a_year_is_told_as_a_year(database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink) -> None:
    with database.transaction() as session:
        make_user(session, Role.OFFICER, email=LAN, locale=Language.EN)
        session.add(Anniversary(title={"vi": "Quan hệ", "en": "The relation"}, origin="1987"))
        greeting_rule(session, anchor=ReminderAnchor.ANNIVERSARY, offset="-P30D")
        occasion_planning.plan(session, ACT)
    clock.now = datetime.fromisoformat("2026-12-02T08:00+07:00")
    assert make_worker().tick() == {"sent": 1}
    (mail,) = sink.received
    assert mail.mail["Subject"] == "Send greetings – The relation – the year 2027"
    assert "January" not in text(mail)


def night(job: Job, at: datetime) -> datetime:
    return job.schedule.following(at)


def test_every_night_what_has_come_nearer_is_planned(database: Database) -> None:
    planned(database)
    jobs = fixed_jobs(OFFICE, planning=PlanningQueue(OFFICE))
    (job,) = [one for one in jobs if one.name == "occasions"]
    run_due(database, [job], NOW)  # a new database begins with its next time
    first = night(job, NOW)
    assert run_due(database, [job], first) == {"occasions": 0}
    later = night(job, NOW + timedelta(days=365))
    assert run_due(database, [job], later) == {"occasions": 2}
    # That of 2026 could not be sent before its day was over.
    assert {row.about_day.year for row in coming(database)} == {2027, 2028}  # type: ignore[union-attr]
    assert run_due(database, [job], later) == {}


def test_without_a_planner_there_is_no_such_job() -> None:
    assert "occasions" not in {job.name for job in fixed_jobs(OFFICE)}
