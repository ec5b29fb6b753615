"""What an office says of itself: its name, language and zone, how its mails are signed, when it began and ended."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from models.base import Versioned, one_of
from models.office import CODE_PATTERN
from models.text import LocalizedText
from models.types import LocalizedTextType, UtcDateTime, WordType
from models.vocabulary import Language


class OfficeProfile(Versioned, table=True):
    """The profile of an office; ``code`` is the locality at the end of its line (:mod:`models.queries.offices`).

    All of it may be NULL, which means: as without a profile. ``name`` is the office's, ``language`` that of readers of
    its mails of whom nothing else is known, ``timezone`` the zone of its day (NULL: its locality's; the default
    office's is ``DESK_TIMEZONE``). ``mail_name`` and ``mail_address`` are the sender of its mails, ``reply_to`` the
    address for answers to what nobody is in charge of. ``began_at`` is when the operator began it, ``ended_at`` when
    the operator ended it; an ended one keeps its events and papers to itself.
    """

    __tablename__ = "office_profile"
    __table_args__ = (
        one_of("language", Language),
        CheckConstraint("mail_name IS NULL OR mail_name <> ''", name="mail_name_not_empty"),
    )

    code: str = Field(primary_key=True, max_length=60, regex=CODE_PATTERN)
    name: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    language: Language | None = Field(default=None, sa_type=WordType(Language))
    timezone: str | None = Field(default=None, max_length=64)
    mail_name: str | None = Field(default=None, max_length=200)
    mail_address: str | None = Field(default=None, max_length=254)
    reply_to: str | None = Field(default=None, max_length=254)
    began_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
