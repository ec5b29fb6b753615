"""What all API operations share: one transaction, an account, a role, idempotent POSTs; and their blueprint class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar, NoReturn, TypeVar, cast

import flask_smorest
from flask import Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from flask_smorest.exceptions import PreconditionFailed
from flask_smorest.pagination import PaginationMetadataSchema, PaginationParameters
from flask_smorest.utils import get_appcontext, resolve_schema_instance
from marshmallow import Schema, ValidationError, missing
from sqlmodel import Session
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.exceptions import NotFound as NotFoundError

from models.accounts import User
from models.errors import Forbidden, Invalid, Unauthenticated
from models.i18n import N_, message
from models.vocabulary import Role, TokenScope
from service.actions import crud, idempotency, outside
from service.actions.acting import acting_as
from service.actions.context import ActionContext
from service.http import json_body, share_openings
from service.http.app_context import AppContext, check_body_was_read, current_context
from service.http.bounds import MAX_BODY
from service.http.error_responses import reader_language
from service.http.list_exports import CONTENT, ListExport, ListFile, ListFormat, record_export, with_format
from service.http.refusal import UNREAD
from service.schemas.rows import RowSchema
from service.schemas.word_names import ROLES

JSON = "application/json"
FORM = "multipart/form-data"
MOST_OF_A_STEP = 100
"""Characters of a part of an address; ids have 26, codes at most 60."""

MOST_PAGES = 1_000_000
"""The last page that may be asked for; of lists of 500 that is more than any table here holds."""

SAFE = {"GET", "HEAD", "OPTIONS"}
STORED_HEADERS = ("Content-Type", "ETag", "Location")
_VOLATILE = {"conflicts", "differences", "overdue", "tied", "warnings"}
"""Fields that change with time or with other rows although nobody changed this one."""
_ALLOWED_BEFORE_NEW_PASSWORD = {"accounts.MeView", "accounts.OwnPasswordView"}

View = TypeVar("View", bound=Callable[..., Any])


def requires(role: Role) -> Callable[[View], View]:
    """Declare the minimum role of an operation. The application does not start with an operation that has none."""

    def mark(view: View) -> View:
        view.required_role = role  # type: ignore[attr-defined]
        documented: dict[str, Any] = {"x-required-role": role.value, "security": [{"bearer": []}, {"session": []}]}
        return cast(View, flask_smorest.Blueprint.doc(**documented)(view))

    return mark


def operation(name: str) -> Callable[[View], View]:
    """Give an operation its id in the API document: a verb and its object, like ``changePerson``.

    Generated clients use it as a function name, so it must not change. The application does not start with an operation
    that has none or a duplicate. Verbs: list, get, find · create, change, replace, delete · a fitting one otherwise.
    """

    def mark(view: View) -> View:
        view.operation_id = name  # type: ignore[attr-defined]
        return cast(View, flask_smorest.Blueprint.doc(operationId=name)(view))

    return mark


def takes(*types: str) -> Callable[[View], View]:
    """Declare the content types of an operation whose body is not JSON; the operation reads the raw body.

    In a form the content is the field ``file``.
    """

    def mark(view: View) -> View:
        view.body_types = types  # type: ignore[attr-defined]
        file = {"type": "string", "format": "binary", "maxLength": MAX_BODY}
        form = {"type": "object", "properties": {"file": file}, "required": ["file"], "additionalProperties": False}
        content = {name: {"schema": form if name == FORM else file} for name in types}
        return cast(View, flask_smorest.Blueprint.doc(requestBody={"required": True, "content": content})(view))

    return mark


def session() -> Session:
    """This request's open transaction."""
    return cast(Session, g.session)


def act() -> ActionContext:
    """The action context: who makes the request, and when."""
    return cast(ActionContext, g.act)


def page(paging: PaginationParameters, statement: Any, *order: Any) -> list[Any]:
    """The requested page of a query's rows; the total goes into X-Pagination."""
    rows, paging.item_count = crud.page_of(session(), statement, order, paging.first_item, paging.page_size)
    return rows


