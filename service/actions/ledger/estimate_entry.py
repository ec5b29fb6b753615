"""What is entered of an estimate: checked, and turned into lines and overrides."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, SQLModel

from calendars.estimates.inputs import HUNDREDTHS, inputs_from_json, quantity_text
from calendars.estimates.labels import CLASS_NAMES, ITEM_NAMES, UNIT_NAMES
from calendars.estimates.lines import LineFigures, product
from calendars.estimates.norms import NormFacts
from models.errors import Invalid
from models.estimates import Estimate, EstimateLine
from models.i18n import N_, Message, message
from models.vocabulary import Currency, GuestClass
from service.actions import crud
from service.actions.ledger.estimate_lines import is_left, overridden
from service.actions.ledger.estimate_values import Money, WantedEstimate, WantedLine

WRITTEN_BY_STEPS = N_("It is changed by steps and payments only; leave it out, or as it stands: {value}.")
NEEDS_DECISION = N_("Say who decided the class, and on what paper: it is entered, never computed.")
NO_CLASS_DECIDED = N_("Give the class that was decided, too.")
UNKNOWN_LINE = N_("This estimate has no line “{identity}”.")
UNKNOWN_RULE = N_("Nothing computes “{rule}” from these inputs: leave the rule out to enter the line by hand.")
TWICE = N_("It stands here twice.")
COMPUTED = N_("It is computed: {value}. Change the inputs, or leave it out.")
NOT_THE_PRODUCT = N_("{quantity} × {price} is {product}: leave one of them out, or enter that.")
NOT_PEOPLE_TIMES = N_("{people} × {times} is {product}: leave the quantity out, or enter that.")
NO_AMOUNT = N_("Enter what it costs, or the price of a unit.")
NO_QUANTITY = N_("Must be more than 0.")
TWO_CURRENCIES = N_("The price of a unit and the whole must be in one currency.")
OTHER_NORM = N_("This norm is for {item}, counted by the {unit}; choose another, or leave it out.")
NORM_NOT_VALID = N_("This norm holds {validity}, not on the day of arrival, {day}.")
NORM_OF_CLASS = N_("This norm is for {name}; the estimate is not.")
HOLDS_FROM = N_("from {first} on")
HOLDS_BETWEEN = N_("from {first} to {last}")
NEEDED = N_("It is needed for a line that is entered by hand.")
OTHER_CURRENCY = N_(
    "Something was paid or approved for this line in {currency}; enter another line for another currency."
)

Errors = dict[str, list[Message]]


def check_head(estimate: Estimate, wanted: WantedEstimate) -> Errors:
    """What is wrong with anything but the lines."""
    errors: Errors = {}
    if wanted.state is not None and wanted.state is not estimate.state:
        errors["state"] = [message(WRITTEN_BY_STEPS, value=estimate.state.value)]
    if wanted.guest_class is not None and wanted.class_decided_by is None:
        errors["class_decided_by"] = [message(NEEDS_DECISION)]
    if wanted.guest_class is None and wanted.class_decided_by is not None:
        errors["guest_class"] = [message(NO_CLASS_DECIDED)]
    return errors


def check_inputs(session: Session, inputs: Mapping[str, Any] | None) -> Errors:
    """What is wrong with the inputs: fields, and agencies that are not there."""
    if inputs is None:
        return {}
    try:
        read = inputs_from_json(inputs)
    except Invalid as refusal:
        return {name: list(messages) for name, messages in refusal.errors.items()}
    errors: Errors = {}
    for number, one in enumerate(read.sessions):
        for name, messages in _missing(session, EstimateLine, one.payer_organisation_id).items():
            errors[f"inputs.sessions.{number}.{name}"] = messages
    return errors


def _missing(session: Session, model: type[SQLModel], organisation_id: str | None) -> Errors:
    return crud.missing_references(session, model, {"payer_organisation_id": organisation_id})


class LineEntry:
    """The lines as they were entered, beside those that stand and those that the formulas give.

    ``before`` are the overrides that stand, ``paid`` is what was paid by line, ``plain`` what the formulas give.
    ``overrides`` are what is entered in place of that, ``entered`` the lines entered by hand, ``errors`` what is
    wrong, by field. ``is_class_kept``: the class is the one that stands.
    """

    def __init__(
        self,
        session: Session,
        before: Mapping[str, Mapping[str, Any]],
        rows: Sequence[EstimateLine],
        paid: Mapping[str, int],
        plain: Sequence[LineFigures],
        norms: Sequence[NormFacts],
        *,
        is_computed: bool,
        arrives_on: date,
        guest_class: GuestClass | None,
        is_class_kept: bool,
    ) -> None:
        self.session = session
        self.rows = {row.id: row for row in rows}
        self.rules = {row.rule: row for row in rows if row.rule is not None}
        self.paid = paid
        self.plain = {line.rule: line for line in plain}
        self.norms = {norm.id: norm for norm in norms}
        self.is_computed = is_computed
        self.arrives_on = arrives_on
        self.guest_class = guest_class
        self.is_class_kept = is_class_kept
        self.before = before
        self.overrides: dict[str, dict[str, Any]] = {rule: dict(entered) for rule, entered in before.items()}
        self.entered: list[LineFigures] = []
        self.errors: Errors = {}

    def read(self, lines: Sequence[WantedLine]) -> None:
        """Take the lines in, each checked under its number."""
        seen: set[str] = set()
        for number, line in enumerate(lines):
            at = f"lines.{number}"
            row = self.rows.get(line.id or "") or self.rules.get(line.rule or "")
            if line.id is not None and line.id not in self.rows and line.rule not in self.plain:
                self._wrong(f"{at}.id", UNKNOWN_LINE, identity=line.id)
                continue
            key = line.rule or (row.id if row is not None else f"new:{number}")
            if key in seen:
                self._wrong(f"{at}.id", TWICE)
                continue
            seen.add(key)
            self._check_kept(at, line, row)
            for name in ("norm_id", "payer", "payer_organisation_id"):
                found = crud.missing_references(self.session, EstimateLine, {name: getattr(line, name)})
                self.errors |= {f"{at}.{field}": messages for field, messages in found.items()}
            if line.rule is not None and line.rule in self.plain:
                self._computed(at, line, row, self.plain[line.rule])
            elif line.rule is not None and self.is_computed:
                if row is None:  # one that stands is given up by the new inputs
                    self._wrong(f"{at}.rule", UNKNOWN_RULE, rule=line.rule)
            else:
                self._entered(at, line, row)

    def _check_kept(self, at: str, line: WantedLine, row: EstimateLine | None) -> None:
        """Refuse what steps and payments write, unless it is as it stands."""
        currency = row.currency if row is not None else Currency.VND
        standing = {
            "approved": row.approved if row is not None else None,
            "paid": self.paid.get(row.id, 0) if row is not None else 0,
        }
        for name, amount in standing.items():
            given: Money | None = getattr(line, name)
            if name not in line.given or (given is None and not amount):
                continue
            if given is None or amount is None or (given.amount, given.currency) != (amount, currency):
                value = "null" if amount is None else _told(amount, currency)
                self._wrong(f"{at}.{name}", WRITTEN_BY_STEPS, value=value)

    def _computed(self, at: str, line: WantedLine, row: EstimateLine | None, plain: LineFigures) -> None:
        """What of a computed line is an entry of its own."""
        rule = line.rule or ""
        for name in ("item", "unit", "people", "times", "quantity"):
            value = getattr(line, name)
            if value is None or value == getattr(plain, name) or (row is not None and value == getattr(row, name)):
                continue
            right = getattr(plain, name)
            shown = quantity_text(right) if name in {"times", "quantity"} and right is not None else right
            self._wrong(f"{at}.{name}", COMPUTED, value=shown if shown is not None else "null")
        before = self.before.get(rule, {})
        override: dict[str, Any] = {}
        for name in ("description", "payer", "payer_organisation_id"):
            if name not in line.given:
                if name in before:
                    override[name] = before[name]
                continue
            value = getattr(line, name)
            is_standing = row is not None and value == getattr(row, name)
            if (is_standing and name in before) or (not is_standing and value != getattr(plain, name)):
                override[name] = value
        override |= self._price(at, line, row, plain, before)
        if row is not None:
            self._check_currency(at, row, overridden(plain, override).currency)
        self.overrides.pop(rule, None)
        if override:
            self.overrides[rule] = override

    def _price(
        self,
        at: str,
        line: WantedLine,
        row: EstimateLine | None,
        plain: LineFigures,
        before: Mapping[str, Any],
    ) -> dict[str, Any]:
        """The price or whole that is entered in place of the formula's, if one is.

        What stands, or is as the formula gives it, is not entered now; what was entered before stays, until both are
        left out.
        """
        price, whole = line.unit_amount, line.planned
        standing = {name: before[name] for name in ("unit_amount", "planned") if name in before}
        if price is None and whole is None:
            return standing if not {"unit_amount", "planned"} & line.given else {}
        now = overridden(plain, standing)
        if price is not None and self._is_known(price, "unit_amount", row, plain, now):
            price = None
        if whole is not None and self._is_known(whole, "planned", row, plain, now):
            whole = None
        if price is None and whole is None:
            return standing
        if price is None and whole is not None and line.unit_amount is not None:
            price = line.unit_amount  # the whole was changed beside a price that stands: they must agree
        if price is not None:
            if whole is not None and not self._agree(at, plain.quantity, price, whole):
                return standing
            return {"unit_amount": price.currency.money(price.amount)}
        return {"planned": whole.currency.money(whole.amount)} if whole is not None else standing

    def _is_known(
        self, given: Money, name: str, row: EstimateLine | None, plain: LineFigures, now: LineFigures
    ) -> bool:
        return any(
            (getattr(one, name), one.currency) == (given.amount, given.currency)
            for one in (row, plain, now)
            if one is not None
        )

    def _entered(self, at: str, line: WantedLine, row: EstimateLine | None) -> None:
        """A line entered by hand."""
        if row is not None and is_left(row) and not line.quantity and not (line.planned and line.planned.amount):
            return  # kept for what was approved or paid of it, and still not planned again
        if line.item is None or line.unit is None:
            for name in ("item", "unit"):
                if getattr(line, name) is None:
                    self._wrong(f"{at}.{name}", NEEDED)
            return
        quantity = self._quantity(at, line)
        amounts = self._amounts(at, line, quantity)
        if amounts is None:
            return
        price, whole, currency = amounts
        if row is not None and not self._check_currency(at, row, currency):
            return
        norm = self.norms.get(line.norm_id or "")
        self._check_norm(at, line, row, norm)
        limit = None
        if norm is not None and norm.amount is not None and norm.currency is currency:
            limit = product(quantity, norm.amount)
        self.entered.append(
            LineFigures(
                id=row.id if row is not None else None,
                item=line.item,
                unit=line.unit,
                people=line.people,
                times=line.times,
                quantity=quantity,
                unit_amount=price,
                planned=whole,
                currency=currency,
                description=line.description,
                norm_id=line.norm_id,
                norm_limit=limit,
                payer=line.payer,
                payer_organisation_id=line.payer_organisation_id,
            )
        )

    def _check_norm(self, at: str, line: WantedLine, row: EstimateLine | None, norm: NormFacts | None) -> None:
        """Refuse a norm for something else, for another class or for other days. One that stands for the same thing
        stays: the visit may have moved since, or a formula have chosen it."""
        if norm is None or line.item is None or line.unit is None:
            return
        is_standing = row is not None and (row.norm_id, row.item, row.unit) == (norm.id, line.item, line.unit)
        if is_standing and self.is_class_kept:
            return
        field = f"{at}.norm_id"
        if not is_standing and not norm.is_for(line.item, line.unit):
            self._wrong(field, OTHER_NORM, item=ITEM_NAMES[norm.item], unit=UNIT_NAMES[norm.unit])
        if not is_standing and not norm.holds_on(self.arrives_on):
            validity = message(HOLDS_FROM, first=norm.valid_from)
            if norm.valid_to is not None:
                validity = message(HOLDS_BETWEEN, first=norm.valid_from, last=norm.valid_to)
            self._wrong(field, NORM_NOT_VALID, validity=validity, day=self.arrives_on)
        if norm.guest_class is not None and not norm.is_for_class(self.guest_class):
            self._wrong(field, NORM_OF_CLASS, name=CLASS_NAMES[norm.guest_class])

    def _check_currency(self, at: str, row: EstimateLine, currency: Currency) -> bool:
        """Refuse another currency for a line of which anything was approved or paid."""
        if row.currency is currency or (row.approved is None and not self.paid.get(row.id)):
            return True
        self._wrong(f"{at}.planned", OTHER_CURRENCY, currency=row.currency.value)
        return False

    def _quantity(self, at: str, line: WantedLine) -> int:
        if line.people is not None and line.times is not None:
            found = line.people * line.times
            if line.quantity is not None and line.quantity != found:
                self._wrong(
                    f"{at}.quantity",
                    NOT_PEOPLE_TIMES,
                    people=line.people,
                    times=quantity_text(line.times),
                    product=quantity_text(found),
                )
        else:
            found = HUNDREDTHS if line.quantity is None else line.quantity
        if found == 0:
            self._wrong(f"{at}.quantity", NO_QUANTITY)
        return found

    def _amounts(self, at: str, line: WantedLine, quantity: int) -> tuple[int | None, int, Currency] | None:
        """The price, the whole and their currency of a line entered by hand; None if they are not right."""
        price, whole = line.unit_amount, line.planned
        if whole is None:
            if price is None:
                self._wrong(f"{at}.planned", NO_AMOUNT)
                return None
            whole = Money(product(quantity, price.amount), price.currency)
        elif price is not None and not self._agree(at, quantity, price, whole):
            return None
        return None if price is None else price.amount, whole.amount, whole.currency

    def _agree(self, at: str, quantity: int, price: Money, whole: Money) -> bool:
        if price.currency is not whole.currency:
            self._wrong(f"{at}.unit_amount", TWO_CURRENCIES)
            return False
        right = product(quantity, price.amount)
        if right == whole.amount:
            return True
        self._wrong(
            f"{at}.planned",
            NOT_THE_PRODUCT,
            quantity=quantity_text(quantity),
            price=_told(price.amount, price.currency),
            product=_told(right, price.currency),
        )
        return False

    def _wrong(self, field: str, sentence: str, **values: object) -> None:
        self.errors.setdefault(field, []).append(message(sentence, **values))


def _told(amount: int, currency: Currency) -> str:
    return f"{currency.money(amount)['amount']} {currency.value}"
