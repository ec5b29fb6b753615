"""What people of two offices do about a visit, each step with what must hold before and after it."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, cast

from hypothesis import strategies as st
from sqlmodel import col, select

from calendars.replies.reader import read_answer
from calendars.replies.values import ReceivedMail
from models.both_sides.inbox import InboxMessage
from models.both_sides.links import Submission
from models.event_parts import Member
from models.events import Event
from models.places import Person
from models.vocabulary import MemberAnswer, Role
from service.actions.both_sides import ending
from service.actions.both_sides.answers import AnswerTaker
from service.actions.context import ActionContext
from tests.answer_mails import TOKENS, address_of, answer
from tests.service.both_sides.link_holder import LinkHolder, token_of
from tests.service.properties.both_sides import rows
from tests.service.properties.both_sides.table import HOME, Actor, Level, Table, Visit
from tests.service.properties.desk import Desk
from tests.service.properties.operations import Arguments, Draw, changes
from tests.service.properties.traces import Leak


def owner_of(table: Table, visit: Visit) -> Actor:
    return table.actors[f"{visit.side} officer"]


# Sharing


def share(table: Table, visit: Visit) -> bool:
    """Who is in charge shares; then the other side reads it, or the whole test would be blind."""
    answer = table.call(owner_of(table, visit), "PUT", f"/events/{visit.id}/share", {"acknowledged": True})
    if answer.status_code != 200:
        return False
    if visit.other in table.ended:
        raise Leak(f"{visit.key} is shared with an office that has ended")
    if not table.is_shared(table.facts(), visit):
        raise Leak(f"{visit.key} is not shared with the office of its other side")
    reader = table.actors[f"{visit.other} watcher"]
    shown = table.must(table.call(reader, "GET", f"/events/{visit.id}"))
    assert table.found(str(shown["title"])), "the other side does not see what is shared with it"
    return True


def unshare(table: Table, visit: Visit) -> None:
    """From that moment on nothing is read, not by what one's browser or calendar kept either."""
    reader = table.actors[f"{visit.other} approver"]
    paths = [f"/events/{visit.id}{one}" for one in ("", "/programme", "/files", "/notes", "/proposals", "/members")]
    kept = {path: table.call(reader, "GET", path).headers.get("ETag", "*") for path in paths}
    feed = table.feeds[reader.name]
    before = table.client.get(feed)
    ended = table.call(owner_of(table, visit), "DELETE", f"/events/{visit.id}/share")
    if ended.status_code != 204:
        return
    facts = table.facts()
    if table.is_shared(facts, visit):
        raise Leak(f"{visit.key} is shared still")
    if table.reads(facts, reader, visit):
        return  # its organisation takes part
    for path, etag in kept.items():
        told = table.call(reader, "GET", path, If_None_Match=etag)
        if told.status_code not in {401, 404}:
            raise Leak(f"{path} answers {told.status_code} after its sharing was taken back")
    after = table.client.get(feed, headers={"If-None-Match": before.headers.get("ETag", "*")})
    if after.status_code == 304 and table.found(before.get_data()):
        raise Leak("a calendar is as it was after the sharing was taken back")
    table.check(reader, after, feed)


def let_in(table: Table, visit: Visit, how: str) -> None:
    """Somebody in charge adds somebody of a department of the other side, or gives it a task."""
    who, body = table.actors[f"{visit.side} protocol"], f"{visit.other} two"
    if how == "member":
        given = {"person_id": table.people[body], "role": "member"}
        table.call(who, "POST", f"/events/{visit.id}/members", given)
        return
    word = table.plant(Level.TASK, visit.key, visit.other, table.bodies[body])
    task = {"title": {"vi": word}, "due_offset": "-P3D", "organisation_id": table.bodies[body]}
    table.call(who, "POST", f"/events/{visit.id}/tasks", task, said=word)


def let_go(table: Table, visit: Visit) -> None:
    """Everybody of the other side is taken off the visit again, and its tasks with them."""
    who = table.actors[f"{visit.side} protocol"]
    for part in ("members", "tasks"):
        answer = table.call(who, "GET", f"/events/{visit.id}/{part}")
        for one in answer.json if answer.status_code == 200 and isinstance(answer.json, list) else []:
            if one.get("organisation_id") == table.bodies[f"{visit.other} two"]:
                path = f"/events/{visit.id}/members/{one['id']}" if part == "members" else f"/tasks/{one['id']}"
                table.call(who, "DELETE", path)


