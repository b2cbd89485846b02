"""What a Temporal namespace needs before our workflows run in it. Every act may be repeated."""

from datetime import timedelta

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from deploy.stack.probes import run_apart

RETENTION = timedelta(days=90)  # the development server keeps closed workflows for one day only
SEARCH_ATTRIBUTES: dict[str, IndexedValueType.ValueType] = {
    "TenantId": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "JobStatus": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "OrderId": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "SiteId": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "DueAt": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}


async def ensure_search_attributes(client: Client) -> None:
    """Register the search attributes that the client's namespace lacks. Raises temporalio.service.RPCError."""
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = {name: kind for name, kind in SEARCH_ATTRIBUTES.items() if name not in listed.custom_attributes}
    if not missing:
        return
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:  # another process was quicker
            raise


def raise_retention(address: str, namespace: str) -> None:
    """Keep closed workflows for RETENTION, so that last month's job can still be explained."""

    async def update() -> None:
        client = await Client.connect(address, namespace=namespace)
        config = NamespaceConfig()
        config.workflow_execution_retention_ttl.FromTimedelta(RETENTION)
        await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=namespace, config=config))

    run_apart(update())
