"""A candidate for leading: ``python -m tests.jobs.leader_process DATABASE FILE [KIND]``.

Writes to FILE every instant (of the machine's own clock, in seconds) at which it believed that it leads. KIND is
``sound``, ``trusting`` (believes an answer for ever) or ``greedy`` (waits for no lease): the negative controls.
"""

import sys
import threading
import time
from pathlib import Path

from jobs import leadership
from jobs.worker import LEADER_POLL_SECONDS
from models.database import Database

STEP = 0.02


def main(url: str, file: str, kind: str = "sound") -> None:
    lead = leadership.leadership(Database(url))
    if kind == "trusting":
        lead.valid_seconds = 3600  # type: ignore[attr-defined]
        lead._drop = lambda: None  # type: ignore[attr-defined]
    if kind == "greedy":
        lead.lease_seconds = 0  # type: ignore[attr-defined]

    def keep_looking() -> None:
        while True:
            lead.poll()
            time.sleep(LEADER_POLL_SECONDS)

    threading.Thread(target=keep_looking, daemon=True).start()
    with Path(file).open("a", buffering=1) as led:
        led.write("0\n")
        while True:
            if lead.leads:
                led.write(f"{time.monotonic():.3f}\n")
            time.sleep(STEP)


if __name__ == "__main__":
    main(*sys.argv[1:])
