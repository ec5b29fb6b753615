"""Logs: one JSON object per line on stderr, without secrets."""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
"""Attributes of every record; all others were given as ``extra`` and are logged."""

_SECRETS = (
    # A feed's address grants access: the token acts as a password.
    (re.compile(r"(/feeds/)[^/?#\s\"'.]+"), r"\1…"),
    # So does the address that unsubscribes a reader from mails.
    (re.compile(r"(/unsubscribe/)[^/?#\s\"']+"), r"\1…"),
    # And the one with which somebody without an account fills in a list.
    (re.compile(r"(/link/)[^/?#\s\"']+"), r"\1…"),
    (re.compile(r"\bdesk_[A-Za-z0-9_-]{20,}"), "desk_…"),
    (re.compile(r"(?i)\b(bearer|basic)(\s+)[^\s,;\"']+"), r"\1\2…"),
    (re.compile(r"(?i)\b(authorization|cookie|set-cookie|x-csrf-token)(['\"]?\s*[:=]\s*['\"]?)[^'\"\n]+"), r"\1\2…"),
    (re.compile(r"(://[^:/@\s]*:)[^@\s]+(@)"), r"\1…\2"),
    # The user of a mailbox may be an address itself.
    (re.compile(r"(://[^:/\s]*@[^:/\s]*:)[^/\s]+(@)"), r"\1…\2"),
    # Whoever knows it answers an invitation as somebody else.
    (re.compile(r"\+[0-9a-z]{42}@"), "+…@"),
)


def redact(text: str) -> str:
    """Remove secrets from a text: feed tokens, API tokens, Authorization and cookies, passwords in addresses."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class JsonLines(logging.Formatter):
    """A record as one line of JSON: ``at`` (UTC), ``level``, ``logger``, ``event``, then the extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; a traceback is included as one string."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            "pid": record.process,
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(_redacted(line), ensure_ascii=False, default=lambda value: redact(str(value)))


def _redacted(value: Any) -> Any:
    match value:
        case str():
            return redact(value)
        case Mapping():
            return {str(name): _redacted(item) for name, item in value.items()}
        case list() | tuple():
            return [_redacted(item) for item in value]
        case _:
            return value


def configuration(level: str = "INFO") -> dict[str, Any]:
    """Settings for :func:`logging.config.dictConfig`; granian's processes use the same."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "service.runtime.logs.JsonLines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["stderr"], "level": level},
        # The server's own loggers matter only when something is wrong; the job scheduler's add nothing to ours.
        "loggers": {
            "_granian": {"level": "WARNING"},
            "alembic": {"level": "WARNING"},
            "apscheduler": {"level": "ERROR"},
        },
    }
