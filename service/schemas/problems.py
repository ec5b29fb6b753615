"""Errors as JSON."""

from marshmallow import Schema, fields

_SOMETIMES = {"always_present": False}


class ProblemSchema(Schema):
    """An error (RFC 9457). ``code`` is stable; ``errors`` is by field; ``conflicts`` lists the conflicting entries."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    code = fields.String()
    request_id = fields.String(allow_none=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), metadata=_SOMETIMES)
    conflicts = fields.List(fields.Dict(), metadata=_SOMETIMES)
    suggestions = fields.List(
        fields.Dict(),
        metadata=_SOMETIMES | {"description": "Nearest free times and resources as good, after a booking clash."},
    )
    openings = fields.List(
        fields.Dict(),
        metadata=_SOMETIMES | {"description": "Days on which the event and all its bookings would fit."},
    )
    allowed = fields.List(
        fields.String(), metadata=_SOMETIMES | {"description": "Kinds of files that are kept, where one is not."}
    )
    event_id = fields.String(
        metadata=_SOMETIMES | {"description": "The ceremony that is there already, where there can be one only."}
    )
    events = fields.List(
        fields.String(),
        metadata=_SOMETIMES | {"description": "Ids of events whose estimates use a norm, twenty at the most."},
    )
    day = fields.String(
        metadata=_SOMETIMES | {"format": "date", "description": "From which it can be done, where it is too early."}
    )
    status_now = fields.String(metadata=_SOMETIMES | {"description": "An event's, where it can't become another."})
    possible = fields.List(
        fields.String(),
        metadata=_SOMETIMES | {"description": "Statuses or steps that can follow an impossible one."},
    )
    state_now = fields.String(
        metadata=_SOMETIMES | {"description": "An estimate's or a proposal's, where a step of it can't be taken."}
    )
    proposal = fields.String(metadata=_SOMETIMES | {"description": "The proposal of days that waits for an answer."})
    room = fields.Dict(
        metadata=_SOMETIMES | {"description": "What is left of what was approved, as money, where it is exceeded."}
    )
    lines = fields.List(
        fields.String(), metadata=_SOMETIMES | {"description": "Ids of an estimate's lines that stand in the way."}
    )
    payments = fields.List(
        fields.String(), metadata=_SOMETIMES | {"description": "Ids of payments that have no voucher."}
    )
    fields_ = fields.List(
        fields.String(),
        data_key="fields",
        metadata=_SOMETIMES | {"description": "What one changed oneself, where somebody else has to confirm it."},
    )
    again_at = fields.String(
        metadata=_SOMETIMES | {"format": "date-time", "description": "From when it can be asked for again."}
    )
    merged_into = fields.String(
        metadata=_SOMETIMES | {"description": "Who stayed, where somebody was entered twice and merged."}
    )
    entity = fields.String(
        metadata=_SOMETIMES | {"description": "The table of what stands in the way of undoing a change."}
    )
    entity_id = fields.String(metadata=_SOMETIMES | {"description": "What stands in the way of undoing a change."})
    field = fields.String(metadata=_SOMETIMES | {"description": "Which of its fields was changed since."})
    changed_by = fields.String(
        allow_none=True, metadata=_SOMETIMES | {"description": "Who changed it since; null: that is not known."}
    )
    merge_id = fields.String(metadata=_SOMETIMES | {"description": "The merge that has to be undone first."})
    hand_over_id = fields.String(metadata=_SOMETIMES | {"description": "The hand-over that has to be undone first."})
