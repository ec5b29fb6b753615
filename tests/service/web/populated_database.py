"""A database in which every page of the console has something to show, and the addresses of all those pages."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any

from flask import Flask
from sqlalchemy import inspect
from sqlmodel import Session, select

from calendars.links.merging import FilledIn
from calendars.placements.item_forms import ItemForm
from calendars.placements.proposals import WantedTables
from calendars.placements.values import Placements
from models.accounts import User
from models.agreements import Agreement, Anniversary, Commitment
from models.both_sides.inbox import InboxMessage
from models.both_sides.links import EventLink, Submission
from models.both_sides.proposals import Proposal
from models.both_sides.share import EventShare
from models.database import Database
from models.document_templates import DocumentTemplate
from models.documents import KeptDocument
from models.estimates import EstimateLine
from models.event_parts import Member, Task, TaskTemplate
from models.events import Event
from models.exchange_rates import ExchangeRate
from models.files import File, StoredContent
from models.gifts import Gift
from models.holidays import OfficeHoliday
from models.learners import Learner
from models.norms import Norm
from models.observances import Observance
from models.office import Office
from models.places import Locality, Organisation, Person
from models.projects import Project
from models.queries.event_parts import programme_of
from models.reminders import Reminder, ReminderRule
from models.resources import Booking, Resource
from models.vocabulary import (
    Currency,
    DocumentKind,
    EventKind,
    EventStatus,
    FileKind,
    GiftKind,
    GuestClass,
    InboxOutcome,
    Language,
    LearnerStage,
    MemberAnswer,
    MemberRole,
    MergedEntity,
    NormItem,
    NormUnit,
    ReminderState,
    ResourceType,
    Role,
    SavedPage,
)
from seed.loader import load_files, packaged_files
from service.actions.bookings import answers, bookings
from service.actions.both_sides import drafts, notes
from service.actions.context import ActionContext
from service.actions.directory import hand_overs, merges
from service.actions.documents import kept, placements
from service.actions.documents.reading import USUAL
from service.actions.events import estimates, events, members, programme, programme_revisions, tasks
from service.actions.feeds import feeds
from service.actions.ledger import gifts, learners
from service.actions.ledger.estimate_values import Money, WantedEstimate, WantedLine
from service.actions.ledger.payments import WantedPayment
from service.actions.undo import trash
from service.documents.docx_shipped import shipped
from service.web.administration.pages import AREAS
from service.web.list_columns import LISTINGS
from tests import factories

Addresses = Mapping[str, str]
"""Page by page, by its rule or what else it shows, the address that shows it."""

_NO_PAGES = {
    "/static/<name>", "/files/<file_id>",  # files
    "/events/<event_id>/papers/<kind>.<file_format>", "/papers/<document_id>/content.<file_format>",
    "/weeks/<week>/schedule.<file_format>", "/years/<year>/delegations.<file_format>",
    "/agreements/<agreement_id>/report.<file_format>",
    "/login/provider", "/login/provider/back",  # lead to another site, or come from there
    "/logout",
    "/saved-views/<view_id>",  # leads to a list, for whoever saved it
    "/submissions/<submission_id>/photos/<photo_id>",  # a file
    # For who holds a link and for nobody else, account or not: tests/service/both_sides.
    "/link/<token>", "/link/<token>/files", "/link/<token>/handed-in/<submission_id>",
}  # fmt: skip
_SECRET = "a secret for tests, long enough to be one"
_FILES = (".csv", ".xlsx", ".docx", ".ics", ".svg", ".png", ".webmanifest")

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
    "observance_id": Observance.id,
    "rate_id": ExchangeRate.id,
    "code": Locality.code,
    "document_id": KeptDocument.id,
    "gift_id": Gift.id,
    "project_id": Project.id,
    "submission_id": Submission.id,
}

MORE: tuple[str, ...] = (
    "/?status=draft", "/?q=Viêng", "/?to=2024-12-31", "/reminders?state=failed",
    "/calendar?day=2026-12-05", "/calendar?view=week&day=2026-12-05", "/calendar?view=day&day=2026-12-05",
    "/calendar?view=year", "/calendar?view=year&lanes=organisation", "/week?day=2026-12-05",
    "/plan?kind=training_batch&host=hai-duong&guest=vientiane-province", "/plan/days?kind=activity",
    "/plan/days?kind=delegation&line=doan+Vientiane+che+10/3/2027",
    "/administration/doubles?of=organisations", "/administration/people?q=a", "/administration/holidays?year=2027",
    "/search?q=Viêng", "/search?q=a1b2c3", "/anniversaries?from_year=2040", "/anniversaries?from_year=soon",
    "/resources/grid?view=hours", "/resources/grid?type=vehicle&seats=4&free=yes",
    "/history?locality=vientiane-province", "/history?q=nothing-such", "/search?q=chuyen+gia",
    "/help/words", "/help?q=a", "/help?q=nothing-such",
    "/trash?done=trashed", "/changes?show=undoable", "/saved-views?done=save", "/account/notices?done=saved",
    *(f"/columns/{word}" for word in LISTINGS if word is not SavedPage.COMING),
)  # fmt: skip
"""Pages that show something else when their address says more."""


def load_programme(database: Database, office: Office, now: datetime) -> None:
    """The programme that comes with the service."""
    with database.transaction() as session:
        load_files(session, ActionContext(None, now, office), packaged_files())


def _propose(session: Session, visit: Event, user_id: str, now: datetime) -> None:
    """Days that the other side was asked for, and its answer, which waits."""
    days = {"first_day": visit.first_day + timedelta(days=30), "last_day": visit.last_day + timedelta(days=30)}
    made = {
        "event_id": visit.id,
        "made_at": now,
        "expires_at": now + timedelta(days=20),
        "note": "Mong phía bạn thu xếp.",
    }
    sides = ("hai-duong", "vientiane-province")
    first = Proposal(**days, **made, from_office=sides[0], to_office=sides[1], made_by=user_id, state="countered")
    first.answered_at = now
    session.add(first)
    session.flush()
    answer = {"from_office": sides[1], "to_office": sides[0], "counters_id": first.id}
    session.add(Proposal(**days, **made, **answer, answer_by=visit.first_day))


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
    asks = [{"what": "members", "until": first.isoformat()}]
    session.add(
        EventShare(event_id=visit.id, office="vientiane-province", asks=asks, note="Xin danh sách.", shared_at=now)
    )
    _furnish_links(session, visit, author.id, now)
    head = factories.make_person(session, name="ທ່ານ ບຸນມີ ສີສະຫວັດ", position=text)
    members.add_member(session, act, visit, {"person_id": head.id, "role": MemberRole.HEAD})
    members.add_member(session, act, visit, {"person_id": factories.make_person(session, name="Trần Thị Bình").id})
    studies = {"stage": LearnerStage.LANGUAGE, "starts_on": "2026-09", "permit_expires_on": now.date()}
    learners.add_learner(session, act, visit, {"person_id": head.id, **studies})
    (bunmi, _person), *_others = members.members_of(session, visit.id)
    arrival = {"at": f"{first}T14:30", "by": "QV 314", "place": "Nội Bài", "met_by": "Trần Thị Bình"}
    members.change_member(session, act, visit, bunmi, {"answer": MemberAnswer.ACCEPTED, "arrival": arrival})
    written = notes.write_note(session, act, visit, "Phía bạn xin đến sớm.\n\nXem https://example.org/thu.")
    notes.strike_note(session, act, written)
    notes.write_note(session, act, visit, "Đã thống nhất qua điện thoại.")
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
    _ask_keeper(session, act, visit)
    _place(session, act, visit)
    _estimate(session, act, visit)
    _give(session, act, visit, head.id)
    _answer(session, visit, now)
    languages = (Language.VI, Language.LO)
    kept.keep(session, act, events.find_event(session, visit.id), DocumentKind.PROGRAMME, languages, USUAL)
    programme.replace_programme(session, act, visit, items)  # the paper says otherwise by now
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
    _propose(session, visit, author.id, now)
    rate = {"currency": Currency.USD, "day": now.date(), "rate": "25410", "source": "Ngân hàng Nhà nước"}
    session.add(ExchangeRate(**rate))
    _furnish_doubles(session, act, visit)
    thrown_away = factories.make_event(
        session, title=text, first_day=first, status=EventStatus.DRAFT, created_by=author.id
    )
    trash.put_away(session, act, _SECRET, thrown_away)
    factories.make_norm(session)
    session.flush()
    _add_files(session, visit.id, author.id, now)
    sent = {
        "content": shipped(DocumentKind.PROGRAMME),
        "size": 9_000,
        "sha256": "d" * 64,
        "uploaded_by": author.id,
        "uploaded_at": now,
    }
    for version in (1, 2):
        session.add(DocumentTemplate(kind=DocumentKind.PROGRAMME, version=version, in_use=version == 1, **sent))
    return visit.id


def _give(session: Session, act: ActionContext, visit: Event, head_id: str) -> None:
    """Gifts of both sides of a visit, given and planned, with and without a value, and help without a visit."""
    text = {"vi": "Tranh thêu tay", "lo": "ຮູບປັກມື", "en": "Embroidered picture"}
    given = {"event_id": visit.id, "kind": GiftKind.GOODS, "description": text, "occasion": text}
    value = {"amount": "2600000", "currency": "VND"}
    here, there = str(visit.host), str(visit.guest)
    for more in (
        {"given_by": here, "given_to": there, "receiver_person_id": head_id, "quantity": 100, "money": value},
        {"given_by": here, "given_to": there, "quantity": 1200, "unit": "bộ"},
        {"given_by": there, "given_to": here, "received_on": "2026-10-30", "is_planned": False},
    ):
        gifts.create_gift(session, act, given | more)
    money = {"kind": GiftKind.MONEY, "money": {"amount": "100000000", "currency": "VND"}, "received_on": "2024"}
    gifts.create_gift(session, act, {"given_by": here, "given_to": there, "description": text} | money)


def _ask_keeper(session: Session, act: ActionContext, visit: Event) -> None:
    """A hall that the reader's office has to approve, asked for by somebody else, and a refusal."""
    text = {"vi": "Hội trường lớn", "lo": "ຫ້ອງປະຊຸມໃຫຍ່", "en": "Great hall"}
    hall = Resource(
        name=text, type=ResourceType.ROOM, locality="hai-duong", seats=8, needs_approval=True, buffer_after=30
    )
    session.add(hall)
    session.flush()
    asker = ActionContext(factories.make_user(session, name="Trần Thị Bình"), act.now, act.office)
    refused = {"event_id": visit.id, "resource_id": hall.id, "to": visit.last_day, "from_": visit.last_day}
    wishes = [refused, {"event_id": visit.id, "resource_id": hall.id, "to": visit.first_day, "from_": visit.first_day}]
    made = bookings.make_bookings(session, asker, wishes, several=True)
    answers.refuse(session, act, made[0].id, "Đang sửa chữa", lambda _booking: None)


