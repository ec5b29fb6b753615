"""Agreements: what was promised, article by article, and the events that keep it."""

from itertools import groupby

from flask import Response
from sqlalchemy import func
from sqlmodel import col, select

from models.agreements import Agreement, Commitment
from models.events import Event
from service.actions import reading, rows
from service.web.gate import page
from service.web.view import View
from service.web.words import duration, frequency, people

SHOWN = 200


@page()
def agreements(view: View) -> Response:
    """All agreements, the latest first, with how many commitments each holds."""
    statement = reading.agreements_where({}).order_by(col(Agreement.starts_on).desc(), col(Agreement.id)).limit(SHOWN)
    counted = select(Commitment.agreement_id, func.count()).group_by(col(Commitment.agreement_id))
    return view.page(
        "agreements.html",
        agreements=list(view.session.exec(statement).all()),
        counts=dict(view.session.exec(counted).all()),
    )


@page()
def agreement(view: View, agreement_id: str) -> Response:
    """One agreement with its commitments and the events linked to each."""
    found = rows.find(view.session, Agreement, agreement_id)
    commitments = view.session.exec(
        select(Commitment)
        .where(Commitment.agreement_id == found.id)
        .order_by(col(Commitment.position), col(Commitment.id))
    ).all()
    linked: dict[str, list[Event]] = {}
    held = select(Event).join(Commitment, col(Commitment.id) == col(Event.commitment_id))
    for event in view.session.exec(held.where(Commitment.agreement_id == found.id).order_by(*reading.EVENT_ORDER)):
        linked.setdefault(event.commitment_id or "", []).append(event)
    ordered = sorted(commitments, key=lambda commitment: _place(commitment.article))
    return view.page(
        "agreement.html",
        agreement=found,
        predecessor=view.session.get(Agreement, found.predecessor_id) if found.predecessor_id else None,
        articles=[
            (article, list(listed)) for article, listed in groupby(ordered, key=lambda commitment: commitment.article)
        ],
        linked=linked,
        duration=duration,
        frequency=frequency,
        people=people,
    )


def _place(article: str) -> tuple[int, str]:
    """Where an article stands: 2 before 10, what has no number last."""
    digits = "".join(character for character in article if character.isdecimal() and character.isascii())
    return int(digits[:9]) if digits else 10**9, article
