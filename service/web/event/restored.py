"""What could not come back with a draft that was just restored from the trash, told from the page's address."""

from flask import request

from models.i18n import N_, message
from models.labels import noun
from service.web.view import View

_LONGEST = 200


def told(view: View) -> list[str]:
    """Sentence by sentence; nothing on any other page."""
    if request.args.get("done") != "restored":
        return []
    found: list[str] = []
    for one in request.args.get("lost", "")[:_LONGEST].split(","):
        table, _colon, count = one.partition(":")
        if _is_number(count) and table.isascii() and table.replace("_", "").isalpha():
            lost = message(
                N_("Not restored, as what it named is gone: {what} ({count})"), what=noun(table), count=count
            )
            found.append(view.say(lost))
    if _is_number(asked := request.args.get("asked", "")):
        found.append(view.say(N_("Bookings that no longer fit, and are only asked for: {count}"), count=asked))
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 7
