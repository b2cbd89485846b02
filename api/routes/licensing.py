from api.deps import MayEditSettings
from api.errors import documented
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.licensing import LicenceDraft, LicenceView
from models.records import licensing as records

router = feature("licensing")


@router.get("/licence", summary="Read the licence")
def get_licence(actor: MayEditSettings) -> LicenceView:
    """Return how it stands with the licence, and how many of its seats are taken."""
    with read(actor.sight) as session:
        return records.licence(session, actor.tenant_id)


@router.put("/licence", summary="Install a licence", responses=documented("licence-refused"))
def put_licence(draft: LicenceDraft, actor: MayEditSettings) -> LicenceView:
    """Put a licence in force in place of the one before. The same one again changes nothing."""
    with begin(actor.sight) as session:
        return records.install_licence(session, actor, draft)
