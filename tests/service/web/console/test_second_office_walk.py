"""First steps of a second office: its administrator, in Lao, with a browser only and the password that was printed."""

import re

import pytest
from sqlmodel import select

from models.database import Database
from models.events import Event
from models.queries.offices import Offices
from models.reminders import ReminderRule
from models.resources import Resource
from service.actions.both_sides.beginning import begin_office
from service.actions.context import ActionContext
from service.settings import Settings
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.console.conftest import Visit
from tests.service.web.console.walk import Walk

GUESTS = "hai-phong"
OWN = "vientiane-province"
EMAIL, PRINTED, CHOSEN = "bounmy@vientiane.example", "k3vq-8wmz-t5hd-r2px-n9bc", "ສວນດອກໄມ້ຍາມເຊົ້າ"
TITLE = "ຄະນະຫາຍຟ່ອງຢ້ຽມຢາມແຂວງວຽງຈັນ"
MOST_ENTRIES = 45


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_a_second_office_takes_its_first_steps(
    visit: Visit, database: Database, settings: Settings, clock: Clock, size: str
) -> None:
    with database.transaction() as session:
        factories.make_user(session)  # of the default office
        act = ActionContext(None, clock.now, settings.office)
        begun = begin_office(session, act, OWN, {"email": EMAIL, "password": PRINTED}, {})
    walk = Walk(visit(None, language="lo", size=size), "lo", "second-office")
    sign_in(walk)
    plan(walk)
    add_a_room(walk)
    add_a_rule(walk)
    say_who_we_are(walk)
    print(f"{size}: {len(walk.entries)} entries, {len(walk.pages)} pages, refused: {walk.refusals}")
    assert walk.dead_ends == []
    assert walk.refusals == []
    assert len(walk.entries) <= MOST_ENTRIES
    with database.transaction(write=False) as session:
        offices = Offices.load(session)
        (event,) = [one for one in session.exec(select(Event)) if one.title.get("lo") == TITLE]
        assert (offices.of(event.organisation_id), event.timezone) == (OWN, "Asia/Vientiane")
        assert event.organisation_id == begun.organisation.id
        (hall,) = [one for one in session.exec(select(Resource)) if one.name.get("lo") == "ຫ້ອງປະຊຸມໃຫຍ່"]
        (rule,) = [one for one in session.exec(select(ReminderRule)) if one.name.get("lo") == "ເຕືອນກ່ອນຄະນະມາ"]
        assert (hall.office, hall.locality, rule.office) == (OWN, OWN, OWN)


def sign_in(walk: Walk) -> None:
    """The printed password is used once, and another one chosen."""
    walk.page.goto("/")
    walk.fill("email", EMAIL)
    walk.fill("password", PRINTED)
    walk.look("01-sign-in")
    walk.press("Sign in")
    walk.look("02-choose-a-password")
    for name, text in (("current", PRINTED), ("new", CHOSEN), ("again", CHOSEN)):
        if walk.page.locator(f'[name="{name}"]').count():
            walk.fill(name, text)
    walk.click(walk.page.locator("main button.primary").first, "save the password")
    walk.page.goto("/")
    walk.sees(
        walk.say("A new office has no rules, rooms and templates yet: until there are rules, nobody is reminded.")
    )
    walk.look("03-first-page")


def plan(walk: Walk) -> None:
    """A visit of the partner, planned by its days."""
    walk.page.goto("/plan")
    walk.look("04-plan")
    walk.page.goto("/plan/days?kind=delegation")
    for name, text in (
        ("title_lo", TITLE), ("title_vi", "Đoàn Hải Phòng thăm tỉnh Viêng Chăn"), ("first_day", "2027-04-20"),
        ("last_day", "2027-04-22"), ("people", "8"), ("partner", GUESTS),
    ):  # fmt: skip
        walk.fill(name, text)
    walk.look("05-days")
    walk.press("Enter it")
    assert re.search(r"/events/\w+", walk.page.url)
    walk.look("06-visit")


def add_a_room(walk: Walk) -> None:
    walk.page.goto("/administration")
    walk.look("07-administration")
    walk.follow(walk.say("What can be booked"))
    walk.look("08-no-rooms")
    walk.click(walk.page.locator('main a[href$="/new"]'), "a new one")
    walk.fill("name.lo", "ຫ້ອງປະຊຸມໃຫຍ່")
    walk.fill("name.vi", "Hội trường lớn")
    walk.fill("seats", "80")
    walk.look("09-new-room")
    walk.click(walk.page.locator("main button.primary"), "save")
    walk.look("10-room")


def add_a_rule(walk: Walk) -> None:
    walk.page.goto("/administration")
    walk.follow(walk.say("Reminder rules"))
    walk.look("11-no-rules")
    walk.click(walk.page.locator('main a[href$="/new"]'), "a new one")
    walk.fill("name.lo", "ເຕືອນກ່ອນຄະນະມາ")
    walk.fill("name.vi", "Nhắc trước khi đoàn đến")
    walk.look("12-new-rule")
    walk.click(walk.page.locator("main button.primary"), "save")
    walk.look("13-rule")


def say_who_we_are(walk: Walk) -> None:
    walk.page.goto("/administration")
    walk.follow(walk.say("Our office"))
    walk.look("14-our-office")
    walk.fill("mail_address", "office@vientiane.example")
    walk.press("Save")
    walk.look("15-our-office-saved")
