from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.database.mixins import TenantMixin, TimestampMixin, UUIDMixin, tenant_foreign_key


class ApiKey(UUIDMixin, TimestampMixin, TenantMixin, Base):
    """`hint` is how the key begins and ends, so that users can tell keys apart.

    A key is deleted with its maker: a user (`created_by`) or another key (`parent_id`).
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        tenant_foreign_key("parent_id", "api_keys", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "secret_hash"),
        Index(None, "tenant_id", "parent_id"),
    )

    name: Mapped[str] = mapped_column(String(120))
    hint: Mapped[str] = mapped_column(String(20))
    secret_hash: Mapped[str] = mapped_column(String(64))
    permissions: Mapped[list[str]] = mapped_column(ARRAY(String(120)))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    parent_id: Mapped[UUID | None]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
