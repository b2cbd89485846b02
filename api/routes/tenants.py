from fastapi import Request, Response

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import MayEditSettings
from api.errors import documented
from api.idempotency import Once
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.tenants import MailPosted, SettingsDraft, SettingsView
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


@router.post(
    "/settings/test-mail", status_code=202, summary="Send a test mail", response_model=MailPosted,
    responses=documented("conflict", "idempotency-key-missing"),
)  # fmt: skip
def send_test_mail(actor: MayEditSettings, once: Once) -> Response:
    """Send a mail to one's own address, by the way every mail takes."""
    return once(None, lambda session: records.post_test(session, actor), status=202)
