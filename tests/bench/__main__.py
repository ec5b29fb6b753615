"""``make bench``: measure, print the table, and keep it in docs/benchmarks.md.

``python -m tests.bench feeds`` measures feeds over HTTP only, ``… pages`` the console's pages (on SQLite, or with
``… pages postgresql``), ``… crowd [postgresql]`` what others notice of many at once, ``… lists [postgresql]`` lists as
files; none keeps anything.
"""

import json
import logging
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select, text
from sqlmodel import Session

from calendars.ical.vevent import EventFacts, render_event
from models.accounts import User
from models.clock import utcnow
from models.events import Event
from models.feeds import Feed
from models.places import Locality
from models.vocabulary import EventStatus, Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.actions.feeds import feeds
from service.actions.feeds.cache import FeedCache, RenderedFeed, render_feed
from service.actions.feeds.store import snapshot
from service.app import create_app
from tests import factories
from tests.bench import crowd, growth, lists, occupancy, pages, sending
from tests.bench import feeds as feeds_over_http
from tests.bench.measure import Result, bench_database, pair, table

TITLE = {
    "vi": "Đợt bồi dưỡng nghiệp vụ tổ chức xây dựng Đảng cho cán bộ tỉnh Viêng Chăn",
    "lo": "ຊຸດຝຶກອົບຮົມວຽກງານຈັດຕັ້ງກໍ່ສ້າງພັກ",
    "en": "Training batch in party building for cadres of Vientiane Province",
}

HOSTS = 60
"""As many provinces receive the visits; at one host every one of them would overlap dozens."""


def fill(session: Session, count: int) -> User:
    """An account and ``count`` planned events over ten years."""
    user: User = factories.make_user(session, Role.OFFICER)
    for number in range(count):
        day = date(2026, 12, 1) + timedelta(days=number % 3650)
        factories.make_event(
            session,
            title=TITLE,
            description=TITLE,
            location=TITLE,
            host=f"host-{number % HOSTS}",
            first_day=day,
            last_day=day + timedelta(days=11),
            status=EventStatus.PLANNED,
            created_by=user.id,
        )
    return user


def feed(folder: Path, count: int) -> Result:
    """A feed joined from kept bytes against every event rendered anew with icalendar."""
    with bench_database(folder, f"feed{count}") as (database, settings):
        with database.transaction() as session:
            user = fill(session, count)
            act = ActionContext(user, utcnow(), settings.office)
            issued = feeds.create_feed(session, act, {"name": "all", "past_days": 36_500, "programme": False})
        FeedCache(database).read("all", act, lambda session, act: session.get_one(Feed, issued.feed.id))

        def read() -> RenderedFeed:
            with snapshot(database) as session:
                return render_feed(session, act, session.get_one(Feed, issued.feed.id))

        with snapshot(database) as session:
            localities = {place.code: place for place in session.scalars(select(Locality))}
            facts = [
                EventFacts.of(
                    event, localities=localities, organisation=None, revision=None, url=act.office.event_url(event.id)
                )
                for event in session.scalars(select(Event))
            ]

        def anew() -> None:
            for fact in facts:
                render_event(fact, "vi")

        mine, theirs = pair(read, anew, count, count)
    return Result(
        f"a feed of {count:,} events, per event", mine, "icalendar, all anew", theirs, "≥ 100 ×", theirs / mine >= 100
    )


def listing(folder: Path) -> Result:
    """A page of 50 events over the API against the bare rows as JSON."""
    with bench_database(folder, "list") as (database, settings):
        with database.transaction() as session:
            user = fill(session, 10_000)
            secret = accounts.issue_token(session, ActionContext(user, utcnow(), settings.office), user, "bench").secret
        app: Flask = create_app(settings, database)
        client = app.test_client()

        def ours() -> None:
            for _ in range(10):
                answer = client.get(
                    "/api/v1/events?from=2027-03-01&to=2027-03-31&page_size=50",
                    headers={"Authorization": f"Bearer {secret}"},
                )
                if answer.status_code != 200:
                    raise RuntimeError(answer.text)

        statement = text(
            "SELECT * FROM event WHERE first_day <= '2027-03-31' AND last_day >= '2027-03-01'"
            " ORDER BY first_day, id LIMIT 50"
        )

        def bare() -> None:
            for _ in range(10):
                with database.engine.connect() as connection:
                    rows: list[Any] = [dict(row) for row in connection.execute(statement).mappings()]
                json.dumps(rows, default=str)

        mine, limit = pair(ours, bare, 10, 10)
    return Result(
        "a page of 50 among 10,000 events over the API",
        mine,
        "bare rows as JSON (limit)",
        limit,
        "≤ 20 ms",
        mine <= 0.02,
    )


def main() -> None:
    """Measure everything and write the table, or one part and print it."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if sys.argv[1:] == ["feeds"]:
            print(feeds_over_http.measure(folder))
            return
        if sys.argv[1:] in (["pages"], ["pages", "postgresql"]):
            timed = pages.measure(folder, postgresql=len(sys.argv) > 2)
            print(pages.table(timed), pages.summary(timed), sep="\n\n")
            return
        if sys.argv[1:] in (["lists"], ["lists", "postgresql"]):
            print(lists.table(lists.measure(folder, postgresql=len(sys.argv) > 2)))
            return
        if sys.argv[1:2] == ["crowd"]:
            parts = [one for one in sys.argv[2:] if one != "postgresql"]
            print(crowd.table(crowd.measure(folder, postgresql="postgresql" in sys.argv, parts=parts)))
            return
        if sys.argv[1:]:
            sys.exit("python -m tests.bench [feeds | pages [postgresql] | crowd [postgresql] [PART…]]")
        results = [
            feed(folder, 1000),
            feed(folder, 10_000),
            *sending.measure(folder),
            listing(folder),
        ]
        grown = growth.table(growth.measure(folder))
        booked = occupancy.table(occupancy.measure(folder))
        subscribed = feeds_over_http.measure(folder)
        on_sqlite, on_postgresql = (pages.measure(folder, postgresql=one) for one in (False, True))
    found = "\n\n".join(
        (
            table(results),
            "Feeds over HTTP, while another process changes events in them:",
            str(subscribed),
            "Pages of the console with 10,000 events in the store, median time of the server and size:",
            pages.table(on_sqlite),
            f"SQLite: {pages.summary(on_sqlite)} PostgreSQL: {pages.summary(on_postgresql)}",
            "How answers grow with the events in the store:",
            grown,
            "How the search for overlapping bookings grows with the bookings, at the driver:",
            booked,
        )
    )
    print(found)
    Path("docs/benchmarks.md").write_text(
        "# Benchmarks\n\nWritten by `make bench`: medians of five, both sides in turn in one run, on SQLite. A ratio"
        f" says how many times faster ours is than the peer.\n\n{found}\n"
    )


if __name__ == "__main__":
    main()
