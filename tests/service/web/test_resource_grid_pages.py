"""The grid of rooms and cars as a page: what a cell says, where it leads, who reads what, its size and its time."""

import re
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models.database import Database
from models.resources import Booking, Resource
from models.vocabulary import EventStatus, ResourceType, Role, Visibility
from service.actions.bookings import bookings
from service.actions.bookings import grid as grid_action
from service.actions.context import ActionContext
from service.settings import Settings
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, count_queries, read, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("the page's bookings are found by index, whatever their length")

FIRST = date(2027, 3, 8)
"""A Monday."""


@pytest.fixture
def world(database: Database, settings: Settings, clock: Clock) -> dict[str, str]:
    """Two buses, a hall of thirty rooms, and two visits, one of which only its own body reads."""
    with database.transaction() as session:
        act = ActionContext(factories.make_user(session, name="Nguyễn Thị Lan"), clock.now, settings.office)
        body = factories.make_organisation(session, name={"vi": "Sở kín"})
        days = {"first_day": FIRST + timedelta(2), "last_day": FIRST + timedelta(3), "status": EventStatus.PLANNED}
        visit = factories.make_event(session, title={"vi": "Đoàn Viêng Chăn"}, headcount=40, **days)
        hidden = factories.make_event(
            session, title={"vi": "Chuyến thăm kín"}, organisation_id=body.id, visibility=Visibility.INTERNAL, **days
        )
        made: dict[str, Any] = {
            "bus": Resource(name={"vi": "Xe 45 chỗ A"}, type=ResourceType.VEHICLE, locality="hai-duong", seats=45),
            "other": Resource(name={"vi": "Xe 45 chỗ B"}, type=ResourceType.VEHICLE, locality="hai-duong", seats=45),
            "car": Resource(name={"vi": "Xe 7 chỗ"}, type=ResourceType.VEHICLE, locality="hai-duong", seats=7),
            "house": Resource(
                name={"vi": "Khách sạn"}, type=ResourceType.LODGING, locality="hai-duong", seats=2, capacity=30
            ),
        }
        for one in made.values():
            session.add(one)
        session.flush()
        for event, name, more in ((visit, "bus", {}), (hidden, "other", {}), (visit, "house", {"quantity": 12})):
            wish = {"event_id": event.id, "resource_id": made[name].id, **more}
            bookings.make_bookings(session, act, [wish], several=False)
        return {name: one.id for name, one in made.items()} | {"visit": visit.id, "hidden": hidden.id}


def grid(reader: Browser, query: str = "", event: str = "") -> str:
    path = f"/events/{event}/grid" if event else "/resources/grid"
    answer = reader.get(f"{path}?from={FIRST}&to={FIRST + timedelta(6)}&{query}")
    assert answer.status_code == 200, answer.text
    read(answer)
    return answer.text


def row(page: str, name: str) -> str:
    """The cells of a resource's row."""
    (found,) = [one for one in re.findall(r"<tr.*?</tr>", page, re.S) if f">{name}<" in one]
    return found.partition("</th>")[2]


def test_free_and_taken_at_a_glance(world: dict[str, str], signed_in: Callable[..., Browser]) -> None:
    page = grid(signed_in(Role.OFFICER))
    bus = row(page, "Xe 45 chỗ A")
    assert bus.count("○") == 5
    assert f'class="t" colspan="2"><a href="/events/{world["visit"]}">Đoàn Viêng Chăn</a>' in bus
    assert f'<a href="grid/{world["bus"]}/2027-03-08">' in bus
    assert row(page, "Khách sạn").count(">18/30<") == 2
    assert row(page, "Khách sạn").count(">30/30<") == 5


def test_a_house_says_its_rooms_and_cars_stand_by_their_seats(
    world: dict[str, str], signed_in: Callable[..., Browser]
) -> None:
    reader = signed_in(Role.OFFICER)
    answer = reader.get("/resources")
    read(answer)
    _before, house = answer.text.split("Khách sạn</a>")
    assert "Số phòng: 30" in house
    assert "Số người mỗi phòng: 2" in house
    for page in (answer.text, grid(reader)):
        names = ("Xe 7 chỗ", "Xe 45 chỗ A", "Xe 45 chỗ B")
        assert sorted(names, key=lambda name: page.index(f">{name}<")) == list(names)


