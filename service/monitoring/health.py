"""Health of the service for a supervisor: whether it is alive and ready, and the state of mail."""

import json
import logging
import re
from datetime import datetime
from typing import Any

from flask import Flask, Response
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from models.database import is_replaced
from service.actions.reminders import delivery_status, planning_jobs
from service.http.app_context import current_context
from service.http.error_responses import REPLACED_RETRY_AFTER
from service.monitoring import readers
from service.runtime.logs import redact

log = logging.getLogger("desk.web")

MAX_ANSWER = 300
_LOCAL_PART = re.compile(r"[^\s<>@:;,\"'()]+@")


def register(app: Flask) -> None:
    """Answer at /healthz and /readyz."""
    app.add_url_rule("/healthz", "healthz", _healthz)
    app.add_url_rule("/readyz", "readyz", _readyz)


def _healthz() -> Response:
    """Alive; depends on nothing else."""
    return Response("ok\n", mimetype="text/plain")


def _readyz() -> Response:
    """Ready: the database responds and has this code's revision, a worker is running, and one leads.

    A mail server that accepts no mail is reported but does not make the service unready: waiting mails are sent later.
    So is a clock that was moved within the hour (``clock``: what it showed then, how many seconds it went forward by).

    How many mails wait and how many events are still to be planned (``waiting``, ``planning``) tells what the offices
    do: who may not read the metrics is given null there.
    """
    # Alembic would be a tenth of what a web process imports at start.
    from models.migrate import newest_revision, revision_of

    desk = current_context()
    checks = {"database": False, "migrations": False, "worker": False, "lead": False}
    details: dict[str, Any] = {
        "mail": {"away_since": None, "answer": None, "waiting": None},
        "workers": [],
        "planning": None,
        "clock": {"stepped_at": None, "seconds": None},
    }
    try:
        with desk.database.transaction(write=False) as session:
            session.execute(select(1))
            checks["database"] = True
            checks["migrations"] = revision_of(session.connection()) == newest_revision()
            if checks["migrations"]:
                mail = delivery_status.mail_service(session, desk.clock())
                details = _details(mail)
                if readers.is_local() or readers.is_entitled(session, desk):
                    details["mail"]["waiting"] = mail.waiting
                    details["planning"] = planning_jobs.remaining(session)
                checks["worker"] = bool(mail.workers)
                checks["lead"] = delivery_status.is_led(session, mail.workers)
    except DBAPIError as problem:
        log.warning("not_ready", extra={"problem": type(problem.orig).__name__})
        if is_replaced(problem):
            details["code"] = "database_replaced"
    ready = all(checks.values())
    body = json.dumps({"ready": ready, **checks, **details}, ensure_ascii=False) + "\n"
    response = Response(body, status=200 if ready else 503, mimetype="application/json")
    if "code" in details:
        response.headers["Retry-After"] = str(REPLACED_RETRY_AFTER)
    return response


def _details(mail: delivery_status.MailStatus) -> dict[str, Any]:
    moved = delivery_status.last_clock_step(mail.workers)
    return {
        "mail": {
            "away_since": _instant(mail.away_since),
            "answer": shown_to_all(mail.answer) if mail.answer else None,
            "waiting": None,
        },
        "planning": None,
        "workers": [{"name": worker.name, "at": _instant(worker.at), "leads": worker.leads} for worker in mail.workers],
        "clock": {
            "stepped_at": _instant(moved.clock_stepped_at) if moved else None,
            "seconds": moved.clock_step_seconds if moved else None,
        },
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None


def shown_to_all(answer: str) -> str:
    """A server's response for public display: without secrets, and only the host of mail addresses."""
    return _LOCAL_PART.sub("…@", redact(answer))[:MAX_ANSWER]
