"""Links with real processes: the service killed before its answer, and nginx in front whose logs stay silent."""

import contextlib
import http.client
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlmodel import select

from models.both_sides.links import Submission
from models.clock import utcnow
from models.database import Database
from models.vocabulary import LinkSubject, Role
from service.actions.both_sides import links
from service.actions.context import ActionContext
from tests import factories
from tests.factories import OFFICE
from tests.paths import ROOT
from tests.service.runtime.processes import Service, until


@dataclass
class Running:
    """A running service with a link that opens."""

    service: Service
    token: str

    def send(self, form: dict[str, str]) -> tuple[int, str]:
        """The status of the answer to a form, and where it leads."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)) as line:
            line.request("POST", f"/link/{self.token}", urlencode(form), headers)
            answer = line.getresponse()
            answer.read()
            return answer.status, answer.headers.get("Location", "")


@pytest.fixture
def running(tmp_path: Path, database: Database, database_url: str) -> Iterator[Running]:
    service = Service(tmp_path, database_url, DESK_WEB_WORKERS="1", DESK_SECRET_KEY="a secret for tests " * 3)
    with database.transaction() as session:
        factories.make_locality(session, "hai-duong")
        first = date(utcnow().year + 1, 3, 10)
        event = factories.make_event(session, first_day=first)
        maker = factories.make_user(session, Role.OFFICER)
        act = ActionContext(maker, utcnow(), OFFICE)
        values = {"may": [LinkSubject.MEMBERS], "recipient": "Bà Khamla"}
        _link, token = links.make_link(session, act, event, values)
    try:
        service.start()
        yield Running(service, token)
    finally:
        service.stop()


def test_killed_before_its_answer_it_has_one_submission_and_gives_the_same_receipt(
    running: Running, database: Database
) -> None:
    form = {"do": "submit", "version": "0", "token": "the form's own", "people.a1.name": "Khamla Sivilay"}

    def stored() -> list[str]:
        with database.transaction(write=False) as session:
            return list(session.exec(select(Submission.id)).all())

    with contextlib.closing(socket.create_connection(("127.0.0.1", running.service.port))) as line:
        body = urlencode(form)
        head = f"POST /link/{running.token} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        line.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}".encode())
        until(stored, "a submission")
        running.service.kill_all()  # nobody has read an answer
    [identity] = stored()
    running.service.start()
    status, leads_to = running.send(form)
    assert (status, stored()) == (303, [identity])
    assert f"/handed-in/{identity}?" in leads_to
    assert running.send(form | {"token": "another", "people.b2.name": "Bounmy"})[0] == 303
    assert len(stored()) == 2  # the control
    assert running.token not in running.service.log
    assert "Khamla" not in running.service.log


def nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


def documented_locations() -> str:
    """The locations of OPERATIONS.md, as they are copied from there."""
    text = (ROOT / "OPERATIONS.md").read_text()
    block = re.search(r"```nginx\nserver \{\n(.*?)\n\}\n```", text, re.DOTALL)
    assert block is not None
    return block[1][block[1].index("    location /") :]


@pytest.mark.parametrize("is_documented", [True, False])
def test_behind_nginx_no_log_has_the_address(running: Running, tmp_path: Path, is_documented: bool) -> None:
    program = nginx()
    if program is None:
        pytest.skip("nginx is not installed: whether /link/ stays out of its logs was not tried")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    locations = documented_locations().replace("127.0.0.1:8000", f"127.0.0.1:{running.service.port}")
    if not is_documented:
        locations = re.sub(r"location \^~ /link/ \{.*?\n    \}", "", locations, flags=re.DOTALL)
    folder = tmp_path / "nginx"
    folder.mkdir()
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    settings = folder / "nginx.conf"
    settings.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log info;\n"
        f"events {{}}\nhttp {{ access_log {folder}/access.log; {temporary}\n"
        f"server {{ listen 127.0.0.1:{port};\n{locations}\n}} }}\n"
    )
    command = [program, "-c", str(settings), "-p", str(folder), "-e", str(folder / "error.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        until(lambda: _status(port, "/healthz") == 200, "nginx")
        assert _status(port, f"/link/{running.token}") == 200
        running.service.stop()
        assert _status(port, f"/link/{running.token}") == 502  # an error, which nginx would write down
    finally:
        process.terminate()
        process.wait()
    logs = "".join(path.read_text() for path in folder.glob("*.log"))
    assert "/healthz" in logs
    assert (running.token in logs) is not is_documented
    assert running.token not in running.service.log


def _status(port: int, path: str) -> int | None:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as line:
        try:
            line.request("GET", path)
            answer = line.getresponse()
            answer.read()
            return answer.status
        except OSError:
            return None
