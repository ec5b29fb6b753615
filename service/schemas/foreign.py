"""Sentences of the libraries that our readers meet, marked for the catalogues."""

from models.i18n import _

SENTENCES = (
    _("Field may not be null."),
    _("Invalid input type."),
    _("Length must be between {min} and {max}."),
    _("Longer than maximum length {max}."),
    _("Missing data for required field."),
    _("Must be greater than or equal to {min}."),
    _("Must be greater than or equal to {min} and less than or equal to {max}."),
    _("Not a valid boolean."),
    _("Not a valid integer."),
    _("Not a valid list."),
    _("Not a valid mapping type."),
    _("Not a valid string."),
    _("Unknown field."),
)
"""Word for word marshmallow's own; what it says of a wrong choice, service.schemas.fields says too."""
