"""The search attributes an operator can filter by in Temporal's own UI; no names, no secrets."""

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from models.messages.base import Id, Instant

TENANT = SearchAttributeKey.for_keyword("TenantId")
STATUS = SearchAttributeKey.for_keyword("JobStatus")
ORDER = SearchAttributeKey.for_keyword("OrderId")
SITE = SearchAttributeKey.for_keyword("SiteId")
DUE = SearchAttributeKey.for_datetime("DueAt")


def attributes(*, tenant: Id, order: Id, site: str, due: Instant, status: str) -> TypedSearchAttributes:
    """Return the attributes a workflow of an order or job starts with."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(TENANT, str(tenant)),
            SearchAttributePair(ORDER, str(order)),
            SearchAttributePair(SITE, site),
            SearchAttributePair(DUE, due),
            SearchAttributePair(STATUS, status),
        ]
    )
