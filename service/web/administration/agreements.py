"""Agreements, their commitments, and anniversaries."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from marshmallow import ValidationError
from sqlmodel import Session

from models.agreements import Agreement, Anniversary, Commitment
from models.i18n import N_, message
from models.places import Person
from models.vocabulary import AgreementKind, EventKind, FrequencyType, Language, Role
from service.actions import crud
from service.actions.agreements import agreement_queries, agreements
from service.actions.context import ActionContext
from service.schemas.agreements import AgreementSchema, AnniversarySchema, CommitmentSchema
from service.schemas.fields import TextField
from service.schemas.word_names import DURATION_UNITS, FREQUENCIES
from service.web.administration.section import (
    AdminSection,
    SectionRow,
    by_name,
    localities,
    organisations,
    people,
    words,
)
from service.web.form_fields import Choice, FieldSpec, FieldType
from service.web.labels import ACTIVITY_TYPES, TONGUES, promised
from service.web.row_names import titled_agreements
from service.web.view import View, ids

MOST_PHASES = 20
_PHASES_AT_FIRST = 2
_EITHER = N_("Empty: either party.")
_NOTHING_AGREED = N_("Empty where nothing was agreed.")


def _agreement_lines(view: View, found: Sequence[Agreement]) -> list[SectionRow]:
    return [
        SectionRow(
            one.id,
            view.text(one.title),
            [
                view.agreement_kind(one.kind),
                view.days(one.starts_on, one.ends_on),
                ", ".join(view.plain(view.locality_name(code)) for code in one.parties),
            ],
        )
        for one in found
    ]


def _parties(view: View, row: Agreement | Anniversary | None) -> list[Choice]:
    """All localities; those chosen first, in the order the document names them: a form sends them as they stand."""
    chosen = row.parties if row else []
    return sorted(localities(view), key=lambda one: chosen.index(one[0]) if one[0] in chosen else len(chosen))


def _agreement_fields(view: View, agreement: Agreement | None) -> list[FieldSpec]:
    others = [
        (one.id, view.plain(one.title))
        for one in agreement_queries.all_agreements(view.session)
        if agreement is None or one.id != agreement.id
    ]
    above = view.session.get(Agreement, request.args.get("below", "")) if agreement is None else None
    kinds = [(kind.value, view.agreement_kind(kind)) for kind in AgreementKind]
    usual = AgreementKind.MEMORANDUM if above else AgreementKind.AGREEMENT
    return [
        FieldSpec("kind", FieldType.CHOICE, N_("Kind"), options=kinds, default=usual.value, is_required=True),
        FieldSpec("title", FieldType.TEXTS, N_("Title"), is_required=True),
        FieldSpec(
            "parent_id",
            FieldType.CHOICE,
            N_("Stands below"),
            N_("The paper it was made under. Its parties are those of that paper, or some of them."),
            options=others,
            default=above.id if above else "",
        ),
        FieldSpec(
            "parties",
            FieldType.MANY,
            N_("Parties"),
            options=_parties(view, agreement or above),
            default=above.parties if above else (),
        ),
        _bodies(view),
        FieldSpec("starts_on", FieldType.DAY, N_("First day of the period"), is_required=True),
        FieldSpec("ends_on", FieldType.DAY, N_("Last day of the period"), is_required=True),
        FieldSpec("signed_on", FieldType.DAY, N_("Signed on")),
        FieldSpec("signed_at_place", FieldType.TEXTS, N_("Signed at")),
        _signatories(view, agreement),
        FieldSpec("predecessor_id", FieldType.CHOICE, N_("Carries on"), options=others),
        FieldSpec("languages", FieldType.MANY, N_("Languages"), options=_languages(view, agreement)),
        FieldSpec("copies", FieldType.NUMBER, N_("Copies")),
        FieldSpec(
            "copies_note",
            FieldType.TEXTS,
            N_("About the copies"),
            N_("In which languages, who keeps which, whether they are equally valid."),
        ),
        FieldSpec("review_on", FieldType.DAY, N_("To be reviewed by")),
        FieldSpec(
            "records_since",
            FieldType.DAY,
            N_("Records since"),
            N_(
                "What was done before that day counts where it is entered, and is never missed. Empty: judged from the"
                " start."
            ),
        ),
    ]


def _bodies(view: View) -> FieldSpec:
    """The organisations whose paper it is, one below the other: their order is the document's."""
    column = FieldSpec("organisation_id", FieldType.CHOICE, N_("Organisation"), options=organisations(view))
    hint = N_("The departments or offices that made it, in the order of the document. They see no more visits by it.")
    return FieldSpec("bodies", FieldType.ROWS, N_("Bodies"), hint, columns=(column,))


