"""Creating and changing agreements, their commitments, and anniversaries."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from calendars.days.anniversaries import Origin
from calendars.days.formatting import numeric_day
from models.agreements import Agreement, Anniversary, Commitment
from models.errors import InvalidValue
from models.events import Event
from models.i18n import N_, Message, message
from models.labels import noun
from models.places import Locality
from models.vocabulary import EventKind, FrequencyType
from service.actions import crud, permissions
from service.actions.agreements import agreement_tree, signatories
from service.actions.context import ActionContext
from service.actions.reminders import occasion_planning

_NO_UNIT = N_("A duration needs its unit: days, months or years.")
_ONLY_WITH = {
    EventKind.ACTIVITY: N_("Types of activity go with the kind “activity” only; leave them empty for another kind."),
    EventKind.TRAINING_BATCH: N_(
        "A composition goes with the kind “training_batch” only; leave it empty for another kind."
    ),
}
_LISTS = ("parties", "bodies", "signatories")
"""Parts of an agreement with tables of their own, in the order they are set: who signs does so for a party."""
_ANY_ORDER = N_("The last day can't be before the first.")


def create_agreement(session: Session, act: ActionContext, values: Mapping[str, Any]) -> Agreement:
    """Create an agreement between at least two localities."""
    crud.check(_agreement_errors(session, None, values))
    agreement = Agreement(**{name: value for name, value in values.items() if name not in _LISTS})
    crud.assign(agreement, {name: values[name] for name in _LISTS if name in values})
    crud.create(session, act, agreement, computed=_LISTS)
    occasion_planning.plan(session, act)
    return agreement


def change_agreement(
    session: Session, act: ActionContext, agreement: Agreement, values: Mapping[str, Any]
) -> Agreement:
    """Change an agreement."""
    crud.check(_agreement_errors(session, agreement, values))
    if crud.change(session, act, agreement, values, computed=_LISTS):
        occasion_planning.plan(session, act)
    return agreement


def delete_agreement(session: Session, act: ActionContext, agreement: Agreement) -> None:
    """Delete an agreement that nothing refers to; nobody is reminded of its end any more."""
    crud.delete(session, act, agreement)
    occasion_planning.plan(session, act)


def _agreement_errors(session: Session, agreement: Agreement | None, values: Mapping[str, Any]) -> crud.Errors:
    errors = crud.missing_references(session, Agreement, values)
    if "parties" in values:
        errors["parties"] = party_errors(session, values["parties"], at_least=2)
    starts_on = values.get("starts_on") or (agreement and agreement.starts_on)
    ends_on = values.get("ends_on") or (agreement and agreement.ends_on)
    if starts_on and ends_on and ends_on < starts_on:
        errors["ends_on"] = [message(_ANY_ORDER)]
    review_on = values.get("review_on", agreement and agreement.review_on)
    if starts_on and review_on and review_on < starts_on:
        errors["review_on"] = [
            message(N_("Must not be before the period begins, on {day}."), day=numeric_day(starts_on))
        ]
    errors |= agreement_tree.link_errors(session, agreement, values)
    if agreement and "parties" in values and not errors["parties"]:
        errors["parties"] = [
            message(
                N_("“{party}” is named in article {article}; change that commitment first."),
                party=code,
                article=article,
            )
            for code, article in _named_parties(session, agreement)
            if code not in values["parties"]
        ]
    found = [errors, signatories.body_errors(session, values)]
    if not errors.get("parties"):  # a party that doesn't exist fits nowhere: that is not said twice
        found.append(signatories.signatory_errors(session, agreement, values))
        if not errors.get("parent_id"):
            found.append(agreement_tree.party_errors(session, agreement, values))
    return {field: [told for one in found for told in one.get(field, ())] for one in found for field in one}


def _named_parties(session: Session, agreement: Agreement) -> list[tuple[str, str]]:
    """The parties that commitments name, each with the first article that does."""
    commitments = session.exec(
        select(Commitment).where(Commitment.agreement_id == agreement.id).order_by(col(Commitment.position))
    )
    named: dict[str, str] = {}
    for commitment in commitments:
        for code in (commitment.host, commitment.guest, commitment.funded_by):
            if code is not None:
                named.setdefault(code, commitment.article)
    return list(named.items())


def party_errors(session: Session, codes: Sequence[str], *, at_least: int) -> list[Message]:
    """The errors of a list of parties: too few, one twice, one that doesn't exist."""
    errors = []
    if len(codes) < at_least:
        errors.append(message(N_("Name at least {count} localities."), count=at_least))
    if len(set(codes)) < len(codes):
        errors.append(message(N_("Name each locality once.")))
    errors += [
        message(N_("There is no {what} “{identity}”."), what=noun("locality"), identity=code)
        for code in codes
        if session.get(Locality, code) is None
    ]
    return errors


def create_commitment(
    session: Session, act: ActionContext, agreement: Agreement, values: Mapping[str, Any]
) -> Commitment:
    """Add a commitment to an agreement."""
    crud.check(_commitment_errors(session, agreement, None, values))
    plain = {name: value for name, value in values.items() if name != "frequency"}
    commitment = Commitment(agreement_id=agreement.id, **plain)
    commitment.frequency = values.get("frequency") or {"type": FrequencyType.OPEN}
    return crud.create(session, act, commitment, computed=("frequency",))


