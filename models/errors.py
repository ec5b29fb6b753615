"""Domain errors: each carries its data and a stable code, independent of HTTP."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.i18n import N_, Message, message

BUSY = N_(
    "So many others are saving at this moment that your turn did not come. Nothing was changed; try again shortly."
)
"""What whoever waited in vain for their turn is told."""

FILES_AWAY = N_(
    "The folder with the files can't be reached at the moment. Everything else works; try again in a few minutes."
)
NO_SPACE = N_("There is no room left on the disk for files. Nothing was stored; tell whoever looks after the service.")

FieldErrors = Mapping[str, Sequence[Message]]


class InvalidValue(ValueError):
    """A value makes no sense: ``detail`` says what is wrong with it and what would be right, in no language yet.

    ``InvalidValue(_("…"), day=day)`` takes the sentence and its values, as :func:`models.i18n.message` does. Use cases
    put the detail under the field they took the value from (:class:`Invalid`).
    """

    def __init__(self, sentence: str, /, **values: object) -> None:
        self.detail = message(sentence, **values)
        super().__init__(str(self.detail))


class DomainError(Exception):
    """Base of all errors that are reported to a person or program.

    ``code`` never changes; ``detail`` is a message with its values, not yet translated; ``extra`` are members of the
    response (what is possible, what it conflicts with).
    """

    code = "error"

    def __init__(self, detail: Message, **extra: Any) -> None:
        super().__init__(str(detail))
        self.detail = detail
        self.extra = extra


class NotFound(DomainError):
    code = "not_found"

    def __init__(self, what: Message, identity: str) -> None:
        super().__init__(message(N_("There is no {what} “{identity}”."), what=what, identity=identity[:100]))


class Merged(NotFound):
    """What was looked for was entered twice and is gone; ``merged_into`` is the one that stayed."""

    code = "merged"

    def __init__(self, what: Message, identity: str, into: str) -> None:
        super().__init__(what, identity)
        self.detail = message(
            N_("This {what} was entered twice and merged into “{into}”: use that id from now on."), what=what, into=into
        )
        self.extra = {"merged_into": into}


class Invalid(DomainError):
    """Invalid field values: field name → what is wrong and what would be right, all of them at once."""

    code = "invalid"

    def __init__(self, errors: FieldErrors) -> None:
        super().__init__(message(N_("Some fields are not right: {fields}."), fields=", ".join(sorted(errors))))
        self.errors = errors


class Conflict(DomainError):
    """The request is well formed, but conflicts with the current state."""

    code = "conflict"

    def __init__(self, detail: Message, code: str = "conflict", **extra: Any) -> None:
        super().__init__(detail, **extra)
        self.code = code


class ImpossibleTransition(Conflict):
    """A status that cannot follow the current one; ``possible`` are those that can."""

    def __init__(self, status: str, wanted: str, possible: Sequence[str]) -> None:
        super().__init__(
            message(
                N_("An event that is {status} can't become {wanted}. Possible now: {possible}."),
                status=status,
                wanted=wanted,
                possible=", ".join(possible) or "–",
            ),
            code="impossible_transition",
            possible=list(possible),
            status_now=status,
        )


class Forbidden(DomainError):
    """Not this reader's to do; ``errors`` among the members names the fields it is about, as in :class:`Invalid`."""

    code = "forbidden"

    def __init__(self, detail: Message, code: str = "forbidden", **extra: Any) -> None:
        super().__init__(detail, **extra)
        self.code = code


class Unauthenticated(DomainError):
    code = "unauthenticated"


class Stale(DomainError):
    """The row was changed by somebody else since it was read."""

    code = "stale"

    def __init__(self) -> None:
        super().__init__(message(N_("Somebody changed this in the meantime. Read it again, then repeat your change.")))


class TooMany(DomainError):
    """Too many requests; ``retry_after`` is in seconds."""

    code = "too_many_requests"

    def __init__(self, detail: Message, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Busy(DomainError):
    """Others were first, and this one's turn did not come in time; ``retry_after`` is in seconds."""

    code = "busy"

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__(message(BUSY))
        self.retry_after = retry_after


class TooLarge(DomainError):
    """More bytes than may be sent."""

    code = "too_large"


class UnsupportedFile(DomainError):
    """A file of a kind that is not kept, or with something in it that is not safe to open."""

    code = "unsupported_media_type"

    def __init__(self, detail: Message, **extra: Any) -> None:
        super().__init__(detail, errors={"file": [detail]}, **extra)


class FilesAway(DomainError):
    """The store of files can't be read or written; ``retry_after`` is in seconds."""

    code = "files_away"

    def __init__(self, retry_after: int = 60) -> None:
        super().__init__(message(FILES_AWAY))
        self.retry_after = retry_after


class NoSpace(DomainError):
    """The disk on which files are kept, or on which they arrive, is full."""

    code = "no_space"

    def __init__(self) -> None:
        super().__init__(message(NO_SPACE))
