"""Templates of papers over the API: taken in, used, withdrawn, kept ten deep; refused with places; an office's own."""

import re
from collections.abc import Callable
from io import BytesIO
from urllib.parse import unquote

import pytest
from sqlalchemy import event
from sqlmodel import Session, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from models.accounts import Audit, User
from models.database import Database
from models.document_templates import DocumentTemplate
from models.errors import NotFound
from models.vocabulary import DocumentKind, Role
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.documents import templates
from service.documents import docx_template
from service.documents.docx_shipped import shipped
from tests import factories
from tests.factories import NOW, OFFICE
from tests.service.conftest import Caller, document_of
from tests.service.documents import docx_papers as papers
from tests.service.documents.word_templates import bare, file_of, paragraph, parts_of, related, template
from tests.service.files import samples

pytestmark = pytest.mark.both_databases("templates are bytes in the database, and their versions are locked")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PATH = "/document-templates/programme"
KIND = DocumentKind.PROGRAMME


def put(
    who: Caller, content: bytes, path: str = PATH, *, form: bool = False, media: str = DOCX, **more: str
) -> TestResponse:
    """Upload a template; the answer is what the document says."""
    headers = {"Authorization": f"Bearer {who.token}"} | {name.replace("_", "-"): one for name, one in more.items()}
    if form:
        boundary, body = encode_multipart({"file": FileStorage(BytesIO(content), "mau.docx", "file", DOCX)})
        content, media = body, f"multipart/form-data; boundary={boundary}"
    answer = who.client.put(f"/api/v1{path}", data=content, headers=headers, content_type=media)
    assert document_of(who.client.application).disagreements("PUT", f"/api/v1{path}", answer) == []
    return answer


def marked(words: str, kind: DocumentKind = KIND) -> bytes:
    """A template with words of the office above everything."""
    return template(paragraph(words), kind=kind)


def test_every_kind_begins_with_the_shipped_template(admin: Caller) -> None:
    answer = admin.get("/document-templates?page_size=500", Accept_Language="vi")
    assert [one["kind"] for one in answer.json] == [kind.value for kind in DocumentKind]
    assert {one["version"] for one in answer.json} == {0}
    assert all(one["versions"] == [] for one in answer.json)
    assert next(one["name"] for one in answer.json if one["kind"] == "programme") == "Chương trình"
    content = admin.get(f"{PATH}/content")
    assert content.data == shipped(KIND)
    assert content.headers["Content-Type"] == DOCX
    assert unquote(content.headers["Content-Disposition"]).endswith("programme-0.docx")


@pytest.mark.parametrize("form", [False, True])
def test_an_uploaded_template_is_used_until_it_is_withdrawn(admin: Caller, database: Database, form: bool) -> None:
    made = put(admin, marked("VĂN PHÒNG LỄ TÂN"), form=form)
    assert made.status_code == 200, made.text
    assert made.json["version"] == 1
    (version,) = made.json["versions"]
    assert version["in_use"] is True
    assert version["uploaded_by"] == admin.user_id
    assert version["uploaded_at"] == "2026-11-22T03:00:00Z"
    assert admin.get(f"{PATH}/content").data == marked("VĂN PHÒNG LỄ TÂN")
    with database.transaction() as session:
        event = factories.make_event(session)
    paper = f"/events/{event.id}/documents/programme.docx"
    assert "VĂN PHÒNG LỄ TÂN" in papers.paragraph_texts(admin.get(paper).data)
    again = admin.call("DELETE", PATH)
    assert again.status_code == 204
    assert "VĂN PHÒNG LỄ TÂN" not in papers.paragraph_texts(admin.get(paper).data)
    kept = admin.get(PATH).json
    assert (kept["version"], [one["version"] for one in kept["versions"]]) == (0, [1])
    assert admin.get(f"{PATH}/content").data == shipped(KIND)
    assert admin.get(f"{PATH}/content?version=1").data == marked("VĂN PHÒNG LỄ TÂN")
    assert admin.call("DELETE", PATH).status_code == 404
    assert put(admin, marked("b")).json["version"] == 2


def test_the_newest_ten_are_kept(admin: Caller, database: Database) -> None:
    for number in range(12):
        with database.transaction() as session:
            templates._take_into_use(session, acting(session, admin), KIND, b"PK%d" % number)
    kept = admin.get(PATH).json
    assert [one["version"] for one in kept["versions"]] == list(range(12, 2, -1))
    assert [one["version"] for one in kept["versions"] if one["in_use"]] == [12]
    assert admin.get(f"{PATH}/content?version=2").status_code == 404
    assert admin.get(f"{PATH}/content?version=3").data == b"PK2"


