"""The head of a paper after the rules of the issuing side, and who signs it, on both days around a merger."""

from dataclasses import replace
from datetime import date

import pytest

from calendars.documents.abbreviations import abbreviation_of, name_below
from calendars.documents.facts import BodyFacts, DocumentFacts, IssuerFacts, PersonFacts
from calendars.documents.heads import head_of, signature_of
from calendars.documents.value import Head, HeadForm, plain
from calendars.documents.wording import GAP, Wording
from models.vocabulary import Language
from tests.calendars.documents import bodies
from tests.calendars.documents.visits import incoming_delegation

VI, LO, EN = Language.VI, Language.LO, Language.EN


def issued(body: BodyFacts | None, position: str = "", **changed: object) -> DocumentFacts:
    signatory = PersonFacts("signer", "Lê Văn Bình", position={"vi": position}) if position else None
    place = body.locality if body else bodies.HAI_PHONG
    facts = replace(incoming_delegation(), issuer=IssuerFacts(body, place, signatory))
    return replace(facts, **changed)  # type: ignore[arg-type]


def head(facts: DocumentFacts, *languages: Language, symbol: str = "KH") -> Head:
    return head_of(facts, Wording(languages or (VI,)), symbol)


@pytest.mark.parametrize(
    ("body", "symbol", "number"),
    [
        (bodies.COMMITTEE, "KH", "Số: ……/KH-UBND"),
        (bodies.FOREIGN_AFFAIRS, "TTr", "Số: ……/TTr-SNgV"),
        (bodies.FOREIGN_AFFAIRS, "", "Số: ……/SNgV-……"),
        (bodies.CULTURE, "BC", "Số: ……/BC-SVHTTDL"),
        (bodies.PARTY_COMMITTEE, "KH", "Số ……-KH/……"),
        (replace(bodies.PARTY_COMMITTEE, aliases=("TU",)), "QĐ", "Số ……-QĐ/TU"),
        (replace(bodies.PARTY_COMMITTEE, aliases=("TU",)), "", "Số ……-CV/TU"),
        (bodies.OFFICE, "QĐ", "Số: ……/QĐ-……"),
        (None, "KH", "Số: ……/KH-……"),
    ],
)
def test_the_number_has_a_gap_for_what_is_not_known(body: BodyFacts | None, symbol: str, number: str) -> None:
    assert plain(head(issued(body), symbol=symbol).number) == number


@pytest.mark.parametrize(
    ("number", "line"),
    [("12/KH-UBND", "Số: 12/KH-UBND"), ("07/SNgV-LT", "Số: 07/SNgV-LT"), ("36-KH/TU", "Số 36-KH/TU")],
)
def test_the_number_is_the_clerks(number: str, line: str) -> None:
    assert plain(head(issued(bodies.COMMITTEE, number=number)).number) == line


def test_what_no_other_name_abbreviates_is_named() -> None:
    wording = Wording((VI,))
    head_of(issued(bodies.OFFICE), wording, "KH")
    assert [one.code for one in wording.missing] == ["abbreviation"]
    assert "Văn phòng Ủy ban nhân dân" in wording.missing[0].detail.to("vi")


@pytest.mark.parametrize(
    ("body", "abbreviation"),
    [
        (bodies.COMMITTEE, "UBND"),
        (bodies.COMMITTEE_BEFORE, "UBND"),
        (bodies.FOREIGN_AFFAIRS, "SNgV"),
        (bodies.CULTURE, "SVHTTDL"),
        # What stands behind the abbreviation is another body's name, not the place.
        (bodies.INSPECTION, None),
        (bodies.ASSEMBLY_DELEGATION, None),
        (bodies.OFFICE, None),
        (replace(bodies.OFFICE, aliases=("Văn phòng",)), None),
        (replace(bodies.OFFICE, aliases=("Văn phòng UBND", "VP")), "VP"),
    ],
)
def test_abbreviations_come_from_other_names_only(body: BodyFacts, abbreviation: str | None) -> None:
    assert abbreviation_of(body) == abbreviation