def _answer(session: Session, visit: Event, now: datetime) -> None:
    """Mails about a visit: one for everything that can become of them."""
    member = session.exec(select(Member).where(Member.event_id == visit.id)).first()
    reasons = {InboxOutcome.UNPROVEN: "no_token", InboxOutcome.UNREAD: "no_calendar", InboxOutcome.REFUSED: "older"}
    for number, outcome in enumerate(InboxOutcome, 1):
        session.add(
            InboxMessage(
                key=f"{number:064}", folder="hop-thu/INBOX", uid_validity=1, uid=number, outcome=outcome,
                reason=reasons.get(outcome), sender="bounmy@example.la", subject="Trả lời", received_at=now,
                handled_at=now, event_id=visit.id, member_id=member.id if member else None,
                partstat=MemberAnswer.ACCEPTED, applied_at=now if outcome is InboxOutcome.APPLIED else None,
                first_day=visit.first_day if outcome is InboxOutcome.APPLIED else None,
                last_day=visit.last_day if outcome is InboxOutcome.APPLIED else None, comment="Vâng",
            )
        )  # fmt: skip
    session.flush()


def _place(session: Session, act: ActionContext, visit: Event) -> None:
    """A car, rooms and a table for who takes part."""
    found = session.exec(select(Resource)).all()
    for kind in (ResourceType.VEHICLE, ResourceType.LODGING):
        resource = next((one for one in found if one.type is kind), None)
        if resource is not None:
            wish = {"event_id": visit.id, "resource_id": resource.id}
            bookings.make_bookings(session, act, [wish], several=False)
    item = programme_of(session, visit.id)[0].id
    wanted = [WantedTables(item, ItemForm.SESSION), WantedTables(item, ItemForm.BANQUET)]
    placed = placements.propose_placements(session, visit, "", wanted).placed
    placements.replace_placements(session, act, visit, Placements(placed.vehicles, placed.rooms, placed.tables[:1]))