def sliced(rows: list[Any], paging: PaginationParameters) -> list[Any]:
    """The requested page of a list already in memory."""
    paging.item_count = len(rows)
    return rows[paging.first_item : paging.first_item + paging.page_size]


class ApiView(MethodView):
    """A resource of the API. Each request runs in one transaction that commits after the response is built.

    ``never_stored``: its responses are not stored under an Idempotency-Key; a repetition is processed as a new request.
    """

    never_stored: ClassVar[bool] = False

    def read_body(self) -> bytes:
        """The body, or for one too large for memory something that tells it from another."""
        return request.get_data(cache=True)

    def dispatch_request(self, **kwargs: Any) -> ResponseReturnValue:
        method = request.method.lower()
        handler = getattr(self, method, None) or getattr(self, "get")  # noqa: B009 - HEAD is GET without a body
        role: Role = handler.required_role
        if not all(
            value.isascii() and value.isprintable() and len(value) <= MOST_OF_A_STEP for value in kwargs.values()
        ):
            raise NotFoundError  # no id has such characters, and PostgreSQL rejects some of them
        # The body is read before the transaction opens, so that a slow sender holds no lock.
        body = self.read_body() if request.method not in SAFE else b""
        # So is all of it that can be judged without the database. What is refused writes nothing: it waits for no
        # writer, and its sender is told only after having been let in.
        g.early = early = EarlyBody.of(handler, body)
        desk = current_context()
        inherited = super().dispatch_request
        key = request.headers.get("Idempotency-Key") if request.method == "POST" and not self.never_stored else None
        unstored: list[idempotency.StoredResponse] = []

        def open_as_caller(opened: Session) -> None:
            g.session = opened
            g.pop("presenter", None)  # of an earlier transaction
            g.act = ActionContext(user=None, now=desk.clock(), office=desk.settings.office, request_id=g.request_id)
            user = authenticate(opened, desk)
            g.locale = user.locale.value
            g.act = acting_as(opened, user, g.act.now, g.act.office, g.act.request_id)

        def use(opened: Session) -> ResponseReturnValue:
            open_as_caller(opened)
            user = g.act.account
            check_body_was_read()
            if not user.role.suffices_for(role):
                raise Forbidden(
                    message(
                        N_("This needs the role {needed}; yours is {role}."),
                        needed=message(ROLES[role]),
                        role=message(ROLES[user.role]),
                    )
                )
            _check_body_type(body, getattr(handler, "body_types", (JSON,)))
            if isinstance(early.refusal, BadRequest | Invalid):
                raise early.refusal
            if key is None:
                return inherited(**kwargs)
            if (replayed := _recalled(desk, key, body)) is not None:
                return replayed
            response = current_app.make_response(inherited(**kwargs))
            headers = {name: response.headers[name] for name in STORED_HEADERS if name in response.headers}
            stored = idempotency.StoredResponse(response.status_code, headers, response.get_data())
            if outside.is_trial(opened):
                unstored.append(stored)
            else:
                idempotency.store(opened, act(), desk.settings.secret_key, key, _content(body), stored)
            return response

        writes = request.method not in SAFE and UNREAD not in request.environ and early.refusal is None
        response = outside.run(
            desk.database, share_openings.watched(use), write=writes, one_state="format" in request.args
        )
        share_openings.record(desk)
        if (file := g.pop("list_file", None)) is not None:
            record_export(desk, file, g.act.account.id, handler.operation_id, request.full_path.rstrip("?"))
        if key is None or not unstored:
            return response
        # Nothing of a trial is kept, so the answer to a dry run is stored afterwards.
        with desk.database.transaction() as opened:
            open_as_caller(opened)
            if (replayed := _recalled(desk, key, body)) is not None:
                return replayed
            idempotency.store(opened, act(), desk.settings.secret_key, key, _content(body), unstored[-1])
        return response


