"""XLSX files read in a process of their own: cells and sheets, what is no workbook, bombs, and the process's bounds."""

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from calendars.member_lists.csv_files import TableRow
from calendars.member_lists.xlsx_files import workbook_lines, workbook_refused
from models.database import Database
from service.actions.imports import xlsx_child, xlsx_reader
from service.actions.imports.xlsx_reader import read_workbook
from service.api.members import XLSX
from tests import factories
from tests.at_once import at_once
from tests.calendars.member_lists.test_files import named, plain, refusal
from tests.service.conftest import Caller
from tests.service.runtime.processes import Service, until
from tests.workbooks import (
    BOOK,
    MAIN,
    SHEET,
    STRINGS,
    STYLES,
    TYPES,
    packed,
    raw_workbook,
    repacked,
    sheet_of,
    strings_of,
    styles_of,
    unpacked,
    workbook_of,
)

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
        [(1, ("1",)), (2, ("1", "2"))],
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


CHANGED: dict[str, tuple[bytes, Lines | str]] = {
    "a number larger than any day's, formatted as one": (
        cells(number("84912345678", DAY), number("84912345678", DURATION)),
        one("84912345678", "84912345678"),  # an error
    ),
    "a time before midnight": (cells(number("-1", DAY)), one("!")),  # 1899-12-29
    "days in the formats of East Asia": (
        raw_workbook(row('<c r="A1" s="1"><v>46456</v></c><c s="2"><v>46456</v></c>'), formats=[27, 50]),
        one("2027-03-10", "2027-03-10"),  # 46456
    ),
    "characters in escapes": (
        cells(' t="s"><v>0</v>', ' t="inlineStr"><is><t>a_x000D_b</t></is>'),
        one("Đào", "a b"),  # a_x000D_b
    ),
    "blanks at the ends of texts that do not keep them": (
        cells(' t="inlineStr"><is><r><t>a </t></r><r><t> b</t></r></is>'),
        one("ab"),  # a b, but no program shows that
    ),
    "booleans as words": (cells(' t="b"><v>true</v>', ' t="b"><v>false</v>'), one("TRUE", "FALSE")),  # damaged
    "strict Office Open XML": (
        packed(
            {
                name: part.replace(
                    b"schemas.openxmlformats.org/spreadsheetml/2006", b"purl.oclc.org/ooxml/spreadsheetml"
                )
                for name, part in unpacked(cells(number("1"))).items()
            }
        ),
        one("1"),  # no visible sheet
    ),
    "parts in another folder": (
        packed(
            {
                name.replace("xl/", "book/"): part.replace(b"/xl/", b"/book/")
                for name, part in unpacked(cells(number("46456", DAY), ' t="s"><v>0</v>')).items()
            }
        ),
        one("2027-03-10", "Đào"),  # 46456
    ),
    "parts in no folder": (
        packed(
            {
                name.removeprefix("xl/"): part.replace(b"/xl/", b"/")
                for name, part in unpacked(cells(number("46456", DAY), ' t="s"><v>0</v>')).items()
                if name != "_rels/.rels"
            }
        ),
        one("2027-03-10", "Đào"),  # 46456
    ),
    "numbers as only Python writes them": (cells(number("1_000")), "no XLSX"),  # 1000
    "cells outside of rows": (raw_workbook("<c><v>1</v></c><row><c><v>2</v></c></row>"), "no XLSX"),  # left out
    "rows from 0": (raw_workbook('<row r="0"><c><v>1</v></c></row>'), "no XLSX"),  # row 0
    "another encoding": (
        repacked(
            raw_workbook(""),
            SHEET,
            ('<?xml version="1.0" encoding="windows-1252"?>' + sheet_of(row("<c><v>1</v></c>"))).encode("cp1252"),
        ),
        "no XLSX",  # 1
    ),
    "a document type": (
        repacked(raw_workbook(""), SHEET, "<!DOCTYPE x>" + sheet_of(row("<c><v>1</v></c>"))),
        "no XLSX",
    ),
}
"""What was read otherwise before: how, stands beside it."""


@pytest.mark.parametrize("name", CHANGED)
def test_it_is_read_better_than_before(name: str) -> None:
    content, expected = CHANGED[name]
    if isinstance(expected, str):
        assert expected in refusal(read_workbook, content)
    else:
        assert plain(read_workbook(content)) == expected


