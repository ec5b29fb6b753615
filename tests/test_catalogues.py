"""The message catalogues: every marked sentence stands in Vietnamese and Lao, and nothing else does.

A sentence with a context is written as in the catalogues' keys: ``context␄sentence``, with one character between.
"""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

import pytest
import yaml
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from calendars.events.labels import KIND_NAMES, MEMBER_ROLE_NAMES, PROGRESS_NAMES, STATUS_NAMES
from models.i18n import CONTEXT_END, LOCALE_DIR, NP_, Message, translate, translate_filled
from tests import translations
from tests.paths import ROOT

ROOMS = ("models", "calendars", "jobs", "service", "seed")
PAGES = {".html", ".txt", ".xml", ".svg", ".j2", ".jinja"}
TRANSLATED = ("vi", "lo")


def in_context(context: str | None, text: str) -> str:
    """How a sentence is written here, and in the keys of the catalogues."""
    return f"{context}{CONTEXT_END}{text}" if context else text


def sentences_in_code(source: str) -> tuple[set[str], list[int]]:
    """The sentences marked ``N_("…")`` or ``NP_("…", "…")``, and the lines whose mark no catalogue can follow."""
    sentences, unreadable = set(), []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name("N_"), args=[ast.Constant(value=str(text)), *_]):
                sentences.add(text)
            case ast.Call(func=ast.Name("N_"), args=[ast.Name() | ast.Attribute() | ast.Subscript(), *_]):
                pass  # handed on, so marked where it was written
            case ast.Call(func=ast.Name("NP_"), args=[ast.Constant(value=str(context)), ast.Constant(value=str(text))]):
                sentences.add(in_context(context, text))
            case ast.Call(
                func=ast.Name("NP_"),
                args=[ast.Name() | ast.Attribute() | ast.Subscript(), ast.Name() | ast.Attribute() | ast.Subscript()],
            ):
                pass
            case ast.Call(func=ast.Name("N_" | "NP_")):
                unreadable.append(node.lineno)
    return sentences, unreadable


def sentences_in_page(path: Path) -> set[str]:
    """The sentences a Jinja template asks for with ``_("…")`` or ``pgettext("…", "…")``."""
    with path.open("rb") as file:
        options = {"silent": "false", "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols"}
        keywords = {"_": None, "pgettext": ((1, "c"), 2)}
        found = extract("jinja2.ext:babel_extract", file, keywords, [], options)
        return {in_context(context, str(text)) for _, text, _, context in found if text}


def sentences() -> dict[str, str]:
    """Every sentence in use, with the file that uses it."""
    found: dict[str, str] = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix == ".py":
                marked = sentences_in_code(path.read_text())[0]
            elif path.suffix in PAGES and "templates" in path.parts:
                marked = sentences_in_page(path)
            else:
                continue
            found |= dict.fromkeys(marked - found.keys(), str(path.relative_to(ROOT)))
    return found


def catalogue(language: str) -> tuple[dict[str, str], list[str]]:
    """A catalogue's sentences and translations, and the entries marked fuzzy."""
    with (LOCALE_DIR / f"{language}.po").open("rb") as file:
        entries = [entry for entry in read_po(file, locale=language, abort_invalid=True) if entry.id]
    translations = {in_context(entry.context, str(entry.id)): str(entry.string) for entry in entries}
    return translations, [str(entry.id) for entry in entries if entry.fuzzy]


def placeholders(sentence: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)


def other_placeholders(translations: Mapping[str, str]) -> dict[str, str]:
    """Translations that would lose or lack a value, or break on a stray brace."""
    found = {}
    for text, translation in translations.items():
        try:
            if set(placeholders(text)) != set(placeholders(translation)):
                found[text] = translation
        except ValueError:
            found[text] = translation
    return found


def listed(title: str, lines: Mapping[str, str]) -> str:
    return f"{title} ({len(lines)}):" + "".join(f"\n  {text!r}  [{where}]" for text, where in sorted(lines.items()))


