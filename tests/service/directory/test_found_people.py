"""People are found, and recognised in lists, however their names are typed, if they look the same."""

import pytest

from models.database import Database
from tests import factories
from tests.models.test_look_alikes import EQUAL, VARIANTS
from tests.service.conftest import Caller
from tests.service.imports.test_member_import import CSV, send

pytestmark = pytest.mark.both_databases("LIKE on folded text")


def test_search_finds_every_variant(officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        names = {
            factories.make_person(session, name=f"{typed} {number}").id: usual
            for number, (usual, typed) in enumerate([*VARIANTS, *((one, one) for one, _others in EQUAL.values())])
        }
    for usual, others in EQUAL.values():
        expected = {identity for identity, name in names.items() if name == usual}
        for typed in (usual, *others):
            answer = officer.client.get(
                "/api/v1/people", query_string={"q": typed, "page_size": 500},
                headers={"Authorization": f"Bearer {officer.token}"},
            )  # fmt: skip
            assert {one["id"] for one in answer.json} >= expected, typed


@pytest.mark.parametrize(
    ("known", "listed"),
    [
        ("Đặng Thuý Hà", "Ðặng Thúy Hà"),
        ("ຄຳແພງ ສີວົງ", "ຄຳ\u200bແພງ ສີວົງ"),
        ("ຄຳແພງ", "ຄໍາເເພງ"),
        ("Sean O'Neil", "Sean O’Neil"),
        ("Trần Hoa", "Тrần Нoa"),
    ],
)
def test_a_list_means_who_looks_the_same(officer: Caller, database: Database, known: str, listed: str) -> None:
    with database.transaction() as session:
        person = factories.make_person(session, name=known).id
        event = factories.make_event(session, created_by=officer.user_id).id
    answer = send(officer, event, f"name\n{listed}\n".encode(), CSV)
    assert answer.status_code == 200, answer.text
    (row,) = answer.json["rows"]
    assert (row["person"], row["person_id"]) == ("known", person)
