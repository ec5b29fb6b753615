"""By what authority somebody signs a paper, from the body that issues it and the signatory's position on that day.

Sources: Decree 30/2020/NĐ-CP, article 13 and annex I (TM., KT., TL., TUQ.; titles the state doesn't know, such as
"standing" or "in charge", are left out); Guidance 36-HD/VPTW (T/M, K/T, T/L; not read in a source: see decision 0112).
Lao and English have no such abbreviations: there the same is said in words. Bodies of other countries sign with the
position as it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from calendars.documents.abbreviations import name_below
from calendars.documents.facts import BodyFacts, DocumentFacts, PersonFacts
from calendars.documents.value import Line, Run, Signature, Text
from calendars.documents.wording import GAP, Wording, capitals, emphasised
from models.i18n import N_, message
from models.text import LocalizedText, localized, one_line
from models.vocabulary import Language


@dataclass(frozen=True, slots=True)
class BodyClass:
    """What holds of a class of bodies: by which name they are known, who heads them, whether they decide together.

    ``name``: how their Vietnamese names begin. ``collective``: in whose name the head signs; None: the head decides
    alone. ``is_unit``: a part of its superior, whose head signs for that one by order (TL.). ``is_below_committee``:
    its head may sign for the People's Committee by a mandate (TUQ.).
    ``joins_deputies``: deputies sign for the collective like the head (Party committees), not for the head (KT.).
    """

    name: str
    head: LocalizedText
    deputy: LocalizedText
    collective: str | None = None
    is_unit: bool = False
    is_below_committee: bool = False
    joins_deputies: bool = False


def _title(vi: str, lo: str, en: str) -> LocalizedText:
    return {"vi": vi, "lo": lo, "en": en}


_CHAIR = (_title("Chủ tịch", "ປະທານ", "Chair"), _title("Phó Chủ tịch", "ຮອງປະທານ", "Vice-Chair"))
_DIRECTOR = (_title("Giám đốc", "ຫົວໜ້າ", "Director"), _title("Phó Giám đốc", "ຮອງຫົວໜ້າ", "Deputy Director"))
_MANAGER = (_title("Giám đốc", "ຜູ້ອຳນວຍການ", "Director"), _title("Phó Giám đốc", "ຮອງຜູ້ອຳນວຍການ", "Deputy Director"))
_SECRETARY = (_title("Bí thư", "ເລຂາ", "Secretary"), _title("Phó Bí thư", "ຮອງເລຂາ", "Deputy Secretary"))
_OFFICE = (
    _title("Chánh Văn phòng", "ຫົວໜ້າຫ້ອງການ", "Chief of Office"),
    _title("Phó Chánh Văn phòng", "ຮອງຫົວໜ້າຫ້ອງການ", "Deputy Chief of Office"),
)
_INSPECTION = (_title("Chủ nhiệm", "ປະທານ", "Chair"), _title("Phó Chủ nhiệm", "ຮອງປະທານ", "Vice-Chair"))
_DELEGATION = (_title("Trưởng đoàn", "ຫົວໜ້າຄະນະ", "Head"), _title("Phó Trưởng đoàn", "ຮອງຫົວໜ້າຄະນະ", "Deputy Head"))
_COMMISSION = (_title("Trưởng Ban", "ຫົວໜ້າຄະນະ", "Head"), _title("Phó Trưởng Ban", "ຮອງຫົວໜ້າຄະນະ", "Deputy Head"))
_DIVISION = (
    _title("Trưởng phòng", "ຫົວໜ້າຂະແໜງ", "Head of Division"),
    _title("Phó Trưởng phòng", "ຮອງຫົວໜ້າຂະແໜງ", "Deputy Head of Division"),
)
_RECTOR = (_title("Hiệu trưởng", "ອະທິການບໍດີ", "Rector"), _title("Phó Hiệu trưởng", "ຮອງອະທິການບໍດີ", "Vice-Rector"))
_EDITOR = (
    _title("Tổng Biên tập", "ບັນນາທິການໃຫຍ່", "Editor-in-chief"),
    _title("Phó Tổng Biên tập", "ຮອງບັນນາທິການໃຫຍ່", "Deputy Editor-in-chief"),
)

_COMMITTEE = "Ủy ban nhân dân"

BODY_CLASSES: Sequence[BodyClass] = (
    BodyClass(_COMMITTEE, *_CHAIR, collective=_COMMITTEE),
    BodyClass("Hội đồng nhân dân", *_CHAIR, collective="Hội đồng nhân dân"),
    BodyClass("Ủy ban Mặt trận Tổ quốc", *_CHAIR, collective="Ban Thường trực"),
    BodyClass("Ủy ban Kiểm tra", *_INSPECTION, collective="Ủy ban Kiểm tra"),
    BodyClass("Đoàn Đại biểu Quốc hội", *_DELEGATION, collective="Đoàn Đại biểu Quốc hội"),
    BodyClass("Tỉnh ủy", *_SECRETARY, collective="Ban Thường vụ", joins_deputies=True),
    BodyClass("Thành ủy", *_SECRETARY, collective="Ban Thường vụ", joins_deputies=True),
    BodyClass("Huyện ủy", *_SECRETARY, collective="Ban Thường vụ", joins_deputies=True),
    BodyClass("Quận ủy", *_SECRETARY, collective="Ban Thường vụ", joins_deputies=True),
    BodyClass("Thị ủy", *_SECRETARY, collective="Ban Thường vụ", joins_deputies=True),
    BodyClass("Đảng ủy", *_SECRETARY, collective="Ban Thường vụ", joins_deputies=True),
    BodyClass("Liên hiệp", *_CHAIR),
    BodyClass("Hội", *_CHAIR),
    BodyClass("Văn phòng", *_OFFICE, is_unit=True),
    BodyClass("Phòng", *_DIVISION, is_unit=True),
    BodyClass("Sở", *_DIRECTOR, is_below_committee=True),
    BodyClass("Công an", *_DIRECTOR, is_below_committee=True),
    BodyClass("Ban", *_COMMISSION, is_below_committee=True),
    BodyClass("Báo", *_EDITOR, is_below_committee=True),
    BodyClass("Học viện", *_MANAGER),
    BodyClass("Trường", *_RECTOR, is_below_committee=True),
    BodyClass("Trung tâm", *_MANAGER, is_below_committee=True),
    BodyClass("Bệnh viện", *_MANAGER, is_below_committee=True),
    BodyClass("Bảo tàng", *_MANAGER, is_below_committee=True),
    BodyClass("Nhà hát", *_MANAGER, is_below_committee=True),
)
"""Classes of bodies, the longer names before those that they begin with."""

PARTY_NAMES = ("tỉnh ủy", "thành ủy", "huyện ủy", "quận ủy", "thị ủy", "đảng ủy", "trung ương đảng")

_PREFIXES: Mapping[str, LocalizedText] = {
    "TM.": _title("TM. {whom}", "ຕາງໜ້າ{whom}", "On behalf of the {whom}"),
    "KT.": _title("KT. {whom}", "ແທນ{whom}", "For the {whom}"),
    "TL.": _title("TL. {whom}", "ຕາມການມອບໝາຍຂອງ{whom}", "By order of the {whom}"),
    "TUQ.": _title("TUQ. {whom}", "ຕາມການມອບສິດຂອງ{whom}", "By mandate of the {whom}"),
    "Q.": _title("Q. {whom}", "ຮັກສາການ{whom}", "Acting {whom}"),
}
_PARTY_PREFIXES = {"TM.": "T/M {whom}", "KT.": "K/T {whom}", "TL.": "T/L {whom}"}

_SPELT_OUT = (
    ("UBND", "Ủy ban nhân dân"),
    ("HĐND", "Hội đồng nhân dân"),
    ("UBKT", "Ủy ban Kiểm tra"),
    ("ĐBQH", "Đại biểu Quốc hội"),
    ("UBMTTQ", "Ủy ban Mặt trận Tổ quốc"),
    ("MTTQ", "Mặt trận Tổ quốc"),
    ("TP.", "thành phố"),
    ("TP", "thành phố"),
    ("VP", "Văn phòng"),
)
_UNOFFICIAL = re.compile(r"^\s*(thường trực|phụ trách|điều hành|chuyên trách)\b", re.IGNORECASE)


def is_party_body(body: BodyFacts | None) -> bool:
    """Whether a body is of the Communist Party of Viet Nam, by its Vietnamese name: Tỉnh ủy, Thành ủy and bodies named
    after them; Lao bodies are called the same and are not."""
    name = _spelt(localized(body.name, Language.VI)).casefold() if body and body.locality.country == "VN" else ""
    return any(re.search(rf"\b{party}\b", name) for party in PARTY_NAMES)


def office_of(body: BodyFacts) -> BodyClass | None:
    """The class of a body by its Vietnamese name; None where the table doesn't know it, or it is another country's."""
    return _office_named(localized(body.name, Language.VI)) if body.locality.country == "VN" else None


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is in a body: of which class it is, head or deputy, acting or not; ``standing`` and the like where
    the Party counts it; ``of``: the body, as the position names it."""

    office: BodyClass
    is_deputy: bool
    is_acting: bool = False
    qualifier: str = ""
    of: str = ""


