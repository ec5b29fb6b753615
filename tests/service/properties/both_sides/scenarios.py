"""Short plays at the table, and the guards that each is stopped by: with one of them off, something must be seen."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import true
from sqlmodel import select

from jobs import note_checks
from models.answer_tokens import AnswerTokens
from models.both_sides.links import EventLink
from models.both_sides.share import EventShare
from models.events import Event
from models.files import File
from models.queries import event_readers, live_links, note_readers, shares
from models.queries.event_readers import ReadingRights
from service.actions import permissions
from service.actions.both_sides import agreeing, drafts, note_sight, proposal_sides, proposals
from service.actions.files import file_rights
from service.web.both_sides import link_fields, link_form
from tests.service.properties.both_sides import looks, steps
from tests.service.properties.both_sides.table import Table

Scenario = Callable[[Table], None]
Switch = Callable[[pytest.MonkeyPatch], None]
SCENARIOS: dict[str, Scenario] = {}
GUARDS: dict[str, tuple[Switch, str]] = {}
"""Guard → how it is switched off, and the scenario that must notice."""


def scenario(play: Scenario) -> Scenario:
    SCENARIOS[play.__name__] = play
    return play


def stopped_by(name: str) -> Callable[[Switch], Switch]:
    def keep(switch: Switch) -> Switch:
        GUARDS[switch.__name__] = (switch, name)
        return switch

    return keep


def everybody_looks(table: Table) -> None:
    for number, who in enumerate(table.actors.values()):
        looks.look(table, who, number)


@scenario
def nothing_is_shared(table: Table) -> None:
    everybody_looks(table)
    looks.sweep(table, table.actors["v approver"], with_pages=False)


@scenario
def everything_is_read_while_it_is_shared(table: Table) -> None:
    """By who reads all of the other office, by its department that takes part, and by a third office."""
    visit = table.visits["h"]
    assert steps.share(table, visit)
    steps.let_in(table, visit, "task")
    assert steps.note(table, table.actors["h officer"], visit, is_shared=False)
    assert steps.note(table, table.actors["v approver"], visit, is_shared=True)
    everybody_looks(table)
    for name in ("v approver", "v clerk", "t admin"):
        looks.sweep(table, table.actors[name], with_pages=name != "t admin")


@scenario
def it_is_taken_back(table: Table) -> None:
    visit = table.visits["h"]
    assert steps.share(table, visit)
    assert steps.note(table, table.actors["h officer"], visit, is_shared=True)
    assert steps.propose(table, table.actors["h officer"], visit, 3, 1)
    steps.unshare(table, visit)
    everybody_looks(table)
    looks.sweep(table, table.actors["v watcher"], with_pages=True)


@scenario
def notes_are_written_by_everybody(table: Table) -> None:
    """And name everybody; whoever is told reads them when the mail leaves."""
    visit = table.visits["h"]
    assert steps.share(table, visit)
    steps.let_in(table, visit, "member")
    for who in table.actors.values():
        for is_shared in (False, True):
            for named in (table.actors["h viewer"], table.actors["v admin"], table.actors["v clerk"]):
                steps.note(table, who, visit, is_shared=is_shared, named=[named])
    table.run_worker()
    steps.unshare(table, visit)
    table.run_worker()
    everybody_looks(table)


@scenario
def a_mention_waits_while_it_is_taken_back(table: Table) -> None:
    visit = table.visits["h"]
    assert steps.share(table, visit)
    assert steps.note(table, table.actors["v admin"], visit, is_shared=True)
    assert steps.note(table, table.actors["h officer"], visit, is_shared=True, named=[table.actors["v admin"]])
    steps.unshare(table, visit)
    table.run_worker()


@scenario
def days_are_agreed_on(table: Table) -> None:
    """By everybody who tries; the visit moves when the other side accepts, and only then and there."""
    visit = table.visits["h"]
    assert steps.share(table, visit)
    assert steps.propose(table, table.actors["h officer"], visit, 3, 1)
    for name in ("h officer", "h admin", "t admin", "v clerk", "v watcher"):
        assert steps.answer_proposal(table, table.actors[name], visit, "accept") >= 400
    assert steps.answer_proposal(table, table.actors["v approver"], visit, "counter", 8) < 300
    assert steps.answer_proposal(table, table.actors["v approver"], visit, "accept") >= 400
    assert steps.answer_proposal(table, table.actors["h officer"], visit, "accept") == 200
    assert steps.propose(table, table.actors["h officer"], visit, 12, 1)
    assert steps.answer_proposal(table, table.actors["v protocol"], visit, "accept") == 200
    table.run_worker(1)
    everybody_looks(table)


@scenario
def a_room_stands_in_the_way_of_what_is_accepted(table: Table) -> None:
    """Whoever accepts for the other side is not told what it is."""
    visit = table.visits["h"]
    first = table.day + timedelta(days=5)
    who = table.actors["h protocol"]
    days = {"first_day": first.isoformat(), "last_day": (first + timedelta(days=1)).isoformat()}
    word = table.plant(steps.Level.WHOLE, "h", "h")
    body = {"title": {"vi": word}, "host": table.places["h"], "guest": table.places["v"]} | days
    made = table.must(table.call(who, "POST", "/delegations", body, said=word))
    table.must(table.call(who, "POST", "/bookings", {"event_id": made["id"], "resource_id": table.rooms["h"]}))
    table.must(table.call(who, "POST", f"/events/{made['id']}/transitions", {"to": "planned"}))
    assert steps.share(table, visit)
    assert steps.propose(table, table.actors["h officer"], visit, 5, 1)
    told = steps.answer_proposal(table, table.actors["v approver"], visit, "accept")
    assert told == 409, told
    table.run_worker()
    everybody_looks(table)


@scenario
def a_list_is_filled_in_with_a_link(table: Table) -> None:
    """Opened, saved, handed in twice, tried to be taken by everybody, taken, and dead when it is revoked."""
    visit = table.visits["h"]
    assert steps.share(table, visit)
    assert steps.make_link(table, visit)
    for name in ("v admin", "t admin", "h clerk", "v clerk"):
        assert not steps.make_link(table, visit, table.actors[name])
    assert steps.fill_in(table, 0, hands_in=False)
    assert steps.fill_in(table, 0, hands_in=True)
    for name in ("v admin", "t admin", "h clerk", "h viewer"):
        assert steps.decide(table, table.actors[name], "accept", everything=True) >= 400
        assert steps.decide(table, table.actors[name], "reject", everything=True) >= 400
    everybody_looks(table)
    looks.sweep(table, table.actors["v approver"], with_pages=True)
    assert steps.decide(table, table.actors["h officer"], "accept", everything=True) == 200
    assert steps.fill_in(table, 0, hands_in=True)
    for name in ("v admin", "t admin"):
        steps.revoke(table, 0, table.actors[name])
    assert steps.open_link(table, 0) == 200
    steps.revoke(table, 0)
    everybody_looks(table)
    looks.sweep(table, table.actors["v approver"], with_pages=False)


@scenario
def answers_come_by_mail(table: Table) -> None:
    visit = table.visits["h"]
    assert steps.share(table, visit)
    steps.let_in(table, visit, "member")
    for proof in ("none", "forged", "another's", "token"):
        for method in ("REPLY", "COUNTER"):
            steps.answer_by_mail(table, visit, proof, method=method)
    everybody_looks(table)
    looks.sweep(table, table.actors["v clerk"], with_pages=False)


@scenario
def hidden_visits_stand_beside(table: Table) -> None:
    """Openings, clashes, lists and calendars of the other side are as they were."""
    for side in ("h", "v"):
        steps.share(table, table.visits[side])
        for day in (0, 3):
            steps.hide(table, side, day)


@scenario
def an_office_ends(table: Table) -> None:
    """The one that shares and is shared with: nothing is read there, its links are dead, nothing is shared with it."""
    for side in ("h", "v"):
        assert steps.share(table, table.visits[side])
        assert steps.make_link(table, table.visits[side])
    steps.end_office(table, "v")
    assert steps.open_link(table, 0) == 200
    assert not steps.share(table, table.visits["h"])
    table.run_worker(1)
    everybody_looks(table)


@scenario
def the_other_side_tries_to_change_it(table: Table) -> None:
    """Each part of a shared visit, by those who read it."""
    visit = table.visits["h"]
    assert steps.share(table, visit)
    for name in ("v admin", "v officer", "t admin"):
        who, path = table.actors[name], f"/events/{visit.id}"
        tried: list[tuple[str, str, Any]] = [
            ("PATCH", f"/delegations/{visit.id}", {"title": {"vi": "x"}}),
            ("DELETE", f"/delegations/{visit.id}", None),
            ("POST", f"{path}/members", {"person_id": table.people["v one"], "role": "member"}),
            ("POST", f"{path}/tasks", {"title": {"vi": "x"}, "due_offset": "-P1D"}),
            ("PUT", f"{path}/programme", {"items": []}),
            ("POST", f"{path}/transitions", {"to": "cancelled", "reason": "x"}),
            ("POST", "/bookings", {"event_id": visit.id, "resource_id": table.rooms["v"]}),
            ("DELETE", f"{path}/share", None),
            *(("PATCH", f"/members/{one}", {"came": True}) for one in table.ids("member")),
            *(("PATCH", f"/people/{one}", {"phone": "1"}) for one in (table.people["h one"],)),
        ]
        for method, address, body in tried:
            with steps.rows.only_ones_own(table, who):
                table.call(who, method, address, body)


# The guards


@stopped_by("everything_is_read_while_it_is_shared")
def shares_name_an_office(patch: pytest.MonkeyPatch) -> None:
    """A visit is shared with one office, all of which somebody reads."""
    patch.setattr(event_readers, "shared_to", lambda *_: Event.id.in_(select(EventShare.event_id)))  # type: ignore[attr-defined]
    patch.setattr(ReadingRights, "is_shared", lambda _self, code: code is not None)


@stopped_by("nothing_is_shared")
def visits_are_hidden(patch: pytest.MonkeyPatch) -> None:
    """Without a share nobody of the other side reads a visit."""
    patch.setattr(event_readers, "shared_to", lambda *_: true())


@stopped_by("everything_is_read_while_it_is_shared")
def sight_of_the_other_side(patch: pytest.MonkeyPatch) -> None:
    """What the other side reads of a visit is less than its own."""
    patch.setattr(permissions, "sight", lambda *_event: permissions.Sight.WHOLE)


@stopped_by("everything_is_read_while_it_is_shared")
def shared_files(patch: pytest.MonkeyPatch) -> None:
    """Only files that are marked are read by the other side."""
    patch.setattr(file_rights, "seen", lambda *_: File.id == File.id)


@stopped_by("everything_is_read_while_it_is_shared")
def tasks_of_ones_own_bodies(patch: pytest.MonkeyPatch) -> None:
    """Tasks of the visit's own side are not for the other."""
    patch.setattr(ReadingRights, "sees_task", lambda *_event, **_shared: True)


