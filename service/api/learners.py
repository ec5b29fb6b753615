"""/training-batches/{}/learners: who learns what, person by person; /learners: those of all batches."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from models.learners import Learner
from models.places import Person
from models.vocabulary import Role
from service.actions.ledger import learners
from service.actions.ledger.learners import LearnerEntry
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session, sliced
from service.schemas.learners import LearnerQuery, LearnerSchema
from service.schemas.queries import QuerySchema

blp = ApiBlueprint("learners", __name__, description="Learners of training batches, from the language to the degree")


def _answer(entry: LearnerEntry) -> dict[str, Any]:
    return _values(entry.learner, entry.person)


def _values(learner: Learner, person: Person | None) -> dict[str, Any]:
    return learner.model_dump() | {"stipend": learner.stipend, "person": person}


@blp.route("/training-batches/<event_id>/learners")
class BatchLearnersView(ApiView):
    @requires(Role.OFFICER)
    @operation("listBatchLearners")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(LearnerSchema, told="learner")
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """List the learners of a training batch, by stage and name

        For who is in charge of the batch, the protocol office and approvers; others find none: 404.
        """
        event = learners.find_batch(session(), event_id)
        return sliced([_answer(one) for one in learners.learners_of(session(), event)], pagination_parameters)

    @requires(Role.OFFICER)
    @operation("createLearner")
    @blp.arguments(LearnerSchema)
    @blp.created(LearnerSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Enter a learner in one stage"""
        event = learners.find_batch(session(), event_id, to_change=True)
        learner = learners.add_learner(session(), act(), event, values)
        return _answer(learners.entry_of(session(), event, learner.id))


@blp.route("/training-batches/<event_id>/learners/<learner_id>")
class BatchLearnerView(ApiView):
    @requires(Role.OFFICER)
    @operation("getLearner")
    @blp.one(LearnerSchema)
    def get(self, event_id: str, learner_id: str) -> Any:
        """Read a learner in one stage"""
        event = learners.find_batch(session(), event_id)
        return _answer(learners.entry_of(session(), event, learner_id))

    @requires(Role.OFFICER)
    @operation("changeLearner")
    @blp.arguments(LearnerSchema(partial=True))
    @blp.one(LearnerSchema)
    def patch(self, values: dict[str, Any], event_id: str, learner_id: str) -> Any:
        """Change what is known of a learner in one stage"""
        event = learners.find_batch(session(), event_id, to_change=True)
        entry = learners.entry_of(session(), event, learner_id)
        blp.check_etag(_answer(entry), LearnerSchema)
        learners.change_learner(session(), act(), event, entry.learner, values)
        return _answer(learners.entry_of(session(), event, learner_id))

    @requires(Role.OFFICER)
    @operation("deleteLearner")
    @blp.gone()
    def delete(self, event_id: str, learner_id: str) -> None:
        """Take a learner out of one stage"""
        event = learners.find_batch(session(), event_id, to_change=True)
        entry = learners.entry_of(session(), event, learner_id)
        blp.check_etag(_answer(entry), LearnerSchema)
        learners.remove_learner(session(), act(), event, entry.learner)


@blp.route("/learners")
class LearnersView(ApiView):
    @requires(Role.OFFICER)
    @operation("listLearners")
    @blp.arguments(LearnerQuery, location="query")
    @blp.many(LearnerSchema, told="learner")
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List the learners of all batches that you may read, by name: who learns what, where, until when

        `outcome=studying&current=true` for those who study now, `permit_until` for whose permit ends soon.
        """
        rows = page(pagination_parameters, learners.learners_where(session(), act(), query), *learners.LEARNER_ORDER)
        return [_values(learner, person) for learner, _event, person in rows]
