"""Templates of papers as JSON."""

from typing import Any

from marshmallow import fields, validate

from models.vocabulary import DocumentKind
from service.schemas.fields import InstantField
from service.schemas.queries import QuerySchema
from service.schemas.rows import StrictSchema

MOST_VERSIONS = 1_000_000


class TemplateVersionSchema(StrictSchema):
    """A version of the office's template of a kind; the newest ten are kept."""

    version = fields.Integer(dump_only=True, metadata={"description": "Counts the uploads of a kind from 1."})
    in_use = fields.Boolean(dump_only=True)
    size = fields.Integer(dump_only=True, metadata={"description": "Bytes."})
    sha256 = fields.String(dump_only=True)
    uploaded_by = fields.String(dump_only=True, allow_none=True, metadata={"description": "An account."})
    uploaded_at = InstantField(dump_only=True)


class DocumentTemplateSchema(StrictSchema):
    """The template of a kind of paper."""

    kind = fields.String(dump_only=True, metadata={"x-extensible-enum": [kind.value for kind in DocumentKind]})
    name = fields.String(dump_only=True, metadata={"description": "In the reader's language."})
    version = fields.Integer(
        dump_only=True, metadata={"description": "The version in use; 0: the template that comes with the service."}
    )
    versions: Any = fields.List(fields.Nested(TemplateVersionSchema), dump_only=True)


class TemplateContentQuery(QuerySchema):
    """Which version of a template is wanted."""

    version = fields.Integer(
        validate=validate.Range(min=0, max=MOST_VERSIONS),
        metadata={"description": "0: the one that comes with the service. Without it the one in use."},
    )
