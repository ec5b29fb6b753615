"""Findings that are not mended yet: places the property does not look at until they are.

Each has a scenario that is expected to fail (:mod:`tests.service.properties.scenarios`). Whoever mends one takes it off
here, and the machine looks there from then on; the scenario, which then passes unexpectedly, says so too.
"""

import re
from collections.abc import Mapping

SCENARIOS: frozenset[str] = frozenset(
    {
        "a_uid_is_taken_over",
        "progress_counts_nothing_hidden",
        "a_mail_that_failed_is_in_no_others_digest",
        "r5_the_offices_rules_are_changed",
        "r7_the_guests_side_reads_the_hosts_own",
    }
)
"""The scenarios that show them."""

FOUND: Mapping[str, str] = {
    "progress": r"GET /(api/v1/)?(agreements/[^/?]+(/progress|/plan)?|agreements|progress)(\?|$)",
}
"""Name of the finding → the requests whose answers show it."""

_PLACES = [re.compile(one) for one in FOUND.values()]


def is_open(where: str) -> bool:
    """Whether a request (method and path) is one of these."""
    return any(one.match(where) for one in _PLACES)
