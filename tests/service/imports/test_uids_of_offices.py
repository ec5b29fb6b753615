"""What another office was sent too is nobody else's: each office takes in an entry on its own, and learns nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.events import Event
from models.imports import ImportedEntry
from models.migrate import downgrade
from models.vocabulary import Role
from tests import factories
from tests.at_once import at_once
from tests.models.test_offices_migration import url_of
from tests.service.conftest import Caller
from tests.service.imports.test_calendar_import import calendar, entry, send, take
from tests.service.imports.test_imported_again import results, weekly

pytestmark = pytest.mark.both_databases("the statements that find the entries of an office, and its lock")

INVITATION = calendar(entry("SEQUENCE:1", "DTSTART;VALUE=DATE:20270310", title="Họp chung"))
NEWER = calendar(entry("SEQUENCE:2", "DTSTART;VALUE=DATE:20270311", title="Họp chung"))


@pytest.fixture
def officers(caller: Callable[..., Caller], database: Database) -> list[Caller]:
    """An officer of the default office, and one of another."""
    with database.transaction() as session:
        home = factories.make_organisation(session).id
        abroad = factories.make_organisation(session, locality="vientiane-province").id
    return [caller(Role.OFFICER, organisation_id=home), caller(Role.OFFICER, organisation_id=abroad)]


def told(answer: Any) -> list[dict[str, Any]]:
    """The outcomes without the ids of what was made."""
    return [{name: value for name, value in one.items() if name != "event_id"} for one in answer["components"]]


def rows(database: Database) -> list[tuple[str | None, str]]:
    with database.transaction(write=False) as session:
        found = session.exec(select(Event)).all()
        return sorted((event.organisation_id, f"{event.first_day:%m-%d}") for event in found)


@pytest.mark.parametrize("turn", [1, -1], ids=["the default office first", "the other one first"])
def test_both_offices_take_in_the_same_invitation(officers: list[Caller], database: Database, turn: int) -> None:
    first, second = officers[::turn]
    one = take(first, INVITATION)
    other = take(second, INVITATION)
    assert results(one) == results(other) == ["created"]
    assert told(one) == told(other), "nothing tells the second that the first has it"
    assert one["components"][0]["event_id"] != other["components"][0]["event_id"]
    for officer in officers:
        assert results(take(officer, INVITATION)) == ["unchanged"]
    assert results(take(second, NEWER)) == ["changed"]
    assert sorted(day for _office, day in rows(database)) == ["03-10", "03-11"]
    assert results(take(first, NEWER)) == ["changed"]
    assert len(rows(database)) == 2


def test_nothing_of_the_event_tells_whether_another_office_has_it(officers: list[Caller], database: Database) -> None:
    """The UID, too: it is never the file's."""
    for known in (False, True):
        content = INVITATION.replace(b"a@example.org", b"%d@example.org" % known)
        if known:
            take(officers[0], content)
        made = take(officers[1], content)["components"][0]
        shown = officers[1].get(f"/events/{made['event_id']}").json
        assert (made["uid"], made["result"]) == (f"{known:d}@example.org", "created")
        assert "example.org" not in shown["uid"]
        assert shown["sequence"] == 1


def test_series_of_two_offices(officers: list[Caller], database: Database) -> None:
    for officer in officers:
        assert results(take(officer, weekly())) == ["created"] * 3
    moved = weekly("09", sequence=1)
    assert results(take(officers[1], moved)) == ["changed"] * 3
    assert results(take(officers[1], moved)) == ["unchanged"] * 3
    assert results(take(officers[0], weekly())) == ["unchanged"] * 3
    fewer = weekly("09", "EXDATE;TZID=Asia/Ho_Chi_Minh:20270111T090000", sequence=2)
    (left,) = (one for one in take(officers[1], fewer)["components"] if one["reasons"])
    assert left["uid"].startswith("series@example.org/")
    assert len(rows(database)) == 6


def test_one_office_keeps_the_uids_of_files(officer: Caller, database: Database) -> None:
    take(officer, INVITATION)
    with database.transaction(write=False) as session:
        assert session.exec(select(Event.uid)).all() == ["a@example.org"]
        assert session.exec(select(ImportedEntry.uid)).all() == [None]


def test_events_taken_in_while_there_was_one_office_are_found(
    caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        home = factories.make_organisation(session).id
        abroad = factories.make_organisation(session, locality="vientiane-province").id
    first = caller(Role.OFFICER, organisation_id=home)
    assert results(take(first, INVITATION)) == ["created"]
    second = caller(Role.OFFICER, organisation_id=abroad)
    assert results(take(second, INVITATION)) == ["created"]
    assert results(take(first, NEWER)) == ["changed"]
    assert results(take(second, NEWER)) == ["changed"]
    assert len(rows(database)) == 2


def test_the_same_file_at_once_makes_one_event(officers: list[Caller], database: Database) -> None:
    answers = at_once([lambda: send(officers[1], INVITATION)] * 4)
    assert [one.status_code for one in answers] == [200] * 4
    assert sorted(one.json["components"][0]["result"] for one in answers) == ["created", *["unchanged"] * 3]
    assert len(rows(database)) == 1


def test_the_way_down_is_refused_while_events_have_uids_of_their_own(
    officers: list[Caller], database: Database
) -> None:
    take(officers[1], INVITATION)
    database.dispose()
    with pytest.raises(RuntimeError, match="1 events taken in"):
        downgrade(url_of(database), "0027")
