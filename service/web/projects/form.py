"""The form of a project: how its fields and lists are typed, read and shown again."""

import re
from collections.abc import Mapping
from typing import Any

from calendars.days.known_days import in_figures, read_figures
from calendars.gifts import days
from models.i18n import N_, NP_
from models.vocabulary import EventKind, MilestoneState
from service.actions import crud
from service.actions.agreements import agreement_queries
from service.actions.directory import directory_queries
from service.actions.files import files
from service.actions.files.file_rights import About
from service.actions.ledger import handovers
from service.actions.ledger.seen_projects import SeenProject
from service.web.bound_form import BoundForm
from service.web.form_fields import FieldSpec, FieldType, Groups, values_of
from service.web.view import View, ids

_ID = FieldSpec("id", FieldType.LINE, N_("Entry"))
_KNOWN = N_("A day, a month or a year: 7/3/2024, 6/2021 or 2008.")
MOST_FILES = 200
MOST_CHOICES = 300

SPECS = (
    FieldSpec("title", FieldType.TEXTS, N_("Title"), is_required=True),
    FieldSpec("description", FieldType.PROSE, N_("Description")),
    FieldSpec("commitment_id", FieldType.CHOICE, N_("Commitment that it fulfils"), choices="commitments"),
    FieldSpec("given_by", FieldType.CHOICE, NP_("of a project", "Given by"), choices="places", is_required=True),
    FieldSpec("host", FieldType.CHOICE, N_("Where it stands"), choices="places", is_required=True),
    FieldSpec("beneficiary_id", FieldType.CHOICE, NP_("of a project", "Who gets it"), choices="bodies"),
    FieldSpec("organisation_id", FieldType.CHOICE, N_("Who is in charge of it"), choices="bodies"),
    FieldSpec("decision", FieldType.LINE, N_("Decision"), length=300),
    FieldSpec("total", FieldType.MONEY, N_("Total investment")),
    FieldSpec(
        "sources",
        FieldType.ROWS,
        N_("Sources of money"),
        columns=(
            _ID,
            FieldSpec("locality", FieldType.CHOICE, N_("Locality"), choices="places"),
            FieldSpec("name", FieldType.TEXTS, N_("Or somebody else, by name")),
            FieldSpec("amount", FieldType.MONEY, N_("Amount")),
        ),
    ),
    FieldSpec(
        "milestones",
        FieldType.ROWS,
        N_("Milestones"),
        columns=(
            _ID,
            FieldSpec("title", FieldType.TEXTS, N_("Title"), is_required=True),
            FieldSpec("day", FieldType.DAY, N_("By which day")),
            FieldSpec("percent", FieldType.NUMBER, N_("Percent of the whole done with it"), least=0, most=100),
            FieldSpec("done_on", FieldType.DAY, N_("Done on")),
            FieldSpec("file_id", FieldType.CHOICE, N_("File"), choices="files"),
        ),
    ),
    FieldSpec(
        "disbursements",
        FieldType.ROWS,
        N_("Payments"),
        columns=(
            _ID,
            FieldSpec("amount", FieldType.MONEY, N_("Amount")),
            FieldSpec("paid_on", FieldType.LINE, N_("Paid on"), _KNOWN, length=20),
            FieldSpec("payer", FieldType.CHOICE, N_("Who paid"), choices="places"),
            FieldSpec("voucher", FieldType.LINE, N_("Number of the voucher"), length=100),
            FieldSpec("note", FieldType.LINE, NP_("written remark", "Note"), length=500),
            FieldSpec("file_id", FieldType.CHOICE, N_("File"), choices="files"),
        ),
    ),
    FieldSpec("accepted_on", FieldType.LINE, N_("Accepted on"), _KNOWN, length=20),
    FieldSpec("handed_over_on", FieldType.LINE, N_("Handed over on"), _KNOWN, length=20),
    FieldSpec("handover_event_id", FieldType.CHOICE, N_("Handover"), choices="handovers"),
)
_LISTS = tuple(spec.name for spec in SPECS if spec.type is FieldType.ROWS)
_UNTYPED = re.compile(r"^(id|.*\.currency)$")
"""Controls of a row that hold something although nobody typed it."""


