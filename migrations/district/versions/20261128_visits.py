"""Households, visits, the phone protocol"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from app.core.outbox import Xid8

revision = "20261128"
down_revision = "20261127"
branch_labels = None
depends_on = None

# The closed list of care needs (民政部等10部门 2022) and how often each is called on: high risk weekly, key monthly,
# general quarterly, 24 hours after a major change (Inner Mongolia 2022, one region; DOMAIN R4.1). The district's own
# rows from here on.
CARE_KINDS = """
insert into care_kind (code, name, aim, basis)
select code, name, '探访关爱:按约定频次上门、电话或视频问候,发现困难及时帮助', '民政部等10部门2022年《关于开展特殊困难老年人探访关爱服务的指导意见》'
from (values
('living_alone', '独居'), ('empty_nest', '空巢'), ('left_behind', '留守'), ('aged_80', '高龄(80岁以上)'),
('disabled', '重度残疾'), ('dependent', '失能'), ('dementia', '失智'), ('severe_illness', '重病')
) as seed (code, name)
"""
PLAN_RULES = """
insert into plan_rule (id, code, name, care_kind, period, hours, kinds, ways, grace_days, for_duty, basis, valid_from)
select gen_random_uuid(), code, name, care_kind, period, hours, kinds, array['door', 'phone', 'video'], grace_days,
    for_duty, basis, date '2026-01-01'
