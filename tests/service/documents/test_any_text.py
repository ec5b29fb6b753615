"""Whatever a text holds, a paper of it is written in every format: old rows and kept papers hold anything."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from calendars.documents import stored
from calendars.documents.value import Document, Paragraph, Run
from models import text as texts
from models.errors import Conflict
from models.vocabulary import DocumentFormat, Language
from service.documents import pdf_data, rendering
from service.documents.csv_writer import CsvWriter
from service.documents.list_workbook import ListWorkbook, SheetColumn
from tests.service.documents.test_docx_writer import everywhere

NONCHARACTERS = [*range(0xFDD0, 0xFDF0), *(plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF))]


def paper(text: str) -> Document:
    """A paper that has a text in every field, as it comes back from where it was kept."""
    return stored.read(stored.write(everywhere(text)))


def check_xml(content: bytes) -> None:
    """Every part of an office file is XML that a parser takes."""
    with ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))


def write_all(text: str) -> None:
    """Write it in every format, and read it back where that can fail."""
    document = paper(text)
    assert rendering.render(document, DocumentFormat.PDF).startswith(b"%PDF-")
    check_xml(rendering.render(document, DocumentFormat.DOCX))
    check_xml(rendering.render(document, DocumentFormat.XLSX))
    write_lists(text)


def write_lists(text: str) -> None:
    """A list as a file with the text as heading and cell."""
    target = BytesIO()
    sheet = CsvWriter(target, [text], Language.EN)
    sheet.write([[text]])
    sheet.close()
    assert len(list(csv.reader(StringIO(target.getvalue().decode("utf-8-sig"), newline="")))) == 2
    target = BytesIO()
    book = ListWorkbook(target, text, text, [SheetColumn(text, 20)])
    book.write([[text]])
    book.close()
    check_xml(target.getvalue())


def sheets() -> Iterator[str]:
    """Every character there is, eight thousand at a time."""
    every = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    for start in range(0, len(every), 8000):
        yield " ".join(every[start : start + 8000])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
@example("".join(map(chr, NONCHARACTERS)))
@example("a" + "b".join(map(chr, NONCHARACTERS)) + "c")
@example("".join(map(chr, range(0x20))) + "\x7f\x85\u2028\u2029")
@example("\ue000\uf8ff\U000f0000\U0010fffd\U000e0001\U000e007f")
def test_every_text_is_written_in_every_format(text: str) -> None:
    write_all(text)


@pytest.mark.parametrize("point", NONCHARACTERS)
def test_noncharacters_are_no_part_of_a_text(point: int) -> None:
    assert texts.clean(f"a{chr(point)}b") == "ab"


@pytest.mark.soak
def test_every_character_is_written_as_pdf() -> None:
    for text in sheets():
        document = replace(everywhere("x"), blocks=(Paragraph(((Run(text, Language.VI),),)),))
        assert rendering.render(document, DocumentFormat.PDF).startswith(b"%PDF-")


def test_what_typst_refuses_all_the_same_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: without cleaning, PDF/A refuses a noncharacter, and nobody gets a fault."""
    monkeypatch.setattr(pdf_data, "cleaned", lambda text: text)
    with pytest.raises(Conflict, match="can’t be made as PDF") as refused:
        rendering.render(paper("a\U0001ffffb"), DocumentFormat.PDF)
    assert refused.value.code == "not_set"
