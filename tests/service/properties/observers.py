"""What somebody sees of a desk: every GET of the document, every page, their calendars; searched for hidden events."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from werkzeug.test import TestResponse

from models.accounts import User
from service.actions.accounts import accounts
from service.web.administration.pages import AREAS
from tests.service.properties.desk import HERE, STRANGER, THERE, Account, Desk
from tests.service.properties.operations import TABLES, VALUES, Operation, reads
from tests.service.properties.traces import STEM, Leak

PUBLIC_FEEDS = ("/feeds/public.ics", "/feeds/public-lo.ics", "/feeds/public-en.ics", "/feeds/public.ifb")

NEEDED: Mapping[str, str] = {
    "/openings": f"days=1&from=2026-11-25&to=2026-12-31&host={HERE}&guest={THERE}",
    "/lunar": "date=2026-12-02",
    "/holidays": "from=2026-12-01&to=2026-12-31",
    "/anniversaries/{anniversary_id}/occurrences": "from_year=2024&to_year=2030",
}
"""Parameters without which an operation answers nothing."""

LISTS: Sequence[str] = (
    f"q={STEM}", "from=2026-11-01&to=2027-12-31&page_size=500", "page=2&page_size=1", "state=failed", "overdue=true",
    "status=cancelled", "visibility=internal", "known_to=day,month,year&page_size=500",
)  # fmt: skip
"""Filters that lists are asked with; one that a list does not know is refused, which tells nothing either."""

FILES: Sequence[str] = ("format=csv&locale=vi", "format=xlsx&locale=lo")
"""What lists are asked for as files."""

KINDS = frozenset({"/delegations", "/training-batches", "/art-troupe-visits", "/activities"})
"""Lists that are /events of one kind."""

ALWAYS = ("/events", "/events?status=draft&page_size=500", f"/events?q={STEM}", "/tasks", "/reminders", "/conflicts")
"""The lists a look asks at every step, one of them each."""

SETTLED: Sequence[str] = (
    "/events?page_size=500", f"/events?q={STEM}", "/events?status=draft,planned", "/delegations", "/activities",
    "/events?known_to=month,year", "/gifts?page_size=500", "/gifts?format=csv",
    "/tasks?page_size=500", "/reminders?page_size=500", "/organisations?page_size=500", "/people?page_size=500",
    "/agreements?page_size=500", "/reminder-rules", "/resources", "/feeds", "/task-templates", "/users?page_size=500",
    "/audit?page_size=500", "/agreements/{agreement}/commitments", "/anniversaries", "/localities",
    "/anniversaries/{anniversary}/occurrences?from_year=2024&to_year=2030", "/events/{own}/reminders",
    "/events/{own}/history", "/reminder-rules/{rule}/preview", "/tasks?format=csv", "/organisations?format=csv",
    "/agreements/{agreement}/commitments?format=csv",
)  # fmt: skip
"""What must not differ before and after a hidden event changes. Not among them: what a visit that stands in the way
makes busy (bookings, openings, conflicts)."""

_VOLATILE = {"conflicts", "warnings", "overdue", "tied"}


def look(desk: Desk, who: Account | None, number: int) -> None:
    """A short look: hidden events are not there, and one list tells nothing of them."""
    side = who.side if who else "b"
    for secret in desk.hidden_from(side)[number % 2 - 1 :][:1]:
        answer = desk.call(who, "GET", f"/events/{secret.id}")
        if answer.status_code not in {401, 404}:  # an account may have been disabled by its administrator
            raise Leak(f"{who and who.name}: a hidden event answers {answer.status_code}")
    path = ALWAYS[number % len(ALWAYS)]
    answer = desk.call(who, "GET", path)
    desk.check(side, answer, path)


def sweep(desk: Desk, who: Account | None, *, pages: bool = True) -> int:
    """Everything somebody can read; how many answers that were."""
    desk.context.shelf.keep()
    count = 0
    side = who.side if who else "b"
    hidden = desk.hidden_ids(side)
    for operation in reads(desk.app):
        for path in _paths(desk, operation, side, hidden):
            answer = desk.call(who, "GET", path)
            desk.check(side, answer, path)
            _check_hidden(desk, who, hidden, path, answer)
            count += 1
    count += _calendars(desk, side)
    if who is not None and pages:
        count += _pages(desk, who)
    metrics = desk.client.get("/metrics")
    desk.check(side, metrics)
    return count + 1


def _paths(desk: Desk, operation: Operation, side: str, hidden: Sequence[str]) -> Iterator[str]:
    """An operation's addresses: a list with several filters, a thing with the ids of hidden ones and of another."""
    needed = NEEDED.get(operation.path, "")
    files = FILES if "format" in operation.query else ()
    if "{" not in operation.path:
        yield operation.path + (f"?{needed}" if needed else "")
        yield from (f"{operation.path}?{needed}&{one}" for one in files)
        if "page" in operation.query:
            for query in LISTS if operation.path not in KINDS else LISTS[:2]:
                if query.partition("=")[0] in operation.query:
                    yield f"{operation.path}?{query}"
        for name in ("resource_id", "resource", "person", "person_id", "event_id", "entity_id", "commitment_id"):
            if name in operation.query:
                for value in _some(desk, name.replace("entity_id", "event_id"), side, hidden):
                    yield f"{operation.path}?{needed}&{name}={value}"
        return
    names = re.findall(r"{(\w+)}", operation.path)
    if len(names) > 1:
        names = names[:1]
    for value in _some(desk, names[0], side, hidden):
        path = operation.path.replace(f"{{{names[0]}}}", value).replace("{number}", "1").replace("{member_id}", "1")
        path = path.replace("{kind}", "programme").replace("{file_format}", "xlsx")
        yield path + (f"?{needed}" if needed else "")
        yield from (f"{path}?{needed}&{one}" for one in files)


