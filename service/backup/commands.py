"""The commands `desk backup` and `desk restore`.

Their dependencies are imported inside them, because every process of the service imports this module.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.clock import utcnow
from service.settings import load_settings

if TYPE_CHECKING:
    from models.database import Database
    from models.file_store import FileStore
    from service.actions.context import ActionContext
    from service.backup.unproven import ShutOut

_FILE = click.Path(path_type=Path, dir_okay=False)


@contextmanager
def _database(url: str) -> Iterator["Database"]:
    """Open a database at any revision, or not yet migrated."""
    from models.database import Database

    opened = Database(url)
    try:
        yield opened
    finally:
        opened.dispose()


@click.command()
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@click.option("--without-files", is_flag=True, help="Leave out the bytes of uploaded files: keep their folder apart.")
def backup(file: Path, force: bool, without_files: bool) -> None:
    """Write a copy of everything to FILE, while the service runs on.

    FILE is a zip, the same for SQLite and PostgreSQL: all that was committed when the command began. It is signed with
    a key derived from the secret key, which it does not hold: keep a copy of DESK_VAR/secret_key apart. It holds hashes
    of passwords and tokens but none of them.

    Sao lưu toàn bộ dữ liệu ra FILE trong khi dịch vụ vẫn chạy.
    """
    from models.file_store import FileStore
    from service.backup import dump

    settings = load_settings()
    store = None if without_files else FileStore(settings.files_folder)
    with _database(settings.database_url) as database:
        key, office = settings.secret_key, settings.locality
        manifest = dump.take(database, file.absolute(), utcnow(), key, office, store, force=force)
    rows = sum(one.rows for one in manifest.tables.values())
    files = f", {manifest.files.count} files" if manifest.files is not None else ""
    click.echo(f"{file}: {rows} rows of {len(manifest.tables)} tables{files}, {file.stat().st_size} bytes.")
    if manifest.missing:
        click.echo(
            f"{len(manifest.missing)} contents of files are gone or damaged and not in it: `desk files check` names"
            " them.",
            err=True,
        )


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--unverified",
    is_flag=True,
    help="Restore also what is not signed by this installation: nobody is signed in by it, all need new passwords.",
)
def restore(file: Path, unverified: bool) -> None:
    """Make the configured database what it was when FILE was written. Stop the service first.

    FILE is checked before anything is done: that it is whole, and by its signature that an installation with this
    secret key wrote it. Then it is all or nothing. What the database holds now is set aside. FILE may come from an
    older version, and from SQLite for PostgreSQL or the other way round: so an office moves, with its secret key.

    Reminders that were due before now are not sent: they may have been sent since the backup. Everybody signs in again;
    feeds and API tokens go on.

    With --unverified they do not: tokens, calendar addresses and all passwords end. Administrators get new passwords,
    printed once.

    Khôi phục cơ sở dữ liệu từ FILE; hãy dừng dịch vụ trước.
    """
    from models.file_store import FileStore
    from service.actions.context import ActionContext
    from service.backup import archive, swap_in

    settings = load_settings()
    key = settings.secret_key
    with (
        _database(settings.database_url) as database,
        archive.opened(file.absolute(), key, unverified=unverified) as content,
    ):
        act = ActionContext(None, utcnow(), settings.office)
        store = FileStore(settings.files_folder)
        done = swap_in.restore(database, content, act, settings.var, key, store)
        if done.aside is not None:
            click.echo(f"What the database held before was set aside: {done.aside}", err=True)
        taken_at = content.manifest.taken_at.isoformat(" ", "seconds")
        click.echo(f"Restored as of {taken_at}: {done.filled.rows} rows.")
        if done.files:
            click.echo(f"{done.files} files were brought to {settings.files_folder}.")
        _tell_lost(database, store)
        if done.filled.skipped:
            click.echo(f"{done.filled.skipped} reminders were due before now and will not be sent.")
        if done.filled.sealed:
            click.echo(not_opened(done.filled.sealed), err=True)
        if (ended := done.filled.shut_out) is not None:
            click.echo("\n".join(_unproven(ended, content.manifest.office, settings.locality)), err=True)
            _give_passwords(database, act, ended.administrators)


def _tell_lost(database: "Database", store: "FileStore") -> None:
    """Name the files that a restored database has and the store has not."""
    from service.backup import stored_files

    with database.transaction(write=False) as session:
        found = list(stored_files.lost(session, store))
    if found:
        lines = [f"{len(found)} files have no bytes in DESK_FILES_URL:", *stored_files.told(found, _NAMED)]
        click.echo("\n".join(lines), err=True)


@click.group()
def files() -> None:
    """The bytes of uploaded files, kept apart from the database."""


@files.command("init")
def init_files() -> None:
    """Make the folder of DESK_FILES_URL the store of files, if it is empty or missing.

    The first upload does so by itself; this is for an empty folder in place of one that was lost or is copied later.
    """
    from models.file_store import FileStore

    store = FileStore(load_settings().files_folder)
    store.open(make=True)
    click.echo(f"Files are kept in {store.folder}.")


@files.command("check")
@click.option("--quick", is_flag=True, help="Only see that they are there, without reading them.")
def check_files(quick: bool) -> None:
    """Name the files whose bytes are gone or damaged; exit code 1 if there are any.

    Put them back from a backup (`desk restore`), or a copy of the folder, under the same names.
    """
    from models.file_store import FileStore
    from models.queries import stored_contents
    from service.backup import stored_files

    settings = load_settings()
    store = FileStore(settings.files_folder)
    with _database(settings.database_url) as database, database.transaction(write=False) as session:
        needed = stored_contents.referenced(session)
        if needed:
            store.open(make=False)
        found = list(stored_files.lost(session, store, whole=not quick))
    size = sum(size for _sha256, size in needed)
    click.echo(f"{len(needed)} contents of files, {size} bytes, in {store.folder}.")
    if found:
        lines = [f"{len(found)} files have no bytes, or others than they had:", *stored_files.told(found, len(found))]
        raise click.ClickException("\n".join(lines))


_NAMED = 20
"""How many names are listed of what may be very many."""

_DOUBTS = {
    "unsigned": "It was made by a version that did not sign backups.",
    "foreign": "It was signed under another secret key.",
    "forged": "ITS SIGNATURE IS WRONG: it was changed after it was made, or this installation did not make it.",
}


def not_opened(sealed: Sequence[str]) -> str:
    """What is told of values that the secret key does not open."""
    shown = ", ".join(sealed[:_NAMED]) + (f" and {len(sealed) - _NAMED} more" if len(sealed) > _NAMED else "")
    return (
        "Sealed under another secret key, so they can't be opened: passports and messengers' addresses of "
        f"{shown}. Put the old DESK_SECRET_KEY back, or enter them anew."
    )


def _unproven(ended: "ShutOut", office: str, own: str) -> Iterator[str]:
    """What is told about a restore without proof."""
    yield f"NOTHING PROVES WHERE THIS BACKUP COMES FROM. {_DOUBTS[ended.doubt.value]}"
    yield "Any row may have been changed: accounts and their roles, rules, visits, the audit trail."
    if office and office != own:
        yield f"It says that it comes from the office {office}; this one is {own}."
    yield (
        f"So nobody is signed in by it: {ended.tokens} API tokens were revoked, {ended.feeds} calendars need a new "
        f"address, {ended.passwords} accounts a new password."
    )
    can_compare = any(one.role_here for one in ended.accounts)
    marked = " (* = not with this role in the database before)" if can_compare else ""
    yield f"Look at the accounts before the service is started{marked}:"
    for one in ended.accounts:
        mark = "*" if can_compare and one.is_raised else " "
        was = f", was {one.role_here}" if one.role_here and one.is_raised else ""
        yield f"  {mark} {_shown(one.email)}: {one.role.value}{was}{'' if one.active else ', disabled'}"
    for name, addresses in ended.mailing_rules.items():
        yield f"The rule {_shown(name)} writes to {_shown(', '.join(addresses))}: no account has that address."


def _shown(text: str) -> str:
    """A text from an unproven file for a terminal, on which control characters could write anything."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _give_passwords(database: "Database", act: "ActionContext", administrators: Sequence[str]) -> None:
    """A new password for each administrator, printed once; it must be replaced at the first sign-in."""
    from sqlmodel import select

    from models.accounts import User
    from service.actions.accounts import accounts
    from service.runtime.first_start import new_password

    if not administrators:
        click.echo("No account administers: make one with `desk user create --role admin`.", err=True)
        return
    click.echo("New passwords of the administrators, shown this once; each chooses another at the first sign-in:")
    with database.transaction() as session:
        for email in administrators:
            password = new_password()
            account = session.exec(select(User).where(User.email == email)).one()
            accounts.change_user(session, act, account, {"password": password, "must_change_password": True})
            click.echo(f"  {_shown(email)}  {password}")
    click.echo("They give the others theirs, at Administration or with `desk user password --email EMAIL`.")
