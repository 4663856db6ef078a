"""Where receivers may be: on the public internet, at https and port 443, under a name.

A URL that an owner gives could make us call what only we can reach: the runtime API of Lambda,
services of the account, a machine beside us. So a host is a name, never an address in any
spelling; what the name stands for is looked up by us, all of it has to be public, and the
connection goes to what was looked up. Origins that the deployment trusts are exempt.
"""

import ipaddress
import re
from collections.abc import Collection, Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LONGEST = 2_048
_PLAIN = re.compile(r"[!-~]+")
_FORBIDDEN = frozenset('\\"<>^`{|}')
_NAME = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)
_ORIGIN = re.compile(r"(https?)://([A-Za-z0-9.:\[\]-]+)")
_OUR_OWN = (
    *(
        "localhost",
        "localdomain",
        "local",
        "internal",
        "intranet",
        "private",
        "corp",
        "home",
        "lan",
        "host",
    ),
    *("home.arpa", "in-addr.arpa", "ip6.arpa", "onion", "test", "invalid", "example", "alt"),
)
"""Names that are never somebody's on the public internet."""

_PORTS = {"https": 443, "http": 80}
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_SPECIAL = (
    ipaddress.IPv6Network("2001::/23"),  # Teredo, and names in the form of addresses
    ipaddress.IPv6Network("2002::/16"),  # 6to4
    ipaddress.IPv4Network("192.88.99.0/24"),  # relays of 6to4
    ipaddress.IPv6Network("3fff::/20"),  # for documents
)
"""What looks public and is not, or leads on to the address that it holds."""


class Forbidden(ValueError):
    """A URL, or what its host stands for, that may not be called. The message says why."""


class Target(NamedTuple):
    """Where to send: ``path`` with its query; ``trusted`` ones may be anywhere."""

    scheme: str
    host: str
    port: int
    path: str
    trusted: bool

    @property
    def authority(self) -> str:
        """Give the host as a request names it."""
        named = f"[{self.host}]" if ":" in self.host else self.host
        return named if self.port == _PORTS[self.scheme] else f"{named}:{self.port}"


def target_of(url: str, trusted: Collection[str] = ()) -> Target:
    """Read the URL of a receiver. Raises Forbidden.

    ``trusted`` are origins as in ``http://127.0.0.1:9400``.
    """
    if len(url) > _LONGEST or not _PLAIN.fullmatch(url) or _FORBIDDEN & set(url):
        raise Forbidden("This is not a URL of at most 2048 plain characters.")
    origin = _ORIGIN.match(url)
    if origin is None or "#" in url:
        raise Forbidden("This is not an https URL without user, password and fragment.")
    rest = url[origin.end() :]
    if rest and rest[0] not in "/?":
        raise Forbidden("The host is not a name in plain letters.")
    path = rest if rest.startswith("/") else f"/{rest}"
    if origin[0] in trusted:
        return _trusted(origin[0], path)
    return _public(origin[1], origin[2].lower(), path)


def _trusted(origin: str, path: str) -> Target:
    """Read an origin that the deployment names."""
    split = urlsplit(origin)
    port = split.port or _PORTS[split.scheme]
    return Target(split.scheme, split.hostname or "", port, path, trusted=True)


def _public(scheme: str, authority: str, path: str) -> Target:
    """Read an owner's. Raises Forbidden."""
    host = authority.removesuffix(":443")
    if scheme != "https":
        raise Forbidden("Only https is called.")
    if ":" in host:
        raise Forbidden("Only port 443 of a named host is called.")
    if not _NAME.fullmatch(host):
        raise Forbidden("The host has to be a public name, not an address.")
    if any(host == own or host.endswith(f".{own}") for own in _OUR_OWN):
        raise Forbidden("This host is not on the public internet.")
    return Target(scheme, host, _PORTS["https"], path, trusted=False)


def refuse_inside(addresses: Iterable[str]) -> None:
    """Refuse a host if any of its addresses is not public. Raises Forbidden."""
    if not all(is_public(each) for each in addresses):
        raise Forbidden("This host is not on the public internet.")


def is_public(text: str) -> bool:
    """Tell whether an address is somebody's on the public internet, and leads nowhere else."""
    try:
        address: Address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    known = any(address.version == net.version and address in net for net in _SPECIAL)
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not known and not special
