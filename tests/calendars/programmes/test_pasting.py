"""A table from Word or Excel is spread over the editor's columns; no cell is lost, no markup is kept."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.programmes.hours import format_hour, read_end, read_hours
from calendars.programmes.pasted_table import read_matrix
from calendars.programmes.pasting import PastedRow, columns_of, spread
from models.vocabulary import Language

BOTH = (Language.VI, Language.LO)
COLUMNS = columns_of(BOTH)
DAYS = [date(2027, 3, 10), date(2027, 3, 11)]

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta name=Generator content="Microsoft Word 15"><!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View>
</w:WordDocument></xml><![endif]--><style><!-- p.MsoNormal {mso-style-unhide:no;margin:0cm} --></style></head>
<body lang=VI style='tab-interval:36.0pt'><!--StartFragment-->
<table class=MsoTableGrid border=1 cellspacing=0 style='border-collapse:collapse;mso-yfti-tbllook:1184'>
 <tr style='mso-yfti-irow:0;mso-yfti-firstrow:yes'>
  <td width=104 valign=top style='width:77.9pt'>
   <p class=MsoNormal align=center><b><span lang=VI>Thời gian<o:p></o:p></span></b></p></td>
  <td width=104><p class=MsoNormal><b>Nội dung</b></p></td><td><p class=MsoNormal><b>Địa điểm</b></p></td>
  <td><p class=MsoNormal><b>Thành phần</b></p></td></tr>
 <tr style='mso-yfti-irow:1'><td colspan=4>
  <p class=MsoNormal><b><i>Thứ Tư, ngày 10/3/2027<o:p></o:p></i></b></p></td></tr>
 <tr style='mso-yfti-irow:2'>
  <td><p class=MsoNormal>8h00 - 9h00<o:p></o:p></p></td>
  <td><p class=MsoNormal>Hội đàm với
  lãnh đạo tỉnh:</p>
   <p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>-<span
   style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span><![endif]>Hợp tác giáo dục<o:p></o:p></p>
   <p class=MsoListParagraph><![if !supportLists]><span
   style='font-family:Symbol'>·<span>&nbsp;&nbsp; </span></span><![endif]>Hợp tác y tế</p></td>
  <td rowspan=2><p class=MsoNormal>Phòng họp A</p></td>
  <td><p class=MsoNormal>Đại biểu hai bên<o:p></o:p></p></td></tr>
 <tr><td><p>9h15</p></td><td><p>Giải lao<script>alert(1)</script></p></td><td><p><o:p>&nbsp;</o:p></p></td></tr>
 <tr><td colspan=4><p>Ngày 11/3</p></td></tr>
 <tr><td><p>18h-20h</p></td><td><p>ງານລ້ຽງ &lt;b&gt;</p></td><td><p>Nhà khách</p></td><td></td></tr>
</table><!--EndFragment--></body></html>"""


def test_a_table_of_word() -> None:
    assert spread(read_matrix(WORD, "not this"), "begins", BOTH, DAYS) == [
        PastedRow(
            {
                "begins": "08:00",
                "ends": "09:00",
                "title.vi": "Hội đàm với lãnh đạo tỉnh: Hợp tác giáo dục; Hợp tác y tế",
                "place.vi": "Phòng họp A",
                "attendees.vi": "Đại biểu hai bên",
            },
            DAYS[0],
        ),
        PastedRow({"begins": "09:15", "title.vi": "Giải lao"}, DAYS[0]),
        PastedRow({"begins": "18:00", "ends": "20:00", "title.vi": "ງານລ້ຽງ <b>", "place.vi": "Nhà khách"}, DAYS[1]),
    ]


