"""What an account keeps: the bookings that wait for its answer, and all that come."""

from dataclasses import dataclass

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.bookings.times import BookingTimes
from models.errors import Conflict, Stale
from models.i18n import N_, message
from models.resources import Booking
from models.vocabulary import Role
from service.actions.bookings import answers
from service.actions.bookings.answers import KeptBooking
from service.actions.bookings.keepers import kept_resources
from service.schemas.bookings import BookingRefusalSchema
from service.web.forms import FormRefusal, attempt
from service.web.labels import BOOKING_STATES
from service.web.page_decorator import page
from service.web.query_params import whole
from service.web.view import View

SHOWN = 200


@dataclass(frozen=True, slots=True)
class KeptBookingLine:
    """A booking as the page shows it."""

    kept: KeptBooking
    when: str
    state: str


@page(read=Role.OFFICER)
def kept(view: View) -> Response:
    """The page of a keeper: what waits for an answer first, with its two buttons; then what comes."""
    refusal: FormRefusal | None = None
    if request.method == "POST":
        refusal = attempt(view, lambda: _answer(view))
        if refusal is None:
            return redirect(url_for("pages.kept_resources", done=request.form.get("do", "")), 303)
    waiting = answers.waiting_bookings(view.session, view.act, SHOWN)
    there = {one.booking.id for one in waiting}
    coming = [one for one in answers.coming_bookings(view.session, view.act, SHOWN) if one.booking.id not in there]
    return view.page(
        "resources/kept.html",
        refusal.status if refusal else 200,
        waiting=[_line(view, one) for one in waiting],
        coming=[_line(view, one) for one in coming],
        resources=kept_resources(view.session, view.act),
        refusal=refusal,
        form=request.form,
        done=request.args.get("done", ""),
    )


def _line(view: View, one: KeptBooking) -> KeptBookingLine:
    times = BookingTimes.of(one.booking).format()
    return KeptBookingLine(one, times, view.say(BOOKING_STATES[one.booking.state]))


def _answer(view: View) -> None:
    form = request.form
    identity, version = form.get("booking", ""), whole(form.get("version", ""))

    def check(booking: Booking) -> None:
        if booking.version != version:
            raise Stale

    match form.get("do"):
        case "approve":
            answers.approve(view.session, view.act, identity, check)
        case "refuse":
            values = BookingRefusalSchema().load({"reason": form.get("reason", "").strip() or None})
            answers.refuse(view.session, view.act, identity, values["reason"], check)
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))
