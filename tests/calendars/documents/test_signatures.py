"""By what authority somebody signs, from the issuing body and the position: Decree 30/2020/NĐ-CP, article 13."""

from dataclasses import replace

import pytest

from calendars.documents.facts import BodyFacts, IssuerFacts, PersonFacts
from calendars.documents.signatures import authority, head_in_words, is_party_body, signature_of
from calendars.documents.value import plain
from calendars.documents.wording import Wording
from models.vocabulary import Language
from tests.calendars.documents import bodies
from tests.calendars.documents.visits import incoming_delegation

NOBODY_RIGHTLY: list[str] = []


@pytest.mark.parametrize(
    ("body", "position", "lines"),
    [
        # Heads and deputies of collective bodies.
        (bodies.COMMITTEE, "Chủ tịch UBND thành phố", ["TM. Ủy ban nhân dân", "Chủ tịch"]),
        (
            bodies.COMMITTEE_BEFORE,
            "Tỉnh ủy viên, Phó Chủ tịch UBND tỉnh Hải Dương",
            ["TM. Ủy ban nhân dân", "KT. Chủ tịch", "Phó Chủ tịch"],
        ),
        (
            bodies.COMMITTEE,
            "Phó Bí thư Thành ủy, Chủ tịch UBND TP. Hải Phòng",
            ["TM. Ủy ban nhân dân", "Chủ tịch"],
        ),
        (
            bodies.COMMITTEE,
            "Phó Chủ tịch Thường trực UBND thành phố",
            ["TM. Ủy ban nhân dân", "KT. Chủ tịch", "Phó Chủ tịch"],
        ),
        (bodies.COMMITTEE, "Quyền Chủ tịch UBND thành phố", ["TM. Ủy ban nhân dân", "Q. Chủ tịch"]),
        (
            bodies.ASSEMBLY_DELEGATION,
            "Tỉnh ủy viên, Phó Trưởng đoàn chuyên trách Đoàn ĐBQH tỉnh Hải Dương",
            ["TM. Đoàn Đại biểu Quốc hội", "KT. Trưởng đoàn", "Phó Trưởng đoàn"],
        ),
        # Bodies whose head decides alone.
        (bodies.FOREIGN_AFFAIRS, "Giám đốc", ["Giám đốc"]),
        (bodies.FOREIGN_AFFAIRS_BEFORE, "Giám đốc Sở Ngoại vụ tỉnh Hải Dương", ["Giám đốc"]),
        (bodies.FOREIGN_AFFAIRS, "Phó Giám đốc Sở Ngoại vụ", ["KT. Giám đốc", "Phó Giám đốc"]),
        (bodies.FOREIGN_AFFAIRS, "Phó Giám đốc phụ trách", ["KT. Giám đốc", "Phó Giám đốc"]),
        (bodies.FOREIGN_AFFAIRS, "Q. Giám đốc Sở Ngoại vụ", ["Q. Giám đốc"]),
        (bodies.OFFICE, "Phó Chánh Văn phòng UBND thành phố", ["KT. Chánh Văn phòng", "Phó Chánh Văn phòng"]),
        # By order: parts of the body.
        (bodies.COMMITTEE, "Chánh Văn phòng UBND thành phố", ["TL. Chủ tịch", "Chánh Văn phòng"]),
        (
            bodies.COMMITTEE,
            "Phó Chánh Văn phòng",
            ["TL. Chủ tịch", "KT. Chánh Văn phòng", "Phó Chánh Văn phòng"],
        ),
        (bodies.FOREIGN_AFFAIRS, "Trưởng phòng Lễ tân", ["TL. Giám đốc", "Trưởng phòng Lễ tân"]),
        # By a mandate: heads of bodies below the committee, never their deputies.
        (bodies.COMMITTEE, "Giám đốc Sở Ngoại vụ thành phố Hải Phòng", ["TUQ. Chủ tịch", "Giám đốc Sở Ngoại vụ"]),
        (bodies.COMMITTEE, "Phó Giám đốc Sở Ngoại vụ", NOBODY_RIGHTLY),
        # The Party: deputies sign for the collective.
        (bodies.PARTY_COMMITTEE, "Bí thư Thành ủy Hải Phòng", ["TM. Ban Thường vụ", "Bí thư"]),
        (
            bodies.PARTY_COMMITTEE,
            "Phó Bí thư Thường trực Thành uỷ, Chủ tịch HĐND thành phố",
            ["TM. Ban Thường vụ", "Phó Bí thư Thường trực"],
        ),
        (bodies.PARTY_COMMITTEE, "Chánh Văn phòng Thành ủy", ["TL. Ban Thường vụ", "Chánh Văn phòng"]),
        (
            bodies.INSPECTION,
            "Ủy viên Ban Thường vụ, Chủ nhiệm UBKT Thành ủy Hải Phòng",
            ["TM. Ủy ban Kiểm tra", "Chủ nhiệm"],
        ),
        # Positions elsewhere give no authority here.
        (bodies.COMMITTEE, "Chủ tịch HĐND thành phố", NOBODY_RIGHTLY),
        (bodies.COMMITTEE, "Chủ tịch UBND huyện Nam Sách", NOBODY_RIGHTLY),
        (bodies.COMMITTEE, "Chủ tịch UBND Hải Dương", NOBODY_RIGHTLY),
        (bodies.COMMITTEE, "Chủ tịch UBND Hải Phòng", ["TM. Ủy ban nhân dân", "Chủ tịch"]),
        (bodies.COMMITTEE, "Chủ tịch Hội Hữu nghị Việt - Lào", NOBODY_RIGHTLY),
        (bodies.COMMITTEE, "Chánh Văn phòng Thành ủy", NOBODY_RIGHTLY),
        (bodies.FOREIGN_AFFAIRS, "Giám đốc Sở Y tế", NOBODY_RIGHTLY),
        (bodies.COMMITTEE, "Chuyên viên", NOBODY_RIGHTLY),
        (bodies.COMMITTEE, "", NOBODY_RIGHTLY),
        # The rules are Viet Nam's.
        (bodies.GUEST_BODY, "Bí thư Tỉnh ủy, Tỉnh trưởng", NOBODY_RIGHTLY),
    ],
)
def test_authority_follows_from_the_position(body: BodyFacts, position: str, lines: list[str]) -> None:
    signatory = PersonFacts("signer", "Nguyễn Văn An", position={"vi": position} if position else None)
    assert [f"{line.prefix} {line.whom['vi']}".strip() for line in authority(body, signatory)] == lines


