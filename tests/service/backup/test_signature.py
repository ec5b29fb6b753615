"""Who may have written a backup: its signature proves it, and without one nobody gets in by what the file says."""

import contextlib
import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from models.accounts import ApiToken, Audit, User
from models.database import Database
from models.encryption import derived_key
from models.errors import Unauthenticated
from models.feeds import Feed
from models.places import Passport
from models.vocabulary import Role
from service import cli
from service.actions.accounts import accounts
from service.actions.accounts.accounts import sign_in, token_and_account
from service.actions.context import ActionContext
from service.actions.directory import passports
from service.actions.feeds import feeds
from service.actions.feeds.feeds import feed_of_token
from service.backup import archive
from service.backup.archive import BadBackup, Doubt, Unproven
from tests import factories, office_0_1
from tests.factories import NOW, OFFICE
from tests.service.backup.backup_fixtures import KEY, backed_up, contents, reopened, restored

pytestmark = pytest.mark.both_databases("tables are filled and rows are changed after it in other ways")

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ACT = ActionContext(None, NOW, OFFICE)
PASSWORD = "vườn hoa buổi sáng mưa"


# Writing a file as somebody without the key can


@dataclass
class Taken:
    """A backup taken apart: its members in order, and what its comment begins with."""

    members: dict[str, bytes]
    comment: bytes
    doubled: list[tuple[str, bytes]] = field(default_factory=list)
    compression: int = zipfile.ZIP_DEFLATED

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.members[f"tables/{table}.jsonl"].splitlines()]

    def manifest(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.members["manifest.json"])
        return told

    def replace(self, table: str, lines: bytes) -> None:
        """Put other lines in, and make every digest that needs no key fit them."""
        self.members[f"tables/{table}.jsonl"] = lines
        told = self.manifest()
        told["tables"][table] |= {"rows": lines.count(b"\n"), "sha256": hashlib.sha256(lines).hexdigest()}
        if "bytes" in told["tables"][table]:
            told["tables"][table]["bytes"] = len(lines)
        self.members["manifest.json"] = json.dumps(told).encode()

    def change(self, table: str, change: Callable[[dict[str, Any]], Any]) -> None:
        """Change every row of a table."""
        rows = self.rows(table)
        for row in rows:
            change(row)
        self.replace(table, b"".join(json.dumps(row).encode() + b"\n" for row in rows))

    def write(self, path: Path) -> Path:
        with path.open("w+b") as file:
            with zipfile.ZipFile(file, "w", self.compression) as made:
                for name, content in [*self.members.items(), *self.doubled]:
                    made.writestr(name, content)
                made.comment = self.comment
            archive.seal(file)
        return path


def taken(path: Path) -> Taken:
    with zipfile.ZipFile(path) as content:
        return Taken({name: content.read(name) for name in content.namelist()}, content.comment)


def refused(path: Path, key: str = KEY, *, unverified: bool = False) -> str:
    with pytest.raises(BadBackup) as problem, archive.opened(path, key, unverified=unverified):
        pass
    return str(problem.value)


def raised(row: dict[str, Any]) -> None:
    row["role"] = "admin"


@dataclass(frozen=True)
class Planted:
    """An office with a viewer, and every kind of secret there is of hers."""

    email: str
    token: str
    feed: str


@pytest.fixture
def planted(database: Database) -> Planted:
    with database.transaction() as session:
        factories.make_locality(session)
        admin = factories.make_user(session, Role.ADMIN)
        viewer = factories.make_user(session, Role.VIEWER)
        for user in (admin, viewer):
            accounts.change_user(session, ACT, user, {"password": PASSWORD})
        token = accounts.issue_token(session, ACT, viewer, "x").secret
        feed = feeds.create_feed(session, ActionContext(viewer, NOW, OFFICE), {"name": "Lịch", "filter": {}}).secret
        return Planted(viewer.email, token, feed)


