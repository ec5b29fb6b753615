"""The files of an event, an agreement, a commitment or a person: listed, added, changed, deleted, downloaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response as FlaskResponse
from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from models.accounts import User
from models.errors import Conflict, Invalid, NotFound, Stale
from models.files import File
from models.i18n import N_, message
from models.labels import noun
from models.vocabulary import FileVisibility, Role
from service.actions import crud, permissions
from service.actions.files import file_rights, files, inspection
from service.actions.files.file_rights import About
from service.actions.files.media_types import ENDINGS
from service.http import file_answers, uploads
from service.http.app_context import current_context
from service.schemas.files import FileFormSchema, FileSchema
from service.web.bound_form import BoundForm
from service.web.form_fields import FieldSpec, FieldType
from service.web.forms import FormRefusal, attempt
from service.web.labels import FILE_KINDS, FILE_VISIBILITIES
from service.web.page_decorator import page
from service.web.view import View

SHOWN = 200
DONE: Mapping[str, str] = {
    "add": N_("The file was added."),
    "change": N_("The file was changed."),
    "delete": N_("The file was deleted."),
}
"""What is said when something is done."""

MEGABYTE, KILOBYTE = 1_000_000, 1_000


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file as the page lists it; ``form`` is the one it is changed with, when that is open."""

    file: File
    kind: str
    visibility: str
    size: str
    who: str
    may_change: bool
    form: BoundForm | None


def _specs(view: View, *, is_new: bool) -> list[FieldSpec]:
    kinds = [(kind.value, view.say(label)) for kind, label in FILE_KINDS.items()]
    seen_by = [(one.value, view.say(label)) for one, label in FILE_VISIBILITIES.items()]
    return [
        FieldSpec(
            "title", hint=N_("What people look for: “Agreement, signed on 18/9/2024”."), length=200, is_required=True
        ),
        FieldSpec(
            "kind",
            FieldType.CHOICE,
            N_("Kind of file"),
            options=([("", "–")] if is_new else []) + kinds,
            is_required=True,
        ),
        FieldSpec(
            "visibility",
            FieldType.CHOICE,
            N_("Who may read it"),
            N_("The other side reads it only as far as it may read what the file belongs to."),
            options=seen_by,
            default=FileVisibility.INTERNAL.value,
        ),
    ]


def _answer(view: View, about: About) -> Response:
    owner = file_rights.thing(view.session, view.act, about)
    refusal: FormRefusal | None = None
    if request.method == "POST":
        refusal = attempt(view, lambda: _do(view, about, owner))
        if refusal is None:
            return redirect(
                url_for(request.endpoint or "", done=request.form.get("do", ""), **request.view_args or {}), 303
            )
        owner = file_rights.thing(view.session, view.act, about)  # rolling back discarded it
    return _show(view, about, owner, refusal)


def _do(view: View, about: About, owner: Any) -> None:
    asked = request.form.get("do")
    if asked == "add":
        form = uploads.read_form()
        if form.upload is None and not form.problems:
            raise Invalid({"file": [message(inspection.EMPTY)]})
        values = FileFormSchema().load({name: text or None for name, text in form.fields.items() if name in _FIELDS})
        files.add_file(view.session, view.act, current_context().files, about, form.file(), values)
        return
    if asked not in ("change", "delete"):
        raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))
    file, _owner = files.find_file(view.session, view.act, request.form.get("row", ""))
    if About.of(file) != about:
        raise NotFound(noun("file"), file.id)
    if request.form.get("version") != str(file.version):
        raise Stale
    if asked == "delete":
        files.remove_file(view.session, view.act, file, owner)
        return
    values = _CHANGED(partial=True).load({name: request.form.get(name) or None for name in _FIELDS})
    files.change_file(view.session, view.act, file, owner, values)


_CHANGED: Any = FileSchema
_FIELDS = ("title", "kind", "visibility")


