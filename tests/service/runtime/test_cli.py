"""The command line: what it prints where, its exit codes, and that nothing expected ends in a traceback."""

import io
import json
import logging
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import col, select

from models.accounts import ApiToken, Audit, User
from models.database import Database
from models.feeds import Feed
from models.migrate import newest_revision
from models.places import Locality, Organisation
from models.vocabulary import Role
from service import VERSION, cli
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.runtime import logs, supervisor
from service.settings import KEY_FINGERPRINT
from tests.factories import NOW, OFFICE, make_organisation, make_user
from tests.paths import ROOT

Run = Callable[..., Result]
PASSWORD = "vườn hoa buổi sáng"


@pytest.fixture
def environment(tmp_path: Path, database_url: str) -> dict[str, str]:
    """The settings of a service with a migrated database, and of nobody in particular."""
    unset = {name: "" for name in (*os.environ, KEY_FINGERPRINT) if name.startswith("DESK_")}
    return unset | {"DESK_VAR": str(tmp_path / "var"), "DESK_DATABASE_URL": database_url, "LC_ALL": "C.UTF-8"}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """One command in this process; keywords are settings, ``stdin`` what it reads."""

    def call(*arguments: str, stdin: str = "", **settings: str) -> Result:
        result = CliRunner().invoke(cli.desk, arguments, input=stdin, env=environment | settings)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    return call


def user_create(run: Run, *more: str, email: str = "lan@example.org", role: str = "officer", stdin: str = "") -> Result:
    named = ("--email", email, "--role", role, "--organisation", "Sở Ngoại vụ")
    return run("user", "create", *named, *more, stdin=stdin)


# Settings and the database

BAD = [
    ("DESK_PORT", "http"),
    ("DESK_DATABASE_URL", "mysql://db/desk"),
    ("DESK_PUBLIC_URL", "desk.example.org"),
    ("DESK_MAIL_URL", "http://mail"),
    ("DESK_MAIL_FROM", "Desk"),
    ("DESK_MAIL_DOMAINS", "vientiane.example"),
    ("DESK_LOCALITY", "Hải Dương"),
    ("DESK_TIMEZONE", "Hanoi"),
    ("DESK_SECRET_KEY", "short"),
    ("DESK_WEB_WORKERS", "0"),
    ("DESK_LEASE_SECONDS", "-1"),
    ("DESK_RETRY_SECONDS", "soon"),
]
COMMANDS = [
    ("init",),
    ("seed",),
    ("serve",),
    ("web",),
    ("worker",),
    ("run",),
    ("user", "create", "--email", "a@b.c", "--role", "admin", "--organisation", "x"),
    ("user", "password", "--email", "a@b.c"),
    ("token", "create", "--email", "a@b.c", "--name", "x"),
    ("backup", "none.zip"),
    ("restore", "none.zip"),
]
MAKE_THE_DATABASE = {"init", "run", "restore"}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_setting_ends_with_2_and_is_named(run: Run, name: str, value: str) -> None:
    result = run("seed", **{name: value})
    assert result.exit_code == 2
    assert result.stderr.startswith(f"desk: {name}=")
    assert result.stdout == ""


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_checks_its_settings(run: Run, command: tuple[str, ...]) -> None:
    result = run(*command, DESK_PORT="http")
    assert (result.exit_code, result.stderr.partition("=")[0]) == (2, "desk: DESK_PORT")


