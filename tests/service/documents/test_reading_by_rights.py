"""Whatever a visit holds and whoever reads: no word stands in a paper that the API doesn't tell the same reader.

What the API tells is the oracle; it has rights and tests of its own.
"""

import random
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from models.database import Database
from models.event_parts import ProgrammeItem
from models.events import Event
from models.places import Organisation
from models.vocabulary import EventStatus, ResourceType, Role, Visibility
from service.actions.bookings import bookings, resources
from service.actions.context import ActionContext
from service.actions.events import programme_revisions
from tests import factories
from tests.factories import NOW, OFFICE
from tests.service.conftest import Caller

pytestmark = pytest.mark.usefixtures("as_words")

ACT = ActionContext(None, NOW, OFFICE)
TOLD = ("", "/members?page_size=500", "/tasks?page_size=500", "/programme", "/bookings?page_size=500", "/placements")
"""Where the API tells what of a visit."""


class Visit:
    """A visit whose every text has a word of its own; what is in it follows from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.in_charge = ""

    def word(self) -> dict[str, str]:
        self.count += 1
        return {"vi": f"Tu{self.count:03}kin"}

    def make(self, database: Database) -> tuple[str, list[Organisation]]:
        draw = self.random
        with database.transaction() as session:
            bodies = [factories.make_organisation(session, name=self.word()) for _body in range(3)]
            theirs = factories.make_organisation(session, name=self.word(), locality="vientiane-province")
            factories.make_user(session, Role.APPROVER, organisation_id=theirs.id)
            event = factories.make_event(
                session, title=self.word(), description=self.word(), purpose=self.word(), location=self.word(),
                organisation_id=bodies[0].id, visibility=draw.choice(list(Visibility)),
                status=draw.choice([EventStatus.PLANNED, EventStatus.CONFIRMED]),
            )  # fmt: skip
            everybody = [*bodies, theirs]
            for _member in range(draw.randint(1, 5)):
                person = factories.make_person(
                    session, name=f"Nguyễn {self.word()['vi']}", position=self.word(), phone=self.word()["vi"],
                    organisation_id=draw.choice(everybody).id,
                )  # fmt: skip
                factories.make_member(session, event, person)
            factories.make_member(session, event, factories.make_person(session, organisation_id=theirs.id))
            for _task in range(draw.randint(1, 6)):
                body = draw.choice([*everybody, None])
                factories.make_task(session, event, title=self.word(), organisation_id=body.id if body else None)
            self.add_items(session, event, draw.randint(0, 3))
            if draw.random() < 0.7 and programme_revisions.programme_of(session, event.id):
                programme_revisions.publish_programme(session, ACT, event, None)
            self.add_items(session, event, draw.randint(1, 3))
            for kind in draw.sample(list(ResourceType), 2):
                about = {"name": self.word(), "type": kind, "locality": "hai-duong", "seats": 9}
                made = resources.create_resource(session, ACT, about)
                wish = {"event_id": event.id, "resource_id": made.id, "note": self.word()["vi"]}
                bookings.make_bookings(session, ACT, [wish], several=False)
            self.in_charge = self.word()["vi"]
            event.in_charge_id = factories.make_user(session, name=self.in_charge, organisation_id=bodies[0].id).id
            return event.id, everybody

    def add_items(self, session: object, event: Event, count: int) -> None:
        for _item in range(count):
            day = event.first_day + timedelta(days=self.random.randint(0, 2))
            texts = {name: self.word() for name in ("title", "place", "hosted_by", "attendees")}
            session.add(ProgrammeItem(event_id=event.id, day=day, **texts))  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]


def words(text: str) -> set[str]:
    return set(re.findall(r"tu\d{3}kin", text.lower()))


@pytest.mark.parametrize("seed", range(5))
def test_no_word_stands_in_a_paper_that_its_reader_is_not_told(
    app: Flask, database: Database, caller: Callable[..., Caller], seed: int
) -> None:
    visit = Visit(seed)
    event_id, bodies = visit.make(database)
    readers = [caller(role, organisation_id=body.id) for body in bodies for role in (Role.VIEWER, Role.OFFICER)]
    readers.append(caller(Role.APPROVER))
    papers = 0
    for reader in readers:
        listed = reader.get(f"/events/{event_id}/documents")
        if reader.get(f"/events/{event_id}").status_code == 404:
            assert listed.status_code == 404
            continue
        told = words("".join(reader.get(f"/events/{event_id}{path}").text for path in TOLD))
        told |= words("".join(reader.get(f"/{noun}?page_size=500").text for noun in ("organisations", "people")))
        if reader.get(f"/events/{event_id}/history").status_code == 200:
            told |= words(visit.in_charge)  # its page says who is in charge to who sees all of it
        assert words(listed.text) <= told
        for kind in listed.json["kinds"]:
            for language in ("vi", "vi,lo"):
                path = f"/events/{event_id}/documents/{kind['kind']}.docx?language={language}"
                made = reader.get(path + ("&reason=x" if kind["personal"] else ""))
                assert made.status_code == 200, made.text
                assert words(made.text) <= told, (kind["kind"], reader.user_id)
                papers += bool(words(made.text))
    assert papers > 20


def test_the_words_of_papers_are_found(app: Flask, database: Database, caller: Callable[..., Caller]) -> None:
    """The control: who sees all finds in the papers what others don't."""
    event_id, bodies = Visit(1).make(database)
    owner = caller(Role.OFFICER, organisation_id=bodies[0].id)
    with database.transaction() as session:
        factories.make_task(session, session.get_one(Event, event_id), organisation_id=bodies[1].id)
    part = caller(Role.OFFICER, organisation_id=bodies[3].id)
    mine, theirs = (words(one.get(f"/events/{event_id}/documents/programme.docx").text) for one in (owner, part))
    assert theirs < mine
