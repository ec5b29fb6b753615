"""What is wrong with a form about learners: which box is meant, and of several people whom it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.i18n import N_, NP_
from service.web.forms import FormRefusal
from service.web.view import View

_LABELS: Mapping[str, str] = {
    "stage": N_("Stage of the studies"),
    "institution_id": N_("Institution"),
    "starts_on": N_("Since"),
    "ends_on": N_("Until"),
    "stipend": N_("Stipend a month"),
    "payer": N_("Who pays"),
    "permit_expires_on": N_("Residence permit until"),
    "outcome": N_("Outcome of the studies"),
    "qualification": N_("Qualification"),
    "note": NP_("written remark", "Note"),
}


def labelled(view: View, refusal: FormRefusal, names: Sequence[str]) -> FormRefusal:
    """The refusal with each sentence after the label of its box and, of several, who it is about.

    ``names``: those of the people in the order in which they were sent; fields are ``2.starts_on``, ``stipend.amount``.
    """
    told: dict[str, list[str]] = {}
    for field, sentences in refusal.fields.items():
        place, _dot, name = field.partition(".")
        is_one = bool(name) and place.isdigit() and int(place) < len(names)
        label = _LABELS.get((name if is_one else field).partition(".")[0])
        before = [*([view.say(label)] if label else []), *([names[int(place)]] if is_one else [])]
        told[field] = [": ".join([*filter(None, [" – ".join(before)]), sentence]) for sentence in sentences]
    return replace(refusal, fields=told)
