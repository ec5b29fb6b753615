"""/events/{}/documents and /documents: the papers of a visit, made anew, kept, numbered and sent."""

from typing import Any

import flask_smorest
from flask import Response, g
from flask.typing import ResponseReturnValue

from models.documents import KeptDocument
from models.events import Event
from models.i18n import translate
from models.text import localized
from models.vocabulary import Role
from service.actions.documents import access, kept, making, sending
from service.actions.documents.kept import KeptPaper
from service.actions.documents.making import KindStatus
from service.actions.documents.reading import VisitReading, check_wanted
from service.actions.documents.sending import Receiver
from service.actions.events import events
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session
from service.documents.rendering import MEDIA_TYPES
from service.http import document_answers
from service.http.app_context import current_context
from service.http.error_responses import reader_language
from service.schemas.documents import (
    DocumentContentQuery,
    DocumentQuery,
    DocumentSchema,
    DocumentsQuery,
    DocumentsSchema,
    NewDocumentSchema,
    SendDocumentSchema,
    SentDocumentSchema,
    languages,
)

_OF_TODAY = ("outdated", "differs")
"""Fields of a kept paper that follow from the visit, not from the paper."""


class DocumentsBlueprint(ApiBlueprint):
    """The operations on papers."""

    @staticmethod
    def _generate_etag(etag_data: Any, extra_data: Any = None) -> str:
        """An ETag of the paper, then a dot and one of what has changed since, without its wording: a change of the
        visit makes no change of the paper stale."""
        if not isinstance(etag_data, dict) or "outdated" not in etag_data:
            return ApiBlueprint._generate_etag(etag_data, extra_data)
        tag = flask_smorest.Blueprint._generate_etag
        own = {name: value for name, value in etag_data.items() if name not in _OF_TODAY}
        parts = [one["part"] for one in etag_data["differs"] or ()]
        return f"{tag(own, extra_data)}.{tag([etag_data['outdated'], parts])}"


blp = DocumentsBlueprint("documents", __name__, description="Papers of visits: programmes, lists, letters, the report")

_FILE: dict[str, Any] = {
    "200": {
        "description": "The file.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()},
    },
    # A template that can't be filled in, or a PDF that can't be set.
    "409": {"$ref": "#/components/responses/DEFAULT_ERROR"},
    # More than anybody prints.
    "413": {"$ref": "#/components/responses/DEFAULT_ERROR"},
}


def _secret() -> str:
    return current_context().settings.secret_key


def _kind(status: KindStatus) -> dict[str, Any]:
    language = reader_language()
    return {
        "kind": status.kind,
        "name": translate(status.terms.name, language),
        "formats": [one.value for one in status.terms.formats],
        "languages": [access.written(one) for one in access.LANGUAGES],
        "personal": status.terms.is_personal,
        "missing": [
            {
                "code": one.code,
                "language": one.language.value if one.language else None,
                "detail": one.detail.to(language),
                "person_id": one.person_id,
            }
            for one in status.missing
        ],
    }


def _paper(paper: KeptPaper) -> dict[str, Any]:
    language = reader_language()
    return paper.row.model_dump() | {
        "formats": [one.value for one in kept.formats_of(paper.row)],
        "outdated": paper.is_outdated,
        "differs": None
        if paper.differs is None
        else [{"part": one.part, "detail": one.detail.to(language)} for one in paper.differs],
    }


def _now(event: Event, row: KeptDocument) -> dict[str, Any]:
    return _paper(*kept.compare(session(), act(), event, [row]))


