"""Changes of the ground"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261204"
down_revision = "20261203"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trail_hash", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.String(length=400), nullable=True),
        sa.Column("accept", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_post", sa.Uuid(), nullable=True),
        sa.Column("drafted_unit_id", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=True),
        sa.Column("effect_xid", sa.BigInteger(), nullable=True),
        sa.Column("effect", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved", sa.Integer(), server_default="0", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind in ('split', 'merge', 'redraw', 'move', 'rename', 'upgrade', 'hand_over', 'open', 'close')",
            name=op.f("area_change_kind_check"),
        ),
        sa.CheckConstraint(
            "state in ('draft', 'submitted', 'street_agreed', 'scheduled', 'in_effect', 'settled', 'declined', 'withdrawn')",
            name=op.f("area_change_state_check"),
        ),
        sa.ForeignKeyConstraint(["street_id"], ["area.id"], name=op.f("area_change_street_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("area_change_pkey")),
    )
    op.create_index(op.f("area_change_drafted_at_id_idx"), "area_change", ["drafted_at", "id"], unique=False)
    op.create_index(
        "area_change_open", "area_change", ["state"], unique=False, postgresql_where=sa.text("settled_at is null")
    )
    op.create_table(
        "area_lineage",
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["area.id"], name=op.f("area_lineage_from_id_fkey")),
        sa.ForeignKeyConstraint(["to_id"], ["area.id"], name=op.f("area_lineage_to_id_fkey")),
        sa.PrimaryKeyConstraint("from_id", "to_id", "change_id", name=op.f("area_lineage_pkey")),
    )
    op.create_index(op.f("area_lineage_change_id_idx"), "area_lineage", ["change_id"], unique=False)
    op.create_index(op.f("area_lineage_to_id_idx"), "area_lineage", ["to_id"], unique=False)
    op.create_table(
        "area_past",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=30), nullable=True),
        sa.Column("rural", sa.Boolean(), nullable=False),
        sa.Column("governed_by", sa.String(length=60), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("district_id", sa.Uuid(), nullable=True),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("building_group_id", sa.Uuid(), nullable=True),
        sa.Column("path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("area_past_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "until", name=op.f("area_past_pkey")),
    )
    op.create_index(op.f("area_past_change_id_idx"), "area_past", ["change_id"], unique=False)
    op.create_table(
        "changed_ground",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("part in ('subject', 'neighbour', 'receiver')", name=op.f("changed_ground_part_check")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("changed_ground_area_id_fkey")),
        sa.ForeignKeyConstraint(["change_id"], ["area_change.id"], name=op.f("changed_ground_change_id_fkey")),
        sa.PrimaryKeyConstraint("change_id", "area_id", name=op.f("changed_ground_pkey")),
    )
    op.create_index(op.f("changed_ground_area_id_idx"), "changed_ground", ["area_id"], unique=False)
    op.create_index(op.f("changed_ground_community_id_idx"), "changed_ground", ["community_id"], unique=False)
    op.create_index(op.f("changed_ground_street_id_idx"), "changed_ground", ["street_id"], unique=False)
    op.add_column("area", sa.Column("successor_id", sa.Uuid(), nullable=True))
    op.create_index(
        "area_successor",
        "area",
        ["successor_id"],
        unique=False,
        postgresql_where=sa.text("successor_id is not null"),
    )
    op.add_column("dwelling", sa.Column("origin_id", sa.Uuid(), nullable=True))
    op.drop_index(op.f("dwelling_door"), table_name="dwelling")
    op.create_index(
        "dwelling_door",
        "dwelling",
        ["area_id", "origin_id", "building", "entrance", "room"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
