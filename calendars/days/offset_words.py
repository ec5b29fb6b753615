"""Offsets in words: ``-P12D`` is “12 days before”."""

from calendars.days.offsets import Offset
from models.errors import InvalidValue
from models.i18n import N_, NP_, Message, message


def length_in_words(offset: Offset, *, working_days: bool = False) -> Message:
    """How long an offset is: “12 days”, “2 working days and 3 hours”."""
    days, minutes = abs(offset.days), abs(offset.seconds) // 60
    parts: list[Message] = []
    if days == 1:
        parts.append(message(N_("1 working day") if working_days else N_("1 day")))
    elif days:
        parts.append(message(N_("{range} working days") if working_days else N_("{range} days"), range=days))
    if minutes and minutes % 60 == 0:
        parts.append(message(N_("1 hour")) if minutes == 60 else message(N_("{count} hours"), count=minutes // 60))
    elif minutes:
        parts.append(message(N_("{count} minutes"), count=minutes))
    if not parts:
        return message(N_("{count} minutes"), count=0)
    return parts[0] if len(parts) == 1 else message(N_("{days} and {hours}"), days=parts[0], hours=parts[1])


def offset_in_words(text: str) -> Message | None:
    """An offset with its direction: “12 days before”, “2 hours after”, “on the day itself”; None for what is none."""
    try:
        offset = Offset.parse(text)
    except InvalidValue:
        return None
    if not offset.days and not offset.seconds:
        return message(NP_("an offset", "on the day itself"))
    is_before = offset.days < 0 or offset.seconds < 0
    told = NP_("an offset", "{length} before") if is_before else NP_("an offset", "{length} after")
    return message(told, length=length_in_words(offset))
