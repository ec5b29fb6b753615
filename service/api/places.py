"""/localities, /organisations and /people."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.places import Locality, Organisation, Person
from models.vocabulary import Role
from service.actions import crud
from service.actions.directory import directory, directory_queries
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.schemas.places import (
    LocalityChangeSchema,
    LocalitySchema,
    OrganisationSchema,
    PersonChangeSchema,
    PersonSchema,
)
from service.schemas.queries import LocalityQuery, OrganisationQuery, PersonQuery

blp = ApiBlueprint("places", __name__, description="Localities, organisations and people")


def _page(model: Any, query: dict[str, Any], paging: PaginationParameters, *equal: str) -> list[Any]:
    statement = directory_queries.directory_where(session(), model, query, *equal)
    return page(paging, statement, *directory_queries.ORDERS[model])


def _person(person: Person) -> dict[str, Any]:
    return directory_queries.described(session(), [person])[0]


@blp.route("/localities")
class LocalitiesView(ApiView):
    @requires(Role.VIEWER)
    @operation("listLocalities")
    @blp.arguments(LocalityQuery, location="query")
    @blp.many(LocalitySchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List localities"""
        return _page(Locality, query, pagination_parameters, "country")

    @requires(Role.ADMIN)
    @operation("createLocality")
    @blp.arguments(LocalitySchema)
    @blp.created(LocalitySchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Create a locality"""
        return directory.create_locality(session(), act(), values)


@blp.route("/localities/<code>")
class LocalityView(ApiView):
    @requires(Role.VIEWER)
    @operation("getLocality")
    @blp.one(LocalitySchema)
    def get(self, code: str) -> Any:
        """Read a locality"""
        return crud.find(session(), Locality, code)

    @requires(Role.ADMIN)
    @operation("changeLocality")
    @blp.arguments(LocalityChangeSchema(partial=True))
    @blp.one(LocalitySchema)
    def patch(self, values: dict[str, Any], code: str) -> Any:
        """Change a locality"""
        locality = crud.find(session(), Locality, code)
        blp.check_etag(locality, LocalitySchema)
        return directory.change_locality(session(), act(), locality, values)


@blp.route("/organisations")
class OrganisationsView(ApiView):
    @requires(Role.VIEWER)
    @operation("listOrganisations")
    @blp.arguments(OrganisationQuery, location="query")
    @blp.many(OrganisationSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List organisations"""
        return _page(Organisation, query, pagination_parameters, "locality")

    @requires(Role.OFFICER)
    @operation("createOrganisation")
    @blp.arguments(OrganisationSchema)
    @blp.created(OrganisationSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Create an organisation"""
        return directory.create_organisation(session(), act(), values)


@blp.route("/organisations/<organisation_id>")
class OrganisationView(ApiView):
    @requires(Role.VIEWER)
    @operation("getOrganisation")
    @blp.one(OrganisationSchema)
    def get(self, organisation_id: str) -> Any:
        """Read an organisation"""
        return crud.find(session(), Organisation, organisation_id)

    @requires(Role.OFFICER)
    @operation("changeOrganisation")
    @blp.arguments(OrganisationSchema(partial=True))
    @blp.one(OrganisationSchema)
    def patch(self, values: dict[str, Any], organisation_id: str) -> Any:
        """Change an organisation"""
        organisation = crud.find(session(), Organisation, organisation_id)
        blp.check_etag(organisation, OrganisationSchema)
        return directory.change_organisation(session(), act(), organisation, values)

    @requires(Role.ADMIN)
    @operation("deleteOrganisation")
    @blp.gone()
    def delete(self, organisation_id: str) -> None:
        """Delete an organisation nothing refers to"""
        organisation = crud.find(session(), Organisation, organisation_id)
        blp.check_etag(organisation, OrganisationSchema)
        directory.delete_organisation(session(), act(), organisation)


@blp.route("/people")
class PeopleView(ApiView):
    @requires(Role.VIEWER)
    @operation("listPeople")
    @blp.arguments(PersonQuery, location="query")
    @blp.many(PersonSchema, told="person")
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List people in order of precedence"""
        found = _page(Person, query, pagination_parameters, "organisation_id")
        return directory_queries.described(session(), found)

    @requires(Role.OFFICER)
    @operation("createPerson")
    @blp.arguments(PersonSchema)
    @blp.created(PersonSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Create a person"""
        return _person(directory.create_person(session(), act(), values))


@blp.route("/people/<person_id>")
class PersonView(ApiView):
    @requires(Role.VIEWER)
    @operation("getPerson")
    @blp.one(PersonSchema)
    def get(self, person_id: str) -> Any:
        """Read a person"""
        return _person(crud.find(session(), Person, person_id))

    @requires(Role.OFFICER)
    @operation("changePerson")
    @blp.arguments(PersonChangeSchema(partial=True))
    @blp.one(PersonSchema)
    def patch(self, values: dict[str, Any], person_id: str) -> Any:
        """Change a person

        `organisation_id`, `position` and `precedence` are those of today. Alone they correct the position of today;
        with `as_of` it ends on the day before, and another begins. `positions` are all terms of office anew.
        """
        person = crud.find(session(), Person, person_id)
        blp.check_etag(_person(person), PersonSchema)
        return _person(directory.change_person(session(), act(), person, values))

    @requires(Role.OFFICER)
    @operation("deletePerson")
    @blp.gone()
    def delete(self, person_id: str) -> None:
        """Delete a person nothing refers to"""
        person = crud.find(session(), Person, person_id)
        blp.check_etag(_person(person), PersonSchema)
        directory.delete_person(session(), act(), person)
