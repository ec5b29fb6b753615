"""Every deed that the trail can hold is decided: it can be undone, or there is a reason why not."""

import re
from pathlib import Path

from sqlmodel import SQLModel

from service.actions.undo import deeds
from service.actions.undo.checks import DERIVED
from service.actions.undo.reversers import REVERSERS
from service.web.labels import DEEDS as EVENT_DEEDS
from tests.service.web.test_administration_pages import deeds_of

mapped = SQLModel._sa_registry


def written() -> set[tuple[str, str]]:
    """The (action, entity) of every ``record`` of the service and its jobs, where both are named."""
    found = {
        (action, entity)
        for path in sorted([*Path("service").rglob("*.py"), *Path("jobs").rglob("*.py")])
        for action, entity in deeds_of(path.read_text())
        if entity is not None
    }
    tables = {one.class_.__name__: str(one.local_table.name) for one in mapped.mappers}
    made = {
        ("create", tables[name])
        for path in sorted(Path("service").rglob("*.py"))
        for name in re.findall(r"crud\.create\([\w.()]+, [\w.()]+, ([A-Z]\w+)\(", path.read_text())
    }
    assert {("create", "saved_view"), ("create", "person")} <= made
    return found | made | set(EVENT_DEEDS)


def test_every_deed_is_decided() -> None:
    undecided = {one for one in written() if deeds.why_not(*one) == deeds.UNDECIDED}
    assert sorted(undecided) == []


def test_a_new_deed_would_be_found() -> None:
    """The negative control."""
    source = 'def pay(session, act, row):\n    record(session, act, "bribe", "event", row.id, {})\n'
    assert deeds_of(source) == {("bribe", "event")}
    assert deeds.why_not("bribe", "event") == deeds.UNDECIDED


def test_no_deed_is_decided_twice() -> None:
    assert not deeds.UNDOABLE.keys() & deeds.REFUSED.keys()
    assert not deeds.FOLLOWS & (deeds.UNDOABLE.keys() | deeds.REFUSED.keys())
    assert set(deeds.UNDOABLE.values()) == REVERSERS.keys() == DERIVED.keys()


def test_what_binds_others_is_never_undoable() -> None:
    never = {"accept", "approve", "reveal", "send", "publish", "purge", "settle", "reverse", "restore", "sign_in"}
    assert not {one for one in deeds.UNDOABLE if one[0] in never}
    entities = {"passport", "particulars", "payment", "event_share", "event_link", "user", "api_token", "feed"}
    assert not {one for one in deeds.UNDOABLE if one[1] in entities}
