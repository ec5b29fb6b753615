"""Papers of a visit in a browser: on a telephone and a laptop, in each language, by keyboard and without script."""

from datetime import date, time

import pytest
from sqlmodel import Session, select

from models.database import Database
from models.event_parts import ProgrammeItem
from models.events import Event
from models.places import Person
from models.vocabulary import EventStatus, MemberRole, Role, Side
from tests import factories
from tests.service.web.console.conftest import (
    LANGUAGES,
    Visit,
    barriers,
    is_wider_than_the_screen,
    picture,
    words,
)

LONG = "Đoàn công tác của Tỉnh ủy, chính quyền tỉnh Viêng Chăn về thăm và trao đổi kinh nghiệm xây dựng Đảng"


@pytest.fixture
def delegation(database: Database) -> str:
    """A planned visit with people of both sides and a programme that lacks Lao in places; its id."""
    with database.transaction() as session:
        body = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ thành phố Hải Phòng"})
        event = factories.make_event(
            session,
            title={"vi": LONG, "lo": "ຄະນະຜູ້ແທນແຂວງວຽງຈັນ ຢ້ຽມຢາມ ແລະ ແລກປ່ຽນບົດຮຽນ"},
            first_day=date(2027, 3, 10),
            last_day=date(2027, 3, 12),
            status=EventStatus.PLANNED,
            organisation_id=body.id,
        )
        _people(session, event, body.id)
        for hour in (8, 10, 14):
            title = {"vi": f"Làm việc lúc {hour} giờ"} | ({"lo": "ເຮັດວຽກ"} if hour == 8 else {})
            session.add(ProgrammeItem(event_id=event.id, day=event.first_day, start_time=time(hour), title=title))
        return event.id


def _people(session: Session, event: Event, body_id: str) -> None:
    for number in range(4):
        person = factories.make_person(
            session,
            name=f"Nguyễn Thị {number}",
            position={"vi": "Phó Giám đốc Sở Ngoại vụ thành phố Hải Phòng"},
            organisation_id=body_id,
        )
        side, role = (Side.HOST, MemberRole.MEMBER) if number % 2 else (Side.GUEST, MemberRole.MEMBER)
        factories.make_member(session, event, person, side=side, role=MemberRole.HEAD if number < 2 else role)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_the_page_fits_the_screen(visit: Visit, delegation: str, size: str, language: str) -> None:
    page = visit(Role.OFFICER, language, size)
    page.goto(f"/events/{delegation}/papers?language=vi,lo")
    for summary in page.locator("main summary").all():
        summary.click()
    assert not is_wider_than_the_screen(page)
    assert barriers(page) == []
    picture(page, f"document-papers-{size}-{language}")


def test_a_paper_is_kept_and_registered_without_script(visit: Visit, delegation: str, database: Database) -> None:
    page = visit(Role.OFFICER, "en", "phone", script=False)
    page.goto(f"/events/{delegation}/papers?language=vi,lo")
    with database.transaction(write=False) as session:
        signatory = session.exec(select(Person).where(Person.name == "Nguyễn Thị 1")).one()
    page.get_by_label("Signed by").select_option(signatory.id)
    page.get_by_role("button", name="Use these").click()
    assert f"signed_by={signatory.id}" in page.url
    assert page.get_by_label("Signed by").input_value() == signatory.id
    with page.expect_download() as download:
        page.locator("#programme").get_by_role("link", name="Word").click()
    assert download.value.suggested_filename.endswith("_vi-lo.docx")
    page.locator("#programme").get_by_role("button", name="Keep as it is now").click()
    assert "The paper is kept." in words(page)
    picture(page, "document-kept-phone-en")
    assert not is_wider_than_the_screen(page)
