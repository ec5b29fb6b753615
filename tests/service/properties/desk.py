"""The world of the property: departments of two offices on one service, their accounts, and an hour to play with."""

import itertools
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import bindparam, text
from sqlalchemy import event as sqlalchemy_event
from werkzeug.test import TestResponse

from jobs import queue, schedule
from jobs.config import WorkerConfig
from jobs.mail import PermanentFailure
from jobs.worker import Worker
from models.accounts import User
from models.agreements import Agreement, Anniversary, Commitment
from models.database import Database
from models.i18n import Message
from models.queries.audience import MESSENGER
from models.vocabulary import EventKind, EventStatus, Language, ResourceType, Role, Visibility
from service.actions.accounts import accounts
from service.actions.bookings import resources
from service.actions.context import ActionContext
from service.actions.directory import particulars, passports
from service.actions.documents.mailing import PaperWriter
from service.actions.events import members, tasks
from service.actions.office_mails.office_mails import OfficeMailWriter
from service.http.app_context import AppContext
from service.settings import Settings, load_settings
from tests import factories
from tests.service.conftest import Clock, built_app
from tests.service.properties.still_open import is_open
from tests.service.properties.traces import PARTICULARS, PASSPORT, Leak, Secret, mail_text, plain

OFFICES_ARE_APART: Final = "office" in User.model_fields
"""Whether accounts belong to an office, whose approvers and administrators read only its own events: V's are then
outsiders too."""

HERE, THERE = "hai-phong", "vientiane-province"
SPIES = ("spy@evil.example", "second.spy@evil.example")
"""Addresses that the other sides chose; they belong to nobody at first."""
A_BODYS_ADDRESS = "so1@example.org"
GONE = "gone@example.org"
"""A mailbox that refuses everything, so that there are failures to report."""

SECRET_KEY = "a secret for tests, long enough to be one"
FIRST_DAY = date(2026, 12, 1)


STRANGER = "0" * 25 + "1"
"""An id that nothing ever had."""

_CHANGED = text(
    "SELECT actor_name, action, entity, changes FROM audit WHERE event_id IN :ids AND actor_id IN :outsiders"
).bindparams(bindparam("ids", expanding=True), bindparam("outsiders", expanding=True))

GIFT = {
    "given_by": "hai-duong",
    "given_to": "vientiane-province",
    "kind": "money",
    "description": {"vi": "Quà"},
    "value": {"amount": "100000000", "currency": "VND"},
}
"""Money that one province gives the other."""

_PARTS = text(
    " UNION ALL ".join(
        f"SELECT id FROM {table} WHERE event_id IN :ids"
        for table in (
            "member",
            "task",
            "booking",
            "reminder",
            "file",
            "document",
            "programme_item",
            "gift",
            "learner",
            "event_note",
        )
    )
).bindparams(bindparam("ids", expanding=True))


class Side:
    """Whose an account is. ``A`` hides events; ``B`` is another department, ``V`` is of the other office."""

    A, B, OFFICE, V = "a", "b", "office", "v"


@dataclass(frozen=True)
class Account:
    """An account with an API token; ``client`` keeps no cookies."""

    side: str
    role: Role
    id: str
    email: str
    organisation_id: str | None
    token: str

    @property
    def name(self) -> str:
        return f"{self.side} {self.role.value}"

    @property
    def is_entitled(self) -> bool:
        """Whether its office hides nothing from it, or it is of the side that hides."""
        if self.side in {Side.A, Side.OFFICE}:
            return True
        return self.role.suffices_for(Role.APPROVER) and (self.side == Side.B or not OFFICES_ARE_APART)


@dataclass(frozen=True)
class Layout:
    """What every run finds: accounts by ``"a officer"`` …, ids by name, and the first hidden event."""

    path: Path
    accounts: Mapping[str, Account]
    organisations: Mapping[str, str]
    people: Mapping[str, str]
    addresses: Mapping[str, str]
    resources: tuple[str, ...]
    agreement: str
    commitment: str
    anniversary: str
    rules: Mapping[str, str]
    events: Mapping[str, str]
    first: Secret

    @property
    def outsiders(self) -> tuple[Account, ...]:
        """The accounts from which A's events are hidden: attackers and observers."""
        return tuple(one for one in self.accounts.values() if not one.is_entitled)

    def of(self, name: str) -> Account:
        return self.accounts[name]


