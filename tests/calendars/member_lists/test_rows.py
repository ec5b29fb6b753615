"""Member lists: columns and words in three languages, however they are written; what is wrong, cell by cell."""

import pytest

from calendars.events.labels import MEMBER_ROLE_NAMES, MEMBER_SIDE_NAMES
from calendars.member_lists.column_names import COLUMN_OF, COLUMNS, LANGUAGE_OF, ROLE_OF, folded
from calendars.member_lists.csv_files import TableRow
from calendars.member_lists.rows import read_roster
from models.errors import Invalid
from models.vocabulary import Language, MemberRole, Side


def lines(*rows: tuple[str, ...]) -> list[TableRow]:
    return [TableRow(number, row) for number, row in enumerate(rows, 1)]


@pytest.mark.parametrize("language", Language)
def test_header_in_every_language_and_any_order(language: Language) -> None:
    cells = {
        "name": "Lan", "name_lo": "ລານ", "name_latin": "LAN",
            "role": MEMBER_ROLE_NAMES[MemberRole.DEPUTY][language], "position": "P", "organisation": "O",
        "precedence": "3", "rank": "2,0", "email": "a@b.example", "phone": "0912", "languages": "vi lo",
        "counterpart": "K", "side": MEMBER_SIDE_NAMES[Side.HOST][language],
    }  # fmt: skip
    names = [*reversed(COLUMNS)]
    header = tuple(COLUMNS[name][language].upper() for name in names)
    roster = read_roster(lines(header, tuple(cells[name] for name in names)))
    assert roster.errors == {}
    (entry,) = roster.entries
    assert (entry.row, entry.name, entry.role, entry.precedence, entry.rank) == (2, "Lan", MemberRole.DEPUTY, 3, 2)
    assert (entry.position, entry.organisation, entry.email, entry.phone) == ("P", "O", "a@b.example", "0912")
    assert (entry.languages, entry.counterpart, entry.side) == (("vi", "lo"), "K", Side.HOST)


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
    assert set(roster.errors) == {"rows.2.role", "rows.2.rank", "rows.3.name"}
    assert [str(what) for what in roster.remarks] == [
        "The column “colour” is not read: a list of people has no such column here.",
        "Row 3 holds something in a column without a header.",
    ]
    (entry,) = roster.entries
    assert entry.spoiled == {"role", "rank"}
    assert entry.role is None


def test_without_names_nothing_can_be_read() -> None:
    with pytest.raises(Invalid) as caught:
        read_roster(lines(("role", "nme"), ("head", "Lan")))
    assert [str(what) for what in caught.value.errors["header"]] == [
        "The column “nme” is not known and is not read. Is it “Full name”?",
        "A column with the names is missing; call it “Full name”.",
    ]


def test_titles_may_stand_above_the_header() -> None:
    rows = lines(
        ("UBND TỈNH HẢI DƯƠNG",),
        ("DANH SÁCH ĐOÀN",),
        ("TT", "Họ và tên", "Chức vụ", "Liên hệ"),
        # The second row of a header whose cells are merged, as the reader of workbooks repeats them.
        ("TT", "Họ và tên", "Chức vụ", "Email", "SĐT"),
        ("1", "Lan", "Giám đốc", "lan@a.example", "0912"),
        ("TT", "Họ và tên", "Chức vụ", "Email", "SĐT"),
        ("2", "Minh"),
        ("", "Tổng số: 2 người"),
        ("Người lập biểu",),
    )
    roster = read_roster(rows)
    assert [(one.row, one.name, one.email) for one in roster.entries] == [
        (5, "Lan", "lan@a.example"),
        (7, "Minh", None),
    ]
    assert roster.errors == {}
    assert [str(one) for one in roster.remarks] == ["Row 8 is not read: it has no number and only one text."]


def test_more_columns_than_known_are_named() -> None:
    header = ("TT", "Họ và tên", "Giới tính", "Ngày sinh", "Số hộ chiếu", "Ghi chú", "Emial")
    roster = read_roster(lines(header, ("1", "Lan", "Nữ", "1980-01-01", "C123", "x", "y")))
    assert [one.name for one in roster.entries] == ["Lan"]
    assert roster.errors == {}
    told = [str(one) for one in roster.remarks]
    assert len(told) == 5
    assert all(name in text for name, text in zip(header[2:], told, strict=True))
    assert "Is it" in told[-1]


@pytest.mark.parametrize("name", ["TRUE", "false", "12345", "2027-03-10", "12.5", "-", "٣٤"])
def test_values_that_are_nobodys_name(name: str) -> None:
    roster = read_roster(lines(("name", "phone"), (name, "1")))
    assert roster.entries == []
    assert "is not a name" in str(roster.errors["rows.2.name"][0])


@pytest.mark.parametrize("name", ["Lý", "Ý", "Bounnhang", "ບຸນ", "Nguyễn Văn A", "O'Brien 2", "Lan (1)"])
def test_names_of_people(name: str) -> None:
    assert [one.name for one in read_roster(lines(("name",), (name,))).entries] == [name]


@pytest.mark.parametrize(("word", "role"), [("Thư ký", "secretary"), ("ເລຂານຸການ", "secretary"), ("Phục vụ", "staff")])
def test_secretaries_and_staff(word: str, role: str) -> None:
    assert ROLE_OF[folded(word)] == role