def _content(body: bytes) -> tuple[bytes, ...]:
    """What a request wants, to tell it from another with the same key."""
    return request.method.encode(), request.full_path.encode(), body


def _recalled(desk: AppContext, key: str, body: bytes) -> Response | None:
    """The stored response to a repeated request; None to the first."""
    stored = idempotency.recall(session(), act(), desk.settings.secret_key, key, _content(body))
    if stored is None:
        return None
    replayed = Response(stored.body, status=stored.status)
    replayed.headers.update(stored.headers)
    replayed.headers["Idempotency-Replayed"] = "true"
    return replayed


def _check_body_type(body: bytes, accepted: Sequence[str]) -> None:
    if body and request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        error = UnsupportedMediaType()
        error.data = {"detail": N_("Send the body as it is: a Content-Encoding (gzip, deflate) is not taken.")}  # type: ignore[attr-defined]
        raise error
    if body and request.mimetype not in accepted:
        error = UnsupportedMediaType()
        if JSON not in accepted:
            error.data = {"detail": message(N_("Send the body as one of these: {types}."), types=", ".join(accepted))}  # type: ignore[attr-defined]
        raise error
    if JSON in accepted and b"\x00" in body:
        raise BadRequest


def authenticate(opened: Session, desk: AppContext) -> User:
    """The account of the request: from a bearer token, or from the console's session, with a CSRF token for writes.

    Raises:
        Unauthenticated: neither is given, or it is not valid.
        Forbidden: a write in a session without its CSRF token or with a read-only token; or any other request of a
            session whose password must be changed first.
    """
    header = request.headers.get("Authorization", "")
    scheme, _blank, secret = header.partition(" ")
    if header:
        if scheme.lower() != "bearer" or not secret.strip():
            raise Unauthenticated(message(N_("Send the token as “Authorization: Bearer TOKEN”.")))
        token, owner = desk.attendance.of_token(opened, secret.strip(), desk.clock())
        if token.scope is TokenScope.READ and request.method not in SAFE:
            raise Forbidden(message(N_("This token may read, but not change anything.")), code="token_scope")
        return owner
    cookie = request.cookies.get(desk.session_cookie)
    user = desk.attendance.of_session(opened, cookie, desk.clock()) if cookie else None
    if user is None or cookie is None:
        raise Unauthenticated(message(N_("Sign in, or send an API token.")))
    if request.method not in SAFE and not desk.is_csrf_token(cookie, request.headers.get("X-CSRF-Token", "")):
        raise Forbidden(message(N_("The X-CSRF-Token header is missing or wrong.")), code="csrf")
    if user.must_change_password and request.endpoint not in _ALLOWED_BEFORE_NEW_PASSWORD:
        raise Forbidden(message(N_("Choose a new password first.")), code="must_change_password")
    return user


class JsonBodyParser(FlaskParser):
    """Parses bodies and query strings; distinguishes a JSON value that is not an object from an empty one."""

    # The schemas report unknown fields themselves.
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "json": None, "query": None}  # noqa: RUF012

    def handle_error(self, error: Any, req: Any, schema: Any, **kwargs: Any) -> NoReturn:
        """Report all errors of a body at once: those of its fields, and invalid references among the valid values."""
        errors = error.messages.get("json")
        if isinstance(errors, dict) and isinstance(schema, RowSchema) and isinstance(error.valid_data, dict):
            for name, messages in schema.other_errors(session(), error.valid_data).items():
                errors.setdefault(name, messages)
        super().handle_error(error, req, schema, **kwargs)
        raise BadRequest  # never reached: the parser above raises

    def parse(self, argmap: Any, req: Any = None, **kwargs: Any) -> Any:
        """What a request says; of a body, what was read of it before the transaction (:class:`EarlyBody`)."""
        early: EarlyBody | None = g.get("early")
        if kwargs.get("location") != "json" or early is None or early.argmap is not argmap:
            return super().parse(argmap, req, **kwargs)
        if early.schema is not None and isinstance(early.refusal, ValidationError):
            self._on_validation_error(
                early.refusal, request, early.schema, "json", error_status_code=None, error_headers=None
            )
        return early.values

    def loaded(self, argmap: Any, value: Any) -> tuple[Schema, Any]:
        """The schema, and what it makes of a JSON value, or its error; ``missing`` stands for no body."""
        schema = self._get_schema(argmap, request)
        try:
            return schema, self._process_location_data(value, schema, request, "json", None, [])
        except ValidationError as error:
            return schema, error


