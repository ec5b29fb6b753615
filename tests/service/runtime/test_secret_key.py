"""A secret key that was damaged or replaced is noticed at the start, and replaced on purpose only."""

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete
from sqlmodel import col, select

from models.accounts import Audit, Heartbeat
from models.clock import utcnow
from models.database import Database
from models.encryption import fingerprint, seal
from models.installation import SecretKeyCheck
from models.migrate import downgrade, upgrade
from models.places import Locality, Passport
from service import cli
from service.actions import secret_key
from service.actions.directory import passports
from service.settings import KEY_FINGERPRINT, BadSetting, load_settings
from tests import factories
from tests.service.runtime.processes import DESK

pytestmark = pytest.mark.both_databases("a row is inserted unless it is there already")

OLD, NEW = "the key of this office, long enough to be one", "another key, as long as the first one was before"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
Run = Callable[..., Result]


@pytest.fixture
def environment(tmp_path: Path, database_url: str) -> dict[str, str]:
    unset = {name: "" for name in (*os.environ, KEY_FINGERPRINT) if name.startswith("DESK_")}
    given = {"DESK_VAR": str(tmp_path / "var"), "DESK_DATABASE_URL": database_url, "LC_ALL": "C.UTF-8"}
    return unset | given


@pytest.fixture
def run(environment: dict[str, str], database: Database) -> Run:
    """One command in this process, under a key."""

    def call(key: str, *arguments: str) -> Result:
        database.dispose()
        result = CliRunner().invoke(cli.desk, arguments, env=environment | {"DESK_SECRET_KEY": key})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return call


def kept(database: Database) -> list[str]:
    with database.transaction(write=False) as session:
        return [one.fingerprint for one in session.exec(select(SecretKeyCheck))]


@pytest.mark.parametrize("command", [("init",), ("check",)])
def test_the_first_start_makes_the_key_the_database_s(run: Run, database: Database, command: tuple[str, ...]) -> None:
    assert kept(database) == []
    for _again in range(2):
        assert run(OLD, *command).exit_code == 0
        assert kept(database) == [fingerprint(OLD)]
    assert OLD not in fingerprint(OLD)


@pytest.mark.parametrize("command", [("init",), ("check",), ("backup", "b.zip"), ("seed",)])
def test_another_key_is_refused_with_what_to_do(
    run: Run, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    run(OLD, "init")
    result = run(NEW, *command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "DESK_SECRET_KEY is not the key" in result.stderr
    assert "desk key adopt" in result.stderr
    assert OLD not in result.stderr
    assert NEW not in result.stderr
    assert kept(database) == [fingerprint(OLD)]
    assert not (tmp_path / "b.zip").exists()


def test_without_the_check_a_damaged_key_is_taken(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    run(OLD, "init")
    monkeypatch.setattr("service.actions.secret_key.check", lambda _session, _secret: True)
    assert run(NEW, "check").exit_code == 0


def test_a_damaged_file_of_the_right_length_stops_the_start(environment: dict[str, str], tmp_path: Path) -> None:
    """As the process that is started sees it: its file was one bit otherwise."""
    assert subprocess.run([*DESK, "init"], env=os.environ | environment, check=False).returncode == 0
    file = tmp_path / "var" / "secret_key"
    whole = file.read_text()
    file.write_text(whole[:20] + chr(ord(whole[20]) ^ 1) + whole[21:])
    for command in ("serve", "web", "worker", "run"):
        started = subprocess.run(
            [*DESK, command], env=os.environ | environment, capture_output=True, text=True, timeout=60
        )
        assert (started.returncode, "is not the key" in started.stderr) == (2, True), (command, started.stderr)
        assert "Traceback" not in started.stderr


def test_a_quick_start_looks_too(environment: dict[str, str], database: Database, run: Run) -> None:
    if not database.is_sqlite:
        pytest.skip("only SQLite files are looked at without the tables")
    settings = {key: load_settings(environment | {"DESK_SECRET_KEY": key}) for key in (OLD, NEW)}
    assert not cli._is_ready(settings[OLD]), "nothing is known yet"
    run(OLD, "init")
    database.dispose()
    assert [cli._is_ready(settings[key]) for key in (OLD, NEW)] == [True, False]


def test_a_key_damaged_while_the_service_runs_reaches_no_process(environment: dict[str, str]) -> None:
    given = environment | {"DESK_SECRET_KEY": NEW, KEY_FINGERPRINT: fingerprint(OLD)}
    with pytest.raises(BadSetting, match="DESK_SECRET_KEY"):
        load_settings(given)
    assert load_settings(given | {"DESK_SECRET_KEY": OLD}).secret_key == OLD


def test_adopting_another_key_is_a_command_of_its_own(run: Run, database: Database) -> None:
    run(OLD, "init")
    with database.transaction() as session:
        lan = factories.make_person(session, name="Nguyễn Thị Lan")
        sealed = seal(OLD, passports._PURPOSE, "B1234567")
        session.add(Passport(person_id=lan.id, sealed_number=sealed, stored_at=NOW))
        session.add(Heartbeat(name="worker-1", at=utcnow()))
    busy = run(NEW, "key", "adopt")
    assert (busy.exit_code, kept(database)) == (1, [fingerprint(OLD)])
    assert "worker-1" in busy.stderr
    with database.transaction() as session:
        session.delete(session.get_one(Heartbeat, "worker-1"))
    done = run(NEW, "key", "adopt")
    assert done.exit_code == 0
    assert "Nguyễn Thị Lan" in done.stderr
    assert kept(database) == [fingerprint(NEW)]
    assert run(NEW, "check").exit_code == 0
    assert run(OLD, "check").exit_code == 2
    again = run(NEW, "key", "adopt")
    assert (again.exit_code, "already" in again.stdout) == (0, True)
    with database.transaction(write=False) as session:
        trail = session.exec(select(Audit.action).where(col(Audit.action) == "adopt_key")).all()
        assert len(trail) == 1


def test_two_first_starts_at_once_agree(database: Database) -> None:
    """The second finds the row only when it inserts its own."""
    with database.transaction() as session:
        secret_key.remember(session, OLD, NOW)
        session.flush()
        session.expire_all()
        get = session.get
        session.get = lambda *_values: None  # type: ignore[method-assign]
        secret_key.remember(session, OLD, NOW)
        session.get = get  # type: ignore[method-assign]
    assert kept(database) == [fingerprint(OLD)]


def test_down_and_up_the_next_start_knows_the_key_anew(run: Run, database: Database, database_url: str) -> None:
    run(OLD, "init")
    with database.transaction() as session:
        session.execute(delete(Locality))  # the provinces, with parts that older versions don't know
    database.dispose()
    downgrade(database_url, "0016")
    upgrade(database_url)
    assert kept(database) == []
    assert run(OLD, "check").exit_code == 0
    assert kept(database) == [fingerprint(OLD)]
