"""What is looked for inside files: however it is written, and however long somebody wants the looking to take."""

import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pytest

from models.errors import Invalid
from service.actions.files import inspection, inspection_child, office_checks, office_xml, pdf_checks
from service.actions.files.media_types import NotKept
from tests.service.files import samples

HEAD = b"%PDF-1.5\n"
MANY = 60_000


def relations(inner: str, encoding: str = "utf-8") -> bytes:
    declared = f'<?xml version="1.0" encoding="{encoding}"?><Relationships>{inner}</Relationships>'
    return samples.office(word___rels__settings_xml_rels=declared.encode(encoding))


SLOW = {
    "dictionaries in one another": HEAD + b"obj<<" * MANY + b">>" * MANY,
    "comments without an end": HEAD + b"obj%" * 500_000,
    "objects without an end": HEAD + b" obj[" * 500_000,
    "strings in one another": HEAD + b"obj<<" + b"(" * 3_000_000,
    "streams that never end": HEAD + b"obj<</First 1>>stream\n" * 100_000,
    "things to open": HEAD + b"1 0 obj<<" + b"/OpenAction<<" * MANY + b">>" * (MANY + 1),
    "elements that never end": samples.office(w___rels__a_rels=b"<" * 200_000),
    "relations that never end": samples.office(w___rels__a_rels=b"<a relationships/frame " * 300_000),
    "elements in one another": samples.office(w___rels__a_rels=b"<a>" * 1_000_000),
}


@pytest.mark.parametrize("what", SLOW)
def test_no_file_takes_long(what: str) -> None:
    began = time.process_time()
    with pytest.raises(NotKept):
        refuse(SLOW[what])
    assert time.process_time() - began < inspection_child.SECONDS


def refuse(content: bytes) -> None:
    if content.startswith(b"%PDF"):
        pdf_checks.check_pdf(content)
    else:
        office_checks.check_office(BytesIO(content), len(content))


def test_who_looks_has_little_time(tmp_path: Path) -> None:
    """Whatever was overlooked: the process ends, and the file is refused."""
    assert inspection_child.SECONDS <= 3
    assert inspection_child.WALL_SECONDS <= 10
    told = f"from {inspection_child.__name__} import confine; import sys"
    for limits, wait in (("1, 30", "while True: pass"), ("30, 1", "sys.stdin.read()")):
        began = time.monotonic()
        with subprocess.Popen(
            [sys.executable, "-c", f"{told}\nconfine({limits})\n{wait}"], stdin=subprocess.PIPE
        ) as process:
            assert process.wait(30) < 0
        assert time.monotonic() - began < 25
    with (tmp_path / "a.docx").open("w+b") as file:
        file.write(samples.office(w___rels__a_rels=b"<a b='" + b"x" * 30_000_000))
        with pytest.raises(Invalid):
            inspection.inspect(file, tmp_path)


JS = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
PACKED = samples.object_stream(b"1 0 " + JS)


def opened(action: bytes, more: bytes = b"") -> bytes:
    return samples.pdf(action, more)


