"""/task-templates: the tasks of every event of a kind."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.event_parts import TaskTemplate
from models.vocabulary import Role
from service.actions import crud
from service.actions.events import task_queries, task_templates
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.schemas.tasks import TaskTemplateQuery, TaskTemplateSchema

blp = ApiBlueprint("task_templates", __name__, description="Tasks that events get when they enter the plan")


@blp.route("/task-templates")
class TaskTemplatesView(ApiView):
    @requires(Role.VIEWER)
    @operation("listTaskTemplates")
    @blp.arguments(TaskTemplateQuery, location="query")
    @blp.many(TaskTemplateSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List task templates by kind, in order of creation"""
        statement = task_queries.templates_where(session(), query)
        return page(pagination_parameters, statement, *task_queries.TEMPLATE_ORDER)

    @requires(Role.ADMIN)
    @operation("createTaskTemplate")
    @blp.arguments(TaskTemplateSchema)
    @blp.created(TaskTemplateSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Add a template; events that enter the plan from now on get its task"""
        return task_templates.create_template(session(), act(), values)


@blp.route("/task-templates/<template_id>")
class TaskTemplateView(ApiView):
    @requires(Role.VIEWER)
    @operation("getTaskTemplate")
    @blp.one(TaskTemplateSchema)
    def get(self, template_id: str) -> Any:
        """Read a task template"""
        return crud.find(session(), TaskTemplate, template_id)

    @requires(Role.ADMIN)
    @operation("changeTaskTemplate")
    @blp.arguments(TaskTemplateSchema(partial=True))
    @blp.one(TaskTemplateSchema)
    def patch(self, values: dict[str, Any], template_id: str) -> Any:
        """Change a template; tasks already created from it stay as they are"""
        template = crud.find(session(), TaskTemplate, template_id)
        blp.check_etag(template, TaskTemplateSchema)
        return task_templates.change_template(session(), act(), template, values)

    @requires(Role.ADMIN)
    @operation("deleteTaskTemplate")
    @blp.gone()
    def delete(self, template_id: str) -> None:
        """Delete a template; tasks created from it stay"""
        template = crud.find(session(), TaskTemplate, template_id)
        blp.check_etag(template, TaskTemplateSchema)
        task_templates.delete_template(session(), act(), template)
