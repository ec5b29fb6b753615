"""The tasks that an approved estimate brings: to settle what the visit cost, and to report on it.

Both are due fifteen days after the visit's last day of travel and move with it, as tasks of templates do. One that the
event has already, of a template or written by somebody, is not doubled. Source: Circular 35/2026/TT-BTC, article 34.2
(settlement for each delegation); Circular 03/2023/TT-BNV, article 12.2 (report within fifteen days).
"""

from collections.abc import Sequence

from sqlmodel import Session

from models.event_parts import Task
from models.events import Event
from models.queries.dated import has_days
from models.queries.event_parts import tasks_of
from models.text import LocalizedText, fold, localized
from models.vocabulary import Language, TaskAnchor
from service.actions.context import ActionContext
from service.actions.events import tasks

WITHIN = "P15D"
SETTLE: LocalizedText = {
    "vi": "Quyết toán kinh phí",
    "lo": "ສະຫຼຸບການໃຊ້ຈ່າຍງົບປະມານ",
    "en": "Settle the expenses",
}
REPORT: LocalizedText = {"vi": "Báo cáo kết quả", "lo": "ລາຍງານຜົນ", "en": "Report on the results"}


def make_tasks(session: Session, act: ActionContext, event: Event) -> None:
    """Give an event the two tasks, unless it has them; none to one of which no days are known."""
    if not has_days(event):
        return
    existing = tasks_of(session, event.id)
    for title in (SETTLE, REPORT):
        if not _called(title, existing):
            values = {
                "title": title,
                "organisation_id": event.organisation_id,
                "due_offset": WITHIN,
                "anchor": TaskAnchor.DEPARTURE,
            }
            tasks.add_task(session, act, event, values)


def settled(session: Session, act: ActionContext, event: Event, *, is_done: bool) -> None:
    """Mark the task to settle as done, or as open again."""
    for task in _called(SETTLE, tasks_of(session, event.id)):
        if task.done is not is_done:
            tasks.change_task(session, act, event, task, {"done": is_done})


def is_one(task: Task) -> bool:
    """Whether a task is one of the two, or is called as they are."""
    return any(_called(title, [task]) for title in (SETTLE, REPORT))


def _called(title: LocalizedText, existing: Sequence[Task]) -> list[Task]:
    wanted = fold(localized(title, Language.VI))
    return [task for task in existing if fold(localized(task.title, Language.VI)) == wanted]
