"""The head of a paper and its foot as WordprocessingML: who issues it, number, title; who gets it, who signs."""

from calendars.documents.value import Document, Head, HeadForm, Signature, Text
from calendars.documents.wording import emphasised
from service.documents.docx_styles import SheetMeasures
from service.documents.docx_tables import Cell, after_table, plain_table, widths
from service.documents.docx_text import lines, longest, paragraph, paragraphs, twips

LEFT_SHARE = 0.38
"""Of the head's width, for the issuing body; the rest is the state's."""
LINE_SHARE = 0.4
"""How long the line below the issuer and the abstract is: between a third and a half of the text above."""
_SIGNING_ROOM = 1_600
"""Twips between the position and the name of who signs."""
_KEEP = "<w:keepNext/>"


def head(of: Head, sheet: SheetMeasures) -> str:
    """The head of a paper after the rules of its issuer; nothing where it has none."""
    if of.form is HeadForm.PLAIN:
        return _plain_head(of)
    above = ""
    state, motto = of.state, of.motto
    if of.form is HeadForm.LAO:
        above = _state(state, motto, sheet, sheet.text_width)
        state, motto = (), ()
    whole = twips(sheet.text_width)
    left, right = widths([LEFT_SHARE, 1 - LEFT_SHARE], whole)
    left_width, right_width = (sheet.text_width * share for share in (LEFT_SHARE, 1 - LEFT_SHARE))
    rows = [
        [
            Cell(left, _issuer(of, sheet, left_width)),
            Cell(right, _state(state, motto, sheet, right_width) or paragraph("State", "")),
        ],
        [
            Cell(
                left,
                paragraphs("DocumentNumber", of.number) + paragraphs("DocumentNumber", of.subject)
                or paragraph("DocumentNumber", ""),
            ),
            Cell(right, paragraphs("PlaceAndDate", of.place_and_date) or paragraph("PlaceAndDate", "")),
        ],
    ]
    return above + plain_table(rows) + after_table()


def title(document: Document, sheet: SheetMeasures) -> str:
    """The name of the kind, what the paper is about with the line below it, and who it is addressed to."""
    made = paragraph("Title", lines(document.title)) if document.title else ""
    if document.abstract:
        made += paragraphs("Subtitle", document.abstract)
        made += rule(longest(document.abstract, sheet.body) * LINE_SHARE, sheet.text_width)
    return made + paragraphs("Addressee", document.addressee)


def foot(document: Document, sheet: SheetMeasures) -> str:
    """Who gets the paper, on the left, and who signs it, on the right; several sign beside each other."""
    if not document.signatures and not document.recipients:
        return ""
    columns = [_recipients(document)] if document.recipients or len(document.signatures) == 1 else []
    columns += [_signature(one) for one in document.signatures] or [paragraph("Signature", "")]
    shares = [LEFT_SHARE, *([(1 - LEFT_SHARE) / (len(columns) - 1)] * (len(columns) - 1))]
    if not document.recipients and len(document.signatures) > 1:
        shares = [1.0] * len(columns)
    each = widths(shares, twips(sheet.text_width))
    row = [Cell(width, content) for width, content in zip(each, columns, strict=True)]
    return paragraph("BodyText", "", _KEEP) + plain_table([row]) + after_table()


def signatures(document: Document, sheet: SheetMeasures) -> str:
    """Who signs, as they stand beside the recipients."""
    columns = [_signature(one) for one in document.signatures]
    if len(columns) < 2:
        return "".join(columns)
    each = widths([1.0] * len(columns), twips(sheet.text_width * (1 - LEFT_SHARE)))
    row = [Cell(width, content) for width, content in zip(each, columns, strict=True)]
    return plain_table([row]) + after_table()


def rule(length: float, within: float) -> str:
    """A line in the middle of a width, both in millimetres."""
    side = max(0, twips((within - min(length, within)) / 2))
    return paragraph(
        "HeadRule",
        "",
        '<w:pBdr><w:top w:val="single" w:sz="6" w:space="1" w:color="auto"/></w:pBdr>'
        '<w:spacing w:before="40" w:after="60" w:line="60" w:lineRule="exact"/>'
        f'<w:ind w:left="{side}" w:right="{side}"/>',
    )


def _plain_head(of: Head) -> str:
    """What a list says above itself, one below the other."""
    return "".join(
        paragraphs(style, text, '<w:jc w:val="left"/>')
        for style, text in (
            ("Issuer", of.superior),
            ("Issuer", of.issuer),
            ("State", of.state),
            ("Motto", of.motto),
            ("DocumentNumber", of.number),
            ("DocumentNumber", of.subject),
            ("PlaceAndDate", of.place_and_date),
        )
    )


def _issuer(of: Head, sheet: SheetMeasures, width: float) -> str:
    made = paragraphs("Issuer", of.superior) + paragraphs("Issuer", of.issuer)
    if of.issuer:
        made += rule(min(longest(of.issuer, sheet.head[0]), width) * LINE_SHARE, width)
    return made or paragraph("Issuer", "")


def _state(state: Text, motto: Text, sheet: SheetMeasures, width: float) -> str:
    """The name of the state (or the Party) and its motto; the line below is as long as the text above it."""
    made = paragraphs("State", state) + paragraphs("Motto", motto)
    below, size = (motto, sheet.head[1]) if motto else (state, sheet.head[0])
    return made + rule(longest(below, size), width) if below else made


def _recipients(document: Document) -> str:
    if not document.recipients:
        return paragraph("Recipients", "")
    heading, *others = document.recipients
    made = paragraphs("RecipientsHeading", emphasised(heading, bold=True, italic=True))
    return made + "".join(paragraph("Recipients", lines(text)) for text in others if text)


def _signature(of: Signature) -> str:
    above = "".join(paragraphs("Signature", text, _KEEP) for text in of.authority) or paragraph("Signature", "", _KEEP)
    room = f'{_KEEP}<w:spacing w:before="{_SIGNING_ROOM}" w:after="0"/>'
    first, rest = of.name[:1], of.name[1:]
    return (
        above
        + (paragraphs("Signature", first, room) or paragraph("Signature", "", room))
        + paragraphs("Signature", rest)
    )
