from fastapi import Request, Response

from api.conditional import ExpectedVersion, etag, versioned
from api.deps import SignedIn
from api.errors import documented
from api.in_person import require_in_person
from api.routing import feature
from models.connections.postgres import begin, read
from models.messages.people import Profile, ProfileDraft
from models.records.access import users as records

router = feature("profile", "/profile")


@router.get("", summary="Read your profile")
def get_profile(request: Request, response: Response, actor: SignedIn) -> Profile:
    """Return your name, address, language and time zone; the ETag is what a change must name."""
    with read(actor.sight) as session:
        view = records.profile(session, actor)
    return versioned(request, response, view)


@router.put("", summary="Change your profile", responses=documented("stale-version", "already-exists", "forbidden"))
def put_profile(draft: ProfileDraft, response: Response, actor: SignedIn, expected: ExpectedVersion) -> Profile:
    """Replace your name, address, language and time zone; not with an API key, nor at a shared screen."""
    require_in_person(actor)
    with begin(actor.sight) as session:
        view = records.change_profile(session, actor, draft, expected)
    response.headers["ETag"] = etag(view.row_version)
    return view