# Notes and proposals


def note(table: Table, who: Actor, visit: Visit, *, is_shared: bool, named: Sequence[Actor] = ()) -> bool:
    """A note for one's own side or for both."""
    word = table.plant(Level.SHARED_NOTE if is_shared else Level.OWN_NOTE, visit.key, who.side)
    may = table.may(table.facts(), who, table.plants[word]) if who.role.suffices_for(Role.OFFICER) else False
    body = {"text": word, "visibility": "shared" if is_shared else "own", "mentions": [one.id for one in named]}
    with rows.only_ones_own(table, who):
        made = table.call(who, "POST", f"/events/{visit.id}/notes", body, said=word)
    if made.status_code >= 300:
        del table.plants[word]
        return False
    if not may:
        raise Leak(f"{who.name} has written a note on {visit.key}")
    return True


def strike(table: Table, who: Actor, number: int) -> None:
    """Any note is struck out, or tried to."""
    known = table.ids("event_note")
    if known:
        with rows.only_ones_own(table, who):
            table.call(who, "POST", f"/notes/{known[-1 - number % len(known)]}/strike")


def propose(table: Table, who: Actor, visit: Visit, first: int, length: int) -> bool:
    """Days are proposed by anybody."""
    word = table.plant(Level.PROPOSAL, visit.key, who.side)
    day = table.day + timedelta(days=first)
    days = {"first_day": day.isoformat(), "last_day": (day + timedelta(days=length)).isoformat(), "note": word}
    with rows.moved_to(table, visit.id, None), rows.only_ones_own(table, who, rows.BY_PROPOSALS):
        made = table.call(who, "POST", f"/events/{visit.id}/proposals", days, said=word)
    if made.status_code >= 300:
        del table.plants[word]
    return made.status_code == 201


def answer_proposal(table: Table, who: Actor, visit: Visit, step: str, first: int = 5) -> int:
    """The latest proposal is accepted, declined, countered or withdrawn by anybody: only an acceptance moves the visit,
    and only to what was proposed."""
    read = table.call(table.actors[f"{visit.side} officer"], "GET", f"/events/{visit.id}/proposals")
    found = [one for one in read.json if one["state"] == "open"] if read.status_code == 200 and read.json else []
    if not found:
        return 0
    last = found[0]
    path, body, word, word_said = f"/proposals/{last['id']}/{step}", None, None, ""
    if step in {"counter", "decline"}:
        word = word_said = table.plant(Level.PROPOSAL, visit.key, who.side)
        day = table.day + timedelta(days=first)
        days = {"first_day": day.isoformat(), "last_day": (day + timedelta(days=1)).isoformat()}
        body = {"note": word} | (days if step == "counter" else {})
    agreed = (last["first_day"], last["last_day"]) if step == "accept" else None
    allowed = rows.BY_ACCEPTING if step == "accept" else rows.BY_PROPOSALS
    with rows.moved_to(table, visit.id, agreed), rows.only_ones_own(table, who, allowed):
        done = table.call(who, "POST", path, body, said=word_said)
    is_done = done.status_code < 300
    if done.status_code == 409 and who.side != visit.side and f"Phòng {visit.side}" in done.text:
        raise Leak(f"{who.name}: {step} tells what stands in the way: {done.text}")
    if word is not None and not is_done:
        del table.plants[word]
    if is_done and (last["office"] == table.places[who.side]) is not (step == "withdraw"):
        raise Leak(f"{who.name}: {step} of what {last['office']} proposed was done")
    return done.status_code


# Links

NAME = "name"
"""Marks the plant of a person's name: once it is taken, it stands in the directory."""


def make_link(table: Table, visit: Visit, who: Actor | None = None) -> bool:
    """Who is in charge makes a link for somebody without an account."""
    given = {"may": ["members", "travel", "days"], "for": "Khamla", "language": "lo"}
    made = table.call(who or owner_of(table, visit), "POST", f"/events/{visit.id}/links", given)
    if made.status_code != 201:
        return False
    assert made.json is not None
    visit.links.append(made.json)
    holder = LinkHolder(table.app.test_client(use_cookies=False), token_of(made.json))
    table.holders.append((visit.key, holder, set()))
    return True


