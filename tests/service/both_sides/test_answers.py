"""Who comes: answers, journeys and presence of members; who sees them; asking who has not answered."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from calendars.events.journeys import are_in_order, day_of, journey_of
from jobs import queue
from jobs.revalidation import DeliverableReminder, ReminderFacts
from models.accounts import Audit
from models.database import Database
from models.events import Event
from models.i18n import Message
from models.reminders import Reminder
from models.vocabulary import EventStatus, ReminderPurpose, ReminderState, Role, Side
from service.actions.context import ActionContext
from service.actions.events import chasing
from service.settings import Settings
from tests import factories
from tests.service.both_sides.conftest import TwoOffices
from tests.service.conftest import Caller, Clock

pytestmark = pytest.mark.both_databases("answers decide who is told, which is asked in SQL")

ARRIVAL = {"at": "2027-03-10T14:30", "by": "QV 314", "place": "Nội Bài", "met_by": "Trần Thị Bình"}
COMING = ("answer", "answered_at", "came", "arrival", "departure")


@pytest.fixture
def people(two: TwoOffices, database: Database) -> dict[str, str]:
    """The members of the visit by who they are: one of each side, and guests without a body."""
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        event.status = EventStatus.PLANNED
        host = factories.make_person(session, name="Chủ", organisation_id=two.body_id)
        guest = factories.make_person(session, name="Khách", organisation_id=two.other_body_id, email="k@example.org")
        plain = factories.make_person(session, name="Không cơ quan", email=None)
        found = {
            "host": factories.make_member(session, event, host, side=Side.HOST).id,
            "guest": factories.make_member(session, event, guest).id,
            "plain": factories.make_member(session, event, plain).id,
        }
    return {name: f"{two.path}/members/{one}" for name, one in found.items()}


def change(who: Caller, path: str, body: dict[str, Any]) -> Any:
    """Change a member, whatever was read of them before."""
    return who.call("PATCH", path, body, If_Match="*")


def listed(who: Caller, two: TwoOffices) -> dict[str, dict[str, Any]]:
    return {one["person"]["name"]: one for one in who.get(f"{two.path}/members").json}


def test_an_answer_is_kept_with_its_instant(two: TwoOffices, people: dict[str, str], clock: Clock) -> None:
    new = listed(two.owner, two)["Khách"]
    assert [new[name] for name in COMING] == ["needs_action", None, None, None, None]
    changed = change(two.owner, people["guest"], {"answer": "accepted", "arrival": ARRIVAL}).json
    assert (changed["answer"], changed["arrival"]) == ("accepted", ARRIVAL)
    assert changed["answered_at"].startswith(clock.now.isoformat()[:19])
    taken_back = change(two.owner, people["guest"], {"answer": None, "arrival": {"at": None}}).json
    assert [taken_back[name] for name in COMING] == ["needs_action", None, None, None, None]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"answer": "maybe"}, "answer"),
        ({"answered_at": "2027-01-01T00:00:00Z"}, "answered_at"),
        ({"arrival": {"at": "10/3/2027"}}, "arrival.at"),
        ({"arrival": {"by": "x" * 201}}, "arrival.by"),
        ({"arrival": {"seat": "3A"}}, "arrival.seat"),
        ({"arrival": {"at": "2027-03-10T14:30"}, "departure": {"at": "2027-03-10T14:29"}}, "departure.at"),
    ],
)
def test_what_is_no_answer_is_refused_at_its_field(
    two: TwoOffices, people: dict[str, str], body: dict[str, Any], field: str
) -> None:
    answer = change(two.owner, people["guest"], body)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_who_came_is_known_from_the_arrival_day_on(
    two: TwoOffices, people: dict[str, str], clock: Clock, database: Database
) -> None:
    early = change(two.owner, people["guest"], {"came": True})
    assert (early.status_code, early.json["code"]) == (409, "too_early")
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        event.arrives_on = event.first_day = clock.now.date()
        assert early.json["day"]
    assert change(two.owner, people["guest"], {"came": True}).json["came"] is True
    assert change(two.owner, people["guest"], {"came": None}).json["came"] is None


def test_another_person_in_a_place_has_answered_nothing(
    two: TwoOffices, people: dict[str, str], database: Database
) -> None:
    change(two.owner, people["guest"], {"answer": "accepted", "arrival": ARRIVAL})
    with database.transaction() as session:
        other = factories.make_person(session, name="Người thay", organisation_id=two.other_body_id).id
    swapped = change(two.owner, people["guest"], {"person_id": other}).json
    assert [swapped[name] for name in COMING] == ["needs_action", None, None, None, None]
    again = change(two.owner, people["guest"], {"person_id": other, "answer": "declined"}).json
    assert again["answer"] == "declined"
    assert again["answered_at"]


def test_the_other_side_sees_its_own_people_only(two: TwoOffices, people: dict[str, str]) -> None:
    two.share()
    for path in people.values():
        change(two.owner, path, {"answer": "accepted", "arrival": ARRIVAL})
    ours, theirs = listed(two.owner, two), listed(two.other, two)
    assert all(one["answer"] == "accepted" and one["arrival"] == ARRIVAL for one in ours.values())
    assert theirs["Khách"]["arrival"] == theirs["Không cơ quan"]["arrival"] == ARRIVAL
    assert [theirs["Chủ"][name] for name in COMING] == [None] * 5
    assert "Nội Bài" in two.other.get(f"{two.path}/members?format=csv").text
    text = two.other.get(f"{two.path}/members?format=csv").text
    assert text.count("Nội Bài") == 2
    assert change(two.other, people["guest"], {"answer": "declined"}).json["answer"] == "declined"
    answer = change(two.other, people["host"], {"answer": "declined"})
    assert (answer.status_code, answer.json["code"]) == (403, "not_in_charge")
    answer = change(two.other, people["guest"], {"role": "interpreter"})
    assert (answer.status_code, answer.json["code"]) == (403, "not_in_charge")


def test_an_answer_changes_nothing_of_the_visit_itself(
    two: TwoOffices, people: dict[str, str], database: Database
) -> None:
    def state() -> tuple[int, int]:
        with database.transaction(write=False) as session:
            event = session.get_one(Event, two.event_id)
            return event.version, event.sequence

    before = state()
    change(two.owner, people["guest"], {"answer": "accepted", "arrival": ARRIVAL})
    assert state() == before
    with database.transaction(write=False) as session:
        row = session.exec(select(Audit).where(Audit.entity == "member").order_by(Audit.id.desc())).first()  # type: ignore[union-attr]
        assert row is not None
        assert row.changes["answer"] == {"from": "needs_action", "to": "accepted"}


# Asking


def asked(database: Database) -> list[Reminder]:
    with database.transaction(write=False) as session:
        found = select(Reminder).where(Reminder.purpose == ReminderPurpose.UNANSWERED)
        return list(session.exec(found.order_by(Reminder.recipient)).all())


def chase(database: Database, two: TwoOffices, clock: Clock, settings: Settings) -> chasing.Chased:
    with database.transaction() as session:
        act = ActionContext(None, clock.now, settings.office)
        return chasing.chase(session, act, session.get_one(Event, two.event_id))


def test_who_has_not_answered_is_asked_once_a_day(
    two: TwoOffices, people: dict[str, str], database: Database, clock: Clock, settings: Settings
) -> None:
    first = chase(database, two, clock, settings)
    addresses = [one.recipient for one in asked(database)]
    assert "k@example.org" in addresses
    assert (first.asked, first.lately) == (len(addresses), 0)
    assert first.unreachable == 3 - len(addresses)
    clock.move(hours=23)
    again = chase(database, two, clock, settings)
    assert (again.asked, again.lately) == (0, len(addresses))
    clock.move(hours=2)
    change(two.owner, people["guest"], {"answer": "declined"})
    later = chase(database, two, clock, settings)
    assert "k@example.org" not in [one.recipient for one in asked(database) if one.created_at == clock.now]
    assert later.asked == len(addresses) - 1
    with database.transaction(write=False) as session:
        rows = session.exec(select(Audit).where(Audit.action == "chase")).all()
        assert [row.event_id for row in rows][:1] == [two.event_id]


def test_who_answers_before_the_mail_leaves_gets_none(
    two: TwoOffices, people: dict[str, str], database: Database, clock: Clock, settings: Settings
) -> None:
    chase(database, two, clock, settings)

    def verdict() -> DeliverableReminder | Message:
        with database.transaction() as session:
            claimed = [
                one
                for one in queue.claim(session, clock.now, "me", 60, 50)
                if one.purpose is ReminderPurpose.UNANSWERED and one.recipient == "k@example.org"
            ]
            facts = ReminderFacts.load(session, claimed, settings.office, clock.now)
            found = facts.check(session, claimed[0], clock.now)
            session.rollback()
        return found

    mail = verdict()
    assert isinstance(mail, DeliverableReminder)
    assert mail.entry is not None, "it brings the visit into the calendar, where it can be answered"
    change(two.owner, people["guest"], {"answer": "tentative"})
    assert isinstance(verdict(), Message)


@pytest.mark.parametrize("status", [EventStatus.CANCELLED, EventStatus.DRAFT, EventStatus.COMPLETED])
def test_of_what_does_not_come_nobody_is_asked(
    two: TwoOffices, people: dict[str, str], database: Database, clock: Clock, settings: Settings, status: EventStatus
) -> None:
    with database.transaction() as session:
        session.get_one(Event, two.event_id).status = status
    with pytest.raises(Exception, match="Answers are asked for"):
        chase(database, two, clock, settings)
    assert asked(database) == []


def test_a_rule_reminds_who_has_not_answered(
    two: TwoOffices, people: dict[str, str], admin: Caller, database: Database, caller: Callable[..., Caller]
) -> None:
    rule = admin.made(
        "/reminder-rules",
        {
            "name": "Trả lời",
            "kinds": [],
            "anchor": "arrival",
            "offset": "-P1D",
            "at": "08:00",
            "audience": ["unanswered"],
        },
    )

    def waiting() -> list[str]:
        with database.transaction(write=False) as session:
            of_rule = select(Reminder.recipient).where(
                Reminder.rule_id == rule["id"], Reminder.state == ReminderState.PENDING
            )
            return sorted(session.exec(of_rule).all())

    before = waiting()
    assert "k@example.org" in before
    change(two.owner, people["guest"], {"answer": "accepted"})
    assert waiting() == [one for one in before if one != "k@example.org"]
    change(two.owner, people["guest"], {"answer": "needs_action"})
    assert waiting() == before
    assert caller(Role.VIEWER).get(f"/reminder-rules/{rule['id']}/preview").status_code == 200


# Journeys


_DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 9))
_HOURS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 9)).map(lambda one: one.replace(second=0, microsecond=0))


@given(
    st.one_of(st.none(), _DAYS, _HOURS),
    st.one_of(st.none(), _DAYS, _HOURS),
)
def test_a_departure_is_not_before_the_arrival(first: Any, last: Any) -> None:
    arrival, departure = journey_of({"at": first}), journey_of({"at": last})
    in_order = are_in_order(arrival, departure)
    days = day_of(arrival), day_of(departure)
    if None in days or days[0] < days[1]:
        assert in_order
    elif days[0] > days[1]:  # type: ignore[operator]
        assert not in_order
    assert are_in_order(arrival, arrival)
