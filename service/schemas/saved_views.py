"""Saved views as JSON."""

from marshmallow import validate

from models.personal.saved_views import SavedView
from models.vocabulary import SavedPage
from service.schemas.fields import TextField, WordField
from service.schemas.rows import RowSchema

_PAGES = {"x-extensible-enum": [page.value for page in SavedPage]}


class SavedViewSchema(RowSchema):
    """A view of a list by a name of one's own."""

    class Meta:
        model = SavedView
        exclude = ("user_id",)

    page = WordField(SavedPage, required=True, metadata=_PAGES)
    query = TextField(
        validate=validate.Length(max=2000),
        metadata={
            "description": "The query of the list's address, `status=draft&q=tea`; parameters that the list does not"
            " have are dropped."
        },
    )