def change_commitment(
    session: Session, act: ActionContext, commitment: Commitment, values: Mapping[str, Any]
) -> Commitment:
    """Change a commitment."""
    agreement = crud.find(session, Agreement, commitment.agreement_id)
    crud.check(_commitment_errors(session, agreement, commitment, values))
    crud.change(session, act, commitment, values, computed=("frequency",))
    return commitment


def _commitment_errors(
    session: Session, agreement: Agreement, commitment: Commitment | None, values: Mapping[str, Any]
) -> crud.Errors:
    errors = crud.missing_references(session, Commitment, values)

    def after(name: str) -> Any:
        return values[name] if name in values else getattr(commitment, name, None)

    for low, high in (
        ("headcount_min", "headcount_max"),
        ("headcount_min", "headcount_total"),
        ("duration_min", "duration_max"),
    ):
        if after(low) is not None and after(high) is not None and after(high) < after(low):
            errors[high] = [message(N_("Can't be less than the lower bound, {minimum}."), minimum=after(low))]
    if (after("duration_min") is not None or after("duration_max") is not None) and after("duration_unit") is None:
        errors["duration_unit"] = [message(_NO_UNIT)]
    for name in ("host", "guest", "funded_by"):
        if after(name) and after(name) not in agreement.parties and name not in errors:
            errors[name] = [
                message(N_("Must be a party of the agreement: {parties}."), parties=", ".join(agreement.parties))
            ]
    if after("host") and after("host") == after("guest"):
        errors["guest"] = [message(N_("Host and guest must be two different localities."))]
    if values.get("frequency"):
        errors["frequency"] = frequency_errors(values["frequency"])
    for name, kind in (("activity_types", EventKind.ACTIVITY), ("composition", EventKind.TRAINING_BATCH)):
        if after(name) and after("activity") is not kind:
            errors[name] = [message(_ONLY_WITH[kind])]
    return errors | _activity_errors(session, commitment, values) | _phase_errors(values.get("phases") or ())


def _activity_errors(session: Session, commitment: Commitment | None, values: Mapping[str, Any]) -> crud.Errors:
    """The error if a commitment's kind of event is changed while events of the old kind are linked to it."""
    if commitment is None or values.get("activity", commitment.activity) is commitment.activity:
        return {}
    if permissions.is_beside_others(session):  # whether another office's hidden events are linked is not told
        return {"activity": [message(N_("Another office may have linked events of this kind: make a new commitment."))]}
    others = select(Event.id).where(Event.commitment_id == commitment.id, Event.kind != values["activity"])
    if session.exec(others).first() is None:
        return {}
    return {"activity": [message(N_("Events of another kind are linked to this commitment."))]}


def _phase_errors(phases: Sequence[Mapping[str, Any]]) -> crud.Errors:
    return {
        f"phases.{number}.unit": [message(_NO_UNIT)]
        for number, phase in enumerate(phases)
        if phase.get("duration") is not None and phase.get("unit") is None
    }


def frequency_errors(frequency: Mapping[str, Any]) -> list[Message]:
    """The errors of a frequency: each type has its own numbers, and no others."""
    needed = {
        FrequencyType.PER_YEAR: {"count"},
        FrequencyType.IN_PERIOD: {"count"},
        FrequencyType.EVERY: {"min_years", "max_years"},
        FrequencyType.OPEN: set[str](),
    }[FrequencyType(frequency["type"])]
    given = {name for name, value in frequency.items() if name != "type" and value is not None}
    if given != needed:
        shown = ", ".join(sorted(needed)) or "–"
        return [message(N_("A frequency of type {type} takes: {needed}."), type=str(frequency["type"]), needed=shown)]
    if needed == {"min_years", "max_years"} and frequency["max_years"] < frequency["min_years"]:
        return [message(N_("max_years must be at least min_years."))]
    return []


def create_anniversary(session: Session, act: ActionContext, values: Mapping[str, Any]) -> Anniversary:
    """Create an anniversary: what began when, between whom."""
    crud.check(_anniversary_errors(session, values))
    plain = {name: value for name, value in values.items() if name != "parties"}
    anniversary = Anniversary(**plain)
    anniversary.parties = values.get("parties", [])
    crud.create(session, act, anniversary, computed=("parties",))
    occasion_planning.plan(session, act)
    return anniversary


def change_anniversary(
    session: Session, act: ActionContext, anniversary: Anniversary, values: Mapping[str, Any]
) -> Anniversary:
    """Change an anniversary; ceremonies that already exist keep their ordinal."""
    crud.check(_anniversary_errors(session, values))
    if crud.change(session, act, anniversary, values, computed=("parties",)):
        occasion_planning.plan(session, act)
    return anniversary


def delete_anniversary(session: Session, act: ActionContext, anniversary: Anniversary) -> None:
    """Delete an anniversary without ceremonies; nobody is reminded of it any more."""
    crud.delete(session, act, anniversary)
    occasion_planning.plan(session, act)


def _anniversary_errors(session: Session, values: Mapping[str, Any]) -> crud.Errors:
    errors: crud.Errors = {}
    if "parties" in values:
        errors["parties"] = party_errors(session, values["parties"], at_least=1)
    if "origin" in values:
        try:
            Origin.parse(values["origin"])
        except InvalidValue as problem:
            errors["origin"] = [problem.detail]
    return errors
