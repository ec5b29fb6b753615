"""A kept paper: its number, day and signed copy, what the visit says otherwise by now, and sending it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.documents import stored
from calendars.documents.numbering import can_be_numbered
from models.documents import KeptDocument
from models.errors import Conflict, Stale
from models.events import Event
from models.files import File
from models.i18n import N_, message
from models.vocabulary import DocumentKind, FileKind, FileVisibility
from service.actions import crud
from service.actions.documents import access, choices, kept, sending
from service.actions.documents.choices import PossibleReceiver
from service.actions.files import files, signed_copies
from service.actions.files.file_rights import About
from service.actions.files.media_types import ENDINGS
from service.http import uploads
from service.http.app_context import current_context
from service.schemas.documents import DocumentSchema, SendDocumentSchema
from service.web.bound_form import BoundForm
from service.web.documents.kept_lines import kept_lines, kept_name
from service.web.documents.papers import FormatLink
from service.web.form_fields import FieldSpec, FieldType, read_number, values_of
from service.web.forms import FormRefusal, attempt
from service.web.labels import PAPER_FORMATS
from service.web.page_decorator import page
from service.web.view import View

MEGABYTE = 1_000_000
MOST_FILES = 200

DONE = {
    "keep": N_("The paper is kept."),
    "change": N_("It was saved."),
    "signed": N_("The signed copy was added."),
}
"""What is said when something is done."""

_FORM_OF = {"change": "register", "send": "send"}
"""Beside which form a refusal stands; any other stands above the page."""


@dataclass(frozen=True, slots=True)
class SignedCopy:
    """The signed copy of a paper, and where it is downloaded."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class ReceiverLine:
    """Somebody who can be ticked as a receiver, or whose address is to be entered at ``url``; ``about`` is their
    position."""

    id: str
    name: str
    about: str
    has_address: bool
    url: str


@page()
def paper(view: View, document_id: str) -> Response:
    """A kept paper; with POST, it is registered, kept anew, sent or deleted."""
    row, event = kept.find(view.session, document_id)
    if request.method != "POST":
        return _show(view, row, event)
    done: list[str] = []
    refusal = attempt(view, lambda: done.append(_do(view, row, event)))
    if refusal is None:
        return redirect(done[0], 303)
    # Undoing took what was read along: it is read again.
    return _show(view, *kept.find(view.session, document_id), refusal, _FORM_OF.get(request.form.get("do", ""), ""))


@page()
def signed(view: View, document_id: str) -> Response:
    """Take in the scan of the signed paper, as a file of the visit."""
    row, event = kept.find(view.session, document_id)
    refusal = attempt(view, lambda: _add_signed(view, row, event))
    if refusal is None:
        return redirect(url_for("pages.paper", document_id=document_id, done="signed"), 303)
    return _show(view, *kept.find(view.session, document_id), refusal, "signed")


def _do(view: View, row: KeptDocument, event: Event) -> str:
    """Do what the form asks for; the address that says so."""
    here = url_for("pages.paper", document_id=row.id, done=request.form.get("do", ""))
    match request.form.get("do"):
        case "change":
            _check_version(row)
            values = _CHANGED(partial=True).load(values_of(_specs(view, row, ()), request.form))
            kept.change(view.session, view.act, event, row, values)
            return here
        case "anew":
            kind, wanted = DocumentKind(row.kind), kept.wanted_of(row)
            made = kept.keep(view.session, view.act, event, kind, kept.languages_of(row), wanted)
            return url_for("pages.paper", document_id=made.row.id, done="keep")
        case "send":
            to = SendDocumentSchema().load({"to": request.form.getlist("to")})["to"]
            sent = sending.send(view.session, view.act, event, row, to)
            return url_for(
                "pages.paper",
                document_id=row.id,
                done="send",
                sent=len(sent.sent),
                already=len(sent.already),
                _anchor="send",
            )
        case "delete":
            _check_version(row)
            kept.delete(view.session, view.act, event, row)
            return url_for("pages.papers", event_id=event.id, done="delete")
    raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


_CHANGED: Any = DocumentSchema


def _check_version(row: KeptDocument) -> None:
    if request.form.get("version") != str(row.version):
        raise Stale


def _add_signed(view: View, row: KeptDocument, event: Event) -> None:
    sent = uploads.read_form()
    upload = sent.file()
    _check_version(row)
    name = kept_name(view, row)
    title = f"{name}, {view.say(N_('No. {number}'), number=row.number)}" if row.number else name
    values = {"title": title, "kind": FileKind.SIGNED, "visibility": FileVisibility.INTERNAL}
    about = About("event_id", event.id)
    file = files.add_file(view.session, view.act, current_context().files, about, upload, values)
    kept.change(view.session, view.act, event, row, {"signed_file_id": file.id})


