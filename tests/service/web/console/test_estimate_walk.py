"""An officer's and an approver's walk with a browser only: from a visit's page to its settled estimate.

Every field that is filled in and every click is counted as an entry.
"""

from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from calendars.money.formatting import format_money
from models.accounts import User
from models.database import Database
from models.estimates import Estimate, Payment
from models.events import Event
from models.i18n import NP_, translate
from models.vocabulary import EstimateState, Language, Role
from tests.service.conftest import Clock
from tests.service.web.console.conftest import Visit
from tests.service.web.console.walk import Walk
from tests.service.web.estimates.conftest import add_norms, add_visit

MOST_ENTRIES = 60
TITLES = {"vi": "Đoàn đại biểu tỉnh Viêng Chăn", "lo": "ຄະນະຜູ້ແທນແຂວງວຽງຈັນ", "en": "Delegation of Vientiane"}
PLANNED = (
    3 * 7_700_000 * 2  # lodging of the head and the deputy
    + 12 * 3 * 4_800_000  # of the members
    + 14 * 7 * 1_000_000  # meals: 3.5 days
    + 24 * 2_000_000  # banquet, ten hosts
    + 2 * 24 * 160_000  # sessions, ten hosts
    + 12 * 750_000  # interpreting
    + 1_800_000 + 1_000_000  # gift, flowers
    + 2 * 9_000_000  # cars
)  # fmt: skip


PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
"""A picture of one point."""


@pytest.fixture
def officer(account: Callable[..., User]) -> User:
    return account(Role.OFFICER, name="Trần Lan", locale=Language.VI)


@pytest.fixture
def approver(account: Callable[..., User]) -> User:
    return account(Role.APPROVER, name="Lê Hùng", locale=Language.VI)


@pytest.fixture
def event_id(database: Database, clock: Clock, officer: User) -> str:
    with database.transaction() as session:
        add_norms(session)
        return add_visit(session, officer)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("language", "size", "script"),
    [("vi", "laptop", True), ("lo", "phone", True), ("en", "phone", False)],
)
def test_from_the_visit_to_its_settled_estimate(
    visit: Visit,
    officer: User,
    approver: User,
    event_id: str,
    database: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    language: str,
    size: str,
    script: bool,
) -> None:
    with database.transaction() as session:
        officer, approver = (session.get_one(User, user.id) for user in (officer, approver))
        officer.locale = approver.locale = Language(language)
    entries: list[str] = []
    walk = Walk(visit(user=officer, size=size, script=script, language=language), language, "estimate", entries)
    walk.page.goto(f"/events/{event_id}")
    word = translate(NP_("of money", "Estimate"), language)
    walk.follow(word)
    if script:
        walk.look("1-empty")
    for name, text in (
        ("guest_class", "B"), ("class_decided_by", "Chủ tịch UBND tỉnh, văn bản 12/UBND"), ("banquet_hosts", "10"),
        ("sessions.0.half_days", "2"), ("sessions.0.hosts", "10"), ("interpreting.0.hours", "12"), ("flowers", "1"),
        ("gifts_heads", "1"), ("lines.0.item", "car"), ("lines.0.description", "Xe 7 chỗ"), ("lines.0.quantity", "2"),
        ("lines.0.unit_amount.amount", "9.000.000"),
    ):  # fmt: skip
        walk.fill(name, text)
    walk.press("Reckon")
    if script:
        walk.look("2-reckoned")
    total = format_money({"amount": str(PLANNED), "currency": "VND"}, Language(language))
    walk.sees(total)
    walk.press("Save the estimate")
    walk.press("Submit for approval")
    if script:
        walk.look("3-submitted")

    other = Walk(visit(user=approver, size=size, script=script, language=language), language, "estimate", entries)
    other.page.goto("/")
    other.follow(f"{word}: {TITLES[language]}")
    other.sees(total)
    if script:
        other.look("4-asked")
    other.press("Approve the estimate")
    other.sees(walk.say("The estimate is approved."))

    walk.page.reload()
    walk.follow(walk.say("Enter a payment"))
    if script:
        walk.look("5-payment")
    voucher = tmp_path / "hoa-don.png"
    voucher.write_bytes(PNG)
    walk.fill("voucher", "HĐ 0012")
    walk.fill("file", str(voucher))
    walk.press("Save the payment")
    walk.sees("HĐ 0012")
    if script:
        walk.look("6-paid")
    with database.transaction() as session:
        event = session.get_one(Event, event_id)
        for name in ("first_day", "last_day", "arrives_on", "departs_on"):
            if getattr(event, name) is not None:
                setattr(event, name, getattr(event, name) - timedelta(days=60))
    walk.page.reload()
    walk.press("Settle the estimate")
    walk.press("Settle without these payments")
    walk.sees(walk.say("The estimate is settled."))
    if script:
        walk.look("7-settled")

    with database.transaction(write=False) as session:
        assert session.get_one(Estimate, event_id).state is EstimateState.SETTLED
        (payment,) = session.exec(select(Payment)).all()
        assert payment.amount == 3 * 7_700_000
        assert payment.file_id is not None
    with capsys.disabled():
        print(f"\nestimate walk, {language}: {len(entries)} entries")
    assert len(entries) <= MOST_ENTRIES, entries
