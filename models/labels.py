"""Nouns for the objects of the domain, as used within a sentence, in each language."""

from collections.abc import Mapping

from models.i18n import N_, Message, message

_NOUNS: Mapping[str, str] = {
    "activity": N_("activity"),
    "agreement": N_("agreement"),
    "anniversary": N_("anniversary"),
    "api_token": N_("token"),
    "art_troupe_visit": N_("art troupe visit"),
    "booking": N_("booking"),
    "ceremony": N_("ceremony"),
    "commitment": N_("commitment"),
    "delegation": N_("delegation"),
    "event": N_("event"),
    "feed": N_("feed"),
    "locality": N_("locality"),
    "member": N_("member"),
    "office_holiday": N_("office holiday"),
    "organisation": N_("organisation"),
    "passport": N_("passport"),
    "person": N_("person"),
    "programme_revision": N_("programme revision"),
    "reminder": N_("reminder"),
    "reminder_rule": N_("reminder rule"),
    "resource": N_("resource"),
    "task": N_("task"),
    "task_template": N_("task template"),
    "training_batch": N_("training batch"),
    "upgrade_note": N_("note of an upgrade"),
    "user": N_("account"),
}


def noun(name: str) -> Message:
    """The noun for a table or kind: ``training_batch`` → “training batch”, “đợt bồi dưỡng” …"""
    return message(_NOUNS.get(name, name.replace("_", " ")))
