"""Calendar files with a UID that somebody else holds: nothing of the file enters their event, and no answer tells which
days others have."""

from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.events import Event
from models.places import Organisation
from models.vocabulary import Role
from tests.service.conftest import Caller
from tests.service.imports.test_calendar_import import calendar, entry, take
from tests.service.imports.test_planted_people import body, sides

__all__ = ["sides"]

pytestmark = pytest.mark.both_databases("who made the event, and the series, as conditions")

UID, SERIES = "meeting@example.org", "series@example.org"
TAKEN = "The desk has an entry with this UID already, and it is not yours to change."
SECRET = "Nội dung của văn phòng"


def single(text: str = "", sequence: int = 0) -> bytes:
    lines = (f"DESCRIPTION:{text}",) if text else ()
    return calendar(entry(*lines, f"SEQUENCE:{sequence}", uid=UID))


def weekly(day: str, count: int = 6) -> bytes:
    return calendar(entry(f"DTSTART;VALUE=DATE:2027{day}", f"RRULE:FREQ=WEEKLY;COUNT={count}", uid=SERIES))


def components(answer: Any) -> list[Any]:
    found: list[Any] = answer["components"]
    return found


def answers(answer: Any) -> list[tuple[str, str | None, list[str]]]:
    return [(one["result"], one["event_id"], one["reasons"]) for one in components(answer)]


@pytest.fixture
def office(sides: dict[str, Caller], caller: Any, database: Database) -> Caller:
    """An approver, who may change everything of the office."""
    made: Caller = caller(Role.APPROVER, organisation_id=body(sides["a"]))
    return made


@pytest.mark.parametrize("is_handed_over", [False, True])
def test_a_planted_entry_is_filled_by_nobody_else(
    sides: dict[str, Caller], office: Caller, database: Database, is_handed_over: bool
) -> None:
    """B takes in an entry under a UID it knows, and may give it to A: B reads what it made."""
    (planted,) = components(take(sides["b"], single()))
    if is_handed_over:
        with database.transaction() as session:
            event = session.get_one(Event, planted["event_id"])
            event.organisation_id = session.get_one(Organisation, body(sides["a"])).id
    for who in (sides["a"], office):
        (result,) = components(take(who, single(SECRET, 1)))
        assert (result["result"], result["reasons"]) == ("refused", [TAKEN])
    assert SECRET not in sides["b"].get(f"/events/{planted['event_id']}").text
    (own,) = components(take(sides["b"], single(SECRET, 1)))
    assert own["result"] == ("refused" if is_handed_over and not _may(sides["b"], planted["event_id"]) else "changed")


def _may(who: Caller, event_id: str) -> bool:
    return who.patch(f"/activities/{event_id}", {"headcount": 3}).status_code == 200


def test_what_the_office_took_in_its_departments_and_the_office_go_on_with(
    sides: dict[str, Caller], office: Caller, database: Database
) -> None:
    """The control: made by who reads everything anyway, in whoever's hands it is."""
    (taken,) = components(take(office, single()))
    assert components(take(sides["a"], single(SECRET, 1)))[0]["result"] == "changed"
    assert components(take(office, single(f"{SECRET} 2", 2)))[0]["event_id"] == taken["event_id"]
    assert components(take(sides["b"], single("Khác", 3)))[0]["reasons"] == [TAKEN]


@pytest.mark.parametrize("way", ["hidden", "deleted", "imported by an older version"])
def test_the_days_of_others_series_change_no_answer(
    sides: dict[str, Caller], office: Caller, database: Database, way: str
) -> None:
    """A's weekly meetings are hidden; one was moved, or all deleted; where they came from may be forgotten."""
    ours = components(take(sides["a"], weekly("0701", 3)))
    assert [one["result"] for one in ours] == ["created"] * 3
    path = f"/activities/{ours[1]['event_id']}"
    assert sides["a"].patch(path, {"first_day": "2027-07-20", "last_day": "2027-07-20"}).status_code == 200
    if way == "deleted":
        for one in ours:
            assert sides["a"].delete(f"/activities/{one['event_id']}").status_code == 204
    elif way != "hidden":
        with database.transaction() as session:
            for event in session.exec(select(Event).where(Event.uid.startswith(SERIES))).all():  # type: ignore[attr-defined]
                session.delete(_entry_of(session, event))
    refused, made = [("refused", None, [TAKEN])] * 6, [("created", None, [])] * 6
    # Another office knows the entries of files on its own; and where there are two, what is deleted leaves no trace.
    for name, expected in (("b", made if way == "deleted" else refused), ("v", made)):
        for day in ("0701", "0702", "1001"):
            assert answers(take(sides[name], weekly(day), "?dry_run=true")) == expected, (name, day)
    assert {one["result"] for one in components(take(sides["a"], weekly("0701", 4), "?dry_run=true"))} != {"refused"}


def _entry_of(session: Any, event: Event) -> Any:
    from models.imports import ImportedEntry

    return session.get_one(ImportedEntry, event.id)


def test_ones_own_day_of_anothers_series_stays_ones_own(sides: dict[str, Caller], database: Database) -> None:
    ours = components(take(sides["a"], weekly("0701", 3)))
    with database.transaction() as session:
        event = session.get_one(Event, ours[1]["event_id"])
        event.organisation_id = body(sides["b"])
        event.created_by = sides["b"].user_id
    changed = weekly("0701", 6).replace(b"SUMMARY:", b"SUMMARY:Moi ").replace(b"RRULE", b"SEQUENCE:1\r\nRRULE")
    results = [(one["result"], one["reasons"]) for one in components(take(sides["b"], changed))]
    assert results == [("refused", [TAKEN]), ("changed", []), *[("refused", [TAKEN])] * 4]
