"""Where placeholders and conditions stand in a part of a template, and what is wrong with them.

A template knows three forms: ``{{ name }}`` for words, ``{{p name }}`` in a paragraph of its own for several
paragraphs, and ``{%p if … %}``, ``{%p else %}``, ``{%p endif %}``, each in a paragraph of its own. What a condition may
ask is held by a list of permitted elements (:func:`condition_problem`): names, words to compare with, not, and, or.
So a template can compute nothing, repeat nothing and reach nothing but a paper's values.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2 import TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LONGEST_CONDITION = 200
MOST_TAGS = 500
"""Placeholders and conditions of a template; a paper has some twenty parts."""
NOTES = ("footnotes", "endnotes")
"""Parts whose notes several letters in one file would share, so that nothing is filled in there."""
FIELDS = ("PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES")
"""The fields that a template may have; all others ask for files, addresses, names or the machine's clock."""
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_LOOSE = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
_PLACEHOLDER = re.compile(r"\{\{(?:(?P<block>p)\s)?\s*(?P<name>[A-Za-z_]\w*)\s*\}\}")
_STEP = re.compile(r"\{%(?:p\s)?\s*(?P<word>if|else|endif)\b\s*(?P<rest>.*?)\s*%\}", re.DOTALL)
_QUOTES = str.maketrans("“”‘’", "\"\"''")
_ENVIRONMENT = ImmutableSandboxedEnvironment()
_NOT_ENTERED = {f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{W}delText", f"{W}txbxContent"}
_PERMITTED = (nodes.Name, nodes.Const, nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: in which part (``document``, ``header 2``), and there in which paragraph of the text, or
    in which table, row and cell; all counted from 1. ``begins`` are its first words."""

    part: str
    paragraph: int = 0
    table: int = 0
    row: int = 0
    cell: int = 0
    begins: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: a code, where, and the tag as it is written."""

    code: str
    place: Place
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paragraph's text: the ``w:t`` it is in, and where it begins in the whole."""

    element: Any
    begin: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.begin + len(self.element.text or "")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag in a paragraph's text. ``kind``: ``text``, ``block``, ``if``, ``else``, ``endif``, or ``wrong``."""

    begin: int
    end: int
    written: str
    kind: str
    name: str = ""


@dataclass(slots=True)
class TaggedParagraph:
    """A paragraph, its text and its tags. ``loose`` is a brace that belongs to no tag."""

    element: Any
    pieces: list[Piece] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    text: str = ""
    loose: str = ""

    @property
    def is_alone(self) -> bool:
        """Whether its only tag is all it says."""
        return len(self.tags) == 1 and self.text.strip() == self.tags[0].written


def paragraphs(root: Any, part: str) -> Iterator[tuple[Any, Place]]:
    """The paragraphs of a part with their places, those in tables and text boxes too."""
    counts = {"paragraph": 0, "table": 0}
    yield from _within(root, part, counts, Place(part))


def _within(container: Any, part: str, counts: dict[str, int], place: Place) -> Iterator[tuple[Any, Place]]:
    for child in container:
        if child.tag == f"{W}p":
            if not place.table:
                counts["paragraph"] += 1
            here = Place(part, 0 if place.table else counts["paragraph"], place.table, place.row, place.cell)
            yield child, here
            for box in child.iter(f"{W}txbxContent"):
                yield from ((one, here) for one in box.iter(f"{W}p"))
        elif child.tag == f"{W}tbl":
            counts["table"] += 1
            number = counts["table"]
            for row_number, row in enumerate(_inside(child, f"{W}tr"), 1):
                for cell_number, cell in enumerate(_inside(row, f"{W}tc"), 1):
                    yield from _within(cell, part, counts, Place(part, 0, number, row_number, cell_number))
        elif isinstance(child.tag, str) and child.tag not in _NOT_ENTERED:
            yield from _within(child, part, counts, place)


def _inside(container: Any, tag: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, those in content controls too."""
    for child in container:
        if child.tag == tag:
            yield child
        elif isinstance(child.tag, str) and child.tag not in _NOT_ENTERED:
            yield from _inside(child, tag)


def read(element: Any) -> TaggedParagraph:
    """The tags of a paragraph, found in its text as it is read, however its runs divide it."""
    found = TaggedParagraph(element)
    _collect(element, found)
    found.text = "".join(piece.element.text or "" for piece in found.pieces)
    rest, reached = [], 0
    for match in _TAG.finditer(found.text):
        found.tags.append(_tag(match))
        rest.append(found.text[reached : match.start()])
        reached = match.end()
    rest.append(found.text[reached:])
    if loose := _LOOSE.search("\0".join(rest)):
        found.loose = loose[0]
    return found


def _collect(element: Any, found: TaggedParagraph) -> None:
    for child in element:
        if child.tag == f"{W}t":
            begin = found.pieces[-1].end if found.pieces else 0
            found.pieces.append(Piece(child, begin))
        elif isinstance(child.tag, str) and child.tag not in _NOT_ENTERED:
            _collect(child, found)


def _tag(match: re.Match[str]) -> Tag:
    written = match[0]
    if placeholder := _PLACEHOLDER.fullmatch(written):
        kind = "block" if placeholder["block"] else "text"
        return Tag(match.start(), match.end(), written, kind, placeholder["name"])
    if (step := _STEP.fullmatch(written)) and (step["word"] == "if") == bool(step["rest"]):
        return Tag(match.start(), match.end(), written, step["word"], step["rest"].translate(_QUOTES))
    return Tag(match.start(), match.end(), written, "wrong")


def problems(root: Any, part: str, texts: Sequence[str], blocks: Sequence[str], facts: Sequence[str]) -> list[Problem]:
    """All that is wrong with the tags of a part; the sequences are the names there are."""
    found: list[Problem] = []
    open_in: dict[Any, list[tuple[str, Place]]] = {}
    is_document = part == "document"
    for element, place in paragraphs(root, part):
        paragraph = read(element)
        here = Place(place.part, place.paragraph, place.table, place.row, place.cell, paragraph.text.strip()[:40])
        if paragraph.loose:
            found.append(Problem("loose", here, paragraph.loose))
        for tag in paragraph.tags:
            code = "" if part not in NOTES else "not_here"
            code = code or _wrong(tag, paragraph, texts, blocks, facts, is_document=is_document)
            if not code and tag.kind in ("if", "else", "endif"):
                code = _out_of_order(tag, open_in.setdefault(element.getparent(), []), here)
            if code:
                found.append(Problem(code, here, tag.written))
    found += [Problem("not_ended", here, tag) for steps in open_in.values() for tag, here in steps]
    return list(dict.fromkeys(found))


def says_tag(text: str) -> str:
    """The first tag in a text that is read by nobody; empty if there is none."""
    found = _TAG.search(text) if "{{" in text or "{%" in text else None
    return found[0][:80] if found else ""


def _wrong(
    tag: Tag,
    paragraph: TaggedParagraph,
    texts: Sequence[str],
    blocks: Sequence[str],
    facts: Sequence[str],
    *,
    is_document: bool,
) -> str:
    """What is wrong with one tag; empty if nothing is."""
    match tag.kind:
        case "wrong":
            return "no_placeholder"
        case "text" | "block":
            if tag.name in blocks:
                if not is_document:
                    return "only_in_text"
                return "" if paragraph.is_alone else "not_alone"
            if tag.name not in texts:
                return "unknown"
            return "words" if tag.kind == "block" else ""
        case _:
            if not paragraph.is_alone:
                return "not_alone"
            return condition_problem(tag.name, [*texts, *blocks, *facts]) if tag.kind == "if" else ""


def _out_of_order(tag: Tag, steps: list[tuple[str, Place]], here: Place) -> str:
    if tag.kind == "if":
        steps.append((tag.written, here))
    elif not steps or (tag.kind == "else" and steps[-1][0].startswith("else ")):
        return "not_begun"
    elif tag.kind == "else":
        steps[-1] = (f"else {steps[-1][0]}", steps[-1][1])
    else:
        steps.pop()
    return ""


def condition_problem(condition: str, names: Sequence[str]) -> str:
    """Why a condition is not taken; empty if it is."""
    if len(condition) > LONGEST_CONDITION:
        return "no_condition"
    try:
        parsed = _ENVIRONMENT.parse("{% if " + condition + " %}{% endif %}")
    except (TemplateError, RecursionError):
        return "no_condition"
    if len(parsed.body) != 1 or not isinstance(parsed.body[0], nodes.If):
        return "no_condition"
    asked = parsed.body[0].test
    for node in (asked, *asked.find_all(nodes.Node)):
        if isinstance(node, nodes.Operand) and node.op not in ("eq", "ne"):
            return "no_condition"
        if not isinstance(node, _PERMITTED) or (isinstance(node, nodes.Const) and not isinstance(node.value, str)):
            return "no_condition"
        if isinstance(node, nodes.Name) and node.name not in names:
            return "unknown"
    return ""


def holds(condition: str, values: dict[str, str]) -> bool:
    """Whether a condition is true of words by name; an empty word is false."""
    return bool(_ENVIRONMENT.compile_expression(condition)(**values))


def prepare() -> None:
    """Load what reading conditions needs, right and wrong ones, while files can still be opened."""
    condition_problem("(", [])
    holds('form == "state"', {"form": "state"})
