"""Files: taken in, read, changed and removed, with their bytes in the store and an audit row for each change."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from models.errors import FilesAway, NotFound, TooLarge, TooMany
from models.file_store import Content, FileStore
from models.files import File
from models.i18n import N_, message
from models.labels import noun
from models.places import Person
from models.queries import stored_contents
from service.actions import crud, outside
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.files import file_rights, inspection, names, signed_copies
from service.actions.files.file_rights import About
from service.actions.files.media_types import TEXT

FILE_ORDER = (col(File.uploaded_at), col(File.id))
MEGABYTE = 1_000_000
_DAY = timedelta(days=1)
_TRIES = 3
"""How often bytes are brought anew that were removed just when they were needed again."""

TOO_LARGE = N_("A file may have at most {megabytes} MB. Make it smaller (scan in grey, 200 dpi) or divide it.")
_QUOTA = N_("You have uploaded {megabytes} MB within a day; that is the limit. Try again tomorrow, or ask a colleague.")


@dataclass(frozen=True, slots=True)
class FileTerms:
    """Where files are kept and how much is taken: the store, a folder for what is on its way, and bounds in bytes of
    one file and of what an account brings within a day."""

    store: FileStore
    scratch: Path
    limit: int
    quota: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent: its bytes on disk, and the name it came with."""

    content: IO[bytes]
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """What an upload is, and its bytes in the store."""

    media_type: str
    content: Content


def files_of(session: Session, act: ActionContext, about: About) -> Any:
    """The SELECT of the files of a thing that the reader may see.

    Raises:
        NotFound: there is no such thing, or its files are not the reader's to see.
    """
    file_rights.thing(session, act, about)
    own = getattr(File, about.column) == about.identity
    return select(File).where(own, file_rights.seen(session, about.column))


def counts(session: Session, column: str, ids: Collection[str]) -> dict[str, int]:
    """Thing → how many of its files the reader sees, of events, agreements or commitments whose files they may read."""
    key = getattr(File, column)
    found = core_select(key, func.count()).where(key.in_(ids), file_rights.seen(session, column)).group_by(key)
    return {row[0]: row[1] for row in session.execute(found)}


def find_file(session: Session, act: ActionContext, identity: str) -> tuple[File, Any]:
    """A file, and what it belongs to.

    Raises:
        NotFound: there is none, or it is not the reader's to see.
    """
    file = session.get(File, identity)
    if file is not None:
        about = About.of(file)
        is_seen = core_select(col(File.id)).where(col(File.id) == identity, file_rights.seen(session, about.column))
        try:
            owner = file_rights.thing(session, act, about)
        except NotFound:
            owner = None
        if owner is not None and session.execute(is_seen).first() is not None:
            return file, owner
    raise NotFound(noun("file"), identity)


def add_file(
    session: Session, act: ActionContext, terms: FileTerms, about: About, upload: Upload, values: Mapping[str, Any]
) -> File:
    """Take in a file; its bytes are safe before a row names them.

    Raises:
        NotFound, Forbidden: as :func:`files_of` and :func:`service.actions.files.file_rights.check_adding`.
        TooLarge: it is larger than a file may be.
        TooMany: the account has brought as much as it may within a day.
        UnsupportedFile, Invalid: as :func:`service.actions.files.inspection.inspect`.
        FilesAway, NoSpace: the store can't take it.
    """
    owner = file_rights.thing(session, act, about)
    file_rights.check_adding(session, about, owner)
    if upload.size > terms.limit:
        raise too_large(terms.limit)
    _check_quota(session, act, terms, upload.size)
    stored = kept(session, act, terms, upload)
    media_type = names.of_text(upload.name) if stored.media_type == TEXT else stored.media_type
    file = File(
        **({about.column: about.identity} | dict(values)),
        name=names.kept_name(upload.name, media_type),
        media_type=media_type,
        size=stored.content.size,
        sha256=stored.content.sha256,
        uploaded_by=act.user.id if act.user else None,
        uploaded_at=act.now,
    )
    return crud.create(session, act, file, event_id=about.event_id)


def change_file(session: Session, act: ActionContext, file: File, owner: Any, values: Mapping[str, Any]) -> File:
    """Change what a file is called, what it is, and who may see it.

    Raises:
        Forbidden: as :func:`service.actions.files.file_rights.check_change`.
        Conflict: it would no longer be what a paper has as its signed copy.
    """
    file_rights.check_change(session, file, owner)
    signed_copies.check_kind(session, file, values)
    crud.change(session, act, file, values, event_id=About.of(file).event_id)
    return file


def remove_file(session: Session, act: ActionContext, file: File, owner: Any) -> None:
    """Delete a file; its bytes leave the store a day later, if no other file has them.

    Raises:
        Forbidden: as :func:`service.actions.files.file_rights.check_change`.
        Conflict: it is the signed copy of a paper that was issued.
    """
    file_rights.check_change(session, file, owner)
    crud.delete(session, act, file, event_id=About.of(file).event_id)


def is_told(owner: Any) -> bool:
    """Whether it is recorded who downloads the files of a thing."""
    return isinstance(owner, Person)


def record_download(session: Session, act: ActionContext, file_id: str) -> None:
    """Record in the trail that a file was downloaded; who may see it is decided anew.

    Raises:
        NotFound: as :func:`find_file`.
    """
    file, _owner = find_file(session, act, file_id)
    record(session, act, "download", "file", file.id, {})


def too_large(limit: int) -> TooLarge:
    """The error for a file of more bytes than one may have."""
    return TooLarge(message(TOO_LARGE, megabytes=f"{limit / MEGABYTE:g}"))


def _check_quota(session: Session, act: ActionContext, terms: FileTerms, size: int) -> None:
    if act.user is None:
        return
    if stored_contents.brought_since(session, act.user.id, act.now - _DAY) + size > terms.quota:
        raise TooMany(message(_QUOTA, megabytes=f"{terms.quota / MEGABYTE:g}"), int(_DAY.total_seconds()))


def kept(session: Session, act: ActionContext, terms: FileTerms, upload: Upload) -> StoredUpload:
    """The bytes of an upload in the store, noted as needed, after they were looked into.

    Raises:
        UnsupportedFile, Invalid: as :func:`service.actions.files.inspection.inspect`.
        FilesAway, NoSpace: the store can't take them.
    """
    user_id = act.user.id if act.user else None
    is_new = not stored_contents.is_in_use(session)

    def bring() -> StoredUpload:
        inspected = inspection.inspect(upload.content, terms.scratch)
        try:
            terms.store.open(make=is_new)
            return StoredUpload(inspected.media_type, terms.store.put(inspected.content))
        finally:
            if inspected.content is not upload.content:
                inspected.content.close()

    for number in range(_TRIES):
        stored = outside.ask(f"file {number}", lambda: bring)
        stored_contents.keep(session, stored.content, user_id, act.now)
        if terms.store.holds(stored.content.sha256, stored.content.size):
            return stored
    raise FilesAway
