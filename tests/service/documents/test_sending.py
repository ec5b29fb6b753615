"""Kept papers sent by mail: to whom they may go, what the mail says, what is attached, what is not sent any more."""

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from calendars.documents.value import Document
from jobs import sending as jobs_sending
from jobs.config import WorkerConfig
from jobs.mail import TemporaryFailure
from jobs.worker import Worker
from models.accounts import Audit, User
from models.database import Database
from models.documents import KeptDocument
from models.errors import Busy, Conflict, DomainError, FilesAway, TooLarge
from models.events import Event
from models.file_store import FileStore
from models.files import File, StoredContent
from models.i18n import N_, message
from models.places import Organisation, Person
from models.reminders import Reminder
from models.vocabulary import DocumentFormat, EventStatus, FileKind, ReminderPurpose, ReminderState, Role, Visibility
from service.actions.documents import sending
from service.actions.documents.mailing import PaperWriter
from service.documents import rendering
from service.documents.pdf_process import NOT_SET, TOO_LONG
from service.settings import Settings
from tests import factories
from tests.factories import NOW, OFFICE
from tests.service.conftest import Caller, Clock
from tests.service.documents.conftest import spoken
from tests.service.documents.test_documents_api import Visit, owner, visit
from tests.service.documents.test_kept_papers import paper

__all__ = ["owner", "paper", "visit"]

pytestmark = [
    pytest.mark.usefixtures("as_words"),
    pytest.mark.both_databases("mails with papers are rows of the queue, and who may get one is asked in SQL"),
]


@dataclass
class Post:
    """Keeps what is sent; the first so many mails are put off."""

    at_once: int = 10
    mails: list[EmailMessage] = field(default_factory=list)
    busy: int = 0

    def send(self, name: str, recipient: str, content: bytes) -> None:
        if self.busy:
            self.busy -= 1
            raise TemporaryFailure(message(N_("The mail server asks to try again later: {answer}"), answer="x"))
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)

    def close_idle(self) -> None:
        """Nothing is open."""


@dataclass
class PostOffice:
    post: Post
    work: Callable[[], None]

    def delivered(self) -> list[EmailMessage]:
        """What leaves now."""
        before = len(self.post.mails)
        self.work()
        return self.post.mails[before:]


@pytest.fixture
def post_office(database: Database, settings: Settings, clock: Clock, tmp_path: Path) -> PostOffice:
    config = WorkerConfig(
        mail_url="file:", mail_from="Văn phòng <desk@example.org>", var=tmp_path / "var", office=OFFICE
    )
    post = Post()
    writer = PaperWriter(FileStore(settings.files_folder))
    worker = Worker(database, config, clock, mail=post, papers=writer)
    return PostOffice(post, lambda: worker.tick() and None)


@pytest.fixture
def people(visit: Visit, database: Database) -> dict[str, str]:
    """Ids of those a paper could be sent to, by who they are."""
    with database.transaction() as session:
        event = session.get_one(Event, visit.event_id)
        member = factories.make_member(session, event)
        stranger = factories.make_person(session, email="stranger@example.org")
        speechless = factories.make_person(session, name="Không Địa Chỉ")
        factories.make_member(session, event, speechless)
        session.get_one(Organisation, visit.other).email = "congan@example.org"
        idle = factories.make_organisation(session, email="idle@example.org")
        reader = factories.make_user(session, organisation_id=visit.other, email="reader@example.org", name="Lan")
        outsider = factories.make_user(session, organisation_id=idle.id, email="outsider@example.org")
        gone = factories.make_user(session, organisation_id=visit.other, active=False)
        return {
            "member": member.person_id,
            "stranger": stranger.id,
            "speechless": speechless.id,
            "body": visit.other,
            "idle": idle.id,
            "reader": reader.id,
            "outsider": outsider.id,
            "gone": gone.id,
        }


def send(caller: Caller, paper: dict[str, Any], *to: str, **headers: str) -> Any:
    return caller.post(f"/documents/{paper['id']}/send", {"to": list(to)}, **headers)


def rows(database: Database) -> list[Reminder]:
    with database.transaction(write=False) as session:
        found = select(Reminder).where(Reminder.purpose == ReminderPurpose.DOCUMENT)
        return list(session.exec(found.order_by(Reminder.recipient)).all())


