"""What may stand in a template for a part of a paper, and what each becomes: plain values of the paper alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from calendars.documents.value import Document, Text
from models.i18n import N_
from service.documents import docx_head, docx_tables
from service.documents.docx_blocks import Body, is_cards
from service.documents.docx_styles import SHEETS


def _first_authority(document: Document) -> Text:
    return sum(document.signatures[0].authority, ()) if document.signatures else ()


def _first_signatory(document: Document) -> Text:
    return document.signatures[0].name if document.signatures else ()


@dataclass(frozen=True, slots=True)
class TextTerms:
    """A placeholder for words: what it is, and where the paper has them."""

    name: str
    of: Callable[[Document], Text]


TEXTS: Mapping[str, TextTerms] = {
    "superior": TextTerms(N_("the body above the issuing one"), lambda paper: paper.head.superior),
    "issuer": TextTerms(N_("the issuing body"), lambda paper: paper.head.issuer),
    "state": TextTerms(N_("the name of the state, or of the Party"), lambda paper: paper.head.state),
    "motto": TextTerms(N_("the motto of the state"), lambda paper: paper.head.motto),
    "number": TextTerms(N_("the number of the paper"), lambda paper: paper.head.number),
    "subject": TextTerms(N_("what a letter is about (below its number)"), lambda paper: paper.head.subject),
    "place_and_date": TextTerms(N_("place and date"), lambda paper: paper.head.place_and_date),
    "title": TextTerms(N_("the name of the kind, in capitals"), lambda paper: paper.title),
    "abstract": TextTerms(N_("what the paper is about"), lambda paper: paper.abstract),
    "addressee": TextTerms(N_("who it is addressed to"), lambda paper: paper.addressee),
    "recipients_heading": TextTerms(N_("the words above the recipients"), lambda paper: sum(paper.recipients[:1], ())),
    "recipients": TextTerms(N_("who gets the paper, line by line"), lambda paper: sum(paper.recipients[1:], ())),
    "authority": TextTerms(N_("in which capacity the first signatory signs"), _first_authority),
    "signatory": TextTerms(N_("the name of the first signatory"), _first_signatory),
}

BLOCKS: Mapping[str, str] = {
    "head": N_("the whole head: bodies, state, number, date"),
    "body": N_("the content: paragraphs, lists, tables"),
    "signature": N_("who signs, with room for the hand; several beside each other"),
    "foot": N_("recipients on the left and who signs on the right"),
}
"""Placeholders for several paragraphs; each stands in a paragraph of its own."""

FACTS = ("form", "kind", "language")
"""What only conditions ask: the rules of the head (``state``, ``party``, ``lao``, ``plain``), the kind of paper, its
languages (``vi``; ``vi,lo``)."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What a paper gives to a template.

    ``texts`` are lines of runs, as ``(text, language)``; ``blocks`` are elements of WordprocessingML; ``facts`` are
    words to compare with.
    """

    texts: Mapping[str, list[list[tuple[str, str]]]]
    blocks: Mapping[str, str]
    facts: Mapping[str, str]


def filling(document: Document, body: Body) -> Filling:
    """What one paper gives; numbered lists and pictures are counted in ``body``."""
    sheet = SHEETS[document.paper]
    texts = {
        name: [[(run.text, run.language.value) for run in line] for line in terms.of(document)]
        for name, terms in TEXTS.items()
    }
    content = "".join(
        docx_tables.cards(block) if is_cards(block) else body.block(block, sheet, document.blocks)
        for block in document.blocks
    )
    blocks = {
        "head": docx_head.head(document.head, sheet),
        "body": content,
        "signature": docx_head.signatures(document, sheet),
        "foot": docx_head.foot(document, sheet),
    }
    facts = {
        "form": document.head.form.value,
        "kind": document.kind.value,
        "language": ",".join(document.languages),
    }
    return Filling(texts, blocks, facts)
