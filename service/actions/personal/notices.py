"""Which mails an account gets: its own choices, topic by topic."""

from collections.abc import Mapping

from sqlmodel import Session, select

from models.accounts import User
from models.personal.notice_choices import NoticeChoice
from models.vocabulary import NoticeTopic, NoticeWay
from service.actions import crud
from service.actions.audit import record
from service.actions.context import ActionContext

SWITCHES = ("weekly_schedule", "daily_digest")
"""The office's own mails, which are switched by the account's columns as from the links in them."""


def choices_of(session: Session, user_id: str) -> dict[NoticeTopic, NoticeWay]:
    """What an account chose; topics it did not choose for are left out."""
    found = session.exec(select(NoticeChoice).where(NoticeChoice.user_id == user_id))
    return {one.topic: one.way for one in found}


def choose(
    session: Session, act: ActionContext, ways: Mapping[NoticeTopic, NoticeWay | None], switches: Mapping[str, bool]
) -> bool:
    """Keep what an account chooses for itself; None: as rules and events say. Whether anything changed."""
    session.refresh(act.account, with_for_update=True)
    rows = {one.topic: one for one in session.exec(select(NoticeChoice).where(NoticeChoice.user_id == act.account.id))}
    changed = {}
    for topic, way in ways.items():
        row = rows.get(topic)
        before = row.way if row is not None else None
        if before == way:
            continue
        changed[topic.value] = {"from": before, "to": way}
        if way is None:
            session.delete(row)
        elif row is None:
            session.add(NoticeChoice(user_id=act.account.id, topic=topic, way=way))
        else:
            row.way = way
    session.flush()
    user: User = act.account
    switched = crud.change(session, act, user, {name: switches[name] for name in SWITCHES if name in switches})
    if changed:
        told = {side: {name: one[side] for name, one in changed.items()} for side in ("from", "to")}
        record(session, act, "change", "user", user.id, {"notices": told})
    return bool(changed or switched)
