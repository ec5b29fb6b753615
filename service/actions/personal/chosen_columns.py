"""Which columns of a list an account wants to see, and in which order."""

from collections.abc import Sequence

from sqlmodel import Session

from models.personal.saved_views import ChosenColumns
from service.actions.context import ActionContext


def columns_of(session: Session, user_id: str, listing: str) -> list[str]:
    """The columns an account chose for a list; empty: it is shown as it comes."""
    row = session.get(ChosenColumns, (user_id, listing))
    return list(row.columns) if row is not None else []


def choose_columns(session: Session, act: ActionContext, listing: str, columns: Sequence[str]) -> None:
    """Keep an account's choice for a list; an empty one is forgotten. It is nobody else's and leaves no trail."""
    row = session.get(ChosenColumns, (act.account.id, listing), with_for_update=True)
    if not columns:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(ChosenColumns(user_id=act.account.id, listing=listing, columns=list(columns)))
    else:
        row.columns = list(columns)
    session.flush()
