"""Reference data: the provinces of both countries, and norms of expenses, apart from the programme.

`desk init` and a first start add what is missing. What has the same code, or in its country the same name, is the
office's and is not touched; nor is anything added that would hang on what is missing here by its code. A norm is added
once: where it was added before, changed and deleted ones too, or where the office has one for the same on one of its
days, nothing is. They are of Vietnamese acts, for offices in Viet Nam.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from calendars.estimates.norms import NormFacts
from models.accounts import SeedEntry
from models.norms import Norm
from models.places import Locality, Organisation
from models.text import fold
from models.vocabulary import GuestClass, NormItem, NormRole, NormUnit
from seed.loader import PROGRAMME, LoadReport, load_files
from seed.reading import read
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.ledger import norms

REFERENCE = Path(__file__).parent / "reference"
_REFERRED = ("successor", "parent")
_NORMS_OF = "VN"
"""The country whose acts the norms are: an office of another one has its own."""


def reference_files() -> list[Path]:
    """The files of reference data, in their order; the localities of the programme come first."""
    return [PROGRAMME / "00-localities.yaml", *sorted(REFERENCE.glob("*.yaml"))]


def add_reference(session: Session, act: ActionContext) -> LoadReport:
    """Add the localities and norms that are missing; nothing that is there changes.

    Raises:
        BadFiles: a file shipped with the service is damaged.
    """
    there = session.exec(select(Locality.code, Locality.country, Locality.name, Locality.aliases)).all()
    codes = {code for code, _country, _name, _aliases in there}
    called = {(country, fold(text)) for _code, country, name, aliases in there for text in (*name.values(), *aliases)}
    here, skipped = set(codes), set(codes)
    for entry in _entries():
        names = {(entry["country"], fold(text)) for text in entry["name"].values()}
        hangs = {entry[name] for name in _REFERRED if entry.get(name)} - here
        if entry["code"] in codes or names & called or hangs:
            skipped.add(entry["code"])
        else:
            here.add(entry["code"])
    countries = {entry["code"]: entry["country"] for entry in _entries()}
    countries |= {code: country for code, country, _name, _aliases in there}
    is_for_norms = countries.get(act.office.locality) == _NORMS_OF
    without = {("localities", code) for code in skipped}
    without |= {("norms", key) for key in _norms_left_out(session, all_of_them=not is_for_norms)}
    every = {("localities", entry["code"]) for entry in _entries()}
    every |= {("norms", entry["key"]) for entry in _entries("norms")}
    if without >= every:
        return LoadReport()
    return load_files(session, act, reference_files(), without=without)


def add_norms(session: Session, act: ActionContext, office: str) -> LoadReport:
    """Add the norms that an office beside the default one lacks, where it is one of their country; its other things it
    enters itself."""
    locality = session.get_one(Locality, office)
    left_out = _norms_left_out(session, all_of_them=locality.country != _NORMS_OF, office=office)
    without = {("localities", entry["code"]) for entry in _entries()} | {("norms", key) for key in left_out}
    return load_files(session, act, reference_files(), without=without, office=office)


def _norms_left_out(session: Session, *, all_of_them: bool, office: str | None = None) -> Iterator[str]:
    """The keys of norms that were added before, or for which the office has one; None: the default one."""
    prefix = f"@{office}/" if office is not None else ""
    keys = session.exec(select(SeedEntry.key).where(SeedEntry.section == "norms"))
    loaded = {key.removeprefix(prefix) for key in keys if key.startswith(prefix)}
    offices = permissions.offices(session)
    whose = office or offices.default
    own = [norms.norm_facts(row) for row in session.exec(select(Norm)) if offices.named(row.office) == whose]
    for entry in _entries("norms"):
        if all_of_them or entry["key"] in loaded or norms.is_doubled(_facts(entry), own):
            yield entry["key"]


def _facts(entry: Mapping[str, Any]) -> NormFacts:
    """What an entry is for, and when."""
    return NormFacts(
        id=entry["key"],
        item=NormItem(entry["item"]),
        unit=NormUnit(entry["unit"]),
        valid_from=date.fromisoformat(entry["valid_from"]),
        valid_to=date.fromisoformat(entry["valid_to"]) if entry.get("valid_to") else None,
        guest_class=GuestClass(entry["guest_class"]) if entry.get("guest_class") else None,
        role=NormRole(entry["role"]) if entry.get("role") else None,
    )


def holds_only_reference(session: Session) -> bool:
    """Whether nobody has entered anything yet: there is no organisation and no locality besides the reference data."""
    if session.exec(select(Organisation.id)).first() is not None:
        return False
    return set(session.exec(select(Locality.code))) <= {entry["code"] for entry in _entries()}


def _entries(section: str = "localities") -> Iterator[Mapping[str, Any]]:
    for path in reference_files():
        top = read(path).top
        yield from top.plain().get(section, ()) if top is not None else ()
