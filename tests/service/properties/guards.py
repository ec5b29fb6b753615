"""The guards that keep hidden events hidden, each switched off under a scenario that it stops: that must be seen."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text, true
from sqlmodel import Session

from jobs import failure_notices
from models.accounts import User
from models.events import Event
from models.queries.address_writers import AddressWriters
from models.queries.audience import AudienceIndex, Reader
from models.queries.ceremonies import Ceremonies
from models.queries.document_receivers import DocumentReceivers
from models.queries.event_readers import ReadingRights
from models.queries.occasion_readers import OccasionReaders
from models.vocabulary import Language
from service.actions import idempotency, permissions
from service.actions.directory import directory, organisation_times, particulars, passports, positions
from service.actions.directory.references import Mover
from service.actions.documents import placements
from service.actions.feeds import feeds
from service.actions.files import file_rights
from service.actions.imports import member_lists
from service.actions.ledger import gift_queries, gifts, rights
from tests.service.properties.desk import Desk

Switch = Callable[[pytest.MonkeyPatch, Desk], None]
GUARDS: dict[str, tuple[Switch, str]] = {}
"""Guard → how it is switched off, and the scenario that must notice."""


def stopped_by(scenario: str) -> Callable[[Switch], Switch]:
    def keep(switch: Switch) -> Switch:
        GUARDS[switch.__name__] = (switch, scenario)
        return switch

    return keep


def _nothing(*arguments: Any, **named: Any) -> None:
    """A check that never refuses."""


@contextlib.contextmanager
def _as_the_service(session: Session, user: User) -> Iterator[None]:
    yield


@stopped_by("everything_is_read")
def visible_to(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Lists and things are those the reader may read."""
    patch.setattr(permissions, "visible_to", lambda *_reader, **_how: true())


