"""/projects: what one side builds or delivers for the other."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.vocabulary import Role
from service.actions.ledger import projects, seen_projects
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.schemas.projects import ProjectSchema
from service.schemas.queries import ProjectQuery

blp = ApiBlueprint("projects", __name__, description="What one side builds or delivers for the other")


@blp.route("/projects")
class ProjectsView(ApiView):
    @requires(Role.OFFICER)
    @operation("listProjects")
    @blp.arguments(ProjectQuery, location="query")
    @blp.many(ProjectSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List projects by title: those of the own organisation, for the protocol office and approvers all"""
        found = page(pagination_parameters, projects.projects_where(session(), query), *projects.PROJECT_ORDER)
        return seen_projects.seen(session(), found)

    @requires(Role.OFFICER)
    @operation("createProject")
    @blp.arguments(ProjectSchema)
    @blp.created(ProjectSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Add a project"""
        return seen_projects.seen_one(session(), projects.create_project(session(), act(), values))


@blp.route("/projects/<project_id>")
class ProjectView(ApiView):
    @requires(Role.OFFICER)
    @operation("getProject")
    @blp.one(ProjectSchema)
    def get(self, project_id: str) -> Any:
        """Read a project"""
        return seen_projects.seen_one(session(), projects.find_project(session(), project_id))

    @requires(Role.OFFICER)
    @operation("changeProject")
    @blp.arguments(ProjectSchema(partial=True))
    @blp.one(ProjectSchema)
    def patch(self, values: dict[str, Any], project_id: str) -> Any:
        """Change a project; a list replaces the one that is there, its entries with an id stay the same ones"""
        found = projects.find_project(session(), project_id)
        blp.check_etag(seen_projects.seen_one(session(), found), ProjectSchema)
        return seen_projects.seen_one(session(), projects.change_project(session(), act(), found, values))

    @requires(Role.OFFICER)
    @operation("deleteProject")
    @blp.gone()
    def delete(self, project_id: str) -> None:
        """Delete a project with its files"""
        found = projects.find_project(session(), project_id)
        blp.check_etag(seen_projects.seen_one(session(), found), ProjectSchema)
        projects.delete_project(session(), act(), found)
