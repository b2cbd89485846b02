"""Where calls to outside may go: to public addresses over TLS, and into networks that the operator named."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from models.rules.sentences import Sentence

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PORTS = frozenset({80, 443, *range(1024, 65536)})  # below 1024 live mail, names, files and remote shells
# What an installation of a company's own calls home; link-local is not among them.
_OWN_NETWORKS = tuple(
    ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "::1/128")
)
# Clouds answer here with the machine's own credentials. Most are link-local; these are not.
_METADATA = frozenset({IPv4Address("168.63.129.16"), IPv4Address("100.100.100.200"), IPv6Address("fd00:ec2::254")})
# What stands for an IPv4 address (mapped, translated, compatible, NAT64, 6to4, Teredo), and what was private once.
_NOT_WHAT_THEY_SEEM = tuple(
    ip_network(one)
    for one in (
        "::ffff:0:0/96", "::ffff:0:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32",
        "192.88.99.0/24", "192.0.0.0/24", "fec0::/10",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reach:
    """How far calls of one kind may go beyond public addresses: into `networks`, and with `private` into one's own."""

    networks: tuple[Network, ...] = ()
    private: bool = False


def networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a list such as `10.1.0.0/16, fd12::/48`. Raises ValueError naming what is none."""
    return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())


def why_not(scheme: str, port: int, address: Address, reach: Reach) -> Sentence | None:
    """Return in words why a call may not be made, None where it may."""
    if scheme not in {"http", "https"}:
        return Sentence("only http and https addresses are called")
    if port not in _PORTS:
        return Sentence("only the ports 80, 443 and those from 1024 on are called")
    trusted = _is_trusted(address, reach)
    if not trusted and not is_public(address):
        return Sentence("it leads to an address inside a private or special network")
    if scheme == "http" and not trusted:
        return Sentence("it must begin with https://")
    return None


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the open internet, and does not stand for another one."""
    if any(address in network for network in _NOT_WHAT_THEY_SEEM):
        return False
    special = address.is_multicast or address.is_reserved or address.is_link_local or address.is_unspecified
    return address.is_global and not special and address not in _METADATA


def _is_trusted(address: Address, reach: Reach) -> bool:
    if any(address in network for network in reach.networks):
        return True
    return reach.private and address not in _METADATA and any(address in network for network in _OWN_NETWORKS)


def is_local_path(path: str) -> bool:
    """Tell whether a path leads to a page of ours: `//` and backslashes would let a browser leave for another host."""
    plain = path.isascii() and path.isprintable() and not any(letter in path for letter in "\\ ")
    return plain and path.startswith("/") and not path.startswith("//")
