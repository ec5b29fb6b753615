"""Nobody of an office that ended is taken to another office, and what was sealed of them stays closed."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from models.both_sides.office_profiles import OfficeProfile
from models.database import Database
from models.vocabulary import Role
from tests import factories
from tests.service.both_sides.conftest import OTHER, OWN, TwoOffices
from tests.service.conftest import Caller, Clock

SEALED = ("particulars", "passport")


@pytest.fixture
def somebody(two: TwoOffices, database: Database) -> str:
    """A person of the other office of whom it sealed a passport and particulars."""
    with database.transaction() as session:
        person = factories.make_person(session, organisation_id=two.other_body_id).id
    for what, values in (("particulars", {"diet": "no fish"}), ("passport", {"number": "C7654321"})):
        answer = two.other.call("PUT", f"/people/{person}/{what}", values)
        assert answer.status_code in (200, 201, 204), answer.text
    return person


def end(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        session.add(OfficeProfile(code=OTHER, ended_at=clock.now, created_at=clock.now, updated_at=clock.now))


def closed(who: Caller, person: str) -> bool:
    """Whether nothing sealed is read, in any way."""
    read = [who.get(f"/people/{person}/{what}") for what in SEALED]
    read.append(who.post(f"/people/{person}/passport/reveal", {"reason": "for the visit"}))
    return all(answer.status_code in (403, 404) for answer in read)


MOVES: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "at once": lambda body: {"organisation_id": body},
    "to nobody": lambda _body: {"positions": []},
    "by a term": lambda body: {"positions": [{"organisation_id": body}]},
    "by a term to come": lambda body: {"positions": [{"organisation_id": body, "starts_on": "2031-01-01"}]},
    "by a day": lambda body: {"organisation_id": body, "as_of": "2031-01-01"},
}


@pytest.mark.parametrize("way", MOVES)
def test_who_keeps_the_directory_of_an_office_that_ended_takes_nobody_away(
    two: TwoOffices, database: Database, caller: Callable[..., Caller], clock: Clock, somebody: str, way: str
) -> None:
    end(database, clock)
    keeper = caller(Role.ADMIN)
    with database.transaction() as session:
        body = factories.make_organisation(session, locality=OWN, protocol_office=True).id
    assert closed(keeper, somebody)
    values = MOVES[way](body)
    answer = keeper.patch(f"/people/{somebody}", values)
    if answer.status_code == 200:
        assert way == "to nobody"
        assert closed(keeper, somebody), "and still kept by the body they were of"
        assert keeper.patch(f"/people/{somebody}", {"organisation_id": body}).status_code == 403
    else:
        assert (answer.status_code, answer.json["code"]) == (403, "office_ended"), answer.text
        assert list(answer.json["errors"]) == [next(iter(values))]
    assert closed(keeper, somebody)
    answer = keeper.patch(f"/people/{somebody}", {"email": "new@vientiane.example"})
    assert answer.status_code == 200, "control: words and addresses are the keeper's"


def test_an_office_that_works_takes_its_people_where_it_wants(two: TwoOffices, somebody: str) -> None:
    """The control: within it, by itself."""
    assert two.other.patch(f"/people/{somebody}", {"organisation_id": two.department_id}).status_code == 200
    assert not closed(two.other, somebody)
