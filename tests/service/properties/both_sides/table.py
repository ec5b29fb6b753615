"""Two offices that share visits, a third that has no part in them, and the definition of who may know what.

The definition stands here in Python, from the decisions on shares, notes, proposals and links; it asks rows for facts
(who is in charge, who takes part, with whom an event is shared) and never the service for a verdict.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text
from sqlmodel import col, select
from werkzeug.test import TestResponse

from jobs import schedule
from jobs.config import WorkerConfig
from jobs.worker import Worker
from models.accounts import User
from models.both_sides.links import EventLink
from models.both_sides.share import EventShare
from models.database import Database
from models.event_parts import Member, Task
from models.events import Event
from models.queries.audience import MESSENGER
from models.vocabulary import ResourceType, Role, Visibility
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.actions.directory import particulars, passports
from service.actions.documents.mailing import PaperWriter
from service.actions.office_mails.office_mails import OfficeMailWriter
from service.settings import Settings
from tests import factories
from tests.service.both_sides.link_holder import LinkHolder
from tests.service.conftest import Clock
from tests.service.properties.desk import Mailbox
from tests.service.properties.operations import form
from tests.service.properties.traces import Leak, mail_text, plain

HOME = "hai-duong"
STEM = "haiben"
_LETTERS = "abcdefghij"
_WORD = re.compile(r"haiben[a-j]+q")
_NUMBER = re.compile(r"9173\d{6}")
_GROUPED = re.compile(r"(?<=\d)[.,\u00a0\u202f ](?=\d{3})")


class Level(StrEnum):
    """Who may know something of a visit; each word here is a rule of :meth:`Table.may`."""

    DIRECTORY = "directory"
    """Every account: the names of people stand in the directory of the whole installation."""
    TITLE = "title"
    """Whoever reads the visit, and holders of its links."""
    SHARED = "shared"
    """Whoever reads the visit."""
    OFFICE = "office"
    """Of these, those of the visit's own office."""
    WHOLE = "whole"
    """Of these, who is in charge of it."""
    OWN_NOTE = "own note"
    """Accounts of the writer's office that read the visit."""
    SHARED_NOTE = "shared note"
    """Accounts of both offices that read the visit, while it is shared."""
    PROPOSAL = "proposal"
    """Who speaks for one of the two sides, or sees more of the visit than what is shared."""
    TASK = "task"
    """The visit's own office; the body whose task it is; who reads all of that body's office while it is shared."""
    PRIVATE = "private"
    """Accounts of the office that keeps a person."""


@dataclass
class Plant:
    """Something that was written down, found again by its word or its number wherever it is shown."""

    word: str
    level: Level
    visit: str | None
    side: str
    body: str | None = None


@dataclass(frozen=True)
class Actor:
    """An account with a token; ``whole``: it reads all of its office."""

    side: str
    name: str
    role: Role
    body: str
    whole: bool
    id: str
    email: str
    token: str


@dataclass
class Visit:
    """A visit of one side that the other may come to."""

    key: str
    side: str
    other: str
    id: str = ""
    item: str = ""
    links: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Facts:
    """What the rows say now."""

    bodies: dict[str, str | None]
    shared: dict[str, str]
    taking: frozenset[tuple[str, str]]
    coming: frozenset[tuple[str, str]]
    """Visit and person of its members."""


