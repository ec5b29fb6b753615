"""The process that looks into one uploaded file: the file on standard input, what it is as JSON on standard output.

A picture is written anew to the descriptor in the first argument. An uploaded file may be malicious, so it is looked
into here, with limits on time, memory and what is written, without the service's environment, files and sockets, and
never in the service itself. The module imports little, because it has to start fast.

The answer is ``{"media_type": …, "is_rewritten": …}`` or ``{"refused": reason}``.
"""

import json
import os
import sys
from typing import Any

from service import confinement
from service.actions.files import media_types, office_checks, pdf_checks
from service.actions.files.media_types import NotKept

SECONDS, MEMORY = 3, 1_500_000_000
"""Limits of this process: seconds of CPU time, its start included, and bytes of address space."""
WALL_SECONDS = 10
"""After this time it ends itself, however busy the machine is: it must not hold up other uploads."""
PICTURE_SECONDS, PICTURE_WALL_SECONDS = 20, 30
"""The same for pictures: decoding and writing anew as many pixels as are taken needs more."""


def inspect(target: int) -> dict[str, Any]:
    """The answer; no file makes it raise an error."""
    try:
        return _inspected(target)
    except NotKept as refused:
        return {"refused": str(refused)}
    except MemoryError:
        return {"refused": "exhausted"}
    except BaseException as problem:
        # A broken or malicious file can make the libraries raise anything.
        full = isinstance(problem, OSError) and problem.errno is not None and os.strerror(problem.errno)
        return {"refused": "damaged", "problem": type(problem).__name__, "system": full or ""}


def _inspected(target: int) -> dict[str, Any]:
    with os.fdopen(0, "rb", closefd=False) as source:
        content = source.read()
        found = media_types.media_type_of(content)
        if found == media_types.ARCHIVE:
            source.seek(0)
            size = len(content)
            del content
            return {"media_type": office_checks.check_office(source, size), "is_rewritten": False}
        if found == media_types.PDF:
            pdf_checks.check_pdf(content)
        if found not in media_types.PICTURES:
            return {"media_type": found, "is_rewritten": False}
        del content
        source.seek(0)
        from service.actions.files import pictures

        with os.fdopen(target, "w+b", closefd=False) as rewritten:
            return {"media_type": pictures.rewrite(source, rewritten, found), "is_rewritten": True}


def confine(seconds: int = SECONDS, wall_seconds: int = WALL_SECONDS) -> None:
    """Limit this process permanently: time, memory, what it writes, no file opened any more."""
    confinement.confine(seconds, wall_seconds, MEMORY)


def is_picture(head: bytes) -> bool:
    """Whether these first bytes are a picture's; all others need no library."""
    try:
        return media_types.media_type_of(head) in media_types.PICTURES
    except NotKept:
        return False


def main() -> None:
    """Look into the file on standard input."""
    # Everything needed is imported before the limits are set: afterwards no file can be opened.
    import encodings.cp437
    import encodings.latin_1
    import encodings.utf_8_sig
    import encodings.utf_16  # noqa: F401 - for texts, and for names in archives that are not declared as UTF-8

    target = int(sys.argv[1])
    if is_picture(os.pread(0, 64, 0)):
        from service.actions.files import pictures

        pictures.prepare()
        confine(PICTURE_SECONDS, PICTURE_WALL_SECONDS)
    else:
        confine()
    sys.stdout.write(json.dumps(inspect(target), separators=(",", ":")))


if __name__ == "__main__":
    main()
