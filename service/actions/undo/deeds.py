"""Which deeds of the trail can be undone, and why the others can't: every (action, entity) stands in one of two tables.

What goes out, binds others or is secret is never undone; what has a way back of its own is sent there.
"""

from collections.abc import Mapping
from types import MappingProxyType

from models.i18n import N_

UNDOABLE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("change", "event"): "event",
        ("transition", "event"): "event",
        ("create", "member"): "member",
        ("change", "member"): "member",
        ("delete", "member"): "member",
        ("change", "programme"): "programme",
        ("move", "programme"): "programme",
        ("create", "task"): "task",
        ("change", "task"): "task",
        ("delete", "task"): "task",
        ("create", "booking"): "booking",
        ("change", "booking"): "booking",
        ("delete", "booking"): "booking",
    }
)
"""(action, entity) → the noun whose reverser undoes it (:mod:`service.actions.undo.reversers`)."""

FOLLOWS = frozenset({("change", "estimate")})
"""What follows from an undoable deed in the same request, and follows it back by itself; never undone alone."""

IN_TRASH = N_("A new event is not undone but deleted: as a draft it lies in the trash for 30 days.")
FROM_TRASH = N_(
    "A draft deleted on its page lies in the trash, from where it can be restored; other deletions are final."
)
SENT = N_("What was sent, asked for or told to others can't be taken back by undoing.")
OPENED = N_("What was shared with others, handed in or agreed with them is ended on its own page, not undone.")
APPROVED = N_(
    "Confirmations and approvals are not undone: an approver takes them back on the page, as a step of its own."
)
MONEY = N_("Estimates, payments and gifts are corrected on their own pages, with an entry that stays.")
SECRET = N_("What is sealed or secret is not undone: enter it anew.")
ACCESS = N_("Accounts, keys, links and settings are changed back on their own pages, by who may do that.")
PAPER = N_("Files and papers are not undone: add them again, or correct them on their own page.")
WORDS = N_("What was noted stays; a note is struck out instead.")
LISTS = N_("This concerns more than one event: change it back on its own page.")
OWN_WAY = N_("This has a way back of its own, with its own time: use the list on which it stands.")
ONLY_SEEN = N_("Nothing was changed by this that could be undone.")

REFUSED: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("create", "event"): IN_TRASH,
        ("delete", "event"): FROM_TRASH,
        ("restore", "event"): IN_TRASH,
        ("purge", "event"): FROM_TRASH,
        ("accept", "event"): APPROVED,
        ("refuse", "event"): APPROVED,
        ("ask", "event"): SENT,
        ("chase", "event"): SENT,
        ("change", "placement"): PAPER,
        ("create", "programme_revision"): SENT,
        ("create", "event_share"): OPENED,
        ("change", "event_share"): OPENED,
        ("delete", "event_share"): OPENED,
        ("open", "event_share"): ONLY_SEEN,
        **dict.fromkeys(((one, "event_link") for one in ("create", "change", "revoke")), ACCESS),
        **dict.fromkeys(((one, "submission") for one in ("create", "accept", "reject", "purge")), OPENED),
        **dict.fromkeys(
            (
                (one, "proposal")
                for one in ("create", "accept", "decline", "counter", "withdraw", "expire", "try_accepting", "change")
            ),
            OPENED,
        ),
        **dict.fromkeys(((one, "event_note") for one in ("create", "strike", "delete")), WORDS),
        **dict.fromkeys(((one, "file") for one in ("create", "change", "delete", "download", "purge")), PAPER),
        **dict.fromkeys(((one, "document") for one in ("create", "change", "delete", "make")), PAPER),
        ("send", "document"): SENT,
        **dict.fromkeys(((one, "document_template") for one in ("create", "change", "delete")), PAPER),
        **dict.fromkeys(
            ((one, "estimate") for one in ("create", "delete", "submit", "return", "settle", "reverse")), MONEY
        ),
        ("approve", "estimate"): APPROVED,
        **dict.fromkeys(((one, "payment") for one in ("create", "change", "delete")), MONEY),
        **dict.fromkeys(((one, "gift") for one in ("create", "change", "delete")), MONEY),
        **dict.fromkeys(((one, "norm") for one in ("create", "change", "delete")), MONEY),
        **dict.fromkeys(((one, "exchange_rate") for one in ("create", "change", "delete")), MONEY),
        **dict.fromkeys(((one, "passport") for one in ("create", "change", "delete", "merge", "purge")), SECRET),
        ("reveal", "passport"): ONLY_SEEN,
        **dict.fromkeys(((one, "particulars") for one in ("create", "change", "delete", "purge")), SECRET),
        **dict.fromkeys(
            (
                (one, "user")
                for one in (
                    *("create", "change", "delete", "subscribe", "unsubscribe", "sign_in", "sign_out_everywhere"),
                    "sign_in_limit",
                )
            ),
            ACCESS,
        ),
        ("sign_in_limit", "login_failure"): ACCESS,
        **dict.fromkeys(((one, "api_token") for one in ("create", "change", "delete")), ACCESS),
        **dict.fromkeys(((one, "feed") for one in ("create", "change", "delete", "rotate")), ACCESS),
        **dict.fromkeys(((one, "saved_view") for one in ("create", "change", "delete")), ACCESS),
        **dict.fromkeys(
            ((one, "office_profile") for one in ("create", "change", "end", "begin_again", "begin")), ACCESS
        ),
        **dict.fromkeys(((one, "database") for one in ("adopt_key", "restore", "restore_unproven")), ACCESS),
        ("export", "audit"): ONLY_SEEN,
        ("retry", "reminder"): SENT,
        ("see", "reminder"): ONLY_SEEN,
        ("see", "upgrade_note"): ONLY_SEEN,
        **dict.fromkeys(
            (
                (one, entity)
                for one in ("create", "change", "delete")
                for entity in (
                    *("agreement", "anniversary", "commitment", "learner", "locality", "observance", "office_holiday"),
                    *("organisation", "person", "project", "reminder_rule", "resource", "task_template"),
                )
            ),
            LISTS,
        ),
        **dict.fromkeys(
            (
                (one, entity)
                for one in ("merge", "undo_merge", "hand_over", "undo_hand_over")
                for entity in (
                    *("event", "member", "task", "person", "organisation", "user", "reminder_rule", "resource"),
                    *("task_template", "feed", "training_phase", "agreement", "gift", "project", "learner", "file"),
                )
            ),
            OWN_WAY,
        ),
    }
)
"""(action, entity) → why it is not undone, and what to do instead."""

UNDECIDED = N_("This kind of change can't be undone; change it back on its own page.")
"""Said of a deed that stands in no table: an older version wrote it, or a newer one."""


def why_not(action: str, entity: str) -> str | None:
    """Why a deed is never undone, as an English sentence; None of one that may be."""
    if (action, entity) in UNDOABLE or (action, entity) in FOLLOWS:
        return None
    return REFUSED.get((action, entity), UNDECIDED)
