"""The chapters of the manual, read once in each language from Markdown files that people can read as well.

A heading names its place with an anchor of its own, the same in every language: ``## Sign in {#sign-in}``. Raw HTML in
the files is shown as text.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from models.text import fold
from models.vocabulary import Language

MANUAL = Path(__file__).parent / "manual"
PICTURES = MANUAL / "pictures"
ADDRESS = "/help"

_FILE = re.compile(r"\d\d-([a-z-]+)\.md")
_ANCHOR = re.compile(r"\s*\{#([a-z0-9-]+)\}\s*$")
_LINK = re.compile(r"(?:\d\d-([a-z-]+)\.md)?(#[a-z0-9-]+)?")
_PICTURE = re.compile(r"\.\./pictures/([a-z0-9-]+\.png)")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a chapter with a heading: ``html`` without it, ``texts`` its paragraphs as plain text.

    ``cased`` and ``folded`` are what is searched: the title and the paragraphs, with and without their accents.
    """

    anchor: str
    title: str
    level: int
    html: str
    texts: Sequence[str]
    cased: Sequence[str]
    folded: Sequence[str]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter; its first section is what stands below its title."""

    name: str
    title: str
    sections: Sequence[Section]

    @property
    def anchors(self) -> frozenset[str]:
        """The anchors that a link may name."""
        return frozenset(one.anchor for one in self.sections)


@dataclass(frozen=True, slots=True)
class Manual:
    """The whole manual in one language."""

    chapters: Sequence[Chapter]

    def chapter(self, name: str) -> Chapter | None:
        """The chapter of this name."""
        return next((one for one in self.chapters if one.name == name), None)

    def beside(self, chapter: Chapter) -> tuple[Chapter | None, Chapter | None]:
        """The chapters before and after one."""
        place = self.chapters.index(chapter)
        before = self.chapters[place - 1] if place else None
        return before, self.chapters[place + 1] if place + 1 < len(self.chapters) else None


@cache
def manual(language: Language) -> Manual:
    """The manual in a language; the files are read once."""
    files = sorted(path for path in (MANUAL / language.value).iterdir() if _FILE.fullmatch(path.name))
    return Manual(tuple(_chapter(path) for path in files))


def _chapter(path: Path) -> Chapter:
    name = path.name[3:-3]
    return read_chapter(name, path.read_text(encoding="utf-8"))


def read_chapter(name: str, text: str) -> Chapter:
    """A chapter from its Markdown.

    Raises:
        ValueError: a heading has no anchor, or the chapter does not begin with its title.
    """
    parser = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False}).enable("table")
    sections = [_section(parser, heading, body) for heading, body in _parts(parser.parse(text))]
    if not sections or sections[0].level != 1:
        raise ValueError(f"The chapter {name} does not begin with its title.")
    return Chapter(name, sections[0].title, tuple(sections))


def _parts(tokens: Sequence[Token]) -> Iterator[tuple[Sequence[Token], Sequence[Token]]]:
    """Heading by heading its three tokens, and what stands below it."""
    starts = [place for place, token in enumerate(tokens) if token.type == "heading_open"]
    for start, end in pairwise([*starts, len(tokens)]):
        yield tokens[start : start + 3], tokens[start + 3 : end]


def _section(parser: MarkdownIt, heading: Sequence[Token], body: Sequence[Token]) -> Section:
    found = _ANCHOR.search(heading[1].content)
    if found is None:
        raise ValueError(f"The heading “{heading[1].content}” has no anchor.")
    for token in body:
        for part in token.children or ():
            _readdress(part)
    texts = tuple(filter(None, (_plain(token) for token in body if token.type == "inline")))
    title = heading[1].content[: found.start()]
    return Section(
        anchor=found.group(1),
        title=title,
        level=int(heading[0].tag[1:]),
        html=parser.renderer.render(body, parser.options, {}),
        texts=texts,
        cased=(cased(title), *map(cased, texts)),
        folded=(fold(title), *map(fold, texts)),
    )


def cased(text: str) -> str:
    """A text in small letters with its accents, white space as one blank."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _readdress(part: Token) -> None:
    """Lead links between files to the pages of the chapters, and pictures to where they are served."""
    if part.type == "link_open":
        target = str(part.attrs.get("href", ""))
        found = _LINK.fullmatch(target)
        if found is not None and found.group(1):
            part.attrs["href"] = f"{ADDRESS}/{found.group(1)}{found.group(2) or ''}"
    elif part.type == "image":
        found = _PICTURE.fullmatch(str(part.attrs.get("src", "")))
        if found is not None:
            part.attrs["src"] = f"{ADDRESS}/pictures/{found.group(1)}"
            part.attrs["loading"] = "lazy"


def _plain(token: Token) -> str:
    """The text of a paragraph without its marks."""
    parts = (
        " " if one.type in ("softbreak", "hardbreak") else one.content
        for one in token.children or ()
        if one.type in ("text", "code_inline", "softbreak", "hardbreak")
    )
    return "".join(parts).strip()