def test_a_bare_title_is_that_of_ones_own_body() -> None:
    elsewhere = PersonFacts(
        "signer", "Nguyễn Văn An", position={"vi": "Chủ tịch"}, body_id="hp-hdnd", body={"vi": "Hội đồng nhân dân"}
    )
    assert authority(bodies.COMMITTEE, elsewhere) == []


@pytest.mark.parametrize("position", ["Chánh Văn phòng", "Phó Chánh Văn phòng", "Phó Chánh Văn phòng UBND thành phố"])
@pytest.mark.parametrize("body_id", [None, "hp-ubnd", "hp-van-phong-ubnd"])
def test_no_body_is_a_part_of_itself(position: str, body_id: str | None) -> None:
    """The office's own paper is signed by its chief or for its chief, never by order of its chief."""
    of = {"hp-ubnd": bodies.COMMITTEE, "hp-van-phong-ubnd": bodies.OFFICE}.get(body_id or "")
    signatory = PersonFacts(
        "signer", "Nguyễn Văn An", position={"vi": position}, body_id=body_id, body=of.name if of else None
    )
    own = [line.prefix for line in authority(bodies.OFFICE, signatory)]
    assert own == (["KT.", ""] if position.startswith("Phó") else [""])
    above = authority(bodies.COMMITTEE, signatory)
    assert above[0].prefix == "TL."


