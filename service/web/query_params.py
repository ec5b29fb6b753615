"""Query parameters: whole numbers, pages of a list, filters. Invalid values are reported or ignored."""

from collections.abc import Mapping
from typing import Any

from flask import request
from marshmallow import ValidationError

from service.http.error_responses import flat
from service.schemas.queries import QuerySchema
from service.web.form_fields import read_number
from service.web.view import View

MOST_FIGURES = 6


def whole(word: str) -> int | None:
    """A word that is a whole number of at most six figures, none below nought; None for any other."""
    number = read_number(word)
    return number if number is not None and 0 <= number < 10**MOST_FIGURES else None


def page_number(name: str = "page") -> int:
    """The requested page of a list; the first if it is not a number."""
    return max(whole(request.args.get(name, "")) or 1, 1)


def pages_for(total: int, size: int) -> int:
    """The number of pages of a list; 1 if it is empty."""
    return max(1, -(-total // size))


def filters(
    view: View, schema: type[QuerySchema], given: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The query of the valid filters, and the errors of the invalid ones by field."""
    try:
        return dict(schema().load(given)), {}
    except ValidationError as wrong:
        query = dict(wrong.valid_data or {})
        problems = {
            name.split(".")[0]: [view.said(line) for line in lines] for name, lines in flat(wrong.messages).items()
        }
        for name in problems:
            query.pop(name, None)
        return query, problems
