"""One notice to a post, to a unit, or to the desk of an area: ids, codes and times only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import LEFT_TO_DEFAULT as LATER
from app.core.db import Base


class Notice(Base):
    """That somebody has to know. A later one of the same kind on the same matter takes the place of an unread one,
    and `times` says how many it stands for; `ring_at` is the first moment a phone may ring.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("num_nonnulls(post_id, unit_id, area_id) = 1", name="addressee"),
        CheckConstraint("(area_id is null) = (role is null)", name="desk"),
        Index("notice_of_post", "post_id", "at", "id", postgresql_where=literal_column("post_id is not null")),
        Index("notice_of_unit", "unit_id", "at", "id", postgresql_where=literal_column("unit_id is not null")),
        Index("notice_of_desk", "area_id", "at", "id", postgresql_where=literal_column("area_id is not null")),
        Index(None, "event_id"),
        Index(
            "notice_unread", "subject_id", "kind", "part", "post_id", "unit_id", "area_id", "role",
            unique=True, postgresql_where=literal_column("read_at is null"), postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"))
    role: Mapped[str | None] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(40))
    part: Mapped[str | None] = mapped_column(String(20))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID]
    event_id: Mapped[UUID] = mapped_column(ForeignKey("outbox.id"))
    at: Mapped[datetime]
    ring_at: Mapped[datetime]
    times: Mapped[int] = mapped_column(Integer, default=1, server_default="1", info=LATER)
    read_at: Mapped[datetime | None] = mapped_column(info=LATER)
