"""Whoever asked for a confirmation hears that it was given, or refused and why; nobody else does."""

from collections.abc import Callable
from typing import Any

import pytest

from calendars.mails.event_mail import OfficeMail
from models.accounts import User
from models.database import Database
from models.i18n import Message
from models.vocabulary import Language, ReminderPurpose, Role
from tests.service.conftest import Caller, Clock
from tests.service.events.test_confirmation import VISIT, accept, ask, code, mails, step, written
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("the answer is read from the trail")

Callers = Callable[..., Caller]
WHY = "Chưa có ý kiến của Thường trực Tỉnh ủy"


def content(database: Database, reader: Caller, event_id: str) -> tuple[str, str]:
    mail = written(database, ReminderPurpose.ASKED, reader, f"/delegations/{event_id}")
    assert isinstance(mail, OfficeMail), mail
    return mail.content.subject, mail.content.text


@pytest.fixture
def asked(caller: Callers, clock: Clock) -> tuple[Caller, Caller, str]:
    """Who asked, who may confirm, the event."""
    officer, approver = caller(Role.OFFICER, locale=Language.EN), caller(Role.APPROVER, name="Lan")
    event_id: str = officer.made("/delegations", VISIT)["id"]
    step(officer, event_id, "planned")
    clock.move(minutes=1)
    assert ask(officer, f"/delegations/{event_id}").status_code == 201
    clock.move(minutes=1)
    return officer, approver, event_id


def refuse(who: Caller, event_id: str, reason: str = WHY) -> Any:
    return who.post(f"/events/{event_id}/refuse-confirmation", {"reason": reason})


def test_who_asked_hears_that_it_is_confirmed(asked: tuple[Caller, Caller, str], database: Database) -> None:
    officer, approver, event_id = asked
    assert mails(database) == {("asked", approver.user_id): "pending"}
    step(approver, event_id, "confirmed")
    assert mails(database)["asked", officer.user_id] == "pending"
    subject, text = content(database, officer, event_id)
    assert subject.startswith("Confirmed: ")
    assert "Answered by: Lan" in text


def test_who_asked_hears_that_it_is_refused_and_why(asked: tuple[Caller, Caller, str], database: Database) -> None:
    officer, approver, event_id = asked
    answer = refuse(approver, event_id)
    assert (answer.status_code, answer.json["status"], answer.json["confirmation_asked"]) == (200, "planned", None)
    assert mails(database) == {("asked", approver.user_id): "skipped", ("asked", officer.user_id): "pending"}
    subject, text = content(database, officer, event_id)
    assert subject.startswith("Not confirmed: ")
    assert f"Reason: {WHY}" in text
    assert approver.get(f"/events/{event_id}/history").json[-1]["reason"] == WHY  # type: ignore[index]
    assert code(refuse(approver, event_id)) == (409, "not_asked")
    assert ask(officer, f"/delegations/{event_id}").status_code == 201, "it can be asked anew at once"


@pytest.mark.parametrize(("to", "reason"), [("draft", None), ("postponed", WHY), ("cancelled", WHY)])
def test_taking_the_event_back_is_a_refusal_too(
    asked: tuple[Caller, Caller, str], database: Database, to: str, reason: str | None
) -> None:
    officer, approver, event_id = asked
    step(approver, event_id, to, **({"reason": reason} if reason else {}))
    subject, text = content(database, officer, event_id)
    assert subject.startswith("Not confirmed: ")
    assert (f"Reason: {WHY}" in text) is (reason is not None)


def test_ones_own_step_answers_nothing(asked: tuple[Caller, Caller, str], database: Database) -> None:
    officer, _approver, event_id = asked
    step(officer, event_id, "draft")
    assert ("asked", officer.user_id) not in mails(database)


def test_accepted_changes_are_an_answer(
    asked: tuple[Caller, Caller, str], database: Database, clock: Clock, caller: Callers
) -> None:
    _officer, approver, event_id = asked
    step(approver, event_id, "confirmed")
    other = caller(Role.OFFICER, locale=Language.EN)
    clock.move(minutes=1)
    other.patch(f"/delegations/{event_id}", {"headcount": 9})
    assert ask(other, f"/delegations/{event_id}").status_code == 201
    clock.move(minutes=1)
    assert accept(approver, f"/delegations/{event_id}").status_code == 200
    assert mails(database)["asked", other.user_id] == "pending"
    assert content(database, other, event_id)[0].startswith("Confirmed: ")


def test_only_who_may_confirm_refuses(asked: tuple[Caller, Caller, str], caller: Callers, database: Database) -> None:
    officer, approver, event_id = asked
    assert code(refuse(officer, event_id))[0] == 403
    editor = caller(Role.APPROVER)
    editor.patch(f"/delegations/{event_id}", {"headcount": 3})
    assert code(refuse(editor, event_id)) == (403, "four_eyes")
    assert list(refuse(approver, event_id, "").json["errors"]) == ["reason"]
    assert isinstance(written(database, ReminderPurpose.ASKED, officer, event_id), Message), "nothing is answered yet"


def test_the_page_asks_why(
    asked: tuple[Caller, Caller, str], database: Database, signed_in: Callable[..., Browser]
) -> None:
    officer, approver, event_id = asked
    with database.transaction(write=False) as session:
        users = [session.get_one(User, one.user_id) for one in (officer, approver)]
        for user in users:
            session.expunge(user)
    assert 'value="refuse"' not in signed_in(user=users[0]).get(f"/events/{event_id}").text
    browser = signed_in(user=users[1])
    page = browser.get(f"/events/{event_id}").text
    assert 'value="refuse"' in page
    version = page.partition('value="refuse"')[2].partition('name="version" value="')[2].partition('"')[0]
    path = f"/events/{event_id}"
    empty = browser.send(path, do="refuse", version=version, reason="")
    assert empty.status_code == 422
    done = browser.send(path, do="refuse", version=version, reason=WHY)
    assert done.status_code == 303, done.text
    assert content(database, officer, event_id)[0].startswith("Not confirmed: ")
