"""The number and the day of a paper that was composed before the clerk gave them: only the gaps for them are filled."""

from dataclasses import replace
from datetime import date

from calendars.documents import heads
from calendars.documents.value import Document, Head, HeadForm, Line
from calendars.documents.wording import GAP, Wording


def numbered(document: Document, number: str | None, issued_on: date | None) -> Document:
    """A paper with the clerk's number and day in its head, and the number where its annexes name it; all else stays as
    it is. Lists have neither."""
    head = _numbered(document.head, Wording(document.languages), number, issued_on)
    annexes = tuple(_attached(one, number) if _is_annex(one) else one for one in document.following)
    return replace(document, head=head, following=annexes)


def can_be_numbered(document: Document) -> bool:
    """Whether a paper has a number: a list has none, and of several letters in one file each has its own. An annex goes
    by the number of its paper."""
    return document.head.form is not HeadForm.PLAIN and all(map(_is_annex, document.following))


def _is_annex(document: Document) -> bool:
    return document.head.form is HeadForm.PLAIN


def _attached(annex: Document, number: str | None) -> Document:
    """``(Kèm theo Quyết định số ……)`` with the number."""
    if number is None:
        return annex
    filled = (tuple(replace(run, text=run.text.replace(GAP, number)) for run in line) for line in annex.abstract)
    return replace(annex, abstract=tuple(filled))


def _numbered(head: Head, wording: Wording, number: str | None, issued_on: date | None) -> Head:
    if number is not None and head.number:
        head = replace(head, number=heads.number_text(number, wording))
    if issued_on is not None:
        head = replace(head, place_and_date=tuple(_dated(line, issued_on) for line in head.place_and_date))
    return head


def _dated(line: Line, issued_on: date) -> Line:
    """``Hải Phòng, ngày … tháng … năm 2027`` with the day; the place may itself have commas in its name."""
    *before, last = line
    place, comma, _gap = last.text.rpartition(", ")
    if not comma:
        return line
    return (*before, replace(last, text=f"{place}, {heads.date_words(issued_on, issued_on, last.language)}"))
