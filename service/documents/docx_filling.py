"""Put a paper's words and blocks into a part of a template. Runs in the process of :mod:`.docx_template_child`."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from lxml import etree

from models.vocabulary import Language
from service.documents.docx_tags import Tag, TaggedParagraph, W, holds, paragraphs, read
from service.documents.docx_text import LANGUAGE_TAGS, LAO_FACE, pieces, tidy

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
Lines = Sequence[Sequence[tuple[str, str]]]
"""Lines of runs: text and language."""


class Block(Protocol):
    """Several paragraphs for one placeholder: their XML, and elements made anew for each place where they stand."""

    @property
    def xml(self) -> str: ...

    def elements(self) -> Sequence[Any]: ...


def fill(
    root: Any,
    texts: Mapping[str, Lines],
    facts: Mapping[str, str],
    blocks: Mapping[str, Block],
) -> None:
    """Fill a part in place: conditions first, then blocks and words.

    A paragraph that says nothing any more because what it asked for is not known goes, too.
    """
    known = {
        name: "\n".join("".join(text for text, _language in line) for line in lines) for name, lines in texts.items()
    }
    _decide(root, {**known, **{name: block.xml[:1] for name, block in blocks.items()}, **facts})
    for element, _place in list(paragraphs(root, "")):
        paragraph = read(element)
        if not paragraph.tags or element.getparent() is None:
            continue
        tag = paragraph.tags[0]
        if tag.name in blocks and paragraph.is_alone:
            _replace(element, blocks[tag.name].elements())
        else:
            _put_words(paragraph, texts)


def _decide(root: Any, values: dict[str, str]) -> None:
    """Take out what stands between conditions that do not hold, and the conditions themselves."""
    containers: dict[Any, None] = {}
    for element, _place in paragraphs(root, ""):
        containers.setdefault(element.getparent())
    for container in containers:
        shown: list[bool] = []
        for child in list(container):
            step = _step(child)
            if step is None:
                if not all(shown):
                    container.remove(child)
                continue
            if step.kind == "if":
                shown.append(holds(step.name, values))
            elif step.kind == "else" and shown:
                shown[-1] = not shown[-1]
            elif shown:
                shown.pop()
            container.remove(child)
        _close(container)


def _step(element: Any) -> Tag | None:
    if element.tag != f"{W}p":
        return None
    paragraph = read(element)
    if paragraph.is_alone and paragraph.tags[0].kind in ("if", "else", "endif"):
        return paragraph.tags[0]
    return None


def _close(container: Any) -> None:
    """A cell ends in a paragraph."""
    if container.tag == f"{W}tc" and (not len(container) or container[-1].tag != f"{W}p"):
        etree.SubElement(container, f"{W}p")


def _replace(element: Any, made: Sequence[Any]) -> None:
    parent = element.getparent()
    place = parent.index(element)
    parent.remove(element)
    for number, one in enumerate(made):
        parent.insert(place + number, one)
    _close(parent)


def _put_words(paragraph: TaggedParagraph, texts: Mapping[str, Lines]) -> None:
    """Put words in the place of each tag; what is put is never read, so that no word is taken for a tag."""
    put: dict[Any, list[tuple[int, Lines]]] = {}
    kept: dict[Any, list[str]] = {}
    tags = iter(paragraph.tags)
    tag = next(tags, None)
    # One way through pieces and tags: a text is cut where tags begin and end, and written once.
    for piece in paragraph.pieces:
        text, reached, length = piece.element.text or "", piece.begin, 0
        while tag is not None and tag.begin < piece.end:
            before = text[reached - piece.begin : max(tag.begin, reached) - piece.begin]
            kept.setdefault(piece.element, []).append(before)
            length += len(before)
            if tag.begin >= piece.begin and (lines := texts.get(tag.name)):
                put.setdefault(piece.element, []).append((length, lines))
            reached = min(tag.end, piece.end)
            if tag.end > piece.end:
                break
            tag = next(tags, None)
        if piece.element in kept:
            kept[piece.element].append(text[reached - piece.begin :])
    for element, stretches in kept.items():
        element.text = "".join(stretches)
    for element, placed in put.items():
        _divide(element, placed)
    if not put and not _says_something(paragraph.element):
        parent = paragraph.element.getparent()
        parent.remove(paragraph.element)
        _close(parent)


def _says_something(element: Any) -> bool:
    shown = (f"{W}drawing", f"{W}pict", f"{W}br", f"{W}sectPr", f"{W}fldChar", f"{W}fldSimple")
    return (
        any((one.text or "").strip() for one in element.iter(f"{W}t")) or next(element.iter(*shown), None) is not None
    )


def _divide(element: Any, placed: Sequence[tuple[int, Lines]]) -> None:
    """Divide the run of a ``w:t`` where words go into it; each script has a run of its own."""
    run = element.getparent()
    if run.tag != f"{W}r":
        return
    properties = run.find(f"{W}rPr")
    text, made, reached = element.text or "", [], 0
    for place, lines in placed:
        made.append(_run(properties, text[reached:place]))
        reached = place
        for number, line in enumerate(lines):
            if number:
                broken = _run(properties, "")
                broken.append(etree.Element(f"{W}br"))
                made.append(broken)
            made += [
                _run(properties, piece, tongue)
                for words, language in line
                for piece, tongue in pieces(tidy(words), Language(language))
            ]
    made.append(_run(properties, text[reached:]))
    before, after = _run(properties, ""), _run(properties, "")
    children = [one for one in run if one.tag != f"{W}rPr"]
    at = children.index(element)
    before.extend(children[:at])
    after.extend(children[at + 1 :])
    kept = [one for one in (before, *made, after) if any(child.tag != f"{W}rPr" for child in one)]
    last = run
    for one in kept:
        last.addnext(one)
        last = one
    run.getparent().remove(run)


def _run(properties: Any, text: str, language: Language | None = None) -> Any:
    """A run with the face of the template's; of words also their language, and the Lao face for Lao letters."""
    run = etree.Element(f"{W}r")
    own = etree.Element(f"{W}rPr") if properties is None else copy.deepcopy(properties)
    if language is not None:
        _speak(own, language)
    if len(own):
        run.append(own)
    if text:
        word = etree.SubElement(run, f"{W}t")
        word.text = text
        word.set(_SPACE, "preserve")
    return run


