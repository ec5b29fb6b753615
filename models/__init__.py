"""What is kept: tables, value types, engine and transaction, errors, shared reads, migrations."""