def test_another_office_signs_nothing_here() -> None:
    for position in ("Chánh Văn phòng Thành ủy", "Phó Chánh Văn phòng Thành ủy"):
        signatory = PersonFacts("signer", "Nguyễn Văn An", position={"vi": position})
        assert authority(bodies.OFFICE, signatory) == []


@pytest.mark.parametrize(
    ("issuer", "position", "body_id", "code"),
    [
        (bodies.FOREIGN_AFFAIRS, "Giám đốc", "hp-so-ngoai-vu", None),
        (bodies.FOREIGN_AFFAIRS, "Giám đốc Sở Y tế", "hp-so-y-te", "signatory_elsewhere"),
        (bodies.FOREIGN_AFFAIRS, "Giám đốc", "hp-so-y-te", "signatory_elsewhere"),
        # Of the body, or nobody knows of which, but with no authority in it.
        (bodies.FOREIGN_AFFAIRS, "Chuyên viên", "hp-so-ngoai-vu", "authority"),
        (bodies.FOREIGN_AFFAIRS, "Chuyên viên", None, "authority"),
        # Who signs by order, by a mandate, or whose position names the issuer, is in their place.
        (bodies.COMMITTEE, "Chánh Văn phòng UBND thành phố", "hp-van-phong-ubnd", None),
        (bodies.COMMITTEE, "Giám đốc Sở Ngoại vụ thành phố Hải Phòng", "hp-so-ngoai-vu", None),
        (bodies.COMMITTEE, "Phó Bí thư Thành ủy, Chủ tịch UBND thành phố", "hp-thanh-uy", None),
        # Bodies the table doesn't know, and other countries'.
        (bodies.GUEST_BODY, "Tỉnh trưởng", "vc-tinh-uy", None),
        (bodies.GUEST_BODY, "Giám đốc Sở Y tế", "hp-so-y-te", "signatory_elsewhere"),
    ],
)
def test_who_signs_for_a_body_that_is_not_theirs_is_named(
    issuer: BodyFacts, position: str, body_id: str | None, code: str | None
) -> None:
    signatory = PersonFacts("signer", "Nguyễn Văn An", position={"vi": position}, body_id=body_id)
    facts = replace(incoming_delegation(), issuer=IssuerFacts(issuer, issuer.locality, signatory))
    wording = Wording((Language.VI,))
    signature_of(facts, wording)
    assert [one.code for one in wording.missing if one.code != "language"] == ([code] if code else [])


def test_the_chair_decides_alone_without_tm() -> None:
    deputy = PersonFacts("signer", "Nguyễn Văn An", position={"vi": "Phó Chủ tịch UBND thành phố"})
    lines = authority(bodies.COMMITTEE, deputy, personal=True)
    assert [f"{line.prefix} {line.whom['vi']}".strip() for line in lines] == ["KT. Chủ tịch", "Phó Chủ tịch"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (bodies.COMMITTEE, "CHỦ TỊCH ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG"),
        (bodies.COMMITTEE_BEFORE, "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH HẢI DƯƠNG"),
        (bodies.FOREIGN_AFFAIRS, "GIÁM ĐỐC SỞ NGOẠI VỤ THÀNH PHỐ HẢI PHÒNG"),
        (bodies.OFFICE, "CHÁNH VĂN PHÒNG ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG"),
        (bodies.PARTY_COMMITTEE, "BAN THƯỜNG VỤ THÀNH ỦY HẢI PHÒNG"),
    ],
)
def test_who_decides_for_a_body(body: BodyFacts, words: str) -> None:
    assert plain(head_in_words(body, Wording((Language.VI,)))) == words


@pytest.mark.parametrize(
    ("body", "is_party"),
    [
        (bodies.PARTY_COMMITTEE, True),
        (bodies.INSPECTION, True),
        (bodies.COMMITTEE, False),
        (bodies.FOREIGN_AFFAIRS, False),
        (bodies.GUEST_BODY, False),
        (None, False),
    ],
)
def test_bodies_of_the_party(body: BodyFacts | None, is_party: bool) -> None:
    assert is_party_body(body) is is_party