PDFS: dict[str, tuple[bytes, str]] = {
    "NUL before a dictionary": (samples.pdf(more=PACKED.replace(b"obj\n", b"obj\0")), "active"),
    "NUL before a stream": (samples.pdf(more=PACKED.replace(b">>\nstream", b">>\0stream")), "active"),
    "form feed and comment": (samples.pdf(more=PACKED.replace(b"obj\n", b"obj\x0c%x\r\0")), "active"),
    "a word before a dictionary": (samples.pdf(more=PACKED.replace(b"obj\n", b"obj x ")), "damaged"),
    "a word before a stream": (samples.pdf(more=PACKED.replace(b">>\nstream", b">>x stream")), "damaged"),
    "another document": (opened(b"<</S/GoToR/F(\\\\\\\\evil\\\\x)>>"), "active"),
    "an address": (opened(b"<</S/URI/URI(http://evil.example)>>"), "active"),
    "an address by reference": (opened(b" 7 0 R", b"7 0 obj<</S/URI/URI(http://x)>>endobj\n"), "active"),
    "an address in a packed object": (opened(b" 7 0 R", samples.object_stream(b"7 0 <</S/URI>>")), "active"),
    "an address after a page": (opened(b"<</S/GoTo/D[2 0 R/Fit]/Next 7 0 R>>"), "active"),
    "what is not there": (opened(b" 77 0 R"), "damaged"),
    "a stream from elsewhere": (samples.pdf(more=b"3 0 obj<</F(//x)/Length 0>>stream\n\nendstream\n"), "active"),
    "one whose letter is a number": (
        samples.pdf(more=b"3 0 obj<</#46 5 0 R/Length 0>>stream\n\nendstream endobj\n"), "active",
    ),
    "a film": (samples.pdf(more=b"3 0 obj<</S/Movie>>endobj\n"), "active"),
    "a sound": (samples.pdf(more=b"3 0 obj[<</S/Sound>>]endobj\n"), "active"),
    "what happens on a page": (samples.pdf(more=b"3 0 obj<</AA<</O 9 0 R>>>>endobj\n"), "active"),
    "a file by its short name": (samples.pdf(more=b"3 0 obj<</EF<</F 9 0 R>>>>endobj\n"), "embedded"),
    "a file that belongs to it": (samples.pdf(more=samples.object_stream(b"3 0 <</AF[9 0 R]>>")), "embedded"),
}  # fmt: skip


@pytest.mark.parametrize("what", PDFS)
def test_a_pdf_that_does_something_is_refused_however_it_is_written(what: str) -> None:
    content, reason = PDFS[what]
    with pytest.raises(NotKept, match=reason):
        pdf_checks.check_pdf(content)


@pytest.mark.parametrize(
    "content",
    [
        opened(b"[2 0 R/XYZ null null 0]"),
        opened(b" 7 0 R", b"7 0 obj\n<</Type/Action/S/GoTo/D[2 0 R/Fit]>>\nendobj\n"),
        opened(b" 7 0 R", samples.object_stream(b"7 0 <</S/GoTo/D(Doc-Start)>>")),
        samples.pdf(more=b"3 0 obj<</Subtype/Link/F 4/A<</S/URI/URI(https://haiphong.gov.vn)>>>>endobj\n"),
        samples.pdf(more=b"3 0 obj<</Length 9>>stream\n/JS /AA /EF \nendstream\nendobj\n"),
        samples.pdf(more=b"3 0 obj<</Resources<</Font<</F 4 0 R>>>>/Length 2>>stream\nBT\nendstream\nendobj\n"),
    ],
)
def test_a_pdf_that_only_shows_something_is_kept(content: bytes) -> None:
    pdf_checks.check_pdf(content)


TEMPLATE = 'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attached&#84;emplate"'
TYPE = 'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships'
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SCRIPT = "urn:oasis:names:tc:opendocument:xmlns:script:1.0"
LINK = 'xmlns:l="http://www.w3.org/1999/xlink" l:href'
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
BODY = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def word(inner: str) -> bytes:
    return samples.office(word__document2_xml=f"<w:p {WORD}>{inner}</w:p>")


