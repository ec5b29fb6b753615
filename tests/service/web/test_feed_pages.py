"""One's calendars, as people meet them: what the form takes, the links for each program, readers, findings."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlmodel import select, update
from werkzeug.test import TestResponse

from models.agreements import Agreement
from models.database import Database
from models.feeds import Feed, FeedReader
from models.places import Locality
from models.vocabulary import FeedClient, Language, Role
from service.actions.context import ActionContext
from service.actions.feeds.cache import render_feed
from service.http.app_context import AppContext
from service.settings import Settings
from tests import factories
from tests.at_once import at_once
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, browser, count_queries, signed_in, told, untranslated, words

__all__ = ["browser", "signed_in"]  # fixtures

SignedIn = Callable[..., Browser]
NEW = {"do": "create", "name": "Lịch", "locale": "vi", "visits": "yes", "programme": "yes"}


def the_feed(database: Database) -> Feed:
    with database.transaction(write=False) as session:
        return session.exec(select(Feed)).one()


def is_ticked(page: TestResponse, name: str, value: str = "yes") -> list[bool]:
    """Whether a box is ticked, in each form of the page."""
    boxes = re.findall(
        rf'<input type="checkbox"(?: id="[^"]*")? name="{name}" value="{value}"( checked)?[^>]*>', page.text
    )
    assert boxes
    return [bool(box) for box in boxes]


@pytest.fixture
def agreement(database: Database, app: Flask) -> str:
    with database.transaction() as session:
        found = Agreement(
            title={"vi": "Thỏa thuận 2024–2028"}, starts_on=date(2024, 1, 1), ends_on=date(2028, 12, 31),
            signed_on=date(2024, 9, 18),
        )  # fmt: skip
        found.parties = ["hai-duong", "vientiane-province"]
        session.add(found)
        session.flush()
        return found.id


@pytest.mark.both_databases("filters of feeds: a JSON column")
def test_new_calendar_begins_with_visits_and_programme(signed_in: SignedIn) -> None:
    page = signed_in().get("/feeds")
    shown = {name: is_ticked(page, name) for name in ("visits", "programme", "tasks", "lunar", "alarms")}
    assert shown == {"visits": [True], "programme": [True], "tasks": [False], "lunar": [False], "alarms": [False]}
    assert 'name="past_days" type="number" min="0" max="36500" inputmode="numeric" value="365"' in page.text


@pytest.mark.both_databases("filters of feeds: a JSON column")
def test_form_makes_what_was_ticked(signed_in: SignedIn, database: Database, agreement: str) -> None:
    reader = signed_in(Role.VIEWER)
    wish = {
        "do": "create", "name": "Việc", "locale": "lo", "tasks": "yes", "lunar": "yes", "past_days": "30",
        "expires_on": "2027-01-31", "kinds": ["delegation", "activity"], "direction": ["incoming"],
        "localities": ["vientiane-province"], "agreements": [agreement],
    }  # fmt: skip
    assert reader.send("/feeds", **wish).status_code == 200
    feed = the_feed(database)
    assert (feed.visits, feed.programme, feed.tasks, feed.lunar, feed.alarms) == (False, False, True, True, False)
    assert (feed.locale, feed.past_days, feed.expires_on) == (Language.LO, 30, date(2027, 1, 31))
    assert feed.filter == {
        "kinds": ["delegation", "activity"],
        "ways": ["incoming:hai-duong"],
        "localities": ["vientiane-province"],
        "agreements": [agreement],
    }
    page = reader.get("/feeds")
    # The form of this calendar shows it as it is, the one for another begins anew.
    assert is_ticked(page, "tasks") == [True, False]
    assert is_ticked(page, "visits") == [False, True]
    assert is_ticked(page, "localities", "vientiane-province") == [True, False]
    assert is_ticked(page, "agreements", agreement) == [True, False]


@pytest.mark.parametrize("text", ["-1", "36501", "x", "3.5", "٣", "9" * 30])
def test_days_that_are_no_number_are_refused_beside_the_field(
    signed_in: SignedIn, database: Database, text: str
) -> None:
    refused = signed_in().send("/feeds", **NEW | {"past_days": text})
    assert refused.status_code == 422
    assert re.search(rf'name="past_days" [^>]*value="{text}" aria-invalid="true"', refused.text)
    with database.transaction(write=False) as session:
        assert session.exec(select(Feed)).all() == []


def test_links_carry_the_address_and_nothing_of_the_name_leaks(signed_in: SignedIn) -> None:
    made = signed_in().send("/feeds", **NEW | {"name": 'A&b="c" d'})
    address = re.findall(r"https://desk\.example\.org/feeds/desk_[\w-]+\.ics", made.text)[0]
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(https://[^"]+)" target="_blank"', made.text)]
    google, outlook = (urlsplit(link) for link in links)
    assert (google.netloc, parse_qs(google.query)) == (
        "calendar.google.com",
        {"cid": [address.replace("https:", "webcal:")]},
    )
    assert (outlook.netloc, parse_qs(outlook.query)) == (
        "outlook.office.com",
        {"url": [address], "name": ['A&b="c" d']},
    )
    assert made.text.count('rel="noopener noreferrer"') == 2


def address_shown(page: TestResponse) -> str:
    return re.findall(r"https?://[^\s<\"]+/feeds/[\w-]+\.ics", page.text)[0]


def tokens(page: TestResponse) -> list[str]:
    return re.findall(r'name="token" value="([^"]+)"', page.text)


@pytest.mark.both_databases("a feed's row is locked")
def test_a_page_loaded_anew_shows_the_same_address(signed_in: SignedIn, database: Database) -> None:
    reader = signed_in()
    opened = tokens(reader.get("/feeds"))[-1]
    first = reader.send("/feeds", **NEW, token=opened)
    made = the_feed(database)
    again = reader.send("/feeds", **NEW, token=opened)
    assert address_shown(again) == address_shown(first)
    assert the_feed(database).token_hash == made.token_hash
    renewing = tokens(again)[0]
    assert opened not in tokens(again)
    renewed = reader.send("/feeds", do="renew", feed=made.id, token=renewing)
    assert address_shown(renewed) != address_shown(first)
    kept = the_feed(database).token_hash
    assert address_shown(reader.send("/feeds", do="renew", feed=made.id, token=renewing)) == address_shown(renewed)
    assert the_feed(database).token_hash == kept != made.token_hash
    # The first address is dead: nobody is shown it, and no calendar is made in its place.
    assert reader.send("/feeds", **NEW, token=opened).headers["Location"] == "/feeds"
    assert the_feed(database).token_hash == kept
    # Another opened form, another calendar.
    reader.send("/feeds", **NEW, token=tokens(renewed)[-1])
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Feed)).all()) == 2


@pytest.mark.parametrize(("has_token", "made"), [(True, 1), (False, 4)])
def test_a_button_pressed_four_times_at_once_makes_one_calendar(
    signed_in: SignedIn, database: Database, has_token: bool, made: int
) -> None:
    """Without the token of the form each makes its own: the control."""
    with database.transaction() as session:
        user = factories.make_user(session)
    readers = [signed_in(user=user) for _ in range(4)]
    opened = {"token": tokens(readers[0].get("/feeds"))[-1]} if has_token else {}
    forms = [NEW | opened | {"csrf": reader.csrf("/feeds")} for reader in readers]
    answers = at_once([partial(reader.post, "/feeds", form) for reader, form in zip(readers, forms, strict=True)])
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({address_shown(answer) for answer in answers}) == made
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Feed)).all()) == made


def test_a_refused_calendar_can_be_made_with_the_same_form(signed_in: SignedIn, database: Database) -> None:
    reader = signed_in()
    opened = tokens(reader.get("/feeds"))[-1]
    assert reader.send("/feeds", **NEW | {"name": ""}, token=opened).status_code == 422
    assert address_shown(reader.send("/feeds", **NEW, token=opened))
    assert the_feed(database).name == "Lịch"


@pytest.mark.both_databases("filters of feeds: a JSON column")
def test_calendar_is_changed_in_place(signed_in: SignedIn, database: Database) -> None:
    owner, other = signed_in(locale=Language.EN), signed_in(Role.ADMIN)
    owner.send("/feeds", **NEW | {"kinds": ["activity"]})
    with database.transaction() as session:
        session.execute(update(Feed).values(filter={"kinds": ["activity"], "visibility": ["public"]}))
    feed = the_feed(database)
    wish = NEW | {"do": "change", "feed": feed.id, "name": "Other", "past_days": "10", "direction": ["outgoing"]}
    assert other.send("/feeds", **wish).status_code == 404
    answer = owner.send("/feeds", **wish)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/feeds?done=change")
    assert "The calendar was changed." in words(owner.get("/feeds?done=change"))
    changed = the_feed(database)
    assert (changed.name, changed.past_days, changed.token_hash) == ("Other", 10, feed.token_hash)
    # What was chosen over the API and stands not in the form stays.
    assert changed.filter == {"visibility": ["public"], "ways": ["outgoing:hai-duong"]}


def test_refused_change_stands_in_its_own_form_again(signed_in: SignedIn, database: Database) -> None:
    owner = signed_in(locale=Language.EN)
    owner.send("/feeds", **NEW)
    feed = the_feed(database)
    refused = owner.send("/feeds", do="change", feed=feed.id, name="Typed", locale="vi", expires_on="2020-01-01")
    assert refused.status_code == 422
    assert "it is the last day on which the feed works" in words(refused)
    assert re.search(r'id="\w+-expires_on" name="expires_on" type="date" value="2020-01-01" aria-invalid', refused.text)
    assert 'id="name" name="name" maxlength="200" required value=""' in refused.text
    assert is_ticked(refused, "visits") == [False, True]
    assert the_feed(database).name == "Lịch"


@pytest.fixture
def read_feed(signed_in: SignedIn, database: Database, settings: Settings, clock: Clock) -> Callable[..., Browser]:
    """Make somebody with a calendar that Google and Apple read, one of them up to date, the other given."""

    def make(language: Language, *, is_current: bool) -> Browser:
        reader = signed_in(locale=language)
        assert reader.send("/feeds", **NEW | {"locale": language.value}).status_code == 200
        feed = the_feed(database)
        with database.transaction() as session:
            factories.make_event(session, title={"vi": "Đoàn", "lo": "ຄະນະ"}, updated_at=clock.now - timedelta(days=9))
            session.execute(update(Locality).values(updated_at=clock.now - timedelta(days=9)))
            session.execute(update(Feed).values(updated_at=clock.now - timedelta(days=9)))
        with database.transaction() as session:
            etag = render_feed(
                session, ActionContext(None, clock.now, settings.office), session.get_one(Feed, feed.id)
            ).etag
            for client, kept in ((FeedClient.GOOGLE, etag if is_current else "old"), (FeedClient.APPLE, etag)):
                at = clock.now - timedelta(days=5)
                session.add(FeedReader(feed_id=feed.id, client=client, first_at=at, last_at=at, etag=kept))
        return reader

    return make


def test_page_tells_who_reads_and_that_all_is_well(read_feed: Callable[..., Browser]) -> None:
    text = words(read_feed(Language.EN, is_current=True).get("/feeds"))
    assert "Who reads it Google Calendar read last on" in text
    assert text.count("has the present state") == 2
    assert "not since the last change" not in text
    assert "All is well with it." in text
    assert "What the examination found" not in text


def test_page_tells_who_is_behind_and_what_to_do(read_feed: Callable[..., Browser]) -> None:
    text = words(read_feed(Language.EN, is_current=False).get("/feeds"))
    assert text.count("has the present state") == 1
    assert text.count("not since the last change") == 1
    assert "Warning: Google Calendar has not read it for 5 days, and shows an old state. Look whether" in text
    assert "All is well with it." not in text


@pytest.mark.parametrize("language", [Language.VI, Language.LO])
def test_page_speaks_the_readers_language(
    read_feed: Callable[..., Browser], database: Database, language: Language
) -> None:
    reader = read_feed(language, is_current=False)
    with database.transaction() as session:
        session.execute(update(Feed).values(alarms=True, expires_on=date(2026, 11, 30), filter={"kinds": ["activity"]}))
    for page in (reader.get("/feeds"), reader.get("/feeds?done=change")):
        assert untranslated(words(page)) == []
    assert told("What the examination found", language) in words(page)


def test_page_asks_as_often_for_many_readers_as_for_few(signed_in: SignedIn, database: Database, clock: Clock) -> None:
    reader = signed_in()
    reader.send("/feeds", **NEW)
    counted = []
    for client in (FeedClient.GOOGLE, FeedClient.APPLE, FeedClient.OTHER):
        with database.transaction() as session:
            feed = session.exec(select(Feed)).one()
            values = {"first_at": clock.now, "last_at": clock.now, "etag": "x"}
            session.add(FeedReader(feed_id=feed.id, client=client, **values))
            factories.make_event(session)
        counted.append(count_queries(database, lambda: reader.get("/feeds")))
    assert len(set(counted)) == 1, counted


def test_public_calendar_is_named_where_there_is_one(
    signed_in: SignedIn, app: Flask, settings: Settings, database: Database, clock: Clock
) -> None:
    reader = signed_in()
    assert 'href="https://desk.example.org/feeds/public.ics"' in reader.get("/feeds").text
    app.extensions["desk"] = AppContext(replace(settings, public_feed=False), database, clock)
    assert "/feeds/public.ics" not in reader.get("/feeds").text
