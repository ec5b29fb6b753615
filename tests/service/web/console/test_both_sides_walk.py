"""A visit from proposal to programme, played by both offices with browsers only.

Hải Phòng works in Vietnamese on a laptop, Viêng Chăn in Lao on a telephone; who fills in the list has no account. What
is Hải Phòng's own business is planted beforehand and looked for on every page that the others see.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlmodel import Session, col, select

from calendars.replies.reader import read_answer
from calendars.replies.values import ReceivedMail
from models.answer_tokens import AnswerTokens, Invited
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.places import Organisation, Person
from models.vocabulary import Language, MemberAnswer, Role
from service.actions.both_sides.answers import AnswerTaker
from service.actions.both_sides.beginning import begin_office
from service.actions.context import ActionContext
from service.settings import Settings
from tests import factories
from tests.answer_mails import answer
from tests.service.conftest import Clock
from tests.service.web.console.conftest import Visit
from tests.service.web.console.walk import Walk

GUESTS = "vientiane-province"
TITLE = {"vi": "Đoàn cán bộ tỉnh Viêng Chăn thăm Hải Phòng", "lo": "ຄະນະແຂວງວຽງຈັນຢ້ຽມຢາມຫາຍຟ່ອງ"}
TASK, OWN_NOTE, ADDRESS, BUDGET = (
    "Chuẩn bị phương án dự phòng",
    "ghi chú nội bộ số 7",
    "lan.rieng@haiphong.example",
    345_678_000,
)
THEIR_NOTE = "ບັນທຶກພາຍໃນຂອງພວກເຮົາ"
DRAFT = "Mục chưa công bố"
PUBLISHED = "Hội đàm tại trụ sở Ủy ban nhân dân thành phố"
SECRETS = (TASK, OWN_NOTE, ADDRESS, "345.678.000", "345678000", DRAFT)
PEOPLE = (
    ("ທ່ານ ສົມສັກ ພົມມະຈັນ", "SOMSAK PHOMMACHANH", "male", "1968-04-12", "P1234567"),
    ("ນາງ ແກ້ວ ສີສຸກ", "KEO SISOUK", "female", "1979-11-30", "P2345678"),
    ("ທ່ານ ບຸນມາ ວົງສາ", "BOUNMA VONGSA", "male", "1985-01-05", "P3456789"),
)
INSTEAD = ("ທ່ານ ຄຳແສນ ໄຊຍະວົງ", "KHAMSENE XAYAVONG", "male", "1971-07-21", "P4567890")
SEALED = tuple(one[index] for one in (*PEOPLE, INSTEAD) for index in (3, 4))
MOST_PAGES = {"Hải Phòng": 60, "Viêng Chăn": 20, "list": 12}


@dataclass
class Table:
    """Both sides at one table: the walks they take, and of who has no account."""

    lan: Walk
    bounmy: Walk
    guest: Walk
    event_id: str = ""

    @property
    def walks(self) -> dict[str, Walk]:
        return {"Hải Phòng": self.lan, "Viêng Chăn": self.bounmy, "list": self.guest}

    @property
    def address(self) -> str:
        return f"/events/{self.event_id}"

    def open(self, walk: Walk, sentence: str, part: str) -> None:
        """Go from the visit's page to one of the pages of both sides."""
        walk.page.goto(self.address)
        if (folded := walk.page.locator("#other-side:not([open]) > summary")).count():
            walk.click(folded, "the other side")
        if (link := walk.page.locator(f'main a[href^="{self.address}/{part}"]')).count():
            walk.click(link, sentence)
        else:
            walk.dead_ends.append(f"no link to {part}")
            walk.page.goto(f"{self.address}/{part}")

    def probes(self, app: Flask) -> list[str]:
        """Every address below the visit that is read, of the pages and of the API."""
        rules = [rule for rule in app.url_map.iter_rules() if rule.arguments == {"event_id"} and "GET" in rule.methods]
        return sorted(
            {
                rule.rule.replace("<event_id>", self.event_id).replace("<string:event_id>", self.event_id)
                for rule in rules
            }
        )

    def keeps_quiet(self) -> None:
        """Nothing of Hải Phòng's own business is on the others' pages, seen or unseen, and nobody's particulars."""
        for walk in (self.bounmy, self.guest):
            content = walk.page.content()
            assert [secret for secret in (*SECRETS, *SEALED) if secret in content] == []


