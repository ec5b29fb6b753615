"""Calendar files as they are found: icalendar's own collection, and what four well-known programs export."""

from collections import Counter
from datetime import date
from pathlib import Path

import icalendar
import pytest
from sqlmodel import select

from models.database import Database
from models.events import Event
from models.vocabulary import EventKind, Visibility
from tests.paths import TESTS
from tests.service.conftest import Caller
from tests.service.imports.test_calendar_import import counted, send, take

COLLECTION = sorted((Path(icalendar.__file__).parent / "tests").rglob("*.ics"))
EXPORTED = TESTS / "data" / "ics"

Row = tuple[str, str, str | None, str | None, str]


def rows(database: Database) -> dict[str, list[Row]]:
    """Events by title: first day, last day, begin, end, zone; in order."""
    with database.transaction(write=False) as session:
        found: dict[str, list[Row]] = {}
        for event in session.exec(select(Event).order_by(Event.first_day)).all():
            hours = [hour and f"{hour:%H:%M}" for hour in (event.start_time, event.end_time)]
            title = next(iter(event.title.values()))
            found.setdefault(title, []).append((f"{event.first_day}", f"{event.last_day}", *hours, event.timezone))
        return found


def test_every_file_of_the_collection_is_told_what_becomes_of_it(officer: Caller, database: Database) -> None:
    count: Counter[str] = Counter()
    before = counted(database)
    for path in COLLECTION:
        answer = send(officer, path.read_bytes(), "?dry_run=true")
        assert answer.status_code in {200, 422}, (path.name, answer.text)
        if answer.status_code == 422:
            assert answer.json["errors"]["file"][0], path.name
            count["refused files"] += 1
            continue
        for part in answer.json["components"]:
            assert part["reasons"] or part["result"] not in {"refused", "ignored"}, (path.name, part)
            count[part["result"]] += 1
    print(f"{len(COLLECTION)} files:", dict(count))
    assert len(COLLECTION) > 100, "the installed icalendar has lost its collection"
    assert count["created"] > 30
    assert counted(database) == before


@pytest.mark.parametrize("path", sorted(EXPORTED.glob("*.ics")), ids=lambda path: path.stem)
def test_export_again_changes_nothing(officer: Caller, database: Database, path: Path) -> None:
    first = take(officer, path.read_bytes())
    assert (first["refused"], first["created"] > 0) == (0, True), first
    before = counted(database)
    again = take(officer, path.read_bytes())
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, first["created"])
    assert counted(database) == before


def test_google(officer: Caller, database: Database) -> None:
    done = take(officer, (EXPORTED / "google.ics").read_bytes(), Accept_Language="vi")
    assert Counter(part["result"] for part in done["components"]) == {"created": 4, "ignored": 1}
    found = rows(database)
    zone = "Asia/Ho_Chi_Minh"
    assert found["Tiếp đoàn tỉnh Viêng Chăn"] == [("2027-03-10", "2027-03-10", "08:00", "10:00", zone)]
    mondays = ["2026-11-02", "2026-11-16", "2026-11-23"]
    assert found["Giao ban phòng"] == [(day, day, "08:00", "09:00", zone) for day in mondays]


def test_outlook(officer: Caller, database: Database) -> None:
    done = take(officer, (EXPORTED / "outlook.ics").read_bytes())
    assert [bool(part["reasons"]) for part in done["components"]] == [False, True, False]
    found, zone = rows(database), "Asia/Ho_Chi_Minh"
    assert found["Họp chuẩn bị đón đoàn"] == [("2027-03-10", "2027-03-10", "08:00", "11:30", zone)]
    assert found["Call with New York"] == [("2027-03-11", "2027-03-11", "08:00", "09:00", zone)]
    assert found["Nghỉ lễ"] == [("2027-05-01", "2027-05-01", None, None, zone)]
    with database.transaction(write=False) as session:
        meeting = session.exec(select(Event).where(Event.visibility == Visibility.PUBLIC)).one()
        assert (meeting.title, meeting.description) == ({"vi": "Họp chuẩn bị đón đoàn"}, {"vi": "Kính mời dự họp."})


def test_apple(officer: Caller, database: Database) -> None:
    done = take(officer, (EXPORTED / "apple.ics").read_bytes())
    assert [(part["component"], part["result"]) for part in done["components"]] == [
        ("VEVENT", "created"),
        ("VTODO", "ignored"),
    ]
    assert rows(database)["Đoàn Viêng Chăn ở Hải Dương"] == [
        ("2027-03-10", "2027-03-12", None, None, "Asia/Ho_Chi_Minh")
    ]


def test_thunderbird(officer: Caller, database: Database) -> None:
    take(officer, (EXPORTED / "thunderbird.ics").read_bytes(), Accept_Language="lo")
    zone = "Asia/Vientiane"
    assert rows(database)["ພົບປະກັບຫ້ອງວ່າການແຂວງ"] == [
        ("2027-01-05", "2027-01-05", "09:00", "10:30", zone),
        ("2027-02-03", "2027-02-03", "14:00", "15:30", zone),
        ("2027-03-02", "2027-03-02", "09:00", "10:30", zone),
    ]
    with database.transaction(write=False) as session:
        first = session.exec(select(Event).where(Event.first_day == date(2027, 1, 5))).one()
        assert first.kind is EventKind.DELEGATION
        assert set(first.title) == {"vi", "lo"}
