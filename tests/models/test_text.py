"""Folding for search, cleaning, languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text import clean, fold, fold_all, in_order, localized, one_line, shorten


@pytest.mark.parametrize(
    "spelling",
    [
        "vien chan",
        "Viêng Chăn",
        "VIENG CHAN",
        "Viên Chăn",
        "Viêng chăn",
        "Vieng-Chan",
        "Viangchan",
        "Vientiane",
        "ວຽງຈັນ",
    ],
)
def test_one_province_many_spellings(spelling: str) -> None:
    assert fold(spelling) == "vien chan"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Hải Dương", "hai duong"),
        ("ĐOÀN ĐẠI BIỂU", "doan dai bieu"),
        ("  a \n b\t c ", "a b c"),
        ("Straße", "strasse"),
        ("ທ່າແຂກ", "ທາແຂກ"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_lao_keeps_its_vowels() -> None:
    assert fold("ກີ") != fold("ກາ")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_fold_all_takes_texts_of_any_shape() -> None:
    assert fold_all(["Hải", {"vi": "Dương", "en": "Duong"}, None]) == "hai · duong · duong"


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1b", "\x7f", "\x9f", "\u202e", "\u2066", "\ufeff"])
def test_clean_strips_what_must_not_be_stored(character: str) -> None:
    assert clean(f"a{character}b") == "ab"


def test_line_ends_become_one_kind() -> None:
    assert clean("a\r\nb\rc\x85d\u2028e\u2029f\n") == "a\nb\nc\nd\ne\nf"
    assert one_line("a\r\nb\tc") == "a b c"


@given(st.text(st.characters(blacklist_categories=())))
def test_cleaned_text_can_be_stored_and_stays(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "shortened"), [("", ""), ("abcdef", "abcdef"), ("abcdefg", "abcde…"), ("abcd efgh", "abcd…")]
)
def test_a_text_that_is_too_long_is_cut(text: str, shortened: str) -> None:
    assert shorten(text, 6) == shortened


def test_missing_language_falls_back_to_vi_then_en_then_lo() -> None:
    assert localized({"vi": "v", "en": "e", "lo": "l"}, "lo") == "l"
    assert localized({"vi": "v", "en": "e"}, "lo") == "v"
    assert localized({"en": "e", "lo": "l"}, "vi") == "e"
    assert localized({"lo": "l"}, "en") == "l"
    assert localized(None, "vi") == ""
    assert list(in_order({"en": "e", "vi": "v"})) == ["vi", "en"]