# What is no workbook

GOOD = workbook_of(["Tên", "Hạng"], ["Lan", 1])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no XLSX"),
        (b"name\nLan\n", "no XLSX"),
        (b"PK\x03\x04", "no XLSX"),
        (GOOD[: len(GOOD) // 2], "no XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password"),
        (repacked(GOOD, BOOK, None), "no XLSX"),
        (repacked(GOOD, TYPES, None), "no XLSX"),
        (repacked(GOOD, SHEET, None), "no XLSX"),
        (repacked(GOOD, STRINGS, None), "no XLSX"),
        (repacked(GOOD, STRINGS, strings_of("<si>")), "no XLSX"),
        (repacked(GOOD, SHEET, f"<worksheet {MAIN}>&boom;</worksheet>"), "no XLSX"),
        (repacked(GOOD, SHEET, f"<worksheet {MAIN}/>"), "no XLSX"),
        (repacked(GOOD, STYLES, "\ufeff<styleSheet/>".encode("utf-16")), "no XLSX"),
        (cells(number("many")), "no XLSX"),
        (cells(number("nan")), "no XLSX"),
        (cells(number("Infinity")), "no XLSX"),
        (cells(' t="s"><v>99</v>'), "no XLSX"),
        (cells(' t="s"><v>-1</v>'), "no XLSX"),
        (cells(' t="b"><v>2</v>'), "no XLSX"),
        (cells(' t="d"><v>tomorrow</v>'), "no XLSX"),
        (cells(' s="bold"><v>1</v>'), "no XLSX"),
        (raw_workbook(row('<c r="$B$1"><v>1</v></c>')), "no XLSX"),
        (raw_workbook(""), "empty"),
        (raw_workbook("", states=["hidden", "veryHidden"]), "no visible sheet"),
        (raw_workbook(row('<c r="AY1"><v>1</v></c>')), "50 columns"),
        (raw_workbook(row('<c><v>1</v></c><c r="XFD1"><f>1</f></c>')), "50 columns"),
        (raw_workbook(row("<c><v>1</v></c>") + '<row r="2001"/>'), "row 2000"),
        (workbook_of(*[["a"]] * 502), "500 lines"),
    ],
)
def test_what_is_no_list(content: bytes, told: str) -> None:
    assert told in refusal(read_workbook, content)


def read_here(content: bytes) -> list[TableRow]:
    """As in the process, but in this one, without bounds and starting nothing: for very many files."""
    found = xlsx_child.answer(content, 2000, 50)
    if "refused" in found:
        raise workbook_refused(found["refused"])
    return workbook_lines(found["rows"])


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=6))
def test_damaged_workbook_is_refused_or_read(place: int, noise: bytes) -> None:
    damaged = GOOD[:place] + noise + GOOD[place + len(noise) :]
    assert named(read_here, damaged) <= {"file"}


