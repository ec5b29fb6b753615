"""A worker whose database file is moved sends nothing of it."""

import pytest
from sqlalchemy.exc import OperationalError

from models.database import Database
from tests.jobs.conftest import HandClock, WorkerFactory
from tests.jobs.sink import Sink
from tests.jobs.test_worker import DUE, at_the_last_moment, many, planned


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_worker_sends_nothing_from_a_file_that_was_moved(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    assert database.file is not None
    path = database.file.path
    planned(database, *many(3))
    clock.now = DUE
    worker = make_worker()
    path.rename(path.with_name("aside"))
    with pytest.raises(OperationalError):
        worker.tick()
    worker.tick_safely()
    path.with_name("aside").rename(path)
    with (
        at_the_last_moment(worker, lambda: path.rename(path.with_name("aside")) and None),
        pytest.raises(OperationalError),
    ):
        worker.tick()
    assert sink.received == []
    path.with_name("aside").rename(path)
    clock.forward(minutes=3)  # the lease of what was claimed just before
    assert worker.tick() == {"sent": 3}
