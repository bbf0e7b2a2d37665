"""Clocks, the whole life of an issue, doors and estates"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "20261122"
down_revision = "20261121"
branch_labels = None
depends_on = None


# A district that is at work already goes on with the example limits; an empty one is seeded when it is made.
LIMITS = """
insert into limit_rule (id, clock, type, urgency, category, amount, unit, valid_from)
select gen_random_uuid(), clock, type, urgency, null, amount, unit, now()
from (values
('sign', 2, 'working_hours', null::text, null::text),
('sign', 10, 'minutes', null::text, 'emergency'),
('contact', 24, 'hours', null::text, null::text),
('contact', 2, 'hours', null::text, 'urgent'),
('contact', 30, 'minutes', null::text, 'emergency'),
('solve', 5, 'working_days', null::text, null::text),
('solve', 1, 'working_days', 'consult', null::text),
('solve', 24, 'hours', null::text, 'urgent'),
('solve', 2, 'hours', null::text, 'emergency'),
('coordinate', 3, 'days', null::text, null::text),
('plan', 7, 'days', null::text, null::text),
('desk', 2, 'working_hours', null::text, null::text),
('desk', 10, 'minutes', null::text, 'emergency'),
('screening', 2, 'working_hours', null::text, null::text),
('awaiting', 5, 'working_days', null::text, null::text),
('revisit', 3, 'working_days', null::text, null::text),
('word', 15, 'days', null::text, null::text),
('verifying', 2, 'working_days', null::text, null::text),
('submitted', 3, 'working_days', null::text, null::text),
('transferred', 1, 'working_days', null::text, null::text),
('follow_up', 1, 'days', null::text, null::text),
('approval', 1, 'working_days', null::text, null::text),
('appeal', 5, 'working_days', null::text, null::text),
('sample', 5, 'working_days', null::text, null::text),
('held', 90, 'days', null::text, null::text),
('order_sign', 2, 'working_hours', null::text, null::text),
('order_sign', 30, 'minutes', null::text, 'emergency'),
('order_contact', 24, 'hours', null::text, null::text),
('order_contact', 30, 'minutes', null::text, 'emergency'),
('order_solve', 5, 'working_days', null::text, null::text),
('order_solve', 2, 'hours', null::text, 'emergency'),
('assist', 3, 'working_days', null::text, null::text),
('objection', 1, 'working_days', null::text, null::text),
('arbiter', 1, 'working_days', null::text, null::text),
('release', 4, 'working_hours', null::text, null::text),
('change_of_mind', 15, 'days', null::text, null::text)
) as seed (clock, amount, unit, type, urgency)
where exists (select 1 from category) and clock <> 'solve'
"""
LADDER = """
insert into rung (clock, position, name, ahead, amount, unit)
select * from (values
('contact', 0, 'before_due', true, 1, 'working_days'),
('contact', 1, 'due', false, 0, 'minutes'),
('contact', 2, 'overdue', false, 1, 'days'),
('contact', 3, 'long_overdue', false, 5, 'working_days'),
('solve', 0, 'before_due', true, 1, 'working_days'),
('solve', 1, 'due', false, 0, 'minutes'),
('solve', 2, 'overdue', false, 1, 'days'),
('solve', 3, 'long_overdue', false, 5, 'working_days'),
('plan', 0, 'before_due', true, 1, 'working_days'),
('plan', 1, 'due', false, 0, 'minutes'),
('plan', 2, 'overdue', false, 1, 'days'),
('plan', 3, 'long_overdue', false, 5, 'working_days'),
('revisit', 0, 'before_due', true, 1, 'working_days'),
('revisit', 1, 'due', false, 0, 'minutes'),
('revisit', 2, 'overdue', false, 1, 'days'),
('revisit', 3, 'long_overdue', false, 5, 'working_days'),
('verifying', 0, 'before_due', true, 1, 'working_days'),
('verifying', 1, 'due', false, 0, 'minutes'),
('verifying', 2, 'overdue', false, 1, 'days'),
('verifying', 3, 'long_overdue', false, 5, 'working_days'),
('approval', 0, 'before_due', true, 1, 'working_days'),
('approval', 1, 'due', false, 0, 'minutes'),
('approval', 2, 'overdue', false, 1, 'days'),
('approval', 3, 'long_overdue', false, 5, 'working_days'),
('order_contact', 0, 'before_due', true, 1, 'working_days'),
('order_contact', 1, 'due', false, 0, 'minutes'),
('order_contact', 2, 'overdue', false, 1, 'days'),
('order_contact', 3, 'long_overdue', false, 5, 'working_days'),
('order_solve', 0, 'before_due', true, 1, 'working_days'),
('order_solve', 1, 'due', false, 0, 'minutes'),
('order_solve', 2, 'overdue', false, 1, 'days'),
('order_solve', 3, 'long_overdue', false, 5, 'working_days'),
('assist', 0, 'before_due', true, 1, 'working_days'),
('assist', 1, 'due', false, 0, 'minutes'),
('assist', 2, 'overdue', false, 1, 'days'),
('assist', 3, 'long_overdue', false, 5, 'working_days'),
('arrive', 0, 'before_due', true, 1, 'working_days'),
('arrive', 1, 'due', false, 0, 'minutes'),
('arrive', 2, 'overdue', false, 1, 'days'),
('arrive', 3, 'long_overdue', false, 5, 'working_days'),
('report_in', 0, 'before_due', true, 1, 'working_days'),
('report_in', 1, 'due', false, 0, 'minutes'),
('report_in', 2, 'overdue', false, 1, 'days'),
('report_in', 3, 'long_overdue', false, 5, 'working_days'),
('finish', 0, 'before_due', true, 1, 'working_days'),
('finish', 1, 'due', false, 0, 'minutes'),
('finish', 2, 'overdue', false, 1, 'days'),
('finish', 3, 'long_overdue', false, 5, 'working_days'),
('task', 0, 'before_due', true, 1, 'working_days'),
('task', 1, 'due', false, 0, 'minutes'),
('task', 2, 'overdue', false, 1, 'days'),
('task', 3, 'long_overdue', false, 5, 'working_days')
) as seed where exists (select 1 from category)
"""
HOURS = """
insert into office_season (id, unit_id, first_day, last_day, spans)
select gen_random_uuid(), null, '01-01', '12-31', '[[540, 720], [810, 1050]]'::jsonb
where exists (select 1 from category)
"""

# What is open already gets its clocks from here on, so that somebody acts on it too.
WAITS = """
insert into wait (id, subject_kind, subject_id, kind, post_id, amount, unit, since, due_at, rung, wake_at)
select gen_random_uuid(), 'issue', issue.id, clock.kind, issue.holder_id, 1, 'days', now(),
       case clock.kind when 'solve' then greatest(due_at, now()) else now() + interval '1 day' * clock.days end,
       case clock.kind when 'solve' then 1 else 0 end,
       case clock.kind when 'solve' then greatest(due_at, now()) else now() + interval '1 day' * clock.days end
