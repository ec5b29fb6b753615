"""The order of names: as ICU's for Vietnamese and Lao, Vietnamese people by their given names, Lao after Latin."""

import random
import unicodedata
from collections.abc import Callable
from functools import cmp_to_key

import psycopg
import pytest

from models.collation import localized_key, person_key, sort_key
from tests.cluster import Cluster
from tests.conftest import NO_ICU

# Given name first, as the oracle is asked; in the order of CLDR's vi.
VIETNAMESE = [
    "An", "Án", "Ánh", "Ạnh", "Ăn", "Ân", "Ấn", "Bảo", "Bằng", "Chi", "Dân", "Dũng", "Dương", "Đảng", "Đào", "Đội",
    "Đức", "Giang", "Hà", "Hải", "Hạnh", "Hiếu", "Hoa", "Hoà", "Hòa", "Huệ", "Khánh", "Lan", "Minh", "Nga", "Ngọc",
    "Oanh", "Phương", "Quý", "Sơn", "Tâm", "Thuỷ", "Thủy", "Ư", "Yến",
]  # fmt: skip
LAO = ["ກອນ", "ແກ້ວ", "ໄກ", "ຂັນ", "ຄຳ", "ຄຳແພງ", "ເຄນ", "ສົມ", "ແສງ", "ບຸນ", "ບົວ", "ເພັດ", "ມາ", "ໄມ", "ວຽງ"]
ENGLISH = ["Adams", "Brown", "Fisher", "O'Neil", "Smith"]


@pytest.fixture(scope="module")
def icu(postgresql: Cluster) -> Callable[[str, list[str]], list[str]]:
    """A collation of ICU, a list → the list in its order."""
    with postgresql.connect() as connection:
        found = connection.execute("SELECT count(*) FROM pg_collation WHERE collname IN ('vi-x-icu', 'lo-x-icu')")
        if found.fetchone() != (2,):
            pytest.skip(NO_ICU)

    def ordered(collation: str, texts: list[str]) -> list[str]:
        with postgresql.connect("template1") as connection:
            statement = psycopg.sql.SQL("SELECT one FROM unnest(%s::text[]) AS one ORDER BY one COLLATE {}")
            name = psycopg.sql.Identifier(collation)
            return [row[0] for row in connection.execute(statement.format(name), [texts]).fetchall()]

    return ordered


def shuffled(texts: list[str]) -> list[str]:
    mixed = [*texts]
    random.Random(7).shuffle(mixed)
    return mixed


def test_sixty_names_in_three_languages() -> None:
    """Latin as one alphabet, Vietnam's, then Lao; nobody's order depends on who reads."""
    by_hand = sorted([*VIETNAMESE, *ENGLISH], key=sort_key)
    names = shuffled([*VIETNAMESE, *LAO, *ENGLISH])
    assert len(set(names)) == 60
    found = sorted(names, key=sort_key)
    assert found == [*by_hand, *LAO]
    assert [one for one in found if one in VIETNAMESE] == VIETNAMESE


@pytest.mark.parametrize(("collation", "names"), [("vi-x-icu", [*VIETNAMESE, *ENGLISH]), ("lo-x-icu", LAO)])
def test_the_order_is_icus(icu: Callable[[str, list[str]], list[str]], collation: str, names: list[str]) -> None:
    mixed = shuffled(names)
    assert sorted(mixed, key=sort_key) == icu(collation, mixed)


SOUNDS = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
LATIN = SOUNDS + SOUNDS.upper() + "fjwzçñüøłœßæ 0123456789,.()/&"
SYLLABLES = "ກຂຄງຈສຊຍດຕຖທນບປຜຝພຟມຢລວຫອຮໜໝະັາຳິີຶືຸູົຽເແໂໃໄເແໂໃໄ່້໊໋ 019໐໑໙"


@pytest.mark.parametrize(("collation", "letters"), [("vi-x-icu", LATIN), ("lo-x-icu", SYLLABLES)])
def test_random_words_are_in_icus_order(
    icu: Callable[[str, list[str]], list[str]], collation: str, letters: str
) -> None:
    """Thousands of words, many that differ in one letter or tone only, some of them decomposed."""
    dice = random.Random(collation)
    words = set()
    for _number in range(4000):
        word = [dice.choice(letters) for _letter in range(dice.randint(1, 6))]
        for _twin in range(2):
            text = " ".join("".join(word).split())
            words.add(unicodedata.normalize(dice.choice(["NFC", "NFC", "NFD"]), text))
            word[dice.randrange(len(word))] = dice.choice(letters)
    # What can't be told apart by looking at it has one key, which ICU does not know.
    lone = {key: text for text in sorted(words) for key in [sort_key(text)] if "\u0ec0\u0ec0" not in text}
    mixed = shuffled(sorted(lone.values()))
    found = icu(collation, mixed)
    assert len(mixed) > 5000
    assert sorted(mixed, key=sort_key) == found