@pytest.mark.parametrize("command", [one for one in COMMANDS if one[0] not in MAKE_THE_DATABASE], ids=" ".join)
def test_a_new_database_says_what_to_run(run: Run, empty_database_url: str, command: tuple[str, ...]) -> None:
    result = run(*command, DESK_DATABASE_URL=empty_database_url)
    assert result.exit_code == 1
    assert "run `desk init`" in result.stderr


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("command", [("init",), ("seed",), ("web",), ("worker",)], ids=" ".join)
def test_a_database_that_is_away_is_told(run: Run, command: tuple[str, ...]) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"postgresql://me:geheim@127.0.0.1:{held.getsockname()[1]}/desk"
        result = run(*command, DESK_DATABASE_URL=url)
    assert result.exit_code == 1
    assert "DESK_DATABASE_URL" in result.stderr
    assert "geheim" not in result.stderr


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_file_that_is_no_database_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Kính gửi" * 1000)
    result = run("seed", DESK_DATABASE_URL=f"sqlite:///{tmp_path}/letter.db")
    assert result.exit_code == 1
    assert "not a database" in result.stderr


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_locked_database_is_told(run: Run, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.database.BUSY_SECONDS", 0.2)
    holder = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        result = run("seed")
    finally:
        holder.close()
    assert result.exit_code == 1
    assert "busy" in result.stderr


@pytest.mark.both_databases("migrations and their lock")
def test_init_can_be_repeated(run: Run, empty_database_url: str) -> None:
    for _time in range(2):
        result = run("init", DESK_DATABASE_URL=empty_database_url)
        assert (result.exit_code, result.stderr) == (0, "")
        assert "ready" in result.stdout


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_help_explains_itself(run: Run) -> None:
    shown = run("--help").stdout
    for word in ("init", "seed", "serve", "web", "worker", "user", "token", "run", "backup", "restore"):
        assert f"\n  {word} " in shown
    for name in {name for name, _value in BAD} | {"DESK_VAR", "DESK_HOST"}:
        assert name in shown
    assert run("user", "create", "--help").exit_code == 0
    assert run("user", "create").exit_code == 2
    assert run("nothing").exit_code == 2


# Programme files


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_seed_loads_the_packaged_programme_once(run: Run) -> None:
    first = re.fullmatch(r"(\d+) entries created, 0 changed, 0 unchanged\.\n", run("seed").stdout)
    assert first
    assert int(first[1]) > 200
    assert run("seed").stdout == f"0 entries created, 0 changed, {first[1]} unchanged.\n"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_seed_tells_every_mistake_and_loads_nothing(run: Run, database: Database, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("organisations:\n  - {key: a, name: {vi: A}, localty: x}\n  - {key: a}\n")
    result = run("seed", str(path))
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert f"{path}:2: organisations[a].localty: Unknown name. Did you mean locality?" in lines
    assert lines[-1] == f"desk: {len(lines) - 1} problems; nothing was loaded."
    with database.transaction(write=False) as session:
        assert session.exec(select(Organisation)).all() == []
    assert run("seed", str(tmp_path / "none.yaml")).exit_code == 2


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "lo_LA"}, "lo"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
        ({"LC_ALL": "en_GB", "LANG": "vi_VN"}, "en"),
    ],
)
def test_language_of_the_terminal(variables: dict[str, str], language: str) -> None:
    assert cli.language_of(variables) == language


# Accounts


def test_an_account_its_organisation_made_when_new(run: Run, database: Database) -> None:
    result = user_create(run, "--name", "Lan", "--password-stdin", email="Lan@Example.org", stdin=f"{PASSWORD}\nmore\n")
    assert result.exit_code == 0, result.stderr
    again = user_create(run, email="minh@example.org", role="admin")
    with database.transaction() as session:
        lan, minh = (session.get_one(User, one.stdout.strip()) for one in (result, again))
        assert (lan.email, lan.name, lan.role) == ("lan@example.org", "Lan", Role.OFFICER)
        organisation = session.get_one(Organisation, lan.organisation_id)
        assert (organisation.name, organisation.locality) == ({"vi": "Sở Ngoại vụ"}, "hai-duong")
        assert minh.organisation_id == organisation.id
        assert (minh.name, minh.password_hash) == ("minh", None)
        assert (
            accounts.sign_in(session, ActionContext(None, NOW, OFFICE), "lan@example.org", PASSWORD, "here") is not None
        )
    by_id = run("user", "create", "--email", "a@example.org", "--role", "viewer", "--organisation", organisation.id)
    assert by_id.exit_code == 0
    assert re.search(r" 0 changed, [1-9]\d* unchanged", run("seed").stdout), "the localities were there"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_organisation_is_found_by_any_of_its_names(run: Run, database: Database) -> None:
    with database.transaction() as session:
        known = make_organisation(session, name={"vi": "Văn phòng tỉnh", "en": "Office"}, aliases=["VPT"]).id
    for name in ("van phong tinh", "OFFICE", "vpt"):
        assert (
            run("user", "create", "--email", f"{name[:3]}@b.vn", "--role", "viewer", "--organisation", name).exit_code
            == 0
        )
    with database.transaction(write=False) as session:
        assert set(session.exec(select(User.organisation_id))) == {known}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"email": "lan"}, 2, "email"),
        ({"role": "king"}, 2, "--role"),
        ({"stdin": "short\n"}, 2, "password"),
        ({"stdin": ""}, 2, "stdin"),
    ],
)
def test_a_bad_account_is_not_made(run: Run, database: Database, change: dict[str, str], code: int, said: str) -> None:
    result = user_create(run, "--password-stdin", **({"stdin": f"{PASSWORD}\n"} | change))
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    with database.transaction(write=False) as session:
        assert session.exec(select(User)).all() == []
        assert session.exec(select(Organisation)).all() == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_account_there_already_is_told(run: Run) -> None:
    user_create(run)
    result = user_create(run)
    assert result.exit_code == 1
    assert "lan@example.org" in result.stderr


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_locality_nobody_knows_is_named(run: Run, database: Database) -> None:
    command = ("user", "create", "--email", "a@b.vn", "--role", "admin", "--organisation", "X")
    result = run(*command, DESK_LOCALITY="atlantis")
    assert result.exit_code == 2
    assert result.stderr.startswith("desk: DESK_LOCALITY='atlantis'")
    assert "hai-duong" in result.stderr
    with database.transaction(write=False) as session:
        assert session.exec(select(Locality)).all() == []
    run("seed")
    assert run("worker", DESK_LOCALITY="atlantis").exit_code == 2


