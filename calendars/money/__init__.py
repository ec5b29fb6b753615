"""Amounts of money: sums by currency, how they are written."""
