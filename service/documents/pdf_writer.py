"""Write a paper as .pdf, laid out after Decree 30/2020 (service/documents/layout) by Typst."""

from calendars.documents.value import Document, tables
from models.errors import TooLarge
from models.i18n import message
from service.documents import pdf_data
from service.documents.pdf_process import TOO_LONG, processes

STANDARDS = ("a-2b",)
"""PDF/A-2b, ISO 19005-2: for papers that are kept."""
MOST_TAGGED = 3000
"""Cells of a paper whose structure is written for who has it read out; of longer lists it would be nine tenths of the
file."""


def write(document: Document) -> bytes:
    """The bytes of the file: the same for equal papers, on every machine.

    Raises:
        TooLarge: the paper is longer than anything that is printed.
        Busy: many papers are being made.
        Conflict: Typst refuses it.
    """
    cells = sum(len(row.cells) for table in tables(document) for row in table.rows)
    return processes.make("paper.typ", "pdf", data_of(document), STANDARDS, tagged=cells <= MOST_TAGGED)


def data_of(document: Document) -> str:
    """What the layout gets.

    Raises:
        TooLarge: the paper is longer than anything that is printed.
    """
    try:
        return pdf_data.paper_data(document)
    except pdf_data.TooLong:
        raise TooLarge(message(TOO_LONG)) from None
