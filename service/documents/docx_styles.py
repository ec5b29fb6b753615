"""The fixed parts of a .docx file: measures of the sheet, styles, lists, settings.

Measures and sizes are those of Decree 30/2020/NĐ-CP, annex I: margins of 20–25 mm above and below, 30–35 mm on the
left, 15–20 mm on the right; 13–14 points for the body.
"""

from dataclasses import dataclass

from calendars.documents.value import Paper
from service.documents.docx_text import LAO_FACE, LATIN_FACE, twips

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{MAIN}" xmlns:r="{RELATIONS}"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class SheetMeasures:
    """A sheet in millimetres, the sizes of its text in points.

    ``body`` is the size of paragraphs, ``table`` that of cells, ``head`` the four of the head: the state's name (and
    the bodies'), its motto, the number, place and date.
    """

    width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float
    header: float
    body: float
    table: float
    head: tuple[float, float, float, float]
    first_line: float = 12.7

    @property
    def text_width(self) -> float:
        """Millimetres between the margins."""
        return self.width - self.left - self.right

    @property
    def text_height(self) -> float:
        """Millimetres between the upper and the lower margin."""
        return self.height - self.top - self.bottom


SHEETS = {
    Paper.PORTRAIT: SheetMeasures(210, 297, 20, 20, 30, 15, 10, 14, 12, (13, 14, 13, 14)),
    Paper.LANDSCAPE: SheetMeasures(297, 210, 20, 20, 30, 15, 10, 14, 12, (13, 14, 13, 14)),
    Paper.POCKET: SheetMeasures(105, 148, 10, 10, 9, 9, 5, 9, 8, (8, 8, 8, 8), 6),
}
CARD_SHEET = SheetMeasures(210, 297, 10, 10, 10, 10, 5, 14, 12, (13, 14, 13, 14))
"""Name plates and badges take the whole sheet."""

DASH_LIST = 1
"""The number of the list with dashes; numbered lists follow, one for each."""
_DASHES, _NUMBERS = 0, 1


def section(sheet: SheetMeasures, *, is_numbered: bool, is_next: bool = False, restarts: bool = False) -> str:
    """The properties of a section: the sheet, and from its second page on the number in the margin above."""
    kind = '<w:type w:val="nextPage"/>' if is_next else ""
    header = '<w:headerReference w:type="default" r:id="rNumber"/>' if is_numbered else ""
    first = '<w:headerReference w:type="first" r:id="rFirst"/>'
    across = ' w:orient="landscape"' if sheet.width > sheet.height else ""
    restart = '<w:pgNumType w:start="1"/>' if restarts else ""
    return (
        f"<w:sectPr>{header or first.replace('first', 'default', 1)}{first}{kind}"
        f'<w:pgSz w:w="{twips(sheet.width)}" w:h="{twips(sheet.height)}"{across}/>'
        f'<w:pgMar w:top="{twips(sheet.top)}" w:right="{twips(sheet.right)}" w:bottom="{twips(sheet.bottom)}"'
        f' w:left="{twips(sheet.left)}" w:header="{twips(sheet.header)}" w:footer="{twips(sheet.header)}"'
        ' w:gutter="0"/>'
        f"{restart}<w:titlePg/></w:sectPr>"
    )


def _style(
    identity: str,
    name: str,
    *,
    based_on: str = "Normal",
    size: float | None = None,
    bold: bool = False,
    italic: bool = False,
    align: str = "",
    before: int = 0,
    after: int = 0,
    more: str = "",
    first_line: int = 0,
    line: int = 240,
    following: str = "",
    is_custom: bool = False,
    outline: int | None = None,
) -> str:
    """A paragraph style; ``before`` and ``after`` in points, ``more`` are further properties that come first."""
    custom = ' w:customStyle="1"' if is_custom else ""
    properties = "".join(
        (
            more,
            f'<w:spacing w:before="{before * 20}" w:after="{after * 20}" w:line="{line}" w:lineRule="auto"/>',
            f'<w:ind w:firstLine="{first_line}"/>' if first_line else "",
            f'<w:jc w:val="{align}"/>' if align else "",
            f'<w:outlineLvl w:val="{outline}"/>' if outline is not None else "",
        )
    )
    letters = ("<w:b/><w:bCs/>" if bold else "") + ("<w:i/><w:iCs/>" if italic else "")
    if size is not None:
        letters += f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'
    return (
        f'<w:style w:type="paragraph"{custom} w:styleId="{identity}"><w:name w:val="{name}"/>'
        + (f'<w:basedOn w:val="{based_on}"/>' if based_on else "")
        + (f'<w:next w:val="{following}"/>' if following else "")
        + f"<w:qFormat/><w:pPr>{properties}</w:pPr><w:rPr>{letters}</w:rPr></w:style>"
    )


_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_DEFAULTS = (
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
    '<w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
    '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/>'
    f"<w:tblPr><w:tblBorders>{_BORDERS}</w:tblBorders></w:tblPr></w:style>"
)
_CELL_LINES = 264
"""How far the lines of a cell stand apart, in 240ths of a line: letters of Lao have marks above and below."""
_KEEP = "<w:keepNext/><w:keepLines/>"
_WHOLE = "<w:keepLines/>"


