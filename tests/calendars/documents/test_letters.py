"""Plans, submissions, decisions, invitations, letters of assignment, reports: what stands in them, what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.documents import assignment_letters
from calendars.documents.assignments import Assignment, letters_to, only_of
from calendars.documents.facts import BodyFacts, DocumentFacts, MemberFacts, PersonFacts, PlaceFacts, TaskFacts
from calendars.documents.kinds import EVENT_KINDS, Draft, compose
from calendars.documents.numbering import can_be_numbered, numbered
from calendars.documents.value import Document, plain, tables, texts
from calendars.documents.visit_sections import purpose_alone
from calendars.documents.wording import GAP, Wording
from models.vocabulary import DocumentKind, EventKind, EventStatus, Language, MemberRole, Side
from tests.calendars.documents import bodies, visits
from tests.calendars.documents.visits import VISITS

VI, LO, EN = Language.VI, Language.LO, Language.EN
LANGUAGES = [(VI,), (LO,), (EN,), (VI, LO)]
LETTERS = (
    DocumentKind.RECEPTION_PLAN,
    DocumentKind.SUBMISSION,
    DocumentKind.DECISION,
    DocumentKind.INVITATION,
    DocumentKind.ASSIGNMENT_LETTERS,
    DocumentKind.REPORT,
)
HOSTED = {"incoming", "batch", "troupe", "ceremony"}


def made(kind: DocumentKind, facts: DocumentFacts, *languages: Language) -> Draft:
    return compose(kind, facts, languages or (VI,))


def words(document: Document) -> str:
    return "\n".join(plain(text) for text in texts(document))


def codes(draft: Draft) -> set[str]:
    return {one.code for one in draft.missing}


@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
@pytest.mark.parametrize("visit", VISITS)
@pytest.mark.parametrize("kind", LETTERS)
def test_every_letter_is_complete_in_every_language(
    kind: DocumentKind, visit: str, languages: Sequence[Language]
) -> None:
    """Nothing known lacks a language, so no other language's words are in it; the rest is the officer's to say."""
    draft = made(kind, VISITS[visit](), *languages)
    assert "language" not in codes(draft)
    used = {run.language for text in texts(draft.document) for line in text for run in line}
    assert used == set(languages)
    assert draft.document.signatures
    assert plain(draft.document.recipients[0]).splitlines()[0] in {"Nơi nhận:", "ບ່ອນສົ່ງ:", "Recipients:"}
    assert draft.document.author == "Ủy ban nhân dân thành phố Hải Phòng"


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (DocumentKind.RECEPTION_PLAN, "Số: ……/KH-UBND"),
        (DocumentKind.SUBMISSION, "Số: ……/TTr-UBND"),
        (DocumentKind.DECISION, "Số: ……/QĐ-UBND"),
        (DocumentKind.INVITATION, "Số: ……/UBND-……"),
        (DocumentKind.ASSIGNMENT_LETTERS, "Số: ……/UBND-……"),
        (DocumentKind.REPORT, "Số: ……/BC-UBND"),
    ],
)
def test_symbols_of_kinds(kind: DocumentKind, number: str) -> None:
    assert plain(made(kind, visits.incoming_delegation()).document.head.number) == number


def test_guests_of_the_country_get_a_card() -> None:
    facts = visits.incoming_delegation()
    domestic = replace(facts, visit=replace(facts.visit, guest=bodies.HAI_DUONG))
    document = made(DocumentKind.INVITATION, domestic).document
    assert (plain(document.title), plain(document.head.number)) == ("GIẤY MỜI", "Số: ……/GM-UBND")


@pytest.mark.parametrize("visit", VISITS)
def test_which_letters_are_for_which_visit(visit: str) -> None:
    facts = VISITS[visit]()
    applying = {kind for kind in LETTERS if (applies := EVENT_KINDS[kind].applies) is None or applies(facts)}
    always = {DocumentKind.SUBMISSION, DocumentKind.ASSIGNMENT_LETTERS, DocumentKind.REPORT}
    hosting = {DocumentKind.RECEPTION_PLAN, DocumentKind.INVITATION}
    assert applying == always | (hosting if visit in HOSTED else {DocumentKind.DECISION})


def test_a_plan_says_who_what_when_and_where() -> None:
    draft = made(DocumentKind.RECEPTION_PLAN, visits.incoming_delegation())
    said = words(draft.document)
    for expected in (
        "KẾ HOẠCH",
        "Đón tiếp Đoàn đại biểu tỉnh Viêng Chăn thăm, làm việc tại thành phố Hải Phòng",
        "Thời gian: từ ngày 10/3/2027 đến ngày 12/3/2027.",
        "Số người: 12.",
        "Trưởng đoàn: Ông Khăm Phăn Sít Thi Đăm Pha, Bí thư Tỉnh ủy, Tỉnh trưởng tỉnh Viêng Chăn.",
        "Giám đốc Sở Văn hóa, Thể thao và Du lịch thành phố Hải Phòng",
        "Nơi ở: Nhà khách (phòng đôi) × 6, 10–12/3/2027.",
        "Thông tư số 35/2026/TT-BTC ngày 31/3/2026",
        "Bảo đảm an ninh, trật tự",
    ):
        assert expected in said
    assert codes(draft) == {"members"}
    guests, hosts, programme, assigned = tables(draft.document)
    assert [len(one.rows) for one in (guests, hosts)] == [2, 2]
    assert [plain(row.cells[0]) for row in programme.rows if row.group] == [
        "Thứ Tư, ngày 10/3/2027",
        "Thứ Năm, ngày 11/3/2027",
    ]
    assert [plain(row.cells[0]) for row in assigned.rows if row.group] == [
        "Văn phòng Ủy ban nhân dân thành phố Hải Phòng",
        "Ủy ban nhân dân thành phố Hải Phòng",
        "Sở Văn hóa, Thể thao và Du lịch thành phố Hải Phòng",
        "Công an thành phố Hải Phòng",
    ]


def test_a_ceremony_is_held_and_a_batch_is_held() -> None:
    ceremony, batch = (made(DocumentKind.RECEPTION_PLAN, VISITS[one]()).document for one in ("ceremony", "batch"))
    assert plain(ceremony.abstract) == "Tổ chức “Lễ kỷ niệm 65 năm quan hệ ngoại giao”"
    assert plain(batch.abstract) == "Tổ chức đợt bồi dưỡng “Bồi dưỡng cán bộ xây dựng Đảng, đợt 2027”"
    assert "Kinh phí thực hiện theo “Văn bản hợp tác giai đoạn 2024-2028”" in words(batch)
    assert [plain(row.cells[1]) for row in tables(batch)[-2].rows] == ["Tiếng Việt", "Chuyên môn"]


def test_a_troupe_has_its_evenings() -> None:
    draft = made(DocumentKind.RECEPTION_PLAN, visits.art_troupe())
    evenings = tables(draft.document)[-2]
    assert [[plain(cell) for cell in row.cells] for row in evenings.rows] == [
        ["10/3/2027", "20:00", "Đêm hữu nghị", "Nhà hát thành phố"],
        ["11/3/2027", GAP, "", GAP],
    ]
    assert "performances" in codes(draft)


@pytest.mark.parametrize(
    ("arrives_on", "cited"),
    [(date(2027, 3, 10), True), (date(2026, 5, 18), True), (date(2026, 5, 17), False), (date(2024, 3, 7), False)],
)
def test_acts_are_cited_only_while_in_force(arrives_on: date, cited: bool) -> None:
    facts = visits.incoming_delegation()
    at = replace(facts, visit=replace(facts.visit, arrives_on=arrives_on, departs_on=arrives_on))
    assert ("35/2026/TT-BTC" in words(made(DocumentKind.RECEPTION_PLAN, at).document)) is cited


def test_no_paper_has_sums() -> None:
    for kind in LETTERS:
        said = words(made(kind, visits.outgoing_delegation()).document)
        assert "đồng" not in said.replace("Hội đồng", "")


def test_a_decision_lists_who_is_sent_on_a_page_of_its_own() -> None:
    issued = replace(visits.outgoing_delegation(), number="15/QĐ-UBND", issued_on=date(2027, 2, 20))
    draft = made(DocumentKind.DECISION, visits.outgoing_delegation())
    document = draft.document
    assert can_be_numbered(document)
    said = words(numbered(document, "15/QĐ-UBND", date(2027, 2, 20)))
    assert said == words(made(DocumentKind.DECISION, issued).document)
    assert "CHỦ TỊCH ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG" in said
    assert "Điều 1. Cử Đoàn đại biểu thành phố Hải Phòng gồm 02 người, do Ông Nguyễn Minh Hùng" in said
    assert "Thông tư số 140/2025/TT-BTC ngày 30/12/2025" in said
    assert "(Kèm theo Quyết định số 15/QĐ-UBND)" in said
    # The Chair decides alone: no TM.
    assert [plain(line) for line in document.signatures[0].authority] == ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
    # Signed below its articles; the list follows on a page of its own.
    (annex,) = document.following
    assert (plain(annex.title), annex.signatures, tables(replace(document, following=()))) == (
        "DANH SÁCH THÀNH VIÊN ĐOÀN",
        (),
        [],
    )
    (table,) = tables(annex)
    assert [plain(row.cells[1]) for row in table.rows] == ["Ông Nguyễn Minh Hùng", "Ông Phạm Văn Đức"]
    assert codes(draft) == {"basis"}


def test_a_party_committee_decides_together() -> None:
    facts = visits.outgoing_delegation()
    secretary = replace(visits.SIGNATORY, position={"vi": "Bí thư Thành ủy Hải Phòng"}, body_id="hp-thanh-uy")
    issued = replace(facts, issuer=replace(facts.issuer, body=bodies.PARTY_COMMITTEE, signatory=secretary))
    document = made(DocumentKind.DECISION, issued).document
    assert [plain(line) for line in document.signatures[0].authority] == ["T/M BAN THƯỜNG VỤ", "BÍ THƯ"]
    assert "BAN THƯỜNG VỤ THÀNH ỦY HẢI PHÒNG" in words(document)


def test_an_invitation_is_to_the_head_in_both_languages() -> None:
    document = made(DocumentKind.INVITATION, visits.incoming_delegation(), VI, LO).document
    assert plain(document.addressee).splitlines() == [
        "Kính gửi: Ông Khăm Phăn Sít Thi Đăm Pha, Bí thư Tỉnh ủy, Tỉnh trưởng tỉnh Viêng Chăn",
        "ຮຽນ: ທ່ານ ຄຳພັນ ສິດທິດຳພາ, ເລຂາພັກແຂວງ, ເຈົ້າແຂວງວຽງຈັນ",
    ]
    said = words(document)
    # Each language names its own side first.
    assert "giữa thành phố Hải Phòng và tỉnh Viêng Chăn" in said
    assert "ລະຫວ່າງ ແຂວງວຽງຈັນ ແລະ ນະຄອນຫາຍຟ່ອງ" in said


def test_an_invitation_without_a_head_is_to_the_locality() -> None:
    facts = replace(visits.incoming_delegation(), members=())
    assert plain(made(DocumentKind.INVITATION, facts).document.addressee) == "Kính gửi: tỉnh Viêng Chăn"


def test_a_submission_is_to_the_body_above() -> None:
    facts = visits.outgoing_delegation()
    below = replace(facts, issuer=replace(facts.issuer, body=bodies.FOREIGN_AFFAIRS))
    draft = made(DocumentKind.SUBMISSION, below)
    assert plain(draft.document.addressee) == "Kính gửi: Ủy ban nhân dân thành phố Hải Phòng"
    assert codes(draft) == {"basis", "opinion", "signatory_elsewhere"}
    assert "addressee" in codes(made(DocumentKind.SUBMISSION, facts))


def letters(facts: DocumentFacts, *languages: Language) -> dict[str, Document]:
    first = made(DocumentKind.ASSIGNMENT_LETTERS, facts, *languages).document
    papers = (replace(first, following=()), *first.following)
    return {plain(one.addressee).removeprefix("Kính gửi: "): one for one in papers}


def test_each_body_has_a_letter_with_its_own_tasks() -> None:
    written = letters(visits.incoming_delegation())
    assert {
        to: [plain(row.cells[1]) for table in tables(one) for row in table.rows] for to, one in written.items()
    } == {
        "Văn phòng Ủy ban nhân dân thành phố Hải Phòng": ["Bố trí nơi ở, hội trường"],
        "Sở Văn hóa, Thể thao và Du lịch thành phố Hải Phòng": ["Chuẩn bị chương trình văn nghệ"],
        "Công an thành phố Hải Phòng": ["Bảo đảm an ninh, trật tự", "Khai báo tạm trú cho khách"],
    }
    asked = words(written["Sở Văn hóa, Thể thao và Du lịch thành phố Hải Phòng"])
    assert "trân trọng đề nghị các ông, bà sau tham dự" in asked
    assert "Phạm Văn Đức" in asked
    assert "Phạm Văn Đức" not in words(written["Công an thành phố Hải Phòng"])
    for one in written.values():
        assert plain(one.head.subject) == "V/v đón tiếp Đoàn đại biểu tỉnh Viêng Chăn"
        assert plain(one.head.number) == "Số: ……/UBND-……"
        assert one.signatures


def test_the_partner_gets_no_letter_of_assignment() -> None:
    """Part of the work is the other side's: it stands in no letter of ours."""
    written = letters(visits.outgoing_delegation())
    assert not any("Viêng Chăn" in to for to in written)
    partner = next(task for task in visits.outgoing_delegation().tasks if task.id == "t-partner")
    ours = replace(visits.outgoing_delegation(), tasks=(replace(partner, side=Side.GUEST),))
    assert list(letters(ours)) == ["Tỉnh ủy - Ủy ban chính quyền tỉnh Viêng Chăn"]


