"""What is wrong with an entry of the pages of both sides is said with its field, and leads to it."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.vocabulary import EventStatus, Language, Role, Side
from tests import factories
from tests.service.both_sides.conftest import TwoOffices
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("pages of both sides that are refused are read anew")

SHARE = {"do": "share", "version": "0", "acknowledged": "yes"}
LINK = {"do": "make", "may": "members", "for": "Ms Khamla"}
NOTE = {"do": "write", "text": "A note", "visibility": "own"}
LEADS_TO = re.compile(r'<li><a href="#([^"]+)">([^<]+)</a>: [^<]+</li>')


@pytest.fixture
def owner(two: TwoOffices, signed_in: Callable[..., Browser], database: Database) -> Browser:
    """An officer of the visit's own side, in English; the visit is in the plan, with a guest."""
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        event.status = EventStatus.PLANNED
        factories.make_member(session, event, factories.make_person(session, organisation_id=None), side=Side.GUEST)
    return signed_in(Role.OFFICER, organisation_id=two.body_id, locale=Language.EN)


@pytest.mark.parametrize(
    ("page", "typed", "field", "label"),
    [
        ("share", SHARE | {"ask": ["travel", "days"], "until-travel": "2027-01-01"}, "until-days", "Days that suit"),
        ("share", SHARE | {"ask": "members", "until-members": "soon"}, "until-members", "The list of the delegation"),
        ("share", SHARE | {"note": "x" * 2001}, "note", "Note for the other side"),
        ("links", LINK | {"expires_on": "2020-01-01"}, "expires", "Last day it opens"),
        ("links", LINK | {"for": ""}, "for", "For whom"),
        ("links", {"do": "make", "for": "Ms Khamla"}, "may", "What they fill in"),
        ("links", LINK | {"language": "fr"}, "link-language", "Their language"),
        ("notes", NOTE | {"text": ""}, "text", "Note"),
        ("notes", NOTE | {"visibility": "all"}, "visibility", "Who may read it"),
        ("notes", NOTE | {"mention": "nobody"}, "mention", "Tell somebody of it by mail"),
        ("coming", {"do": "answer", "answer": "maybe"}, "answer", "Answer"),
        ("coming", {"do": "answer", "answer": "accepted", "arrival.day": "soon"}, "arrival-day", "Arrival – Day"),
        ("coming", {"do": "answer", "answer": "accepted", "departure.by": "x" * 201}, "departure-by", "Departure"),
    ],
)
def test_a_wrong_entry_is_told_with_its_field(
    two: TwoOffices, owner: Browser, database: Database, page: str, typed: dict[str, Any], field: str, label: str
) -> None:
    if page == "notes":
        two.share()
    with database.transaction(write=False) as session:
        member = session.exec(select(Member).where(Member.event_id == two.event_id)).one()
        row = {"row": member.id, "version": str(member.version)} if page == "coming" else {}
    refused = owner.send(f"{two.path}/{page}", **(typed | row))
    assert refused.status_code == 422, refused.text
    text = unescape(refused.text)
    leads = LEADS_TO.findall(text)
    assert [one for one, _told in leads] == [field]
    assert leads[0][1].startswith(label)
    (control,) = re.findall(rf'<(?:input|select|textarea|fieldset)[^>]* id="{re.escape(field)}"[^>]*>', text)
    assert 'aria-invalid="true"' in control
    assert f'id="{field}-wrong"' in text


@pytest.mark.parametrize("page", ["share", "links", "notes", "coming"])
def test_nothing_is_marked_before_anything_is_wrong(two: TwoOffices, owner: Browser, page: str) -> None:
    assert "aria-invalid" not in owner.get(f"{two.path}/{page}").text
