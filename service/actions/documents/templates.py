"""The office's own templates of papers: listed, uploaded after a check, withdrawn, read for a paper.

A template is kept in the database, so it is in every backup and changes with everything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import ColumnElement, text
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.documents.kinds import EVENT_KINDS
from models.document_templates import DocumentTemplate
from models.errors import Invalid, NotFound, TooLarge, UnsupportedFile
from models.i18n import N_, message
from models.labels import noun
from models.vocabulary import DocumentKind
from service.actions import crud, outside, permissions
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.files import inspection
from service.actions.files.media_types import DOCX
from service.documents import docx_template
from service.documents.docx_shipped import shipped
from service.documents.template_problems import sentence

KEPT = 10
"""How many versions of a template are kept."""
MOST = 1_900_000
"""Bytes of a template; what is sent may have two megabytes with its form."""
SHIPPED = 0
"""The version that is the template that comes with the service."""

_NAMES: Mapping[DocumentKind, str] = {
    DocumentKind.WEEKLY_SCHEDULE: N_("Weekly schedule"),
    DocumentKind.DELEGATION_PLAN: N_("Yearly plan of delegations"),
    DocumentKind.AGREEMENT_REPORT: N_("Report of an agreement"),
}
"""What the kinds are called that are no visit's."""

_DAMAGED = N_("The file is damaged, or written in a way that can't be checked. Open it in Word and save it anew.")
_NO_WORD = N_("A template is a Word document (.docx).")
_TOO_LARGE = N_("A template may have at most {megabytes} MB. Insert smaller pictures.")


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """A version of a template, without its bytes."""

    version: int
    in_use: bool
    size: int
    sha256: str
    uploaded_by: str | None
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class KindTemplates:
    """The templates of a kind: those of the office, the newest first. ``version`` is the one in use, 0: the shipped."""

    kind: DocumentKind
    versions: Sequence[TemplateVersion] = ()

    @property
    def used(self) -> TemplateVersion | None:
        """The version in use; None: the shipped one is."""
        return next((one for one in self.versions if one.in_use), None)

    @property
    def version(self) -> int:
        """Its number."""
        return self.used.version if self.used else SHIPPED


def templates(session: Session) -> list[KindTemplates]:
    """The templates of every kind, in one query."""
    found: dict[DocumentKind, list[TemplateVersion]] = {kind: [] for kind in DocumentKind}
    columns = (
        col(DocumentTemplate.version),
        col(DocumentTemplate.in_use),
        col(DocumentTemplate.size),
        col(DocumentTemplate.sha256),
        col(DocumentTemplate.uploaded_by),
        col(DocumentTemplate.uploaded_at),
    )
    rows = session.execute(
        core_select(col(DocumentTemplate.kind), *columns)
        .where(_own(session))
        .order_by(col(DocumentTemplate.version).desc(), col(DocumentTemplate.id).desc())
    )
    for kind, *values in rows:
        found[DocumentKind(kind)].append(TemplateVersion(*values))
    return [KindTemplates(kind, tuple(versions)) for kind, versions in found.items()]


def templates_of(session: Session, kind: str) -> KindTemplates:
    """The templates of one kind.

    Raises:
        NotFound: there is no such kind.
    """
    known = known_kind(kind)
    return next(one for one in templates(session) if one.kind is known)


def known_kind(kind: str) -> DocumentKind:
    """A kind by its word.

    Raises:
        NotFound: there is no such kind.
    """
    if kind not in list(DocumentKind):
        raise NotFound(noun("document_template"), kind)
    return DocumentKind(kind)


def name_of(kind: DocumentKind) -> str:
    """What a kind is called, as a sentence of the catalogues."""
    terms = EVENT_KINDS.get(kind)
    return terms.name if terms else _NAMES.get(kind, kind.value)


def own_kinds(session: Session) -> frozenset[DocumentKind]:
    """The kinds for which the reader's office has a template of its own in use: their .docx looks otherwise than their
    .pdf, which no template changes."""
    kinds = core_select(col(DocumentTemplate.kind)).where(_own(session), col(DocumentTemplate.in_use))
    return frozenset(map(DocumentKind, session.execute(kinds).scalars()))


def template_for(session: Session, kind: DocumentKind) -> bytes | None:
    """The template that the reader's office has in use for a kind; None: it has none of its own."""
    content = core_select(col(DocumentTemplate.content)).where(
        _own(session), col(DocumentTemplate.kind) == kind, col(DocumentTemplate.in_use)
    )
    return session.execute(content.order_by(col(DocumentTemplate.version).desc()).limit(1)).scalar()


