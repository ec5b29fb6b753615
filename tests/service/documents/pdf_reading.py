"""Reads PDFs as browsers do, with PDFium: words, where they stand and in which face and size."""

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from fontTools.ttLib import TTFont

MILLIMETRE = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Word:
    """Characters side by side in one face: edges in millimetres from the top left of the page, size in points."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    font: str
    weight: int

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its size in millimetres, its text as one reads it, its words in order."""

    width: float
    height: float
    text: str
    words: list[Word]

    @property
    def body(self) -> str:
        """Its text without blanks and without the number in its upper margin."""
        return squeezed(re.sub(r"\A\d+\s", "", self.text))

    def line_of(self, words: str) -> list[Word]:
        """The words that make up this text, by its first appearance."""
        wanted = squeezed(words)
        whole = "".join(word.text for word in self.words)
        start = whole.index(wanted)
        found, at = [], 0
        for word in self.words:
            if start <= at < start + len(wanted):
                found.append(word)
            at += len(word.text)
        return found


def pages(content: bytes) -> list[Page]:
    """The pages of a file."""
    document = pdfium.PdfDocument(content)
    try:
        return [_page(page) for page in document]
    finally:
        document.close()


def _page(page: pdfium.PdfPage) -> Page:
    width, height = page.get_size()
    textpage = page.get_textpage()
    words = [
        Word(text, left, height / MILLIMETRE - top, right, height / MILLIMETRE - bottom, size, font, weight)
        for text, left, bottom, right, top, size, font, weight in _characters(textpage)
    ]
    return Page(width / MILLIMETRE, height / MILLIMETRE, textpage.get_text_range(), words)


def _characters(textpage: pdfium.PdfTextPage) -> Iterator[tuple[str, float, float, float, float, float, str, int]]:
    name = ctypes.create_string_buffer(200)
    flags = ctypes.c_int()
    for place in range(textpage.count_chars()):
        text = chr(raw.FPDFText_GetUnicode(textpage, place))
        if text.isspace() or raw.FPDFText_IsGenerated(textpage, place) == 1:
            continue
        left, bottom, right, top = (one / MILLIMETRE for one in textpage.get_charbox(place, loose=True))
        raw.FPDFText_GetFontInfo(textpage, place, name, 200, ctypes.byref(flags))
        yield (
            text,
            left,
            bottom,
            right,
            top,
            raw.FPDFText_GetFontSize(textpage, place),
            name.value.decode().partition("+")[2],
            raw.FPDFText_GetFontWeight(textpage, place),
        )


def squeezed(text: str) -> str:
    """A text without blanks and what is not seen: readers guess blanks by distances."""
    return re.sub(r"[\s\u00ad\u200b-\u200f\u2060\ufeff\ufe0f\ufffe]", "", unicodedata.normalize("NFC", text))


def metadata(content: bytes) -> dict[str, str]:
    """Title, author and the like."""
    document = pdfium.PdfDocument(content)
    try:
        return document.get_metadata_dict(skip_empty=True)
    finally:
        document.close()


def pictures(content: bytes, dpi: int = 60) -> Iterator[bytes]:
    """The pages as PNG."""
    document = pdfium.PdfDocument(content)
    try:
        for page in document:
            target = BytesIO()
            page.render(scale=dpi / 72).to_pil().save(target, "PNG")
            yield target.getvalue()
    finally:
        document.close()


def embedded_fonts(content: bytes) -> dict[str, TTFont]:
    """The fonts in a file, by the name in it."""
    document = pdfium.PdfDocument(content)
    found: dict[str, TTFont] = {}
    try:
        for page in document:
            for shown in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=10):
                font = raw.FPDFTextObj_GetFont(shown.raw)
                size = ctypes.c_size_t()
                raw.FPDFFont_GetFontData(font, None, 0, ctypes.byref(size))
                data = (ctypes.c_uint8 * size.value)()
                raw.FPDFFont_GetFontData(font, data, size.value, ctypes.byref(size))
                name = ctypes.create_string_buffer(200)
                raw.FPDFFont_GetBaseFontName(font, name, 200)
                found.setdefault(name.value.decode(), TTFont(BytesIO(bytes(data))))
    finally:
        document.close()
    return found
