"""Every error as application/problem+json (RFC 9457), in the reader's language: the one mapping from errors to HTTP."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from models import errors
from models.database import is_busy, is_replaced
from models.i18n import N_, Message, message, translate, translate_filled
from models.postgresql import NoneLeft
from models.vocabulary import Language
from service.http.app_context import current_context

log = logging.getLogger("desk.web")

STATUS_OF: Mapping[type[errors.DomainError], int] = {
    errors.NotFound: 404,
    errors.Invalid: 422,
    errors.Conflict: 409,
    errors.Forbidden: 403,
    errors.Unauthenticated: 401,
    errors.Stale: 412,
    errors.TooMany: 429,
    errors.Busy: 503,
    errors.TooLarge: 413,
    errors.UnsupportedFile: 415,
    errors.FilesAway: 503,
    errors.NoSpace: 507,
}

_TITLES = {
    400: N_("The request is malformed"),
    401: N_("Sign in first"),
    403: N_("Not allowed"),
    404: N_("Not found"),
    405: N_("Method not allowed"),
    406: N_("Not available in that format"),
    408: N_("The request took too long"),
    409: N_("Conflict with what is there"),
    412: N_("Changed by somebody else"),
    413: N_("Too large"),
    414: N_("Address too long"),
    415: N_("Unsupported content type"),
    416: N_("No such part"),
    422: N_("Invalid values"),
    428: N_("Precondition missing"),
    429: N_("Too many requests"),
    500: N_("Internal error"),
    503: N_("Temporarily not available"),
    507: N_("No room left"),
}
_DETAILS = {
    400: N_("The body is not valid JSON in UTF-8."),
    404: N_("There is nothing at this address."),
    405: N_("This address does not take that method."),
    408: N_("The rest of what was sent did not arrive in time. Nothing was changed; try again."),
    412: N_("Somebody changed this in the meantime. Read it again, then repeat your change."),
    413: N_("The body is too large."),
    415: N_("Send the body as application/json."),
    416: N_("The file has no such bytes; Content-Range says how many it has."),
    428: N_("Send the ETag you read in an If-Match header, so that nobody's change is lost."),
    500: N_("Something went wrong here; it has been noted under the request id."),
    503: N_("The database does not answer at the moment. Nothing was changed; try again shortly."),
}
REPLACED_RETRY_AFTER = 30
"""Seconds after which to ask again whether the database's file is back: somebody has to put it there."""

_REPLACED = N_(
    "The database's file was moved, removed or replaced under the running service. Nothing more is read or written "
    "until the right file is back, or the service is restarted."
)
_CODES = {
    400: "malformed",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    409: "conflict",
    412: "stale",
    413: "too_large",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    422: "invalid",
    428: "precondition_required",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
    507: "no_space",
}


def reader_language() -> str:
    """The language of the response: the page's own, else Accept-Language, the account's, English."""
    if page := getattr(g, "reader_language", None):
        return str(page)
    wanted = request.accept_languages.best_match([language.value for language in Language])
    if wanted:
        return wanted
    # Not read from the account's row, which is gone with its transaction after an error.
    return str(getattr(g, "locale", Language.EN.value))


def problem(status: int, code: str, detail: Message | str, **members: Any) -> Response:
    """A problem document. ``errors`` may hold messages or sentences; both are formatted in the reader's language."""
    language = reader_language()
    body: dict[str, Any] = {
        "type": f"urn:protocol-desk:problem:{code}",
        "title": translate(_TITLES.get(status, _TITLES[500]), language),
        "status": status,
        "detail": _format(detail, language),
        "code": code,
        "request_id": getattr(g, "request_id", None),
    }
    if "errors" in members:
        members["errors"] = {
            field: [_format(sentence, language) for sentence in sentences]
            for field, sentences in members["errors"].items()
        }
    body |= {name: _format_nested(value, language) for name, value in members.items()}
    response = Response(json.dumps(body, ensure_ascii=False), status=status, mimetype="application/problem+json")
    response.headers["Content-Language"] = language
    return response


def _format_nested(value: Any, language: str) -> Any:
    """A value with all nested messages formatted."""
    if isinstance(value, Message):
        return value.to(language)
    if isinstance(value, Mapping):
        return {name: _format_nested(inner, language) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_format_nested(inner, language) for inner in value]
    return value


def _format(sentence: Message | str, language: str) -> str:
    return sentence.to(language) if isinstance(sentence, Message) else translate_filled(str(sentence), language)


_LOCATIONS = {"json", "query", "headers", "path"}


