"""Make the kept office of version 0.1, once and for all; see README.md.

Runs against version 0.1 (commit e457051) only and refuses every other: `python -m tests.data.office_0_1.make`. It takes
some minutes and needs PostgreSQL's programs. The clock and the random numbers are its own, so that it does not
matter when and where it runs.
"""

import hashlib
import io
import json
import lzma
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
VERSION_0_1 = "4ddbf549a353bd1dce337b5bd1ef22f6902b7b65227681cd21d2b64d36323f6e"
"""SHA-256 over the code and the programme of commit e457051."""


def code_digest() -> str:
    """What tells one version of the five rooms from another."""
    digest = hashlib.sha256()
    for room in ("models", "calendars", "jobs", "service", "seed"):
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in {".py", ".yaml", ".po"}:
                digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


class Clock:
    """The instant it is, to be set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def repeatable() -> Clock:
    """Put a clock and random numbers of our own in place of the machine's, before anything is imported that asks.

    Nor does a row name this machine or process. Gives back the clock.
    """
    source = random.Random("version 0.1")
    os.urandom = source.randbytes  # type: ignore[assignment]
    random._urandom = source.randbytes  # type: ignore[attr-defined]
    random.seed("version 0.1")
    os.fsync = lambda handle: None
    socket.gethostname = lambda: "desk"
    own = os.getpid()
    os.getpid = lambda: 100 if sys._getframe(1).f_globals.get("__name__", "").startswith("jobs.") else own
    import cryptography.fernet

    import models.clock

    clock = Clock()
    models.clock.utcnow = clock
    cryptography.fernet.time = SimpleNamespace(time=lambda: clock.now.timestamp())  # type: ignore[attr-defined]
    return clock


def packed(path: Path, content: bytes) -> None:
    path.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
    print(f"{path.name}: {path.stat().st_size} bytes of {len(content)}")


def sqlite_file(path: Path) -> bytes:
    """A database in one file, without what its -wal file held and without free pages."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path.read_bytes()


def postgresql_dump(programs: Path, cluster: Any, name: str) -> bytes:
    """A database as SQL, its rows as COPY."""
    command = [programs / "pg_dump", "--format=plain", "--no-owner", "--no-privileges", "--encoding=UTF8",
               "--host", cluster.sockets, "--port", str(cluster.port), "--username", "desk", name]  # fmt: skip
    dump = subprocess.run(command, check=True, capture_output=True).stdout
    # A key that psql alone knows what to do with, drawn anew for every dump.
    return b"".join(
        line for line in dump.splitlines(keepends=True) if not line.startswith((b"\\restrict", b"\\unrestrict"))
    )


def tar(files: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return held.getvalue()


def main() -> None:
    if code_digest() != VERSION_0_1:
        sys.exit(
            "This is not version 0.1 (commit e457051): what it made would be of another version. Nothing was done."
        )
    clock = repeatable()
    from models.migrate import upgrade
    from tests import cluster

    programs = cluster.binaries()
    if programs is None or not (programs / "pg_dump").exists():
        sys.exit("PostgreSQL's programs (initdb, postgres, pg_dump) are needed.")
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as made, cluster.session() as directory:
        server = cluster.cluster(directory)
        folder = Path(made)
        upgrade(f"sqlite:///{folder / 'desk.sqlite'}")
        tell(clock, folder, server, programs)


def tell(clock: Clock, folder: Path, server: Any, programs: Path) -> None:
    from models.migrate import newest_revision
    from service.actions.acting import Act
    from service.keeping import archive, replacing, writing
    from tests.data.office_0_1 import story as told

    url = f"sqlite:///{folder / 'desk.sqlite'}"
    office = told.opened(url, folder / "sqlite", clock)
    told.settle_in(office)
    story = told.Story(office, told.stock_up(office))
    told.live(story)
    backup = HERE / "office.backup.zip"
    writing.take(office.database, backup, clock.now, told.KEY, force=True)
    print(f"{backup.name}: {backup.stat().st_size} bytes; {story.refused} steps did not fit")
    people, fates = office.people, story.fates
    late = {"sqlite": told.last_half_hour(office)}

    clock.now = told.BACKUP_AT.replace(minute=25)
    moved = told.opened(server.create("kept"), folder / "postgresql", clock)
    with archive.opened(backup) as content:
        replacing.restore(moved.database, content, Act(None, clock.now, moved.settings.office), folder, told.KEY)
    moved.people = {name: told.moved_to(moved, one) for name, one in people.items()}
    late["postgresql"] = told.last_half_hour(moved)

    database = sqlite_file(folder / "desk.sqlite")
    packed(HERE / "office.sqlite.xz", database)
    packed(HERE / "office.postgresql.sql.xz", postgresql_dump(programs, server, "kept"))

    # What is recorded is asked of copies, for asking writes too.
    clock.now = told.INSTANT
    (folder / "copy.sqlite").write_bytes(database)
    copies = {"sqlite": f"sqlite:///{folder / 'copy.sqlite'}", "postgresql": server.create("copy", "kept")}
    answers, due = {}, {}
    for kind, address in copies.items():
        copy = told.opened(address, folder / f"copy-{kind}", clock)
        copy.people = {name: told.moved_to(copy, one) for name, one in people.items()}
        answers[kind] = (told.served(copy), told.readable(copy))
        due[kind] = told.due(copy)
        copy.close()
    for one, other in zip(answers["sqlite"], answers["postgresql"], strict=True):
        if differing := [name for name in one if one[name] != other[name]]:
            sys.exit(f"The two databases don't answer alike: {differing}")
    feeds, readable = answers["sqlite"]
    if len(readable["root"]) != told.EVENTS:
        sys.exit(f"There are {len(readable['root'])} events.")
    paths = told.addresses()
    expected = {
        "revision": newest_revision(),
        "instant": told.INSTANT.isoformat(),
        "secret_key": told.KEY,
        "public_url": told.PUBLIC_URL,
        "mail_from": told.MAIL_FROM,
        "accounts": {name: told.plain(one) for name, one in people.items()},
        "tokens": told.TOKENS,
        "passports": told.passports(story),
        "messenger": told.MESSENGER,
        "feeds": {name: {"path": paths[name], "status": status, "etag": etag,
                         "sha256": hashlib.sha256(body).hexdigest()}
                  for name, (status, etag, body) in feeds.items()},
        "late": {kind: {"sessions": one.sessions, "keyed": one.keyed} for kind, one in late.items()},
        "due": due,
        "fates": {fate: len(ids) for fate, ids in sorted(fates.items())},
    }  # fmt: skip
    (HERE / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n")
    kept = {f"feeds/{name}.{paths[name][-3:]}": body for name, (status, _etag, body) in feeds.items() if status == 200}
    packed(HERE / "answers.tar.xz", tar(kept | {"readable.json": json.dumps(readable, indent=0).encode()}))


if __name__ == "__main__":
    main()
