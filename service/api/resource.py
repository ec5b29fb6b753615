"""What every API operation shares: one transaction, an account, a role, keyed POSTs; and the blueprint they hang on."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ClassVar, NoReturn, TypeVar, cast

import flask_smorest
from flask import Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from flask_smorest.exceptions import PreconditionFailed
from flask_smorest.pagination import PaginationMetadataSchema, PaginationParameters
from flask_smorest.utils import get_appcontext, resolve_schema_instance
from marshmallow import Schema
from sqlmodel import Session
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.exceptions import NotFound as NotFoundError

from models.accounts import User
from models.errors import Forbidden, Unauthenticated
from models.i18n import N_, message
from models.vocabulary import Role, TokenScope
from service.actions import crud, idempotency, permissions
from service.actions.context import ActionContext
from service.http.app_context import AppContext, current_context
from service.schemas.rows import RowSchema

JSON = "application/json"
FORM = "multipart/form-data"
SAFE = {"GET", "HEAD", "OPTIONS"}
KEPT_HEADERS = ("Content-Type", "ETag", "Location")
_PASSING = {"conflicts", "overdue", "tied", "warnings"}
"""What comes and goes with the days and with other things, though nobody changed this one."""
_BEFORE_A_NEW_PASSWORD = {"accounts.Me", "accounts.OwnPassword"}

View = TypeVar("View", bound=Callable[..., Any])


def requires(role: Role) -> Callable[[View], View]:
    """Mark an operation with the role that suffices for it. An operation without a mark does not start."""

    def mark(view: View) -> View:
        view.required_role = role  # type: ignore[attr-defined]
        documented: dict[str, Any] = {"x-required-role": role.value, "security": [{"bearer": []}, {"session": []}]}
        return cast(View, flask_smorest.Blueprint.doc(**documented)(view))

    return mark


def operation(name: str) -> Callable[[View], View]:
    """Give an operation its name in the API document: a verb and what it is about, like ``changePerson``.

    Generated clients call their functions by it, so it stays. An operation without one, or with another's, does not
    start. The verbs: list, get, find · create, change, replace, delete · a fitting one for what is none of these.
    """

    def mark(view: View) -> View:
        view.operation_id = name  # type: ignore[attr-defined]
        return cast(View, flask_smorest.Blueprint.doc(operationId=name)(view))

    return mark


def takes(*types: str) -> Callable[[View], View]:
    """Mark an operation whose body is no JSON with the content types it takes; it reads the body as it came.

    Of a form that is its field ``file``.
    """

    def mark(view: View) -> View:
        view.body_types = types  # type: ignore[attr-defined]
        file = {"type": "string", "format": "binary"}
        form = {"type": "object", "properties": {"file": file}, "required": ["file"], "additionalProperties": False}
        content = {name: {"schema": form if name == FORM else file} for name in types}
        return cast(View, flask_smorest.Blueprint.doc(requestBody={"required": True, "content": content})(view))

    return mark


def session() -> Session:
    """The open transaction of this request."""
    return cast(Session, g.session)


def act() -> ActionContext:
    """Who asks, and when."""
    return cast(ActionContext, g.act)


def page(paging: PaginationParameters, statement: Any, *order: Any) -> list[Any]:
    """The page of a list that was asked for; the total goes into X-Pagination."""
    found, paging.item_count = crud.page_of(session(), statement, order, paging.first_item, paging.page_size)
    return found


def sliced(found: list[Any], paging: PaginationParameters) -> list[Any]:
    """The page of a list that is in hand already."""
    paging.item_count = len(found)
    return found[paging.first_item : paging.first_item + paging.page_size]


class ApiView(MethodView):
    """An address of the API. Each request runs in one transaction that commits after the answer is built.

    ``never_kept``: its answers are not kept for a repeated Idempotency-Key, a repetition is a request of its own.
    """

    never_kept: ClassVar[bool] = False

    def dispatch_request(self, **kwargs: Any) -> ResponseReturnValue:
        method = request.method.lower()
        handler = getattr(self, method, None) or getattr(self, "get")  # noqa: B009 - HEAD is GET without a body
        role: Role = handler.required_role
        if not all(value.isascii() and value.isprintable() for value in kwargs.values()):
            raise NotFoundError  # no id has such characters, and PostgreSQL refuses some of them
        # The body is read before the transaction opens: a slow sender holds no lock.
        body = request.get_data(cache=True) if request.method not in SAFE else b""
        desk = current_context()
        with desk.database.transaction(write=request.method not in SAFE) as opened:
            g.session = opened
            g.act = ActionContext(user=None, now=desk.clock(), office=desk.settings.office, request_id=g.request_id)
            g.act = ActionContext(
                user=authenticate(opened, desk), now=g.act.now, office=g.act.office, request_id=g.act.request_id
            )
            user = g.act.user
            g.locale = user.locale.value
            permissions.reads_as(opened, user)
            if not user.role.suffices_for(role):
                raise Forbidden(
                    message(
                        N_("This needs the role {needed}; yours is {role}."), needed=role.value, role=user.role.value
                    )
                )
            _check_body_type(body, getattr(handler, "body_types", (JSON,)))
            key = request.headers.get("Idempotency-Key")
            if request.method == "POST" and key is not None and not self.never_kept:
                return self._keyed(desk, key, body, kwargs)
            return super().dispatch_request(**kwargs)

    def _keyed(self, desk: AppContext, key: str, body: bytes, kwargs: dict[str, Any]) -> ResponseReturnValue:
        secret = desk.settings.secret_key
        wish = (request.method.encode(), request.full_path.encode(), body)
        if kept := idempotency.recall(session(), act(), secret, key, wish):
            replayed = Response(kept.body, status=kept.status)
            replayed.headers.update(kept.headers)
            replayed.headers["Idempotency-Replayed"] = "true"
            return replayed
        response = current_app.make_response(super().dispatch_request(**kwargs))
        headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        answer = idempotency.KeptAnswer(response.status_code, headers, response.get_data())
        idempotency.keep(session(), act(), secret, key, wish, answer)
        return response


def _check_body_type(body: bytes, taken: Sequence[str]) -> None:
    if body and request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        refusal = UnsupportedMediaType()
        refusal.data = {"detail": N_("Send the body as it is: a Content-Encoding (gzip, deflate) is not taken.")}  # type: ignore[attr-defined]
        raise refusal
    if body and request.mimetype not in taken:
        refusal = UnsupportedMediaType()
        if JSON not in taken:
            refusal.data = {"detail": message(N_("Send the body as one of these: {types}."), types=", ".join(taken))}  # type: ignore[attr-defined]
        raise refusal
    if JSON in taken and b"\x00" in body:
        raise BadRequest


def authenticate(opened: Session, desk: AppContext) -> User:
    """The account that asks: a bearer token, or the console's session (then writing needs its CSRF token).

    Raises:
        Unauthenticated: neither, or not valid.
        Forbidden: a session without its CSRF token, or a token that may only read, wants to change something; or a
            session whose password must be changed first wants anything else.
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
    if user.must_change_password and request.endpoint not in _BEFORE_A_NEW_PASSWORD:
        raise Forbidden(message(N_("Choose a new password first.")), code="must_change_password")
    return user


