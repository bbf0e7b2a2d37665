"""Orders keep their due time, clocks say when they were dropped, requests lapse"""

import sqlalchemy as sa
from alembic import op

revision = "20261127"
down_revision = "20261126"
branch_labels = None
depends_on = None

# The end an order came with stood in its first clock only: the one that follows no rule of the district.
DUE_OF_ORDERS = """
update issue set upstream_due = (
    select wait.due_at from wait
    where wait.subject_id = issue.id and wait.kind = 'solve' and wait.rule_id is null
    order by wait.since limit 1
)
where upstream_number is not null
"""
# What was refused, merged or withdrawn within its limits kept none of them.
DROPPED = """
update wait set dropped = true from issue
where issue.id = wait.subject_id and issue.state in ('not_accepted', 'merged', 'withdrawn')
    and wait.ended_at between issue.closed_at - interval '1 second' and issue.closed_at
    and wait.ended_at <= wait.due_at
"""
# Nobody was ever found malicious by two levels, with notice and appeal (CASES 2.4).
WITHOUT_FINDING = "update second_word set lapsed_at = now() where reason = 'malicious'"
RUNGS = """
insert into rung (clock, position, name, ahead, amount, unit)
select kind, position, name, ahead, amount, unit
from rung, (values ('appeal'), ('extension'), ('exclusion')) as further (kind)
where clock = 'approval'
on conflict do nothing
"""


def upgrade() -> None:
    op.add_column("issue", sa.Column("upstream_due", sa.DateTime(timezone=True), nullable=True))
    op.add_column("wait", sa.Column("dropped", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("second_word", sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("second_word_open", table_name="second_word")
    op.create_index(
        "second_word_open",
        "second_word",
        ["issue_id", "kind"],
        unique=True,
        postgresql_where=sa.text("decided_at is null and lapsed_at is null"),
    )
    op.drop_index("issue_supervised", table_name="issue")
    op.create_index(
        "issue_supervised",
        "issue",
        ["supervised_at", "id"],
        unique=False,
        postgresql_where=sa.text("supervised_at is not null and (closed_at is null or state = 'not_accepted')"),
    )
    op.execute(DUE_OF_ORDERS)
    op.execute(DROPPED)
    op.execute(WITHOUT_FINDING)
    op.execute(RUNGS)