def test_an_earlier_version_is_taken_into_use_as_a_new_one(admin: Caller, database: Database) -> None:
    for words in ("một", "hai"):
        assert put(admin, marked(words)).status_code == 200
    with database.transaction() as session:
        assert templates.use_again(session, acting(session, admin), "programme", 1).version == 3
        with pytest.raises(NotFound):
            templates.use_again(session, acting(session, admin), "programme", 9)
    assert admin.get(f"{PATH}/content").data == marked("một")


def test_lost_updates_fail(admin: Caller) -> None:
    read = admin.get(PATH).headers["ETag"]
    assert put(admin, marked("một"), If_Match=read).status_code == 200
    assert put(admin, marked("hai"), If_Match=read).status_code == 412
    assert admin.call("DELETE", PATH, If_Match=read).status_code == 412
    assert admin.get(PATH).json["version"] == 1
    assert admin.call("DELETE", PATH, If_Match=admin.get(PATH).headers["ETag"]).status_code == 204


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER, Role.APPROVER])
def test_only_administrators_see_or_change_templates(caller: Callable[..., Caller], role: Role) -> None:
    who = caller(role)
    for method, path in (("GET", "/document-templates"), ("GET", PATH), ("GET", f"{PATH}/content"), ("DELETE", PATH)):
        assert who.call(method, path).status_code == 403, path
    assert put(who, marked("a")).status_code == 403


def test_a_template_is_its_offices(caller: Callable[..., Caller], database: Database) -> None:
    with database.transaction() as session:
        abroad = factories.make_organisation(session, name={"lo": "ພະແນກ"}, locality="vientiane-province")
    home, other = caller(Role.ADMIN), caller(Role.ADMIN, organisation_id=abroad.id)
    assert put(home, marked("của nhà")).status_code == 200
    assert other.get(PATH).json["version"] == 0
    assert other.get(f"{PATH}/content?version=1").status_code == 404
    assert put(other, marked("của bạn")).json["version"] == 1
    assert other.call("DELETE", PATH).status_code == 204
    assert home.get(PATH).json["version"] == 1
    assert home.get(f"{PATH}/content").data == marked("của nhà")
    with database.transaction(write=False) as session:
        assert {row.office for row in session.exec(select(DocumentTemplate))} == {"hai-duong", "vientiane-province"}
        acting(session, other)
        assert templates.template_for(session, KIND) is None


def test_what_was_done_is_in_the_trail_without_the_bytes(admin: Caller, database: Database) -> None:
    put(admin, marked("a"))
    admin.call("DELETE", PATH)
    with database.transaction(write=False) as session:
        rows = session.exec(select(Audit).where(Audit.entity == "document_template").order_by(Audit.id)).all()
        assert [row.action for row in rows] == ["create", "change"]
        assert rows[0].changes["version"] == {"from": None, "to": 1}
        assert rows[0].changes["kind"]["to"] == "programme"
        assert "content" not in rows[0].changes
        assert rows[1].changes == {"in_use": {"from": True, "to": False}}


def test_what_is_wrong_is_said_in_the_readers_language_with_its_place(admin: Caller, database: Database) -> None:
    made = bare(paragraph("a"), paragraph("{{ titel }}"), paragraph("{{p body }}"))
    answer = put(admin, made, Accept_Language="vi")
    assert answer.status_code == 422
    (told,) = answer.json["errors"]["file"]
    assert "{{ titel }}" in told
    assert "superior, issuer" in told
    assert re.search(r"\b2\b", told)
    assert "there is no placeholder" not in told
    with database.transaction(write=False) as session:
        assert session.exec(select(DocumentTemplate)).all() == []