def test_whose_it_is_only_where_one_may_read_it(
    world: dict[str, str], database: Database, signed_in: Callable[..., Browser]
) -> None:
    with database.transaction() as session:
        other = factories.make_organisation(session, name={"vi": "Sở khác"}).id
    page = grid(signed_in(Role.OFFICER, organisation_id=other))
    assert "Chuyến thăm kín" not in page
    assert world["hidden"] not in page
    assert 'class="t" colspan="2">đã đặt<' in row(page, "Xe 45 chỗ B")
    assert "Chuyến thăm kín" in grid(signed_in(Role.APPROVER)), "the control"


def test_which_bus_is_free_next_week(world: dict[str, str], signed_in: Callable[..., Browser]) -> None:
    reader = signed_in(Role.OFFICER)
    assert "Xe 45 chỗ" not in grid(reader, "type=vehicle&seats=45&free=yes"), "both are taken on two days of it"
    later = reader.get(
        f"/resources/grid?type=vehicle&seats=45&free=yes&from={FIRST + timedelta(7)}&to={FIRST + timedelta(13)}"
    )
    assert "Xe 45 chỗ A" in later.text
    assert "Xe 45 chỗ B" in later.text
    assert "Xe 7 chỗ" not in later.text


def test_with_an_event_its_days_are_framed_and_what_is_too_small_is_dimmed(
    world: dict[str, str], signed_in: Callable[..., Browser]
) -> None:
    reader = signed_in(Role.OFFICER)
    moved = reader.get(f"/resources/grid?event={world['visit']}&type=vehicle")
    assert (moved.status_code, moved.headers["Location"]) == (303, f"/events/{world['visit']}/grid?type=vehicle")
    page = grid(reader, event=world["visit"])
    assert page.count('<col class="framed">') == 2
    assert [
        bool(re.search(rf'class="small"><th scope="row"><a [^>]*>{name}<', page))
        for name in ("Xe 7 chỗ", "Xe 45 chỗ A")
    ] == [True, False]
    assert reader.get("/events/unknown/grid").status_code == 404


def test_hours_of_a_day(world: dict[str, str], database: Database, signed_in: Callable[..., Browser]) -> None:
    with database.transaction() as session:
        house = session.get_one(Resource, world["car"])
        house.buffer_after = 30
        act = ActionContext(None, factories.NOW, factories.OFFICE)
        wish = {"event_id": world["visit"], "resource_id": world["car"]}
        wish |= {"from_": datetime(2027, 3, 10, 8), "to": datetime(2027, 3, 10, 9)}
        bookings.make_bookings(session, act, [wish], several=False)
    answer = signed_in(Role.OFFICER).get("/resources/grid?view=hours&from=2027-03-10&type=vehicle")
    read(answer)
    car = row(answer.text, "Xe 7 chỗ")
    assert 'colspan="2"' in car
    assert car.count("⋯") == 1, "the half hour afterwards"
    assert f'href="grid/{world["car"]}/2027-03-10T1000"' in car
    days = grid(signed_in(Role.OFFICER))
    assert "◐" in row(days, "Xe 7 chỗ")


