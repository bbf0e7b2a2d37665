"""Whistles, report-ins, surveys, tasks, scores"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "20261124"
down_revision = "20261123"
branch_labels = None
depends_on = None


# A district that is at work already goes on with the examples of one city each; an empty one is seeded when it is made.
KINDS = """
insert into whistle_kind (id, code, name, level, roles, needs_secretary, needs_ratifying, at_once, priority, limits,
example, valid_from)
select gen_random_uuid(), code, name, 'street', roles::jsonb, secretary, ratifying, at_once, priority, limits::jsonb,
true, now()
from (values
('emergency', '应急哨', '["street_dispatcher", "street_secretary"]', false, true, true, 1,
'{"sign": [30, "minutes"], "contact": [30, "minutes"], "report_in": [30, "minutes"], "finish": [10, "working_days"]}'),
('tough', '攻坚哨', '["street_secretary"]', true, false, false, 2,
'{"sign": [1, "hours"], "contact": [24, "hours"], "report_in": [5, "working_days"], "finish": [10, "working_days"]}'),
('joint', '综合哨', '["street_dispatcher", "street_secretary"]', false, false, false, 3,
'{"sign": [1, "hours"], "contact": [24, "hours"], "report_in": [3, "working_days"], "finish": [10, "working_days"]}')
) as seed (code, name, roles, secretary, ratifying, at_once, priority, limits)
where exists (select 1 from category)
"""
LIMITS = """
insert into limit_rule (id, clock, amount, unit, valid_from)
select gen_random_uuid(), clock, amount, unit, now()
from (values
('whistle_confirm', 2, 'working_hours'),
('designate', 1, 'working_days'),
('ratify', 1, 'working_days'),
('task', 5, 'working_days')
) as seed (clock, amount, unit)
where exists (select 1 from category)
"""
RINGS = """
insert into rung (clock, position, name, ahead, amount, unit)
select * from (values
('whistle_confirm', 0, 'due', false, 0, 'minutes'),
('whistle_confirm', 1, 'overdue', false, 2, 'working_hours')
) as seed where exists (select 1 from category)
"""
BAND = """
insert into whistle_band (id, per, low, high, days, example, valid_from)
select gen_random_uuid(), 1000, 5, 50, 90, true, now() where exists (select 1 from category)
"""


def upgrade() -> None:
    op.create_table(
        "whistle_band",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("per", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("whistle_band_pkey")),
    )
    op.create_table(
        "whistle_kind",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("roles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("needs_secretary", sa.Boolean(), nullable=False),
        sa.Column("needs_ratifying", sa.Boolean(), nullable=False),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("limits", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("whistle_kind_pkey")),
    )
    op.create_index(
        "whistle_kind_now", "whistle_kind", ["code"], unique=True, postgresql_where=sa.text("valid_to is null")
    )
    op.create_geospatial_table(
        "whistle",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("kind_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trail_hash", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("back_to", sa.String(length=30), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("tried", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.String(length=400), nullable=True),
        sa.Column("list_code", sa.String(length=40), nullable=True),
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
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("street_id", sa.Uuid(), nullable=False),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("street_unit_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("meeting_place", sa.String(length=400), nullable=True),
        sa.Column("wanted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("requested_unit_id", sa.Uuid(), nullable=True),
        sa.Column("blown_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ratified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supervised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holds", sa.SmallInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "source in ('issues', 'negative_list', 'inspection', 'key_work')", name=op.f("whistle_source_check")
        ),
        sa.CheckConstraint(
            "state in ('requested', 'blown', 'joint_handling', 'verifying', 'held_open', 'raised_to_district', 'closed', 'declined', 'cancelled')",
            name=op.f("whistle_state_check"),
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("whistle_area_id_fkey")),
        sa.ForeignKeyConstraint(["kind_id"], ["whistle_kind.id"], name=op.f("whistle_kind_id_fkey")),
        sa.ForeignKeyConstraint(["street_unit_id"], ["unit.id"], name=op.f("whistle_street_unit_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("whistle_pkey")),
        sa.UniqueConstraint("number", name=op.f("whistle_number_key")),
    )
    op.create_index("whistle_all", "whistle", ["opened_at", "id"], unique=False)
    op.create_index("whistle_community", "whistle", ["community_id", "opened_at", "id"], unique=False)
    op.create_index("whistle_street", "whistle", ["street_id", "opened_at", "id"], unique=False)
    op.create_table(
        "report_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("bound_by", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trail_hash", sa.LargeBinary(), nullable=False),
        sa.Column("back_to", sa.String(length=30), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deemed", sa.Boolean(), nullable=False),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_name", sa.String(length=60), nullable=True),
        sa.Column("arrived_mode", sa.String(length=20), nullable=True),
        sa.Column("arrived_by", sa.Uuid(), nullable=True),
        sa.Column("disputed_by", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_by", sa.Uuid(), nullable=True),
        sa.Column("bound", sa.Boolean(), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "bound_by in ('district', 'vertical', 'city', 'contract')", name=op.f("report_in_bound_by_check")
        ),
        sa.CheckConstraint("role in ('lead', 'assist')", name=op.f("report_in_role_check")),
        sa.CheckConstraint(
            "state in ('notified', 'signed', 'contacted', 'reported_in', 'working', 'done', 'refused', 'arrival_disputed', 'left', 'released')",
            name=op.f("report_in_state_check"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("report_in_unit_id_fkey")),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("report_in_whistle_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("report_in_pkey")),
    )
    op.create_index("report_in_inbox", "report_in", ["unit_id", "notified_at", "id"], unique=False)
    op.create_index(
        "report_in_open",
        "report_in",
        ["whistle_id", "unit_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "survey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place_text", sa.String(length=400), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("survey_whistle_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("survey_pkey")),
    )
    op.create_index(op.f("survey_whistle_id_idx"), "survey", ["whistle_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trail_hash", sa.LargeBinary(), nullable=False),
        sa.Column("what", sa.String(length=400), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'held_open' or review_at is not null", name=op.f("task_held_with_date_check")
        ),
        sa.CheckConstraint("state in ('open', 'done', 'held_open')", name=op.f("task_state_check")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("task_unit_id_fkey")),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("task_whistle_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("task_pkey")),
    )
    op.create_index(op.f("task_whistle_id_idx"), "task", ["whistle_id"], unique=False)
    op.create_table(
        "whistle_party",
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("whistle_party_unit_id_fkey")),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("whistle_party_whistle_id_fkey")),
        sa.PrimaryKeyConstraint("whistle_id", "unit_id", name=op.f("whistle_party_pkey")),
    )
    op.create_index(
        op.f("whistle_party_area_id_whistle_id_idx"), "whistle_party", ["area_id", "whistle_id"], unique=False
    )
    op.create_index(
        op.f("whistle_party_unit_id_whistle_id_idx"), "whistle_party", ["unit_id", "whistle_id"], unique=False
    )
    op.create_table(
        "whistle_words",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("whistle_words_whistle_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("whistle_words_pkey")),
    )
    op.create_index(op.f("whistle_words_whistle_id_at_idx"), "whistle_words", ["whistle_id", "at"], unique=False)
    op.create_table(
        "score",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("report_in_id", sa.Uuid(), nullable=True),
        sa.Column("link", sa.String(length=20), nullable=False),
        sa.Column("result", sa.String(length=30), nullable=False),
        sa.Column("stars", sa.SmallInteger(), nullable=True),
        sa.Column("opinion", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("events", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("by_unit_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("appeal", sa.String(length=400), nullable=True),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appealed_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "link in ('signed', 'contacted', 'reported_in', 'finished', 'rating', 'whistle')",
            name=op.f("score_link_check"),
        ),
        sa.CheckConstraint(
            "result in ('on_time', 'late', 'never', 'rated', 'valid', 'duplicate', 'false', 'should_have_done_itself')",
            name=op.f("score_result_check"),
        ),
        sa.CheckConstraint("side in ('department', 'street')", name=op.f("score_side_check")),
        sa.CheckConstraint("stars between 1 and 5", name=op.f("score_stars_check")),
        sa.ForeignKeyConstraint(["report_in_id"], ["report_in.id"], name=op.f("score_report_in_id_fkey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("score_unit_id_fkey")),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("score_whistle_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("score_pkey")),
    )
    op.create_index(
        "score_of_link",
        "score",
        ["report_in_id", "link"],
        unique=True,
        postgresql_where=sa.text("report_in_id is not null"),
    )
    op.create_index(op.f("score_unit_id_idx"), "score", ["unit_id"], unique=False)
    op.create_index(op.f("score_whistle_id_idx"), "score", ["whistle_id"], unique=False)
    op.create_table(
        "survey_participant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'resident' or (name is null and unit_id is null)",
            name=op.f("survey_participant_residents_unnamed_check"),
        ),
        sa.CheckConstraint(
            "kind in ('department', 'community', 'company', 'resident', 'other')",
            name=op.f("survey_participant_kind_check"),
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("survey_participant_survey_id_fkey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("survey_participant_unit_id_fkey")),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("survey_participant_whistle_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("survey_participant_pkey")),
    )
    op.create_index(op.f("survey_participant_survey_id_idx"), "survey_participant", ["survey_id"], unique=False)
    op.create_table(
        "task_photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("taken", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("taken in ('before', 'after')", name=op.f("task_photo_taken_check")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("task_photo_task_id_fkey")),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("task_photo_whistle_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("task_photo_pkey")),
    )
    op.create_index(op.f("task_photo_sha256_idx"), "task_photo", ["sha256"], unique=False)
    op.create_index(op.f("task_photo_task_id_idx"), "task_photo", ["task_id"], unique=False)
    op.create_table(
        "whistle_issue",
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("respondent_unit_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("whistle_issue_issue_id_fkey")),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("whistle_issue_whistle_id_fkey")),
        sa.PrimaryKeyConstraint("whistle_id", "issue_id", name=op.f("whistle_issue_pkey")),
    )
    op.create_index(op.f("whistle_issue_issue_id_idx"), "whistle_issue", ["issue_id"], unique=False)
    op.execute(KINDS)
    op.execute(LIMITS)
    op.execute(RINGS)
    op.execute(BAND)
