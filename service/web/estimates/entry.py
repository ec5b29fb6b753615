"""What forms enter, read by the schemas of the API."""

from collections.abc import Mapping
from typing import Any

from service.actions.ledger.estimate_values import Money, WantedEstimate, WantedLine
from service.actions.ledger.payments import WantedPayment
from service.schemas.estimates import WantedEstimateSchema, WantedPaymentSchema

_MONEY = frozenset({"unit_amount", "planned"})


def wanted_estimate(body: Mapping[str, Any]) -> WantedEstimate:
    """An estimate as it is entered.

    Raises:
        ValidationError: it makes no sense.
    """
    values: dict[str, Any] = WantedEstimateSchema().load(body)
    return WantedEstimate(**{**values, "lines": [_line(one) for one in values["lines"]]})


def _line(values: Mapping[str, Any]) -> WantedLine:
    read: dict[str, Any] = {name: Money.read(value) if name in _MONEY else value for name, value in values.items()}
    return WantedLine(**read, given=frozenset(values))


def wanted_payment(body: Mapping[str, Any]) -> WantedPayment:
    """A payment as it is entered.

    Raises:
        ValidationError: it makes no sense.
    """
    values: dict[str, Any] = WantedPaymentSchema().load(body)
    return WantedPayment(**{**values, "amount": Money.read(values["amount"])})
