"""/users, /tokens, /me and /audit."""

from typing import Any

from flask import Response, request
from flask_smorest.pagination import PaginationParameters

from models.accounts import ApiToken, User
from models.errors import Busy, Invalid, NotFound, TooMany
from models.i18n import message
from models.labels import noun
from models.vocabulary import Role
from service.actions import audit_queries, crud
from service.actions.accounts import account_queries, accounts, messenger_addresses, passwords
from service.actions.events import going_on_leave
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session, sliced
from service.http.app_context import current_context
from service.http.error_responses import from_domain
from service.schemas.accounts import LeaveOutcomeSchema, LeaveSchema, OwnPasswordSchema, TokenSchema, UserSchema
from service.schemas.events import HistoryEntrySchema
from service.schemas.queries import AuditQuery, QuerySchema, UserQuery

blp = ApiBlueprint("accounts", __name__, description="Accounts, API tokens, the audit trail")


@blp.route("/users")
class UsersView(ApiView):
    @requires(Role.ADMIN)
    @operation("listUsers")
    @blp.arguments(UserQuery, location="query")
    @blp.many(UserSchema, told="user")
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List accounts"""
        order = account_queries.ACCOUNTS_BY_ADDRESS
        users = account_queries.accounts_matching(session(), query.get("q", ""), order, active=query.get("active"))
        return sliced(users, pagination_parameters)

    @requires(Role.ADMIN)
    @operation("createUser")
    @blp.arguments(UserSchema)
    @blp.created(UserSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Create an account"""
        return accounts.create_user(session(), act(), _with_encrypted_messenger(values))


@blp.route("/users/<user_id>")
class UserView(ApiView):
    @requires(Role.ADMIN)
    @operation("getUser")
    @blp.one(UserSchema)
    def get(self, user_id: str) -> Any:
        """Read an account"""
        return crud.find(session(), User, user_id)

    @requires(Role.ADMIN)
    @operation("changeUser")
    @blp.arguments(UserSchema(partial=True))
    @blp.one(UserSchema)
    def patch(self, values: dict[str, Any], user_id: str) -> Any:
        """Change or disable an account"""
        user = crud.find(session(), User, user_id)
        blp.check_etag(user, UserSchema)
        return accounts.change_user(session(), act(), user, _with_encrypted_messenger(values))


def _with_encrypted_messenger(values: dict[str, Any]) -> dict[str, Any]:
    """Validate a messenger address and encrypt it; only the worker decrypts it."""
    if values.get("messenger") is None:
        return values
    settings = current_context().settings
    errors = messenger_addresses.messenger_errors(values["messenger"], settings.messenger_networks)
    crud.check({"messenger": errors})
    return values | {"messenger": messenger_addresses.sealed(values["messenger"], settings.secret_key)}


@blp.route("/me")
class MeView(ApiView):
    @requires(Role.VIEWER)
    @operation("getOwnUser")
    @blp.one(UserSchema)
    def get(self) -> Any:
        """The account that makes the request"""
        return act().user


@blp.route("/me/leave")
class OwnLeaveView(ApiView):
    @requires(Role.VIEWER)
    @operation("changeOwnLeave")
    @blp.arguments(LeaveSchema)
    @blp.response(200, LeaveOutcomeSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Go on leave, or come back

        Until `away_until` reminders and notices of changes go to who stands in, an active account of the same
        organisation, as far as it may read the event: their `reason` says so. With `hand_over` it is put in
        charge of one's events, too; they stay with it.
        """
        leave = going_on_leave.set_leave(
            session(),
            act(),
            act().account,
            values["away_until"],
            values.get("stand_in_id"),
            hands_over=values["hand_over"],
        )
        return {
            "away_until": leave.away_until,
            "stand_in_id": leave.stand_in_id,
            "moved": leave.handed_over.moved,
            "left": [event.id for event in leave.handed_over.left],
        }


@blp.route("/me/password")
class OwnPasswordView(ApiView):
    # A stored response digest would be derived from the password, and every wrong attempt must be counted.
    never_stored = True

    @requires(Role.VIEWER)
    @operation("changeOwnPassword")
    @blp.arguments(OwnPasswordSchema)
    @blp.response(204)
    def post(self, values: dict[str, Any]) -> Any:
        """Change your own password, giving the current one as proof; all other browsers are signed out"""
        desk = current_context()
        # Refusals are returned, not raised: the transaction must commit what it says of the attempt.
        try:
            if not passwords.is_own(session(), act(), values["current"], request.remote_addr or "unknown"):
                return from_domain(Invalid({"current": [message(passwords.WRONG)]}))
            secret = passwords.replace(session(), act(), values["current"], values["new"])
        except (Invalid, TooMany, Busy) as refused:
            return from_domain(refused)
        response = Response(status=204)
        if "Authorization" not in request.headers:
            desk.give_session(response, secret)
            desk.know_browser(response, act().account, act().now)
        return response


def _own_token(token_id: str) -> ApiToken:
    token = session().get(ApiToken, token_id)
    if token is None or token.user_id != act().account.id:
        raise NotFound(noun("api_token"), token_id)
    return token


@blp.route("/tokens")
class TokensView(ApiView):
    @requires(Role.VIEWER)
    @operation("listTokens")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(TokenSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List your own API tokens, without their secrets"""
        own = account_queries.tokens_where(act().account)
        return page(pagination_parameters, own, *account_queries.TOKEN_ORDER)

    @requires(Role.VIEWER)
    @operation("createToken")
    @blp.arguments(TokenSchema)
    @blp.created(TokenSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Create an API token for yourself; the secret is shown only once"""
        issued = accounts.issue_token(session(), act(), act().account, **values)
        return issued.row.model_dump() | {"token": issued.secret}


@blp.route("/tokens/<token_id>")
class TokenView(ApiView):
    @requires(Role.VIEWER)
    @operation("deleteToken")
    @blp.response(204)
    def delete(self, token_id: str) -> None:
        """Revoke one of your API tokens immediately. A token can't be read again, so no ``If-Match`` is required"""
        crud.delete(session(), act(), _own_token(token_id))


@blp.route("/audit")
class AuditTrailView(ApiView):
    @requires(Role.ADMIN)
    @operation("listAuditEntries")
    @blp.arguments(AuditQuery, location="query")
    @blp.many(HistoryEntrySchema, told="audit")
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """Every change ever made, newest first"""
        return page(
            pagination_parameters, audit_queries.audit_where(session(), act(), query), *audit_queries.AUDIT_ORDER
        )
