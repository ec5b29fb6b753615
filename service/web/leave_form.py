"""The form of a leave, on one's own account's page and on those of the administration."""

from flask import request

from models.accounts import User
from models.i18n import N_
from service.actions.events import going_on_leave
from service.actions.events.hand_over import HandOver
from service.schemas.accounts import LeaveSchema
from service.web.form_fields import TICKED
from service.web.view import View


def save(view: View, user: User) -> str:
    """Note the leave that the form says; the sentence says what became of it."""
    wish = {
        "away_until": request.form.get("away_until", ""),
        "stand_in_id": request.form.get("stand_in_id") or None,
        "hand_over": request.form.get("hand_over") == TICKED,
    }
    values = LeaveSchema().load(wish)
    leave = going_on_leave.set_leave(
        view.session,
        view.act,
        user,
        values["away_until"],
        values["stand_in_id"],
        hands_over=values["hand_over"],
    )
    noted = view.say(N_("On leave until {day}."), day=view.day(values["away_until"]))
    return f"{noted} {handed_over(view, leave.handed_over)}" if values["hand_over"] else noted


def end(view: View, user: User) -> str:
    """Note that an account is back."""
    going_on_leave.set_leave(view.session, view.act, user, None)
    return view.say(N_("The leave is over."))


def handed_over(view: View, done: HandOver) -> str:
    """What became of the events."""
    moved = view.say(N_("Events handed over: {count}."), count=done.moved)
    if not done.left:
        return moved
    titles = "; ".join(view.plain(event.title) for event in done.left)
    return f"{moved} {view.say(NOT_HANDED_OVER, titles=titles)}"


NOT_HANDED_OVER = N_("Not handed over, as the other account may not read them, or you may not change them: {titles}")
