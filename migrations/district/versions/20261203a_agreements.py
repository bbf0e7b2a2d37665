"""Border agreements, and what addresses are found by"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "20261203a"
down_revision = "20261203"
branch_labels = None
depends_on = None

PLAIN = "upper(regexp_replace(normalize({}, NFKC), '[[:space:][:punct:]]+', '', 'g'))"
NAME, ADDRESS = PLAIN.format("name"), PLAIN.format("address")


def upgrade() -> None:
    op.create_table(
        "border_agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trail_hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("drawn", Geometry("GEOMETRY", 4326, spatial_index=False), nullable=False),
        sa.Column("ground", Geometry("MULTIPOLYGON", 4326, spatial_index=False), nullable=False),
        sa.Column("buffer_m", sa.Float(), nullable=True),
        sa.Column("basis", sa.String(length=400), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_post", sa.Uuid(), nullable=True),
        sa.Column("lead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("other_post", sa.Uuid(), nullable=True),
        sa.Column("other_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=400), nullable=True),
        sa.CheckConstraint(
            "state in ('proposed', 'agreed', 'declined', 'ended')", name=op.f("border_agreement_state_check")
        ),
        sa.CheckConstraint("lead_id <> other_id", name=op.f("border_agreement_sides_check")),
        sa.ForeignKeyConstraint(["lead_id"], ["area.id"], name=op.f("border_agreement_lead_id_fkey")),
        sa.ForeignKeyConstraint(["other_id"], ["area.id"], name=op.f("border_agreement_other_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("border_agreement_pkey")),
    )
    op.create_index("border_agreement_ground", "border_agreement", ["ground"], postgresql_using="gist")
    op.create_index(op.f("border_agreement_lead_id_idx"), "border_agreement", ["lead_id"])
    op.create_index(op.f("border_agreement_other_id_idx"), "border_agreement", ["other_id"])
    op.add_column(
        "estate", sa.Column("aliases", postgresql.ARRAY(sa.String(60)), server_default="{}", nullable=False)
    )
    op.add_column("estate", sa.Column("keys", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("estate", sa.Column("sought", sa.Text(), server_default="", nullable=False))
    op.execute(
        f"update estate set keys = array_remove(array[{NAME}, {ADDRESS}], null), "  # noqa: S608  # two constants
        f"sought = concat_ws(chr(10), {NAME}, {ADDRESS})"
    )
    op.create_index("dwelling_of_estate", "dwelling", ["estate_id", "door", "id"])
    op.drop_index(op.f("dwelling_estate_id_idx"), table_name="dwelling")
    op.create_index("dwelling_by_door", "dwelling", ["door", "id"])
    op.create_index(
        "area_named",
        "area",
        ["name"],
        postgresql_where=sa.literal_column("level = 'community' and valid_to is null"),
    )
