"""What a page offers is not refused afterwards, and what it tells is told in the reader's words."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from models.both_sides.office_profiles import OfficeProfile
from models.database import Database
from models.events import Event
from models.vocabulary import EventStatus, Language, Role, Side
from tests import factories
from tests.service.both_sides.conftest import OTHER, TwoOffices
from tests.service.both_sides.link_holder import LinkHolder, make_link, token_of
from tests.service.web.test_pages import Browser, signed_in, words

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("pages of both sides choose what they offer")


def options(page: str, name: str) -> str:
    (found,) = re.findall(rf'<select[^>]* name="{name}".*?</select>', page, re.S)
    return str(found)


def test_an_account_is_made_for_a_body_of_the_own_office_in_its_language(
    two: TwoOffices, signed_in: Callable[..., Browser], database: Database
) -> None:
    with database.transaction() as session:
        session.add(OfficeProfile(code=OTHER, language=Language.LO))
    page = signed_in(Role.ADMIN, organisation_id=two.other_body_id).get("/administration/accounts/new").text
    offered = options(page, "organisation_id")
    assert two.department_id in offered
    assert two.body_id not in offered, "its administrator makes its accounts"
    assert 'value="lo" selected' in options(page, "locale")


def test_a_list_is_taken_in_only_where_it_would_be(two: TwoOffices, signed_in: Callable[..., Browser]) -> None:
    two.share()
    owner = signed_in(Role.OFFICER, organisation_id=two.body_id)
    other = signed_in(Role.APPROVER, organisation_id=two.other_body_id)
    assert 'type="file"' in owner.get(f"{two.path}/members").text
    assert 'type="file"' not in other.get(f"{two.path}/members").text


@pytest.mark.parametrize("email", [None, "k@example.org"])
def test_who_has_no_address_is_not_offered_to_be_asked_by_mail(
    two: TwoOffices, signed_in: Callable[..., Browser], database: Database, email: str | None
) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        event.status = EventStatus.PLANNED
        person = factories.make_person(session, email=email, organisation_id=None)
        factories.make_member(session, event, person, side=Side.GUEST)
    page = signed_in(Role.OFFICER, organisation_id=two.body_id).get(f"{two.path}/coming").text
    assert ('value="chase"' in page) is (email is not None)


def test_the_history_tells_the_states_of_proposals_in_words(two: TwoOffices, signed_in: Callable[..., Browser]) -> None:
    two.share()
    days = {"first_day": "2027-04-06", "last_day": "2027-04-08"}
    answer = two.other.call("POST", f"{two.path}/proposals", days)
    assert two.owner.call("POST", f"/proposals/{answer.json['id']}/decline", {}).status_code == 200
    page = signed_in(Role.OFFICER, organisation_id=two.body_id, locale=Language.EN).get(f"{two.path}?show=history").text
    assert "Waits for an answer" in page
    assert not re.search(r">\s*(?:declined|open)\s*<", page)


def test_what_was_left_out_of_a_form_is_named_afterwards(
    two: TwoOffices, signed_in: Callable[..., Browser], client: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        session.get_one(Event, two.event_id).status = EventStatus.PLANNED
    owner = signed_in(Role.OFFICER, organisation_id=two.body_id, locale=Language.EN)
    holder = LinkHolder(client, token_of(make_link(two.owner, two.event_id)))
    holder.open()
    key = holder.add(name="Khamla", position="Director")
    path = f"/submissions/{holder.hand_in()}"
    assert owner.send(path, do="part", take=f"people.{key}.name").status_code == 303
    page = words(owner.get(path))
    assert "Not as it was handed in" in page
    assert "Khamla – Position" in page
    holder.open()
    holder.form[f"people.{key}.name_latin"] = "KHAMLA"
    late = f"/submissions/{holder.hand_in()}"
    assert owner.send(late, do="all").status_code == 303
    assert "Not as it was handed in" not in words(owner.get(late)), "nothing was left"
