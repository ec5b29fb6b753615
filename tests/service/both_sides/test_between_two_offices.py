"""What two offices said to each other about days stays between them, with whomever the visit is shared afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from models.accounts import User
from models.database import Database
from models.vocabulary import Role
from service.actions.context import ActionContext
from service.actions.events import events
from service.settings import Settings
from tests import factories
from tests.service.both_sides.conftest import TwoOffices
from tests.service.conftest import Caller, Clock

DAYS = {"first_day": "2027-03-10", "last_day": "2027-03-12"}
THIRD = "vientiane-capital"


@dataclass
class ThreeOffices:
    """A visit of Hải Dương whose guest is first Vientiane Province, then the capital."""

    two: TwoOffices
    third: Caller
    third_body_id: str

    @property
    def path(self) -> str:
        return f"{self.two.path}/proposals"

    def move_on(self) -> None:
        """The capital comes instead, and the visit is shared with it."""
        answer = self.two.owner.patch(f"/delegations/{self.two.event_id}", {"guest": THIRD})
        assert answer.status_code == 200, answer.text
        self.two.share()

    def states(self, who: Caller) -> Any:
        """What a side reads: the state of every proposal, or the code of the refusal."""
        answer = who.get(self.path)
        return [one["state"] for one in answer.json] if answer.status_code == 200 else answer.status_code


@pytest.fixture
def three(two: TwoOffices, database: Database, caller: Callable[..., Caller]) -> ThreeOffices:
    with database.transaction() as session:
        body = factories.make_organisation(session, locality=THIRD).id
    two.share()
    return ThreeOffices(two, caller(Role.APPROVER, organisation_id=body), body)


@pytest.mark.both_databases("the condition for what was said between two offices")
def test_a_third_office_reads_nothing_of_what_two_said_to_each_other(three: ThreeOffices) -> None:
    two = three.two
    answered = two.other.made(three.path, DAYS | {"note": "for Hải Dương"})["id"]
    assert two.owner.post(f"/proposals/{answered}/decline", {"note": "for Vientiane"}).status_code == 200
    withdrawn = two.owner.made(three.path, DAYS)["id"]
    assert two.owner.post(f"/proposals/{withdrawn}/withdraw").status_code == 200
    three.move_on()
    assert three.states(three.third) == []
    for one in (answered, withdrawn):
        assert three.third.get(f"/proposals/{one}").status_code == 404
        for step in ("decline", "counter", "withdraw"):
            assert three.third.post(f"/proposals/{one}/{step}", DAYS if step == "counter" else {}).status_code == 404
    trail = three.third.get("/audit?entity=proposal")
    assert trail.status_code != 200 or trail.json == []
    assert three.states(two.owner) == ["declined", "withdrawn"], "control: who said it reads it"
    three.third.made(three.path, DAYS)
    assert three.states(three.third) == ["open"], "control: its own is its own"
    assert three.states(two.other) == 404
    assert three.states(two.owner) == ["declined", "withdrawn", "open"]


def test_the_accounts_of_the_other_office_are_named_and_not_told(three: ThreeOffices, database: Database) -> None:
    """Also where one side withdrew what the other had proposed, by sharing no more."""
    two = three.two
    two.other.made(three.path, DAYS)
    two.unshare()
    two.share()
    (seen,) = two.other.get(three.path).json
    assert (seen["state"], seen["made_by"], seen["answered_by"]) == ("withdrawn", two.other.user_id, None)
    (own,) = two.owner.get(three.path).json
    assert (own["made_by"], own["answered_by"]) == (None, two.owner.user_id)
    with database.transaction(write=False) as session:
        assert seen["answered_by_name"] == session.get_one(User, two.owner.user_id).name


@pytest.mark.both_databases("the proposal that ends with the sharing")
@pytest.mark.parametrize("by_owner", [True, False])
def test_what_is_open_ends_with_the_two_sides_it_is_between(
    three: ThreeOffices, database: Database, *, by_owner: bool
) -> None:
    two = three.two
    made = (two.owner if by_owner else two.other).made(three.path, DAYS)["id"]
    assert two.owner.patch(f"/delegations/{two.event_id}", {"guest": THIRD}).status_code == 200
    ended = two.owner.get(f"/proposals/{made}").json
    assert (ended["state"], ended["possible"]) == ("withdrawn", [])
    two.share()
    assert three.third.post(three.path, DAYS).status_code == 201, "and nothing stands in the third one's way"


def test_what_is_open_is_not_accepted_for_another_owner(
    three: ThreeOffices, database: Database, clock: Clock, settings: Settings
) -> None:
    """The operator gives the visit to the third office, and it stays shared with the other one."""
    two = three.two
    made = two.owner.made(three.path, DAYS)["id"]
    with database.transaction() as session:
        act, event = ActionContext(None, clock.now, settings.office), events.find_event(session, two.event_id)
        events.change_event(session, act, event, {"organisation_id": three.third_body_id})
    assert two.other.get(f"/proposals/{made}").json["state"] == "withdrawn"
    assert three.states(three.third) == []


def test_with_the_same_sides_it_stays_open(
    three: ThreeOffices, database: Database, clock: Clock, settings: Settings
) -> None:
    """The control: another body of its own office is in charge, another place is the host."""
    two = three.two
    made = two.other.made(three.path, DAYS)["id"]
    with database.transaction() as session:
        act, event = ActionContext(None, clock.now, settings.office), events.find_event(session, two.event_id)
        body = factories.make_organisation(session, locality="hai-duong").id
        events.change_event(session, act, event, {"organisation_id": body})
    assert two.other.get(f"/proposals/{made}").json["state"] == "open"