def test_a_paper_goes_to_people_bodies_and_accounts_of_the_visit(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database, post_office: PostOffice
) -> None:
    wanted = [people[one] for one in ("member", "body", "reader", "speechless")]
    answer = send(owner, paper, *wanted)
    assert answer.status_code == 200, answer.text
    assert [one["id"] for one in answer.json["sent"]] == wanted[:3]
    assert [one["name"] for one in answer.json["without_address"]] == ["Không Địa Chỉ"]
    assert answer.json["already"] == []
    mails = post_office.delivered()
    assert {mail["To"] for mail in mails} == {one["address"] for one in answer.json["sent"]}
    for mail in mails:
        (attached,) = mail.iter_attachments()
        assert attached.get_content_type() == "application/pdf"
        assert attached.get_filename() == "2027-03-10_CT_Don-doan-Vieng-Chan_vi-lo.pdf"
        assert "Hội đàm" in attached.get_content().decode()
    with database.transaction(write=False) as session:
        (told,) = session.exec(select(Audit).where(Audit.entity == "document", Audit.action == "send")).all()
    assert told.changes == {"to": {"from": None, "to": wanted[:3]}, "kind": {"from": None, "to": "programme"}}
    assert told.actor_id == owner.user_id


def test_the_mail_says_which_paper_of_which_visit_and_from_whom_in_the_readers_language(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database, post_office: PostOffice
) -> None:
    with database.transaction() as session:
        sender = session.get_one(User, owner.user_id)
        sender.name = "Nguyễn Thị Hoa"
        session.get_one(User, people["reader"]).locale = "lo"  # type: ignore[assignment]
        session.get_one(Event, paper["event_id"]).in_charge_id = owner.user_id
        address = sender.email
    assert send(owner, paper, people["reader"], people["body"]).status_code == 200
    mails = {mail["To"]: mail for mail in post_office.delivered()}
    theirs, lao = mails["congan@example.org"], mails["reader@example.org"]
    text = theirs.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert theirs["Subject"] == "Chương trình: Đón đoàn Viêng Chăn – 10/3/2027"
    assert "Kính gửi quý cơ quan, xin trân trọng gửi kèm Chương trình về việc:" in text
    assert "Ông/Bà, xin" not in text, "a body is no person"
    assert "chưa ký, chưa đóng dấu" in text
    assert "Người gửi: Nguyễn Thị Hoa" in text
    assert OFFICE.event_url(paper["event_id"]) not in text  # a mailbox has no account
    assert theirs["Reply-To"] == address
    assert "ຂໍສົ່ງ ກຳນົດການ ມາພ້ອມນີ້" in lao.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "ຮຽນ ທ່ານທີ່ນັບຖື" in lao.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert OFFICE.event_url(paper["event_id"]) in lao.get_body(("plain",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize("who", ["stranger", "idle", "outsider"])
def test_nothing_is_sent_where_an_address_is_not_the_senders_to_write_to(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database, who: str
) -> None:
    answer = send(owner, paper, people["member"], people[who])
    assert (answer.status_code, answer.json["code"]) == (403, "address_not_allowed")
    assert list(answer.json["errors"]) == ["to.1"]
    assert rows(database) == []


def test_approvers_may_send_it_elsewhere_but_not_to_accounts_that_may_not_read_the_visit(
    approver: Caller, paper: dict[str, Any], people: dict[str, str], post_office: PostOffice
) -> None:
    assert send(approver, paper, people["stranger"], people["idle"]).status_code == 200
    assert {mail["To"] for mail in post_office.delivered()} == {"stranger@example.org", "idle@example.org"}
    assert send(approver, paper, people["outsider"]).json["code"] == "address_not_allowed"


def test_that_a_visit_is_public_opens_its_papers_to_no_address(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database
) -> None:
    with database.transaction() as session:
        session.get_one(Event, paper["event_id"]).visibility = Visibility.PUBLIC
    assert send(owner, paper, people["stranger"]).status_code == 403
    assert send(owner, paper, people["outsider"]).status_code == 200  # an account that may read it


@pytest.mark.parametrize("who", ["gone", "nobody"])
def test_who_is_not_there_is_named(owner: Caller, paper: dict[str, Any], people: dict[str, str], who: str) -> None:
    answer = send(owner, paper, people.get(who, "01NOBODY"))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["to.0"])


def test_nobody_gets_the_same_twice_but_what_has_changed(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database, post_office: PostOffice
) -> None:
    assert len(send(owner, paper, people["body"], people["body"]).json["sent"]) == 1
    again = send(owner, paper, people["body"], people["reader"]).json
    assert ([one["id"] for one in again["already"]], [one["id"] for one in again["sent"]]) == (
        [people["body"]],
        [people["reader"]],
    )
    assert len(post_office.delivered()) == 2
    assert send(owner, paper, people["body"]).json["sent"] == []
    with_scan(database, paper, b"%PDF-1.7 signed")
    assert len(send(owner, paper, people["body"]).json["sent"]) == 1


def test_a_mail_that_was_put_off_leaves_under_its_own_message_id(
    owner: Caller,
    paper: dict[str, Any],
    people: dict[str, str],
    database: Database,
    post_office: PostOffice,
    clock: Clock,
) -> None:
    send(owner, paper, people["body"])
    post_office.post.busy = 1
    assert post_office.delivered() == []
    clock.move(hours=1)
    (mail,) = post_office.delivered()
    (row,) = rows(database)
    assert (row.state, row.attempts) == (ReminderState.SENT, 2)
    assert mail["Message-ID"] == row.message_id
    assert row.id in str(row.message_id)
    clock.move(hours=1)
    assert post_office.delivered() == []


def with_scan(database: Database, paper: dict[str, Any], content: bytes, settings: Settings | None = None) -> str:
    """A signed scan of the paper, with its bytes in the store if that is given."""
    from io import BytesIO

    sha256 = "1" * 64
    if settings is not None:
        store = FileStore(settings.files_folder)
        store.open(make=True)
        sha256 = store.put(BytesIO(content)).sha256
    with database.transaction() as session:
        session.add(StoredContent(sha256=sha256, size=len(content), stored_at=NOW))
        session.flush()
        scan = File(
            event_id=paper["event_id"], title="Bản ký", kind=FileKind.SIGNED, name="Kế hoạch đã ký.pdf",
            media_type="application/pdf", size=len(content), sha256=sha256, uploaded_at=NOW,
        )  # fmt: skip
        session.add(scan)
        session.flush()
        session.get_one(KeptDocument, paper["id"]).signed_file_id = scan.id
        return scan.id


def test_the_signed_scan_goes_instead_of_the_paper(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database, settings: Settings,
    post_office: PostOffice,
) -> None:  # fmt: skip
    with_scan(database, paper, b"%PDF-1.7 signed", settings)
    send(owner, paper, people["body"])
    (mail,) = post_office.delivered()
    (attached,) = mail.iter_attachments()
    name = "2027-03-10_CT_Don-doan-Vieng-Chan_vi-lo_ky.pdf"
    assert (attached.get_filename(), attached.get_content()) == (name, b"%PDF-1.7 signed")
    assert "bản quét văn bản đã ký" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_scan_that_is_away_is_waited_for(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database, post_office: PostOffice
) -> None:
    with_scan(database, paper, b"%PDF-1.7 signed")
    send(owner, paper, people["body"])
    assert post_office.delivered() == []
    (row,) = rows(database)
    assert row.state is ReminderState.PENDING
    assert "folder with the files" in str(row.reason)


@pytest.mark.parametrize(
    ("problem", "state"),
    [
        (Conflict(message(NOT_SET), code="not_set"), ReminderState.FAILED),
        (TooLarge(message(TOO_LONG)), ReminderState.FAILED),
        (Busy(), ReminderState.PENDING),
        (FilesAway(), ReminderState.PENDING),
    ],
)
def test_only_what_passes_is_waited_for(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database, post_office: PostOffice,
    monkeypatch: pytest.MonkeyPatch, problem: DomainError, state: ReminderState,
) -> None:  # fmt: skip
    """A paper that can't be made will not be made later either: its sender is told at once, and why."""

    def refuse(document: Document) -> bytes:
        raise problem

    monkeypatch.setitem(rendering._WRITERS, DocumentFormat.PDF, refuse)
    send(owner, paper, people["reader"])
    assert [one for one in post_office.delivered() if list(one.iter_attachments())] == []
    (row,) = rows(database)
    assert row.state is state
    assert str(row.reason) == str(problem.detail)


def test_what_is_too_large_for_a_mail_is_refused(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database, post_office: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(jobs_sending, "MOST_BYTES", 10)
    send(owner, paper, people["body"])
    assert [list(mail.iter_attachments()) for mail in post_office.delivered()] == [[]]  # the notice that it failed
    (row,) = rows(database)
    assert row.state is ReminderState.FAILED
    monkeypatch.setattr(sending, "MOST_BYTES", 10)
    with_scan(database, paper, b"%PDF-1.7 signed")
    answer = send(owner, paper, people["reader"])
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


# Checked again right before it leaves


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("cancelled", "cancelled"),
        ("postponed", "postponed"),
        ("deleted", "deleted"),
        ("no longer takes part", "may not go"),
        ("disabled", "may not go"),
    ],
)
def test_what_holds_no_more_is_not_sent(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database, post_office: PostOffice,
    change: str, reason: str,
) -> None:  # fmt: skip
    send(owner, paper, people["reader"])
    with database.transaction() as session:
        event = session.get_one(Event, paper["event_id"])
        match change:
            case "deleted":
                session.delete(session.get_one(KeptDocument, paper["id"]))
            case "no longer takes part":
                session.get_one(User, people["reader"]).organisation_id = people["idle"]
            case "disabled":
                session.get_one(User, people["reader"]).active = False
            case _:
                event.status = EventStatus(change)
    assert post_office.delivered() == []
    (row,) = rows(database)
    assert row.state is ReminderState.SKIPPED
    assert reason in str(row.reason)


