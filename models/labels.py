"""Nouns for the objects of the domain, as used within a sentence, in each language."""

from collections.abc import Mapping

from models.i18n import N_, NP_, Message, message

_NOUNS: Mapping[str, str] = {
    "activity": N_("activity"),
    "agreement": N_("agreement"),
    "anniversary": N_("anniversary"),
    "api_token": N_("token"),
    "art_troupe_visit": N_("art troupe visit"),
    "audit": N_("audit trail"),
    "booking": N_("booking"),
    "ceremony": N_("ceremony"),
    "change": N_("change"),
    "commitment": N_("commitment"),
    "delegation": N_("delegation"),
    "document": N_("paper"),
    "document_template": N_("template of papers"),
    "estimate": N_("estimate"),
    "event": N_("event"),
    "event_link": N_("link without an account"),
    "event_share": N_("shared part"),
    "event_note": NP_("on an event", "note"),
    "exchange_rate": N_("exchange rate"),
    "feed": N_("feed"),
    "file": N_("file"),
    "gift": N_("gift"),
    "inbox_message": N_("answer by mail"),
    "learner": N_("learner"),
    "locality": N_("locality"),
    "member": N_("member"),
    "norm": N_("norm"),
    "observance": N_("observance"),
    "office_holiday": N_("office holiday"),
    "office_profile": N_("office"),
    "organisation": N_("organisation"),
    "particulars": N_("particulars"),
    "passport": N_("passport"),
    "payment": N_("payment"),
    "person": N_("person"),
    "placement": N_("placement"),
    "programme": N_("programme"),
    "programme_item": N_("programme item"),
    "programme_revision": N_("programme revision"),
    "project": N_("project"),
    "proposal": N_("proposal of days"),
    "reminder": N_("reminder"),
    "reminder_rule": N_("reminder rule"),
    "resource": N_("resource"),
    "saved_view": N_("saved view"),
    "submission": N_("handed-in form"),
    "submission_file": N_("photo that was handed in"),
    "task": N_("task"),
    "task_template": N_("task template"),
    "training_batch": N_("training batch"),
    "trashed_event": N_("draft in the trash"),
    "upgrade_note": N_("note of an upgrade"),
    "user": N_("account"),
}


def noun(name: str) -> Message:
    """The noun for a table or kind: ``training_batch`` → “training batch”, “đợt bồi dưỡng” …"""
    return message(_NOUNS.get(name, name.replace("_", " ")))
