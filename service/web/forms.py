"""Runs the action of a form; on refusal the page shows the errors with what was typed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError
from sqlalchemy.orm.exc import StaleDataError

from models import errors
from models.i18n import N_, Message, message
from models.vocabulary import EventStatus
from service.http.error_responses import STATUS_OF, flat
from service.schemas.fields import KNOWN_DAY
from service.web.view import View

_SAID_TO_PEOPLE: Mapping[str, str] = {
    N_("Field may not be null."): N_("Missing data for required field."),
    KNOWN_DAY: N_("Not a day, a month or a year; write it like 7/3/2024, 6/2021 or 2008."),
}
"""What pages say instead of the API's sentences: what is empty in a form is missing, and days are typed as they are
read."""


@dataclass(frozen=True, slots=True)
class FormRefusal:
    """Why a wish was not granted, in the reader's language: one sentence, and what is wrong with which field.

    ``extra`` is what the error knows besides: what stands in the way, what would fit instead.
    """

    status: int
    sentence: str
    fields: Mapping[str, list[str]] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


def attempt(view: View, wish: Callable[[], object]) -> FormRefusal | None:
    """Do something; when it is refused, undo all of it and say why. The page's transaction goes on either way.

    A form shown again after signing in is refused unseen: its author has yet to send it.
    """
    if view.restored:
        return FormRefusal(200, view.restored)
    try:
        with view.session.begin_nested():
            wish()
    except ValidationError as wrong:
        told = {
            name: [view.said(_as_people_say(line)) for line in lines] for name, lines in flat(wrong.messages).items()
        }
        return FormRefusal(422, view.say(N_("Some entries are not right.")), told)
    except errors.Invalid as wrong:
        told = {name: [view.say(line) for line in lines] for name, lines in wrong.errors.items()}
        return FormRefusal(422, view.say(N_("Some entries are not right.")), told)
    except StaleDataError:
        return _refused(view, errors.Stale())
    except errors.DomainError as wrong:
        return _refused(view, wrong)
    return None


def _as_people_say(sentence: str) -> str:
    """A schema's sentence as pages say it."""
    return _SAID_TO_PEOPLE.get(sentence, sentence)


def _refused(view: View, error: errors.DomainError) -> FormRefusal:
    status = next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)
    fields = {name: [view.say(line) for line in lines] for name, lines in error.extra.get("errors", {}).items()}
    return FormRefusal(status, view.say(_impossible(view, error) or error.detail), fields, extra=error.extra)


def _impossible(view: View, error: errors.DomainError) -> Message | None:
    """An impossible step, with the statuses' names instead of the words programs use."""
    if not isinstance(error, errors.ImpossibleTransition):
        return None
    return message(
        N_("The event is now “{status}”; this step is no longer possible."),
        status=view.status(EventStatus(error.extra["status_now"])),
    )
