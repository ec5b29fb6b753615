"""Bring what blocks need into a template: their styles, lists and pictures; and take out what a paper must not carry.

Runs in the process of :mod:`.docx_template_child`. A part is known by its name; relations are read where they matter.
"""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from service.documents.docx_tags import W
from service.documents.office_addresses import is_address

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
CONTENT_TYPES, ROOT_RELATIONS = "[Content_Types].xml", "_rels/.rels"
CARRIED = {
    "styles",
    "stylesWithEffects",
    "numbering",
    "settings",
    "theme",
    "header",
    "footer",
    "footnotes",
    "endnotes",
    "image",
    "hyperlink",
}
"""Kinds of parts that a paper takes over from its template; others stay behind: comments, custom data, fonts."""
_SETTINGS = {
    f"{W}{name}"
    for name in (
        "zoom",
        "mirrorMargins",
        "alignBordersAndEdges",
        "bordersDoNotSurroundHeader",
        "bordersDoNotSurroundFooter",
        "gutterAtTop",
        "displayBackgroundShape",
        "defaultTabStop",
        "autoHyphenation",
        "consecutiveHyphenLimit",
        "hyphenationZone",
        "doNotHyphenateCaps",
        "defaultTableStyle",
        "evenAndOddHeaders",
        "drawingGridHorizontalSpacing",
        "drawingGridVerticalSpacing",
        "displayHorizontalDrawingGridEvery",
        "displayVerticalDrawingGridEvery",
        "characterSpacingControl",
        "noLineBreaksAfter",
        "noLineBreaksBefore",
        "strictFirstAndLastChars",
        "footnotePr",
        "endnotePr",
        "compat",
        "themeFontLang",
        "clrSchemeMapping",
        "decimalSymbol",
        "listSeparator",
    )
}
"""What of a template's settings says how its text is set; everything else stays behind."""
_ELEMENTS_LEFT = {f"{W}{name}" for name in ("permStart", "permEnd", "dataBinding", "proofErr")}
"""What is taken out wherever it stands: who might edit what (with names), and what leads to parts that stay behind."""
_GFX_DATA = "{urn:schemas-microsoft-com:office:office}gfxdata"
"""A file in an attribute, which repeats a shape for old programs."""
_SVG = "{http://www.w3.org/2000/svg}"
_ABOUT_PICTURES = ("descr", "title", "alt", "name")
"""Attributes with words about a picture; Word writes there where it lay on somebody's machine."""
_RSID = re.compile(r"rsid\w*$")
_NUMBER = re.compile(r"-?\d{1,9}", re.ASCII)
_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<")
PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
)


def parse(content: bytes) -> Any:
    """A part; entities mean nothing, nothing is fetched, and remarks and instructions to programs are dropped."""
    return etree.fromstring(content, PARSER)


def serialised(root: Any) -> bytes:
    """A part as it stands in the file."""
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def relations_of(name: str) -> str:
    """The part that holds the relations of a part."""
    folder, last = posixpath.split(name)
    return f"{folder}/_rels/{last}.rels"


def target(name: str, relation: Any) -> str:
    """The part that a relation of a part leads to."""
    found = relation.get("Target", "")
    return posixpath.normpath(
        found.lstrip("/") if found.startswith("/") else posixpath.join(posixpath.dirname(name), found)
    )


def whole_number(element: Any, name: str) -> int:
    """A number that an attribute holds; 0 where it is missing.

    Raises:
        Unfillable: it holds something else; names the element as it is written.
    """
    written = element.get(f"{W}{name}", "0")
    if _NUMBER.fullmatch(written) is None:
        raise Unfillable("number", f'w:{etree.QName(element).localname} w:{name}="{written[:40]}"')
    return int(written)


def _is_xml(name: str, part: bytes) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml", ".svg")) or part.lstrip()[:4].startswith(_STARTS)


def kind_of(relation: Any) -> str:
    """The last word of a relation's type."""
    return str(relation.get("Type", "")).rpartition("/")[2]


class Unfillable(Exception):
    """A template that no paper can be made with: a code of :class:`.docx_tags.Problem`, and what is to blame."""

    def __init__(self, code: str, tag: str, part: str = "") -> None:
        super().__init__(code)
        self.code, self.tag, self.part = code, tag, part


