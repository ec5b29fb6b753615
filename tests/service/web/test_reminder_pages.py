"""Reminders as people meet them: what failed and what is coming, one by itself, a mail server that is away."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit, Heartbeat
from models.database import Database
from models.events import Event
from models.i18n import message, translate
from models.reminders import Reminder, ReminderAttempt
from models.vocabulary import AttemptOutcome, Language, ReminderPurpose, ReminderState, Role, Visibility
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, browser, count_queries, signed_in, told, untranslated, words

__all__ = ["browser", "signed_in"]  # fixtures

SignedIn = Callable[..., Browser]
HOUR = timedelta(hours=1)
REFUSED = "The mail server refused this mail: {answer}"
TITLE = {"vi": "Đoàn Viêng Chăn", "lo": "ຄະນະວຽງຈັນ"}

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what asks nothing of the database that would differ."""


@pytest.fixture
def posted(database: Database, clock: Clock) -> dict[str, str]:
    """Name → id of reminders in every state; each goes to NAME@b.vn."""
    reason = str(message(REFUSED, answer="550 5.1.1"))
    later = {"due_at": clock.now + HOUR}
    with database.transaction() as session:
        event = factories.make_event(session, title=TITLE)
        rule = factories.make_rule(session, name={"vi": "Quy tắc A", "lo": "ກົດ A"})
        seen = {"seen_at": clock.now, "seen_by": factories.make_user(session, name="Nam").id}
        failed = {"state": ReminderState.FAILED, "reason": reason}
        weekly = {"purpose": ReminderPurpose.WEEKLY, "event_id": None}
        made = {}
        for name, values in (
            ("seen", failed | seen),
            ("new", failed),
            ("office", failed | weekly),
            ("later", later),
            ("soon", {}),
            ("sending", {"state": ReminderState.SENDING, "lease_until": clock.now + HOUR} | later),
            ("sent", {"state": ReminderState.SENT, "sent_at": clock.now}),
            ("skipped", {"state": ReminderState.SKIPPED, "reason": "The event is a draft."}),
        ):
            own_rule = None if "event_id" in values else rule
            made[name] = factories.make_reminder(session, event, own_rule, recipient=f"{name}@b.vn", **values).id
        answers = ((AttemptOutcome.DEFERRED, "450 4.7.1 <b>wait</b>"), (AttemptOutcome.REFUSED, reason))
        for number, (outcome, answer) in enumerate(answers):
            at = clock.now - (2 - number) * HOUR
            one = ReminderAttempt(reminder_id=made["new"], at=at, outcome=outcome, answer=answer, worker="may-1:7")
            session.add(one)
    return made


def in_order(text: str, posted: dict[str, str]) -> list[str]:
    return sorted((name for name in posted if f"{name}@b.vn" in text), key=lambda name: text.index(f"{name}@b.vn"))


def test_what_nobody_has_seen_comes_first_then_what_is_coming(signed_in: SignedIn, posted: dict[str, str]) -> None:
    page = signed_in(locale=Language.EN).get("/reminders")
    text = words(page)
    found = in_order(text, posted)
    assert set(found[:2]) == {"new", "office"}
    assert found[2:4] == ["seen", "soon"]
    assert set(found[4:]) == {"later", "sending"}
    assert text.count("Not seen yet") == 2
    assert "Weekly schedule" in text
    assert "550 5.1.1" in text
    assert f'href="/reminders/{posted["new"]}"' in page.text


@pytest.mark.parametrize("state", ReminderState)
def test_one_state_by_itself_stays_in_the_address(
    signed_in: SignedIn, posted: dict[str, str], state: ReminderState
) -> None:
    expected = {
        ReminderState.FAILED: {"new", "office", "seen"},
        ReminderState.PENDING: {"soon", "later"},
    }.get(state, {state.value})
    page = signed_in(locale=Language.EN).get(f"/reminders?state={state}")
    assert set(in_order(words(page), posted)) == expected
    assert f'href="/reminders?state={state}" aria-current="page"' in page.text


