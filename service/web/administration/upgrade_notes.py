"""What an upgrade could not decide, marked as seen from the first page of administrators."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models.vocabulary import Role
from service.actions import upgrade_notes
from service.web.page_decorator import page
from service.web.view import View


@page(read=Role.ADMIN, write=Role.ADMIN)
def seen(view: View) -> Response:
    """Mark one as seen, and lead back to the first page."""
    kind, entity, identity = (request.form.get(name, "")[:60] for name in ("kind", "entity", "identity"))
    upgrade_notes.settle(view.session, view.act, kind, entity, identity)
    return redirect(url_for("pages.coming", done="seen"), 303)