def standings_in(position: str) -> list[Standing]:
    """What the parts of a position say that lead a body: ``Tỉnh ủy viên, Phó Chủ tịch UBND tỉnh`` has one."""
    found = (_standing(part) for part in re.split(r"[,;]|\bkiêm\b", _spelt(position)))
    return [one for one in found if one]


@dataclass(frozen=True, slots=True)
class AuthorityLine:
    """A line above the signature: a prefix (``KT.``, empty: none) and a title or a name of a collective."""

    prefix: str
    whom: LocalizedText


def authority(body: BodyFacts, signatory: PersonFacts, *, personal: bool = False) -> list[AuthorityLine]:
    """The lines above the signature of somebody who signs a body's paper; empty where the rules give none.

    ``personal``: the head decides alone even where the body is collective (the Chair's decision, no TM.).
    """
    office = office_of(body)
    if office is None:
        return []
    collective = None if personal and not office.joins_deputies else office.collective
    on_behalf = [AuthorityLine("TM.", _collective(collective, body))] if collective else []
    standings = standings_in(localized(signatory.position, Language.VI))
    belongs = signatory.body_id in (None, body.id)
    for one in standings:
        if one.office.head == office.head and _leads(one, body, signatory, belongs=belongs):
            return [*on_behalf, *_own_lines(one, office)]
    for one in standings:
        # No body is a part of itself: an office's own deputies sign for its chief, not by order of the chief.
        if one.office.is_unit and one.office != office and _is_unit_of(one, body, signatory, belongs=belongs):
            whom = _collective(collective, body) if office.joins_deputies and collective else office.head
            return [AuthorityLine("TL.", whom), *_lines_of_unit(one, body)]
        # A mandate can't be handed on, so no deputy has one (article 13.3).
        if one.office.is_below_committee and office.name == _COMMITTEE and not one.is_deputy:
            return [AuthorityLine("TUQ.", office.head), _line_of_other(one, body, signatory)]
    return []