def who_gets_in(database: Database, planted: Planted) -> list[str]:
    """By which of the secrets somebody gets in, and as what."""
    found = []
    with database.transaction() as session:
        if (user := sign_in(session, ACT, planted.email, PASSWORD, "192.0.2.1")) is not None:
            found.append(f"password: {user.role}{', must change' if user.must_change_password else ''}")
        with contextlib.suppress(Unauthenticated):
            found.append(f"token: {token_and_account(session, planted.token, NOW)[1].role}")
        with contextlib.suppress(feeds.FeedNotFound):
            feed_of_token(session, ACT, planted.feed)
            found.append("feed")
    return found


# A signed backup


def test_the_same_office_restores_its_own_backup_without_a_word(
    database: Database, planted: Planted, tmp_path: Path
) -> None:
    backed_up(database, tmp_path / "b.zip")
    done = restored(database, tmp_path / "b.zip", tmp_path)
    assert (done.filled.shut_out, [*done.filled.sealed]) == (None, [])
    assert who_gets_in(database, planted) == ["password: viewer", "token: viewer", "feed"]


def test_a_role_that_was_raised_in_a_row_is_refused(database: Database, planted: Planted, tmp_path: Path) -> None:
    """Every digest that needs no key was computed anew."""
    backed_up(database, tmp_path / "b.zip")
    before = contents(database)
    forged = taken(tmp_path / "b.zip")
    forged.change("user", raised)
    path = forged.write(tmp_path / "forged.zip")
    with pytest.raises(Unproven, match="signature"):
        restored(database, path, tmp_path)
    assert contents(database) == before
    done = restored(database, path, tmp_path, NOW + timedelta(minutes=1), unverified=True)
    assert who_gets_in(database, planted) == []
    told = done.filled.shut_out
    assert told is not None
    assert (told.doubt, told.tokens, told.feeds, told.passwords) == (Doubt.FORGED, 1, 1, 2)
    assert [one.email for one in told.accounts if one.is_raised] == [planted.email]
    with database.transaction(write=False) as session:
        assert all(user.must_change_password for user in session.exec(select(User)))
        assert session.exec(select(ApiToken)).all() == []
        assert len(session.exec(select(Feed)).all()) == 1, "whoever it belongs to gives it a new address"
        newest = session.exec(select(Audit).order_by(col(Audit.id).desc())).first()
        assert newest is not None
        assert (newest.action, newest.changes["doubt"]["to"]) == ("restore_unproven", "forged")


