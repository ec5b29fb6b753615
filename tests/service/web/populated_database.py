"""A database in which every page of the console has something to show, and the addresses of all those pages."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import inspect
from sqlmodel import Session, select

from models.accounts import User
from models.agreements import Agreement, Anniversary, Commitment
from models.database import Database
from models.event_parts import Member, Task, TaskTemplate
from models.events import Event
from models.holidays import OfficeHoliday
from models.office import Office
from models.places import Locality, Organisation, Person
from models.reminders import Reminder, ReminderRule
from models.resources import Booking, Resource
from models.vocabulary import EventKind, EventStatus, MemberRole, ReminderState, Role
from seed.loader import load_files, packaged_files
from service.actions.bookings import bookings
from service.actions.context import ActionContext
from service.actions.events import events, members, programme, programme_revisions, tasks
from service.actions.feeds import feeds
from service.web.administration.pages import AREAS
from tests import factories

Addresses = Mapping[str, str]
"""Page by page, by its rule or what else it shows, the address that shows it."""

_NO_PAGES = {
    "/static/<name>",  # files
    "/login/provider", "/login/provider/back",  # lead to another site, or come from there
    "/logout",
}  # fmt: skip
_FILES = (".csv", ".xlsx", ".ics")

_EXAMPLES: Mapping[str, Any] = {
    "event_id": Event.id,
    "agreement_id": Agreement.id,
    "commitment_id": Commitment.id,
    "anniversary_id": Anniversary.id,
    "resource_id": Resource.id,
    "booking_id": Booking.id,
    "reminder_id": Reminder.id,
    "rule_id": ReminderRule.id,
    "template_id": TaskTemplate.id,
    "task_id": Task.id,
    "member_id": Member.id,
    "person_id": Person.id,
    "organisation_id": Organisation.id,
    "user_id": User.id,
    "holiday_id": OfficeHoliday.id,
    "code": Locality.code,
}

MORE: tuple[str, ...] = (
    "/?status=draft", "/?q=Viêng", "/?to=2024-12-31", "/reminders?state=failed",
    "/calendar?day=2026-12-05", "/calendar?view=week&day=2026-12-05", "/calendar?view=day&day=2026-12-05",
    "/calendar?view=year", "/calendar?view=year&lanes=organisation", "/week?day=2026-12-05",
    "/plan?kind=training_batch&host=hai-duong&guest=vientiane-province", "/plan/days?kind=activity",
    "/administration/people?q=a", "/administration/holidays?year=2027",
    "/search?q=Viêng", "/search?q=a1b2c3", "/anniversaries?from_year=2040", "/anniversaries?from_year=soon",
)  # fmt: skip
"""Pages that show something else when their address says more."""


def load_programme(database: Database, office: Office, now: datetime) -> None:
    """The programme that comes with the service."""
    with database.transaction() as session:
        load_files(session, ActionContext(None, now, office), packaged_files())


def furnish(session: Session, office: Office, now: datetime) -> str:
    """A visit with all that a visit can have, a week from now, and failed reminders; its id. The programme is there."""
    author = factories.make_user(session, Role.ADMIN, name="Nguyễn Văn An")
    act = ActionContext(author, now, office)
    organisation = session.exec(select(Organisation)).first()
    commitment = session.exec(select(Commitment).where(Commitment.activity == EventKind.TRAINING_BATCH)).first()
    first = now.date() + timedelta(days=8)
    text = {"vi": "Đoàn cán bộ tổ chức", "lo": "ຄະນະພະນັກງານຈັດຕັ້ງ", "en": "Organisation cadres"}
    visit = factories.make_event(
        session, kind=EventKind.TRAINING_BATCH, title=text, description=text, location=text, subject=text,
        first_day=first, last_day=first + timedelta(days=9), headcount=12, status=EventStatus.PLANNED,
        created_by=author.id, commitment_id=commitment.id if commitment else None,
        organisation_id=organisation.id if organisation else None,
    )  # fmt: skip
    head = factories.make_person(session, name="ທ່ານ ບຸນມີ ສີສະຫວັດ", position=text)
    members.add_member(session, act, visit, {"person_id": head.id, "role": MemberRole.HEAD})
    members.add_member(session, act, visit, {"person_id": factories.make_person(session, name="Trần Thị Bình").id})
    tasks.add_task(session, act, visit, {"title": text, "due_on": date(2026, 11, 1)})
    tasks.add_task(session, act, visit, {"title": text, "due_offset": "-P3D"})
    items = [
        {"day": first, "start_time": time(8), "end_time": time(11), "title": text, "place": text},
        {"day": first + timedelta(days=1), "title": text},
    ]
    programme.replace_programme(session, act, visit, items)
    programme_revisions.publish_programme(session, act, visit, None)
    programme.replace_programme(session, act, visit, items[:1])
    hall = session.exec(select(Resource)).first()
    if hall is not None:
        bookings.make_bookings(session, act, [{"event_id": visit.id, "resource_id": hall.id}], several=False)
    events.change_event(session, act, events.find_event(session, visit.id), {"headcount": 14})
    other = factories.make_event(
        session, title=text, first_day=first, last_day=first, status=EventStatus.PLANNED, headcount=None
    )
    members.add_member(session, act, other, {"person_id": head.id})
    rule = session.exec(select(ReminderRule)).first() or factories.make_rule(session)
    for state in ReminderState:
        values: dict[str, Any] = {"state": state, "due_at": now - timedelta(hours=1)}
        values |= {"sent_at": now} if state is ReminderState.SENT else {}
        values |= {"lease_until": now} if state is ReminderState.SENDING else {}
        values |= {"reason": "The event is a draft."} if state in ("failed", "skipped") else {}
        factories.make_reminder(session, visit, rule, recipient=f"{state}@example.org", **values)
    feeds.create_feed(session, act, {"name": "Lịch lễ tân"})
    session.flush()
    return visit.id


def addresses(app: Flask, session: Session, event_id: str) -> Addresses:
    """Where every page stands that answers GET, with ids of things that are there.

    Raises:
        KeyError: a page's address has a part nothing here knows an example of.
    """
    examples = {name: str(session.exec(select(column)).first()) for name, column in _EXAMPLES.items()}
    examples |= {"event_id": event_id, "number": "1", "token": "unknown"}
    found = {}
    for rule in app.url_map.iter_rules():
        is_page = rule.endpoint.startswith("pages.") and "GET" in (rule.methods or ())
        if is_page and rule.rule not in _NO_PAGES and not rule.rule.endswith(_FILES):
            for path, more in _areas(session, rule.rule):
                for name in rule.arguments - more.keys():
                    more |= {name: examples[name]}
                address = path
                for name, value in more.items():
                    address = address.replace(f"<{name}>", value)
                found[path] = address
    return found | {path: path for path in MORE}


def _areas(session: Session, rule: str) -> list[tuple[str, dict[str, str]]]:
    """A page that all areas of the administration share stands once for each."""
    if "<area>" not in rule:
        return [(rule, {})]
    return [
        (rule.replace("<area>", name), {"area": name, "identity": str(_first(session, area.model))})
        for name, area in AREAS.items()
    ]


def _first(session: Session, model: Any) -> Any:
    return session.exec(select(inspect(model).primary_key[0])).first()
