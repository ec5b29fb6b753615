"""A process that works with the database: ``python -m tests.models.connection_process DATABASE THREADS SECONDS``.

Prints as JSON how many transactions it had, how many failed and with what, and the longest in seconds.
"""

import json
import sys
import threading
import time

from sqlalchemy import text

from models.change_signal import ChangeSignal
from models.database import Database


def main(url: str, threads: str, seconds: str) -> None:
    database, until = Database(url), time.monotonic() + float(seconds)
    signal = ChangeSignal(database)
    done, failed = list[float](), list[str]()

    def work() -> None:
        while time.monotonic() < until:
            began = time.monotonic()
            try:
                signal.current_state()
                with database.transaction() as session:
                    session.execute(text("SELECT pg_sleep(0.01)"))
            except Exception as problem:
                failed.append(repr(problem)[:200])
            else:
                done.append(time.monotonic() - began)

    running = [threading.Thread(target=work) for _ in range(int(threads))]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    print(json.dumps({"done": len(done), "failed": failed, "longest": max(done, default=0.0)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
