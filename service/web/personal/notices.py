"""My notices: which mails I get and how, in plain words, and what can't be turned off."""

from collections.abc import Mapping

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models.i18n import N_
from models.vocabulary import NoticeTopic, NoticeWay, Role
from service.actions.personal import notices
from service.web.page_decorator import page
from service.web.view import View

TOPICS: Mapping[NoticeTopic, tuple[str, str]] = {
    NoticeTopic.REMINDERS: (N_("Reminders of visits and tasks"), N_("What the office's rules remind you of.")),
    NoticeTopic.OCCASIONS: (
        N_("Reminders of agreements, anniversaries and holidays"),
        N_("Agreements that end, days to send greetings, permits and milestones."),
    ),
    NoticeTopic.CHANGES: (
        N_("Changes of visits"),
        N_("Other days, hours or places, a visit that is postponed; without them your own calendar is not corrected."),
    ),
    NoticeTopic.CONFIRMATIONS: (
        N_("Visits that wait for a confirmation"),
        N_("Only approvers get these; the first page lists them too."),
    ),
    NoticeTopic.PROPOSALS: (N_("Days that another office proposes"), N_("Who waits for whom, and until when.")),
    NoticeTopic.PAPERS: (N_("Papers of visits"), N_("A paper that somebody sends you from the service.")),
    NoticeTopic.BOOKINGS: (
        N_("Bookings of what you keep"),
        N_("A room or car that you keep is booked, given back or asked for; or what you asked for is decided."),
    ),
    NoticeTopic.MENTIONS: (N_("Notes that mention you"), N_("The first page lists them too.")),
}
WAYS: Mapping[str, str] = {
    "": N_("as usual: by mail, and by messenger where the rule says so"),
    NoticeWay.MAIL.value: N_("by mail only"),
    NoticeWay.MESSENGER.value: N_("by messenger only, where there is one"),
    NoticeWay.NONE.value: N_("not at all"),
}


@page(write=Role.VIEWER)
def my_notices(view: View) -> Response:
    """The topics with what was chosen; saving leads back here."""
    if request.method == "POST":
        notices.choose(view.session, view.act, _wanted(), _switches())
        return redirect(url_for("pages.my_notices", done="saved"), 303)
    held = notices.choices_of(view.session, view.act.account.id)
    return view.page(
        "personal/notices.html",
        topics=[(topic.value, *words, held.get(topic, "")) for topic, words in TOPICS.items()],
        ways=WAYS,
        has_messenger=view.act.account.messenger is not None,
        done=request.args.get("done") == "saved",
    )


def _wanted() -> dict[NoticeTopic, NoticeWay | None]:
    """What the form says of each topic; a word that is none counts as usual."""
    typed = {topic: request.form.get(topic.value, "") for topic in NoticeTopic}
    return {topic: NoticeWay(word) if word in set(NoticeWay) else None for topic, word in typed.items()}


def _switches() -> dict[str, bool]:
    return {name: request.form.get(name) == "1" for name in notices.SWITCHES}