PIECES = st.lists(
    st.sampled_from(
        ["<row>", "</row>", "<c>", "</c>", '<c r="B2" t="s">', '<c t="inlineStr">', "<v>", "</v>", "<is>", "</is>",
         "<is/>", "<t>", "</t>", "<f/>", "0", "1e5", "a", "<!-- c -->", "<![CDATA[0]]>", "</sheetData>", "<row/>"],
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(PIECES)
def test_any_sheet_is_refused_or_read(data: str) -> None:
    assert named(read_here, raw_workbook(data, strings=TEXTS)) <= {"file"}


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(content: bytes) -> None:
    assert named(read_here, content) == {"file"}


# Bombs

RANGES = f"<dataValidation sqref='{'A1:B2 ' * 1_000_000}'/>"
ATTRIBUTES = " ".join(f"a{place}=''" for place in range(500_000))
ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
DEEP = "<a>" * 70_000 + "</a>" * 70_000


def inside(text: str) -> str:
    """A sheet with this as the value of its only cell."""
    return sheet_of(row(f'<c t="str"><v>{text}</v></c>'))


@pytest.mark.parametrize(
    ("part", "text", "told"),
    [
        (SHEET, sheet_of(ROW, before='<dimension ref="A1:XFD1048576"/>'), ""),
        (SHEET, sheet_of(f'{ROW}<row r="99999999"><c><v>1</v></c></row>'), "row 2000"),
        (SHEET, sheet_of(ROW, after=f"<dataValidations>{RANGES}</dataValidations>"), ""),
        (SHEET, sheet_of("<row/>" * 1_000_000), "far more than a list"),
        (SHEET, sheet_of(row(f"<c><v>{'9' * 20_000_000}</v></c>")), ""),
        (SHEET, sheet_of(row(f'<c r="{"A" * 20_000_000}1"><v>1</v></c>')), "no XLSX"),
        (SHEET, sheet_of(row(DEEP)), "no XLSX"),
        (SHEET, inside("x" * 29_000_000), ""),
        (SHEET, inside("\n" * 29_000_000), "empty"),
        (SHEET, inside("&#65;" * 5_500_000), ""),
        (SHEET, inside(("y" * 300 + "<!---->") * 70_000), ""),
        (STYLES, f"<styleSheet {MAIN}>{DEEP}</styleSheet>", ""),
        (STYLES, f"<styleSheet {MAIN}><cellXfs>{'<xf/>' * 70_000}</cellXfs></styleSheet>", ""),
        (STYLES, styles_of(["[" * 20_000_000]), ""),
        (STYLES, f"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>]><styleSheet {MAIN}>{'&a;' * 10_000}</styleSheet>", "no XLSX"),
        (STRINGS, f"<sst {MAIN}>{' ' * 31_000_000}</sst>", "far more than a list"),
        (STRINGS, f"<sst {MAIN} {ATTRIBUTES}/>", "far more than a list"),
        (STRINGS, f'<sst {MAIN} uniqueCount="99999999999"/>', "too much time or memory"),
        ("xl/media/image1.png", "\0" * 31_000_000, "far more than a list"),
    ],
    ids=[
        "dimension", "far-row", "ranges", "rows", "digits", "place", "depth", "long", "blank", "references", "pieces",
        "depth-of-styles", "styles", "format", "entities", "size", "attributes", "count", "picture",
    ],
)  # fmt: skip
def test_bombs_end_soon(part: str, text: str, told: str) -> None:
    content = repacked(GOOD, part, text)
    began = monotonic()
    if told:
        assert told in refusal(read_workbook, content)
    else:
        assert named(read_workbook, content) <= {"file"}
    assert monotonic() - began < 10, "a few seconds on a busy machine"


@pytest.mark.parametrize(("length", "told"), [(5_000, "far more than a list"), (20_000_000, "too much time or memory")])
def test_one_text_in_every_cell(length: int, told: str) -> None:
    every = ("<row>" + '<c t="s"><v>0</v></c>' * 50 + "</row>") * 300
    assert told in refusal(read_workbook, raw_workbook(every, strings=f"<si><t>{'x' * length}</t></si>"))


def test_a_part_that_holds_more_than_it_says() -> None:
    """What it says is believed before it is unpacked, so it must not get more room than that."""
    content = bytearray(raw_workbook(row('<c t="s"><v>0</v></c>'), strings=f"<si><t>{'x' * 20_000_000}</t></si>"))
    length = len(strings_of(f"<si><t>{'x' * 20_000_000}</t></si>")).to_bytes(4, "little")
    assert content.count(length) == 2
    assert refusal(read_workbook, bytes(content.replace(length, (1000).to_bytes(4, "little"))))


# The process


def confined(code: str, **change: int) -> subprocess.CompletedProcess[str]:
    """A process with the bounds of the reader's, that then runs this code."""
    changed = "".join(f"child.{name} = {value}\n" for name, value in change.items())
    whole = f"import socket\nfrom service.actions.imports import xlsx_child as child\n{changed}child.confine()\n{code}"
    return subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("bytearray(child.MEMORY)", "MemoryError"),
        ("open('/etc/passwd')", "Too many open files"),
        ("socket.socket()", "Too many open files"),
    ],
)
def test_process_is_bounded(code: str, error: str) -> None:
    done = confined(code)
    assert done.returncode == 1
    assert error in done.stderr
    assert confined("print(1)").stdout == "1\n"


