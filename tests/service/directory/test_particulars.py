"""Particulars: sealed, for those concerned, forgotten in time; nowhere else."""

import logging
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select

from jobs.cleanup import forget_passports
from models.accounts import IdempotencyKey
from models.database import Database
from models.encryption import unseal
from models.files import File, StoredContent
from models.places import Particulars
from models.tables import metadata
from models.vocabulary import EventStatus, FileKind, Role, Visibility
from service.actions import idempotency
from service.actions.directory import particulars
from service.settings import Settings
from tests import factories
from tests.service.backup.backup_fixtures import backed_up
from tests.service.conftest import BATCH, Caller, Clock

pytestmark = pytest.mark.both_databases("sealed bytes in a column, and the trail is asked who added whom")

WISH = {
    "sex": "female",
    "born_on": "1971-12-24",
    "nationality": "LA",
    "diet": "K7QX không ăn thịt bò",
    "photo_id": None,
}
TRACES = ("1971-12-24", "24/12/1971", "không ăn thịt bò", "khong an thit bo", "K7QX", "B7654321")
"""What would tell of them: a birth date, a diet, a passport's number; the nationality is looked for with its name."""


@pytest.fixture
def person_id(database: Database) -> str:
    with database.transaction() as session:
        return factories.make_person(session, name="Khách Lào").id


def test_they_are_kept_whole_and_sealed(officer: Caller, person_id: str, database: Database) -> None:
    path = f"/people/{person_id}/particulars"
    assert officer.get(path).status_code == 404
    kept = officer.call("PUT", path, WISH)
    assert kept.status_code == 200, kept.text
    found = officer.get(path)
    assert found.json == kept.json == WISH | {"person_id": person_id}
    assert found.headers["Cache-Control"] == kept.headers["Cache-Control"] == "no-store"
    with database.transaction(write=False) as session:
        (row,) = session.exec(select(Particulars)).all()
        assert not any(one.encode() in row.sealed for one in TRACES)
    assert officer.call("PUT", path, {"sex": "male"}).json == {
        "person_id": person_id, "sex": "male", "born_on": None, "nationality": None, "diet": None, "photo_id": None,
    }  # fmt: skip


def test_nothing_is_kept_of_nothing(officer: Caller, person_id: str, database: Database) -> None:
    path = f"/people/{person_id}/particulars"
    assert officer.call("PUT", path, WISH).status_code == 200
    assert officer.call("PUT", path, {}).status_code == 200
    assert officer.get(path).status_code == 404
    with database.transaction(write=False) as session:
        assert session.exec(select(Particulars)).all() == []


def test_a_lost_update_fails(officer: Caller, person_id: str) -> None:
    path = f"/people/{person_id}/particulars"
    officer.call("PUT", path, WISH)
    read = officer.etag(path)
    assert officer.call("PUT", path, WISH | {"sex": "male"}, If_Match=read).status_code == 200
    assert officer.call("PUT", path, WISH, If_Match=read).status_code == 412
    assert officer.get(path).json["sex"] == "male"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sex", "other"),
        ("born_on", "1871-01-01"),
        ("born_on", "2026-11-23"),
        ("nationality", "Lào"),
        ("nationality", "la"),
        ("nationality", "ZZ"),
        ("nationality", "EU"),
        ("diet", ""),
        ("diet", "x" * 501),
        ("photo_id", "no-such-file"),
        ("number", "B7654321"),
    ],
)
def test_a_refusal_names_the_field(officer: Caller, person_id: str, field: str, value: str) -> None:
    answer = officer.call("PUT", f"/people/{person_id}/particulars", {field: value})
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def photo(session: Session, person_id: str, uploaded_at: datetime, kind: FileKind = FileKind.PHOTO) -> str:
    """The id of a new file of a person; its bytes are nowhere."""
    content = StoredContent(
        sha256=f"{len(session.exec(select(StoredContent)).all()):064}", size=9, stored_at=uploaded_at
    )
    session.add(content)
    session.flush()
    file = File(
        person_id=person_id, title="Ảnh", name="a.jpg", kind=kind, media_type="image/jpeg", size=9,
        sha256=content.sha256, uploaded_at=uploaded_at,
    )  # fmt: skip
    session.add(file)
    session.flush()
    return file.id


def test_a_photo_is_one_of_the_persons_own(officer: Caller, person_id: str, database: Database, clock: Clock) -> None:
    path = f"/people/{person_id}/particulars"
    with database.transaction() as session:
        other = factories.make_person(session).id
        own, letter, others = (
            photo(session, person_id, clock.now),
            photo(session, person_id, clock.now, FileKind.LETTER),
            photo(session, other, clock.now),
        )
    for wrong in (letter, others):
        answer = officer.call("PUT", path, {"photo_id": wrong})
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["photo_id"])
    assert officer.call("PUT", path, WISH | {"photo_id": own}).json["photo_id"] == own
    with database.transaction() as session:
        session.delete(session.get_one(File, own))
    assert officer.get(path).json["photo_id"] is None, "the file was deleted since"


