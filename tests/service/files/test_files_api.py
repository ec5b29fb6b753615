"""Files over the API: taken in, described, downloaded, changed, deleted; what is refused leaves nothing behind."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlmodel import select

from models.agreements import Agreement, Commitment
from models.database import Database
from models.files import File, StoredContent
from models.places import Person
from models.vocabulary import EventKind, Role
from service.actions.files.media_types import CSV, DOCX, JPEG, ODS, ODT, PDF, PNG, TEXT, WEBP, XLSX
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.files import samples
from tests.service.files.samples import send, sent

pytestmark = pytest.mark.both_databases("files are locked with the rows of their contents")


@pytest.fixture
def event_id(database: Database) -> str:
    with database.transaction() as session:
        return factories.make_event(session).id


@pytest.fixture
def things(database: Database, clock: Clock) -> dict[str, str]:
    """The path of each thing that has files."""
    with database.transaction() as session:
        agreement = Agreement(title={"vi": "Thỏa thuận"}, starts_on=clock.now.date(), ends_on=clock.now.date())
        session.add(agreement)
        session.flush()
        commitment = Commitment(
            agreement_id=agreement.id, article="1", field={"vi": "x"}, title={"vi": "y"}, activity=EventKind.DELEGATION
        )
        session.add(commitment)
        session.flush()
        return {
            "event_id": f"/events/{factories.make_event(session).id}",
            "agreement_id": f"/agreements/{agreement.id}",
            "commitment_id": f"/commitments/{commitment.id}",
            "person_id": f"/people/{factories.make_person(session).id}",
        }


def kept(settings: Settings) -> list[Path]:
    """The contents in the store, and whatever else was left in it or on its way to it."""
    folders = [settings.files_folder, settings.var / "incoming"]
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.name[0] != "."]
    return sorted(found)


def test_a_file_is_kept_as_it_was_sent(officer: Caller, things: dict[str, str], settings: Settings) -> None:
    for column, path in things.items():
        made = sent(officer, f"{path}/files", samples.TEXT, "Biên bản 7.3.txt", kind="report", visibility="shared")
        digest = hashlib.sha256(samples.TEXT).hexdigest()
        expected = {"title": "Biên bản", "kind": "report", "visibility": "shared", "name": "Biên bản 7.3.txt"}
        expected |= {"media_type": TEXT, "size": len(samples.TEXT), "sha256": digest, "uploaded_by": officer.user_id}
        expected |= {"uploaded_at": "2026-11-22T03:00:00Z", column: path.rpartition("/")[2]}
        assert {name: made[name] for name in expected} == expected
        assert [made[one] for one in things if one != column] == [None] * 3
        assert officer.get(f"{path}/files").json == [made]
        assert officer.get(f"/files/{made['id']}").json == made
        content = officer.get(f"/files/{made['id']}/content")
        assert (content.status_code, content.data) == (200, samples.TEXT)
    assert [path.name for path in kept(settings)] == [digest], "four files with the same bytes, which are kept once"


def test_what_a_browser_may_do_with_a_file_is_save_it(officer: Caller, event_id: str) -> None:
    made = sent(officer, f"/events/{event_id}/files", samples.pdf(), "Đoàn\u202egpj.exe")
    assert made["name"] == "Đoàngpj.pdf"
    headers = officer.get(f"/files/{made['id']}/content").headers
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''%C4%90o%C3%A0ngpj.pdf"
    assert headers["Content-Type"] == PDF
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("asked", "status", "content", "told"),
    [
        ({}, 200, b"0123456789", None),
        ({"Range": "bytes=2-4"}, 206, b"234", "bytes 2-4/10"),
        ({"Range": "bytes=7-"}, 206, b"789", "bytes 7-9/10"),
        ({"Range": "bytes=-3"}, 206, b"789", "bytes 7-9/10"),
        ({"Range": "bytes=0-99"}, 200, b"0123456789", None),
        ({"Range": "bytes=10-"}, 416, None, "bytes */10"),
        ({"Range": "bytes=1-2,5-6"}, 200, b"0123456789", None),
        ({"Range": "pages=1-2"}, 200, b"0123456789", None),
        ({"Range": "bytes=2-4", "If_Range": "OWN"}, 206, b"234", "bytes 2-4/10"),
        ({"Range": "bytes=2-4", "If_Range": '"other"'}, 200, b"0123456789", None),
        ({"If_None_Match": "OWN"}, 304, b"", None),
        ({"If_None_Match": '"other"'}, 200, b"0123456789", None),
    ],
)
def test_a_part_of_a_file(
    officer: Caller, event_id: str, asked: dict[str, str], status: int, content: bytes | None, told: str | None
) -> None:
    made = sent(officer, f"/events/{event_id}/files", b"0123456789")
    path, tag = f"/files/{made['id']}/content", f'"{made["sha256"]}"'
    answer = officer.get(path, **{name: value.replace("OWN", tag) for name, value in asked.items()})
    assert answer.status_code == status
    assert answer.headers.get("Content-Range") == told
    if content is not None:
        assert answer.data == content
        assert answer.headers["ETag"] == tag
    head = officer.call("HEAD", path)
    assert (head.status_code, head.headers["Content-Length"], head.data) == (200, "10", b"")


def test_what_a_file_is_called_is_changed_by_who_has_read_it(officer: Caller, event_id: str) -> None:
    path = f"/files/{sent(officer, f'/events/{event_id}/files')['id']}"
    changed = officer.patch(path, {"title": "Thư mời", "kind": "letter", "visibility": "shared"})
    assert changed.status_code == 200, changed.text
    assert [changed.json[name] for name in ("title", "kind", "visibility")] == ["Thư mời", "letter", "shared"]
    assert officer.call("PATCH", path, {"title": "x"}).status_code == 428
    assert officer.patch(path, {"title": "x"}, etag='"stale"').status_code == 412
    for wrong in ({"name": "x.exe"}, {"media_type": "text/html"}, {"sha256": "0" * 64}, {"event_id": None}):
        assert officer.patch(path, wrong).status_code == 422, wrong
    assert officer.call("DELETE", path).status_code == 428
    assert officer.delete(path).status_code == 204
    assert officer.get(path).status_code == 404
    assert officer.get(f"/events/{event_id}/files").json == []


def test_a_form_tells_all_that_is_wrong_with_it_at_once(officer: Caller, event_id: str, settings: Settings) -> None:
    path = f"/events/{event_id}/files"
    answer = send(officer, path, b"", "", title="", kind="passport", visibility="all", extra="x", Accept_Language="en")
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"file", "title", "kind", "visibility", "extra"}
    assert "passport" in answer.json["errors"]["kind"][0].lower()
    missing = officer.client.post(
        f"/api/v1{path}", data={"title": "x"}, content_type="multipart/form-data",
        headers={"Authorization": f"Bearer {officer.token}"},
    )  # fmt: skip
    assert set(missing.json["errors"]) == {"file", "kind"}
    assert officer.post(path, {"title": "x"}).status_code == 415
    assert kept(settings) == []


WANTED = [
    ("a.pdf", samples.pdf(), PDF, "a.pdf"),
    ("scan.PDF", samples.pdf(more=samples.object_stream(b"1 0 <</Type/Font>>")), PDF, "scan.pdf"),
    ("a.docx", samples.office(), DOCX, "a.docx"),
    ("a.xlsx", samples.office(samples.SHEET_TYPE), XLSX, "a.xlsx"),
    ("a.odt", samples.open_document(), ODT, "a.odt"),
    ("a.ods", samples.open_document("spreadsheet"), ODS, "a.ods"),
    ("a.csv", "tên,số\nĐoàn,3\n".encode(), CSV, "a.csv"),
    ("CV 12.UBND", samples.TEXT, TEXT, "CV 12.UBND.txt"),
    ("run.bat", "Không phải chương trình".encode("utf-16"), TEXT, "run.txt"),
    ("../../etc/passwd", samples.TEXT, TEXT, "passwd.txt"),
    ("photo.exe", samples.picture(), JPEG, "photo.jpg"),
    ("photo.jpeg", samples.picture("PNG"), PNG, "photo.png"),
    ("", samples.picture("WEBP"), WEBP, "file.webp"),
    ("IMG_0815.HEIC", samples.telephone_picture(), JPEG, "IMG_0815.jpg"),
]


@pytest.mark.parametrize(("name", "content", "media_type", "kept_as"), WANTED, ids=[one[0] or "-" for one in WANTED])
def test_what_a_file_is_its_content_says(
    officer: Caller, event_id: str, name: str, content: bytes, media_type: str, kept_as: str
) -> None:
    made = sent(officer, f"/events/{event_id}/files", content, name, media="text/html")
    assert (made["media_type"], made["name"]) == (media_type, kept_as)
    assert officer.get(f"/files/{made['id']}/content").headers["Content-Type"].partition(";")[0] == media_type


SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
REFUSED = {
    "a renamed executable": ("bien-ban.pdf", samples.executable(), "unknown"),
    "an executable of Linux": ("a.txt", b"\x7fELF\2\1\1\0", "unknown"),
    "an SVG with script": ("a.svg", b'<svg xmlns="x"><script>alert(1)</script></svg>', "unknown"),
    "an SVG that looks like a text": ("a.txt", b'\n\n<?xml version="1.0"?><svg onload="alert(1)"/>', "unknown"),
    "a page": ("a.txt", b"hello <SCRIPT src=//evil.example></SCRIPT>", "unknown"),
    "a page in UTF-16": ("a.txt", "<html>".encode("utf-16"), "unknown"),
    "a script": ("a.txt", b"#!/bin/sh\nrm -rf /\n", "unknown"),
    "an old document": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "today's format"),
    "an old encoding": ("a.csv", "Đoàn".encode("cp1258"), "UTF-8"),
    "another archive": ("a.zip", samples.archive({"a.txt": "x"}), "unknown"),
    "a PDF with JavaScript": ("a.pdf", samples.pdf(SCRIPT), "runs a script"),
    "one whose letters are numbers": ("a.pdf", samples.pdf(SCRIPT.replace(b"/Java", b"/J#61v#61")), "runs a script"),
    "one in an object stream": ("a.pdf", samples.pdf(more=samples.object_stream(b"1 0 " + SCRIPT)), "runs a script"),
    "one in a stream without a type": (
        "a.pdf",
        samples.pdf(more=samples.object_stream(b"1 0 " + SCRIPT, b"/X (>> stream)/N 1/F#69rst 4/Filter[/FlateDecode]")),
        "runs a script",
    ),
    "a PDF that starts a program": ("a.pdf", samples.pdf(b"<</S/Launch/F(cmd.exe)>>"), "runs a script"),
    "a PDF with a file in it": ("a.pdf", samples.pdf(more=b"3 0 obj\n<</Type/EmbeddedFile>>\nendobj\n"), "other files"),
    "a PDF with a password": ("a.pdf", samples.pdf(more=b"trailer\n<</Encrypt 5 0 R>>\n"), "password"),
    "a docx with macros": ("a.docx", samples.office(word__vbaProject_bin=b"x"), "macros"),
    "a docm called docx": ("a.docx", samples.office(samples.MACRO_TYPE), "macros"),
    "an odt with Basic": ("a.odt", samples.open_document(Basic__Standard__Module1_xml="<x/>"), "macros"),
    "an xlsx with old macros": (
        "a.xlsx", samples.office(samples.SHEET_TYPE, xl__macrosheets__sheet1_xml="<x/>"), "macros",
    ),
    "a docx with an object": ("a.docx", samples.office(word__embeddings__oleObject1_bin=b"x"), "other files"),
    "a docx with ActiveX": ("a.docx", samples.office(word__activeX__activeX1_xml="<x/>"), "runs a script"),
    "a docx with a template elsewhere": (
        "a.docx",
        samples.office(
            word___rels__settings_xml_rels='<Relationship Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/attachedTemplate" Target="https://evil.example/x.dotm" TargetMode="External"/>'
        ),
        "runs a script",
    ),
    "a zip bomb": ("a.docx", samples.bomb(), "comes out"),
}  # fmt: skip
TOLD = {
    "unknown": "What is in this file is of no kind that is kept here, whatever its name ends in. Kept are: pdf, jpg"
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_safe_is_refused_with_what_would_be_right(
    officer: Caller, event_id: str, settings: Settings, what: str
) -> None:
    name, content, told = REFUSED[what]
    answer = send(officer, f"/events/{event_id}/files", content, name, Accept_Language="en")
    assert answer.status_code == 415, answer.text
    assert TOLD.get(told, told) in answer.json["detail"]
    assert answer.json["errors"] == {"file": [answer.json["detail"]]}
    assert "pdf" in answer.json["allowed"]
    assert officer.get(f"/events/{event_id}/files").json == []
    assert kept(settings) == []


@pytest.mark.parametrize(
    "content",
    [
        samples.picture()[:300],
        samples.office()[:-40],
        samples.pdf(more=samples.object_stream(b"1 0 <<>>", b"/Type/ObjStm/N 1/First 4/Filter/LZWDecode")),
        samples.office(word__document2_xml="<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>"),
    ],
    ids=["a picture cut off", "an archive cut off", "a PDF packed in an unusual way", "a document type"],
)
def test_what_cannot_be_read_is_damaged(officer: Caller, event_id: str, settings: Settings, content: bytes) -> None:
    answer = send(officer, f"/events/{event_id}/files", content, Accept_Language="en")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["file"])
    assert "damaged" in answer.json["errors"]["file"][0]
    assert kept(settings) == []


def test_a_file_larger_than_the_limit_is_refused(officer: Caller, event_id: str, settings: Settings) -> None:
    assert settings.file_limit == 25_000_000
    for size in (25_000_001, 26_000_000):
        answer = send(officer, f"/events/{event_id}/files", b"a" * size, Accept_Language="en")
        assert (answer.status_code, answer.json["code"]) == (413, "too_large")
        assert "25 MB" in answer.json["detail"]
    assert kept(settings) == []
    made = sent(officer, f"/events/{event_id}/files", b"a" * 25_000_000)
    assert made["size"] == 25_000_000


def test_other_operations_take_no_more_than_before(officer: Caller, event_id: str) -> None:
    answer = officer.client.post(
        f"/api/v1/events/{event_id}/tasks",
        data=b"[" + b" " * 3_000_000 + b"]",
        content_type="application/json",
        headers={"Authorization": f"Bearer {officer.token}"},
    )
    assert answer.status_code == 413


def test_an_account_brings_only_so_much_within_a_day(
    officer: Caller, admin: Caller, event_id: str, app: Flask, clock: Clock
) -> None:
    desk = app.extensions["desk"]
    object.__setattr__(desk, "files", replace(desk.files, quota=1000))
    path = f"/events/{event_id}/files"
    made = sent(officer, path, b"a" * 900)
    assert officer.delete(f"/files/{made['id']}").status_code == 204, "what is deleted takes room for another day"
    refused = send(officer, path, b"b" * 101)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "86400")
    sent(officer, path, b"c" * 100)
    sent(admin, path, b"a" * 900)  # there already: takes no room of the administrator's
    sent(admin, path, b"b" * 101)
    assert send(officer, path, b"e").status_code == 429, "who brings the same bytes takes nothing over"
    clock.move(hours=25)
    sent(officer, path, b"d" * 900)


def test_an_upload_repeated_with_its_key_is_answered_as_before(officer: Caller, event_id: str) -> None:
    path = f"/events/{event_id}/files"
    first = send(officer, path, samples.TEXT, Idempotency_Key="one")
    again = send(officer, path, samples.TEXT, Idempotency_Key="one")  # with another boundary between the parts
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(officer.get(path).json) == 1
    for other in ({"content": b"other"}, {"content": samples.TEXT, "title": "other"}):
        assert send(officer, path, Idempotency_Key="one", **other).status_code == 422


def test_the_trail_says_who_did_what_and_who_downloaded_a_persons_file(
    officer: Caller, admin: Caller, things: dict[str, str]
) -> None:
    def trail(file_id: str) -> list[str]:
        return [one["action"] for one in admin.get(f"/audit?entity=file&entity_id={file_id}").json]

    for column, path in things.items():
        made = sent(officer, f"{path}/files")
        officer.get(f"/files/{made['id']}/content")
        officer.get(f"/files/{made['id']}/content", If_None_Match=f'"{made["sha256"]}"')  # nothing was sent
        officer.patch(f"/files/{made['id']}", {"title": "Khác"})
        officer.delete(f"/files/{made['id']}")
        expected = ["create", *(["download"] if column == "person_id" else []), "change", "delete"]
        assert sorted(trail(made["id"])) == sorted(expected), column
    event = things["event_id"].rpartition("/")[2]
    history = officer.get(f"/events/{event}/history").json
    assert [one["action"] for one in history if one["entity"] == "file"] == ["create", "change", "delete"]


def test_files_go_with_what_they_belong_to(
    admin: Caller, things: dict[str, str], database: Database, caller: Callable[..., Caller]
) -> None:
    for path in things.values():
        sent(admin, f"{path}/files")
    event = things["event_id"].rpartition("/")[2]
    admin.post(f"/events/{event}/transitions", {"to": "cancelled", "reason": "x"})
    kind = admin.get(f"/events/{event}").json["kind"]
    assert admin.delete(f"/{ {'delegation': 'delegations'}[kind] }/{event}").status_code == 204
    assert admin.delete(things["person_id"]).status_code == 204
    assert admin.delete(things["commitment_id"]).status_code == 204
    assert admin.delete(things["agreement_id"]).status_code == 204
    with database.transaction(write=False) as session:
        assert session.exec(select(File)).all() == []
        assert len(session.exec(select(StoredContent)).all()) == 1, "the bytes wait for the fixed job"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_where_a_picture_was_taken_is_not_kept(officer: Caller, event_id: str, kind: str) -> None:
    original = samples.telephone_picture() if kind == "HEIC" else samples.picture(kind)
    if kind != "HEIC":  # which Pillow alone does not read
        with Image.open(BytesIO(original)) as before:
            assert before.getexif().get_ifd(0x8825)[2] == samples.PLACE, "the sample has a place"
    made = sent(officer, f"/events/{event_id}/files", original, kind="photo")
    content = officer.get(f"/files/{made['id']}/content").data
    assert hashlib.sha256(content).hexdigest() == made["sha256"]
    assert b"Hoaphuongdo" in original
    assert b"Hoaphuongdo" not in content
    with Image.open(BytesIO(content)) as after:
        assert dict(after.getexif()) == {}
        assert after.size == (64, 48)
        assert not {"exif", "comment", "xmp", "icc_profile"} & {name.lower() for name in after.info}
        red, green, blue = after.convert("RGB").getpixel((10, 10))  # type: ignore[misc]
        assert max(abs(red - 200), abs(green - 30), abs(blue - 30)) < 6


def test_an_account_that_may_only_view_uploads_nothing(viewer: Caller, event_id: str, settings: Settings) -> None:
    assert send(viewer, f"/events/{event_id}/files", samples.TEXT).status_code == 403
    assert kept(settings) == []


def test_a_person_s_files_are_their_own_organisation_s(
    caller: Callable[..., Caller], database: Database, admin: Caller
) -> None:
    with database.transaction() as session:
        own, other = factories.make_organisation(session), factories.make_organisation(session)
        person: Person = factories.make_person(session, organisation_id=own.id)
        event = factories.make_event(session, organisation_id=other.id)
        factories.make_member(session, event, person)
        path = f"/people/{person.id}/files"
    mine, theirs = caller(Role.OFFICER, organisation_id=own.id), caller(Role.OFFICER, organisation_id=other.id)
    looking = caller(Role.VIEWER, organisation_id=own.id)
    made = sent(mine, path, samples.picture(), kind="photo")
    file = f"/files/{made['id']}"
    assert admin.get(file).status_code == mine.get(file).status_code == 200
    assert [theirs.get(one).status_code for one in (path, file, f"{file}/content")] == [404] * 3
    assert [looking.get(one).status_code for one in (file, f"{file}/content")] == [404] * 2
    assert looking.get(path).status_code == 403
    assert send(theirs, path, samples.TEXT).status_code == 404
    assert theirs.call("DELETE", file, If_Match="*").status_code == 404