def test_booking_from_a_cell(world: dict[str, str], database: Database, signed_in: Callable[..., Browser]) -> None:
    reader = signed_in(Role.OFFICER)
    path = f"/events/{world['visit']}/grid/{world['car']}/2027-03-10"
    form = reader.get(f"{path}?to=2027-03-11")
    read(form)
    assert 'value="2027-03-10"' in form.text
    assert 'value="2027-03-11"' in form.text
    assert f'value="{world["visit"]}" selected' in form.text
    sent = reader.send(
        path, do="book", resource=world["car"], event=world["visit"], from_day="2027-03-10", to_day="2027-03-11"
    )
    assert sent.status_code == 303
    assert sent.headers["Location"].startswith(f"/events/{world['visit']}/grid?from=2027-03-10")
    assert "Đoàn Viêng Chăn" in row(grid(reader), "Xe 7 chỗ")
    back = reader.get(sent.headers["Location"])
    read(back)
    (told,) = re.findall(r'role="status">(.*?)</div>', back.text, re.S)
    assert "Xe 7 chỗ" in told
    assert "10/3/2027–11/3/2027" in told
    assert f'<a href="/events/{world["visit"]}">Đoàn Viêng Chăn</a>' in told
    taken = reader.send(
        path, do="book", resource=world["car"], event=world["visit"], from_day="2027-03-10", to_day="2027-03-10"
    )
    assert taken.status_code == 409
    assert "2027-03-10" in taken.text
    for wrong in ("2027-03-32", "tomorrow", "1000-01-01"):
        assert reader.get(f"/resources/grid/{world['car']}/{wrong}").status_code == 404
    assert signed_in(Role.VIEWER).get(path).status_code == 403
    assert "grid/" not in row(grid(signed_in(Role.VIEWER)), "Xe 7 chỗ")


def test_what_was_chosen_is_said_and_stays_after_booking(
    world: dict[str, str], signed_in: Callable[..., Browser]
) -> None:
    reader = signed_in(Role.OFFICER)
    chosen = "type=vehicle&seats=7&free=yes"
    page = grid(reader, chosen, world["visit"])
    told = "Xe · Số chỗ, ít nhất: 7 · Chỉ nơi còn trống suốt thời gian này"
    assert told in page
    assert "Bỏ bộ lọc" in page
    assert "Bỏ bộ lọc" not in grid(reader, event=world["visit"])
    path = f"/events/{world['visit']}/grid/{world['car']}/2027-03-10"
    own = f"http://{reader.get(path).request.host}"
    for came, is_kept in ((own, True), ("http://elsewhere.example", False)):
        query = f"{chosen}&from={FIRST}&to={FIRST + timedelta(6)}&next=//elsewhere"
        form = reader.get(path, Referer=f"{came}/events/{world['visit']}/grid?{query}")
        (kept,) = re.findall(r'name="grid" value="([^"]*)"', form.text)
        assert ("seats=7" in kept) is is_kept
        assert "elsewhere" not in kept
    day = "2027-03-12"
    sent = reader.send(
        path, do="book", resource=world["car"], event=world["visit"], from_day=day, to_day=day,
        grid=f"{chosen}&from={FIRST}&done=x&host=elsewhere",
    )  # fmt: skip
    location = sent.headers["Location"]
    assert location.startswith(f"/events/{world['visit']}/grid?")
    assert all(one in location for one in (chosen, f"from={FIRST}", "done=book"))
    assert "elsewhere" not in location


@pytest.mark.parametrize(
    "query", ["from=x&to=y", "from=0001-01-01", "to=9999-12-31", "seats=x&type=ship&view=week&page=0"]
)
def test_any_range_is_answered(world: dict[str, str], signed_in: Callable[..., Browser], query: str) -> None:
    answer = signed_in(Role.OFFICER).get(f"/resources/grid?{query}")
    assert answer.status_code == 200
    read(answer)


def test_a_keepers_page(world: dict[str, str], database: Database, signed_in: Callable[..., Browser]) -> None:
    with database.transaction() as session:
        other = factories.make_organisation(session, name={"vi": "Văn phòng"}).id
    keeper = signed_in(Role.OFFICER, organisation_id=other, email="lan@example.org")
    with database.transaction() as session:
        bus = session.get_one(Resource, world["other"])
        bus.keepers, bus.needs_approval = ["email:lan@example.org"], True
        asker = ActionContext(factories.make_user(session, name="Minh"), factories.NOW, factories.OFFICE)
        wish = {"event_id": world["hidden"], "resource_id": world["other"], "from_": FIRST, "to": FIRST}
        (booking,) = bookings.make_bookings(session, asker, [wish], several=False)
        identity, version = booking.id, booking.version
    first = keeper.get("/")
    assert "/resources/kept" in first.text
    page = keeper.get("/resources/kept")
    read(page)
    assert "Chuyến thăm kín" not in page.text
    assert "một chuyến thăm" in page.text
    assert "Minh" in page.text
    stale = keeper.send("/resources/kept", do="approve", booking=identity, version=str(version - 1))
    assert stale.status_code == 412
    without = keeper.send("/resources/kept", do="refuse", booking=identity, version=str(version), reason=" ")
    assert without.status_code == 422
    assert keeper.send("/resources/kept", do="approve", booking=identity, version=str(version)).status_code == 303
    with database.transaction(write=False) as session:
        assert session.get_one(Booking, identity).state == "held"


