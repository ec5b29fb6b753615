"""Which items of a programme are sessions, and which are banquets, by the words of their titles."""

import re
from collections.abc import Mapping
from enum import StrEnum

from models.text import fold


class ItemForm(StrEnum):
    """How people sit at an item: opposite each other at a long table, or mixed at round ones."""

    SESSION = "session"
    BANQUET = "banquet"


_BANQUET = (
    "chieu dai",
    "tiec",
    "com than mat",
    "moi com",
    "ງານລ້ຽງ",
    "ລ້ຽງອາຫານ",
    "ພາເຂົ້າ",
    "banquet",
    "dinner",
    "reception",
    "gala",
)
_SESSION = (
    "hoi dam",
    "lam viec voi",
    "lam viec tai",
    "phien lam viec",
    "buoi lam viec",
    "chao xa giao",
    "toa dam",
    "ky ket",
    "ພົບປະ",
    "ເຮັດວຽກກັບ",
    "ເຈລະຈາ",
    "ຢ້ຽມຂ່ຳນັບ",
    "ຢ້ຽມຂໍ່ານັບ",  # as some type it
    "ເຊັນ",
    "talks",
    "working session",
    "courtesy call",
    "meeting",
    "signing",
)


def form_of(title: Mapping[str, str]) -> ItemForm | None:
    """How people sit at an item with this title; None if its words do not tell. A banquet after talks is a banquet."""
    words = " ".join(f" {_plain(text)} " for text in title.values())
    if any(_is_in(one, words) for one in _BANQUET):
        return ItemForm.BANQUET
    return ItemForm.SESSION if any(_is_in(one, words) for one in _SESSION) else None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\s.,;:()–\-/“”\"]+", fold(text)))


def _is_in(wanted: str, words: str) -> bool:
    """Whether words stand in a text; Lao has no blanks between its words."""
    wanted = fold(wanted)
    return f" {wanted} " in words if wanted.isascii() else wanted in words