def _signatories(view: View, agreement: Agreement | None) -> FieldSpec:
    hint = N_("In the order of the signatures. Somebody of the directory, or the name as the document has it.")
    chosen = [row.person_id for row in agreement.signatory_rows if row.person_id] if agreement else []
    known = people(view, None)
    known += [(one.id, one.name) for one in crud.by_id(view.session, Person, set(chosen) - {*dict(known)}).values()]
    columns = (
        FieldSpec("party", FieldType.CHOICE, N_("For the party"), options=_parties(view, agreement)),
        FieldSpec("person_id", FieldType.CHOICE, N_("Person"), options=known),
        FieldSpec("name", FieldType.LINE, N_("Or a name")),
        FieldSpec("position", FieldType.TEXTS, N_("Position")),
        FieldSpec("organisation_id", FieldType.CHOICE, N_("Organisation"), options=organisations(view)),
    )
    return FieldSpec("signatories", FieldType.ROWS, N_("Signatories"), hint, columns=columns)


def _languages(view: View, agreement: Agreement | None) -> list[Choice]:
    """The languages of a paper; those chosen first, in the order the document names them."""
    chosen = agreement.languages if agreement else []
    ordered = [*chosen, *(one.value for one in Language if one not in chosen)]
    return [(one, view.plain(TONGUES[one])) for one in ordered]


def _lists(values: dict[str, Any]) -> dict[str, Any]:
    """The bodies as the API takes them: ids in their order."""
    if "bodies" in values:
        values["bodies"] = [row["organisation_id"] for row in values["bodies"]]
    return values


def _rows(view: View, agreement: Agreement | None) -> dict[str, Any]:
    """The bodies, row by row; of a new paper what it begins with."""
    return {"bodies": [{"organisation_id": one} for one in agreement.bodies]} if agreement else {}


AGREEMENTS = AdminSection(
    name="agreements",
    title=N_("Agreements"),
    lead=N_("For officers: what was agreed with whom, for which years."),
    new=N_("Add an agreement"),
    empty=N_("There are no agreements yet. Add the one that is in force first, then its commitments."),
    model=Agreement,
    schema=AgreementSchema,
    fields=_agreement_fields,
    lines=_agreement_lines,
    found=by_name(Agreement),
    create=agreements.create_agreement,
    change=agreements.change_agreement,
    title_of=lambda view, one: view.text(one.title),
    delete=agreements.delete_agreement,
    remove=Role.ADMIN,
    compose=_lists,
    beside=_rows,
    follows=N_(
        "Its commitments go with it. It can only be deleted while no event fulfils one of them and no paper stands"
        " below it."
    ),
)


class _NewCommitmentSchema(CommitmentSchema):
    """A commitment with the agreement it is to stand in."""

    class Meta(CommitmentSchema.Meta):
        dump_only = ()

    agreement_id = TextField(required=True)


def _commitment_lines(view: View, found: Sequence[Commitment]) -> list[SectionRow]:
    titles = titled_agreements(view, ids(*(one.agreement_id for one in found)))
    return [
        SectionRow(
            one.id,
            view.text(one.title),
            [
                view.say(N_("Article {number}"), number=one.article),
                " · ".join(view.say(sentence) for sentence in promised(one)),
                titles[one.agreement_id],
            ],
        )
        for one in found
    ]