def many(database: Database, count: int, days: int) -> None:
    """So many resources, each taken every third day."""
    with database.transaction() as session:
        act = ActionContext(None, factories.NOW, factories.OFFICE)
        event = factories.make_event(session, title={"vi": "Đoàn đại biểu cấp cao"}, first_day=FIRST, last_day=FIRST)
        for number in range(count):
            one = Resource(
                name={"vi": f"Phòng {number:02}", "lo": f"ຫ້ອງ {number:02}"}, type=ResourceType.ROOM,
                locality="hai-duong", seats=20, capacity=1 + 4 * (number % 2),
            )  # fmt: skip
            session.add(one)
            session.flush()
            wishes = [
                {
                    "event_id": event.id,
                    "resource_id": one.id,
                    "from_": FIRST + timedelta(day),
                    "to": FIRST + timedelta(day),
                }
                for day in range(0, days, 3)
            ]
            bookings.make_bookings(session, act, wishes, several=True)


@pytest.mark.parametrize("view", ["", "&view=hours"])
def test_sixty_resources_over_a_month_stay_small_and_quick(
    database: Database, signed_in: Callable[..., Browser], view: str
) -> None:
    many(database, 61, 31)
    reader = signed_in(Role.OFFICER)
    path = f"/resources/grid?from={FIRST}&to={FIRST + timedelta(30)}{view}"
    reader.get(path)
    best = 10.0
    for _time in range(5):
        begun = time.process_time()
        answer = reader.get(path)
        best = min(best, time.process_time() - begun)
    assert answer.text.count('scope="row"') == 60, "the 61st is on the next page"
    assert 'rel="next"' in answer.text
    assert len(answer.data) <= 200_000
    print(f"{len(answer.data)} bytes in {best * 1000:.0f} ms")
    assert best < 0.3, "of the processor; 150 ms on an idle machine"


def test_queries_do_not_grow(database: Database, signed_in: Callable[..., Browser]) -> None:
    reader = signed_in(Role.OFFICER)
    counts = []
    for more in (1, 2):
        many(database, more, 3)
        reader.get(f"/resources/grid?from={FIRST}")
        counts.append(
            [
                count_queries(database, lambda more=more: reader.get(f"/resources/grid?from={FIRST}{more}"))
                for more in ("", "&free=yes")
            ]
        )
    assert counts[0] == counts[1]


def test_without_rights_titles_would_show(
    world: dict[str, str], database: Database, signed_in: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        other = factories.make_organisation(session, name={"vi": "Sở khác"}).id
    monkeypatch.setattr(grid_action.permissions, "hidden", lambda *_of, **_more: frozenset())
    assert "Chuyến thăm kín" in grid(signed_in(Role.OFFICER, organisation_id=other))


def test_a_day_of_which_only_minutes_are_kept_is_free_for_some_hours(
    world: dict[str, str], database: Database, signed_in: Callable[..., Browser]
) -> None:
    with database.transaction() as session:
        session.get_one(Resource, world["car"]).buffer_before = 30
        session.get_one(Resource, world["car"]).buffer_after = 30
        act = ActionContext(None, factories.NOW, factories.OFFICE)
        wish = {"event_id": world["visit"], "resource_id": world["car"]}
        bookings.make_bookings(session, act, [wish], several=False)
    car = row(grid(signed_in(Role.OFFICER)), "Xe 7 chỗ")
    assert car.count("◐") == 2, "the days before and after"
    assert "⋯" not in car
