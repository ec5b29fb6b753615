"""The report on a year of an agreement, read for whoever asks: what the agreement's page shows the same reader."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from calendars.commitments.articles import article_order
from calendars.commitments.progress import ProgressYear
from calendars.days.spans import Days
from calendars.documents import agreement_report
from calendars.documents.agreement_report import AgreementYear, CommitmentAccount, CountedEvent
from models.agreements import Agreement
from models.i18n import N_, message
from models.vocabulary import DocumentKind, Language
from service.actions import crud
from service.actions.agreements import progress
from service.actions.context import ActionContext
from service.actions.documents import office_papers
from service.actions.documents.making import MadeFile
from service.actions.documents.office_papers import Compose
from service.actions.events.event_queries import events_of_agreement
from service.actions.ledger import agreement_ledger, agreement_projects, exchange_rates
from service.actions.locality_index import LocalityIndex


def make_agreement_report(
    session: Session,
    act: ActionContext,
    agreement_id: str,
    file_format: str,
    languages: Sequence[Language],
    year: int | None,
    *,
    in_dong: bool = False,
) -> MadeFile:
    """The report on an agreement's year as a file; None: this year, or the nearest of its period. ``in_dong``: amounts
    are told in đồng too, as far as somebody entered a rate.

    Raises:
        NotFound: there is no such agreement.
        NoSuchPaper: it is not made in that format.
        Invalid: the year is none of the agreement's period.
    """
    agreement = crud.find(session, Agreement, agreement_id)
    chosen = _year_of(agreement, act.today, year)

    def read() -> Compose:
        report = read_agreement_year(session, act, agreement, chosen, in_dong=in_dong)
        return lambda wording: agreement_report.compose(report, wording)

    return office_papers.make(
        session,
        DocumentKind.AGREEMENT_REPORT,
        file_format,
        languages,
        about=agreement.title,
        day=_as_of(act.today, chosen),
        read=read,
    )


def _year_of(agreement: Agreement, today: date, year: int | None) -> int:
    first, last = agreement.starts_on.year, agreement.ends_on.year
    if year is None:
        return min(max(today.year, first), last)
    if not first <= year <= last:
        told = N_("The agreement has no such year. It runs from {first} to {last}.")
        crud.check({"year": [message(told, first=first, last=last)]})
    return year


def _as_of(today: date, year: int) -> date:
    """A year that is over is told as it stood at its end; others as they stand today."""
    return min(today, date(year, 12, 31))


def read_agreement_year(
    session: Session, act: ActionContext, agreement: Agreement, year: int, *, in_dong: bool = False
) -> AgreementYear:
    """An agreement's year as its reader may know it; a fixed number of queries."""
    as_of = _as_of(act.today, year)
    account = progress.agreement_progress(session, agreement, as_of)
    places = LocalityIndex.load(session)
    scope = agreement_projects.Scope(
        places.parties(agreement),
        frozenset[str]().union(*map(places.line, agreement.parties)),
        [line.commitment for line in account.lines],
        Days(agreement.starts_on, agreement.ends_on),
        as_of,
    )
    ledger = agreement_ledger.read_ledger(session, scope)
    if in_dong:
        ledger = replace(ledger, rates=exchange_rates.rates_of_day(session, as_of))
    events = {
        row.id: CountedEvent(row.id, row.title, Days(row.first_day, row.last_day), row.known_to, row.status)
        for row in events_of_agreement(session, agreement.id)
    }
    listed = []
    for line in sorted(account.lines, key=lambda one: article_order(one.commitment.article)):
        told = next((one for one in line.progress.years if one.year == year), None)
        commitment = line.commitment
        listed.append(
            CommitmentAccount(
                article=commitment.article,
                field=commitment.field,
                title=commitment.title,
                progress=line.progress,
                year=told,
                events=_events(told, events),
            )
        )
    return AgreementYear(
        title=agreement.title,
        period=Days(agreement.starts_on, agreement.ends_on),
        signed_on=agreement.signed_on,
        parties=agreement.parties,
        party_names=places.names(agreement.signed_on or agreement.starts_on),
        names=places.names(as_of),
        year=year,
        as_of=as_of,
        commitments=listed,
        flows=account.passages,
        issuer=office_papers.issuer_on(session, act, places, as_of),
        ledger=ledger,
    )


def _events(year: ProgressYear | None, known: dict[str, CountedEvent]) -> list[CountedEvent]:
    """The events of a year that the reader may read, by their days."""
    found = [known[one] for one in (year.event_ids if year else ()) if one in known]
    return sorted(found, key=lambda one: (one.days.first, one.days.last, one.id))
