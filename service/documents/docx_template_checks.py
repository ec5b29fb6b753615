"""What is wrong with a template, place by place. Runs in the process of :mod:`.docx_template_child`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any
from xml.parsers import expat

from lxml import etree

from service.documents.docx_merging import Package, carry_only, kind_of
from service.documents.docx_tags import FIELDS, MOST_TAGS, Place, Problem, W, paragraphs, read, says_tag
from service.documents.docx_tags import problems as problems_of_tags
from service.documents.office_addresses import fetches, is_address, is_fetching_style, is_known_namespace

MOST_PROBLEMS = 20
_OUTSIDE = ("attachedTemplate", "frame", "subDocument", "mailMergeSource", "mailMergeHeaderSource")
_WORD = re.compile(r"\s*\\?\s*(\w+)")
_CHANGED = re.compile(
    r"(?:ins|del|delText|delInstrText|moveFrom|moveTo|cellIns|cellDel|cellMerge|conflictIns|conflictDel|numberingChange)"
    r"|\w+Change|(?:moveFrom|moveTo|customXml\w+)Range(?:Start|End)"
)
"""Local names of what waits to be accepted."""
_PEOPLE = ("author", "date", "ed", "initials", "dateUtc", "userId")
"""Attributes that tell who changed something, and when."""
_HIDING = ("vanish", "specVanish", "webHidden")
_NOTHING = ("", "0", "false", "off", "none")
_UNSEEN = re.compile(r"visibility\s*:\s*hidden|display\s*:\s*none", re.IGNORECASE)
_NAMES = ("uri", "Type")
"""Attributes that hold a name of a format, which looks like an address."""
_WORDS = {f"{W}t", "{http://schemas.openxmlformats.org/drawingml/2006/main}t"}
"""Elements whose text people read; a letter-head has the office's address on the web."""


def problems(
    package: Package, texts: Sequence[str], blocks: Sequence[str], facts: Sequence[str]
) -> list[dict[str, Any]]:
    """All that is wrong, at most so many (:data:`MOST_PROBLEMS`), as plain values."""
    found = list(_outside(package))
    carry_only(package)
    places: dict[Any, Place] = {}
    read_texts: set[Any] = set()
    tags = 0
    for part, name in parts(package):
        for element, place in paragraphs(package.tree(name), part):
            paragraph = read(element)
            places[element] = _at(place, element)
            read_texts.update(piece.element for piece in paragraph.pieces)
            tags += len(paragraph.tags)
            if tags > MOST_TAGS >= tags - len(paragraph.tags):
                found.append(Problem("too_many", places[element], str(MOST_TAGS)))
    if tags > MOST_TAGS:
        return [{**asdict(one), "place": asdict(one.place)} for one in found][:MOST_PROBLEMS]
    called = {name: part for part, name in parts(package)}
    for name in package.xml_parts():
        found += _carried(package, name, called.get(name) or _kind(package, name), places, read_texts)
    for part, name in parts(package):
        root = package.tree(name)
        found += _fields_of(root, part)
        found += problems_of_tags(root, part, texts, blocks, facts)
    bodies = sum(
        1
        for element, _place in paragraphs(package.tree(package.document), "document")
        for tag in read(element).tags
        if tag.name == "body" and tag.kind in ("text", "block")
    )
    if bodies != 1:
        found.append(Problem("no_body" if not bodies else "two_bodies", Place("document"), "{{p body }}"))
    return [{**asdict(one), "place": asdict(one.place)} for one in dict.fromkeys(found)][:MOST_PROBLEMS]


def parts(package: Package) -> Iterator[tuple[str, str]]:
    """The parts that people write into: what each is called here, and its name in the file."""
    yield "document", package.document
    for kind in ("header", "footer"):
        for number, name in enumerate(sorted(set(package.related(kind))), 1):
            yield f"{kind} {number}", name
    for kind in ("footnotes", "endnotes"):
        for name in package.related(kind):
            yield kind, name


def _outside(package: Package) -> Iterator[Problem]:
    """What leads out of the file."""
    for name in [one for one in package.parts if one.endswith(".rels")]:
        for relation in package.tree(name):
            if relation.get("TargetMode", "").strip().lower() == "external" or kind_of(relation) in _OUTSIDE:
                yield Problem("external", Place(""), f"{kind_of(relation)}: {relation.get('Target', '')[:80]}")
    if package.related("comments"):
        yield Problem("comments", Place(""))


