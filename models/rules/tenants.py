"""How an address names a factory."""

import re
from urllib.parse import urlsplit

# Two hyphens in the third and fourth place mean to browsers that the name is encoded in another script (punycode).
SLUG = re.compile(r"(?!..--)[a-z0-9](?:[a-z0-9-]{1,38}[a-z0-9])")
# Names that belong to the service itself, or that a customer could mistake for it.
RESERVED = frozenset({
    "admin", "api", "app", "assets", "auth", "billing", "blog", "cdn", "docs", "factoryos", "ftp", "help", "imap",
    "login", "mail", "mes", "ns1", "ns2", "pop", "root", "security", "smtp", "static", "status", "support", "system",
    "webmail", "www",
})  # fmt: skip


def tenant_named(host: str, domain: str) -> str | None:
    """Return the short name a host carries before the service's domain: acme.mes.example.com is acme."""
    host, suffix = host.lower().rstrip("."), f".{domain.lower()}"
    if not domain or not host.endswith(suffix):
        return None
    name = host.removesuffix(suffix)
    return name if SLUG.fullmatch(name) and name not in RESERVED else None


def home_of(slug: str, public_url: str, domain: str, fallback: str) -> str:
    """Return where a factory's people find it: its subdomain, else the installation's public address, else `fallback`.

    With a domain the scheme and port are those of the public address; without one, https.
    """
    if not domain:
        return (public_url or fallback).rstrip("/")
    public = urlsplit(public_url or "https://")
    port = f":{public.port}" if public.port else ""
    return f"{public.scheme}://{slug}.{domain}{port}"


def usable_slug(name: str) -> bool:
    """Tell whether a new factory may take this short name."""
    return SLUG.fullmatch(name) is not None and name not in RESERVED
