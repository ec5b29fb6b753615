"""Which paragraph of the manual explains which page.

A page is named by its endpoint; the pages that all sections of the administration share also by the section. A test
sees that every page is here, and that every paragraph is in the manual in every language.
"""

from collections.abc import Mapping

from service.web.help.manual import ADDRESS

PLACES: Mapping[str, str] = {
    # The first page, the diary and what is looked for
    "coming": "overview#coming",
    "calendar": "overview#calendar",
    "this_week": "overview#week",
    "search": "overview#search",
    "saved_views": "overview#views",
    "saved_view": "overview#views",
    "columns": "overview#columns",
    "history": "overview#history",
    "history_new": "overview#enter-history",
    "conflicts": "overview#conflicts",
    "imports": "overview#calendar-file",
    "upgrade_notes": "overview#coming",
    # Planning, and the page of a visit
    "new_visit": "planning#plan",
    "own_days": "planning#own-days",
    "quick_line": "planning#quick",
    "event": "planning#event-page",
    # People
    "members": "people#member-list",
    "coming_people": "people#coming",
    "person": "people#person",
    "person_files": "papers#files",
    "learners": "people#learners",
    "batch_learners": "people#learners",
    "learner": "people#learners",
    # Programme
    "edit_programme": "programme#editor",
    "programme": "programme#revisions",
    "placements": "rooms#placements",
    # Rooms and cars
    "resources": "rooms#free",
    "resource_grid": "rooms#grid",
    "event_grid": "rooms#grid",
    "book": "rooms#grid",
    "book_for_event": "rooms#grid",
    "kept_resources": "rooms#keepers",
    "resource": "rooms#free",
    "event_bookings": "rooms#book",
    # Again, and back
    "copy_event": "again#copy",
    "own_changes": "again#undo",
    "undo_change": "again#undo",
    "trash": "again#trash",
    # Tasks and reminders
    "tasks": "tasks#tasks",
    "change_tasks": "tasks#bulk",
    "change_events": "tasks#bulk",
    "reminders": "tasks#failed",
    "reminder": "tasks#failed",
    "told": "tasks#told",
    # Papers
    "papers": "papers#make",
    "paper": "papers#keep",
    "make_personal_paper": "papers#particulars",
    "event_files": "papers#files",
    "agreement_files": "papers#files",
    "commitment_files": "papers#files",
    "project_files": "papers#files",
    # Money
    "estimate": "money#estimate",
    "gifts": "money#gifts",
    "new_gift": "money#gifts",
    "gift": "money#gifts",
    "event_gifts": "money#gifts",
    "projects": "money#projects",
    "new_project": "money#projects",
    "project": "money#projects",
    # Agreements
    "agreements": "agreements#agreements",
    "agreement": "agreements#board",
    "plan": "agreements#plan-owed",
    "anniversaries": "agreements#anniversaries",
    # The other side
    "share": "both-sides#share",
    "shared_event": "both-sides#shared",
    "event_proposals": "both-sides#days",
    "event_answers": "both-sides#answers",
    "event_notes": "both-sides#notes",
    "event_links": "both-sides#links",
    "submission": "both-sides#handed-in",
    "link": "both-sides#link-holder",
    "link_files": "both-sides#link-holder",
    "link_receipt": "both-sides#link-holder",
    # Calendars to subscribe to
    "feeds": "feeds#subscribe",
    # The account
    "account": "account#password",
    "my_notices": "account#notices",
    "sign_in": "account#sign-in",
    "unsubscribe": "account#stop-mails",
    # Administration
    "administration": "administrators#overview",
    "office": "administrators#office",
    "audit": "administrators#audit",
    "document_templates": "administrators#document-templates",
    "document_template": "administrators#document-templates",
    "hand_overs": "administrators#hand-over",
    "hand_over": "administrators#hand-over",
    "merges": "administrators#merge",
    "doubles": "administrators#merge",
    "merge_person": "administrators#merge",
    "merge_organisation": "administrators#merge",
    "office_answers": "administrators#answers",
    "administered_list": "administrators#overview",
    "administered_new": "administrators#overview",
    "administered": "administrators#overview",
    # The manual itself
    "help": "first-day#help",
    "help_chapter": "first-day#help",
    "tour": "first-day#tour",
}
"""Endpoint of a page without ``pages.`` → chapter and anchor."""

SECTIONS: Mapping[str, str] = {
    "accounts": "administrators#accounts",
    "rules": "administrators#rules",
    "task-templates": "administrators#task-templates",
    "resources": "administrators#resources",
    "agreements": "administrators#agreements",
    "commitments": "administrators#agreements",
    "anniversaries": "administrators#agreements",
    "holidays": "administrators#holidays",
    "observances": "administrators#holidays",
    "norms": "administrators#norms",
    "exchange-rates": "administrators#norms",
    "localities": "administrators#places",
    "organisations": "administrators#places",
    "people": "administrators#people",
}
"""Section of the administration → chapter and anchor."""


def place_of(endpoint: str | None, area: str | None = None) -> str | None:
    """The chapter and anchor that explain a page, like ``planning#plan``; None if it is no page of the console."""
    name = (endpoint or "").removeprefix("pages.")
    section = SECTIONS.get(area or "") if name.startswith("administered") else None
    return section or PLACES.get(name)


def address_for(endpoint: str | None, area: str | None = None) -> str:
    """The address of what explains a page; of the contents if nothing does."""
    place = place_of(endpoint, area)
    return f"{ADDRESS}/{place}" if place else ADDRESS
