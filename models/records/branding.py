"""How a factory looks: its shown name, its colour and its logo."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from models.messages.access import Actor
from models.messages.branding import BrandDraft, BrandView
from models.records.refusals import Missing, Unfit
from models.records.versioned import change, lock, tell
from models.rules.logos import LogoRefused, kind_of
from models.tables.branding import Brand

_WHAT = "brand"
_DEFAULTS = text("""
    INSERT INTO brands (tenant_id, row_version, updated_at) VALUES (:tenant, 0, now()) ON CONFLICT DO NOTHING
""")
_WORN = text("""
    SELECT t.id AS tenant_id, coalesce(b.name, t.name) AS name, t.slug, b.accent, b.logo_hash, b.logo_type
      FROM tenants t LEFT JOIN brands b ON b.tenant_id = t.id WHERE t.id = :tenant
""")
_LOGO = text("SELECT logo, logo_type FROM brands WHERE logo_hash = :hash")


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture as it is sent to browsers."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Worn:
    """What a factory's mail wears."""

    tenant_id: UUID
    name: str
    slug: str
    accent: str | None
    logo_hash: str | None
    logo_type: str | None


def worn(session: Session, tenant_id: UUID) -> Worn:
    """Return what a factory's mail wears."""
    return Worn(*session.execute(_WORN, {"tenant": tenant_id}).one())


def brand(session: Session, tenant_id: UUID) -> BrandView:
    """Return how a factory looks, or that it looks like FactoryOS."""
    row = session.get(Brand, tenant_id)
    return BrandView(tenant_id=tenant_id) if row is None else _view(row)


def change_brand(session: Session, actor: Actor, draft: BrandDraft, expected: int) -> BrandView:
    """Replace name and colour; the logo stays. Raises Stale."""
    row, before = _locked(session, actor, expected)
    return _changed(session, actor, row, before, draft.model_dump())


def put_logo(session: Session, actor: Actor, content: bytes) -> BrandView:
    """Show a picture as the factory's logo. Raises Unfit for one that is not safe to show."""
    try:
        media_type = kind_of(content)
    except LogoRefused as refusal:
        raise Unfit(refusal.args[0], "/logo") from refusal
    row, before = _locked(session, actor)
    values = {"logo": content, "logo_type": media_type, "logo_hash": sha256(content).hexdigest()}
    return _changed(session, actor, row, before, values)


def drop_logo(session: Session, actor: Actor) -> BrandView:
    """Show FactoryOS's own sign again."""
    row, before = _locked(session, actor)
    return _changed(session, actor, row, before, {"logo": None, "logo_type": None, "logo_hash": None})


def logo(session: Session, digest: str) -> Logo:
    """Return a factory's logo by the hash of its content. Raises Missing for any other than the present one."""
    row = session.execute(_LOGO, {"hash": digest}).first()
    if row is None or row.logo is None:
        raise Missing("logo", digest[:64])
    return Logo(bytes(row.logo), row.logo_type)


def _locked(session: Session, actor: Actor, expected: int | None = None) -> tuple[Brand, BrandView]:
    session.execute(_DEFAULTS, {"tenant": actor.tenant_id})
    row = lock(session, Brand, _WHAT, actor.tenant_id, expected)
    return row, _view(row)


def _changed(session: Session, actor: Actor, row: Brand, before: BrandView, values: Mapping[str, object]) -> BrandView:
    if change(session, row, values):
        tell(session, actor, "brand:changed", actor.tenant_id, module="tenants", before=before, after=_view(row))
    return _view(row)


def _view(row: Brand) -> BrandView:
    return BrandView.model_validate(row.model_dump(exclude={"logo"}))