class JsonBodyParser(FlaskParser):
    """Reads bodies and query strings; a JSON value that is no object is told apart from an empty one."""

    # The schemas themselves say what is unknown to them.
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "json": None, "query": None}  # noqa: RUF012

    def handle_error(self, error: Any, req: Any, schema: Any, **kwargs: Any) -> NoReturn:
        """Refuse a body with all that is wrong in it: what the fields say, and what their good values refer to."""
        below = error.messages.get("json")
        if isinstance(below, dict) and isinstance(schema, RowSchema) and isinstance(error.valid_data, dict):
            for name, found in schema.further_errors(session(), error.valid_data).items():
                below.setdefault(name, found)
        super().handle_error(error, req, schema, **kwargs)
        raise BadRequest  # never reached: the parser above raises

    def load_json(self, req: Any, schema: Any) -> Any:
        """The body as JSON; one nested so deep that the reader gives up is malformed too."""
        try:
            return super().load_json(req, schema)
        except RecursionError:
            raise BadRequest from None


class ApiBlueprint(flask_smorest.Blueprint):
    """A noun's operations."""

    ARGUMENTS_PARSER = JsonBodyParser()
    DEFAULT_PAGINATION_PARAMETERS: ClassVar[dict[str, int]] = {"page": 1, "page_size": 50, "max_page_size": 500}

    @staticmethod
    def _generate_etag(etag_data: Any, extra_data: Any = None) -> str:
        """The tag of what people can change and, after a point, of which warnings stand; not of how these are worded.

        A warning's sentence is in the reader's language and counts the days left, and a task is overdue from midnight
        on: with these a change begun in one language or before midnight would be refused as stale although nobody
        changed anything.
        """
        tag = flask_smorest.Blueprint._generate_etag
        passing = _PASSING & etag_data.keys() if isinstance(etag_data, dict) else set()
        if not passing:
            return cast(str, tag(etag_data, extra_data))
        standing = [
            (notice["code"], notice.get("with", notice.get("items")))
            for name in ("conflicts", "warnings")
            for notice in etag_data.get(name, ())
        ]
        own = {name: value for name, value in etag_data.items() if name not in passing}
        return f"{tag(own, extra_data)}.{tag([standing, etag_data.get('overdue'), etag_data.get('tied')])}"

    def check_etag(self, etag_data: Any, etag_schema: Any = None) -> None:
        """Refuse a change of what somebody else has changed since it was read.

        Warnings come and go with other events: one that does leaves the thing itself as it was read. So If-Match
        looks at the first part of the tag only, while If-None-Match looks at both.

        Raises:
            PreconditionFailed: no strong tag of If-Match has that part.
        """
        if etag_schema is not None:
            etag_data = resolve_schema_instance(etag_schema).dump(etag_data)
        # A header that is no list of tags is read as one with nothing in it.
        read = {tag.partition(".")[0] for tag in request.if_match.as_set() if tag}
        get_appcontext().setdefault("etag", {})["etag_checked"] = True
        if not request.if_match.star_tag and self._generate_etag(etag_data).partition(".")[0] not in read:
            raise PreconditionFailed

    def _check_not_modified(self, etag: str) -> None:
        g.etag = etag  # a 304 names it too (RFC 9110, 15.4.5)
        super()._check_not_modified(etag)

    def _document_pagination_metadata(self, spec: Any, resp_doc: Any) -> None:
        # A header is text; what stands in it is JSON.
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
        """Answer 201 with the thing made, its ETag and its address (Location), below ``at`` or the request's own."""

        def decorate(view: View) -> View:
            answered = self.response(201, schema)(view)

            @wraps(answered)
            def with_location(*args: Any, **kwargs: Any) -> Response:
                response = current_app.make_response(answered(*args, **kwargs))
                made = response.get_json()
                key = made.get("id", made.get("number")) if isinstance(made, dict) else None
                if key is not None:
                    response.headers["Location"] = f"{at or request.path.rstrip('/')}/{key}"
                return response

            return cast(View, self.etag(with_location))

        return decorate

    def one(self, schema: Schema | type[Schema]) -> Callable[[View], View]:
        """Answer 200 with one thing and its ETag."""

        def decorate(view: View) -> View:
            return cast(View, self.etag(self.response(200, schema)(view)))

        return decorate

    def gone(self) -> Callable[[View], View]:
        """Answer 204: it is deleted. ``If-Match`` is needed."""

        def decorate(view: View) -> View:
            return cast(View, self.etag(self.response(204)(view)))

        return decorate

    def many(self, schema: type[Schema]) -> Callable[[View], View]:
        """Answer 200 with one page of a list; the total stands in X-Pagination."""

        def decorate(view: View) -> View:
            return cast(View, self.response(200, schema(many=True))(self.paginate()(view)))

        return decorate