def test_a_body_and_its_successor_get_one_letter() -> None:
    """What was given to a body that another one carries on has the name of the day, whatever its id."""
    facts = visits.incoming_delegation()
    before = TaskFacts("t-before", {"vi": "Giao trước khi sáp nhập"}, "hd-cong-an", bodies.POLICE.name)
    ours = TaskFacts("t-ours", {"vi": "Của cơ quan ban hành"}, "hd-ubnd", bodies.CITY_COMMITTEE)
    written = letters(replace(facts, tasks=(*facts.tasks, before, ours)))
    assert len(written) == 3
    assert "Giao trước khi sáp nhập" in words(written["Công an thành phố Hải Phòng"])
    assert not any("Của cơ quan ban hành" in words(one) for one in written.values())


def test_done_tasks_and_tasks_of_nobody_are_in_no_letter() -> None:
    facts = visits.incoming_delegation()
    done = replace(facts, tasks=tuple(replace(task, done=True) for task in facts.tasks), members=())
    draft = made(DocumentKind.ASSIGNMENT_LETTERS, done)
    assert plain(draft.document.addressee) == f"Kính gửi: {GAP}"
    assert "tasks" in codes(draft)
    nobodys = replace(facts, tasks=(*facts.tasks, TaskFacts("t-x", {"vi": "Không của ai"})))
    draft = made(DocumentKind.ASSIGNMENT_LETTERS, nobodys)
    assert "Không của ai" not in words(draft.document)
    assert "tasks" in codes(draft)


