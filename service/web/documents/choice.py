"""In which language papers are made, who issues and who signs them: chosen once for a page, and kept in its address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from calendars.documents.facts import DocumentFacts
from models.documents import KeptDocument
from models.i18n import N_
from models.vocabulary import Language
from service.actions.documents import access, choices
from service.actions.documents.reading import Wanted
from service.web.bound_form import BoundForm
from service.web.form_fields import FieldSpec, FieldType, Groups
from service.web.forms import FormRefusal
from service.web.view import View, ids

_LONGEST = 26
"""Characters of an id."""

_NOT_A_BODY = "-"
"""What the address says where nobody is chosen on purpose."""


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """What is chosen for all papers of a page."""

    languages: tuple[Language, ...]
    wanted: Wanted

    @classmethod
    def read(cls, view: View, kept: Sequence[KeptDocument]) -> "PaperChoice":
        """What this request asks for. What it does not say is as of the paper kept last, the first of ``kept``; the
        language is the reader's."""
        given: Mapping[str, str] = request.form if request.method == "POST" else request.args
        last = kept[0] if kept else None
        return cls(
            asked_languages(view, given),
            Wanted(
                _named(given, "issued_by", last.issued_by if last else None),
                _named(given, "signed_by", last.signed_by if last else None),
                given.get("organisation_id", "")[:_LONGEST] or None,
            ),
        )

    @property
    def written(self) -> str:
        """The languages as addresses have them: ``vi,lo``."""
        return access.written(self.languages)

    def asked(self, **more: str | None) -> dict[str, Any]:
        """The choice as parameters of an address."""
        own = {
            "language": self.written,
            "issued_by": self.wanted.issued_by or _NOT_A_BODY,
            "signed_by": self.wanted.signed_by or _NOT_A_BODY,
        }
        return own | more

    def concerns(self, language: Language | None) -> bool:
        """Whether what concerns a language (None: all) concerns these papers."""
        return language is None or language in self.languages


def asked_languages(view: View, given: Mapping[str, str]) -> tuple[Language, ...]:
    """The languages of papers that an address or a form names; the reader's if it names none that there are."""
    asked = given.get("language", "")
    return next((one for one in access.LANGUAGES if access.written(one) == asked), (view.language,))


def _named(given: Mapping[str, str], name: str, last: str | None) -> str | None:
    if name not in given:
        return last
    chosen = given[name].strip()[:_LONGEST]
    return None if chosen in ("", _NOT_A_BODY) else chosen


def form(view: View, choice: PaperChoice, facts: DocumentFacts, refusal: FormRefusal | None) -> BoundForm:
    """The form in which issuer and signatory are chosen."""
    usual = facts.issuer.body
    issuer = choice.wanted.issued_by or (usual.id if usual else None)
    signatory = choice.wanted.signed_by

    def offered(name: str) -> Groups:
        if name == "issuers":
            found = choices.issuers(view.session, ids(issuer))
            return [("", [(one.id, view.plain(one.name)) for one in found])]
        people = choices.signatories(view.session, ids(signatory), issuer)
        groups: dict[str, list[tuple[str, str]]] = {}
        for person, body in people:
            told = " · ".join(filter(None, (view.person(person), view.plain(person.position))))
            groups.setdefault(view.plain(body.name) if body else "", []).append((person.id, told))
        return list(groups.items())

    specs = [
        FieldSpec("issued_by", FieldType.CHOICE, N_("Issued by"), choices="issuers"),
        FieldSpec("signed_by", FieldType.CHOICE, N_("Signed by"), choices="signatories"),
    ]
    present = {"issued_by": issuer, "signed_by": signatory}
    return BoundForm(view, specs, present, choices=offered, refusal=refusal, prefix="choice-")