@dataclass(slots=True)
class Package:
    """The parts of a file by name; ``document`` is the main one's name."""

    parts: dict[str, bytes]
    document: str = ""
    trees: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for relation in self.tree(ROOT_RELATIONS):
            if kind_of(relation) == "officeDocument":
                self.document = target("", relation)
        if self.document not in self.parts:
            raise ValueError("no main part")

    def tree(self, name: str) -> Any:
        """A part, parsed once."""
        if name not in self.trees:
            self.trees[name] = parse(self.parts[name])
        return self.trees[name]

    def relations(self, name: str) -> Any:
        """The relations of a part; an empty list of them is begun where there is none."""
        relations = relations_of(name)
        if relations not in self.parts:
            self.trees[relations] = etree.Element(f"{PACKAGE}Relationships", nsmap={None: PACKAGE[1:-1]})
            self.parts[relations] = b""
        return self.tree(relations)

    def related(self, kind: str, name: str | None = None) -> list[str]:
        """The parts of a kind that a part (the main one) leads to."""
        of = name or self.document
        return [target(of, one) for one in self.relations(of) if kind_of(one) == kind and target(of, one) in self.parts]

    def xml_parts(self) -> list[str]:
        """The parts that are XML, by their name or by how they begin."""
        return [name for name, part in sorted(self.parts.items()) if name in self.trees or _is_xml(name, part)]

    def add(self, name: str, tree: Any, kind: str, *, content_type: str = "") -> str:
        """Add a part to the main one; returns the id of the relation."""
        identity = f"rPaper{sum(1 for _one in self.relations(self.document)) + 1}"
        self.parts[name] = b""
        self.trees[name] = tree
        self.relate(identity, kind, name)
        self.declare(name, content_type or f"{_WORD}.{kind}+xml")
        return identity

    def relate(self, identity: str, kind: str, name: str) -> None:
        """Make the main part lead to another."""
        etree.SubElement(
            self.relations(self.document),
            f"{PACKAGE}Relationship",
            {"Id": identity, "Type": f"{_OFFICE}/{kind}", "Target": f"/{name}"},
        )

    def declare(self, name: str, content_type: str) -> None:
        """Say of what type a part is."""
        etree.SubElement(
            self.tree(CONTENT_TYPES), f"{TYPES}Override", {"PartName": f"/{name}", "ContentType": content_type}
        )

    def written(self) -> dict[str, bytes]:
        """The parts as they stand in the file."""
        return {name: serialised(self.trees[name]) if name in self.trees else part for name, part in self.parts.items()}


def carry_only(package: Package) -> None:
    """Leave behind every part that no paper needs, what settings say of the template, and marks of who edited it."""
    wanted = _wanted(package)
    for one in list(package.tree(ROOT_RELATIONS)):
        if kind_of(one) != "officeDocument":
            package.tree(ROOT_RELATIONS).remove(one)
    for name in set(package.parts) - wanted:
        del package.parts[name]
        package.trees.pop(name, None)
    for one in list(package.tree(CONTENT_TYPES)):
        if one.tag == f"{TYPES}Override" and one.get("PartName", "").lstrip("/") not in wanted:
            package.tree(CONTENT_TYPES).remove(one)
    for name in package.related("settings"):
        for one in list(package.tree(name)):
            if one.tag not in _SETTINGS:
                package.tree(name).remove(one)
    for name in package.xml_parts():
        _clean(package.tree(name))


def _clean(root: Any) -> None:
    """Take out of a part what is the template's own affair: it tells of who made it, or leads to what stays behind."""
    for element in list(root.iter(*_ELEMENTS_LEFT)):
        element.getparent().remove(element)
    is_office = not str(root.tag).startswith(_SVG)
    for element in root.iter(etree.Element):
        if is_office:  # whose elements hold either elements or words: what stands between them nobody sees
            element.tail = None
            element.text = None if len(element) else element.text
        for key, value in element.attrib.items():
            if key == _GFX_DATA or (key.startswith(W) and _RSID.search(key)):
                del element.attrib[key]
            elif key.rpartition("}")[2] in _ABOUT_PICTURES and is_address(value):
                element.set(key, "")


def _wanted(package: Package) -> set[str]:
    """The parts that a paper needs; relations to others are taken out."""
    wanted, queue = {CONTENT_TYPES, ROOT_RELATIONS, package.document}, [package.document]
    while queue:
        name = queue.pop()
        if relations_of(name) not in package.parts:
            continue
        wanted.add(relations_of(name))
        for one in list(package.relations(name)):
            found = target(name, one)
            if kind_of(one) not in CARRIED or one.get("TargetMode") == "External" or found not in package.parts:
                package.relations(name).remove(one)
            elif found not in wanted:
                wanted.add(found)
                queue.append(found)
    return wanted


