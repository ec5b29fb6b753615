"""Passwords an attacker tries first, and those that nobody guesses."""

import pytest

from service.actions.accounts import password_strength
from service.actions.accounts.password_strength import is_guessable
from service.runtime.first_start import new_password

LAN = ("lan.nguyen", "lan", "nguyen", "Nguyễn Thị Lan")


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password1234",
        "P@ssw0rd!2024",
        "  administrator  1",
        "mật khẩu 123456",
        "Mat-Khau-Cua-Toi!",
        "iloveyouforever",
        "2024 Doc Lap Tu Do Hanh Phuc 2024",
        "123456789012",
        "10987654321a",
        "qwertyuiop12",
        "1qaz2wsx3edc",
        "zxcvbnmasdfg",
        "abcdefabcdef",
        "aaaabbbbcccc",
        "111122223333",
        "!!!!!!!!!!!!",
        "ProtocolDesk2024!",
        "HảiDương@2027",
        "hai duong - vientiane",
        "Viêng Chăn 1962-09-05",
        "LanNguyen1990!",
        "nguyễn thị lan 12",
        "nguyen.thi.lan@desk",
    ],
)
def test_what_is_tried_first_is_guessable(password: str) -> None:
    assert is_guessable(password, LAN)


@pytest.mark.parametrize(
    "password",
    [
        "bốn từ chẳng liên quan",
        "vườn hoa buổi sáng",
        "tám chiếc thuyền giấy",
        "ສີ່ຄຳທີ່ບໍ່ກ່ຽວຂ້ອງກັນ",
        "four words nobody says",
        "Kx9#mPq2vL!w",
        "nguyen bicycle umbrella",
        "haiduong lantern teapot",
    ],
)
def test_several_unrelated_words_are_not(password: str) -> None:
    assert not is_guessable(password, LAN)


def test_an_accounts_own_words_are_guessable_for_it_only() -> None:
    assert is_guessable("lan nguyen 1990!", LAN)
    assert not is_guessable("lan nguyen 1990!", ("minh.tran", "Trần Đức Minh"))


def test_made_passwords_are_never_guessable() -> None:
    assert [one for one in (new_password() for _ in range(300)) if is_guessable(one, LAN)] == []


def test_the_list_holds_long_folded_passwords_that_only_it_refuses() -> None:
    listed = password_strength._common()
    assert len(listed) > 3000
    assert all(len(one) >= 12 and one.isalnum() and one == one.casefold() for one in listed)
    by_rule = [
        one
        for one in listed
        if password_strength._is_regular(one) or password_strength._is_made_of(password_strength._BASES, one)
    ]
    assert len(by_rule) < len(listed) / 5, "most of the list is refused without it"
