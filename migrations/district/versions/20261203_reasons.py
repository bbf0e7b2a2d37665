"""Evidence shown with an objection"""

import sqlalchemy as sa
from alembic import op

revision = "20261203"
down_revision = "20261202"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("order_evidence_issue_id_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["work_order.id"], name=op.f("order_evidence_order_id_fkey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("order_evidence_unit_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("order_evidence_pkey")),
    )
    op.create_index(op.f("order_evidence_issue_id_idx"), "order_evidence", ["issue_id"], unique=False)
    op.create_index(op.f("order_evidence_order_id_idx"), "order_evidence", ["order_id"], unique=False)
    op.create_index(op.f("order_evidence_sha256_idx"), "order_evidence", ["sha256"], unique=False)
    op.create_table(
        "report_in_evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("report_in_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_in_id"], ["report_in.id"], name=op.f("report_in_evidence_report_in_id_fkey")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("report_in_evidence_unit_id_fkey")),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("report_in_evidence_whistle_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("report_in_evidence_pkey")),
    )
    op.create_index(
        op.f("report_in_evidence_report_in_id_idx"), "report_in_evidence", ["report_in_id"], unique=False
    )
    op.create_index(op.f("report_in_evidence_sha256_idx"), "report_in_evidence", ["sha256"], unique=False)
