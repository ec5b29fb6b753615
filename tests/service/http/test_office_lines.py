"""Lines of localities, with accounts or not yet: what carries a body, an account or a locality from one to another."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from models.accounts import User
from models.database import Database
from models.errors import Forbidden
from models.places import Organisation
from models.vocabulary import Role
from service.actions.accounts import accounts, offices
from service.actions.context import ActionContext
from service.actions.directory import directory
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller, Clock

OTHER = "vientiane-province"
SUCCEEDED = {"succeeded_on": "2025-07-01"}

Make = Callable[..., Caller]


def body_of(database: Database, locality: str = "hai-duong", **values: Any) -> str:
    with database.transaction() as session:
        return factories.make_organisation(session, locality=locality, **values).id


def is_refused(answer: Any, code: str, field: str) -> bool:
    return (answer.status_code, answer.json["code"], list(answer.json["errors"])) == (403, code, [field])


@pytest.fixture
def hidden(database: Database) -> str:
    """A hidden event of the default office."""
    with database.transaction() as session:
        return factories.make_event(session, organisation_id=factories.make_organisation(session).id).id


@pytest.mark.both_databases("whether accounts of a line are older than offices")
def test_a_body_moved_abroad_opens_nothing_there(
    caller: Make, database: Database, hidden: str, client: FlaskClient
) -> None:
    """An officer's move into a line without accounts would make its first account one of the default office."""
    own, theirs = body_of(database), body_of(database, OTHER)
    officer, root = caller(Role.OFFICER, organisation_id=own), caller(Role.ADMIN)
    for who in (officer, root):
        moved = who.patch(f"/organisations/{own}", {"locality": OTHER})
        assert is_refused(moved, "operator_only", "locality")
    made = root.made("/users", {"email": "first@example.org", "role": "admin", "organisation_id": theirs})
    assert made["office"] == OTHER


@pytest.mark.parametrize("role", list(Role))
def test_a_body_without_accounts_is_moved_by_administrators_only(caller: Make, database: Database, role: Role) -> None:
    partner = body_of(database)
    body_of(database, OTHER)
    answer = caller(role, organisation_id=None).patch(f"/organisations/{partner}", {"locality": OTHER})
    assert answer.status_code == (200 if role is Role.ADMIN else 403), answer.text


def test_within_its_line_a_body_moves_as_ever(caller: Make, database: Database) -> None:
    own = body_of(database)
    with database.transaction() as session:
        factories.make_locality(session, "hai-phong")
    day = {"successor": "hai-phong"} | SUCCEEDED
    assert caller(Role.ADMIN).patch("/localities/hai-duong", day).status_code == 200
    officer = caller(Role.OFFICER, organisation_id=own)
    assert officer.patch(f"/organisations/{own}", {"locality": "hai-phong"}).status_code == 200


def guests_from_before(caller: Make, database: Database) -> tuple[str, Caller]:
    """A body abroad, and its officer, whose account is older than offices."""
    body = body_of(database, OTHER)
    guest = caller(Role.OFFICER, organisation_id=body)
    with database.transaction() as session:
        session.get_one(User, guest.user_id).office = None
    return body, guest


def test_older_guests_do_not_move_in(caller: Make, database: Database) -> None:
    """What they see of public visits is what guests see; in Hải Dương they would be a department of it."""
    body, guest = guests_from_before(caller, database)
    assert is_refused(guest.patch(f"/organisations/{body}", {"locality": "hai-duong"}), "operator_only", "locality")


@pytest.mark.both_databases("whether accounts of a line are older than offices")
@pytest.mark.parametrize("role", list(Role))
def test_nobody_new_gets_the_rights_that_older_guests_kept(
    caller: Make, database: Database, settings: Settings, clock: Clock, hidden: str, role: Role
) -> None:
    body, _guest = guests_from_before(caller, database)
    wish = {"email": "new@example.org", "role": role.value, "organisation_id": body}
    assert is_refused(caller(Role.ADMIN).post("/users", wish), "operator_only", "organisation_id")
    act = ActionContext(None, clock.now, settings.office)
    with database.transaction() as session:  # the operator, on the command line
        made = accounts.create_user(session, act, wish | {"role": role})
        assert made.office == OTHER
    who = caller(role, organisation_id=body)
    assert who.get(f"/events/{hidden}").status_code == 404
    with database.transaction() as session:
        offices.open_office(session, act, OTHER)
        assert set(session.exec(select(User.office).where(User.organisation_id == body))) == {OTHER}


def test_an_account_does_not_carry_its_office_abroad(caller: Make, database: Database) -> None:
    own, theirs = body_of(database), body_of(database, OTHER)
    root, officer = caller(Role.ADMIN), caller(Role.OFFICER, organisation_id=own)
    moved = root.patch(f"/users/{officer.user_id}", {"organisation_id": theirs})
    assert is_refused(moved, "operator_only", "organisation_id")
    another = root.patch(f"/users/{officer.user_id}", {"organisation_id": body_of(database)})
    assert another.status_code == 200, another.text


def test_nobody_annexes_a_locality(caller: Make, database: Database) -> None:
    """One without organisations as well: who has the line has all that is entered there later."""
    with database.transaction() as session:
        for code in ("khammouane", "bolikhamxay"):
            factories.make_locality(session, code)
    root, theirs = caller(Role.ADMIN), caller(Role.ADMIN, organisation_id=body_of(database, OTHER))
    for code, who in (("khammouane", theirs), (OTHER, root)):
        annexed = who.patch(f"/localities/{OTHER if who is theirs else 'khammouane'}", {"successor": code} | SUCCEEDED)
        assert is_refused(annexed, "operator_only", "successor"), code
    own = root.patch("/localities/khammouane", {"successor": "bolikhamxay"} | SUCCEEDED)
    assert own.status_code == 200, own.text


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER, Role.ADMIN])
def test_bodies_are_entered_by_the_office_of_their_place(caller: Make, database: Database, role: Role) -> None:
    """A name or an alias planted there would be taken for that office's own."""
    theirs = caller(role, organisation_id=body_of(database, OTHER))
    own = caller(Role.OFFICER, organisation_id=body_of(database))
    planted = {"name": {"vi": "Sở Mới"}, "aliases": ["SM"], "locality": "hai-duong"}
    assert is_refused(
        theirs.post("/organisations", planted | {"email": "spy@evil.example"}), "not_in_charge", "locality"
    )
    assert theirs.post("/organisations", planted | {"locality": OTHER}).status_code == 201
    assert is_refused(own.post("/organisations", planted | {"locality": OTHER}), "not_in_charge", "locality")
    assert own.post("/organisations", planted).status_code == 201


def test_the_operator_moves_a_body(database: Database, settings: Settings, clock: Clock, caller: Make) -> None:
    own = body_of(database)
    caller(Role.OFFICER, organisation_id=own)
    body_of(database, OTHER)
    with database.transaction() as session:
        act = ActionContext(None, clock.now, settings.office)
        try:
            directory.change_organisation(session, act, session.get_one(Organisation, own), {"locality": OTHER})
        except Forbidden:
            pytest.fail("the operator may")
