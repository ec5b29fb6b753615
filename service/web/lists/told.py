"""What was told about one event: each mail that left, what it was for, to whom, when, by which rule, of which task."""

from flask import url_for
from werkzeug.wrappers import Response

from models.vocabulary import Role
from service.actions.events import events
from service.actions.reminders import reminder_queries
from service.web.page_decorator import page
from service.web.query_params import page_number, pages_for
from service.web.view import View

PAGE_SIZE = 100


@page(read=Role.OFFICER)
def told(view: View, event_id: str) -> Response:
    """The mails that were sent about an event, the latest first; of those that the reader sees."""
    event = events.find_event(view.session, event_id)
    number = page_number()
    mails, total = reminder_queries.told_of_event(view.session, event.id, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    return view.page(
        "lists/told.html",
        event=event,
        mails=mails,
        number=number,
        total=total,
        pages=pages_for(total, PAGE_SIZE),
        address=url_for("pages.told", event_id=event.id),
    )
