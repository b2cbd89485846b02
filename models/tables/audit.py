from uuid import UUID

from sqlalchemy import BigInteger, Column
from sqlmodel import Field

from models.tables.base import Row


class AuditChain(Row, table=True):
    """The last link of a factory's audit trail, and the link before the oldest one that is kept.

    `unchained` entries were there before the first link.
    """

    __tablename__ = "audit_chains"

    tenant_id: UUID = Field(foreign_key="tenants.id", primary_key=True)
    seq: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    hash: str = Field(default="", max_length=64)
    anchor_seq: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    anchor_hash: str = Field(default="", max_length=64)
    unchained: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