def signature_of(facts: DocumentFacts, wording: Wording, *, personal: bool = False) -> Signature:
    """Who signs: authority and position in capitals, room, name; gaps where nobody was named, listed as missing."""
    signatory, body = facts.issuer.signatory, facts.issuer.body
    if signatory is None:
        wording.lacks("signatory", message(N_("Who signs the paper.")))
        return Signature((emphasised(wording.words(GAP), bold=True),), emphasised(wording.words(GAP), bold=True))
    what = message(N_("The position of {name}."), name=signatory.name)
    lines = authority(body, signatory, personal=personal) if body else []
    if lines and body:
        prefixed = tuple(_written(line, wording, is_party=is_party_body(body)) for line in lines)
        return Signature(prefixed, wording.name(signatory, addressed=False, bold=True))
    position = wording.text(signatory.position, what)
    is_known = bool(position)
    if not is_known:
        wording.lacks("signatory", what)
        position = wording.words(GAP)
    if body and signatory.body_id not in (None, body.id):
        elsewhere = message(N_("{name} is not of the issuing body."), name=signatory.name)
        wording.lacks("signatory_elsewhere", elsewhere)
    elif is_known and body and office_of(body):
        wording.lacks(
            "authority", message(N_("By what authority {name} signs for the issuing body."), name=signatory.name)
        )
    return Signature((emphasised(capitals(position), bold=True),), wording.name(signatory, addressed=False, bold=True))


