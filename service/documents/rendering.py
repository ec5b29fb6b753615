"""Write a paper in a file format."""

from calendars.documents.line_ends import unbroken
from calendars.documents.value import Document
from models.vocabulary import DocumentFormat
from service.documents import docx_template, docx_writer, pdf_writer, xlsx_writer

MEDIA_TYPES = {
    DocumentFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    DocumentFormat.PDF: "application/pdf",
    DocumentFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_WITH_LINES = frozenset({DocumentFormat.DOCX, DocumentFormat.PDF})
"""Files whose lines end where the paper does; in a spreadsheet a blank is what people search for."""

_WRITERS = {
    DocumentFormat.DOCX: docx_writer.write,
    DocumentFormat.PDF: pdf_writer.write,
    DocumentFormat.XLSX: xlsx_writer.write,
}


def render(document: Document, document_format: DocumentFormat, template: bytes | None = None) -> bytes:
    """The bytes of a paper; the same words in every format. ``template``: the office's own, for .docx.

    Raises:
        Conflict: the template can't be filled in.
    """
    if document_format in _WITH_LINES:
        document = unbroken(document)
    if template is not None and document_format is DocumentFormat.DOCX:
        return docx_template.write_with(document, template)
    return _WRITERS[document_format](document)
