"""A kept paper is read back exactly as it was composed."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.documents import stored
from calendars.documents.numbering import can_be_numbered, numbered
from calendars.documents.value import (
    Bar,
    Card,
    CardForm,
    Cards,
    Chart,
    Column,
    Document,
    Head,
    HeadForm,
    Heading,
    Items,
    PageBreak,
    Paragraph,
    Row,
    Run,
    Seat,
    SeatingPlan,
    Signature,
    Table,
    Text,
    plain,
)
from models.vocabulary import DocumentKind, Language

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=8)
RUNS = st.builds(Run, WORDS, st.sampled_from(Language), st.booleans(), st.booleans())
TEXTS: st.SearchStrategy[Text] = st.lists(st.lists(RUNS, max_size=2).map(tuple), max_size=2).map(tuple)
NUMBERS = st.floats(-1e9, 1e9)


def several(items: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(items, max_size=2).map(tuple)


SEATS = several(st.builds(Seat, st.integers(1, 9), TEXTS))
BLOCKS = st.one_of(
    st.builds(Heading, TEXTS, st.integers(1, 3)),
    st.builds(Paragraph, TEXTS, indent=st.booleans()),
    st.builds(Items, several(TEXTS), st.booleans()),
    st.builds(
        Table,
        WORDS,
        several(st.builds(Column, TEXTS, st.floats(0.1, 90) | st.integers(1, 90).map(float))),
        several(st.builds(Row, several(TEXTS), st.booleans())),
    ),
    st.builds(Cards, st.sampled_from(CardForm), several(st.builds(Card, TEXTS, several(TEXTS), WORDS))),
    st.builds(SeatingPlan, TEXTS, SEATS, SEATS, st.booleans()),
    st.builds(Chart, TEXTS, several(TEXTS), several(st.builds(Bar, TEXTS, several(NUMBERS)))),
    st.just(PageBreak()),
)
HEADS = st.builds(Head, st.sampled_from(HeadForm), number=TEXTS, place_and_date=TEXTS, state=TEXTS)


def papers(following: st.SearchStrategy[tuple[Document, ...]]) -> st.SearchStrategy[Document]:
    return st.builds(
        Document,
        kind=st.sampled_from(DocumentKind),
        languages=st.sampled_from([(Language.VI,), (Language.VI, Language.LO)]),
        head=HEADS,
        title=TEXTS,
        blocks=several(BLOCKS),
        signatures=several(st.builds(Signature, several(TEXTS), TEXTS)),
        recipients=several(TEXTS),
        made_for=st.none() | st.dates(),
        following=following,
    )


PAPERS = papers(several(papers(st.just(()))))


@given(PAPERS)
def test_what_was_written_is_read_back_through_json(paper: Document) -> None:
    assert stored.read(json.loads(json.dumps(stored.write(paper)))) == paper


def test_a_field_that_was_added_since_has_its_default() -> None:
    paper = Document(DocumentKind.PROGRAMME, (Language.VI,), Head(HeadForm.PLAIN), ())
    assert set(stored.write(paper)) == {"kind", "languages", "head", "title"}


@pytest.mark.parametrize("broken", [{}, {"kind": "programme"}, {"kind": "x", "languages": [], "head": {}, "title": []}])
def test_what_is_no_paper_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no paper|is not a valid|x"):
        stored.read(broken)


HEAD = Head(
    HeadForm.STATE,
    number=((Run("Số: ……………/KH-……………", Language.VI),), (Run("ເລກທີ: ……………/KH-……………", Language.LO),)),
    place_and_date=(
        (Run("Tam Đảo, Vĩnh Phúc, ngày ….. tháng ….. năm 2027", Language.VI, italic=True),),
        (Run("ວຽງຈັນ, ວັນທີ …../…../2027", Language.LO, italic=True),),
    ),
)
PLAN = Document(DocumentKind.RECEPTION_PLAN, (Language.VI, Language.LO), HEAD, ((Run("KẾ HOẠCH", Language.VI),),))


def test_the_clerks_number_and_day_fill_their_gaps_and_nothing_else() -> None:
    found = numbered(PLAN, "12/KH-UBND", date(2027, 3, 7))
    assert plain(found.head.number).splitlines()[0] == "Số: 12/KH-UBND"
    assert "12/KH-UBND" in plain(found.head.number).splitlines()[1]
    assert plain(found.head.place_and_date).splitlines() == [
        "Tam Đảo, Vĩnh Phúc, ngày 07 tháng 3 năm 2027",
        "ວຽງຈັນ, ວັນທີ 07/3/2027",
    ]
    assert found.head.place_and_date[0][0].italic
    assert numbered(found, None, None) == found
    assert (found.title, found.blocks, found.signatures) == (PLAN.title, PLAN.blocks, PLAN.signatures)


@given(PAPERS)
def test_without_number_and_day_nothing_changes(paper: Document) -> None:
    assert numbered(paper, None, None) == paper


def test_lists_and_letters_in_one_file_have_no_number_of_their_own() -> None:
    one = Document(DocumentKind.MEMBERS, (Language.VI,), Head(HeadForm.PLAIN), ())
    assert not can_be_numbered(one)
    assert can_be_numbered(PLAN)
    assert not can_be_numbered(Document(DocumentKind.ASSIGNMENT_LETTERS, (Language.VI,), HEAD, (), following=(PLAN,)))
