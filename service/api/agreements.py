"""/agreements with their commitments, and /anniversaries with their occurrences and ceremonies."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from calendars.days.anniversaries import Origin, occurrences
from models.agreements import Agreement, Anniversary, Commitment
from models.errors import Invalid
from models.i18n import N_, message
from models.vocabulary import Role
from service.actions import crud
from service.actions.agreements import agreement_queries, agreements
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session
from service.schemas.agreements import AgreementSchema, AnniversarySchema, CommitmentSchema, OccurrenceSchema
from service.schemas.queries import AgreementQuery, QuerySchema, SearchQuery, YearsQuery

blp = ApiBlueprint("agreements", __name__, description="Agreements, commitments and anniversaries")

MAX_YEARS = 500


@blp.route("/agreements")
class AgreementsView(ApiView):
    @requires(Role.VIEWER)
    @operation("listAgreements")
    @blp.arguments(AgreementQuery, location="query")
    @blp.many(AgreementSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List agreements, oldest first"""
        return page(
            pagination_parameters,
            agreement_queries.agreements_where(session(), query),
            *agreement_queries.AGREEMENT_ORDER,
        )

    @requires(Role.OFFICER)
    @operation("createAgreement")
    @blp.arguments(AgreementSchema)
    @blp.created(AgreementSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Create an agreement"""
        return agreements.create_agreement(session(), act(), values)


@blp.route("/agreements/<agreement_id>")
class AgreementView(ApiView):
    @requires(Role.VIEWER)
    @operation("getAgreement")
    @blp.one(AgreementSchema)
    def get(self, agreement_id: str) -> Any:
        """Read an agreement"""
        return crud.find(session(), Agreement, agreement_id)

    @requires(Role.OFFICER)
    @operation("changeAgreement")
    @blp.arguments(AgreementSchema(partial=True))
    @blp.one(AgreementSchema)
    def patch(self, values: dict[str, Any], agreement_id: str) -> Any:
        """Change an agreement"""
        agreement = crud.find(session(), Agreement, agreement_id)
        blp.check_etag(agreement, AgreementSchema)
        return agreements.change_agreement(session(), act(), agreement, values)

    @requires(Role.ADMIN)
    @operation("deleteAgreement")
    @blp.gone()
    def delete(self, agreement_id: str) -> None:
        """Delete an agreement whose commitments no event refers to"""
        agreement = crud.find(session(), Agreement, agreement_id)
        blp.check_etag(agreement, AgreementSchema)
        agreements.delete_agreement(session(), act(), agreement)


@blp.route("/agreements/<agreement_id>/commitments")
class CommitmentsView(ApiView):
    @requires(Role.VIEWER)
    @operation("listAgreementCommitments")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(CommitmentSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, agreement_id: str) -> Any:
        """List an agreement's commitments in the order of its articles"""
        crud.find(session(), Agreement, agreement_id)
        return page(
            pagination_parameters,
            agreement_queries.commitments_where(agreement_id),
            *agreement_queries.COMMITMENT_ORDER,
        )

    @requires(Role.OFFICER)
    @operation("createCommitment")
    @blp.arguments(CommitmentSchema)
    @blp.created(CommitmentSchema, at="/api/v1/commitments")
    def post(self, values: dict[str, Any], agreement_id: str) -> Any:
        """Add a commitment to an agreement"""
        agreement = crud.find(session(), Agreement, agreement_id)
        return agreements.create_commitment(session(), act(), agreement, values)


@blp.route("/commitments/<commitment_id>")
class CommitmentView(ApiView):
    @requires(Role.VIEWER)
    @operation("getCommitment")
    @blp.one(CommitmentSchema)
    def get(self, commitment_id: str) -> Any:
        """Read a commitment"""
        return crud.find(session(), Commitment, commitment_id)

    @requires(Role.OFFICER)
    @operation("changeCommitment")
    @blp.arguments(CommitmentSchema(partial=True))
    @blp.one(CommitmentSchema)
    def patch(self, values: dict[str, Any], commitment_id: str) -> Any:
        """Change a commitment"""
        commitment = crud.find(session(), Commitment, commitment_id)
        blp.check_etag(commitment, CommitmentSchema)
        return agreements.change_commitment(session(), act(), commitment, values)

    @requires(Role.OFFICER)
    @operation("deleteCommitment")
    @blp.gone()
    def delete(self, commitment_id: str) -> None:
        """Delete a commitment no event refers to"""
        commitment = crud.find(session(), Commitment, commitment_id)
        blp.check_etag(commitment, CommitmentSchema)
        crud.delete(session(), act(), commitment)


@blp.route("/anniversaries")
class AnniversariesView(ApiView):
    @requires(Role.VIEWER)
    @operation("listAnniversaries")
    @blp.arguments(SearchQuery, location="query")
    @blp.many(AnniversarySchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List anniversaries, oldest origin first"""
        return page(
            pagination_parameters,
            agreement_queries.anniversaries_where(query),
            *agreement_queries.ANNIVERSARY_ORDER,
        )

    @requires(Role.OFFICER)
    @operation("createAnniversary")
    @blp.arguments(AnniversarySchema)
    @blp.created(AnniversarySchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Define an anniversary"""
        return agreements.create_anniversary(session(), act(), values)


@blp.route("/anniversaries/<anniversary_id>")
class AnniversaryView(ApiView):
    @requires(Role.VIEWER)
    @operation("getAnniversary")
    @blp.one(AnniversarySchema)
    def get(self, anniversary_id: str) -> Any:
        """Read an anniversary"""
        return crud.find(session(), Anniversary, anniversary_id)

    @requires(Role.OFFICER)
    @operation("changeAnniversary")
    @blp.arguments(AnniversarySchema(partial=True))
    @blp.one(AnniversarySchema)
    def patch(self, values: dict[str, Any], anniversary_id: str) -> Any:
        """Change an anniversary"""
        anniversary = crud.find(session(), Anniversary, anniversary_id)
        blp.check_etag(anniversary, AnniversarySchema)
        return agreements.change_anniversary(session(), act(), anniversary, values)

    @requires(Role.OFFICER)
    @operation("deleteAnniversary")
    @blp.gone()
    def delete(self, anniversary_id: str) -> None:
        """Delete an anniversary without ceremonies"""
        anniversary = crud.find(session(), Anniversary, anniversary_id)
        blp.check_etag(anniversary, AnniversarySchema)
        agreements.delete_anniversary(session(), act(), anniversary)


@blp.route("/anniversaries/<anniversary_id>/occurrences")
class OccurrencesView(ApiView):
    @requires(Role.VIEWER)
    @operation("listAnniversaryOccurrences")
    @blp.arguments(YearsQuery, location="query")
    @blp.many(OccurrenceSchema, has_pages=False)
    def get(self, query: dict[str, Any], anniversary_id: str) -> Any:
        """List an anniversary's years: ordinal, grade, date, ceremony. Default: this year and the next nine"""
        anniversary = crud.find(session(), Anniversary, anniversary_id)
        first = query.get("from_year", act().today.year)
        last = query.get("to_year", first + 9)
        if not first <= last < first + MAX_YEARS:
            raise Invalid(
                {"to_year": [message(N_("Must be from_year or later, {count} years at the most."), count=MAX_YEARS)]}
            )
        ceremonies = agreement_queries.ceremonies_of(session(), anniversary.id)
        return [
            {
                "year": occurrence.year,
                "ordinal": occurrence.ordinal,
                "grade": occurrence.grade,
                "date": occurrence.date,
                "ceremony_event_id": ceremonies.get(occurrence.year),
            }
            for occurrence in occurrences(Origin.parse(anniversary.origin), first, last)
        ]
