"""Amounts of money in words, as papers repeat sums: in Vietnamese and Lao."""

from collections.abc import Mapping

from models.vocabulary import Currency, Language

MOST = 10**18 - 1
"""The largest number that is written in words."""

_VI_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_LO_DIGITS = ("ສູນ", "ໜຶ່ງ", "ສອງ", "ສາມ", "ສີ່", "ຫ້າ", "ຫົກ", "ເຈັດ", "ແປດ", "ເກົ້າ")
_BILLION = 10**9

_CURRENCIES: Mapping[Language, Mapping[Currency, tuple[str, str]]] = {
    Language.VI: {
        Currency.VND: ("đồng", ""),
        Currency.LAK: ("kíp Lào", ""),
        Currency.USD: ("đô la Mỹ", "xen"),
    },
    Language.LO: {
        Currency.VND: ("ດົ່ງ", ""),
        Currency.LAK: ("ກີບ", ""),
        Currency.USD: ("ໂດລາສະຫະລັດ", "ເຊັນ"),
    },
}
"""What whole units of a currency and its hundredths are called behind a number in words."""

_AND = {Language.VI: " và ", Language.LO: " ແລະ "}
_SPACES = {Language.VI: " ", Language.LO: ""}


def amount_in_words(amount: int, currency: Currency, language: Language) -> str | None:
    """An amount in smallest units as words with its currency: ``hai trăm tám mươi chín triệu sáu trăm nghìn đồng``.

    None where a language's words are not known here (English), and for what is negative or too large.
    """
    if language not in _CURRENCIES:
        return None
    whole, rest = divmod(amount, 10**currency.decimals)
    spelled = number_in_words(whole, language)
    if spelled is None:
        return None
    unit, part = _CURRENCIES[language][currency]
    space = _SPACES[language]
    written = f"{spelled}{space}{unit}"
    if rest:
        written += f"{_AND[language]}{number_in_words(rest, language)}{space}{part}"
    return written


def number_in_words(number: int, language: Language) -> str | None:
    """A whole number in Vietnamese or Lao words; None for other languages, negative and too large numbers."""
    if not 0 <= number <= MOST:
        return None
    if language is Language.VI:
        return _vietnamese(number)
    return _lao(number) if language is Language.LO else None


# Vietnamese


def _vietnamese(number: int) -> str:
    """As money is read in the North: ``linh`` before a lone unit, ``mốt``, ``tư`` and ``lăm`` behind tens, empty groups
    not read."""
    if number == 0:
        return _VI_DIGITS[0]
    billions, rest = divmod(number, _BILLION)
    words = [f"{_vi_below_a_billion(billions, is_first=True)} tỷ"] if billions else []
    if rest:
        words.append(_vi_below_a_billion(rest, is_first=not billions))
    return " ".join(words)


def _vi_below_a_billion(number: int, *, is_first: bool) -> str:
    words: list[str] = []
    for size, name in ((10**6, " triệu"), (10**3, " nghìn"), (1, "")):
        group, number = divmod(number, size)
        if group:
            words.append(_vi_group(group, in_full=not (is_first and not words)) + name)
    return " ".join(words)


def _vi_group(group: int, *, in_full: bool) -> str:
    """Up to three digits; ``in_full``: something stands before them, so that hundreds are read even if there are
    none."""
    hundreds, tens, units = group // 100, group // 10 % 10, group % 10
    words = [f"{_VI_DIGITS[hundreds]} trăm"] if hundreds or in_full else []
    if tens == 1:
        words.append("mười")
    elif tens:
        words.append(f"{_VI_DIGITS[tens]} mươi")
    elif units and words:
        words.append("linh")
    if units:
        words.append(_vi_unit(tens, units))
    return " ".join(words)


def _vi_unit(tens: int, units: int) -> str:
    if units == 5 and tens:
        return "lăm"
    if tens > 1 and units in (1, 4):
        return "mốt" if units == 1 else "tư"
    return _VI_DIGITS[units]


# Lao


def _lao(number: int) -> str:
    """As the kip's own notes are written: ``ສິບພັນ`` for ten thousand, ``ແສນ`` for a hundred thousand, ``ລ້ານ``,
    ``ຕື້``."""
    if number == 0:
        return _LO_DIGITS[0]
    words = ""
    for size, name in ((_BILLION, "ຕື້"), (10**6, "ລ້ານ")):
        group, number = divmod(number, size)
        if group:
            words += _lao(group) + name
    lakhs, number = divmod(number, 10**5)
    words += f"{_LO_DIGITS[lakhs]}ແສນ" if lakhs else ""
    thousands, number = divmod(number, 10**3)
    words += f"{_lo_tens(thousands)}ພັນ" if thousands else ""
    hundreds, number = divmod(number, 100)
    words += f"{_LO_DIGITS[hundreds]}ຮ້ອຍ" if hundreds else ""
    return words + (_lo_tens(number) if number else "")


def _lo_tens(number: int) -> str:
    """Below a hundred: ``ຊາວ`` for twenty, ``ເອັດ`` for a one behind tens."""
    tens, units = divmod(number, 10)
    words = {0: "", 1: "ສິບ", 2: "ຊາວ"}.get(tens, f"{_LO_DIGITS[tens]}ສິບ")
    if units:
        words += "ເອັດ" if tens and units == 1 else _LO_DIGITS[units]
    return words