def test_the_word_of_who_vouched_counts_as_long_as_they_may_give_it(
    approver: Caller, paper: dict[str, Any], people: dict[str, str], database: Database, post_office: PostOffice
) -> None:
    send(approver, paper, people["stranger"])
    with database.transaction() as session:
        session.get_one(User, approver.user_id).role = Role.OFFICER
        session.get_one(User, approver.user_id).organisation_id = people["idle"]
    assert post_office.delivered() == []
    assert [row.state for row in rows(database)] == [ReminderState.SKIPPED]


def test_a_mailbox_that_somebody_else_entered_is_not_the_bodys(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database
) -> None:
    with database.transaction() as session:
        meddler = factories.make_user(session, organisation_id=people["idle"])
        change = {"email": {"from": None, "to": "congan@example.org"}}
        session.add(
            Audit(
                at=NOW, actor_id=meddler.id, actor_name="x", action="change", entity="organisation",
                entity_id=people["body"], changes=change,
            )
        )  # fmt: skip
    assert send(owner, paper, people["body"]).json["code"] == "address_not_allowed"


def test_an_address_that_is_not_the_readers_to_know_is_as_if_there_were_none(
    paper: dict[str, Any], visit: Visit, owner: Caller, database: Database
) -> None:
    """A guest kept by another office: neither whether there is an address is told, nor is it used."""
    with database.transaction() as session:
        theirs = factories.make_organisation(session, locality="vientiane-province")
        factories.make_user(session, Role.APPROVER, organisation_id=theirs.id)
        guest = session.get_one(Person, visit.guest)
        guest.organisation_id, guest.email = theirs.id, "bounmy@la.example"
    answer = send(owner, paper, visit.guest)
    assert [one["address"] for one in answer.json["without_address"]] == [None]
    assert "bounmy" not in answer.text
    assert rows(database) == []


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_papers_of_what_is_called_off_are_not_sent(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database, status: str
) -> None:
    with database.transaction() as session:
        session.get_one(Event, paper["event_id"]).status = EventStatus(status)
    answer = send(owner, paper, people["body"])
    assert (answer.status_code, answer.json["code"]) == (409, "called_off")