def styles(sheet: SheetMeasures) -> str:
    """styles.xml: Word's own styles where it has one for the purpose, others named after what stands in them."""
    body, (state, motto, number, place) = sheet.body, sheet.head
    is_pocket = sheet.body < 12
    gap = 2 if is_pocket else 6
    cell = 1 if is_pocket else 2
    recipients = min(12.0, body), min(11.0, body)
    faces = f'w:ascii="{LATIN_FACE}" w:hAnsi="{LATIN_FACE}" w:eastAsia="{LATIN_FACE}" w:cs="{LAO_FACE}"'
    made = [
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>',
        _DEFAULTS,
        _style("BodyText", "Body Text", align="both", after=gap, size=body),
        _style(
            "BodyTextFirstIndent",
            "Body Text First Indent",
            based_on="BodyText",
            align="both",
            after=gap,
            first_line=twips(sheet.first_line),
        ),
        *(
            _style(
                f"Heading{level}",
                f"heading {level}",
                bold=True,
                italic=level == 3,
                size=body,
                before=gap,
                after=gap,
                more=_KEEP,
                following="BodyTextFirstIndent",
                outline=level - 1,
            )
            for level in (1, 2, 3)
        ),
        _style("Title", "Title", align="center", bold=True, size=body, before=2 * gap, more=_KEEP),
        _style("Subtitle", "Subtitle", align="center", bold=True, size=body, more=_KEEP),
        _style("ListBullet", "List Bullet", based_on="BodyText", align="both", after=gap // 2),
        _style("ListNumber", "List Number", based_on="BodyText", align="both", after=gap // 2),
        _style("Header", "header", size=min(14.0, body), align="center"),
        _style("Signature", "Signature", align="center", bold=True, size=body, more=_KEEP),
        _style("Issuer", "Issuing Body", align="center", size=state, more=_WHOLE, is_custom=True),
        _style("State", "State Name", align="center", size=state, bold=True, more=_WHOLE, is_custom=True),
        _style("Motto", "State Motto", align="center", size=motto, bold=True, more=_WHOLE, is_custom=True),
        _style("HeadRule", "Rule Below Head", align="center", size=2, is_custom=True),
        _style("DocumentNumber", "Document Number", align="center", size=number, is_custom=True),
        _style("PlaceAndDate", "Place And Date", align="center", size=place, italic=True, is_custom=True),
        _style("Addressee", "Addressee", align="center", size=body, before=gap, after=gap, is_custom=True),
        _style("TableText", "Table Text", size=sheet.table, before=cell, after=cell, line=_CELL_LINES, is_custom=True),
        _style(
            "TableHeading",
            "Table Heading",
            based_on="TableText",
            align="center",
            bold=True,
            before=cell,
            after=cell,
            line=_CELL_LINES,
            more=_KEEP,
            is_custom=True,
        ),
        _style("RecipientsHeading", "Recipients Heading", size=recipients[0], bold=True, italic=True, is_custom=True),
        _style("Recipients", "Recipients", size=recipients[1], is_custom=True),
        _style("CardName", "Card Name", align="center", bold=True, size=40, is_custom=True),
        _style("CardText", "Card Text", align="center", size=20, is_custom=True),
        _style("FigureText", "Figure", align="center", size=sheet.table, more=_KEEP, is_custom=True),
    ]
    return (
        f'{DECLARATION}<w:styles xmlns:w="{MAIN}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts {faces}/>'
        f'<w:sz w:val="{round(body * 2)}"/><w:szCs w:val="{round(body * 2)}"/>'
        '<w:lang w:val="vi-VN" w:eastAsia="vi-VN" w:bidi="lo-LA"/></w:rPr></w:rPrDefault>'
        '<w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/></w:pPr>'
        f"</w:pPrDefault></w:docDefaults>{''.join(made)}</w:styles>"
    )


def numbering(numbered: int, sheet: SheetMeasures) -> str:
    """numbering.xml: the list with dashes, and so many numbered ones that each begin with 1."""
    left = twips(sheet.first_line)
    hanging = twips(min(6.0, sheet.first_line))

    def level(form: str, text: str) -> str:
        return (
            f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
            f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{left}" w:hanging="{hanging}"/></w:pPr>'
            f'<w:rPr><w:rFonts w:ascii="{LATIN_FACE}" w:hAnsi="{LATIN_FACE}" w:cs="{LATIN_FACE}"/></w:rPr></w:lvl>'
        )

    lists = "".join(
        f'<w:num w:numId="{DASH_LIST + one}"><w:abstractNumId w:val="{_NUMBERS}"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        for one in range(1, numbered + 1)
    )
    return (
        f'{DECLARATION}<w:numbering xmlns:w="{MAIN}">'
        f'<w:abstractNum w:abstractNumId="{_DASHES}"><w:multiLevelType w:val="singleLevel"/>{level("bullet", "-")}'
        f'</w:abstractNum><w:abstractNum w:abstractNumId="{_NUMBERS}"><w:multiLevelType w:val="singleLevel"/>'
        f"{level('decimal', '%1.')}</w:abstractNum>"
        f'<w:num w:numId="{DASH_LIST}"><w:abstractNumId w:val="{_DASHES}"/></w:num>{lists}</w:numbering>'
    )


SETTINGS = (
    f'{DECLARATION}<w:settings xmlns:w="{MAIN}"><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/>'
    '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode"'
    ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    '<w:themeFontLang w:val="vi-VN" w:bidi="lo-LA"/></w:settings>'
)

PAGE_NUMBER = (
    f'{DECLARATION}<w:hdr xmlns:w="{MAIN}"><w:p><w:pPr><w:pStyle w:val="Header"/><w:jc w:val="center"/></w:pPr>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:hdr>'
)
NO_NUMBER = f'{DECLARATION}<w:hdr xmlns:w="{MAIN}"><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr></w:p></w:hdr>'
