"""Sign boards and office papers"""

import sqlalchemy as sa
from alembic import op

revision = "20261202"
down_revision = "20261201"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "board_setting",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("call_number", sa.String(length=30), nullable=True),
        sa.Column("reissued_on", sa.Date(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_post", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("board_setting_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", name=op.f("board_setting_pkey")),
    )
    op.create_table(
        "paper_count",
        sa.Column("organ", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organ", "kind", "year", name=op.f("paper_count_pkey")),
    )
    op.create_table(
        "paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.String(length=32), nullable=False),
        sa.Column("organ_name", sa.String(length=60), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=True),
        sa.Column("signed_post", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind in ('supervision_order', 'archive', 'whistle', 'countersign', 'receipt')",
            name=op.f("paper_kind_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("paper_pkey")),
        sa.UniqueConstraint("organ", "kind", "year", "place", name=op.f("paper_organ_kind_year_place_key")),
        sa.UniqueConstraint("subject_id", "kind", "organ", name=op.f("paper_subject_id_kind_organ_key")),
    )
