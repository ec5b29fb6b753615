"""Reminders through messengers (Telegram, Zalo …) for recipients who chose one besides mail; uses ``apprise``."""

import logging
import re

from jobs import outside
from jobs.mail import PermanentFailure, TemporaryFailure
from models.i18n import N_, message
from models.networks import Networks
from models.text import one_line

NOT_ALLOWED = N_("The messenger's address leads inside the office's network, which the service does not write to.")

_STAMP = re.compile(r"^[0-9-]+ [0-9:,.]+ - [A-Z]+ - ")


def notify(address: str, title: str, text: str, networks: Networks = ()) -> None:
    """Send a message to the messenger at ``address`` (an apprise URL, which contains the recipient's key).

    Of what is inside (:mod:`models.networks`) it reaches only ``networks``. The error contains the other side's reply,
    never the address; of what is inside no reply. Raises PermanentFailure if it can never work,
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
        try:
            with outside.only_outside(networks):
                is_accepted = service.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
        except outside.Inside:
            raise PermanentFailure(message(NOT_ALLOWED)) from None
        lines = [_STAMP.sub("", line) for line in captured.getvalue().splitlines()]
    if not is_accepted:
        answer = one_line(" ".join(lines))[:300] or "–"
        raise TemporaryFailure(message(N_("The messenger did not take it: {answer}"), answer=answer))
