"""Requests to links that open nothing, counted by the machine they come from, so that guessing ends after a few.

A token has 256 random bits: what is bounded here is the work that guesses make, not their chance. It is counted in
this process's memory, because opening a link writes nothing. Whoever holds a link that opens uses it, whatever others
do behind the same address, as known browsers go on signing in (:mod:`service.actions.accounts.login_throttling`): who
has to wait is refused only if one look-up, of a token that could be one, finds none.
"""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from service.actions.accounts.login_throttling import network_of

MOST_MISSES = 60
"""From one machine within the window, by each web process."""

WINDOW = timedelta(minutes=15)
MOST_MACHINES = 10_000
MOST_KNOWN = 2_000


class LinkGuesses:
    """The misses of each machine, and the links that opened lately, by the hashes of their tokens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._misses: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        self._opened: OrderedDict[str, None] = OrderedDict()

    def wait(self, address: str, token_hash: str, now: datetime) -> int:
        """Seconds until this machine is answered again; 0: now. Of what opened here lately nothing is looked up."""
        with self._lock:
            since, count = self._misses.get(network_of(address), (now, 0))
            left = since + WINDOW - now
            if count < MOST_MISSES or not timedelta() < left <= WINDOW or token_hash in self._opened:
                return 0
            return max(1, int(left.total_seconds()))

    def missed(self, address: str, token_hash: str, now: datetime) -> None:
        """Count a request that opened nothing."""
        key = network_of(address)
        with self._lock:
            self._opened.pop(token_hash, None)
            since, count = self._misses.pop(key, (now, 0))
            if not timedelta() <= now - since < WINDOW:
                since, count = now, 0
            self._misses[key] = (since, count + 1)
            if len(self._misses) > MOST_MACHINES:
                self._misses.popitem(last=False)

    def opened(self, token_hash: str) -> None:
        """Note a link that opened."""
        with self._lock:
            self._opened.pop(token_hash, None)
            self._opened[token_hash] = None
            if len(self._opened) > MOST_KNOWN:
                self._opened.popitem(last=False)