def _specs(view: View, row: KeptDocument, options: Sequence[tuple[str, str]]) -> list[FieldSpec]:
    numbered = [
        FieldSpec("number", label=N_("Number"), hint=N_("As the clerk gave it, whole: “12/KH-UBND”."), length=60),
        FieldSpec("issued_on", FieldType.DAY, N_("Day of issue")),
    ]
    scan = FieldSpec(
        "signed_file_id",
        FieldType.CHOICE,
        N_("The signed copy"),
        N_("One of the visit’s files of the kind “Signed paper”, as PDF or picture; or upload it below."),
        options=options,
    )
    return [*(numbered if can_be_numbered(stored.read(row.content)) else ()), scan]


def _show(
    view: View, row: KeptDocument, event: Event, refusal: FormRefusal | None = None, refused_form: str = ""
) -> Response:
    may_change = view.may_change(event)
    compared = kept.compare(view.session, view.act, event, [row])[0]
    about = About("event_id", event.id)
    found, _count = crud.page_of(
        view.session, files.files_of(view.session, view.act, about), files.FILE_ORDER, 0, MOST_FILES
    )
    is_changed = refused_form == "register"
    form = BoundForm(
        view,
        _specs(view, row, [(one.id, one.title) for one in found if signed_copies.is_signed_copy(one)]),
        row.model_dump(),
        typed=request.form if is_changed else None,
        refusal=refusal if is_changed else None,
        prefix="paper-",
    )
    done = request.args.get("done", "") if refusal is None else ""
    is_sending = refused_form == "send"
    receivers = _receivers(view, event) if may_change else []
    return view.page(
        "documents/paper.html",
        refusal.status if refusal else 200,
        event=event,
        paper=kept_lines(view, event, [compared])[0],
        formats=_formats(row),
        signed=_signed_copy(row, found),
        address=url_for("pages.paper", document_id=row.id),
        upload_address=url_for("pages.paper_signed", document_id=row.id),
        may_change=may_change,
        may_delete=may_change and not row.was_issued,
        form=form,
        file_problems=_file_problems(refusal) if refusal and refused_form == "signed" else [],
        accept=",".join(
            f".{ending}"
            for kind, endings in ENDINGS.items()
            if kind.startswith(signed_copies.MEDIA_TYPES)
            for ending in endings
        ),
        megabytes=f"{current_context().files.limit / MEGABYTE:g}",
        is_mailed=row.kind not in access.KEPT_FOR_MONEY,
        not_mailed=view.say(sending.NOT_MAILED),
        receivers=receivers,
        can_send=any(one.has_address for _heading, several in receivers for one in several),
        chosen=request.form.getlist("to") if is_sending else [],
        mails=choices.mails_of(view.session, row),
        refusal=refusal,
        refused_form=refused_form,
        done=_sent(view) if done == "send" else view.say(DONE[done]) if done in DONE else "",
        done_in="send" if done == "send" else "",
    )


def _file_problems(refusal: FormRefusal) -> list[str]:
    """What is wrong with an uploaded file: as a file, or as a signed copy."""
    return [sentence for name in ("file", "signed_file_id") for sentence in refusal.fields.get(name, [])]


def _sent(view: View) -> str:
    """What came of sending, from the address that says how many."""
    counts = {name: read_number(request.args.get(name, "")) or 0 for name in ("sent", "already")}
    told = [
        view.say(N_("On its way: {count}."), count=counts["sent"]) if counts["sent"] else "",
        view.say(N_("Had it already, and is not sent it again: {count}."), count=counts["already"])
        if counts["already"]
        else "",
    ]
    return " ".join(filter(None, told))


def _receivers(view: View, event: Event) -> list[tuple[str, list[ReceiverLine]]]:
    """Who can be ticked, under headings."""
    found = choices.receivers(view.session, event)
    groups = (
        (N_("People of the visit"), "people", found.people),
        (N_("Organisations that take part"), "organisations", found.organisations),
        (N_("Accounts"), "accounts", found.accounts),
    )
    return [
        (view.say(heading), [_receiver(view, one, area) for one in several])
        for heading, area, several in groups
        if several
    ]


def _receiver(view: View, one: PossibleReceiver, area: str) -> ReceiverLine:
    name = one.name
    told = name if isinstance(name, str) else view.plain(name) if isinstance(name, dict) else view.person(name)
    url = url_for("pages.administered", area=area, identity=one.id)
    return ReceiverLine(one.id, told, view.plain(one.position), one.has_address, url)


def _formats(row: KeptDocument) -> list[FormatLink]:
    return [
        FormatLink(
            one.value,
            PAPER_FORMATS[one],
            url_for("pages.kept_content", document_id=row.id, file_format=one.value),
        )
        for one in kept.formats_of(row)
    ]


def _signed_copy(row: KeptDocument, found: Sequence[File]) -> SignedCopy | None:
    file = next((one for one in found if one.id == row.signed_file_id), None)
    return None if file is None else SignedCopy(file.title, url_for("pages.file", file_id=file.id))