def settings_of(path: Path) -> Settings:
    return load_settings(
        {
            "DESK_DATABASE_URL": f"sqlite:///{path}",
            "DESK_VAR": str(path.parent / "var"),
            "DESK_PUBLIC_URL": "https://desk.example.org",
            "DESK_SECRET_KEY": SECRET_KEY,
            "DESK_LOCALITY": HERE,
        }
    )


def lay_out(path: Path) -> Layout:
    """Fill a migrated SQLite file."""
    office, database = settings_of(path).office, Database(f"sqlite:///{path}")
    with database.transaction() as session:
        for code in (HERE, "hai-duong", THERE, "vientiane-capital", "vietnam", "laos"):
            factories.make_locality(session, code)
        bodies = {
            "a": factories.make_organisation(session, name={"vi": "Sở Một"}, locality=HERE, email=A_BODYS_ADDRESS),
            "b": factories.make_organisation(session, name={"vi": "Sở Hai"}, locality=HERE, email="so2@example.org"),
            "office": factories.make_organisation(
                session, name={"vi": "Văn phòng"}, locality=HERE, protocol_office=True
            ),
            "v": factories.make_organisation(session, name={"vi": "Sở Ba"}, locality=THERE, email="so3@example.org"),
            "guests": factories.make_organisation(session, name={"vi": "Công ty khách"}, locality=HERE),
            "v guests": factories.make_organisation(session, name={"vi": "Công ty Lào"}, locality=THERE),
        }
        organisations = {name: one.id for name, one in bodies.items()}
        found: dict[str, Account] = {}
        for side in (Side.A, Side.B, Side.OFFICE, Side.V):
            for role in Role:
                of = organisations[side]
                user = factories.make_user(
                    session, role, email=f"{side}.{role.value}@example.org", organisation_id=of,
                    locale=Language.EN if side == Side.B else Language.VI,
                    weekly_schedule=True, daily_digest=True,
                    **({"office": THERE if side == Side.V else HERE} if OFFICES_ARE_APART else {}),
                )  # fmt: skip
                issued = accounts.issue_token(session, ActionContext(None, factories.NOW, office), user, "test")
                issued.row.last_used_at = factories.NOW + timedelta(days=3650)  # its uses are never written down
                account = Account(side, role, user.id, user.email, of, issued.secret)
                found[account.name] = account
        a_officer = session.get_one(User, found["a officer"].id)
        act = ActionContext(a_officer, factories.NOW, office)
        nobody = ActionContext(None, factories.NOW, office)
        people, addresses = {}, {}
        for name, of in (
            ("a leader", "a"), ("a deputy", "a"), ("guest", "guests"), ("nobody's", None), ("gone", "guests"),
            ("b person", "b"), ("v person", "v"), ("v guest", "v guests"), ("bare", "a"),
        ):  # fmt: skip
            address = GONE if name == "gone" else f"{name.replace(' ', '.').replace(chr(39), '')}@people.example"
            person = factories.make_person(
                session, name=f"Người {name.title()}", organisation_id=of and organisations[of],
                email=None if name == "bare" else address, phone="0123",
            )  # fmt: skip
            people[name] = person.id
            if person.email:
                addresses[name] = person.email
            if of in {"a", "guests"} and name != "bare":
                passports.store_passport(session, nobody, SECRET_KEY, person, {"number": PASSPORT, "country": "VN"})
                particulars.store_particulars(session, nobody, SECRET_KEY, person, {"diet": PARTICULARS})
        halls = tuple(
            resources.create_resource(
                session, nobody,
                {"name": {"vi": f"Phòng {number}"}, "type": ResourceType.ROOM, "locality": HERE, "capacity": number},
            ).id
            for number in (1, 2)
        )  # fmt: skip
        agreement = Agreement(title={"vi": "Thỏa thuận"}, starts_on=date(2026, 1, 1), ends_on=date(2029, 12, 31))
        agreement.parties = [HERE, THERE]
        session.add(agreement)
        session.flush()
        commitment = Commitment(
            agreement_id=agreement.id, article="2", field={"vi": "Xây dựng Đảng"}, title={"vi": "Bồi dưỡng"},
            activity=EventKind.DELEGATION, host=HERE, guest=THERE, frequency_type="per_year", frequency_count=1,
        )  # fmt: skip
        anniversary = Anniversary(title={"vi": "Kết nghĩa"}, origin="1984")
        anniversary.parties = [HERE, THERE]
        session.add(commitment)
        session.add(anniversary)
        session.flush()
        rules = {
            name: factories.make_rule(session, name={"vi": f"Nhắc {name}"}, audience=audience, **values).id
            for name, audience, values in (
                ("officers", ["role:officer", "role:viewer"], {"anchor": "arrival", "offset": "-P5D"}),
                ("people", ["owner", "members"], {"anchor": "start", "offset": "-P1D"}),
                ("tasks", ["organisation", "role:approver"], {"anchor": "task_due", "offset": "-P3D"}),
            )
        }
        hidden = Secret(0, "delegations", hidden_from={Side.B, Side.V})
        event = factories.make_event(
            session, **texts_of(hidden), host=HERE, guest=THERE, organisation_id=organisations["a"],
            created_by=a_officer.id, commitment_id=commitment.id, uid="hidden-uid-0815@example.org",
            search_text=hidden.word, headcount=hidden.headcount, budget_amount=hidden.budget, budget_currency="VND",
            funded_by=HERE,
        )  # fmt: skip
        hidden.id, hidden.uid = event.id, event.uid
        for name in ("a leader", "guest", "nobody's"):
            members.add_member(session, act, event, {"person_id": people[name], "note": hidden.word})
            hidden.addresses.add(addresses[name])
        tasks.add_task(session, act, event, {"title": {"vi": hidden.word}, "due_on": FIRST_DAY})
        known = {}
        for name, of, visibility in (
            ("b", "b", Visibility.INTERNAL), ("public", "a", Visibility.PUBLIC), ("v", "v", Visibility.INTERNAL),
        ):  # fmt: skip
            own = factories.make_event(
                session, title={"vi": f"Việc {name}"}, host=HERE, guest=THERE, organisation_id=organisations[of],
                visibility=visibility, created_by=found[f"{of} officer"].id, status=EventStatus.PLANNED,
            )  # fmt: skip
            known[name] = own.id
    database.dispose()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return Layout(
        path, found, organisations, people, addresses, halls, agreement.id, commitment.id, anniversary.id, rules, known,
        hidden,
    )  # fmt: skip


