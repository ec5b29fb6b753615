"""What a worker is told at its start."""

from dataclasses import dataclass
from pathlib import Path

from models.office import Office


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """``mail_url`` is where mail goes (``file:``, ``smtp://…``, ``smtps://…``), ``var`` holds the outbox of ``file:``.

    ``lease_seconds``: how long a claim holds without being renewed. ``retry_seconds``: the first pause before a
    retry. ``tick_seconds``: how often the queue is looked at. ``batch``: how many reminders are claimed at first.
    ``secret_key`` opens the addresses of messengers. ``passport_days``: how long after their last visit people's
    passports are kept.
    """

    mail_url: str
    mail_from: str
    var: Path
    office: Office
    lease_seconds: float = 120
    retry_seconds: float = 60
    tick_seconds: float = 1.0
    batch: int = 100
    secret_key: str = ""
    passport_days: int = 30