def test_a_change_of_the_visit_takes_no_mail_back(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database, post_office: PostOffice
) -> None:
    """What rules planned is planned anew then; a paper was sent by somebody."""
    send(owner, paper, people["body"])
    path = f"/delegations/{paper['event_id']}"
    assert owner.patch(path, {"first_day": "2027-03-12", "last_day": "2027-03-13"}).status_code == 200
    assert [mail["To"] for mail in post_office.delivered()] == ["congan@example.org"]


def test_a_mail_that_failed_is_sent_again_by_hand(
    owner: Caller, paper: dict[str, Any], people: dict[str, str], database: Database, post_office: PostOffice
) -> None:
    send(owner, paper, people["body"])
    (row,) = rows(database)
    with database.transaction() as session:
        session.get_one(Reminder, row.id).state = ReminderState.FAILED
    shown = owner.get(f"/reminders?purpose=document&event_id={paper['event_id']}").json
    assert [(one["id"], one["purpose"], one["about"]["id"]) for one in shown] == [
        (row.id, "document", paper["event_id"])
    ]
    assert owner.post(f"/reminders/{row.id}/retry").status_code == 200
    assert len(post_office.delivered()) == 1


def test_a_paper_for_many_is_written_once(
    owner: Caller,
    paper: dict[str, Any],
    people: dict[str, str],
    post_office: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[Document] = []
    monkeypatch.setitem(
        rendering._WRITERS, DocumentFormat.PDF, lambda document: written.append(document) or spoken(document)
    )
    send(owner, paper, *(people[one] for one in ("member", "body", "reader")))
    assert len(post_office.delivered()) == 3
    assert len(written) == 1
