"""Templates of papers for tests: the shipped one with something changed, as an administrator does in Word, or worse."""

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO

from models.vocabulary import DocumentKind
from service.documents.docx_shipped import shipped

DOCUMENT = "word/document.xml"
MAIN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a file."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def file_of(parts: Mapping[str, bytes]) -> bytes:
    """A file of parts."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def paragraph(text: str, more: str = "") -> str:
    """A paragraph of one run."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<w:p>{more}<w:r><w:t xml:space="preserve">{escaped}</w:t></w:r></w:p>'


def template(*begin: str, kind: DocumentKind = DocumentKind.RECEPTION_PLAN, **changed: str | bytes | None) -> bytes:
    """The shipped template with XML at the beginning of its text, and parts changed (None: left out).

    A part is named like its file, with ``__`` for ``/`` and ``_xml`` for its ending.
    """
    parts = parts_of(shipped(kind))
    parts[DOCUMENT] = parts[DOCUMENT].replace(b"<w:body>", b"<w:body>" + "".join(begin).encode(), 1)
    for name, content in changed.items():
        path = re.sub(r"_(xml|rels|bin|png)$", r".\1", name.replace("__", "/")).replace("_xml.rels", ".xml.rels")
        parts.pop(path, None)
        if content is not None:
            parts[path] = content.encode() if isinstance(content, str) else content
    return file_of(parts)


def related(content: bytes, kind: str, target: str, *, external: bool = False, part: str = DOCUMENT) -> bytes:
    """A file whose main part leads somewhere else too."""
    parts = parts_of(content)
    folder, _slash, last = part.rpartition("/")
    name = f"{folder}/_rels/{last}.rels"
    mode = ' TargetMode="External"' if external else ""
    added = f'<Relationship Id="rTest" Type="{MAIN}/{kind}" Target="{target}"{mode}/></Relationships>'
    empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    parts[name] = parts.get(name, empty).replace(b"</Relationships>", added.encode())
    return file_of(parts)


def bare(*body: str) -> bytes:
    """A template with this text alone."""
    parts = parts_of(shipped(DocumentKind.RECEPTION_PLAN))
    text = parts[DOCUMENT].decode()
    head, _body, _rest = text.partition("<w:body>")
    section = re.findall(r"<w:sectPr>.*?</w:sectPr>", text)[-1]
    parts[DOCUMENT] = f"{head}<w:body>{''.join(body)}{section}</w:body></w:document>".encode()
    return file_of(parts)
