"""The manual's pictures: taken of pages of the furnished database, each with the digest of what its page said then.

``make pictures`` takes them anew. Without a folder for pictures the pages are made and compared with the digests.
"""

import hashlib
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlmodel import select

from models.accounts import User
from models.agreements import Agreement
from models.database import Database
from models.vocabulary import Language, Role
from service.actions.accounts import accounts
from service.settings import Settings
from service.web.help.manual import MANUAL
from tests.paths import ROOT
from tests.service.conftest import Clock
from tests.service.web.console.conftest import PICTURES, Visit
from tests.service.web.populated_database import furnish

LARGEST = 40_000
"""Bytes of a picture."""

COLOURS = 32
SIZE = {"width": 960, "height": 640}
DIGESTS = "pictures.json"
KEPT = MANUAL / "pictures"
READER = "Nguyễn Thị Lan"

TAKES_THEM = pytest.mark.skipif(not PICTURES, reason="pictures are taken by `make pictures`")


@dataclass(frozen=True, slots=True)
class Pictured:
    """A page that is pictured: its address, ``EVENT`` and ``AGREEMENT`` filled in; ``at`` is what is scrolled to."""

    address: str
    at: str = "main"
    is_signed_in: bool = True


PAGES: Mapping[str, Pictured] = {
    "sign-in": Pictured("/login", is_signed_in=False),
    "coming": Pictured("/"),
    "calendar": Pictured("/calendar?day=2026-12-05"),
    "week": Pictured("/week?day=2026-12-07"),
    "plan": Pictured("/plan"),
    "visit": Pictured("/events/EVENT"),
    "papers": Pictured("/events/EVENT/papers"),
    "board": Pictured("/agreements/AGREEMENT", at="#board"),
    "subscribe": Pictured("/feeds"),
    "account": Pictured("/account"),
}

_MAIN = re.compile(r"(?s)<main\b.*?</main>")
_CHANGING = (
    (re.compile(r'(name="(?:csrf|token|form_token)" value=")[^"]*'), r"\1"),
    (re.compile(r"\b[0-9a-hjkmnp-tv-z]{26}\b"), "ID"),
    (re.compile(r"127\.0\.0\.1:\d+"), "HERE"),
    (re.compile(r"\b(?:User|Person|Organisation) \d+\b"), "NAME"),
    (re.compile(r"\?v=[0-9a-f]+"), ""),
    (re.compile(r"\s+"), " "),
)
"""What differs each time that a page is made: secrets of forms, ids, counted names, versions of files, blanks."""


def digest(page: str) -> str:
    """The digest of what a page says, without what differs each time it is made."""
    found = _MAIN.search(page)
    assert found is not None, page[:200]
    text = found[0]
    for pattern, instead in _CHANGING:
        text = pattern.sub(instead, text)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@pytest.fixture
def address_of(database: Database, settings: Settings, clock: Clock) -> Callable[[Pictured], str]:
    with database.transaction() as session:
        event_id = furnish(session, settings.office, clock.now)
        agreement_id = session.exec(select(Agreement.id).order_by(Agreement.signed_on)).all()[-1]  # type: ignore[arg-type]
    return lambda page: page.address.replace("EVENT", event_id).replace("AGREEMENT", str(agreement_id))


@pytest.fixture
def reader(account: Callable[..., User]) -> User:
    return account(Role.OFFICER, name=READER, email="lan@example.org", locale=Language.VI)


@pytest.fixture
def said(app: Flask, database: Database, clock: Clock, reader: User) -> Callable[[Pictured, str], str]:
    """What a page says to the reader, or before signing in."""

    def ask(page: Pictured, address: str) -> str:
        browser = app.test_client()
        browser.set_cookie("desk_language", "vi")
        if page.is_signed_in:
            with database.transaction() as session:
                secret = accounts.open_session(session, session.merge(reader), clock.now)
            browser.set_cookie(app.extensions["desk"].session_cookie, secret)
        answer = browser.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == 200, address
        return answer.text

    return ask


def small(screen: bytes) -> bytes:
    """A picture with few colours, which is enough for pages."""
    out = io.BytesIO()
    Image.open(io.BytesIO(screen)).convert("RGB").quantize(COLOURS).save(out, "png", optimize=True)
    return out.getvalue()


@TAKES_THEM
def test_pictures_are_taken(
    visit: Visit, address_of: Callable[[Pictured], str], said: Callable[[Pictured, str], str], reader: User
) -> None:
    folder = Path(str(PICTURES))
    with_account, without = visit(language="vi", user=reader), visit(None, "vi")
    digests = {}
    for name, page in PAGES.items():
        screen = with_account if page.is_signed_in else without
        screen.set_viewport_size(SIZE)  # type: ignore[arg-type]
        address = address_of(page)
        screen.goto(address)
        screen.evaluate("document.fonts.ready")
        if page.at != "main":
            screen.locator(page.at).first.evaluate("one => one.scrollIntoView()")
        (folder / f"{name}.png").write_bytes(small(screen.screenshot(animations="disabled", caret="hide")))
        digests[name] = {"page": page.address, "language": "vi", "digest": digest(said(page, address))}
    (folder / DIGESTS).write_text(json.dumps(digests, indent=2, sort_keys=True) + "\n")


@pytest.mark.skipif(bool(PICTURES), reason="pictures are being taken")
def test_pages_are_still_what_their_pictures_show(
    address_of: Callable[[Pictured], str], said: Callable[[Pictured, str], str]
) -> None:
    kept = json.loads((KEPT / DIGESTS).read_text())
    assert kept.keys() == PAGES.keys(), "run `make pictures`"
    changed = [
        name
        for name, page in PAGES.items()
        if kept[name] != {"page": page.address, "language": "vi", "digest": digest(said(page, address_of(page)))}
    ]
    assert changed == [], "these pages have changed since their pictures were taken: run `make pictures`"


def test_what_a_page_says_changes_its_digest_and_what_differs_each_time_does_not() -> None:
    """The negative control."""
    page = '<main><form><input type="hidden" name="csrf" value="{}"><a href="/events/{}">{}</a></form></main>'
    first = digest(page.format("a1", "01m8rzqkdjgmgb2nb5v7x35cga", "Mở"))
    assert digest(page.format("b2", "01m8rzqkdjgmgb2nb5v7x35cgb", " Mở ").replace("> Mở <", ">Mở<")) == first
    assert digest(page.format("a1", "01m8rzqkdjgmgb2nb5v7x35cga", "Mở ra")) != first


@pytest.mark.skipif(bool(PICTURES), reason="pictures are being taken")
def test_pictures_of_the_manual_are_there_and_small() -> None:
    files = {path.stem: path.stat().st_size for path in KEPT.glob("*.png")}
    assert files.keys() == PAGES.keys()
    assert {name: size for name, size in files.items() if size > LARGEST} == {}
    for language in Language:
        text = "".join(path.read_text() for path in (MANUAL / language.value).glob("*.md"))
        assert set(re.findall(r"\.\./pictures/([\w-]+)\.png", text)) == PAGES.keys()
    assert (ROOT / "docs" / "manual" / "pictures").samefile(KEPT)
