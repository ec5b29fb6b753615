"""What the database knows of the installation it belongs to."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import UtcDateTime


class SecretKeyCheck(SQLModel, table=True):
    """A fingerprint of the secret key that this database is used with; one row, none before the first start.

    It is derived from the key and tells nothing about it. A key that does not fit was damaged or replaced.
    """

    __tablename__ = "secret_key_check"

    id: int = Field(primary_key=True)
    fingerprint: str = Field(max_length=64)
    since: datetime = Field(sa_type=UtcDateTime)
