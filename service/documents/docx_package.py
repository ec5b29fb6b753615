"""The file itself: a zip of parts with the list of their types, equal for equal parts."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

from calendars.documents.value import Document, plain
from service.documents.docx_figures import Picture
from service.documents.docx_styles import DECLARATION
from service.documents.docx_text import words

FIXED = (1980, 1, 1, 0, 0, 0)
"""When every part was written, for the archive: the earliest time that it can hold."""
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "word/document.xml": "document.main",
    "word/styles.xml": "styles",
    "word/numbering.xml": "numbering",
    "word/settings.xml": "settings",
    "word/header1.xml": "header",
    "word/header2.xml": "header",
}
_RELATIONS = {
    "rStyles": ("styles", "styles.xml"),
    "rNumbering": ("numbering", "numbering.xml"),
    "rSettings": ("settings", "settings.xml"),
    "rNumber": ("header", "header1.xml"),
    "rFirst": ("header", "header2.xml"),
}


def package(document: Document, parts: Mapping[str, str], pictures: Sequence[Picture]) -> bytes:
    """The bytes of a file: its parts by name, and its pictures."""
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{_WORD}.{kind}+xml"/>' for name, kind in PARTS.items()
    )
    links = [
        f'<Relationship Id="{identity}" Type="{_TYPES}/{kind}" Target="{target}"/>'
        for identity, (kind, target) in _RELATIONS.items()
    ]
    links += [
        f'<Relationship Id="{one.relation}" Type="{_TYPES}/image" Target="{one.name.removeprefix("word/")}"/>'
        for one in pictures
    ]
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        f'{overrides}<Override PartName="/docProps/core.xml"'
        ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rDocument" Type="{_TYPES}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rProperties" Type="{_PACKAGE}/relationships/metadata/core-properties"'
        ' Target="docProps/core.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{''.join(links)}</Relationships>",
        "docProps/core.xml": core_properties(document),
        **parts,
    }
    made |= {one.name: one.content for one in pictures}
    return archived(made)


def core_properties(document: Document) -> str:
    """docProps/core.xml: the office and what the paper is called; nobody's name, no place, no time."""
    called = " – ".join(filter(None, (plain(document.title, " / "), plain(document.abstract, " / "))))
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{words(called)}</dc:title><dc:creator>{words(document.author)}</dc:creator></cp:coreProperties>"
    )


def archived(parts: Mapping[str, str | bytes]) -> bytes:
    """Parts as an archive whose bytes depend on them alone."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in parts.items():
            told = zipfile.ZipInfo(name, FIXED)
            told.compress_type = zipfile.ZIP_DEFLATED
            told.create_system = 0
            archive.writestr(told, content)
    return written.getvalue()