def test_the_oracle_sees_a_wrong_order(icu: Callable[[str, list[str]], list[str]]) -> None:
    """Code points, as most programs sort, are neither Vietnam's order nor that of Laos."""
    assert icu("vi-x-icu", shuffled(VIETNAMESE)) != sorted(VIETNAMESE)
    assert icu("lo-x-icu", shuffled(LAO)) != sorted(LAO)


@pytest.mark.parametrize(
    "names",
    [
        ["Phạm Văn Dân", "Lê Dũng", "Trần Đảng", "Bùi Văn Đội"],
        ["Trần Thị An", "Lê Văn Ân", "Nguyễn An Bình"],
        ["Đỗ Thị Hoa", "Nguyễn Thị Hoa", "Trần Văn Hoa", "An Văn Hòa"],
        ["Le Van An", "Nguyen Van Binh", "Tran Thi Chi"],
        ["Nguyễn Văn An", "NGUYỄN VĂN AN", "Nguyễn Văn Ấn"],
        # Lao in Latin or Vietnamese letters: by the first name.
        ["Bounthong Xayavong", "Khamphan Sihalath", "Somphone Anousone"],
        ["Bun Son Phet la Văn", "Khăm Phăn Sít Thị Đăm Pha", "Xổm-xa-vát Leng-xa-vát"],
        # Others as they are written.
        ["Anna Zimmer", "John Smith", "Mary Adams"],
        ["Lê Thị Ánh", "Kim Carter", "Trần Minh"],
        ["Trần Văn Chi (Trưởng đoàn)", "Lê Thị Dung", "Zoë Adams", "ກອນ", "ແກ້ວ", "ຂັນ"],
    ],
)
def test_vietnamese_people_stand_by_their_given_names(names: list[str]) -> None:
    assert sorted(shuffled(names), key=person_key) == names


def test_people_are_in_icus_order_by_given_name_and_rest(icu: Callable[[str, list[str]], list[str]]) -> None:
    families = ["Nguyễn", "Trần", "Lê", "Đặng", "Ân", "Bùi"]
    people = [f"{family} {middle} {given}" for family in families for middle in ("Văn", "Thị") for given in VIETNAMESE]
    given_rank = {given: place for place, given in enumerate(icu("vi-x-icu", VIETNAMESE))}
    rest_rank = {rest: place for place, rest in enumerate(icu("vi-x-icu", [one.rpartition(" ")[0] for one in people]))}

    def compared(one: str, other: str) -> int:
        keys = [(given_rank[given], rest_rank[rest]) for rest, _blank, given in map(split, (one, other))]
        return -1 if keys[0] < keys[1] else 1

    def split(name: str) -> tuple[str, str, str]:
        return name.rpartition(" ")

    assert sorted(shuffled(people), key=person_key) == sorted(people, key=cmp_to_key(compared))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ðặng Văn Ðức", "Đặng Văn Đức"),
        ("Nguyễn\u00a0Văn  An", "Nguyễn Văn An"),
        ("ຄຳ\u200bແພງ", "ຄຳແພງ"),
        ("ຄໍາເເພງ", "ຄຳແພງ"),
        ("O’Neil", "O'Neil"),
        ("Тrần Аn", "Trần An"),
        (unicodedata.normalize("NFD", "Đặng Ngọc Ẩn"), "Đặng Ngọc Ẩn"),
    ],
)
def test_what_looks_equal_stands_together(one: str, other: str) -> None:
    assert person_key(one) == person_key(other)


def test_a_text_stands_by_its_vietnamese_words() -> None:
    assert localized_key({"vi": "Đà Nẵng", "en": "Danang"}) == sort_key("Đà Nẵng")
    assert localized_key({"lo": "ວຽງຈັນ", "en": "Vientiane"}) == sort_key("Vientiane")
    assert sort_key("Zürich") < sort_key("ກອນ") < sort_key("москва")


def test_what_is_unknown_keeps_its_place_and_nothing_breaks() -> None:
    strange = ["", "\u200b", "☃", "1", "a", "ກ", "ж", "漢", "😀", "\ud800", "\x00", "a\u1abe", "ͅ"]
    keys = [sort_key(one) for one in strange]
    assert keys[0] == keys[1]
    assert sort_key("☃") < sort_key("1") < sort_key("a") < sort_key("ກ") < sort_key("ж") < sort_key("漢")
    assert all(b"\x00" in key for key in keys)
