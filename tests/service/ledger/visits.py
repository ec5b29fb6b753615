"""A visit with norms: that of the worked example, and its accounts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.database import Database
from models.events import Event
from models.norms import Norm
from models.vocabulary import Currency, GuestClass, MemberRole, NormItem, NormRole, NormUnit, Role, Side
from tests import factories
from tests.service.conftest import Caller

ACT = "Thông tư 35/2026/TT-BTC"
NORMS: tuple[tuple[NormItem, NormUnit, NormRole | None, int], ...] = (
    (NormItem.LODGING, NormUnit.PERSON_NIGHT, NormRole.HEAD, 7_700_000),
    (NormItem.LODGING, NormUnit.PERSON_NIGHT, NormRole.DEPUTY, 7_700_000),
    (NormItem.LODGING, NormUnit.PERSON_NIGHT, NormRole.MEMBER, 4_800_000),
    (NormItem.MEALS, NormUnit.PERSON_DAY, None, 2_000_000),
    (NormItem.BANQUET, NormUnit.PERSON, None, 2_000_000),
    (NormItem.SESSION, NormUnit.PERSON_HALF_DAY, None, 160_000),
    (NormItem.FLOWERS, NormUnit.PIECE, NormRole.HEAD, 1_000_000),
    (NormItem.GIFT, NormUnit.PIECE, NormRole.HEAD, 1_800_000),
)
"""Those of class B that the worked example needs."""

INPUTS: dict[str, Any] = {
    "banquet": {"hosts": 10},
    "sessions": [{"half_days": 1, "hosts": 10}, {"half_days": 1, "hosts": 10}],
    "interpreting": [{"hours": "12"}],
    "flowers": 1,
    "gifts": {"heads": 1},
}
PLAN: dict[str, Any] = {
    "guest_class": "B",
    "class_decided_by": "Chủ tịch UBND, 12/TB-UBND",
    "inputs": INPUTS,
}
CARS: dict[str, Any] = {
    "item": "car",
    "unit": "total",
    "description": {"vi": "Thuê xe 16 chỗ", "en": "Bus"},
    "planned": {"amount": "12000000", "currency": "VND"},
}
WORKED_EXAMPLE = 289_600_000


def dong(amount: int) -> dict[str, str]:
    return {"amount": str(amount), "currency": "VND"}


def add_norms(database: Database, **values: Any) -> None:
    with database.transaction() as session:
        rows: list[tuple[NormItem, NormUnit, NormRole | None, int, GuestClass | None]] = [
            (*row, GuestClass.B) for row in NORMS
        ]
        rows.append((NormItem.INTERPRETING, NormUnit.HOUR, None, 750_000, None))
        for item, unit, role, amount, guest_class in rows:
            session.add(
                Norm(
                    **{
                        "act": ACT,
                        "valid_from": date(2026, 5, 18),
                        "guest_class": guest_class,
                        "item": item,
                        "unit": unit,
                        "role": role,
                        "amount": amount,
                        "currency": Currency.VND,
                        "verified": True,
                    }
                    | values
                )
            )


def add_visit(database: Database, **values: Any) -> str:
    """The visit of the worked example: 1 head, 1 deputy, 8 members; 4 days, 3 nights. Its id."""
    with database.transaction() as session:
        days = {"first_day": date(2027, 3, 10), "last_day": date(2027, 3, 13)}
        event = factories.make_event(session, **days | values)
        for role, count in ((MemberRole.HEAD, 1), (MemberRole.DEPUTY, 1), (MemberRole.MEMBER, 8)):
            for _number in range(count):
                factories.make_member(session, event, role=role, side=Side.GUEST)
        return event.id


@dataclass
class Desk:
    """A visit, an officer who writes its estimate, and an approver who reads it."""

    event_id: str
    officer: Caller
    approver: Caller
    database: Database

    def over(self) -> None:
        """Let the visit's days lie in the past, as many of them as before."""
        with self.database.transaction() as session:
            event = session.get_one(Event, self.event_id)
            days = event.last_day - date(2026, 10, 30)
            for name in ("first_day", "last_day", "arrives_on", "departs_on"):
                setattr(event, name, None if getattr(event, name) is None else getattr(event, name) - days)

    @property
    def path(self) -> str:
        return f"/events/{self.event_id}/estimate"

    def read(self, who: Caller | None = None) -> dict[str, Any]:
        answer = (who or self.officer).get(self.path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json
        return found

    def put(self, body: Any, who: Caller | None = None) -> Any:
        who = who or self.officer
        return who.call("PUT", self.path, body, If_Match=who.etag(self.path))

    def write(self, body: Any, who: Caller | None = None) -> dict[str, Any]:
        answer = self.put(body, who)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json
        return found

    def step(self, name: str, who: Caller | None = None, **body: Any) -> Any:
        default = self.approver if name in {"approve", "return", "reverse"} else self.officer
        return (who or default).post(f"{self.path}/{name}", body or None)

    def done(self, name: str, who: Caller | None = None, **body: Any) -> dict[str, Any]:
        answer = self.step(name, who, **body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json
        return found

    def approved(self, body: Any) -> dict[str, Any]:
        """Write an estimate, submit it and approve it."""
        self.write(body)
        self.done("submit")
        return self.done("approve")

    def pay(self, line: dict[str, Any], amount: int, who: Caller | None = None, **values: Any) -> Any:
        body = {"line_id": line["id"], "amount": dong(amount), "paid_on": "2026-11-01", "voucher": "PC-01"}
        return self.pay_as(body | values, who)

    def pay_as(self, body: dict[str, Any], who: Caller | None = None) -> Any:
        return (who or self.officer).post(f"/events/{self.event_id}/payments", body)

    def budget(self, who: Caller | None = None) -> Any:
        return (who or self.officer).get(f"/events/{self.event_id}").json["budget"]


def make_desk(caller: Callable[..., Caller], database: Database, **values: Any) -> Desk:
    add_norms(database)
    return Desk(add_visit(database, **values), caller(Role.OFFICER), caller(Role.APPROVER), database)


def line(estimate: dict[str, Any], rule: str) -> dict[str, Any]:
    """The line that a rule computed."""
    found: dict[str, Any] = next(one for one in estimate["lines"] if one["rule"] == rule)
    return found


def entered(estimate: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in estimate["lines"] if one["rule"] is None]
