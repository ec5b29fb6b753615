"""Accounts and API tokens as JSON."""

from marshmallow import fields, validate

from models.accounts import ApiToken, User
from service.schemas.fields import DayField, FlagField, RawTextField, TextField
from service.schemas.rows import RowSchema, StrictSchema


class UserSchema(RowSchema):
    """An account. A password is write-only."""

    class Meta:
        model = User
        exclude = ("password_hash", "known_browsers")

    name = TextField(validate=validate.Length(1, 200))
    password = RawTextField(load_only=True, validate=validate.Length(max=1000))
    messenger = RawTextField(
        load_only=True,
        allow_none=True,
        validate=validate.Length(1, 1000),
        metadata={"description": "Where reminders go besides the mail, like tgram://TOKEN/CHAT; never shown again."},
    )
    has_messenger = fields.Function(lambda user: user.messenger is not None, metadata={"type": "boolean"})


class LeaveSchema(StrictSchema):
    """One's own leave: its last day (null: back again), who stands in, whether one's events go to them."""

    away_until = DayField(required=True, allow_none=True, metadata={"description": "The last day of the leave."})
    stand_in_id = TextField(allow_none=True, validate=validate.Length(max=26))
    hand_over = FlagField(load_default=False)


class LeaveOutcomeSchema(StrictSchema):
    """The leave as it is now, how many events were handed over, and those that stay (ids)."""

    away_until = DayField(allow_none=True)
    stand_in_id = fields.String(allow_none=True)
    moved = fields.Integer()
    left = fields.List(fields.String())


class OwnPasswordSchema(StrictSchema):
    """A new password for one's own account, and the current one as proof."""

    current = RawTextField(required=True, load_only=True, validate=validate.Length(max=1000))
    new = RawTextField(required=True, load_only=True, validate=validate.Length(max=1000))


class TokenSchema(RowSchema):
    """An API token; ``token`` is included only in the response that creates it."""

    class Meta:
        model = ApiToken
        exclude = ("token_hash",)
        dump_only = ("user_id", "last_used_at")

    token = fields.String(dump_only=True, metadata={"always_present": False, "description": "The secret, shown once."})
