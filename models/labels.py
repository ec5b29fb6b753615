"""Nouns for the objects of the domain, as used within a sentence, in each language."""

from collections.abc import Mapping

from models.i18n import Message, _, message

_NOUNS: Mapping[str, str] = {
    "activity": _("activity"),
    "agreement": _("agreement"),
    "anniversary": _("anniversary"),
    "api_token": _("token"),
    "art_troupe_visit": _("art troupe visit"),
    "booking": _("booking"),
    "ceremony": _("ceremony"),
    "commitment": _("commitment"),
    "delegation": _("delegation"),
    "event": _("event"),
    "feed": _("feed"),
    "locality": _("locality"),
    "member": _("member"),
    "office_holiday": _("office holiday"),
    "organisation": _("organisation"),
    "passport": _("passport"),
    "person": _("person"),
    "programme_revision": _("programme revision"),
    "reminder": _("reminder"),
    "reminder_rule": _("reminder rule"),
    "resource": _("resource"),
    "task": _("task"),
    "task_template": _("task template"),
    "training_batch": _("training batch"),
    "user": _("account"),
}


def noun(name: str) -> Message:
    """The noun for a table or kind: ``training_batch`` → “training batch”, “đợt bồi dưỡng” …"""
    return message(_NOUNS.get(name, name.replace("_", " ")))
