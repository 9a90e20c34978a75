"""Where a webhook may lead: addresses however they are written, and what their names lead to.

Nothing inside a network may be reached through Reef: not the machine itself, not its neighbours,
not the cloud's metadata. A name is looked up anew whenever something is sent, and the connection
goes to the very address that was checked.
"""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from chalicelib.core.settings import settings

Address = IPv4Address | IPv6Address

LONGEST_URL = 2000

_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_IPV6 = re.compile(r"\[[0-9a-f:.]+\](:[0-9]*)?", re.IGNORECASE)
_LONGEST_NAME = 253

_PUBLIC_IPV6 = IPv6Network("2000::/3")
_EMBEDS_IPV4 = (IPv6Network("2002::/16"), IPv6Network("2001::/23"))
"""6to4 and what IANA keeps for protocols, Teredo among it: nobody publishes a receiver there."""

_NAT64 = IPv6Network("64:ff9b::/96")


class NotAllowed(Exception):
    """A webhook must not lead there; the message says why."""


class NotResolved(Exception):
    """A name leads nowhere at the moment."""


class Target(NamedTuple):
    """An address as it was read.

    Args:
        scheme: `http` or `https`.
        host: in its one spelling: a name in ASCII without a trailing dot, or an IP address.
        port: its own, or that of the scheme.
        path: path and query, as they are sent.
        address: the IP address that the host is, if it is one.
        is_listed: the deployment allows it, wherever it leads.
    """

    scheme: str
    host: str
    port: int
    path: str
    address: Address | None
    is_listed: bool

    @property
    def authority(self) -> str:
        """Host and port as the header `Host` has them."""
        host = _bracketed(self.host)
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def read(url: str) -> Target:
    """Take an address apart, and see that nothing in it may mean two things.

    Raises:
        NotAllowed: it is none, not for a webhook, or leads to an IP address that is not public.
    """
    if any(character <= " " or character in "\\\x7f" for character in url):
        raise NotAllowed("Must not hold spaces, backslashes or control characters")
    try:
        parts = urlsplit(url)
        port, name = parts.port, parts.hostname
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]")
    except ValueError:
        raise NotAllowed("Not an address") from None
    if parts.scheme not in _PORTS:
        raise NotAllowed("Must begin with https:// or http://")
    if "@" in parts.netloc:
        raise NotAllowed("Must not hold a user or password")
    if "#" in url:
        raise NotAllowed("Must not hold a fragment, which is never sent")
    if not name or port == 0:
        raise NotAllowed("Must name a host, and no port but 1 to 65535")
    host, address = _host(name, parts.netloc)
    port = port or _PORTS[parts.scheme]
    listed = f"{_bracketed(host)}:{port}" in settings().webhook_allowed_hosts
    target = Target(parts.scheme, host, port, f"{path}?{query}" if query else path, address, listed)
    _require_public(target, [address] if address else [])
    if not listed and (host == "localhost" or host.endswith(".localhost")):
        raise NotAllowed("Leads to this machine itself")
    return target


def require_allowed(url: str, seconds: float) -> None:
    """See that a webhook may lead to an address, as far as that can be said by now.

    A name that leads nowhere is let through: it is asked again whenever something is sent.

    Raises:
        NotAllowed: it may not.
    """
    try:
        resolve(read(url), seconds)
    except NotResolved:
        return


def resolve(target: Target, seconds: float) -> list[Address]:
    """Return the addresses to which a target leads, all of them checked.

    Raises:
        NotResolved: its name leads nowhere, or nobody said so in time.
        NotAllowed: one of them is not public.
    """
    found = [target.address] if target.address else _looked_up(target, seconds)
    _require_public(target, found)
    return found


def is_public(address: Address) -> bool:
    """Return whether an address is one of the open Internet's, whichever way it is written."""
    if isinstance(address, IPv4Address):
        return address.is_global and not (address.is_multicast or address.is_reserved)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address not in _PUBLIC_IPV6 or any(address in network for network in _EMBEDS_IPV4):
        return False
    return address.is_global


def _require_public(target: Target, addresses: list[Address]) -> None:
    if target.is_listed or all(map(is_public, addresses)):
        return
    raise NotAllowed("Leads to an address that is not public")


def _host(name: str, netloc: str) -> tuple[str, Address | None]:
    """Return a host in its one spelling, and the IP address that it is, if it is one."""
    if "[" in netloc:
        return _ipv6_host(name, netloc)
    try:
        host = name.encode("idna").decode().lower().removesuffix(".")
    except UnicodeError:
        raise NotAllowed("Not the name of a host") from None
    labels = host.split(".")
    if len(host) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)):
        raise NotAllowed("Not the name of a host")
    if not _NUMBER.fullmatch(labels[-1]):
        return host, None
    try:  # 127.1, 0x7f.1 and 2130706433 are 127.0.0.1 to every resolver
        address = IPv4Address(socket.inet_aton(host))
    except OSError:
        raise NotAllowed("Not an IP address") from None
    return str(address), address


def _ipv6_host(name: str, netloc: str) -> tuple[str, Address]:
    try:
        address = IPv6Address(name)
    except ValueError:
        raise NotAllowed("Not an IP address") from None
    if not _IPV6.fullmatch(netloc):
        raise NotAllowed("Not an IP address")
    return str(address), address


def _looked_up(target: Target, seconds: float) -> list[Address]:
    """Ask for a name; the resolver's own patience is longer than anybody's here."""
    pool = ThreadPoolExecutor(1)
    asked = pool.submit(socket.getaddrinfo, target.host, target.port, type=socket.SOCK_STREAM)
    try:
        answers = asked.result(seconds)
    except (OSError, UnicodeError, TimeoutError):
        raise NotResolved from None
    finally:
        pool.shutdown(wait=False)
    return list(dict.fromkeys(ip_address(sockaddr[0]) for *_, sockaddr in answers))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