class Table:
    """Everybody at the table, on a fresh database with the localities in it."""

    def __init__(self, app: Flask, database: Database, clock: Clock, settings: Settings) -> None:
        self.app, self.database, self.clock, self.settings = app, database, clock, settings
        self.client = app.test_client(use_cookies=False)
        self._numbers = itertools.count(1)
        self.places = {"h": HOME, "v": "vientiane-province", "t": "hai-phong"}
        self.plants: dict[str, Plant] = {}
        self.actors: dict[str, Actor] = {}
        self.bodies: dict[str, str] = {}
        self.people: dict[str, str] = {}
        self.addresses: dict[str, str] = {}
        self.rooms: dict[str, str] = {}
        self.visits: dict[str, Visit] = {}
        self.feeds: dict[str, str] = {}
        self.holders: list[tuple[str, LinkHolder, set[str]]] = []
        self.ended: set[str] = set()
        self.sent = itertools.count(1)
        self.mails = Mailbox()
        config = WorkerConfig(
            "file:", "Lễ tân <desk@example.org>", Path(settings.var), settings.office, secret_key=settings.secret_key
        )
        self.worker = Worker(
            database, config, clock, mail=self.mails,
            reports=OfficeMailWriter(settings.office, settings.secret_key),
            papers=PaperWriter(app.extensions["desk"].files.store),
        )  # fmt: skip
        self._lay_out()

    def close(self) -> None:
        self.worker.close()
        self.database.dispose()

    # Words

    def plant(self, level: Level, visit: str | None, side: str, body: str | None = None) -> str:
        """A new word that only those of a level may know."""
        word = STEM + "".join(_LETTERS[int(one)] for one in str(next(self._numbers))) + "q"
        self.plants[word] = Plant(word, level, visit, side, body)
        return word

    def number_for(self, level: Level, visit: str | None, side: str) -> str:
        """The same, of ten digits."""
        found = f"9173{next(self._numbers):06}"
        self.plants[found] = Plant(found, level, visit, side)
        return found

    # The layout

    @property
    def day(self) -> date:
        """The first day of the visits, as they are laid out."""
        return self.began + timedelta(days=40)

    def _lay_out(self) -> None:
        self.began = self.clock.now.date()
        with self.database.transaction() as session:
            act = ActionContext(None, self.clock.now, self.settings.office)
            for side, place in self.places.items():
                for body, is_protocol in (("one", False), ("two", False), ("office", True)):
                    made = factories.make_organisation(session, locality=place, protocol_office=is_protocol)
                    self.bodies[f"{side} {body}"] = made.id
                for name, role, body in (
                    ("admin", Role.ADMIN, "office"), ("approver", Role.APPROVER, "one"),
                    ("protocol", Role.OFFICER, "office"), ("watcher", Role.VIEWER, "office"),
                    ("officer", Role.OFFICER, "one"), ("viewer", Role.VIEWER, "one"), ("clerk", Role.OFFICER, "two"),
                ):  # fmt: skip
                    at = self.bodies[f"{side} {body}"]
                    user = factories.make_user(
                        session, role, email=f"{side}.{name}@example.org", organisation_id=at,
                        office=place, daily_digest=True, weekly_schedule=True,
                    )  # fmt: skip
                    issued = accounts.issue_token(session, act, user, "test")
                    issued.row.last_used_at = self.clock.now + timedelta(days=3650)
                    whole = role.suffices_for(Role.APPROVER) or body == "office"
                    actor = Actor(side, f"{side} {name}", role, at, whole, user.id, user.email, issued.secret)
                    self.actors[actor.name] = actor
            for side in ("h", "v"):
                for body in ("one", "two"):
                    name = f"{side} {body}"
                    email = f"{self.plant(Level.PRIVATE, None, side)}@people.example"
                    person = factories.make_person(
                        session, name=f"Người {side} {body}", organisation_id=self.bodies[name], email=email,
                        phone=self.number_for(Level.PRIVATE, None, side),
                    )  # fmt: skip
                    number = f"P{self.number_for(Level.PRIVATE, None, side)}"
                    secret = self.settings.secret_key
                    passports.store_passport(session, act, secret, person, {"number": number, "country": "VN"})
                    diet = self.plant(Level.PRIVATE, None, side)
                    particulars.store_particulars(session, act, secret, person, {"diet": diet})
                    self.people[name], self.addresses[email] = person.id, person.id
            for side in ("h", "v"):
                visit = Visit(side, side, "v" if side == "h" else "h")
                self.visits[side] = visit
                event = factories.make_event(
                    session, host=self.places[side], guest=self.places[visit.other],
                    organisation_id=self.bodies[f"{side} one"], created_by=self.actors[f"{side} officer"].id,
                    title={"vi": f"Đoàn {self.plant(Level.TITLE, side, side)}"},
                    description={"vi": self.plant(Level.SHARED, side, side)},
                    results=self.plant(Level.WHOLE, side, side), visibility=Visibility.INTERNAL,
                    budget_amount=self.number_for(Level.WHOLE, side, side), budget_currency="VND", funded_by=HOME,
                    first_day=self.day, last_day=self.day + timedelta(days=2),
                )  # fmt: skip
                visit.id = event.id
        for side in ("h", "v"):
            made = self.must(
                self.call(
                    self.actors[f"{side} admin"], "POST", "/resources",
                    {"name": {"vi": f"Phòng {side}"}, "type": ResourceType.ROOM.value,
                     "locality": self.places[side], "capacity": 1},
                )
            )  # fmt: skip
            self.rooms[side] = made["id"]
            for what in FURNITURE:
                self.must(self.furnish(self.visits[side], what))
        for name in ("admin", "approver", "officer", "clerk"):
            for side in self.places:
                answer = self.call(
                    self.actors[f"{side} {name}"], "POST", "/feeds", {"name": "L", "tasks": True, "programme": True}
                )
                url = self.must(answer)["url"]
                self.feeds[f"{side} {name}"] = url[url.index("/feeds/") :]

    def furnish(self, visit: Visit, what: str) -> TestResponse:
        """One more thing of a visit that is not for everybody; what was answered last."""
        side, path, who = visit.side, f"/events/{visit.id}", self.actors[f"{visit.side} protocol"]

        def word(level: Level) -> str:
            return self.plant(level, visit.key, side)

        day = self.day.isoformat()
        match what:
            case "member":
                body = {"person_id": self.people[f"{side} one"], "role": "member"}
                return self.call(who, "POST", f"{path}/members", body)
            case "programme":
                shown = {"day": day, "title": {"vi": word(Level.SHARED)}}
                if self.call(who, "PUT", f"{path}/programme", {"items": [shown]}).status_code == 200:
                    self.call(who, "POST", f"{path}/programme/revisions", {})
                hidden = {"day": day, "title": {"vi": word(Level.OFFICE)}, "place": {"vi": word(Level.OFFICE)}}
                return self.call(who, "PUT", f"{path}/programme", {"items": [shown, hidden]})
            case "task":
                return self.call(
                    who, "POST", f"{path}/tasks", {"title": {"vi": word(Level.OFFICE)}, "due_offset": "-P3D"}
                )
            case "booking":
                note = {"event_id": visit.id, "resource_id": self.rooms[side], "note": word(Level.OFFICE)}
                return self.call(who, "POST", "/bookings", note)
            case "file" | "shared file":
                seen = what == "shared file"
                title = word(Level.SHARED if seen else Level.OFFICE)
                content, media = form(title, {"title": title, "kind": "letter", "visibility": "shared" if seen else
                                              "internal"})  # fmt: skip
                return self.call(who, "POST", f"{path}/files", content, media=media)
            case "gift":
                told = {"vi": word(Level.WHOLE)}
                money = {"amount": self.number_for(Level.WHOLE, visit.key, side), "currency": "VND"}
                gift = {
                    "event_id": visit.id, "given_by": self.places[side], "given_to": self.places[visit.other],
                    "kind": "money", "description": told, "value": money,
                }  # fmt: skip
                return self.call(who, "POST", "/gifts", gift)
            case "placement":
                seats = {"tables": [{"for": None, "name": word(Level.OFFICE), "seats": [None]}]}
                return self.call(who, "PUT", f"{path}/placements", seats)
            case _:
                raise ValueError(what)

    # Requests

    def call(
        self, who: Actor | None, method: str, path: str, body: Any = None, *, media: str = "", said: str = "",
        **headers: str,
    ) -> TestResponse:  # fmt: skip
        """One request below /api/v1, whose answer tells nothing that is not for whoever asked, nor for who said it."""
        sent = {"X-Request-Id": "same"} | ({"Authorization": f"Bearer {who.token}"} if who else {})
        if method in {"PATCH", "DELETE", "PUT"} or path.endswith("/accept"):
            sent["If-Match"] = "*"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        kind: dict[str, Any] = {"data": body, "content_type": media} if media else {"json": body}
        answer = self.client.open(f"/api/v1{path}", method=method, headers=sent, **({} if body is None else kind))
        if answer.status_code >= 500 and answer.status_code != 503:
            raise AssertionError((who and who.name, method, path, body, answer.status_code, answer.text))
        self.check(who, answer, f"{method} {path}", f"{path} {body!r} {said}")
        return answer

    @staticmethod
    def must(answer: TestResponse) -> Any:
        assert answer.status_code < 300, (answer.request.method, answer.request.path, answer.status_code, answer.text)
        return answer.json

    def ids(self, table: str, key: str = "id") -> list[str]:
        """Every id of a table."""
        with self.database.transaction(write=False) as session:
            return [
                str(row[0]) for row in session.execute(text(f'SELECT {key} FROM "{table.strip(chr(34))}" ORDER BY 1'))
            ]

    # Who may know what

    def facts(self) -> Facts:
        """As the rows are now."""
        ids = [one.id for one in self.visits.values()]
        with self.database.transaction(write=False) as session:
            events = session.exec(select(Event).where(col(Event.id).in_(ids))).all()
            shares = session.exec(select(EventShare).where(col(EventShare.event_id).in_(ids))).all()
            members = session.exec(select(Member).where(col(Member.event_id).in_(ids))).all()
            tasks = session.exec(select(Task).where(col(Task.event_id).in_(ids))).all()
            taking = {(one.event_id, one.organisation_id or "") for one in (*members, *tasks)}
            taking |= {(one.id, one.head_organisation_id or "") for one in events}
            return Facts(
                {one.id: one.organisation_id for one in events},
                {one.event_id: one.office for one in shares},
                frozenset(taking),
                frozenset((one.event_id, one.person_id) for one in members),
            )

    def is_shared(self, facts: Facts, visit: Visit) -> bool:
        return facts.shared.get(visit.id) == self.places[visit.other]

    def reads(self, facts: Facts, who: Actor, visit: Visit) -> bool:
        """The definition of who reads a visit."""
        if who.side in self.ended or visit.id not in facts.bodies:
            return False
        if (visit.id, who.body) in facts.taking:
            return True
        if who.side == visit.side:
            return who.whole or who.body == facts.bodies[visit.id]
        return who.side == visit.other and who.whole and self.is_shared(facts, visit)

    def may(self, facts: Facts, who: Actor, plant: Plant) -> bool:
        """The definition of who may know something."""
        if who.side in self.ended:
            return False
        if plant.visit is None:
            # The default office keeps the directory of one that ended.
            return who.side == ("h" if plant.side in self.ended else plant.side)
        visit = self.visits[plant.visit]
        if plant.level is Level.DIRECTORY:
            return True
        if not self.reads(facts, who, visit):
            return False
        own, shared = who.side == visit.side, self.is_shared(facts, visit)
        match plant.level:
            case Level.TITLE | Level.SHARED:
                return True
            case Level.OFFICE:
                return own
            case Level.WHOLE:
                return own and (who.whole or who.body == facts.bodies[visit.id])
            case Level.OWN_NOTE:
                return who.side == plant.side
            case Level.SHARED_NOTE:
                return own or (who.side == visit.other and shared)
            case Level.PROPOSAL:
                return own or (who.side == visit.other and shared)
            case Level.TASK:
                return own or who.body == plant.body or (who.whole and shared and who.side == plant.side)
            case _:
                return who.side == plant.side

    def found(self, content: bytes | str, said: str = "") -> list[Plant]:
        """What was planted and stands in a text, and was not said by whoever reads it."""
        shown = _GROUPED.sub("", plain(content))
        words = {*_WORD.findall(shown), *_NUMBER.findall(shown)}
        return [self.plants[one] for one in sorted(words) if one in self.plants and one not in said]

    def check(self, who: Actor | None, answer: TestResponse, where: str, said: str = "") -> None:
        """Raise if an answer tells somebody what is not for them; None: somebody without an account."""
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers)
        told = [*self.found(answer.get_data(), said), *self.found(headers, said)]
        if not told:
            return
        facts = self.facts()
        for plant in told:
            if who is None or not self.may(facts, who, plant):
                raise Leak(f"{who.name if who else 'nobody'}: {where} ({answer.status_code}) tells {plant}")

    def check_holder(self, visit: str, answer: TestResponse, typed: Iterable[str], where: str) -> None:
        """Raise if a link's holder is told more than which visit it is, and what they typed that is not sealed."""
        for plant in self.found(answer.get_data()):
            is_title = plant.level is Level.TITLE and plant.visit == visit
            if not is_title and plant.word not in typed:
                raise Leak(f"a link's holder: {where} ({answer.status_code}) tells {plant}")

    # Time

    def run_worker(self, days: float = 0) -> None:
        """Let time pass; what leaves goes only to who may know it when it leaves."""
        self.clock.move(days=days)
        schedule.run_due(self.database, self.worker.jobs, self.clock.now)
        self.worker.tick()
        self.read_mails()

    def read_mails(self) -> None:
        mails, self.mails.received = self.mails.received, []
        facts = self.facts()
        by_address = {one.email: one for one in self.actors.values()}
        for mail in mails:
            address = mail.recipient.lower().removeprefix(MESSENGER)
            for plant in self.found(mail_text(mail.content), said=address):
                if not self._may_get(facts, by_address.get(address), address, plant):
                    raise Leak(f"a mail to {address} tells {plant}")

    def _may_get(self, facts: Facts, who: Actor | None, address: str, plant: Plant) -> bool:
        if who is not None:
            return self.may(facts, who, plant)
        if plant.visit is None or plant.level not in {Level.DIRECTORY, Level.TITLE, Level.SHARED}:
            return False
        return (self.visits[plant.visit].id, self.addresses.get(address, "")) in facts.coming

    # Links

    def live_links(self, visit: Visit) -> Iterator[dict[str, Any]]:
        with self.database.transaction(write=False) as session:
            for link in visit.links:
                row = session.get_one(EventLink, link["id"])
                maker = session.get_one(User, row.made_by)
                event = session.get_one(Event, visit.id)
                if row.revoked_at is None and maker.active and min(row.expires_on, event.arrives_on) >= self.began:
                    yield link


FURNITURE = ("member", "programme", "task", "booking", "file", "shared file", "gift", "placement")
"""What :meth:`Table.furnish` knows."""
