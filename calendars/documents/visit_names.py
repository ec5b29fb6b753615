"""What a paper calls the visit it is about: the delegation of a province, a troupe, a batch by its title."""

from calendars.documents.facts import DocumentFacts
from calendars.documents.phrasing import Written, phrase, place_of, sentence, text_of
from calendars.documents.value import Text
from calendars.documents.wording import Wording
from models.i18n import N_, message
from models.vocabulary import EventKind, Side

TITLE = message(N_("The title of the visit."))

GATHERINGS = frozenset({EventKind.ANNIVERSARY, EventKind.ACTIVITY})
"""What is held, rather than received or sent."""

_QUOTED = {
    EventKind.TRAINING_BATCH: N_("the training batch “{title}”"),
    EventKind.ANNIVERSARY: N_("the ceremony “{title}”"),
}

_SENT = {
    EventKind.TRAINING_BATCH: N_("the training delegation of {guest}"),
    EventKind.ANNIVERSARY: N_("the delegation of {guest} to “{title}”"),
    EventKind.ACTIVITY: N_("the delegation of {guest} to “{title}”"),
}
"""Who goes to what others hold."""


def visitors(facts: DocumentFacts) -> Written:
    """Who or what the visit is, inside a sentence: ``Đoàn đại biểu tỉnh Viêng Chăn``, ``đợt bồi dưỡng “…”``."""

    def written(one: Wording) -> Text:
        visit = facts.visit
        guest, title = place_of(visit.guest), text_of(visit.title, TITLE)
        if visit.own_side is Side.GUEST and visit.kind in _SENT:
            return phrase(one, _SENT[visit.kind], guest=guest, title=title)
        if visit.kind is EventKind.ART_TROUPE_VISIT and visit.troupe:
            return one.text(visit.troupe, message(N_("The name of the troupe.")))
        if visit.kind is EventKind.ART_TROUPE_VISIT and visit.guest:
            return phrase(one, N_("the art troupe of {guest}"), guest=guest)
        if visit.kind is EventKind.DELEGATION and visit.guest:
            return phrase(one, N_("the delegation of {guest}"), guest=guest)
        if quoted := _QUOTED.get(visit.kind):
            return phrase(one, quoted, title=title)
        return phrase(one, N_("“{title}”"), title=title)

    return written


def about(
    facts: DocumentFacts, wording: Wording, *, receiving: str, sending: str, holding: str, **values: object
) -> Text:
    """The sentence of three that fits a visit: received by the office's own side, sent by it, or held by it.

    Besides ``values`` it may name ``visitors``, ``host`` and ``guest``.
    """
    visit = facts.visit
    text = receiving
    if visit.own_side is Side.GUEST:
        text = sending
    elif visit.kind in GATHERINGS or visit.kind is EventKind.TRAINING_BATCH:
        text = holding
    host, guest = place_of(visit.host), place_of(visit.guest)
    return sentence(wording, text, visitors=visitors(facts), host=host, guest=guest, **values)
