"""Notes on a visit: who reads which, what is refused, whom they mention, and what of them is told where."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event as sa_event
from sqlmodel import select

from jobs import queue
from jobs.note_checks import NoteChecks, NoteMail
from models.accounts import Audit, User
from models.both_sides.notes import EventNote, NoteMention
from models.database import Database
from models.events import Event
from models.i18n import Message
from models.queries import note_readers
from models.reminders import Reminder
from models.vocabulary import NoteVisibility, ReminderPurpose, Role
from service.actions.both_sides import notes
from service.actions.context import ActionContext
from service.settings import Settings
from tests import factories
from tests.service.both_sides.conftest import TwoOffices
from tests.service.conftest import Caller, Clock

pytestmark = pytest.mark.both_databases("notes and their readers are asked in SQL")

WORD = "Hoabanglang"


def texts(who: Caller, two: TwoOffices) -> list[str] | int:
    """The notes somebody reads, or the status of the refusal."""
    answer = who.get(f"{two.path}/notes")
    return [one["text"] for one in answer.json] if answer.status_code == 200 else answer.status_code


def write(who: Caller, two: TwoOffices, text: str, **more: Any) -> Any:
    return who.made(f"{two.path}/notes", {"text": text, **more})


@pytest.fixture
def colleague(two: TwoOffices, caller: Callable[..., Caller]) -> Caller:
    """A viewer of the body in charge."""
    return caller(Role.VIEWER, organisation_id=two.body_id)


def test_each_side_reads_its_own_and_what_is_for_both(two: TwoOffices, colleague: Caller) -> None:
    two.share()
    write(two.owner, two, "ours")
    write(two.other, two, "theirs")
    write(two.owner, two, "from us", visibility="shared")
    write(two.other, two, "from them", visibility="shared")
    assert texts(two.owner, two) == texts(colleague, two) == ["ours", "from us", "from them"]
    assert texts(two.other, two) == ["theirs", "from us", "from them"]
    assert texts(two.department, two) == 404, "a department that takes no part"
    two.unshare()
    assert texts(two.owner, two) == ["ours", "from us", "from them"], "what was agreed stays"
    assert texts(two.other, two) == 404


def test_who_only_takes_part_reads_what_is_for_both_only_while_it_is_shared(
    two: TwoOffices, database: Database
) -> None:
    with database.transaction() as session:
        body = session.get_one(User, two.department.user_id).organisation_id
        factories.make_task(session, session.get_one(Event, two.event_id), organisation_id=body)
    write(two.owner, two, "ours")
    write(two.department, two, "theirs")
    two.share()
    write(two.owner, two, "for both", visibility="shared")
    assert texts(two.department, two) == ["theirs", "for both"]
    two.unshare()
    assert texts(two.department, two) == ["theirs"]
    two.share()
    assert texts(two.department, two) == ["theirs", "for both"]


def test_a_third_office_reads_nothing(two: TwoOffices, database: Database, caller: Callable[..., Caller]) -> None:
    with database.transaction() as session:
        factories.make_locality(session, "bac-giang", country="VN")
        third = factories.make_organisation(session, locality="bac-giang").id
    reader = caller(Role.APPROVER, organisation_id=third)
    two.share()
    write(two.owner, two, "ours")
    write(two.owner, two, "for both", visibility="shared")
    assert texts(reader, two) == 404
    with database.transaction() as session:
        factories.make_task(session, session.get_one(Event, two.event_id), organisation_id=third)
    assert texts(reader, two) == []
    answer = reader.post(f"{two.path}/notes", {"text": "x", "visibility": "shared"})
    assert (answer.status_code, answer.json["code"]) == (409, "not_shared")
    write(reader, two, "a third")
    assert texts(reader, two) == ["a third"]
    assert "a third" not in [*texts(two.owner, two), *texts(two.other, two)]  # type: ignore[misc]


def test_shared_with_another_office_later_it_does_not_read_what_was_for_the_first(
    two: TwoOffices, database: Database, caller: Callable[..., Caller]
) -> None:
    with database.transaction() as session:
        factories.make_locality(session, "bac-giang", country="VN")
        third = factories.make_organisation(session, locality="bac-giang").id
    reader = caller(Role.APPROVER, organisation_id=third)
    two.share()
    write(two.owner, two, "for the first", visibility="shared")
    two.unshare()
    with database.transaction() as session:
        session.get_one(Event, two.event_id).guest = "bac-giang"
    two.share()
    write(two.owner, two, "for the second", visibility="shared")
    assert texts(reader, two) == ["for the second"]


def test_a_note_for_both_needs_a_shared_event(two: TwoOffices) -> None:
    answer = two.owner.post(f"{two.path}/notes", {"text": "x", "visibility": "shared"})
    assert (answer.status_code, answer.json["code"]) == (409, "not_shared")
    assert texts(two.owner, two) == []


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "x" * 4001}, {"text": "x", "visibility": "public"}])
def test_what_is_no_note_is_refused(two: TwoOffices, body: dict[str, Any]) -> None:
    assert two.owner.post(f"{two.path}/notes", body).status_code == 422


def test_viewers_read_and_do_not_write(two: TwoOffices, colleague: Caller) -> None:
    write(two.owner, two, "ours")
    assert colleague.post(f"{two.path}/notes", {"text": "x"}).status_code == 403


# Taking back


def test_a_young_note_of_ones_own_side_is_deleted_by_its_author(
    two: TwoOffices, clock: Clock, caller: Callable[..., Caller]
) -> None:
    note = write(two.owner, two, "ours")
    other = caller(Role.OFFICER, organisation_id=two.body_id)
    assert other.delete(f"/notes/{note['id']}").status_code == 403
    clock.move(minutes=14)
    assert two.owner.delete(f"/notes/{note['id']}").status_code == 204
    assert two.owner.get(f"/notes/{note['id']}").status_code == 404
    note = write(two.owner, two, "ours")
    clock.move(minutes=16)
    answer = two.owner.delete(f"/notes/{note['id']}")
    assert (answer.status_code, answer.json["code"]) == (409, "note_stays")


def test_what_both_read_is_struck_out_and_stays(two: TwoOffices, caller: Callable[..., Caller]) -> None:
    two.share()
    note = write(two.other, two, "agreed", visibility="shared")
    path = f"/notes/{note['id']}"
    answer = two.other.delete(path)
    assert (answer.status_code, answer.json["code"]) == (409, "note_stays")
    answer = two.owner.post(f"{path}/strike")
    assert (answer.status_code, answer.json["code"]) == (403, "not_yours"), "it is the other side's"
    struck = two.other.post(f"{path}/strike").json
    assert (struck["text"], struck["struck_by"]) == ("agreed", two.other.user_id)
    assert two.owner.get(path).json["struck_at"] == struck["struck_at"]
    again = two.other.post(f"{path}/strike")
    assert (again.status_code, again.json["code"]) == (409, "already_struck")
    ours = write(two.owner, two, "ours")
    in_charge = caller(Role.OFFICER, organisation_id=two.body_id)
    assert in_charge.post(f"/notes/{ours['id']}/strike").status_code == 200


def test_what_one_does_not_read_is_not_there(two: TwoOffices) -> None:
    two.share()
    note = write(two.owner, two, "ours")
    for answer in (
        two.other.get(f"/notes/{note['id']}"),
        two.other.post(f"/notes/{note['id']}/strike"),
        two.other.call("DELETE", f"/notes/{note['id']}", If_Match="*"),
        two.other.get("/notes/01aaaaaaaaaaaaaaaaaaaaaaaa"),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")


# The trail


def test_the_trail_tells_that_notes_were_written_and_never_what_they_say(two: TwoOffices, database: Database) -> None:
    two.share()
    write(two.owner, two, f"{WORD} ours")
    write(two.other, two, f"{WORD} theirs")
    write(two.other, two, f"{WORD} both", visibility="shared")
    with database.transaction(write=False) as session:
        rows = session.exec(select(Audit).where(Audit.entity == "event_note").order_by(Audit.id)).all()  # type: ignore[arg-type]
        assert [row.event_id for row in rows] == [two.event_id, None, two.event_id]
        assert all(WORD not in str(row.changes) for row in rows)
    history = two.owner.get(f"{two.path}/history").json
    assert sum(one["entity"] == "event_note" for one in history) == 2
    assert two.other.get(f"{two.path}/history").status_code == 403


# Mentions


def mails(database: Database) -> list[tuple[str, str]]:
    with database.transaction(write=False) as session:
        found = session.exec(select(Reminder).where(Reminder.purpose == ReminderPurpose.MENTION)).all()
        return sorted((one.recipient, one.rule_key) for one in found)


def address_of(database: Database, who: Caller) -> str:
    with database.transaction(write=False) as session:
        return session.get_one(User, who.user_id).email


def test_who_is_mentioned_gets_one_mail(two: TwoOffices, colleague: Caller, database: Database) -> None:
    note = write(two.owner, two, "ours", mentions=[colleague.user_id, colleague.user_id])
    assert note["mentions"] == [colleague.user_id]
    assert mails(database) == [(address_of(database, colleague), f"mention:{note['id']}")]


def test_only_who_can_read_the_note_is_mentioned_and_nobody_learns_who_is_there(
    two: TwoOffices, database: Database, caller: Callable[..., Caller]
) -> None:
    two.share()
    off = caller(Role.OFFICER, organisation_id=two.body_id)
    with database.transaction() as session:
        session.get_one(User, off.user_id).active = False
    told = []
    for identity in (two.other.user_id, two.department.user_id, off.user_id, "01aaaaaaaaaaaaaaaaaaaaaaaa"):
        for visibility in NoteVisibility:
            body = {"text": "x", "visibility": visibility.value, "mentions": [identity]}
            answer = two.owner.post(f"{two.path}/notes", body)
            assert answer.status_code == 422
            told.append(answer.json["errors"])
    assert all(one == told[0] for one in told)
    assert list(told[0]) == ["mentions.0"]
    assert mails(database) == []
    assert texts(two.owner, two) == []


def test_the_other_side_is_mentioned_once_it_has_shown_itself(two: TwoOffices, database: Database) -> None:
    two.share()
    write(two.other, two, "from them", visibility="shared")
    write(two.owner, two, "to them", visibility="shared", mentions=[two.other.user_id])
    assert [address for address, _key in mails(database)] == [address_of(database, two.other)]
    answer = two.owner.post(f"{two.path}/notes", {"text": "x", "mentions": [two.other.user_id]})
    assert answer.status_code == 422, "a note of one side only"


def test_whom_the_other_side_mentions_is_told_to_nobody_who_may_not_know(
    two: TwoOffices, database: Database, caller: Callable[..., Caller]
) -> None:
    second = caller(Role.APPROVER, organisation_id=two.other_body_id)
    two.share()
    note = write(two.other, two, "from them", visibility="shared", mentions=[second.user_id])
    assert note["mentions"] == [second.user_id]
    assert two.owner.get(f"/notes/{note['id']}").json["mentions"] == []
    assert all(one["purpose"] != "mention" for one in two.owner.get("/reminders").json)
    assert [one["purpose"] for one in second.get("/reminders?purpose=mention").json] == ["mention"]


def checked(database: Database, settings: Settings, clock: Clock) -> list[NoteMail | Message]:
    """What the worker would make of the mails about mentions now."""
    with database.transaction() as session:
        claimed = [one for one in queue.claim(session, clock.now, "me", 60, 50) if one.purpose == "mention"]
        checks = NoteChecks.load(session, claimed, settings.office)
        found = [] if checks is None else [checks.check(one) for one in claimed]
        session.rollback()
    return found


def test_a_mail_says_who_wrote_what_and_only_while_it_may_be_read(
    two: TwoOffices, colleague: Caller, database: Database, settings: Settings, clock: Clock
) -> None:
    note = write(two.owner, two, f"{WORD} <b>", mentions=[colleague.user_id])
    (mail,) = checked(database, settings, clock)
    assert isinstance(mail, NoteMail)
    assert f"> {WORD} <b>" in mail.mail.content.text
    assert "&lt;b&gt;" in mail.mail.content.html
    assert f"/events/{two.event_id}/notes" in mail.mail.content.text
    with database.transaction() as session:
        mention = session.get_one(NoteMention, (note["id"], colleague.user_id))
        mention.read_at = clock.now
    (read,) = checked(database, settings, clock)
    assert isinstance(read, Message)
    with database.transaction() as session:
        session.get_one(NoteMention, (note["id"], colleague.user_id)).read_at = None
    two.owner.post(f"/notes/{note['id']}/strike")
    (struck,) = checked(database, settings, clock)
    assert isinstance(struck, Message)


def test_when_sharing_ends_before_the_mail_leaves_it_does_not(
    two: TwoOffices, database: Database, settings: Settings, clock: Clock
) -> None:
    two.share()
    write(two.other, two, "from them", visibility="shared")
    write(two.owner, two, WORD, visibility="shared", mentions=[two.other.user_id])
    assert [isinstance(one, NoteMail) for one in checked(database, settings, clock)] == [True]
    two.unshare()
    (why,) = checked(database, settings, clock)
    assert isinstance(why, Message)


def test_without_the_rule_of_readers_the_mail_would_leave(
    two: TwoOffices, database: Database, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: who lost the note, and still reads the visit, is refused by that rule alone."""
    with database.transaction() as session:
        factories.make_task(session, session.get_one(Event, two.event_id), organisation_id=two.other_body_id)
    two.share()
    write(two.other, two, "from them", visibility="shared")
    write(two.owner, two, WORD, visibility="shared", mentions=[two.other.user_id])
    two.unshare()
    assert [isinstance(one, Message) for one in checked(database, settings, clock)] == [True]
    monkeypatch.setattr("jobs.note_checks.reads_note", lambda *_args: True)
    assert [isinstance(one, NoteMail) for one in checked(database, settings, clock)] == [True]


