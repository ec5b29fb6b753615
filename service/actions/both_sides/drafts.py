"""What is typed with a link is saved as it is typed: sealed, and merged with what others saved meanwhile.

Every save makes a version; what two people changed at the same time is told by :mod:`calendars.links.merging`.
"""

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from calendars.links.answers import (
    MOST_BYTES,
    MOST_FILES,
    MOST_PEOPLE,
    ROLES,
    is_path,
    is_sealed,
    is_typed,
    longest,
    people_of,
    without_empty,
)
from calendars.links.merging import FilledIn, MergedForm, merge, typed_over
from calendars.member_lists.csv_files import TableRow
from calendars.member_lists.rows import read_roster
from models.both_sides.links import LinkDraft, SubmissionFile
from models.encryption import seal, unseal
from models.errors import Conflict, Invalid, TooLarge, UnsupportedFile
from models.i18n import N_, message
from models.text import fold, one_line
from models.vocabulary import LinkSubject
from service.actions.both_sides.links import OpenLink
from service.actions.context import ActionContext
from service.actions.files import files
from service.actions.files.files import FileTerms, Upload

PURPOSE = "filled in with a link"
KEPT_VERSIONS = 40
"""Versions of one draft: a page that was opened before the oldest of them clashes wherever it differs."""

_NOT_OPENED = N_(
    "What was typed here before was kept with another secret key of the service; it can’t be read any more."
)
_TOO_MANY_PEOPLE = N_("At most {count} people fit into one list.")
_TOO_MANY_FILES = N_("At most {count} photos, {megabytes} MB together, can be handed in with one link.")
_NO_PICTURE = N_("Choose a photo: a picture of the kinds JPEG, PNG, WebP or HEIC.")


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A draft with its version; 0: nothing was saved yet."""

    version: int
    draft: FilledIn


def pack(secret: str, draft: FilledIn) -> bytes:
    """Seal what was filled in."""
    kept = {"values": dict(draft.values), "others": {path: list(one) for path, one in draft.others.items()}}
    return seal(secret, PURPOSE, json.dumps(kept, ensure_ascii=False))


def unpack(secret: str, sealed: bytes) -> FilledIn | None:
    """Open what was filled in; None: this secret does not open it, or it was forgotten."""
    text = unseal(secret, PURPOSE, sealed) if sealed else None
    if text is None:
        return None
    kept = json.loads(text)
    return FilledIn(kept["values"], kept["others"])


def read_draft(session: Session, secret: str, link: OpenLink) -> KeptDraft:
    """What has been filled in so far.

    Raises:
        Conflict: it was sealed with another secret.
    """
    newest = session.exec(
        select(LinkDraft).where(LinkDraft.link_id == link.row.id).order_by(col(LinkDraft.version).desc()).limit(1)
    ).first()
    if newest is None:
        return KeptDraft(0, FilledIn())
    draft = unpack(secret, newest.sealed)
    if draft is None:
        raise Conflict(message(_NOT_OPENED), code="sealed_otherwise")
    return KeptDraft(newest.version, draft)


def save(
    session: Session,
    act: ActionContext,
    secret: str,
    link: OpenLink,
    seen: int,
    form: Mapping[str, str],
    cleared: Collection[str] = (),
) -> tuple[KeptDraft, MergedForm]:
    """Save what a form says that showed version ``seen``; the link's row is locked by the caller.

    Fields that are not this link's, or that nobody types, are left out. Returns the draft afterwards, and which values
    stand beside it because somebody else changed the same fields.

    Raises:
        Invalid: a value is too long.
        Conflict: more people than a list holds.
    """
    ours = {path: one_line(value) for path, value in form.items() if is_typed(path, link.row.may)}
    if long := [path for path, value in ours.items() if len(value) > longest(path)]:
        too_long = N_("A text has at most {max} characters.")
        raise Invalid({path: [message(too_long, max=longest(path))] for path in long})
    typed = typed_over(ours, frozenset(path for path in cleared if is_path(path, link.row.may) and is_sealed(path)))
    now = read_draft(session, secret, link)
    merged = merge(_version(session, secret, link, seen, now), now.draft, typed)
    if len(people_of(merged.draft.values)) > MOST_PEOPLE:
        raise Conflict(message(_TOO_MANY_PEOPLE, count=MOST_PEOPLE), code="too_many_people")
    return _write(session, act, secret, link, now, merged.draft), merged


def _version(session: Session, secret: str, link: OpenLink, seen: int, now: KeptDraft) -> Mapping[str, str]:
    """The values of a version that a form showed; none if it is not kept any more."""
    if seen == now.version:
        return now.draft.values
    row = session.get(LinkDraft, (link.row.id, seen)) if seen > 0 else None
    found = unpack(secret, row.sealed) if row is not None else None
    return found.values if found is not None else {}


def _write(
    session: Session, act: ActionContext, secret: str, link: OpenLink, now: KeptDraft, draft: FilledIn
) -> KeptDraft:
    if draft == now.draft or (draft.values == dict(now.draft.values) and draft.others == dict(now.draft.others)):
        return now
    version = now.version + 1
    session.add(LinkDraft(link_id=link.row.id, version=version, sealed=pack(secret, draft), saved_at=act.now))
    session.flush()
    of_link = col(LinkDraft.link_id) == link.row.id
    session.execute(delete(LinkDraft).where(of_link, col(LinkDraft.version) <= version - KEPT_VERSIONS))
    return KeptDraft(version, draft)


def add_photo(
    session: Session, act: ActionContext, secret: str, terms: FileTerms, link: OpenLink, key: str, upload: Upload
) -> KeptDraft:
    """Take in a person's photo, written anew without what a camera hides in it, in place of the one before.

    Raises:
        TooLarge: it is larger than a file may be, or the link has brought as much as it may.
        UnsupportedFile, Invalid: it is no picture that can be kept.
    """
    path = f"people.{key}.photo"
    if not is_path(path, link.row.may):
        raise Invalid({"file": [message(_NO_PICTURE)]})
    if upload.size > terms.limit:
        raise files.too_large(terms.limit)
    _check_room(session, link, upload.size)
    stored = files.kept(session, act, terms, upload)
    if not stored.media_type.startswith("image/"):
        raise UnsupportedFile(message(_NO_PICTURE), allowed=["jpg", "png", "webp", "heic"])
    _check_room(session, link, stored.content.size)
    photo = SubmissionFile(
        link_id=link.row.id,
        sha256=stored.content.sha256,
        media_type=stored.media_type,
        size=stored.content.size,
        uploaded_at=act.now,
    )
    session.add(photo)
    session.flush()
    now = read_draft(session, secret, link)
    merged = merge(now.draft.values, now.draft, {path: photo.id})
    return _write(session, act, secret, link, now, merged.draft)


def _check_room(session: Session, link: OpenLink, size: int) -> None:
    count, total = session.execute(
        select(func.count(), func.coalesce(func.sum(col(SubmissionFile.size)), 0)).where(
            SubmissionFile.link_id == link.row.id
        )
    ).one()
    if count >= MOST_FILES or total + size > MOST_BYTES:
        raise TooLarge(message(_TOO_MANY_FILES, count=MOST_FILES, megabytes=MOST_BYTES // 1_000_000))


def add_list(session: Session, act: ActionContext, secret: str, link: OpenLink, lines: Sequence[TableRow]) -> KeptDraft:
    """Put the people of a workbook into the draft, to be looked over before it is handed in: who is there by name
    already gets what the workbook adds, nothing that is there is replaced.

    Raises:
        Invalid: what is wrong, by row and column; nothing was taken over.
        Conflict: more people than a list holds.
    """
    roster = read_roster(lines)
    if roster.errors:
        raise Invalid(roster.errors)
    now = read_draft(session, secret, link)
    values = dict(now.draft.values)
    keys = {fold(values.get(f"people.{key}.name", "")): key for key in people_of(values)}
    for entry in roster.entries:
        key = keys.setdefault(fold(entry.name), new_key())
        role = entry.role.value if entry.role in ROLES else None
        given = {"name": entry.name, "name_latin": entry.name_latin, "position": entry.position, "role": role}
        for name, text in given.items():
            if text and not values.get(f"people.{key}.{name}"):
                values[f"people.{key}.{name}"] = text
    form = {path: text for path, text in values.items() if LinkSubject.MEMBERS in link.row.may}
    return save(session, act, secret, link, now.version, form)[0]


def new_key() -> str:
    """A key for a row of the list that nobody has filled in yet: two people who add somebody at the same time do not
    write into one row."""
    return secrets.token_hex(5)


def shown(draft: FilledIn) -> dict[str, str]:
    """What a form shows: sealed values never; ``True`` of those that were entered stands in :func:`entered`."""
    return {path: value for path, value in without_empty(draft.values).items() if not is_sealed(path)}


def entered(draft: FilledIn) -> frozenset[str]:
    """The sealed fields that were filled in."""
    return frozenset(path for path in without_empty(draft.values) if is_sealed(path))
