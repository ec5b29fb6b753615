"""Tests of the models room: types, text, transactions, migrations."""
