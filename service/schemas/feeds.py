"""Feeds as JSON: what they select, and the address, which is shown only once."""

from collections.abc import Callable
from typing import Any

from marshmallow import fields, validate

from models.feeds import Feed
from models.vocabulary import Direction, EventKind, EventStatus, Visibility
from service.schemas.fields import OneOrManyField, TextField, WordField
from service.schemas.rows import RowSchema, StrictSchema

_SOMETIMES = {"always_present": False}


def _any_of(item: Callable[[], fields.Field[Any]], description: str) -> OneOrManyField:
    return OneOrManyField(item(), validate=validate.Length(max=100), metadata=_SOMETIMES | {"description": description})


def _key() -> TextField:
    return TextField(validate=validate.Length(1, 60))


class FeedFilterSchema(StrictSchema):
    """What a feed selects: an event must match every given list, by any of the list's values.

    A list that is missing or empty does not restrict, except ``statuses``, where it means all but draft.
    """

    kinds = _any_of(lambda: WordField(EventKind), "Kinds of events.")
    localities = _any_of(_key, "Codes of host or guest; each stands for what it was and became, too.")
    organisations = _any_of(
        _key, "Ids of the organisations that own the events; each stands for what it was and became, too."
    )
    agreements = _any_of(_key, "Ids of agreements: events that fulfil one of their commitments.")
    statuses = _any_of(lambda: WordField(EventStatus), "Default: all but draft.")
    direction = _any_of(lambda: WordField(Direction), "Seen from one's own office; one word or a list.")
    seen_from = TextField(
        validate=validate.Length(1, 60),
        metadata=_SOMETIMES
        | {
            "description": "The code of the locality that `direction` is seen from. Default: that of one's own office,"
            " for which it is not answered. A feed keeps it, whoever reads it."
        },
    )
    visibility = _any_of(lambda: WordField(Visibility), "Public or internal events.")


class FeedSchema(RowSchema):
    """A feed. ``url`` and ``webcal_url`` are included only in the response that creates or rotates it."""

    class Meta:
        model = Feed
        exclude = ("token_hash",)
        dump_only = ("user_id",)

    filter = fields.Nested(FeedFilterSchema)
    url = fields.String(dump_only=True, metadata=_SOMETIMES | {"description": "The address to subscribe to: a secret."})
    webcal_url = fields.String(dump_only=True, metadata=_SOMETIMES | {"description": "The same for calendar programs."})