@stopped_by("everything_is_read_while_it_is_shared")
def notes_of_one_side(patch: pytest.MonkeyPatch) -> None:
    """A note of one side is not read by the other."""
    patch.setattr(note_sight, "reads_note", lambda *_note: True)


@stopped_by("notes_are_written_by_everybody")
def who_is_told_of_a_note(patch: pytest.MonkeyPatch) -> None:
    """Whom a note names is asked for again when the mail leaves."""
    for module in (note_sight, note_readers):
        patch.setattr(module, "reads_note", lambda *_note: True)
    if hasattr(note_checks, "reads_note"):
        patch.setattr(note_checks, "reads_note", lambda *_note: True)


@stopped_by("days_are_agreed_on")
def whose_turn_it_is(patch: pytest.MonkeyPatch) -> None:
    """Only the side that is asked answers."""
    for module in (proposal_sides, proposals):
        if hasattr(module, "check_step"):
            patch.setattr(module, "check_step", lambda *_step: None)


@stopped_by("days_are_agreed_on")
def the_days_that_were_proposed(patch: pytest.MonkeyPatch) -> None:
    """An acceptance moves a visit to the proposed days and no others."""
    move = agreeing._move

    def elsewhere(session: Any, act: Any, event: Any, row: Any) -> None:
        move(session, act, event, row)
        event.last_day += timedelta(days=1)

    patch.setattr(agreeing, "_move", elsewhere)


