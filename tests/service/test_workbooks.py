"""What is read from XLSX files: a table of cells and sheets, recorded from the reader before this one."""

from collections.abc import Sequence
from datetime import date, datetime, time

import pytest

from calendars.workbooks import read_workbook
from tests.calendars.test_sheets import plain
from tests.workbooks import MAIN, SHEET, raw_workbook, repacked, workbook_of

Lines = list[tuple[int, tuple[str, ...]]]

FORMATS: Sequence[int | str] = (
    14, 20, 22, 46, 9, 49, "dd\\/mm\\/yyyy", "[$-1042A]dd/mm/yyyy", 'yyyy"年"m"月"d"日"', "[h]:mm", '0 "days"',
    "[Red]d/m/yyyy", "General;d", "#,##0.00", "[$-F800]dddd\\, mmmm dd\\, yyyy", "hh:mm AM/PM", "d/m/yyyy;@",
)  # fmt: skip
"""The formats of the styles 1, 2, …: days, times, both, durations, and what only looks like one of them."""
DAY, DURATION = 1, 4

TEXTS = (
    "<si><t>Đào</t></si>"
    '<si><r><t xml:space="preserve">Trần </t></r><r><rPr><b/></rPr><t>Lan</t></r></si>'
    "<si/>"
    "<si><t>_x005F_x000D_</t></si>"
    '<si><t>漢</t><rPh sb="0" eb="1"><t>kan</t></rPh></si>'
    '<si><t xml:space="preserve"> \n x </t></si>'
    "<si><t>=1+1</t></si>"
    "<si><t>ບຸນມີ ສີວົງ</t></si>"
)


def row(*cells: str, number: int = 1) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def cells(*cells: str, **around: str) -> bytes:
    """A workbook with one row of these cells, in the columns A, B, …: what stands inside ``<c r="…" … </c>``."""
    made = "".join(f'<c r="{chr(65 + place)}1"{cell}</c>' for place, cell in enumerate(cells))
    return raw_workbook(row(made), strings=TEXTS, formats=FORMATS, **around)


def number(value: str, style: int = 0) -> str:
    return f' s="{style}"><v>{value}</v>'


def one(*texts: str) -> Lines:
    return [(1, texts)]