@stopped_by("results_are_read_and_found_with_sight_of_the_whole")
def overseen(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Words of the results find a visit for who sees all of it."""
    patch.setattr(permissions, "overseen", lambda _session: true())


@stopped_by("a_clash_names_nothing")
def hidden(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """What stands in the way is only busy."""
    patch.setattr(permissions, "hidden", lambda *_ids: frozenset())


@stopped_by("an_outsider_changes_what_it_reads")
def may_change(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Who is not in charge changes nothing."""
    patch.setattr(permissions, "check_change", _nothing)


@stopped_by("papers_of_the_office")
def visible_in_papers(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Papers of a week, a year and an agreement are read with the eyes of their reader."""
    patch.setattr(permissions, "visible", lambda _session, **_how: true())


@stopped_by("papers_of_a_hidden_event")
def receivers_of_papers(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """A paper goes to whom papers of the visit may go."""
    patch.setattr(DocumentReceivers, "reader", lambda _self, address, _event, **_vouched: Reader(address, Language.VI))


@stopped_by("papers_hold_what_their_reader_sees")
def sight_of_papers(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Papers are made from what their reader sees of a visit."""
    patch.setattr(permissions, "sight", lambda *_event: permissions.Sight.WHOLE)


@stopped_by("the_other_side_reads_no_placements")
def sight_of_placements(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Who is in which room is read within the office of an event."""
    patch.setattr(placements, "may_read", lambda *_event: True)


@stopped_by("gifts_of_a_hidden_event")
def readers_of_gifts(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Gifts are read by who reads the money of their event."""
    patch.setattr(gift_queries, "readable", lambda _session: true())
    patch.setattr(gifts, "readable", lambda _session: true())


@stopped_by("gifts_of_a_public_event")
def trail_of_money(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """The history of an event tells of its money only to who reads that."""
    patch.setattr(rights, "trail_readable", lambda _session: true())


@stopped_by("a_body_makes_itself_the_successor")
def successors(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Administrators say who carries on a body's work."""
    patch.setattr(permissions, "check_organisation", _nothing)
    patch.setattr(organisation_times, "check", _nothing)


@stopped_by("r2_a_members_mail_is_turned_to_oneself")
def hold_of(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """People are changed by their own."""
    patch.setattr(permissions, "hold_of", lambda *_person, **_joins: permissions.Hold.ALL)


@stopped_by("r2_a_members_mail_is_turned_to_oneself")
def withheld(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Whoever is in charge of a visit of somebody changes their name, and not where their mail goes."""
    patch.setattr(permissions, "WITHHELD", frozenset())


@stopped_by("r11_a_member_list_names_a_leader")
def hold_of_a_list(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """A member list fills in what its sender may change by hand, and takes no other person for the one it names."""
    hold_of(patch, desk)
    patch.setattr(member_lists, "doubts", lambda *_row: {})


@stopped_by("a_namesake_waits_in_anothers_organisation")
def check_joining(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Nobody is put into an organisation that has accounts but by its own."""
    patch.setattr(permissions, "not_to_join", _nothing)


@stopped_by("another_offices_body_waits_without_accounts")
def doubts(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """A name alone means nobody of another office."""
    patch.setattr(member_lists, "doubts", lambda *_row: {})


@stopped_by("another_offices_address_for_nobodys_person")
def counts(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """An address is the word of an office concerned."""
    patch.setattr(AddressWriters, "counts", lambda *_person: True)


@stopped_by("another_office_plants_in_a_place")
def check_place(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Bodies are entered by the office of their place."""
    patch.setattr(permissions, "check_place", _nothing)


@stopped_by("another_office_plants_in_a_place")
def check_own(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """A succession is checked at both ends."""
    patch.setattr(directory, "_check_own", _nothing)


@stopped_by("an_officer_moves_their_own_body")
def check_line_kept(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """A body with accounts stays in its line."""
    patch.setattr(directory, "_check_line_kept", _nothing)


@stopped_by("r2_an_organisations_mail_is_turned_to_oneself")
def check_organisation(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Organisations are changed by their own."""
    patch.setattr(permissions, "check_organisation", _nothing)
    patch.setattr(permissions, "check_renaming", _nothing)
    patch.setattr(failure_notices, "trusted_mailboxes", lambda _connection, bodies, _offices: frozenset(bodies))


@stopped_by("tasks_are_told_to_who_sees_them")
def sees_task(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Who is told of a task sees it."""
    patch.setattr(AudienceIndex, "sees_task", lambda *_reader: True)


@stopped_by("an_entry_waits_to_be_filled")
def filled_by(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """A calendar file changes what its sender's own made."""
    patch.setattr(permissions, "filled_by", lambda _session: true())


@stopped_by("one_calls_oneself_the_protocol_office")
def check_office(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Administrators say which organisation is the protocol office."""
    patch.setattr(directory, "_check_office", _nothing)


@stopped_by("r1_a_rule_names_any_address")
def check_addresses(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """An address that belongs to nobody is named by somebody entitled, at making and at sending."""
    patch.setattr(permissions, "check_addresses", _nothing)
    addresses = AudienceIndex.addresses

    def vouched_for(index: AudienceIndex, audience: Any, event: Any, **_vouched: bool) -> Any:
        return addresses(index, audience, event, vouched=True)

    patch.setattr(AudienceIndex, "addresses", vouched_for)


@stopped_by("r3_the_offices_rule_for_officers")
def audience_may_read(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Reminders are planned and sent for accounts that may read the event."""
    patch.setattr(AudienceIndex, "_may_read", lambda *_user: True)


@stopped_by("r1_a_rule_of_an_older_version")
def checked_again_before_sending(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """What waits is judged anew when it is sent."""
    patch.setattr(AudienceIndex, "_may_read", lambda *_user: True)


@stopped_by("what_was_public_is_hidden_again")
def rights_of_those_told_before(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Changes and cancellations go to those who may be told now."""
    patch.setattr(ReadingRights, "may_read", lambda *_event, **_takes_part: True)


@stopped_by("the_offices_own_mails")
def reading_as(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """The weekly schedule and the digest are written with the eyes of their reader."""
    patch.setattr(permissions, "reading_as", _as_the_service)


@stopped_by("everything_is_read")
def owner_reads(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """A calendar shows what its owner may read."""
    patch.setattr(feeds, "owner_reads", lambda *_feed: None)


@stopped_by("what_is_deleted_leaves_no_trace")
def tombstones(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """So does what it tells of deleted events."""
    before = feeds.visible_to
    patch.setattr(feeds, "visible_to", lambda reader, *table, **how: true() if table else before(reader, **how))


@stopped_by("r4_a_passport_by_a_draft")
def check_concerned(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Passports are for those who prepare a visit, and no draft opens one that is stored."""
    patch.setattr(passports, "check_concerned", _nothing)


@stopped_by("particulars_by_a_draft")
def particulars_of_side(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Particulars are opened by an event only if the person's own side added them to it."""
    patch.setattr(particulars._Sides, "is_of", lambda *_who: True)


@stopped_by("a_position_begins_tomorrow")
def moves(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Whose somebody is, on any day from today on, is decided by whoever may decide it today."""
    patch.setattr(positions.WantedTerms, "moves", lambda _wanted: False)


@stopped_by("a_past_term_makes_a_guest_ones_own")
def moves_by_past_terms(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """So is whose somebody was, which decides who keeps them."""
    moves(patch, desk)


@stopped_by("a_past_term_plants_somebody_in_anothers_body")
def joined_by_past_terms(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Nobody is put into an organisation that has accounts but by its own, not even for days that are over."""
    patch.setattr(positions.WantedTerms, "joined", lambda *_when: [])


@stopped_by("a_key_is_used_by_another")
def key_of_account(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """An Idempotency-Key belongs to its account."""
    recall = idempotency.recall

    def of_anybody(session: Session, act: Any, *rest: Any, **named: Any) -> Any:
        owner = session.get_one(User, desk.layout.of("a officer").id)
        return recall(session, dataclasses.replace(act, user=owner), *rest, **named)

    patch.setattr(idempotency, "recall", of_anybody)


@stopped_by("r10_an_event_of_no_organisation")
def no_organisation(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """An event without organisation is the office's, not everybody's."""
    before = permissions.visible_to

    def older(reader: Any, *table: Any, **how: Any) -> Any:
        return before(reader, *table, **how) | Event.organisation_id.is_(None)  # type: ignore[union-attr]

    patch.setattr(permissions, "visible_to", older)


@stopped_by("files_of_a_hidden_event")
def rights_of_files(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """A file is read by who may read what it belongs to."""
    patch.setattr(file_rights, "thing", lambda session, _act, about: session.get_one(Event, about.identity))


@stopped_by("two_entries_of_a_person_become_one")
def settled_members_of_doubles(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Whose somebody was when they were added stays when two entries of them become one."""
    move = Mover.move_once

    def settled_anew(mover: Mover, table: str, column: str, old: str, new: str) -> None:
        move(mover, table, column, old, new)
        if (table, column) == ("member", "person_id"):
            own = "(SELECT organisation_id FROM person WHERE id = :new)"
            anew = text(f"UPDATE member SET organisation_id = {own} WHERE person_id = :new")
            mover.connection.execute(anew, {"new": new})

    patch.setattr(Mover, "move_once", settled_anew)


@stopped_by("a_body_is_handed_over")
def own_bodies(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Only bodies of one's own office, within one line of localities, are handed over."""
    patch.setattr(permissions, "oversees", lambda *_organisation: True)
    patch.setattr(organisation_times, "check_same_line", _nothing)


@stopped_by("a_hidden_ceremony_keeps_no_reminder_away")
def knows_the_ceremony(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """A ceremony takes its anniversary over only for those who may be told of it."""
    patch.setattr(
        Ceremonies, "is_known", lambda self, _recipient, anniversary, year: (anniversary, year) in self.of_year
    )


@stopped_by("learners_of_a_hidden_batch")
def who_reads_a_learner(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Reminders of permits go to those who read the money of the batch."""
    patch.setattr(OccasionReaders, "_may_know", lambda self, _user, _private: True)
