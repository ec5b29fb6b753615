"""The process that reads a template: checks it, or puts a paper's values into it.

A template was uploaded by somebody and may be malicious, so it is read here, with limits on time and memory, without
the service's environment, files and sockets, and never in the service itself. On standard input stand a line with the
length of a JSON object in bytes, the object, and the template. The answer on standard output is JSON (``check``:
``{"problems": […]}``; ``try``, after it: the same of a trial) or the file (``fill``); a refusal is the exit code 3.
"""

import base64
import copy
import io
import json
import re
import sys
import zipfile
from dataclasses import asdict, dataclass
from typing import Any

from lxml import etree

from service import confinement
from service.documents import docx_merging, docx_tags, docx_template_checks
from service.documents.docx_filling import fill
from service.documents.docx_merging import Package, Unfillable, whole_number
from service.documents.docx_package import archived
from service.documents.docx_styles import NAMESPACES
from service.documents.docx_tags import W

SECONDS, WALL_SECONDS, MEMORY = 5, 15, 500_000_000
"""Limits of this process: seconds of computing and in all, bytes of address space."""
MOST_UNPACKED = 64 << 20
REFUSED = 3
_STYLE = re.compile(r'<w:(?:pStyle|tblStyle) w:val="(\w+)"/>')


def parts_of(content: bytes) -> dict[str, bytes]:
    """The members of an archive.

    Raises:
        ValueError: more comes out of it than a template may have.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts: dict[str, bytes] = {}
        left = MOST_UNPACKED
        for one in archive.infolist():
            if one.is_dir():
                continue
            with archive.open(one) as member:
                parts[one.filename] = member.read(left + 1)
            left -= len(parts[one.filename])
            if left < 0:
                raise ValueError("too much comes out of it")
    return parts


def check(asked: dict[str, Any], content: bytes) -> bytes:
    """What is wrong with a template."""
    package = Package(parts_of(content))
    found = docx_template_checks.problems(package, asked["texts"], asked["blocks"], asked["facts"])
    return json.dumps({"problems": found}).encode()


def tried(asked: dict[str, Any], content: bytes) -> bytes:
    """What goes wrong when papers are made with a template: a paper that stands upright, and one across."""
    found: list[dict[str, Any]] = []
    for trial in asked["trials"]:
        try:
            if len(filled({**asked, **trial}, content)) > asked["most"]:
                raise Unfillable("unfillable", f"> {asked['most'] >> 20} MB")
        except Unfillable as problem:
            found.append(asdict(docx_tags.Problem(problem.code, docx_tags.Place(problem.part), problem.tag)))
        except MemoryError:
            raise
        except Exception as problem:  # whatever a template makes the libraries raise, none is taken that does
            place = docx_tags.Place(asked["at"][-1] if asked["at"] else "")
            found.append(asdict(docx_tags.Problem("unfillable", place, type(problem).__name__)))
        if found:
            break
    return json.dumps({"problems": found}).encode()


def filled(asked: dict[str, Any], content: bytes) -> bytes:
    """The file of a paper."""
    package = Package(parts_of(content))
    if docx_template_checks.problems(package, asked["texts"], asked["blocks"], asked["facts"]):
        raise ValueError("not what was checked")
    used = {style for paper in asked["papers"] for block in paper["blocks"].values() for style in _styles(block)}
    at = asked.setdefault("at", [])
    at.append("styles")
    styles = docx_merging.merge_styles(package, docx_merging.parse(asked["styles"].encode()), used)
    at.append("numbering")
    lists = docx_merging.merge_lists(package, docx_merging.parse(asked["numbering"].encode()))
    docx_merging.add_pictures(
        package, {identity: base64.b64decode(picture) for identity, picture in asked["pictures"].items()}
    )
    at.append("document")
    root = package.tree(package.document)
    body = root.find(f"{W}body")
    scale = _turned(body, asked)
    papers = asked["papers"]
    # The first is filled in place: carrying a long table into another tree takes as long as all the rest.
    bodies = [body, *(copy.deepcopy(body) for _further in papers[1:])]
    for number, (made, paper) in enumerate(zip(bodies, papers, strict=True)):
        blocks = {name: _Block(block, styles, lists, scale) for name, block in paper["blocks"].items()}
        fill(made, paper["texts"], paper["facts"], blocks)
        _fill_margins(package, made, paper, is_last=number == len(papers) - 1)
        if number < len(papers) - 1:
            _end_section(made)
    for made in bodies[1:]:
        body.extend(list(made))
    parts = {**package.written(), "docProps/core.xml": asked["core"].encode()}
    return archived(_with_core(parts))


@dataclass(frozen=True, slots=True)
class _Block:
    """A block and what turns its names of styles and lists into the template's."""

    xml: str
    styles: dict[str, str]
    lists: dict[str, str]
    scale: float

    def elements(self) -> list[Any]:
        """The elements, made anew."""
        if not self.xml:
            return []
        made = list(docx_merging.parse(f"<w:body {NAMESPACES}>{self.xml}</w:body>".encode()))
        docx_merging.adapt(made, self.styles, self.lists, self.scale)
        return made


