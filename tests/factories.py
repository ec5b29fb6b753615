"""Small factories of rows for tests: each takes a session and only what the test is about, flushes, gives the row back.

What a row stands on is made along: an organisation makes its locality, an event the two provinces.
"""

import itertools
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session

from calendars.events.task_due_dates import TravelDays, due_day
from calendars.reminders.due_times import office_days
from models.accounts import User
from models.event_parts import Member, Task, TaskTemplate
from models.events import Event
from models.norms import Norm
from models.observances import Observance
from models.office import Office
from models.places import Locality, Organisation, Person
from models.reminders import Reminder, ReminderRule
from models.vocabulary import (
    EventKind,
    EventStatus,
    GuestClass,
    HolidayCalendar,
    LocalityLevel,
    MemberRole,
    NormItem,
    NormUnit,
    ReminderAnchor,
    Role,
)
from service.actions import change_log
from service.actions.events.sides import EventSides

OFFICE = Office(locality="hai-duong", timezone="Asia/Ho_Chi_Minh", public_url="https://desk.example.org")
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
"""The tests' instant, the fixture ``now``: Sunday 22 November 2026, 10:00 in the office."""

LOCALITIES: Mapping[str, tuple[str, str, LocalityLevel, dict[str, str]]] = {
    "hai-duong": ("VN", "Asia/Ho_Chi_Minh", LocalityLevel.PROVINCE, {"vi": "Hải Dương", "en": "Hải Dương"}),
    "hai-phong": ("VN", "Asia/Ho_Chi_Minh", LocalityLevel.CITY, {"vi": "Hải Phòng", "en": "Hải Phòng"}),
    "vietnam": ("VN", "Asia/Ho_Chi_Minh", LocalityLevel.COUNTRY, {"vi": "Việt Nam", "en": "Viet Nam"}),
    "vientiane-province": (
        "LA", "Asia/Vientiane", LocalityLevel.PROVINCE,
        {"vi": "tỉnh Viêng Chăn", "lo": "ແຂວງວຽງຈັນ", "en": "Vientiane Province"},
    ),
    "vientiane-capital": (
        "LA", "Asia/Vientiane", LocalityLevel.CAPITAL,
        {"vi": "Thủ đô Viêng Chăn", "lo": "ນະຄອນຫຼວງວຽງຈັນ", "en": "Vientiane Capital"},
    ),
    "laos": ("LA", "Asia/Vientiane", LocalityLevel.COUNTRY, {"vi": "Lào", "lo": "ລາວ", "en": "Laos"}),
}  # fmt: skip

_numbers = itertools.count(1)