@pytest.mark.parametrize(
    ("text", "start", "rows"),
    [
        (
            "8h00 - 9h00\tHội đàm\tພົບປະ\tPhòng A\tຫ້ອງ A\n9h30\tTham quan\tທ່ຽວຊົມ\t\t\n",
            "begins",
            [
                {"begins": "08:00", "ends": "09:00", "title.vi": "Hội đàm", "title.lo": "ພົບປະ", "place.vi": "Phòng A",
                 "place.lo": "ຫ້ອງ A"},
                {"begins": "09:30", "title.vi": "Tham quan", "title.lo": "ທ່ຽວຊົມ"},
            ],
        ),
        (
            "8:00\t9:00\tHội đàm\tPhòng A\n",
            "begins",
            [{"begins": "08:00", "ends": "09:00", "title.vi": "Hội đàm", "place.vi": "Phòng A"}],
        ),
        (
            "TT\tເວລາ\tເນື້ອໃນ\tສະຖານທີ່\n1\t8:00-9:00\tພົບປະ\tຫ້ອງ A\n2\t10:00\tທ່ຽວຊົມ\t\n",
            "begins",
            [
                {"begins": "08:00", "ends": "09:00", "title.lo": "ພົບປະ", "place.lo": "ຫ້ອງ A"},
                {"begins": "10:00", "title.lo": "ທ່ຽວຊົມ"},
            ],
        ),
        (
            "Begins\tEnds\tTitle (vi)\tTitle (lo)\tPlace\n8\t9\tHội đàm\tພົບປະ\tPhòng A\n",
            "begins",
            [{"begins": "08:00", "ends": "09:00", "title.vi": "Hội đàm", "title.lo": "ພົບປະ", "place.vi": "Phòng A"}],
        ),
        ("Phòng A\nPhòng B\n", "place.vi", [{"place.vi": "Phòng A"}, {"place.vi": "Phòng B"}]),
        (
            "8h-9h: Đón đoàn\n9h15 - Hội đàm\n",
            "begins",
            [{"begins": "08:00", "ends": "09:00", "title.vi": "Đón đoàn"}, {"begins": "09:15", "title.vi": "Hội đàm"}],
        ),
        ("Hội đàm\n", "begins", [{"begins": "Hội đàm"}]),
        (
            '8h\t"Hội đàm:\n- kinh tế\n- ""văn hóa"""\n',
            "begins",
            [{"begins": "08:00", "title.vi": 'Hội đàm: kinh tế; "văn hóa"'}],
        ),
        (
            '8h\t"Hội đàm\n9h\tTham quan\n',
            "begins",
            [{"begins": "08:00", "title.vi": '"Hội đàm'}, {"begins": "09:00", "title.vi": "Tham quan"}],
        ),
    ],
)  # fmt: skip
def test_rows_of_a_spreadsheet(text: str, start: str, rows: list[dict[str, str]]) -> None:
    assert [one.cells for one in spread(read_matrix("", text), start, BOTH, DAYS)] == rows


def test_a_title_with_a_date_is_no_heading_of_a_day() -> None:
    rows = spread([["Hội đàm 10/3", ""], ["x", "y"]], "begins", BOTH, DAYS)
    assert rows[0].cells == {"title.vi": "Hội đàm 10/3"}


WORDS = st.text(alphabet="abcđêກຂຄ0123456789:", max_size=6)
TABLES = st.lists(st.lists(WORDS, min_size=1, max_size=14), min_size=1, max_size=6)


@given(TABLES, st.sampled_from(COLUMNS), st.sampled_from([BOTH, (Language.LO, Language.EN)]))
def test_no_cell_is_lost(table: list[list[str]], start: str, languages: tuple[Language, ...]) -> None:
    """Every text stands in a cell of its own row; hours may be written otherwise."""
    start = start if start in columns_of(languages) else "begins"
    matrix = read_matrix("", "\n".join("\t".join(row) for row in table))
    rows = spread(matrix, start, languages, DAYS)
    assert len(rows) == len(matrix)
    for cells, found in zip(matrix, rows, strict=True):
        assert set(found.cells) <= set(columns_of(languages))
        kept = " ".join(found.cells.values())
        for text in filter(None, cells):
            assert text in kept or _reads_as(text, found.cells)


def _reads_as(text: str, cells: dict[str, str]) -> bool:
    hours, end = read_hours(text), read_end(text)
    told = set(cells.values())
    return (hours is not None and format_hour(hours.begins) in told) or (end is not None and format_hour(end) in told)


@given(st.text(max_size=300))
def test_any_html_gives_texts_without_markup(inside: str) -> None:
    for html in (f"<table><tr><td>{inside}</td></tr></table>", f"<table>{inside}", inside):
        for row in read_matrix(html, inside):
            assert any(row)
            assert all("\n" not in cell for cell in row)
