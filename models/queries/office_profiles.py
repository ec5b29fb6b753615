"""What offices say of themselves, for whoever writes in their name or reckons by their clock.

An office without a profile goes on as before: the default office by the settings of the environment, any other by its
locality. So does every part of a profile that nobody filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Table, select
from sqlmodel import Session

from models.both_sides.office_profiles import OfficeProfile
from models.places import Locality
from models.queries.languages import country_language
from models.queries.offices import Offices
from models.text import LocalizedText
from models.vocabulary import Language

_PROFILE: Table = OfficeProfile.__table__  # type: ignore[attr-defined]
_LOCALITY: Table = Locality.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """What is known of an office; each part may be None: as without a profile. ``is_default``: it is the one that the
    settings of the environment are about."""

    code: str = ""
    is_default: bool = True
    name: LocalizedText | None = None
    language: Language | None = None
    timezone: str | None = None
    mail_name: str | None = None
    mail_address: str | None = None
    reply_to: str | None = None
    is_ended: bool = False

    def contact(self, setting: str) -> str | None:
        """The address for answers to what nobody is in charge of. ``setting`` is ``DESK_CONTACT``, where people of the
        default office read: what other offices are answered is none of their business."""
        return self.reply_to or self.mail_address or (setting or None if self.is_default else None)


DEFAULT_OFFICE = OfficeFacts()
"""The default office without a profile."""


@dataclass(frozen=True, slots=True)
class OfficeProfiles:
    """The profiles of all offices, by their codes today."""

    offices: Offices
    facts: Mapping[str, OfficeFacts] = field(default_factory=dict)

    @classmethod
    def load(cls, work: Session | Connection, offices: Offices | None = None) -> "OfficeProfiles":
        """Read them; one query, one more for the localities where there is another office than the default one."""
        offices = Offices.load(work) if offices is None else offices
        connection = work if isinstance(work, Connection) else work.connection()
        rows = {row.code: row for row in connection.execute(select(_PROFILE))}
        found: dict[str, OfficeFacts] = {}
        # Of two lines that were joined since, the one at the end speaks for both.
        for code in sorted(rows, key=lambda code: code == offices.named(code)):
            row, office = rows[code], offices.named(code)
            found[office] = OfficeFacts(
                office,
                office == offices.default,
                row.name,
                row.language,
                None if office == offices.default else row.timezone,
                row.mail_name,
                row.mail_address,
                row.reply_to,
                row.ended_at is not None,
            )
        return cls(offices, _completed(connection, offices, found))

    def of(self, office: str) -> OfficeFacts:
        """What is known of an office."""
        return self.facts.get(office) or OfficeFacts(office, office == self.offices.default)

    def of_event(self, organisation_id: str | None) -> OfficeFacts:
        """What is known of the office of an event, by its organisation."""
        return self.of(self.offices.of(organisation_id))

    def zone(self, office: str, default: str) -> str:
        """The zone of an office; ``default`` is ``DESK_TIMEZONE``."""
        return self.of(office).timezone or default


def _completed(connection: Connection, offices: Offices, found: dict[str, OfficeFacts]) -> Mapping[str, OfficeFacts]:
    """Complete the other offices' facts with what is known of their localities; the default office's are settings."""
    if offices.alone:
        return found
    columns = select(_LOCALITY.c.code, _LOCALITY.c.name, _LOCALITY.c.country, _LOCALITY.c.timezone)
    for row in connection.execute(columns.where(_LOCALITY.c.code.in_(sorted(offices.others)))):
        one = found.get(row.code) or OfficeFacts(row.code, is_default=False)
        language = one.language or country_language(row.country)
        zone = one.timezone or row.timezone
        found[row.code] = replace(one, name=one.name or row.name, language=language, timezone=zone)
    return found
