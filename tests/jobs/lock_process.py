"""Holds a lock in a transaction it never ends: ``python -m tests.jobs.lock_process DATABASE NUMBER FILE [KIND]``.

Writes FILE once the lock is held. KIND is ``sound`` or ``patient`` (the database as it would be without the settings
that make both sides notice a cut cable): the negative control.
"""

import sys
import time
from pathlib import Path

from sqlalchemy import text

from models import database


def main(url: str, number: str, file: str, kind: str = "sound") -> None:
    if kind == "patient":
        database._NOTICES_A_CUT_CABLE = {}
    with database.Database(url).transaction() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": int(number)})
        Path(file).touch()
        time.sleep(3600)


if __name__ == "__main__":
    main(*sys.argv[1:])
