"""Looking into an uploaded file in a process of its own, so that a malicious file can't harm the service.

The process has limits on its time and memory, none of the service's environment, files or sockets, and runs only
:mod:`service.actions.files.inspection_child`.
"""

import errno
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO, Any

from models.errors import DomainError, FilesAway, Invalid, NoSpace, TooLarge, UnsupportedFile
from models.file_store import has_no_room
from models.i18n import N_, message
from service.actions.files import inspection_child
from service.actions.files.media_types import MOST_PIXELS

log = logging.getLogger("desk.web")

MAX_SECONDS = inspection_child.PICTURE_WALL_SECONDS + 5.0
"""The longest time a request waits for the process, on a busy machine too."""
MAX_ANSWER = 10_000
MAX_PROBLEM = 2_000
INHERITED = ("LD_LIBRARY_PATH",)
"""The environment variables the process gets: what Python itself may need to start."""

ALLOWED = ("pdf", "jpg", "png", "webp", "heic", "docx", "xlsx", "odt", "ods", "txt", "csv")
"""The kinds that are kept, as people call them."""

EMPTY = N_("Choose a file that is not empty.")
REASONS: Mapping[str, str] = {
    "unknown": N_(
        "What is in this file is of no kind that is kept here, whatever its name ends in. Kept are: {types}."
    ),
    "legacy": N_(
        "This is a file of an old version of Word or Excel, or has a password. Save it in today's format (.docx, .xlsx)"
        " without one. What is kept: {types}."
    ),
    "encoding": N_("This text is in an old encoding. Save it as UTF-8 (in Excel: “CSV UTF-8”) and choose it again."),
    "macros": N_(
        "There are macros in this file: programs that run when it is opened. Save it without them (.docx, .xlsx)."
    ),
    "active": N_(
        "Something in this file runs a script or fetches things from elsewhere when it is opened. Print it into a new"
        " PDF and choose that one."
    ),
    "embedded": N_("There are other files inside this one. Save it without them and upload each by itself."),
    "encrypted": N_("This file has a password, so nobody can see what is in it. Save it without one."),
    "bomb": N_("Far more comes out of this file than is in it. It is not kept."),
}
"""Why a file is of no kind that is kept, or not safe to open: reason → sentence."""

_PIXELS = N_("The picture has more than {millions} million points. Save it smaller and choose it again.")
_DAMAGED = N_("The file is damaged, or written in a way that can't be checked. Open it, save it anew, and try again.")


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a file is, and the bytes of it that are kept: those that were sent, or a picture written anew."""

    media_type: str
    content: IO[bytes]


def scratch_file(folder: Path) -> IO[bytes]:
    """A file for bytes on their way, without a name: nothing is left of it, whatever happens to the process.

    Raises:
        NoSpace: there is no room for it.
        FilesAway: it can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tempfile.TemporaryFile(dir=folder)
    except OSError as problem:
        raise (NoSpace() if has_no_room(problem) else FilesAway()) from problem


def inspect(source: IO[bytes], folder: Path) -> Inspected:
    """Find out what a file is.

    Args:
        source: a file on disk.
        folder: for the picture that is written anew.

    Raises:
        UnsupportedFile: it is of no kind that is kept, or something in it is not safe.
        TooLarge: it is a picture of too many pixels.
        Invalid: it is empty or damaged.
        NoSpace: there is no room for what is written.
    """
    if source.seek(0, os.SEEK_END) == 0:
        raise Invalid({"file": [message(EMPTY)]})
    source.seek(0)
    rewritten = scratch_file(folder)
    try:
        answer = _answer(source, rewritten)
        if "refused" in answer:
            raise _refusal(answer)
        kept = rewritten if answer["is_rewritten"] else source
    except BaseException:
        rewritten.close()
        raise
    if kept is source:
        rewritten.close()
    kept.seek(0)
    return Inspected(answer["media_type"], kept)


def _refusal(answer: Mapping[str, Any]) -> DomainError:
    reason = answer["refused"]
    if answer.get("system") in (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT)):
        return NoSpace()
    if sentence := REASONS.get(reason):
        return UnsupportedFile(message(sentence, types=", ".join(ALLOWED)), allowed=list(ALLOWED))
    if reason == "pixels":
        return TooLarge(message(_PIXELS, millions=MOST_PIXELS // 1_000_000))
    return Invalid({"file": [message(_DAMAGED)]})


def start(source: IO[bytes], target: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the process for a file; it writes a picture to ``target``."""
    handle = target.fileno()
    return subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-I", "-m", inspection_child.__name__, str(handle)],
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[handle],
        env={name: os.environ[name] for name in INHERITED if name in os.environ},
        cwd="/",
        start_new_session=True,
    )


def _answer(source: IO[bytes], target: IO[bytes]) -> Any:
    """The process's answer; one that fails has found the file too much."""
    with start(source, target) as process:
        timer = Timer(MAX_SECONDS, process.kill)
        timer.start()
        try:
            if process.stdout is None or process.stderr is None:
                raise ValueError("a process with pipes")
            found = process.stdout.read(MAX_ANSWER)
            problem = process.stderr.read(MAX_PROBLEM).decode(errors="replace").strip()
            if process.wait() == 0:
                answer = json.loads(found)
                if answer.get("refused") == "damaged":
                    log.info("file_not_read", extra={"problem": answer.get("problem", "")})
                return answer
        finally:
            timer.cancel()
            process.kill()
    log.warning("file_not_read", extra={"code": process.returncode, "problem": problem})
    return {"refused": "exhausted"}