@pytest.mark.parametrize(
    ("body", "superior", "name"),
    [
        (bodies.COMMITTEE, "", "ỦY BAN NHÂN DÂN\nTHÀNH PHỐ HẢI PHÒNG"),
        (bodies.FOREIGN_AFFAIRS, "ỦY BAN NHÂN DÂN\nTHÀNH PHỐ HẢI PHÒNG", "SỞ NGOẠI VỤ"),
        (bodies.OFFICE, "ỦY BAN NHÂN DÂN\nTHÀNH PHỐ HẢI PHÒNG", "VĂN PHÒNG"),
        (bodies.INSPECTION, "THÀNH ỦY HẢI PHÒNG", "ỦY BAN KIỂM TRA"),
    ],
)
def test_superior_and_issuer(body: BodyFacts, superior: str, name: str) -> None:
    made = head(issued(body))
    assert (plain(made.superior), plain(made.issuer)) == (superior, name)
    assert name_below(body).upper() == name.replace("\n", " ")


def test_state_and_party_heads() -> None:
    state, party = head(issued(bodies.COMMITTEE)), head(issued(bodies.PARTY_COMMITTEE))
    assert (state.form, plain(state.state)) == (HeadForm.STATE, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    assert plain(state.motto) == "Độc lập - Tự do - Hạnh phúc"
    assert (party.form, plain(party.state), party.motto) == (HeadForm.PARTY, "ĐẢNG CỘNG SẢN VIỆT NAM", ())


_VIET_NAM = {
    VI: ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
    LO: ("ສາທາລະນະລັດ ສັງຄົມນິຍົມ ຫວຽດນາມ", "ເອກະລາດ - ເສລີພາບ - ຜາສຸກ"),
    EN: ("SOCIALIST REPUBLIC OF VIET NAM", "Independence - Freedom - Happiness"),
}
_LAOS = {
    VI: ("CỘNG HÒA DÂN CHỦ NHÂN DÂN LÀO", "Hòa bình - Độc lập - Dân chủ - Thống nhất - Thịnh vượng"),
    LO: ("ສາທາລະນະລັດ ປະຊາທິປະໄຕ ປະຊາຊົນລາວ", "ສັນຕິພາບ ເອກະລາດ ປະຊາທິປະໄຕ ເອກະພາບ ວັດທະນາຖາວອນ"),
    EN: ("LAO PEOPLE'S DEMOCRATIC REPUBLIC", "Peace Independence Democracy Unity Prosperity"),
}


@pytest.mark.parametrize("languages", [(VI,), (LO,), (EN,), (VI, LO), (LO, VI), (VI, EN)], ids=",".join)
@pytest.mark.parametrize(
    ("body", "form", "words"),
    [
        (bodies.COMMITTEE, HeadForm.STATE, _VIET_NAM),
        (bodies.FOREIGN_AFFAIRS, HeadForm.STATE, _VIET_NAM),
        (None, HeadForm.STATE, _VIET_NAM),
        # A Lao body that is called "Tỉnh ủy" in Vietnamese is not of the Party of Viet Nam.
        (bodies.GUEST_BODY, HeadForm.LAO, _LAOS),
    ],
)
def test_state_motto_and_form_are_those_of_the_issuers_country(
    body: BodyFacts | None, form: HeadForm, words: dict[Language, tuple[str, str]], languages: tuple[Language, ...]
) -> None:
    """In every language, whichever stand in the paper: no paper carries two states' heads, or another's."""
    made = head(issued(body), *languages)
    assert made.form is form
    assert plain(made.state).splitlines() == [words[one][0] for one in languages]
    assert plain(made.motto).splitlines() == [words[one][1] for one in languages]
    assert [line[0].language for line in made.state] == list(languages)


def test_each_languages_issuer_stands_below_the_other() -> None:
    made = head(issued(bodies.COMMITTEE), VI, LO)
    assert [line[0].language for line in made.issuer] == [VI, VI, LO]
    assert plain(head(issued(bodies.COMMITTEE), LO).issuer) == "ຄະນະກຳມະການປະຊາຊົນນະຄອນຫາຍຟ່ອງ"


def test_the_place_stands_without_its_level_and_the_day_has_room() -> None:
    facts = issued(bodies.COMMITTEE, today=date(2027, 3, 1))
    assert plain(head(facts).place_and_date) == "Hải Phòng, ngày ….. tháng ….. năm 2027"
    issued_on = replace(facts, issued_on=date(2027, 2, 7))
    assert plain(head(issued_on).place_and_date) == "Hải Phòng, ngày 07 tháng 02 năm 2027"
    assert plain(head(replace(facts, issued_on=date(2027, 3, 10))).place_and_date).endswith("ngày 10 tháng 3 năm 2027")


@pytest.mark.parametrize(
    ("day", "body", "department", "chair"),
    [
        (date(2025, 6, 30), bodies.COMMITTEE_BEFORE, bodies.FOREIGN_AFFAIRS_BEFORE, "Chủ tịch UBND tỉnh Hải Dương"),
        (date(2025, 7, 1), bodies.COMMITTEE, bodies.FOREIGN_AFFAIRS, "Chủ tịch UBND thành phố Hải Phòng"),
    ],
)
def test_the_walk_over_the_merger(day: date, body: BodyFacts, department: BodyFacts, chair: str) -> None:
    """Heads, places, signatories of both days: nothing of the one day is on a paper of the other."""
    facts = issued(body, chair, issued_on=day, today=day)
    made = head(facts)
    place = "Hải Dương" if day < date(2025, 7, 1) else "Hải Phòng"
    assert plain(made.issuer).endswith(place.upper())
    assert plain(made.place_and_date).startswith(f"{place}, ngày {day:%d}")
    signature = signature_of(facts, Wording((VI,)))
    assert [plain(line) for line in signature.authority] == ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]
    assert plain(signature.name) == "Lê Văn Bình"
    below = head(issued(department, "Phó Giám đốc Sở Ngoại vụ", issued_on=day, today=day))
    assert (plain(below.superior), plain(below.issuer)) == (plain(made.issuer), "SỞ NGOẠI VỤ")


