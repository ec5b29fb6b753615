"""Opening an office for accounts that are older than offices: the operator's step, on the command line."""

from sqlmodel import Session, col, select

from models.accounts import User
from models.errors import Conflict
from models.i18n import N_, message
from models.places import Locality
from models.queries.offices import Offices, forgets, line_end, line_of, within
from service.actions import crud
from service.actions.context import ActionContext
from service.actions.effects import changes


def open_office(session: Session, act: ActionContext, code: str) -> list[User]:
    """Give the accounts of a locality's organisations an office of their own; return those that had none.

    From then on they read what belongs to their office and what they take part in, and the default office no longer
    reads what is theirs.

    Raises:
        NotFound: there is no such locality.
        Conflict: it is the default office's, or it has no account without an office.
    """
    locality = crud.find(session, Locality, code)
    offices = Offices.load_whole(session.connection())
    office = line_end(offices.successors, locality.code)
    if office == offices.default:
        raise Conflict(message(N_("This is the default office.")), code="default_office")
    found = older_accounts(session, offices, code)
    if not found:
        raise Conflict(message(N_("No account there is without an office.")), code="nothing_to_open")
    for user in found:
        crud.change(session, act, user, {"office": office}, also={"office": {"from": None, "to": office}})
    forgets(session)
    for user in found:
        changes.account_changed(session, act, user, user.email, {"office"})
    return found


def older_accounts(session: Session, offices: Offices, code: str) -> list[User]:
    """The accounts of a line's organisations that are older than offices, by their addresses."""
    of_line = col(User.organisation_id).in_(within(line_of(offices.successors, code)))
    return list(session.exec(select(User).where(of_line, col(User.office).is_(None)).order_by(col(User.email))))