def field(*runs: str) -> bytes:
    told = "".join(f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in runs)
    return word(f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>{told}')


def text(inner: str) -> bytes:
    return samples.open_document(styles_xml=f'<t:x xmlns:t="{BODY}">{inner}</t:x>')


VML = "urn:schemas-microsoft-com:vml"
OFFICE_VML = "urn:schemas-microsoft-com:office:office"
SCHEMAS = "http://schemas.openxmlformats.org/schemaLibrary/2006/main"


def vml(inner: str) -> bytes:
    return word(f'<q:x xmlns:q="{VML}"/><x xmlns:v="{VML}" xmlns:o="{OFFICE_VML}" xmlns:s="{SCHEMAS}">{inner}</x>')


OFFICE: dict[str, tuple[bytes, str]] = {
    "letters as numbers": (relations(f'<Relationship {TEMPLATE} Target="//x" TargetMode="&#69;xternal"/>'), "active"),
    "a bracket in a value": (relations(f'<Relationship Id=">" {TYPE}/frame" TargetMode="External"/>'), "active"),
    "UTF-16": (relations(f'<Relationship {TYPE}/frame" TargetMode="External"/>', "utf-16"), "active"),
    "a picture elsewhere": (relations(f'<Relationship {TYPE}/image" TargetMode="External"/>'), "active"),
    "macros under another name": (relations(f'<Relationship {TYPE}/vb&#97;Project" Target="media/a.png"/>'), "macros"),
    "macros by their type": (samples.office('x"/><Default ContentType="x/vnd.ms-office.vb&#97;Project'), "macros"),
    "a table inside": (samples.office(word__embeddings__a_xlsx=b"PK"), "embedded"),
    "an object by its relation": (relations(f'<Relationship {TYPE}/oleObject" Target="media/a.png"/>'), "embedded"),
    "a page inside": (relations(f'<Relationship {TYPE}/aFChunk" Target="media/a.png"/>'), "active"),
    "a field that fetches": (field("DD", "EAUTO cmd /c calc"), "active"),
    "a short field that fetches": (word('<w:fldSimple w:instr=" dd&#101; cmd x"/>'), "active"),
    "a cell that fetches": (samples.office(samples.SHEET_TYPE, xl__a_xml='<x><ddeLink a="b"/></x>'), "active"),
    "a document type in UTF-16": (samples.office(word__a_xml="<!DOCTYPE x><x/>".encode("utf-16")), "damaged"),
    "a part that is not named XML": (samples.office(word__a_bin="<!DOCTYPE x><x/>"), "damaged"),
    "a listener under another prefix": (text(f'<q:event-listener xmlns:q="{SCRIPT}"/>'), "macros"),
    "anything of scripts": (text(f'<q:x xmlns:q="{SCRIPT}"/>'), "macros"),
    "an OLE object": (text('<d:object-ole xmlns:d="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"/>'), "embedded"),
    "a section from elsewhere": (text(f'<t:section-source {LINK}="&#104;ttp://evil.example/x.odt"/>'), "active"),
    "a section beside the file": (text(f'<t:section-source {LINK}="../x.odt"/>'), "active"),
    "a section of the network": (text(f'<t:section-source {LINK}="//evil/x.odt"/>'), "active"),
    "a link that runs": (text(f'<t:a {LINK}="macro:///x"/>'), "active"),
    "a picture of VML": (vml('<v:imagedata src="http://x.test/a.png"/>'), "active"),
    "a second picture of VML": (vml('<v:imagedata/><v:imagedata src="\\\\x\\a.png"/>'), "active"),
    "a picture's origin": (vml('<v:imagedata src="a.png" o:href="h&#116;tp://x.test/a.png"/>'), "active"),
    "a filling": (vml('<v:fill o:althref="file:///c:/a.png"/>'), "active"),
    "a shape that runs": (vml('<v:shape href="javascript:x"/>'), "active"),
    "a library of schemas": (vml('<s:schema s:manifestLocation="http://x.test/a.xml"/>'), "active"),
    "a table that fetches": (text(f'<t:x xmlns:b="{TABLE}" b:formula="of:=DDE(&quot;cmd&quot;)"/>'), "active"),
}  # fmt: skip


@pytest.mark.parametrize("what", OFFICE)
def test_a_document_that_does_something_is_refused_however_it_is_spelled(what: str) -> None:
    content, reason = OFFICE[what]
    with pytest.raises(NotKept, match=reason):
        refuse(content)


def test_without_the_rule_for_pictures_of_vml_they_would_be_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_xml, "fetches", lambda *_asked: False)
    refuse(OFFICE["a picture of VML"][0])


@pytest.mark.parametrize(
    "content",
    [
        relations(f'<Relationship {TYPE}/hyperlink" Target="https://haiphong.gov.vn" TargetMode="External"/>'),
        relations(f'<Relationship {TYPE}/image" Target="media/image1.png"/>'),
        field(" PAGE "),
        vml('<v:shape href="https://haiphong.gov.vn" style="position:absolute"/><v:imagedata o:relid="rId1" src="a"/>'),
        field(' HYPERLINK "https://x.example/import/hidden" '),
        text(f'<t:a {LINK}="https://haiphong.gov.vn"/><t:x {LINK}="./Object 1"/><t:x {LINK}="Pictures/a.png"/>'),
        text(f'<t:x {LINK}=""/><t:x {LINK}="#Bang1"/>'),
    ],
)
def test_a_document_that_only_shows_something_is_kept(content: bytes) -> None:
    refuse(content)