BODY_IDS = st.sampled_from([None, "hp-ubnd", "hp-cong-an", "hp-so-vhttdl", "hp-van-phong-ubnd", "khac"])


@st.composite
def with_tasks_and_hosts(draw: st.DrawFn) -> DocumentFacts:
    """A visit whose every task and host carries a mark of its own."""
    tasks = []
    for place, body in enumerate(draw(st.lists(BODY_IDS, max_size=12))):
        name = {"vi": f"Cơ quan {body}"} if body else None
        person_body = draw(BODY_IDS)
        person = (
            PersonFacts(f"tp{place}", f"Người-T{place}-", body_id=person_body, body={"vi": f"Cơ quan {person_body}"})
            if person_body and draw(st.booleans())
            else None
        )
        tasks.append(
            TaskFacts(
                f"t{place}",
                {"vi": f"Việc-T{place}-"},
                body,
                name,
                draw(st.sampled_from([None, Side.HOST, Side.GUEST])),
                person,
                draw(st.sampled_from([None, date(2027, 3, 1) + timedelta(days=place)])),
                draw(st.booleans()),
            )
        )
    members = [
        MemberFacts(
            f"m{place}",
            PersonFacts(
                f"hp{place}", f"Người-H{place}-", body_id=body, body={"vi": f"Cơ quan {body}"} if body else None
            ),
            MemberRole.MEMBER,
            draw(st.sampled_from(list(Side))),
        )
        for place, body in enumerate(draw(st.lists(BODY_IDS, max_size=8)))
    ]
    return replace(visits.incoming_delegation(), tasks=tuple(tasks), members=tuple(members), programme=())