def _kind(package: Package, name: str) -> str:
    """What a part is called that people do not write into."""
    return next((kind for kind in ("styles", "numbering", "settings") if name in package.related(kind)), "")


def _at(place: Place, element: Any) -> Place:
    return Place(place.part, place.paragraph, place.table, place.row, place.cell, _begin(element))


def _fields_of(root: Any, part: str) -> Iterator[Problem]:
    """Fields that ask for something else than numbers of pages."""
    for element, place in paragraphs(root, part):
        for field in _fields(element):
            word = _WORD.match(field)
            if word is None or word[1].upper() not in FIELDS:
                yield Problem("field", _at(place, element), field.strip()[:40])


def _carried(
    package: Package, name: str, part: str, places: dict[Any, Place], read_texts: set[Any]
) -> Iterator[Problem]:
    """What no part that papers carry may hold: addresses, changes and who made them, hidden text, tags nobody reads."""
    for space in _namespaces(package.parts[name]):
        if not is_known_namespace(space):
            yield Problem("address", Place(part), f"xmlns: {space[:80]}")
    for element in package.tree(name).iter(etree.Element):
        for problem, tag in _of_element(element, element in read_texts):
            yield Problem(problem, _place(element, places) or Place(part), tag)


def _namespaces(content: bytes) -> dict[str, None]:
    """The namespaces that a part declares anywhere; streamed, as a second tree would not fit beside the first."""
    found: dict[str, None] = {}
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartNamespaceDeclHandler = lambda _prefix, space: found.setdefault(space or "")
    if content:
        parser.Parse(content, True)
    found.pop("", None)
    return found


def _place(element: Any, places: dict[Any, Place]) -> Place | None:
    """The paragraph that something stands in."""
    return next((places[one] for one in (element, *element.iterancestors()) if one in places), None)


def _of_element(element: Any, is_read: bool) -> Iterator[tuple[str, str]]:
    """Codes and what is to blame."""
    space, _brace, local = str(element.tag)[1:].rpartition("}")
    if _CHANGED.fullmatch(local):
        yield "changes", ""
    is_shown = element.get(f"{W}val", "true") in _NOTHING
    if (local in _HIDING and not is_shown) or (local == "hidden" and not is_shown and _is(element.getparent(), "trPr")):
        style = next(element.iterancestors(f"{W}style", f"{W}docDefaults", f"{W}lvl"), None)
        yield ("hidden", "") if style is None else ("hidden_style", _called(style))
    text = element.text or ""
    if element.tag not in _WORDS and is_address(text):
        yield "address", text.strip()[:80]
    if not is_read and (tag := says_tag(text)):
        yield "not_here", tag
    for key, value in element.attrib.items():
        attribute = key.rpartition("}")[2]
        if _leads_out(space, local, attribute, value):
            yield "address", f"{attribute}: {value[:80]}"
        if attribute in _PEOPLE and key.startswith("{"):
            yield "changes", ""
        if (attribute == "style" and _UNSEEN.search(value)) or (attribute == "hidden" and value not in _NOTHING):
            yield "hidden", ""
        if tag := says_tag(value):
            yield "not_here", tag


def _leads_out(space: str, local: str, attribute: str, value: str) -> bool:
    """Whether an attribute leads out of the file; VML shows only what a relation leads to, and links nowhere."""
    if attribute in _NAMES:
        return is_address(value) and not is_known_namespace(value)
    if attribute == "style":
        return is_fetching_style(value)
    is_place = fetches(space, local, attribute) or (attribute == "href" and not value.startswith("#"))
    return bool(value) and (is_place or is_address(value))


def _is(element: Any, local: str) -> bool:
    return element is not None and element.tag == f"{W}{local}"


def _called(style: Any) -> str:
    """The name of a style, or what else it is."""
    name = style.find(f"{W}name")
    return str(etree.QName(style).localname if name is None else name.get(f"{W}val", ""))[:80]


def _begin(element: Any) -> str:
    return "".join(one.text or "" for one in element.iter(f"{W}t")).strip()[:40]


def _fields(element: Any) -> Iterator[str]:
    """The instructions of the fields of a paragraph, each put together from its pieces."""
    pieces: list[str] = []
    for one in element.iter(f"{W}fldSimple", f"{W}fldChar", f"{W}instrText"):
        if one.tag == f"{W}fldSimple":
            yield one.get(f"{W}instr", "")
        elif one.tag == f"{W}instrText":
            pieces.append(one.text or "")
        elif pieces:
            yield "".join(pieces)
            pieces = []
    if pieces:
        yield "".join(pieces)
