"""The console's addresses and their pages."""

from typing import Any

from flask import Blueprint, Response, abort, request

from service.web import appearance
from service.web.account import account, login_provider, sign_in, unsubscribe
from service.web.administration import audit as administration_audit
from service.web.administration import document_templates
from service.web.administration import hand_overs as administration_hand_overs
from service.web.administration import merging as administration_merging
from service.web.administration import office as administration_office
from service.web.administration import pages as administration
from service.web.administration import upgrade_notes as administration_notes
from service.web.agreements import agreements, anniversaries, plan_preview
from service.web.both_sides import answers as answers_by_mail
from service.web.both_sides import coming, link_form, links, notes, proposals, share_form, shared_event
from service.web.bulk import pages as bulk_pages
from service.web.calendar import calendar, weekly_schedule
from service.web.copies import copy
from service.web.documents import downloads, office_papers, paper, papers
from service.web.error_pages import as_page, choose_for_browsers
from service.web.estimates import page as estimate_page
from service.web.event import page, placements
from service.web.feeds import feeds
from service.web.files import files
from service.web.gifts import gifts
from service.web.help import pages as help_pages
from service.web.help import tour
from service.web.help.places import address_for
from service.web.imports import calendar_files, member_lists
from service.web.learners import all_batches as all_learners
from service.web.learners import batch as batch_learners
from service.web.lists import bookings, conflicts, past, reminders, search, tasks, told, upcoming
from service.web.people import person
from service.web.personal import columns, notices, saved_views
from service.web.plan_event import own_days, quick_line, steps
from service.web.programme import editor as programme_editor
from service.web.programme import revisions
from service.web.projects import pages as project_pages
from service.web.rendering import STATIC, asset_version
from service.web.resources import book as resource_booking
from service.web.resources import grid as resource_grid
from service.web.resources import kept as kept_resources
from service.web.undo import changes as undo_changes
from service.web.undo import trash

_YEAR = 365 * 86_400
_TYPES = {".css": "text/css", ".js": "text/javascript", ".png": "image/png", ".svg": "image/svg+xml"}
_TYPES |= {".woff2": "font/woff2"}
_FILES = {path.name: _TYPES[path.suffix] for path in STATIC.iterdir() if path.suffix in _TYPES}

blp = Blueprint("pages", __name__, template_folder="templates")
blp.before_app_request(choose_for_browsers)
blp.after_app_request(as_page)


@blp.app_context_processor
def frame() -> dict[str, Any]:
    """What the frame of every page needs beside the page's own values."""
    area = (request.view_args or {}).get("area")
    return {
        "help_address": address_for(request.endpoint, area),
        "tour_box_for": tour.box_for,
        **appearance.in_templates(),
    }


def static_file(name: str) -> Response:
    """A static file; if requested by its current version, it may be cached forever."""
    if name not in _FILES:
        abort(404)
    response = Response((STATIC / name).read_bytes(), mimetype=_FILES[name])
    # A changed font gets another name; any other file has its version in the address.
    is_present = name.endswith(".woff2") or request.args.get("v") == asset_version(name)
    response.cache_control.max_age = _YEAR if is_present else 0
    response.cache_control.public = response.cache_control.immutable = is_present
    response.set_etag(asset_version(name))
    response.make_conditional(request)
    return response


