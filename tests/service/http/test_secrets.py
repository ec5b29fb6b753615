"""After a full day's work no secret stands in a log, a mail, the trail or a backup: all of them are searched."""

import http.client
import json
import re
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.service.runtime.processes import DESK, PATIENCE, Service, until

PASSWORD, SECOND_PASSWORD, WRONG_PASSWORD = "mo uoc xa 4711 doi", "hoa phuong do 0815 mua", "khong dung 9999 dau"
PASSPORT = "B7654321"

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    made = Service(tmp_path / "desk", database_url, DESK_WEB_WORKERS="1")
    yield made
    made.stop()


class Day:
    """Somebody who does everything that has to do with secrets, and remembers each."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.secrets: dict[str, str] = {
            "password": PASSWORD,
            "second password": SECOND_PASSWORD,
            "wrong password": WRONG_PASSWORD,
            "passport": PASSPORT,
        }
        self.token = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, Any]:
        """One request; JSON unless the body is text. Status, headers, what was answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        connection.request(method, path, body if isinstance(body, str) else json.dumps(body), sent)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        is_json = "json" in (answer.headers["Content-Type"] or "")
        return answer.status, answer.headers, json.loads(content) if is_json else content

    def made(self, path: str, body: Any, **headers: str) -> Any:
        status, _headers, answer = self.ask("POST", f"/api/v1{path}", body, **headers)
        assert status in {200, 201}, answer
        return answer

    def live(self) -> str:
        """Work through it; the id of the feed."""
        self.token = self.secrets["first token"] = self.service.desk(
            "token", "create", "--email", "admin@example.org", "--name", "test"
        )
        account = {"email": "lan@example.org", "role": "officer", "password": PASSWORD, "name": "Lan"}
        user = self.made("/users", account)
        _status, headers, _user = self.ask("GET", f"/api/v1/users/{user['id']}")
        changed, _headers, answer = self.ask(
            "PATCH", f"/api/v1/users/{user['id']}", {"password": SECOND_PASSWORD}, If_Match=headers["ETag"]
        )
        assert changed == 200, answer
        self.secrets["keyed token"] = self.made("/tokens", {"name": "laptop"}, Idempotency_Key="once")["token"]
        feed = self.made("/feeds", {"name": "Lịch"}, Idempotency_Key="feed")
        rotated = self.made(f"/feeds/{feed['id']}/rotate", {})
        for number, one in enumerate((feed, rotated)):
            path = urlsplit(one["url"]).path
            self.secrets[f"feed {number}"] = Path(path).stem
            for suffix in ("", "?x=1", "/../x"):
                self.ask("GET", path + suffix)
            self.ask("POST", path)
        self._sign_in()
        person = self.made("/people", {"name": "Bounmy"})
        passport = f"/api/v1/people/{person['id']}/passport"
        assert self.ask("PUT", passport, {"number": PASSPORT})[0] == 200
        assert self.ask("PUT", passport, {"number": f"{PASSPORT}!?", "extra": PASSPORT})[0] == 422
        assert self.made(passport.removeprefix("/api/v1") + "/reveal", {"reason": "visa"})["number"] == PASSPORT
        self.ask("GET", "/api/v1/me", Authorization=f"Bearer {self.token}x")
        self.ask("POST", "/api/v1/users", account)  # there already: refused with the password in its body
        self.ask("POST", "/api/v1/users", json.dumps(account)[:-1])  # malformed
        self.ask("GET", f"/api/v1/events?q={self.token}")
        self.ask("GET", f"/nowhere/{self.token}")
        return str(feed["id"])

    def _sign_in(self) -> None:
        token, self.token = self.token, ""
        form = {"Content_Type": "application/x-www-form-urlencoded", "Sec_Fetch_Site": "same-origin"}
        for password in (WRONG_PASSWORD, SECOND_PASSWORD):
            sent = urlencode({"email": "lan@example.org", "password": password})
            status, headers, _page = self.ask("POST", "/login", sent, **form)
        assert status == 303
        cookie = re.search(r"desk=([^;]+)", headers["Set-Cookie"])
        assert cookie
        self.secrets["session"] = cookie[1]
        assert self.ask("GET", "/account", Cookie=f"desk={cookie[1]}")[0] == 200
        self.token = token


def test_nobody_finds_a_secret(service: Service, tmp_path: Path, database_url: str) -> None:
    subprocess.run(
        [*DESK, "user", "create", "--email", "admin@example.org", "--role", "admin", "--organisation", "Sở Ngoại vụ",
         "--password-stdin"],
        env=service.environment, input="dong song xanh 2468", text=True, check=True, capture_output=True,
        timeout=PATIENCE,
    )  # fmt: skip
    service.start()
    day = Day(service)
    day.secrets["first password"] = "dong song xanh 2468"
    day.secrets["secret key"] = (Path(service.environment["DESK_VAR"]) / "secret_key").read_text().strip()
    feed_id = day.live()
    until(lambda: service.get("/readyz") == 200, "readyz")
    service.desk("backup", str(tmp_path / "copy.zip"))
    service.kill_all()

    with zipfile.ZipFile(tmp_path / "copy.zip") as copy:
        backup = b"".join(copy.read(name) for name in copy.namelist())
    file = Path(database_url.removeprefix("sqlite:///"))
    with sqlite3.connect(file) as connection:
        trail = json.dumps(connection.execute("SELECT * FROM audit").fetchall(), ensure_ascii=False).encode()
    places = {
        "log": (service.folder / "log").read_bytes(),
        "trail": trail,
        "backup": backup,
        "database": b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*")),
        "mails": b"".join(path.read_bytes() for path in (service.folder / "var" / "outbox").glob("*")),
    }
    assert all(feed_id.encode() in places[name] for name in ("trail", "backup", "database"))  # the search finds things
    assert b'"event"' in places["log"]
    for what, secret in day.secrets.items():
        for place, content in places.items():
            assert secret.encode() not in content, (what, place)
