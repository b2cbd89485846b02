from typing import Annotated
from uuid import UUID

from fastapi import File, Path, Request, Response

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import PUBLIC, MayEditSettings, SignedIn
from api.errors import documented
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.branding import BrandDraft, BrandView
from models.records import branding as records
from models.rules.branding import accent_for
from models.rules.logos import LARGEST_BYTES

router = feature("branding")
# A logo is shown as a picture and nothing else: opened by itself it may load and run nothing.
_PICTURE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'none'; sandbox; frame-ancestors 'none'",
    "Content-Disposition": "inline",
    "Cache-Control": "public, max-age=31536000, immutable",
}


@router.get("/brand", summary="Read how the factory looks")
def get_brand(request: Request, response: Response, actor: SignedIn) -> BrandView:
    """Return the factory's shown name, colour and logo; its ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.brand(session, actor.tenant_id)
    return versioned(request, response, view)


@router.put("/brand", summary="Change how the factory looks", responses=documented("stale-version"))
def put_brand(draft: BrandDraft, response: Response, actor: MayEditSettings, expected: ExpectedVersion) -> BrandView:
    """Replace name and colour. A colour that could not be read is shown darker or lighter, so that it can."""
    with begin(actor.sight) as session:
        view = records.change_brand(session, actor, draft, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view


@router.put("/brand/logo", summary="Set the logo", responses=documented("invalid-request", "too-large"))
def put_logo(logo: Annotated[bytes, File(max_length=LARGEST_BYTES)], actor: MayEditSettings) -> BrandView:
    """Show a PNG, or an SVG of plain shapes, as the factory's logo; the same picture again changes nothing."""
    with begin(actor.sight) as session:
        return records.put_logo(session, actor, logo)


@router.delete("/brand/logo", summary="Take the logo away")
def delete_logo(actor: MayEditSettings) -> BrandView:
    """Show FactoryOS's own sign again."""
    with begin(actor.sight) as session:
        return records.drop_logo(session, actor)


@router.get(
    "/brands/{tenant_id}/logo/{logo_hash}", dependencies=[PUBLIC], summary="Get a factory's logo",
    response_class=Response, responses=documented("not-found"),
)  # fmt: skip
def get_logo(tenant_id: UUID, logo_hash: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Response:
    """Return the picture whose content has this hash, for pages of people who are not logged in yet, and for mails."""
    with read(tenant_id) as session:
        found = records.logo(session, logo_hash)
    return Response(found.content, media_type=found.media_type, headers=_PICTURE)


@router.get(
    "/colours/{accent}.css", dependencies=[PUBLIC], summary="Get a colour as a style sheet",
    response_class=Response,
)  # fmt: skip
def get_colours(accent: Annotated[str, Path(pattern="^[0-9a-f]{6}$")]) -> Response:
    """Return the tokens of both themes made of a colour, so that whatever stands in it or on it can be read."""
    rules = [
        f"{selector}{{--fo-accent:{made.accent};--fo-accent-strong:{made.strong};--fo-accent-tint:{made.tint};"
        f"--fo-on-accent:{made.on_accent}}}"
        for selector, theme in ((':root,[data-bs-theme="light"]', "light"), ('[data-bs-theme="dark"]', "dark"))
        for made in [accent_for(f"#{accent}", theme)]
    ]
    return Response(
        "\n".join(rules), media_type="text/css", headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )
