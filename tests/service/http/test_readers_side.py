"""Each office sees the same visits from its own side: what comes to one goes out from the other.

The default office is Hải Dương's; beside it work Vientiane Province and Hà Nội, and where clocks matter New York.
Nothing here, nor in the service, depends on how many there are.
"""

import ast
import csv
import io
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from itertools import product
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from calendars.events.direction import direction
from calendars.mails.event_mail import OfficeMail
from models.accounts import User
from models.both_sides.office_profiles import OfficeProfile
from models.database import Database
from models.event_parts import Task
from models.feeds import Feed
from models.i18n import translate
from models.vocabulary import Direction, EventKind, EventStatus, Language, ReminderPurpose, Role, Visibility
from service.actions import permissions
from service.actions.acting import acting_as
from service.actions.context import ActionContext
from service.actions.feeds import feed_filters
from service.actions.office_mails.office_mails import OfficeMailWriter
from service.schemas.word_names import word_name
from service.settings import Settings
from service.web.labels import DIRECTIONS
from tests import factories
from tests.paths import ROOT
from tests.service.conftest import Caller, Clock
from tests.service.feeds.test_feeds import counted, read, titles
from tests.service.web.test_pages import Browser, signed_in, words

__all__ = ["signed_in"]

OWN, THERE, THIRD = "hai-duong", "vientiane-province", "ha-noi"
COUNTRIES: Mapping[str, str] = {
    OWN: "VN", "hai-phong": "VN", THIRD: "VN", THERE: "LA", "vientiane-capital": "LA", "tokyo": "JP",
}  # fmt: skip
PAIRS = [(host, guest) for host, guest in product(COUNTRIES, [*COUNTRIES, None]) if host != guest]


def seen_from(own: str, host: str, guest: str | None) -> Direction:
    """The definition, said otherwise: who is nearer to the reader receives whoever comes from farther away."""

    def near(code: str) -> int:
        return 2 if code == own else int(COUNTRIES[code] == COUNTRIES[own])

    if guest is None:
        return Direction.DOMESTIC if near(host) else Direction.OUTGOING
    by_far = near(host) - near(guest)
    return Direction.INCOMING if by_far > 0 else Direction.OUTGOING if by_far < 0 else Direction.DOMESTIC


def opposite(word: Direction) -> Direction:
    turned = {Direction.INCOMING: Direction.OUTGOING, Direction.OUTGOING: Direction.INCOMING}
    return turned.get(word, word)


@pytest.fixture
def offices(caller: Callable[..., Caller], database: Database) -> dict[str, Caller]:
    """Somebody who reads all of their office, of each of three."""
    with database.transaction() as session:
        factories.make_locality(session, "tokyo", country="JP", timezone="Asia/Tokyo")
        bodies = {code: factories.make_organisation(session, locality=code).id for code in (OWN, THERE, THIRD)}
    return {code: caller(Role.ADMIN, organisation_id=body) for code, body in bodies.items()}


@pytest.fixture
def visits(database: Database, offices: dict[str, Caller]) -> dict[tuple[str, str | None], str]:
    """Public events between any two places: host and guest → id."""
    with database.transaction() as session:
        return {
            (host, guest): factories.make_event(
                session,
                host=host,
                guest=guest,
                kind=EventKind.ACTIVITY,
                visibility=Visibility.PUBLIC,
                title={"vi": f"{host}/{guest}"},
            ).id
            for host, guest in PAIRS
        }


# The rule


@given(st.sampled_from(list(COUNTRIES)), st.sampled_from(list(COUNTRIES)), st.sampled_from([*COUNTRIES, None]))
def test_rule_is_the_definition(own: str, host: str, guest: str | None) -> None:
    if host != guest:
        assert direction(host, guest, {own}, COUNTRIES, COUNTRIES[own]) is seen_from(own, host, guest)


@given(st.sampled_from(list(COUNTRIES)), st.sampled_from(list(COUNTRIES)), st.sampled_from(list(COUNTRIES)))
def test_host_and_guest_exchanged_turn_the_direction(own: str, one: str, other: str) -> None:
    there = direction(one, other, {own}, COUNTRIES, COUNTRIES[own])
    assert direction(other, one, {own}, COUNTRIES, COUNTRIES[own]) is opposite(there)


# Everywhere the same


@pytest.mark.both_databases("the direction from each office as a condition")
def test_every_door_says_it_from_the_readers_side(
    app: Flask, client: FlaskClient, offices: dict[str, Caller], visits: dict[tuple[str, str | None], str]
) -> None:
    by_id = {identity: pair for pair, identity in visits.items()}
    for own, reader in offices.items():
        expected = {identity: seen_from(own, *pair).value for identity, pair in by_id.items()}
        assert len(set(expected.values())) == 3
        listed = {one["id"]: one["direction"] for one in reader.get("/events?page_size=200").json}
        assert listed == expected
        for word in Direction:
            found = {one["id"] for one in reader.get(f"/events?page_size=200&direction={word}").json}
            assert found == {identity for identity, said in expected.items() if said == word}
            feed = reader.made("/feeds", {"name": "x", "filter": {"direction": word}})
            shown = titles(client, urlsplit(feed["url"]).path)
            assert sorted(shown) == sorted(f"{host}/{guest}" for one, (host, guest) in by_id.items() if one in found)
        export = reader.get("/events?format=csv&locale=vi")
        rows = list(csv.DictReader(io.StringIO(export.data.decode("utf-8-sig")), delimiter=";"))
        assert len(rows) == len(expected)
        said = {word_name(word, Language.VI): word.value for word in Direction}
        column = next(name for name in rows[0] if {row[name] for row in rows} == {*said})
        titled = {f"{host}/{guest}": identity for (host, guest), identity in visits.items()}
        by_title = {titled[cell]: row for row in rows for cell in row.values() if cell in titled}
        assert {identity: said[row[column]] for identity, row in by_title.items()} == expected
        for pair in ((OWN, THERE), (THERE, OWN), (THIRD, THERE), ("hai-phong", "tokyo"), ("tokyo", None)):
            assert reader.get(f"/events/{visits[pair]}").json["direction"] == seen_from(own, *pair)


def test_pages_say_it_from_the_readers_side(
    offices: dict[str, Caller],
    visits: dict[tuple[str, str | None], str],
    database: Database,
    signed_in: Callable[..., Browser],
) -> None:
    for own, reader in offices.items():
        with database.transaction(write=False) as session:
            browser = signed_in(user=session.get_one(User, reader.user_id))
        for pair in ((OWN, THERE), (THERE, OWN), (THIRD, THERE)):
            page = browser.get(f"/events/{visits[pair]}?language=en")
            assert translate(DIRECTIONS[seen_from(own, *pair)], Language.VI) in words(page), (own, pair)
        for word in Direction:
            page = browser.get(f"/calendar?view=month&day=2026-12-02&direction={word}")
            shown = {identity for identity in visits.values() if f"/events/{identity}" in page.text}
            assert shown <= {identity for pair, identity in visits.items() if seen_from(own, *pair) is word}
            assert shown


def test_first_page_counts_what_waits_in_the_readers_own_office(
    offices: dict[str, Caller], database: Database, signed_in: Callable[..., Browser]
) -> None:
    """Everybody reads public drafts; only those of one's own office wait for oneself."""
    with database.transaction() as session:
        users = {own: session.get_one(User, reader.user_id) for own, reader in offices.items()}
        for own, count in ((OWN, 3), (THERE, 2)):
            users[own].locale = Language.EN
            for _number in range(count):
                factories.make_event(
                    session, status=EventStatus.DRAFT, visibility=Visibility.PUBLIC,
                    organisation_id=users[own].organisation_id,
                )  # fmt: skip
    for own, count in ((OWN, 3), (THERE, 2)):
        browser = signed_in(user=users[own])
        assert f"Drafts: {count}" in words(browser.get("/"))


def test_with_one_office_nobody_is_asked_whose_it_is(
    caller: Callable[..., Caller], database: Database, settings: Settings, clock: Clock
) -> None:
    """The place and the clock of the default office are the settings', at no query; those of another are its profile's
    and its locality's."""
    with database.transaction() as session:
        there = factories.make_organisation(session, locality=THERE)
    here = caller(Role.ADMIN)

    def asked(who: Caller, act: Callable[[Session, User], object]) -> int:
        with database.transaction() as session:
            user = session.get_one(User, who.user_id)
            with counted(database) as statements:
                act(session, user)
            return len(statements)

    def seen(who: Caller) -> ActionContext:
        with database.transaction() as session:
            return acting_as(session, session.get_one(User, who.user_id), clock.now, settings.office)

    with_rights = asked(here, permissions.reads_as)
    assert asked(here, lambda session, user: acting_as(session, user, clock.now, settings.office)) == with_rights
    assert seen(here).office == settings.office
    assert seen(here).common.office == settings.office
    foreign = caller(Role.ADMIN, organisation_id=there.id)
    assert (seen(foreign).office.locality, seen(foreign).office.timezone) == (THERE, "Asia/Vientiane")
    assert seen(foreign).common.office == settings.office
    with database.transaction() as session:
        session.add(OfficeProfile(code=THERE, timezone="Asia/Tokyo"))
    assert seen(foreign).office.timezone == "Asia/Tokyo"
    assert seen(here).office == settings.office


def test_whoever_acts_for_an_account_sees_from_its_office() -> None:
    """No place of the service makes an account's context by itself; only the first start, where there is one office."""
    own_makers = {"service/actions/acting.py", "service/runtime/first_start.py"}
    found = set()
    for path in (ROOT / "service").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ActionContext":
                user = node.args[0] if node.args else node.keywords[0].value
                if not (isinstance(user, ast.Constant) and user.value is None):
                    found.add(path.relative_to(ROOT).as_posix())
    assert found == own_makers


# Calendars keep what they select


@pytest.mark.both_databases("feeds with directions of several places")
def test_feed_says_whose_direction_it_is(offices: dict[str, Caller], database: Database) -> None:
    feeds = {
        own: reader.made("/feeds", {"name": "x", "filter": {"direction": ["outgoing", "incoming"]}})
        for own, reader in offices.items()
    }
    for own, made in feeds.items():
        assert made["filter"] == {"direction": ["outgoing", "incoming"]}
        with database.transaction(write=False) as session:
            kept = session.get_one(Feed, made["id"]).filter
        assert kept == {"ways": [f"outgoing:{own}", f"incoming:{own}"]}
    reader = offices[THERE]
    path = f"/feeds/{feeds[THERE]['id']}"
    other = reader.patch(path, {"filter": {"direction": "incoming", "seen_from": OWN}}).json
    assert other["filter"] == {"direction": ["incoming"], "seen_from": OWN}
    again = reader.patch(path, {"filter": other["filter"]}).json  # sent back as it was read
    assert again["filter"] == other["filter"]
    back = reader.patch(path, {"filter": {"direction": "incoming", "seen_from": THERE}}).json
    assert back["filter"] == {"direction": ["incoming"]}
    wrong = reader.patch(path, {"filter": {"direction": "incoming", "seen_from": "nowhere"}})
    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["filter.seen_from"])
    assert reader.patch(path, {"filter": {"seen_from": OWN}}).json["filter"] == {}


@pytest.mark.both_databases("feeds with directions of several places")
def test_feed_has_one_content_whoever_reads_it(
    client: FlaskClient, offices: dict[str, Caller], visits: dict[tuple[str, str | None], str], clock: Clock
) -> None:
    """By its address, and signed in with an account of an office elsewhere: the same bytes."""
    reader = offices[THERE]
    made = reader.made("/feeds", {"name": "x", "filter": {"direction": "incoming", "seen_from": OWN}})
    body = read(client, urlsplit(made["url"]).path)
    assert body.count(b"BEGIN:VEVENT") == sum(seen_from(OWN, *pair) is Direction.INCOMING for pair in visits)
    assert reader.get(f"/feeds/{made['id']}/calendar").data == body
    assert b"Asia/Vientiane" not in body


@given(
    st.lists(st.sampled_from(list(Direction)), unique=True),
    st.sampled_from([OWN, THERE]),
    st.sampled_from([OWN, THERE, THIRD]),
)
def test_what_is_told_of_a_filter_means_the_same_sent_back(words: list[Direction], place: str, reader: str) -> None:
    kept = feed_filters.kept({"kinds": ["activity"], "direction": words}, place)
    told = feed_filters.told(kept, reader)
    seen = told.pop("seen_from", reader)
    assert feed_filters.kept(told, seen) == kept
    assert told.get("direction", []) == words


# What offices do with it


def test_tasks_come_from_the_side_of_the_events_office(offices: dict[str, Caller], database: Database) -> None:
    """Each office's template for who comes: planned by either side, a visit has the tasks of its own office."""
    template = {
        "kind": "delegation", "title": {"vi": "Đón đoàn"}, "anchor": "arrival", "offset": "-P3D",
        "direction": "incoming",
    }  # fmt: skip
    visit = {
        "title": {"vi": "Đoàn"}, "first_day": "2027-03-10", "last_day": "2027-03-12",
    }  # fmt: skip
    for reader in offices.values():
        reader.made("/task-templates", template)
    for own, other in ((OWN, THERE), (THERE, OWN)):
        coming = offices[own].made("/delegations", visit | {"host": own, "guest": other})
        going = offices[own].made("/delegations", visit | {"host": other, "guest": own})
        for event, count in ((coming, 1), (going, 0)):
            moved = offices[own].post(f"/events/{event['id']}/transitions", {"to": "planned"})
            assert moved.status_code == 200, moved.text
            with database.transaction(write=False) as session:
                assert len(session.exec(select(Task).where(col(Task.event_id) == event["id"])).all()) == count


def test_openings_ask_the_readers_own_diary(offices: dict[str, Caller], database: Database) -> None:
    """Without a host the reader's office is meant: its visits are in the way, and nobody else's."""
    with database.transaction() as session:
        for day in range(1, 29):
            first = date(2027, 6, day)
            factories.make_event(session, host=OWN, guest=THIRD, first_day=first, visibility=Visibility.PUBLIC)
    asked = "/openings?days=2&from=2027-06-01&to=2027-06-28"
    assert offices[OWN].get(asked).json == offices[THERE].get(f"{asked}&host={OWN}").json
    assert offices[THERE].get(asked).json == offices[OWN].get(f"{asked}&host={THERE}").json
    assert offices[OWN].get(asked).json != offices[THERE].get(asked).json


# Days and hours


def test_days_are_those_of_the_readers_clock(
    caller: Callable[..., Caller], database: Database, clock: Clock, signed_in: Callable[..., Browser]
) -> None:
    """At ten in the morning in Hải Dương it is still yesterday in New York."""
    with database.transaction() as session:
        factories.make_locality(session, "new-york", country="US", timezone="America/New_York")
        body = factories.make_organisation(session, locality="new-york")
        public = {"visibility": Visibility.PUBLIC, "guest": None, "kind": EventKind.ACTIVITY}
        day = date(2026, 11, 21)
        last = factories.make_event(session, first_day=day, **public)
        late = factories.make_event(
            session, first_day=day, start_time=time(22), timezone="America/New_York", host="new-york", **public
        )
    here, there = caller(Role.ADMIN), caller(Role.ADMIN, organisation_id=body.id)
    asked = "/events?from=2026-11-21&to=2026-11-21"
    assert [one["id"] for one in here.get(asked).json] == [last.id]
    assert {one["id"] for one in there.get(asked).json} == {last.id, late.id}
    assert there.get("/lunar").json["date"] == "2026-11-21"
    assert here.get("/lunar").json["date"] == "2026-11-22"
    made = there.made("/activities", {
        "title": {"vi": "Họp"}, "host": "new-york", "first_day": "2027-01-05", "last_day": "2027-01-05",
        "activity_type": "meeting",
    })  # fmt: skip
    assert made["timezone"] == "America/New_York"
    browser = signed_in(Role.OFFICER, organisation_id=body.id)
    assert f"/events/{last.id}" in browser.get("/").text
    assert f"/events/{last.id}" not in signed_in(Role.OFFICER).get("/").text


def test_the_offices_own_mails_go_by_the_clock_of_whom_they_go_to(
    caller: Callable[..., Caller], database: Database, settings: Settings
) -> None:
    """A week of two readers: an evening in New York is the next morning in Hải Dương."""
    with database.transaction() as session:
        factories.make_locality(session, "new-york", country="US", timezone="America/New_York")
        body = factories.make_organisation(session, locality="new-york")
        factories.make_event(
            session, first_day=date(2026, 11, 24), start_time=time(20), timezone="America/New_York", host="new-york",
            guest=None, kind=EventKind.ACTIVITY, visibility=Visibility.PUBLIC,
        )  # fmt: skip
        users = [
            factories.make_user(session, Role.OFFICER, locale=Language.EN, organisation_id=one).email
            for one in (None, body.id)
        ]
    due = datetime(2026, 11, 24, 12, tzinfo=UTC)
    writer = OfficeMailWriter(settings.office, settings.secret_key)
    with database.transaction() as session:
        here, there = (writer.write(session, ReminderPurpose.WEEKLY, one, due, due) for one in users)
    assert isinstance(here, OfficeMail)
    assert isinstance(there, OfficeMail)
    assert "08:00" in here.content.text
    assert "20:00" in there.content.text
    assert "08:00" not in there.content.text


def test_holidays_of_the_readers_country_come_first(offices: dict[str, Caller], database: Database,
                                                    signed_in: Callable[..., Browser]) -> None:  # fmt: skip
    for own, first, second in ((OWN, "Viet Nam", "Laos"), (THERE, "Laos", "Viet Nam")):
        with database.transaction() as session:
            user = session.get_one(User, offices[own].user_id)
            user.locale = Language.EN
        browser = signed_in(user=user)
        for page in ("/week?day=2027-01-01", "/calendar?view=day&day=2027-01-01"):
            shown = words(browser.get(page))
            assert 0 < shown.index(f"Day off in {first}") < shown.index(f"Day off in {second}"), (own, page)
