"""What the papers of the office are asked for with."""

from marshmallow import fields, validate

from calendars.days.calendar_grid import FIRST_YEAR, LAST_YEAR
from models.vocabulary import Language
from service.schemas.documents import LanguagesField
from service.schemas.queries import QuerySchema


class OfficePaperQuery(QuerySchema):
    language = LanguagesField(load_default=Language.VI.value)


class AgreementReportQuery(OfficePaperQuery):
    in_dong = fields.Boolean(
        metadata={"description": "True: amounts are told in đồng too, at the last rate entered until then, if any."}
    )
    year = fields.Integer(
        validate=validate.Range(FIRST_YEAR, LAST_YEAR),
        metadata={"description": "A year of the agreement's period. Default: this year, or the nearest of the period."},
    )
