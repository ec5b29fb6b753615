"""A wall clock that can be moved under running processes: libfaketime, which leaves the monotonic clocks alone."""

import os
import time
from pathlib import Path

_LIBRARIES = (
    "/usr/lib/*/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
    "/usr/lib64/faketime/libfaketimeMT.so.1",
    "/usr/local/lib/faketime/libfaketimeMT.so.1",
)


def library() -> Path | None:
    """libfaketime for programs with threads; None if it is not on this machine."""
    root = Path("/")
    return next((found for pattern in _LIBRARIES for found in sorted(root.glob(pattern.lstrip("/")))), None)


class MovableClock:
    """The clock of the processes that are started with :attr:`environment`; it goes right until it is moved."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self._ahead = 0.0
        self.set(0)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, ahead: float) -> None:
        """Let it be so many seconds ahead of the machine's (negative: behind), from now on."""
        half = self._file.with_suffix(".half")
        half.write_text(f"{ahead:+.0f}")
        os.replace(half, self._file)  # who reads it every time must never find it empty
        self._ahead = round(ahead)

    def now(self) -> float:
        """What it shows, in seconds since 1970."""
        return time.time() + self._ahead
