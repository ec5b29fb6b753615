"""The configuration of a worker."""

from dataclasses import dataclass, field
from pathlib import Path

from models.networks import Networks
from models.office import Office


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """``mail_url`` is the destination of mail (``file:``, ``smtp://…``, ``smtps://…``).

    ``var`` is the directory of the outbox of ``file:``. ``lease_seconds``: how long a claim is valid without renewal.
    ``retry_seconds``: the first pause before a retry. ``tick_seconds``: how often the queue is polled. ``batch``: how
    many reminders are claimed at first. ``secret_key`` decrypts the addresses of messengers. ``passport_days``: how
    long after people's last visit their passports are stored. ``messenger_networks``: what of the inside messengers may
    be in. ``mail_domains``: for which office mail may come from which domain (:mod:`jobs.senders`). ``files`` is the
    folder of uploaded files; None: what nobody needs of them is not removed here. ``inbox_url`` is the folder that
    answers arrive in (``imap(s)://…``); empty: none is read.
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
    messenger_networks: Networks = ()
    mail_domains: frozenset[str] = frozenset()
    files: Path | None = None
    inbox_url: str = field(default="", repr=False)
