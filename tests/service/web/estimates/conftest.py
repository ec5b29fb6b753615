"""A visit of class B with its people, an officer who writes its estimate, an approver, the norms of the circular."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlmodel import Session
from werkzeug.test import TestResponse

from models.accounts import User
from models.database import Database
from models.norms import Norm
from models.vocabulary import EventStatus, Language, MemberRole, Role, Side
from tests import factories
from tests.calendars.estimates.circular import shipped_norms
from tests.service.web.test_pages import Browser, signed_in
from tests.service.web.test_placement_pages import fields as controls

__all__ = ["signed_in"]

SignedIn = Callable[..., Browser]
FIRST, LAST = date(2026, 12, 7), date(2026, 12, 10)


def add_norms(session: Session) -> None:
    """The norms that ship with the service."""
    for one in shipped_norms():
        session.add(
            Norm(
                act=one.act, article=one.article, valid_from=one.valid_from, guest_class=one.guest_class,
                role=one.role, item=one.item, unit=one.unit, amount=one.amount, verified=one.verified,
            )
        )  # fmt: skip
    session.flush()


def add_visit(session: Session, author: User, members: int = 12, **values: Any) -> str:
    """A planned visit of four days: one head, one deputy, so many others."""
    event = factories.make_event(
        session,
        title={"vi": "Đoàn đại biểu tỉnh Viêng Chăn", "lo": "ຄະນະຜູ້ແທນແຂວງວຽງຈັນ", "en": "Delegation of Vientiane"},
        first_day=FIRST,
        last_day=LAST,
        status=EventStatus.PLANNED,
        created_by=author.id,
        **values,
    )
    body = factories.make_organisation(session, locality="vientiane-province")
    for number in range(2 + members):
        role = MemberRole.HEAD if number == 0 else MemberRole.DEPUTY if number == 1 else MemberRole.MEMBER
        person = factories.make_person(session, name=f"Khăm Phăn {number:02}", organisation_id=body.id)
        factories.make_member(session, event, person, role=role, side=Side.GUEST)
    return event.id


@pytest.fixture
def people(database: Database) -> dict[str, User]:
    """Who writes, who approves."""
    with database.transaction() as session:
        return {
            "officer": factories.make_user(session, Role.OFFICER, name="Trần Lan", locale=Language.VI),
            "approver": factories.make_user(session, Role.APPROVER, name="Lê Hùng", locale=Language.VI),
        }


@pytest.fixture
def visit_id(database: Database, people: dict[str, User]) -> str:
    """A visit of 14 people, and the norms."""
    with database.transaction() as session:
        add_norms(session)
        return add_visit(session, people["officer"])


CLASS_B = {
    "guest_class": "B", "class_decided_by": "Chủ tịch UBND tỉnh, văn bản 12/UBND", "banquet_hosts": "10",
    "sessions.0.half_days": "2", "sessions.0.hosts": "10", "interpreting.0.hours": "12", "flowers": "1",
    "gifts_heads": "1", "lines.0.item": "car", "lines.0.description": "Xe 7 chỗ", "lines.0.quantity": "2",
    "lines.0.unit_amount.amount": "9.000.000", "lines.0.unit_amount.currency": "VND",
}  # fmt: skip


@dataclass
class EstimatePage:
    """The page of one visit's estimate in somebody's browser."""

    browser: Browser
    event_id: str

    @property
    def path(self) -> str:
        return f"/events/{self.event_id}/estimate"

    def get(self, more: str = "") -> TestResponse:
        return self.browser.get(self.path + more)

    def send(self, do: str, form: dict[str, str] | None = None, **typed: str) -> TestResponse:
        """Send what stands on the page, with something typed over it."""
        shown = controls(self.get("?edit=yes").text) if form is None else form
        return self.browser.post(self.path, shown | {n.replace("__", "."): v for n, v in typed.items()} | {"do": do})

    def entered(self, do: str = "save", **more: str) -> TestResponse:
        """Enter the visit of class B."""
        shown = controls(self.get("?edit=yes").text)
        return self.browser.post(self.path, shown | CLASS_B | more | {"do": do})

    def payable(self) -> list[str]:
        """The ids of the lines for which a payment can be entered."""
        return [unescape(one.split("#")[0]) for one in self.get().text.split("?pay=")[1:]]


@pytest.fixture
def officer(signed_in: SignedIn, people: dict[str, User], visit_id: str) -> EstimatePage:
    return EstimatePage(signed_in(user=people["officer"]), visit_id)


@pytest.fixture
def approver(signed_in: SignedIn, people: dict[str, User], visit_id: str) -> EstimatePage:
    return EstimatePage(signed_in(user=people["approver"]), visit_id)