def _kept(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def make_locality(session: Session, code: str = "hai-duong", **values: Any) -> Locality:
    """The locality with this code, made when it is not there yet; ``LOCALITIES`` knows names and countries."""
    if known := session.get(Locality, code):
        return known
    country, zone, level, name = LOCALITIES.get(
        code, ("VN", "Asia/Ho_Chi_Minh", LocalityLevel.PROVINCE, {"vi": code, "en": code})
    )
    row = {"code": code, "name": name, "country": country, "level": level, "timezone": zone}
    made: Locality = _kept(session, Locality(**row | values))
    return made


def make_organisation(session: Session, **values: Any) -> Organisation:
    """A department; of Hải Dương unless ``locality`` (a code) says otherwise."""
    row = {"name": {"vi": f"Sở số {next(_numbers)}"}, "locality": "hai-duong"} | values
    make_locality(session, row["locality"])
    made: Organisation = _kept(session, Organisation(**row))
    return made


def make_user(session: Session, role: Role = Role.OFFICER, **values: Any) -> User:
    """An active account with an address of its own, of no organisation."""
    number = next(_numbers)
    made: User = _kept(
        session, User(**{"email": f"user{number}@example.org", "name": f"User {number}", "role": role} | values)
    )
    return made


def make_person(session: Session, **values: Any) -> Person:
    """A person without address, telephone or organisation."""
    made: Person = _kept(session, Person(**{"name": f"Nguyễn Văn {next(_numbers)}"} | values))
    return made


def make_event(session: Session, **values: Any) -> Event:
    """A planned delegation of Vientiane Province to Hải Dương, three whole days from 2 December 2026.

    Travel days follow ``first_day`` and ``last_day`` (one day when only the first is given).
    """
    number = next(_numbers)
    first = values.get("first_day", date(2026, 12, 2))
    last = values.get("last_day", first if "first_day" in values else date(2026, 12, 4))
    row = {
        "kind": EventKind.DELEGATION,
        "uid": f"event-{number}@example.org",
        "title": {"vi": f"Đoàn công tác số {number}", "en": f"Delegation {number}"},
        "host": "hai-duong",
        "guest": "vientiane-province",
        "first_day": first,
        "last_day": last,
        "arrives_on": first,
        "departs_on": last,
        "status": EventStatus.PLANNED,
    } | values
    make_locality(session, row["host"])
    if row["guest"]:
        make_locality(session, row["guest"])
    made: Event = _kept(session, Event(**row))
    change_log.note(session, made.updated_at, [made.id])  # as whoever makes one over the API does
    return made


def make_member(session: Session, event: Event, person: Person | None = None, **values: Any) -> Member:
    """A member of an event; without ``person`` one is made that has an address."""
    person = person or make_person(session, email=f"person{next(_numbers)}@example.org")
    side = EventSides(session, event).of(person.organisation_id)
    row = {"event_id": event.id, "person_id": person.id, "role": MemberRole.MEMBER, "side": side} | values
    made: Member = _kept(session, Member(**row))
    return made


def make_task(session: Session, event: Event, **values: Any) -> Task:
    """An open task of an event, due a week before arrival unless ``due_on`` or ``due_offset`` is given."""
    row: dict[str, Any] = {"event_id": event.id, "title": {"vi": f"Việc {next(_numbers)}"}} | values
    if "due_on" not in row:
        row.setdefault("due_offset", "-P7D")
    task = Task(**row)
    task.due_day = due_day(task, TravelDays(event.arrives_on, event.departs_on), office_days([]))
    made: Task = _kept(session, task)
    return made


def make_template(session: Session, **values: Any) -> TaskTemplate:
    """An active template: a week before the arrival of a delegation, whichever way it goes."""
    row = {
        "kind": EventKind.DELEGATION,
        "title": {"vi": f"Việc theo mẫu {next(_numbers)}"},
        "offset": "-P7D",
    } | values
    made: TaskTemplate = _kept(session, TaskTemplate(**row))
    return made


def make_rule(session: Session, **values: Any) -> ReminderRule:
    """An active rule of the office: a day before the start, to desk@example.org, for all kinds.

    The service itself has approved its addresses.
    """
    row = {
        "addresses_approved_at": NOW,
        "name": {"vi": f"Nhắc lịch {next(_numbers)}"},
        "anchor": ReminderAnchor.START,
        "offset": "-P1D",
        "audience": ["email:desk@example.org"],
    } | values
    made: ReminderRule = _kept(session, ReminderRule(**row))
    return made


def make_reminder(session: Session, event: Event | None, rule: ReminderRule | None = None, **values: Any) -> Reminder:
    """A pending reminder, due at ``NOW``; made by hand, so the sender's recheck may find that it does not hold."""
    due = values.get("due_at", NOW)
    row = {
        "event_id": event.id if event else None,
        "rule_id": rule.id if rule else None,
        "rule_key": rule.id if rule else f"rule-{next(_numbers)}",
        "recipient": "desk@example.org",
        "due_at": due,
        "next_at": due,
        "created_at": due,
        "updated_at": due,
    } | values
    made: Reminder = _kept(session, Reminder(**row))
    return made


def make_norm(session: Session, **values: Any) -> Norm:
    """What meals may cost: 2,000,000 đồng for a person and day, class B."""
    row = {
        "act": "Thông tư 35/2026/TT-BTC",
        "article": "8",
        "valid_from": date(2026, 5, 18),
        "guest_class": GuestClass.B,
        "item": NormItem.MEALS,
        "unit": NormUnit.PERSON_DAY,
        "amount": 2_000_000,
    } | values
    made: Norm = _kept(session, Norm(**row))
    return made


def make_observance(session: Session, **values: Any) -> Observance:
    """A day of Laos on which greetings go out: 2 December, since 1975."""
    row = {
        "name": {"vi": "Quốc khánh Lào", "lo": "ວັນຊາດລາວ", "en": "Lao National Day"},
        "country": "LA",
        "recurs_calendar": HolidayCalendar.SOLAR,
        "recurs_month": 12,
        "recurs_day": 2,
        "since_year": 1975,
        "greets": True,
    } | values
    made: Observance = _kept(session, Observance(**row))
    return made
