"""Names of the computed holidays of Viet Nam and Laos in vi, lo and en."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from calendars.days import lunar
from models.vocabulary import Festival

NAMED = frozenset({"VN", "LA"})
"""The countries whose holidays have names in all three languages."""

# Two days before Tết; the number in the library's name is only right after a month of 30 days.
_BEFORE_EVE = "29 of Lunar New Year"

_NAMES: Mapping[str, tuple[str, str, str]] = {
    # Viet Nam
    "New Year's Day": ("Tết Dương lịch", "ວັນປີໃໝ່ສາກົນ", "New Year's Day"),
    _BEFORE_EVE: ("{n} Tết", "ວັນທີ {n} ກ່ອນບຸນປີໃໝ່ຫວຽດນາມ (ເຕັດ)", "{n}th of the last lunar month ({n} Tết)"),
    "Lunar New Year's Eve": ("Giao thừa", "ວັນສິ້ນປີ ບຸນປີໃໝ່ຫວຽດນາມ (ເຕັດ)", "Lunar New Year's Eve"),
    "Lunar New Year": ("Mồng 1 Tết Nguyên đán", "ບຸນປີໃໝ່ຫວຽດນາມ (ເຕັດ) ມື້ທີ 1", "Lunar New Year (Tết)"),
    "Second Day of Lunar New Year": (
        "Mồng 2 Tết Nguyên đán", "ບຸນປີໃໝ່ຫວຽດນາມ (ເຕັດ) ມື້ທີ 2", "Second day of Lunar New Year (Tết)",
    ),
    "Third Day of Lunar New Year": (
        "Mồng 3 Tết Nguyên đán", "ບຸນປີໃໝ່ຫວຽດນາມ (ເຕັດ) ມື້ທີ 3", "Third day of Lunar New Year (Tết)",
    ),
    "Fourth Day of Lunar New Year": (
        "Mồng 4 Tết Nguyên đán", "ບຸນປີໃໝ່ຫວຽດນາມ (ເຕັດ) ມື້ທີ 4", "Fourth day of Lunar New Year (Tết)",
    ),
    "Fifth Day of Lunar New Year": (
        "Mồng 5 Tết Nguyên đán", "ບຸນປີໃໝ່ຫວຽດນາມ (ເຕັດ) ມື້ທີ 5", "Fifth day of Lunar New Year (Tết)",
    ),
    "Sixth Day of Lunar New Year": (
        "Mồng 6 Tết Nguyên đán", "ບຸນປີໃໝ່ຫວຽດນາມ (ເຕັດ) ມື້ທີ 6", "Sixth day of Lunar New Year (Tết)",
    ),
    "Hung Kings' Commemoration Day": (
        "Giỗ Tổ Hùng Vương", "ວັນບູຊາກະສັດຮຸ່ງ", "Hùng Kings' Commemoration Day",
    ),
    "Liberation Day/Reunification Day": (
        "Ngày Chiến thắng", "ວັນໄຊຊະນະ (ວັນປົດປ່ອຍພາກໃຕ້ຫວຽດນາມ)", "Victory Day (Reunification Day)",
    ),
    "International Labor Day": ("Ngày Quốc tế Lao động", "ວັນກຳມະກອນສາກົນ", "International Labour Day"),
    "National Day": ("Quốc khánh", "ວັນຊາດຫວຽດນາມ", "National Day of Viet Nam"),
    "Vietnam Cultural Day": ("Ngày Văn hóa Việt Nam", "ວັນວັດທະນະທຳຫວຽດນາມ", "Viet Nam Culture Day"),
    # Laos
    "International Women's Rights Day": ("Ngày Quốc tế Phụ nữ", "ວັນແມ່ຍິງສາກົນ", "International Women's Day"),
    "International Children's Day": ("Ngày Quốc tế Thiếu nhi", "ວັນເດັກສາກົນ", "International Children's Day"),
    "Lao New Year's Day": ("Tết Bunpimay", "ບຸນປີໃໝ່ລາວ", "Lao New Year (Pi Mai)"),
    "Lao National Day": ("Quốc khánh Lào", "ວັນຊາດ", "Lao National Day"),
    "Makha Bousa Festival": ("Lễ Makha Bucha", "ບຸນມາຂະບູຊາ", "Makha Bousa Festival"),
    "Visakha Bousa Festival": ("Lễ Phật Đản (Visakha Bucha)", "ບຸນວິສາຂະບູຊາ", "Visakha Bousa Festival"),
    "Begin of Buddhist Lent": ("Lễ vào chay (Khao Phansa)", "ບຸນເຂົ້າພັນສາ", "Beginning of Buddhist Lent"),
    "End of Buddhist Lent": ("Lễ mãn chay (Ok Phansa)", "ບຸນອອກພັນສາ", "End of Buddhist Lent"),
    "Boun Haw Khao Padapdin": (
        "Lễ cúng tổ tiên Khao Padapdin", "ບຸນຫໍ່ເຂົ້າປະດັບດິນ", "Boun Haw Khao Padapdin",
    ),
    "Boun Haw Khao Salark": ("Lễ cúng cơm Khao Salak", "ບຸນຫໍ່ເຂົ້າສະຫຼາກ", "Boun Haw Khao Salark"),
    "Vientiane Boat Racing Festival": (
        "Hội đua thuyền Viêng Chăn", "ບຸນຊ່ວງເຮືອ ນະຄອນຫຼວງວຽງຈັນ", "Vientiane Boat Racing Festival",
    ),
    "Boun That Luang Festival": ("Lễ hội Thạt Luổng", "ບຸນທາດຫຼວງ", "That Luang Festival"),
}  # fmt: skip

PI_MAI = "Lao New Year's Day"
"""What the library calls Pi Mai: the Lao government fixes its days two to four weeks ahead, with added days in some
years (2019, 2022, 2023)."""

FESTIVALS: Mapping[Festival, tuple[str, str]] = {
    Festival.TET: ("VN", "Lunar New Year"),
    Festival.HUNG_KINGS: ("VN", "Hung Kings' Commemoration Day"),
    Festival.PI_MAI: ("LA", PI_MAI),
    Festival.MAKHA_BOUSA: ("LA", "Makha Bousa Festival"),
    Festival.VISAKHA_BOUSA: ("LA", "Visakha Bousa Festival"),
    Festival.BEGIN_OF_LENT: ("LA", "Begin of Buddhist Lent"),
    Festival.HAW_KHAO_PADAPDIN: ("LA", "Boun Haw Khao Padapdin"),
    Festival.HAW_KHAO_SALARK: ("LA", "Boun Haw Khao Salark"),
    Festival.END_OF_LENT: ("LA", "End of Buddhist Lent"),
    Festival.BOAT_RACING: ("LA", "Vientiane Boat Racing Festival"),
    Festival.THAT_LUANG: ("LA", "Boun That Luang Festival"),
}
"""Festival → its country, and what the library calls it."""


def festival_name(festival: Festival) -> dict[str, str]:
    """What a festival is called in vi, lo and en; Tết without the number of its day."""
    if festival is Festival.TET:
        return {"vi": "Tết Nguyên đán", "lo": "ບຸນປີໃໝ່ຫວຽດນາມ (ເຕັດ)", "en": "Lunar New Year (Tết)"}
    return dict(zip(("vi", "lo", "en"), _NAMES[FESTIVALS[festival][1]], strict=True))


_IN_LIEU = ("{} (nghỉ bù)", "{} (ພັກຊົດເຊີຍ)", "{} (day in lieu)")
_SPECIAL = ("{} (nghỉ thêm)", "{} (ພັກເພີ່ມ)", "{} (additional day off)")
_SUFFIXES: Mapping[str, tuple[str, str, str]] = {
    " (observed)": _IN_LIEU,
    " (in lieu)": _IN_LIEU,
    " (Special)": _SPECIAL,
}
_SWAPPED = re.compile(r"Day off \(substituted from (\d{2}/\d{2}/\d{4})\)")
_GUESSED = re.compile(r" \(((?:observed|in lieu|special|substituted)\b.*|.*\bestimated)\)$", re.IGNORECASE)
_AROUND_TET = frozenset({_BEFORE_EVE, *(f"{which} Day of Lunar New Year" for which in ("Fourth", "Fifth", "Sixth"))})


def names(country: str, english: str, day: date) -> dict[str, str]:
    """The name in vi, lo and en of a holiday that the ``holidays`` library calls ``english`` (en_US) on that day.

    A name not listed here, from another country or a later version of the library, is returned unchanged under ``en``.
    """
    if country not in NAMED:
        return {"en": english}  # another country's National Day is not Viet Nam's
    if match := _SWAPPED.fullmatch(english):
        worked = datetime.strptime(match[1], "%m/%d/%Y").date()  # noqa: DTZ007 - a day has no zone
        return _swapped(worked)
    frame = ("{}", "{}", "{}")
    plain = english
    for suffix, wrapped in _SUFFIXES.items():
        if english.endswith(suffix):
            plain, frame = english.removesuffix(suffix), wrapped
    if plain not in _NAMES:
        return {"en": english}
    if plain == _BEFORE_EVE:
        n = lunar.lunar_of(day).day if lunar.FIRST <= day <= lunar.LAST else 29
        return dict(zip(("vi", "lo", "en"), (name.format(n=n) for name in _NAMES[plain]), strict=True))
    vi, lo, en = (form.format(name) for form, name in zip(frame, _NAMES[plain], strict=True))
    return {"vi": vi, "lo": lo, "en": en}


def may_be_decided_otherwise(country: str, english: str, day: date) -> bool:
    """Whether a holiday's date is decided each year: in lieu, swapped, around Tết, next to the National Day, Pi Mai.

    Fixed dates and those given by the lunar calendar (Mồng 1–3 Tết, Giỗ Tổ) are not.
    """
    if _GUESSED.search(english) or english in _AROUND_TET or (country == "LA" and english == PI_MAI):
        return True
    return country == "VN" and english == "National Day" and (day.month, day.day) != (9, 2)


def _swapped(worked: date) -> dict[str, str]:
    shown = f"{worked:%d/%m/%Y}"
    return {
        "vi": f"Nghỉ hoán đổi với ngày {shown}",
        "lo": f"ວັນພັກ ສັບປ່ຽນກັບວັນທີ {shown}",
        "en": f"Day off swapped with {worked.day} {worked:%B %Y}",
    }
