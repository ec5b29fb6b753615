"""Findings that are not mended yet: places the property does not look at until they are.

Each has a scenario that is expected to fail (:mod:`tests.service.properties.scenarios`). Whoever mends one takes it off
here, and the machine looks there from then on; the scenario, which then passes unexpectedly, says so too.
"""

import re
from collections.abc import Mapping

SCENARIOS: frozenset[str] = frozenset()
"""The scenarios that show them."""

FOUND: Mapping[str, str] = {}
"""Name of the finding → the requests whose answers show it."""

_PLACES = [re.compile(one) for one in FOUND.values()]


def is_open(where: str) -> bool:
    """Whether a request (method and path) is one of these."""
    return any(one.match(where) for one in _PLACES)
