"""The mail that a kept paper goes with: what it says in each language, whatever stands in a title."""

from dataclasses import replace
from datetime import date

import pytest

from calendars.days.spans import Days
from calendars.mails.document_mail import DocumentTopic, compose_document
from models.vocabulary import Language

PLAN = DocumentTopic(
    paper="Programme",
    title={"vi": "Đón đoàn Viêng Chăn", "lo": "ຕ້ອນຮັບຄະນະວຽງຈັນ", "en": "Visit of Vientiane"},
    days=Days(date(2027, 3, 10), date(2027, 3, 12)),
    number="12/CT-SNgV",
    issued_on=date(2027, 3, 1),
    sender="Nguyễn Thị Hoa",
    url="https://desk.example.org/events/1",
)


@pytest.mark.parametrize(
    ("language", "subject", "lines"),
    [
        (
            Language.VI,
            "Chương trình: Đón đoàn Viêng Chăn – 10–12/3/2027",
            ("Chương trình số 12/CT-SNgV ngày 01/3/2027", "chưa ký, chưa đóng dấu", "Người gửi: Nguyễn Thị Hoa."),
        ),
        (
            Language.LO,
            "ກຳນົດການ: ຕ້ອນຮັບຄະນະວຽງຈັນ – 10–12 ມີນາ 2027",
            ("ກຳນົດການ ເລກທີ 12/CT-SNgV ລົງວັນທີ 1 ມີນາ 2027", "ຍັງບໍ່ໄດ້ເຊັນ", "ຜູ້ສົ່ງ: Nguyễn Thị Hoa."),
        ),
        (
            Language.EN,
            "Programme: Visit of Vientiane – 10–12 March 2027",
            ("Programme no. 12/CT-SNgV of 1 March 2027", "bears no signature", "Sent by: Nguyễn Thị Hoa."),
        ),
    ],
)
def test_it_says_which_paper_of_which_visit_and_whether_it_is_signed(
    language: Language, subject: str, lines: tuple[str, ...]
) -> None:
    mail = compose_document(PLAN, language)
    assert mail.subject == subject
    for line in (*lines, PLAN.title[language], "https://desk.example.org/events/1"):
        assert line in mail.text
        assert line in mail.html
    signed = compose_document(replace(PLAN, is_signed=True), language)
    assert lines[1] not in signed.text


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(PLAN, number=None, issued_on=None, sender=None, url=None)
    text = compose_document(bare, Language.EN).text
    assert "no." not in text.splitlines()[0]
    assert "Sent by" not in text
    assert "Read more" not in text
    assert "12/CT" in compose_document(replace(PLAN, issued_on=None), Language.EN).text


def test_titles_stay_text() -> None:
    hostile = replace(PLAN, title={"vi": "<b>Đoàn</b>\r\nBcc: x@example.org"}, sender="<script>\n")
    mail = compose_document(hostile, Language.VI)
    assert "\n" not in mail.subject
    assert "<b>" not in mail.html
    assert "<script>" not in mail.html
    assert "&lt;b&gt;Đoàn&lt;/b&gt; Bcc: x@example.org" in mail.html
