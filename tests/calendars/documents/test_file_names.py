"""What files of papers are called."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.documents.file_names import ABBREVIATIONS, file_name, plain_letters
from models.vocabulary import DocumentFormat, DocumentKind, Language

DAY = date(2027, 3, 10)


@pytest.mark.parametrize(
    ("kind", "title", "languages", "expected"),
    [
        (
            DocumentKind.RECEPTION_PLAN, {"vi": "đón đoàn Viêng Chăn"}, (Language.VI, Language.LO),
            "2027-03-10_KH_don-doan-Vieng-Chan_vi-lo.docx",
        ),
        (DocumentKind.PROGRAMME, {"lo": "ວຽງຈັນ", "en": "Visit"}, (Language.LO,), "2027-03-10_CT_Visit_lo.docx"),
        (DocumentKind.REPORT, {"lo": "ວຽງຈັນ"}, (Language.VI,), "2027-03-10_BC_vi.docx"),
        (DocumentKind.REPORT, {"vi": "../etc/passwd\r\nX: y"}, (Language.VI,), "2027-03-10_BC_etc-passwd-X-y_vi.docx"),
    ],
)  # fmt: skip
def test_a_name_says_day_kind_visit_and_languages(
    kind: DocumentKind, title: dict[str, str], languages: tuple[Language, ...], expected: str
) -> None:
    assert file_name(kind, title, DAY, languages, DocumentFormat.DOCX) == expected


@given(st.text(max_size=300), st.sampled_from(DocumentKind))
def test_whatever_a_title_is_the_name_is_safe_everywhere(title: str, kind: DocumentKind) -> None:
    name = file_name(kind, {"vi": title}, DAY, (Language.VI,), DocumentFormat.PDF)
    assert re.fullmatch(r"[A-Za-z0-9_-]+\.pdf", name)
    assert len(name) <= 120


def test_a_long_title_ends_with_a_word() -> None:
    assert plain_letters("Đoàn đại biểu cấp cao " * 20) == "Doan-dai-bieu-cap-cao-Doan-dai-bieu-cap-cao-Doan-dai-bieu"
    assert plain_letters("x" * 500) == "x" * 60


def test_every_kind_has_its_letters() -> None:
    assert set(ABBREVIATIONS) == set(DocumentKind)
