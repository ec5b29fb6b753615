"""The lists of guests and hosts: in order of precedence, everybody once, names in each script."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.documents.facts import (
    MemberFacts,
    PersonFacts,
)
from calendars.documents.kinds import EVENT_KINDS
from calendars.documents.value import (
    CellKind,
    plain,
    tables,
)
from calendars.documents.wording import GAP
from models.vocabulary import DocumentKind, Language, MemberRole, Side
from tests.calendars.documents.listed_visits import (
    EN,
    GUESTS,
    HOSTS,
    INCOMING,
    LO,
    UNKNOWN,
    VI,
)
from tests.calendars.documents.reading import made, missing, rows

PEOPLE = st.lists(
    st.builds(
        lambda number, role, side, precedence, rank, name: MemberFacts(
            f"m{number}", PersonFacts(f"p{number}", name, precedence=precedence), role, side, rank
        ),
        st.integers(0, 10**6),
        st.sampled_from(MemberRole),
        st.sampled_from(Side),
        st.integers(1, 5),
        st.none() | st.integers(1, 3),
        st.sampled_from(["An", "Bình", "Cường", "Đào", "Ê"]),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        (
            (VI,),
            [
                [
                    "1",
                    "Ông Khăm Phăn Sít Thi Đăm Pha",
                    "KHAMPHANH SITTHIDAMPHA",
                    "Tỉnh trưởng",
                    "Văn phòng chính quyền tỉnh",
                    "Trưởng đoàn",
                ],
                ["2", "Ông Bun Mi", GAP, "Chánh Văn phòng", "Văn phòng chính quyền tỉnh", "Thành viên"],
                ["3", f"{GAP} (ວັນນາ ພົມມະຈັນ)", GAP, "", "Văn phòng chính quyền tỉnh", "Thành viên"],
            ],
        ),
        (
            (LO,),
            [
                [
                    "1",
                    "ທ່ານ ຄຳພັນ ສິດທິດຳພາ",
                    "KHAMPHANH SITTHIDAMPHA",
                    "ເຈົ້າແຂວງ",
                    "ຫ້ອງວ່າການແຂວງ",
                    "ຫົວໜ້າຄະນະ",
                ],
                ["2", "ທ່ານ ບຸນມີ", GAP, "ຫົວໜ້າຫ້ອງວ່າການ", "ຫ້ອງວ່າການແຂວງ", "ສະມາຊິກ"],
                ["3", "ວັນນາ ພົມມະຈັນ", GAP, "", "ຫ້ອງວ່າການແຂວງ", "ສະມາຊິກ"],
            ],
        ),
        (
            (EN,),
            [
                [
                    "1",
                    "Mr Khăm Phăn Sít Thi Đăm Pha",
                    "KHAMPHANH SITTHIDAMPHA",
                    "Governor",
                    "Provincial Cabinet Office",
                    "Head of delegation",
                ],
                ["2", "Mr Bun Mi", GAP, "Chief of Office", "Provincial Cabinet Office", "Member"],
                ["3", f"{GAP} (ວັນນາ ພົມມະຈັນ)", GAP, "", "Provincial Cabinet Office", "Member"],
            ],
        ),
    ],
)
def test_members_stand_in_order_of_precedence(languages: Sequence[Language], expected: list[list[str]]) -> None:
    document = made(DocumentKind.MEMBERS, INCOMING, *languages)
    assert rows(document) == expected
    assert tables(document)[0].columns[0].kind is CellKind.NUMBER


def test_members_in_two_languages_have_a_line_for_each() -> None:
    first = rows(made(DocumentKind.MEMBERS, INCOMING, VI, LO))[0]
    assert first == [
        "1",
        "Ông Khăm Phăn Sít Thi Đăm Pha | ທ່ານ ຄຳພັນ ສິດທິດຳພາ",
        "KHAMPHANH SITTHIDAMPHA",
        "Tỉnh trưởng | ເຈົ້າແຂວງ",
        "Văn phòng chính quyền tỉnh | ຫ້ອງວ່າການແຂວງ",
        "Trưởng đoàn | ຫົວໜ້າຄະນະ",
    ]


def test_members_name_what_is_missing_of_whom() -> None:
    told = missing(DocumentKind.MEMBERS, INCOMING, VI, LO)
    assert ("name_latin", "The name of Bun Mi as in the passport.", None) in told
    assert ("name_in_script", "The name of ວັນນາ ພົມມະຈັນ in Latin letters.", VI) in told
    assert not [one for one in told if one[0] in ("head", "headcount", "members")]
    headless = replace(INCOMING, members=GUESTS[:1])
    assert {"head", "headcount"} <= {code for code, *_rest in missing(DocumentKind.MEMBERS, headless)}
    assert "members" in {code for code, *_rest in missing(DocumentKind.MEMBERS, replace(INCOMING, members=HOSTS))}


def test_hosts_have_their_counterparts_whoever_named_them() -> None:
    assert rows(made(DocumentKind.HOSTS, INCOMING)) == [
        [
            "1",
            "Ông Trần Đức Thắng",
            "Phó Chủ tịch",
            "Ủy ban nhân dân thành phố",
            "",
            "Ông Khăm Phăn Sít Thi Đăm Pha",
        ],
        ["2", "Phạm Văn Nam", "Chuyên viên", "Sở Ngoại vụ", "Cán bộ phục vụ", "Ông Bun Mi"],
        ["3", "Bà Lê Thị Hoa", "Chuyên viên", "Sở Ngoại vụ", "Phiên dịch", ""],
    ]


def test_what_nobody_is_a_guest_of_lists_who_takes_part() -> None:
    facts = replace(UNKNOWN, members=HOSTS)
    document = made(DocumentKind.HOSTS, facts)
    assert plain(document.title) == "DANH SÁCH ĐẠI BIỂU THAM DỰ"
    assert len(tables(document)[0].columns) == 5
    applies = EVENT_KINDS[DocumentKind.MEMBERS].applies
    assert applies is not None
    assert (applies(facts), applies(INCOMING)) == (False, True)


@given(people=PEOPLE, seed=st.randoms(use_true_random=False))
def test_everybody_stands_once_in_members_or_hosts_in_order(people: list[MemberFacts], seed: object) -> None:
    # A name that says who it is, so that the lists can be read back.
    named = [replace(one, person=replace(one.person, name=f"{one.person.name} {one.id}")) for one in people]
    facts = replace(INCOMING, members=tuple(named), bookings=(), placements=None)
    shuffled = [*named]
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    by_name = {one.person.name: one for one in named}
    found: list[MemberFacts] = []
    for kind, side in ((DocumentKind.MEMBERS, Side.GUEST), (DocumentKind.HOSTS, Side.HOST)):
        document = made(kind, facts)
        listed = [by_name[row[1]] for row in rows(document)] if tables(document) else []
        assert all(one.side is side for one in listed)
        roles = [[*MemberRole].index(one.role) for one in listed]
        assert roles == sorted(roles)
        for one, after in pairwise(listed):
            if one.role is after.role:
                assert one.person.precedence <= after.person.precedence
                if one.person.precedence == after.person.precedence and after.rank is not None:
                    assert one.rank is not None
                    assert one.rank <= after.rank
        other = made(kind, replace(facts, members=tuple(shuffled)))
        assert other == document, "the order in which they come makes no difference"
        found += listed
    assert sorted(one.id for one in found) == sorted(one.id for one in people)
