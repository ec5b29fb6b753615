"""Words of a paper as WordprocessingML: cleaned, in runs of one script, with how wide they are.

The XML here and in the neighbouring modules is put together as text: a paper of two hundred rows is written in
milliseconds that way, and every value goes through :func:`words` or :func:`attribute`, which escape it.
"""

import re
import unicodedata
from collections.abc import Iterator
from xml.sax.saxutils import escape

from calendars.documents.line_ends import NO_BREAK
from calendars.documents.value import Line, Run, Text
from models.text import clean
from models.vocabulary import Language

LATIN_FACE = "Times New Roman"
LAO_FACE = "Phetsarath OT"
LANGUAGE_TAGS = {Language.VI: "vi-VN", Language.LO: "lo-LA", Language.EN: "en-GB"}

TWIPS_OF_MM = 1440 / 25.4
_PIECES = re.compile("([\u0e80-\u0eff\u200b]+(?:[^\\S\n]+[\u0e80-\u0eff\u200b]+)*)")
"""Lao letters, with the blanks between them."""
_LATIN = re.compile(r"[^\W\d_]")
_BLANKS = re.compile(rf"[^\S{NO_BREAK}]+")
"""Those at which a line may end."""

# Thousandths of an em from the blank to "~": how far Times New Roman moves on, regular and bold.
_REGULAR = (
    "250 333 408 500 500 833 778 180 333 333 500 564 250 333 250 278 500 500 500 500 500 500 500 500 500 500 278 278"
    " 564 564 564 444 921 722 667 667 722 611 556 722 722 333 389 722 611 889 722 722 556 722 667 556 611 722 722 944"
    " 722 722 611 333 278 333 469 500 333 444 500 444 500 444 333 500 500 278 278 500 278 778 500 500 500 500 333 389"
    " 278 500 500 722 500 500 444 480 200 480 541"
)
_BOLD = (
    "250 333 555 500 500 1000 833 278 333 333 500 570 250 333 250 278 500 500 500 500 500 500 500 500 500 500 333 333"
    " 570 570 570 500 930 722 667 722 722 667 611 778 778 389 500 778 667 944 722 778 611 778 722 556 667 722 722 1000"
    " 722 722 667 333 278 333 581 500 333 500 556 444 556 444 333 500 556 278 333 556 278 833 556 500 556 556 444 389"
    " 333 556 500 722 500 500 444 394 220 394 520"
)
_WIDTHS = {
    is_bold: dict(zip(map(chr, range(32, 127)), map(int, table.split()), strict=True))
    for is_bold, table in ((False, _REGULAR), (True, _BOLD))
}
_OTHER_WIDTH = 600
"""Of a letter that is in neither table: a little more than the letters of Lao take on average."""


def twips(millimetres: float) -> int:
    """Twentieths of a point, the unit of WordprocessingML."""
    return round(millimetres * TWIPS_OF_MM)


def words(text: str) -> str:
    """A text as character data: on one line, without what XML can't hold or what turns the direction of reading."""
    return escape(tidy(text))


def tidy(text: str) -> str:
    """A text on one line, blanks at its ends kept (as one); those that hold words together stay what they are."""
    if not clean(text):
        return " " if text and text.isspace() else ""
    # The bars keep the blanks at both ends.
    return _BLANKS.sub(" ", clean(f"|{text}|"))[1:-1]


def attribute(text: str) -> str:
    """A text for an attribute in double quotes."""
    return escape(" ".join(clean(text).split()), {'"': "&quot;"})


def pieces(text: str, language: Language) -> Iterator[tuple[str, Language]]:
    """A text in pieces of one script, each with the language it is in.

    Lao letters are Lao wherever they stand. Other words of a Lao text are Vietnamese (a name without a Lao form),
    while its figures and marks stay with the letters around them.
    """
    for number, piece in enumerate(_PIECES.split(text)):
        if not piece:
            continue
        if number % 2:
            yield piece, Language.LO
        elif language is Language.LO:
            yield piece, Language.VI if _LATIN.search(piece) else Language.LO
        else:
            yield piece, language


def properties(language: Language, *, bold: bool = False, italic: bool = False, size: float | None = None) -> str:
    """The ``w:rPr`` of a run; ``size`` in points, None: the style's. Lao names its own face, and is complex script."""
    tag = LANGUAGE_TAGS[language]
    is_lao = language is Language.LO
    inner = (
        f'<w:rFonts w:ascii="{LAO_FACE}" w:hAnsi="{LAO_FACE}" w:eastAsia="{LAO_FACE}" w:cs="{LAO_FACE}"/>'
        if is_lao
        else ""
    )
    if bold:
        inner += "<w:b/><w:bCs/>"
    if italic:
        inner += "<w:i/><w:iCs/>"
    if size is not None:
        inner += f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'
    if is_lao:
        inner += "<w:cs/>"
    inner += f'<w:lang w:val="{tag}" w:bidi="lo-LA"/>'
    return f"<w:rPr>{inner}</w:rPr>"


def run(text: str, language: Language, *, bold: bool = False, italic: bool = False, size: float | None = None) -> str:
    """A text as runs of one script each."""
    return "".join(
        f"<w:r>{properties(tongue, bold=bold, italic=italic, size=size)}"
        f'<w:t xml:space="preserve">{escape(piece)}</w:t></w:r>'
        for piece, tongue in pieces(tidy(text), language)
    )


def line(of: Line, *, size: float | None = None) -> str:
    """A line as runs."""
    return "".join(run(one.text, one.language, bold=one.bold, italic=one.italic, size=size) for one in of)


def lines(text: Text, *, size: float | None = None) -> str:
    """The lines of a text as runs with line breaks between them."""
    return "<w:r><w:br/></w:r>".join(line(one, size=size) for one in text)


def paragraph(style: str, content: str, more: str = "") -> str:
    """A paragraph: ``content`` are runs, ``more`` what its properties have besides the style."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{content}</w:p>'


def paragraphs(style: str, text: Text, more: str = "", *, size: float | None = None) -> str:
    """A paragraph for each line of a text; nothing for an empty one."""
    return "".join(paragraph(style, line(one, size=size), more) for one in text)


def width(of: Line, size: float) -> float:
    """How wide a line is in millimetres at a size in points: exact for Vietnamese and English, near for Lao."""
    return sum(_width(one) for one in of) * size / 1000 * 25.4 / 72


def _width(one: Run) -> int:
    table = _WIDTHS[one.bold]
    total = 0
    plain = tidy(one.text).replace(NO_BREAK, " ").replace("đ", "d").replace("Đ", "D")
    for letter in unicodedata.normalize("NFD", plain):
        if not unicodedata.combining(letter) and unicodedata.category(letter) != "Mn":
            total += table.get(letter, _OTHER_WIDTH)
        elif letter == "\u031b":  # the horn of ơ and ư
            total += 50
    return total


def longest(text: Text, size: float) -> float:
    """How wide the widest line of a text is, in millimetres."""
    return max((width(one, size) for one in text), default=0.0)
