"""A database with a row in every table a backup holds, and what a database holds, to be compared."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from calendars.reminders.due_times import GRACE
from models.accounts import ApiToken, Audit, FirstDay
from models.agreements import Agreement
from models.both_sides.inbox import InboxFolder, InboxMessage
from models.both_sides.links import EventLink, LinkDraft, Submission, SubmissionFile
from models.both_sides.notes import EventNote, NoteMention
from models.both_sides.office_profiles import OfficeProfile
from models.both_sides.proposals import Proposal
from models.both_sides.share import EventShare, ShareOpening
from models.database import Database
from models.document_templates import DocumentTemplate
from models.documents import KeptDocument
from models.estimates import Estimate, EstimateApproval, EstimateLine, Payment
from models.event_parts import ProgrammeRevision
from models.events import Event
from models.exchange_rates import ExchangeRate
from models.feeds import DeletedEvent, Feed, FeedReader
from models.files import File, StoredContent
from models.gifts import Gift
from models.imports import ImportedEntry
from models.learners import Learner
from models.personal.notice_choices import NoticeChoice
from models.personal.saved_views import ChosenColumns, SavedView
from models.placements import Placement
from models.places import Particulars, Passport
from models.projects import Project
from models.reminders import EventVersion, JobRun, ReminderAttempt
from models.resources import Booking, BookingNotice, Resource
from models.successions import Merge, OrganisationHandOver
from models.tables import metadata
from models.text_keys import RULES, TextKeys
from models.trash import TrashedEvent
from models.types import new_id
from models.upgrades import UpgradeNote
from models.vocabulary import (
    AboutType,
    AttemptOutcome,
    Currency,
    DocumentKind,
    FeedClient,
    FileKind,
    GiftKind,
    InboxOutcome,
    LearnerOutcome,
    LearnerStage,
    MemberAnswer,
    NoteVisibility,
    NoticeTopic,
    NoticeWay,
    ReminderPurpose,
    Role,
)
from models.workers import PlanningJob
from seed.loader import load_files, packaged_files
from service.actions.context import ActionContext
from service.actions.reminders.reminder_planning import plan_rule
from service.backup import archive, dump, swap_in, tables
from service.backup.archive import Manifest
from service.backup.swap_in import RestoreSummary
from tests import factories
from tests.factories import NOW, OFFICE

KEY = "a secret for tests, long enough to be one"
FAR = datetime(2099, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
"""When reminders are due that no restore gives up."""

STRANGE = "“Đoàn”\n\t\\ \" ' , ; \u2028 🎋 ຄະນະຜູ້ແທນ"

Contents = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


def fill_everything(database: Database) -> None:
    """The programme that comes with the service, and a row in every table it leaves empty."""
    act = ActionContext(None, NOW, OFFICE)
    with database.transaction() as session:
        load_files(session, act, packaged_files())
        _fill_agreements(session)
        organisation = factories.make_organisation(session, name={"vi": STRANGE, "lo": "ຫ້ອງການ"})
        user = factories.make_user(
            session,
            Role.ADMIN,
            organisation_id=organisation.id,
            messenger=bytes(range(256)),
            password_hash="$argon2id$x",
        )
        session.add(ApiToken(user_id=user.id, name="x", token_hash="a" * 64, created_at=NOW, expires_at=None))
        session.add(FirstDay(user_id=user.id, ticked=["coming"], ended_at=FAR))
        event = factories.make_event(
            session, budget_amount=2**53 + 1, budget_currency="VND", start_time=time(7, 30), end_time=time(9),
            created_by=user.id, confirmed_at=FAR,
        )  # fmt: skip
        _fill_event(session, event.id, user.id)
        _fill_both_sides(session, event.id, user.id)
        _fill_ledger(session, event.id, organisation.id)
        _fill_links(session, event.id, user.id)
        reminder = factories.make_reminder(session, event, due_at=FAR, recipient=user.email)
        observance = factories.make_observance(session, name={"vi": STRANGE}, source=STRANGE)
        factories.make_norm(session, act=STRANGE, amount=2**53 + 1, valid_to=date(2026, 12, 31))
        about = {"about_type": AboutType.OBSERVANCE, "about_id": observance.id, "about_day": FAR.date()}
        factories.make_reminder(session, None, due_at=FAR, recipient=user.email, **about)
        rate = {"currency": Currency.USD, "day": NOW.date(), "rate": "25410.0000000001", "source": STRANGE}
        session.add(ExchangeRate(**rate))
        content = {"title": {"vi": STRANGE}, "start_time": None}
        session.add(EventVersion(event_id=event.id, sequence=3, content=content, reason=STRANGE, changed_at=NOW))
        attempt = {"at": NOW, "outcome": AttemptOutcome.DEFERRED, "answer": STRANGE, "worker": "here"}
        session.add(ReminderAttempt(reminder_id=reminder.id, **attempt))
        session.merge(TextKeys(rules=RULES))
        session.add(JobRun(name="weekly", ran_for=NOW, ran_at=NOW))
        job = {"rules": ["r"], "recipients": None, "event_ids": [event.id], "since": NOW.date()}
        job["asked_at"] = NOW + GRACE  # as a restore sets it
        session.add(PlanningJob(key="rule:r", after_day=NOW.date(), remaining=7, **job))
        session.add(UpgradeNote(kind="rule_switched_off", entity="reminder_rule", entity_id="r", noted_at=NOW))
        session.add(ImportedEntry(event_id=event.id, series_uid=STRANGE, sequence=3, stamp=NOW, event_version=2))
        profile = {"name": {"vi": STRANGE}, "mail_name": STRANGE[:20], "began_at": NOW, "ended_at": FAR}
        session.add(OfficeProfile(code="hai-duong", **profile))
        _fill_successions(session, organisation.id, user.id)
        _fill_projects(session, event.id, organisation.id, user.id)
        _fill_inbox(session, event, user.id)
        changes = {"days": {"from": None, "to": [1, 2.5, True, STRANGE]}}
        session.add(Audit(at=NOW, actor_name="lan", action="a", entity="b", entity_id="c", changes=changes))


def _fill_agreements(session: Session) -> None:
    """One that refers to another whose id, and so whose place in the file, comes after its own."""
    ids = [new_id(), new_id()]
    given = {"title": {"vi": "Thoả thuận"}, "starts_on": date(2020, 1, 1), "ends_on": date(2024, 12, 31)}
    later, earlier = (Agreement(id=one, **given) for one in reversed(ids))
    session.add(later)
    session.flush()
    earlier.predecessor_id = earlier.parent_id = later.id
    earlier.bodies = [factories.make_organisation(session).id]
    earlier.signatories = [{"party": "hai-duong", "name": STRANGE, "position": {"vi": STRANGE}}]
    earlier.copies_note = {"vi": STRANGE}
    session.add(earlier)


def _fill_successions(session: Session, organisation_id: str, user_id: str) -> None:
    """A merge and a hand-over, the one with all that it moved."""
    move = {"table": "member", "key": ["m"], "column": "person_id", "before": "a", "after": STRANGE, "version": 2}
    made = {"made_at": NOW, "made_by": user_id, "stayed": [{"entity": "event", "id": "e"}]}
    session.add(
        Merge(
            entity="person", merged_id="a", merged_name={"vi": STRANGE}, into_id="b", moved={"members": 1},
            moves=[move], **made,
        )
    )  # fmt: skip
    other = factories.make_organisation(session)
    days = {"from_day": date(2026, 7, 1), "left": ["e"], "undone_at": FAR, "undone_by": user_id}
    session.add(
        OrganisationHandOver(organisation_id=organisation_id, to_id=other.id, moved={"events": 200}, **days, **made)
    )


def _fill_event(session: Session, event_id: str, user_id: str) -> None:
    session.add(Passport(person_id=factories.make_person(session).id, sealed_number=bytes(range(256)), stored_at=NOW))
    session.add(Particulars(person_id=factories.make_person(session).id, sealed=bytes(range(256)), stored_at=NOW))
    session.add(
        ProgrammeRevision(
            event_id=event_id,
            number=1,
            items=[{"b": 1, "a": [None, {"x": "ý"}]}],
            published_at=NOW,
            published_by=user_id,
        )
    )
    note = EventNote(
        event_id=event_id, text=STRANGE, visibility=NoteVisibility.SHARED, office="hai-duong", author_id=user_id,
        shared_with="vientiane-province", created_at=NOW, struck_at=FAR, struck_by=user_id,
    )  # fmt: skip
    session.add(note)
    session.flush()
    session.add(NoteMention(note_id=note.id, user_id=user_id, read_at=FAR))
    session.add(SavedView(user_id=user_id, name=STRANGE, page="coming", query="q=%C4%91o%C3%A0n", created_at=NOW))
    session.add(NoticeChoice(user_id=user_id, topic=NoticeTopic.CHANGES, way=NoticeWay.NONE))
    session.add(ChosenColumns(user_id=user_id, listing="coming", columns=["title", "days"]))
    tables = [{"for": None, "name": STRANGE, "form": "round", "seats": ["m", None]}]
    trashed = {"organisation_id": None, "created_by": user_id, "kind": "activity", "sequence": 3, "sealed": b"\x00\xff"}
    session.add(TrashedEvent(trashed_at=FAR, trashed_by=user_id, **trashed))
    session.add(Placement(event_id=event_id, vehicles={"b": ["m"]}, rooms={"c": [["m"], []]}, tables=tables))
    hall = session.exec(select(Resource).limit(1)).scalar_one()  # type: ignore[call-overload]
    span = {"starts_at": FAR, "ends_at": FAR + timedelta(hours=3), "length_class": 1, "timezone": "Asia/Vientiane"}
    days = {"first_day": FAR.date(), "last_day": FAR.date(), "start_time": time(10, 4, 5), "end_time": time(13)}
    answered = {"asked_by": user_id, "answered_by": user_id, "answered_at": NOW, "answer_reason": STRANGE}
    booking = Booking(event_id=event_id, resource_id=hall.id, note=STRANGE, state="refused", **span, **days, **answered)
    session.add(booking)
    hall.keepers, hall.needs_approval = [f"user:{user_id}", "email:a@example.org"], True
    _tell_of(session, booking)
    session.add(StoredContent(sha256="e" * 64, size=5, stored_by=user_id, stored_at=NOW, unreferenced_since=None))
    session.flush()
    _fill_estimate(session, event_id, user_id)
    told = {"title": STRANGE[:20], "kind": FileKind.SIGNED, "name": "a.txt", "media_type": "text/plain", "size": 5}
    session.add(File(event_id=event_id, sha256="e" * 64, uploaded_by=user_id, uploaded_at=NOW, **told))
    paper = {"kind": "programme", "languages": ["vi"], "head": {"form": "plain"}, "title": [[{"text": STRANGE}]]}
    made = {"number": STRANGE[:20], "issued_on": FAR.date(), "made_by": user_id, "made_at": NOW, "content": paper}
    session.add(KeptDocument(event_id=event_id, kind=DocumentKind.PROGRAMME, language="vi,lo", **made))
    sent = {"content": bytes(range(256)), "size": 256, "sha256": "d" * 64, "uploaded_by": user_id, "uploaded_at": NOW}
    session.add(DocumentTemplate(kind=DocumentKind.INVITATION, version=3, in_use=True, office="hai-duong", **sent))
    feed = Feed(user_id=user_id, name="Lịch", token_hash="f" * 64, filter={"kinds": ["activity"], "past": {"a": []}})
    session.add(feed)
    session.flush()
    session.add(FeedReader(feed_id=feed.id, client=FeedClient.APPLE, first_at=NOW, last_at=NOW, etag="e"))
    gone = {"kind": "activity", "status": "cancelled", "visibility": "public", "host": "hai-duong", "timezone": "UTC"}
    days = {"first_day": date(2026, 2, 28), "last_day": date(2026, 3, 1), "created_at": NOW, "updated_at": NOW}
    session.add(DeletedEvent(id=new_id(), uid="x", sequence=3, title={"vi": "Đã xoá"}, location=None, **gone, **days))


def _tell_of(session: Session, booking: Booking) -> None:
    about = {"about_type": AboutType.RESOURCE, "about_id": booking.resource_id, "about_day": booking.first_day}
    mail = factories.make_reminder(
        session, None, purpose=ReminderPurpose.BOOKING_REFUSED, rule_key="booking:a", **about
    )
    told = {"before": None, "after": {"event_id": booking.event_id, "note": STRANGE}}
    session.add(BookingNotice(reminder_id=mail.id, booking_id=booking.id, resource_id=booking.resource_id, **told))


def _fill_inbox(session: Session, event: Event, user_id: str) -> None:
    folder = "answers@example.org@mail.example.org/INBOX"
    session.add(
        InboxFolder(name=folder, uid_validity=2**32 - 1, last_uid=7, failing_since=NOW, failure=STRANGE, read_at=NOW)
    )
    member = factories.make_member(session, event)
    days = {"first_day": NOW.date(), "last_day": FAR.date(), "answered_at": NOW, "received_at": NOW, "handled_at": NOW}
    told = {"message_id": "<a@b>", "sender": "k@example.la", "subject": STRANGE, "attendee": "k@example.la"}
    made = {"partstat": MemberAnswer.TENTATIVE, "sequence": 3, "comment": STRANGE, "to_mark": True}
    by = {"outcome": InboxOutcome.APPLIED, "applied_at": FAR, "settled_at": FAR, "settled_by": user_id}
    place = {"key": "a" * 64, "folder": folder, "uid_validity": 2**32 - 1, "uid": 7}
    session.add(InboxMessage(event_id=event.id, member_id=member.id, **place, **told, **made, **days, **by))


def _fill_links(session: Session, event_id: str, user_id: str) -> None:
    told = {"may": ["members", "days"], "recipient": STRANGE, "language": "lo", "expires_on": FAR.date()}
    link = EventLink(event_id=event_id, token_hash="a1" * 32, made_by=user_id, made_at=NOW, **told)
    session.add(link)
    session.flush()
    session.add(LinkDraft(link_id=link.id, version=3, sealed=bytes(range(256)), saved_at=NOW))
    given = {"sealed": bytes(range(256)), "form_token": "b2" * 32, "submitted_at": NOW, "taken": ["people.a"]}
    given |= {"decided_by": user_id, "decided_at": FAR, "reason": STRANGE, "is_late": True}
    session.add(Submission(link_id=link.id, event_id=event_id, **given))
    photo = {"sha256": "e" * 64, "media_type": "image/jpeg", "size": 5, "uploaded_at": NOW}
    session.add(SubmissionFile(link_id=link.id, **photo))


def _fill_both_sides(session: Session, event_id: str, user_id: str) -> None:
    given = {"office": "vientiane-province", "asks": [{"what": "members", "until": "2099-01-02"}], "note": STRANGE}
    by = {"shared_by": user_id, "shared_at": NOW, "acknowledged_by": user_id, "acknowledged_at": FAR}
    session.add(EventShare(event_id=event_id, **given, **by))
    opened = {"first_opened_at": NOW, "last_opened_at": FAR}
    session.add(ShareOpening(event_id=event_id, user_id=user_id, office="vientiane-province", **opened))
    days = {
        "first_day": date(2099, 2, 28),
        "last_day": date(2099, 3, 1),
        "answer_by": date(2099, 1, 2),
        "note": STRANGE,
    }
    asked = {"from_office": "hai-duong", "to_office": "vientiane-province", "made_by": user_id, "made_at": NOW}
    first = Proposal(event_id=event_id, **days, **asked, state="countered", expires_at=FAR, answered_at=FAR)
    session.add(first)
    session.flush()
    why = {"refused_at": NOW, "refused_reason": STRANGE, "answer_note": STRANGE, "answered_by": user_id}
    session.add(Proposal(event_id=event_id, **days, **asked, **why, expires_at=FAR, counters_id=first.id))


def _fill_ledger(session: Session, event_id: str, organisation_id: str) -> None:
    given = {"given_by": "hai-duong", "given_to": "vientiane-province", "description": {"vi": STRANGE}}
    amounts = {"quantity": 2**40 + 1, "unit": STRANGE[:9], "value": 2**53 + 1, "currency": "USD"}
    bodies = {"giver_id": organisation_id, "receiver_person_id": factories.make_person(session).id}
    told = given | amounts | bodies | {"received_on": "2026-11", "office": "hai-duong"}
    session.add(Gift(event_id=event_id, kind=GiftKind.GOODS, **told))
    learned = {"starts_on": "2008-09", "ends_on": "2012", "payer": "hai-duong", "permit_expires_on": NOW.date()}
    learned |= {"stipend_amount": 2**53 + 1, "stipend_currency": Currency.USD, "institution_id": organisation_id}
    learned |= {"name": STRANGE, "note": STRANGE, "qualification": STRANGE, "stage": LearnerStage.BACHELOR}
    session.add(Learner(event_id=event_id, outcome=LearnerOutcome.GRADUATED, **learned))


def _fill_projects(session: Session, event_id: str, organisation_id: str, user_id: str) -> None:
    project = Project(
        title={"vi": STRANGE}, given_by="hai-duong", host="vientiane-province", decision=STRANGE, accepted_on="2026-06",
        beneficiary_id=organisation_id, organisation_id=organisation_id, handover_event_id=event_id, source=STRANGE,
    )  # fmt: skip
    project.total = {"amount": str(2**53 + 1), "currency": "VND"}
    session.add(project)
    session.flush()
    told = {"title": STRANGE[:20], "kind": FileKind.SIGNED, "name": "b.txt", "media_type": "text/plain", "size": 5}
    file = File(project_id=project.id, sha256="e" * 64, uploaded_by=user_id, uploaded_at=NOW, **told)
    session.add(file)
    session.flush()
    project.sources = [{"locality": "hai-duong", "amount": {"amount": "0.01", "currency": "USD"}}]
    project.milestones = [{"title": {"vi": STRANGE}, "day": FAR.date(), "percent": 100, "file_id": file.id}]
    project.disbursements = [{"amount": {"amount": "1", "currency": "LAK"}, "paid_on": "2008", "file_id": file.id}]
    session.add(project)


def _fill_estimate(session: Session, event_id: str, user_id: str) -> None:
    """A settled one, with everything that people enter and all that is kept of it."""
    written = {
        "written_by": user_id,
        "written_at": NOW,
        "inputs": {"flowers": 1},
        "overrides": {"meals": {"payer": None}},
    }
    decided = {"guest_class": "B", "class_decided_by": STRANGE, "returned_reason": STRANGE}
    by = {"submitted_by": user_id, "submitted_at": NOW, "approved_by": user_id, "approved_at": NOW}
    session.add(
        Estimate(event_id=event_id, state="settled", settled_by=user_id, settled_at=FAR, **written, **decided, **by)
    )
    session.flush()
    amounts = {"unit_amount": 2**53 + 1, "planned": 2**53 + 1, "approved": 2**53 + 1, "norm_limit": 2**53 + 1}
    line = EstimateLine(
        event_id=event_id, rule="meals", item="meals", unit="person_day", description={"vi": STRANGE}, people=3,
        times=350, quantity=1050, payer="hai-duong", **amounts,
    )  # fmt: skip
    session.add(line)
    session.add(EstimateApproval(event_id=event_id, number=1, content={"lines": [{"times": "3.5"}, None]}, **by))
    session.flush()
    paid = {"amount": 2**53 + 1, "currency": "VND", "paid_on": FAR.date(), "voucher": STRANGE, "made_at": NOW}
    session.add(Payment(event_id=event_id, line_id=line.id, approved_by=user_id, made_by=user_id, **paid))


def plan_many(database: Database, count: int) -> None:
    """So many visits, each with a reminder."""
    with database.transaction() as session:
        rule = factories.make_rule(session)
        for number in range(count):
            day = date(2027, 1, 1) + timedelta(days=number % 900)
            factories.make_event(session, first_day=day, description={"vi": "Chương trình làm việc " * 20})
        plan_rule(session, ActionContext(None, NOW, OFFICE), rule)


def contents(database: Database) -> Contents:
    """Table → key → row, of all tables that a backup holds."""
    found: Contents = {}
    with database.engine.connect() as connection:
        for name in sorted(tables.backed_up()):
            table = metadata.tables[name]
            rows = [dict(row._mapping) for row in connection.execute(table.select())]
            found[name] = {tuple(row[column.name] for column in table.primary_key): row for row in rows}
    return found


def backed_up(database: Database, path: Path, now: datetime = NOW) -> Manifest:
    return dump.take(database, path, now, KEY, OFFICE.locality)


def reopened(database: Database) -> None:
    """The database after another one of this process, as a command is, has put a new file in its place."""
    database.dispose()
    if database.file is not None:
        database.file.accept()


def restored(
    database: Database, path: Path, var: Path, now: datetime = NOW, *, unverified: bool = False
) -> RestoreSummary:
    database.dispose()
    try:
        with archive.opened(path, KEY, unverified=unverified) as content:
            return swap_in.restore(database, content, ActionContext(None, now, OFFICE), var, KEY)
    finally:
        database.dispose()
