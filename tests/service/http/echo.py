"""A small WSGI application that tells what it was asked, served as the service is or by granian's own WSGI.

``python -m tests.service.http.echo PORT gateway|wsgi``
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from typing import IO, Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces

from service.http.gateway import STALL_SECONDS, Gateway, run_web_process
from service.http.lanes import SAFE, Header, Lane
from service.http.refusal import REFUSED

MAX_BODY = 100_000
BODY_SECONDS = 2.0
BODIES_IN_MEMORY = 1_000_000

_has_left = False


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The environment and the body as JSON; /stream and /endless answer part by part."""
    path = environ["PATH_INFO"]
    if path in ("/stream", "/endless"):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return _parts(None if path == "/endless" else 3)
    if path == "/fails":
        raise ValueError(path)
    body = environ["wsgi.input"].read() if environ["REQUEST_METHOD"] != "GET" else b""
    plain = {name: value for name, value in environ.items() if isinstance(value, str)}
    told = {"environ": plain, "size": len(body), "refused": environ.get(REFUSED), "has_left": _has_left}
    answer = json.dumps(told).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return iter([answer])


def _parts(count: int | None) -> Iterator[bytes]:
    global _has_left
    number = 0
    try:
        while count is None or number < count:
            yield f"part {number}\n".encode()
            number += 1
            time.sleep(0.3)
    finally:
        _has_left = _has_left or count is None


class OpenDoor:
    """Everybody may send bodies, and whoever doesn't only read waits with writers."""

    def lane(self, method: str, path: str, header: Header, query: str = "") -> Lane | None:
        return None if method in SAFE else Lane.WRITERS

    def public_bound(self, path: str) -> int | None:
        return MAX_BODY

    def kept_bound(self, path: str, header: Header) -> int:
        return 0

    def upload_bound(self, method: str, path: str) -> int | None:
        return None

    def scratch_file(self) -> IO[bytes]:
        return tempfile.TemporaryFile()

    def admits(self, header: Header, path: str = "") -> bool:
        return True


def _gateway() -> Gateway:
    return Gateway(
        application,
        lambda method, path, header: None,
        max_body=MAX_BODY,
        door=OpenDoor(),
        body_seconds=BODY_SECONDS,
        stall_seconds=float(os.environ.get("ECHO_STALL_SECONDS", STALL_SECONDS)),
        bodies_in_memory=BODIES_IN_MEMORY,
    )


def _application() -> Any:
    return application


if __name__ == "__main__":
    server = Granian("-", port=int(sys.argv[1]), interface=Interfaces.WSGI, blocking_threads=2, http=HTTPModes.http1)
    if sys.argv[2] == "gateway":
        server.serve(run_web_process, _gateway, wrap_loader=False)
    else:
        server.serve(target_loader=_application, wrap_loader=False)
