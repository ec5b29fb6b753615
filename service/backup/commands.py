"""The commands `desk backup` and `desk restore`.

Their dependencies are imported inside them, because every process of the service imports this module.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.clock import utcnow
from service.settings import load_settings

if TYPE_CHECKING:
    from models.database import Database

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
def backup(file: Path, force: bool) -> None:
    """Write a copy of everything to FILE, while the service runs on.

    FILE is a zip, the same for SQLite and PostgreSQL: all that was committed when the command began. It holds hashes of
    passwords and tokens but none of them, and not the secret key: keep a copy of DESK_VAR/secret_key apart.

    Sao lưu toàn bộ dữ liệu ra FILE trong khi dịch vụ vẫn chạy.
    """
    from service.backup import dump

    settings = load_settings()
    with _database(settings.database_url) as database:
        manifest = dump.take(database, file.absolute(), utcnow(), settings.secret_key, force=force)
    rows = sum(one.rows for one in manifest.tables.values())
    click.echo(f"{file}: {rows} rows of {len(manifest.tables)} tables, {file.stat().st_size} bytes.")


@click.command()
@click.argument("file", type=_FILE)
def restore(file: Path) -> None:
    """Make the configured database what it was when FILE was written. Stop the service first.

    FILE is checked before anything is done; then it is all or nothing. What the database holds now is set aside.
    FILE may come from an older version, and from SQLite for PostgreSQL or the other way round: so an office moves.

    Reminders that were due before now are not sent: they may have been sent since the backup. Everybody signs in again;
    feeds and API tokens go on.

    Khôi phục cơ sở dữ liệu từ FILE; hãy dừng dịch vụ trước.
    """
    from service.actions.context import ActionContext
    from service.backup import archive, swap_in

    settings = load_settings()
    with _database(settings.database_url) as database, archive.opened(file.absolute()) as content:
        act = ActionContext(None, utcnow(), settings.office)
        done = swap_in.restore(database, content, act, settings.var, settings.secret_key)
    if done.aside is not None:
        click.echo(f"What the database held before was set aside: {done.aside}", err=True)
    if content.manifest.secret_key != archive.fingerprint(settings.secret_key):
        click.echo(_OTHER_KEY, err=True)
    taken_at = content.manifest.taken_at.isoformat(" ", "seconds")
    click.echo(f"Restored as of {taken_at}: {done.filled.rows} rows.")
    if done.filled.skipped:
        click.echo(f"{done.filled.skipped} reminders were due before now and will not be sent.")


_OTHER_KEY = (
    "The backup was made under another DESK_SECRET_KEY: addresses of messengers can't be opened any more; "
    "put the old key back, or enter them anew."
)
