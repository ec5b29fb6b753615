"""The state machine of two offices at one table: they share, write, propose, agree and end, in any order."""

import sys
from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.service.properties.both_sides import looks, steps
from tests.service.properties.both_sides.table import FURNITURE, Actor, Table, Visit

SIDES = st.sampled_from(["h", "v"])
NUMBERS = st.integers(0, 40)


class BothSides(RuleBasedStateMachine):
    """One run with fresh offices and visits; ``begin`` and what it looks at in the end are set by a subclass."""

    begin: ClassVar[Callable[[], Table]]
    sweeps: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.table = type(self).begin()
        self.looks = 0
        self.reader = "v approver"
        self.reads_pages = False

    @initialize(who=st.sampled_from(["v approver", "v clerk", "h approver", "h clerk", "t admin"]), pages=st.booleans())
    def choose(self, who: str, pages: bool) -> None:
        """Who reads everything at the end."""
        self.reader, self.reads_pages = who, pages

    def teardown(self) -> None:
        try:
            if self.sweeps and sys.exc_info()[0] is None:
                looks.sweep(self.table, self.table.actors[self.reader], with_pages=self.reads_pages)
        finally:
            self.table.close()

    # Who and what

    def actor(self, number: int) -> Actor:
        """Anybody; people of both sides are likelier than those of the third office."""
        able = [one for one in self.table.actors.values() if one.side != "t" or one.name == "t admin"]
        return able[number % len(able)]

    def visit(self, side: str) -> Visit:
        return self.table.visits[side]

    def look(self) -> None:
        self.looks += 1
        looks.look(self.table, self.actor(5 * self.looks), self.looks)

    # Sharing

    @rule(side=SIDES)
    def share(self, side: str) -> None:
        """Twice as a rule, as most of the others need it."""
        steps.share(self.table, self.visit(side))
        self.look()

    @rule(side=SIDES)
    def share_again(self, side: str) -> None:
        steps.share(self.table, self.visit(side))
        self.look()

    @rule(side=SIDES)
    def unshare(self, side: str) -> None:
        steps.unshare(self.table, self.visit(side))
        self.look()

    @rule(side=SIDES, how=st.sampled_from(["member", "task", "go"]))
    def take_part(self, side: str, how: str) -> None:
        """A department of the other side begins to take part, or does no longer."""
        if how == "go":
            steps.let_go(self.table, self.visit(side))
        else:
            steps.let_in(self.table, self.visit(side), how)
        self.look()

    @rule(side=SIDES, what=st.sampled_from(FURNITURE))
    def furnish(self, side: str, what: str) -> None:
        self.table.furnish(self.visit(side), what)
        self.look()

    # Notes, days

    @rule(side=SIDES, who=NUMBERS, is_shared=st.booleans(), named=st.lists(NUMBERS, max_size=1))
    def note(self, side: str, who: int, is_shared: bool, named: list[int]) -> None:
        mentioned = [self.actor(one) for one in named]
        steps.note(self.table, self.actor(who), self.visit(side), is_shared=is_shared, named=mentioned)
        self.look()

    @rule(who=NUMBERS, number=st.integers(0, 3))
    def strike(self, who: int, number: int) -> None:
        steps.strike(self.table, self.actor(who), number)
        self.look()

    @rule(side=SIDES, who=NUMBERS, first=st.integers(-5, 30), length=st.integers(0, 3))
    def propose(self, side: str, who: int, first: int, length: int) -> None:
        steps.propose(self.table, self.actor(who), self.visit(side), first, length)
        self.look()

    @rule(
        side=SIDES, who=NUMBERS, step=st.sampled_from(["accept", "accept", "decline", "counter", "withdraw"]),
        first=st.integers(0, 20),
    )  # fmt: skip
    def answer(self, side: str, who: int, step: str, first: int) -> None:
        steps.answer_proposal(self.table, self.actor(who), self.visit(side), step, first)
        self.look()

    # Links, mail

    @rule(side=SIDES, who=NUMBERS, is_owner=st.booleans())
    def link(self, side: str, who: int, is_owner: bool) -> None:
        visit = self.visit(side)
        steps.make_link(self.table, visit, None if is_owner else self.actor(who))
        self.look()

    @precondition(lambda self: self.table.holders)
    @rule(number=st.integers(0, 3), hands_in=st.booleans())
    def fill_in(self, number: int, hands_in: bool) -> None:
        steps.fill_in(self.table, number, hands_in=hands_in)
        self.look()

    @precondition(lambda self: self.table.holders)
    @rule(who=NUMBERS, step=st.sampled_from(["accept", "accept", "reject"]), everything=st.booleans())
    def decide(self, who: int, step: str, everything: bool) -> None:
        steps.decide(self.table, self.actor(who), step, everything=everything)
        self.look()

    @precondition(lambda self: self.table.holders)
    @rule(number=st.integers(0, 3), who=st.none() | NUMBERS)
    def revoke(self, number: int, who: int | None) -> None:
        steps.revoke(self.table, number, None if who is None else self.actor(who))
        self.look()

    @rule(
        side=SIDES, proof=st.sampled_from(["token", "none", "forged", "another's"]),
        partstat=st.sampled_from(["ACCEPTED", "DECLINED"]), method=st.sampled_from(["REPLY", "COUNTER"]),
    )  # fmt: skip
    def mail(self, side: str, proof: str, partstat: str, method: str) -> None:
        steps.answer_by_mail(self.table, self.visit(side), proof, partstat, method)
        self.look()

    # Whoever attacks, hides, waits and ends

    @rule(data=st.data(), who=NUMBERS)
    def attack(self, data: Any, who: int) -> None:
        able = [one for one in self.table.actors.values() if one.side not in self.table.ended]
        steps.attack(self.table, able[who % len(able)], data.draw)
        self.look()

    @rule(side=SIDES, day=st.integers(0, 6), planned=st.booleans())
    def hide(self, side: str, day: int, planned: bool) -> None:
        steps.hide(self.table, side, day, planned=planned)
        self.look()

    @rule(days=st.sampled_from([0, 0, 1, 8]))
    def time_passes(self, days: int) -> None:
        self.table.run_worker(days)
        self.look()

    @precondition(lambda self: self.looks > 12 and not self.table.ended)
    @rule(side=st.sampled_from(["v", "t"]))
    def end_office(self, side: str) -> None:
        steps.end_office(self.table, side)
        self.look()
