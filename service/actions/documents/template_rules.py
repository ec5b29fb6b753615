"""Whether a kept template of an office still meets the rules: one that an older version of the service took in may not.

A template is looked at again before a process first uses it, outside of transactions. One that is refused is never
filled in; the paper is made with the template that comes with the service, and its page says so.
"""

import logging
import tempfile
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path
from threading import Lock

from models.errors import Invalid, TooLarge, UnsupportedFile
from service.actions.documents import templates

log = logging.getLogger("desk.web")

MOST_KNOWN = 200
"""Templates of which a process remembers the answer."""

_lock = Lock()
_known: OrderedDict[str, bool] = OrderedDict()
"""Digest of a template → whether it meets the rules of this version."""


def still_allowed(template: bytes | None) -> bytes | None:
    """The template if today's rules accept it; None: the shipped one is used."""
    return template if template is not None and is_allowed(template) else None


def is_allowed(template: bytes) -> bool:
    """Whether today's rules accept a template; takes a second the first time, so it is asked outside of transactions.

    Raises:
        NoSpace, FilesAway, Busy: it can't be looked at now.
    """
    digest = sha256(template).hexdigest()
    with _lock:
        known = _known.get(digest)
    return known if known is not None else _remembered(digest, _is_right(template))


def _is_right(template: bytes) -> bool:
    try:
        templates.check(template, Path(tempfile.gettempdir()))
    except (Invalid, TooLarge, UnsupportedFile) as problem:
        log.warning("template_refused_now", extra={"problem": type(problem).__name__})
        return False
    return True


def _remembered(digest: str, is_right: bool) -> bool:
    with _lock:
        _known[digest] = is_right
        while len(_known) > MOST_KNOWN:
            _known.popitem(last=False)
    return is_right