@pytest.fixture
def table(visit: Visit, database: Database, settings: Settings, clock: Clock) -> Table:
    """An officer of the protocol office of Hải Phòng, one of the new office of Viêng Chăn, and who has no account."""
    with database.transaction() as session:
        own = session.exec(select(Organisation).where(col(Organisation.protocol_office))).first()
        assert own is not None
        first = {"email": "admin@vientiane.example", "name": "ຜູ້ບໍລິຫານ", "password": "a long enough password"}
        body = begin_office(session, ActionContext(None, clock.now, settings.office), GUESTS, first, {}).organisation
        lan = factories.make_user(
            session, Role.OFFICER, name="Trần Lan", email=ADDRESS, organisation_id=own.id, locale=Language.VI
        )
        bounmy = factories.make_user(session, Role.OFFICER, name="ບຸນມີ", organisation_id=body.id, locale=Language.LO)
    return Table(
        Walk(visit(user=lan, language="vi"), "vi", "both"),
        Walk(visit(user=bounmy, language="lo", size="phone"), "lo", "both"),
        Walk(visit(None, language="lo", size="phone"), "lo", "both-link"),
    )


def plan(table: Table) -> None:
    """Hải Phòng plans the visit by its days; nobody there knows of it yet."""
    lan = table.lan
    lan.page.goto("/plan/days?kind=delegation")
    for name, text in (
        ("title_vi", TITLE["vi"]), ("title_lo", TITLE["lo"]), ("first_day", "2027-03-10"), ("last_day", "2027-03-12"),
        ("people", "3"), ("partner", GUESTS),
    ):  # fmt: skip
        lan.fill(name, text)
    if (ticked := lan.page.locator('[name="planned"]')).count():
        lan.click(ticked, "planned at once")
    lan.look("01-planning")
    lan.press("Enter it")
    found = re.search(r"/events/(\w+)", lan.page.url)
    assert found is not None
    table.event_id = found[1]
    lan.look("02-planned")


def plant(session: Session, event_id: str) -> None:
    """What is Hải Phòng's own business."""
    event = session.get_one(Event, event_id)
    event.budget = {"amount": str(BUDGET), "currency": "VND"}
    factories.make_task(session, event, title={"vi": TASK, "lo": TASK}, organisation_id=event.organisation_id)


def share(table: Table) -> None:
    """It is shared, the list is asked for, and the other side finds both on its first page."""
    lan, bounmy = table.lan, table.bounmy
    table.open(lan, "what the other side reads", "share")
    lan.look("04-share")
    lan.click(lan.page.locator('[name="ask"][value="members"]'), "ask for the list")
    lan.fill("until-members", "2027-02-20")
    lan.click(lan.page.locator('[name="ask"][value="passports"]'), "ask for passports")
    lan.fill("until-passports", "2027-02-20")
    lan.press("Share it" if lan.page.get_by_role("button", name=lan.say("Share it"), exact=True).count() else "Save")
    lan.look("05-law")
    lan.sees("91/2025/QH15")
    lan.click(lan.page.locator('[name="acknowledged"]'), "the law is known")
    lan.press("Share it" if lan.page.get_by_role("button", name=lan.say("Share it"), exact=True).count() else "Save")
    lan.look("06-shared")

    bounmy.page.goto("/")
    bounmy.look("07-first-page")
    bounmy.follow(TITLE["lo"])
    bounmy.look("08-shared-with-us")
    bounmy.sees(TITLE["lo"])
    table.keeps_quiet()


def agree(table: Table) -> None:
    """Hải Phòng proposes days, Viêng Chăn others, Hải Phòng takes those."""
    lan, bounmy = table.lan, table.bounmy
    table.open(lan, "days to agree on", "proposals")
    lan.look("10-propose")
    for name, text in (("first_day", "2027-03-10"), ("last_day", "2027-03-12"), ("answer_by", "2027-01-15")):
        lan.fill(name, text)
    lan.fill("note", "Kính đề nghị các đồng chí xem xét.")
    lan.press("Propose these days")
    lan.look("11-proposed")

    bounmy.page.goto("/")
    bounmy.look("12-waiting-for-us")
    table.open(bounmy, "days to agree on", "proposals")
    bounmy.look("13-proposal")
    bounmy.click(bounmy.page.locator("summary", has_text=bounmy.say("Propose other days")), "propose other days")
    for name, text in (("first_day", "2027-03-17"), ("last_day", "2027-03-19")):
        bounmy.fill(name, text)
    bounmy.fill("note", "ອາທິດຕໍ່ໄປສະດວກກວ່າ")
    bounmy.look("14-counter")
    bounmy.press("Propose these days instead")
    bounmy.look("15-countered")
    table.keeps_quiet()

    lan.page.goto("/")
    lan.look("16-answered")
    lan.page.goto(f"{table.address}/proposals")
    lan.sees("ອາທິດຕໍ່ໄປສະດວກກວ່າ")
    lan.press("Accept these days")
    lan.look("17-agreed")
    bounmy.page.reload()
    bounmy.look("18-agreed")
    table.keeps_quiet()


