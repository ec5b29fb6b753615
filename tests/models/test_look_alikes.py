"""Search and comparison treat as equal what looks equal; folding is idempotent."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.look_alikes import plain
from models.text import fold

EQUAL = {
    # what it is about: the usual spelling, and others that look the same
    "zero-width space": ("ຄຳແພງ", ["ຄຳ\u200bແພງ", "ຄຳ\u00adແພງ", "\ufeffຄຳແພງ", "ຄຳ\u2060ແພງ"]),
    "soft hyphen": ("Nguyễn", ["Ngu\u00adyễn", "Ngu\u200byễn", "Ngu\u200dyễn", "Ngu\u200cyễn", "Nguyễn\ufe0f"]),
    "doubles of Đ": ("Đặng", ["Ðặng", "Ɖặng", "đặng", "ðặng", "ɖặng", "D\u0335ặng"]),
    "Cyrillic and Greek": ("Hoa Tran", ["Нoa Tran", "Ηoa Тran", "Hоа Tran", "НOА TRАN"]),
    "apostrophes": ("O'Neil", ["O’Neil", "O‘Neil", "Oʼneil", "O´Neil", "O`Neil", "O′Neil", "O＇Neil", "Oʹneil"]),
    "quotation marks": ('"Bài ca"', ["“Bài ca”", "„Bài ca‟", "«Bài ca»", "″Bài ca″"]),
    "dashes": ("Xi-xu-lít", ["Xi–xu–lít", "Xi—xu—lít", "Xi‐xu‑lít", "Xi−xu－lít"]),
    "where the tone stands": ("Hoà Thuý Tuỷ", ["Hòa Thúy Tủy", "hoà thuý tuỷ"]),
    "composed or not": ("Ẩn Ộ", [unicodedata.normalize(form, "Ẩn Ộ") for form in ("NFD", "NFKC", "NFKD")]),
    "full width": ("Nguyen 12", ["Ｎｇｕｙｅｎ　１２"]),
    "the vowel am": ("ນ້ຳ", ["ນ້ໍາ", "ນໍ້າ", "ນ\u0ecd\u0ec9າ"]),
    "the vowel ae": ("ແຂວງ", ["ເເຂວງ", "ເ\u200bເຂວງ"]),
    "ligatures of h": ("ໜອງ", ["ຫນອງ"]),
    "blanks": ("Lê Văn An", ["Lê\u00a0Văn\u2009An", "  Lê\tVăn\nAn ", "Lê\u3000Văn\u200b An"]),
}
VARIANTS = [(usual, other) for usual, others in EQUAL.values() for other in others]


@pytest.mark.parametrize(("usual", "other"), VARIANTS)
def test_what_looks_equal_is_equal(usual: str, other: str) -> None:
    assert usual != other or unicodedata.is_normalized("NFKC", usual)
    assert fold(other) == fold(usual)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ກີ", "ກາ"), ("ໃນ", "ໄນ"), ("An", "Am"), ("Москва", "Mockba"), ("Но", "Ho"), ("А-1", "A-2"), ("ລາວ", "ລາ")],
)
def test_what_looks_different_is_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("word", ["Тамара", "Нос", "Сергей", "Αθήνα", "Νίκος", "Хорошо"])
def test_a_word_of_another_script_is_found_in_any_case(word: str) -> None:
    assert fold(word) == fold(word.upper()) == fold(word.lower())
    assert not fold(word).isascii()


PIECES = [
    *(text for pair in VARIANTS for text in pair),
    "vieng", "viang", "chan", "vientiane", "ວຽງຈັນ", "-", " ", "ເ", "ໍ", "າ", "´", "\u0345", "Σ", "ς", "ν", "Ν", "К",
    "к", "я", "ﬁ", "ſ", "İ", "ı", "ŉ", "𝛼", "Å", "æ", "ß", "ẞ", "\u0335",
]  # fmt: skip


@given(st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=5).map("".join)))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert plain(plain(text)) == plain(text)


@given(st.lists(st.sampled_from(list(EQUAL.values())), min_size=1, max_size=6), st.data())
def test_texts_of_variants_are_equal(parts: list[tuple[str, list[str]]], data: st.DataObject) -> None:
    usual = " ".join(usual for usual, _others in parts)
    typed = " ".join(data.draw(st.sampled_from([usual, *others])) for usual, others in parts)
    assert fold(typed) == fold(usual)
