"""Dates in sentences are as the reader's language writes them: a message is given the date, not its ISO form."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from jinja2 import Environment, nodes

from models.i18n import message, translate, translate_filled
from models.vocabulary import Language
from tests.paths import ROOT
from tests.test_catalogues import ROOMS, catalogue, placeholders

DAY = date(2027, 3, 10)
WRITTEN = {Language.VI: "10/3/2027", Language.LO: "10 ມີນາ 2027", Language.EN: "10 March 2027"}
ISO = re.compile(r"\d{4}-\d{2}(-\d{2})?")
FORM = re.compile(r"\b(like|such as|write a year|As exactly as it is known)\b", re.IGNORECASE)
"""Sentences with an example of the form that something has to be written in."""

SPEAKING = frozenset({"message", "translate", "say", "_", "InvalidValue", "Message"})


def iso_values(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of the values of sentences in a program that are written in ISO 8601 by hand."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name), args=[_, *_]) if name in SPEAKING:
                for keyword in node.keywords:
                    inner = ast.unparse(keyword.value)
                    if keyword.arg and re.search(r"\.isoformat\(|strftime\(.%Y-", inner):
                        yield node.lineno, keyword.arg


def test_no_sentence_of_the_programs_gets_an_iso_date() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if "migrations" not in path.parts
        for line, name in iso_values(path.read_text())
    ]
    assert found == []


def iso_values_of_page(source: str) -> Iterator[int]:
    """The lines of the sentences in a template that get such a value."""
    page = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"]).parse(source)  # noqa: S701 - only read
    for call in page.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in {"_", "pgettext"}:
            for keyword in call.kwargs:
                if any(one.attr == "isoformat" for one in keyword.find_all(nodes.Getattr)):
                    yield call.lineno


def test_no_sentence_of_the_pages_gets_an_iso_date() -> None:
    pages = sorted((ROOT / "service" / "web" / "templates").rglob("*.html"))
    assert [(path.name, list(found)) for path in pages if (found := list(iso_values_of_page(path.read_text())))] == []
    assert list(iso_values_of_page("{{ _('On {day}.', day=event.first_day.isoformat()) }}")) == [1]


def test_the_walk_sees_what_it_looks_for() -> None:
    """The negative control."""
    assert list(iso_values('message(N_("On {day}."), day=event.first_day.isoformat())')) == [(1, "day")]
    assert list(iso_values('Conflict(message(N_("On {day}."), day=day), code="x", day=day.isoformat())')) == []


@pytest.mark.parametrize("language", list(Language))
def test_every_sentence_writes_a_date_as_its_language_does(language: Language) -> None:
    """All sentences with values, each value a date: none shows another form of it."""
    sentences = [text for text in catalogue("vi")[0] if placeholders(text) and "\x04" not in text]
    assert len(sentences) > 500
    for text in sentences:
        told = translate(text, language, **dict.fromkeys(placeholders(text), DAY))
        assert WRITTEN[language] in told, text
        assert "2027-03-10" not in told or "2027-03-10" in text, text


@pytest.mark.parametrize("language", ["vi", "lo"])
def test_iso_dates_stand_only_where_that_form_is_asked_for(language: str) -> None:
    found = {
        text: translation
        for text, translation in catalogue(language)[0].items()
        if ISO.search(translation) and not FORM.search(text)
    }
    assert found == {}


@pytest.mark.parametrize("language", list(Language))
def test_of_a_wrong_day_the_form_is_said_in_the_readers_language(language: Language) -> None:
    told = translate_filled("Not a day; write it like 2027-03-10.", language)
    assert "2027-03-10" in told
    assert language is Language.EN or WRITTEN[language] in told


def test_hours_go_along_with_instants() -> None:
    at = datetime(2027, 3, 10, 8, 5, tzinfo=UTC)
    assert message("{at}", at=at).to("vi") == "08:05 UTC, 10/3/2027"
    assert message("{days}", days=(DAY, date(2027, 2, 3))).to("vi") == "10/3/2027, 03/02/2027"