def texts_of(secret: Secret) -> dict[str, Any]:
    """The texts of a delegation, each with the secret word."""
    word = secret.word
    return {
        "title": {"vi": f"Đoàn {word}", "lo": f"ຄະນະ {word}", "en": f"Delegation {word}"},
        "description": {"vi": f"Nội dung {word}"},
        "location": {"vi": f"Nhà {word}"},
        "purpose": {"vi": f"Mục đích {word}"},
        "results": f"Kết quả {word}",
    }


@dataclass(frozen=True)
class Mail:
    recipient: str
    content: bytes


@dataclass
class Mailbox:
    """A transport that keeps what it is given."""

    at_once: int = 250
    received: list[Mail] = field(default_factory=list)

    def send(self, name: str, recipient: str, content: bytes) -> None:
        if recipient == GONE:
            raise PermanentFailure(Message("550 no such mailbox"))
        self.received.append(Mail(recipient, content))

    def close_idle(self) -> None:
        """Nothing is open."""


class Desk:
    """One service on a copy of a layout, with its worker and its clock, all in this thread.

    ``known`` is what each side has said itself and so may be answered with.
    """

    def __init__(self, layout: Layout, path: Path) -> None:
        shutil.copyfile(layout.path, path)
        self.layout = layout
        self.clock = Clock(factories.NOW)
        self.settings = settings_of(path)
        self.database = Database(self.settings.database_url)
        sqlalchemy_event.listen(self.database.engine, "connect", _without_waiting_for_the_disk)
        self.app: Flask = built_app()
        self.context = AppContext(self.settings, self.database, self.clock)
        self.context.afterwards.wake = lambda: None  # type: ignore[method-assign]
        self._middleware = self.app.extensions["feed_middleware"]
        self._before = self.app.extensions["desk"], self._middleware._desk
        self.app.extensions["desk"] = self._middleware._desk = self.context
        self.client: FlaskClient = self.app.test_client(use_cookies=False)
        self.mails = Mailbox()
        self.kept: list[Mail] = []
        office = self.settings.office
        config = WorkerConfig("file:", "Lễ tân <desk@example.org>", path.parent, office, secret_key=SECRET_KEY)
        self.worker = Worker(
            self.database,
            config,
            self.clock,
            mail=self.mails,
            reports=OfficeMailWriter(office, SECRET_KEY),
            papers=PaperWriter(self.context.files.store),
        )
        self.secrets = [
            Secret(
                layout.first.number, layout.first.noun, layout.first.id, layout.first.uid,
                set(layout.first.hidden_from), set(layout.first.addresses),
            )
        ]  # fmt: skip
        self.known: dict[str, str] = {Side.B: "", Side.V: ""}
        self.feeds: dict[str, list[str]] = {Side.B: [], Side.V: []}
        self.vouched: set[str] = set()
        self._keys = itertools.count(1)

    def close(self) -> None:
        self.worker.close()
        self.app.extensions["desk"], self._middleware._desk = self._before
        self.database.dispose()

    # Requests

    def call(
        self, who: Account | None, method: str, path: str, body: Any = None, *, media: str = "", **headers: str
    ) -> TestResponse:
        """One request below /api/v1; a body that is no JSON has its media type."""
        sent = {"X-Request-Id": "same"} | ({"Authorization": f"Bearer {who.token}"} if who else {})
        if method in {"PATCH", "DELETE", "PUT"}:
            sent["If-Match"] = "*"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        kind: dict[str, Any] = {"data": body, "content_type": media} if media else {"json": body}
        return self.client.open(f"/api/v1{path}", method=method, headers=sent, **({} if body is None else kind))

    def made(self, who: Account, path: str, body: Any) -> Any:
        """POST something that must succeed."""
        answer = self.call(who, "POST", path, body, Idempotency_Key=f"key-{next(self._keys)}")
        assert answer.status_code == 201, (path, body, answer.text)
        return answer.json

    def attack(
        self, who: Account, method: str, path: str, body: Any = None, *, media: str = "", **headers: str
    ) -> TestResponse:
        """A request of somebody from whom events are hidden: its answer tells nothing of them.

        Asked of a hidden event, the service answers as of one that was never there.
        """
        said = f"{path} {body!r}".lower()
        hidden = [one for one in self.hidden_ids(who.side) if one.lower() in said]
        answer = self.call(who, method, path, body, media=media, **headers)
        self.check(who.side, answer, said)
        for one in hidden:
            self._compare(who, one, method, path, body, media, answer, headers)
        if answer.status_code < 300:
            self.known[who.side] += said
            self.check_trail()
            made = answer.json if answer.is_json and answer.data else None
            url = made.get("url") if isinstance(made, dict) else None
            if isinstance(url, str) and "/feeds/" in url:
                self.feeds[who.side].append(url[url.index("/feeds/") :])
        return answer

    def _compare(
        self,
        who: Account,
        hidden_id: str,
        method: str,
        path: str,
        body: Any,
        media: str,
        answer: TestResponse,
        headers: Mapping[str, str],
    ) -> None:
        path_of_other, body_of_other = path.replace(hidden_id, STRANGER), _replaced(body, hidden_id, STRANGER)
        other = self.call(who, method, path_of_other, body_of_other, media=media, **headers)
        told, expected = answer.text.replace(hidden_id, STRANGER), other.text
        if (answer.status_code, told) != (other.status_code, expected):
            raise Leak(
                f"{who.name}: {method} {path} {body!r} answers {answer.status_code} {told[:300]},"
                f" and of an event that was never there {other.status_code} {expected[:300]}"
            )

    def hidden_from(self, side: str) -> list[Secret]:
        """The events that are hidden from a side, those that are deleted too."""
        return [one for one in self.secrets if side in one.hidden_from]

    def hidden_ids(self, side: str) -> list[str]:
        """Their ids, and those of what belongs to them."""
        ids = [one.id for one in self.hidden_from(side)]
        with self.database.transaction(write=False) as session:
            return ids + [row[0] for row in session.execute(_PARTS, {"ids": ids})]

    def check(self, side: str, answer: TestResponse, said: str = "") -> None:
        """Raise if an answer to somebody of a side tells of an event that is hidden from it."""
        if answer.status_code >= 500:
            raise Leak(f"{answer.request.full_path} answers {answer.status_code}: {answer.text[:500]}")
        content = answer.get_data()
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers if name != "X-Request-Id")
        self.check_text(side, content, headers, said, f"{answer.request.method} {answer.request.full_path}")

    def check_text(self, side: str, content: bytes, headers: str, said: str, where: str) -> None:
        shown = plain(content) + plain(headers)
        but = plain(said) + self.known.get(side, "")
        for secret in self.hidden_from(side):
            if told := secret.told_by(shown, but=but, numbers=not is_open(where)):
                place = shown.find(told[0])
                raise Leak(f"{side}: {where} tells {told}: …{shown[max(0, place - 200) : place + 200]}…")
        if PASSPORT.lower() in shown and PASSPORT.lower() not in but:
            raise Leak(f"{side}: {where} tells a passport's number")
        if PARTICULARS in shown and PARTICULARS not in but:
            raise Leak(f"{side}: {where} tells somebody's particulars")

    def check_trail(self) -> None:
        """Raise if an outsider has changed an event that others are in charge of."""
        ids = [one.id for one in self.secrets if one.hidden_from] + [self.layout.events["public"]]
        outsiders = [one.id for one in self.layout.outsiders]
        with self.database.transaction(write=False) as session:
            found = session.execute(_CHANGED, {"ids": ids, "outsiders": outsiders}).all()
        if found:
            raise Leak(f"an outsider has changed an event of others: {found}")

    # The clock and the mails

    def run_worker(self, until: datetime | None = None) -> None:
        """Let time pass to ``until``, or to the next reminder that is due, and see what leaves."""
        if until is None:
            due = self.next_due()
            until = min(due, self.clock.now + timedelta(days=30)) if due else self.clock.now
        self.clock.now = max(self.clock.now, until)
        schedule.run_due(self.database, self.worker.jobs, self.clock.now)
        self.worker.tick()
        self.read_mails()

    def next_due(self) -> datetime | None:
        """When the next reminder is due, later than now."""
        with self.database.transaction(write=False) as session:
            due = queue.next_due(session)
        return due if due is not None and due > self.clock.now else None

    def told(self, secret: Secret) -> set[str]:
        """The recipients of the mails so far (``kept``) that tell of an event."""
        return {one.recipient for one in self.kept if secret.told_by(mail_text(one.content))}

    def read_mails(self) -> None:
        """Raise if a mail about a hidden event went to somebody who is not entitled to it."""
        mails, self.mails.received = self.mails.received, []
        self.kept += mails
        by_content: dict[int, str] = {}
        for mail in mails:
            shown = by_content.setdefault(hash(mail.content), mail_text(mail.content))
            for secret in self.secrets:
                is_for_them = not secret.hidden_from or self._may_get(secret, mail.recipient.lower())
                if not is_for_them and (told := secret.told_by(shown)):
                    raise Leak(f"a mail to {mail.recipient} tells {told} of event {secret.number}")

    def _may_get(self, secret: Secret, recipient: str) -> bool:
        recipient = recipient.removeprefix(MESSENGER)
        if recipient in secret.addresses or recipient in self.vouched or recipient == A_BODYS_ADDRESS:
            return True
        for account in self.layout.accounts.values():
            if account.email == recipient:
                return account.is_entitled or account.side not in secret.hidden_from
        return False

    # Ids

    def ids(self, table: str, key: str = "id") -> list[str]:
        """Every id of a table, oldest first: ids are no secret, so whoever attacks may have any of them."""
        with self.database.transaction(write=False) as session:
            return [str(row[0]) for row in session.execute(text(f"SELECT {key} FROM {table} ORDER BY rowid"))]


def _replaced(body: Any, old: str, new: str) -> Any:
    """A body in which one id stands for another."""
    if isinstance(body, str):
        return body.replace(old, new)
    if isinstance(body, bytes):
        return body.replace(old.encode(), new.encode())
    if isinstance(body, Mapping):
        return {name: _replaced(value, old, new) for name, value in body.items()}
    if isinstance(body, list):
        return [_replaced(one, old, new) for one in body]
    return body


def _without_waiting_for_the_disk(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def numbered_paths(folder: Path) -> Iterator[Path]:
    """Files for one run each."""
    return (folder / f"run-{number}.sqlite" for number in itertools.count(1))
