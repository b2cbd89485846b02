from typing import Annotated

from fastapi import Query

from api.deps import MayReadOwnWorkOrders
from api.errors import documented
from api.routing import feature
from models.connections.postgres import read
from models.messages.scanning import Scanned
from models.records import scanning as records

router = feature("scanning", "/scan")
ScannedCode = Annotated[
    str, Query(min_length=1, max_length=300, description="What the code says, or an address that holds it")
]


@router.get("", summary="Find what a scanned code means", responses=documented("not-found"))
def get_scanned(code: ScannedCode, actor: MayReadOwnWorkOrders) -> Scanned:
    """Return the work order, job, part, lot, station or person whose code was scanned, whatever printed it."""
    with read(actor.sight) as session:
        return records.scanned(session, actor, code)
