"""/files, and /events/{}/files and the like: files of events, agreements, commitments, people and projects."""

from typing import Any

from flask import Response, g
from flask.typing import ResponseReturnValue
from flask_smorest.pagination import PaginationParameters
from marshmallow import ValidationError
from werkzeug.exceptions import UnprocessableEntity

from models.errors import Invalid
from models.files import File
from models.vocabulary import FileKind, FileVisibility, Role
from service.actions.files import files
from service.actions.files.file_rights import About
from service.actions.files.media_types import ENDINGS, HEIC
from service.api.resource import FORM, ApiBlueprint, ApiView, act, operation, page, requires, session
from service.http import file_answers, uploads
from service.http.app_context import current_context
from service.schemas.files import FileFormSchema, FileSchema
from service.schemas.queries import QuerySchema
from service.settings import DEFAULT_FILE_LIMIT

blp = ApiBlueprint(
    "files",
    __name__,
    description="Files of visits, agreements, commitments, people and projects; no pictures of passports",
)

_FORM = {
    "type": "object",
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "maxLength": DEFAULT_FILE_LIMIT,
            "description": "PDF, JPEG, PNG, WebP, HEIC, docx, xlsx, odt, ods, txt or csv, told by its content. Larger "
            "or smaller, if the settings say so. Pictures are written anew without what cameras note in them.",
        },
        "title": {"type": "string", "minLength": 1, "maxLength": 200},
        "kind": {"type": "string", "enum": [kind.value for kind in FileKind]},
        "visibility": {"type": "string", "enum": [one.value for one in FileVisibility], "default": "internal"},
    },
    "required": ["file", "title", "kind"],
    "additionalProperties": False,
}
_PROBLEM = {"$ref": "#/components/responses/DEFAULT_ERROR"}
_UPLOAD: dict[str, Any] = {
    "requestBody": {"required": True, "content": {FORM: {"schema": _FORM}}},
    "responses": {"413": _PROBLEM, "415": _PROBLEM, "507": _PROBLEM},
}


def takes_file(view: Any) -> Any:
    """Declare that an operation takes a form with a file."""
    view.body_types = (FORM,)
    return blp.doc(**_UPLOAD)(view)


class FilesView(ApiView):
    """The files of a thing; its form is read before the transaction, its file never is in memory."""

    def read_body(self) -> bytes:
        """Read the form; what stands for it tells it from another with the same Idempotency-Key."""
        g.upload_form = form = uploads.read_form()
        return form.fingerprint() if form.fields or form.upload else super().read_body()

    def listed(self, about: About, paging: PaginationParameters) -> list[File]:
        """One page of the files of a thing."""
        return page(paging, files.files_of(session(), act(), about), *files.FILE_ORDER)

    def added(self, about: About) -> File:
        """The file that came with this request, once it is kept."""
        values, upload = _sent(g.upload_form)
        return files.add_file(session(), act(), current_context().files, about, upload, values)


def _sent(form: uploads.UploadForm) -> tuple[dict[str, Any], files.Upload]:
    """The fields and the file of a form.

    Raises:
        UnprocessableEntity: some of it is not right; all of that at once.
    """
    errors: dict[str, Any] = {}
    values: dict[str, Any] = {}
    upload = None
    try:
        values = FileFormSchema().load(form.fields)
    except ValidationError as wrong:
        errors |= wrong.normalized_messages()
    try:
        upload = form.file()
    except Invalid as wrong:
        errors |= wrong.errors
    if errors or upload is None:
        refused = UnprocessableEntity()
        refused.data = {"messages": errors}  # type: ignore[attr-defined]
        raise refused
    return values, upload