def _speak(properties: Any, language: Language) -> None:
    for name in ("lang", "cs", "rtl"):
        for one in properties.findall(f"{W}{name}"):
            properties.remove(one)
    if language is Language.LO:
        for one in properties.findall(f"{W}rFonts"):
            properties.remove(one)
        faces = etree.Element(f"{W}rFonts", {f"{W}{kind}": LAO_FACE for kind in ("ascii", "hAnsi", "eastAsia", "cs")})
        properties.insert(1 if properties.find(f"{W}rStyle") is not None else 0, faces)
        for bold, script in (("b", "bCs"), ("i", "iCs")):
            if properties.find(f"{W}{bold}") is not None and properties.find(f"{W}{script}") is None:
                properties.find(f"{W}{bold}").addnext(etree.Element(f"{W}{script}"))
    last = [one for one in properties if one.tag in _BEHIND_LANGUAGE]
    at = properties.index(last[0]) if last else len(properties)
    told = etree.Element(f"{W}lang", {f"{W}val": LANGUAGE_TAGS[language], f"{W}bidi": "lo-LA"})
    properties.insert(at, told)
    if language is Language.LO:
        before = [one for one in properties if one.tag in (f"{W}em", f"{W}lang")]
        before[0].addprevious(etree.Element(f"{W}cs"))


_BEHIND_LANGUAGE = {f"{W}{name}" for name in ("eastAsianLayout", "specVanish", "oMath", "rPrChange")}
