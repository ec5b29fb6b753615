"""The message catalogues: every marked sentence stands in Vietnamese and Lao, and nothing else does.

A sentence with a context is written as in the catalogues' keys: ``context␄sentence``, with one character between.
"""

import ast
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from models.i18n import CONTEXT_END, LOCALE_DIR, NP_, Message, translate, translate_filled
from tests.paths import ROOT

ROOMS = ("models", "calendars", "jobs", "service", "seed")
PAGES = {".html", ".txt", ".xml", ".svg", ".j2", ".jinja"}
TRANSLATED = ("vi", "lo")
MESSAGES_0_1 = ROOT / "tests/data/messages_0_1.json"
RETRANSLATED = {
    "From Outlook, Google, Apple or another program: save or export the calendar as an .ics file. You see what it would"
    " do before anything is written.": "officers are addressed as Ông/Bà",
    "What do you need it for?": "officers are addressed as Ông/Bà",
    "You may read this, but not change it.": "officers are addressed as Ông/Bà",
    f"earlier in the calendar{CONTEXT_END}Before": "a page before, not “3 days before the arrival”",
    f"for a task{CONTEXT_END}Responsible organisation": "does a task; of an event it is in the lead",
    f"how many{CONTEXT_END}Days: {{days}}": "a number; Lao announced a date",
    f"in a delegation{CONTEXT_END}Role": "the head of a delegation has another role than an account",
    f"later in the calendar{CONTEXT_END}After": "a page after, not “3 days after the arrival”",
    f"of a locality{CONTEXT_END}Level": "a province has a level; Vietnamese spoke of the delegation's",
    f"of a person{CONTEXT_END}Name": "persons have a full name, rooms and rules a name",
    f"of an event{CONTEXT_END}Days": "the dates on which it is; Lao counted days",
    f"point in time{CONTEXT_END}Sent": "stands before an hour, as “Due at” does",
    f"unit of time{CONTEXT_END}Months": "so many months, not the twelve of a year",
    f"view of the calendar{CONTEXT_END}Day": "beside month and week, not the date to fill in",
    f"where a room or car is{CONTEXT_END}Place": "a locality is chosen; a venue is written",
    f"written remark{CONTEXT_END}Note": "what is to be written; Vietnamese asked to note something",
}
"""Sentences of version 0.1 that are translated in another way now, and why."""


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


def retranslated(before: Mapping[str, str], now: Mapping[str, str]) -> set[str]:
    """The sentences known before that have another translation now: altogether, or in a context."""
    return {
        text
        for text, translation in now.items()
        if before.get(text.rpartition(CONTEXT_END)[2], translation) != translation
    }


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


def test_sentences_of_0_1_are_translated_as_before() -> None:
    old = json.loads(MESSAGES_0_1.read_text())
    differ: set[str] = set()
    for place, language in enumerate(TRANSLATED):
        now, _ = catalogue(language)
        assert len(old.keys() & now.keys()) > len(old) * 0.9
        differ |= retranslated({text: both[place] for text, both in old.items()}, now)
    assert differ == RETRANSLATED.keys(), "each has its reason in RETRANSLATED, and no other has one"


def test_every_context_changes_a_translation() -> None:
    """Not needed where both languages say the same with and without it."""
    translations = [catalogue(language)[0] for language in TRANSLATED]
    contexts = {text: text.rpartition(CONTEXT_END)[2] for text in translations[0] if CONTEXT_END in text}
    assert contexts
    needless = [text for text, plain in contexts.items() if all(one[text] == one.get(plain) for one in translations)]
    assert needless == []


def test_retranslated_sees_a_changed_sentence_and_a_changed_context() -> None:
    before = {"Name": "Tên", "Save": "Lưu", "Go": "Xem"}
    now = {"Name": "Tên", "Save": "Ghi", in_context("of a person", "Name"): "Họ và tên", "New": "Mới"}
    assert retranslated(before, now) == {"Save", in_context("of a person", "Name")}
    assert retranslated(before, {"Name": "Tên", in_context("of a car", "Name"): "Tên"}) == set()


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
