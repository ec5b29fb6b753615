"""What holds on every page of the console, whoever adds one: whole HTML, the reader's language and no other, small."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from flask import Flask

from models.database import Database
from models.i18n import CONTEXT_END, catalogue
from models.vocabulary import Language, Role
from service.settings import Settings
from tests.service.conftest import Clock
from tests.service.web.populated_database import Addresses, addresses, furnish
from tests.service.web.test_pages import Browser, read, signed_in

__all__ = ["signed_in"]

LARGEST = 200_000
"""Bytes a page may have, without fonts."""

WORDS = re.compile(
    r"\b(?:the|and|of|is|are|was|were|this|that|these|with|for|from|not|your|you|have|has|been|will|please|which|"
    r"events?|agreements?|reminders?|tasks?|status|calendar|page|people|days?|draft|planned|confirmed|cancelled|search|"
    r"show|save|change|delete|add|new|none|yes|week|month|year|today|next|previous|title|name|role|account|rule)\b",
    re.IGNORECASE,
)
"""English words that are none in Vietnamese or Lao written in other letters."""

NAMES = re.compile(
    r"Protocol Desk|Google Calendar|Thunderbird|Outlook|\S+@\S+|https?://\S+|webcals?://\S+|English|"
    r"\((?:[A-Z][\w-]+(?: \w+)*)\)|\b[\w-]+\.(?:csv|xlsx|ics)\b|\bPT?\d+\w*\b|"
    r"User \d+|Alt \+ Delete|DESK_[A-Z_]+|[a-z]+(?:_[a-z]+)+"
)
"""What keeps its name in every language: programs, addresses, keys, words in brackets of a foreign screen."""


@pytest.fixture
def database_kind() -> str:
    """What a page says does not depend on the database."""
    return "sqlite"


@pytest.fixture
def pages(seeded: None, app: Flask, database: Database, settings: Settings, clock: Clock) -> Addresses:
    with database.transaction() as session:
        return addresses(app, session, furnish(session, settings.office, clock.now))


class Said(HTMLParser):
    """The texts of a page in its own language: what people read, and what voices are told."""

    TOLD = ("alt", "title", "aria-label", "placeholder", "aria-description")

    def __init__(self, page: str, language: str) -> None:
        super().__init__(convert_charrefs=True)
        self.language = language
        self.open: list[tuple[str, bool]] = []
        self.texts: list[str] = []
        self.feed(page)

    @property
    def is_theirs(self) -> bool:
        return not self.open or self.open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        theirs = values["lang"] == self.language if values.get("lang") else self.is_theirs
        theirs = theirs and tag not in {"script", "style", "code", "output", "textarea"}
        if theirs:
            self.texts += [values[name] or "" for name in self.TOLD if name in values]
        if tag not in {"meta", "link", "input", "img", "br", "hr", "col", "path", "rect", "line", "circle", "use"}:
            self.open.append((tag, theirs))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.is_theirs and data.strip():
            self.texts.append(" ".join(data.split()))


def foreign(page: str, language: Language) -> list[str]:
    """English in a page of another language: sentences of the catalogue left as they are, and English words."""
    known = {text.rpartition(CONTEXT_END)[2] for text, told in catalogue(language).items() if told != text}
    return [
        text
        for text in Said(page, language).texts
        if text.rstrip(":.") in known or text in known or WORDS.search(NAMES.sub(" ", text))
    ]


@pytest.mark.parametrize("language", [Language.VI, Language.LO])
def test_no_english_on_a_page_of_another_language(
    pages: Addresses, signed_in: Callable[..., Browser], language: Language
) -> None:
    reader = signed_in(Role.ADMIN, locale=language, name="Lan")
    found = {}
    for page, address in pages.items():
        answer = reader.get(address)
        assert answer.status_code in {200, 303, 404}, (page, answer.status_code)
        if left := foreign(answer.text, language):
            found[page] = left
    assert found == {}


def test_english_would_be_seen() -> None:
    """The negative control."""
    page = '<html lang="vi"><p>Lịch <b>Show</b></p><p lang="en">the event</p><img alt="A new day"><p>Protocol Desk</p>'
    assert foreign(page, Language.VI) == ["Show", "A new day"]


def test_every_page_is_whole_and_small(pages: Addresses, signed_in: Callable[..., Browser]) -> None:
    reader = signed_in(Role.ADMIN)
    large = {}
    for page, address in pages.items():
        answer = reader.get(address)
        if answer.status_code == 200:
            read(answer)  # nesting, headings in order, one of the first level, labels, ids
            if len(answer.data) > LARGEST:
                large[page] = len(answer.data)
        else:
            assert answer.status_code == 303 or page.startswith("/unsubscribe"), (page, answer.status_code)
    assert large == {}
    assert len(pages) > 20