def _commitment_fields(view: View, commitment: Commitment | None) -> list[FieldSpec]:
    all_agreements = agreement_queries.all_agreements(view.session, agreement_queries.AGREEMENT_ORDER_LATEST)
    places: list[Choice] = localities(view)
    of_agreement = FieldSpec(
        "agreement_id",
        FieldType.CHOICE,
        N_("Agreement"),
        options=[(one.id, view.plain(one.title)) for one in all_agreements],
        default=request.args.get("agreement", ""),
        is_required=True,
    )
    return [
        *([of_agreement] if commitment is None else []),
        FieldSpec(
            "article", FieldType.LINE, N_("Article"), N_("As the document counts it: 2, or 3a."), is_required=True
        ),
        FieldSpec("field", FieldType.TEXTS, N_("Field of cooperation"), is_required=True),
        FieldSpec("title", FieldType.TEXTS, N_("Title"), is_required=True),
        FieldSpec(
            "activity",
            FieldType.CHOICE,
            N_("Kind"),
            options=[(kind.value, view.kind(kind)) for kind in EventKind],
            is_required=True,
        ),
        FieldSpec(
            "activity_types",
            FieldType.MANY,
            N_("Types of activity that fulfil it"),
            N_("Only for other activities. None ticked: any type."),
            options=words(view, ACTIVITY_TYPES),
        ),
        FieldSpec("host", FieldType.CHOICE, N_("Host"), _EITHER, options=places),
        FieldSpec("guest", FieldType.CHOICE, N_("Guest"), _EITHER, options=places),
        FieldSpec(
            "frequency_type",
            FieldType.CHOICE,
            N_("How often"),
            options=words(view, FREQUENCIES),
            default="per_year",
            is_required=True,
            error_name="frequency.type",
        ),
        FieldSpec("frequency_count", FieldType.NUMBER, N_("How many times"), default="1", error_name="frequency.count"),
        FieldSpec(
            "frequency_min_years",
            FieldType.NUMBER,
            N_("At least so many years apart"),
            error_name="frequency.min_years",
        ),
        FieldSpec(
            "frequency_max_years", FieldType.NUMBER, N_("At most so many years apart"), error_name="frequency.max_years"
        ),
        FieldSpec("headcount_min", FieldType.NUMBER, N_("People each time, at least"), _NOTHING_AGREED),
        FieldSpec("headcount_max", FieldType.NUMBER, N_("People each time, at most")),
        FieldSpec("headcount_total", FieldType.NUMBER, N_("People over the whole period")),
        FieldSpec(
            "composition",
            FieldType.COUNTS,
            N_("At least so many of each"),
            N_("Only for training batches. One line each, like “athlete: 8”, in the words that the batches use."),
            empty={},
        ),
        FieldSpec("duration_min", FieldType.NUMBER, N_("Lasts at least"), _NOTHING_AGREED),
        FieldSpec("duration_max", FieldType.NUMBER, N_("Lasts at most")),
        FieldSpec("duration_unit", FieldType.CHOICE, N_("Unit"), options=words(view, DURATION_UNITS), default="days"),
        FieldSpec("funded_by", FieldType.CHOICE, N_("Funded by"), options=places),
        *_phase_fields(view, len(commitment.phases) if commitment else 0),
    ]


def _phase_fields(view: View, count: int) -> list[FieldSpec]:
    """Questions about the stages of a long stay: of those there are, and of one more."""
    units = words(view, DURATION_UNITS)
    found = []
    for place in range(min(max(count + 1, _PHASES_AT_FIRST), MOST_PHASES)):
        hint = N_("Only for a stay in stages: a year of the language, then the studies.") if place == 0 else ""
        title = message(N_("Phase {number}"), number=place + 1)
        length = message(N_("Phase {number} lasts"), number=place + 1)
        name, schema = f"phase_{place}", f"phases.{place}"
        found += [
            FieldSpec(f"{name}_title", FieldType.TEXTS, title, hint, error_name=f"{schema}.title"),
            FieldSpec(f"{name}_duration", FieldType.NUMBER, length, error_name=f"{schema}.duration"),
            FieldSpec(f"{name}_unit", FieldType.CHOICE, N_("Unit"), options=units, error_name=f"{schema}.unit"),
        ]
    return found


