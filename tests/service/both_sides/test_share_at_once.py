"""Several people at one share at the same moment: one row, one state, and who came second reads why."""

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.both_sides.share import EventShare, ShareOpening
from models.database import Database
from tests.at_once import at_once
from tests.service.both_sides.conftest import TwoOffices

pytestmark = pytest.mark.both_databases("the lock of the event that its share is made under")


def test_of_several_who_share_it_one_makes_it(two: TwoOffices, database: Database) -> None:
    body = {"acknowledged": True}
    path = f"{two.path}/share"
    answers = at_once([lambda: two.owner.call("PUT", path, body) for _number in range(3)])
    assert [one.status_code for one in answers] == [200] * 3
    with database.transaction(write=False) as session:
        assert len(session.exec(select(EventShare)).all()) == 1
        made = session.exec(select(Audit.action).where(Audit.entity == "event_share")).all()
    assert made == ["create"]


def test_of_two_who_read_the_same_the_second_is_told(two: TwoOffices) -> None:
    two.share()
    path = f"{two.path}/share"
    tag = two.owner.etag(path)
    answers = at_once(
        [
            lambda: two.owner.call("PUT", path, {"note": "a"}, If_Match=tag),
            lambda: two.owner.call("PUT", path, {"note": "b"}, If_Match=tag),
        ]
    )
    assert sorted(one.status_code for one in answers) == [200, 412]


def test_shared_or_called_off_never_half(two: TwoOffices) -> None:
    path = f"{two.path}/share"
    off = {"to": "cancelled", "reason": "vì mưa"}
    shared, called = at_once(
        [
            lambda: two.owner.call("PUT", path, {"acknowledged": True}),
            lambda: two.owner.post(f"{two.path}/transitions", off),
        ]
    )
    assert called.status_code == 200
    assert shared.status_code in {200, 409}
    assert two.other.get(two.path).status_code == (200 if shared.status_code == 200 else 404)


def test_opened_many_times_at_once_is_opened_once(two: TwoOffices, database: Database) -> None:
    two.share()
    answers = at_once([lambda: two.other.get(two.path) for _number in range(4)])
    assert [one.status_code for one in answers] == [200] * 4
    with database.transaction(write=False) as session:
        assert len(session.exec(select(ShareOpening)).all()) == 1
        opened = session.exec(select(Audit.event_id).where(Audit.action == "open")).all()
    assert sorted(opened, key=str) == sorted([None, two.event_id], key=str)
