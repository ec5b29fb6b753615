"""The people of a visit as its papers list them: in order of precedence, with name, position and body."""

import re
from collections.abc import Iterable, Sequence

from calendars.commitments.event_matching import counted
from calendars.documents.facts import DocumentFacts, MemberFacts, PersonFacts
from calendars.documents.value import Line, Run, Text, plain
from calendars.documents.wording import Wording
from calendars.events.labels import MEMBER_ROLE_NAMES, MEMBER_SIDE_NAMES
from calendars.events.precedence import Claim, in_order
from models.i18n import N_, message
from models.text import fold, localized
from models.vocabulary import EventKind, Language, MemberRole, Side

_LOCALITY = re.compile(r" (?:tinh|thanh pho|tp|thu do|huyen|quan|thi xa|xa|phuong) .*$")
"""The end of a body's folded Vietnamese name that says where it is."""

_SHORT = {"ubnd": "uy ban nhan dan", "hdnd": "hoi dong nhan dan"}

OWN_DELEGATION = {"vi": "Đoàn ta", "lo": "ຄະນະຂອງພວກເຮົາ", "en": "Our delegation"}

_NOBODY = {
    Side.GUEST: message(N_("Members on the guests' side.")),
    Side.HOST: message(N_("Members on the hosts' side.")),
}
_NO_HEAD = {
    Side.GUEST: message(N_("Who heads the delegation.")),
    Side.HOST: message(N_("Who heads the hosts.")),
}


def of_side(facts: DocumentFacts, side: Side) -> list[MemberFacts]:
    """The members of one side in order of precedence, whatever order they come in."""
    return in_precedence(member for member in facts.members if member.side is side)


def in_precedence(members: Iterable[MemberFacts]) -> list[MemberFacts]:
    """Members in order of precedence (:mod:`calendars.events.precedence`)."""
    return [member for member, _is_tied in in_order(members, _claim)]


def _claim(member: MemberFacts) -> Claim:
    person = member.person
    return Claim(member.role, person.precedence, member.rank, person.name, member.id)


def is_received_here(facts: DocumentFacts) -> bool:
    """Whether foreigners come to Viet Nam: then its rules on their stay, and on gifts to them, hold."""
    visit = facts.visit
    return visit.guest is not None and visit.host.country == "VN" != visit.guest.country


def position(person: PersonFacts, wording: Wording) -> Text:
    """A person's position as of the visit; empty where none is known."""
    return wording.text(person.position, message(N_("The position of {name}."), name=person.name))


def body(person: PersonFacts, wording: Wording) -> Text:
    """The name of a person's body as of the visit; empty where none is known."""
    return wording.text(person.body, message(N_("The name of the body of {name}."), name=person.name))


def position_and_body(person: PersonFacts, wording: Wording) -> Text:
    """Position and body on one line a language: ``Giám đốc, Sở Ngoại vụ``; the body is left out where the position
    names it, with or without its locality. Every paper that writes both writes them so."""
    lines: list[Line] = []
    for language in wording.languages:
        one = wording.only(language)
        told = position(person, one)
        lines += _short(told, () if is_named_by_position(person) else body(person, one), language)
    return tuple(dict.fromkeys(lines))


def is_named_by_position(person: PersonFacts) -> bool:
    """Whether the position says which body it is in, so that the body's name adds nothing: ``Giám đốc Sở Y tế`` of
    ``Sở Y tế tỉnh Viêng Chăn``."""
    name, told = (_folded(localized(text, Language.VI)) for text in (person.body, person.position))
    bare = _LOCALITY.sub("", name).strip()
    return bool(bare) and (f" {bare} " in f" {told} " or f" {' '.join(name.split()[-2:])} " in f" {told} ")


def _folded(text: str) -> str:
    words = f" {' '.join(fold(text).replace(',', ' ').replace('.', ' ').split())} "
    for short, long in _SHORT.items():
        words = words.replace(f" {short} ", f" {long} ")
    return words.strip()


def _short(told: Text, name: Text, language: Language) -> Text:
    """``Giám đốc Sở Y tế`` of ``Giám đốc Sở`` and ``Sở Y tế``: words on which both meet are written once."""
    first, second = plain(told), plain(name)
    words, rest = first.split(), second.split()
    for many in range(min(len(words) - 1, len(rest)), 0, -1):
        if [one.casefold() for one in words[-many:]] == [one.casefold() for one in rest[:many]]:
            return ((Run(" ".join((*words, *rest[many:])), language),),)
    return ((Run(", ".join(filter(None, (first, second))), language),),) if first or second else ()


def role(member: MemberFacts, wording: Wording) -> Text:
    """What somebody is in the visit: head of delegation, member, interpreter."""
    return wording.text(MEMBER_ROLE_NAMES[member.role], message(N_("Role")))


def role_shown(member: MemberFacts, wording: Wording) -> Text:
    """The role where it says something: not of a plain member, nor which of the hosts leads a delegation."""
    is_host_leader = member.side is Side.HOST and member.role in (MemberRole.HEAD, MemberRole.DEPUTY)
    return () if member.role is MemberRole.MEMBER or is_host_leader else role(member, wording)


def side_heading(facts: DocumentFacts, side: Side, wording: Wording) -> Text:
    """``Bên khách: Tỉnh Viêng Chăn``; the office's own people on a visit to others are no guests to their own office:
    ``Đoàn ta: Thành phố Hải Phòng``."""
    place = facts.visit.guest if side is Side.GUEST else facts.visit.host
    name = wording.text(place.name, message(N_("The name of a locality."))) if place else ()
    is_own_delegation = side is Side.GUEST is facts.visit.own_side
    called = OWN_DELEGATION if is_own_delegation else MEMBER_SIDE_NAMES[side]
    return wording.join(wording.text(called, message(N_("Role"))), name, between=": ")


def note_gaps(facts: DocumentFacts, side: Side, listed: Sequence[MemberFacts], wording: Wording) -> None:
    """Note that nobody, or no head, or fewer than the visit's head-count are known of a side."""
    if not listed:
        wording.lacks("members", _NOBODY[side])
        return
    if not any(member.role is MemberRole.HEAD for member in listed):
        wording.lacks("head", _NO_HEAD[side])
    visit = facts.visit
    expected = visit.headcount if visit.headcount_actual is None else visit.headcount_actual
    if side is counted_side(facts) and expected is not None and expected != len(listed):
        wording.lacks(
            "headcount",
            message(
                N_("People in the list: {listed}; of the visit: {expected}."), listed=len(listed), expected=expected
            ),
        )


def counted_side(facts: DocumentFacts) -> Side:
    """Whose people a visit's head-count counts: the guests, or who takes part where nobody is a guest."""
    return Side.HOST if facts.visit.guest is None else Side.GUEST


def composition_of(facts: DocumentFacts, wording: Wording) -> Text:
    """``Composition: athlete: 8, coach: 1`` of a training batch, in the words that the office uses; else empty."""
    composition = facts.visit.composition or {}
    if facts.visit.kind is not EventKind.TRAINING_BATCH or not composition:
        return ()
    return wording.say(N_("Composition: {composition}"), composition=counted(composition))