def open_link(table: Table, number: int) -> int:
    """A link is opened: that changes nothing and tells nothing."""
    key, holder, typed = table.holders[number % len(table.holders)]
    with rows.only_filled_in(table, reads=True):
        shown = holder.open()
        holder.client.head(holder.path)
        holder.client.options(holder.path)
    table.check_holder(key, shown, typed, "the form")
    return shown.status_code


def fill_in(table: Table, number: int, *, hands_in: bool) -> bool:
    """Somebody fills in one more person and travel, saves it or hands it in twice."""
    key, holder, typed = table.holders[number % len(table.holders)]
    if open_link(table, number) != 200 or not holder.blank_keys():
        return False
    side = table.visits[key].side
    name, travel = table.plant(Level.WHOLE, key, side, NAME), table.plant(Level.WHOLE, key, side)
    diet = table.plant(Level.WHOLE, key, side)
    passport = f"P{table.number_for(Level.WHOLE, key, side)}"
    typed |= {name, travel}
    holder.add(
        name=name, name_latin=name.upper(), position="X", diet=diet, passport_number=passport, born_on="1971-08-09"
    )
    holder.form |= {"travel.arrival.by": travel}
    with rows.only_filled_in(table):
        told = holder.send("submit" if hands_in else "save")
        again = holder.send("submit") if hands_in else told
    for one in (told, again):
        table.check_holder(key, one, typed, "what was sent")
        if "Location" in one.headers:
            table.check_holder(key, holder.client.get(one.headers["Location"]), typed, "the receipt")
    table.check_holder(key, holder.client.get(f"{holder.path}?saved"), typed, "the form again")
    if hands_in and told.status_code == 303:
        with table.database.transaction(write=False) as session:
            mine = session.exec(
                select(Submission.form_token).where(col(Submission.event_id) == table.visits[key].id)
            ).all()
        if len(set(mine)) != len(mine):
            raise Leak("one form was handed in twice")
    return told.status_code < 400


def decide(table: Table, who: Actor, step: str, *, everything: bool) -> int:
    """What was handed in last is taken, in whole or in part, or sent back, by anybody."""
    found = table.ids("submission")
    if not found:
        return 0
    with table.database.transaction(write=False) as session:
        event_id = session.get_one(Submission, found[-1]).event_id
    visit = next((one for one in table.visits.values() if one.id == event_id), None)
    body: dict[str, Any] = {} if step == "accept" else {"reason": "x"}
    if step == "accept" and not everything:
        owner = table.actors[f"{visit.side} protocol"] if visit else who
        read = table.call(owner, "GET", f"/events/{event_id}/submissions")
        last = [one for one in read.json or [] if one["id"] == found[-1]] if read.status_code == 200 else []
        paths = [one["path"] for one in last[0]["differences"]] if last else []
        body = {"take": [one for one in paths if one.endswith((".name", ".diet"))]}
    with rows.only_ones_own(table, who):
        done = table.call(who, "POST", f"/submissions/{found[-1]}/{step}", body)
    if done.status_code == 200 and step == "accept" and visit is not None:
        facts = table.facts()
        if not (who.side == visit.side and (who.whole or who.body == facts.bodies[visit.id])):
            raise Leak(f"{who.name} has taken what was handed in for {visit.key}")
        for key, _holder, typed in table.holders:
            for word in typed if key == visit.key else ():
                plant = table.plants[word]
                if plant.level is Level.WHOLE:  # who comes is for both sides now
                    now = Level.DIRECTORY if plant.body == NAME else Level.SHARED
                    table.plants[word] = replace(plant, level=now)
    return done.status_code


def revoke(table: Table, number: int, who: Actor | None = None) -> None:
    """A link is revoked, or it is tried; then it is as one that never was."""
    key, holder, _typed = table.holders[number % len(table.holders)]
    visit = table.visits[key]
    link = next(one for one in visit.links if token_of(one) == holder.token)
    who = who or owner_of(table, visit)
    with rows.only_ones_own(table, who):
        done = table.call(who, "DELETE", f"/links/{link['id']}")
    if done.status_code == 204:
        check_dead(table, number)


