"""The head of a paper after the rules of the issuing side.

Sources: Decree 30/2020/NĐ-CP, annex I (state bodies); Guidance 36-HD/VPTW (Party bodies: no motto of the state, numbers
like ``36-HD/VPTW``). State, motto and layout are the issuer's country's, in the words of each language: a Vietnamese
body's paper in Lao has the name of Viet Nam. Who signs: :mod:`calendars.documents.signatures`.
"""

import re
from collections.abc import Mapping
from datetime import date

from calendars.documents.abbreviations import abbreviation_of, name_below
from calendars.documents.facts import BodyFacts, DocumentFacts
from calendars.documents.phrasing import bare_name
from calendars.documents.signatures import is_party_body, signature_of
from calendars.documents.value import Head, HeadForm, Line, Run, Text, plain
from calendars.documents.wording import GAP, Wording, capitals, emphasised
from models.i18n import N_, message
from models.text import localized, one_line
from models.vocabulary import Language

__all__ = [
    "author_of",
    "date_words",
    "head_of",
    "is_party_body",
    "number_text",
    "place_and_date",
    "plain_head",
    "signature_of",
]

_MOTTOS: Mapping[str, Mapping[Language, tuple[str, str]]] = {
    "VN": {
        Language.VI: ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
        Language.LO: ("ສາທາລະນະລັດ ສັງຄົມນິຍົມ ຫວຽດນາມ", "ເອກະລາດ - ເສລີພາບ - ຜາສຸກ"),
        Language.EN: ("SOCIALIST REPUBLIC OF VIET NAM", "Independence - Freedom - Happiness"),
    },
    "LA": {
        Language.VI: ("CỘNG HÒA DÂN CHỦ NHÂN DÂN LÀO", "Hòa bình - Độc lập - Dân chủ - Thống nhất - Thịnh vượng"),
        Language.LO: ("ສາທາລະນະລັດ ປະຊາທິປະໄຕ ປະຊາຊົນລາວ", "ສັນຕິພາບ ເອກະລາດ ປະຊາທິປະໄຕ ເອກະພາບ ວັດທະນາຖາວອນ"),
        Language.EN: ("LAO PEOPLE'S DEMOCRATIC REPUBLIC", "Peace Independence Democracy Unity Prosperity"),
    },
}
"""States and their mottos by country, in the words of each language; each paper has its issuer's."""

_FORMS: Mapping[str, HeadForm] = {"VN": HeadForm.STATE, "LA": HeadForm.LAO}

_PARTY: Mapping[Language, str] = {
    Language.VI: "ĐẢNG CỘNG SẢN VIỆT NAM",
    Language.LO: "ພັກຄອມມູນິດຫວຽດນາມ",
    Language.EN: "COMMUNIST PARTY OF VIET NAM",
}

_ROOM = "……"
"""For a number to be written by hand: the column it stands in is narrow."""

_PARTY_NUMBER = re.compile(r"[^/-]+-[^/]+/")
"""A number of the Party has its dash before the stroke: ``36-HD/VPTW``."""


def head_of(facts: DocumentFacts, wording: Wording, symbol: str, subject: Text = ()) -> Head:
    """The head of a paper with a number; ``symbol`` is the kind's abbreviation (``KH``; empty for a letter)."""
    body = facts.issuer.body
    if body is None:
        wording.lacks("issuer", message(N_("The body that issues the paper.")))
    country = _country(body)
    form = HeadForm.PARTY if is_party_body(body) else _FORMS[country]
    state: Text = ()
    motto: Text = ()
    if form is HeadForm.PARTY:
        state = tuple((Run(_PARTY[one], one, bold=True),) for one in wording.languages)
    else:
        mottos = [(one, *_MOTTOS[country][one]) for one in wording.languages]
        state = tuple((Run(name, one, bold=True),) for one, name, _words in mottos)
        motto = tuple((Run(words, one, bold=True),) for one, _name, words in mottos)
    return Head(
        form=form,
        superior=capitals(_superior(body, wording)),
        issuer=emphasised(capitals(_issuer(body, wording)), bold=True),
        state=state,
        motto=motto,
        number=_number(facts, wording, symbol),
        subject=subject,
        place_and_date=place_and_date(facts, wording),
    )


def _country(body: BodyFacts | None) -> str:
    """Whose head a paper has: its issuer's country's, Viet Nam's while nobody issues it."""
    return body.locality.country if body and body.locality.country in _MOTTOS else "VN"


