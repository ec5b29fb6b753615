"""Bodies and signatories of agreements: whose paper it is, and who signed it in whose name."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from models.agreements import Agreement, AgreementSignatory
from models.i18n import N_, Message, message
from models.labels import noun
from models.places import Organisation
from service.actions import crud

_NAME_OR_PERSON = N_("Name who signed: either somebody of the directory (person_id) or a name, not both.")


def body_errors(session: Session, values: Mapping[str, Any]) -> crud.Errors:
    """The errors of a list of bodies: one twice, one that doesn't exist."""
    ids: Sequence[str] = values.get("bodies", ())
    known = crud.by_id(session, Organisation, set(ids))
    found: list[Message] = [message(N_("Name each body once."))] if len(set(ids)) < len(ids) else []
    found += [
        message(N_("There is no {what} “{identity}”."), what=noun("organisation"), identity=one)
        for one in dict.fromkeys(ids)
        if one not in known
    ]
    return {"bodies": found}


def signatory_errors(session: Session, agreement: Agreement | None, values: Mapping[str, Any]) -> crud.Errors:
    """The errors of the signatures: for no party, by nobody or by two, by somebody who doesn't exist."""
    parties: Sequence[str] = values.get("parties", agreement.parties if agreement else ())
    if "signatories" not in values:
        left = [row.party for row in agreement.signatory_rows if row.party not in parties] if agreement else []
        what = N_("Somebody signed for “{party}”; change the signatories first.")
        return {"parties": [message(what, party=party) for party in dict.fromkeys(left)]} if left else {}
    errors: crud.Errors = {}
    for number, signed in enumerate(values["signatories"]):
        at = f"signatories.{number}"
        if signed["party"] not in parties:
            wrong = message(N_("Must be a party of the agreement: {parties}."), parties=", ".join(parties))
            errors[f"{at}.party"] = [wrong]
        if (signed.get("person_id") is None) is (signed.get("name") is None):
            errors[f"{at}.name"] = [message(_NAME_OR_PERSON)]
        missing = crud.missing_references(
            session, AgreementSignatory, {name: signed.get(name) for name in ("organisation_id", "person_id")}
        )
        errors |= {f"{at}.{name}": told for name, told in missing.items()}
    return errors
