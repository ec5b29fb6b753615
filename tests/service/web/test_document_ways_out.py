"""Everything that a paper of a visit can lack is entered somewhere, and the page knows where."""

from itertools import product

import pytest

from calendars.documents.facts import DocumentFacts
from calendars.documents.kinds import EVENT_KINDS, compose
from calendars.documents.wording import Missing
from models.i18n import catalogue
from models.vocabulary import DocumentKind, EventKind, Language, Side
from service.web.documents import ways_out
from tests.calendars.documents import visits

VISITS = {
    "incoming": visits.incoming_delegation,
    "outgoing": visits.outgoing_delegation,
    "batch": visits.training_batch,
    "troupe": visits.art_troupe,
    "ceremony": visits.ceremony,
    **{
        f"nothing known of {kind}, {side}": lambda kind=kind, side=side: visits.nothing_known(kind, own_side=side)
        for kind, side in product(EventKind, Side)
    },
}


def lacks(facts: DocumentFacts) -> list[tuple[DocumentKind, Missing]]:
    return [
        (kind, one)
        for kind, terms in EVENT_KINDS.items()
        for language in Language
        if terms.applies is None or terms.applies(facts)
        for one in compose(kind, facts, (language,)).missing
    ]


@pytest.mark.parametrize("name", VISITS)
def test_everything_that_can_be_missing_has_a_place(name: str) -> None:
    found = lacks(VISITS[name]())
    assert found or "nothing known" not in name
    lost = {one.detail.text for _kind, one in found if one.detail.text not in ways_out.PLACES and not one.person_id}
    assert lost == set()


@pytest.mark.parametrize("name", VISITS)
def test_what_many_papers_lack_stands_once_and_nothing_is_lost(name: str) -> None:
    by_paper: dict[DocumentKind, list[Missing]] = {}
    for kind, one in lacks(VISITS[name]()):
        by_paper.setdefault(kind, []).append(one)
    shared = ways_out.shared(by_paper.values())
    for lack, (_missing, count) in shared.items():
        assert count == sum(lack in map(ways_out.key, listed) for listed in by_paper.values())
        assert count >= ways_out.SHARED
    own = [lack for listed in by_paper.values() for lack in set(map(ways_out.key, listed)) - set(shared)]
    assert all(own.count(lack) < ways_out.SHARED for lack in own)
    assert {*own, *shared} == {ways_out.key(one) for listed in by_paper.values() for one in listed}


def test_items_without_a_language_are_counted_and_the_first_is_known() -> None:
    facts = visits.incoming_delegation()
    items = [visits.replace(one, title={"vi": f"Mục {place}"}) for place, one in enumerate(facts.programme)]
    facts = visits.replace(facts, programme=items)
    assert len(items) > 1
    for kind in (DocumentKind.PROGRAMME, DocumentKind.PROGRAMME_POCKET, DocumentKind.RECEPTION_PLAN):
        found = compose(kind, facts, (Language.LO,)).missing
        (one,) = [lack for lack in found if lack.detail.text == "Items of the programme: what happens."]
        assert sorted(one.entries) == sorted((item.id, item.title["vi"]) for item in items), kind


def test_places_are_of_sentences_that_there_are() -> None:
    assert set(ways_out.PLACES) - set(catalogue(Language.VI)) == set()


def test_who_shares_a_name_is_led_to_nobody() -> None:
    facts = visits.incoming_delegation()
    people = ways_out.people_of(facts)
    assert people[facts.members[0].person.name] == facts.members[0].person.id
    again = DocumentFacts(facts.visit, facts.issuer, facts.today, members=[*facts.members, *_renamed(facts)])
    assert facts.members[0].person.name not in ways_out.people_of(again)


def _renamed(facts: DocumentFacts) -> list[visits.MemberFacts]:
    first = facts.members[0]
    return [visits.replace(first, id="another", person=visits.replace(first.person, id="another"))]