@pytest.fixture(scope="module")
def used() -> dict[str, str]:
    return sentences()


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogue_holds_every_sentence_and_no_other(language: str, used: dict[str, str]) -> None:
    translations, _ = catalogue(language)
    missing = {text: where for text, where in used.items() if text not in translations}
    unused = dict.fromkeys(translations.keys() - used.keys(), f"{language}.po")
    report = f"{listed(f'add to {language}.po', missing)}\n{listed(f'remove from {language}.po', unused)}"
    assert not missing and not unused, report  # noqa: PT018 - one report of both


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogue_translates_every_sentence(language: str) -> None:
    translations, fuzzy = catalogue(language)
    empty = {text: f"{language}.po" for text, translation in translations.items() if not translation.strip()}
    assert not empty, listed(f"translate in {language}.po", empty)
    assert fuzzy == [], f"look over in {language}.po and take the fuzzy mark away"


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogue_keeps_every_placeholder(language: str) -> None:
    wrong = other_placeholders(
        {text: translation for text, translation in catalogue(language)[0].items() if translation}
    )
    assert not wrong, listed(f"other placeholders in {language}.po", wrong)


def test_english_catalogue_holds_no_unknown_sentence(used: dict[str, str]) -> None:
    if not (LOCALE_DIR / "en.po").exists():
        return  # the sentences are English already
    translations, fuzzy = catalogue("en")
    unused = dict.fromkeys(translations.keys() - used.keys(), "en.po")
    assert not unused, listed("remove from en.po", unused)
    wrong = other_placeholders({text: translation for text, translation in translations.items() if translation})
    assert not wrong, listed("other placeholders in en.po", wrong)
    assert fuzzy == []


def test_code_marks_whole_sentences() -> None:
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    lines = {str(path.relative_to(ROOT)): sentences_in_code(path.read_text())[1] for path in paths}
    assert {name: found for name, found in lines.items() if found} == {}, "no catalogue can hold an f-string or a sum"


def test_sentences_in_code_sees_marks() -> None:
    source = 'a = N_("Save")\nb = message(N_("At most " "{count} people."), count=3)\nc = N_(f"{a} b")\nd = N_(label)\n'
    assert sentences_in_code(source) == ({"Save", "At most {count} people."}, [3])


def test_sentences_in_code_sees_contexts() -> None:
    lines = ('NP_("of a person", "Na" "me")', 'N_("Name")', 'NP_(word, "Name")', 'NP_("of a car", name)', 'NP_("Name")')
    assert sentences_in_code("\n".join(lines)) == ({f"of a person{CONTEXT_END}Name", "Name"}, [3, 4, 5])
    assert sentences_in_code("def say(context, sentence):\n    NP_(context, sentence)") == (set(), [])


def test_sentences_in_page_sees_marks_everywhere(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<p title="{{ _(\'One\') }}">{% if x %}{{ _("Two {n}", n=2) }}{% endif %}'
        "{% set t = _('Three') %}{{ macro(_('Four')) }}{% for a in b %}{% continue %}{% endfor %}{{ _(name) }}</p>"
    )
    assert sentences_in_page(page) == {"One", "Two {n}", "Three", "Four"}


def test_sentences_in_page_sees_contexts(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("{{ pgettext('of a person', 'Name') }}{{ _('Name') }}{{ pgettext(\"view\", \"{n} days\", n=2) }}")
    assert sentences_in_page(page) == {f"of a person{CONTEXT_END}Name", "Name", f"view{CONTEXT_END}{{n}} days"}


def test_other_placeholders_sees_a_lost_and_a_broken_one() -> None:
    translations = {"{n} days": "{n} ngày", "{n} weeks": "tuần", "{n} years": "{n năm", "Save": "Lưu"}
    assert set(other_placeholders(translations)) == {"{n} weeks", "{n} years"}
    lost = in_context("late by", "{n} days")
    assert set(other_placeholders({lost: "ngày", in_context("in", "{n} days"): "{n} ngày"})) == {lost}


def test_gettext_tools_find_the_same_sentences(used: dict[str, str], tmp_path: Path) -> None:
    """What the settings in pyproject.toml and the keywords of ``make messages`` lead pybabel to."""
    pot = tmp_path / "messages.pot"
    options = ["--mapping-file", "pyproject.toml", "--keyword", "NP_:1c,2", "--output-file", str(pot)]
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract", *options, "."], cwd=ROOT, check=True
    )
    with pot.open("rb") as file:
        found = {in_context(entry.context, str(entry.id)) for entry in read_po(file) if entry.id}
    assert found == used.keys()