from (values
('dependent_week', '失能老人周访', 'dependent', 'week', null::smallint, array['visit', 'follow_up'], 2, false,
    '分类探访:高风险每周(内蒙古2022,可由区县调整)'),
('dementia_week', '失智老人周访', 'dementia', 'week', null, array['visit', 'follow_up'], 2, false,
    '分类探访:高风险每周(内蒙古2022,可由区县调整)'),
('severe_illness_week', '重病老人周访', 'severe_illness', 'week', null, array['visit', 'follow_up'], 2, false,
    '分类探访:高风险每周(内蒙古2022,可由区县调整)'),
('living_alone_month', '独居老人月访', 'living_alone', 'month', null, array['visit', 'follow_up'], 5, false,
    '特殊困难老年人月探访率100%(民政部等10部门2022)'),
('empty_nest_month', '空巢老人月访', 'empty_nest', 'month', null, array['visit', 'follow_up'], 5, false,
    '特殊困难老年人月探访率100%(民政部等10部门2022)'),
('left_behind_month', '留守老人月访', 'left_behind', 'month', null, array['visit', 'follow_up'], 5, false,
    '特殊困难老年人月探访率100%(民政部等10部门2022)'),
('aged_80_quarter', '高龄老人季访', 'aged_80', 'quarter', null, array['visit', 'follow_up'], 10, false,
    '分类探访:一般对象每季度(内蒙古2022,可由区县调整)'),
('disabled_quarter', '重度残疾季访', 'disabled', 'quarter', null, array['visit', 'follow_up'], 10, false,
    '分类探访:一般对象每季度(内蒙古2022,可由区县调整)'),
('major_change', '重大变故24小时探访', null, 'once', 24, array['visit', 'follow_up'], 0, false,
    '情况发生重大变化24小时内探访(内蒙古2022)'),
('contact_duty_month', '包联户月访', null, 'month', null, array['visit', 'follow_up', 'information'], 5, true,
    '包联联系户每月一次(可由区县调整)')
) as seed (code, name, care_kind, period, hours, kinds, grace_days, for_duty, basis)
"""


def upgrade() -> None:
    op.create_table(
        "care_kind",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("aim", sa.String(length=400), nullable=False),
        sa.Column("basis", sa.String(length=400), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("care_kind_pkey")),
    )
    op.create_table(
        "change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('upsert', 'tombstone', 'evict', 'redirect')", name=op.f("change_kind_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("change_pkey")),
    )
    op.create_index(op.f("change_at_idx"), "change", ["at"], unique=False)
    op.create_index("change_of_grid", "change", ["grid_id", "xid"], unique=False)
    op.create_index("change_of_household", "change", ["household_id", "xid"], unique=False)
    op.create_table(
        "patrol_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("basis", sa.String(length=400), nullable=False),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("building_group_id", sa.Uuid(), nullable=True),
        sa.Column("every_days", sa.SmallInteger(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("patrol_list_pkey")),
    )
    op.create_table(
        "personal_read",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("fields", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("purpose", sa.String(length=400), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("personal_read_pkey")),
    )
    op.create_index(op.f("personal_read_account_id_at_idx"), "personal_read", ["account_id", "at"], unique=False)
    op.create_index(op.f("personal_read_at_idx"), "personal_read", ["at"], unique=False)
    op.create_index(
        "personal_read_subjects", "personal_read", ["subject_ids"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "patrol",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("building_group_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_quality", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "clock_quality in ('ok', 'skewed', 'unknown')", name=op.f("patrol_clock_quality_check")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["patrol_list.id"], name=op.f("patrol_list_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("patrol_pkey")),
    )
    op.create_index(op.f("patrol_list_id_at_idx"), "patrol", ["list_id", "at"], unique=False)
    op.create_table(
        "plan_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("care_kind", sa.String(length=40), nullable=True),
        sa.Column("household_kind", sa.String(length=20), nullable=True),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("hours", sa.SmallInteger(), nullable=True),
        sa.Column("kinds", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("ways", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("grace_days", sa.SmallInteger(), nullable=False),
        sa.Column("for_duty", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(length=400), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("period in ('week', 'month', 'quarter', 'once')", name=op.f("plan_rule_period_check")),
        sa.CheckConstraint("care_kind is null or household_kind is null", name=op.f("plan_rule_one_reach_check")),
        sa.ForeignKeyConstraint(["care_kind"], ["care_kind.code"], name=op.f("plan_rule_care_kind_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("plan_rule_pkey")),
    )
    op.create_table(
        "contact_duty",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("contact_duty_post_id_fkey")),
        sa.PrimaryKeyConstraint("post_id", "household_id", "since", name=op.f("contact_duty_pkey")),
    )
    op.create_index(op.f("contact_duty_household_id_idx"), "contact_duty", ["household_id"], unique=False)
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trail_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("app_build", sa.String(length=40), nullable=False),
        sa.Column("refresh_hash", sa.LargeBinary(), nullable=True),
        sa.Column("refresh_before", sa.LargeBinary(), nullable=True),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refresh_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("wiped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("device_post_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("device_pkey")),
    )
    op.create_index(op.f("device_account_id_idx"), "device", ["account_id"], unique=False)
    op.create_index(op.f("device_post_id_idx"), "device", ["post_id"], unique=False)
    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=False),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("building_group_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("note_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("keys", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trail_hash", sa.LargeBinary(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("field_revs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('permanent', 'tenant', 'collective')", name=op.f("household_kind_check")),
        sa.ForeignKeyConstraint(["dwelling_id"], ["dwelling.id"], name=op.f("household_dwelling_id_fkey")),
        sa.ForeignKeyConstraint(["merged_into"], ["household.id"], name=op.f("household_merged_into_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("household_pkey")),
    )
    op.create_index(op.f("household_dwelling_id_idx"), "household", ["dwelling_id"], unique=False)
    op.create_index("household_keys", "household", ["keys"], unique=False, postgresql_using="gin")
    op.create_index(
        "household_merged",
        "household",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into is not null"),
    )
    op.create_index(
        "household_of_community",
        "household",
        ["community_id", "id"],
        unique=False,
        postgresql_where=sa.text("until is null"),
    )
    op.create_index(
        "household_of_grid",
        "household",
        ["grid_id", "id"],
        unique=False,
        postgresql_where=sa.text("until is null"),
    )
    op.create_geospatial_table(
        "patrol_point",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=True),
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
        sa.ForeignKeyConstraint(["dwelling_id"], ["dwelling.id"], name=op.f("patrol_point_dwelling_id_fkey")),
        sa.ForeignKeyConstraint(["list_id"], ["patrol_list.id"], name=op.f("patrol_point_list_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("patrol_point_pkey")),
    )
    op.create_index(op.f("patrol_point_list_id_idx"), "patrol_point", ["list_id"], unique=False)
    op.create_table(
        "held_issue",
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("held_issue_issue_id_fkey")),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("held_issue_pkey")),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("said_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("media_device_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("media_pkey")),
    )
    op.create_index(op.f("media_sha256_idx"), "media", ["sha256"], unique=False)
    op.create_index("media_unbound", "media", ["at"], unique=False, postgresql_where=sa.text("bound_at is null"))
    op.create_table(
        "op",
        sa.Column("op_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("waits_for", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('applied', 'duplicate', 'merged', 'conflict', 'rerouted', 'deferred', 'waiting', 'parked', 'retry', 'rejected')",
            name=op.f("op_status_check"),
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("op_device_id_fkey")),
        sa.PrimaryKeyConstraint("op_id", name=op.f("op_pkey")),
    )
    op.create_index("op_of_device", "op", ["device_id", "seq"], unique=False)
    op.create_index(op.f("op_received_at_idx"), "op", ["received_at"], unique=False)
    op.create_index(
        "op_waiting", "op", ["received_at"], unique=False, postgresql_where=sa.text("status = 'waiting'")
    )
    op.create_index(
        "op_waits_for",
        "op",
        ["waits_for"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "op_clash",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("op_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("op_clash_device_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("op_clash_pkey")),
    )
    op.create_index(op.f("op_clash_op_id_idx"), "op_clash", ["op_id"], unique=False)
    op.create_table(
        "opt_out",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("building_group_id", sa.Uuid(), nullable=True),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_post", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("opt_out_household_id_fkey")),
        sa.ForeignKeyConstraint(["rule_id"], ["plan_rule.id"], name=op.f("opt_out_rule_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("opt_out_pkey")),
    )
    op.create_index(op.f("opt_out_household_id_idx"), "opt_out", ["household_id"], unique=False)
    op.create_table(
        "patrol_finding",
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("finding", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("issue_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "finding in ('fine', 'mended', 'reported', 'not_reached')", name=op.f("patrol_finding_finding_check")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("patrol_finding_issue_id_fkey")),
        sa.ForeignKeyConstraint(["patrol_id"], ["patrol.id"], name=op.f("patrol_finding_patrol_id_fkey")),
        sa.ForeignKeyConstraint(["point_id"], ["patrol_point.id"], name=op.f("patrol_finding_point_id_fkey")),
        sa.PrimaryKeyConstraint("patrol_id", "point_id", name=op.f("patrol_finding_pkey")),
    )
    op.create_table(
        "resident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("name_masked", sa.String(length=60), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("phone_masked", sa.String(length=30), nullable=True),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_hash", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_masked", sa.String(length=20), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("field_revs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "relation in ('head', 'spouse', 'child', 'parent', 'other')", name=op.f("resident_relation_check")
        ),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("resident_household_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("resident_pkey")),
    )
    op.create_index(op.f("resident_household_id_idx"), "resident", ["household_id"], unique=False)
    op.create_index(
        "resident_id_number",
        "resident",
        ["id_number_hash"],
        unique=False,
        postgresql_where=sa.text("id_number_hash is not null"),
    )
    op.create_index(
        "resident_phone",
        "resident",
        ["phone_hash"],
        unique=False,
        postgresql_where=sa.text("phone_hash is not null"),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("entity", sa.String(length=20), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=30), nullable=True),
        sa.Column("offered_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("op_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("decision in ('taken', 'kept')", name=op.f("review_decision_check")),
        sa.CheckConstraint(
            "reason in ('field_conflict', 'late_assignment', 'lost_dependency', 'split', 'possible_duplicate', 'delete_asked')",
            name=op.f("review_reason_check"),
        ),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("review_household_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("review_pkey")),
    )
    op.create_index(op.f("review_op_id_idx"), "review", ["op_id"], unique=False)
    op.create_index(
        "review_open", "review", ["household_id"], unique=False, postgresql_where=sa.text("decided_at is null")
    )
    op.create_geospatial_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("said_household_id", sa.Uuid(), nullable=True),
        sa.Column("dwelling_id", sa.Uuid(), nullable=True),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("building_group_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("advice", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_quality", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("amended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issue_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("clock_quality in ('ok', 'skewed', 'unknown')", name=op.f("visit_clock_quality_check")),
        sa.CheckConstraint(
            "kind in ('visit', 'follow_up', 'publicity', 'safety_check', 'information')",
            name=op.f("visit_kind_check"),
        ),
        sa.CheckConstraint("result in ('met', 'not_home', 'refused')", name=op.f("visit_result_check")),
        sa.CheckConstraint("way in ('door', 'phone', 'video')", name=op.f("visit_way_check")),
        sa.CheckConstraint(
            "household_id is not null or dwelling_id is not null", name=op.f("visit_somewhere_check")
        ),
        sa.ForeignKeyConstraint(["dwelling_id"], ["dwelling.id"], name=op.f("visit_dwelling_id_fkey")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("visit_household_id_fkey")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("visit_issue_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("visit_pkey")),
    )
    op.create_index(
        "visit_of_dwelling",
        "visit",
        ["dwelling_id"],
        unique=False,
        postgresql_where=sa.text("household_id is null"),
    )
    op.create_index("visit_of_grid", "visit", ["grid_id", "at"], unique=False)
    op.create_index("visit_of_household", "visit", ["household_id", "at"], unique=False)
    op.create_table(
        "care_need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noted_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("care_need_household_id_fkey")),
        sa.ForeignKeyConstraint(["kind"], ["care_kind.code"], name=op.f("care_need_kind_fkey")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("care_need_resident_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("care_need_pkey")),
    )
    op.create_index(
        "care_need_current",
        "care_need",
        ["household_id", "kind"],
        unique=False,
        postgresql_where=sa.text("until is null"),
    )
    op.create_index(
        "care_need_kind", "care_need", ["kind"], unique=False, postgresql_where=sa.text("until is null")
    )
    op.create_table(
        "visit_companion",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("visit_companion_post_id_fkey")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("visit_companion_visit_id_fkey")),
        sa.PrimaryKeyConstraint("post_id", "visit_id", name=op.f("visit_companion_pkey")),
    )
    op.create_table(
        "visit_photo",
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("visit_photo_visit_id_fkey")),
        sa.PrimaryKeyConstraint("media_id", "visit_id", name=op.f("visit_photo_pkey")),
    )
    op.create_index(op.f("visit_photo_sha256_idx"), "visit_photo", ["sha256"], unique=False)
    op.create_table(
        "visit_revision",
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("said", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("amended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("visit_revision_visit_id_fkey")),
        sa.PrimaryKeyConstraint("rev", "visit_id", name=op.f("visit_revision_pkey")),
    )
    op.create_table(
        "visit_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("building_group_id", sa.Uuid(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('open', 'covered', 'refused', 'cancelled')", name=op.f("visit_task_state_check")
        ),
        sa.ForeignKeyConstraint(["done_by"], ["visit.id"], name=op.f("visit_task_done_by_fkey")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("visit_task_household_id_fkey")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("visit_task_post_id_fkey")),
        sa.ForeignKeyConstraint(["rule_id"], ["plan_rule.id"], name=op.f("visit_task_rule_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("visit_task_pkey")),
    )
    op.create_index(
        "visit_task_done", "visit_task", ["done_by"], unique=False, postgresql_where=sa.text("done_by is not null")
    )
    op.create_index(
        "visit_task_due", "visit_task", ["due_on"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_index(
        "visit_task_grid",
        "visit_task",
        ["grid_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "visit_task_household",
        "visit_task",
        ["household_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "visit_task_period",
        "visit_task",
        ["rule_id", "household_id", "starts_on", "post_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "sealed_outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("taken", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("sealed_outbox_device_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("sealed_outbox_pkey")),
        sa.UniqueConstraint("sha256", name=op.f("sealed_outbox_sha256_key")),
    )
    op.create_index(op.f("sealed_outbox_device_id_idx"), "sealed_outbox", ["device_id"], unique=False)
    op.create_table(
        "wanted_media",
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("wanted_media_issue_id_fkey")),
        sa.PrimaryKeyConstraint("media_id", name=op.f("wanted_media_pkey")),
    )
    op.create_index(op.f("wanted_media_issue_id_idx"), "wanted_media", ["issue_id"], unique=False)
    op.add_column("dwelling", sa.Column("rev", sa.Integer(), server_default="1", nullable=False))
    op.add_column("dwelling", sa.Column("door", sa.String(length=300), server_default="", nullable=False))
    op.create_index("dwelling_of_grid", "dwelling", ["grid_id", "door", "id"], unique=False)
    op.create_index("dwelling_of_community", "dwelling", ["community_id", "door", "id"], unique=False)
    op.execute(CARE_KINDS)
    op.execute(PLAN_RULES)
