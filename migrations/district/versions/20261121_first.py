"""Ground, people, issues, trail, outbox"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import UserDefinedType


class Xid8(UserDefinedType[int]):
    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


revision = "20261121"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("rural", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=30), nullable=True),
        sa.Column("governed_by", sa.String(length=60), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("district_id", sa.Uuid(), nullable=True),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("building_group_id", sa.Uuid(), nullable=True),
        sa.Column("path", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('general', 'dedicated')", name=op.f("area_kind_check")),
        sa.CheckConstraint(
            "level in ('district', 'street', 'community', 'grid', 'building_group')",
            name=op.f("area_level_check"),
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["area.id"], name=op.f("area_parent_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("area_pkey")),
    )
    op.create_index("area_code_now", "area", ["code"], unique=True, postgresql_where=sa.text("valid_to is null"))
    op.create_index(op.f("area_level_code_idx"), "area", ["level", "code"], unique=False)
    op.create_index(op.f("area_parent_id_idx"), "area", ["parent_id"], unique=False)
    op.create_table(
        "category",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("parent_code", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("need", sa.Boolean(), nullable=False),
        sa.Column("building", sa.Boolean(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("category_pkey")),
    )
    op.create_table(
        "idempotency",
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("route", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", "route", "key", name=op.f("idempotency_pkey")),
    )
    op.create_index(op.f("idempotency_at_idx"), "idempotency", ["at"], unique=False)
    op.create_table(
        "issue_day",
        sa.Column("street_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("raised", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("street_id", "day", name=op.f("issue_day_pkey")),
    )
    op.create_table(
        "limit_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clock", sa.String(length=20), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=True),
        sa.Column("urgency", sa.String(length=20), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("unit in ('minutes', 'hours', 'days')", name=op.f("limit_rule_unit_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("limit_rule_pkey")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("outbox_pkey")),
    )
    op.create_index(
        "outbox_due",
        "outbox",
        ["next_try_at", "id"],
        unique=False,
        postgresql_where=sa.text("done_at is null"),
    )
    op.create_index(
        "outbox_waiting",
        "outbox",
        ["subject_id", "seq"],
        unique=False,
        postgresql_where=sa.text("done_at is null"),
    )
    op.create_table(
        "party_org",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind in ('work_committee', 'committee', 'general_branch', 'branch', 'party_group')",
            name=op.f("party_org_kind_check"),
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["party_org.id"], name=op.f("party_org_parent_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("party_org_pkey")),
    )
    op.create_table(
        "trail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=True),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("v", sa.SmallInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("trail_pkey")),
        sa.UniqueConstraint("subject_id", "seq", name=op.f("trail_subject_id_seq_key")),
    )
    op.create_table(
        "area_code",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("area_code_area_id_fkey")),
        sa.PrimaryKeyConstraint("code", name=op.f("area_code_pkey")),
    )
    op.create_geospatial_table(
        "boundary",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("area_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="boundary_one_at_a_time",
        ),
        sa.CheckConstraint("source in ('surveyed', 'drawn', 'derived')", name=op.f("boundary_source_check")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("boundary_area_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("boundary_pkey")),
    )
    op.create_geospatial_index(
        "boundary_geom", "boundary", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "delivery",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("handler", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["outbox.id"], name=op.f("delivery_event_id_fkey")),
        sa.PrimaryKeyConstraint("event_id", "handler", name=op.f("delivery_pkey")),
    )
    op.create_table(
        "grid_category",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("grid_category_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "category", name=op.f("grid_category_pkey")),
    )
    op.create_table(
        "overlap",
        sa.Column("loser_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("m2", sa.Float(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["loser_id"], ["area.id"], name=op.f("overlap_loser_id_fkey")),
        sa.ForeignKeyConstraint(["owner_id"], ["area.id"], name=op.f("overlap_owner_id_fkey")),
        sa.PrimaryKeyConstraint("loser_id", "owner_id", name=op.f("overlap_pkey")),
    )
    op.create_table(
        "party_org_area",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("party_org_area_area_id_fkey")),
        sa.ForeignKeyConstraint(["org_id"], ["party_org.id"], name=op.f("party_org_area_org_id_fkey")),
        sa.PrimaryKeyConstraint("org_id", "area_id", "valid_from", name=op.f("party_org_area_pkey")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("vertical", sa.Boolean(), nullable=False),
        sa.Column("dissolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind in ('office', 'department', 'stationed_unit', 'institution', 'property_firm', 'owners_committee', 'volunteer_team', 'enterprise')",
            name=op.f("unit_kind_check"),
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("unit_area_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("unit_pkey")),
        sa.UniqueConstraint("code", name=op.f("unit_code_key")),
    )
    op.create_index(
        "unit_of_area", "unit", ["area_id"], unique=True, postgresql_where=sa.text("dissolved_at is null")
    )
    op.create_geospatial_table(
        "issue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trail_hash", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("urgency", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("category_version", sa.SmallInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("place_text", sa.String(length=400), nullable=True),
        sa.Column(
            "point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("point_source", sa.String(length=20), nullable=True),
        sa.Column("placement", sa.String(length=20), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("boundary_id", sa.Uuid(), nullable=True),
        sa.Column("district_id", sa.Uuid(), nullable=True),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("building_group_id", sa.Uuid(), nullable=True),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column("explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("screening", sa.Boolean(), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=60), nullable=True),
        sa.Column("head_count", sa.Integer(), nullable=True),
        sa.Column("respondent_unit_id", sa.Uuid(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "placement in ('placed', 'near_border', 'coarse', 'outside', 'no_point')",
            name=op.f("issue_placement_check"),
        ),
        sa.CheckConstraint(
            "state in ('raised', 'assigned', 'handling', 'answered', 'closed')",
            name=op.f("issue_state_check"),
        ),
        sa.ForeignKeyConstraint(["respondent_unit_id"], ["unit.id"], name=op.f("issue_respondent_unit_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("issue_pkey")),
        sa.UniqueConstraint("number", name=op.f("issue_number_key")),
    )
    op.create_index("issue_all", "issue", ["raised_at", "id"], unique=False)
    op.create_index(
        "issue_queue", "issue", ["due_at", "id"], unique=False, postgresql_where=sa.text("closed_at is null")
    )
    op.create_index(
        "issue_queue_community",
        "issue",
        ["community_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index(
        "issue_queue_grid",
        "issue",
        ["grid_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index(
        "issue_queue_holder",
        "issue",
        ["holder_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index(
        "issue_queue_street",
        "issue",
        ["street_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index(
        "issue_words",
        "issue",
        [sa.literal_column("shared.bigrams(text)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "post",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("rank", sa.String(length=1), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("rank in ('A', 'B')", name=op.f("post_rank_check")),
        sa.CheckConstraint(
            "role in ('grid_worker', 'grid_leader', 'building_leader', 'pioneer', 'order_aide', 'cleaner', 'community_officer', 'community_secretary', 'street_dispatcher', 'street_secretary', 'department_officer', 'department_head', 'district_supervisor', 'district_admin', 'auditor')",
            name=op.f("post_role_check"),
        ),
        sa.CheckConstraint("(area_id is null) <> (unit_id is null)", name=op.f("post_over_one_check")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("post_area_id_fkey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("post_unit_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("post_pkey")),
    )
    op.create_index(op.f("post_account_id_idx"), "post", ["account_id"], unique=False)
    op.create_index(op.f("post_area_id_role_idx"), "post", ["area_id", "role"], unique=False)
    op.create_index(op.f("post_unit_id_role_idx"), "post", ["unit_id", "role"], unique=False)
    op.create_table(
        "absence",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("absence_order_check")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("absence_post_id_fkey")),
        sa.PrimaryKeyConstraint("post_id", "starts_at", name=op.f("absence_pkey")),
    )
    op.create_index(op.f("absence_deputy_id_idx"), "absence", ["deputy_id"], unique=False)
    op.create_table(
        "issue_party",
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role in ('lead', 'assist', 'informed')", name=op.f("issue_party_role_check")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("issue_party_issue_id_fkey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("issue_party_unit_id_fkey")),
        sa.PrimaryKeyConstraint("issue_id", "unit_id", name=op.f("issue_party_pkey")),
    )
    op.create_index(op.f("issue_party_unit_id_issue_id_idx"), "issue_party", ["unit_id", "issue_id"], unique=False)
    op.create_table(
        "issue_photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("issue_photo_issue_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("issue_photo_pkey")),
    )
    op.create_index(op.f("issue_photo_issue_id_idx"), "issue_photo", ["issue_id"], unique=False)
    op.create_index(op.f("issue_photo_sha256_idx"), "issue_photo", ["sha256"], unique=False)
    op.create_table(
        "rating",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("satisfaction", sa.SmallInteger(), nullable=False),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict in ('solved', 'partly', 'not_solved')", name=op.f("rating_verdict_check")),
        sa.CheckConstraint("satisfaction between 1 and 5", name=op.f("rating_satisfaction_check")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("rating_issue_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("rating_pkey")),
    )
    op.create_index(op.f("rating_issue_id_idx"), "rating", ["issue_id"], unique=False)
    op.create_table(
        "remark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("to_reporter", sa.Boolean(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("remark_issue_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("remark_pkey")),
    )
    op.create_index(op.f("remark_issue_id_at_idx"), "remark", ["issue_id", "at"], unique=False)
    op.create_table(
        "reporter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("masked", sa.String(length=60), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("reporter_issue_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("reporter_pkey")),
    )
    op.create_index(op.f("reporter_issue_id_idx"), "reporter", ["issue_id"], unique=False)
    op.create_index(op.f("reporter_phone_hash_idx"), "reporter", ["phone_hash"], unique=False)
    op.create_table(
        "unmasking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=400), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("unmasking_issue_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("unmasking_pkey")),
    )
    op.create_index(op.f("unmasking_issue_id_idx"), "unmasking", ["issue_id"], unique=False)
