"""Booking in the console: what is there, what is taken, what would fit instead, and what clashes."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.resources import Booking, Resource
from models.vocabulary import BookingState, EventStatus, Language, ResourceType, Role
from service.actions.bookings import bookings
from service.actions.context import ActionContext
from service.actions.events import events
from service.settings import Settings
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, count_queries, read, signed_in, untranslated, words

__all__ = ["signed_in"]

SignedIn = Callable[..., Browser]
DAY = date(2026, 12, 2)


@pytest.fixture
def act(settings: Settings, clock: Clock) -> ActionContext:
    return ActionContext(None, clock.now, settings.office)


@pytest.fixture
def visit(database: Database) -> str:
    """A planned visit from 2 to 4 December 2026, its texts without English."""
    with database.transaction() as session:
        return factories.make_event(session, title={"vi": "Đoàn cán bộ", "lo": "ຄະນະພະນັກງານ"}, headcount=12).id


@pytest.fixture
def halls(database: Database) -> tuple[str, str]:
    """Two halls of forty and sixty seats."""
    with database.transaction() as session:
        factories.make_locality(session, "hai-duong")
        made = [
            Resource(
                name={"vi": f"Phòng {seats}", "lo": f"ຫ້ອງ {seats}"},
                type=ResourceType.ROOM,
                locality="hai-duong",
                seats=seats,
            )
            for seats in (40, 60)
        ]
        session.add_all(made)
        session.flush()
        return made[0].id, made[1].id


def book(database: Database, act: ActionContext, event: str, resource: str, **more: Any) -> str:
    with database.transaction() as session:
        wish = {"event_id": event, "resource_id": resource, "from_": DAY, "to": DAY, **more}
        return bookings.make_bookings(session, act, [wish], several=False)[0].id


def held(database: Database) -> list[tuple[str, date, BookingState]]:
    with database.transaction(write=False) as session:
        found = session.exec(select(Booking)).all()
        return sorted((one.resource_id, one.first_day, one.state) for one in found)


@pytest.mark.both_databases("resources are locked")
def test_officer_books_gives_back_and_books_what_was_asked_for(
    signed_in: SignedIn, visit: str, halls: tuple[str, str], database: Database
) -> None:
    officer, path = signed_in(locale=Language.EN), f"/events/{visit}/bookings"
    assert "Nothing is booked yet." in words(officer.get(path))
    assert "Phòng 40 (Seats: 40)" in words(officer.get(path))
    answer = officer.send(
        path,
        do="book",
        resource=halls[0],
        from_day="2026-12-02",
        from_time="08:00",
        to_day="2026-12-02",
        to_time="10:30",
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?done=book")
    assert "Phòng 40 02/12/2026 08:00–10:30 Booked" in words(officer.get(path))
    assert "Phòng 40 02/12/2026 08:00–10:30 Booked" in words(officer.get(f"/events/{visit}"))
    officer.send(path, do="book", resource=halls[1], asked="yes", note="Bàn chữ U")
    shown = words(officer.get(path))
    assert "Phòng 60 02/12/2026–04/12/2026 Asked for Bàn chữ U" in shown
    (asked,) = [one.id for one in rows_of(database) if one.state is BookingState.REQUESTED]
    assert officer.send(path, do="hold", booking=asked).status_code == 303
    assert [state for _room, _day, state in held(database)] == [BookingState.HELD] * 2
    assert officer.send(path, do="give_back", booking=asked).headers["Location"].endswith("done=give_back")
    assert len(held(database)) == 1
    told = words(officer.get(f"/events/{visit}?show=history"))
    assert "Booking released : Phòng 60" in told
    assert "Booking changed : Phòng 60" in told
    assert "State: Asked for → Booked" in told


def rows_of(database: Database) -> list[Booking]:
    with database.transaction(write=False) as session:
        return list(session.exec(select(Booking)).all())


def test_clash_names_who_has_it_and_one_click_takes_what_fits(
    signed_in: SignedIn, visit: str, halls: tuple[str, str], database: Database, act: ActionContext
) -> None:
    with database.transaction() as session:
        other = factories.make_event(session, title={"vi": "Đoàn nghệ thuật"}).id
    book(database, act, other, halls[0])
    officer, path = signed_in(locale=Language.EN), f"/events/{visit}/bookings"
    answer = officer.send(
        path, do="book", resource=halls[0], from_day="2026-12-02", to_day="2026-12-02", note="Hội đàm"
    )
    assert answer.status_code == 409
    shown = words(answer)
    assert "“Phòng 40” is not free, 02/12/2026. Nothing was changed." in shown
    assert "“Phòng 40” is taken by “Đoàn nghệ thuật”, 02/12/2026." in shown
    assert "“Phòng 40” at another time: 03/12/2026 01/12/2026" in shown
    assert "At the same time: Phòng 60 (Seats: 60)" in shown
    read(answer)
    taken = officer.send(
        path, do="book", resource=halls[1], **{"from": "2026-12-02", "to": "2026-12-02"}, note="Hội đàm"
    )
    assert taken.status_code == 303
    assert sorted(held(database))[-1][1:] == (DAY, BookingState.HELD)


def test_step_that_cannot_be_taken_says_which_booking_is_in_the_way(
    signed_in: SignedIn, visit: str, halls: tuple[str, str], database: Database, act: ActionContext
) -> None:
    book(database, act, visit, halls[0])
    with database.transaction() as session:
        other = factories.make_event(session, title={"vi": "Đoàn nghệ thuật"}, guest=None).id
        events.transition(session, act, events.find_event(session, visit), EventStatus.CANCELLED, "bão")
    book(database, act, other, halls[0])
    officer, path = signed_in(locale=Language.EN), f"/events/{visit}"
    version = str(next(iter(versions(database, visit))))
    answer = officer.send(path, do="step", to="planned", version=version)
    assert answer.status_code == 409
    shown = words(answer)
    assert "“Phòng 40” is taken by “Đoàn nghệ thuật”, 02/12/2026." in shown
    assert "Days on which everything would fit:" in shown


def versions(database: Database, event_id: str) -> list[int]:
    with database.transaction(write=False) as session:
        return [events.find_event(session, event_id).version]


def test_resources_and_who_has_them(
    signed_in: SignedIn, visit: str, halls: tuple[str, str], database: Database, act: ActionContext
) -> None:
    book(database, act, visit, halls[0])
    reader = signed_in(Role.VIEWER, locale=Language.EN)
    listed = words(reader.get("/resources"))
    assert "Phòng 40 Hải Dương Seats: 40 Bookings in the next 30 days: 1" in listed
    assert "Bookings in the next 30 days: 0" in listed
    assert "December 2026 02/12/2026 Đoàn cán bộ Booked" in words(reader.get(f"/resources/{halls[0]}"))
    assert "Free for the next 120 days." in words(reader.get(f"/resources/{halls[1]}"))
    assert reader.get("/resources/none").status_code == 404
    assert "Book" not in words(reader.get(f"/events/{visit}/bookings")).split()
    assert reader.post(f"/events/{visit}/bookings", {"do": "book"}).status_code == 403


def test_a_resource_can_be_looked_at_further_ahead(
    signed_in: SignedIn, visit: str, halls: tuple[str, str], database: Database, act: ActionContext
) -> None:
    book(database, act, visit, halls[0])
    reader = signed_in(Role.VIEWER, locale=Language.EN)
    path = f"/resources/{halls[0]}"
    first = reader.get(path)
    (later,) = re.findall(r'rel="next" href="([^"]+)"', first.text)
    assert 'rel="prev"' not in first.text
    second = reader.get(later)
    assert "Đoàn cán bộ" in words(first)
    assert "Đoàn cán bộ" not in words(second)
    assert "Free on all of these days: 23 March – 21 July 2027." in words(second)
    (earlier,) = re.findall(r'rel="prev" href="([^"]+)"', second.text)
    assert "Đoàn cán bộ" in words(reader.get(earlier))
    # Whatever the address says, it is a day from today on, and the way on ends with the calendar.
    for word in ("tomorrow", "2020-01-01", "2027-02-30", ""):
        assert "Đoàn cán bộ" in words(reader.get(f"{path}?from={word}"))
    assert 'rel="next"' not in reader.get(f"{path}?from=2199-12-01").text


def test_conflicts_are_listed_with_their_way_out(signed_in: SignedIn, visit: str, database: Database) -> None:
    reader = signed_in(Role.VIEWER, locale=Language.EN)
    with database.transaction() as session:
        factories.make_event(session, title={"vi": "Đoàn nghệ thuật"}, first_day=date(2026, 12, 4))
    shown = words(reader.get("/conflicts"))
    assert "The host also receives “Đoàn nghệ thuật”, 4 December 2026. Đoàn nghệ thuật → " in shown
    assert shown.count("The host also receives") == 1


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"resource": "none"}, "There is no resource “none”."),
        ({"from_day": "2026-12-03", "to_day": "2026-12-02"}, "The end must be after the beginning."),
        ({"from_day": "2026-12-03"}, "Give both from and to, or neither."),
        ({"from_day": "3/12", "to_day": "2026-12-02"}, "Write a day like 2027-03-10"),
        ({"quantity": "2"}, "has 1 at the most"),
        ({"quantity": "x"}, "Not a whole number."),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_bad_wishes_are_told_and_stay_in_the_form(
    signed_in: SignedIn, visit: str, halls: tuple[str, str], form: dict[str, str], sentence: str
) -> None:
    officer, path = signed_in(locale=Language.EN), f"/events/{visit}/bookings"
    answer = officer.send(path, **{"do": "book", "resource": halls[0], "note": "Ghi chú"} | form)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert 'value="Ghi chú"' in answer.text
    assert officer.send(path, do="nothing").status_code == 409


@pytest.mark.parametrize("language", [Language.VI, Language.LO])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_pages_speak_the_readers_language(
    signed_in: SignedIn, visit: str, halls: tuple[str, str], database: Database, act: ActionContext, language: Language
) -> None:
    book(database, act, visit, halls[0])
    officer = signed_in(locale=language)
    for path in (f"/events/{visit}/bookings", "/resources", f"/resources/{halls[0]}", "/conflicts"):
        assert untranslated(words(officer.get(path))) == [], path


@pytest.mark.both_databases("overlaps as a condition")
def test_no_query_per_row(
    signed_in: SignedIn, visit: str, halls: tuple[str, str], database: Database, act: ActionContext
) -> None:
    reader = signed_in(Role.VIEWER)
    paths = (f"/events/{visit}/bookings", "/resources", f"/resources/{halls[0]}", f"/events/{visit}", "/conflicts")
    book(database, act, visit, halls[0])
    one = [count_queries(database, partial(reader.get, path)) for path in paths]
    for day in (3, 4):
        book(database, act, visit, halls[0], from_=date(2026, 12, day), to=date(2026, 12, day))
    assert [count_queries(database, partial(reader.get, path)) for path in paths] == one