def head_in_words(body: BodyFacts, wording: Wording) -> Text:
    """Who decides alone for a body: ``CHỦ TỊCH ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG``; the body where it has no head."""
    name = wording.text(body.name, message(N_("The name of the issuing body.")))
    office = office_of(body)
    if office is None:
        return capitals(name)
    if office.joins_deputies:
        in_vi = {
            "vi": f"{office.collective} {localized(body.name, Language.VI)}",
            "lo": "ຄະນະປະຈຳ",
            "en": "Standing Committee",
        }
        title = wording.text(in_vi, message(N_("The name of the issuing body.")))
        return capitals(title)
    head = office.head["vi"]
    vietnamese = one_line(localized(body.name, Language.VI))
    if head.casefold().endswith(office.name.casefold()):
        vietnamese = vietnamese[len(office.name) :].strip()
    lines: list[Line] = []
    for language in wording.languages:
        own = body.name.get(language)
        if language is Language.VI:
            written = f"{head} {vietnamese}"
        elif language is Language.LO:
            written = f"{office.head['lo']}{own or GAP}"
        else:
            written = f"{office.head['en']} of the {own or GAP}"
        lines.append((Run(one_line(written), language),))
    return capitals(tuple(lines))


def _spelt(text: str) -> str:
    spelt = one_line(text).replace("uỷ", "ủy").replace("Uỷ", "Ủy").replace("UỶ", "ỦY")
    for short, long in _SPELT_OUT:
        spelt = re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", long, spelt)
    return spelt


def _office_named(name: str) -> BodyClass | None:
    spelt = _spelt(name).casefold()
    return next((one for one in BODY_CLASSES if re.match(rf"{re.escape(one.name.casefold())}\b", spelt)), None)


def _standing(part: str) -> Standing | None:
    text = part.strip()
    acting = re.match(r"(?:quyền\s+|q\.\s*)", text, re.IGNORECASE)
    text = text[acting.end() :] if acting else text
    found: list[tuple[int, bool, BodyClass, str]] = []
    for office in BODY_CLASSES:
        for is_deputy, title in ((True, office.deputy["vi"]), (False, office.head["vi"])):
            if matched := re.match(rf"{re.escape(title)}\b", text, re.IGNORECASE):
                found.append((matched.end(), is_deputy, office, text[matched.end() :]))
    if not found:
        return None
    longest = max(end for end, *_ in found)
    candidates = [one for one in found if one[0] == longest]
    _end, is_deputy, office, rest = candidates[0]
    unofficial = _UNOFFICIAL.match(rest)
    of = (rest[unofficial.end() :] if unofficial else rest).strip()
    if len(candidates) > 1:
        # Many bodies have a chair, a director, a secretary: the body that is named says which.
        office = _office_named(of) or office
    return Standing(office, is_deputy, bool(acting), unofficial[1] if unofficial else "", of)


def _is_of(one: Standing, body: BodyFacts, *, belongs: bool) -> bool:
    """Whether a standing is in the body itself: what its position names are words of the body's names."""
    return _is_named_by(one.of, body, one.office) if one.of else belongs


