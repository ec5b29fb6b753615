"""Write a paper as .docx, laid out after Decree 30/2020/NĐ-CP, annex I."""

from collections.abc import Sequence
from itertools import groupby

from calendars.documents.value import Block, Document
from service.documents import docx_head, docx_tables
from service.documents.docx_blocks import Body, is_cards
from service.documents.docx_package import package
from service.documents.docx_styles import (
    CARD_SHEET,
    DECLARATION,
    NAMESPACES,
    NO_NUMBER,
    PAGE_NUMBER,
    SETTINGS,
    SHEETS,
    SheetMeasures,
    numbering,
    section,
    styles,
)


def write(document: Document) -> bytes:
    """The bytes of the file; equal papers give equal bytes."""
    body = Body()
    content = _sections(document, body)
    sheet = SHEETS[document.paper]
    parts = {
        "word/document.xml": f"{DECLARATION}<w:document {NAMESPACES}><w:body>{content}</w:body></w:document>",
        "word/styles.xml": styles(sheet),
        "word/numbering.xml": numbering(body.numbered, sheet),
        "word/settings.xml": SETTINGS,
        "word/header1.xml": PAGE_NUMBER,
        "word/header2.xml": NO_NUMBER,
    }
    return package(document, parts, body.pictures)


def _sections(document: Document, body: Body) -> str:
    """A section for each paper of the file, and for each stretch of cards in it, which take the whole sheet."""
    made = [part for paper in (document, *document.following) for part in _parts(paper, body)]
    last = len(made) - 1
    return "".join(
        content + (properties if number == last else f"<w:p><w:pPr>{_SMALL}{properties}</w:pPr></w:p>")
        for number, (content, properties) in enumerate(made)
    )


_SMALL = '<w:pStyle w:val="HeadRule"/><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'


def _parts(document: Document, body: Body) -> list[tuple[str, str]]:
    """The content of each section of one paper, and its properties."""
    sheet = SHEETS[document.paper]
    stretches = [(whole, list(blocks)) for whole, blocks in groupby(document.blocks, is_cards)] or [(False, [])]
    opening = docx_head.head(document.head, sheet) + docx_head.title(document, sheet)
    closing = docx_head.foot(document, sheet)
    made: list[tuple[str, str]] = []
    if stretches[0][0] and opening:
        stretches.insert(0, (False, []))
    if stretches[-1][0] and closing:
        stretches.append((False, []))
    for number, (whole, blocks) in enumerate(stretches):
        content = _cards(blocks) if whole else body.blocks(blocks, sheet)
        if number == 0 and not whole:
            content = opening + content
        if number == len(stretches) - 1 and not whole:
            content += closing
        made.append((content, _properties(CARD_SHEET if whole else sheet, is_cards=whole, is_first=not number)))
    return made


def _properties(sheet: SheetMeasures, *, is_cards: bool, is_first: bool) -> str:
    return section(sheet, is_numbered=not is_cards, is_next=True, restarts=is_first)


def _cards(blocks: Sequence[Block]) -> str:
    return "".join(docx_tables.cards(block) for block in blocks if is_cards(block))
