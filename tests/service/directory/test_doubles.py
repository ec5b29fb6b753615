"""Which people and organisations are probably one: what brings a pair, what does not, and to whom it is shown."""

import pytest

from models.database import Database
from models.vocabulary import MergedEntity, Role
from service.actions import permissions
from service.actions.directory import doubles
from tests import factories

pytestmark = pytest.mark.both_databases("rows of one's own office, the newest first")

PAIRS = [
    ({"name": "Nguyễn Văn Hoà"}, {"name": "NGUYEN VAN HÒA"}, doubles.SAME_NAME),
    ({"name": "Bounnhong Phommachan"}, {"name": "Phommachan Bounnhong"}, doubles.SAME_WORDS),
    ({"name": "ສົມພອນ ແກ້ວມະນີ"}, {"name": "Somphone", "name_lo": "ສົມພອນ ແກ້ວມະນີ"}, doubles.SAME_NAME),
    ({"name": "Xổm-phon", "name_latin": "SOMPHONE KEOMANY"}, {"name": "Keomany Somphone"}, doubles.SAME_WORDS),
    ({"name": "A", "email": "x@example.org"}, {"name": "B", "email": "X@example.org"}, doubles.SAME_EMAIL),
    ({"name": "A", "phone": "020 5555 1234"}, {"name": "B", "phone": "+856-20-55551234"}, doubles.SAME_PHONE),
]


@pytest.mark.parametrize(("one", "other", "why"), PAIRS)
def test_what_two_people_have_in_common(
    database: Database, one: dict[str, str], other: dict[str, str], why: str
) -> None:
    with database.transaction() as session:
        first, second = factories.make_person(session, **one), factories.make_person(session, **other)
        factories.make_person(session, name="Ai đó khác")
        (pair,) = doubles.likely(session, MergedEntity.PERSON)
        assert (pair.stays.id, pair.double.id) == (first.id, second.id)
        assert why in pair.reasons


@pytest.mark.parametrize(("one", "other"), [("Somchith Vongsa", "Somchit Vongsa"), ("Phouvong Ly", "Fuvong Li")])
def test_nearly_the_same_name_counts_within_an_organisation(database: Database, one: str, other: str) -> None:
    with database.transaction() as session:
        body, elsewhere = factories.make_organisation(session), factories.make_organisation(session)
        factories.make_person(session, name=one, organisation_id=body.id)
        factories.make_person(session, name=other, organisation_id=elsewhere.id)
        assert doubles.likely(session, MergedEntity.PERSON) == []
        factories.make_person(session, name=other, organisation_id=body.id)
        reasons = {reason for pair in doubles.likely(session, MergedEntity.PERSON) for reason in pair.reasons}
        assert reasons == {doubles.NEARLY_SAME, doubles.SAME_NAME, doubles.SAME_WORDS}


def test_a_common_name_and_a_switchboard_bring_no_pairs(database: Database) -> None:
    with database.transaction() as session:
        for _number in range(6):
            factories.make_person(session, name="Nguyễn Văn An", phone="0220 385 3000")
        assert doubles.likely(session, MergedEntity.PERSON) == []


def test_of_another_office_nobody_is_compared(database: Database) -> None:
    with database.transaction() as session:
        abroad = factories.make_organisation(session, locality="vientiane-province")
        here = factories.make_user(session, Role.APPROVER)
        there = factories.make_user(session, Role.ADMIN, organisation_id=abroad.id, office="vientiane-province")
        one, other = (factories.make_person(session, name="Bounnhong Vongsa") for _ in range(2))
        theirs = [factories.make_person(session, name="Somchit Ly", organisation_id=abroad.id) for _ in range(2)]
        for account, expected in ((here, {one.id, other.id}), (there, {person.id for person in theirs})):
            with permissions.reading_as(session, account):
                pairs = doubles.likely(session, MergedEntity.PERSON)
                assert {person.id for pair in pairs for person in (pair.stays, pair.double)} == expected


def test_of_another_office_between_two_positions_nobody_is_compared(database: Database) -> None:
    """Whose people they are is asked, not whose position they hold today."""
    with database.transaction() as session:
        abroad = factories.make_organisation(session, locality="vientiane-province")
        here = factories.make_user(session, Role.APPROVER)
        factories.make_user(session, Role.ADMIN, organisation_id=abroad.id, office="vientiane-province")
        for name in ("Bounnhong Vongsa", "Bounnhong Vongsa"):
            factories.make_person(session, name=name, former_organisation_id=abroad.id, email="b@example.org")
        with permissions.reading_as(session, here):
            assert doubles.likely(session, MergedEntity.PERSON) == []
