"""Nothing is said twice: a body behind the position that names it, a receiver in the list of receivers."""

from dataclasses import replace

import pytest

from calendars.documents.delegation import is_named_by_position, position_and_body, side_heading
from calendars.documents.facts import DocumentFacts, PersonFacts
from calendars.documents.kinds import EVENT_KINDS, compose
from calendars.documents.recipients import recipients
from calendars.documents.value import Text, plain, texts
from calendars.documents.wording import Wording
from models.i18n import N_
from models.vocabulary import DocumentKind, Language, Side
from tests.calendars.documents import visits

VI, LO = Language.VI, Language.LO


@pytest.mark.parametrize(
    ("position", "body", "told"),
    [
        ("Giám đốc Sở Y tế", "Sở Y tế tỉnh Viêng Chăn", "Giám đốc Sở Y tế"),
        ("Giám đốc Sở Y tế tỉnh Viêng Chăn", "Sở Y tế tỉnh Viêng Chăn", "Giám đốc Sở Y tế tỉnh Viêng Chăn"),
        ("GIÁM ĐỐC SỞ Y TẾ", "Sở Y tế thành phố Hải Phòng", "GIÁM ĐỐC SỞ Y TẾ"),
        ("Chủ tịch UBND thành phố", "Ủy ban nhân dân thành phố Hải Phòng", "Chủ tịch UBND thành phố"),
        # What the position does not say stands behind it; words on which both meet are written once.
        ("Giám đốc", "Sở Y tế tỉnh Viêng Chăn", "Giám đốc, Sở Y tế tỉnh Viêng Chăn"),
        ("Giám đốc Sở", "Sở Y tế", "Giám đốc Sở Y tế"),
        ("Bí thư Thành ủy", "Thành ủy Hải Phòng", "Bí thư Thành ủy Hải Phòng"),
        ("Giám đốc Sở Du lịch", "Sở Y tế tỉnh Viêng Chăn", "Giám đốc Sở Du lịch, Sở Y tế tỉnh Viêng Chăn"),
        ("", "Sở Y tế", "Sở Y tế"),
        ("Giám đốc", "", "Giám đốc"),
    ],
)
def test_a_body_is_left_out_where_the_position_names_it(position: str, body: str, told: str) -> None:
    person = PersonFacts(
        "one", "An", position={"vi": position} if position else None, body={"vi": body} if body else None
    )
    assert plain(position_and_body(person, Wording((VI,)))) == told


@pytest.mark.parametrize("kind", [one for one in EVENT_KINDS if one not in {DocumentKind.MEMBERS, DocumentKind.HOSTS}])
def test_no_kind_of_paper_says_a_body_twice(kind: DocumentKind) -> None:
    """Lists with a column for each, members, hosts and gifts, hold both."""
    facts = visits.incoming_delegation()
    told = PersonFacts("x", "An", position={"vi": "Giám đốc Sở Lạ"}, body={"vi": "Sở Lạ tỉnh Kia"}, body_id="la")
    assert is_named_by_position(told)
    doubled: DocumentFacts = replace(
        facts,
        members=[
            replace(one, person=replace(told, id=one.person.id, name=one.person.name, name_lo=one.person.name_lo))
            for one in facts.members
        ],
        tasks=(),
    )
    found = [plain(text) for text in texts(compose(kind, doubled, (VI,)).document)]
    # Where the body itself is written to, it has its whole name.
    about_people = [one for one in found if not one.startswith(("- Sở Lạ", "Kính gửi"))]
    assert not [one for one in about_people if "Sở Lạ, Sở Lạ" in one]
    assert kind is DocumentKind.GIFTS or not [one for one in about_people if "Sở Lạ tỉnh Kia" in one]


def lines(*languages: Language) -> list[Text]:
    wording = Wording(languages)
    above = wording.join(wording.words("Sở Y tế"), wording.say(N_("(to report)")), between=" ")
    return [above, wording.words("Sở Y tế"), wording.words("Công an"), wording.words("CÔNG AN")]


@pytest.mark.parametrize("languages", [(VI,), (LO,)], ids=",".join)
def test_each_receiver_is_named_once(languages: tuple[Language, ...]) -> None:
    told = [plain(one) for one in recipients(Wording(languages), lines(*languages))[1:]]
    assert len(told) == 3, told
    assert told[0].startswith("- Sở Y tế (")
    assert told[1] == "- Công an;"


@pytest.mark.parametrize("visit", visits.VISITS)
def test_only_who_comes_to_the_office_is_called_a_guest(visit: str) -> None:
    facts = visits.VISITS[visit]()
    for language, guests, own in ((VI, "Bên khách", "Đoàn ta"), (Language.EN, "Guests", "Our delegation")):
        told = plain(side_heading(facts, Side.GUEST, Wording((language,))))
        assert told.startswith(own if facts.visit.own_side is Side.GUEST else guests)
        assert not plain(side_heading(facts, Side.HOST, Wording((language,)))).startswith((guests, own))