def _leads(one: Standing, body: BodyFacts, signatory: PersonFacts, *, belongs: bool) -> bool:
    """Whether a standing is that of the body's head or deputy; an office is also named by what it is the office of."""
    if one.office.head is _OFFICE[0]:
        return _is_of(one, body, belongs=belongs) or _is_unit_of(one, body, signatory, belongs=belongs)
    return _is_of(one, body, belongs=belongs)


def _is_unit_of(one: Standing, body: BodyFacts, signatory: PersonFacts, *, belongs: bool) -> bool:
    """Whether somebody leads a part of the body: its office (``Chánh Văn phòng UBND tỉnh``) or a division of it."""
    if one.office.head is not _OFFICE[0]:
        return belongs
    of = one.of or re.sub(rf"^{one.office.name}\s*", "", _spelt(localized(signatory.body, Language.VI)))
    return _is_named_by(of, body, one.office) if of else belongs


def _is_named_by(words: str, body: BodyFacts, office: BodyClass) -> bool:
    """Whether words are part of one of the body's names, with or without the level of its locality."""
    names = [_spelt(one) for one in (localized(body.name, Language.VI), *body.aliases, office.head["vi"])]
    return any(f" {_bare(words)} " in f" {_bare(name)} " for name in names)


def _bare(words: str) -> str:
    return " ".join(re.sub(r"\b(tỉnh|thành phố|thủ đô)\b", " ", words.casefold()).split())


def _own_lines(one: Standing, office: BodyClass) -> list[AuthorityLine]:
    if not one.is_deputy:
        return [AuthorityLine("Q." if one.is_acting else "", office.head)]
    if office.joins_deputies:
        qualified = {"vi": " ".join(filter(None, (office.deputy["vi"], one.qualifier)))}
        return [AuthorityLine("", {**office.deputy, **qualified})]
    return [AuthorityLine("KT.", office.head), AuthorityLine("", office.deputy)]


def _lines_of_unit(one: Standing, body: BodyFacts) -> list[AuthorityLine]:
    """The titles of the head or deputy of a part of the body; a division's name stands behind them."""
    of = "" if _is_named_by(one.of, body, one.office) else f" {one.of}"
    head, deputy = ({**title, "vi": f"{title['vi']}{of}"} for title in (one.office.head, one.office.deputy))
    if one.is_deputy:
        return [AuthorityLine("KT.", head), AuthorityLine("", deputy)]
    return [AuthorityLine("Q." if one.is_acting else "", head)]


def _line_of_other(one: Standing, body: BodyFacts, signatory: PersonFacts) -> AuthorityLine:
    """The title of the head of a body below the committee, with its name: ``Giám đốc Sở Ngoại vụ``."""
    of = one.of or one_line(localized(signatory.body, Language.VI))
    below = replace(body, name={"vi": of}, superior=body.name)
    title = {**(signatory.position or {}), "vi": f"{one.office.head['vi']} {name_below(below)}".strip()}
    return AuthorityLine("Q." if one.is_acting else "", title)


def _collective(name: str | None, body: BodyFacts) -> LocalizedText:
    """The collective in whose name is signed; in Lao and English by the body's own name, where it is known."""
    return {**{one: text for one, text in body.name.items() if one != Language.VI}, "vi": name or name_below(body)}


def _written(line: AuthorityLine, wording: Wording, *, is_party: bool) -> Text:
    lines: list[Line] = []
    for language in wording.languages:
        one = wording.only(language)
        whom = one.text(line.whom, message(N_("The name of the issuing body.")))
        words = "".join(run.text for run in whom[0]) if whom else GAP
        if line.prefix:
            form = _PREFIXES[line.prefix][language]
            if is_party and language is Language.VI:
                form = _PARTY_PREFIXES.get(line.prefix, form)
            words = form.format(whom=words)
        lines.append((Run(words, language, bold=True),))
    return capitals(tuple(lines))
