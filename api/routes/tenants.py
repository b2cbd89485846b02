from fastapi import Request, Response

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayEditSettings
from api.errors import documented
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.tenants import SettingsDraft, SettingsView
from models.records import tenants as records

router = feature("tenants")


@router.get("/settings", summary="Read the factory's settings")
def get_settings(request: Request, response: Response, actor: MayEditSettings) -> SettingsView:
    """Return what the factory has decided for all its people; its ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.settings(session, actor.tenant_id)
    return versioned(request, response, view)


@router.put("/settings", summary="Change the factory's settings", responses=documented("stale-version"))
def put_settings(
    draft: SettingsDraft, response: Response, actor: MayEditSettings, expected: ExpectedVersion
) -> SettingsView:
    """Replace the settings; what is left out takes its default. Audit entries older than kept go within a day."""
    with begin(actor.sight) as session:
        view = records.change_settings(session, actor, draft, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view
