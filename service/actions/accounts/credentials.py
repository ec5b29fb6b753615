"""Passwords: hashed with argon2id and compared. Only hashes are stored.

A hash takes a tenth of a second of all processors and 64 MB, so it is computed outside transactions
(:mod:`service.actions.outside`), few at once, and in threads that give way to all others: whoever tries passwords slows
down nobody but whoever else tries some.
"""

import os
import secrets
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from contextlib import suppress
from enum import StrEnum
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from models.errors import Busy, Invalid
from models.i18n import N_, message
from service.actions.accounts.password_strength import is_guessable

MINIMUM_PASSWORD = 12

WAIT_SECONDS = 10.0
"""The longest somebody waits until their password is hashed; then it is :class:`models.errors.Busy`."""

_hasher = PasswordHasher()

Result = TypeVar("Result")


class Queue(StrEnum):
    """Where a password waits to be hashed: one at a time each, in every process."""

    STRANGERS = "strangers"
    """Sign-ins of browsers that are not known, which anybody can send any number of."""

    KNOWN = "known"
    """Known browsers, and whoever is signed in: strangers don't make them wait."""


NICENESS = {Queue.STRANGERS: 19, Queue.KNOWN: 5}
"""How far the threads that hash give way to all others, as nice(1) counts it; argon2's own threads inherit it."""


class _Threads:
    """One thread for each queue, started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: dict[Queue, ThreadPoolExecutor] = {}

    def submit(self, queue: Queue, work: Callable[[], Result]) -> "Future[Result]":
        """Have it done when its turn comes."""
        with self._lock:
            if queue not in self._pools:
                self._pools[queue] = ThreadPoolExecutor(1, f"argon2-{queue}", _give_way, (NICENESS[queue],))
            return self._pools[queue].submit(work)


def _give_way(niceness: int) -> None:
    if sys.platform == "linux":  # where a thread has a niceness of its own
        thread = threading.get_native_id()
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, min(19, os.getpriority(os.PRIO_PROCESS, thread) + niceness))


_threads = _Threads()


def _in_turn(queue: Queue, work: Callable[[], Result]) -> Result:
    """Do something when its turn comes.

    Raises:
        Busy: it did not come in time.
    """
    future = _threads.submit(queue, work)
    try:
        return future.result(WAIT_SECONDS)
    except NotInTime:
        if future.cancel():
            raise Busy from None
        return future.result()  # its turn has come


def _dummy_hash(hasher: PasswordHasher) -> str:
    """A hash that no password has, because its digest is drawn at random and not computed.

    Computing one takes as long as a sign-in, 0.17 s, and every process would do it when it starts.
    """
    salt, digest = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in (hasher.salt_len, hasher.hash_len)
    )
    work = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${work}${salt}${digest}"


# The hash of no password: checking an unknown account takes as long as checking a known one.
_DUMMY_HASH = _dummy_hash(_hasher)


def hash_password(password: str, own: Iterable[str] = (), field: str = "password") -> str:
    """The argon2id hash of a new password; as :func:`check_new_password`, then :func:`hashed`."""
    check_new_password(password, own, field)
    return hashed(password)


def check_new_password(password: str, own: Iterable[str] = (), field: str = "password") -> None:
    """Check a new password; it must not be made of ``own``, texts about the account.

    Raises:
        Invalid: under ``field``: it is shorter than 12 characters, longer than 1,000, or one an attacker tries first.
    """
    if len(password) < MINIMUM_PASSWORD:
        problem = message(N_("A password needs at least {count} characters."), count=MINIMUM_PASSWORD)
    elif len(password) > 1000:
        problem = message(N_("A password has at most {count} characters."), count=1000)
    elif is_guessable(password, own):
        problem = message(N_("This password is too easy to guess. Take several unrelated words."))
    else:
        return
    raise Invalid({field: [problem]})


def hashed(password: str) -> str:
    """The argon2id hash of a password. Not to be called inside a transaction.

    Raises:
        Busy: its turn did not come in time.
    """
    return _in_turn(Queue.KNOWN, lambda: _hasher.hash(password))


def check_password(stored_hash: str | None, password: str, queue: Queue = Queue.KNOWN) -> bool:
    """Whether the password matches the stored hash; takes as long for an account without one.

    Not to be called inside a transaction.

    Raises:
        Busy: its turn did not come in time.
    """

    def verify() -> bool:
        try:
            _hasher.verify(stored_hash or _DUMMY_HASH, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored_hash is not None

    return _in_turn(queue, verify)


def needs_rehash(stored_hash: str) -> bool:
    """Whether a hash was made with less work than new ones are; quick."""
    try:
        return _hasher.check_needs_rehash(stored_hash)
    except InvalidHashError:
        return False
