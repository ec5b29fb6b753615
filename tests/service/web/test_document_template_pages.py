"""The administrators' pages of templates of papers: download, upload with what is wrong, versions, back again."""

import re
from collections.abc import Callable, Iterable
from io import BytesIO

import pytest
from sqlmodel import select

from models.database import Database
from models.document_templates import DocumentTemplate
from models.vocabulary import DocumentKind, Role
from service.documents.docx_shipped import shipped
from tests import factories
from tests.service.documents.word_templates import bare, paragraph, template
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("versions of templates are read and locked")

LIST = "/administration/document-templates"
PAGE = f"{LIST}/invitation"
WORD_ONLY = "mẫu của cơ quan chỉ có trong tệp Word"


@pytest.fixture
def browser(signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(Role.ADMIN)


def marked(words: str) -> bytes:
    return template(paragraph(words), kind=DocumentKind.INVITATION)


def seen(browser: Browser) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', browser.get(PAGE).text)
    assert found
    return found[1]


def upload(browser: Browser, content: bytes, **more: str) -> object:
    form = {"csrf": browser.csrf(PAGE), "do": "upload", "seen": seen(browser), "file": (BytesIO(content), "mau.docx")}
    return browser.post(PAGE, form | more)


def test_administrators_find_the_templates_from_the_first_page(browser: Browser) -> None:
    assert f'href="{LIST}"' in browser.get("/administration").text
    listed = browser.get(LIST).text
    for kind in DocumentKind:
        assert f'href="{LIST}/{kind.value}"' in listed
    assert browser.get(f"{PAGE}/0.docx").data == shipped(DocumentKind.INVITATION)


def test_a_changed_template_is_uploaded_used_again_and_withdrawn(browser: Browser) -> None:
    for number, words in enumerate(("một", "hai"), 1):
        answer = upload(browser, marked(words))
        assert answer.status_code == 303, answer.text  # type: ignore[attr-defined]
        assert browser.get(f"{PAGE}/{number}.docx").data == marked(words)
    shown = browser.get(f"{PAGE}?done=upload").text
    assert "Mẫu đã được đưa vào sử dụng." in shown
    assert f'href="{PAGE}/2.docx"' in shown
    assert "Phiên bản 2 của cơ quan" in browser.get(LIST).text
    assert browser.send(PAGE, do="again", version="1", seen=seen(browser)).status_code == 303
    assert browser.get(f"{PAGE}/3.docx").data == marked("một")
    assert browser.send(PAGE, do="withdraw", seen=seen(browser)).status_code == 303
    assert "Mẫu có sẵn" in browser.get(PAGE).text
    assert "của cơ quan" not in browser.get(LIST).text


def test_what_is_wrong_is_shown_with_its_place(browser: Browser) -> None:
    answer = upload(browser, bare(paragraph("a"), paragraph("{{ titel }}"), paragraph("{{ title")))
    assert answer.status_code == 422  # type: ignore[attr-defined]
    shown = answer.text  # type: ignore[attr-defined]
    assert "Nội dung, đoạn 2" in shown
    assert "{{ titel }}" in shown
    assert "Nội dung, đoạn 3" in shown
    assert "văn bản không có nội dung" in shown
    assert browser.get(f"{PAGE}/1.docx").status_code == 404
    for content, status in ((b"", 422), (b"hello", 415)):
        assert upload(browser, content).status_code == status  # type: ignore[attr-defined]


def test_who_was_slower_is_told(browser: Browser) -> None:
    before = seen(browser)
    assert upload(browser, marked("một")).status_code == 303  # type: ignore[attr-defined]
    assert upload(browser, marked("hai"), seen=before).status_code in (409, 412)  # type: ignore[attr-defined]
    assert browser.send(PAGE, do="withdraw", seen=before).status_code in (409, 412)
    assert browser.send(PAGE, do="dance", seen=seen(browser)).status_code == 409
    assert browser.send(PAGE, do="again", version="9", seen=seen(browser)).status_code == 404


def put_in_use(database: Database, kinds: Iterable[DocumentKind]) -> None:
    with database.transaction() as session:
        for kind in kinds:
            content = marked("một")
            row = DocumentTemplate(
                kind=kind, version=1, in_use=True, content=content, size=len(content), sha256="0" * 64
            )
            row.uploaded_at = factories.NOW
            session.add(row)


def told_kinds(page: str) -> set[str]:
    """The kinds in whose part of a visit's page it is said that a template is for Word only."""
    parts = re.split(r'<li class="card" id="([\w-]+)">', page.partition('id="kept"')[0])
    return {kind for kind, part in zip(parts[1::2], parts[2::2], strict=True) if WORD_ONLY in part}


def test_every_paper_says_that_its_template_is_for_word_only(browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        papers = f"/events/{factories.make_event(session).id}/papers"
    before = browser.get(papers).text
    listed = set(re.findall(r'<li class="card" id="([\w-]+)">', before))
    assert listed
    assert told_kinds(before) == set()
    one = DocumentKind(min(listed))
    put_in_use(database, [one])
    assert told_kinds(browser.get(papers).text) == {one.value}, "no other paper has a template"
    put_in_use(database, set(DocumentKind) - {one})
    assert told_kinds(browser.get(papers).text) == listed


def test_a_kept_paper_and_its_mail_say_it(browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
        papers = f"/events/{event.id}/papers"
    path = browser.send(papers, do="keep", kind="programme", language="vi").headers["Location"].partition("?")[0]
    assert WORD_ONLY not in browser.get(path).text
    put_in_use(database, [DocumentKind.PROGRAMME])
    download, _send, mail = browser.get(path).text.partition('id="send"')
    assert WORD_ONLY in download
    assert WORD_ONLY in mail, "what is mailed is the PDF"


def test_where_templates_are_changed_it_is_said_what_they_hold(browser: Browser) -> None:
    for page in (LIST, PAGE):
        assert "PDF và Excel giữ bố cục có sẵn" in browser.get(page).text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER, Role.APPROVER])
def test_nobody_else_opens_them(signed_in: Callable[..., Browser], role: Role) -> None:
    other = signed_in(role)
    for path in (LIST, PAGE, f"{PAGE}/0.docx"):
        assert other.get(path).status_code == 403


def test_addresses_of_nothing(browser: Browser, database: Database) -> None:
    for path in (f"{LIST}/ledger", f"{PAGE}/x.docx", f"{PAGE}/7.docx", f"{PAGE}/12345678.docx"):
        assert browser.get(path).status_code == 404, path


def test_who_makes_a_paper_reads_that_the_offices_template_is_refused_now(browser: Browser, database: Database) -> None:
    """An older version took it in; an administrator's new one ends that."""
    with database.transaction() as session:
        event = factories.make_event(session)
    told = "Mẫu của cơ quan cho văn bản này không còn đúng quy định"
    papers = f"/events/{event.id}/papers"
    upload(browser, marked("VĂN PHÒNG"))
    assert told not in browser.get(papers).text
    with database.transaction() as session:
        row = session.exec(select(DocumentTemplate)).one()
        row.content = bare(paragraph("{{ titel }}"), paragraph("{{p body }}"))
    assert browser.get(papers).text.count(told) == 1
    upload(browser, marked("VĂN PHÒNG MỚI"))
    assert told not in browser.get(papers).text
