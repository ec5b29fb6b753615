"""Who acts, when, and for which office: what every action needs besides its session."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from models.accounts import User
from models.clock import today
from models.office import Office


@dataclass(frozen=True, slots=True)
class ActionContext:
    """The context of one action. ``user`` None is the service itself (the seed, the command line).

    ``office`` is the acting account's own (:mod:`service.actions.acting`), the default one for the service itself.
    ``default_office`` is the default office where that is another. ``undoes`` is the request that the action undoes.
    """

    user: User | None
    now: datetime
    office: Office
    request_id: str | None = None
    default_office: Office | None = None
    undoes: str | None = None

    @property
    def common(self) -> "ActionContext":
        """The same action seen from the default office, for what is kept for readers of every office: calendar feeds,
        planned reminders, the positions that people hold today. It must not depend on who happens to act."""
        return self if self.default_office is None else replace(self, office=self.default_office, default_office=None)

    @property
    def account(self) -> User:
        """The acting account, for actions that need one.

        Raises:
            RuntimeError: the service itself acts; a bug in the caller.
        """
        if self.user is None:
            raise RuntimeError("this needs an account, and the service itself acts")
        return self.user

    @property
    def today(self) -> date:
        """The current day in the office's time zone."""
        return today(self.office.timezone, self.now)

    @property
    def name(self) -> str:
        """The actor's name in the audit trail."""
        return self.user.email if self.user else "desk"
