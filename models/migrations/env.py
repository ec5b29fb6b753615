"""How Alembic reaches the database: one transaction for all steps; a killed migration leaves nothing half done."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, create_engine, event, make_url, pool

from models import tables, text_keys

# A migration must stay what it was on its day: it names plain types, not ours, which may change.
_PLAIN_TYPES = {
    "UtcDateTime": "sa.DateTime(timezone=True)",
    "LocalizedTextType": "JSON_VALUE",
    "JsonList": "JSON_VALUE",
    "JsonObject": "JSON_VALUE",
}


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """How a type is written into a new migration; False leaves it to Alembic."""
    if kind != "type":
        return False
    name = type(item).__name__
    if name in {"AutoString", "WordType"}:
        return f"sa.String(length={item.length})"
    return _PLAIN_TYPES.get(name, False)


def run() -> None:
    """Run the wanted steps: within the caller's transaction where a connection is given, else in one of their own."""
    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    url = make_url(context.config.attributes["url"])
    # A prepared statement would stay behind in a pooler's session.
    arguments = {"prepare_threshold": None} if url.get_backend_name() == "postgresql" else {}
    engine = create_engine(url, poolclass=pool.NullPool, connect_args=arguments)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def no_implicit_transactions(connection, record):  # type: ignore[no-untyped-def]
            connection.isolation_level = None
            connection.execute("PRAGMA busy_timeout=30000")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")

        @event.listens_for(engine, "begin")
        def begin(connection):  # type: ignore[no-untyped-def]
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.connect() as connection:
        migrate(connection)


def migrate(connection: Connection) -> None:
    """Run the wanted steps inside one transaction (SQLite and PostgreSQL both have transactional DDL)."""
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Two machines that start at once migrate one after the other.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7248610)")
        context.run_migrations()
        if context.config.attributes.get("with_text_keys"):
            text_keys.refresh(connection)


run()
