from tests.factories import other_tenant, tenant

__all__ = ["other_tenant", "tenant"]
