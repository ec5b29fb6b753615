"""Which mails an account wants: what it chose otherwise than everybody gets."""

from sqlmodel import Field, SQLModel

from models.base import one_of
from models.types import WordType
from models.vocabulary import NoticeTopic, NoticeWay


class NoticeChoice(SQLModel, table=True):
    """What an account chose for mails about a topic; without a row it gets them as rules and events say."""

    __tablename__ = "notice_choice"
    __table_args__ = (one_of("topic", NoticeTopic), one_of("way", NoticeWay))

    user_id: str = Field(foreign_key="user.id", primary_key=True, max_length=26, ondelete="CASCADE")
    topic: NoticeTopic = Field(primary_key=True, sa_type=WordType(NoticeTopic))
    way: NoticeWay = Field(sa_type=WordType(NoticeWay))
