"""Both sides of a visit at one proposal at the same moment: one wins, the others read why."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.both_sides.proposals import Proposal
from models.database import Database
from models.events import Event
from models.vocabulary import ProposalState
from tests.at_once import at_once
from tests.service.both_sides.conftest import TwoOffices
from tests.service.both_sides.test_proposals_api import DAYS, OTHER_DAYS, Table, table

__all__ = ["table"]

pytestmark = pytest.mark.both_databases("row locks of the event, and the index of the open proposal")


def states(database: Database) -> list[str]:
    with database.transaction(write=False) as session:
        return sorted(one.state.value for one in session.exec(select(Proposal)).all())


def codes(answers: list[Any]) -> list[tuple[int, str | None]]:
    return sorted((one.status_code, one.json.get("code")) for one in answers)


def test_of_two_acceptances_one_moves_the_visit(table: Table, database: Database) -> None:
    made = table.proposed()["id"]
    tag = table.two.other.etag(table.two.path)
    path = f"/proposals/{made}/accept"
    answers = at_once([lambda: table.two.other.post(path, If_Match=tag) for _ in range(3)])
    assert codes(answers) == [(200, None), (409, "not_open"), (409, "not_open")]
    event = table.event()
    assert (event.first_day, event.sequence) == (date(2027, 3, 10), 1)
    with database.transaction(write=False) as session:
        steps = session.exec(select(Audit.action).where(Audit.entity == "proposal")).all()
    assert sorted(steps) == ["accept", "create"]


def test_accepted_or_withdrawn_never_both(table: Table, database: Database) -> None:
    made = table.proposed()["id"]
    tag = table.two.other.etag(table.two.path)
    answers = at_once(
        [
            lambda: table.two.other.post(f"/proposals/{made}/accept", If_Match=tag),
            lambda: table.two.owner.post(f"/proposals/{made}/withdraw"),
        ]
    )
    assert codes(answers) == [(200, None), (409, "not_open")]
    (state,) = states(database)
    is_accepted = answers[0].status_code == 200
    assert state == (ProposalState.ACCEPTED if is_accepted else ProposalState.WITHDRAWN)
    assert (table.event().first_day == date(2027, 3, 10)) is is_accepted


def test_of_days_from_both_sides_one_is_open(table: Table, database: Database) -> None:
    answers = at_once(
        [
            lambda: table.two.owner.post(table.path, DAYS),
            lambda: table.two.other.post(table.path, OTHER_DAYS),
            lambda: table.two.owner.post(table.path, OTHER_DAYS),
        ]
    )
    assert codes(answers) == [(201, None), (409, "proposal_open"), (409, "proposal_open")]
    assert states(database) == ["open"]


def test_a_visit_moved_meanwhile_is_not_moved_unread(table: Table, database: Database) -> None:
    made = table.proposed()["id"]
    theirs, ours = table.two.other.etag(table.two.path), table.two.owner.etag(f"/delegations/{table.two.event_id}")
    moved = {"first_day": "2027-05-03", "last_day": "2027-05-05"}
    answers = at_once(
        [
            lambda: table.two.other.post(f"/proposals/{made}/accept", If_Match=theirs),
            lambda: table.two.owner.patch(f"/delegations/{table.two.event_id}", moved, ours),
        ]
    )
    assert sorted(one.status_code for one in answers) == [200, 412], [one.text for one in answers]
    is_accepted = answers[0].status_code == 200
    assert table.event().first_day == (date(2027, 3, 10) if is_accepted else date(2027, 5, 3))
    assert states(database) == ["accepted" if is_accepted else "open"]


def test_accepted_while_sharing_ends(table: Table, two: TwoOffices, database: Database) -> None:
    made = table.proposed()["id"]
    tag = two.other.etag(two.path)
    answers = at_once(
        [
            lambda: two.other.post(f"/proposals/{made}/accept", If_Match=tag),
            lambda: two.owner.call("DELETE", f"{two.path}/share"),
        ]
    )
    assert answers[1].status_code == 204
    assert answers[0].status_code in {200, 403, 404, 409}, answers[0].text
    is_accepted = answers[0].status_code == 200
    assert states(database) == ["accepted" if is_accepted else "withdrawn"]
    with database.transaction(write=False) as session:
        assert (session.get_one(Event, two.event_id).first_day == date(2027, 3, 10)) is is_accepted