class World:
    """Two departments with accounts, guests of a body without accounts, and one of the second department's people."""

    def __init__(self, database: Database, caller: Callable[..., Caller]) -> None:
        with database.transaction() as session:
            ours, theirs, abroad = (factories.make_organisation(session).id for _ in range(3))
            office = factories.make_organisation(session, protocol_office=True).id
            self.guest = factories.make_person(session, organisation_id=abroad).id
            self.colleague = factories.make_person(session, organisation_id=theirs).id
            self.abroad = abroad
        self.ours, self.theirs = (caller(Role.OFFICER, organisation_id=one) for one in (ours, theirs))
        self.viewer = caller(Role.VIEWER, organisation_id=theirs)
        self.protocol = caller(Role.OFFICER, organisation_id=office)
        self.approver = caller(Role.APPROVER, organisation_id=ours)
        self.database, self.organisation_id, self.theirs_id = database, ours, theirs

    def event(self, status: str = "planned") -> str:
        """An event that the first department is in charge of."""
        with self.database.transaction() as session:
            made = factories.make_event(
                session,
                organisation_id=self.organisation_id,
                status=EventStatus(status),
                visibility=Visibility.INTERNAL,
            )
            return made.id

    def reads(self, who: Caller, person: str) -> bool:
        """Whether somebody reads and writes the particulars; to others there are none."""
        path = f"/people/{person}/particulars"
        read, written = who.get(path), who.call("PUT", path, WISH)
        assert (read.status_code, written.status_code) in {(200, 200), (404, 404)}
        if read.status_code == 404:
            assert read.json["code"] == written.json["code"] == "not_found"
            assert not any(one in read.text + written.text for one in TRACES)
        return read.status_code == 200


@pytest.fixture
def world(database: Database, caller: Callable[..., Caller]) -> World:
    made = World(database, caller)
    for person in (made.guest, made.colleague):
        assert made.protocol.call("PUT", f"/people/{person}/particulars", WISH).status_code == 200
    return made


def test_the_persons_own_and_who_oversees_them(world: World) -> None:
    assert world.reads(world.protocol, world.guest)
    assert world.reads(world.approver, world.guest)
    assert not world.reads(world.ours, world.guest)
    assert not world.reads(world.theirs, world.guest)
    assert world.reads(world.theirs, world.colleague)
    assert not world.reads(world.ours, world.colleague)
    assert world.viewer.get(f"/people/{world.colleague}/particulars").status_code == 403


@pytest.mark.parametrize("whom", ["guest", "colleague"])
def test_an_event_of_ones_own_opens_nothing(world: World, whom: str) -> None:
    """Planning a visit and adding somebody to it takes one step."""
    person = getattr(world, whom)
    world.ours.made(f"/events/{world.event()}/members", {"person_id": person})
    assert not world.reads(world.ours, person)
    with world.database.transaction() as session:
        assert particulars.may_read(session, session.get_one(factories.Person, person)), "the service itself may"


def test_who_prepares_a_visit_that_their_side_added_them_to(world: World) -> None:
    event = world.event()
    added = world.protocol.made(f"/events/{event}/members", {"person_id": world.guest})
    assert world.reads(world.ours, world.guest)
    assert not world.reads(world.theirs, world.guest)
    # Put in somebody's place by the department itself: that is an addition of its own.
    with world.database.transaction() as session:
        session.delete(session.get_one(factories.Member, added["id"]))
    assert not world.reads(world.ours, world.guest)


def test_who_made_a_visit_for_others_is_not_in_charge_of_its_people(world: World) -> None:
    """Nor who takes it over afterwards: its people were added to the visit of somebody else."""
    visit = {
        "title": {"vi": "Đoàn"}, "host": "hai-phong", "guest": "vientiane-province",
        "first_day": "2026-12-02", "last_day": "2026-12-04", "organisation_id": world.theirs_id,
    }  # fmt: skip
    event = world.ours.made("/delegations", visit)["id"]
    world.theirs.made(f"/events/{event}/members", {"person_id": world.colleague})
    moved = world.theirs.call("POST", f"/events/{event}/transitions", {"to": "planned"})
    assert moved.status_code == 200
    assert not world.reads(world.ours, world.colleague)
    taken = world.ours.patch(f"/delegations/{event}", {"organisation_id": world.organisation_id})
    assert taken.status_code == 200
    assert not world.reads(world.ours, world.colleague)


