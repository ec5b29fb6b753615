"""Programme files written for one test, and the loading of them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from models.database import Database
from seed.loader import LoadReport, load_files
from service.actions.context import ActionContext
from tests.factories import OFFICE

Load = Callable[..., LoadReport]

PLACES = """\
localities:
  - {code: hai-duong, name: {vi: Hải Dương}, country: VN, level: province, timezone: Asia/Ho_Chi_Minh}
  - {code: vientiane-province, name: {vi: Viêng Chăn}, country: LA, level: province, timezone: Asia/Vientiane}
organisations:
  - {key: office, name: {vi: Văn phòng}, locality: hai-duong}
people:
  - {key: an, name: Nguyễn Văn An, organisation: office, precedence: 1}
  - {key: binh, name: Trần Thị Bình, organisation: office, precedence: 2}
"""

VISIT = """\
events:
  - key: visit
    kind: delegation
    title: {vi: Đoàn công tác}
    host: hai-duong
    guest: vientiane-province
    first_day: 2027-03-10
    last_day: 2027-03-12
    status: draft
    headcount: 12
    organisation: office
    members:
      - {person: an, role: head}
      - {person: binh}
    programme:
      - {day: 2027-03-10, start_time: 08:30, end_time: 10:00, title: {vi: Đón đoàn}}
      - {day: 2027-03-11, start_time: 14:00, title: {vi: Làm việc}}
    tasks:
      - {title: {vi: Gửi thư mời}, due_offset: -P30D, organisation: office}
      - {title: {vi: Đặt phòng}, due_on: 2027-03-01}
"""


@pytest.fixture
def load(database: Database, now: datetime) -> Load:
    """Load files in one transaction, as the command line does; ``clock`` is the instant of the load."""

    def run(paths: Path | Sequence[Path], clock: datetime = now) -> LoadReport:
        listed = [paths] if isinstance(paths, Path) else paths
        with database.transaction() as session:
            return load_files(session, ActionContext(None, clock, OFFICE), listed)

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a programme file; its name decides nothing but what the errors say."""

    def run(text: str, name: str = "trial.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return run
