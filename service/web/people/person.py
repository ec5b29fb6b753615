"""A person: what they are called, what they are and were, and the visits they took part in."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.people.names import addressed, spellings
from models.errors import Merged
from models.places import Person
from models.vocabulary import MemberRole, Role
from service.actions import crud
from service.actions.directory import positions
from service.actions.events.visits_of_people import PersonVisit, visits_of
from service.actions.ledger.learners import stages_of_person
from service.web.learner_lines import lines_of
from service.web.page_decorator import page
from service.web.query_params import page_number, pages_for
from service.web.row_names import named_organisations
from service.web.view import View, ids

SIZE = 50


@page()
def person(view: View, person_id: str) -> Response:
    """Who somebody is: names, positions over time, visits and whom they met there. Addresses stand elsewhere."""
    try:
        found = crud.find(view.session, Person, person_id)
    except Merged as gone:
        return redirect(url_for("pages.person", person_id=gone.extra["merged_into"]), 302)
    terms = positions.terms_of(view.session, [found])[found.id]
    number = page_number("number")
    visits, total = visits_of(view.session, found, (number - 1) * SIZE, SIZE)
    wanted = ids(
        *(term.organisation_id for term in terms), *(one.member.organisation_id for one in visits if one.member)
    )
    name = view.person(found)
    studied = stages_of_person(view.session, view.act, found) if view.may(Role.OFFICER) else []
    return view.page(
        "people/person.html",
        studies=lines_of(view, studied, view.act.today),
        person=found,
        name=name,
        called=addressed(found, view.language),
        others=[one for one in spellings(found) if one != name],
        terms=terms,
        organisations=named_organisations(view, wanted),
        visits=visits,
        roles={one.event.id: _role(view, one) for one in visits},
        number=number,
        pages=pages_for(total, SIZE),
        total=total,
        args=request.args,
    )


def _role(view: View, visit: PersonVisit) -> str:
    if visit.member is not None:
        return f"{view.role(visit.member.role)} · {view.side(visit.member.side)}"
    return view.role(MemberRole.HEAD) if visit.is_head else ""
