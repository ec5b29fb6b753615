"""A visit from proposal to programme, played by both offices with browsers only.

Hải Phòng works in Vietnamese on a laptop, Viêng Chăn in Lao on a telephone; who fills in the list has no account.
What is Hải Phòng's own business is planted beforehand and looked for on every page that the others see.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlmodel import select

from models.accounts import User
from models.database import Database
from models.places import Organisation
from models.vocabulary import Language, Role
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.console.conftest import Visit
from tests.service.web.console.walk import Walk

GUESTS = "vientiane-province"
TITLE = {"vi": "Đoàn cán bộ tỉnh Viêng Chăn thăm Hải Phòng", "lo": "ຄະນະແຂວງວຽງຈັນຢ້ຽມຢາມຫາຍຟ່ອງ"}
SECRETS = ("Chuẩn bị phương án dự phòng", "ghi chú nội bộ số 7", "lan.rieng@haiphong.example", "345.678.000")


@dataclass
class Table:
    """Both sides at one table: who they are, and the walks they take."""

    lan: Walk
    bounmy: Walk


@pytest.fixture
def table(visit: Visit, account: Callable[..., User], database: Database) -> Table:
    """An officer of the protocol office of Hải Phòng, and one of the office of Viêng Chăn."""
    with database.transaction() as session:
        own = session.exec(select(Organisation).where(Organisation.protocol_office)).first()
        body = session.exec(select(Organisation).where(Organisation.locality == GUESTS)).first()
        assert own is not None
        assert body is not None
        lan = factories.make_user(
            session, Role.OFFICER, name="Trần Lan", email=SECRETS[2], organisation_id=own.id, locale=Language.VI
        )
        bounmy = factories.make_user(
            session, Role.OFFICER, name="ບຸນມີ", organisation_id=body.id, office=GUESTS, locale=Language.LO
        )
    return Table(
        Walk(visit(user=lan, language="vi"), "vi", "both"),
        Walk(visit(user=bounmy, language="lo", size="phone"), "lo", "both"),
    )


def keeps_quiet(walk: Walk) -> None:
    """Nothing of Hải Phòng's own business is on the page, seen or unseen."""
    content = walk.page.content()
    assert [secret for secret in SECRETS if secret in content] == []


def planned(walk: Walk) -> str:
    """Plan the visit by its days; its address."""
    walk.page.goto("/plan/days?kind=delegation")
    walk.fill("title_vi", TITLE["vi"])
    walk.fill("title_lo", TITLE["lo"])
    walk.fill("first_day", "2027-03-10")
    walk.fill("last_day", "2027-03-12")
    walk.fill("people", "3")
    walk.fill("partner", GUESTS)
    walk.look("01-planning")
    walk.press("Enter it")
    walk.look("02-planned")
    found = re.search(r"/events/(\w+)", walk.page.url)
    assert found is not None
    return found[0]


@pytest.mark.timeout(600)
def test_a_visit_from_proposal_to_programme(table: Table, database: Database, clock: Clock) -> None:
    lan, bounmy = table.lan, table.bounmy
    address = planned(lan)
    bounmy.page.goto("/")
    bounmy.look("03-first-page-of-viengchan")
    bounmy.page.goto(address)
