"""Answers by mail: what is proven is applied, nothing else ever is, in whatever order and however often mails come."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from calendars.replies.reader import read_answer
from calendars.replies.values import ReceivedMail
from models.accounts import Audit
from models.answer_tokens import AnswerTokens
from models.both_sides.inbox import InboxMessage
from models.both_sides.notes import EventNote
from models.database import Database
from models.errors import Conflict, Forbidden, NotFound
from models.event_parts import Member
from models.events import Event
from models.places import Person
from models.reminders import EventVersion
from models.vocabulary import EventStatus, InboxOutcome, MemberAnswer, Role
from service.actions import permissions
from service.actions.both_sides import answers
from service.actions.both_sides.answers import MOST_COUNTERS, AnswerTaker
from service.actions.context import ActionContext
from service.actions.events import members
from tests.answer_mails import INBOX, READING, SECRET, WHEN, address_of, answer
from tests.factories import make_event, make_member, make_organisation, make_person, make_user

pytestmark = pytest.mark.both_databases("answers are locked, compared and replaced")
NOW = WHEN + timedelta(days=1)
KHAM, NOI = "kham@example.la", "noi@example.la"
_uids = count(1)


@dataclass
class Desk:
    """An event with two members, and the mails that come to it."""

    session: Session
    event: Event
    kham: Member
    noi: Member

    def to(self, member: Member) -> str:
        return address_of(self.session, member)

    def comes(self, raw: bytes, at: datetime = WHEN, taker: AnswerTaker | None = None) -> InboxMessage:
        read = read_answer(raw)
        key = sha256(read.message_id.encode() + sha256(raw).digest()).hexdigest()
        mail = ReceivedMail("f", 1, next(_uids), at, key)
        (taker or AnswerTaker(READING)).take(self.session, mail, read, NOW)
        self.session.flush()
        return self.session.exec(select(InboxMessage).where(InboxMessage.key == key)).one()

    def verdict(self, raw: bytes) -> tuple[str, str | None]:
        row = self.comes(raw)
        return row.outcome.value, row.reason

    @property
    def given(self) -> tuple[MemberAnswer, MemberAnswer]:
        self.session.expire_all()
        return self.kham.answer, self.noi.answer


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


@pytest.fixture
def desk(session: Session) -> Desk:
    event = make_event(session)
    people = [make_person(session, email=one) for one in ("Kham@Example.LA", NOI)]
    kham, noi = (make_member(session, event, one) for one in people)
    return Desk(session, event, kham, noi)


NOBODY = (MemberAnswer.NEEDS_ACTION, MemberAnswer.NEEDS_ACTION)


def test_a_proven_answer_is_applied_and_the_trail_names_the_sender(desk: Desk) -> None:
    assert desk.verdict(answer(desk.event, desk.to(desk.kham), KHAM, "DECLINED")) == ("applied", None)
    assert desk.given == (MemberAnswer.DECLINED, MemberAnswer.NEEDS_ACTION)
    assert desk.kham.answered_at == WHEN
    row = desk.session.exec(select(Audit).where(Audit.entity == "member", Audit.entity_id == desk.kham.id)).one()
    assert (row.actor_name, row.reason, row.event_id) == ("desk", KHAM, desk.event.id)
    assert row.changes["answer"] == {"from": "needs_action", "to": "declined"}


def test_what_is_forged_is_shown_and_never_applied(desk: Desk) -> None:
    other = make_event(desk.session)
    elsewhere = make_member(desk.session, other, desk.session.get_one(Person, desk.kham.person_id))
    token = desk.to(desk.kham).partition("+")[2].partition("@")[0]
    forged = f"answers+{token[:-1]}{'0' if token[-1] != '0' else '1'}@office.example"
    made_up = f"answers+{desk.kham.id}{'0' * 16}@office.example"
    mine = desk.to(desk.noi)
    cases = {
        "From alone": (answer(desk.event, INBOX, KHAM), "no_token"),
        "a letter changed": (answer(desk.event, forged, KHAM), "bad_token"),
        "made up": (answer(desk.event, made_up, KHAM), "bad_token"),
        "another secret": (
            answer(desk.event, desk.to(desk.kham).replace(token, token[:26] + "z" * 16), KHAM), "bad_token",
        ),
        "own token for another person": (answer(desk.event, mine, KHAM), "other_attendee"),
        "own token, other attendee": (answer(desk.event, mine, NOI, attendee=KHAM), "other_attendee"),
        "token of another event": (answer(desk.event, desk.to(elsewhere), KHAM), "other_event"),
        "UID of another event": (answer(desk.event, desk.to(desk.kham), KHAM, uid=other.uid), "other_event"),
        "UID of no event": (answer(desk.event, desk.to(desk.kham), KHAM, uid="x@y"), "other_event"),
    }  # fmt: skip
    for name, (raw, reason) in cases.items():
        assert (name, *desk.verdict(raw)) == (name, "unproven", reason)
    assert desk.given == NOBODY
    assert desk.session.get_one(Member, elsewhere.id).answer is MemberAnswer.NEEDS_ACTION
    assert desk.verdict(answer(desk.event, INBOX, KHAM, uid="no@where")) == ("unread", "unknown_event")


def test_without_the_check_of_the_token_a_forged_one_would_count(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(AnswerTokens, "proves", lambda self, token, invited: True)
    made_up = f"answers+{desk.kham.id}{'0' * 16}@office.example"
    assert desk.verdict(answer(desk.event, made_up, KHAM)) == ("applied", None)
    assert desk.given[0] is MemberAnswer.ACCEPTED


def test_a_token_ends_with_what_it_was_made_for(desk: Desk) -> None:
    to = desk.to(desk.kham)
    person = desk.session.get_one(Person, desk.kham.person_id)
    person.email = "new@example.la"
    desk.session.flush()
    assert desk.verdict(answer(desk.event, to, KHAM)) == ("unproven", "bad_token")
    person.email = KHAM
    assert desk.verdict(answer(desk.event, to, KHAM, message_id="<2@x>")) == ("applied", None)
    act = ActionContext(None, NOW, READING)
    members.remove_member(desk.session, act, desk.event, desk.kham)
    desk.session.flush()
    again = make_member(desk.session, desk.event, person)
    assert desk.verdict(answer(desk.event, to, KHAM, "DECLINED", sequence=9)) == ("unproven", "bad_token")
    assert again.answer is MemberAnswer.NEEDS_ACTION


def test_a_token_survives_a_restore_but_no_other_secret(desk: Desk) -> None:
    assert AnswerTokens.of(INBOX, SECRET) == READING.answers
    to, text = desk.to(desk.kham), repr(READING)
    assert READING.answers is not None
    assert str(READING.answers.key) not in text
    other = AnswerTaker(replace_tokens("t" * 40))
    assert desk.comes(answer(desk.event, to, KHAM), taker=other).reason == "bad_token"


def replace_tokens(secret: str):  # type: ignore[no-untyped-def]
    return replace(READING, answers=AnswerTokens.of(INBOX, secret))


def test_an_address_that_two_members_share_proves_neither(desk: Desk) -> None:
    to = desk.to(desk.kham)
    make_member(desk.session, desk.event, make_person(desk.session, email=KHAM))
    assert desk.verdict(answer(desk.event, to, KHAM)) == ("unproven", "bad_token")


def test_an_answer_to_other_days_waits_for_a_person(desk: Desk) -> None:
    old = {"first_day": "2026-01-01", "last_day": "2026-01-02"}
    now = {"first_day": desk.event.first_day.isoformat(), "last_day": desk.event.last_day.isoformat()}
    for sequence, content in enumerate((old, now)):
        row = EventVersion(event_id=desk.event.id, sequence=sequence, content=content, changed_at=WHEN)
        desk.session.add(row)
    desk.session.flush()
    assert desk.verdict(answer(desk.event, desk.to(desk.kham), KHAM)) == ("refused", "other_days")
    assert desk.verdict(answer(desk.event, desk.to(desk.kham), KHAM, sequence=1)) == ("applied", None)


def test_nothing_follows_for_a_visit_that_was_called_off_or_a_single_day(desk: Desk) -> None:
    single = answer(desk.event, desk.to(desk.kham), KHAM, lines=("RECURRENCE-ID;VALUE=DATE:20261201",))
    assert desk.verdict(single) == ("refused", "one_day_only")
    desk.event.status = EventStatus.CANCELLED
    assert desk.verdict(answer(desk.event, desk.to(desk.kham), KHAM)) == ("refused", "called_off")
    assert desk.given == NOBODY


def test_what_a_person_entered_since_is_not_undone_by_what_was_sent_before(desk: Desk) -> None:
    desk.kham.answer, desk.kham.answered_at = MemberAnswer.TENTATIVE, WHEN + timedelta(hours=1)
    desk.session.flush()
    assert desk.verdict(answer(desk.event, desk.to(desk.kham), KHAM)) == ("refused", "older")
    later = answer(desk.event, desk.to(desk.kham), KHAM, at=WHEN + timedelta(hours=2))
    assert desk.comes(later, at=WHEN + timedelta(hours=2)).outcome is InboxOutcome.APPLIED


def test_a_clock_ahead_makes_no_answer_later_than_its_mail(desk: Desk) -> None:
    ahead = answer(desk.event, desk.to(desk.kham), KHAM, at=WHEN + timedelta(days=900))
    assert desk.comes(ahead).answered_at == WHEN
    later = answer(desk.event, desk.to(desk.kham), KHAM, "DECLINED", at=WHEN + timedelta(minutes=5))
    assert desk.comes(later, at=WHEN + timedelta(minutes=5)).outcome is InboxOutcome.APPLIED


def test_other_days_become_a_note_of_the_own_side(desk: Desk) -> None:
    days = ("DTSTART;VALUE=DATE:20270312", "DTEND;VALUE=DATE:20270315", "COMMENT:Sau lễ Pi Mai thì tiện hơn")
    raw = answer(desk.event, desk.to(desk.kham), KHAM, "TENTATIVE", method="COUNTER", lines=days)
    assert desk.verdict(raw) == ("applied", None)
    again = answer(desk.event, desk.to(desk.kham), KHAM, "TENTATIVE", method="COUNTER", lines=days, message_id="<2@x>")
    assert desk.verdict(again) == ("refused", "older")
    (note,) = desk.session.exec(select(EventNote)).all()
    assert (note.text, note.sender, note.visibility.value) == ("Sau lễ Pi Mai thì tiện hơn", KHAM, "own")
    assert [str(note.first_day), str(note.last_day)] == ["2027-03-12", "2027-03-14"]
    assert desk.given == NOBODY
    for day in range(1, MOST_COUNTERS + 3):
        lines = (f"DTSTART;VALUE=DATE:202704{day:02}",)
        last = answer(desk.event, desk.to(desk.kham), KHAM, method="COUNTER", lines=lines, message_id=f"<day{day}@x>")
        verdict = desk.verdict(last)
    assert verdict == ("refused", "too_many")


# By hand


def test_who_is_in_charge_applies_an_answer_without_proof(desk: Desk) -> None:
    row = desk.comes(answer(desk.event, INBOX, KHAM, "TENTATIVE"))
    assert row.outcome is InboxOutcome.UNPROVEN
    user = make_user(desk.session, Role.APPROVER)
    act = ActionContext(user, NOW, READING)
    permissions.reads_as(desk.session, user)
    answers.apply_by_hand(desk.session, act, desk.event, row.id)
    assert desk.given == (MemberAnswer.TENTATIVE, MemberAnswer.NEEDS_ACTION)
    assert (row.outcome, row.settled_by, row.to_mark) == (InboxOutcome.APPLIED, user.id, True)
    trail = desk.session.exec(select(Audit).where(Audit.entity == "member", Audit.entity_id == desk.kham.id)).one()
    assert (trail.actor_id, trail.reason) == (user.id, KHAM)
    with pytest.raises(Conflict):
        answers.apply_by_hand(desk.session, act, desk.event, row.id)
    with pytest.raises(NotFound):
        answers.apply_by_hand(desk.session, act, make_event(desk.session), row.id)
    assert desk.verdict(answer(desk.event, desk.to(desk.kham), KHAM, "DECLINED")) == ("refused", "older")


def test_others_apply_nothing_by_hand(desk: Desk) -> None:
    row = desk.comes(answer(desk.event, INBOX, KHAM))
    stranger = desk.comes(answer(desk.event, INBOX, "nobody@example.la", message_id="<s@x>"))
    act = ActionContext(make_user(desk.session, Role.APPROVER), NOW, READING)
    with pytest.raises(Conflict):
        answers.apply_by_hand(desk.session, act, desk.event, stranger.id)
    clerk = make_user(desk.session, Role.OFFICER, organisation_id=make_organisation(desk.session).id)
    permissions.reads_as(desk.session, clerk)
    with pytest.raises(Forbidden):
        answers.apply_by_hand(desk.session, ActionContext(clerk, NOW, READING), desk.event, row.id)
    assert desk.given == NOBODY


# Any order

SENT = st.tuples(
    st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE"]),
    st.integers(0, 2),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
)


@given(mails=st.lists(SENT, min_size=1, max_size=7), order=st.randoms(use_true_random=False))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_any_order_and_any_repetition_end_the_same(database: Database, mails: list[tuple], order) -> None:  # type: ignore[no-untyped-def, type-arg]
    ends = []
    for is_shuffled in (False, True):
        with database.transaction() as session:
            event = make_event(session, uid=f"visit-{next(_uids)}@example.org")
            people = [make_person(session, email=one) for one in (KHAM, NOI)]
            kham, noi = (make_member(session, event, one) for one in people)
            desk = Desk(session, event, kham, noi)
            raw = [
                (
                    answer(
                        event, desk.to(kham if is_kham else noi) if proven else INBOX, KHAM if is_kham else NOI, word,
                        sequence=sequence, at=WHEN + timedelta(minutes=minute), message_id=f"<{number}@{event.uid}>",
                    ),
                    number,
                )
                for number, (word, sequence, minute, is_kham, proven) in enumerate(mails)
            ]  # fmt: skip
            if is_shuffled:
                raw = [one for one in raw for _again in range(order.choice([1, 2, 3]))]
                order.shuffle(raw)
            numbers = {desk.comes(one, at=WHEN + timedelta(hours=1)).id: number for one, number in raw}
            session.expire_all()
            rows = session.exec(select(InboxMessage).where(InboxMessage.event_id == event.id)).all()
            told = sorted((numbers[row.id], row.outcome.value, row.reason or "") for row in rows)
            ends.append((told, [(one.answer, one.answered_at) for one in (kham, noi)]))
            best = [one for one in mails if one[3] and one[4]]
            assert (kham.answer is MemberAnswer.NEEDS_ACTION) is (not best)
    assert _without_ties(mails) is False or ends[0] == ends[1]


def _without_ties(mails: list[tuple]) -> bool:  # type: ignore[type-arg]
    """Mails of the same SEQUENCE and second are ordered by their keys, which name the event: not the same twice."""
    seen = [(one[1], one[2], one[3]) for one in mails if one[4]]
    return len(set(seen)) == len(seen)