def check_dead(table: Table, number: int) -> None:
    """A dead link answers as one that never was, also to what is sent."""
    key, holder, _typed = table.holders[number % len(table.holders)]
    never = table.app.test_client(use_cookies=False)
    with rows.only_filled_in(table, reads=True):
        for path in ("", "/template.xlsx", "/files"):
            told, other = holder.client.get(holder.path + path), never.get(f"/link/{'x' * 43}{path}")
            table.check_holder(key, told, (), "a dead link")
            if (told.status_code, len(told.text)) != (other.status_code, len(other.text)):
                raise Leak(f"a dead link answers {told.status_code} to GET {path}")
        if holder.form and holder.send("save").status_code != 404:
            raise Leak("a dead link takes what is sent")


# Answers by mail


def answer_by_mail(table: Table, visit: Visit, proof: str, partstat: str = "DECLINED", method: str = "REPLY") -> None:
    """An answer comes to the inbox with its token, without one, or with another person's: only the first counts."""
    office = replace(table.settings.office, answers=TOKENS)
    with table.database.transaction() as session:
        event = session.get_one(Event, visit.id)
        members = session.exec(select(Member).where(Member.event_id == visit.id).order_by(col(Member.id))).all()
        reachable = [one for one in members if session.get_one(Person, one.person_id).email]
        if not reachable:
            return
        mine, other = reachable[0], reachable[-1]
        sender = (session.get_one(Person, mine.person_id).email or "").lower()
        before = {one.id: one.answer for one in members}
        to = "answers@office.example"
        if proof == "token":
            to = address_of(session, mine)
        elif proof == "another's":
            to = address_of(session, other)
        elif proof == "forged":
            to = f"answers+{mine.id}{'0' * 16}@office.example"
        number = next(table.sent)
        at = table.clock.now + timedelta(seconds=number)
        word = table.plant(Level.OWN_NOTE, visit.key, visit.side)
        day = f"{table.day + timedelta(days=9):%Y%m%d}"
        lines = (f"COMMENT:{word}", f"DTSTART;VALUE=DATE:{day}") if method == "COUNTER" else (f"COMMENT:{word}",)
        raw = answer(
            event, to, sender, partstat, method=method, sequence=99, at=at, lines=lines, message_id=f"<{number}@x>"
        )
        for again in range(2):
            read = read_answer(raw)
            key = sha256(f"mail {number}".encode()).hexdigest()
            mail = ReceivedMail("f", 1, 2 * number + again, at, key)
            AnswerTaker(office).take(session, mail, read, at)
            session.flush()
        session.expire_all()
        after = {one.id: one.answer for one in members}
        row = session.exec(select(InboxMessage).where(InboxMessage.key == key)).one()
        is_mine = proof == "token" or (proof == "another's" and mine.id == other.id)
        touched = {one for one in before if before[one] is not after[one]}
        if touched - ({mine.id} if is_mine and method == "REPLY" else set()):
            raise Leak(f"a mail with {proof} has answered for {len(touched)} members ({row.outcome}, {row.reason})")
        if (
            is_mine
            and row.outcome.value == "applied"
            and method == "REPLY"
            and after[mine.id] is not MemberAnswer(partstat.lower())
        ):
            raise Leak("a proven answer was not applied as it was given")  # pragma: no cover


# Whoever attacks


class _Foreign:
    """The ids of a table that are not of an actor's own office; fulfils what :class:`Arguments` asks of a desk."""

    def __init__(self, table: Table, who: Actor, owners: rows.Owners) -> None:
        self.app, self._table, self._who, self._owners = table.app, table, who, owners
        self.secrets = [one for one in table.visits.values() if one.side != who.side]
        self.layout = type("Layout", (), {"accounts": ()})

    def ids(self, table: str, key: str = "id") -> list[str]:
        name, own = table.strip('"'), self._table.places[self._who.side]
        found = self._table.ids(name, key)
        known = self._owners.tables.get(name, {})
        return [one for one in found if (one,) not in known or self._owners.of(name, known[(one,)]) != own][-12:]


NOT_TRIED = frozenset({"changeOwnPassword", "deleteToken", "changeOwnLeave", "changeLocality", "createLocality"})
"""What every account may do about itself, and what would join offices' lines."""


def attack(table: Table, who: Actor, draw: Draw) -> None:
    """Any operation that changes something, with ids that are not one's own: no row of another office changes."""
    operations = [one for one in changes(table.app) if one.name not in NOT_TRIED]
    operation = operations[draw(st.integers(0, len(operations) - 1))]
    allowed = rows.BY_PROPOSALS if "roposal" in operation.name else frozenset()
    if operation.name == "acceptProposal":
        return  # :func:`answer_proposal` tries it, and knows what was proposed
    with rows.only_ones_own(table, who, allowed) as owners:
        arguments = Arguments(cast("Desk", _Foreign(table, who, owners)), draw)
        path = arguments.path(operation)
        body, media = arguments.body(operation)
        table.call(who, operation.method, path, body, media=media)