@pytest.mark.parametrize("bound", ["SECONDS", "WALL_SECONDS"])
def test_process_ends_by_itself(bound: str) -> None:
    code = "while True: pass" if bound == "SECONDS" else "import signal; signal.pause()"
    assert confined(code, **{bound: 1}).returncode < 0


def test_process_has_nothing_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SECRET_KEY", "secret")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        os.set_inheritable(listening.fileno(), True)
        with xlsx_reader.start() as process:
            place = Path(f"/proc/{process.pid}")
            until(lambda: xlsx_child.__name__.encode() in (place / "cmdline").read_bytes(), "the process runs")
            variables = (place / "environ").read_bytes()
            sockets = [file for file in (place / "fd").iterdir() if os.readlink(file).startswith("socket:")]
            folder = os.readlink(place / "cwd")
            process.communicate(GOOD)
    assert b"secret" not in variables
    assert b"secret" in subprocess.run(["env"], capture_output=True, check=True).stdout  # the control
    assert (sockets, folder) == ([], "/")
    assert process.returncode == 0


def test_process_imports_little() -> None:
    code = f"import sys, python_calamine, {xlsx_child.__name__}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    packages = {name.partition(".")[0] for name in loaded.split()}
    assert "python_calamine" in packages
    assert not packages & {"flask", "sqlalchemy", "sqlmodel", "babel", "models", "calendars"}


def test_many_at_once() -> None:
    assert at_once([lambda: plain(read_workbook(GOOD)) for _ in range(4)]) == [plain(read_workbook(GOOD))] * 4


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "too much time or memory"), ("vi", "quá nhiều thời gian hoặc bộ nhớ"), ("lo", "ຫຼາຍເກີນໄປ")],
)
def test_too_slow_workbook_is_refused_and_nothing_written(
    officer: Caller, database: Database, monkeypatch: pytest.MonkeyPatch, language: str, told: str
) -> None:
    with database.transaction() as session:
        event_id = factories.make_event(session).id
    path = f"/api/v1/events/{event_id}/members/import"
    content = workbook_of(["name"], ["Lan"])

    def sent() -> TestResponse:
        headers = {"Authorization": f"Bearer {officer.token}", "Content-Type": XLSX, "Accept-Language": language}
        return officer.client.post(path, data=content, headers=headers)

    with monkeypatch.context() as patched:
        patched.setattr(xlsx_reader, "MAX_SECONDS", 0.0)
        refused = sent()
    assert refused.status_code == 422
    assert told in refused.json["errors"]["file"][0]
    assert officer.get(f"/events/{event_id}/members").json == []
    assert sent().json["added"] == 1


@pytest.mark.xdist_group("serving")
@pytest.mark.timeout(240)
def test_service_that_serves_reads_workbooks(tmp_path: Path, database_url: str) -> None:
    """In granian's processes, too, which have threads, and signals of their own."""
    service = Service(tmp_path, database_url)
    service.desk("user", "create", "--email", "lan@example.org", "--role", "officer", "--organisation", "Sở Ngoại vụ")
    token = service.desk("token", "create", "--email", "lan@example.org", "--name", "test")

    def posted(path: str, body: bytes, kind: str) -> Any:
        with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)) as connection:
            headers = {"Authorization": f"Bearer {token}", "Content-Type": kind, "Accept-Language": "en"}
            connection.request("POST", f"/api/v1{path}", body, headers)
            return json.loads(connection.getresponse().read())

    activity = {
        "title": {"vi": "Cuộc họp"},
        "activity_type": "meeting",
        "host": "hai-duong",
        "first_day": "2027-03-10",
        "last_day": "2027-03-11",
    }
    try:
        service.start()
        event_id = posted("/activities", json.dumps(activity).encode(), "application/json")["id"]
        path = f"/events/{event_id}/members/import"
        assert posted(path, workbook_of(["name"], ["Đào Thị Lan"], ["ບຸນມີ"]), XLSX)["added"] == 2
        bomb = repacked(GOOD, STRINGS, f'<sst {MAIN} uniqueCount="99999999999"/>')
        assert "too much time or memory" in posted(path, bomb, XLSX)["errors"]["file"][0]
    finally:
        service.stop()
    (noted,) = [line for line in map(json.loads, service.log.splitlines()) if line["event"] == "workbook_not_read"]
    assert noted["code"] != 0
