"""The tour of the first day: a card on the first page with steps that tick themselves when they are opened."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models.errors import Conflict
from models.i18n import N_, message
from models.vocabulary import Role
from service.actions.accounts import first_day
from service.web.help.manual import ADDRESS
from service.web.page_decorator import page
from service.web.view import View


@dataclass(frozen=True, slots=True)
class TourStep:
    """A step: where it leads, and the paragraph of the manual about it; ``role`` is the minimum role."""

    name: str
    title: str
    endpoint: str
    place: str
    role: Role = Role.VIEWER

    @property
    def help_address(self) -> str:
        """The address of the paragraph about it."""
        return f"{ADDRESS}/{self.place}"


STEPS = (
    TourStep("coming", N_("See what is coming"), "pages.coming", "overview#coming"),
    TourStep("visit", N_("Open a visit from the calendar"), "pages.calendar", "planning#event-page"),
    TourStep("subscribe", N_("Subscribe to the calendar on the telephone"), "pages.feeds", "feeds#phone"),
    TourStep("plan", N_("Plan from an agreement"), "pages.agreements", "agreements#plan-owed", Role.OFFICER),
    TourStep("notices", N_("Look at your account and its mails"), "pages.my_notices", "account#notices"),
    TourStep("help", N_("Find the help"), "pages.help", "first-day#help"),
)


@dataclass(frozen=True, slots=True)
class ShownTourStep:
    """A step as one account sees it."""

    step: TourStep
    is_done: bool


def steps_for(view: View) -> Sequence[ShownTourStep]:
    """The steps of the reader's tour; none if there is no tour to show."""
    done = first_day.ticked(view.session, view.act.account)
    if done is None:
        return []
    return [ShownTourStep(one, one.name in done) for one in STEPS if view.may(one.role)]


@page(write=Role.VIEWER)
def tour(view: View) -> Response:
    """Begin or end the tour, or tick a step and lead to its page."""
    if request.method != "POST":
        return redirect(url_for("pages.coming"), 303)
    user, wanted = view.act.account, request.form.get("do", "")
    if wanted == "begin":
        first_day.begin(view.session, user)
    elif wanted == "end":
        first_day.end(view.session, view.act, user)
    else:
        step = next((one for one in STEPS if one.name == wanted), None)
        if step is None:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))
        first_day.tick(view.session, user, step.name)
        return redirect(url_for(step.endpoint), 303)
    return redirect(url_for("pages.coming"), 303)
