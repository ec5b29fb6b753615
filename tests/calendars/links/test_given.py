"""Which asks count as given by which facts, and since when."""

from datetime import UTC, datetime

import pytest

from calendars.links.given import Given, GuestFacts, SideFacts, Taking, given
from models.vocabulary import Asked

BEFORE, SHARED, LATER, LAST = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 5, 9, 12))
EARLY = GuestFacts(BEFORE)
FULL = GuestFacts(LATER, has_arrival=True, has_photo=True, has_diet=True, has_passport=True)
HEAD_ONLY = GuestFacts(LATER, has_arrival=False, has_photo=True)


def facts(*guests: GuestFacts, taken: tuple[str, ...] = (), at: datetime = LATER) -> SideFacts:
    return SideFacts(SHARED, guests, [Taking(at, taken)] if taken else ())


CASES: list[tuple[Asked, SideFacts, Given | None]] = [
    *((what, facts(), None) for what in Asked),
    (Asked.MEMBERS, facts(EARLY), None),
    (Asked.MEMBERS, facts(EARLY, FULL), Given(LATER)),
    (Asked.MEMBERS, facts(EARLY, taken=("people.a.position",)), Given(LATER)),
    (Asked.MEMBERS, facts(EARLY, taken=("people.a.position",), at=BEFORE), None),
    (Asked.MEMBERS, facts(taken=("travel.arrival.at",)), None),
    (Asked.TRAVEL, facts(FULL), Given()),
    (Asked.TRAVEL, facts(FULL, taken=("travel.arrival.at",)), Given(LATER)),
    (Asked.TRAVEL, facts(FULL, HEAD_ONLY), None),
    (Asked.TRAVEL, facts(HEAD_ONLY, taken=("travel.departure.at",)), None),
    (Asked.PHOTOS, facts(FULL, HEAD_ONLY), Given()),
    (Asked.PHOTOS, facts(FULL, EARLY), None),
    (Asked.PHOTOS, facts(EARLY, taken=("people.a.photo",)), Given(LATER)),
    (Asked.DIETS, facts(FULL, EARLY), Given()),
    (Asked.DIETS, facts(EARLY, taken=("people.a.diet",), at=LAST), Given(LAST)),
    (Asked.DIETS, facts(EARLY, taken=("people.a.photo",)), None),
    (Asked.PASSPORTS, facts(FULL), Given()),
    (Asked.PASSPORTS, facts(FULL, EARLY), None),
    (Asked.PASSPORTS, facts(EARLY, taken=("people.a.passport_number",)), Given(LATER)),
    (Asked.PASSPORTS, facts(EARLY, taken=("people.a.passport_kind",)), None),
    (Asked.DAYS, SideFacts(SHARED, agreed_at=[LAST, LATER]), Given(LATER)),
    (Asked.DAYS, SideFacts(SHARED, agreed_at=[BEFORE]), None),
    (Asked.ANSWER, SideFacts(SHARED, answered_at=[BEFORE]), Given()),
    (Asked.ANSWER, SideFacts(SHARED, answered_at=[BEFORE, LAST, LATER]), Given(LAST)),
    (Asked.ANSWER, SideFacts(SHARED, answered_at=[LAST, None]), None),
]


@pytest.mark.parametrize(("what", "known", "expected"), CASES)
def test_an_ask_is_given_by_facts(what: Asked, known: SideFacts, expected: Given | None) -> None:
    assert given(what, known) == expected
