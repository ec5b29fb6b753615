"""Figures of papers as pictures: the same drawing as in the PDF."""

from xml.sax.saxutils import quoteattr

from calendars.documents.value import Chart, SeatingPlan, plain
from models.errors import TooLarge
from models.i18n import message
from service.documents import pdf_data
from service.documents.pdf_process import TOO_LONG, processes

WIDTH = 468
"""Points: the width of text on an upright sheet of A4."""


def png(block: SeatingPlan | Chart, width: int = WIDTH) -> bytes:
    """A picture of 200 dots per inch, ``width`` points wide and as high as it needs.

    Raises:
        TooLarge: it has more text than a figure can have.
        Busy: many papers are being made.
    """
    return _made(block, "png", width)


def svg(block: SeatingPlan | Chart, width: int = WIDTH) -> str:
    """A drawing for a page: shapes and outlines of letters only, so nothing in it acts or is fetched.

    Its title is read out; whoever shows it says the rest in words beside it, for letters that are outlines can't be.

    Raises:
        TooLarge: it has more text than a figure can have.
        Busy: many papers are being made.
    """
    title = pdf_data.cleaned(plain(block.title, " "))
    label = f"aria-label={quoteattr(title)}" if title else 'aria-hidden="true"'
    return _made(block, "svg", width).decode().replace("<svg ", f'<svg role="img" {label} ', 1)


def _made(block: SeatingPlan | Chart, picture_format: str, width: int) -> bytes:
    try:
        data = pdf_data.figure_data(block, width)
    except pdf_data.TooLong:
        raise TooLarge(message(TOO_LONG)) from None
    return processes.make("figure.typ", picture_format, data)