def without_emptied(form: Mapping[str, str]) -> dict[str, str]:
    """A form without the rows in which nobody typed anything: emptying a row takes it out."""
    rows: dict[str, list[str]] = {}
    for key in form:
        name, _dot, rest = key.partition(".")
        number, _dot, part = rest.partition(".")
        if name in _LISTS and part and not _UNTYPED.match(part) and form[key].strip():
            rows.setdefault(f"{name}.{number}", []).append(part)
    return {
        key: form[key] for key in form if key.partition(".")[0] not in _LISTS or ".".join(key.split(".")[:2]) in rows
    }


def wanted(form: Mapping[str, str]) -> dict[str, Any]:
    """What a form says, as the API's schema takes it."""
    values = values_of(SPECS, without_emptied(form))
    for name in _LISTS:
        values.setdefault(name, [])
        for row in values[name]:
            if row.get("id") is None:
                row.pop("id", None)
    for row in values["milestones"]:
        row["state"] = (MilestoneState.DONE if row.get("done_on") else MilestoneState.PLANNED).value
    for row in (values, *values["disbursements"]):
        for name in ("accepted_on", "handed_over_on", "paid_on"):
            known = read_figures(row[name], is_last=False) if row.get(name) else None
            if known is not None:
                row[name] = known.as_written()
    return values


def bound(view: View, project: SeenProject | None, present: Mapping[str, Any], typed: Any, refusal: Any) -> BoundForm:
    """The form with what is there, or with what was typed and refused."""
    return BoundForm(view, SPECS, present, _Choices(view, project, present).of, typed=typed, refusal=refusal)


def present_of(project: SeenProject) -> dict[str, Any]:
    """What the form shows of a project: of an event that its reader may not see nothing."""
    found = {spec.name: getattr(project, spec.name) for spec in SPECS}
    found |= {name: _typed_day(found[name]) for name in ("accepted_on", "handed_over_on")}
    found["disbursements"] = [one | {"paid_on": _typed_day(one["paid_on"])} for one in found["disbursements"]]
    return found


def _typed_day(written: str | None) -> str | None:
    """A day, a month or a year as people type it: ``2026-04`` is ``4/2026``."""
    return None if written is None else in_figures(*days.bounds(written))[0]


class _Choices:
    def __init__(self, view: View, project: SeenProject | None, chosen: Mapping[str, Any]) -> None:
        self.view, self.project, self.chosen = view, project, chosen
        self._read: dict[str, Groups] = {}

    def of(self, name: str) -> Groups:
        """The choices of a kind, read once."""
        if name not in self._read:
            self._read[name] = self._commitments() if name == "commitments" else [("", getattr(self, f"_{name}")())]
        return self._read[name]

    def _places(self) -> list[tuple[str, str]]:
        return self.view.place_choices

    def _bodies(self) -> list[tuple[str, str]]:
        today = self.view.act.today
        chosen = ids(*(getattr(self.project, name, None) for name in ("beneficiary_id", "organisation_id")))
        found = directory_queries.organisations_on(self.view.session, today, today, chosen)
        return [(one.id, self.view.plain(one.name)) for one in found]

    def _commitments(self) -> Groups:
        """What a handover fulfils, below its agreement; and what is chosen already."""
        session, chosen = self.view.session, self.chosen.get("commitment_id")
        found = [*agreement_queries.commitments_of_kind(session, EventKind.ACTIVITY, MOST_CHOICES)]
        if chosen and chosen not in {commitment.id for commitment, _agreement in found}:
            found += filter(None, [agreement_queries.find_commitment(session, chosen)])
        groups: dict[str, list[tuple[str, str]]] = {}
        for commitment, agreement in found:
            article = self.view.say(N_("Article {number}"), number=commitment.article)
            told = f"{article} – {self.view.plain(commitment.title)}"
            groups.setdefault(self.view.plain(agreement.title), []).append((commitment.id, told))
        return list(groups.items())

    def _handovers(self) -> list[tuple[str, str]]:
        found = handovers.handovers_to_choose(
            self.view.session, ids(self.chosen.get("handover_event_id")), MOST_CHOICES
        )
        return [(one.id, f"{self.view.plain(one.title)} ({self.view.known(one.days, one.known_to)})") for one in found]

    def _files(self) -> list[tuple[str, str]]:
        if self.project is None:
            return []
        of_project = files.files_of(self.view.session, self.view.act, About("project_id", self.project.id))
        found, _count = crud.page_of(self.view.session, of_project, files.FILE_ORDER, 0, MOST_FILES)
        return [(one.id, one.title) for one in found]
