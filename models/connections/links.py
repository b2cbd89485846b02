"""Addresses for mail. They come from the settings alone: what a request says of its host could be anybody's."""

from models.connections.settings import settings
from models.rules.tenants import home_of


def home(slug: str) -> str:
    """Return where a factory's people find it."""
    now = settings()
    domain = now.factoryos_domain if now.factoryos_mode == "saas" else ""
    return home_of(slug, now.factoryos_public_url, domain, f"http://{now.factoryos_host}:{now.factoryos_port}")
