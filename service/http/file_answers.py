"""Files on their way out: whole or in part, always as something to save, never as a page of this service.

The bytes are not read here: the server in front sends them from the store at the reader's own pace
(:mod:`service.http.gateway`). With another server they are read as they are sent.
"""

from urllib.parse import quote

from flask import Response, g, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from models.accounts import User
from models.errors import FilesAway, Unauthenticated
from models.files import File
from models.i18n import N_, message
from service.actions.acting import acting_as
from service.actions.files import files
from service.actions.files.files import FileTerms
from service.http.app_context import AppContext
from service.http.file_parts import FilePart

_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def answer(terms: FileTerms, file: File) -> Response:
    """The response with a file's bytes, or the part of them that is asked for.

    ``If-None-Match`` and ``If-Range`` are compared with the file's digest, which is its ETag.

    Raises:
        FilesAway: the store, or this content, is not there.
        RequestedRangeNotSatisfiable: the part lies outside.
    """
    if not terms.store.holds(file.sha256, file.size):
        raise FilesAway
    response = Response(content_type=file.media_type)
    headers = response.headers
    response.set_etag(file.sha256)
    headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    headers["Content-Security-Policy"] = _POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cache-Control"] = "private, no-store"
    headers["Accept-Ranges"] = "bytes"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.if_none_match.contains_weak(file.sha256) or request.if_none_match.star_tag:
        response.status_code = 304
        response.headers.pop("Content-Type", None)
        return response
    start, stop = _wanted(file)
    if (start, stop) != (0, file.size):
        response.status_code = 206
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size}"
    headers["Content-Length"] = str(stop - start)
    if request.method != "HEAD":
        response.response = FilePart(terms.store.path(file.sha256), start, stop)
        response.direct_passthrough = True
    return response


def record_download(desk: AppContext, file_id: str, user_id: str) -> None:
    """Record in the trail that an account downloads a file, in a transaction of its own, before any of it is sent.

    Raises:
        NotFound: it may not see the file any more.
        Busy: others are writing; then nothing is sent.
    """
    with desk.database.transaction() as session:
        user = session.get(User, user_id)
        if user is None or not user.active:
            raise Unauthenticated(message(N_("Sign in, or send an API token.")))
        act = acting_as(session, user, desk.clock(), desk.settings.office, g.request_id)
        files.record_download(session, act, file_id)


def _wanted(file: File) -> tuple[int, int]:
    """The bytes that are asked for; all of them where several parts are, or where a part of another file is."""
    whole = (0, file.size)
    asked, unless = request.range, request.if_range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1 or request.method != "GET":
        return whole
    if "If-Range" in request.headers and unless.etag != file.sha256:
        return whole
    found = asked.range_for_length(file.size)
    if found is None:
        raise RequestedRangeNotSatisfiable(length=file.size)
    return found[0], found[1]