def fill_person(walk: Walk, number: int, person: tuple[str, str, str, str, str]) -> None:
    """One row of the list that a link opens."""
    for name, text in zip(("name", "name_latin", "sex", "born_on", "passport_number"), person, strict=True):
        field = walk.page.locator("details.person").nth(number).locator(f'[name$=".{name}"]')
        walk.entries.append(f"fill {name}")
        if name == "sex":
            field.select_option(text)
        else:
            field.fill(text)
            walk.typed += len(text)


def fill_list(table: Table) -> None:
    """A link is made, the list filled in on a telephone without an account, and taken in."""
    lan, guest = table.lan, table.guest
    table.open(lan, "links without an account", "links")
    lan.look("20-links")
    lan.fill("for", "Phòng Lễ tân tỉnh Viêng Chăn")
    lan.press("Make the link")
    lan.look("21-link")
    address = lan.page.locator("#address").inner_text().strip()

    guest.page.goto(urlsplit(address).path)
    guest.look("22-form")
    for number, person in enumerate(PEOPLE[:2]):
        fill_person(guest, number, person)
    guest.press("Save and add more people")
    guest.look("23-saved")
    table.keeps_quiet()
    fill_person(guest, 2, PEOPLE[2])
    for name, text in (("by", "QV 312"), ("place", "ສະໜາມບິນ ໂນຍບາຍ"), ("at", "2027-03-17T09:30")):
        guest.fill(f"travel.arrival.{name}", text)
    guest.press("Hand in to the office")
    guest.look("24-receipt")
    table.keeps_quiet()

    lan.page.goto("/")
    lan.look("25-first-page")
    lan.page.goto(f"{table.address}/links")
    lan.follow("Phòng Lễ tân tỉnh Viêng Chăn")
    lan.look("26-differences")
    lan.press("Take over what is ticked")
    lan.look("27-taken")


def swap_one(table: Table, database: Database) -> None:
    """One person is replaced after the list was taken in; the office is told that it came late."""
    lan, guest = table.lan, table.guest
    guest.follow(guest.say("Something to change? Back to the form"))
    guest.look("30-form-again")
    row = guest.page.locator("details.person").nth(2)
    if row.get_attribute("open") is None:
        guest.click(row.locator("summary"), "the third person")
    fill_person(guest, 2, INSTEAD)
    guest.press("Hand in to the office")
    guest.look("31-late")
    table.keeps_quiet()

    lan.page.goto(table.address)
    lan.look("32-late")
    lan.page.goto(f"{table.address}/links")
    lan.sees(lan.say("came late"))
    lan.follow("Phòng Lễ tân tỉnh Viêng Chăn")
    lan.look("33-differences")
    for box in lan.page.locator('[name="take"]:not(:checked)').all():
        lan.click(box, "take it too")
    lan.press("Take over what is ticked")
    lan.look("34-taken")
    with database.transaction(write=False) as session:
        names = session.exec(
            select(Person.name)
            .join(Member, col(Member.person_id) == Person.id)
            .where(Member.event_id == table.event_id)
        ).all()
    assert sorted(names) == sorted([PEOPLE[0][0], PEOPLE[1][0], INSTEAD[0]])


def answer_by_mail(table: Table, database: Database, settings: Settings, clock: Clock) -> None:
    """The head of the delegation answers the invitation in their own program."""
    with database.transaction() as session:
        member, person = session.exec(
            select(Member, Person)
            .join(Person, col(Member.person_id) == Person.id)
            .where(Member.event_id == table.event_id, Person.name == PEOPLE[0][0])
        ).one()
        person.email = "somsak@vientiane.example"
        tokens = AnswerTokens.of("answers@haiphong.example", settings.secret_key)
        event = session.get_one(Event, table.event_id)
        to = tokens.address(Invited(event.id, member.id, person.id, person.email))
        raw = answer(event, to, person.email, at=datetime.now(UTC) if clock.now is None else clock.now)
    office = settings.office.__class__(**{**_fields(settings.office), "answers": tokens})
    with database.transaction() as session:
        mail = ReceivedMail("INBOX", 1, 1, clock.now, "first-key")
        assert AnswerTaker(office).take(session, mail, read_answer(raw), clock.now)
    with database.transaction(write=False) as session:
        assert session.get_one(Member, member.id).answer is MemberAnswer.ACCEPTED
    lan = table.lan
    table.open(lan, "who comes", "coming")
    lan.look("40-who-comes")
    table.open(lan, "answers by mail", "answers")
    lan.look("41-answers-by-mail")


def _fields(office: object) -> dict[str, object]:
    return {name: getattr(office, name) for name in office.__dataclass_fields__}  # type: ignore[attr-defined]


