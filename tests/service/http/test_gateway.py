"""Requests whose body comes slowly, or not at all, over real connections to real processes."""

import contextlib
import http.client
import json
import os
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.accounts import User
from models.vocabulary import Role
from service.actions.accounts import known_browsers
from service.app import MAX_BODY
from service.http.front_door import KEPT_BODY
from service.http.gateway import BYTES_A_SECOND
from tests.paths import ROOT
from tests.service.http import echo
from tests.service.runtime.processes import Service, until

pytestmark = [
    pytest.mark.xdist_group("serving"),
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="processes die with their parents on Linux only"),
    pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True),
]

FORM = b"POST /login HTTP/1.1\r\nHost: desk\r\nContent-Type: application/x-www-form-urlencoded\r\n"
WITH_LENGTH = FORM + b"Content-Length: 5000\r\n\r\nemail="
CHUNKED = FORM + b"Transfer-Encoding: chunked\r\n\r\n6\r\nemail=\r\n"
SILENT = 20
"""Connections of each kind; with three kinds more than the threads of all web processes."""


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    """A service that waits four seconds for a body; not started yet."""
    made = Service(tmp_path, database_url, DESK_BODY_SECONDS="4")
    yield made
    made.stop()


@contextlib.contextmanager
def running(port: int, *command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that listens on a port, until the end of the block."""
    with subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=os.environ | environment) as process:
        try:
            until(lambda: listens(port), f"{command[0]} listens")
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def connect(port: int, sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(sent)
    return connection


def read_all(connection: socket.socket) -> bytes:
    """What the other side sends until it closes."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            received += part
    return received


def answer(port: int, sent: bytes) -> tuple[int, Any]:
    """The status and JSON of one answer."""
    with contextlib.closing(connect(port, sent)) as connection:
        return parsed(connection)


def parsed(connection: socket.socket) -> tuple[int, Any]:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, json.loads(response.read())


def status_within(port: int, path: str, seconds: float) -> int | None:
    """The status of an answer; None when there is none in time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", path, headers={"Accept": "text/html"})
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def test_bodies_that_do_not_come_take_no_threads(service: Service) -> None:
    service.start("web")
    began = time.monotonic()
    silent = [connect(service.port, sent) for sent in (WITH_LENGTH, CHUNKED) for _number in range(SILENT)]
    dripping = [connect(service.port, WITH_LENGTH) for _number in range(SILENT)]
    for _second in range(2):
        assert status_within(service.port, "/healthz", 5) == 200
        assert status_within(service.port, "/login", 5) == 200
        for connection in dripping:
            connection.sendall(b"a")
        time.sleep(0.5)  # what drips takes its time
    for connection in silent + dripping:
        received = read_all(connection)
        connection.close()
        assert received.startswith(b"HTTP/1.1 408 "), received
        assert json.loads(received.partition(b"\r\n\r\n")[2])["code"] == "request_timeout"
    assert time.monotonic() - began >= 4
    assert status_within(service.port, "/healthz", 5) == 200
    assert "request_failed" not in service.log


def test_without_the_gateway_they_stop_the_application(service: Service) -> None:
    """The control, and the proof that ``wsgi:app`` runs under a WSGI server as it is."""
    service.desk("init")
    command = ("granian", "--interface", "wsgi", "--port", str(service.port), "--blocking-threads", "8", "wsgi:app")
    with running(service.port, *command, **service.environment):
        until(lambda: status_within(service.port, "/healthz", 5) == 200, "healthz")
        silent = [connect(service.port, WITH_LENGTH) for _number in range(SILENT)]
        until(lambda: status_within(service.port, "/healthz", 2) is None, "no answer", 20)
        for connection in silent:
            connection.close()
        until(lambda: status_within(service.port, "/healthz", 5) == 200, "healthz again")


def test_a_late_body_is_told_of_on_a_page_in_the_reader_s_language(service: Service) -> None:
    service.start("web")
    head = FORM + b"Accept: text/html\r\nAccept-Language: vi\r\nContent-Length: 9\r\n\r\n"
    with contextlib.closing(connect(service.port, head)) as connection:
        received = read_all(connection).decode()
    assert received.startswith("HTTP/1.1 408 ")
    assert "Yêu cầu mất quá nhiều thời gian" in received
    assert 'lang="vi"' in received


def test_bodies_arrive_and_large_ones_are_refused(service: Service) -> None:
    service.desk("user", "create", "--email", "lan@example.org", "--role", "officer", "--organisation", "Sở Ngoại vụ")
    token = service.desk("token", "create", "--email", "lan@example.org", "--name", "test")
    service.start("web")
    wish = {
        "title": {"vi": "Cuộc họp"}, "activity_type": "meeting", "host": "hai-duong",
        "first_day": "2027-03-10", "last_day": "2027-03-11",
    }  # fmt: skip
    body = json.dumps(wish).encode()
    head = (
        f"POST /api/v1/activities HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\n"
    ).encode()

    def chunked(whole: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
        parts = [whole[begin : begin + 50_000] for begin in range(0, len(whole), 50_000)]
        return b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in parts) + end

    def with_length(whole: bytes) -> bytes:
        return b"Content-Length: %d\r\n\r\n%b" % (len(whole), whole)

    blanks = b" " * (MAX_BODY - len(body))
    for sent in (with_length(body), chunked(body), with_length(body + blanks), chunked(body + blanks)):
        status, made = answer(service.port, head + sent)
        assert status == 201, made
    for sent in (b"Content-Length: %d\r\n\r\n" % (MAX_BODY + 1), chunked(body + blanks + b" ")):
        status, problem = answer(service.port, head + sent)
        assert (status, problem["code"]) == (413, "too_large")
    with contextlib.closing(connect(service.port, head + chunked(body, end=b""))) as connection:
        connection.shutdown(socket.SHUT_WR)
        status, problem = parsed(connection)
    assert (status, problem["code"]) == (400, "malformed"), "a body that was cut off is not taken for a whole one"
    with contextlib.closing(connect(service.port, head + b"Content-Length: 5000\r\n\r\n" + body)) as connection:
        connection.shutdown(socket.SHUT_WR)
        status, problem = parsed(connection)
    assert (status, problem["code"]) == (400, "malformed")


def test_it_stops_at_once_although_bodies_are_awaited(service: Service) -> None:
    service.environment["DESK_BODY_SECONDS"] = "60"
    service.start("web")
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(connect(service.port, sent)) for sent in (WITH_LENGTH, CHUNKED)]
        assert status_within(service.port, "/healthz", 5) == 200
        time.sleep(1)  # what has been sent is read by then, on a busy machine too
        assert service.process is not None
        service.process.send_signal(signal.SIGTERM)
        for connection in silent:
            assert read_all(connection).startswith(b"HTTP/1.1 503 ")
    assert service.process.wait(10) == 0
    assert not any(json.loads(line)["level"] == "error" for line in service.log.splitlines()), service.log


@pytest.fixture
def echoing(database_kind: str) -> Iterator[Callable[..., int]]:
    """Start the echo application behind ``gateway`` or ``wsgi``; its port."""
    with contextlib.ExitStack() as stack:

        def start(server: str, **environment: str) -> int:
            port = free_port()
            stack.enter_context(running(port, "tests.service.http.echo", str(port), server, **environment))
            return port

        yield start


def test_the_environment_is_that_of_a_wsgi_server(echoing: Callable[[str], int]) -> None:
    ours, granian = echoing("gateway"), echoing("wsgi")
    for sent in (
        b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n",
        b"GET /b%E1%BA%A3n%20%2F?q=%C4%91&r HTTP/1.1\r\nHost: desk\r\nAccept: a\r\nACCEPT: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: desk\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: desk\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2, 192.0.2.3\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: desk\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: desk\r\nContent-Length: 0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: desk\r\n\r\n",
    ):
        mine, theirs = (answer(port, sent)[1] for port in (ours, granian))
        assert mine["size"] == theirs["size"]
        shown = {name: value for name, value in theirs["environ"].items() if name not in os.environ}
        for told in (mine["environ"], shown):
            for name in ("SERVER_PORT", "SERVER_SOFTWARE", "GATEWAY_INTERFACE"):
                told.pop(name, None)
        assert mine["environ"] == shown
    spoofed = b"GET / HTTP/1.1\r\nHost: desk\r\nX-Forwarded-For: 192.0.2.1\r\nX_Forwarded_For: 10.0.0.1\r\n\r\n"
    assert answer(ours, spoofed)[1]["environ"]["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert answer(granian, spoofed)[1]["environ"]["HTTP_X_FORWARDED_FOR"] == "10.0.0.1", "why they are dropped"


def test_slow_but_steady_bodies_have_more_time(echoing: Callable[[str], int]) -> None:
    port = echoing("gateway")
    size = echo.MAX_BODY
    with contextlib.closing(connect(port, b"POST / HTTP/1.1\r\nHost: d\r\nContent-Length: %d\r\n\r\n" % size)) as line:
        began = time.monotonic()
        for _tenth in range(10):
            line.sendall(b"a" * (size // 10))
            time.sleep((echo.BODY_SECONDS + 1) / 10)  # slower than what carries no bytes may be
        status, told = parsed(line)
    assert time.monotonic() - began > echo.BODY_SECONDS
    assert (status, told["size"], told["refused"]) == (200, size, None)


def post(size: int, arrived: int | None = None) -> bytes:
    """A request whose body has this size, and of which only so much comes."""
    return b"POST / HTTP/1.1\r\nHost: d\r\nContent-Length: %d\r\n\r\n%b" % (
        size,
        b"a" * (size if arrived is None else arrived),
    )


def test_a_body_that_stalls_is_given_up_before_its_time_is_over(echoing: Callable[..., int]) -> None:
    port = echoing("gateway", ECHO_STALL_SECONDS="1")
    arrived = echo.MAX_BODY - 1
    began = time.monotonic()
    with contextlib.closing(connect(port, post(echo.MAX_BODY, arrived))) as line:
        told = parsed(line)[1]
    assert told["refused"] == 408
    assert 1 <= time.monotonic() - began < echo.BODY_SECONDS + arrived / BYTES_A_SECOND - 1


def answered(lines: list[socket.socket], within: float = 0.0) -> list[socket.socket]:
    """Those of the connections on which an answer has begun."""
    return select.select(lines, [], [], within)[0]


def test_bodies_that_wait_longest_give_way_and_small_ones_pay_last(echoing: Callable[..., int]) -> None:
    port = echoing("gateway", ECHO_STALL_SECONDS="60")
    with contextlib.ExitStack() as stack:

        def stalled(size: int) -> socket.socket:
            line = stack.enter_context(contextlib.closing(connect(port, post(size, size - 1))))
            time.sleep(0.1)  # so that they arrive in this order
            return line

        small = [stalled(60_000) for _number in range(2)]
        large = [stalled(echo.MAX_BODY) for _number in range(7)]  # with another one more than 7/8 of the memory
        assert answered(small + large) == []
        assert answer(port, post(60_000))[1]["refused"] is None
        assert answered(small + large) == [], "the reserve is for such bodies"
        assert answer(port, post(echo.MAX_BODY))[1]["size"] == echo.MAX_BODY
        assert answered(small + large, 5) == large[:1], "the large one that has waited longest"
        assert parsed(large[0])[1]["refused"] == 408
        small += [stalled(60_000) for _number in range(4)]
        assert answered(small + large[1:]) == []
        assert answer(port, post(60_000))[1]["refused"] is None
        assert answered(small + large[1:], 5) == large[1:2], "a small one takes what a large one held"
        for line in small + large[2:]:
            line.sendall(b"a")
            assert parsed(line)[1]["refused"] is None


@pytest.mark.parametrize(
    ("head", "refused", "size"),
    [
        (b"Content-Length: " + b"0" * 5000 + b"2\r\n\r\nab", 400, 0),
        (b"Content-Length: " + b"0" * 19 + b"2\r\n\r\nab", None, 2),
        (b"Content-Length: 18446744073709551613\r\n\r\nab", None, 0),  # the largest granian takes
        (b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", None, 2),
        (b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-T: y\r\n\r\n", 400, 0),
        (b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n", 400, 0),
        (b"Transfer-Encoding: chunked\r\n\r\n2\r\nabXX0\r\n\r\n", 400, 0),
    ],
    ids=["5001 digits", "20 digits", "largest", "chunks", "trailer", "no size", "no end of a chunk"],
)
def test_lengths_and_chunks(echoing: Callable[..., int], head: bytes, refused: int | None, size: int) -> None:
    status, told = answer(echoing("gateway"), b"POST / HTTP/1.1\r\nHost: desk\r\n" + head)
    assert (status, told["refused"], told["size"]) == (200, refused, size)


@pytest.mark.parametrize(
    ("language", "told"), [("en", "did not arrive whole"), ("vi", "không đến đủ"), ("lo", "ບໍ່ມາຮອດຄົບຖ້ວນ")]
)
def test_a_body_that_did_not_arrive_whole_is_told_of(service: Service, language: str, told: str) -> None:
    service.start("web")
    head = FORM + f"Accept-Language: {language}\r\n".encode()
    for rest in (b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"Content-Length: " + b"0" * 5000 + b"2\r\n\r\nab"):
        status, problem = answer(service.port, head + rest)
        assert (status, problem["code"]) == (400, "malformed")
        assert told in problem["detail"]
    status, problem = answer(service.port, head + b"Content-Length: 18446744073709551613\r\n\r\nab")
    assert (status, problem["code"]) == (413, "too_large")


def test_parts_are_sent_as_they_come_until_the_reader_leaves(echoing: Callable[[str], int]) -> None:
    port = echoing("gateway")
    with contextlib.closing(connect(port, b"GET /stream HTTP/1.1\r\nHost: desk\r\n\r\n")) as connection:
        received = b""
        while b"part 0" not in received:
            received += connection.recv(65536)
        assert b"part 2" not in received
        while not received.endswith(b"0\r\n\r\n"):
            received += connection.recv(65536)
        assert b"part 2" in received
    with contextlib.closing(connect(port, b"GET /endless HTTP/1.1\r\nHost: desk\r\n\r\n")) as connection:
        while b"part 1" not in connection.recv(65536):
            pass
    until(lambda: answer(port, b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n")[1]["has_left"], "the parts end", 20)


def test_what_the_application_raises_is_a_500(echoing: Callable[[str], int]) -> None:
    with contextlib.closing(connect(echoing("gateway"), b"GET /fails HTTP/1.1\r\nHost: desk\r\n\r\n")) as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 500 ")


API_POST = b"POST /api/v1/activities HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\nX-Request-Id: mine\r\n"
PAGE_POST = (
    b"POST /feeds HTTP/1.1\r\nHost: desk\r\nAccept: text/html\r\nContent-Type: application/x-www-form-urlencoded\r\n"
)


def opened(connection: socket.socket) -> http.client.HTTPResponse:
    """An answer's head."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response


@pytest.mark.parametrize(
    "credentials",
    [b"", b"Authorization: Bearer desk_nobodys\r\n", b"Authorization: Basic YTpi\r\n", b"Cookie: desk=nobodys\r\n"],
)
def test_who_is_not_signed_in_is_answered_before_the_body_is_read(service: Service, credentials: bytes) -> None:
    service.environment["DESK_BODY_SECONDS"] = "60"
    service.start("web")
    for rest in (b"Content-Length: 1000000\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"):
        with contextlib.closing(connect(service.port, API_POST + credentials + rest)) as connection:
            response = opened(connection)
            told = json.loads(response.read())
            assert (response.status, told["code"], told["request_id"]) == (401, "unauthenticated", "mine")
            assert response.headers["Content-Type"] == "application/problem+json"
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
            assert response.headers["X-Request-Id"] == "mine"
        with contextlib.closing(connect(service.port, PAGE_POST + credentials + rest)) as connection:
            response = opened(connection)
            assert (response.status, response.headers["Location"]) == (303, "/login?next=/feeds")
    # A body that is under way is let arrive, so that the answer isn't lost with a connection that is reset.
    for size in (2, 2_000_000):
        whole = API_POST + credentials + b"Content-Length: %d\r\n\r\n%b" % (size, b" " * size)
        with contextlib.closing(connect(service.port, whole)) as connection:
            for _again in range(2):
                response = opened(connection)
                assert (response.status, json.loads(response.read())["code"]) == (401, "unauthenticated")
                assert "Connection" not in response.headers
                connection.sendall(whole)


def test_a_form_of_a_browser_that_signed_in_before_is_read(service: Service) -> None:
    """What was typed while its session ended, up to a bound; of no other browser, and nothing that the API is sent."""
    key = "a secret for tests, long enough to be one"
    service.environment |= {"DESK_BODY_SECONDS": "60", "DESK_SECRET_KEY": key}
    service.start("web")
    user = User(id="x" * 26, email="lan@example.org", name="", role=Role.VIEWER)
    mark = known_browsers.Cookie.read(key, "", date.today()).with_account(user, date.today())
    body = b"csrf=" + b"0" * 96 + b"&title=Visit"
    for cookie, post, size, status in (
        (mark, PAGE_POST, len(body), 401),
        (mark, PAGE_POST, KEPT_BODY + 1, 303),
        ("0" * len(mark), PAGE_POST, len(body), 303),
        (mark, API_POST, len(body), 401),
    ):
        sent = post + f"Cookie: desk-known={cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n".encode()
        with contextlib.closing(
            connect(service.port, sent + b"Content-Length: %d\r\n\r\n" % size + body.ljust(size, b"a"))
        ) as connection:
            response = opened(connection)
            assert response.status == status, (cookie, post)
            assert (b'name="kept"' in response.read()) == (status == 401 and post is PAGE_POST)


def test_whose_token_is_right_is_waited_for(service: Service) -> None:
    """The control."""
    service.desk("user", "create", "--email", "lan@example.org", "--role", "officer", "--organisation", "Sở Ngoại vụ")
    token = service.desk("token", "create", "--email", "lan@example.org", "--name", "test").encode()
    service.start("web")
    head = API_POST + b"Authorization: Bearer " + token + b"\r\nContent-Length: 5000\r\n\r\n{"
    began = time.monotonic()
    with contextlib.closing(connect(service.port, head)) as connection:
        status, told = parsed(connection)
    assert (status, told["code"]) == (408, "request_timeout")
    assert time.monotonic() - began > 3


def test_what_anybody_may_send_is_small(service: Service) -> None:
    service.environment["DESK_BODY_SECONDS"] = "60"
    service.start("web")
    for path in (b"/login", b"/logout", b"/language", b"/unsubscribe/x"):
        head = FORM.replace(b"/login", path)
        for rest in (b"Content-Length: 40000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n9c40\r\n" + b"a" * 40_000):
            status, told = answer(service.port, head + rest)
            assert (status, told["code"]) == (413, "too_large"), path
    longest = "email=" + "%E1%BA%A3" * 254 + "&password=" + "%E1%BA%A3" * 1000 + "&next=/" + "a" * 1999
    sent = FORM + b"Accept: text/html\r\nContent-Length: %d\r\n\r\n%b" % (len(longest), longest.encode())
    with contextlib.closing(connect(service.port, sent)) as connection:
        assert opened(connection).status == 401


def test_who_is_not_signed_in_waits_for_no_writer(service: Service) -> None:
    service.start("web")
    path = service.environment["DESK_DATABASE_URL"].removeprefix("sqlite:///")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        for _again in range(SILENT):
            assert answer(service.port, API_POST + b"Content-Length: 2\r\n\r\n{}")[0] == 401
            head = b"DELETE /api/v1/tokens/nothing HTTP/1.1\r\nHost: desk\r\n\r\n"
            assert answer(service.port, head)[0] == 401
            with contextlib.closing(connect(service.port, PAGE_POST + b"Content-Length: 1\r\n\r\na")) as connection:
                assert opened(connection).status == 303
    finally:
        holder.close()


def test_readers_are_answered_while_all_writers_wait(service: Service) -> None:
    """Writers with a body, without one, and sign-ins, more of each than there are threads."""
    service.desk("user", "create", "--email", "lan@example.org", "--role", "officer", "--organisation", "Sở Ngoại vụ")
    token = service.desk("token", "create", "--email", "lan@example.org", "--name", "test").encode()
    service.start("web")
    bearer = b"Host: desk\r\nAuthorization: Bearer " + token + b"\r\n"
    wish = b'{"name": "x", "filter": {}}'
    with_body = b"POST /api/v1/feeds HTTP/1.1\r\nContent-Type: application/json\r\n" + bearer
    form = b"email=a%40example.org&password=x"
    kinds = (
        with_body + b"Content-Length: %d\r\n\r\n%b" % (len(wish), wish),
        b"DELETE /api/v1/tokens/nothing HTTP/1.1\r\n" + bearer + b"\r\n",
        FORM + b"Accept: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(form), form),
    )
    path = service.environment["DESK_DATABASE_URL"].removeprefix("sqlite:///")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        waiting = [connect(service.port, sent) for sent in kinds for _number in range(SILENT)]
        for _again in range(20):
            assert status_within(service.port, "/healthz", 5) == 200
            assert status_within(service.port, "/login", 5) == 200
        assert answered(waiting) == []
    finally:
        holder.close()
    for number, connection in enumerate(waiting):
        status = opened(connection).status
        # Of sign-ins some may be refused as too many, or, where the machine is busy, as having waited too long.
        assert status == (201, 404, 401)[number // SILENT] or (status in (429, 503) and number >= 2 * SILENT)
        connection.close()