@on_sqlite
def test_a_long_list_has_pages(signed_in: SignedIn, database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
        factories.make_reminder(session, event, state=ReminderState.FAILED, recipient="failed@b.vn")
        for number in range(60):
            due = clock.now + number * HOUR
            factories.make_reminder(session, event, recipient=f"a{number:02}@b.vn", due_at=due)
    reader = signed_in(locale=Language.EN)
    first, second = (words(reader.get(f"/reminders?state=pending&page={number}")) for number in (1, 2))
    assert "a49@b.vn" in first
    assert "a50@b.vn" not in first
    assert "a50@b.vn" in second
    assert "Page 2 of 2, 60 reminders" in second
    assert 'href="/reminders?state=pending&amp;page=2"' in reader.get("/reminders?state=pending").text
    assert "failed@b.vn" not in words(reader.get("/reminders?page=2"))
    for nonsense in ("page=x", "page=-1", "page=99999999", "state=x", "page=999"):
        assert reader.get(f"/reminders?{nonsense}").status_code == 200


@pytest.mark.both_databases("a reminder with its attempts")
def test_one_reminder_tells_everything(signed_in: SignedIn, posted: dict[str, str]) -> None:
    page = signed_in(locale=Language.EN).get(f"/reminders/{posted['new']}")
    text = words(page)
    for told_ in (
        "Reminder : Đoàn Viêng Chăn",
        "Nothing: correct the address and send it again.",
        "08:00, 22 November 2026 Put off may-1:7",
        "450 4.7.1 <b>wait</b>",
        "09:00, 22 November 2026 Refused may-1:7",
        "Quy tắc A",
        "By mail",
        "Nobody has seen this yet",
    ):
        assert told_.replace(" :", ":") in text.replace(" :", ":"), told_
    assert "<b>wait" not in page.text
    seen = words(signed_in(locale=Language.EN).get(f"/reminders/{posted['seen']}"))
    assert "Nam, 10:00, 22 November 2026" in seen
    office = words(signed_in(locale=Language.EN).get(f"/reminders/{posted['office']}"))
    assert "Weekly schedule" in office
    assert "Nothing has been tried yet." in office


def test_an_officer_sends_a_failed_one_again(signed_in: SignedIn, posted: dict[str, str], database: Database) -> None:
    reader, path = signed_in(locale=Language.EN), f"/reminders/{posted['office']}"
    token = reader.csrf(path)
    answer = reader.post(path, {"csrf": token, "do": "retry"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?done=retry")
    page = reader.get(f"{path}?done=retry")
    assert "The reminder will be sent again with the next round." in words(page)
    assert 'name="do"' not in page.text
    with database.transaction(write=False) as session:
        assert session.get_one(Reminder, posted["office"]).state is ReminderState.PENDING
    again = reader.post(path, {"csrf": token, "do": "retry"})
    assert again.status_code == 409
    assert "Only a reminder that failed can be sent again" in words(again)


def states_of(database: Database, posted: dict[str, str]) -> dict[str, tuple[ReminderState, bool]]:
    """Name → state, and whether somebody has seen it."""
    with database.transaction(write=False) as session:
        rows = {name: session.get_one(Reminder, identity) for name, identity in posted.items()}
        return {name: (row.state, row.seen_at is not None) for name, row in rows.items()}


def test_several_are_sent_again_at_once(signed_in: SignedIn, posted: dict[str, str], database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    page = reader.get("/reminders").text
    boxes = dict(re.findall(r'name="chosen" value="(\w+)"( checked)?', page))
    # What nobody has seen is ticked already; what has not failed cannot be chosen.
    assert boxes == {posted["new"]: " checked", posted["office"]: " checked", posted["seen"]: ""}
    before = states_of(database, posted)
    path, chosen = "/reminders?state=failed", [posted["new"], posted["office"], posted["soon"], posted["new"]]
    answer = reader.send(path, do="retry", chosen=chosen)
    assert answer.status_code == 303
    assert "Will be sent again with the next round: 2" in words(reader.get(answer.headers["Location"]))
    assert f'href="{path}" aria-current' in reader.get(answer.headers["Location"]).text
    again = (ReminderState.PENDING, False)
    assert states_of(database, posted) == before | {"new": again, "office": again}
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Audit).where(Audit.action == "retry")).all()) == 2
    # Somebody else was quicker: nothing to be done, and nothing wrong.
    assert "count=0" in reader.send(path, do="retry", chosen=chosen).headers["Location"]


def test_several_are_marked_as_seen(signed_in: SignedIn, posted: dict[str, str], database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    answer = reader.send("/reminders", do="seen", chosen=[posted["new"], posted["office"]])
    assert "Marked as seen: 2" in words(reader.get(answer.headers["Location"]))
    assert states_of(database, posted)["new"] == (ReminderState.FAILED, True)
    assert " checked" not in reader.get("/reminders").text


def test_what_cannot_be_done_to_several_changes_none(
    signed_in: SignedIn, posted: dict[str, str], database: Database
) -> None:
    before = states_of(database, posted)
    reader = signed_in(locale=Language.EN)
    for status, sentence, sent in (
        (422, "Choose at least one reminder.", {"do": "retry"}),
        (422, "At most 50 at once.", {"do": "retry", "chosen": [f"a{number}" for number in range(51)]}),
        (404, "", {"do": "retry", "chosen": [posted["new"], "nothing"]}),
        (409, "This page does not know that step.", {"do": "delete", "chosen": [posted["new"]]}),
    ):
        answer = reader.send("/reminders", **sent)
        assert answer.status_code == status
        assert sentence in words(answer)
        # What was chosen still is.
        ticked = re.findall(r'value="(\w+)" checked', answer.text)
        assert ticked == [one for one in sent.get("chosen", []) if one in posted.values()], sent
    viewer = signed_in(Role.VIEWER)
    assert 'name="chosen"' not in viewer.get("/reminders").text
    refused = viewer.post("/reminders", {"csrf": viewer.csrf("/"), "do": "seen", "chosen": posted["new"]})
    assert refused.status_code == 403
    assert states_of(database, posted) == before


@pytest.mark.both_databases("rights as conditions of a query")
def test_reminders_of_others_are_read_and_not_chosen(
    signed_in: SignedIn, posted: dict[str, str], database: Database
) -> None:
    with database.transaction() as session:
        mine, theirs = factories.make_organisation(session), factories.make_organisation(session)
        session.get_one(Event, session.get_one(Reminder, posted["new"]).event_id).organisation_id = theirs.id
        # For everybody to read; only those in charge may change it.
        session.get_one(Event, session.get_one(Reminder, posted["new"]).event_id).visibility = Visibility.PUBLIC
        own = mine.id
    reader = signed_in(locale=Language.EN, organisation_id=own)
    page = reader.get("/reminders").text
    assert "new@b.vn" in page
    assert f'name="chosen" value="{posted["new"]}"' not in page
    before = states_of(database, posted)
    assert reader.send("/reminders", do="retry", chosen=[posted["office"], posted["new"]]).status_code == 403
    assert states_of(database, posted) == before


@pytest.mark.both_databases("the state of sending, and the first page's counts")
def test_an_officer_has_seen_it(signed_in: SignedIn, posted: dict[str, str], database: Database) -> None:
    reader, path = signed_in(locale=Language.EN, name="Lan"), f"/reminders/{posted['new']}"
    assert "new@b.vn" in words(reader.get("/"))
    assert reader.send(path, do="seen").headers["Location"] == f"{path}?done=seen"
    text = words(reader.get(f"{path}?done=seen"))
    assert "It is marked as seen." in text
    assert "Seen Lan, 10:00, 22 November 2026" in text
    assert 'value="seen"' not in reader.get(path).text
    assert words(reader.get("/reminders")).count("Not seen yet") == 1
    first = words(reader.get("/"))
    assert "new@b.vn" not in first
    assert "office@b.vn" in first
    with database.transaction(write=False) as session:
        event_id = session.get_one(Reminder, posted["new"]).event_id
        assert len(session.exec(select(Audit).where(Audit.action == "see")).all()) == 1
    assert "Failed reminder marked as seen – Lan" in words(reader.get(f"/events/{event_id}?show=history"))


def test_a_viewer_reads_and_changes_nothing(signed_in: SignedIn, posted: dict[str, str], database: Database) -> None:
    reader = signed_in(Role.VIEWER)
    for name in posted:
        assert 'name="do"' not in reader.get(f"/reminders/{posted[name]}").text
    assert reader.post(f"/reminders/{posted['new']}", {"csrf": reader.csrf("/"), "do": "seen"}).status_code == 403
    with database.transaction(write=False) as session:
        assert session.get_one(Reminder, posted["new"]).seen_at is None


@on_sqlite
def test_strangers_forged_forms_and_unknown_steps(
    signed_in: SignedIn, browser: Browser, posted: dict[str, str]
) -> None:
    path = f"/reminders/{posted['new']}"
    assert browser.get("/reminders").headers["Location"] == "/login?next=/reminders"
    reader = signed_in()
    assert reader.post(path, {"do": "seen", "csrf": "0" * 64}).status_code == 403
    assert reader.send(path, do="delete").status_code == 409
    assert reader.get("/reminders/nothing").status_code == 404


def test_a_mail_server_that_is_away_is_told_and_heals(
    signed_in: SignedIn, posted: dict[str, str], database: Database, clock: Clock
) -> None:
    def beat(**values: Any) -> str:
        with database.transaction() as session:
            session.merge(Heartbeat(name="worker", at=clock.now, leads=True, **values))
        return words(reader.get("/reminders"))

    reader = signed_in(locale=Language.EN)
    assert "The program that sends them is not running" in words(reader.get("/reminders"))
    answer = str(message("The mail server can't be reached: {problem}.", problem="timeout"))
    with database.transaction() as session:
        session.get_one(Reminder, posted["later"]).waits_for_server = True
    text = beat(mail_away_since=clock.now - HOUR, mail_answer=answer)
    assert "The mail server has taken no mail since 09:00, 22 November 2026." in text
    assert "The mail server can't be reached: timeout." in text
    assert "Mails waiting: 2. They leave by themselves when it is back." in text
    assert text.count("Waits for the mail server") == 1
    healed = beat()
    assert "The mail server has taken no mail" not in healed
    assert "is not running" not in healed


def test_an_events_page_leads_to_its_reminders(signed_in: SignedIn, posted: dict[str, str], database: Database) -> None:
    with database.transaction(write=False) as session:
        event_id = session.get_one(Reminder, posted["new"]).event_id
    page = signed_in().get(f"/events/{event_id}?show=reminders").text
    for name, identity in posted.items():
        assert (f'href="/reminders/{identity}"' in page) == (name != "office")


@on_sqlite
@pytest.mark.parametrize("language", Language)
def test_the_pages_speak_the_readers_language(
    signed_in: SignedIn, posted: dict[str, str], database: Database, clock: Clock, language: Language
) -> None:
    with database.transaction() as session:
        session.add(Heartbeat(name="worker", at=clock.now, mail_away_since=clock.now))
    reader = signed_in(name="Lan", locale=language)
    pages = [words(reader.get("/reminders"))]
    pages += [words(reader.get(f"/reminders?state={state}")) for state in ReminderState]
    pages += [words(reader.get(f"/reminders/{identity}")) for identity in posted.values()]
    assert told("Mails waiting: {count}. They leave by themselves when it is back.", language, count=1) in pages[0]
    assert any(translate(REFUSED, language, answer="550 5.1.1") in page for page in pages)
    if language is not Language.EN:
        assert [untranslated(page.replace("wait", "")) for page in pages] == [[]] * len(pages)


@on_sqlite
def test_queries_do_not_grow_with_reminders(signed_in: SignedIn, database: Database, clock: Clock) -> None:
    reader = signed_in()
    found: dict[str, list[int]] = {"/reminders": [], "/reminders?state=failed": []}
    for number in (2, 20):
        with database.transaction() as session:
            for _ in range(number):
                for state in (ReminderState.FAILED, ReminderState.PENDING):
                    factories.make_reminder(session, factories.make_event(session), state=state)
        for path, counts in found.items():
            counts.append(count_queries(database, partial(reader.get, path)))
    assert all(few == many for few, many in found.values()), found


@pytest.mark.both_databases("a page of mails that were sent, with their rules and tasks")
def test_what_was_told_of_a_visit_is_listed_with_purpose_reader_instant_task_and_rule(
    database: Database, signed_in: SignedIn, clock: Clock
) -> None:
    with database.transaction() as session:
        event, other = factories.make_event(session), factories.make_event(session)
        rule = factories.make_rule(session, name={"vi": "Nhắc", "en": "Tasks due"})
        task = factories.make_task(session, event, title={"vi": "Việc", "en": "Book the hall"})
        sent = {"state": ReminderState.SENT, "told_sequence": 0}
        of_task = {"task_id": task.id, "task_key": task.id, "recipient": "task@b.vn", "sent_at": clock.now - 2 * HOUR}
        factories.make_reminder(session, event, rule, **sent, **of_task)
        moved = {"purpose": ReminderPurpose.MOVED, "recipient": "moved@b.vn", "sent_at": clock.now - HOUR}
        factories.make_reminder(session, event, **sent, **moved)
        factories.make_reminder(session, event, rule, recipient="waits@b.vn")
        factories.make_reminder(session, other, rule, recipient="other@b.vn", sent_at=clock.now, **sent)
        event_id = event.id
    reader = signed_in(locale=Language.EN)
    text = words(reader.get(f"/events/{event_id}/told"))
    for word in ("Notice of new days or hours – moved@b.vn", "Reminder – task@b.vn", "Book the hall", "Tasks due"):
        assert word in text
    assert text.index("moved@b.vn") < text.index("task@b.vn")
    assert "waits@b.vn" not in text
    assert "other@b.vn" not in text
    assert f'href="/events/{event_id}/told"' in reader.get(f"/events/{event_id}").text
    assert signed_in(Role.VIEWER).get(f"/events/{event_id}/told").status_code == 403
    assert reader.get("/events/nothing/told").status_code == 404
