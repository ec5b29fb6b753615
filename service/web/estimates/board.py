"""What the page of an estimate shows: its lines with their formulas in words, sums, differences, payments."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from calendars.estimates.comparison import Comparison
from calendars.estimates.labels import CLASS_NAMES, ITEM_NAMES, ROLE_NAMES, WHO_PAYS_NAMES, formula
from calendars.estimates.lines import LineFigures
from calendars.money.formatting import format_money
from models.accounts import User
from models.events import Event
from models.files import File
from models.i18n import N_, NP_
from models.places import Organisation
from models.text import LocalizedText
from models.vocabulary import Currency, GuestClass, NormRole, WhoPays
from service.actions import crud, permissions
from service.actions.ledger.estimate_values import (
    ApprovalView,
    EstimateView,
    LineView,
    PaymentView,
)
from service.web.view import View, ids

Text = Markup | str

NOT_KNOWN = N_("not known yet")


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line in the reader's language; amounts are empty where there is none.

    ``remarks`` are the norm it is judged by, that it is above it, that it has no price.
    """

    id: str
    name: str
    about: Text
    formula: str
    norm: str
    remarks: Sequence[str]
    payer: Text
    planned: str
    approved: str
    paid: str
    left: str
    left_amount: str
    may_pay: bool


@dataclass(frozen=True, slots=True)
class TotalRow:
    """The sums of one currency."""

    planned: str
    approved: str
    paid: str
    left: str


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A line, or a sum, before and after; “–” where there is none."""

    name: str
    before: Text
    after: Text


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment, with the file of its voucher where it can be downloaded."""

    id: str
    day: str
    name: str
    amount: str
    voucher: str
    file_title: str
    file_url: str
    made_by: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """An approval of the past."""

    number: int
    sums: str
    submitted: str
    approved: str


