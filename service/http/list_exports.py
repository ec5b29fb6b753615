"""Lists as files: every list of the API takes ``format=csv`` or ``format=xlsx``.

A file has all rows of a list, not one page: those that the reader may see, with the filters and in the order of the
list, in the reader's language. They are read a few thousand at a time in one transaction that sees one state of the
database, and written as they come, so memory does not grow with the list. Who took away a list of people, accounts,
reminders or the trail is recorded before the file is sent.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import chain
from typing import IO, Any, Protocol
from urllib.parse import quote

from flask import Response, g, request
from flask_smorest.pagination import PaginationParameters
from marshmallow import Schema, ValidationError, validates_schema
from sqlmodel import Session

from calendars.days.spans import zone_info
from models.accounts import User
from models.errors import FilesAway, Invalid, NoSpace, Unauthenticated
from models.file_store import has_no_room
from models.i18n import N_, message, translate
from models.text import localized
from models.vocabulary import Language
from service.actions import list_names
from service.actions.acting import acting_as
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.files.inspection import scratch_file
from service.documents.csv_writer import CsvWriter
from service.documents.list_cells import Cell
from service.documents.list_workbook import ListWorkbook, SheetColumn
from service.http.app_context import AppContext
from service.http.error_responses import reader_language
from service.schemas.fields import WordField
from service.schemas.list_columns import ListColumn, ListColumnKind, Reading, RowMaker, columns_of, referred, with_names
from service.schemas.list_headings import title_of

MOST_ROWS = 50_000
"""Rows of a file; a longer list is refused."""

AT_ONCE = 2_500
"""Rows that are read and written at a time."""

_PART = 256 * 1024
_WIDTHS = {
    ListColumnKind.NUMBER: 12.0,
    ListColumnKind.DAY: 12.0,
    ListColumnKind.INSTANT: 17.0,
    ListColumnKind.LINES: 40.0,
}
_TEXT_WIDTH, _ID_WIDTH = 26.0, 14.0


class ListFormat(StrEnum):
    """What a list can be had as besides JSON."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {
    ListFormat.CSV: "text/csv",
    ListFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

CONTENT = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()}
"""How the API's document describes the files."""


class TooManyRows(Invalid):
    """A list is longer than a file may be."""

    code = "too_many_rows"

    def __init__(self, count: int) -> None:
        sentence = N_("This list has {count} rows, and a file holds {most} at the most. Narrow it down with filters.")
        super().__init__({"format": [message(sentence, count=count, most=MOST_ROWS)]})


class _Writer(Protocol):
    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Write some rows."""

    def close(self) -> None:
        """Complete the file."""

    def discard(self) -> None:
        """Give up, and leave nothing behind."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list as a file, complete; ``content`` is open at its beginning. ``told``: what is to be recorded of it."""

    content: IO[bytes]
    response: Response
    rows: int
    kind: ListFormat
    told: str | None


@cache
def with_format(schema: type[Schema]) -> type[Schema]:
    """The schema of a list's query string, with what asks for a file; ``locale`` is the language of its words."""

    def not_alone(self: Schema, data: Any, **kwargs: Any) -> None:
        if "locale" in data and "format" not in data:
            raise ValidationError({"locale": [N_("This is the language of a file; give its format.")]})

    described = (
        f"The whole list as a file, not one page: at most {MOST_ROWS:,} rows, otherwise 422 `too_many_rows`. Headings "
        "and words are in the reader's language; what only has an id in JSON has its name, too."
    )
    return type(
        schema.__name__,
        (schema,),
        {
            "format": WordField(ListFormat, metadata={"description": described}),
            "locale": WordField(Language, metadata={"description": "The language of the file."}),
            "refuse_locale_alone": validates_schema(not_alone),
        },
    )


