"""Gifts: when one was received as far as that is known, by which norm it is measured, what to warn of."""
