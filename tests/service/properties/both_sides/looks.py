"""What people of both offices see of everything: each GET of the document, each page, their calendars."""

import re
from collections.abc import Iterator

from models.accounts import User
from service.actions.accounts import accounts
from service.web.administration.pages import AREAS
from tests.service.properties.both_sides.table import STEM, Actor, Table
from tests.service.properties.observers import NEEDED
from tests.service.properties.operations import TABLES, VALUES, reads
from tests.service.properties.traces import Leak

LISTS = (f"q={STEM}", "from=2026-11-01&to=2027-12-31&page_size=500", "format=csv&locale=vi", "format=xlsx&locale=lo")
_NO_PAGES = ("/static", "/login", "/unsubscribe", "/link/")
LATEST = 3


def _ids(table: Table, name: str) -> list[str]:
    if name == "event_id":
        return [one.id for one in table.visits.values()]
    if name in VALUES:
        return [str(VALUES[name][0])]
    if name not in TABLES:
        return ["1"]
    return table.ids(*TABLES[name])[-LATEST:]


def addresses(table: Table) -> Iterator[str]:
    """Every GET of the API's document, for both visits and the latest of all that has an id."""
    for operation in reads(table.app):
        needed = NEEDED.get(operation.path, "")
        if "{" not in operation.path:
            yield f"{operation.path}?{needed}"
            for query in LISTS:
                if query.partition("=")[0] in operation.query:
                    yield f"{operation.path}?{needed}&{query}"
            continue
        name = re.findall(r"{(\w+)}", operation.path)[0]
        for value in _ids(table, name):
            path = operation.path.replace(f"{{{name}}}", value).replace("{number}", "1")
            path = path.replace("{kind}", "programme").replace("{file_format}", "docx")
            path = re.sub(r"{\w+}", "1", path)
            yield f"{path}?{needed}"


def pages(table: Table) -> Iterator[str]:
    """Every page of the console, for both visits."""
    for rule in table.app.url_map.iter_rules():
        is_page = rule.endpoint.startswith("pages.") and "GET" in (rule.methods or ())
        if not is_page or rule.rule.startswith(_NO_PAGES):
            continue
        if "<area>" in rule.rule:
            yield from (rule.rule.replace("<area>", one) for one in AREAS if "<identity>" not in rule.rule)
        elif not rule.arguments:
            yield from (rule.rule + query for query in ("", f"?q={STEM}", f"?day={table.day}"))
        else:
            name = sorted(rule.arguments)[0]
            yield from (re.sub(r"<[^>]+>", "1", rule.rule.replace(f"<{name}>", one)) for one in _ids(table, name))


def look(table: Table, who: Actor, number: int) -> None:
    """A short look: each visit is there if it may be read and not else, and what stands below it is searched."""
    facts = table.facts()
    below = ("/notes", "/files", "/tasks", "/programme", "/proposals", "/members", "/share", "/bookings", "/history")
    for visit in table.visits.values():
        told = table.call(who, "GET", f"/events/{visit.id}")
        expected = 401 if who.side in table.ended else 200 if table.reads(facts, who, visit) else 404
        if told.status_code != expected:
            raise Leak(f"{who.name}: {visit.key} answers {told.status_code}, by the definition {expected}")
        for step in range(2):
            table.call(who, "GET", f"/events/{visit.id}{below[(2 * number + step) % len(below)]}")
    lists = ("/events", f"/events?q={STEM}", "/tasks", "/reminders", "/conflicts", "/people", "/gifts", "/audit")
    table.call(who, "GET", lists[number % len(lists)])
    feed = table.feeds.get(who.name)
    if feed is not None:
        for path in (feed, feed.replace(".ics", ".ifb")):
            table.check(who, table.client.get(path), path)


def sweep(table: Table, who: Actor, *, with_pages: bool) -> int:
    """Everything somebody can read; how many answers that were."""
    number = 0
    for path in addresses(table):
        table.call(who, "GET", path)
        number += 1
    if not with_pages or who.side in table.ended:
        return number
    with table.database.transaction() as session:
        secret = accounts.open_session(session, session.get_one(User, who.id), table.clock.now)
    client = table.app.test_client()
    client.set_cookie("__Host-desk", secret, domain="desk.example.org", secure=True)
    for path in pages(table):
        told = client.get(path, base_url="https://desk.example.org", headers={"Accept": "text/html"})
        table.check(who, told, f"page {path}")
        number += 1
    return number
