"""Passwords an attacker tries first: common ones, rows of keys, and words that everybody in the office knows."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

from models.text import fold

_LIST = Path(__file__).with_name("common_passwords.txt")

_KEYS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop")
_COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol", "0p")
_NEIGHBOURS = frozenset(pair for row in (*_KEYS, *_COLUMNS) for pair in pairwise(row))


def _words(text: str) -> frozenset[str]:
    return frozenset("".join(filter(str.isalnum, fold(word))) for word in text.split())


_OFFICE = _words(
    """
    protocol desk protocoldesk lễtân lịchcôngtác ngoạivụ đốingoại sởngoạivụ hảidương hảiphòng hànội việtnam vientiane
    viêngchăn laos lào hữunghị đoànvào đoànra calendar schedule
    """
)
"""Words of the office and of both provinces."""

_BASES = _words(
    """
    password passwort matkhau matkau admin administrator root user guest login welcome letmein changeme secret default
    iloveyou anhyeuem emyeuanh toiyeuem sunshine princess football baseball superman batman dragon monkey master
    shadow michael jordan liverpool chelsea arsenal manchester computer internet samsung iphone google facebook
    qwerty qwertyuiop azerty asdfgh zxcvbn abc abcdef temp test demo company office system server database
    """
)
"""The words common passwords are made of, apart from digits and punctuation."""

_LEET = str.maketrans("@4310$5!7", "aaeiossit")
_ENOUGH_LETTERS = 4
_UNCOUNTED_DIGITS = 8
"""A date or a telephone number: digits next to a known word add nothing."""


def is_guessable(password: str, own: Iterable[str] = ()) -> bool:
    """Whether a password is common, regular, or made of known words and digits.

    ``own`` are texts about the account that an attacker knows: its name, the part of its address before the @. Case,
    accents, spaces and punctuation make no difference, nor do ``@`` for ``a`` or ``0`` for ``o``.
    """
    plain = "".join(filter(str.isalnum, fold(password)))
    spelled = "".join(filter(str.isalnum, fold(password).translate(_LEET)))
    if len(set(plain)) < _ENOUGH_LETTERS or _is_regular(plain):
        return True
    listed = _common()
    known = _OFFICE | _BASES | _words(" ".join(own)).union(*(_words("".join(text.split())) for text in own))
    return any(
        text in listed or text.strip("0123456789") in listed or _is_made_of(known, text) for text in (plain, spelled)
    )


def _is_regular(text: str) -> bool:
    """Whether it repeats a short part, or consists of few runs of neighbours in the alphabet or on the keyboard."""
    period = (text + text).find(text, 1)
    if period < len(text) and period <= 8:
        return True
    breaks = sum(not _follows(one, other) for one, other in pairwise(text))
    return (breaks + 1) * 3 <= len(text)


def _follows(one: str, other: str) -> bool:
    return abs(ord(one) - ord(other)) <= 1 or (one, other) in _NEIGHBOURS or (other, one) in _NEIGHBOURS


def _is_made_of(known: Iterable[str], text: str) -> bool:
    """Whether almost nothing is left after removing the known words, the longest first."""
    for word in sorted((word for word in known if len(word) >= 3), key=len, reverse=True):
        text = text.replace(word, " ")
    rest = text.replace(" ", "")
    letters = re.sub(r"\d", "", rest)
    digits = len(rest) - len(letters)
    return len(letters) + max(0, digits - _UNCOUNTED_DIGITS) < _ENOUGH_LETTERS


@cache
def _common() -> frozenset[str]:
    """The bundled list: one folded password a line; lines with # say where it comes from."""
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