REFUSED: dict[str, tuple[bytes, int]] = {
    "no archive": (b"hello", 415),
    "a PDF": (samples.pdf(), 415),
    "empty": (b"", 422),
    "macros": (file_of({**parts_of(template()), "word/vbaProject.bin": b"x"}), 415),
    "an object": (file_of({**parts_of(template()), "word/embeddings/oleObject1.bin": b"x"}), 415),
    "ActiveX": (file_of({**parts_of(template()), "word/activeX/activeX1.xml": b"<a/>"}), 415),
    "DDE": (bare('<w:p><w:fldSimple w:instr=" DDEAUTO c:\\\\x a "/></w:p>', paragraph("{{p body }}")), 415),
    "INCLUDEPICTURE": (
        bare("<w:p><w:fldSimple w:instr=' INCLUDEPICTURE \"http://x/y.png\" '/></w:p>", paragraph("{{p body }}")),
        415,
    ),
    "a linked picture": (related(template(), "image", "http://x.test/a.png", external=True), 415),
    "an attached template": (
        related(template(), "attachedTemplate", "file:///x.dotm", external=True, part="word/settings.xml"),
        415,
    ),
    "a link": (related(template(), "hyperlink", "https://x.test/", external=True), 422),
    "a bomb": (file_of({**parts_of(template()), "word/media/a.xml": b"<a>" + b" " * (60 << 20) + b"</a>"}), 415),
    "an escape": (bare(paragraph("{{ ''.__class__.__mro__ }}"), paragraph("{{p body }}")), 422),
    "a loop": (
        bare(paragraph("{%p for x in range(10**9) %}"), paragraph("{%p endfor %}"), paragraph("{{p body }}")),
        422,
    ),
    "a long text": (bare(paragraph('{{ "a" * 10**9 }}'), paragraph("{{p body }}")), 422),
    "entities": (
        file_of({**parts_of(template()), "word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><w:document/>'}),
        422,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_files_are_refused(admin: Caller, database: Database, name: str) -> None:
    content, status = REFUSED[name]
    answer = put(admin, content)
    assert answer.status_code == status, answer.text
    with database.transaction(write=False) as session:
        assert session.exec(select(DocumentTemplate)).all() == []


def test_what_an_address_or_a_body_says_wrongly(admin: Caller) -> None:
    assert put(admin, marked("a"), "/document-templates/estimates").status_code == 404
    assert admin.get("/document-templates/nothing").status_code == 404
    assert admin.get("/document-templates/nothing/content").status_code == 404
    assert admin.call("DELETE", "/document-templates/nothing").status_code == 404
    assert admin.get(f"{PATH}/content?version=-1").status_code == 422
    assert admin.get(f"{PATH}/content?version=5").status_code == 404
    assert put(admin, marked("a"), media="text/plain").status_code == 415
    assert put(admin, b"PK" + b"\0" * 3_000_000).status_code == 413


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_is_read_in_one_query(admin: Caller, database: Database, count: int) -> None:
    for kind in list(DocumentKind)[:count]:
        assert put(admin, marked("a", kind), f"/document-templates/{kind.value}").status_code == 200
    with database.transaction(write=False) as session:
        permissions.reads_as(session, session.get_one(User, admin.user_id))
        permissions.own_office(session)
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            statements.append(statement)

        event.listen(session.connection(), "before_cursor_execute", note)
        found = templates.templates(session)
        assert sum(bool(one.versions) for one in found) == count
    assert len(statements) == 1


def acting(session: Session, who: Caller) -> ActionContext:
    """What somebody does, in a transaction of their own."""
    user = session.get_one(User, who.user_id)
    permissions.reads_as(session, user)
    return ActionContext(user, NOW, OFFICE)


@pytest.mark.both_databases("kept templates are read again")
@pytest.mark.parametrize("name", ["a placeholder of old", "an attached template"])
def test_a_kept_template_that_todays_rules_refuse_is_never_run(
    admin: Caller, database: Database, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It was taken in by an older version: the paper is made with the shipped template."""
    bad = {
        "a placeholder of old": bare(paragraph("{{ titel }}"), paragraph("{{p body }}")),
        "an attached template": related(marked("x"), "attachedTemplate", "https://example.org/a.dotm", external=True),
    }[name]
    assert put(admin, bad).status_code in {415, 422}
    with database.transaction() as session:
        templates._take_into_use(session, acting(session, admin), KIND, bad)
        event = factories.make_event(session)
    run = []
    monkeypatch.setattr(docx_template, "write_with", lambda document, template: run.append(template))
    paper = f"/events/{event.id}/documents/programme.docx"
    told = papers.paragraph_texts(admin.get(paper).data)
    assert not run
    with database.transaction() as session:
        templates.withdraw(session, acting(session, admin), KIND)
    assert papers.paragraph_texts(admin.get(paper).data) == told
    monkeypatch.undo()
    assert put(admin, marked("VĂN PHÒNG")).status_code == 200
    assert "VĂN PHÒNG" in papers.paragraph_texts(admin.get(paper).data)