def test_the_page_for_native_speakers_is_the_catalogues(used: dict[str, str]) -> None:
    """Every sentence translated anew stands on it, as it reads now; `python -m tests.translations` writes it."""
    vi, lo = (catalogue(language)[0] for language in TRANSLATED)
    assert translations.PAGE.read_text() == translations.written(vi, lo, used)
    known = translations.before()
    assert len(known.keys() & vi.keys()) > len(known) * 0.9
    assert set(translations.changed(vi, lo)) >= translations.READ


def test_every_context_changes_a_translation() -> None:
    """Not needed where both languages say the same with and without it."""
    translations = [catalogue(language)[0] for language in TRANSLATED]
    contexts = {text: text.rpartition(CONTEXT_END)[2] for text in translations[0] if CONTEXT_END in text}
    assert contexts
    needless = [text for text, plain in contexts.items() if all(one[text] == one.get(plain) for one in translations)]
    assert needless == []


def test_changed_sees_another_translation_and_another_context() -> None:
    known = "Save"
    vi, lo = translations.before()[known]
    assert translations.changed({known: vi}, {known: lo}) == []
    assert translations.changed({known: vi}, {known: "x"}) == [known]
    new = in_context("a file", known)
    assert translations.changed({new: "x"}, {new: lo}) == [new]
    page = translations.written({new: "x | y"}, {new: lo}, {new: "a.html"})
    assert f"| a.html | Save (a file) | x \\| y | {lo} | {translations.TO_BE_READ} |\n" in page


