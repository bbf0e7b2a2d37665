"""Signed papers and the counters their numbers come from. Ids and numbers only: the words stay with the matter."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.grid.models import one_of
from app.papers.kinds import PAPERS, PaperKind


class PaperCount(Base):
    """The last number of one organ's papers of one kind in one year; its row is locked while one is given."""

    __tablename__ = "paper_count"

    organ: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class SignedPaper(Base):
    """That a paper was signed: its number, by whom and when. One of a kind and organ for one matter."""

    __tablename__ = "paper"
    __table_args__ = (
        CheckConstraint(one_of("kind", PaperKind), name="kind"),
        UniqueConstraint("organ", "kind", "year", "place"),
        UniqueConstraint("subject_id", "kind", "organ"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[UUID]
    organ: Mapped[str] = mapped_column(String(32))
    organ_name: Mapped[str] = mapped_column(String(60))
    year: Mapped[int] = mapped_column(Integer)
    place: Mapped[int] = mapped_column(Integer)
    signed_at: Mapped[datetime]
    signed_by: Mapped[UUID | None]
    signed_post: Mapped[UUID | None]

    @property
    def number(self) -> str:
        """Organ, full year in six-corner brackets, number without a leading zero (GB/T 9704)."""
        return f"{self.organ_name}{PAPERS[PaperKind(self.kind)].word}〔{self.year}〕{self.place}号"
