"""What can't be right in a project: days that haven't come, steps out of order."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from calendars.days.formatting import numeric_day
from calendars.projects.facts import ProjectFacts, bounds
from models.i18n import N_, Message, message

_FUTURE = N_("This day has not come yet: write a day up to today ({today}).")


def errors_of(project: ProjectFacts, today: date) -> dict[str, list[Message]]:
    """Field → what is wrong with it, fields of lists with their place: ``milestones.0.done_on``."""
    found: dict[str, list[Message]] = {}
    for name, what in (*_milestones(project, today), *_days(project, today)):
        found.setdefault(name, []).append(what)
    return found


def _milestones(project: ProjectFacts, today: date) -> Iterator[tuple[str, Message]]:
    for number, one in enumerate(project.milestones):
        at = f"milestones.{number}"
        if one.is_done and one.done_on is None:
            yield f"{at}.done_on", message(N_("Say on which day it was done, or leave it planned."))
        if one.done_on is not None and not one.is_done:
            yield (
                f"{at}.state",
                message(N_("It has a day on which it was done: mark it as done, or leave that day out.")),
            )
        if one.done_on is not None and one.done_on > today:
            yield f"{at}.done_on", message(_FUTURE, today=numeric_day(today))
    # By their days, in whatever order they were written.
    dated = sorted(
        (one.day, one.percent, number)
        for number, one in enumerate(project.milestones)
        if one.day is not None and one.percent is not None
    )
    for (earlier, before, _number), (later, percent, number) in pairwise(dated):
        if earlier < later and percent < before:
            what = N_(
                "By {day} {percent}% are to be done already: write how much of the whole is done with this milestone,"
                " those before it included."
            )
            yield f"milestones.{number}.percent", message(what, day=numeric_day(earlier), percent=before)


def _days(project: ProjectFacts, today: date) -> Iterator[tuple[str, Message]]:
    for number, written in enumerate(project.paid_on):
        if written is not None and bounds(written).first > today:
            yield f"disbursements.{number}.paid_on", message(_FUTURE, today=numeric_day(today))
    accepted, handed = (
        None if written is None else bounds(written) for written in (project.accepted_on, project.handed_over_on)
    )
    for name, days in (("accepted_on", accepted), ("handed_over_on", handed)):
        if days is not None and days.first > today:
            yield name, message(_FUTURE, today=numeric_day(today))
    if accepted is not None and handed is not None and handed.last < accepted.first:
        what = N_("It can't be handed over before it was accepted ({day}).")
        yield "handed_over_on", message(what, day=project.accepted_on)
