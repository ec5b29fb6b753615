"""Acts that papers cite, each read in a source with its number and day; what could not be checked is cited nowhere.

An act is cited only for visits of days on which it is in force, with a day only where its day of issue was read: the
day since which it is in force is none. Its subject is in plain words, not its official title.
"""

from dataclasses import dataclass
from datetime import date

from models.i18n import N_, Message, message


@dataclass(frozen=True, slots=True)
class Act:
    """An act: ``cited`` names it with its number, and with its day where ``issued_on`` is known. ``in_force`` is the
    first day for which it is cited."""

    number: str
    issued_on: date | None
    in_force: date
    cited: str

    def citation(self, day: date) -> Message | None:
        """The act as a value of a sentence, for something on this day; None while it was not in force."""
        if day < self.in_force:
            return None
        dated = {"day": self.issued_on} if self.issued_on else {}
        return message(self.cited, number=self.number, **dated)


RECEIVING_GUESTS = Act(
    "35/2026/TT-BTC",
    date(2026, 3, 31),
    date(2026, 5, 18),
    N_("Circular No. {number} of {day} of the Ministry of Finance on funds for receiving foreign guests"),
)
TRAVEL_ABROAD = Act(
    "140/2025/TT-BTC",
    date(2025, 12, 30),
    date(2026, 2, 14),
    N_("Circular No. {number} of {day} of the Ministry of Finance on expenses of business trips abroad"),
)
# On which day it was issued, and since when it is in force, was not read: it is cited by its number alone, for visits
# after the year in which it was issued.
DIPLOMATIC_PROTOCOL = Act(
    "18/2022/NĐ-CP",
    None,
    date(2023, 1, 1),
    N_("Decree No. {number} of the Government on diplomatic protocol"),
)
ACTS = (RECEIVING_GUESTS, TRAVEL_ABROAD, DIPLOMATIC_PROTOCOL)