@dataclass(frozen=True, slots=True)
class EarlyBody:
    """A JSON body, read within bounds and loaded by its operation's schema before the transaction opens.

    ``refusal`` is why it can't be taken, None if nothing is known against it; ``values`` is what was loaded by the
    schema that ``argmap`` stands for.
    """

    argmap: Any = None
    schema: Schema | None = None
    values: Any = None
    refusal: BadRequest | Invalid | ValidationError | None = None

    @classmethod
    def of(cls, handler: Callable[..., Any], body: bytes) -> "EarlyBody":
        """Read the body of this request for an operation; nothing, if the operation takes no JSON."""
        argmap = getattr(handler, "body_schema", None)
        if argmap is None or (body and request.mimetype != JSON):
            return cls()
        try:
            value = json_body.read(body) if body else missing
        except (BadRequest, Invalid) as refusal:
            return cls(argmap, refusal=refusal)
        schema, loaded = ApiBlueprint.ARGUMENTS_PARSER.loaded(argmap, value)
        if isinstance(loaded, ValidationError):
            return cls(argmap, schema, refusal=loaded)
        return cls(argmap, schema, loaded)


class PageParser(FlaskParser):
    """Parses which page of a list is asked for."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse a page no list has.

        Raises:
            Invalid: the number is too large.
        """
        asked = super().parse(*args, **kwargs)
        if asked.page > MOST_PAGES:
            sentence = N_("Must be greater than or equal to {min} and less than or equal to {max}.")
            raise Invalid({"page": [message(sentence, min=1, max=MOST_PAGES)]})
        return asked