def flat(messages: Any) -> dict[str, list[str]]:
    """webargs' nested messages as ``{"phases.0.title": [...]}``, without the location (json, query)."""
    errors_by_field: dict[str, list[str]] = {}
    if isinstance(messages, Mapping) and set(messages) <= _LOCATIONS:
        for nested in messages.values():
            _flatten(nested, "", errors_by_field)
    else:
        _flatten(messages, "", errors_by_field)
    return errors_by_field


def _flatten(messages: Any, path: str, errors_by_field: dict[str, list[str]]) -> None:
    if isinstance(messages, Mapping):
        for key, value in messages.items():
            # "key" and "value" are marshmallow's words for the sides of an object's entry; alone they are fields.
            step = "" if key == "_schema" or (path and key in {"value", "key"}) else str(key)
            _flatten(value, ".".join(filter(None, (path, step))), errors_by_field)
    elif isinstance(messages, list | tuple):
        for item in messages:
            _flatten(item, path, errors_by_field)
    else:
        errors_by_field.setdefault(path or "body", []).append(str(messages))


def from_domain(error: errors.DomainError) -> Response:
    """The response to a domain error."""
    status = next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)
    members = dict(error.extra)
    if isinstance(error, errors.Invalid):
        members["errors"] = error.errors
    response = problem(status, error.code, error.detail, **members)
    if isinstance(error, errors.FilesAway | errors.NoSpace):
        log.error(error.code, extra={"problem": str(error.__cause__ or "")})
    if isinstance(error, errors.TooMany | errors.Busy | errors.FilesAway):
        response.headers["Retry-After"] = str(error.retry_after)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="protocol-desk"'
    return response


def from_http(error: HTTPException) -> Response:
    """The response to an error of the framework: unknown path, malformed body, missing precondition."""
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    if status < 400:
        answer: Response = error.get_response()  # type: ignore[assignment]
        if status == 304 and "etag" in g:
            answer = Response(status=304)
            answer.set_etag(g.etag)
        return answer
    data = getattr(error, "data", None) or {}
    messages = data.get("errors") or data.get("messages")
    code = _CODES.get(status, "error")
    if status == 422 and messages:
        errors_by_field = flat(messages)
        detail: Message | str = message(
            N_("Some fields are not right: {fields}."), fields=", ".join(sorted(errors_by_field))
        )
        response = problem(422, code, detail, errors=errors_by_field)
    else:
        detail = data.get("detail") or _DETAILS.get(status) or error.description or error.name
        response = problem(status, code, detail)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "content-range", "retry-after"}:
            response.headers[name] = value
    return response


def from_database(error: DBAPIError) -> Response:
    """The response when the database refuses a statement or does not respond. The transaction is rolled back."""
    if isinstance(error, IntegrityError):
        # Two requests raced between check and write; the constraint decided, and the loser may try again.
        return problem(
            409, "conflict", message(N_("This clashes with a change made at the same moment. Read again and retry."))
        )
    if is_busy(error) or isinstance(error.orig, NoneLeft):
        log.warning("waited_in_vain", extra={"problem": type(error.orig).__name__})
        return from_domain(errors.Busy())
    if is_replaced(error):
        log.error("database_replaced")
        response = problem(503, "database_replaced", message(_REPLACED))
        response.headers["Retry-After"] = str(REPLACED_RETRY_AFTER)
        return response
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return _later(error.orig)
    return unexpected(error)


def _later(why: BaseException | None) -> Response:
    log.error("database_unavailable", extra={"problem": type(why).__name__})
    response = problem(503, "unavailable", _DETAILS[503])
    response.headers["Retry-After"] = "5"
    return response


def unexpected(error: Exception) -> Response:
    """The response to a defect of ours: no internals are shown; the log has them under the request id.

    An error of the database's driver that SQLAlchemy did not see, or that somebody passed over, is none.
    """
    driver: Any = current_context().database.engine.dialect.loaded_dbapi
    if isinstance(error, driver.OperationalError | driver.InterfaceError | PendingRollbackError):
        return _later(error)
    log.error("unexpected_error", exc_info=error)
    return problem(500, "internal_error", _DETAILS[500])


def register(app: Flask) -> None:
    """Make every error of the application a problem document."""
    app.register_error_handler(errors.DomainError, from_domain)
    app.register_error_handler(StaleDataError, lambda error: from_domain(errors.Stale()))
    app.register_error_handler(DBAPIError, from_database)
    app.register_error_handler(HTTPException, from_http)
    app.register_error_handler(Exception, unexpected)