@blp.route("/events/<event_id>/files")
class EventFilesView(FilesView):
    @requires(Role.VIEWER)
    @operation("listEventFiles")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(FileSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """The files of an event, oldest first, for who sees the whole event"""
        return self.listed(About("event_id", event_id), pagination_parameters)

    @requires(Role.OFFICER)
    @operation("createEventFile")
    @takes_file
    @blp.created(FileSchema, at="/api/v1/files")
    def post(self, event_id: str) -> Any:
        """Add a file to an event"""
        return self.added(About("event_id", event_id))


@blp.route("/agreements/<agreement_id>/files")
class AgreementFilesView(FilesView):
    @requires(Role.VIEWER)
    @operation("listAgreementFiles")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(FileSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, agreement_id: str) -> Any:
        """The files of an agreement, oldest first; of other offices only those that are shared"""
        return self.listed(About("agreement_id", agreement_id), pagination_parameters)

    @requires(Role.OFFICER)
    @operation("createAgreementFile")
    @takes_file
    @blp.created(FileSchema, at="/api/v1/files")
    def post(self, agreement_id: str) -> Any:
        """Add a file to an agreement"""
        return self.added(About("agreement_id", agreement_id))


@blp.route("/commitments/<commitment_id>/files")
class CommitmentFilesView(FilesView):
    @requires(Role.VIEWER)
    @operation("listCommitmentFiles")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(FileSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, commitment_id: str) -> Any:
        """The files of a commitment, oldest first; of other offices only those that are shared"""
        return self.listed(About("commitment_id", commitment_id), pagination_parameters)

    @requires(Role.OFFICER)
    @operation("createCommitmentFile")
    @takes_file
    @blp.created(FileSchema, at="/api/v1/files")
    def post(self, commitment_id: str) -> Any:
        """Add a file to a commitment"""
        return self.added(About("commitment_id", commitment_id))


@blp.route("/people/<person_id>/files")
class PersonFilesView(FilesView):
    @requires(Role.OFFICER)
    @operation("listPersonFiles")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(FileSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, person_id: str) -> Any:
        """The files of a person, oldest first, for officers of their organisation and who oversees its office"""
        return self.listed(About("person_id", person_id), pagination_parameters)

    @requires(Role.OFFICER)
    @operation("createPersonFile")
    @takes_file
    @blp.created(FileSchema, at="/api/v1/files")
    def post(self, person_id: str) -> Any:
        """Add a file to a person; no pictures of passports"""
        return self.added(About("person_id", person_id))


@blp.route("/projects/<project_id>/files")
class ProjectFilesView(FilesView):
    @requires(Role.OFFICER)
    @operation("listProjectFiles")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(FileSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, project_id: str) -> Any:
        """The files of a project, oldest first, for who reads the project"""
        return self.listed(About("project_id", project_id), pagination_parameters)

    @requires(Role.OFFICER)
    @operation("createProjectFile")
    @takes_file
    @blp.created(FileSchema, at="/api/v1/files")
    def post(self, project_id: str) -> Any:
        """Add a file to a project"""
        return self.added(About("project_id", project_id))


@blp.route("/files/<file_id>")
class FileView(ApiView):
    @requires(Role.VIEWER)
    @operation("getFile")
    @blp.arguments(QuerySchema, location="query")
    @blp.one(FileSchema)
    def get(self, query: dict[str, Any], file_id: str) -> Any:
        """Read what a file is"""
        return files.find_file(session(), act(), file_id)[0]

    @requires(Role.OFFICER)
    @operation("changeFile")
    @blp.arguments(FileSchema(partial=True))
    @blp.one(FileSchema)
    def patch(self, values: dict[str, Any], file_id: str) -> Any:
        """Change a file's title, kind or visibility"""
        file, owner = files.find_file(session(), act(), file_id)
        blp.check_etag(file, FileSchema)
        return files.change_file(session(), act(), file, owner, values)

    @requires(Role.OFFICER)
    @operation("deleteFile")
    @blp.gone()
    def delete(self, file_id: str) -> None:
        """Delete a file; its bytes are removed a day later, if no other file has them"""
        file, owner = files.find_file(session(), act(), file_id)
        blp.check_etag(file, FileSchema)
        files.remove_file(session(), act(), file, owner)


_BYTES = {
    "description": "The bytes.",
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ENDINGS if kind != HEIC},
}
_CONTENT = {"200": _BYTES, "206": _BYTES, "304": {"description": "Not Modified"}, "416": _PROBLEM}


@blp.route("/files/<file_id>/content")
class FileContentView(ApiView):
    @requires(Role.VIEWER)
    @operation("getFileContent")
    @blp.arguments(QuerySchema, location="query")
    @blp.doc(responses=_CONTENT)
    def get(self, query: dict[str, Any], file_id: str) -> Response:
        """Download a file: whole or a part of it (Range), always as an attachment; ETag is its SHA-256

        Who downloads a file of a person is recorded in the audit trail.
        """
        file, owner = files.find_file(session(), act(), file_id)
        g.told = file.id if files.is_told(owner) else None
        g.reader_id = act().account.id
        return file_answers.answer(current_context().files, file)

    def dispatch_request(self, **kwargs: Any) -> ResponseReturnValue:
        """As for every view; what is to be recorded is, before anything is sent."""
        g.told = None
        answer = super().dispatch_request(**kwargs)
        if g.told is not None and isinstance(answer, Response) and answer.status_code in (200, 206):
            file_answers.record_download(current_context(), g.told, g.reader_id)
        return answer
