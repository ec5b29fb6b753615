"""Write a paper with a template that an office changed in Word, in a process of its own."""

import base64
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from threading import Timer
from typing import Any

from calendars.documents.value import Document, Paper
from models.errors import Conflict
from models.i18n import N_, message
from service.documents import docx_template_child
from service.documents.docx_blocks import Body
from service.documents.docx_package import core_properties
from service.documents.docx_placeholders import BLOCKS, FACTS, TEXTS, filling
from service.documents.docx_sample import samples
from service.documents.docx_styles import SHEETS, numbering, styles
from service.documents.docx_tags import Place, Problem
from service.documents.docx_text import twips

log = logging.getLogger("desk.web")

MAX_SECONDS = docx_template_child.WALL_SECONDS + 5.0
"""The longest time that somebody waits for the process, on a busy machine too."""
MOST_FILLED = 32 << 20
MOST_TOLD = 200_000
"""Bytes of an answer that are read: of a file, and of what is wrong with a template."""
INHERITED = ("LD_LIBRARY_PATH",)
"""The environment variables the process gets: what Python itself may need to start."""

FAILED = N_(
    "The office's template of this paper can't be filled in. An administrator can upload another one, or go back to"
    " the template that came with the service."
)


class TemplateUnreadable(Exception):
    """The process did not get through with a template: it is damaged, or takes too much time or room."""


def write_with(document: Document, template: bytes) -> bytes:
    """The bytes of a paper's .docx, made with a template.

    Raises:
        Conflict: the template can't be filled in (``template_failed``).
    """
    try:
        return ask("fill", {**_names(), **_asked(document)}, template, MOST_FILLED)
    except TemplateUnreadable as problem:
        raise Conflict(message(FAILED), code="template_failed") from problem


def problems(template: bytes) -> list[Mapping[str, Any]]:
    """What is wrong with a template (:class:`.docx_tags.Problem` as plain values); none if it can be used.

    Raises:
        TemplateUnreadable: the process did not get through with it.
    """
    found: list[Mapping[str, Any]] = json.loads(ask("check", _names(), template, MOST_TOLD))["problems"]
    return found or _trial(template)


def _trial(template: bytes) -> list[Mapping[str, Any]]:
    """What goes wrong when a paper is made with a template that has nothing wrong in it."""
    asked = {**_names(), "trials": [_asked(one) for one in samples()], "most": MOST_FILLED}
    try:
        found: list[Mapping[str, Any]] = json.loads(ask("try", asked, template, MOST_TOLD))["problems"]
    except TemplateUnreadable:
        return [asdict(Problem("too_much", Place("")))]
    return found


def _asked(document: Document) -> dict[str, Any]:
    """What the process is given of a paper."""
    body = Body()
    papers = [asdict(filling(paper, body)) for paper in (document, *document.following)]
    sheet = SHEETS[document.paper]
    return {
        "papers": papers,
        "styles": styles(sheet),
        "numbering": numbering(body.numbered, sheet),
        "pictures": {one.relation: base64.b64encode(one.content).decode() for one in body.pictures},
        "core": core_properties(document),
        "is_across": document.paper is Paper.LANDSCAPE,
        "text_width": twips(sheet.text_width),
    }


def _names() -> dict[str, Any]:
    return {"texts": list(TEXTS), "blocks": list(BLOCKS), "facts": list(FACTS)}


def ask(what: str, asked: Mapping[str, Any], template: bytes, most: int) -> bytes:
    """The process's answer.

    Raises:
        TemplateUnreadable: it failed, took too long, or answers with more than ``most`` bytes.
    """
    told = json.dumps(asked).encode()
    with tempfile.TemporaryFile() as given:
        given.write(b"%d\n" % len(told) + told + template)
        given.seek(0)
        with start(what, given.fileno()) as process:
            timer = Timer(MAX_SECONDS, process.kill)
            timer.start()
            try:
                if process.stdout is None or process.stderr is None:
                    raise ValueError("a process with pipes")
                answer = process.stdout.read(most + 1)
                process.stdout.close()
                problem = process.stderr.read(1_000).decode(errors="replace")
                if process.wait() == 0 and len(answer) <= most:
                    return answer
            finally:
                timer.cancel()
                process.kill()
    log.warning("template_not_read", extra={"code": process.returncode, "problem": problem})
    raise TemplateUnreadable(problem or str(process.returncode))


def start(what: str, given: int) -> subprocess.Popen[bytes]:
    """Start the process, with an open file as its standard input."""
    return subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-I", "-m", docx_template_child.__name__, what],
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: os.environ[name] for name in INHERITED if name in os.environ},
        cwd="/",
        start_new_session=True,
    )