class Board:
    """An estimate in the reader's language; names are read in a fixed number of queries."""

    def __init__(self, view: View, event: Event, estimate: EstimateView) -> None:
        self.view = view
        self.event = event
        self.estimate = estimate
        before = [one.before for one in estimate.differs.lines if one.before] if estimate.differs else []
        bodies = ids(*(line.payer_organisation_id for line in (*estimate.figures, *before)))
        self._bodies = crud.by_id(view.session, Organisation, bodies) if bodies else {}
        wanted = ids(
            estimate.written_by,
            estimate.submitted_by,
            estimate.approved_by,
            estimate.settled_by,
            *(who for one in estimate.approvals for who in (one.submitted_by, one.approved_by)),
            *(who for one in estimate.payments for who in (one.made_by, one.approved_by)),
        )
        accounts = crud.by_id(view.session, User, wanted) if wanted else {}
        # Who works in another office is told to nobody here.
        self._names = {
            one.id: one.name for one in accounts.values() if permissions.is_marked_own(view.session, one.office)
        }
        vouchers = ids(*(one.file_id for one in estimate.payments))
        self._files = crud.by_id(view.session, File, vouchers) if vouchers else {}

    # Lines

    def who(self, account: str | None) -> str:
        """The name of an account; empty for another office's."""
        return self._names.get(account or "", "")

    def name(self, line: LineFigures) -> str:
        """What a line is for: “Lodging, deputy head”."""
        name, role = self.view.plain(ITEM_NAMES[line.item]), _role_of(line)
        return f"{name}, {self.view.plain(ROLE_NAMES[role])}" if role else name

    @property
    def lines(self) -> list[LineRow]:
        """The lines in their order."""
        return [self._row(line) for line in self.estimate.lines]

    def _row(self, line: LineView) -> LineRow:
        figures = line.figures
        left = None if figures.approved is None else figures.approved - figures.paid
        return LineRow(
            line.id,
            self.name(figures),
            self.view.text(figures.description),
            formula(figures, self.view.language),
            self._norm(line),
            self._remarks(figures),
            self._payer(figures),
            self.money(figures.planned, figures.currency) if figures.is_priced else self.view.say(NOT_KNOWN),
            self.money(figures.approved, figures.currency),
            self.money(figures.paid, figures.currency) if figures.paid else "",
            self.money(left, figures.currency),
            figures.currency.money(left)["amount"] if left is not None and left > 0 else "",
            self.may_pay(line),
        )

    def may_pay(self, line: LineView) -> bool:
        """Whether something can be paid for a line: it was approved, and is still what was approved."""
        differs = self.estimate.differs
        return line.figures.approved is not None and not (differs is not None and differs.waits(line.id))

    def _payer(self, figures: LineFigures) -> Markup:
        body = self._bodies.get(figures.payer_organisation_id or "")
        payer = [
            self.view.place(figures.payer, self.event.first_day) if figures.payer else "",
            self.view.body(body, self.event.first_day),
        ]
        return Markup(", ").join(filter(None, payer))

    def _norm(self, line: LineView) -> str:
        norm = line.norm
        if norm is None:
            return ""
        act = ", ".join(filter(None, (norm.act, _article(self.view, norm.article))))
        if norm.amount is None:
            told = self.view.say(N_("As invoiced: {act}"), act=act)
        else:
            amount = self.money(norm.amount, norm.currency)
            told = self.view.say(N_("Norm: {amount}, {act}"), amount=amount, act=act)
        if norm.verified:
            return told
        doubt = self.view.say(N_("not compared with the act"))
        return f"{told} ({doubt})"

    def _remarks(self, figures: LineFigures) -> list[str]:
        found = []
        if (over := figures.over_norm) is not None:
            found.append(self.view.say(N_("Above the norm by {amount}"), amount=self.money(over, figures.currency)))
        return [*found, *self.remarks_of_payment(figures)]

    def remarks_of_payment(self, figures: LineFigures) -> list[str]:
        """That more was paid of a line than the norm allows, or than was approved."""
        found = []
        if (over := figures.paid_over_norm) is not None:
            told = N_("Paid above the norm by {amount}")
            found.append(self.view.say(told, amount=self.money(over, figures.currency)))
        if figures.approved is not None and figures.paid > figures.approved:
            over = figures.paid - figures.approved
            told = N_("Paid above what was approved by {amount}")
            found.append(self.view.say(told, amount=self.money(over, figures.currency)))
        return found

    # Sums

    @property
    def totals(self) -> list[TotalRow]:
        """The sums currency by currency, in which anything was counted."""
        found = self.estimate
        planned, approved, paid = found.planned.amounts, found.approved.amounts, found.paid.amounts
        rows = []
        for currency in Currency:
            if currency in planned or currency in approved or currency in paid:
                left = approved[currency] - paid.get(currency, 0) if currency in approved else None
                amounts = (planned.get(currency), approved.get(currency), paid.get(currency), left)
                rows.append(TotalRow(*(self.money(one, currency) for one in amounts)))
        return rows

    def money(self, amount: int | None, currency: Currency) -> str:
        """An amount with its currency; empty for None."""
        return "" if amount is None else format_money(currency.money(amount), self.view.language)

    # Differences

    def differences(self, found: Comparison) -> list[DifferenceRow]:
        """What holds for all, then line by line, then the sums that differ."""
        rows = [
            DifferenceRow(
                self.view.say(_TERMS[one.name]), self._term(one.name, one.before), self._term(one.name, one.after)
            )
            for one in found.terms
        ]
        rows += [
            DifferenceRow(
                self.line_name(one.line), self._told(one.before, one.changed), self._told(one.after, one.changed)
            )
            for one in found.lines
        ]
        rows += [
            DifferenceRow(
                self.view.say(NP_("of money", "Total")),
                self.money(one.before, one.currency) or "–",
                self.money(one.after, one.currency) or "–",
            )
            for one in found.sums
        ]
        return rows

    def _term(self, name: str, value: str | None) -> str:
        if value is None:
            return "–"
        if name == "class_decided_by":
            return value
        names = CLASS_NAMES[GuestClass(value)] if name == "guest_class" else WHO_PAYS_NAMES[WhoPays(value)]
        return self.view.plain(names)

    def _told(self, line: LineFigures | None, changed: Sequence[str]) -> Text:
        """What a line comes to and how, and in words what of it is another thing."""
        told: list[Text] = [self._figures(line)]
        if line is not None and {"item", "description"} & set(changed):
            told.insert(0, self.line_name(line))
        if line is not None and {"payer", "payer_organisation_id"} & set(changed):
            payer = self._payer(line) or self.view.say(N_("the body in charge"))
            told.append(Markup("{}: {}").format(self.view.say(NP_("of money", "Paid by")), payer))
        return Markup("; ").join(told)

    def _figures(self, line: LineFigures | None) -> str:
        """What a line comes to and how; “–” for none."""
        if line is None:
            return "–"
        amount = self.money(line.planned, line.currency) if line.is_priced else self.view.say(NOT_KNOWN)
        told = formula(line, self.view.language)
        return f"{told} = {amount}" if told else amount

    # Payments and approvals

    @property
    def payments(self) -> list[PaymentRow]:
        """The payments in their order."""
        return [self._payment(one) for one in self.estimate.payments]

    def _payment(self, one: PaymentView) -> PaymentRow:
        line = next((line.figures for line in self.estimate.lines if line.id == one.line_id), None)
        file = self._files.get(one.file_id or "")
        return PaymentRow(
            one.id,
            self.view.day(one.paid_on),
            self.line_name(line) if line is not None else "",
            self.money(one.amount, one.currency),
            one.voucher or "",
            file.title if file is not None else "",
            url_for("pages.file", file_id=file.id) if file is not None else "",
            self.who(one.made_by),
            self.who(one.approved_by),
        )

    def line_name(self, line: LineFigures) -> str:
        """A line in one plain line, for choices."""
        description: LocalizedText | None = line.description
        about = self.view.plain(description)
        return f"{self.name(line)} – {about}" if about else self.name(line)

    @property
    def approvals(self) -> list[ApprovalRow]:
        """The approvals, the latest first."""
        return [self._approval(one) for one in sorted(self.estimate.approvals, key=lambda one: -one.number)]

    def _approval(self, one: ApprovalView) -> ApprovalRow:
        sums = "; ".join(format_money(money, self.view.language) for money in one.planned)
        submitted = self.view.instant(one.submitted_at) if one.submitted_at else ""
        return ApprovalRow(
            one.number,
            sums or "–",
            ", ".join(filter(None, (self.who(one.submitted_by), submitted))),
            ", ".join(filter(None, (self.who(one.approved_by), self.view.instant(one.approved_at)))),
        )


_TERMS = {
    "guest_class": N_("Class of the guests"),
    "class_decided_by": N_("Who decided the class"),
    "who_pays": N_("Who pays"),
}


def _role_of(line: LineFigures) -> NormRole | None:
    """For whom a line is; of a stored one its rule says so: ``lodging:head``."""
    word = (line.rule or "").rpartition(":")[2]
    return line.role or (NormRole(word) if word in set(NormRole) else None)


def _article(view: View, article: str | None) -> str:
    return view.say(N_("article {number}"), number=article) if article else ""