@given(with_tasks_and_hosts())
def test_no_letter_holds_anything_of_another_body(facts: DocumentFacts) -> None:
    document = made(DocumentKind.ASSIGNMENT_LETTERS, facts).document
    papers = [document, *document.following]
    for paper in papers:
        to = plain(paper.addressee).removeprefix("Kính gửi: ")
        said = words(replace(paper, following=()))
        for task in facts.tasks:
            body = task.body or (task.person.body if task.person else None)
            if not body or body["vi"] != to:
                assert task.title["vi"] not in said
        for member in facts.members:
            if member.side is not Side.HOST or (member.person.body or {}).get("vi") != to:
                assert member.person.name not in said
    # And nothing that is to be done by one of our own bodies is in none.
    everything = "\n".join(words(replace(paper, following=())) for paper in papers)
    for task in facts.tasks:
        key = task.body_id if task.body else task.person.body_id if task.person else None
        is_ours = task.side in (None, Side.HOST) and key not in (None, "hp-ubnd") and not task.done
        if is_ours and all(other.side in (None, Side.HOST) for other in facts.tasks):
            assert task.title["vi"] in everything


def test_a_report_begins_from_results_and_open_tasks() -> None:
    facts = visits.incoming_delegation()
    visit = replace(facts.visit, status=EventStatus.COMPLETED, results="Hai bên thống nhất ba việc.\n\n=HYPERLINK(1)")
    draft = made(DocumentKind.REPORT, replace(facts, visit=visit, today=date(2027, 3, 14)))
    said = words(draft.document)
    assert "Hai bên thống nhất ba việc.\n=HYPERLINK(1)" in said
    still = [plain(row.cells[1]) for row in tables(draft.document)[-1].rows if not row.group]
    assert "Chuẩn bị quà lưu niệm" not in still
    assert "Báo cáo kết quả" in still
    assert codes(draft) == {"members", "proposals"}