@blp.route("/events/<event_id>/documents")
class EventDocumentsView(ApiView):
    @requires(Role.VIEWER)
    @operation("listDocuments")
    @blp.arguments(DocumentsQuery, location="query")
    @blp.response(200, DocumentsSchema)
    def get(self, query: dict[str, Any], event_id: str) -> Any:
        """The papers of an event that you can make, with what each lacks, and those that are kept

        Which papers there are depends on how much of the event you see. Kept ones are listed for who sees all of it.
        """
        event = events.find_event(session(), event_id)
        wanted = query["wanted"]
        check_wanted(session(), wanted)
        rows = kept.rows_of(session(), event)
        several = [wanted, *map(kept.wanted_of, rows)]
        secret = _secret() if act().account.role.suffices_for(Role.OFFICER) else None
        reading = VisitReading.load(session(), act(), event, several, secret=secret)
        return {
            "kinds": [_kind(one) for one in making.statuses(reading, event, wanted)],
            "kept": [_paper(one) for one in kept.compared(reading, event, rows)],
        }

    @requires(Role.OFFICER)
    @operation("createDocument")
    @blp.arguments(NewDocumentSchema)
    @blp.created(DocumentSchema, at="/api/v1/documents")
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Keep a paper of an event as it is now; its words never change, but for the number and the day of the clerk

        Papers with particulars are never kept.
        """
        event = events.find_event(session(), event_id)
        language = languages(values["language"])
        return _paper(kept.keep(session(), act(), event, values["kind"], language, values["wanted"]))


@blp.route("/events/<event_id>/documents/<kind>.<file_format>")
class EventDocumentView(ApiView):
    @requires(Role.VIEWER)
    @operation("getEventDocument")
    @blp.arguments(DocumentQuery, location="query")
    @blp.doc(responses=_FILE)
    def get(self, query: dict[str, Any], event_id: str, kind: str, file_format: str) -> Response:
        """Make a paper of an event anew, from what you see of it; nothing of it is kept

        Papers with particulars are for officers and may give a `reason`; that they were made is recorded in the audit
        trail. They hold particulars only of whom you may read them.
        """
        event = events.find_event(session(), event_id)
        made = making.make(
            session(),
            act(),
            event,
            kind,
            file_format,
            languages(query["language"]),
            query["wanted"],
            secret=_secret(),
            reason=query.get("reason"),
        )
        g.made = (event_id, made, query["language"], act().account.id) if made.is_told else None
        return document_answers.answer(made.file)

    def dispatch_request(self, **kwargs: Any) -> ResponseReturnValue:
        """As for every view; what is to be recorded is, before anything is sent."""
        g.made = None
        answer = super().dispatch_request(**kwargs)
        if g.made is not None and isinstance(answer, Response) and answer.status_code == 200:
            document_answers.record_making(current_context(), *g.made)
        return answer


@blp.route("/documents/<document_id>")
class DocumentView(ApiView):
    @requires(Role.VIEWER)
    @operation("getDocument")
    @blp.one(DocumentSchema)
    def get(self, document_id: str) -> Any:
        """Read what a kept paper is, and what would be otherwise today; for who sees the whole event"""
        row, event = kept.find(session(), document_id)
        return _now(event, row)

    @requires(Role.OFFICER)
    @operation("changeDocument")
    @blp.arguments(DocumentSchema(partial=True))
    @blp.one(DocumentSchema)
    def patch(self, values: dict[str, Any], document_id: str) -> Any:
        """Enter the number and the day of issue as the clerk gave them, or the scan of the signed paper"""
        row, event = kept.find(session(), document_id)
        blp.check_etag(_now(event, row), DocumentSchema)
        kept.change(session(), act(), event, row, values)
        return _now(event, row)

    @requires(Role.OFFICER)
    @operation("deleteDocument")
    @blp.gone()
    def delete(self, document_id: str) -> None:
        """Delete a kept paper; one that ever had a number, or was sent, stays (409 `numbered`)"""
        row, event = kept.find(session(), document_id)
        blp.check_etag(_now(event, row), DocumentSchema)
        kept.delete(session(), act(), event, row)


@blp.route("/documents/<document_id>/content")
class DocumentContentView(ApiView):
    @requires(Role.VIEWER)
    @operation("getDocumentContent")
    @blp.arguments(DocumentContentQuery, location="query")
    @blp.doc(responses=_FILE)
    def get(self, query: dict[str, Any], document_id: str) -> Response:
        """Download a kept paper as it was when it was made, with the clerk's number and day"""
        row, event = kept.find(session(), document_id)
        return document_answers.answer(making.kept_file(session(), event, row, query["format"].value))


def _receiver(one: Receiver) -> dict[str, Any]:
    name = one.name if isinstance(one.name, str) else localized(one.name, reader_language())
    return {"id": one.id, "name": name, "address": one.address}


@blp.route("/documents/<document_id>/send")
class SentDocumentView(ApiView):
    @requires(Role.OFFICER)
    @operation("sendDocument")
    @blp.arguments(SendDocumentSchema)
    @blp.response(200, SentDocumentSchema)
    def post(self, values: dict[str, Any], document_id: str) -> Any:
        """Send a kept paper by mail: the signed scan if there is one, else the paper as PDF

        To accounts that may read the event, people of the event and organisations that take part in it; only approvers
        and the protocol office send it elsewhere (`address_not_allowed`, and nothing is sent). Each receiver gets it
        once, until its number, its day or its scan change.
        """
        row, event = kept.find(session(), document_id)
        done = sending.send(session(), act(), event, row, values["to"])
        return {
            name: [_receiver(one) for one in getattr(done, name)] for name in ("sent", "already", "without_address")
        }
