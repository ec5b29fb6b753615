"""Which network addresses are inside: this machine, its office's network, what a hosting machine tells of itself.

Whoever gives the service an address to write to must not reach by it what only the service's own machine can reach.
"""

import ipaddress
import socket
from collections.abc import Iterable
from typing import TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Networks: TypeAlias = tuple[Network, ...]

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 addresses behind a translator (RFC 6052)."""

_LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "home.arpa")
"""Names, and endings of names, that mean machines inside wherever they are asked for."""


def networks_of(text: str) -> Networks:
    """Networks written with commas between them, like ``10.0.0.0/8, fd00::/8``.

    Raises:
        ValueError: one of them is none.
    """
    return tuple(ipaddress.ip_network(one.strip()) for one in text.split(",") if one.strip())


def is_inside(address: str, allowed: Iterable[Network] = ()) -> bool:
    """Whether an IP address is not one of the internet's, and in none of the ``allowed`` networks."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = _embedded(ip)
    if any(one.version == tried.version and tried in one for one in allowed for tried in (ip, inner)):
        return False
    return not ip.is_global or not inner.is_global or inner.is_multicast


def _embedded(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one leads to, else itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _TRANSLATED:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def names_inside(host: str, allowed: Iterable[Network] = ()) -> bool:
    """Whether a host, as somebody wrote it, can only be inside; what its name resolves to is not asked here."""
    host = host.strip("[]").rstrip(".").lower()
    try:
        return is_inside(host, allowed)
    except ValueError:
        pass
    try:  # 127.1, 0x7f000001 and 2130706433 are 127.0.0.1 to whoever connects
        return is_inside(socket.inet_ntoa(socket.inet_aton(host)), allowed)
    except OSError:
        return not tuple(allowed) and any(host == name or host.endswith(f".{name}") for name in _LOCAL_NAMES)
