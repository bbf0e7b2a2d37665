"""What an office sets for its signs: the supervision phone, and since when its signs count."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class BoardSetting(Base):
    """One row a street or the district: its own counts before the one above it."""

    __tablename__ = "board_setting"

    area_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"), primary_key=True)
    call_number: Mapped[str | None] = mapped_column(String(30))
    reissued_on: Mapped[date | None]
    updated_at: Mapped[datetime]
    by_post: Mapped[UUID | None]
