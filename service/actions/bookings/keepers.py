"""Who may name the keepers of a resource, and who may answer for it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from calendars.bookings.approval import Approval
from models.accounts import User
from models.errors import Forbidden, InvalidValue
from models.i18n import N_, Message, message
from models.labels import noun
from models.queries import keepers
from models.resources import Resource
from models.vocabulary import Role
from service.actions import permissions
from service.actions.context import ActionContext

FIELDS = frozenset({"keepers", "needs_approval"})
DECIDING = FIELDS | {"organisation_id"}
"""What of an existing resource only who is in charge of it changes: whoever made it their organisation's would be."""


def approval_of(session: Session, act: ActionContext, resource: Resource) -> Approval:
    """Whether bookings of a resource need approval, and whether the account that acts is a keeper of it."""
    is_own_word = resource.needs_approval and is_keeper(session, act, resource)
    return Approval(resource.needs_approval, is_own_word)


def is_keeper(session: Session, act: ActionContext, resource: Resource) -> bool:
    """Whether the account that acts is a keeper of a resource."""
    return act.user is not None and keepers.is_keeper(resource, act.user, permissions.offices(session))


def may_answer(session: Session, act: ActionContext, resource: Resource) -> bool:
    """Whether the account that acts may approve and refuse bookings of a resource: its keepers, and who oversees the
    office that lends it."""
    if act.user is None or is_keeper(session, act, resource):
        return True
    return permissions.oversees_own(session) and permissions.is_marked_own(session, resource.office, resource)


def kept_resources(session: Session, act: ActionContext) -> list[Resource]:
    """The resources that name the account that acts as a keeper, by type and name; one query."""
    if act.user is None:
        return []
    found = session.exec(
        select(Resource)
        .where(permissions.marked_own(session, col(Resource.office)))
        .order_by(col(Resource.type), col(Resource.sort_key), col(Resource.id))
    )
    return [one for one in found if is_keeper(session, act, one)]


def answered_resources(session: Session, act: ActionContext) -> list[Resource]:
    """The resources whose bookings the account that acts may answer; one query."""
    if act.user is None:
        return []
    found = session.exec(
        select(Resource)
        .where(permissions.marked_own(session, col(Resource.office)))
        .order_by(col(Resource.type), col(Resource.sort_key), col(Resource.id))
    )
    return [one for one in found if one.needs_approval and may_answer(session, act, one)]


def check_naming(session: Session, act: ActionContext, resource: Resource | None, values: Mapping[str, Any]) -> None:
    """Refuse to name keepers, to ask for their approval or not, or to say whose it is, where that is somebody else's.

    Of a new resource whoever enters it does it. Later only the keepers themselves, the organisation it belongs to, and
    who oversees the office: whoever named themselves could approve what they book.

    Raises:
        Forbidden: ``not_in_charge``, or ``address_not_allowed`` for an address that belongs to nobody.
    """
    changed = {name for name in DECIDING & values.keys() if resource is None or values[name] != getattr(resource, name)}
    if not changed:
        return
    if resource is not None and not _is_in_charge(session, act, resource):
        what = message(
            N_(
                "Only its keepers, its organisation, an approver or the protocol office can say whose this is, who"
                " keeps it and whether they approve its bookings."
            )
        )
        raise Forbidden(what, code="not_in_charge", errors={name: [what] for name in sorted(changed)})
    known = set(resource.keepers) if resource is not None else set()
    _check_addresses(session, [word for word in values.get("keepers") or () if word not in known])


def may_name_keepers(session: Session, act: ActionContext, resource: Resource | None) -> bool:
    """Whether the account that acts may say who keeps a resource (None: a new one)."""
    return resource is None or _is_in_charge(session, act, resource)


def keeper_addresses(session: Session, resource: Resource) -> list[str]:
    """The addresses of a resource's keepers as they were named, accounts by theirs; one query."""
    named = keepers.named_accounts(resource.keepers)
    of_accounts = session.exec(select(User).where(col(User.id).in_(named))).all() if named else []
    known = {f"{keepers.ACCOUNT}{user.id}": user.email for user in of_accounts}
    return [known.get(word, word.removeprefix(keepers.ADDRESS)) for word in resource.keepers]


def _is_in_charge(session: Session, act: ActionContext, resource: Resource) -> bool:
    own = resource.organisation_id is not None and permissions.is_for(session, resource.organisation_id)
    return own or permissions.oversees_own(session) or is_keeper(session, act, resource)


def _check_addresses(session: Session, added: Sequence[str]) -> None:
    """As :func:`permissions.check_addresses`, which is for the audiences of rules; but only accounts count.

    A rule's mail asks when it leaves who may read the event. A keeper may not read it and is told of it all the same,
    and every officer enters people with any address.
    """
    if permissions.oversees_own(session):
        return
    if not (unknown := permissions.unknown_addresses(session, added, people_count=False)):
        return
    what = message(
        N_("“{address}” belongs to no account here: only an approver or the protocol office can have mail sent there."),
        address=unknown[0],
    )
    raise Forbidden(what, code="address_not_allowed", errors={"keepers": [what]})


def keeper_errors(session: Session, resource: Resource | None, words: Iterable[str]) -> list[Message]:
    """What is wrong with keepers: words that are none, and added accounts that the office does not have, or that only
    read."""
    try:
        keepers.check_keepers(words)
    except InvalidValue as problem:
        return [problem.detail]
    before = set(resource.keepers) if resource is not None else set()
    wanted = keepers.named_accounts(word for word in words if word not in before)
    found = _accounts(session, wanted)
    return [
        *(
            message(N_("There is no {what} “{identity}”."), what=noun("user"), identity=one)
            for one in wanted
            if one not in found
        ),
        *(
            message(N_("The account of {name} only reads; a keeper is an officer at least."), name=user.name)
            for user in found.values()
            if not user.role.suffices_for(Role.OFFICER)
        ),
    ]


def _accounts(session: Session, ids: Collection[str]) -> dict[str, User]:
    if not ids:
        return {}
    found = session.exec(select(User).where(col(User.id).in_(ids), permissions.own_accounts(session)))
    return {user.id: user for user in found}