@pytest.mark.both_databases("the failures of signing in are counted by an upsert")
def test_a_new_password(run: Run, database: Database) -> None:
    user_create(run, "--password-stdin", stdin=f"{PASSWORD}\n")
    printed = run("user", "password", "--email", "LAN@example.org").stdout.strip()
    assert len(printed) >= 20
    act = ActionContext(None, NOW, OFFICE)
    with database.transaction() as session:
        assert accounts.sign_in(session, act, "lan@example.org", PASSWORD, "here") is None
        assert accounts.sign_in(session, act, "lan@example.org", printed, "here") is not None
        trail = session.exec(select(Audit).where(Audit.entity == "user", Audit.action == "change")).one()
        assert (trail.actor_name, trail.changes) == ("desk", {"password": {"from": None, "to": "new"}})
    assert run("user", "password", "--email", "lan@example.org", "--password-stdin", stdin=f"{PASSWORD}\n").stdout == ""
    assert run("user", "password", "--email", "nobody@example.org").exit_code == 1


def test_a_token_stands_alone_on_stdout(run: Run, database: Database) -> None:
    with database.transaction() as session:
        user = make_user(session, email="lan@example.org")
    result = run("token", "create", "--email", "Lan@example.org", "--name", "Máy in", "--expires", "30")
    assert result.exit_code == 0
    token = result.stdout.rstrip("\n")
    assert "\n" not in token
    assert token not in result.stderr
    with database.transaction(write=False) as session:
        row = session.exec(select(ApiToken)).one()
        assert row.expires_at is not None
        assert 29 <= (row.expires_at - row.created_at).days <= 30
        assert accounts.token_and_account(session, token, row.created_at)[1].id == user.id
        assert token not in json.dumps([one.changes for one in session.exec(select(Audit))])


@pytest.mark.parametrize(
    ("more", "scope"), [((), "write"), (("--scope", "read"), "read"), (("--scope", "write"), "write")]
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_token_may_do_what_was_asked_for(run: Run, database: Database, more: tuple[str, ...], scope: str) -> None:
    with database.transaction() as session:
        make_user(session, email="lan@example.org")
    assert run("token", "create", "--email", "lan@example.org", "--name", "x", *more).exit_code == 0
    with database.transaction(write=False) as session:
        assert session.exec(select(ApiToken.scope)).one() == scope


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--email", "nobody@example.org", "--name", "x"), 1),
        (("--email", "lan@example.org", "--name", "x", "--scope", "all"), 2),
        (("--email", "lan@example.org"), 2),
        (("--email", "lan@example.org", "--name", "x" * 300), 2),
        (("--email", "lan@example.org", "--name", "x", "--expires", "0"), 2),
        (("--email", "lan@example.org", "--name", "x", "--expires", "soon"), 2),
    ],
)
def test_a_token_that_can_not_be(run: Run, database: Database, more: tuple[str, ...], code: int) -> None:
    with database.transaction() as session:
        make_user(session, email="lan@example.org")
    result = run("token", "create", *more)
    assert (result.exit_code, result.stdout) == (code, "")