RECORDED: dict[str, tuple[bytes, Lines]] = {
    "whole numbers": (
        cells(*map(number, ["1.0", "84912345678", "0", "-5", "007"])),
        one("1", "84912345678", "0", "-5", "7"),
    ),
    "long numbers": (
        cells(*map(number, ["123456789012345678", "12345678901234567890.0", "9.1234567890123E10"])),
        one("123456789012345678", "12345678901234567168", "91234567890.123"),
    ),
    "fractions and exponents": (
        cells(*map(number, ["1.5", "0.1", "0.30000000000000004", "1E+3", "1E-7"])),
        one("1.5", "0.1", "0.30000000000000004", "1000", "1e-07"),
    ),
    "a number in pieces": (cells("><v>1<!-- 0 -->2</v>", "><v>&#49;2</v>"), one("12", "12")),
    "a style that is not there": (cells(number("46456", 999)), one("46456")),
    "booleans": (
        cells(' t="b"><v>1</v>', ' t="b"><v>0</v>', ' t="b"><v/>', number("1")),
        one("TRUE", "FALSE", "", "1"),
    ),
    "days": (
        cells(
            *(number(value, DAY) for value in ("46456", "46456.354166666664", "1", "59", "60", "61", "1.5", "2958465"))
        ),
        one(
            "2027-03-10",
            "2027-03-10 08:30",
            "1900-01-01",
            "1900-02-28",
            "1900-02-28",
            "1900-03-01",
            "1900-01-01 12:00",
            "9999-12-31",
        ),
    ),
    "seconds and more are left out": (cells(number("46456.99999999", DAY)), one("2027-03-10 23:59")),
    "times": (
        cells(*(number(value, DAY) for value in ("0.354166666666667", "0", "0.5"))),
        one("08:30:00", "00:00:00", "12:00:00"),
    ),
    "durations": (
        cells(*(number(value, DURATION) for value in ("46456.354166666664", "0.354166666666667", "1"))),
        one("46456 days, 8:30:00", "8:30:00", "1 day, 0:00:00"),
    ),
    "days from 1904": (
        cells(
            *(number(value, DAY) for value in ("46456", "59", "60", "0.5")),
            number("1.5", DURATION),
            book='<workbookPr date1904="1"/>',
        ),
        one("2031-03-11", "1904-02-29", "1904-03-01", "12:00:00", "1 day, 12:00:00"),
    ),
    "formats": (
        cells(*(number("46456", style) for style in range(1, len(FORMATS) + 1))),
        one(
            *("2027-03-10",) * 3,
            "46456 days, 0:00:00",
            "46456",
            "46456",
            *("2027-03-10",) * 3,
            "46456 days, 0:00:00",
            "46456",
            "2027-03-10",
            "46456",
            "46456",
            *("2027-03-10",) * 3,
        ),
    ),
    "days in ISO 8601": (
        cells(
            *(
                f' t="d"><v>{day}</v>'
                for day in ("2027-03-10", "2027-03-10T08:30:00", "08:30:00", "2027-03-10T00:00:00")
            ),
            ' t="d"><v>2027-03-10T08:30:00Z</v>',
        ),
        one("2027-03-10", "2027-03-10 08:30", "08:30:00", "2027-03-10", "2027-03-10 08:30"),
    ),
    "shared texts": (
        cells(*(f' t="s"><v>{place}</v>' for place in range(8)), ' t="s">', number("1")),
        one("Đào", "Trần Lan", "", "_x000D_", "漢", "x", "!", "ບຸນມີ ສີວົງ", "", "1"),
    ),
    "texts in the cell": (
        cells(
            ' t="inlineStr"><is><t>Đào ບຸນມີ</t></is>',
            ' t="inlineStr"><is><r><t>Tr</t></r><r><rPr><b/></rPr><t>ần</t></r></is>',
            ' t="inlineStr">',
            ' t="inlineStr"><is/>',
            ' t="inlineStr"><v>9</v>',
            ' t="inlineStr"><is><t xml:space="preserve">  x  y </t></is>',
            ' t="inlineStr"><is><t>a</t><rPh sb="0" eb="1"><t>PH</t></rPh></is>',
            "><is><t>no text without its type</t></is>",
            number("1"),
        ),
        one("Đào ບຸນມີ", "Trần", "", "", "", "x y", "a", "", "1"),
    ),
    "plain texts": (
        cells(
            *(
                f' t="str"><v>{text}</v>'
                for text in ("a &amp; b", "", " x ", "<![CDATA[cd]]>", "a_x000D_b", "a&#10;b&#9;c")
            )
        ),
        one("a & b", "", "x", "cd", "a_x000D_b", "a b c"),
    ),
    "texts that look like formulas": (
        cells(
            *(
                f' t="str"><v>{text}</v>'
                for text in ("=1+1", "+84 1", "+cmd", "'=1", "-5", "@SUM(A1)", "&#9;=1", "＝1")
            ),
            ' t="inlineStr"><is><t>=1+1</t></is>',
            ' t="inlineStr"><is><t xml:space="preserve">&#9;x</t></is>',
        ),
        one("!", "+84 1", "!", "=1", "-5", "!", "!", "!", "!", "!"),
    ),
    "long texts": (
        cells(*(f' t="str"><v>{text}</v>' for text in ("x" * 1000, "x" * 1001, "x  " * 400))),
        one("x" * 1000, "!", "x " * 399 + "x"),
    ),
    "formulas": (
        cells(
            "><f>1+1</f><v>2</v>",
            "><f>1+1</f>",
            ' t="str"><f>A1</f><v>x</v>',
            '><f t="shared" ref="D1:E1" si="0">A1</f><v>1</v>',
            '><f t="shared" si="0"/><v>1</v>',
            ' t="e"><f>A1</f><v>#SPILL!</v>',
            '><f t="array" ref="G1">A1</f><v>1</v>',
            '><f t="dataTable" ref="H1:H2"/><v>1</v>',
            "><f/><v>1</v>",
            ' t="inlineStr"><f>1</f><is><t>x</t></is>',
        ),
        one(*"!" * 10),
    ),
    "errors": (cells(' t="e"><v>#N/A</v>', ' t="e"><v>#SPILL!</v>', ' t="e">', ' t="e"><v>#BOGUS!</v>'), one(*"!" * 4)),
    "a type nobody knows": (cells(' t="zz"><v>1</v>', number("2")), one("1", "2")),
    "cells without a place": (raw_workbook("<row><c><v>1</v></c><c/><c><v>3</v></c></row>"), one("1", "", "3")),
    "cells in any order": (
        raw_workbook(row('<c r="C1"><v>3</v></c><c r="a1"><v>1</v></c><c><v>2</v></c>')),
        one("1", "2", "3"),
    ),
    "a cell twice": (raw_workbook(row('<c r="A1"><v>3</v></c><c r="A1"><v>1</v></c><c r="A1"/>')), one("1")),
    "a value twice": (cells("><v>1</v><v>2</v>"), one("1")),
    "more in a cell": (cells("><v>1</v><extLst/>"), one("1")),
    "rows without a number": (
        raw_workbook("<row><c><v>1</v></c></row><row/><row><c><v>2</v></c></row>"),
        [(1, ("1",)), (3, ("2",))],
    ),
    "rows in any order": (
        raw_workbook(row("<c><v>1</v></c>", number=3) + row("<c><v>2</v></c>")),
        [(3, ("1",)), (1, ("2",))],
    ),
    "a row's number as a fraction": (raw_workbook('<row r="2.0"><c><v>1</v></c></row>'), [(2, ("1",))]),
    "hidden rows and columns": (
        raw_workbook(
            '<row r="1" hidden="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row>',
            before='<cols><col min="1" max="1" hidden="1"/></cols>',
        ),
        [(1, ("1",)), (2, ("", "2"))],
    ),
    "hidden sheets": (raw_workbook(row("<c><v>1</v></c>"), states=["hidden", "veryHidden", "visible"]), one("1")),
    "the first of the sheets": (raw_workbook(row("<c><v>1</v></c>"), states=["visible", "visible"]), one("other")),
    "merged cells": (
        raw_workbook(
            row("<c><v>1</v></c><c/>") + row('<c/><c r="B2"><v>2</v></c>', number=2),
            after='<mergeCells><mergeCell ref="A1:B2"/></mergeCells>',
        ),
        [(1, ("1",)), (2, ("", "2"))],
    ),
    "empty rows and cells at the end": (
        raw_workbook(row('<c><v>1</v></c><c r="XFD1" s="0"/>') + '<row r="7"><c r="A7" s="0"/></row><row r="1999"/>'),
        one("1"),
    ),
    "the last row and column": (
        raw_workbook('<row r="2000"><c r="AX2000"><v>1</v></c></row>'),
        [(2000, ("",) * 49 + ("1",))],
    ),
    "dimensions that are wrong": (
        raw_workbook(row("<c><v>1</v></c>"), before='<dimension ref="B7:XFD1048576"/>'),
        one("1"),
    ),
    "what comes after the rows is not looked at": (
        repacked(raw_workbook(""), SHEET, f"<worksheet {MAIN}><sheetData>{row('<c><v>1</v></c>')}</sheetData><f></g>"),
        one("1"),
    ),
    "elements with a prefix": (
        repacked(
            raw_workbook(""),
            SHEET,
            f'<x:worksheet {MAIN.replace("xmlns", "xmlns:x")}><x:sheetData><x:row r="1"><x:c r="A1"><x:v>4</x:v></x:c>'
            '<x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>',
        ),
        one("4", "a"),
    ),
    "as XlsxWriter writes it": (
        workbook_of(
            ["Tên", "ຊື່", 84912345678, 1.5, date(2027, 3, 10), datetime(2027, 3, 10, 8, 30), time(8, 30), True],
            ["=1+1", "+84 912 345 678", "http://example.org", "12"],
            change=lambda book, sheet: sheet.write_rich_string(2, 0, "Trần ", book.add_format({"bold": True}), "Lan"),
        ),
        [
            (1, ("Tên", "ຊື່", "84912345678", "1.5", "2027-03-10", "2027-03-10 08:30", "08:30:00", "TRUE")),
            (2, ("!", "+84 912 345 678", "http://example.org", "12")),
            (3, ("Trần Lan",)),
        ],
    ),
}


@pytest.mark.parametrize("name", RECORDED)
def test_it_is_read_as_before(name: str) -> None:
    content, expected = RECORDED[name]
    assert plain(read_workbook(content)) == expected