def _styles(block: str) -> set[str]:
    """The styles that a block of ours uses."""
    return set(_STYLE.findall(block))


def _turned(body: Any, asked: dict[str, Any]) -> float:
    """Turn the template's sheets as the paper's stand; returns how much wider its text is than the blocks are."""
    sections = list(body.iter(f"{W}sectPr"))
    for section in sections:
        size = section.find(f"{W}pgSz")
        if size is None:
            continue
        wide, high = whole_number(size, "w"), whole_number(size, "h")
        if wide and high and (wide > high) != asked["is_across"] and wide != high:
            before = _text_width(section)
            size.set(f"{W}w", str(high))
            size.set(f"{W}h", str(wide))
            if asked["is_across"]:
                size.set(f"{W}orient", "landscape")
            else:
                size.attrib.pop(f"{W}orient", None)
            if section is sections[-1] and before > 0:
                docx_merging.scale_tables([body], _text_width(section) / before)
    found = _text_width(sections[-1]) if sections else 0
    return found / asked["text_width"] if found > 0 else 1.0


def _text_width(section: Any) -> int:
    size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    if size is None or margins is None:
        return 0
    return whole_number(size, "w") - whole_number(margins, "left") - whole_number(margins, "right")


def _fill_margins(package: Package, body: Any, paper: dict[str, Any], *, is_last: bool) -> None:
    """Fill the headers and footers of a paper's sections; all papers but the last get copies of their own."""
    for reference in body.iter(f"{W}headerReference", f"{W}footerReference"):
        kind = "header" if reference.tag == f"{W}headerReference" else "footer"
        name = _part_of(package, reference.get(f"{docx_merging.R}id"))
        if name is None:
            continue
        if not is_last:
            name, identity = _copy(package, name, kind)
            reference.set(f"{docx_merging.R}id", identity)
        fill(package.tree(name), paper["texts"], paper["facts"], {})


def _part_of(package: Package, identity: str | None) -> str | None:
    for one in package.relations(package.document):
        if one.get("Id") == identity:
            return docx_merging.target(package.document, one)
    return None


def _copy(package: Package, name: str, kind: str) -> tuple[str, str]:
    copied = f"word/{kind}Paper{len(package.parts)}.xml"
    relations = docx_merging.relations_of(name)
    if relations in package.parts:
        package.parts[docx_merging.relations_of(copied)] = b""
        package.trees[docx_merging.relations_of(copied)] = copy.deepcopy(package.relations(name))
    return copied, package.add(copied, copy.deepcopy(package.tree(name)), kind)


def _end_section(body: Any) -> None:
    """Make what ends the text end a section of it: what follows begins on a new page and counts from 1."""
    last = body.find(f"{W}sectPr")
    if last is None:
        return
    body.remove(last)
    paragraph = etree.SubElement(body, f"{W}p")
    etree.SubElement(paragraph, f"{W}pPr").append(last)


def _with_core(parts: dict[str, bytes]) -> dict[str, str | bytes]:
    """The parts, with the properties declared and the list of types first."""
    types = docx_merging.parse(parts[docx_merging.CONTENT_TYPES])
    etree.SubElement(
        types,
        f"{docx_merging.TYPES}Override",
        {
            "PartName": "/docProps/core.xml",
            "ContentType": "application/vnd.openxmlformats-package.core-properties+xml",
        },
    )
    relations = docx_merging.parse(parts[docx_merging.ROOT_RELATIONS])
    etree.SubElement(
        relations,
        f"{docx_merging.PACKAGE}Relationship",
        {
            "Id": "rPaperProperties",
            "Type": "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
            "Target": "docProps/core.xml",
        },
    )
    ordered: dict[str, str | bytes] = {docx_merging.CONTENT_TYPES: docx_merging.serialised(types)}
    ordered[docx_merging.ROOT_RELATIONS] = docx_merging.serialised(relations)
    return {**{name: parts[name] for name in sorted(parts)}, **ordered}


def main() -> None:
    """Do what the first argument says."""
    # Everything needed is imported before the limits are set: afterwards no file can be opened.
    import encodings.cp437
    import encodings.utf_16  # noqa: F401 - for names in archives, and parts that are not UTF-8

    docx_tags.prepare()

    confinement.confine(SECONDS, WALL_SECONDS, MEMORY, 0)
    told = sys.stdin.buffer.read()
    length, _line, rest = told.partition(b"\n")
    asked, content = json.loads(rest[: int(length)]), rest[int(length) :]
    try:
        answer = {"check": check, "try": tried, "fill": filled}[sys.argv[1]](asked, content)
    except MemoryError:
        sys.exit(REFUSED)
    except Exception as problem:  # a broken or malicious template can make the libraries raise anything
        sys.stderr.write(type(problem).__name__)
        sys.exit(REFUSED)
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
