"""XLSX files read in a process of its own, so that a file made to do harm can't harm the service.

The process has bounds on its time and memory, none of the service's environment, files or sockets, and runs nothing but
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
from calendars.member_lists.xlsx_files import is_locked, workbook_lines, workbook_refused
from service.actions.imports import xlsx_child

log = logging.getLogger("desk.web")

MAX_SECONDS = 15.0
"""How long somebody waits for a workbook at the most, on a busy machine too."""
MAX_ANSWER = 40_000_000
"""In bytes: six for each character at the worst, and what stands around the cells."""
MAX_PROBLEM = 2_000
KEPT = ("LD_LIBRARY_PATH",)
"""What the process keeps of the environment: where Python itself may be found."""


def read_workbook(content: bytes) -> list[TableRow]:
    """The lines of an XLSX file's first visible sheet; dates are written like 2027-03-10.

    Raises:
        Invalid: ``file`` is no XLSX file, is encrypted, holds too much, takes too much time or memory, or has more
            rows or columns than a list.
    """
    if is_locked(content):
        raise workbook_refused("locked")
    found = _answer(content)
    if "refused" in found:
        raise workbook_refused(found["refused"])
    return workbook_lines(found["rows"])


def start() -> subprocess.Popen[bytes]:
    """The process, waiting for a file on its standard input."""
    return subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-I", "-m", xlsx_child.__name__, str(MAX_ROWS), str(MAX_COLUMNS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: os.environ[name] for name in KEPT if name in os.environ},
        cwd="/",
        start_new_session=True,
    )


def _answer(content: bytes) -> Any:
    """What the process says about a file; a process that ends otherwise than it should says nothing."""
    with start() as process:
        timer = Timer(MAX_SECONDS, process.kill)
        timer.start()
        try:
            found, problem = _exchanged(process, content)
            if process.wait() == 0:
                return json.loads(found)
        finally:
            timer.cancel()
            process.kill()
    log.warning("workbook_not_read", extra={"code": process.returncode, "problem": problem})
    raise workbook_refused("exhausted")


def _exchanged(process: subprocess.Popen[bytes], content: bytes) -> tuple[bytes, str]:
    """What the process wrote to its standard output and error, once it was given the file."""
    if not (process.stdin and process.stdout and process.stderr):
        raise ValueError("a process with pipes")
    # It reads everything before it writes anything, so neither waits for the other. It may be dead already.
    with suppress(BrokenPipeError):
        process.stdin.write(content)
    with suppress(BrokenPipeError):
        process.stdin.close()
    found = process.stdout.read(MAX_ANSWER)
    return found, process.stderr.read(MAX_PROBLEM).decode(errors="replace").strip()
