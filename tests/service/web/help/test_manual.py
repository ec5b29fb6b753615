"""The manual: whole in three languages, true to the labels of the pages, and complete against the map of pages."""

import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pytest
from flask import Flask

from models.database import Database
from models.i18n import CONTEXT_END, catalogue
from models.text import fold
from models.vocabulary import Language, Role
from service.settings import Settings
from service.web.administration.pages import AREAS
from service.web.help.manual import MANUAL, Manual, manual, read_chapter
from service.web.help.places import PLACES, SECTIONS, address_for, place_of
from service.web.help.search import find
from service.web.help.words import words
from service.web.language import SELF_NAMES
from tests.service.conftest import Clock
from tests.service.web.populated_database import Addresses, addresses, furnish
from tests.service.web.test_every_page import LARGEST
from tests.service.web.test_pages import Browser, read, signed_in
from tests.test_catalogues import FORBIDDEN, says

__all__ = ["signed_in"]

LANGUAGES = tuple(Language)
BOLD = re.compile(r"\*\*(.+?)\*\*")
LINK = re.compile(r"\]\(([^)]*)\)")
_FILES = ("member_file", "member_template", "link_template", "placement_picture", "help_picture")
_LEFT_OUT = frozenset({"submission_photo", "oidc", "oidc_back"})
"""Endpoints that answer GET and are no pages: files, and what leads to another site."""


@pytest.fixture
def database_kind() -> str:
    """The manual is in no database."""
    return "sqlite"


def sources() -> list[Path]:
    return [path for language in LANGUAGES for path in sorted((MANUAL / language.value).glob("*.md"))]


def labels(language: Language) -> frozenset[str]:
    """What buttons, links and headings can say in a language: all sentences of its catalogue."""
    known = catalogue(Language.VI)
    if language is Language.EN:
        return frozenset(text.rpartition(CONTEXT_END)[2] for text in known)
    return frozenset(catalogue(language).values())


# Whole


def test_every_chapter_is_there_in_three_languages_with_the_same_places() -> None:
    shapes = {
        language: [
            (one.name, [(part.anchor, part.level) for part in one.sections]) for one in manual(language).chapters
        ]
        for language in LANGUAGES
    }
    assert shapes[Language.LO] == shapes[Language.EN] == shapes[Language.VI]
    assert len(shapes[Language.VI]) >= 14


def test_an_anchor_stands_once_in_its_chapter() -> None:
    for chapter in manual(Language.VI).chapters:
        anchors = [section.anchor for section in chapter.sections]
        assert len(anchors) == len(set(anchors)), chapter.name


def test_every_section_says_something() -> None:
    empty = [
        (language.value, chapter.name, section.anchor)
        for language in LANGUAGES
        for chapter in manual(language).chapters
        for section in chapter.sections
        if not section.texts and section.level > 1
    ]
    assert empty == []


def test_the_same_numbers_of_steps_in_three_languages() -> None:
    """A step that one language lacks is a reader who stops there."""

    def steps(language: Language) -> Mapping[tuple[str, str], int]:
        return {
            (chapter.name, section.anchor): section.html.count("<li>")
            for chapter in manual(language).chapters
            for section in chapter.sections
        }

    assert steps(Language.LO) == steps(Language.EN) == steps(Language.VI)