def _estimate(session: Session, act: ActionContext, visit: Event) -> None:
    """Norms, and an estimate by them that was approved, with a payment; the plan is above the approved sum by now."""
    norm = {"act": "Thông tư 35/2026/TT-BTC", "article": "8", "valid_from": date(2026, 5, 18)}
    for guest_class, amount in ((GuestClass.B, 2_000_000), (GuestClass.C, 1_600_000)):
        meals = {"item": NormItem.MEALS, "unit": NormUnit.PERSON_DAY, "guest_class": guest_class, "amount": amount}
        session.add(Norm(**norm, **meals))
    session.add(Norm(**norm, item=NormItem.LOUNGE, unit=NormUnit.TRIP))
    session.flush()

    def plan(cars: int) -> WantedEstimate:
        price = Money(cars, Currency.VND)
        line = WantedLine(item=NormItem.CAR, unit=NormUnit.TRIP, unit_amount=price, given=frozenset({"unit_amount"}))
        decided = {"guest_class": GuestClass.C, "class_decided_by": "12/UBND"}
        return WantedEstimate(**decided, inputs={"banquet": {"hosts": 8}, "flowers": 1}, lines=[line])  # type: ignore[arg-type]

    approver = ActionContext(factories.make_user(session, Role.APPROVER, name="Lê Hùng"), act.now, act.office)
    estimates.replace_estimate(session, act, visit, plan(9_000_000))
    for row in session.exec(select(EstimateLine).where(EstimateLine.event_id == visit.id)):
        row.planned, row.unit_amount = row.planned or 1_000_000, row.unit_amount or 1_000_000
    session.flush()
    estimates.submit(session, act, visit)
    shown = estimates.approve(session, approver, visit)
    paid = WantedPayment(shown.lines[0].id, Money(500_000, Currency.VND), act.today, "HĐ 0012")
    estimates.add_payment(session, act, visit, paid)
    estimates.replace_estimate(session, act, visit, plan(12_000_000))