def content_of(session: Session, kind: str, version: int | None = None) -> tuple[int, bytes]:
    """The number of a version and its bytes: of one, or (None) of the template that is used.

    Raises:
        NotFound: there is no such kind or version.
    """
    known = known_kind(kind)
    number = templates_of(session, kind).version if version is None else version
    if number == SHIPPED:
        return number, shipped(known)
    return number, _row(session, known, number).content


def upload(session: Session, act: ActionContext, kind: str, content: bytes, scratch: Path) -> KindTemplates:
    """Take a template into use as a new version; only the newest (:data:`KEPT`) are kept.

    Raises:
        NotFound: there is no such kind.
        Invalid: something in it is not right; says what, place by place.
        UnsupportedFile: it is no Word document, or something in it is not safe.
        TooLarge: it is larger than a template may be.
    """
    known = known_kind(kind)
    if len(content) > MOST:
        raise TooLarge(message(_TOO_LARGE, megabytes=f"{MOST / 1_000_000:g}"))
    outside.ask("template", lambda: lambda: check(content, scratch))
    return _take_into_use(session, act, known, content)


def use_again(session: Session, act: ActionContext, kind: str, version: int) -> KindTemplates:
    """Take an earlier version into use again, as a new one.

    Raises:
        NotFound: there is no such kind or version.
    """
    known = known_kind(kind)
    return _take_into_use(session, act, known, _row(session, known, version).content)


def withdraw(session: Session, act: ActionContext, kind: str) -> KindTemplates:
    """Use the template again that comes with the service; the office's versions are kept.

    Raises:
        NotFound: there is no such kind, or none of the office's own is in use.
    """
    known = known_kind(kind)
    _lock(session)
    if not _put_out_of_use(session, act, known):
        raise NotFound(noun("document_template"), kind)
    return templates_of(session, kind)


def check(content: bytes, scratch: Path) -> None:
    """See whether a file can be a template.

    Raises:
        Invalid: something in it is not right; says what, place by place.
        UnsupportedFile: it is no Word document, or something in it is not safe.
    """
    with inspection.scratch_file(scratch) as source:
        source.write(content)
        source.flush()
        if inspection.inspect(source, scratch).media_type != DOCX:
            raise UnsupportedFile(message(_NO_WORD), allowed=["docx"])
    try:
        found = docx_template.problems(content)
    except docx_template.TemplateUnreadable:
        raise Invalid({"file": [message(_DAMAGED)]}) from None
    if found:
        raise Invalid({"file": [sentence(one) for one in found]})


def _take_into_use(session: Session, act: ActionContext, kind: DocumentKind, content: bytes) -> KindTemplates:
    _lock(session)
    before = templates_of(session, kind).versions
    _put_out_of_use(session, act, kind, is_told=False)
    version = max((one.version for one in before), default=0) + 1
    row = DocumentTemplate(
        kind=kind,
        version=version,
        in_use=True,
        content=content,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        uploaded_by=act.user.id if act.user else None,
        uploaded_at=act.now,
    )
    crud.create(session, act, row, also={"version": {"from": None, "to": version}})
    for one in before[KEPT - 1 :]:
        session.delete(_row(session, kind, one.version))
    session.flush()
    return templates_of(session, kind)


def _put_out_of_use(session: Session, act: ActionContext, kind: DocumentKind, *, is_told: bool = True) -> bool:
    """Whether any was in use."""
    used = select(DocumentTemplate).where(
        _own(session), col(DocumentTemplate.kind) == kind, col(DocumentTemplate.in_use)
    )
    rows = session.exec(used).all()
    for row in rows:
        row.in_use = False
        session.add(row)
        if is_told:
            made = {"in_use": {"from": True, "to": False}}
            record(session, act, "change", "document_template", row.id, made)
    session.flush()
    return bool(rows)


def _row(session: Session, kind: DocumentKind, version: int) -> DocumentTemplate:
    statement = select(DocumentTemplate).where(
        _own(session), col(DocumentTemplate.kind) == kind, col(DocumentTemplate.version) == version
    )
    if (row := session.exec(statement.order_by(col(DocumentTemplate.id).desc())).first()) is None:
        raise NotFound(noun("document_template"), f"{kind.value} {version}")
    return row


def _own(session: Session) -> ColumnElement[bool]:
    return permissions.marked_own(session, col(DocumentTemplate.office))


def _lock(session: Session) -> None:
    """Keep other writers of templates away until this transaction ends: the next version follows from those there are.

    SQLite's write lock does this anyway.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE document_template IN SHARE ROW EXCLUSIVE MODE"))