def _issuer(body: BodyFacts | None, wording: Wording) -> Text:
    """The body's name, in Vietnamese without what stands above it already."""
    if body is None:
        return wording.words(GAP)
    name = body.name
    if body.superior and name.get(Language.VI):
        name = {**name, Language.VI.value: name_below(body)}
    return _above_its_place(wording.text(name, message(N_("The name of the issuing body."))), body)


def _above_its_place(text: Text, body: BodyFacts) -> Text:
    """``Ủy ban nhân dân`` above ``thành phố Hải Phòng``: a long name breaks before its place, not within it."""
    place = one_line(localized(body.locality.name, Language.VI))
    lines: list[Line] = []
    for line in text:
        said = plain((line,))
        name = said[: -len(place)].rstrip()
        if line[0].language is Language.VI and name and said.casefold().endswith(f" {place.casefold()}"):
            lines += [(Run(name, Language.VI),), (Run(said[-len(place) :], Language.VI),)]
        else:
            lines.append(line)
    return tuple(lines)


def _superior(body: BodyFacts | None, wording: Wording) -> Text:
    if body is None:
        return ()
    return _above_its_place(
        wording.text(body.superior, message(N_("The name of the body above the issuing one."))), body
    )


def _number(facts: DocumentFacts, wording: Wording, symbol: str) -> Text:
    """The clerk's number; until then ``Số: ……/KH-UBND`` with a gap for it and for what is not known of the body."""
    if facts.number:
        return number_text(facts.number, wording)
    body = facts.issuer.body
    short = abbreviation_of(body) if body else None
    if body and short is None:
        wording.lacks(
            "abbreviation", message(N_("The abbreviation of {body}, as one of its other names."), body=body.name)
        )
    if is_party_body(body):
        return number_text(f"{_ROOM}-{symbol or 'CV'}/{short or _ROOM}", wording)
    # A letter's number ends with the unit that drafts it, which is not kept.
    behind = f"{symbol}-{short or _ROOM}" if symbol else f"{short or _ROOM}-{_ROOM}"
    return number_text(f"{_ROOM}/{behind}", wording)


def number_text(number: str, wording: Wording) -> Text:
    """The line of the number as the clerk gave it: ``Số: 12/KH-UBND``, of the Party ``Số 12-KH/TU``."""
    if _PARTY_NUMBER.match(number):
        return wording.say(N_("No. {number}"), number=number)
    return wording.say(N_("No.: {number}"), number=number)


def place_and_date(facts: DocumentFacts, wording: Wording) -> Text:
    """``Hải Phòng, ngày 07 tháng 3 năm 2024``, with room for the day while the paper has not been issued."""
    lines: list[Line] = []
    for language in wording.languages:
        name = plain(wording.only(language).text(facts.issuer.place.name, message(N_("The name of a locality."))))
        day = date_words(facts.issued_on, facts.today, language)
        lines.append((Run(f"{bare_name(name)}, {day}", language, italic=True),))
    return tuple(lines)


def date_words(issued_on: date | None, today: date, language: Language) -> str:
    """The day on which a paper is issued, as it stands behind the place; no comma is in it."""
    day = f"{issued_on.day:02}" if issued_on else "….."
    month = (
        f"{issued_on.month:02}" if issued_on and issued_on.month < 3 else str(issued_on.month) if issued_on else "….."
    )
    year = (issued_on or today).year
    if language is Language.VI:
        return f"ngày {day} tháng {month} năm {year}"
    if language is Language.LO:
        return f"ວັນທີ {day}/{month}/{year}"
    return f"{day}/{month}/{year}"


def plain_head(facts: DocumentFacts, wording: Wording) -> Head:
    """The head of a list: only the name of the body that made it."""
    body = facts.issuer.body or facts.visit.organisation
    if body is None:
        return Head(HeadForm.PLAIN)
    name = wording.text(body.name, message(N_("The name of the issuing body.")))
    return Head(HeadForm.PLAIN, issuer=emphasised(capitals(name), bold=True))


def author_of(facts: DocumentFacts) -> str:
    """The office's name for a file's properties."""
    body = facts.issuer.body or facts.visit.organisation
    return (
        one_line(localized(body.name, Language.VI))
        if body
        else one_line(localized(facts.issuer.place.name, Language.VI))
    )
