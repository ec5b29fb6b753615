"""Reading workbooks (.xlsx, .xls, .ods) in a separate process, so that a malicious file can't harm the service.

The process has limits on its time and memory, none of the service's environment, files or sockets, and runs only
:mod:`service.actions.imports.xlsx_child`.
"""

import json
import logging
import os
import subprocess
import sys
from contextlib import suppress
from threading import Timer
from typing import Any

from calendars.member_lists.csv_files import MAX_COLUMNS, MAX_ROWS, TableRow
from calendars.member_lists.rows import has_header
from calendars.member_lists.xlsx_files import workbook_lines, workbook_refused
from models.errors import Invalid
from service.actions.imports import xlsx_child

log = logging.getLogger("desk.web")

MAX_SECONDS = 15.0
"""The longest time a request waits for a workbook, on a busy machine too."""
MAX_ANSWER = 40_000_000
"""In bytes: at worst six for each character, plus the JSON around the cells."""
MAX_SHEETS = 4
"""The sheets of a workbook among which the list is looked for."""
MAX_PROBLEM = 2_000
INHERITED = ("LD_LIBRARY_PATH",)
"""The environment variables the process gets: what Python itself may need to start."""


def read_workbook(content: bytes) -> list[TableRow]:
    """The rows of the first visible sheet of a workbook that has the header of a list, of the first few; without any,
    of the very first. Dates are written like 2027-03-10.

    Raises:
        Invalid: ``file`` is no workbook, is encrypted, contains too much, takes too much time or memory, or has more
            rows or columns than a list may have.
    """
    first = _answer(content)
    if "refused" in first:
        raise workbook_refused(first["refused"])
    if not (lines := _list_of(first)):
        for place in range(1, MAX_SHEETS):
            other = _answer(content, place)
            if "refused" in other:
                break
            if lines := _list_of(other):
                return lines
    return lines or workbook_lines(first["rows"])


def _list_of(found: Any) -> list[TableRow]:
    """The lines of a sheet with the header of a list; none if it has no such header."""
    try:
        lines = workbook_lines(found["rows"])
    except Invalid:
        return []
    return lines if has_header(lines) else []


def start(place: int = 0) -> subprocess.Popen[bytes]:
    """Start the process for the visible sheet at a place; it waits for a file on its standard input."""
    return subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-I", "-m", xlsx_child.__name__, str(MAX_ROWS), str(MAX_COLUMNS), str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: os.environ[name] for name in INHERITED if name in os.environ},
        cwd="/",
        start_new_session=True,
    )


def _answer(content: bytes, place: int = 0) -> Any:
    """The process's answer about a sheet of a file; a process that fails has none."""
    with start(place) as process:
        timer = Timer(MAX_SECONDS, process.kill)
        timer.start()
        try:
            found, problem = _communicate(process, content)
            if process.wait() == 0:
                return json.loads(found)
        finally:
            timer.cancel()
            process.kill()
    log.warning("workbook_not_read", extra={"code": process.returncode, "problem": problem})
    raise workbook_refused("exhausted")


def _communicate(process: subprocess.Popen[bytes], content: bytes) -> tuple[bytes, str]:
    """Send the file to the process, and return what it wrote to standard output and standard error."""
    if not (process.stdin and process.stdout and process.stderr):
        raise ValueError("a process with pipes")
    # It reads everything before it writes anything, so there is no deadlock. It may have ended already.
    with suppress(BrokenPipeError):
        process.stdin.write(content)
    with suppress(BrokenPipeError):
        process.stdin.close()
    found = process.stdout.read(MAX_ANSWER)
    return found, process.stderr.read(MAX_PROBLEM).decode(errors="replace").strip()
