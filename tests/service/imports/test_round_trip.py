"""Our calendars taken in again change nothing, twice: whatever the events are, into the same desk or an empty one."""

import random
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.events import Event
from models.vocabulary import EventKind, EventStatus, Language, Visibility
from tests import factories
from tests.service.conftest import Caller
from tests.service.imports.test_calendar_import import KEPT, counted, take

EVENTS = 25
WORDS = [
    "Đoàn", "đại biểu", "ຄະນະ", "ຜູ້ແທນ\u200bແຂວງ", "visit", "a,b;c\\d", "“Hữu nghị”", "n\\N", "🎋", "50 %", "x" * 80,
    "BEGIN:VEVENT", "Tiê\u0301p", "Ðón", "&amp; <b>", "it’s", ":", "=C3=90", "END",
]  # fmt: skip
ZONES = ["Asia/Ho_Chi_Minh", "Asia/Vientiane", "Europe/Berlin", "America/New_York", "UTC", "Asia/Tokyo"]


def made_up(dice: random.Random) -> dict[str, Any]:
    """The values of an event of any shape that the desk can hold and a calendar file can say."""

    def text(most: int) -> dict[str, str]:
        languages = [Language.VI, *dice.sample([Language.LO, Language.EN], dice.randint(0, 2))]
        return {one.value: " ".join(dice.choices(WORDS, k=dice.randint(1, most))) for one in languages}

    first = date(2026, 12, 1) + timedelta(days=dice.randint(0, 500))
    last = first + timedelta(days=dice.choice([0, 0, 1, 2, 9]))
    values: dict[str, Any] = {"first_day": first, "last_day": last, "arrives_on": first, "departs_on": last}
    values |= {"title": text(4), "visibility": dice.choice(list(Visibility)), "timezone": dice.choice(ZONES)}
    if dice.random() < 0.6:
        values["location"] = text(3)
    if dice.random() < 0.6:
        values["description"] = {name: f"{words}\n\n{words}" for name, words in text(6).items()}
    if dice.random() < 0.5:
        begins = time(dice.randint(4, 12), dice.choice([0, 15, 30]))
        values |= {"start_time": begins, "end_time": time(begins.hour + dice.randint(1, 8), begins.minute)}
    values["status"] = dice.choice([EventStatus.DRAFT, EventStatus.PLANNED, EventStatus.CONFIRMED])
    values["kind"] = dice.choice([EventKind.ACTIVITY, EventKind.DELEGATION])
    values["sequence"] = dice.choice([0, 1, 7])
    return values


def exported(caller: Caller, language: Language) -> bytes:
    statuses = [status.value for status in EventStatus]
    feed = caller.made("/feeds", {"name": "x", "locale": language.value, "filter": {"statuses": statuses}})
    answer = caller.client.get(feed["url"].partition("example.org")[2])
    assert answer.status_code == 200
    return answer.data


def state(database: Database) -> dict[str, dict[str, Any]]:
    """What a calendar file can say of every event, by UID; and its version, which any change raises."""
    names = (*KEPT, "title", "location", "description", "version", "sequence")
    with database.transaction(write=False) as session:
        return {
            event.uid: {name: getattr(event, name) for name in names} for event in session.exec(select(Event)).all()
        }


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("seed", range(4))
def test_into_the_same_desk(officer: Caller, database: Database, seed: int, language: Language) -> None:
    dice = random.Random(seed)
    with database.transaction() as session:
        for _number in range(EVENTS):
            factories.make_event(session, created_by=officer.user_id, **made_up(dice))
    content = exported(officer, language)
    before, count = state(database), counted(database)
    for _time in range(2):
        done = take(officer, content)
        wrong = [part for part in done["components"] if part["result"] != "unchanged"]
        assert not wrong
        assert len(done["components"]) == EVENTS
    assert state(database) == before
    assert counted(database) == count


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("seed", range(4))
def test_into_an_empty_desk_and_from_there_again(
    officer: Caller, database: Database, seed: int, language: Language
) -> None:
    dice = random.Random(seed)
    with database.transaction() as session:
        for _number in range(EVENTS):
            factories.make_event(session, created_by=officer.user_id, **made_up(dice))
    were, content = state(database), exported(officer, language)
    with database.transaction() as session:
        for event in session.exec(select(Event)).all():
            session.delete(event)
    assert {part["result"] for part in take(officer, content)["components"]} == {"created"}
    first = state(database)
    assert first.keys() == were.keys()
    for uid, values in first.items():
        # Whole days have no zone in a calendar file.
        said = [name for name in KEPT if name != "timezone" or values["start_time"] is not None]
        assert {name: values[name] for name in said} == {name: were[uid][name] for name in said}
    for _time in range(2):
        done = take(officer, exported(officer, language))
        assert [part for part in done["components"] if part["result"] != "unchanged"] == []
    assert state(database) == first
