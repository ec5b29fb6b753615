"""Member lists: columns and words in three languages, however they are written; what is wrong, cell by cell."""

import pytest

from calendars.events.labels import MEMBER_ROLE_NAMES
from calendars.member_lists.column_names import COLUMN_OF, COLUMNS, LANGUAGE_OF, ROLE_OF, folded
from calendars.member_lists.csv_files import TableRow
from calendars.member_lists.rows import read_roster
from models.errors import Invalid
from models.vocabulary import Language, MemberRole


def lines(*rows: tuple[str, ...]) -> list[TableRow]:
    return [TableRow(number, row) for number, row in enumerate(rows, 1)]


@pytest.mark.parametrize("language", Language)
def test_header_in_every_language_and_any_order(language: Language) -> None:
    cells = {
        "name": "Lan", "role": MEMBER_ROLE_NAMES[MemberRole.DEPUTY][language], "position": "P", "organisation": "O",
        "precedence": "3", "rank": "2,0", "email": "a@b.example", "phone": "0912", "languages": "vi lo",
        "counterpart": "K",
    }  # fmt: skip
    names = [*reversed(COLUMNS)]
    header = tuple(COLUMNS[name][language].upper() for name in names)
    roster = read_roster(lines(header, tuple(cells[name] for name in names)))
    assert roster.errors == {}
    (entry,) = roster.entries
    assert (entry.row, entry.name, entry.role, entry.precedence, entry.rank) == (2, "Lan", MemberRole.DEPUTY, 3, 2)
    assert (entry.position, entry.organisation, entry.email, entry.phone) == ("P", "O", "a@b.example", "0912")
    assert (entry.languages, entry.counterpart) == (("vi", "lo"), "K")


@pytest.mark.parametrize(
    ("word", "column"),
    [
        ("HỌ VÀ TÊN:", "name"), ("Ho ten", "name"), ("tên", "name"), ("ຊື່ແລະນາມສະກຸນ", "name"), ("full_name", "name"),
        ("Vai trò", "role"), ("chuc vu", "position"), ("ຕຳແໜ່ງ", "position"), ("ຕໍາແຫນ່ງ", "position"),
        ("Đơn vị", "organisation"), ("Cơ quan/đơn vị", "organisation"), ("SĐT", "phone"), ("E-mail", "email"),
        ("Người đồng cấp (Lào)", None), ("Thứ tự", None),
    ],
)  # fmt: skip
def test_headers_are_known_however_they_are_written(word: str, column: str | None) -> None:
    assert COLUMN_OF.get(folded(word)) == column


def test_every_role_is_known_by_its_code_and_names() -> None:
    for role, names in MEMBER_ROLE_NAMES.items():
        assert {ROLE_OF[folded(word)] for word in (role, *names.values())} == {role}
    for word, role in (("Phó đoàn", "deputy"), ("BẢO VỆ", "security"), ("lai xe", "driver"), ("ລ່າມ", "interpreter")):
        assert ROLE_OF[folded(word)] == role


def test_languages_by_code_or_name() -> None:
    for text, expected in (
        ("vi, lo", ("vi", "lo")), ("tiếng Việt; Tiếng Lào", ("vi", "lo")), ("LO vi en", ("lo", "vi", "en")),
        ("ພາສາລາວ/English", ("lo", "en")), ("vi vi", ("vi",)), ("", ()),
    ):  # fmt: skip
        (entry,) = read_roster(lines(("name", "languages"), ("Lan", text))).entries
        assert entry.languages == expected
    assert set(LANGUAGE_OF.values()) == set(Language)


def test_no_word_means_two_things() -> None:
    assert len(COLUMN_OF) > 60
    for name, texts in COLUMNS.items():
        assert {COLUMN_OF[folded(text)] for text in (name, *texts.values())} == {name}


def test_numbering_is_left_aside_and_rows_with_nothing_else_too() -> None:
    roster = read_roster(lines(("STT", "Tên", "ລຳດັບ", "No."), ("1", "Lan", "1", "="), ("2", "", "2")))
    assert [entry.name for entry in roster.entries] == ["Lan"]
    assert roster.errors == {}


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = lines(("tên", "vai trò", "hạng", "colour"), ("Lan", "boss", "x", "red"), ("", "head", "", "", "lost"))
    roster = read_roster(wrong)
    assert set(roster.errors) == {"header", "rows.2.role", "rows.2.rank", "rows.3.name"}
    assert [str(what) for what in roster.errors["header"]][1:] == [
        "Row 3 holds something in a column without a header."
    ]
    (entry,) = roster.entries
    assert entry.spoiled == {"role", "rank"}
    assert entry.role is None


def test_without_names_nothing_can_be_read() -> None:
    with pytest.raises(Invalid) as caught:
        read_roster(lines(("role", "nme"), ("head", "Lan")))
    assert [str(what) for what in caught.value.errors["header"]] == [
        "The column “nme” is not known. Is it “Full name”?",
        "A column with the names is missing; call it “Full name”.",
    ]