def _add_files(session: Session, event_id: str, author_id: str, now: datetime) -> None:
    """Two files of each thing that has files; their bytes are nowhere."""
    content = StoredContent(sha256="0" * 64, size=2_400_000, stored_at=now)
    session.add(content)
    session.flush()
    owners: dict[str, Any] = {"event_id": event_id}
    for name in ("agreement_id", "commitment_id", "person_id"):
        owners[name] = session.exec(select(_EXAMPLES[name])).first()
    for (name, identity), kind in product(owners.items(), (FileKind.SIGNED, FileKind.PHOTO)):
        if identity is not None:
            about = {name: identity, "kind": kind, "size": content.size, "sha256": content.sha256}
            title = "Biên bản làm việc giữa hai bên, bản có chữ ký"
            file = File(
                **about, title=title, name="Bien ban.pdf", media_type="application/pdf", uploaded_by=author_id,
                uploaded_at=now,
            )  # fmt: skip
            session.add(file)
    session.flush()


def _furnish_links(session: Session, visit: Event, author_id: str, now: datetime) -> None:
    """A link and what was handed in with it, sealed with the key of tests."""
    link = EventLink(
        event_id=visit.id, token_hash="a1" * 32, may=["members", "travel", "days"], recipient="ທ່ານນາງ ຄຳລາ",
        language=Language.LO, expires_on=visit.arrives_on, made_by=author_id, made_at=now,
    )  # fmt: skip
    session.add(link)
    session.flush()
    typed = {
        "people.a.name": "ຄຳລາ ສີວິໄລ", "people.a.passport_number": "P1234567", "people.a.sex": "female",
        "travel.arrival.by": "QV312", "days.note": "Xin lùi một ngày",
    }  # fmt: skip
    sealed = drafts.pack(_SECRET, FilledIn(typed, {"people.a.sex": ["male"]}))
    given = {"form_token": "b2" * 32, "submitted_at": now, "is_late": True}
    session.add(Submission(link_id=link.id, event_id=visit.id, sealed=sealed, **given))
    session.flush()


