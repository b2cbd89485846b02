"""Template files taken in: checked first, then made a draft."""

from typing import Annotated

from fastapi import Form, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from api import publishing
from api.deps import MayEditTemplates
from api.idempotency import OnceRunner
from api.pages.frame.asking import checked
from api.pages.frame.faults import reason
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from api.pages.templates.shown import shown
from models.connections.postgres import rehearse
from models.messages.access import Actor
from models.messages.template_library import TemplateImport, TemplateImported
from models.records.refusals import CatalogLacks, Refusal
from templates_engine.yaml_tree import FileRefused

router = pages("templates")
_LARGEST_FILE = 2_000_000
_LARGEST_FORM = 8_000_000


class ImportForm(BaseModel):
    """A template file, sent as text or as a file; only rehearsed unless `act` says import."""

    model_config = ConfigDict(str_max_length=_LARGEST_FORM)

    key: str = Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")
    yaml: str = ""
    create_missing: bool = False
    act: str = "check"
    file: UploadFile | None = None


@router.get("/templates/import")
def get_import(screen: TheScreen, actor: MayEditTemplates) -> HTMLResponse:  # noqa: ARG001 - the permission
    """Show where a template file is taken in."""
    return shown(screen, "templates/import.html", text="", create=False, told=None, problems=())


@router.post("/templates/import", max_body_size=_LARGEST_FORM)
def post_import(
    request: Request, screen: TheScreen, actor: MayEditTemplates,
    form: Annotated[ImportForm, Form(media_type="multipart/form-data")],
) -> Response:  # fmt: skip
    """Say what a file would do, or take it in and lead to its draft."""
    text = _text(form)
    try:
        wanted = checked(
            TemplateImport, {"yaml": text, "create_missing": form.create_missing, "dry_run": form.act != "import"}
        )
        told = _taken_in(request, actor, wanted, form.key)
    except RequestValidationError as fault:
        problems: tuple[str, ...] = tuple(reason(screen, one) for one in fault.errors())
    except FileRefused as refusal:
        problems = tuple(refusal.problems)
    except (CatalogLacks, Refusal) as refusal:
        problems = (screen.why(refusal),)
    else:
        if not told.dry_run:
            return screen.go(f"/templates/{told.template.id}/edit")
        return shown(screen, "templates/import.html", text=text, create=form.create_missing, told=told, problems=())
    return shown(
        screen, "templates/import.html", 422, text=text, create=form.create_missing, told=None, problems=problems
    )


def _text(form: ImportForm) -> str:
    """Return the file's text, of the upload where there is one; unreadable letters stay visible."""
    if form.file is None or not form.file.size:
        return form.yaml
    return form.file.file.read(_LARGEST_FILE + 1).decode("utf-8", "replace")


def _taken_in(request: Request, actor: Actor, wanted: TemplateImport, key: str) -> TemplateImported:
    if wanted.dry_run:
        with rehearse(actor.sight) as session:
            return publishing.import_yaml(session, actor, wanted)
    once = OnceRunner(request, actor, key)
    done = once(wanted, lambda session: publishing.import_yaml(session, actor, wanted), status=201)
    return TemplateImported.model_validate_json(bytes(done.body))
