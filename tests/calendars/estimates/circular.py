"""The norms that ship with the service, as plain values, and short ways to make a visit."""

from datetime import date, timedelta
from typing import Any

import yaml

from calendars.estimates.inputs import VisitFigures
from calendars.estimates.norms import NormFacts
from models.vocabulary import Currency, Direction, GuestClass, NormItem, NormRole, NormUnit
from tests.paths import ROOT

SHIPPED = ROOT / "seed" / "reference" / "10-norms-35-2026.yaml"
ARRIVAL = date(2026, 6, 15)


def shipped_norms() -> tuple[NormFacts, ...]:
    """Every norm of the shipped file; its key is the id."""
    entries = yaml.safe_load(SHIPPED.read_text())["norms"]
    return tuple(_norm(entry) for entry in entries)


def _norm(entry: dict[str, Any]) -> NormFacts:
    amount = entry["amount"]
    return NormFacts(
        id=entry["key"].removeprefix("circular-35-2026-"),
        item=NormItem(entry["item"]),
        unit=NormUnit(entry["unit"]),
        valid_from=entry["valid_from"],
        guest_class=GuestClass(entry["guest_class"]) if "guest_class" in entry else None,
        role=NormRole(entry["role"]) if "role" in entry else None,
        amount=None if amount is None else Currency(amount["currency"]).units(amount["amount"]),
        act=entry["act"],
        article=entry["article"],
        verified=entry["verified"],
    )


def visit(
    heads: int = 1,
    deputies: int = 0,
    members: int = 0,
    *,
    nights: int = 3,
    arrives_on: date = ARRIVAL,
    direction: Direction = Direction.INCOMING,
) -> VisitFigures:
    """So many guests for so many nights."""
    return VisitFigures(direction, arrives_on, arrives_on + timedelta(days=nights), heads, deputies, members)