def test_a_report_names_what_it_lacks_and_when_it_is_due() -> None:
    draft = made(DocumentKind.REPORT, visits.outgoing_delegation())
    assert codes(draft) == {"results", "proposals", "not_over", "report_due"}
    due = next(one for one in draft.missing if one.code == "report_due")
    assert "27/3/2027" in due.detail.to("vi")


@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
@pytest.mark.parametrize("own_side", Side)
@pytest.mark.parametrize("event_kind", EventKind)
@pytest.mark.parametrize("kind", LETTERS)
def test_nothing_known_makes_a_paper_of_gaps(
    kind: DocumentKind, event_kind: EventKind, own_side: Side, languages: Sequence[Language]
) -> None:
    facts = visits.nothing_known(event_kind, own_side=own_side)
    draft = made(kind, facts, *languages)
    assert {"issuer", "signatory"} <= codes(draft)
    assert GAP in words(draft.document)
    without_guest = replace(facts, visit=replace(facts.visit, guest=None))
    assert GAP in words(made(kind, without_guest, *languages).document)


def test_what_has_no_lao_is_a_gap_and_is_named() -> None:
    facts = visits.incoming_delegation()
    visit = replace(facts.visit, purpose={"vi": "Chỉ có tiếng Việt"})
    draft = made(DocumentKind.RECEPTION_PLAN, replace(facts, visit=visit), LO)
    assert f"{GAP} (Chỉ có tiếng Việt)" in words(draft.document)
    assert [(one.code, one.language) for one in draft.missing if one.code == "language"] == [("language", LO)]


