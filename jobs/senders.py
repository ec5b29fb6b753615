"""In whose name a mail goes out: that of the office whose event, rule or account it is about.

The envelope is always ``DESK_MAIL_FROM``'s, where bounces are read. The address in ``From`` is that too, with the
office's name before it: receivers check that it is aligned with the envelope or the signature (RFC 7489), and nobody
has made this machine a sender for the office's own domain. Answers go to the office's address by ``Reply-To``. Where
the operator has done so (SPF and DKIM) and says it by ``DESK_MAIL_DOMAINS``, the office's address is the sender. That
names office and domain: an office that writes another one's address into its profile is no sender for it.
"""

from email.utils import parseaddr

from models.queries.office_profiles import OfficeFacts
from models.text import localized, one_line


def sender_of(office: OfficeFacts, language: str, mail_from: str, domains: frozenset[str]) -> str:
    """The sender of an office's mail, ``Name <address>``; ``mail_from`` is ``DESK_MAIL_FROM``, ``domains`` are
    ``OFFICE:DOMAIN``."""
    name, address = parseaddr(mail_from)
    own = office.mail_name or (localized(office.name, language) if office.name else "")
    sends_itself = office.mail_address is not None and f"{office.code}:{domain_of(office.mail_address)}" in domains
    if not own and not sends_itself:
        return mail_from
    quoted = one_line(own or name).replace("\\", "").replace('"', "'")
    return f'"{quoted}" <{office.mail_address if sends_itself else address}>'


def domain_of(address: str) -> str:
    """The domain of a mail address, in lower case."""
    return address.rpartition("@")[2].lower()
