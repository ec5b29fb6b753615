"""Whom a preview names is whom planning plans for and whom the worker sends to; and all of them may read the event.

Random offices: accounts of every role, disabled ones, shared addresses, people with the addresses of accounts, rules of
every audience, approved or not. Then random changes, as people may make them.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from jobs import queue
from jobs.revalidation import DeliverableReminder, ReminderFacts
from models.accounts import User
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.places import Organisation, Person
from models.queries import event_readers
from models.queries.audience import MESSENGER, AudienceIndex
from models.reminders import Reminder, ReminderRule
from models.vocabulary import Language, ReminderState, Role, Visibility
from service.actions.accounts.accounts import change_user
from service.actions.context import ActionContext
from service.actions.directory.directory import change_organisation, change_person
from service.actions.reminders.preview import preview
from service.actions.reminders.reminder_planning import plan_event, plan_rule
from service.actions.reminders.reminder_rules import change_rule
from tests import factories
from tests.factories import NOW, OFFICE

ADDRESSES = [f"{letter}@example.org" for letter in "abcdef"]
WORDS = ["owner", "organisation", "members", *(f"role:{role}" for role in Role), *(f"email:{one}" for one in ADDRESSES)]

accounts = st.fixed_dictionaries(
    {
        "role": st.sampled_from(Role),
        "organisation": st.sampled_from([None, 0, 1, 2]),
        "active": st.booleans(),
        "messenger": st.sampled_from([None, b"sealed"]),
        "locale": st.sampled_from(Language),
    }
)
people = st.fixed_dictionaries(
    {"email": st.sampled_from([None, *ADDRESSES]), "organisation": st.sampled_from([None, 0, 1, 2])}
)
events = st.fixed_dictionaries(
    {
        "organisation": st.sampled_from([None, 0, 1]),
        "creator": st.sampled_from([None, 0, 1, 2]),
        "visibility": st.sampled_from(Visibility),
        "head": st.sampled_from([None, 0, 1]),
        "members": st.sets(st.integers(0, 2)),
        "task_of": st.sampled_from([None, 0, 1]),
    }
)
rules = st.fixed_dictionaries(
    {
        "audience": st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True),
        "approved": st.sampled_from([None, "service", 0, 1]),
    }
)
changes = st.lists(
    st.one_of(
        st.tuples(st.just("account"), st.integers(0, 2), accounts),
        st.tuples(st.just("person"), st.integers(0, 2), people),
        st.tuples(st.just("event"), st.integers(0, 1), events),
        st.tuples(st.just("office"), st.integers(0, 2), st.booleans()),
        st.tuples(
            st.just("audience"), st.just(0), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True)
        ),
    ),
    max_size=4,
)


@dataclass
class Desk:
    """What one example made; the third organisation is the protocol office."""

    session: Session
    organisations: list[Organisation] = field(default_factory=list)
    accounts: list[User] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    rules: list[ReminderRule] = field(default_factory=list)

    @property
    def act(self) -> ActionContext:
        return ActionContext(
            self.session.exec(select(User).where(User.email == "admin@example.org")).one(), NOW, OFFICE
        )

    def organisation_id(self, number: int | None) -> str | None:
        return None if number is None else self.organisations[number].id

    def account_values(self, wish: dict[str, Any]) -> dict[str, Any]:
        return {name: wish[name] for name in ("role", "active", "messenger", "locale")} | {
            "organisation_id": self.organisation_id(wish["organisation"])
        }

    def person_values(self, wish: dict[str, Any]) -> dict[str, Any]:
        return {"email": wish["email"], "organisation_id": self.organisation_id(wish["organisation"])}

    def set_event(self, event: Event, wish: dict[str, Any]) -> None:
        event.organisation_id = self.organisation_id(wish["organisation"])
        event.created_by = None if wish["creator"] is None else self.accounts[wish["creator"]].id
        event.visibility = wish["visibility"]
        event.head_id = None if wish["head"] is None else self.people[wish["head"]].id
        for member in self.session.exec(select(Member).where(Member.event_id == event.id)).all():
            self.session.delete(member)
        self.session.flush()
        for number in sorted(wish["members"]):
            factories.make_member(self.session, event, self.people[number])
        if wish["task_of"] is not None:
            factories.make_task(self.session, event, organisation_id=self.organisation_id(wish["task_of"]))

    def previewed(self) -> set[tuple[str, str, str]]:
        """Rule, event and recipient."""
        return {
            (rule.id, shown["event_id"], recipient["address"])
            for rule in self.rules
            for shown in preview(self.session, self.act, rule, "vi")["reminders"]
            for recipient in shown["recipients"]
        }

    def planned(self) -> set[tuple[str, str, str]]:
        statement = select(Reminder.rule_key, Reminder.event_id, Reminder.recipient)
        found = self.session.exec(statement.where(Reminder.state == ReminderState.PENDING))
        return {(rule, event or "", recipient) for rule, event, recipient in found}

    def sent(self) -> set[tuple[str, str, str]]:
        """What the worker would send when all is due."""
        now = NOW + timedelta(days=9)
        claimed = queue.claim(self.session, now, "me", 60, 1000)
        facts = ReminderFacts.load(self.session, claimed, OFFICE, now)
        verdicts = [(one, facts.check(self.session, one, now)) for one in claimed]
        return {
            (one.rule_id or "", one.event_id or "", one.recipient)
            for one, verdict in verdicts
            if isinstance(verdict, DeliverableReminder)
        }

    def may_be_told(self, rule_id: str, event_id: str, recipient: str) -> bool:
        """The rule in other words, with the condition for SELECTs instead of loaded facts."""
        session, address = self.session, recipient.removeprefix(MESSENGER)
        event, rule = session.get_one(Event, event_id), session.get_one(ReminderRule, rule_id)
        account = session.exec(select(User).where(User.email == address)).first()
        if account is not None and not account.active:
            return False
        if account is not None:
            seen = event_readers.visible_to(event_readers.reader_of(session, account))
            if session.exec(select(Event.id).where(Event.id == event_id, seen)).first() is not None:
                return True
        if recipient != address:
            return False
        listed = select(Member.person_id).where(Member.event_id == event_id)
        taking_part = select(Person.id).where(
            col(Person.email) == address, col(Person.id).in_(listed) | (col(Person.id) == event.head_id)
        )
        if session.exec(taking_part).first() is not None:
            return True
        if account is not None or f"email:{address}" not in rule.audience:
            return False
        if event.visibility is Visibility.PUBLIC:
            return True
        if rule.addresses_approved_at is None:
            return False
        approver = session.get(User, rule.addresses_approved_by) if rule.addresses_approved_by else None
        return approver is None or (approver.active and event_readers.reader_of(session, approver).everything)


def office(session: Session, drawn: dict[str, Any]) -> Desk:
    """Make the office that an example describes, and plan its reminders."""
    desk = Desk(session)
    factories.make_user(session, Role.ADMIN, email="admin@example.org", active=True)
    desk.organisations = [factories.make_organisation(session, protocol_office=number == 2) for number in range(3)]
    for number, wish in enumerate(drawn["accounts"]):
        values = desk.account_values(wish)
        desk.accounts.append(factories.make_user(session, values.pop("role"), email=ADDRESSES[number], **values))
    desk.people = [factories.make_person(session, **desk.person_values(wish)) for wish in drawn["people"]]
    for wish in drawn["events"]:
        desk.events.append(factories.make_event(session))
        desk.set_event(desk.events[-1], wish)
    for wish in drawn["rules"]:
        approver = wish["approved"]
        desk.rules.append(
            factories.make_rule(
                session,
                audience=wish["audience"],
                addresses_approved_at=None if approver is None else NOW,
                addresses_approved_by=desk.accounts[approver].id if isinstance(approver, int) else None,
            )
        )
    session.flush()
    for rule in desk.rules:
        plan_rule(session, desk.act, rule)
    return desk


offices = st.fixed_dictionaries(
    {
        "accounts": st.lists(accounts, min_size=3, max_size=3),
        "people": st.lists(people, min_size=3, max_size=3),
        "events": st.lists(events, min_size=2, max_size=2),
        "rules": st.lists(rules, min_size=1, max_size=2),
    }
)


def apply(desk: Desk, what: str, number: int, wish: Any) -> None:
    """A change as its action makes it, with all that follows."""
    session, act = desk.session, desk.act
    match what:
        case "account":
            change_user(session, act, desk.accounts[number], desk.account_values(wish))
        case "person":
            change_person(session, act, desk.people[number], desk.person_values(wish))
        case "office":
            change_organisation(session, act, desk.organisations[number], {"protocol_office": wish})
        case "audience":
            change_rule(session, act, desk.rules[number], {"audience": wish})
        case _:
            desk.set_event(desk.events[number], wish)
            session.flush()
            plan_event(session, act, desk.events[number])


@pytest.mark.both_databases("audiences, rights and approvals as statements")
@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60
)
@given(drawn=offices, changed=changes)
def test_previewed_is_planned_is_sent_and_all_may_read(
    database: Database, drawn: dict[str, Any], changed: list[tuple[str, int, Any]]
) -> None:
    with database.transaction() as session:
        desk = office(session, drawn)
        assert desk.planned() == desk.previewed()
        for one in changed:
            apply(desk, *one)
            assert desk.planned() == desk.previewed(), "who gains or loses a right is planned anew"
        planned = desk.planned()
        sent = desk.sent()
        assert sent == planned
        assert [one for one in sorted(sent) if not desk.may_be_told(*one)] == []
        session.rollback()


@pytest.mark.both_databases("audiences, rights and approvals as statements")
@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60
)
@given(drawn=offices, changed=changes)
def test_nothing_is_sent_to_who_may_not_read_though_nobody_planned_anew(
    database: Database, drawn: dict[str, Any], changed: list[tuple[str, int, Any]]
) -> None:
    """As if every change had forgotten its reminders: the check before sending stands alone."""
    with database.transaction() as session:
        desk = office(session, drawn)
        planned = desk.planned()
        for what, number, wish in changed:
            match what:
                case "account":
                    row, values = desk.accounts[number], desk.account_values(wish)
                case "person":
                    row, values = desk.people[number], desk.person_values(wish)  # type: ignore[assignment]
                case "office":
                    row, values = desk.organisations[number], {"protocol_office": wish}  # type: ignore[assignment]
                case "audience":
                    row, values = desk.rules[number], {"audience": wish}  # type: ignore[assignment]
                case _:
                    desk.set_event(desk.events[number], wish)
                    continue
            for name, value in values.items():
                setattr(row, name, value)
        session.flush()
        sent = desk.sent()
        assert sent <= planned
        assert [one for one in sorted(sent) if not desk.may_be_told(*one)] == []
        session.rollback()


def test_without_the_rule_somebody_is_told_who_may_not_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: accounts are told whatever they may read."""
    monkeypatch.setattr(AudienceIndex, "_may_read", lambda *_arguments: True)
    with database.transaction() as session:
        nobody = {"role": Role.OFFICER, "organisation": 0, "active": True, "messenger": None, "locale": Language.VI}
        event = {"organisation": 1, "creator": None, "visibility": Visibility.INTERNAL, "head": None, "members": set()}
        drawn = {
            "accounts": [nobody] * 3,
            "people": [{"email": None, "organisation": None}] * 3,
            "events": [event | {"task_of": None}],
            "rules": [{"audience": ["role:officer"], "approved": None}],
        }
        desk = office(session, drawn)
        assert [one for one in sorted(desk.sent()) if not desk.may_be_told(*one)] != []