class ApiBlueprint(flask_smorest.Blueprint):
    """The operations of one noun."""

    ARGUMENTS_PARSER = JsonBodyParser()
    PAGINATION_ARGUMENTS_PARSER = PageParser()

    def arguments(self, schema: Any, *, location: str = "json", **kwargs: Any) -> Callable[[View], View]:
        """As flask-smorest does; the operation also knows its body's schema, which :class:`ApiView` loads early."""
        make = super().arguments

        def mark(view: View) -> View:
            is_list = location == "query" and getattr(view, "is_list", False)
            decorated = make(with_format(schema) if is_list else schema, location=location, **kwargs)(view)
            if location == "json":
                decorated.body_schema = schema
            return cast(View, decorated)

        return mark

    DEFAULT_PAGINATION_PARAMETERS: ClassVar[dict[str, int]] = {"page": 1, "page_size": 50, "max_page_size": 500}

    @staticmethod
    def _generate_etag(etag_data: Any, extra_data: Any = None) -> str:
        """An ETag of the editable fields, then a dot and an ETag of which warnings apply, without their wording.

        A warning's sentence is in the reader's language and counts the days left, and a task becomes overdue at
        midnight: if these were included, a change begun in another language or before midnight would be refused as
        stale although nobody changed anything.
        """
        tag = flask_smorest.Blueprint._generate_etag
        volatile = _VOLATILE & etag_data.keys() if isinstance(etag_data, dict) else set()
        if not volatile:
            return cast(str, tag(etag_data, extra_data))
        warnings = [
            (notice["code"], notice.get("with", notice.get("items")))
            for name in ("conflicts", "warnings")
            for notice in etag_data.get(name, ())
        ]
        own = {name: value for name, value in etag_data.items() if name not in volatile}
        return f"{tag(own, extra_data)}.{tag([warnings, etag_data.get('overdue'), etag_data.get('tied')])}"

    def check_etag(self, etag_data: Any, etag_schema: Any = None) -> None:
        """Refuse to change what somebody else has changed since it was read.

        Warnings come and go with other events without changing the resource itself. So If-Match compares only the
        first part of the tag, while If-None-Match compares both.

        Raises:
            PreconditionFailed: no strong tag of If-Match has that part.
        """
        if etag_schema is not None:
            etag_data = resolve_schema_instance(etag_schema).dump(etag_data)
        # A header that is not a list of tags is treated as an empty list.
        read = {tag.partition(".")[0] for tag in request.if_match.as_set() if tag}
        get_appcontext().setdefault("etag", {})["etag_checked"] = True
        if not request.if_match.star_tag and self._generate_etag(etag_data).partition(".")[0] not in read:
            raise PreconditionFailed

    def _check_not_modified(self, etag: str) -> None:
        g.etag = etag  # a 304 includes it too (RFC 9110, 15.4.5)
        super()._check_not_modified(etag)

    def _document_pagination_metadata(self, spec: Any, resp_doc: Any) -> None:
        # A header is text; its content is JSON.
        resp_doc.setdefault("headers", {})[self.PAGINATION_HEADER_NAME] = {
            "description": "Where this page stands, as JSON.",
            "schema": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": {
                    "type": "object",
                    "properties": {name: {"type": "integer"} for name in PaginationMetadataSchema().fields},
                },
            },
        }

    def created(self, schema: Schema | type[Schema], *, at: str | None = None) -> Callable[[View], View]:
        """Respond 201 with the new row, its ETag and its Location, below ``at`` or the request's own path."""

        def decorate(view: View) -> View:
            decorated = self.response(201, schema)(view)

            @wraps(decorated)
            def with_location(*args: Any, **kwargs: Any) -> Response:
                response = current_app.make_response(decorated(*args, **kwargs))
                body = response.get_json()
                key = body.get("id", body.get("number")) if isinstance(body, dict) else None
                if key is not None:
                    response.headers["Location"] = f"{at or request.path.rstrip('/')}/{key}"
                return response

            return cast(View, self.etag(with_location))

        return decorate

    def one(self, schema: Schema | type[Schema]) -> Callable[[View], View]:
        """Respond 200 with one row and its ETag."""

        def decorate(view: View) -> View:
            return cast(View, self.etag(self.response(200, schema)(view)))

        return decorate

    def gone(self) -> Callable[[View], View]:
        """Respond 204 after a deletion. ``If-Match`` is required."""

        def decorate(view: View) -> View:
            return cast(View, self.etag(self.response(204)(view)))

        return decorate

    def many(
        self,
        schema: type[Schema],
        *,
        page_size: int | None = None,
        has_pages: bool = True,
        told: str | None = None,
    ) -> Callable[[View], View]:
        """Respond 200 with one page of a list, the total in X-Pagination, or with all of it as a file
        (:mod:`service.http.list_exports`).

        ``page_size``: that of a page unless it is asked for; ``has_pages``: a list that is always whole has none.
        ``told``: files of it are recorded in the trail, under this table's name.
        """
        export = ListExport(schema, told)

        def decorate(view: View) -> View:
            paged = self.paginate(page_size=page_size)(view) if has_pages else view
            answered = self.response(200, schema(many=True))(paged)

            @wraps(answered)
            def listed(resource: Any, query: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
                kind: ListFormat | None = query.pop("format", None)
                if kind is None:
                    return answered(resource, query, *args, **kwargs)
                g.reader_language = str(query.pop("locale", None) or reader_language())

                def read(paging: PaginationParameters) -> Any:
                    pages = {"pagination_parameters": paging} if has_pages else {}
                    return view(resource, dict(query), *args, **kwargs, **pages)

                file: ListFile = export.file(current_context(), session(), act(), kind, read)
                g.list_file = file
                return file.response

            listed.is_list = True  # type: ignore[attr-defined]
            listed.export = export  # type: ignore[attr-defined]
            return cast(View, self.doc(responses={200: {"content": CONTENT}})(listed))

        return decorate