def test_reading_costs_as_many_queries_however_many_notes(
    two: TwoOffices, colleague: Caller, database: Database
) -> None:
    two.share()
    counted = []
    for _round in range(2):
        write(two.owner, two, "x", mentions=[colleague.user_id])
        write(two.other, two, "y", visibility="shared")
        asked: list[str] = []

        def note(*said: Any, asked: list[str] = asked) -> None:
            asked.append(said[2])

        sa_event.listen(database.engine, "before_cursor_execute", note)
        assert texts(two.owner, two)
        sa_event.remove(database.engine, "before_cursor_execute", note)
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_what_came_by_mail_is_a_note_of_the_events_own_side(
    two: TwoOffices, database: Database, settings: Settings, clock: Clock
) -> None:
    two.share()
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        days = (event.first_day, event.last_day)
        notes.add_mail_note(
            session, ActionContext(None, clock.now, settings.office), event, "Xin dời ngày.", "a@example.org", days
        )
    (note,) = two.owner.get(f"{two.path}/notes").json
    assert (note["source"], note["sender"], note["author_id"]) == ("mail", "a@example.org", None)
    assert note["first_day"] == days[0].isoformat()
    assert texts(two.other, two) == []


def test_an_office_that_ended_leaves_its_notes_to_nobody() -> None:
    """Its code does not come to mean the default office, whose accounts would read them."""
    from models.queries.offices import Offices

    present = Offices("hai-duong", "hai-duong", others={"hanoi": frozenset({"hanoi"})})
    assert note_readers.means(present, None, "hai-duong")
    assert note_readers.means(present, "hai-duong", "hai-duong")
    assert not note_readers.means(present, "vientiane-province", "hai-duong")
    assert present.named("vientiane-province") == "hai-duong"


def test_deleted_with_their_event(two: TwoOffices, database: Database) -> None:
    write(two.owner, two, "ours")
    with database.transaction() as session:
        session.delete(session.get_one(Event, two.event_id))
    with database.transaction(write=False) as session:
        assert session.exec(select(EventNote)).all() == []
