"""Learners of a training batch of a programme file: each stage of each is an entry of its own, by its key.

What a file no longer names stays: somebody studies on whatever a file says.
"""

from collections.abc import Mapping
from typing import Any

from models.errors import DomainError
from models.events import Event
from models.i18n import N_, message
from models.learners import Learner
from models.vocabulary import EventKind
from seed.checking import FilePosition, GroupShape, check, not_a_group, not_a_list, shape_of
from seed.ledger import Ledger
from service.actions.ledger import learners
from service.schemas.learners import LearnerSchema


def load_learners(ledger: Ledger, key: str, place: FilePosition, event: Event | None) -> None:
    """Load the ``learners`` of an event."""
    node = place.node.value.get("learners")
    if node is None or node.value is None:
        return
    if not isinstance(node.value, list):
        place.add(("learners",), not_a_list())
        return
    if event is not None and event.kind is not EventKind.TRAINING_BATCH:
        place.add(("learners",), message(N_("Only training batches have learners.")))
        return
    shape, named = shape_of(LearnerSchema), set[str]()
    for number in range(len(node.value)):
        item = place.below("learners", number)
        if not isinstance(item.node.value, dict):
            item.add((), not_a_group())
            continue
        own = item.node.value.get("key")
        if own is None or not isinstance(own.value, str) or not own.value or own.value in named:
            item.add(("key",), message(N_("Every entry needs a {name}, a word of its own."), name="key"))
            continue
        named.add(own.value)

        def write(existing_id: str | None, item: FilePosition = item, own: str = own.value) -> str | None:
            checked = check(item, shape, ledger.resolve, ("key",))
            if event is None or not checked.is_complete:
                return None
            return _write(ledger, f"{key}/{own}", item, shape, event, existing_id, checked.values)

        ledger.apply("learners", f"{key}/{own.value}", item.node.plain(), write)


def _write(
    ledger: Ledger,
    key: str,
    item: FilePosition,
    shape: GroupShape,
    event: Event,
    existing_id: str | None,
    values: Mapping[str, Any],
) -> str | None:
    learner = ledger.session.get(Learner, existing_id) if existing_id else None
    try:
        if learner is None:
            learner = learners.add_learner(ledger.session, ledger.act, event, values)
        elif wanted := ledger.wanted("learners", key, item, shape.called, learner, values):
            learners.change_learner(ledger.session, ledger.act, event, learner, wanted)
    except DomainError as error:
        item.add_error(error, shape)
        return None
    ledger.wrote("learners", key, learner, values)
    return learner.id