def merge_styles(package: Package, ours: Any, used: set[str]) -> dict[str, str]:
    """Our id of a style → the template's, which has the same name, whatever id Word gave it; missing ones come in."""
    found = package.related("styles")
    if not found:
        package.add("word/styles.xml", ours, "styles")
        return {}
    theirs = package.tree(found[0])
    by_name = {_name(one): one.get(f"{W}styleId") for one in theirs.findall(f"{W}style")}
    taken = set(by_name.values())
    own = {one.get(f"{W}styleId"): one for one in ours.findall(f"{W}style")}
    mapping: dict[str, str] = {}

    def bring(identity: str) -> None:
        if identity in mapping or identity not in own:
            return
        style = own[identity]
        if (there := by_name.get(_name(style))) is not None:
            mapping[identity] = there
            return
        mapping[identity] = identity if identity not in taken else f"Paper{identity}"
        for link in (style.find(f"{W}basedOn"), style.find(f"{W}next")):
            if link is not None:
                bring(link.get(f"{W}val"))
                link.set(f"{W}val", mapping.get(link.get(f"{W}val"), link.get(f"{W}val")))
        style.set(f"{W}styleId", mapping[identity])
        theirs.append(style)

    for identity in sorted(used):
        bring(identity)
    return mapping


def _name(style: Any) -> str:
    name = style.find(f"{W}name")
    kind = style.get(f"{W}type", "paragraph")
    return f"{kind} {name.get(f'{W}val', '').lower() if name is not None else ''}"


def merge_lists(package: Package, ours: Any) -> dict[str, str]:
    """Our number of a list → the template's, behind its own."""
    found = package.related("numbering")
    if not found:
        package.add("word/numbering.xml", ours, "numbering")
        return {}
    theirs = package.tree(found[0])
    forms = [whole_number(one, "abstractNumId") for one in theirs.findall(f"{W}abstractNum")]
    numbers = [whole_number(one, "numId") for one in theirs.findall(f"{W}num")]
    first_form, first_number = max(forms, default=0) + 1, max(numbers, default=0) + 1
    place = len(theirs.findall(f"{W}numPicBullet")) + len(forms)
    for step, one in enumerate(ours.findall(f"{W}abstractNum")):
        one.set(f"{W}abstractNumId", str(int(one.get(f"{W}abstractNumId")) + first_form))
        theirs.insert(place + step, one)
    mapping: dict[str, str] = {}
    place = theirs.index(theirs.findall(f"{W}num")[-1]) + 1 if numbers else place + 2
    for step, one in enumerate(ours.findall(f"{W}num")):
        number = one.get(f"{W}numId")
        mapping[number] = str(int(number) + first_number)
        one.set(f"{W}numId", mapping[number])
        form = one.find(f"{W}abstractNumId")
        form.set(f"{W}val", str(int(form.get(f"{W}val")) + first_form))
        theirs.insert(place + step, one)
    return mapping


def add_pictures(package: Package, pictures: Mapping[str, bytes]) -> None:
    """The pictures of the blocks, by the id of the relation that the blocks use."""
    types = package.tree(CONTENT_TYPES)
    if pictures and not any(one.get("Extension", "").lower() == "png" for one in types):
        types.insert(0, etree.Element(f"{TYPES}Default", {"Extension": "png", "ContentType": "image/png"}))
    for number, (identity, content) in enumerate(pictures.items(), 1):
        name = f"word/media/paper{number}.png"
        package.parts[name] = content
        package.relate(identity, "image", name)


def adapt(elements: Sequence[Any], styles: Mapping[str, str], lists: Mapping[str, str], scale: float) -> None:
    """Make blocks use the template's names of styles and lists, and make tables as wide as its text."""
    for root in elements:
        for one in root.iter(f"{W}pStyle", f"{W}tblStyle", f"{W}rStyle"):
            one.set(f"{W}val", styles.get(one.get(f"{W}val"), one.get(f"{W}val")))
        for one in root.iter(f"{W}numId"):
            one.set(f"{W}val", lists.get(one.get(f"{W}val"), one.get(f"{W}val")))
    if abs(scale - 1) > 0.001:
        scale_tables(elements, scale)


def scale_tables(elements: Sequence[Any], scale: float) -> None:
    """Make tables wider or narrower."""
    for root in elements:
        for one in root.iter(f"{W}gridCol", f"{W}tcW", f"{W}tblW"):
            width = one.get(f"{W}w", "")
            if width.isdigit() and one.get(f"{W}type", "dxa") == "dxa":
                one.set(f"{W}w", str(round(int(width) * scale)))
