"""The database: tables, value types, engine and transaction, errors, shared queries, migrations."""
