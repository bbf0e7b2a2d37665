"""What a unit was let in by; the clocks of a whistle that waits for its street or the district"""

import sqlalchemy as sa
from alembic import op

revision = "20261126"
down_revision = "20261125"
branch_labels = None
depends_on = None

# Who was let in by an order or a report-in sees the matter as long as that stands; whoever else, by its desk.
STANDING = """
insert into issue_party (issue_id, unit_id, through, role, since)
select issue_id, unit_id, id, role, dispatched_at from work_order where state not in ('released', 'recalled')
union all
select l.issue_id, r.unit_id, r.id, r.role, r.notified_at
from report_in r join whistle_issue l on l.whistle_id = r.whistle_id where r.state <> 'released'
"""
WATCHING = """
insert into issue_party (issue_id, unit_id, through, role, since)
select o.issue_id, u.id, o.id, 'informed', o.dispatched_at
from work_order o join unit u on u.area_id = o.copied_to and u.dissolved_at is null
where o.state not in ('released', 'recalled')
on conflict do nothing
"""
ENDED = """
delete from issue_party p where p.through = p.issue_id and p.role <> 'informed' and (
exists (select from work_order o where o.issue_id = p.issue_id and o.unit_id = p.unit_id)
or exists (select from report_in r join whistle_issue l on l.whistle_id = r.whistle_id
where l.issue_id = p.issue_id and r.unit_id = p.unit_id))
"""
WATCHED = """
delete from issue_party p where p.through = p.issue_id and p.role = 'informed' and exists (
select from work_order o join unit u on u.area_id = o.copied_to where o.issue_id = p.issue_id and u.id = p.unit_id)
"""
GUESTS = """
insert into guest (area_id, subject_id, through, since)
select u.area_id, p.issue_id, p.through, p.since
from issue_party p join unit u on u.id = p.unit_id join issue i on i.id = p.issue_id
where u.area_id is not null and p.through <> p.issue_id
and u.area_id is distinct from i.street_id and u.area_id is distinct from i.community_id
on conflict do nothing
"""
GUESTS_ENDED = """
delete from guest g where g.through = g.subject_id and (
exists (select from work_order o join unit u on u.id = o.unit_id or u.area_id = o.copied_to
where o.issue_id = g.subject_id and u.area_id = g.area_id)
or exists (select from report_in r join whistle_issue l on l.whistle_id = r.whistle_id
join unit u on u.id = r.unit_id where l.issue_id = g.subject_id and u.area_id = g.area_id))
and not exists (select from issue_area a join area b on b.id = a.area_id
where a.issue_id = g.subject_id and g.area_id = any(b.path))
"""
# A district that is at work already gets the new clocks with the limits a new one begins with.
LIMITS = """
insert into limit_rule (id, clock, amount, unit, valid_from)
select gen_random_uuid(), clock, 1, 'working_days', now()
from (values ('whistle_check'), ('raised'), ('settle')) as seed (clock)
where exists (select 1 from category)
"""
RINGS = """
insert into rung (clock, position, name, ahead, amount, unit)
select clock, position, name, false, amount, unit
from (values ('whistle_check'), ('raised'), ('score_appeal')) as seed (clock),
(values (0, 'due', 0, 'minutes'), (1, 'overdue', 1, 'working_days')) as ring (position, name, amount, unit)
where exists (select 1 from category)
"""


def upgrade() -> None:
    op.add_column("issue_party", sa.Column("through", sa.Uuid(), nullable=True))
    op.execute("update issue_party set through = issue_id")
    op.alter_column("issue_party", "through", nullable=False)
    op.drop_constraint("issue_party_pkey", "issue_party")
    op.create_primary_key("issue_party_pkey", "issue_party", ["issue_id", "unit_id", "through"])
    op.create_index(op.f("issue_party_through_idx"), "issue_party", ["through"], unique=False)
    op.add_column("guest", sa.Column("through", sa.Uuid(), nullable=True))
    op.execute("update guest set through = subject_id")
    op.alter_column("guest", "through", nullable=False)
    op.drop_constraint("guest_pkey", "guest")
    op.create_primary_key("guest_pkey", "guest", ["area_id", "subject_id", "through"])
    op.create_index(op.f("guest_through_idx"), "guest", ["through"], unique=False)
    op.execute(STANDING)
    op.execute(WATCHING)
    op.execute(ENDED)
    op.execute(WATCHED)
    op.execute(GUESTS)
    op.execute(GUESTS_ENDED)
    op.execute(LIMITS)
    op.execute(RINGS)
