"""Sums in words, as an accountant reads them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.money.words import MOST, amount_in_words, number_in_words
from models.vocabulary import Currency, Language

VI, LO, EN = Language.VI, Language.LO, Language.EN


@pytest.mark.parametrize(
    ("number", "vi", "lo"),
    [
        (0, "không", "ສູນ"),
        (4, "bốn", "ສີ່"),
        (5, "năm", "ຫ້າ"),
        (10, "mười", "ສິບ"),
        (11, "mười một", "ສິບເອັດ"),
        (14, "mười bốn", "ສິບສີ່"),
        (15, "mười lăm", "ສິບຫ້າ"),
        (20, "hai mươi", "ຊາວ"),
        (21, "hai mươi mốt", "ຊາວເອັດ"),
        (24, "hai mươi tư", "ຊາວສີ່"),
        (55, "năm mươi lăm", "ຫ້າສິບຫ້າ"),
        (100, "một trăm", "ໜຶ່ງຮ້ອຍ"),
        (105, "một trăm linh năm", "ໜຶ່ງຮ້ອຍຫ້າ"),
        (115, "một trăm mười lăm", "ໜຶ່ງຮ້ອຍສິບຫ້າ"),
        (1_000, "một nghìn", "ໜຶ່ງພັນ"),
        (1_005, "một nghìn không trăm linh năm", "ໜຶ່ງພັນຫ້າ"),
        (20_000, "hai mươi nghìn", "ຊາວພັນ"),
        (50_000, "năm mươi nghìn", "ຫ້າສິບພັນ"),
        (100_000, "một trăm nghìn", "ໜຶ່ງແສນ"),
        (1_000_005, "một triệu không trăm linh năm", "ໜຶ່ງລ້ານຫ້າ"),
        (1_020_000, "một triệu không trăm hai mươi nghìn", "ໜຶ່ງລ້ານຊາວພັນ"),
        (289_600_000, "hai trăm tám mươi chín triệu sáu trăm nghìn", "ສອງຮ້ອຍແປດສິບເກົ້າລ້ານຫົກແສນ"),
        (15_000_000_000, "mười lăm tỷ", "ສິບຫ້າຕື້"),
        (1_000_000_001, "một tỷ không trăm linh một", "ໜຶ່ງຕື້ໜຶ່ງ"),
        (2_300_000_000_000, "hai nghìn ba trăm tỷ", "ສອງພັນສາມຮ້ອຍຕື້"),
    ],
)
def test_numbers(number: int, vi: str, lo: str) -> None:
    assert (number_in_words(number, VI), number_in_words(number, LO)) == (vi, lo)


def test_currencies_and_hundredths() -> None:
    assert amount_in_words(70_000_000, Currency.VND, VI) == "bảy mươi triệu đồng"
    assert amount_in_words(50_000, Currency.LAK, LO) == "ຫ້າສິບພັນກີບ"
    assert amount_in_words(12_050, Currency.USD, VI) == "một trăm hai mươi đô la Mỹ và năm mươi xen"
    assert amount_in_words(12_000, Currency.USD, LO) == "ໜຶ່ງຮ້ອຍຊາວໂດລາສະຫະລັດ"


def test_what_is_not_written_in_words() -> None:
    assert amount_in_words(1, Currency.VND, EN) is None
    assert number_in_words(-1, VI) is None
    assert number_in_words(MOST + 1, LO) is None


@given(st.integers(0, MOST), st.integers(0, MOST))
def test_no_two_numbers_have_the_same_words(one: int, other: int) -> None:
    for language in (VI, LO):
        assert (number_in_words(one, language) == number_in_words(other, language)) == (one == other)


DIGITS = {
    word: str(digit)
    for digit, word in enumerate(["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"])
}
DIGITS |= {"mốt": "1", "tư": "4", "lăm": "5"}


def read(words: str) -> int:
    """A reader of Vietnamese numbers of its own, to compare with."""
    if " tỷ" in words or words.endswith("tỷ"):
        before, _, behind = words.partition(" tỷ")
        return read(before) * 10**9 + (read(behind.strip()) if behind.strip() else 0)
    total = 0
    for name, size in ((" triệu", 10**6), (" nghìn", 10**3)):
        if name in words:
            before, _, words = words.partition(name)
            total += group(before) * size
            words = words.strip()
    return total + (group(words) if words else 0)


def group(words: str) -> int:
    hundreds, tens, units = 0, 0, 0
    if " trăm" in words:
        before, _, words = words.partition(" trăm")
        hundreds = int(DIGITS[before.strip()])
    words = re.sub(r"\blinh\b", "", words).strip()
    if " mươi" in words:
        before, _, words = words.partition(" mươi")
        tens = int(DIGITS[before.strip()])
    elif words.startswith("mười"):
        tens, words = 1, words.removeprefix("mười")
    words = words.strip()
    units = int(DIGITS[words]) if words else 0
    return hundreds * 100 + tens * 10 + units


@given(st.integers(0, MOST))
def test_vietnamese_words_are_read_as_the_same_number(number: int) -> None:
    words = number_in_words(number, VI)
    assert words is not None
    assert read(words) == number
