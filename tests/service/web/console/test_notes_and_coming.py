"""The pages of notes and of who comes as people see them: both languages, a telephone and a screen."""

import pytest
from sqlmodel import Session

from models.database import Database
from models.events import Event
from models.vocabulary import EventStatus, Language, MemberAnswer, Role
from service.actions.both_sides import notes
from service.actions.context import ActionContext
from service.actions.events import members
from service.settings import Settings
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.console.conftest import Visit
from tests.service.web.console.walk import Walk


def furnish(session: Session, settings: Settings, clock: Clock) -> str:
    """A visit that begins today, with people who answered, travel and came, and notes of all kinds."""
    author = factories.make_user(session, Role.ADMIN, name="Nguyễn Văn An")
    act = ActionContext(author, clock.now, settings.office)
    title = {"vi": "Đoàn cán bộ tỉnh Viêng Chăn", "lo": "ຄະນະພະນັກງານແຂວງວຽງຈັນ"}
    event: Event = factories.make_event(
        session, title=title, first_day=act.today, last_day=act.today, status=EventStatus.PLANNED
    )
    journey = {"at": f"{act.today}T14:30", "by": "QV 314", "place": "Nội Bài", "met_by": "Trần Thị Bình"}
    for number, answer in enumerate(MemberAnswer):
        member = factories.make_member(session, event)
        members.change_member(session, act, event, member, {"answer": answer})
        if number == 1:
            members.change_member(session, act, event, member, {"came": True, "arrival": journey, "departure": journey})
    struck = notes.write_note(session, act, event, "Phía bạn xin đến sớm một ngày.")
    notes.strike_note(session, act, struck)
    notes.write_note(session, act, event, "Đã thống nhất qua điện thoại.\n\nXem https://example.org/thu-moi.")
    return event.id


@pytest.mark.parametrize(("language", "size"), [(Language.VI, "laptop"), (Language.LO, "phone")])
def test_nothing_runs_over_and_nobody_is_kept_out(
    visit: Visit, database: Database, settings: Settings, clock: Clock, language: Language, size: str
) -> None:
    with database.transaction() as session:
        event_id = furnish(session, settings, clock)
        user = factories.make_user(session, Role.ADMIN, locale=language, name="Lê Hùng")
    walk = Walk(visit(user=user, language=language.value, size=size), language.value, "notes")
    walk.page.goto(f"/events/{event_id}/notes")
    walk.look("written")
    walk.fill("text", "Xin xem lại giờ đến.")
    walk.press("Write the note")
    walk.sees("Xin xem lại giờ đến.")
    walk.page.goto(f"/events/{event_id}/coming")
    walk.look("coming")
    walk.follow(walk.say("Answer and journey"))
    walk.look("answer")
    walk.fill("arrival.by", "VN 921")
    walk.press("Save")
    walk.sees("VN 921")
