"""/document-templates: the office's own templates of papers, for administrators."""

from dataclasses import asdict
from typing import Any

from flask import Response, request
from flask_smorest.pagination import PaginationParameters

from models.errors import Invalid
from models.i18n import N_, message, translate
from models.vocabulary import DocumentFormat, Role
from service.actions import outside
from service.actions.documents import templates
from service.actions.documents.making import MadeFile
from service.actions.documents.templates import KindTemplates
from service.api.resource import FORM, ApiBlueprint, ApiView, act, operation, requires, session, sliced, takes
from service.documents.rendering import MEDIA_TYPES
from service.http import document_answers
from service.http.app_context import current_context
from service.http.error_responses import reader_language
from service.schemas.document_templates import DocumentTemplateSchema, TemplateContentQuery
from service.schemas.queries import QuerySchema

blp = ApiBlueprint("document-templates", __name__, description="Templates of papers that an office changes in Word")

DOCX = MEDIA_TYPES[DocumentFormat.DOCX]
_PROBLEM = {"$ref": "#/components/responses/DEFAULT_ERROR"}
_ONE_FILE = N_("Send one file, in the form's field “file”.")
_FILE: dict[str, Any] = {
    "200": {"description": "The file.", "content": {DOCX: {"schema": {"type": "string", "format": "binary"}}}}
}


def _shown(one: KindTemplates) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "name": translate(templates.name_of(one.kind), reader_language()),
        "version": one.version,
        "versions": [asdict(version) for version in one.versions],
    }


def _check_still(kind: str) -> None:
    """With ``If-Match`` only if the templates of a kind are still what was read."""
    if "If-Match" in request.headers:
        blp.check_etag(_shown(templates.templates_of(session(), kind)), DocumentTemplateSchema)


@blp.route("/document-templates")
class DocumentTemplatesView(ApiView):
    @requires(Role.ADMIN)
    @operation("listDocumentTemplates")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(DocumentTemplateSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """The kinds of papers, with the office's templates of each, the newest first"""
        return [_shown(one) for one in sliced(templates.templates(session()), pagination_parameters)]


@blp.route("/document-templates/<kind>")
class DocumentTemplateView(ApiView):
    @requires(Role.ADMIN)
    @operation("getDocumentTemplate")
    @blp.one(DocumentTemplateSchema)
    def get(self, kind: str) -> Any:
        """The office's templates of one kind of paper"""
        return _shown(templates.templates_of(session(), kind))

    @requires(Role.ADMIN)
    @operation("replaceDocumentTemplate")
    @takes(DOCX, FORM)
    @blp.doc(responses={"413": _PROBLEM, "415": _PROBLEM})
    @blp.response(200, DocumentTemplateSchema)
    def put(self, kind: str) -> Any:
        """Take a template into use: a Word document, sent as the body or as the form field `file`

        Begin with the one that is in use (`…/content`): change its letter-head and words, leave what stands between
        braces. It is checked, and refused with the place of everything that is wrong. With `If-Match` only if the
        templates are still what was read.
        """
        _check_still(kind)
        templates.known_kind(kind)
        made = templates.upload(session(), act(), kind, _uploaded(), current_context().files.scratch)
        return _shown(made)

    @requires(Role.ADMIN)
    @operation("deleteDocumentTemplate")
    @blp.response(204)
    def delete(self, kind: str) -> None:
        """Use the template again that comes with the service; the office's versions are kept

        404 where it is in use already. With `If-Match` only if the templates are still what was read.
        """
        _check_still(kind)
        templates.withdraw(session(), act(), kind)


@blp.route("/document-templates/<kind>/content")
class DocumentTemplateContentView(ApiView):
    @requires(Role.ADMIN)
    @operation("getDocumentTemplateContent")
    @blp.arguments(TemplateContentQuery, location="query")
    @blp.doc(responses=_FILE)
    def get(self, query: dict[str, Any], kind: str) -> Response:
        """Download a template, to change it in Word"""
        number, content = templates.content_of(session(), kind, query.get("version"))
        return document_answers.answer(MadeFile(f"{kind}-{number}.docx", DOCX, content))


def _uploaded() -> bytes:
    """The uploaded file.

    Raises:
        Invalid: there is none, or a form says something else too.
    """
    if request.mimetype != FORM:
        return request.get_data(cache=True)
    if unknown := sorted({*request.form, *request.files} - {"file"}):
        raise Invalid({one[:60]: [message(N_("Unknown parameter."))] for one in unknown})
    files = request.files.getlist("file")
    if len(files) != 1:
        raise Invalid({"file": [message(_ONE_FILE)]})

    def read() -> bytes:
        with files[0].stream as opened:
            return opened.read()

    return outside.ask("upload", lambda: read)  # it can be read once only