def _show(view: View, about: About, owner: Any, refusal: FormRefusal | None) -> Response:
    found, count = crud.page_of(view.session, files.files_of(view.session, view.act, about), files.FILE_ORDER, 0, SHOWN)
    is_sent = refusal is not None
    is_new_sent = is_sent and request.form.get("do") == "add"
    opened = request.form.get("row") if is_sent else request.args.get("edit")
    people = crud.by_id(view.session, User, {one.uploaded_by for one in found if one.uploaded_by})
    # Who works in another office is told to nobody here.
    names = {one.id: one.name for one in people.values() if permissions.is_marked_own(view.session, one.office)}
    may_add = view.may(Role.OFFICER) and file_rights.may_add(view.session, about, owner)
    typed = request.form if is_sent else None
    lines = [
        FileLine(
            file=one,
            kind=view.say(FILE_KINDS[one.kind]),
            visibility=view.say(FILE_VISIBILITIES[one.visibility]),
            size=size_in_words(one.size),
            who=names.get(one.uploaded_by or "", ""),
            may_change=view.may(Role.OFFICER) and file_rights.may_change(view.session, one, owner),
            form=BoundForm(
                view, _specs(view, is_new=False), one.model_dump(), typed=typed, refusal=refusal, prefix="file-"
            )
            if opened == one.id
            else None,
        )
        for one in found
    ]
    return view.page(
        "files/files.html",
        refusal.status if refusal else 200,
        about=about,
        listed=_LISTS[about.column],
        owner={about.column: about.identity},
        heading=_heading(view, about, owner),
        back=_BACK[about.column](about.identity),
        target=_here(),
        lines=lines,
        has_more=count > SHOWN,
        form=BoundForm(
            view,
            _specs(view, is_new=True),
            {"visibility": FileVisibility.INTERNAL.value},
            typed=typed if is_new_sent else None,
            refusal=refusal if is_new_sent else None,
            prefix="new-",
        )
        if may_add
        else None,
        file_problems=refusal.fields.get("file", []) if refusal and is_new_sent else [],
        accept=",".join(f".{ending}" for endings in ENDINGS.values() for ending in endings),
        megabytes=f"{current_context().files.limit / MEGABYTE:g}",
        is_person=about.column == "person_id",
        refusal=refusal,
        done=view.say(DONE[request.args["done"]]) if request.args.get("done") in DONE and not refusal else "",
    )


def _here(**more: str) -> str:
    """This page's own address."""
    given: dict[str, Any] = {**(request.view_args or {}), **more}
    return url_for(request.endpoint or "", **given)


def size_in_words(size: int) -> str:
    """Bytes as people read them: ``2.4 MB``, ``310 kB``."""
    return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE else f"{max(1, round(size / KILOBYTE))} kB"


def _heading(view: View, about: About, owner: Any) -> str:
    return str(owner.name) if about.column == "person_id" else view.plain(owner.title)


_LISTS: Mapping[str, str] = {
    "event_id": "files.EventFilesView",
    "agreement_id": "files.AgreementFilesView",
    "commitment_id": "files.CommitmentFilesView",
    "person_id": "files.PersonFilesView",
    "project_id": "files.ProjectFilesView",
}
"""The lists of the API that hold the same."""

_BACK: Mapping[str, Callable[[str], str]] = {
    "event_id": lambda identity: url_for("pages.event", event_id=identity),
    "agreement_id": lambda identity: url_for("pages.agreement", agreement_id=identity),
    "commitment_id": lambda identity: url_for("pages.administered", area="commitments", identity=identity),
    "project_id": lambda identity: url_for("pages.project", project_id=identity),
    "person_id": lambda identity: url_for("pages.administered", area="people", identity=identity),
}
"""The page of what files belong to."""


@page()
def event_files(view: View, event_id: str) -> Response:
    """The files of an event."""
    return _answer(view, About("event_id", event_id))


@page()
def agreement_files(view: View, agreement_id: str) -> Response:
    """The files of an agreement."""
    return _answer(view, About("agreement_id", agreement_id))


@page()
def commitment_files(view: View, commitment_id: str) -> Response:
    """The files of a commitment."""
    return _answer(view, About("commitment_id", commitment_id))


@page(read=Role.OFFICER)
def project_files(view: View, project_id: str) -> Response:
    """The files of a project, for who reads the project."""
    return _answer(view, About("project_id", project_id))


@page(read=Role.OFFICER)
def person_files(view: View, person_id: str) -> Response:
    """The files of a person."""
    return _answer(view, About("person_id", person_id))


@page()
def _download(view: View, file_id: str) -> Response:
    file, owner = files.find_file(view.session, view.act, file_id)
    g.told = (file.id, view.act.account.id) if files.is_told(owner) else None
    return file_answers.answer(current_context().files, file)


def download(file_id: str) -> Response:
    """A file's bytes; who downloads one of a person is recorded before anything is sent."""
    g.told = None
    answer = _download(file_id=file_id)
    if g.told is not None and isinstance(answer, FlaskResponse) and answer.status_code in (200, 206):
        file_answers.record_download(current_context(), *g.told)
    return answer