@stopped_by("a_room_stands_in_the_way_of_what_is_accepted")
def what_stands_in_the_way(patch: pytest.MonkeyPatch) -> None:
    """Why a visit can't move is told to its own side."""

    def told(self: Any, problem: Any) -> None:
        agreeing.Conflict.__init__(self, agreeing.message(agreeing._in_words(problem)), code="days_not_possible")
        self.reason = agreeing._in_words(problem)

    patch.setattr(agreeing.AcceptanceRefused, "__init__", told)
    patch.setattr(permissions, "hidden", lambda *_ids: frozenset())


@stopped_by("a_list_is_filled_in_with_a_link")
def sealed_fields(patch: pytest.MonkeyPatch) -> None:
    """What is sealed is never shown again."""
    for module in (link_fields, link_form, drafts):
        patch.setattr(module, "is_sealed", lambda _path: False)


@stopped_by("a_list_is_filled_in_with_a_link")
def revoked_links(patch: pytest.MonkeyPatch) -> None:
    """A revoked link opens nothing."""
    patch.setattr(live_links, "is_live", lambda _today: EventLink.id == EventLink.id)


@stopped_by("the_other_side_tries_to_change_it")
def may_change(patch: pytest.MonkeyPatch) -> None:
    """Who is not in charge changes nothing."""
    patch.setattr(permissions, "check_change", lambda *_event: None)


@stopped_by("answers_come_by_mail")
def tokens(patch: pytest.MonkeyPatch) -> None:
    """An answer counts with the token of its own invitation."""
    patch.setattr(AnswerTokens, "proves", lambda *_token: True)


@stopped_by("hidden_visits_stand_beside")
def busy_of_another_office(patch: pytest.MonkeyPatch) -> None:
    """A hidden visit of another office does not even stand in the way."""
    patch.setattr(permissions, "unnoticed", lambda *_ids: frozenset())
    patch.setattr(event_readers, "is_near", lambda _reader: true())
    patch.setattr(event_readers, "shared_to", lambda *_: true())


@stopped_by("an_office_ends")
def ended_offices(patch: pytest.MonkeyPatch) -> None:
    """Nothing is shared with an office that ended."""
    there = shares.office_there

    def still_there(offices: Any, locality: Any) -> Any:
        return there(dataclasses.replace(offices, ended=frozenset()), locality)

    patch.setattr(shares, "office_there", still_there)
