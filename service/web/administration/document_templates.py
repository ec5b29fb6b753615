"""The office's own templates of papers: which there are, downloaded, uploaded after changes in Word, withdrawn."""

from collections.abc import Mapping

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models.accounts import User
from models.errors import Conflict, Invalid, NotFound, Stale
from models.i18n import N_, message
from models.labels import noun
from models.vocabulary import DocumentFormat, Role
from service.actions import crud, outside
from service.actions.documents import templates
from service.actions.documents.making import MadeFile
from service.actions.documents.templates import KindTemplates
from service.actions.files import inspection
from service.documents.docx_placeholders import BLOCKS, TEXTS
from service.documents.rendering import MEDIA_TYPES
from service.http import document_answers
from service.http.app_context import current_context
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.view import View

DOCX = MEDIA_TYPES[DocumentFormat.DOCX]
DONE: Mapping[str, str] = {
    "upload": N_("The template is in use now."),
    "again": N_("The template is in use now."),
    "withdraw": N_("The template that came with the service is in use again. Your versions are kept."),
}


@page(read=Role.ADMIN, write=Role.ADMIN)
def listing(view: View) -> Response:
    """The kinds of papers, and which template each is made with."""
    found = templates.templates(view.session)
    names = _names(view, found)
    return view.page(
        "administration/document_templates.html",
        lines=[
            {
                "kind": one.kind.value,
                "name": view.say(templates.name_of(one.kind)),
                "used": one.used,
                "who": names.get(one.used.uploaded_by or "", "") if one.used else "",
            }
            for one in found
        ],
    )


@page(read=Role.ADMIN, write=Role.ADMIN)
def template(view: View, kind: str) -> Response:
    """The template of one kind: download, upload, its versions."""
    found = templates.templates_of(view.session, kind)
    refusal: FormRefusal | None = None
    if request.method == "POST":
        done = request.form.get("do", "")
        refusal = attempt(view, lambda: _do(view, found, done))
        if refusal is None:
            return redirect(url_for("pages.document_template", kind=kind, done=done), 303)
        found = templates.templates_of(view.session, kind)
    names = _names(view, [found])
    return view.page(
        "administration/document_template.html",
        refusal.status if refusal else 200,
        kind=kind,
        name=view.say(templates.name_of(found.kind)),
        found=found,
        seen=_state(found),
        versions=[(one, names.get(one.uploaded_by or "", "")) for one in found.versions],
        placeholders=[(f"{{{{ {name} }}}}", view.say(terms.name)) for name, terms in TEXTS.items()]
        + [(f"{{{{p {name} }}}}", view.say(what)) for name, what in BLOCKS.items()],
        kept=templates.KEPT,
        megabytes=f"{templates.MOST / 1_000_000:g}",
        refusal=refusal,
        done=view.say(DONE[request.args["done"]]) if request.args.get("done") in DONE and not refusal else "",
    )


@page(read=Role.ADMIN, write=Role.ADMIN)
def content(view: View, kind: str, version: str) -> Response:
    """A version of a template as a file; 0 is the one that came with the service."""
    if not version.isascii() or not version.isdecimal() or len(version) > 6:
        raise NotFound(noun("document_template"), version)
    number, bytes_of = templates.content_of(view.session, kind, int(version))
    return document_answers.answer(MadeFile(f"{kind}-{number}.docx", DOCX, bytes_of))


def _do(view: View, found: KindTemplates, done: str) -> None:
    if request.form.get("seen") != _state(found):
        raise Stale
    kind = found.kind.value
    match done:
        case "upload":
            templates.upload(view.session, view.act, kind, _uploaded(), current_context().files.scratch)
        case "again":
            version = request.form.get("version", "")
            if not version.isascii() or not version.isdecimal() or len(version) > 6:
                raise NotFound(noun("document_template"), version[:20])
            templates.use_again(view.session, view.act, kind, int(version))
        case "withdraw":
            templates.withdraw(view.session, view.act, kind)
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _uploaded() -> bytes:
    file = request.files.get("file")
    if file is None:
        raise Invalid({"file": [message(inspection.EMPTY)]})
    sent: bytes = outside.ask("upload", lambda: lambda: file.read(templates.MOST + 1))  # it can be read once only
    if not sent:
        raise Invalid({"file": [message(inspection.EMPTY)]})
    return sent


def _state(found: KindTemplates) -> str:
    """What the page shows, so that a step is refused when somebody else was faster."""
    newest = found.versions[0].version if found.versions else 0
    return f"{newest}-{found.version}"


def _names(view: View, found: list[KindTemplates]) -> dict[str, str]:
    wanted = {version.uploaded_by for one in found for version in one.versions if version.uploaded_by}
    return {one.id: one.name for one in crud.by_id(view.session, User, wanted).values()}
