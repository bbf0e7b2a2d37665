"""Notices, figures, the ledger"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125"
down_revision = "20261124"
branch_labels = None
depends_on = None

# Version 1 of the three rates and the numbers every district begins with; its own to follow by later versions.
FORMULAS = """
insert into formula (name, version, numerator, denominator, reasons, valid_from)
select name, 1, numerator, denominator,
    '["consult", "beyond_duty", "unlawful", "merged", "unreachable", "malicious"]'::jsonb, '2026-01-01'
from (values
('contact_rate', 'contacted_in_time', 'answered'),
('solve_rate', 'solved', 'asked'),
('satisfied_rate', 'satisfied', 'asked')
) as seed (name, numerator, denominator)
"""
SETTINGS = """
insert into figure_setting (name, value)
values ('hidden_below', 10), ('dormant_days', 30), ('review_days', 7), ('many_hops', 3)
"""


def upgrade() -> None:
    op.create_table(
        "figure_setting",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "name in ('hidden_below', 'dormant_days', 'review_days', 'many_hops')",
            name=op.f("figure_setting_name_check"),
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("figure_setting_pkey")),
    )
    op.create_table(
        "formula",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("numerator", sa.String(length=20), nullable=False),
        sa.Column("denominator", sa.String(length=20), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "denominator in ('answered', 'asked', 'word_given')", name=op.f("formula_denominator_check")
        ),
        sa.CheckConstraint(
            "name in ('contact_rate', 'solve_rate', 'satisfied_rate')", name=op.f("formula_name_check")
        ),
        sa.CheckConstraint(
            "numerator in ('contacted_in_time', 'solved', 'solved_or_partly', 'satisfied', 'well_satisfied')",
            name=op.f("formula_numerator_check"),
        ),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("formula_pkey")),
    )
    op.create_table(
        "ledger",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("merged", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("difference", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("ownerless", sa.Integer(), nullable=False),
        sa.Column("oldest_id", sa.Uuid(), nullable=True),
        sa.Column("oldest_minutes", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("hour", name=op.f("ledger_pkey")),
        sa.UniqueConstraint("id", name=op.f("ledger_id_key")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=30), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=True),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ring_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(area_id is null) = (role is null)", name=op.f("notice_desk_check")),
        sa.CheckConstraint("num_nonnulls(post_id, unit_id, area_id) = 1", name=op.f("notice_addressee_check")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("notice_area_id_fkey")),
        sa.ForeignKeyConstraint(["event_id"], ["outbox.id"], name=op.f("notice_event_id_fkey")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("notice_post_id_fkey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("notice_unit_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("notice_pkey")),
    )
    op.create_index(op.f("notice_event_id_idx"), "notice", ["event_id"], unique=False)
    op.create_index(
        "notice_of_desk",
        "notice",
        ["area_id", "at", "id"],
        unique=False,
        postgresql_where=sa.text("area_id is not null"),
    )
    op.create_index(
        "notice_of_post",
        "notice",
        ["post_id", "at", "id"],
        unique=False,
        postgresql_where=sa.text("post_id is not null"),
    )
    op.create_index(
        "notice_of_unit",
        "notice",
        ["unit_id", "at", "id"],
        unique=False,
        postgresql_where=sa.text("unit_id is not null"),
    )
    op.create_index(
        "notice_unread",
        "notice",
        ["subject_id", "kind", "part", "post_id", "unit_id", "area_id", "role"],
        unique=True,
        postgresql_where=sa.text("read_at is null"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "issue_answered",
        "issue",
        ["answered_at", "id"],
        unique=False,
        postgresql_where=sa.text("answered_at is not null"),
    )
    op.create_index(
        "issue_closed",
        "issue",
        ["closed_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is not null"),
    )
    op.create_index(
        "issue_hopped",
        "issue",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null and (hops > 1 or reworks > 1)"),
    )
    op.create_index(
        "issue_review", "issue", ["review_at", "id"], unique=False, postgresql_where=sa.text("state = 'held_open'")
    )
    op.create_index(
        "issue_supervised",
        "issue",
        ["supervised_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null and supervised_at is not null"),
    )
    op.create_index(
        "issue_touched", "issue", ["touched_at", "id"], unique=False, postgresql_where=sa.text("closed_at is null")
    )
    op.create_index(
        "wait_ended", "wait", ["ended_at"], unique=False, postgresql_where=sa.text("ended_at is not null")
    )
    op.create_index(
        "wait_running",
        "wait",
        ["due_at", "subject_id"],
        unique=False,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.execute(FORMULAS)
    op.execute(SETTINGS)
