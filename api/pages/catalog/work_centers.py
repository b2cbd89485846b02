"""Work centres: places that run work, how many machines they have, and what an hour costs."""

from uuid import UUID

from fastapi.responses import HTMLResponse

from api.deps import MayReadCatalog
from api.pages.catalog.master_data import Kind, Told, register
from api.pages.frame.routing import pages
from api.pages.frame.screen import TheScreen
from api.pages.frame.words import marked
from models.connections.postgres import read
from models.messages.catalog import WorkCenterDraft, WorkCenterFilters
from models.records.catalog import work_centers
from models.rules.access import Permission

router = pages("work centres")
WORK_CENTERS = Kind(
    path="/work-centers", parameter="work_center_id", template="catalog/work_center", reads=Permission.CATALOG_READ,
    code="code", kept=(), draft=WorkCenterDraft, filters=WorkCenterFilters, listed=work_centers.work_centers,
    read=work_centers.work_center, create=work_centers.create_work_center, change=work_centers.change_work_center,
    retire=work_centers.deactivate_work_center,
    told=Told(
        marked("Work centre %(name)s is added."), marked("Work centre %(name)s is saved."),
        marked("Work centre %(name)s is out of use."), marked("Work centre %(name)s is in use again."),
    ),
)  # fmt: skip
register(router, WORK_CENTERS)


@router.get("/work-centers/{work_center_id}")
def get_work_center(screen: TheScreen, work_center_id: UUID, actor: MayReadCatalog) -> HTMLResponse:
    """Show one work centre."""
    with read(actor.sight) as session:
        center = work_centers.work_center(session, work_center_id)
    return screen.show("catalog/work_center.html", center=center)
