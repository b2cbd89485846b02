"""The licence: who holds it, how many seats are taken, until when; and installing another."""

from typing import Annotated

from fastapi import File, Form, Response, UploadFile
from fastapi.responses import HTMLResponse

from api.deps import MayEditSettings
from api.pages.frame.routing import pages
from api.pages.frame.screen import Screen, TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import begin, read
from models.messages.access import Actor
from models.messages.licensing import LicenceDraft
from models.records import licensing as records
from models.records.refusals import LicenceRefused

router = pages("licensing")
_LONGEST = 8000
_INSTALLED = marked("The licence of %(holder)s is in force.")
_NONE_GIVEN = marked("Paste the licence, or choose its file.")
_TOO_LONG = marked("This is far too long to be a licence; choose the file that the vendor sent.")


@router.get("/settings/licence")
def get_licence(screen: TheScreen, actor: MayEditSettings) -> HTMLResponse:
    """Show how it stands with the licence."""
    return _show(screen, actor)


@router.post("/settings/licence")
def post_licence(
    screen: TheScreen,
    actor: MayEditSettings,
    licence: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Install what was pasted, else the file; what is wrong with it is told at its field."""
    content = licence.strip() or _text_of(file)
    if not content:
        return _show(screen, actor, fault=screen.words(_NONE_GIVEN))
    if len(content) > _LONGEST:
        return _show(screen, actor, fault=screen.words(_TOO_LONG))
    try:
        with begin(actor.sight) as session:
            view = records.install_licence(session, actor, LicenceDraft(licence=content))
    except LicenceRefused as refusal:
        return _show(screen, actor, given=licence, fault=screen.why(refusal))
    said = screen.words(_INSTALLED, holder=view.licence.holder if view.licence else "")
    return screen.go("/settings/licence", said=said)


def _text_of(file: UploadFile | None) -> str:
    """Return a small file's text; what is no text is no licence, and is told so when it is read."""
    return "" if file is None else file.file.read(_LONGEST + 1).decode("utf-8", errors="replace").strip()


def _show(screen: Screen, actor: Actor, *, given: str = "", fault: str = "") -> HTMLResponse:
    with read(actor.sight) as session:
        view = records.licence(session, actor.tenant_id)
    return screen.show("licensing/page.html", 422 if fault else 200, view=view, given=given, fault=fault)
