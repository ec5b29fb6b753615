"""What previews of rules show of each reminder, of events and of other occasions alike."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from calendars.days.spans import zone_info
from models.i18n import Message, translate_filled
from models.text import LocalizedText
from models.vocabulary import AboutType, Language, ReminderState
from service.actions.context import ActionContext


def reminder(
    about: tuple[AboutType, str, LocalizedText],
    due_at: datetime,
    zone: str,
    why_not: Message | str | None,
    people: Mapping[str, Language],
    reader: str,
) -> dict[str, Any]:
    """A reminder as in the API; ``about`` is type, id and title of what it is about, ``why_not`` why it is not sent."""
    kind, identity, title = about
    return {
        "event_id": identity if kind is AboutType.EVENT else None,
        "about": {"type": kind.value, "id": identity},
        "title": title,
        "due_at": due_at,
        "due_local": due_at.astimezone(zone_info(zone)).isoformat(timespec="seconds"),
        "task_id": None,
        "task_title": None,
        "state": ReminderState.PENDING if why_not is None else ReminderState.SKIPPED,
        "reason": why_not.to(reader) if isinstance(why_not, Message) else why_not and translate_filled(why_not, reader),
        "recipients": [{"address": address, "locale": language} for address, language in sorted(people.items())],
    }


def languages(act: ActionContext, first: Mapping[str, Any], locale: Language | None) -> list[Language]:
    """The languages in which a previewed mail is shown: the one asked for, else those its recipients read."""
    if locale is not None:
        return [locale]
    read = {person["locale"] for person in first["recipients"]} or {act.account.locale}
    return [language for language in Language if language in read]