def test_a_signature_in_lao_and_vietnamese() -> None:
    facts = issued(bodies.COMMITTEE, "Phó Chủ tịch UBND thành phố Hải Phòng")
    signature = signature_of(facts, Wording((VI, LO)))
    assert [plain(line).splitlines() for line in signature.authority] == [
        ["TM. ỦY BAN NHÂN DÂN", "ຕາງໜ້າຄະນະກຳມະການປະຊາຊົນນະຄອນຫາຍຟ່ອງ"],
        ["KT. CHỦ TỊCH", "ແທນປະທານ"],
        ["PHÓ CHỦ TỊCH", "ຮອງປະທານ"],
    ]


def test_party_signatures_have_strokes() -> None:
    facts = issued(bodies.PARTY_COMMITTEE, "Phó Bí thư Thành ủy")
    signature = signature_of(facts, Wording((VI,)))
    assert [plain(line) for line in signature.authority] == ["T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ"]


def test_a_signatory_without_authority_is_named() -> None:
    wording = Wording((VI,))
    signature = signature_of(issued(bodies.COMMITTEE, "Chuyên viên"), wording)
    assert [plain(line) for line in signature.authority] == ["CHUYÊN VIÊN"]
    assert [one.code for one in wording.missing] == ["authority"]


def test_nobody_named_leaves_gaps() -> None:
    wording = Wording((VI, LO))
    signature = signature_of(issued(bodies.COMMITTEE), wording)
    assert (plain(signature.authority[0]), plain(signature.name)) == (GAP, GAP)
    assert [one.code for one in wording.missing] == ["signatory"]