@pytest.mark.parametrize("path", sources(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_links_of_the_manual_lead_somewhere(path: Path) -> None:
    language = Language(path.parent.name)
    for target in LINK.findall(path.read_text()):
        if target.startswith("../pictures/"):
            assert (MANUAL / "pictures" / target.removeprefix("../pictures/")).is_file(), target
            continue
        name, _mark, anchor = target.partition("#")
        chapter = manual(language).chapter(name[3:-3] if name else path.stem[3:])
        assert chapter is not None, target
        assert not anchor or anchor in chapter.anchors, target


# True to the pages


def unknown_labels(text: str, known: Collection[str]) -> list[str]:
    """What is quoted in bold and stands on no page."""
    return [label for label in BOLD.findall(text) if label not in known and label not in SELF_NAMES.values()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_quoted_label_stands_on_a_page(language: Language) -> None:
    known = labels(language)
    found = {
        path.name: unknown
        for path in sorted((MANUAL / language.value).glob("*.md"))
        if (unknown := unknown_labels(path.read_text(), known))
    }
    assert found == {}


def test_a_label_that_drifted_is_seen() -> None:
    """The negative control."""
    assert unknown_labels("Bấm **Đăng nhập**, rồi **Đăng nhập ngay**.", labels(Language.VI)) == ["Đăng nhập ngay"]
    assert unknown_labels("Press **Sign in**.", labels(Language.LO)) == ["Sign in"]


# Complete against the map of pages


def pages(app: Flask) -> dict[str, list[str]]:
    """The endpoints that answer GET with a page, each with the sections of the administration it stands for."""
    found: dict[str, list[str]] = {}
    for rule in app.url_map.iter_rules():
        name = rule.endpoint.removeprefix("pages.")
        is_page = rule.endpoint.startswith("pages.") and "GET" in (rule.methods or ())
        is_file = "." in rule.rule.rpartition("/")[2] or name in _FILES or name in {"file", "static_file"}
        if is_page and not is_file and name not in _LEFT_OUT:
            found[name] = list(AREAS) if "area" in rule.arguments else []
    return found


def unexplained(names: Mapping[str, list[str]], language: Language) -> list[str]:
    """The pages of which the manual says nothing in a language: not mapped, or to a place that is not there."""
    wrong = []
    for name, areas in names.items():
        for area in areas or [None]:
            place = place_of(f"pages.{name}", area)
            chapter, _mark, anchor = (place or "").partition("#")
            known = manual(language).chapter(chapter)
            if known is None or anchor not in known.anchors:
                wrong.append(f"{name} {area or ''} → {place}")
    return wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manual_is_complete_against_the_map_of_pages(app: Flask, language: Language) -> None:
    names = pages(app)
    assert len(names) > 60
    assert unexplained(names, language) == []


def test_a_page_without_a_paragraph_is_seen() -> None:
    """The negative control."""
    assert unexplained({"calendar": [], "moon": []}, Language.LO) == ["moon  → None"]


def test_the_map_names_pages_that_are_there(app: Flask) -> None:
    known = {rule.endpoint.removeprefix("pages.") for rule in app.url_map.iter_rules()}
    assert set(PLACES) <= known
    assert set(SECTIONS) == set(AREAS)


def test_the_map_knows_every_address_that_the_guards_visit(
    seeded: None, app: Flask, database: Database, settings: Settings, clock: Clock
) -> None:
    with database.transaction() as session:
        visited: Addresses = addresses(app, session, furnish(session, settings.office, clock.now))
    known = {rule.rule: rule.endpoint for rule in app.url_map.iter_rules()}
    lost = [rule for rule in visited if rule in known and place_of(known[rule], "rules") is None]
    assert lost == []


# The words


def against_the_glossary(text: str, language: Language) -> list[str]:
    """What a text says that the glossary calls otherwise."""
    return [
        f"{line.strip()[:80]}: {pattern} → {instead}"
        for line in text.splitlines()
        for pattern, instead in FORBIDDEN[language.value].items()
        if says(line, pattern)
    ]


@pytest.mark.parametrize("language", [Language.VI, Language.LO])
def test_the_glossary_holds_in_the_manual(language: Language) -> None:
    texts = "\n".join(path.read_text() for path in sorted((MANUAL / language.value).glob("*.md")))
    assert against_the_glossary(texts, language) == []


def test_a_word_that_the_glossary_calls_otherwise_is_seen() -> None:
    """The negative control."""
    assert len(against_the_glossary("Bấm nút.\nBạn có lời nhắc.", Language.VI)) == 2
    assert len(against_the_glossary("ເປີດແອັບ", Language.LO)) == 1


def test_words_of_the_manual_are_those_of_the_glossary() -> None:
    glossary = {(word.vi, word.lo, word.en) for word in words()}
    chapters = [manual(language).chapter("words") for language in (Language.VI, Language.LO, Language.EN)]
    sections = [chapter.sections[1:] for chapter in chapters if chapter is not None]
    explained = [tuple(one.title for one in row) for row in zip(*sections, strict=True)]
    assert [row for row in explained if row not in glossary] == []
    assert len(explained) >= 40


def test_every_word_has_its_three_languages() -> None:
    assert [word for word in words() if not (word.vi and word.lo and word.en)] == []
    assert len(words()) > 90
    foreign = re.compile(r"\b(?:the|title|since|full|label|sentence|provisional|after)\b")
    assert [word for word in words() if foreign.search(word.vi + word.lo)] == []


# The pages


@pytest.mark.parametrize("language", LANGUAGES)
def test_chapters_are_whole_pages_before_and_after_signing_in(
    app: Flask, signed_in: Callable[..., Browser], language: Language
) -> None:
    stranger, officer = app.test_client(), signed_in(Role.OFFICER, locale=language)
    stranger.set_cookie("desk_language", language.value)
    for path in ["/help", *(f"/help/{one.name}" for one in manual(language).chapters)]:
        for reader in (stranger, officer):
            answer = reader.get(path)
            assert answer.status_code == 200, path
            assert answer.headers["Content-Language"] == language.value
            read(answer)
            assert len(answer.data) <= LARGEST


def test_chapters_lead_to_each_other(app: Flask) -> None:
    page = app.test_client().get("/help/people", headers={"Accept-Language": "en"})
    links = re.findall(r'href="([^"]*)"', page.text)
    assert {"/help/planning", "/help/programme", "/help", "#member-list"} <= set(links)


@pytest.mark.parametrize("path", ["/help/nothing", "/help/pictures/nothing.png", "/help/pictures/..%2Fmanual.png"])
def test_what_is_not_there_is_not_found(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 404


def test_raw_html_in_a_chapter_is_text() -> None:
    chapter = read_chapter("x", "# A {#a}\n\n<script>alert(1)</script> <b>b</b>\n")
    assert "<script" not in chapter.sections[0].html
    assert "<b>" not in chapter.sections[0].html


@pytest.mark.parametrize("text", ["# A\n\nb\n", "## A {#a}\n\nb\n", "b\n"])
def test_a_chapter_without_title_or_anchor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"anchor|title"):
        read_chapter("x", text)


# Search


@pytest.mark.parametrize(
    ("language", "asked", "first"),
    [
        (Language.VI, "mat khau", "password"),
        (Language.VI, "DOI NGAY", "move"),
        (Language.VI, "dời ngày", "move"),
        (Language.LO, "ລະຫັດຜ່ານ", "password"),
        (Language.EN, "Outlook", "outlook"),
        (Language.EN, "light or dark", "appearance"),
    ],
)
def test_headings_are_found_first_without_accents(language: Language, asked: str, first: str) -> None:
    found = find(language, asked)
    assert found[0].section.anchor == first


def test_all_words_have_to_be_there() -> None:
    found = find(Language.EN, "passport reason")
    assert found
    for one in found:
        assert all(word in " ".join(one.section.folded) for word in ("passport", "reason"))
    assert find(Language.EN, "passport elephant") == []
    assert find(Language.EN, "  ") == []


@pytest.mark.parametrize("asked", ["khách sạn", "khach san", "lái xe", "lai xe"])
def test_words_are_not_parts_of_other_words(asked: str) -> None:
    """“Bên khách – bên sang thăm” has both words of “khách sạn” in it, and “còn lại … xem” those of “lái xe”."""
    found = find(Language.VI, asked)
    assert found
    assert fold(asked) in " ".join(found[0].section.folded)
    for one in found:
        held = re.findall(r"\w+", " ".join(one.section.folded))
        assert set(fold(asked).split()) <= set(held), one.section.title


def ranked(monkeypatch: pytest.MonkeyPatch, text: str, asked: str) -> list[str]:
    """The anchors that are found in a chapter of one's own."""
    chapter = read_chapter("x", text)
    monkeypatch.setattr("service.web.help.search.manual", lambda _language: Manual((chapter,)))
    return [one.section.anchor for one in find(Language.VI, asked)]


def test_the_phrase_as_typed_comes_before_other_accents_and_these_before_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = (
        "# A {#a}\n\n## Xe b {#words}\n\nxe của lái.\n\n## C {#other}\n\nlại xe.\n\n## D {#typed}\n\nLái xe.\n\n"
        "## Lái xe {#heading}\n\nd\n\n## E {#parts}\n\nlains xeon.\n"
    )
    assert ranked(monkeypatch, text, "lái  XE") == ["heading", "typed", "other", "words"]
    assert ranked(monkeypatch, text, "lai xe") == ["heading", "other", "typed", "words"]
    assert ranked(monkeypatch, text, "lain xeo") == ["parts"]


def test_lao_words_are_found_within_a_line_without_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ranked(monkeypatch, "# A {#a}\n\n## B {#b}\n\nກົດປຸ່ມລະຫັດຜ່ານໃໝ່\n", "ລະຫັດຜ່ານ") == ["b"]


@pytest.mark.parametrize(
    ("asked", "anchor"),
    [
        ("thùng rác", "trash"),
        ("hoàn tác", "undo"),
        ("sao chép chuyến thăm", "copy"),
        ("lưu bộ lọc", "views"),
        ("chọn cột", "columns"),
        ("chuyến thăm của đồng nghiệp", "bulk"),
        ("dán từ Word", "editor"),
        ("xe 45 chỗ", "grid"),
        ("thông báo của tôi", "notices"),
        ("kéo chuột", "calendar"),
    ],
)
def test_what_an_officer_looks_for_is_found(asked: str, anchor: str) -> None:
    assert anchor in [one.section.anchor for one in find(Language.VI, asked)][:3]


def test_a_result_shows_the_paragraph_with_the_words() -> None:
    found = {one.section.anchor: one.paragraph for one in find(Language.VI, "trinh duyet cua dien thoai")}
    assert "trinh duyet cua dien thoai" in fold(found["phone"])


def test_search_page_names_what_it_found_and_asks_no_database(app: Flask) -> None:
    page = app.test_client().get("/help?q=passport", headers={"Accept-Language": "en"})
    assert "/help/people#particulars" in page.text
    nothing = app.test_client().get("/help?q=elephant", headers={"Accept-Language": "en"})
    assert "Nothing was found" in nothing.text


def test_addresses_of_help() -> None:
    assert address_for("pages.calendar") == "/help/overview#calendar"
    assert address_for("pages.administered", "rules") == "/help/administrators#rules"
    assert address_for("pages.administered", "nothing") == "/help/administrators#overview"
    assert address_for(None) == "/help"


def test_pages_link_to_their_own_paragraph(signed_in: Callable[..., Browser]) -> None:
    reader = signed_in(Role.ADMIN)
    for path, place in {
        "/": "overview#coming", "/feeds": "feeds#subscribe", "/administration/holidays": "administrators#holidays",
        "/nothing": "",
    }.items():  # fmt: skip
        assert f'href="/help{"/" if place else ""}{place}"' in reader.get(path, headers={"Accept": "text/html"}).text