HOSTILE = (
    "=cmd|' /C calc'!A0",
    "#let x = 1; $a_b$ *x* @y <z>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202eabc",
    "\x00\x07",
    "a" * 10_000,
)


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", LETTERS)
def test_hostile_text_stays_text_on_one_line(kind: DocumentKind, hostile: str) -> None:
    for visit in VISITS.values():
        draft = made(kind, poisoned(visit(), hostile), VI, LO)
        for text in texts(draft.document):
            for line in text:
                said = "".join(run.text for run in line)
                assert not any(letter in said for letter in "\n\r\t\x00\x07\u202e")
                assert "49" not in said or "{{ 7 * 7 }}" not in hostile
        visible = hostile.replace("\u202e", "").strip("\x00\x07")
        if visible:
            assert visible.upper() in words(draft.document).upper()


def poisoned(value: Any, hostile: str) -> Any:
    """The same facts with hostile words behind every text that people wrote."""
    if isinstance(value, dict):
        return {key: poisoned(one, hostile) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        kept = {"id", "body_id", "code", "country", "timezone", "resource_id", "office_zone", "counterpart_id", "point"}
        changed = {
            one.name: poisoned(getattr(value, one.name), hostile) for one in fields(value) if one.name not in kept
        }
        return replace(value, **changed)
    if type(value) is str:
        return f"{value} {hostile}"
    if isinstance(value, tuple):
        return tuple(poisoned(one, hostile) for one in value)
    return value


def every_letter(facts: DocumentFacts) -> Iterator[Document]:
    for kind in LETTERS:
        yield made(kind, facts).document


@pytest.mark.parametrize(
    ("body", "place", "own", "other"),
    [
        (bodies.COMMITTEE_BEFORE, bodies.HAI_DUONG, "Hải Dương", "Hải Phòng"),
        (bodies.COMMITTEE, bodies.HAI_PHONG, "Hải Phòng", "Hải Dương"),
    ],
)
def test_papers_of_both_days_of_the_merger_have_their_own_names(
    body: BodyFacts, place: PlaceFacts, own: str, other: str
) -> None:
    facts = visits.incoming_delegation()
    chair = PersonFacts("chair", "Lê Văn Bình", position={"vi": f"Chủ tịch UBND {place.name['vi'].lower()}"})
    visit = replace(facts.visit, host=place, location=place.name, title={"vi": "Chuyến thăm"}, organisation=body)
    that_day = replace(
        facts,
        visit=visit,
        issuer=replace(facts.issuer, body=body, place=place, signatory=chair),
        members=(),
        tasks=(),
        programme=(),
        bookings=(),
    )
    for document in every_letter(that_day):
        assert other not in words(document)
        assert other.upper() not in words(document)
        assert plain(document.head.place_and_date).startswith(f"{own}, ngày")


def test_one_letter_can_be_made_alone() -> None:
    facts = visits.incoming_delegation()
    for assignment in letters_to(facts):
        paper = assignment_letters.letter(facts, Wording((VI,)), assignment)
        assert paper == letters(facts)[plain(paper.addressee).removeprefix("Kính gửi: ")]


def test_only_who_has_tasks_is_asked_for_their_results() -> None:
    facts = visits.incoming_delegation()
    found = letters_to(facts)
    assert any(one.tasks for one in found)
    assert any(not replace_tasks(one).tasks for one in found)
    for with_tasks in found:
        for one in (with_tasks, replace_tasks(with_tasks)):
            paper = assignment_letters.letter(facts, Wording((VI,)), one)
            assert ("Kết quả thực hiện và vướng mắc" in words(paper)) is bool(one.tasks)


def replace_tasks(assignment: Assignment) -> Assignment:
    """The same body, without tasks."""
    return replace(assignment, tasks=[])


@pytest.mark.parametrize("visit", VISITS)
def test_the_facts_for_one_body_make_its_letter_and_no_other(visit: str) -> None:
    """For every body that takes part: its own letter, or, as for the issuer, none."""
    facts = VISITS[visit]()
    found = letters_to(facts)
    for one in found:
        assert [plain_of(other) for other in letters_to(only_of(facts, one.key))] == [plain_of(one)]
    getting = {one.key for one in found}
    others = {one.person.body_id for one in facts.members} | {facts.issuer.body.id if facts.issuer.body else ""}
    for body_id in others - getting - {None}:
        assert body_id is not None
        assert letters_to(only_of(facts, body_id)) == []


def plain_of(one: Assignment) -> tuple[object, ...]:
    """What is in the letter to a body."""
    return one.key, one.body, one.tasks, one.hosts


@pytest.mark.parametrize("entered", ["Trao đổi kinh nghiệm", "Trao đổi kinh nghiệm.", "Trao đổi kinh nghiệm. "])
@pytest.mark.parametrize("kind", [DocumentKind.RECEPTION_PLAN, DocumentKind.SUBMISSION, DocumentKind.REPORT])
def test_a_purpose_ends_with_one_full_stop(kind: DocumentKind, entered: str) -> None:
    facts = visits.incoming_delegation()
    facts = replace(facts, visit=replace(facts.visit, purpose={"vi": entered}))
    said = words(made(kind, facts).document)
    assert "rao đổi kinh nghiệm." in said
    assert "rao đổi kinh nghiệm.." not in said
    assert "rao đổi kinh nghiệm\n" not in said


@pytest.mark.parametrize(
    ("ordinal", "language", "told"),
    [
        (65, Language.VI, "Tổ chức kỷ niệm 65 năm Thiết lập quan hệ ngoại giao."),
        (65, Language.LO, "ສະເຫຼີມສະຫຼອງ ສ້າງຕັ້ງສາຍພົວພັນການທູດ ຄົບຮອບ 65 ປີ."),
        (65, Language.EN, "To celebrate 65 years: Diplomatic relations."),
        (None, Language.VI, "Tổ chức kỷ niệm Thiết lập quan hệ ngoại giao."),
    ],
)
def test_a_ceremony_is_held_for_so_many_years(ordinal: int | None, language: Language, told: str) -> None:
    facts = visits.ceremony()
    facts = replace(facts, visit=replace(facts.visit, purpose=None, ordinal=ordinal))
    wording = Wording((language,))
    assert plain(purpose_alone(facts, wording)) == told
    assert not wording.missing
    own = replace(facts, visit=replace(facts.visit, purpose={"vi": "Ôn lại truyền thống", "lo": "x", "en": "x"}))
    assert plain(purpose_alone(own, Wording((Language.VI,)))) == "Ôn lại truyền thống."
