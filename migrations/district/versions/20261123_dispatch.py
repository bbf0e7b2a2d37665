"""The catalogue and the work orders of units."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123"
down_revision = "20261122"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("not_to_community", sa.Boolean(), nullable=False),
        sa.Column("legal_basis", sa.String(length=400), nullable=False),
        sa.Column("list_code", sa.String(length=40), nullable=True),
        sa.Column("assist_units", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("verify", sa.Boolean(), nullable=False),
        sa.Column("needs_release", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "level in ('district', 'street', 'community')", name=op.f("catalogue_item_level_check")
        ),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["unit.id"], name=op.f("catalogue_item_owner_unit_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("catalogue_item_pkey")),
    )
    op.create_index(
        op.f("catalogue_item_category_valid_from_idx"), "catalogue_item", ["category", "valid_from"], unique=False
    )
    op.create_table(
        "work_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trail_hash", sa.LargeBinary(), nullable=False),
        sa.Column("binding", sa.Boolean(), nullable=False),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("catalogue_item_id", sa.Uuid(), nullable=True),
        sa.Column("verify", sa.Boolean(), nullable=False),
        sa.Column("needs_release", sa.Boolean(), nullable=False),
        sa.Column("dispatched_by", sa.Uuid(), nullable=True),
        sa.Column("dispatched_post", sa.Uuid(), nullable=True),
        sa.Column("dispatched_unit_id", sa.Uuid(), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("copied_to", sa.Uuid(), nullable=True),
        sa.Column("object_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deemed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("assigned_post_id", sa.Uuid(), nullable=True),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ground", sa.String(length=30), nullable=True),
        sa.Column("objected_by", sa.Uuid(), nullable=True),
        sa.Column("objected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong_owner", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("result", sa.String(length=30), nullable=True),
        sa.Column("handed_in_by", sa.Uuid(), nullable=True),
        sa.Column("review_open", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role in ('lead', 'assist')", name=op.f("work_order_role_check")),
        sa.CheckConstraint(
            "state in ('issued', 'signed', 'handling', 'in_review', 'objected', 'done', 'released', 'recalled')",
            name=op.f("work_order_state_check"),
        ),
        sa.ForeignKeyConstraint(["assigned_post_id"], ["post.id"], name=op.f("work_order_assigned_post_id_fkey")),
        sa.ForeignKeyConstraint(
            ["catalogue_item_id"], ["catalogue_item.id"], name=op.f("work_order_catalogue_item_id_fkey")
        ),
        sa.ForeignKeyConstraint(["copied_to"], ["area.id"], name=op.f("work_order_copied_to_fkey")),
        sa.ForeignKeyConstraint(
            ["dispatched_unit_id"], ["unit.id"], name=op.f("work_order_dispatched_unit_id_fkey")
        ),
        sa.ForeignKeyConstraint(["follows_id"], ["work_order.id"], name=op.f("work_order_follows_id_fkey")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("work_order_issue_id_fkey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("work_order_unit_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("work_order_pkey")),
    )
    op.create_index(op.f("work_order_dispatched_at_idx"), "work_order", ["dispatched_at"], unique=False)
    op.create_index(op.f("work_order_issue_id_idx"), "work_order", ["issue_id"], unique=False)
    op.create_index(
        "work_order_lead",
        "work_order",
        ["issue_id"],
        unique=True,
        postgresql_where=sa.text("role = 'lead' and state not in ('released', 'recalled')"),
    )
    op.create_index(
        "work_order_open",
        "work_order",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("finished_at is null"),
    )
    op.create_index(
        "work_order_queue",
        "work_order",
        ["unit_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("finished_at is null"),
    )
