"""The console's addresses and their pages."""

from flask import Blueprint, Response, abort, request

from service.web.account import account, login_provider, sign_in, unsubscribe
from service.web.administration import audit as administration_audit
from service.web.administration import pages as administration
from service.web.administration import upgrade_notes as administration_notes
from service.web.agreements import agreements, anniversaries, plan_preview
from service.web.calendar import calendar, weekly_schedule
from service.web.error_pages import as_page, choose_for_browsers
from service.web.event import page
from service.web.feeds import feeds
from service.web.imports import calendar_files, member_lists
from service.web.lists import bookings, conflicts, reminders, search, tasks, told, upcoming
from service.web.plan_event import own_days, steps
from service.web.programme import revisions
from service.web.rendering import STATIC, asset_version

_YEAR = 365 * 86_400
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
_FILES = {path.name: _TYPES[path.suffix] for path in STATIC.iterdir() if path.suffix in _TYPES}

blp = Blueprint("pages", __name__, template_folder="templates")
blp.before_app_request(choose_for_browsers)
blp.after_app_request(as_page)


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
blp.add_url_rule("/events/import", "imports", calendar_files.imports, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>", "event", page.event, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/programme", "programme", revisions.revisions)
blp.add_url_rule("/events/<event_id>/told", "told", told.told)
blp.add_url_rule("/events/<event_id>/bookings", "event_bookings", bookings.event_bookings, methods=["GET", "POST"])
blp.add_url_rule("/resources", "resources", bookings.resources)
blp.add_url_rule("/resources/<resource_id>", "resource", bookings.resource)
blp.add_url_rule("/conflicts", "conflicts", conflicts.conflicts_page)
blp.add_url_rule("/tasks", "tasks", tasks.things_to_do, methods=["GET", "POST"])
blp.add_url_rule("/reminders", "reminders", reminders.reminders, methods=["GET", "POST"])
blp.add_url_rule("/reminders/<reminder_id>", "reminder", reminders.reminder, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/members", "members", member_lists.members, methods=["GET", "POST"])
blp.add_url_rule("/events/<event_id>/members.csv", "member_file", member_lists.member_file)
blp.add_url_rule("/members/template.xlsx", "member_template", member_lists.member_template_file)
blp.add_url_rule("/agreements", "agreements", agreements.agreements)
blp.add_url_rule("/agreements/<agreement_id>", "agreement", agreements.agreement)
blp.add_url_rule("/agreements/<agreement_id>/plan", "plan", plan_preview.plan, methods=["GET", "POST"])
blp.add_url_rule("/anniversaries", "anniversaries", anniversaries.anniversaries)
blp.add_url_rule("/search", "search", search.search)
blp.add_url_rule("/plan", "new_visit", steps.new_visit, methods=["GET", "POST"])
blp.add_url_rule("/plan/days", "own_days", own_days.own_days, methods=["GET", "POST"])
blp.add_url_rule("/feeds", "feeds", feeds.feeds, methods=["GET", "POST"])
blp.add_url_rule("/administration", "administration", administration.administration)
blp.add_url_rule("/administration/audit", "audit", administration_audit.audit)
blp.add_url_rule("/administration/<area>", "administered_list", administration.listing)
blp.add_url_rule("/administration/<area>/new", "administered_new", administration.new, methods=["GET", "POST"])
blp.add_url_rule(
    "/administration/<area>/<identity>", "administered", administration.administered, methods=["GET", "POST"]
)
blp.add_url_rule("/upgrade-notes", "upgrade_notes", administration_notes.seen, methods=["POST"])
blp.add_url_rule("/account", "account", account.account, methods=["GET", "POST"])
blp.add_url_rule("/login", "sign_in", sign_in.sign_in, methods=["GET", "POST"])
blp.add_url_rule("/login/provider", "oidc", login_provider.begin)
blp.add_url_rule("/login/provider/back", "oidc_back", login_provider.come_back)
blp.add_url_rule("/logout", "sign_out", sign_in.sign_out, methods=["POST"])
blp.add_url_rule("/unsubscribe/<token>", "unsubscribe", unsubscribe.unsubscribe, methods=["GET", "POST"])
blp.add_url_rule("/language", "language", sign_in.switch_language, methods=["POST"])
blp.add_url_rule("/static/<name>", "static_file", static_file)
