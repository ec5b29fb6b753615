"""The tree of agreements: a memorandum, plan or minutes stand below the paper they were made under.

A paper's parties are those of the one above it, or some of them, under their names of any day: Hải Phòng may sign below
what Hải Dương agreed. Nothing stands below itself, and nothing carries itself on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from models.agreements import Agreement
from models.i18n import N_, message
from service.actions import crud
from service.actions.agreements.agreement_queries import AGREEMENT_ORDER
from service.actions.locality_index import LocalityIndex

_LOCK = 0x7061_7065
_LINKS = {
    "parent_id": (
        N_("An agreement can't stand below itself."),
        N_("“{title}” stands below this agreement; an agreement can't stand below itself."),
    ),
    "predecessor_id": (
        N_("An agreement can't precede itself."),
        N_("“{title}” carries this agreement on; an agreement can't precede itself."),
    ),
}
"""What is said of an agreement that is linked to itself, and of one that would be in a circle."""


def link_errors(session: Session, agreement: Agreement | None, values: Mapping[str, Any]) -> crud.Errors:
    """The errors of the papers that an agreement is to stand below and to carry on, as far as they exist."""
    errors: crud.Errors = {}
    for name, (itself, circle) in _LINKS.items():
        wanted = values.get(name)
        if not wanted or agreement is None:
            continue
        if session.get_bind().dialect.name == "postgresql":
            # Two changes at once could close a circle that neither sees. SQLite has one writer at a time anyway.
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if wanted == agreement.id:
            errors[name] = [message(itself)]
        elif any(one.id == agreement.id for one in _upwards(session, wanted, name)):
            errors[name] = [message(circle, title=session.get_one(Agreement, wanted).title)]
    return errors


def _upwards(session: Session, identity: str, link: str) -> Iterator[Agreement]:
    """An agreement and those it is linked to, one after the other; as far as they exist."""
    seen: set[str] = set()
    wanted: str | None = identity
    while wanted and wanted not in seen and (found := session.get(Agreement, wanted)) is not None:
        seen.add(wanted)
        # Read anew: what was read before the lock may have changed since.
        session.refresh(found, [link])
        yield found
        wanted = getattr(found, link)


def party_errors(session: Session, agreement: Agreement | None, values: Mapping[str, Any]) -> crud.Errors:
    """The errors of parties that don't fit the paper above, or those below."""
    if not {"parties", "parent_id"} & values.keys():
        return {}
    errors: crud.Errors = {}
    parties: Sequence[str] = values.get("parties", agreement.parties if agreement else ())
    parent_id = values.get("parent_id", agreement.parent_id if agreement else None)
    localities = LocalityIndex.load(session)
    parent = session.get(Agreement, parent_id) if parent_id else None
    if parent is not None and (strangers := _strangers(localities, parties, parent.parties)):
        what = N_("“{party}” is no party of “{title}”: {parties}.")
        field = "parent_id" if "parent_id" in values else "parties"
        errors[field] = [
            message(what, party=one, title=parent.title, parties=", ".join(parent.parties)) for one in strangers
        ]
    for child in children_of(session, agreement.id) if agreement and "parties" in values else ():
        if strangers := _strangers(localities, child.parties, parties):
            what = N_("“{party}” is a party of “{title}”, which stands below; change that first.")
            errors.setdefault("parties", []).extend(message(what, party=one, title=child.title) for one in strangers)
    return errors


def _strangers(localities: LocalityIndex, parties: Sequence[str], among: Sequence[str]) -> list[str]:
    """The parties that are none of the others, under any name."""
    known = frozenset[str]().union(*(localities.line(code) for code in among))
    return [code for code in parties if code not in known]


def children_of(session: Session, agreement_id: str) -> Sequence[Agreement]:
    """The papers directly below one, the oldest first."""
    return session.exec(select(Agreement).where(Agreement.parent_id == agreement_id).order_by(*AGREEMENT_ORDER)).all()


def carried_on_by(session: Session, agreement_id: str) -> Sequence[Agreement]:
    """The agreements that carry one on, the oldest first."""
    found = select(Agreement).where(Agreement.predecessor_id == agreement_id)
    return session.exec(found.order_by(*AGREEMENT_ORDER)).all()


@dataclass(frozen=True, slots=True)
class Branch:
    """An agreement in the tree; ``depth`` 0 stands below none of those listed."""

    agreement: Agreement
    depth: int


def in_tree_order(agreements: Sequence[Agreement]) -> list[Branch]:
    """Agreements, each followed by those below it; otherwise in the order given."""
    listed = {one.id for one in agreements}
    below: dict[str | None, list[Agreement]] = {}
    for one in agreements:
        below.setdefault(one.parent_id if one.parent_id in listed else None, []).append(one)
    found: list[Branch] = []
    waiting = [Branch(one, 0) for one in reversed(below.get(None, []))]
    while waiting:
        branch = waiting.pop()
        found.append(branch)
        waiting += [Branch(one, branch.depth + 1) for one in reversed(below.get(branch.agreement.id, []))]
    return found


def ancestors_of(session: Session, agreement: Agreement) -> list[Agreement]:
    """The papers above one, the highest first."""
    found = session.get(Agreement, agreement.parent_id) if agreement.parent_id else None
    above: list[Agreement] = []
    while found is not None and found not in above:
        above.append(found)
        found = session.get(Agreement, found.parent_id) if found.parent_id else None
    return above[::-1]


def below(session: Session, agreement: Agreement) -> list[Branch]:
    """The papers below one, each followed by those below it; one query per level."""
    found: list[Agreement] = []
    level = [agreement.id]
    while level:
        where = select(Agreement).where(col(Agreement.parent_id).in_(level)).order_by(*AGREEMENT_ORDER)
        rows = session.exec(where).all()
        found += rows
        level = [one.id for one in rows]
    return in_tree_order(found)
