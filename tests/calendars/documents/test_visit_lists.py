"""What holds of every paper of a visit: it is whole in every language, keeps text as text, hides what is not its."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time

import pytest

from calendars.documents.facts import (
    DocumentFacts,
    IssuerFacts,
    ItemFacts,
    PersonalFacts,
    PersonFacts,
)
from calendars.documents.kinds import EVENT_KINDS
from calendars.documents.value import (
    Cards,
    Heading,
    Paragraph,
    Table,
    plain,
    tables,
    texts,
)
from models.vocabulary import DocumentKind, Language, MemberRole, Side
from tests.calendars.documents.listed_visits import (
    GUESTS,
    HAI_DUONG,
    HAI_PHONG,
    HOSTS,
    INCOMING,
    LANGUAGES,
    OFFICE,
    VISITS,
    member,
)
from tests.calendars.documents.reading import KINDS, made, rows, words


@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
@pytest.mark.parametrize("facts", VISITS.values(), ids=VISITS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_paper_is_whole_in_every_language(
    kind: DocumentKind, facts: DocumentFacts, languages: Sequence[Language]
) -> None:
    document = made(kind, facts, *languages)
    assert document.kind is kind
    assert document.languages == languages
    assert plain(document.title) or any(isinstance(block, Cards) for block in document.blocks)
    for table in tables(document):
        assert table.name
        assert table.rows, table.name
        for row in table.rows:
            assert len(row.cells) == (1 if row.group else len(table.columns))
        for heading in (column.heading for column in table.columns):
            assert {run.language for line in heading for run in line} <= set(languages)
    for text in texts(document):
        for line in text:
            assert line
            assert all(run.text and "\n" not in run.text for run in line)


HOSTILE = (
    "=1+1",
    "@SUM(A1)",
    '#import "x"; #panic()',
    "{{ 7*7 }}{% raw %}",
    "<script>&amp;",
    "\\u0000 *bold* _under_",
    "A" * 10_000,
)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not EVENT_KINDS[kind].is_personal])
@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
def test_no_other_paper_says_what_passports_and_particulars_say(
    kind: DocumentKind, languages: Sequence[Language]
) -> None:
    told = words(made(kind, INCOMING, *languages))
    for secret in ("PA0123456", "1965", "Chay", "2030"):
        assert secret not in told
    assert "PA0123456" in words(made(DocumentKind.RESIDENCE, INCOMING, *languages))


@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
def test_no_paper_gives_a_number_of_the_guests(languages: Sequence[Language]) -> None:
    for kind in KINDS:
        told = words(made(kind, INCOMING, *languages))
        assert "+856" not in told
        assert "0900 000 005" not in told, "the number of a leader of the hosts"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_stays_text(kind: DocumentKind, text: str) -> None:
    everywhere = {"vi": text, "lo": text, "en": text}
    person = PersonFacts("x", text, text, text, everywhere, everywhere, "x", everywhere, phone=text)
    personal = PersonalFacts(diet=text, passport_number=text, nationality="LA")
    facts = replace(
        INCOMING,
        visit=replace(INCOMING.visit, title=everywhere, location=everywhere, in_charge=person),
        members=(
            member(person, MemberRole.HEAD, Side.GUEST, personal=personal),
            member(replace(person, id="y"), MemberRole.STAFF, Side.HOST),
        ),
        programme=(ItemFacts("x", date(2027, 10, 11), time(8), None, everywhere, everywhere, everywhere, everywhere),),
        bookings=tuple(replace(one, name=everywhere) for one in INCOMING.bookings),
    )
    told = words(made(kind, facts))
    assert text.strip() in told or text.upper() in told


def test_line_ends_and_what_nobody_sees_never_reach_a_paper() -> None:
    text = "Hội\u202e đàm\u0000\r\n\tvà ký"
    item = ItemFacts("x", date(2027, 10, 11), None, None, {"vi": text})
    listed = rows(made(DocumentKind.PROGRAMME, replace(INCOMING, programme=(item,))))
    assert listed[1][1] == "Hội đàm và ký"


@pytest.mark.parametrize(
    ("day", "place", "body"),
    [
        (date(2025, 6, 30), HAI_DUONG, {"vi": "Sở Ngoại vụ Hải Dương"}),
        (date(2025, 7, 1), HAI_PHONG, {"vi": "Sở Ngoại vụ Hải Phòng"}),
    ],
)
def test_bodies_and_places_have_the_names_of_the_day(day: date, place: object, body: dict[str, str]) -> None:
    visit = replace(INCOMING.visit, host=place, first_day=day, last_day=day, arrives_on=day, departs_on=day)
    named = replace(OFFICE, name=body)
    host = replace(HOSTS[2], person=replace(HOSTS[2].person, body=body))
    facts = replace(
        INCOMING,
        visit=visit,
        issuer=IssuerFacts(named, place),  # type: ignore[arg-type]
        members=(*GUESTS, host),
        programme=(replace(INCOMING.programme[0], day=day, hosted_by=body),),
    )
    programme = words(made(DocumentKind.PROGRAMME, facts))
    other = "Hải Phòng" if "Dương" in body["vi"] else "Hải Dương"
    assert body["vi"].upper() in programme
    assert body["vi"] in words(made(DocumentKind.HOSTS, facts))
    assert f"Sở Ngoại vụ {other}" not in programme
    side = [plain(block.text) for block in made(DocumentKind.PROGRAMME, facts).blocks if isinstance(block, Heading)][1]
    assert side == f"Bên đón: {place.name['vi']}"  # type: ignore[attr-defined]


@pytest.mark.parametrize("facts", VISITS.values(), ids=VISITS)
@pytest.mark.parametrize(
    "kind",
    [DocumentKind.MEMBERS, DocumentKind.HOSTS, DocumentKind.RESIDENCE, DocumentKind.VEHICLES, DocumentKind.ROOMS],
)
def test_how_many_there_are_stands_above_the_table(kind: DocumentKind, facts: DocumentFacts) -> None:
    """Below it the line could stand alone on a last page."""
    document = made(kind, facts, Language.VI)
    lines = [one for one in document.blocks if isinstance(one, Paragraph)]
    counts = [one for one in lines if re.match("Số (người|xe): ", plain(one.text))]
    assert len(counts) == 1
    if tables(document):
        assert isinstance(document.blocks[-1], Table)
        assert counts[0] is document.blocks[-2]
        assert counts[0].keep_with_next