from issue, (values
    ('solve', 0, '{raised,assigned,handling}'::text[]), ('sign', 1, '{assigned}'), ('word', 15, '{answered}')
) as clock (kind, days, states)
where issue.closed_at is null and issue.state = any(clock.states)
"""
DESK = """
insert into wait (id, subject_kind, subject_id, kind, amount, unit, since, due_at, rung, wake_at)
select gen_random_uuid(), 'issue', id, 'desk', 1, 'days', now(), now() + interval '1 day', 0, now() + interval '1 day'
from issue where closed_at is null and state = 'raised'
"""


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("calendar_day_pkey")),
    )
    op.create_table(
        "extension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_post", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_post", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("extension_pkey")),
    )
    op.create_index(op.f("extension_subject_id_idx"), "extension", ["subject_id"], unique=False)
    op.create_geospatial_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column(
            "outline",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("incident_pkey")),
    )
    op.create_table(
        "recusal",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_post", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "subject_id", name=op.f("recusal_pkey")),
    )
    op.create_index(op.f("recusal_subject_id_idx"), "recusal", ["subject_id"], unique=False)
    op.create_table(
        "rung",
        sa.Column("clock", sa.String(length=20), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("ahead", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "unit in ('minutes', 'hours', 'working_hours', 'days', 'working_days')", name=op.f("rung_unit_check")
        ),
        sa.PrimaryKeyConstraint("clock", "position", name=op.f("rung_pkey")),
    )
    op.create_table(
        "wait",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rung", sa.SmallInteger(), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=120), nullable=True),
        sa.CheckConstraint(
            "unit in ('minutes', 'hours', 'working_hours', 'days', 'working_days')", name=op.f("wait_unit_check")
        ),
        sa.CheckConstraint("ended_at is null or wake_at is null", name=op.f("wait_ended_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("wait_pkey")),
    )
    op.create_index(
        "wait_due", "wait", ["wake_at", "id"], unique=False, postgresql_where=sa.text("wake_at is not null")
    )
    op.create_index(
        "wait_parked", "wait", ["parked_at"], unique=False, postgresql_where=sa.text("parked_at is not null")
    )
    op.create_index(op.f("wait_subject_id_kind_idx"), "wait", ["subject_id", "kind"], unique=False)
    op.create_geospatial_table(
        "estate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=True),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("firm_unit_id", sa.Uuid(), nullable=True),
        sa.Column(
            "outline",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["street_id"], ["area.id"], name=op.f("estate_street_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("estate_pkey")),
    )
    op.create_index(op.f("estate_street_id_idx"), "estate", ["street_id"], unique=False)
    op.create_table(
        "guest",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("guest_area_id_fkey")),
        sa.PrimaryKeyConstraint("area_id", "subject_id", name=op.f("guest_pkey")),
    )
    op.create_table(
        "pause",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wait_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["wait_id"], ["wait.id"], name=op.f("pause_wait_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pause_pkey")),
    )
    op.create_index(op.f("pause_subject_id_idx"), "pause", ["subject_id"], unique=False)
    op.create_geospatial_table(
        "dwelling",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("street_id", sa.Uuid(), nullable=True),
        sa.Column("community_id", sa.Uuid(), nullable=True),
        sa.Column("grid_id", sa.Uuid(), nullable=True),
        sa.Column("building_group_id", sa.Uuid(), nullable=True),
        sa.Column("estate_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("building", sa.String(length=30), server_default="", nullable=False),
        sa.Column("entrance", sa.String(length=30), server_default="", nullable=False),
        sa.Column("room", sa.String(length=30), server_default="", nullable=False),
        sa.Column("use", sa.String(length=20), nullable=False),
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
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "use in ('home', 'shop', 'empty', 'dormitory', 'office', 'other')", name=op.f("dwelling_use_check")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("dwelling_area_id_fkey")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("dwelling_estate_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("dwelling_pkey")),
        sa.UniqueConstraint("code", name=op.f("dwelling_code_key")),
    )
    op.create_index("dwelling_door", "dwelling", ["area_id", "building", "entrance", "room"], unique=True)
    op.create_index(op.f("dwelling_estate_id_idx"), "dwelling", ["estate_id"], unique=False)
    op.create_table(
        "office_season",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("first_day", sa.String(length=5), nullable=False),
        sa.Column("last_day", sa.String(length=5), nullable=False),
        sa.Column("spans", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("office_season_unit_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("office_season_pkey")),
    )
    op.create_table(
        "seat",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("seat_unit_id_fkey")),
        sa.PrimaryKeyConstraint("account_id", "unit_id", name=op.f("seat_pkey")),
    )
    op.create_index(op.f("seat_unit_id_idx"), "seat", ["unit_id"], unique=False)
    op.create_table(
        "duty_shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("leader_post_id", sa.Uuid(), nullable=True),
        sa.Column("call_number", sa.String(length=30), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("duty_shift_order_check")),
        sa.ForeignKeyConstraint(["leader_post_id"], ["post.id"], name=op.f("duty_shift_leader_post_id_fkey")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("duty_shift_post_id_fkey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("duty_shift_unit_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("duty_shift_pkey")),
    )
    op.create_index(op.f("duty_shift_unit_id_starts_at_idx"), "duty_shift", ["unit_id", "starts_at"], unique=False)
    op.create_geospatial_table(
        "issue_area",
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
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
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role in ('affected', 'cause')", name=op.f("issue_area_role_check")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("issue_area_area_id_fkey")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("issue_area_issue_id_fkey")),
        sa.PrimaryKeyConstraint("issue_id", "area_id", name=op.f("issue_area_pkey")),
    )
    op.create_index(op.f("issue_area_area_id_issue_id_idx"), "issue_area", ["area_id", "issue_id"], unique=False)
    op.create_table(
        "issue_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind in ('project', 'meeting', 'service_order', 'finding', 'issue')",
            name=op.f("issue_link_kind_check"),
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("issue_link_issue_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("issue_link_pkey")),
    )
    op.create_index(op.f("issue_link_issue_id_idx"), "issue_link", ["issue_id"], unique=False)
    op.create_table(
        "revisit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("revisit_issue_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("revisit_pkey")),
    )
    op.create_index(op.f("revisit_issue_id_idx"), "revisit", ["issue_id"], unique=False)
    op.create_table(
        "second_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_post", sa.Uuid(), nullable=False),
        sa.Column("asked_units", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_post", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.CheckConstraint("kind in ('reasoned_close', 'exclusion')", name=op.f("second_word_kind_check")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("second_word_issue_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("second_word_pkey")),
    )
    op.create_index(
        "second_word_open",
        "second_word",
        ["issue_id", "kind"],
        unique=True,
        postgresql_where=sa.text("decided_at is null"),
    )
    op.add_column("category", sa.Column("verify", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("category", sa.Column("private", sa.Boolean(), server_default="false", nullable=False))
    op.add_column(
        "issue",
        sa.Column("touched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column("issue", sa.Column("upstream_number", sa.String(length=60), nullable=True))
    op.add_column("issue", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.add_column("issue", sa.Column("estate_id", sa.Uuid(), nullable=True))
    op.add_column("issue", sa.Column("dwelling_id", sa.Uuid(), nullable=True))
    op.add_column("issue", sa.Column("back_to", sa.String(length=30), nullable=True))
    op.add_column("issue", sa.Column("answer_id", sa.Uuid(), nullable=True))
    op.add_column("issue", sa.Column("triage", sa.String(length=20), nullable=True))
    op.add_column("issue", sa.Column("outcome", sa.String(length=30), nullable=True))
    op.add_column("issue", sa.Column("closing", sa.String(length=20), nullable=True))
    op.add_column("issue", sa.Column("lead_unit_id", sa.Uuid(), nullable=True))
    op.add_column("issue", sa.Column("incident_id", sa.Uuid(), nullable=True))
    op.add_column("issue", sa.Column("hops", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("issue", sa.Column("reworks", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("issue", sa.Column("holds", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("issue", sa.Column("supervised_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("issue", sa.Column("review_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("issue", sa.Column("verify_after", sa.DateTime(timezone=True), nullable=True))
    op.add_column("issue", sa.Column("sampled", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("issue", sa.Column("edited_text", sa.Text(), nullable=True))
    op.create_index(
        "issue_merged", "issue", ["merged_into"], unique=False, postgresql_where=sa.text("merged_into is not null")
    )
    op.create_index(
        "issue_of_incident",
        "issue",
        ["incident_id"],
        unique=False,
        postgresql_where=sa.text("incident_id is not null"),
    )
    op.create_index(
        "issue_queue_lead",
        "issue",
        ["lead_unit_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_foreign_key(op.f("issue_incident_id_fkey"), "issue", "incident", ["incident_id"], ["id"])
    op.create_foreign_key(op.f("issue_estate_id_fkey"), "issue", "estate", ["estate_id"], ["id"])
    op.create_foreign_key(op.f("issue_dwelling_id_fkey"), "issue", "dwelling", ["dwelling_id"], ["id"])
    op.create_foreign_key(op.f("issue_lead_unit_id_fkey"), "issue", "unit", ["lead_unit_id"], ["id"])
    op.create_foreign_key(op.f("issue_merged_into_fkey"), "issue", "issue", ["merged_into"], ["id"])
    op.add_column("rating", sa.Column("by_post", sa.Uuid(), nullable=True))
    op.add_column("rating", sa.Column("answer_id", sa.Uuid(), nullable=True))
    op.add_column("reporter", sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("issue_state_check"), "issue", type_="check")
    op.create_check_constraint(
        op.f("issue_state_check"),
        "issue",
        "state in ('raised', 'screening', 'assigned', 'handling', 'awaiting_reporter', 'dispatched', 'whistled', 'verifying', 'answered', 'submitted', 'transferred', 'held_open', 'closed', 'not_accepted', 'merged', 'withdrawn')",
    )
    op.drop_constraint(op.f("limit_rule_unit_check"), "limit_rule", type_="check")
    op.create_check_constraint(
        op.f("limit_rule_unit_check"),
        "limit_rule",
        "unit in ('minutes', 'hours', 'working_hours', 'days', 'working_days')",
    )
    op.execute("update issue set touched_at = raised_at")
    op.execute(LIMITS)
    op.execute(LADDER)
    op.execute(HOURS)
    op.execute(WAITS)
    op.execute(DESK)
