"""Two offices and a visit between them: Hải Dương hosts, Vientiane Province comes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from models.database import Database
from models.vocabulary import Role, Visibility
from tests import factories
from tests.service.conftest import Caller

OWN, OTHER = "hai-duong", "vientiane-province"


@dataclass
class TwoOffices:
    """A visit that is hidden from the other office, the bodies of both, and who acts for whom."""

    event_id: str
    body_id: str
    """The organisation in charge of the visit."""
    other_body_id: str
    """The organisation of who reads all of the other office."""
    department_id: str
    """A department of the other office."""
    owner: Caller
    """An officer of the organisation in charge."""
    other: Caller
    """An approver of the other office."""
    department: Caller
    """An officer of the department of the other office."""

    @property
    def path(self) -> str:
        return f"/events/{self.event_id}"

    def share(self, **body: Any) -> Any:
        """Share the visit; it must succeed."""
        answer = self.owner.call("PUT", f"{self.path}/share", {"acknowledged": True} | body)
        assert answer.status_code == 200, answer.text
        return answer.json

    def unshare(self) -> None:
        """Take it back; it must succeed."""
        assert self.owner.call("DELETE", f"{self.path}/share").status_code == 204


@pytest.fixture
def two(database: Database, caller: Callable[..., Caller]) -> TwoOffices:
    """Two offices, with a visit that is not shared yet."""
    with database.transaction() as session:
        body = factories.make_organisation(session, locality=OWN)
        other_body = factories.make_organisation(session, locality=OTHER)
        event = factories.make_event(
            session, host=OWN, guest=OTHER, organisation_id=body.id, visibility=Visibility.INTERNAL
        )
        ids = (event.id, body.id, other_body.id, factories.make_organisation(session, locality=OTHER).id)
    owner = caller(Role.OFFICER, organisation_id=ids[1])
    other = caller(Role.APPROVER, organisation_id=ids[2])
    return TwoOffices(*ids, owner, other, caller(Role.OFFICER, organisation_id=ids[3]))
