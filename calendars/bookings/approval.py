"""Whether what begins to take a resource is held at once, or waits for the approval of its keeper.

An approval is for the resource, the times and the quantity that were approved: what changes one of these asks again,
and what comes back unchanged after its event was called off is held at once.
"""

from dataclasses import dataclass

from models.vocabulary import TAKING, BookingState


@dataclass(frozen=True, slots=True)
class Approval:
    """What decides about one booking: whether its resource needs approval, and whether who acts is a keeper of it."""

    is_needed: bool
    is_own_word: bool = False

    def state(self, was: BookingState | None, *, is_same: bool, was_approved: bool = False) -> BookingState:
        """The state in which a booking takes its resource from now on.

        ``was`` None: it is new. ``is_same``: resource, times and quantity stay. ``was_approved``: a keeper approved it
        before. What is held stays held if nothing changes, also where approval was not needed when it was made.
        """
        if not self.is_needed or self.is_own_word:
            return BookingState.HELD
        if is_same and (was is BookingState.HELD or (was is BookingState.RELEASED and was_approved)):
            return BookingState.HELD
        return BookingState.ASKED


def takes(state: BookingState) -> bool:
    """Whether a booking in this state occupies its resource."""
    return state in TAKING
