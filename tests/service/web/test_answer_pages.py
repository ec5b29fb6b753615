"""The pages of answers by mail: who reads them, applying one by hand, and the inbox's state on the first page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from calendars.replies.values import Unread
from models.both_sides.inbox import InboxFolder, InboxMessage
from models.database import Database
from models.event_parts import Member
from models.vocabulary import AnswerReason, InboxOutcome, Language, MemberAnswer, Role, Visibility
from service.settings import Settings
from service.web.both_sides.answers import OUTCOMES, REASONS
from tests import factories
from tests.answer_mails import INBOX
from tests.factories import NOW
from tests.service.web.test_pages import Browser, count_queries, signed_in, untranslated, words

__all__ = ["signed_in"]

SignedIn = Callable[..., Browser]
FOLDER = f"{INBOX}@mail.office.example/INBOX"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With an inbox."""
    return replace(settings, inbox_url="imaps://answers:secret@mail.office.example", inbox_address=INBOX)


def add(database: Database, event_id: str | None, outcome: InboxOutcome, number: int = 1, **values: object) -> str:
    """A message of the inbox; its id."""
    with database.transaction() as session:
        row = InboxMessage(
            key=f"{number:064}", folder=FOLDER, uid_validity=1, uid=number, outcome=outcome, received_at=NOW,
            handled_at=NOW, event_id=event_id, sender="kham@example.la", subject="Re: thăm", **values,
            applied_at=NOW if outcome is InboxOutcome.APPLIED else None,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
def visit(database: Database) -> tuple[str, str, str]:
    """An internal event of an organisation, its member, and the organisation; their ids."""
    with database.transaction() as session:
        body = factories.make_organisation(session)
        event = factories.make_event(session, organisation_id=body.id, visibility=Visibility.INTERNAL)
        member = factories.make_member(session, event, factories.make_person(session, name="Khamla Sisoulith"))
        return event.id, member.id, body.id


@pytest.mark.both_databases("the messages of an event and of an office are listed")
@pytest.mark.parametrize("locale", list(Language))
def test_who_is_in_charge_applies_an_unproven_answer(
    signed_in: SignedIn, database: Database, visit: tuple[str, str, str], locale: Language
) -> None:
    event_id, member_id, body_id = visit
    row = add(
        database, event_id, InboxOutcome.UNPROVEN, member_id=member_id, partstat=MemberAnswer.DECLINED,
        reason=AnswerReason.NO_TOKEN.value,
    )  # fmt: skip
    path = f"/events/{event_id}/answers"
    browser = signed_in(Role.OFFICER, organisation_id=body_id, locale=locale)
    page = browser.get(path)
    assert page.status_code == 200
    assert "Khamla Sisoulith" in page.text
    assert f'value="{row}"' in page.text
    if locale is not Language.EN:
        assert untranslated(words(page)) == []
    answer = browser.post(path, {"csrf": browser.csrf(path), "do": "apply", "row": row})
    assert answer.status_code == 303
    with database.transaction() as session:
        assert session.get_one(Member, member_id).answer is MemberAnswer.DECLINED
    assert 'value="apply"' not in browser.get(path).text
    again = browser.post(path, {"csrf": browser.csrf("/"), "do": "apply", "row": row})
    assert again.status_code == 409


def test_others_read_nothing_of_it(signed_in: SignedIn, database: Database, visit: tuple[str, str, str]) -> None:
    event_id, member_id, _body_id = visit
    with database.transaction() as session:
        taking_part = factories.make_organisation(session).id
        event = session.get_one(factories.Event, event_id)
        factories.make_task(session, event, organisation_id=taking_part)
    row = add(database, event_id, InboxOutcome.UNPROVEN, member_id=member_id, partstat=MemberAnswer.DECLINED)
    path = f"/events/{event_id}/answers"
    for organisation in (taking_part, None):
        with database.transaction() as session:
            organisation = organisation or factories.make_organisation(session).id
        browser = signed_in(Role.OFFICER, organisation_id=organisation)
        assert browser.get(path).status_code == 404
        form = {"csrf": browser.csrf("/"), "do": "apply", "row": row}
        assert browser.post(path, form).status_code == 404
    viewer = signed_in(Role.VIEWER)
    assert viewer.post(path, {"csrf": viewer.csrf("/"), "do": "apply", "row": row}).status_code == 403
    assert signed_in(Role.OFFICER).get("/administration/answers-by-mail").status_code == 403


def test_administrators_read_those_of_their_office(
    signed_in: SignedIn, database: Database, visit: tuple[str, str, str]
) -> None:
    with database.transaction() as session:
        other = factories.make_organisation(session, locality="vientiane-province")
        guest = factories.make_event(session, organisation_id=other.id, visibility=Visibility.INTERNAL)
        event_id = guest.id
    add(database, visit[0], InboxOutcome.APPLIED, 1, partstat=MemberAnswer.ACCEPTED, member_id=visit[1])
    add(database, None, InboxOutcome.UNREAD, 2, reason=Unread.NO_CALENDAR.value, comment="of nobody")
    add(database, event_id, InboxOutcome.APPLIED, 3, partstat=MemberAnswer.ACCEPTED, comment="of the other office")
    path = "/administration/answers-by-mail"
    theirs = signed_in(Role.ADMIN, organisation_id=other.id).get(path).text  # the office begins with its account
    own = signed_in(Role.ADMIN).get(path).text
    assert "Khamla Sisoulith" in own
    assert "of nobody" in own
    assert "of the other office" not in own
    assert "of the other office" in theirs
    assert "of nobody" not in theirs
    assert "Khamla Sisoulith" not in theirs


def test_one_query_count_for_any_number(signed_in: SignedIn, database: Database, visit: tuple[str, str, str]) -> None:
    event_id, member_id, _body = visit
    browser, counts = signed_in(Role.ADMIN), []
    for number in range(1, 4):
        add(database, event_id, InboxOutcome.APPLIED, number, member_id=member_id, partstat=MemberAnswer.ACCEPTED)
        paths = (f"/events/{event_id}/answers", "/administration/answers-by-mail")
        counts.append([count_queries(database, partial(browser.get, path)) for path in paths])
    assert counts == [counts[0]] * 3


def test_administrators_are_told_since_when_the_inbox_is_away(signed_in: SignedIn, database: Database) -> None:
    def notice(role: Role) -> bool:
        return "has not been readable since" in signed_in(role, locale=Language.EN).get("/").text

    assert not notice(Role.ADMIN)
    with database.transaction() as session:
        session.add(InboxFolder(name=FOLDER, failing_since=NOW - timedelta(hours=1), failure="Connection refused"))
    assert notice(Role.ADMIN)
    assert not notice(Role.APPROVER)
    with database.transaction() as session:
        folder = session.get_one(InboxFolder, FOLDER)
        folder.failing_since = folder.failure = None
        folder.read_at = NOW
    assert not notice(Role.ADMIN)


def test_every_word_has_a_sentence() -> None:
    assert set(REASONS) == {*Unread, *AnswerReason}
    assert set(OUTCOMES) == set(InboxOutcome)