blp.add_url_rule("/", "coming", upcoming.upcoming)
blp.add_url_rule("/calendar", "calendar", calendar.calendar)
blp.add_url_rule("/week", "this_week", weekly_schedule.this_week)
blp.add_url_rule("/weeks/<week>/schedule.<file_format>", "week_schedule", office_papers.week_schedule)
blp.add_url_rule("/years/<year>/delegations.<file_format>", "delegation_plan", office_papers.delegation_plan)
blp.add_url_rule("/agreements/<agreement_id>/report.<file_format>", "agreement_report", office_papers.agreement_report)
blp.add_url_rule("/events/import", "imports", calendar_files.imports, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>", "event", page.event, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/copy", "copy_event", copy.copy_page, methods=["GET", "POST"])
blp.add_url_rule("/changes", "own_changes", undo_changes.own_changes)
blp.add_url_rule("/undo/<request_id>", "undo_change", undo_changes.undo_change, methods=["POST"])
blp.add_url_rule("/trash", "trash", trash.in_trash)
blp.add_url_rule("/trash/<draft_id>/restore", "restore_draft", trash.restore, methods=["POST"])
blp.add_url_rule("/trash/<draft_id>/purge", "purge_draft", trash.purge, methods=["POST"])
blp.add_url_rule("/events/<event_id>/share", "share", share_form.share, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/shared", "shared_event", shared_event.shared_event)
blp.add_url_rule("/events/<event_id>/proposals", "event_proposals", proposals.event_proposals, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/programme", "programme", revisions.revisions)
blp.add_url_rule("/events/<event_id>/programme/edit", "edit_programme", programme_editor.edit, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/placements", "placements", placements.placements_page, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/placements/<number>.svg", "placement_picture", placements.picture)
blp.add_url_rule("/events/<event_id>/estimate", "estimate", estimate_page.estimate, methods=["GET", "POST"])
blp.add_url_rule(
    "/events/<event_id>/estimate/payments", "estimate_payments", estimate_page.add_payment, methods=["POST"]
)
blp.add_url_rule("/events/<event_id>/papers", "papers", papers.papers, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/papers/<kind>.<file_format>", "make_paper", downloads.make_paper)
blp.add_url_rule(
    "/events/<event_id>/papers/<kind>/make", "make_personal_paper", downloads.make_personal_paper, methods=["POST"]
)
blp.add_url_rule("/papers/<document_id>", "paper", paper.paper, methods=["GET", "POST"])
blp.add_url_rule("/papers/<document_id>/signed", "paper_signed", paper.signed, methods=["POST"])
blp.add_url_rule("/papers/<document_id>/content.<file_format>", "kept_content", downloads.kept_content)
blp.add_url_rule("/events/<event_id>/told", "told", told.told)
blp.add_url_rule("/events/<event_id>/bookings", "event_bookings", bookings.event_bookings, methods=["GET", "POST"])
blp.add_url_rule("/resources", "resources", bookings.resources)
blp.add_url_rule("/resources/<resource_id>", "resource", bookings.resource)
blp.add_url_rule("/resources/grid", "resource_grid", resource_grid.resource_grid)
blp.add_url_rule("/resources/grid/<resource_id>/<start>", "book", resource_booking.book, methods=["GET", "POST"])
blp.add_url_rule("/resources/kept", "kept_resources", kept_resources.kept, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/grid", "event_grid", resource_grid.event_grid)
blp.add_url_rule(
    "/events/<event_id>/grid/<resource_id>/<start>",
    "book_for_event",
    resource_booking.book_for_event,
    methods=["GET", "POST"],
)
blp.add_url_rule("/conflicts", "conflicts", conflicts.conflicts_page)
blp.add_url_rule("/tasks", "tasks", tasks.things_to_do, methods=["GET", "POST"])
blp.add_url_rule("/reminders", "reminders", reminders.reminders, methods=["GET", "POST"])
blp.add_url_rule("/reminders/<reminder_id>", "reminder", reminders.reminder, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/members", "members", member_lists.members, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/coming", "coming_people", coming.coming_people, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/answers", "event_answers", answers_by_mail.event_answers, methods=["GET", "POST"])
blp.add_url_rule("/administration/answers-by-mail", "office_answers", answers_by_mail.office_answers)
blp.add_url_rule("/events/<event_id>/notes", "event_notes", notes.event_notes, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/members.csv", "member_file", member_lists.member_file)
blp.add_url_rule("/members/template.xlsx", "member_template", member_lists.member_template_file)
blp.add_url_rule("/gifts", "gifts", gifts.gift_list)
blp.add_url_rule("/gifts/new", "new_gift", gifts.new_gift, methods=["GET", "POST"])
blp.add_url_rule("/gifts/<gift_id>", "gift", gifts.gift, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/gifts", "event_gifts", gifts.event_gifts, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/learners", "batch_learners", batch_learners.batch, methods=["GET", "POST"])
blp.add_url_rule(
    "/events/<event_id>/learners/<learner_id>", "learner", batch_learners.one_learner, methods=["GET", "POST"]
)
blp.add_url_rule("/learners", "learners", all_learners.all_batches)
blp.add_url_rule("/people/<person_id>", "person", person.person)
blp.add_url_rule("/events/<event_id>/files", "event_files", files.event_files, methods=["GET", "POST"])
blp.add_url_rule("/agreements/<agreement_id>/files", "agreement_files", files.agreement_files, methods=["GET", "POST"])
blp.add_url_rule(
    "/commitments/<commitment_id>/files", "commitment_files", files.commitment_files, methods=["GET", "POST"]
)
blp.add_url_rule("/projects", "projects", project_pages.all_projects)
blp.add_url_rule("/projects/new", "new_project", project_pages.new_project, methods=["GET", "POST"])
blp.add_url_rule("/projects/<project_id>", "project", project_pages.project, methods=["GET", "POST"])
blp.add_url_rule("/projects/<project_id>/files", "project_files", files.project_files, methods=["GET", "POST"])
blp.add_url_rule("/people/<person_id>/files", "person_files", files.person_files, methods=["GET", "POST"])
blp.add_url_rule("/files/<file_id>", "file", files.download)
blp.add_url_rule("/history", "history", past.past)
blp.add_url_rule("/history/new", "history_new", past.new_past, methods=["GET", "POST"])
blp.add_url_rule("/agreements", "agreements", agreements.agreements)
blp.add_url_rule("/agreements/<agreement_id>", "agreement", agreements.agreement)
blp.add_url_rule("/agreements/<agreement_id>/plan", "plan", plan_preview.plan, methods=["GET", "POST"])
blp.add_url_rule("/anniversaries", "anniversaries", anniversaries.anniversaries)
blp.add_url_rule("/search", "search", search.search)
blp.add_url_rule("/plan", "new_visit", steps.new_visit, methods=["GET", "POST"])
blp.add_url_rule("/plan/days", "own_days", own_days.own_days, methods=["GET", "POST"])
blp.add_url_rule("/plan/quick", "quick_line", quick_line.quick_line)
blp.add_url_rule("/feeds", "feeds", feeds.feeds, methods=["GET", "POST"])
blp.add_url_rule("/administration", "administration", administration.administration)
blp.add_url_rule("/administration/audit", "audit", administration_audit.audit)
blp.add_url_rule("/administration/document-templates", "document_templates", document_templates.listing)
blp.add_url_rule(
    "/administration/document-templates/<kind>",
    "document_template",
    document_templates.template,
    methods=["GET", "POST"],
)
blp.add_url_rule(
    "/administration/document-templates/<kind>/<version>.docx", "document_template_content", document_templates.content
)
blp.add_url_rule("/administration/hand-overs", "hand_overs", administration_hand_overs.listing, methods=["GET", "POST"])
blp.add_url_rule("/administration/office", "office", administration_office.office, methods=["GET", "POST"])
blp.add_url_rule("/administration/merges", "merges", administration_merging.listing, methods=["GET", "POST"])
blp.add_url_rule("/administration/doubles", "doubles", administration_merging.likely_doubles)
blp.add_url_rule(
    "/administration/organisations/<organisation_id>/hand-over",
    "hand_over",
    administration_hand_overs.hand_over,
    methods=["GET", "POST"],
)
blp.add_url_rule(
    "/administration/organisations/<organisation_id>/merge",
    "merge_organisation",
    administration_merging.merge_organisation,
    methods=["GET", "POST"],
)
blp.add_url_rule(
    "/administration/people/<person_id>/merge",
    "merge_person",
    administration_merging.merge_person,
    methods=["GET", "POST"],
)
blp.add_url_rule("/administration/<area>", "administered_list", administration.listing)
blp.add_url_rule("/administration/<area>/new", "administered_new", administration.new, methods=["GET", "POST"])
blp.add_url_rule(
    "/administration/<area>/<identity>", "administered", administration.administered, methods=["GET", "POST"]
)
blp.add_url_rule("/upgrade-notes", "upgrade_notes", administration_notes.seen, methods=["POST"])
blp.add_url_rule("/account", "account", account.account, methods=["GET", "POST"])
blp.add_url_rule("/account/notices", "my_notices", notices.my_notices, methods=["GET", "POST"])
blp.add_url_rule("/login", "sign_in", sign_in.sign_in, methods=["GET", "POST"])
blp.add_url_rule("/login/provider", "oidc", login_provider.begin)
blp.add_url_rule("/login/provider/back", "oidc_back", login_provider.come_back)
blp.add_url_rule("/logout", "sign_out", sign_in.sign_out, methods=["POST"])
blp.add_url_rule("/unsubscribe/<token>", "unsubscribe", unsubscribe.unsubscribe, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/links", "event_links", links.event_links, methods=["GET", "POST"])
blp.add_url_rule("/submissions/<submission_id>", "submission", links.submission, methods=["GET", "POST"])
blp.add_url_rule("/submissions/<submission_id>/photos/<photo_id>", "submission_photo", links.photo)
blp.add_url_rule("/link/<token>", "link", link_form.fill_in, methods=["GET", "POST"])
blp.add_url_rule("/link/<token>/files", "link_files", link_form.files)
blp.add_url_rule("/link/<token>/list", "link_list", link_form.member_list, methods=["POST"])
blp.add_url_rule("/link/<token>/people/<key>/photo", "link_photo", link_form.photo, methods=["POST"])
blp.add_url_rule("/link/<token>/template.xlsx", "link_template", link_form.template)
blp.add_url_rule("/link/<token>/handed-in/<submission_id>", "link_receipt", link_form.receipt)
blp.add_url_rule("/events/change", "change_events", bulk_pages.change_events, methods=["GET", "POST"])
blp.add_url_rule("/tasks/change", "change_tasks", bulk_pages.change_tasks, methods=["GET", "POST"])
blp.add_url_rule("/columns/<listing>", "columns", columns.columns, methods=["GET", "POST"])
blp.add_url_rule("/saved-views", "saved_views", saved_views.listing, methods=["GET", "POST"])
blp.add_url_rule("/saved-views/<view_id>", "saved_view", saved_views.opened)
blp.add_url_rule("/help", "help", help_pages.contents)
blp.add_url_rule("/help/<chapter>", "help_chapter", help_pages.chapter)
blp.add_url_rule("/help/pictures/<name>.png", "help_picture", help_pages.picture)
blp.add_url_rule("/first-day", "tour", tour.tour, methods=["GET", "POST"])
blp.add_url_rule("/appearance", "appearance", appearance.switch_appearance, methods=["POST"])
blp.add_url_rule("/manifest.webmanifest", "manifest", appearance.manifest)
blp.add_url_rule("/language", "language", sign_in.switch_language, methods=["POST"])
blp.add_url_rule("/static/<name>", "static_file", static_file)
