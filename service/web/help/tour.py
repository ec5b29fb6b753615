"""The tour of the first day: a card on the first page with steps that tick themselves when they are opened.

The page of a step shows a box above its content: which step it is, what to look at, and what comes next.
"""

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
    """A step: where it leads, what to look at there, and the paragraph of the manual about it.

    ``anchor`` is the part of the page that it is about; ``role`` is the minimum role.
    """

    name: str
    title: str
    look: str
    endpoint: str
    anchor: str
    place: str
    role: Role = Role.VIEWER

    @property
    def help_address(self) -> str:
        """The address of the paragraph about it."""
        return f"{ADDRESS}/{self.place}"


STEPS = (
    TourStep(
        "coming",
        N_("See what is coming"),
        N_("The visits from today on are listed here, month by month. What waits for you stands above them."),
        "pages.coming",
        "list",
        "overview#coming",
    ),
    TourStep(
        "visit",
        N_("Open a visit from the calendar"),
        N_("Each bar is a visit. Press one: its page holds days, people, programme, rooms and history."),
        "pages.calendar",
        "main",
        "planning#event-page",
    ),
    TourStep(
        "subscribe",
        N_("Subscribe to the calendar on the telephone"),
        N_("Make a calendar here and open its address on the telephone. Changes come to it by themselves."),
        "pages.feeds",
        "new",
        "feeds#phone",
    ),
    TourStep(
        "plan",
        N_("Plan from an agreement"),
        N_("Open an agreement: what is still owed stands beside each article, and a visit is planned from there."),
        "pages.agreements",
        "main",
        "agreements#plan-owed",
        Role.OFFICER,
    ),
    TourStep(
        "notices",
        N_("Choose your notices"),
        N_("Choose how each kind of message comes to you. What always comes stands at the end."),
        "pages.my_notices",
        "main",
        "account#notices",
    ),
    TourStep(
        "help",
        N_("Find the help"),
        N_("Look for a word, or open a chapter. At the end of every page a link leads to the paragraph about it."),
        "pages.help",
        "main",
        "first-day#help",
    ),
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


@dataclass(frozen=True, slots=True)
class TourBox:
    """What the page of a step says above its content; ``after`` is None on the last one."""

    step: TourStep
    number: int
    count: int
    after: TourStep | None


def box_for(view: View | None) -> TourBox | None:
    """The box for the step that the reader was led here for; none for other readers and pages."""
    if view is None or view.user is None:
        return None
    steps = [one for one in STEPS if view.may(one.role)]
    for place, one in enumerate(steps):
        if one.name == request.args.get("tour") and one.endpoint == request.endpoint:
            return TourBox(one, place + 1, len(steps), steps[place + 1] if place + 1 < len(steps) else None)
    return None


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
        return redirect(url_for(step.endpoint, tour=step.name, _anchor=step.anchor), 303)
    return redirect(url_for("pages.coming"), 303)