@pytest.mark.parametrize("status", ["draft", "postponed", "completed", "cancelled"])
def test_only_while_the_visit_is_current(world: World, status: str) -> None:
    event = world.event()
    world.protocol.made(f"/events/{event}/members", {"person_id": world.guest})
    with world.database.transaction() as session:
        session.get_one(factories.Event, event).status = EventStatus(status)
    assert not world.reads(world.ours, world.guest)


def test_a_guest_the_department_entered_itself_is_of_its_side(world: World) -> None:
    made = world.ours.made("/people", {"name": "Khách mới", "organisation_id": world.abroad})["id"]
    assert not world.reads(world.ours, made)
    world.ours.made(f"/events/{world.event()}/members", {"person_id": made})
    assert world.ours.call("PUT", f"/people/{made}/particulars", WISH).status_code == 200
    assert world.reads(world.ours, made)
    assert not world.reads(world.theirs, made)


def test_forgotten_with_the_passport(
    officer: Caller, database: Database, clock: Clock, admin: Caller, person_id: str
) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, first_day=clock.now.date(), status=EventStatus.COMPLETED)
        factories.make_member(session, event, session.get_one(factories.Person, person_id))
    officer.call("PUT", f"/people/{person_id}/particulars", WISH)
    officer.call("PUT", f"/people/{person_id}/passport", {"number": "B7654321"})
    with database.transaction() as session:
        files = [photo(session, person_id, clock.now, kind) for kind in (FileKind.PHOTO, FileKind.LETTER)]

    def kept() -> list[bool]:
        with database.transaction(write=False) as session:
            return [session.get(File, one) is not None for one in files]

    def left(days: int) -> tuple[int, int]:
        with database.transaction() as session:
            forget_passports(session, clock.now + timedelta(days=days), 30)
        answers = (officer.get(f"/people/{person_id}/{what}") for what in ("particulars", "passport"))
        first, second = (answer.status_code for answer in answers)
        return first, second

    assert left(30) == (200, 200)
    assert kept() == [True, True]
    assert left(31) == (404, 404)
    assert kept() == [False, True], "photos go too, letters stay"
    trail = [(one["entity"], one["action"]) for one in admin.get("/audit?page_size=500").json]
    assert {("particulars", "purge"), ("passport", "purge")} <= set(trail)


def test_nothing_of_them_is_in_the_clear_anywhere(
    app: Flask,
    admin: Caller,
    officer: Caller,
    person_id: str,
    database: Database,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Any,
) -> None:
    """Logs, feeds, lists, trail, kept answers, every table and the backup."""
    caplog.set_level(logging.DEBUG)
    event = admin.made("/training-batches", BATCH)["id"]
    admin.made(f"/events/{event}/members", {"person_id": person_id})
    path = f"/people/{person_id}"
    told = officer.call("PUT", f"{path}/particulars", WISH | {"nationality": "ZW"}, Idempotency_Key="one")
    assert told.status_code == 200
    assert officer.call("PUT", f"{path}/passport", {"number": "B7654321", "country": "ZW"}).status_code == 200
    officer.post("/people", {"name": "Mới"}, Idempotency_Key="two")
    officer.post(f"{path}/particulars", WISH, Idempotency_Key="three")
    feed = admin.made("/feeds", {"name": "Tất cả", "filter": {}})
    places = {
        "feed": app.test_client().get(feed["url"].split("example.org")[-1]).text,
        **{one: admin.get(one).text for one in (
            "/people", path, f"/events/{event}", f"/events/{event}/members",
            "/audit?page_size=500", "/reminders?page_size=500",
        )},
        "logs": caplog.text,
    }  # fmt: skip
    with database.transaction(write=False) as session:
        for kept in session.exec(select(IdempotencyKey)):
            places[f"kept {kept.key_hash}"] = idempotency._cipher(settings.secret_key).decrypt(kept.answer).decode()
        for table in metadata.sorted_tables:
            rows = session.execute(table.select()).all()
            places[table.name] = "\n".join(str(dict(row._mapping)) for row in rows)
    file = tmp_path / "kept.zip"
    backed_up(database, file)
    with zipfile.ZipFile(file) as backup:
        places |= {f"backup {name}": backup.read(name).decode() for name in backup.namelist()}
    assert "Khách Lào" in places["/people"]
    assert "particulars" in places["/audit?page_size=500"]
    for where, text in places.items():
        assert not any(one in text for one in TRACES), where
    # The nationality is two letters: it may stand in ids, but nowhere as a value; the passport's own country may.
    for where, text in places.items():
        found = re.findall("['\"]ZW['\"]", text)
        assert not found or where in {"passport", "backup tables/passport.jsonl"}, where
    with database.transaction(write=False) as session:
        row = session.get_one(Particulars, person_id)
        assert "ZW" in (unseal(settings.secret_key, "particulars", row.sealed) or ""), "it is what was looked for"