def note(table: Table) -> None:
    """A note of Hải Phòng's own, one for both sides, and an answer."""
    lan, bounmy = table.lan, table.bounmy
    table.open(lan, "notes", "notes")
    lan.fill("text", OWN_NOTE)
    lan.press("Write the note")
    lan.fill("text", "Đề nghị đoàn mang theo bản dịch bài phát biểu.")
    lan.click(lan.page.locator('[name="visibility"][value="shared"]'), "for both sides")
    lan.press("Write the note")
    lan.sees(OWN_NOTE)
    lan.look("50-notes")
    table.open(bounmy, "notes", "notes")
    bounmy.sees("Đề nghị đoàn mang theo bản dịch bài phát biểu.")
    bounmy.look("51-notes")
    table.keeps_quiet()
    bounmy.fill("text", "ຈະກຽມມາ")
    bounmy.click(bounmy.page.locator('[name="visibility"][value="shared"]'), "for both sides")
    bounmy.press("Write the note")
    bounmy.fill("text", THEIR_NOTE)
    bounmy.press("Write the note")
    lan.page.reload()
    lan.sees("ຈະກຽມມາ")
    assert THEIR_NOTE not in lan.page.content()
    lan.look("52-notes")


def add_item(walk: Walk, title: str, day: str, hours: tuple[str, str]) -> None:
    """An item of the programme, not published yet."""
    walk.follow(walk.say("Add to the programme"))
    for name, text in (("title.vi", title), ("title.lo", title), ("day", day), ("start_time", hours[0])):
        walk.fill(name, text)
    walk.fill("end_time", hours[1])
    walk.press("Put into the programme")


def publish(table: Table) -> None:
    """The programme is drawn up; the other side reads what is published, and nothing before."""
    lan, bounmy = table.lan, table.bounmy
    lan.page.goto(table.address)
    add_item(lan, PUBLISHED, "2027-03-17", ("14:00", "16:00"))
    bounmy.page.goto(table.address)
    assert PUBLISHED not in bounmy.page.content()
    lan.press("Publish the programme")
    lan.look("60-published")
    add_item(lan, DRAFT, "2027-03-18", ("09:00", "10:00"))
    bounmy.page.reload()
    bounmy.sees(PUBLISHED)
    bounmy.look("61-programme")
    table.keeps_quiet()


def nothing_else_crosses(table: Table, app: Flask) -> None:
    """Whatever the other side asks for by its address: nothing of it holds what is not for them."""
    probes = table.probes(app)
    assert len(probes) > 30, "the addresses are written otherwise now"
    leaks = []
    for walk in (table.bounmy, table.guest):
        for path in probes:
            text = walk.page.context.request.get(path).text()
            leaks += [f"{path}: {secret}" for secret in (*SECRETS, *SEALED) if secret in text]
    for path in probes:
        if THEIR_NOTE in table.lan.page.context.request.get(path).text():
            leaks.append(f"{path}: {THEIR_NOTE}")
    assert leaks == []


def take_back(table: Table) -> None:
    """Shared no more: the other side finds nothing, on no page and not in its list."""
    lan, bounmy = table.lan, table.bounmy
    table.open(lan, "what the other side reads", "share")
    lan.click(lan.page.locator("details.removal > summary"), "take it back")
    lan.press("Take the sharing back")
    lan.look("70-taken-back")
    bounmy.page.goto("/")
    assert TITLE["lo"] not in bounmy.page.content()
    found = [
        bounmy.page.context.request.get(f"{table.address}{part}") for part in ("", "/shared", "/notes", "/proposals")
    ]
    assert {answer.status for answer in found} == {404}


@pytest.mark.timeout(900)
def test_a_visit_from_proposal_to_programme(
    table: Table, database: Database, settings: Settings, clock: Clock, app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    counted: list[str] = []

    def played(stage: str) -> None:
        for name, walk in table.walks.items():
            counted.append(
                f"{stage}, {name}: {len(walk.pages)} pages, {len(walk.entries)} entries, {walk.typed} characters"
            )

    plan(table)
    with database.transaction() as session:
        plant(session, table.event_id)
    share(table)
    played("shared")
    agree(table)
    played("agreed")
    fill_list(table)
    swap_one(table, database)
    played("list")
    answer_by_mail(table, database, settings, clock)
    note(table)
    publish(table)
    played("programme")
    nothing_else_crosses(table, app)
    take_back(table)
    with capsys.disabled():
        print("", *counted, sep="\n")
    assert {name: walk.dead_ends for name, walk in table.walks.items() if walk.dead_ends} == {}
    assert {name: len(walk.pages) for name, walk in table.walks.items() if len(walk.pages) > MOST_PAGES[name]} == {}
