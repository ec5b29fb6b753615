"""Sentences of libraries that users see, marked for the catalogues."""

from models.i18n import N_

SENTENCES = (
    N_("Field may not be null."),
    N_("Invalid input type."),
    N_("Length must be between {min} and {max}."),
    N_("Longer than maximum length {max}."),
    N_("Missing data for required field."),
    N_("Must be greater than or equal to {min}."),
    N_("Must be greater than or equal to {min} and less than or equal to {max}."),
    N_("Not a valid boolean."),
    N_("Not a valid integer."),
    N_("Not a valid list."),
    N_("Not a valid mapping type."),
    N_("Not a valid string."),
    N_("Unknown field."),
)
"""Verbatim from marshmallow; service.schemas.fields uses the same sentence for an invalid choice."""