def _some(desk: Desk, name: str, side: str, hidden: Sequence[str]) -> list[str]:
    """Ids of a kind: the latest of what is hidden, and the first and last of the rest."""
    if name in ("week", "year"):
        return [str(one) for one in VALUES[name]]
    if name not in TABLES:
        return ["1"]
    table, key = TABLES[name]
    known = desk.ids(f'"{table}"', key)
    chosen = [one for one in known if one in hidden][-2:] + [one for one in known if one not in hidden][:1] + known[-1:]
    if name == "event_id":
        chosen += [one.id for one in desk.hidden_from(side)[-2:]]
    return [*dict.fromkeys(chosen)]


def _check_hidden(desk: Desk, who: Account | None, hidden: Sequence[str], path: str, answer: TestResponse) -> None:
    """Asked of something hidden, the service answers as of what was never there."""
    for one in hidden:
        if one in path:
            other = desk.call(who, "GET", path.replace(one, STRANGER))
            told, expected = answer.text.replace(one, STRANGER), other.text
            if (answer.status_code, told) != (other.status_code, expected):
                raise Leak(
                    f"{who and who.name}: GET {path} answers {answer.status_code} {told[:300]}, and of what was never"
                    f" there {other.status_code} {expected[:300]}"
                )


def _calendars(desk: Desk, side: str) -> int:
    """The public calendars, and those a side has made, also compressed and from memory."""
    count = 0
    for path in (*PUBLIC_FEEDS, *desk.feeds.get(side, ())):
        for form in (path, path.replace(".ics", ".ifb")):
            for encoding in ("identity", "gzip"):
                answer = desk.client.get(form, headers={"Accept-Encoding": encoding})
                desk.check(side, answer)
                count += 1
    return count


def _pages(desk: Desk, who: Account) -> int:
    """Every page of the console, as somebody of this account sees it signed in."""
    with desk.database.transaction() as session:
        user = session.get(User, who.id)
        if user is None or not user.active:
            return 0
        secret = accounts.open_session(session, user, desk.clock.now)
    client = desk.app.test_client()
    client.set_cookie("__Host-desk", secret, domain="desk.example.org", secure=True)
    count = 0
    for path in _addresses(desk, who.side, desk.hidden_ids(who.side)):
        answer = client.get(path, base_url="https://desk.example.org", headers={"Accept": "text/html"})
        desk.check(who.side, answer, path)
        count += 1
    return count


PAGES: Mapping[str, Sequence[str]] = {
    "/": (f"?q={STEM}", "?status=draft", "?to=2027-12-31"),
    "/search": (f"?q={STEM}",),
    "/history": (f"?q={STEM}", "?locality=vientiane-province"),
    "/calendar": ("?day=2026-12-02", "?view=week&day=2026-12-02", "?view=day&day=2026-12-02", "?view=year"),
    "/week": ("?day=2026-12-02",),
    "/tasks": (f"?q={STEM}", "?past=yes"),
    "/reminders": ("?state=failed", "?past=yes"),
    "/conflicts": ("?from=2026-11-01&to=2027-12-31",),
}
"""Pages that show something else when their address says more."""

_NO_PAGES = ("/static", "/login", "/unsubscribe")


def _addresses(desk: Desk, side: str, hidden: Sequence[str]) -> Iterator[str]:
    """Where the console's pages stand: of every rule that answers GET, of things those that are hidden and another."""
    for rule in desk.app.url_map.iter_rules():
        is_page = rule.endpoint.startswith("pages.") and "GET" in (rule.methods or ())
        if not is_page or rule.rule.startswith(_NO_PAGES):
            continue
        if "<area>" in rule.rule:
            yield from _areas(desk, rule.rule)
        elif not rule.arguments:
            yield from (rule.rule + query for query in ("", *PAGES.get(rule.rule, ())))
        else:
            name = sorted(rule.arguments)[0]
            yield from (rule.rule.replace(f"<{name}>", value) for value in _some(desk, name, side, hidden))


def _areas(desk: Desk, rule: str) -> Iterator[str]:
    """A page that all areas of the administration share, once for each."""
    for name, area in AREAS.items():
        path = rule.replace("<area>", name)
        if "<identity>" not in path:
            yield path
            continue
        table = str(area.model.__tablename__)
        known = desk.ids(f'"{table}"', "code" if table == "locality" else "id")
        yield from (path.replace("<identity>", one) for one in known[-1:])


def settled(desk: Desk, who: Account, path: str) -> Any:
    """What somebody is answered, without what other people's busy hours change: to be compared."""
    ids = {
        "agreement": desk.layout.agreement,
        "anniversary": desk.layout.anniversary,
        "own": desk.layout.events[who.side],
    }
    path = path.format(**ids, rule=desk.layout.rules["officers"])
    answer = desk.call(who, "GET", path)
    if not answer.is_json:
        return answer.status_code, answer.text
    return (
        answer.status_code,
        _without_busy(answer.json),
        answer.headers.get("X-Pagination"),
        json.dumps(answer.headers.get("ETag", "").partition(".")[0]),
    )


def _without_busy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_busy(one) for name, one in value.items() if name not in _VOLATILE}
    if isinstance(value, list):
        return [_without_busy(one) for one in value]
    return value


def calendar_of(desk: Desk, path: str) -> Any:
    """A calendar as its reader gets it, with its validators."""
    answer = desk.client.get(path)
    headers = {name: answer.headers.get(name) for name in ("ETag", "Last-Modified")}
    return answer.status_code, answer.get_data(), headers
