"""XLSX files for tests: written by XlsxWriter, where texts stay texts, or put together from raw XML parts."""

import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
SHEET, STYLES, STRINGS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"
TYPES = "[Content_Types].xml"

SAFE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd hh:mm:ss",
}
"""XlsxWriter's options with which a text never becomes a formula, a link or a number."""


def workbook_of(
    *rows: Sequence[Any], change: Callable[[Workbook, Worksheet], object] = lambda book, sheet: None
) -> bytes:
    """A workbook of one sheet with these rows, as XlsxWriter types them; ``change`` does the rest."""
    written = BytesIO()
    book = Workbook(written, {"in_memory": True, **SAFE})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number, column, value)
    change(book, sheet)
    book.close()
    return written.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The parts of an XLSX file by their names."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repacked(content: bytes, name: str, part: str | bytes | None) -> bytes:
    """An XLSX file with one part replaced, added, or taken out."""
    parts: dict[str, str | bytes] = {other: old for other, old in unpacked(content).items() if other != name}
    return packed(parts if part is None else parts | {name: part})


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file of these parts."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return written.getvalue()


def sheet_of(data: str, *, before: str = "", after: str = "") -> str:
    """A sheet's XML around its rows."""
    return f"<worksheet {MAIN}>{before}<sheetData>{data}</sheetData>{after}</worksheet>"


def strings_of(items: str) -> str:
    """The XML of the shared strings: ``<si>`` elements."""
    return f"<sst {MAIN}>{items}</sst>"


def styles_of(formats: Iterable[int | str]) -> str:
    """The XML of the styles: style 0 is General, each further one has a built-in format's id or a format of its own."""
    own, used = "", '<xf numFmtId="0"/>'
    for number, code in enumerate(formats, 164):
        if isinstance(code, str):
            quoted = code.replace("&", "&amp;").replace('"', "&quot;")
            own += f'<numFmt numFmtId="{number}" formatCode="{quoted}"/>'
        used += f'<xf numFmtId="{number if isinstance(code, str) else code}" applyNumberFormat="1"/>'
    return (
        f"<styleSheet {MAIN}><numFmts>{own}</numFmts><fonts><font/></fonts><fills><fill><patternFill/></fill></fills>"
        '<borders><border/></borders><cellStyleXfs><xf numFmtId="0"/></cellStyleXfs>'
        f'<cellXfs>{used}</cellXfs><cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )


def raw_workbook(
    data: str,
    *,
    strings: str = "",
    formats: Iterable[int | str] = (),
    states: Sequence[str] = ("visible",),
    book: str = "",
    before: str = "",
    after: str = "",
) -> bytes:
    """A workbook from raw XML: the rows of its last sheet, and what stands around them.

    Args:
        data: ``<row>`` elements of the last sheet; those before it hold one cell each that says "other".
        strings: ``<si>`` elements of the shared strings.
        formats: number formats of the styles 1, 2, …, see :func:`styles_of`.
        states: the states of the sheets, "visible", "hidden" or "veryHidden".
        book: what stands in workbook.xml before the sheets.
        before, after: what stands in the sheet before and after its rows.
    """
    last = len(states)
    other = '<row r="1"><c r="A1" t="str"><v>other</v></c></row>'
    sheets = "".join(
        f'<sheet name="S{n}" sheetId="{n}" state="{state}" r:id="rId{n}"/>' for n, state in enumerate(states, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, last + 1)
    )
    named = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for n in range(1, last + 1)
    )
    return packed(
        {
            TYPES: f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/{BOOK}" ContentType="{_TYPE}.sheet.main+xml"/>{named}'
            f'<Override PartName="/{STYLES}" ContentType="{_TYPE}.styles+xml"/>'
            f'<Override PartName="/{STRINGS}" ContentType="{_TYPE}.sharedStrings+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="{BOOK}"/></Relationships>',
            BOOK: f'<workbook {MAIN} xmlns:r="{_OFFICE}">{book}<sheets>{sheets}</sheets></workbook>',
            RELATIONS: f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
            f'<Relationship Id="rId98" Type="{_OFFICE}/styles" Target="styles.xml"/>'
            f'<Relationship Id="rId99" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
            STYLES: styles_of(formats),
            STRINGS: strings_of(strings),
            **{f"xl/worksheets/sheet{n}.xml": sheet_of(other) for n in range(1, last)},
            f"xl/worksheets/sheet{last}.xml": sheet_of(data, before=before, after=after),
        }
    )
