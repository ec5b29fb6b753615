"""What the file of a paper is called: ``2027-03-10_KH_don-doan-Vieng-Chan_vi-lo.docx``."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date

from models.text import LocalizedText, localized
from models.vocabulary import DocumentFormat, DocumentKind, Language

ABBREVIATIONS: Mapping[DocumentKind, str] = {
    DocumentKind.PROGRAMME: "CT",
    DocumentKind.PROGRAMME_POCKET: "CT-bo-tui",
    DocumentKind.MEMBERS: "DS-doan",
    DocumentKind.HOSTS: "DS-ben-don",
    DocumentKind.NAME_PLATES: "bien-ten",
    DocumentKind.BADGES: "the-deo",
    DocumentKind.VEHICLES: "DS-xe",
    DocumentKind.ROOMS: "DS-phong",
    DocumentKind.DRIVER_SHEET: "phieu-lai-xe",
    DocumentKind.HOTEL_SHEET: "phieu-khach-san",
    DocumentKind.SEATING: "so-do-cho-ngoi",
    DocumentKind.RECEPTION_PLAN: "KH",
    DocumentKind.SUBMISSION: "TTr",
    DocumentKind.DECISION: "QD",
    DocumentKind.INVITATION: "TM",
    DocumentKind.ASSIGNMENT_LETTERS: "CV",
    DocumentKind.RESIDENCE: "tam-tru",
    DocumentKind.GIFTS: "DS-qua-tang",
    DocumentKind.ESTIMATE: "du-toan",
    DocumentKind.SETTLEMENT: "quyet-toan",
    DocumentKind.REPORT: "BC",
    DocumentKind.WEEKLY_SCHEDULE: "lich-tuan",
    DocumentKind.DELEGATION_PLAN: "KH-doan",
    DocumentKind.AGREEMENT_REPORT: "BC-thoa-thuan",
}
"""By which letters an office files a paper of a kind. Source: Decree 30/2020, annex III; the lists by their names."""

_LONGEST = 60
"""Characters of the part of a name that says what it is about."""


def file_name(
    kind: DocumentKind,
    title: LocalizedText,
    first_day: date,
    languages: Sequence[Language],
    file_format: DocumentFormat,
) -> str:
    """The name of a file: plain letters, digits, hyphens and low lines, at most 120 characters, however the title is
    written. ``first_day`` is the visit's."""
    return f"{_stem(kind, title, first_day, languages)}.{file_format.value}"


def signed_file_name(
    kind: DocumentKind, title: LocalizedText, first_day: date, languages: Sequence[Language], ending: str
) -> str:
    """What the scan of a signed paper is called, whatever it was uploaded as: the paper's name with ``_ky`` behind."""
    return f"{_stem(kind, title, first_day, languages)}_ky.{ending}"


def _stem(kind: DocumentKind, title: LocalizedText, first_day: date, languages: Sequence[Language]) -> str:
    about = plain_letters(localized(title, Language.VI)) or plain_letters(title.get(Language.EN, ""))
    parts = (first_day.isoformat(), ABBREVIATIONS[kind], about, "-".join(languages))
    return "_".join(filter(None, parts))


def plain_letters(text: str) -> str:
    """A text in plain Latin letters with hyphens between its words: ``đón đoàn Viêng Chăn`` → ``don-doan-Vieng-Chan``.

    Cut at the end of a word. Letters of other scripts are left out.
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    words = re.findall(r"[A-Za-z0-9]+", "".join(one for one in decomposed if not unicodedata.combining(one)))
    found = ""
    for word in words:
        longer = f"{found}-{word}" if found else word[:_LONGEST]
        if len(longer) > _LONGEST:
            break
        found = longer
    return found
