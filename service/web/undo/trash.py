"""The trash: drafts that were deleted on pages, restored or deleted for good."""

from collections.abc import Mapping
from datetime import date

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from calendars.days.spans import Days
from models.accounts import User
from models.i18n import N_
from models.trash import TRASHED_FOR
from models.vocabulary import KnownTo, Role
from service.actions import crud
from service.actions.undo import trash
from service.actions.undo.trash import RestoredDraft, TrashedDraft
from service.web.forms import FormRefusal, attempt
from service.web.page_decorator import page
from service.web.query_params import page_number, pages_for
from service.web.view import View

SIZE = 50
DONE: Mapping[str, str] = {
    "trashed": N_("The draft lies in the trash now."),
    "purged": N_("The draft was deleted for good."),
}


@page(read=Role.OFFICER)
def in_trash(view: View) -> Response:
    """The drafts that the reader may restore: who deleted them, when, and until when they lie there."""
    return _show(view, None)


@page(read=Role.OFFICER)
def restore(view: View, draft_id: str) -> Response:
    """Restore a draft; the event's page says what could not come back."""
    done: list[RestoredDraft] = []

    def wish() -> None:
        row = trash.find(view.session, draft_id)
        done.append(trash.restore(view.session, view.act, view.desk.settings.secret_key, row))

    if (refusal := attempt(view, wish)) is not None:
        return _show(view, refusal)
    (made,) = done
    lost = ",".join(f"{table}:{count}" for table, count in sorted(made.lost.items()))
    address = url_for(
        "pages.event", event_id=made.event.id, done="restored", lost=lost or None, asked=made.asked or None
    )
    return redirect(address, 303)


@page(read=Role.OFFICER)
def purge(view: View, draft_id: str) -> Response:
    """Delete a draft for good."""
    refusal = attempt(view, lambda: trash.purge(view.session, view.act, trash.find(view.session, draft_id)))
    return _show(view, refusal) if refusal else redirect(url_for("pages.trash", done="purged"), 303)


def _show(view: View, refusal: FormRefusal | None) -> Response:
    number = page_number("number")
    found, total = trash.in_trash(view.session, view.desk.settings.secret_key, (number - 1) * SIZE, SIZE)
    accounts = crud.by_id(view.session, User, {one.row.trashed_by for one in found if one.row.trashed_by})
    said = DONE.get(request.args.get("done", ""))
    return view.page(
        "undo/trash.html",
        refusal.status if refusal else 200,
        drafts=[(one, _days(view, one), accounts.get(one.row.trashed_by or "")) for one in found],
        days_kept=TRASHED_FOR.days,
        number=number,
        pages=pages_for(total, SIZE),
        refusal=refusal,
        done=view.say(said) if said and not refusal else "",
    )


def _days(view: View, draft: TrashedDraft) -> Markup | str:
    if not draft.first_day:
        return ""
    days = Days(date.fromisoformat(draft.first_day), date.fromisoformat(draft.last_day))
    return view.known(days, KnownTo.DAY)
