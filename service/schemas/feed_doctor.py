"""Feed diagnostics as JSON."""

from marshmallow import fields

from models.feeds import FeedReader
from models.vocabulary import Severity
from service.schemas.fields import FlagField, InstantField, ListField, NumberField, WordField
from service.schemas.rows import RowSchema, StrictSchema


class FeedReaderSchema(RowSchema):
    """A kind of calendar program that reads a feed; device, version and address are never stored."""

    class Meta:
        model = FeedReader
        exclude = ("feed_id", "etag")

    is_current = FlagField(metadata={"description": "Whether what it read last is what the feed is now."})


class FindingSchema(StrictSchema):
    """Something that keeps a feed from arriving as intended."""

    code = fields.String(metadata={"description": "Stable, for programs."})
    severity = WordField(Severity)
    detail = fields.String(metadata={"description": "What is, in the reader's language."})
    advice = fields.String(metadata={"description": "What to do about it."})


class FeedReportSchema(StrictSchema):
    """A feed's current state, its readers and its problems; a healthy feed has no findings."""

    size = NumberField(metadata={"description": "Bytes of the calendar, unpacked."})
    compressed_size = NumberField(metadata={"description": "Bytes as they travel, with gzip."})
    entries = NumberField()
    etag = fields.String(metadata={"description": "Of the calendar, as its readers get it, without quotes."})
    last_changed_at = InstantField(metadata={"description": "When the feed or anything it shows was last changed."})
    url_length = NumberField(metadata={"description": "Characters of its address."})
    readers = ListField(fields.Nested(FeedReaderSchema))
    findings = ListField(fields.Nested(FindingSchema), metadata={"description": "The gravest first."})