def _furnish_doubles(session: Session, act: ActionContext, visit: Event) -> None:
    """Somebody and a body entered twice, somebody made one, and a body handed over."""
    for name in ("Bunnhong Phommachan", "Phommachanh Bounnhong", "Bounnhong Phommachan"):
        factories.make_person(session, name=name, phone="020 5555 1234")
    double, stays = factories.make_person(session, name="Vongsa Somchit"), factories.make_person(session)
    members.add_member(session, act, visit, {"person_id": double.id})
    merges.merge(session, act, MergedEntity.PERSON, double.id, stays.id)
    text = {"vi": "Sở cũ", "lo": "ພະແນກເກົ່າ", "en": "Former office"}
    old, new, again = (factories.make_organisation(session, name=text) for _number in range(3))
    factories.make_event(session, title=text, organisation_id=old.id, first_day=visit.first_day)
    hand_overs.hand_over(session, act, old, new.id, visit.first_day)
    factories.make_event(session, title=text, organisation_id=again.id, first_day=visit.first_day)


def addresses(app: Flask, session: Session, event_id: str) -> Addresses:
    """Where every page stands that answers GET, with ids of things that are there.

    Raises:
        KeyError: a page's address has a part nothing here knows an example of.
    """
    examples = {name: str(session.exec(select(column)).first()) for name, column in _EXAMPLES.items()}
    of_batch = session.exec(select(Learner.id).where(Learner.event_id == event_id)).first()
    examples |= {"learner_id": str(of_batch)}
    examples |= {"event_id": event_id, "number": "1", "token": "unknown", "kind": "programme"}
    examples |= {"start": session.get_one(Event, event_id).first_day.isoformat()}
    examples |= {"chapter": "planning", "listing": SavedPage.COMING.value}
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
    estimate = f"/events/{event_id}/estimate"
    opened = {f"/events/<event_id>/estimate?{more}": f"{estimate}?{more}" for more in ("edit=yes", "pay=any")}
    more_of_visit = ("copy?first_day=2028-03-06", "programme/edit?done=saved", "grid?view=hours")
    opened |= {f"/events/<event_id>/{more}": f"/events/{event_id}/{more}" for more in more_of_visit}
    return found | opened | {path: path for path in MORE}


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
