"""What is typed about learners, and learners as the pages show them."""

from collections.abc import Sequence
from typing import Any

from flask import request

from calendars.days.known_days import read_figures
from calendars.learners.stages import IN_ORDER, OUTCOME_NAMES, STAGE_NAMES, bounds
from models.learners import Learner
from models.vocabulary import Currency, LearnerOutcome, LearnerStage
from service.web.form_fields import ungrouped
from service.web.learner_lines import LearnerLine
from service.web.view import View

_DAYS = ("starts_on", "ends_on")
_PLAIN = ("stage", "institution_id", "payer", "permit_expires_on", "outcome", "qualification", "note")


def typed(view: View, names: Sequence[str], prefix: str = "") -> dict[str, Any]:
    """What a form says of these fields, as the API takes it: empty ones are null, days as people write them."""
    found: dict[str, Any] = {}
    for name in names:
        text = request.form.get(prefix + name, "").strip()
        if name in _DAYS:
            known = read_figures(text, is_last=False) if text else None
            found[name] = known.as_written() if known is not None else text or None
        elif name == "stipend":
            amount = ungrouped(text)
            currency = request.form.get(f"{prefix}currency", Currency.VND.value)
            found[name] = {"amount": amount, "currency": currency} if amount else None
        else:
            found[name] = text or None
    return {name: value for name, value in found.items() if value is not None or name not in ("stage", "outcome")}


def shown(learner: Learner) -> dict[str, str]:
    """A learner's fields as a form shows them to be changed."""
    found = {name: str(getattr(learner, name) or "") for name in _PLAIN}
    for name in _DAYS:
        found[name] = in_figures(getattr(learner, name))
    if (stipend := learner.stipend) is not None:
        found |= {"stipend": stipend["amount"], "currency": stipend["currency"]}
    return found | {"name": learner.name or ""}


def in_figures(text: str | None) -> str:
    """``2008``, ``9/2008``, ``5/9/2008``: as people type a day as far as it is known."""
    days = bounds(text)
    if text is None or days is None:
        return ""
    first = days.first
    return {4: f"{first.year}", 7: f"{first.month}/{first.year}"}.get(
        len(text), f"{first.day}/{first.month}/{first.year}"
    )


def stage_choices(view: View) -> list[tuple[str, str]]:
    """The stages in their order, as choices."""
    return [(stage.value, view.say(STAGE_NAMES[stage])) for stage in IN_ORDER]


def outcome_choices(view: View) -> list[tuple[str, str]]:
    """The outcomes, as choices."""
    return [(outcome.value, view.say(OUTCOME_NAMES[outcome])) for outcome in LearnerOutcome]


def by_stage(lines: Sequence[LearnerLine], view: View) -> list[tuple[str, list[LearnerLine]]]:
    """The lines below the names of their stages, in the order of the stages."""
    groups: dict[LearnerStage, list[LearnerLine]] = {stage: [] for stage in IN_ORDER}
    for one in lines:
        groups[one.learner.stage].append(one)
    return [(view.say(STAGE_NAMES[stage]), listed) for stage, listed in groups.items() if listed]
