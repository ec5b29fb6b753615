"""Reminders through messengers (Telegram, Zalo …), for readers who chose one besides their mail; by ``apprise``."""

import logging
import re

from jobs.mail import PermanentFailure, TemporaryFailure
from models.i18n import _, message
from models.text import one_line

_STAMP = re.compile(r"^[0-9-]+ [0-9:,.]+ - [A-Z]+ - ")


def notify(address: str, title: str, text: str) -> None:
    """Hand a message over to the messenger at ``address`` (as apprise writes them, it holds the reader's key).

    What the other side said goes into the error, the address never. Raises Refused where it can't ever work, Deferred
    where it may later: messengers do not tell the two apart.
    """
    try:
        import apprise
    except ImportError:
        raise PermanentFailure(message(_("Messengers are not installed: install protocol-desk[messengers]."))) from None
    service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if service is None:
        raise PermanentFailure(message(_("The messenger's address can't be read (any more); set it anew.")))
    with apprise.LogCapture(level=logging.WARNING) as said:  # type: ignore[no-untyped-call]
        is_taken = service.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
        lines = [_STAMP.sub("", line) for line in said.getvalue().splitlines()]
    if not is_taken:
        answer = one_line(" ".join(lines))[:300] or "–"
        raise TemporaryFailure(message(_("The messenger did not take it: {answer}"), answer=answer))
