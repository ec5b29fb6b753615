"""What an upgrade could not decide: on the first page of administrators until one of them has seen it."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.upgrades import RULE_SWITCHED_OFF, UpgradeNote
from models.vocabulary import Language, Role
from tests import factories
from tests.factories import NOW
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

HEADING = {
    Language.EN: "What the upgrade left for you to decide",
    Language.VI: "Những việc bản nâng cấp để Ông/Bà quyết định",
    Language.LO: "ສິ່ງທີ່ການຍົກລະດັບປະໄວ້ໃຫ້ທ່ານຕັດສິນ",
}
SWITCHED_OFF = {
    Language.EN: "switched this reminder rule off",
    Language.VI: "đã tắt quy tắc nhắc",
    Language.LO: "ໄດ້ປິດກົດລະບຽບ",
}


def mark_as_seen(browser: Browser, **form: str) -> int:
    """Send the form of the first page; its status."""
    return browser.post("/upgrade-notes", {"csrf": browser.csrf("/")} | form).status_code


@pytest.fixture
def noted(database: Database) -> str:
    """A rule that an upgrade switched off, and one that was deleted since; id of the first."""
    with database.transaction() as session:
        rule = factories.make_rule(session, name={"vi": "Báo chí"}, active=False, addresses_approved_at=None)
        for identity in (rule.id, "gone"):
            note = {"kind": RULE_SWITCHED_OFF, "entity": "reminder_rule", "entity_id": identity, "noted_at": NOW}
            session.add(UpgradeNote(**note))
        return rule.id


@pytest.mark.both_databases("notes by what they are about, in an order")
@pytest.mark.parametrize("locale", list(Language))
def test_administrators_see_what_is_left_until_one_has_seen_it(
    signed_in: Callable[..., Browser], database: Database, noted: str, locale: Language
) -> None:
    admin, other = signed_in(Role.ADMIN, locale=locale), signed_in(Role.ADMIN, locale=locale)
    page = admin.get("/").text
    assert HEADING[locale] in page
    assert page.count(SWITCHED_OFF[locale]) == 2
    assert f'href="/administration/rules/{noted}"' in page
    form = {"kind": RULE_SWITCHED_OFF, "entity": "reminder_rule"}
    assert mark_as_seen(admin, **form, identity=noted) == 303
    assert other.get("/").text.count(SWITCHED_OFF[locale]) == 1
    for identity in (noted, "gone"):
        assert mark_as_seen(other, **form, identity=identity) == 303
    assert HEADING[locale] not in other.get("/").text
    assert mark_as_seen(other, **form, identity="nothing") == 404
    with database.transaction(write=False) as session:
        notes = session.exec(select(UpgradeNote)).all()
        assert all(one.settled_at is not None for one in notes)
        assert len({one.settled_by for one in notes}) == 2, "who was first stays on record"
        trail = session.exec(select(Audit).where(Audit.entity == "upgrade_note")).all()
        assert [(one.action, one.entity_id) for one in trail] == [("see", noted), ("see", "gone")]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER, Role.APPROVER])
def test_nobody_else_sees_or_settles_it(
    signed_in: Callable[..., Browser], database: Database, noted: str, role: Role
) -> None:
    reader = signed_in(role, locale=Language.EN)
    assert HEADING[Language.EN] not in reader.get("/").text
    form = {"kind": RULE_SWITCHED_OFF, "entity": "reminder_rule", "identity": noted}
    assert mark_as_seen(reader, **form) == 403
    with database.transaction(write=False) as session:
        assert all(one.settled_at is None for one in session.exec(select(UpgradeNote)))