def test_without_the_signature_it_would_be_restored(
    database: Database, planted: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the former check of digests alone lets the viewer in as an administrator."""
    backed_up(database, tmp_path / "b.zip")
    forged = taken(tmp_path / "b.zip")
    forged.change("user", raised)
    forged.write(tmp_path / "forged.zip")
    monkeypatch.setattr("service.backup.archive.hmac.compare_digest", lambda _one, _other: True)
    restored(database, tmp_path / "forged.zip", tmp_path)
    assert who_gets_in(database, planted) == ["password: admin", "token: admin", "feed"]


@pytest.mark.parametrize("unverified", [False, True])
def test_nobody_gets_in_although_shutting_out_is_all_that_stands_there(
    database: Database, planted: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unverified: bool
) -> None:
    """The negative control of what follows an unverified restore."""
    backed_up(database, tmp_path / "b.zip")
    if unverified:
        path = taken(tmp_path / "b.zip")
        path.change("user", raised)
        path.write(tmp_path / "b.zip")
        monkeypatch.setattr("service.backup.load.shut_out", lambda *_values: None)
    restored(database, tmp_path / "b.zip", tmp_path, unverified=unverified)
    assert len(who_gets_in(database, planted)) == 3


def test_a_key_for_one_purpose_is_no_key_for_another(tmp_path: Path) -> None:
    assert derived_key(KEY, "a") != derived_key(KEY, "b") != derived_key(KEY + "x", "b")
    # RFC 5869 with the library that offers it.
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    assert derived_key(KEY, "a") == HKDF(SHA256(), 32, b"protocol-desk", b"a").derive(KEY.encode())


# What a file may not hold


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A small signed backup."""
    folder = tmp_path_factory.mktemp("signed")
    (folder / "desk.sqlite").write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{folder}/desk.sqlite")
    with database.transaction() as session:
        factories.make_user(session)
        factories.make_user(session, Role.ADMIN)
    backed_up(database, folder / "b.zip")
    database.dispose()
    return folder / "b.zip"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_byte_of_any_member_counts(whole: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Changed, cut or lengthened anywhere, with the digests computed anew: refused, whatever the caller accepts."""
    forged = taken(whole)
    name = data.draw(st.sampled_from([name for name, content in forged.members.items() if content]))
    content = forged.members[name]
    place = data.draw(st.integers(0, len(content) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    other = data.draw(
        st.sampled_from(
            [content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :], content[:place], content * 2]
        )
    )
    if name.startswith("tables/"):
        forged.replace(name.removeprefix("tables/").removesuffix(".jsonl"), other)
    else:
        forged.members[name] = other
    assert "Nothing was changed." in refused(forged.write(tmp_path / "forged.zip"))


def _reordered(forged: Taken) -> None:
    first, *rest = forged.members
    forged.members = {name: forged.members[name] for name in (*rest, first)}


def _rows_in_another_order(forged: Taken) -> None:
    forged.replace("user", b"".join(reversed(forged.members["tables/user.jsonl"].splitlines(keepends=True))))


def _table_dropped(forged: Taken) -> None:
    del forged.members["tables/user.jsonl"]


def _table_dropped_from_the_manifest_too(forged: Taken) -> None:
    del forged.members["tables/user.jsonl"]
    told = forged.manifest()
    del told["tables"]["user"]
    forged.members["manifest.json"] = json.dumps(told).encode()


def _signature_taken_off(forged: Taken) -> None:
    del forged.members["manifest.hmac"]


def _older(forged: Taken) -> None:
    """As version 0.1 would have written it: no signature is expected of it."""
    del forged.members["manifest.hmac"]
    told = forged.manifest()
    told["format"] = 1
    del told["office"]
    for table in told["tables"].values():
        del table["bytes"]
    forged.members["manifest.json"] = json.dumps(told).encode()


TRICKS: dict[str, tuple[Callable[[Taken], Any], str]] = {
    "members in another order": (_reordered, "no whole"),
    "rows in another order": (_rows_in_another_order, "signature"),
    "a table less": (_table_dropped, "no whole"),
    "a table less, everywhere": (_table_dropped_from_the_manifest_too, "signature"),
    "no signature": (_signature_taken_off, "no whole"),
    "a member more": (lambda one: one.members.update({"tables/more.jsonl": b""}), "no whole"),
    "a path upwards": (lambda one: one.members.update({"../../etc/cron.d/x": b""}), "no whole"),
    "a path from the root": (lambda one: one.members.update({"/etc/cron.d/x": b""}), "no whole"),
    "a member twice": (lambda one: one.doubled.append(("tables/user.jsonl", b"")), "no whole"),
    "the manifest twice": (lambda one: one.doubled.append(("manifest.json", b"{}")), "no whole"),
    "another compression": (lambda one: setattr(one, "compression", zipfile.ZIP_LZMA), "no whole"),
    "a manifest nested too deeply": (lambda one: one.members.update({"manifest.json": b"[" * 200_000}), "no whole"),
    "a number of 5,000 digits": (
        lambda one: one.members.update({"manifest.json": b'{"format": ' + b"9" * 5000 + b"}"}),
        "no whole",
    ),
    "a manifest of other types": (lambda one: one.members.update({"manifest.json": b'{"format": 2}'}), "no whole"),
    "an older format": (_older, "did not sign backups yet"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_are_refused(whole: Path, tmp_path: Path, trick: str) -> None:
    change, told = TRICKS[trick]
    forged = taken(whole)
    change(forged)
    path = forged.write(tmp_path / "forged.zip")
    assert told in refused(path)
    if told == "no whole":
        assert told in refused(path, unverified=True), "what is not listed is never read"


def test_a_member_that_unpacks_to_far_more_is_refused(whole: Path, tmp_path: Path) -> None:
    """80 MB of blanks in 80 kB; of a signed backup its own manifest gives the bytes."""
    forged = taken(whole)
    forged.replace("user", b" " * (80 << 20))
    path = forged.write(tmp_path / "bomb.zip")
    assert path.stat().st_size < 1 << 20
    assert "no whole" in refused(path, unverified=True)


def test_one_endless_line_is_refused(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forged = taken(whole)
    forged.replace("user", b"[" * 100_000)
    path = forged.write(tmp_path / "line.zip")
    monkeypatch.setattr(archive, "MOST_OF_A_ROW", 50_000)
    assert "no whole" in refused(path, unverified=True)


@sqlite_only
@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000 + b"\n",
        b'{"id": 1}\n',
        b"NaN\n",
    ],
)
def test_rows_that_are_none_are_refused(database: Database, whole: Path, tmp_path: Path, line: bytes) -> None:
    forged = taken(whole)
    forged.replace("user", line)
    before = contents(database)
    with pytest.raises(BadBackup, match="Nothing was changed"):
        restored(database, forged.write(tmp_path / "b.zip"), tmp_path, unverified=True)
    assert contents(database) == before


@sqlite_only
@pytest.mark.parametrize(
    "value",
    [2**80, 1e400, [1], {"a": 1}, "\ud800", True, "emperor"],
    ids=["huge", "inf", "list", "dict", "half", "true", "word"],
)
@pytest.mark.parametrize("column", ["role", "version", "email", "active", "created_at", "messenger"])
def test_values_of_another_kind_are_refused_with_a_sentence(
    database: Database, whole: Path, tmp_path: Path, column: str, value: Any
) -> None:
    forged = taken(whole)
    forged.change("user", lambda row: row.update({column: value}))
    with contextlib.suppress(BadBackup):  # anything else would be a traceback
        restored(database, forged.write(tmp_path / "b.zip"), tmp_path, unverified=True)


def test_what_changes_between_checking_and_loading_is_noticed(
    database: Database, planted: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever can write to the file while it is read can't swap its rows."""
    path = tmp_path / "b.zip"
    backed_up(database, path)
    forged = taken(path)
    forged.change("user", raised)
    forged.write(tmp_path / "other.zip")
    before = contents(database)
    with archive.opened(path, KEY) as content, zipfile.ZipFile(tmp_path / "other.zip") as swapped:
        content._content = swapped
        with pytest.raises(BadBackup, match="no whole"), content.lines("user") as lines:
            list(lines)
    assert contents(database) == before


# Under another key, and from before there were signatures


@pytest.fixture
def run(tmp_path: Path, database_url: str, database: Database) -> Callable[..., Result]:
    """One command in this process."""
    unset = {name: "" for name in os.environ if name.startswith("DESK_")}
    given = {"DESK_VAR": str(tmp_path / "var"), "DESK_DATABASE_URL": database_url, "LC_ALL": "C.UTF-8"}
    given |= {"DESK_SECRET_KEY": KEY}

    def call(*arguments: str, **settings: str) -> Result:
        database.dispose()
        result = CliRunner().invoke(cli.desk, arguments, env=unset | given | settings)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    return call


def test_a_backup_under_another_key(
    run: Callable[..., Result], database: Database, planted: Planted, tmp_path: Path
) -> None:
    with database.transaction() as session:
        lan = factories.make_person(session, name="Nguyễn Thị Lan")
        sealed = passports.seal(KEY, passports._PURPOSE, "B1234567")
        session.add(Passport(person_id=lan.id, sealed_number=sealed, stored_at=NOW))
    file = str(tmp_path / "b.zip")
    assert run("backup", file).exit_code == 0
    other = {"DESK_SECRET_KEY": "y" * 40, "DESK_DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}
    no = run("restore", file, **other)
    assert (no.exit_code, no.stdout) == (1, "")
    assert "another secret key" in no.stderr
    assert "--unverified" in no.stderr
    assert not (tmp_path / "new.db").exists()
    done = run("restore", file, "--unverified", **other)
    assert done.exit_code == 0
    assert "NOTHING PROVES" in done.stderr
    assert "Nguyễn Thị Lan" in done.stderr, "whose passport can't be opened"
    assert f"    {planted.email}: viewer" in done.stderr.splitlines(), "nothing is marked where nothing was before"
    lines = done.stdout.splitlines()
    (admin,) = [line.split() for line in lines if line.startswith("  ")]
    copy = Database(f"sqlite:///{tmp_path}/new.db")
    assert who_gets_in(copy, planted) == []
    with copy.transaction() as session:
        user = sign_in(session, ACT, admin[0], admin[1], "192.0.2.1")
        assert user is not None
        assert (user.role, user.must_change_password) == (Role.ADMIN, True)
    copy.dispose()
    assert run("check", **other).exit_code == 0, "the database belongs to the new key"


def test_a_rule_that_writes_to_strangers_is_named(
    run: Callable[..., Result], database: Database, planted: Planted, tmp_path: Path
) -> None:
    with database.transaction() as session:
        factories.make_rule(session, audience=["email:spy@evil.example", f"email:{planted.email}", "members"])
    file = str(tmp_path / "b.zip")
    run("backup", file)
    done = run("restore", file, "--unverified")
    assert "spy@evil.example" not in done.stderr, "nothing is said of a signed backup, whatever is accepted"
    done = run(
        "restore", file, "--unverified", DESK_SECRET_KEY="y" * 40, DESK_DATABASE_URL=f"sqlite:///{tmp_path}/n.db"
    )
    (line,) = [line for line in done.stderr.splitlines() if "spy@evil.example" in line]
    assert planted.email not in line


def test_the_backup_of_version_0_1(run: Callable[..., Result], database: Database, tmp_path: Path) -> None:
    """Made by this very office, whose key it names; told so in a friendly way, and in the reader's language."""
    file, key = str(office_0_1.BACKUP), {"DESK_SECRET_KEY": office_0_1.KEY}
    before = contents(database)
    no = run("restore", file, **key)
    assert (no.exit_code, no.stdout) == (1, "")
    assert "version 0.1" in no.stderr
    assert "--unverified" in no.stderr
    assert "chưa ký" in run("restore", file, LC_ALL="vi_VN.UTF-8", **key).stderr
    assert contents(database) == before
    with database.transaction() as session:
        for one in office_0_1.EXPECTED["accounts"].values():
            factories.make_user(session, Role.VIEWER, email=one["email"])
    done = run("restore", file, "--unverified", **key)
    assert done.exit_code == 0
    reopened(database)
    assert "  * admin@desk.example.org: admin, was viewer" in done.stderr.splitlines()
    assert "can't be opened" not in done.stderr, "the key is the same"
    with database.transaction() as session:
        assert session.exec(select(ApiToken)).all() == []
        assert session.exec(select(User.password_hash).where(User.role != Role.ADMIN)).all().count(None) > 0
        for one in office_0_1.EXPECTED["accounts"].values():
            assert sign_in(session, ACT, one["email"], one["password"] or "", "192.0.2.1") is None
            with pytest.raises(Unauthenticated):
                token_and_account(session, one["token"], NOW)
    again = str(tmp_path / "again.zip")
    assert run("backup", again, **key).exit_code == 0
    assert run("restore", again, **key).exit_code == 0, "from now on backups are signed"