FORBIDDEN: dict[str, dict[str, str]] = {
    "vi": {
        r"\b[Bb]ạn\b": "the reader is Ông/Bà; guests are “phía bạn”",
        r"[Qq]uý vị": "the reader is Ông/Bà",
        r"\b[Hh]ãy\b": "requests begin with Xin",
        r"\bhọ\b(?! tên)": "guests are “phía bạn”, officers are named",
        r"\bnó\b": "things have their noun",
        r"\bthứ\b(?! (tự|hai|ba|nhất|Bảy))": "things have their noun",
        r"[Cc]hiều đoàn": "đoàn vào, đoàn ra",
        r"[Tt]hứ bậc|[Tt]hứ hạng": "thứ tự lễ tân; thứ tự trong cùng bậc",
        r"[Kk]ế tục": "kế thừa",
        r"[Bb]ản tin": "bản tóm tắt hằng ngày",
        r"[Nn]gười duyệt": "người phê duyệt",
        r"[Mm]ẫu việc": "mẫu nhiệm vụ",
        r"[Đđ]ặt trước|\b[Nn]hả\b": "lượt đặt, hủy lượt đặt",
        r"[Xx]ung đột|[Mm]âu thuẫn": "trùng lịch",
        r"[Ll]ời nhắc": "thư nhắc",
        r"[Cc]hỗ nghỉ|[Cc]hỗ ở|[Nn]hà nghỉ": "nơi ở",
        r"[Bb]uổi lễ": "lễ kỷ niệm",
        r"[Kk]ỷ niệm lần thứ": "kỷ niệm {n} năm: the number counts years",
        r"bị lỡ": "quá hạn",
        r"(Trường|Tên|Tham số) chưa biết": "không có … này",
        r"\d{4,} kB|\} %": "1.000 kB; 5%",
        r"^(Đã hủy|Đã hoãn|Đổi ngày giờ|Thay đổi|Nhắc việc): \{title\}": "a subject names the paper: Thông báo …",
        r"hoãn hoặc hủy:$": "say which of both",
        r"kỷ niệm \{ordinal\} năm:": "Lễ kỷ niệm 50 năm Ngày …: no colon",
        r"Hiệp ước hữu nghị": "a proper name: Hiệp ước Hữu nghị và Hợp tác",
        r"Sít Thị": "Khăm Phăn Sít Thi Đăm Pha, as he signed",
        r"\(dự thảo\)": "the state says it",
    },
    "lo": {
        "ເຫດການ": "ກິດຈະກຳ: ເຫດການ is an incident",
        "ມັນ": "not written in an office",
        "ຈົ່ງ": "commands: ກະລຸນາ",
        "(?:^|[.:;,] )ໃຫ້": "to a subordinate: ກະລຸນາ",
        "ຂອງເຂົາ|ຫາເຂົາ|ພວກເຂົາ|: ເຂົາ": "ຝ່າຍເພື່ອນ",
        "ຂໍ້ຂັດແຍ່ງ": "ການຊ້ຳຊ້ອນ: a dispute has no place in a friendship programme",
        "ໂຄຕາ": "ໂກຕາ",
        "ຜູ້ຄຸ້ມຄອງລະບົບ": "ຜູ້ບໍລິຫານລະບົບ",
        "ຜູ້ອ່ານ": "ຜູ້ເບິ່ງ",
        "ເຂົ້າລະບົບ": "ເຂົ້າສູ່ລະບົບ",
        "ບຣາວເຊີ|ເບຣົາເຊີ": "ໂປຣແກຣມທ່ອງເວັບ",
        "ຄູ່ຮ່ວມຂັ້ນ": "ຄູ່ຕຳແໜ່ງ",
        "ອັນດັບ": "ລຳດັບໃນຂັ້ນດຽວກັນ",
        "ຕົງກັບ": "ກົງກັບ",
        "(?<!ຫ)ວ່າງ": "ຫວ່າງ",
        "ທາງເມວ": "ທາງອີເມວ",
        "ໂຕພິມ": "ຕົວອັກສອນ",
        "ແບບວຽກ": "ແບບໜ້າວຽກ",
        "ຄະນະສິລະປະ": "ຄະນະສິລະປິນ",
        "ສົ່ງຄືນ": "to give back a thing; a booking is ຍົກເລີກ, a mail ສົ່ງອີກຄັ້ງ",
        "ແອັບ": "ໂປຣແກຣມ",
        "ຂັ້ນດ້ວຍຈຸດ": "ຈຸດ is a dot too: show the mark",
        "ຄັ້ງທີ \\{ordinal\\}": "ຄົບຮອບ {n} ປີ: the number counts years",
        "^(ຍົກເລີກ|ປ່ຽນແປງ|ເລື່ອນແລ້ວ|ປ່ຽນວັນເວລາ): \\{title\\}": "a subject names the kind of paper: ແຈ້ງ…",
        "ເລື່ອນ ຫຼື ຍົກເລີກ:$": "say which of both",
        "ຫວຽດນາມ - ລາວ|ຫາຍເຢືອງ - ວຽງຈັນ|ຮ່າໂນ້ຍ - [^,]*ວຽງຈັນ": "each language names its own side first",
        "ພິທີສະເຫຼີມສະຫຼອງ \\d+ ປີ": "ພິທີສະເຫຼີມສະຫຼອງ … ຄົບຮອບ {n} ປີ",
        "ການສ້າງພັກ|ງານສ້າງພັກ|(?<!ກໍ່)ສ້າງພັກ": "ກໍ່ສ້າງພັກ",
        "ເລຂາຄະນະພັກແຂວງ": "ເລຂາພັກແຂວງ",
        "(?<!ງານ)ບຸນ(ລະດູໃບໄມ້ຫຼົ່ນ)": "ງານບຸນ",
        "ນາຍແປພາສາ": "ນາຍພາສາ",
        "\\(ຮ່າງ\\)": "the state says it",
    },
}
"""By language, what a translation never says → the word of docs/glossary.md, or why."""

