"""The templates that come with the service: what the writer makes, with a placeholder for each part of a paper."""

from functools import cache

from calendars.documents.value import Document, Head, HeadForm, Paper, Run
from models.vocabulary import DocumentKind, Language
from service.documents import docx_head
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
from service.documents.docx_tables import Cell, after_table, plain_table, widths
from service.documents.docx_text import longest, paragraph, run, twips

_CARDS = (DocumentKind.NAME_PLATES, DocumentKind.BADGES)
_ISSUER_LINE, _ABSTRACT_LINE = 15.0, 50.0
"""Millimetres of the lines below the issuer and the abstract; how long these will be is not known yet."""


@cache
def shipped(kind: DocumentKind) -> bytes:
    """The template of a kind as it came with the service."""
    paper = Paper.POCKET if kind is DocumentKind.PROGRAMME_POCKET else Paper.PORTRAIT
    sheet = CARD_SHEET if kind in _CARDS else SHEETS[paper]
    content = _place("body") if kind in _CARDS else _letter(sheet)
    parts = {
        "word/document.xml": f"{DECLARATION}<w:document {NAMESPACES}><w:body>{content}"
        f"{section(sheet, is_numbered=kind not in _CARDS)}</w:body></w:document>",
        "word/styles.xml": styles(sheet),
        "word/numbering.xml": numbering(0, sheet),
        "word/settings.xml": SETTINGS,
        "word/header1.xml": PAGE_NUMBER,
        "word/header2.xml": NO_NUMBER,
    }
    told = Document(kind, (Language.EN,), Head(HeadForm.PLAIN), title=((Run(kind.value, Language.EN),),))
    return package(told, parts, [])


def _put(style: str, name: str, more: str = "", *, bold: bool = False, italic: bool = False) -> str:
    """A paragraph with a placeholder for words."""
    return paragraph(style, run(f"{{{{ {name} }}}}", Language.VI, bold=bold, italic=italic), more)


def _place(name: str) -> str:
    """A paragraph for a placeholder of several paragraphs."""
    return paragraph("BodyText", run(f"{{{{p {name} }}}}", Language.VI))


def _when(condition: str, shown: str, otherwise: str = "") -> str:
    """What is shown while a condition holds, and what otherwise."""
    steps = [f"{{%p if {condition} %}}", "{%p else %}", "{%p endif %}"]
    begin, change, end = (paragraph("BodyText", run(step, Language.VI)) for step in steps)
    return begin + shown + (change + otherwise if otherwise else "") + end


def _letter(sheet: SheetMeasures) -> str:
    title = (
        _put("Title", "title")
        + _when("abstract", _put("Subtitle", "abstract") + docx_head.rule(_ABSTRACT_LINE, sheet.text_width))
        + _put("Addressee", "addressee")
    )
    return _when('form == "plain"', _plain_head(), _head(sheet)) + title + _place("body") + _foot(sheet)


def _plain_head() -> str:
    left = '<w:jc w:val="left"/>'
    return (
        _put("Issuer", "superior", left)
        + _put("Issuer", "issuer", left, bold=True)
        + _put("State", "state", left)
        + _put("Motto", "motto", left)
        + _put("DocumentNumber", "number", left)
        + _put("DocumentNumber", "subject", left)
        + _put("PlaceAndDate", "place_and_date", left)
    )


def _head(sheet: SheetMeasures) -> str:
    whole = twips(sheet.text_width)
    left, right = widths([docx_head.LEFT_SHARE, 1 - docx_head.LEFT_SHARE], whole)
    left_width, right_width = (sheet.text_width * share for share in (docx_head.LEFT_SHARE, 1 - docx_head.LEFT_SHARE))
    motto = longest(((Run("Độc lập - Tự do - Hạnh phúc", Language.VI, bold=True),),), sheet.head[1])
    state = _put("State", "state") + _put("Motto", "motto")
    rows = [
        [
            Cell(
                left,
                _put("Issuer", "superior")
                + _put("Issuer", "issuer", bold=True)
                + docx_head.rule(_ISSUER_LINE, left_width),
            ),
            Cell(
                right,
                _when('form != "lao"', state + docx_head.rule(motto, right_width)),
            ),
        ],
        [
            Cell(left, _put("DocumentNumber", "number") + _put("DocumentNumber", "subject")),
            Cell(right, _put("PlaceAndDate", "place_and_date")),
        ],
    ]
    above = _when('form == "lao"', state + docx_head.rule(motto, sheet.text_width))
    return above + plain_table(rows) + after_table()


def _foot(sheet: SheetMeasures) -> str:
    each = widths([docx_head.LEFT_SHARE, 1 - docx_head.LEFT_SHARE], twips(sheet.text_width))
    row = [
        Cell(each[0], _put("RecipientsHeading", "recipients_heading") + _put("Recipients", "recipients")),
        Cell(each[1], _place("signature")),
    ]
    table = paragraph("BodyText", "") + plain_table([row]) + after_table()
    return _when("recipients", table, _place("foot"))