@dataclass(frozen=True, slots=True)
class ListExport:
    """A list operation as files: its rows' schema, and under which table's name it is recorded, if it is."""

    schema: type[Schema]
    told: str | None

    def file(
        self,
        desk: AppContext,
        session: Session,
        act: ActionContext,
        kind: ListFormat,
        read: Callable[[PaginationParameters], Any],
    ) -> ListFile:
        """The file; ``read`` gives a page's rows and the total of all.

        Raises:
            TooManyRows: the list is too long.
            NoSpace, FilesAway: there is no room to write it.
        """
        language = Language(reader_language())
        reading = Reading(language, zone_info(act.office.timezone))
        columns = columns_of(self.schema)
        title = translate(title_of(self.schema.__name__), language)
        pages = self._pages(read)
        first = next(pages)  # what is refused makes no file
        with ExitStack() as on_error:
            content = on_error.enter_context(scratch_file(desk.files.scratch))
            writer = self._writer(desk, session, act, content, kind, title, columns, language)
            on_error.callback(writer.discard)
            count = 0
            make = RowMaker(columns)
            try:
                for rows in chain([first], pages):
                    dumped = self.schema(many=True).dump(rows)
                    told = with_names(reading, list_names.names_of(session, referred(columns, dumped)))
                    writer.write([make.cells(row, told) for row in dumped])
                    count += len(dumped)
                writer.close()
            except OSError as problem:
                raise (NoSpace() if has_no_room(problem) else FilesAway()) from problem
            on_error.pop_all()
        content.seek(0)
        return ListFile(content, _response(content, kind, title, act), count, kind, self.told)

    def _pages(self, read: Callable[[PaginationParameters], Any]) -> Iterator[Sequence[Any]]:
        number, most = 1, 1
        while (number - 1) * AT_ONCE < most:
            paging = PaginationParameters(number, AT_ONCE)
            rows = read(paging)
            most = len(rows) if paging.item_count is None else paging.item_count
            if most > MOST_ROWS:
                raise TooManyRows(most)
            yield rows
            if paging.item_count is None:
                return  # a list without pages
            g.pop("presenter", None)  # what it has read of these rows
            number += 1

    def _writer(
        self,
        desk: AppContext,
        session: Session,
        act: ActionContext,
        content: IO[bytes],
        kind: ListFormat,
        title: str,
        columns: Sequence[ListColumn],
        language: Language,
    ) -> _Writer:
        headings = [column.heading(language, act.office.timezone) for column in columns]
        if kind is ListFormat.CSV:
            return CsvWriter(content, headings, language)
        own = list_names.names_of(session, {"locality": {act.office.locality}})["locality"]
        author = localized(own.get(act.office.locality), language)
        sheet = [
            SheetColumn(heading, _ID_WIDTH if column.is_id else _WIDTHS.get(column.kind, _TEXT_WIDTH))
            for heading, column in zip(headings, columns, strict=True)
        ]
        return ListWorkbook(content, title, author, sheet, scratch=str(desk.files.scratch))


def _response(content: IO[bytes], kind: ListFormat, title: str, act: ActionContext) -> Response:
    response = Response(_parts(content), content_type=_CONTENT_TYPES[kind])
    response.call_on_close(content.close)
    response.headers["Content-Disposition"] = _disposition(title, kind, act)
    response.headers["Content-Language"] = reader_language()
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


_CONTENT_TYPES = {ListFormat.CSV: "text/csv; charset=utf-8", ListFormat.XLSX: MEDIA_TYPES[ListFormat.XLSX]}


def _parts(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        while part := content.read(_PART):
            yield part


def _disposition(title: str, kind: ListFormat, act: ActionContext) -> str:
    """The day and what is listed; for old programs in ASCII, by the address. Source: RFC 6266."""
    plain = "-".join(request.path.rstrip("/").split("/")[-1:])
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in plain).strip("-") or "list"
    words = "-".join(unicodedata.normalize("NFC", title).split())
    name = f"{act.today.isoformat()}_{words}.{kind.value}"
    fallback = f"{act.today.isoformat()}_{plain}.{kind.value}"
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(name, safe='')}"


def record_export(desk: AppContext, file: ListFile, user_id: str, operation: str, path: str) -> None:
    """Record in the trail that an account took away a list, in a transaction of its own, before any of it is sent.

    Raises:
        Unauthenticated: its account was closed in the meantime.
        OperationalError: others are writing; then nothing is sent.
    """
    if file.told is None:
        return
    try:
        with desk.database.transaction() as session:
            user = session.get(User, user_id)
            if user is None or not user.active:
                raise Unauthenticated(message(N_("Sign in, or send an API token.")))
            act = acting_as(session, user, desk.clock(), desk.settings.office, g.request_id)
            values = {"format": file.kind.value, "rows": file.rows, "list": path[:_MOST_OF_A_PATH]}
            changes = {name: {"from": None, "to": value} for name, value in values.items()}
            record(session, act, "export", file.told, operation, changes)
    except BaseException:
        file.content.close()
        raise


_MOST_OF_A_PATH = 1000