def _composed(values: dict[str, Any]) -> dict[str, Any]:
    """The questions about how often, as the API takes them: those that go with the type, and no others.

    Raises:
        ValidationError: the years apart are the wrong way round; the schema would not tell which question that is.
    """
    kind = values.pop("frequency_type", None)
    count, least, most = (values.pop(f"frequency_{name}", None) for name in ("count", "min_years", "max_years"))
    values["frequency"] = {"type": kind}
    # What is needed and missing goes to the schema as it stands there: empty, which is no number.
    if kind in (FrequencyType.PER_YEAR, FrequencyType.IN_PERIOD):
        values["frequency"]["count"] = "" if count is None else count
    elif kind == FrequencyType.EVERY:
        least, most = ("" if least is None else least), (least if most is None else most)
        if isinstance(least, int) and isinstance(most, int) and most < least:
            wrong = str(message(N_("Must be at least {minimum}, like the years before."), minimum=least))
            raise ValidationError({"frequency": {"max_years": [wrong]}})
        values["frequency"] |= {"min_years": least, "max_years": "" if most is None else most}
    values["phases"] = _phases(values)
    if values.get("duration_min") is None and values.get("duration_max") is None:
        values["duration_unit"] = None
    return values


def _phases(values: dict[str, Any]) -> list[dict[str, Any]]:
    """The stages that were named, in order; one left out in between is asked for."""
    found = []
    for place in range(MOST_PHASES):
        title, duration, unit = (values.pop(f"phase_{place}_{part}", None) for part in ("title", "duration", "unit"))
        found.append({"title": title or {}, "duration": duration, "unit": unit})
    while found and not found[-1]["title"] and found[-1]["duration"] is None:
        found.pop()
    return found


def _asked_otherwise(view: View, commitment: Commitment | None) -> dict[str, Any]:
    """The stages, question by question."""
    return {
        f"phase_{place}_{part}": phase.get(part)
        for place, phase in enumerate(commitment.phases if commitment else ())
        for part in ("title", "duration", "unit")
    }


def _create_commitment(session: Session, act: ActionContext, values: Mapping[str, Any]) -> Commitment:
    plain = {name: value for name, value in values.items() if name != "agreement_id"}
    agreement = crud.find(session, Agreement, values["agreement_id"])
    return agreements.create_commitment(session, act, agreement, plain)


COMMITMENTS = AdminSection(
    name="commitments",
    title=N_("Commitments"),
    lead=N_("For officers: what the articles of agreements promise, how often, for how many, how long."),
    new=N_("Add a commitment"),
    empty=N_("There are no commitments yet. Add an agreement first, then what its articles promise."),
    model=Commitment,
    schema=_NewCommitmentSchema,
    change_schema=CommitmentSchema,
    fields=_commitment_fields,
    lines=_commitment_lines,
    found=by_name(Commitment),
    create=_create_commitment,
    change=agreements.change_commitment,
    title_of=lambda view, one: view.text(one.title),
    delete=crud.delete,
    remove=Role.OFFICER,
    compose=_composed,
    beside=_asked_otherwise,
    follows=N_("Only a commitment that no event fulfils can be deleted."),
)


def _anniversary_lines(view: View, found: Sequence[Anniversary]) -> list[SectionRow]:
    return [
        SectionRow(
            one.id,
            view.text(one.title),
            [
                view.say(N_("Since {origin}"), origin=one.origin),
                ", ".join(view.plain(view.locality_name(code)) for code in one.parties),
            ],
        )
        for one in found
    ]


def _anniversary_fields(view: View, anniversary: Anniversary | None) -> list[FieldSpec]:
    hint = N_("As exactly as it is known: a year (1984), a month (1984-09) or a day (1962-09-05).")
    return [
        FieldSpec("title", FieldType.TEXTS, N_("Title"), is_required=True),
        FieldSpec("origin", FieldType.LINE, N_("Began on"), hint, is_required=True),
        FieldSpec("parties", FieldType.MANY, N_("Parties"), options=_parties(view, anniversary)),
    ]


ANNIVERSARIES = AdminSection(
    name="anniversaries",
    title=N_("Anniversaries"),
    lead=N_("For officers: what began when, to be remembered every year."),
    new=N_("Add an anniversary"),
    empty=N_("There are no anniversaries yet. Add the day your provinces became twins first."),
    model=Anniversary,
    schema=AnniversarySchema,
    fields=_anniversary_fields,
    lines=_anniversary_lines,
    found=by_name(Anniversary),
    create=agreements.create_anniversary,
    change=agreements.change_anniversary,
    title_of=lambda view, one: view.text(one.title),
    delete=agreements.delete_anniversary,
    remove=Role.OFFICER,
    follows=N_("Only an anniversary without ceremonies can be deleted."),
)