# Ending


def end_office(table: Table, side: str) -> None:
    """The operator ends an office: nobody reads anything there from that moment, and its links are dead."""
    assert table.places[side] != HOME
    with table.database.transaction() as session:
        act = ActionContext(None, table.clock.now, table.settings.office)
        ending.end_office(session, act, table.places[side], leaves=True)
    table.ended.add(side)
    facts = table.facts()
    for visit in table.visits.values():
        if visit.id in facts.shared and side in {visit.side, visit.other}:
            raise Leak(f"{visit.key} is shared although an office of it has ended")
    for who in table.actors.values():
        if who.side == side:
            for path in ("/events", *(f"/events/{one.id}" for one in table.visits.values())):
                if (told := table.call(who, "GET", path)).status_code != 401:
                    raise Leak(f"{who.name} of an office that has ended: GET {path} answers {told.status_code}")
    for name, feed in table.feeds.items():
        if name.startswith(side):
            told = table.client.get(feed)
            if told.status_code == 200 and table.found(told.get_data()):
                raise Leak("the calendar of an office that has ended goes on")
    for number, (key, _holder, _typed) in enumerate(table.holders):
        if table.visits[key].side == side:
            check_dead(table, number)


@contextlib.contextmanager
def unnoticed(table: Table, visit_side: str) -> Any:
    """Raise if what happens within is noticed by the other side: by openings, days, clashes, lists, calendars."""
    other = "v" if visit_side == "h" else "h"
    who = [table.actors[f"{other} approver"]]
    first, last = table.began.isoformat(), (table.day + timedelta(days=20)).isoformat()
    pair = f"host={table.places[visit_side]}&guest={table.places[other]}"
    event = table.visits[visit_side].id
    paths = [f"/openings?days=3&from={first}&to={last}&{one}" for one in (pair, f"event_id={event}")]
    paths += [f"/conflicts?from={first}&to={last}", f"/events?from={first}&to={last}", "/bookings"]

    def seen() -> list[Any]:
        told = [(one.name, path, table.call(one, "GET", path)) for one in who for path in paths]
        feed = table.client.get(table.feeds[f"{other} approver"]).get_data()
        return [*((name, path, answer.status_code, answer.text) for name, path, answer in told), feed]

    before = seen()
    yield
    for known, now in zip(before, seen(), strict=True):
        if known != now:
            raise Leak(f"a hidden visit of {visit_side} is noticed: {known} became {now}")


def hide(table: Table, side: str, day: int, *, planned: bool = True) -> None:
    """A visit that the other side must not notice: made, with a room, moved, and deleted again or not."""
    who = table.actors[f"{side} protocol"]
    if side in table.ended:
        return
    other = "v" if side == "h" else "h"
    first = table.day + timedelta(days=day)
    body = {"title": {"vi": table.plant(Level.WHOLE, side, side)}, "host": table.places[side],
            "guest": table.places[other], "first_day": first.isoformat(),
            "last_day": (first + timedelta(days=1)).isoformat()}  # fmt: skip
    with unnoticed(table, side):
        made = table.must(table.call(who, "POST", "/delegations", body))
        table.call(who, "POST", "/bookings", {"event_id": made["id"], "resource_id": table.rooms[side]})
        if planned:
            table.call(who, "POST", f"/events/{made['id']}/transitions", {"to": "planned"})
        table.call(who, "PATCH", f"/delegations/{made['id']}", {"last_day": (first + timedelta(days=2)).isoformat()})
    for asked in ("", "/proposals", "/share"):
        told = table.call(table.actors[f"{other} approver"], "GET", f"/events/{made['id']}{asked}")
        never = table.call(table.actors[f"{other} approver"], "GET", f"/events/{'0' * 25}1{asked}")
        if (told.status_code, told.text.replace(made["id"], "")) != (
            never.status_code, never.text.replace("0" * 25 + "1", ""),
        ):  # fmt: skip
            raise Leak(f"asked of a hidden visit{asked}: {told.status_code} {told.text[:200]}")
