"""What a body or place is part of, what belongs to it, what it carried on and what carries it on, for its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import url_for
from markupsafe import Markup

from models.i18n import N_
from models.places import Locality, Organisation
from models.vocabulary import Role
from service.actions import crud
from service.actions.directory import directory_queries, ended_organisations
from service.web.view import View

SHOWN = 100
"""Parts of a locality or an organisation that its page names."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A heading, the rows under it with their addresses and what else is told of each, and how many more there are."""

    heading: str
    rows: Sequence[tuple[Markup | str, str, str]]
    more: int = 0


def of_organisation(view: View, organisation: Organisation | None) -> dict[str, Any]:
    """Parent, parts, predecessors and successor of an organisation, and what it is still in charge of after its end."""
    if organisation is None:
        return {}
    before, parts = (
        directory_queries.organisations_by(view.session, name, organisation.id, SHOWN + 1)
        for name in ("successor_id", "parent_id")
    )
    near = crud.by_id(
        view.session, Organisation, {one for one in (organisation.parent_id, organisation.successor_id) if one}
    )
    above, after = ([near[one]] if one in near else [] for one in (organisation.parent_id, organisation.successor_id))
    return {
        "relations": [
            Relation(heading, [_organisation(view, one) for one in found[:SHOWN]], max(len(found) - SHOWN, 0))
            for heading, found in (
                (N_("Belongs to"), above),
                (N_("Its parts"), parts),
                (N_("Carries on the work of"), before),
                (N_("Its work is carried on by"), after),
            )
            if found
        ],
        "left": next(
            (
                count
                for one, count in ended_organisations.ended_in_charge(view.session, organisation.id)
                if one.id == organisation.id
            ),
            0,
        ),
        "events": url_for("pages.calendar", organisation_id=organisation.id),
    }


def _organisation(view: View, one: Organisation) -> tuple[Markup | str, str, str]:
    return (
        view.text(one.name),
        url_for("pages.administered", area="organisations", identity=one.id),
        validity(view, one),
    )


def validity(view: View, one: Organisation) -> str:
    """From when until when an organisation exists, as far as that is bounded."""
    if one.starts_on and one.ends_on:
        return view.say(N_("from {first} to {last}"), first=view.numeric(one.starts_on), last=view.numeric(one.ends_on))
    if one.ends_on:
        return view.say(N_("until {day}"), day=view.numeric(one.ends_on))
    return view.say(N_("since {day}"), day=view.numeric(one.starts_on)) if one.starts_on else ""


def of_locality(view: View, locality: Locality | None) -> dict[str, Any]:
    """What a locality is part of, its parts, what went into it and what it went into; those of other days say so."""
    if locality is None:
        return {}
    known = view.compass.gazetteer.localities
    codes = view.places_in_order
    groups = (
        (N_("Part of"), [locality.parent] if locality.parent else []),
        (N_("Its parts"), [code for code in codes if known[code].parent == locality.code]),
        (N_("What went into it"), [code for code in codes if known[code].successor == locality.code]),
        (N_("Went into"), [locality.successor] if locality.successor else []),
    )
    return {
        "relations": [
            Relation(heading, [_locality(view, code) for code in found[:SHOWN]], max(len(found) - SHOWN, 0))
            for heading, found in groups
            if found
        ]
    }


def _locality(view: View, code: str) -> tuple[Markup | str, str, str]:
    place = view.compass.gazetteer.localities[code]
    last = place.succeeded_on - timedelta(days=1) if place.succeeded_on else None
    until = view.say(N_("until {day}"), day=view.numeric(last)) if last else ""
    return view.text(place.name), url_for("pages.administered", area="localities", identity=code), until


def ended_in_charge(view: View) -> list[tuple[Markup | str, str, int]]:
    """For the first page: organisations that have ended and are in charge of events after it, with their addresses."""
    if not view.may(Role.OFFICER):
        return []
    return [
        (view.text(one.name), url_for("pages.administered", area="organisations", identity=one.id), count)
        for one, count in ended_organisations.ended_in_charge(view.session)
    ]
