"""Pages of files: added, listed, changed, deleted and downloaded without script, and refused in words."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlmodel import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from models.accounts import Audit
from models.agreements import Agreement, Commitment
from models.database import Database
from models.files import File
from models.vocabulary import EventKind, Language, Role
from tests import factories
from tests.service.conftest import Clock
from tests.service.files import samples
from tests.service.web.test_pages import Browser, browser, signed_in, words

__all__ = ["browser", "signed_in"]

SignedIn = Callable[..., Browser]


@pytest.fixture
def things(database: Database, clock: Clock) -> dict[str, str]:
    """The address of the page of each thing, and of its files."""
    with database.transaction() as session:
        today = clock.now.date()
        agreement = Agreement(title={"vi": "Thỏa thuận hợp tác"}, starts_on=today, ends_on=today)
        agreement.parties = ["hai-duong", "vientiane-province"]
        session.add(agreement)
        session.flush()
        title, field = {"vi": "Bồi dưỡng cán bộ"}, {"vi": "Xây dựng Đảng"}
        commitment = Commitment(
            agreement_id=agreement.id, article="1", field=field, title=title, activity=EventKind.DELEGATION,
            host="hai-duong", guest="vientiane-province",
        )  # fmt: skip
        session.add(commitment)
        session.flush()
        event, person = factories.make_event(session), factories.make_person(session, name="Trần Văn Chung")
        return {
            f"/events/{event.id}": f"/events/{event.id}/files",
            f"/agreements/{agreement.id}": f"/agreements/{agreement.id}/files",
            f"/agreements/{agreement.id}#commitment": f"/commitments/{commitment.id}/files",
            f"/administration/people/{person.id}": f"/people/{person.id}/files",
        }


def add(reader: Browser, path: str, content: bytes = samples.TEXT, name: str = "a.txt", **more: str) -> TestResponse:
    form = {"title": "Biên bản làm việc", "kind": "signed", "visibility": "internal"} | more
    file = FileStorage(BytesIO(content), name, "file")
    boundary, body = encode_multipart({"csrf": reader.csrf(path), "do": "add", **form, "file": file})
    return reader.post(path, body, Content_Type=f"multipart/form-data; boundary={boundary}")


def version_of(page: TestResponse) -> str:
    found = re.search(r'name="version" value="(\d+)"', page.text)
    assert found
    return found[1]


def only(database: Database) -> File:
    with database.transaction(write=False) as session:
        return session.exec(select(File)).one()


def test_files_are_added_from_the_page_of_each_thing(signed_in: SignedIn, things: dict[str, str]) -> None:
    reader = signed_in(locale=Language.EN)
    for thing, path in things.items():
        assert f'href="{path}"' in reader.get(thing).text, thing
        page = reader.get(path)
        assert "No pictures of passports" in words(page)
        assert "No files yet." in words(page)
        done = add(reader, path)
        assert (done.status_code, done.headers["Location"]) == (303, f"{path}?done=add")
        shown = reader.get(done.headers["Location"])
        for told in ("The file was added.", "Biên bản làm việc", "Signed paper", "a.txt", "1 kB", "Only our side"):
            assert told in words(shown), (thing, told)


@pytest.mark.parametrize(
    ("language", "told"),
    [(Language.VI, "Không tải lên ảnh hộ chiếu"), (Language.LO, "ໜັງສືຜ່ານແດນ"), (Language.EN, "passports")],
)
def test_the_page_says_in_each_language_that_no_passports_are_kept(
    signed_in: SignedIn, things: dict[str, str], language: Language, told: str
) -> None:
    reader = signed_in(locale=language)
    for path in things.values():
        assert told in words(reader.get(path))


def test_a_refused_file_leaves_what_was_typed(signed_in: SignedIn, things: dict[str, str], database: Database) -> None:
    reader, path = signed_in(locale=Language.EN), next(iter(things.values()))
    for content, name, status, told in (
        (samples.executable(), "a.pdf", 415, "What is in this file is of no kind that is kept here"),
        (b"", "", 422, "Choose a file that is not empty."),
        (samples.picture()[:200], "a.jpg", 422, "The file is damaged"),
    ):
        page = add(reader, path, content, name, title="Tên đã gõ")
        assert page.status_code == status, name
        assert told in words(page)
        assert 'value="Tên đã gõ"' in page.text
        assert '<option value="signed" selected>' in page.text
    page = add(reader, path, title="", kind="")
    assert page.status_code == 422
    assert words(page).count("This field is required.") == 2
    assert "signed, letter" not in words(page)
    assert re.search(r'<select[^>]* name="kind"[^>]* required', page.text)
    with database.transaction(write=False) as session:
        assert session.exec(select(File)).all() == []


def test_a_file_that_is_too_large_is_refused_on_a_page(signed_in: SignedIn, things: dict[str, str]) -> None:
    reader, path = signed_in(locale=Language.EN), next(iter(things.values()))
    reader.language = "en"  # before it is read who sends something, the browser says in which language
    page = add(reader, path, b"a" * 26_000_000)
    assert page.status_code == 413
    assert "at most 25 MB" in words(page)
    assert page.mimetype == "text/html"


def test_a_file_is_changed_and_deleted(signed_in: SignedIn, things: dict[str, str], database: Database) -> None:
    reader, path = signed_in(locale=Language.EN), next(iter(things.values()))
    add(reader, path)
    file = only(database)
    opened = reader.get(f"{path}?edit={file.id}")
    row = {"row": file.id, "version": version_of(opened)}
    fields = {"title": "Thư mời", "kind": "letter", "visibility": "shared"}
    assert reader.send(path, do="change", **row, **fields).status_code == 303
    shown = words(reader.get(path))
    assert "Thư mời" in shown
    assert "The other side too" in shown
    history = words(reader.get(f"{path.removesuffix('/files')}?show=history"))
    assert "File changed" in history
    assert "The other side too" in history
    stale = reader.send(path, do="delete", **row)
    assert stale.status_code == 412
    row["version"] = version_of(reader.get(f"{path}?edit={file.id}"))
    assert reader.send(path, do="delete", **row).status_code == 303
    assert "No files yet." in words(reader.get(path))
    assert reader.send(path, do="delete", **row).status_code == 404
    assert reader.send(path, do="burn").status_code == 409


def test_a_download_is_saved_and_a_person_s_is_told_in_the_trail(
    signed_in: SignedIn, things: dict[str, str], database: Database
) -> None:
    reader = signed_in(locale=Language.EN)
    for thing, path in things.items():
        add(reader, path)
        found = re.search(r'href="(/files/[0-9a-z]{26})"', reader.get(path).text)
        assert found
        answer = reader.get(found[1])
        assert (answer.status_code, answer.data) == (200, samples.TEXT)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        with database.transaction(write=False) as session:
            downloads = session.exec(select(Audit).where(Audit.action == "download")).all()
        assert len(downloads) == ("people" in thing), thing
    assert reader.get("/files/unknown").status_code == 404


def test_who_may_only_read_sees_no_form(signed_in: SignedIn, things: dict[str, str]) -> None:
    add(signed_in(), next(iter(things.values())))
    reader = signed_in(Role.VIEWER, locale=Language.EN)
    for path in [*things.values()][:3]:
        page = reader.get(path)
        assert page.status_code == 200
        assert "<form" not in page.text.partition("<main")[2]
        assert add_without_page(reader, path).status_code == 403
    assert reader.get([*things.values()][3]).status_code == 403


def add_without_page(reader: Browser, path: str) -> TestResponse:
    form = {"csrf": reader.csrf("/account"), "do": "add", "title": "x", "kind": "other", "visibility": "internal"}
    return reader.post(path, form | {"file": (BytesIO(samples.TEXT), "a.txt")})


def test_other_departments_do_not_find_the_page(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        own, other = factories.make_organisation(session), factories.make_organisation(session)
        person = factories.make_person(session, organisation_id=own.id)
        event = factories.make_event(session, organisation_id=own.id)
        factories.make_task(session, event, organisation_id=other.id)
        paths = [f"/events/{event.id}/files", f"/people/{person.id}/files"]
    mine, theirs = signed_in(organisation_id=own.id), signed_in(organisation_id=other.id)
    assert [mine.get(path).status_code for path in paths] == [200, 200]
    assert [theirs.get(path).status_code for path in paths] == [404, 404]
    assert theirs.get(f"/events/{event.id}").status_code == 200, "they take part"
    assert paths[0] not in theirs.get(f"/events/{event.id}").text
