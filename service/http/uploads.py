"""Uploaded files on their way in: which requests bring one, how large they may be, and reading their form.

A form with a file is larger than any other body, and many may come at once. So its body never is in memory: the server
in front collects it in a file without a name (:mod:`service.http.gateway`), from which its parts are read here.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from flask import Flask, Request, request
from werkzeug.exceptions import RequestEntityTooLarge

from models.errors import FilesAway, Invalid, NoSpace
from models.file_store import has_no_room
from models.i18n import N_, Message, message
from service.actions.files import files, inspection
from service.actions.files.files import FileTerms, Upload
from service.http.app_context import current_context

FORM = "multipart/form-data"
PATH = re.compile(
    r"(?:/api/v1)?/(?:events|agreements|commitments|people|projects)/[^/]{1,100}/files|/papers/[^/]{1,100}/signed"
    r"|/events/[^/]{1,100}/estimate/payments|/link/[^/]{1,100}/people/[a-z0-9]{1,16}/photo"
)
"""Where files are uploaded to, by POST."""

MOST_AROUND = 64 * 1024
"""Bytes of a form besides its file."""

MOST_PARTS = 12
"""Parts of a form with a file: each file among them takes an open file."""

_CHUNK = 1 << 20
_ONE_FILE = N_("Send one file, in the form's field “file”.")
_TWICE = N_("Is there twice.")


def is_upload(method: str, path: str) -> bool:
    """Whether a request may bring a file."""
    return method == "POST" and PATH.fullmatch(path) is not None


class UploadRequest(Request):
    """A request whose uploaded files are read into the folder for what is on its way, not into memory."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if not is_upload(self.method, self.path):
            return super()._get_file_stream(total_content_length, content_type, filename, content_length)
        return inspection.scratch_file(current_context().files.scratch)


@dataclass(frozen=True, slots=True)
class UploadForm:
    """What a form with a file says: its fields as text, and the file, None where there is none."""

    fields: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None
    problems: Mapping[str, list[Message]] = field(default_factory=dict)

    def file(self) -> Upload:
        """The file.

        Raises:
            Invalid: there is none, or the form says something twice.
        """
        if self.problems:
            raise Invalid(self.problems)
        if self.upload is None:
            raise Invalid({"file": [message(_ONE_FILE)]})
        return self.upload

    def fingerprint(self) -> bytes:
        """What tells this form from another: what it says and the bytes of its file, whatever separates its parts."""
        digest = hashlib.sha256(json.dumps(sorted(self.fields.items())).encode("utf-8", "surrogatepass"))
        if self.upload is not None:
            digest.update(self.upload.name.encode("utf-8", "surrogatepass") + b"\0")
            self.upload.content.seek(0)
            while chunk := self.upload.content.read(_CHUNK):
                digest.update(chunk)
            self.upload.content.seek(0)
        return digest.hexdigest().encode()


def read_form() -> UploadForm:
    """Read this request's form, before any transaction opens.

    Raises:
        TooLarge: the body is larger than one with a file may be.
        FilesAway, NoSpace: there is no room for what is on its way.
        BadRequest: it is no form.
    """
    if request.mimetype != FORM:
        return UploadForm()
    try:
        form, sent = request.form, request.files
        uploads = [found for one in sent.getlist("file") if (found := _upload(one)) is not None]
    except RequestEntityTooLarge:
        raise files.too_large(current_context().files.limit) from None
    except OSError as problem:
        raise (NoSpace() if has_no_room(problem) else FilesAway()) from problem
    # A part without a name says nothing of what is asked for: its name is None.
    sent_fields: list[tuple[Any, str]] = [*form.items(multi=True)]
    named = [one for one in sent_fields if one[0] is not None]
    is_nameless = None in form or None in sent
    twice = {name for name, _value in named if len(form.getlist(name)) > 1}
    problems: dict[str, list[Message]] = {name[:60]: [message(_TWICE)] for name in sorted(twice)}
    problems |= {name[:60]: [message(_ONE_FILE)] for name in sorted(set(sent) - {"file", None})}
    if len(uploads) > 1 or is_nameless:
        problems["file"] = [message(_ONE_FILE)]
    return UploadForm(dict(named), uploads[0] if len(uploads) == 1 else None, problems)


def _upload(sent: Any) -> Upload | None:
    stream: IO[bytes] = sent.stream
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    # A browser sends an empty part without a name where nobody chose a file.
    return Upload(stream, sent.filename or "", size) if size or sent.filename else None


def let_in(app: Flask) -> None:
    """Make an application take files as large as its settings say, where files are uploaded to, and nowhere else."""
    app.request_class = UploadRequest
    app.before_request(_widen)


def _widen() -> None:
    if not is_upload(request.method, request.path):
        return
    request.max_content_length = most_of_a_body(current_context().files)
    request.max_form_parts = MOST_PARTS
    if not request.path.startswith("/api/"):
        read_form()  # an operation of the API reads it after it knows what takes forms


def most_of_a_body(terms: FileTerms) -> int:
    """Bytes of a form with the largest file there may be."""
    return terms.limit + MOST_AROUND
