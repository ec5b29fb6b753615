"""A process that changes the titles of a feed's events, ten a second, until its standard input is closed.

``python -m tests.bench.feed_writer`` in the environment of the desk it writes for. It says "ready", and at the end
how many changes it made in how many seconds, as JSON.
"""

import json
import sys
from collections.abc import Sequence
from select import select as wait_readable

from sqlmodel import Session, select

from models.clock import monotonic, utcnow
from models.database import Database
from models.events import Event
from service.actions.context import ActionContext
from service.actions.events import events
from service.settings import load_settings

A_SECOND = 10
_PRIME = 7919


def retitle(session: Session, act: ActionContext, event_id: str, number: int) -> None:
    """Give an event a title it has not had before."""
    event = events.find_event(session, event_id)
    title = {language: words.partition(" · ")[0] + f" · {number}" for language, words in event.title.items()}
    events.change_event(session, act, event, {"title": title})


def nth(event_ids: Sequence[str], number: int) -> str:
    """The event whose turn it is: far from the one before, and each once before any comes twice."""
    return event_ids[number * _PRIME % len(event_ids)]


def main() -> None:
    settings = load_settings()
    database = Database(settings.database_url)
    with database.transaction(write=False) as session:
        event_ids = session.exec(select(Event.id)).all()
    print("ready", flush=True)
    began, number = monotonic(), 0
    while not wait_readable([sys.stdin], [], [], max(0.0, began + number / A_SECOND - monotonic()))[0]:
        with database.transaction() as session:
            retitle(session, ActionContext(None, utcnow(), settings.office), nth(event_ids, number), number)
        number += 1
    print(json.dumps({"changes": number, "seconds": monotonic() - began}), flush=True)
    database.dispose()


if __name__ == "__main__":
    main()
