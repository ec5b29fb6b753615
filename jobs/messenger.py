"""Reminders through messengers (Telegram, Zalo …) for recipients who chose one besides mail; uses ``apprise``."""

import logging
import re

from jobs.mail import PermanentFailure, TemporaryFailure
from models.i18n import N_, message
from models.text import one_line

_STAMP = re.compile(r"^[0-9-]+ [0-9:,.]+ - [A-Z]+ - ")


def notify(address: str, title: str, text: str) -> None:
    """Send a message to the messenger at ``address`` (an apprise URL, which contains the recipient's key).

    The error contains the other side's reply, never the address. Raises PermanentFailure if it can never work,
    TemporaryFailure if it may work later: messengers do not distinguish the two.
    """
    try:
        import apprise
    except ImportError:
        raise PermanentFailure(
            message(N_("Messengers are not installed: install protocol-desk[messengers]."))
        ) from None
    service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if service is None:
        raise PermanentFailure(message(N_("The messenger's address can't be read (any more); set it anew.")))
    with apprise.LogCapture(level=logging.WARNING) as captured:  # type: ignore[no-untyped-call]
        is_accepted = service.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
        lines = [_STAMP.sub("", line) for line in captured.getvalue().splitlines()]
    if not is_accepted:
        answer = one_line(" ".join(lines))[:300] or "–"
        raise TemporaryFailure(message(N_("The messenger did not take it: {answer}"), answer=answer))
