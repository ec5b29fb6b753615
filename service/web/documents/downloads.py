"""Papers as files: made anew, with particulars for a purpose that is recorded, or as they were kept."""

from flask import Response as FlaskResponse
from flask import g, request
from werkzeug.wrappers import Response

from models.vocabulary import Role
from service.actions.documents import kept, making
from service.actions.events import events
from service.http import document_answers
from service.http.app_context import current_context
from service.web.documents.choice import PaperChoice
from service.web.documents.papers import show
from service.web.forms import attempt
from service.web.page_decorator import page
from service.web.view import View


@page()
def make_paper(view: View, event_id: str, kind: str, file_format: str) -> Response:
    """A paper of an event, made from what the reader sees now; nothing of it is kept."""
    event = events.find_event(view.session, event_id)
    chosen = PaperChoice.read(view, ())
    made = making.make(
        view.session,
        view.act,
        event,
        kind,
        file_format,
        chosen.languages,
        chosen.wanted,
        secret=current_context().settings.secret_key,
        reason="",  # those with particulars are asked for with a form, and recorded
    )
    return document_answers.answer(made.file)


@page(write=Role.OFFICER)
def _make_personal(view: View, event_id: str, kind: str) -> Response:
    event = events.find_event(view.session, event_id)
    chosen = PaperChoice.read(view, ())
    made: list[making.Making] = []
    refusal = attempt(
        view,
        lambda: made.append(
            making.make(
                view.session,
                view.act,
                event,
                kind,
                request.form.get("format", ""),
                chosen.languages,
                chosen.wanted,
                secret=current_context().settings.secret_key,
                reason=request.form.get("reason", "").strip()[:500],
            )
        ),
    )
    if refusal is not None:
        return show(view, events.find_event(view.session, event_id), chosen, refusal)
    if made[0].is_told:
        g.made = (event_id, made[0], chosen.written, view.act.account.id)
    return document_answers.answer(made[0].file)


def make_personal_paper(event_id: str, kind: str) -> Response:
    """A paper with particulars; that it is made, and for what, is recorded before anything of it is sent."""
    g.made = None
    answer = _make_personal(event_id=event_id, kind=kind)
    if g.made is not None and isinstance(answer, FlaskResponse) and answer.status_code == 200:
        document_answers.record_making(current_context(), *g.made)
    return answer


@page()
def kept_content(view: View, document_id: str, file_format: str) -> Response:
    """A kept paper as it was when it was made, with the clerk's number and day."""
    row, event = kept.find(view.session, document_id)
    return document_answers.answer(making.kept_file(view.session, event, row, file_format))
