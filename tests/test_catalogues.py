"""The message catalogues: every marked sentence stands in Vietnamese and Lao, and nothing else does."""

import ast
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from models.i18n import LOCALE_DIR
from tests.paths import ROOT

ROOMS = ("models", "calendars", "jobs", "service", "seed")
PAGES = {".html", ".txt", ".xml", ".svg", ".j2", ".jinja"}
TRANSLATED = ("vi", "lo")


def sentences_in_code(source: str) -> tuple[set[str], list[int]]:
    """The sentences marked ``N_("…")``, and the lines whose mark no catalogue can follow (an f-string, a sum)."""
    sentences, unreadable = set(), []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_" and node.args:
            match node.args[0]:
                case ast.Constant(value=str(text)):
                    sentences.add(text)
                case ast.Name() | ast.Attribute() | ast.Subscript():
                    pass  # handed on, so marked where it was written
                case _:
                    unreadable.append(node.lineno)
    return sentences, unreadable


def sentences_in_page(path: Path) -> set[str]:
    """The sentences a Jinja template asks for with ``_("…")``."""
    with path.open("rb") as file:
        options = {"silent": "false", "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols"}
        return {text for _, text, _, _ in extract("jinja2.ext:babel_extract", file, {"_": None}, [], options) if text}


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
    return {str(entry.id): str(entry.string) for entry in entries}, [str(entry.id) for entry in entries if entry.fuzzy]


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


def test_sentences_in_page_sees_marks_everywhere(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<p title="{{ _(\'One\') }}">{% if x %}{{ _("Two {n}", n=2) }}{% endif %}'
        "{% set t = _('Three') %}{{ macro(_('Four')) }}{% for a in b %}{% continue %}{% endfor %}{{ _(name) }}</p>"
    )
    assert sentences_in_page(page) == {"One", "Two {n}", "Three", "Four"}


def test_other_placeholders_sees_a_lost_and_a_broken_one() -> None:
    translations = {"{n} days": "{n} ngày", "{n} weeks": "tuần", "{n} years": "{n năm", "Save": "Lưu"}
    assert set(other_placeholders(translations)) == {"{n} weeks", "{n} years"}
