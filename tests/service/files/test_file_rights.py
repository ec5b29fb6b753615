"""Files of what all offices share are their office's, unless they are shared; those of events need the whole event."""

from collections.abc import Callable

import pytest

from models.agreements import Agreement, Commitment
from models.database import Database
from models.vocabulary import EventKind, Role, Visibility
from service.actions.files import file_rights
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.files import samples
from tests.service.files.samples import send, sent

pytestmark = pytest.mark.both_databases("offices and shared files as conditions of a list")

OTHER = "vientiane-province"
Make = Callable[..., Caller]


@pytest.fixture
def common(database: Database, clock: Clock) -> list[str]:
    """The paths of the files of an agreement and of a commitment, which all offices share."""
    with database.transaction() as session:
        today = clock.now.date()
        agreement = Agreement(title={"vi": "Thỏa thuận"}, starts_on=today, ends_on=today)
        session.add(agreement)
        session.flush()
        commitment = Commitment(
            agreement_id=agreement.id, article="1", field={"vi": "x"}, title={"vi": "y"}, activity=EventKind.DELEGATION
        )
        session.add(commitment)
        session.flush()
        return [f"/agreements/{agreement.id}/files", f"/commitments/{commitment.id}/files"]


@pytest.fixture
def abroad(database: Database, caller: Make) -> Make:
    """Make an account of another office."""
    with database.transaction() as session:
        organisation_id = factories.make_organisation(session, locality=OTHER).id
    return lambda role=Role.OFFICER: caller(role, organisation_id=organisation_id, office=OTHER)


def ids(who: Caller, path: str) -> set[str]:
    return {one["id"] for one in who.get(path).json}


def test_another_office_reads_what_is_shared_and_changes_nothing(common: list[str], caller: Make, abroad: Make) -> None:
    mine, colleague, theirs = caller(), caller(Role.VIEWER), abroad()
    for path in common:
        internal, shared = sent(mine, path), sent(mine, path, visibility="shared")
        own = sent(theirs, path)
        assert ids(mine, path) == ids(colleague, path) == {internal["id"], shared["id"]}
        assert ids(theirs, path) == ids(abroad(Role.ADMIN), path) == {shared["id"], own["id"]}
        for reader, file, status in (
            (theirs, internal, 404), (theirs, shared, 200), (mine, own, 404), (colleague, internal, 200),
        ):  # fmt: skip
            for address in (f"/files/{file['id']}", f"/files/{file['id']}/content"):
                assert reader.get(address).status_code == status
        assert theirs.call("PATCH", f"/files/{internal['id']}", {"title": "x"}, If_Match="*").status_code == 404
        refused = theirs.call("PATCH", f"/files/{shared['id']}", {"title": "x"}, If_Match="*")
        assert (refused.status_code, refused.json["code"]) == (403, "not_in_charge")
        assert theirs.call("DELETE", f"/files/{shared['id']}", If_Match="*").status_code == 403
        taken_back = mine.patch(f"/files/{shared['id']}", {"visibility": "internal"})
        assert taken_back.status_code == 200
        assert theirs.get(f"/files/{shared['id']}").status_code == 404
        assert theirs.patch(f"/files/{own['id']}", {"title": "x"}).status_code == 200


def test_who_only_takes_part_in_an_event_reads_none_of_its_files(database: Database, caller: Make) -> None:
    with database.transaction() as session:
        own, other = factories.make_organisation(session), factories.make_organisation(session)
        event = factories.make_event(session, organisation_id=own.id)
        factories.make_task(session, event, organisation_id=other.id)
        event_id = event.id
    path = f"/events/{event_id}/files"
    mine, taking_part = caller(organisation_id=own.id), caller(organisation_id=other.id)
    made = sent(mine, path, visibility="shared")
    file = f"/files/{made['id']}"
    assert taking_part.get(f"/events/{event_id}").status_code == 200
    for address in (path, file, f"{file}/content"):
        assert taking_part.get(address).status_code == 404
    assert send(taking_part, path, samples.TEXT).status_code == 404
    with database.transaction() as session:
        session.get_one(type(event), event_id).visibility = Visibility.PUBLIC
    assert taking_part.get(file).status_code == 200, "of a public event every department of the office sees the whole"
    assert taking_part.call("DELETE", file, If_Match="*").status_code == 403
    assert send(taking_part, path, samples.TEXT).status_code == 403


def test_without_the_rule_another_office_would_read_everything(
    common: list[str], caller: Make, abroad: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what stops them is the condition for offices."""
    made, theirs = sent(caller(), common[0]), abroad()
    assert theirs.get(f"/files/{made['id']}").status_code == 404
    monkeypatch.setattr(file_rights.permissions, "reader", lambda _session: None)
    assert theirs.get(f"/files/{made['id']}").status_code == 200
