"""Migrate a database to the newest revision, and report its revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from models import database_file
from models.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


NEWEST = "head"


def alembic_config(url: str) -> Config:
    """Alembic's configuration for one database, without a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = NEWEST, *, locality: str | None = None) -> None:
    """Create or migrate the database; idempotent. The newest revision's kept texts follow its rules afterwards.
    ``locality`` is ``DESK_LOCALITY``, which what was kept before there were offices is seen from."""
    if (path := database_file.path_of(url)) is not None:
        database_file.create(path)
    config = alembic_config(url)
    config.attributes |= {"with_text_keys": revision == NEWEST, "locality": locality}
    command.upgrade(config, revision)


def upgrade_within(connection: Connection, revision: str = NEWEST, *, locality: str | None = None) -> None:
    """The same in the transaction open on ``connection``; the caller commits or rolls back."""
    config = alembic_config("")
    config.attributes |= {"with_text_keys": revision == NEWEST, "locality": locality, "connection": connection}
    command.upgrade(config, revision)


def downgrade(url: str, revision: str = "base", *, locality: str | None = None) -> None:
    """Revert migrations, newest first; ``locality`` as for :func:`upgrade`."""
    config = alembic_config(url)
    config.attributes["locality"] = locality
    command.downgrade(config, revision)


def newest_revision() -> str | None:
    """The revision this code was written for."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def knows(revision: str) -> bool:
    """Whether this code contains the migration to a revision; it does not if a newer version created it."""
    return any(one.revision == revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def current_revision(database: Database) -> str | None:
    """The revision of the database; None if it was never migrated, or there is no file."""
    if database.file is not None and database.file.is_missing:
        return None
    with database.engine.connect() as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """The same, by a connection that is open."""
    return MigrationContext.configure(connection).get_current_revision()
