"""The pages of gifts: of a visit, the list of all, the form; who sees them."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from models.database import Database
from models.estimates import Estimate
from models.gifts import Gift
from models.vocabulary import EventStatus, GiftKind, GuestClass, Language, MemberRole, Role, Side, Visibility
from service.actions.context import ActionContext
from service.actions.ledger.gift_queries import totals
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.ledger.test_gifts_api import PICTURE, decide_class, make_norms
from tests.service.web.test_pages import Browser, count_queries, signed_in, words

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("sums by currency, outer joins")

SignedIn = Callable[..., Browser]


@pytest.fixture
def visit(database: Database) -> dict[str, str]:
    """A visit of the partner province with a head, an interpreter, and a head of the hosts."""
    with database.transaction() as session:
        event = factories.make_event(session)
        found = {"event": event.id}
        for name, role, side in (
            ("Bounkham", MemberRole.HEAD, Side.GUEST),
            ("Noy", MemberRole.INTERPRETER, Side.GUEST),
            ("Nguyễn Văn An", MemberRole.HEAD, Side.HOST),
        ):
            person = factories.make_person(session, name=name)
            factories.make_member(session, event, person, role=role, side=side)
            found[name] = person.id
        return found


def send(who: Browser, path: str, form: dict[str, Any]) -> TestResponse:
    """Send a form; its token is the same on every page."""
    return who.post(path, {"csrf": who.csrf("/")} | form)


def gifts_in(database: Database) -> list[Gift]:
    with database.transaction(write=False) as session:
        return list(session.exec(select(Gift).order_by(Gift.id)))


def test_one_gift_for_several_members_and_the_spouse(
    signed_in: SignedIn, database: Database, visit: dict[str, str]
) -> None:
    norms = make_norms(database)
    decide_class(database, visit["event"])
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    path = f"/events/{visit['event']}/gifts"
    assert "The same gift for several" in words(officer.get(path))
    form: dict[str, Any] = {
        "people": [visit["Bounkham"], visit["Noy"], visit["Nguyễn Văn An"]],
        "spouse": "yes",
        "description.vi": "Hộp bánh đậu xanh",
        "unit": "hộp",
        "value.amount": "1.900.000",
        "value.currency": "VND",
        "token": "once-and-again-0815",
    }
    for _ in range(2):
        answer = send(officer, path, form)
        assert answer.status_code == 303
    found = gifts_in(database)
    assert [(one.receiver_person_id, one.given_by, one.value, one.quantity) for one in found] == [
        (visit["Bounkham"], "hai-duong", 1_900_000, 100),
        (visit["Noy"], "hai-duong", 1_900_000, 100),
        (visit["Nguyễn Văn An"], "vientiane-province", 1_900_000, 100),
        (None, "hai-duong", 1_900_000, 100),
    ], "sent twice, entered once; the giver follows from the receiver"
    assert found[3].norm_id == norms["spouse"]
    assert found[3].occasion is not None
    shown = words(officer.get(path))
    assert "Given by the hosts" in shown
    assert "5,700,000 VND" in shown, "the sum of what the hosts give"
    assert "The value is 900,000 VND above the norm of 1,000,000 VND" in shown
    assert "The value is 100,000 VND above the norm of 1,800,000 VND" in shown


def test_nobody_ticked_is_refused_and_nothing_is_lost(
    signed_in: SignedIn, database: Database, visit: dict[str, str]
) -> None:
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    answer = send(officer, f"/events/{visit['event']}/gifts", {"description.vi": "Hộp bánh"})
    assert answer.status_code == 422
    assert "Say for whom" in words(answer)
    assert "Hộp bánh" in answer.text
    assert gifts_in(database) == []


def test_a_gift_is_entered_changed_and_deleted_by_its_form(
    signed_in: SignedIn, database: Database, visit: dict[str, str]
) -> None:
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    form = {
        "event_id": visit["event"],
        "given_by": "vientiane-province",
        "given_to": "hai-duong",
        "kind": "goods",
        "description.en": "Woven cloth",
        "quantity": "2,5",
        "unit": "m",
        "received_on": "30/10/2026",
        "do": "new",
    }
    refused = send(officer, "/gifts/new", form | {"quantity": "many"})
    assert refused.status_code == 422
    assert "Woven cloth" in refused.text
    assert send(officer, "/gifts/new", form).status_code == 303
    (gift,) = gifts_in(database)
    assert (gift.event_id, gift.quantity, gift.received_on, gift.value) == (visit["event"], 250, "2026-10-30", None)
    path = f"/gifts/{gift.id}"
    shown = words(officer.get(path))
    assert "nobody is entered who keeps it" in shown, "who keeps what was received is asked for"
    change = form | {"version": str(gift.version), "kept_by": "Museum", "do": "change", "received_on": "2026"}
    assert send(officer, path, change).status_code == 303
    (gift,) = gifts_in(database)
    assert (gift.kept_by, gift.received_on, gift.event_id) == ("Museum", "2026", visit["event"])
    assert send(officer, path, change).status_code == 412, "it was made from an older state"
    assert send(officer, path, {"do": "delete", "version": str(gift.version)}).status_code == 303
    assert gifts_in(database) == []


def test_the_form_speaks_the_language_of_its_reader(
    signed_in: SignedIn, database: Database, visit: dict[str, str]
) -> None:
    make_norms(database)
    officer, path = signed_in(Role.OFFICER, locale=Language.VI), f"/events/{visit['event']}/gifts"
    form = {"event_id": visit["event"], "given_by": "vientiane-province", "given_to": "hai-duong", "kind": "goods"}
    form |= {"description.vi": "Thổ cẩm", "quantity": "2,5", "unit": "tấm", "received_on": "2008", "do": "new"}
    assert send(officer, "/gifts/new", form).status_code == 303
    shown = words(officer.get(path))
    assert "2,5 tấm" in shown
    assert "Ngày tặng trước khi chuyến thăm bắt đầu" in shown
    (gift,) = gifts_in(database)
    page = officer.get(f"/gifts/{gift.id}")
    assert 'value="2,5"' in page.text
    assert re.search(r"<option[^>]*>Khách hạng \w, [^<]*VND", page.text)


def test_the_list_tells_sums_by_currency_and_what_is_not_known(
    signed_in: SignedIn, caller: Callable[..., Caller]
) -> None:
    maker = caller(Role.OFFICER)
    for change in (
        {},
        {"value": {"amount": "500000", "currency": "VND"}},
        {"value": {"amount": "99.50", "currency": "USD"}},
        {"value": None},
        {"value": None, "given_by": "vientiane-province", "given_to": "hai-duong"},
    ):
        maker.made("/gifts", PICTURE | change)
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    shown = words(officer.get("/gifts"))
    assert "value not known: 1 Value in all: 2,500,000 VND Value in all: 99.5 USD" in shown
    assert shown.count("value not known: 1") == 2
    assert "2,500,000 VND" not in words(officer.get("/gifts?given_by=vientiane-province"))
    assert "No gifts are entered here" in words(officer.get("/gifts?year=1999"))
    assert 'class="wide problems"' in officer.get("/gifts?year=soon").text


@pytest.mark.parametrize(
    ("status", "first_day", "counted"),
    [
        (EventStatus.COMPLETED, date(2026, 11, 2), [(False, 1)]),
        (EventStatus.CONFIRMED, date(2026, 11, 2), [(False, 1)]),
        (EventStatus.CONFIRMED, date(2027, 3, 2), [(True, 1)]),
        (EventStatus.DRAFT, date(2026, 11, 2), [(True, 1)]),
        (EventStatus.CANCELLED, date(2026, 11, 2), []),
    ],
)
def test_sums_count_what_a_visit_that_was_held_gave_its_day(
    database: Database,
    settings: Settings,
    clock: Clock,
    status: EventStatus,
    first_day: date,
    counted: list[tuple[bool, int]],
) -> None:
    """As reciprocity does; with a day of its own a gift is given, whatever became of the visit."""
    values = {"given_by": "hai-duong", "given_to": "vientiane-province", "kind": GiftKind.GOODS}
    with database.transaction() as session:
        event = factories.make_event(session, status=status, first_day=first_day).id
        session.add(Gift(event_id=event, description={"vi": "Tranh"}, **values))
        session.flush()
        act = ActionContext(None, clock.now, settings.office)
        assert [(one.is_planned, one.count) for one in totals(session, act, {})] == counted
        session.add(Gift(event_id=event, description={"vi": "Lọ"}, received_on="2026-11-02", **values))
        session.flush()
        assert (False, 1 + ((False, 1) in counted)) in [(one.is_planned, one.count) for one in totals(session, act, {})]


def test_who_may_not_read_money_sees_no_gifts(
    signed_in: SignedIn, caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        bodies = [factories.make_organisation(session).id for _ in range(2)]
        event = factories.make_event(session, organisation_id=bodies[0], visibility=Visibility.PUBLIC).id
    own = caller(Role.OFFICER, organisation_id=bodies[0])
    gift = own.made("/gifts", PICTURE | {"event_id": event, "received_on": None})
    outsider = signed_in(Role.OFFICER, organisation_id=bodies[1], locale=Language.EN)
    insider = signed_in(Role.OFFICER, organisation_id=bodies[0], locale=Language.EN)
    viewer = signed_in(Role.VIEWER, locale=Language.EN)
    event_page, gift_page = f"/events/{event}/gifts", f"/gifts/{gift['id']}"
    for path in (event_page, gift_page):
        assert outsider.get(path).status_code == 404
        assert viewer.get(path).status_code == 403
        assert insider.get(path).status_code == 200
    assert send(outsider, event_page, {"description.vi": "x", "spouse": "yes"}).status_code == 404
    assert outsider.get(f"/gifts/new?event_id={event}").status_code == 404
    name = PICTURE["description"]["en"]  # type: ignore[index]
    for who, is_told in ((insider, True), (outsider, False), (viewer, False)):
        assert (f'href="{event_page}"' in who.get(f"/events/{event}").text) is is_told
        assert (name in words(who.get("/search?q=embroidered"))) is is_told
    assert name not in words(outsider.get("/gifts"))
    assert "Gifts and goods" not in words(viewer.get("/"))


def test_pages_take_as_many_queries_for_three_as_for_one(
    signed_in: SignedIn, caller: Callable[..., Caller], database: Database, visit: dict[str, str]
) -> None:
    make_norms(database)
    with database.transaction() as session:
        session.add(Estimate(event_id=visit["event"], guest_class=GuestClass.B, class_decided_by="Chủ tịch"))
        body = factories.make_organisation(session).id
    maker, officer = caller(Role.OFFICER), signed_in(Role.OFFICER)
    told = {"event_id": visit["event"], "receiver_person_id": visit["Noy"], "giver_id": body, "received_on": None}
    paths = ("/gifts", f"/events/{visit['event']}/gifts", "/search?q=tranh")
    counts = []
    for number in (1, 2):
        for _ in range(number):
            maker.made("/gifts", PICTURE | told)
        for path in paths:
            officer.get(path)
        counts.append([count_queries(database, lambda path=path: officer.get(path)) for path in paths])  # type: ignore[misc]
    assert counts[0] == counts[1]


def test_a_visit_over_the_turn_of_the_year_is_shown_with_its_days(
    signed_in: SignedIn, caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        days = {"first_day": date(2026, 12, 30), "last_day": date(2027, 1, 2)}
        event = factories.make_event(session, **days).id
    caller(Role.OFFICER).made("/gifts", PICTURE | {"event_id": event, "received_on": None})
    shown = words(signed_in(Role.OFFICER, locale=Language.EN).get("/gifts?year=2026"))
    assert "30 December 2026" in shown


def test_the_history_of_a_visit_tells_what_was_done_to_its_gifts(
    signed_in: SignedIn, caller: Callable[..., Caller], visit: dict[str, str]
) -> None:
    caller(Role.OFFICER).made("/gifts", PICTURE | {"event_id": visit["event"], "received_on": None})
    officer = signed_in(Role.OFFICER, locale=Language.EN)
    shown = words(officer.get(f"/events/{visit['event']}?show=history"))
    assert "Gift entered" in shown
    assert "Embroidered picture" in shown
