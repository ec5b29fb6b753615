"""The pages of notes and of who comes, without script."""

from collections.abc import Callable
from typing import Any

import pytest

from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.vocabulary import EventStatus, Role, Side
from tests import factories
from tests.service.both_sides.conftest import TwoOffices
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("pages of both sides read notes and answers")


@pytest.fixture
def owner(two: TwoOffices, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(Role.OFFICER, organisation_id=two.body_id, name="Nguyễn Văn An")


@pytest.fixture
def other(two: TwoOffices, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(Role.APPROVER, organisation_id=two.other_body_id)


@pytest.fixture
def member(two: TwoOffices, database: Database) -> str:
    """A guest on the list of the visit, which is in the plan."""
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        event.status = EventStatus.PLANNED
        person = factories.make_person(session, name="Khăm Phăn", email="k@example.org", organisation_id=None)
        return factories.make_member(session, event, person, side=Side.GUEST).id


def test_a_note_is_written_read_and_struck_out(two: TwoOffices, owner: Browser, other: Browser) -> None:
    two.share()
    path = f"{two.path}/notes"
    text = "Thống nhất <b>ngày 10</b>.\n\nXem https://example.org/thu."
    answer = owner.send(path, do="write", text=text, visibility="shared")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?done=write")
    page = other.get(path).text
    assert "&lt;b&gt;ngày 10" in page
    assert 'href="https://example.org/thu"' in page
    assert "noopener" in page and "nofollow" in page  # noqa: PT018
    assert "Nguyễn Văn An" in page
    (note,) = two.owner.get(path).json
    assert 'value="strike"' not in page
    assert owner.send(path, do="strike", row=note["id"]).status_code == 303
    assert "<del" in other.get(path).text
    refused = owner.send(path, do="write", text="")
    assert refused.status_code == 422
    gone = owner.send(path, do="write", text="x" * 4001)
    assert gone.status_code == 422
    assert "x" * 4001 in gone.text, "what was typed is still there"


def test_who_is_mentioned_finds_it_on_the_first_page_until_it_is_read(
    two: TwoOffices, owner: Browser, signed_in: Callable[..., Browser], database: Database
) -> None:
    with database.transaction() as session:
        user = factories.make_user(session, Role.VIEWER, organisation_id=two.body_id, name="Trần Thị Bình")
    reader = signed_in(user=user)
    path = f"{two.path}/notes"
    assert "Trần Thị Bình" in owner.get(path).text
    assert "mentions" not in reader.get("/").text
    owner.send(path, do="write", text="Chị xem giúp.", visibility="own", mention=user.id)
    assert 'id="mentions"' in reader.get("/").text
    assert reader.send(path, do="read").status_code == 303
    assert 'id="mentions"' not in reader.get("/").text
    assert reader.post(path, {"csrf": "x", "do": "write", "text": "x"}).status_code in {303, 403}


def test_the_other_sides_page_leads_to_notes_and_who_comes(
    two: TwoOffices, owner: Browser, other: Browser, member: str
) -> None:
    two.share()
    page = other.get(f"{two.path}/shared").text
    assert f'{two.path}/notes"' in page
    assert f'{two.path}/coming"' in page
    assert "Khăm Phăn" in other.get(f"{two.path}/coming").text
    page = other.get(f"{two.path}/coming").text.partition("<main")[2]
    assert 'value="own"' in page
    assert not any(f'value="{deed}"' in page for deed in ("answer", "chase", "came", "headcount"))
    assert f'{two.path}/notes"' in owner.get(two.path).text


def test_answers_journeys_and_who_came_are_entered_on_one_page(
    two: TwoOffices, owner: Browser, member: str, database: Database, clock: Clock
) -> None:
    path = f"{two.path}/coming"
    page = owner.get(path).text
    assert 'value="came"' not in page, "before the arrival day"
    form: dict[str, Any] = {"row": member, "version": "1", "do": "answer", "answer": "accepted"}
    form |= {"arrival.day": "2027-03-10", "arrival.hour": "14:30", "arrival.by": "QV 314", "arrival.met_by": "Bình"}
    answer = owner.send(f"{path}?edit={member}", **form)
    assert answer.status_code == 303, answer.text
    page = owner.get(path).text
    assert "QV 314" in page and "14:30" in page  # noqa: PT018
    assert "1/1" in page
    stale = owner.send(f"{path}?edit={member}", **form)
    assert stale.status_code == 412
    wrong = owner.send(f"{path}?edit={member}", **form | {"version": "2", "departure.day": "2027-03-09"})
    assert wrong.status_code == 422
    assert 'value="2027-03-09"' in wrong.text, "what was typed is still there"
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        event.arrives_on = event.first_day = clock.now.date()
    assert owner.send(path, row=member, version="2", do="came").status_code == 303
    with database.transaction(write=False) as session:
        assert session.get_one(Member, member).came is True
    assert owner.send(path, do="headcount").status_code == 303
    with database.transaction(write=False) as session:
        assert session.get_one(Event, two.event_id).headcount_actual == 1


def test_who_has_not_answered_is_asked_by_a_button(two: TwoOffices, owner: Browser, member: str) -> None:
    path = f"{two.path}/coming"
    answer = owner.send(path, do="chase")
    assert answer.status_code == 303
    told = owner.get(answer.headers["Location"]).text
    assert "Đã gửi thư đề nghị trả lời: 1 người." in told
    again = owner.get(owner.send(path, do="chase").headers["Location"]).text
    assert "trong 24 giờ qua: 1 người" in again
