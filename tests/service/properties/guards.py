"""The guards that keep hidden events hidden, each switched off under a scenario that it stops: that must be seen."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import true
from sqlmodel import Session

from jobs import failure_notices
from models.accounts import User
from models.events import Event
from models.queries.address_writers import AddressWriters
from models.queries.audience import AudienceIndex
from models.queries.event_readers import ReadingRights
from service.actions import idempotency, permissions
from service.actions.directory import directory, passports
from service.actions.feeds import feeds
from service.actions.imports import member_lists
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
    patch.setattr(permissions, "visible_to", lambda *_reader: true())


@stopped_by("a_clash_names_nothing")
def hidden(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """What stands in the way is only busy."""
    patch.setattr(permissions, "hidden", lambda *_ids: frozenset())


@stopped_by("an_outsider_changes_what_it_reads")
def may_change(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Who is not in charge changes nothing."""
    patch.setattr(permissions, "check_change", _nothing)


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
    patch.setattr(AudienceIndex, "_sees_task", lambda *_reader: True)


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
    patch.setattr(feeds, "visible_to", lambda reader, *table: true() if table else before(reader))


@stopped_by("r4_a_passport_by_a_draft")
def check_concerned(patch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Passports are for those who prepare a visit, and no draft opens one that is stored."""
    patch.setattr(passports, "check_concerned", _nothing)


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

    def older(reader: Any, *table: Any) -> Any:
        return before(reader, *table) | Event.organisation_id.is_(None)  # type: ignore[union-attr]

    patch.setattr(permissions, "visible_to", older)
