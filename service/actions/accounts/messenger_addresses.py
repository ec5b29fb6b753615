"""The messenger address an account gets its reminders at: checked, encrypted, never shown again."""

from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from models.accounts import User
from models.encryption import seal, unseal
from models.i18n import N_, Message, message
from models.networks import Networks, names_inside
from models.queries.audience import MESSENGER_SECRET

SCHEMES = frozenset(
    {
        "discord", "dingtalk", "feishu", "gchat", "gotify", "gotifys", "json", "jsons", "kakaotalk", "lark", "line",
        "matrix", "matrixs", "mmost", "mmosts", "nctalk", "nctalks", "ntfy", "ntfys", "pover", "rocket", "rockets",
        "signal", "signals", "slack", "tgram", "threema", "viber", "webex", "wecombot", "whatsapp", "workflows", "zalo",
        "zulip",
    }
)  # fmt: skip
"""The schemes that reach people. Apprise supports others, which write to this machine's log or desktop or send mail."""


HOSTED = frozenset(
    {
        "gotify", "gotifys", "json", "jsons", "matrix", "matrixs", "mmost", "mmosts", "nctalk", "nctalks", "ntfy",
        "ntfys", "rocket", "rockets", "signal", "signals", "workflows", "zulip",
    }
)  # fmt: skip
"""Those whose address names a server; the others' servers are their makers'."""


def messenger_errors(address: str, networks: Networks = ()) -> list[Message]:
    """The errors of a messenger's address; of what is inside its server may only be in ``networks``.

    What the server's name means is asked when something is sent there (:mod:`jobs.outside`).
    """
    scheme = urlsplit(address).scheme.lower() if "://" in address else ""
    if scheme not in SCHEMES:
        right = N_("Must be a messenger's address, like tgram://TOKEN/CHAT or zalo://TOKEN/USER; known are {schemes}.")
        return [message(right, schemes=", ".join(sorted(SCHEMES)))]
    if scheme in HOSTED and names_inside(_host(address), networks):
        return [
            message(
                N_(
                    "This server is inside the office's network. The operator can allow its network"
                    " (DESK_MESSENGER_NETWORKS)."
                )
            )
        ]
    try:
        import apprise
    except ImportError:
        return [message(N_("Messengers are not installed: install protocol-desk[messengers]."))]
    if apprise.Apprise.instantiate(address, suppress_exceptions=True) is None:
        return [message(N_("This {scheme} address lacks something; see apprise's page on it."), scheme=scheme)]
    return []


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def sealed(address: str, secret: str) -> bytes:
    """The address encrypted, as it is stored."""
    return seal(secret, MESSENGER_SECRET, address)


def not_opened(session: Session, secret: str) -> list[str]:
    """The accounts whose messenger's address this secret does not decrypt."""
    rows = session.exec(select(User.email, User.messenger).where(col(User.messenger).is_not(None))).all()
    return [email for email, address in rows if address and unseal(secret, MESSENGER_SECRET, address) is None]