# desk run


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """`desk run` prints and returns: the serving itself has its own tests."""
    monkeypatch.setattr(supervisor.Supervisor, "run", lambda self: None)
    monkeypatch.setattr(logging.config, "dictConfig", lambda configuration: None)


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.mark.usefixtures("served")
@pytest.mark.both_databases("a first start: migrations, the seed, locks")
def test_run_fills_a_new_database_and_says_all_once(run: Run, empty_database_url: str) -> None:
    port = free_port()
    settings = {
        "DESK_DATABASE_URL": empty_database_url,
        "DESK_PORT": port,
        "DESK_PUBLIC_URL": "https://desk.example.org",
    }
    first = run("run", **settings)
    assert first.exit_code == 0, first.stderr
    words = first.stdout.split()
    assert "https://desk.example.org/" in words
    assert "https://desk.example.org/api/v1/docs/" in words
    assert "admin@desk.example.org" in words
    password = words[words.index("khẩu") + 1]
    feed = next(word for word in words if word.endswith(".ics"))
    assert feed.startswith("https://desk.example.org/feeds/")
    assert f"webcal{feed.removeprefix('https')}" in words
    database = Database(empty_database_url)
    with database.transaction() as session:
        admin = session.exec(select(User)).one()
        assert (admin.role, admin.email) == (Role.ADMIN, "admin@desk.example.org")
        organisation = session.get_one(Organisation, admin.organisation_id)
        assert (organisation.locality, organisation.name["vi"]) == ("hai-duong", "Cơ quan lễ tân")
        assert session.exec(select(Feed.user_id)).all() == [admin.id]
        assert accounts.sign_in(session, ActionContext(None, NOW, OFFICE), admin.email, password, "here") is not None
    again = run("run", **settings)
    assert again.exit_code == 0
    assert password not in again.stdout
    assert "/feeds/" not in again.stdout
    assert "user password --email admin@desk.example.org" in again.stdout
    with database.transaction(write=False) as session:
        assert len(session.exec(select(col(User.id))).all()) == 1
    database.dispose()


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_run_with_a_locality_nobody_knows_makes_nothing(run: Run, database: Database) -> None:
    result = run("run", DESK_LOCALITY="atlantis", DESK_PORT=free_port())
    assert (result.exit_code, result.stdout) == (2, "")
    with database.transaction(write=False) as session:
        assert session.exec(select(Locality)).all() == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("command", ["run", "serve", "web"])
def test_a_port_in_use_is_told(run: Run, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run(command, DESK_PORT=str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "DESK_PORT" in result.stderr
    assert run(command, DESK_HOST="no.such.host.invalid").exit_code == 2
    assert run(command, DESK_HOST="192.0.2.1").exit_code == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_console_script_ends_with_the_same_codes(environment: dict[str, str]) -> None:
    for settings, code in (({"DESK_PORT": "x"}, 2), ({"DESK_DATABASE_URL": "sqlite:////proc/none/desk.db"}, 1)):
        ended = subprocess.run(
            [sys.executable, "-m", "service.cli", "init"],
            env={"PATH": os.environ["PATH"]} | environment | settings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == code, ended.stderr
        assert ended.stderr.startswith("desk: ")
        assert ended.stderr.count("\n") == 1


# Logs


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("GET /feeds/desk_abcDEF-123.ics?x=1", "GET /feeds/….ics?x=1"),
        ("GET /feeds/old-token.ifb", "GET /feeds/….ifb"),
        ("Authorization: Bearer desk_abc", "Authorization: …"),
        ("{'Cookie': 'desk=abc; x=y', 'Accept': 'a'}", "{'Cookie': '…', 'Accept': 'a'}"),
        ("bearer abc.def", "bearer …"),
        ("token desk_" + "a" * 43 + " made", "token desk_… made"),
        ("smtp://user:geheim@mail:25", "smtp://user:…@mail:25"),
        ("the feeds of /events/desk", "the feeds of /events/desk"),
    ],
)
def test_redact(said: str, kept: str) -> None:
    assert logs.redact(said) == kept


def test_a_log_line_is_one_line_of_json_without_secrets() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    logger = logging.getLogger("desk.trial")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        raise ValueError("no\nway: /feeds/secret.ics")
    except ValueError:
        logger.exception("went_wrong", extra={"path": "/feeds/secret.ics", "list": ["Bearer x"], "count": 3})
    finally:
        logger.removeHandler(handler)
    (line,) = stream.getvalue().splitlines()
    read = json.loads(line)
    assert (read["event"], read["level"], read["logger"], read["count"]) == ("went_wrong", "error", "desk.trial", 3)
    assert read["path"] == "/feeds/….ics"
    assert "Traceback" in read["traceback"]
    assert "secret.ics" not in line
    assert read["at"].endswith("Z")


def test_the_newest_revision_is_known_by_its_file_s_name() -> None:
    """Only then a start can look at a database without importing the tables."""
    assert cli.newest_by_name() == newest_revision()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_version_has_one_home(run: Run) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "service.VERSION"}
    assert run("--version").stdout == f"desk, version {VERSION}\n"
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", VERSION)
