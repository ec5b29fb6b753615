"""An agreement as a paper among others: what stands above and below it, whose it is, who signed it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from models.agreements import Agreement
from models.places import Person
from service.actions import crud
from service.actions.agreements import agreement_tree
from service.actions.agreements.agreement_tree import Branch
from service.web.labels import TONGUES
from service.web.row_names import named_organisations
from service.web.view import View, ids


@dataclass(frozen=True, slots=True)
class SignatoryLine:
    """One signature: for which party, by whom, as what."""

    party: str
    name: str
    position: Markup | str
    organisation: Markup | str


@dataclass(frozen=True, slots=True)
class AgreementPaper:
    """What a page shows of a paper besides its commitments; ``bodies`` and ``languages`` by name, in the document's
    order."""

    above: Sequence[Agreement]
    below: Sequence[Branch]
    predecessor: Agreement | None
    carried_on_by: Sequence[Agreement]
    bodies: Sequence[Markup | str]
    signatures: Sequence[SignatoryLine]
    languages: str

    @property
    def stands_alone(self) -> bool:
        """Whether no other paper stands above or below it."""
        return not (self.above or self.below)


def read_paper(view: View, agreement: Agreement) -> AgreementPaper:
    """Read what belongs to an agreement's page; the number of queries grows with the levels of the tree only."""
    session = view.session
    predecessor = session.get(Agreement, agreement.predecessor_id) if agreement.predecessor_id else None
    signed = agreement.signatory_rows
    concerned = ids(*agreement.bodies, *(row.organisation_id for row in signed))
    people = crud.by_id(session, Person, ids(*(row.person_id for row in signed))) if signed else {}
    organisations = named_organisations(view, concerned) if concerned else {}
    return AgreementPaper(
        agreement_tree.ancestors_of(session, agreement),
        agreement_tree.below(session, agreement),
        predecessor,
        agreement_tree.carried_on_by(session, agreement.id),
        [organisations[one] for one in agreement.bodies],
        [
            SignatoryLine(
                row.party,
                view.person(people[row.person_id]) if row.person_id else row.name or "",
                view.text(row.position),
                organisations[row.organisation_id] if row.organisation_id else "",
            )
            for row in signed
        ],
        ", ".join(view.plain(TONGUES[code]) for code in agreement.languages),
    )