EXCEPTIONS: dict[str, dict[str, str]] = {
    "vi": {},
    "lo": {
        "Note for those who read it (may stay empty)": "whoever reads, not the role",
        "Vietnamese or English must be there; where a language is left empty, readers see another.": "whoever reads",
    },
}
"""Sentences that may say it all the same, by what they say, and why."""


def says(text: str, pattern: str) -> bool:
    """Whether a translation says what it should not; “phía bạn” is a word of its own."""
    return re.search(pattern, re.sub("[Pp]hía bạn", "", text)) is not None


@pytest.mark.parametrize("language", TRANSLATED)
def test_one_word_for_one_thing(language: str) -> None:
    """The words of the glossary hold in every sentence, and the names of closed lists."""
    texts = catalogue(language)[0] | {
        f"{word}": names[language]
        for listed_names in (KIND_NAMES, STATUS_NAMES, MEMBER_ROLE_NAMES, PROGRESS_NAMES)
        for word, names in listed_names.items()
    }
    found = {
        text: f"{pattern} → {instead}"
        for text, translation in texts.items()
        for pattern, instead in FORBIDDEN[language].items()
        if says(translation, pattern) and text not in EXCEPTIONS[language]
    }
    assert not found, listed(f"use the words of docs/glossary.md in {language}.po", found)
    assert EXCEPTIONS[language].keys() <= texts.keys()


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_programme_uses_the_same_words(language: str) -> None:
    files = sorted((ROOT / "seed" / "programme").glob("*.yaml"))
    texts = {
        text: path.name for path in files for text in translations.texts_of(yaml.safe_load(path.read_text()), language)
    }
    assert len(texts) > 200
    found = {
        f"{text} ({pattern} → {instead})": where
        for text, where in texts.items()
        for pattern, instead in FORBIDDEN[language].items()
        if says(text, pattern)
    }
    assert not found, listed(f"use the words of docs/glossary.md in {language}", found)


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_are_written_in_their_own_letters(language: str) -> None:
    """A look-alike of another script, as of Cyrillic or Thai, is found by no search and read out wrong."""
    others = {"vi": r"[\u0370-\u1cff\u2c00-\ud7ff]", "lo": r"[\u0370-\u0e7f\u0f00-\u1cff\u2c00-\ud7ff]"}
    wrong = {text: said for text, said in catalogue(language)[0].items() if re.search(others[language], said)}
    assert not wrong, listed(f"foreign letters in {language}.po", wrong)


def test_says_sees_a_forbidden_word() -> None:
    assert says("Tài khoản của bạn", r"\b[Bb]ạn\b")
    assert not says("thống nhất với phía bạn", r"\b[Bb]ạn\b")
    assert says("ມື້ຫວ່າງ ແລະ ວ່າງ", "(?<!ຫ)ວ່າງ")
    assert not says("ມື້ຫວ່າງ", "(?<!ຫ)ວ່າງ")


def test_context_chooses_the_translation() -> None:
    name = NP_("of a person", "Name")
    assert (translate(name, "vi"), translate("Name", "vi")) == ("Họ và tên", "Tên")
    assert (translate(name, "en"), name, str(Message(name))) == ("Name", "Name", "Name")
    assert Message("{what}:", {"what": Message(name)}).to("vi") == "Họ và tên:"


def test_unknown_context_stays_english() -> None:
    """It has a meaning of its own: the translation of another one would mislead."""
    assert translate(NP_("of a ship", "Name"), "vi") == "Name"
    assert translate(NP_("of a ship", "{count} hours"), "vi", count=2) == "2 hours"


def test_filled_sentences_are_those_without_context() -> None:
    assert translate_filled("Note", "vi") == translate("Note", "vi") != translate(NP_("written remark", "Note"), "vi")
