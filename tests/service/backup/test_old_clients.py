"""Programs written for version 0.1 read what they did: answers differ by new keys, and by what is told in sentences."""

import copy
import json
import lzma
import re
from collections.abc import Iterator
from typing import Any

import pytest

from models.database import Database
from models.migrate import upgrade
from service.http.app_context import AppContext
from tests import office_0_1
from tests.office_0_1 import DATA, EXPECTED, INSTANT
from tests.service.backup.test_upgrade import Console, built_app, settings_for

Answers = dict[str, list[Any]]

SENTENCES = frozenset({"conflicts", "detail", "reasons"})
"""What is said of an event or a commitment today: warnings and reasons, which each version finds and words anew."""

MARKS = (" (dự thảo)", " (ຮ່າງ)", " (draft)")
"""The end of titles that the seed gave to drafts."""


def recorded() -> Answers:
    """Path → status and answer of version 0.1."""
    found: dict[str, Answers] = json.loads(lzma.decompress((DATA / "api_answers.json.xz").read_bytes()))
    return found["root"]


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Where an old answer is not contained in a new one; rows of lists are found by what names them."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            if key in SENTENCES:
                continue
            if key not in new:
                yield f"{path}.{key} is gone"
            else:
                yield from differences(value, new[key], f"{path}.{key}")
    elif isinstance(old, list) and isinstance(new, list):
        was, now = ({_name(row, number): row for number, row in enumerate(rows)} for rows in (old, new))
        if was.keys() != now.keys():
            yield f"{path}: {len(was)} rows, now {len(now)}"
        for name in was.keys() & now.keys():
            yield from differences(was[name], now[name], f"{path}[{name}]")
    elif old != new and not (isinstance(old, str) and old in {f"{new}{mark}" for mark in MARKS}):
        yield f"{path} was {old!r}, is {new!r}"


def _name(row: Any, number: int) -> Any:
    return (row.get("id") or row.get("code") or number) if isinstance(row, dict) else number


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """The same requests, answered by this version after its migrations."""
    folder = tmp_path_factory.mktemp("old_clients")
    url = office_0_1.open_sqlite(folder / "desk.sqlite")
    upgrade(url, locality=office_0_1.LOCALITY)
    app, database = built_app(), Database(url)
    app.extensions["desk"] = AppContext(settings_for(url, folder), database, lambda: INSTANT)
    console, token = Console(app, database), EXPECTED["accounts"]["root"]["token"]
    found: Answers = {}
    for path in recorded():
        answer = console.call(token, "GET", path)
        found[path] = [answer.status_code, answer.json if answer.status_code == 200 else None]
    database.dispose()
    return found


def test_old_answers_are_contained_in_new_ones(now: Answers) -> None:
    old = recorded()
    assert len(old) > 150
    found = [
        f"{path}{one}"
        for path, (status, body) in old.items()
        if not path.startswith("/conflicts?")  # warnings only
        for one in (differences(body, now[path][1]) if now[path][0] == status else [f" {status}, now {now[path][0]}"])
    ]
    # Budgets were told as money; they are planned amounts, and nothing was paid.
    found = [one for one in found if not re.search(r"\.reciprocity\[\d+\]\.money: \d+ rows, now 0$", one)]
    assert found == [], found


def test_new_keys_are_there(now: Answers) -> None:
    """The control: the answers are this version's, not the old ones read once more."""
    event = next(body for path, (_status, body) in now.items() if re.fullmatch("/events/[0-9a-z]{26}", path))
    assert {"known_to", "in_charge_id"} <= event.keys()
    assert {"known_to", "in_charge_id"}.isdisjoint(next(iter(recorded()["/events?page_size=500"][1])))


@pytest.mark.parametrize("harm", ["a key", "a value", "a row", "a status"])
def test_what_would_break_an_old_client_is_noticed(now: Answers, harm: str) -> None:
    old, path = recorded(), "/people?page_size=500"
    changed = copy.deepcopy(now[path])
    match harm:
        case "a key":
            del changed[1][0]["position"]
        case "a value":
            changed[1][0]["precedence"] += 1
        case "a row":
            changed[1].pop()
        case _:
            changed = [404, None]
    assert changed[0] != old[path][0] or list(differences(old[path][1], changed[1])) != []
    assert list(differences(old[path][1], now[path][1])) == []
