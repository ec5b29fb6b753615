"""Bring a database to the newest shape, and say whether it has it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from models.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def alembic_config(url: str) -> Config:
    """Alembic's settings for one database; nothing is read from a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Create or migrate the database; doing it again changes nothing."""
    command.upgrade(alembic_config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Take migrations back, newest first."""
    command.downgrade(alembic_config(url), revision)


def newest_revision() -> str | None:
    """The revision this code was written for."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def current_revision(database: Database) -> str | None:
    """The revision the database is at; None for one that was never migrated."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
