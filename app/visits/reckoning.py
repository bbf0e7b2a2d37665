"""Tasks from rows alone: which households are to be called on in the running and the next stretch, and which
visits served them. Set by set on the driver's cursor; doing it twice changes nothing.

The order is: lock the households (a visit on its way holds them, so it is either seen here or sees what is made
here), follow those that were merged, make what is missing, settle every task.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.clock import office_day
from app.core.db import Statement
from app.core.work import Work
from app.visits.matching import FEED, serves, told
from app.visits.periods import running_and_next

LOOKED_BACK = timedelta(days=35)  # tasks that ended before and are not open are settled only when a visit says so

LOCK = Statement("""
select coalesce(array_agg(id), '{}') from (
    select id from household
    where id = any(%(households)s::uuid[])
        or id in (select merged_into from household where id = any(%(households)s::uuid[]))
    order by id for update
) as held
""")

TASK = (
    "id, rule_id, household_id, street_id, community_id, grid_id, building_group_id, post_id, starts_on, ends_on, "
    "due_on, due_at, state, done_by, done_at, cancelled_at, rev"
)
# One row for one key, whoever makes it first.
KEY = "md5({rule} || '/' || {household} || '/' || {starts} || '/' || coalesce({post}::text, ''))::uuid"
LEVELS = "street_id, community_id, grid_id, building_group_id"
OF_HOUSEHOLD = ", ".join(f"h.{level}" for level in LEVELS.split(", "))

# Who is reached by which rule in which stretch. The rule is the one in force when the stretch begins, so that a
# change of rules in mid-month asks nobody twice. Who opted out of a plan is left alone by its later versions too.
WANTED = f"""
stretch as (
    select * from unnest(%(names)s::text[], %(starts)s::date[], %(ends)s::date[]) as s (period, starts_on, ends_on)
),
reached as (
    select r.id as rule_id, r.for_duty, h.id as household_id, {OF_HOUSEHOLD}, s.starts_on, s.ends_on
    from household h
    cross join plan_rule r
    join stretch s on s.period = r.period
    where h.id = any(%(households)s::uuid[]) and h.until is null and h.merged_into is null
        and r.valid_from <= s.starts_on and (r.valid_to is null or r.valid_to > s.starts_on)
        and (r.household_kind is null or r.household_kind = h.kind)
        and (r.care_kind is null or exists (
            select from care_need c where c.household_id = h.id and c.kind = r.care_kind
                and (c.until is null or c.until > %(now)s::timestamptz)))
),
posted as (
    select r.*, null::uuid as post_id from reached r where not r.for_duty
    union all
    select r.*, d.post_id from reached r join contact_duty d on d.household_id = r.household_id
    where r.for_duty and d.since <= %(now)s::timestamptz and (d.until is null or d.until > %(now)s::timestamptz)
),
shut as (
    select o.household_id, same.id as rule_id from opt_out o
    left join plan_rule named on named.id = o.rule_id
    left join plan_rule same on same.code = named.code
    where o.household_id = any(%(households)s::uuid[]) and o.since <= %(now)s::timestamptz
        and (o.until is null or o.until > %(now)s::timestamptz)
),
wanted as (
    select distinct on (p.rule_id, p.household_id, p.starts_on, p.post_id) p.* from posted p
    where not exists (
        select from shut s where s.household_id = p.household_id and (s.rule_id is null or s.rule_id = p.rule_id))
)
"""  # noqa: S608  # of constants

MAKE = Statement(f"""
with {WANTED},
made as (
    insert into visit_task ({TASK})
    select {KEY.format(rule="w.rule_id", household="w.household_id", starts="w.starts_on", post="w.post_id")},
        w.rule_id, w.household_id, w.street_id, w.community_id, w.grid_id, w.building_group_id, w.post_id,
        w.starts_on, w.ends_on, w.ends_on, null, 'open', null, null, null, 1
    from wanted w
    on conflict do nothing
    returning id, rev, grid_id, household_id
),
feed as (insert into change {FEED} {told("task", "made")})
select count(*) from made
""")  # noqa: S608  # of constants

SETTLE = Statement(f"""
with {WANTED},
judged as (
    select t.id, t.grid_id as old_grid_id, {OF_HOUSEHOLD},
        served.id as done_by, served.at as done_at, served.result,
        case
            when h.until is not null or h.merged_into is not null
                then coalesce(t.cancelled_at, %(now)s::timestamptz)
            when t.due_at is not null then case
                when exists (select from shut s where s.household_id = h.id and coalesce(s.rule_id, r.id) = r.id)
                then coalesce(t.cancelled_at, %(now)s::timestamptz) else t.cancelled_at end
            when t.ends_on < %(today)s::date then t.cancelled_at
            when exists (
                select from wanted w where w.rule_id = t.rule_id and w.household_id = t.household_id
                    and w.starts_on = t.starts_on and w.post_id is not distinct from t.post_id) then null
            else coalesce(t.cancelled_at, %(now)s::timestamptz)
        end as cancelled_at
    from visit_task t
    join plan_rule r on r.id = t.rule_id
    join household h on h.id = t.household_id
    left join lateral (
        select v.id, v.at, v.result from visit v
        where v.household_id = t.household_id
            and {serves("select c.post_id from visit_companion c where c.visit_id = v.id")}
        order by v.result = 'met' desc, v.at, v.id limit 1
    ) as served on true
    where t.household_id = any(%(households)s::uuid[]) and (t.ends_on >= %(since)s::date or t.state = 'open')
),
stated as (
    select j.*, case when j.result = 'met' then 'covered' when j.result = 'refused' then 'refused'
        when j.cancelled_at is not null then 'cancelled' else 'open' end as state
    from judged j
),
settled as (
    update visit_task t set
        state = s.state, done_by = s.done_by, done_at = s.done_at, cancelled_at = s.cancelled_at, rev = t.rev + 1,
        street_id = case when s.state = 'open' then s.street_id else t.street_id end,
        community_id = case when s.state = 'open' then s.community_id else t.community_id end,
        grid_id = case when s.state = 'open' then s.grid_id else t.grid_id end,
        building_group_id = case when s.state = 'open' then s.building_group_id else t.building_group_id end
    from stated s
    where t.id = s.id and (
        (t.state, t.done_by, t.done_at, t.cancelled_at)
            is distinct from (s.state, s.done_by, s.done_at, s.cancelled_at)
        or (s.state = 'open' and (t.street_id, t.community_id, t.grid_id, t.building_group_id)
            is distinct from (s.street_id, s.community_id, s.grid_id, s.building_group_id)))
    returning t.id, t.rev, t.grid_id, s.old_grid_id, t.household_id
),
left_ground as (select * from settled where old_grid_id is distinct from grid_id),
feed as (
    insert into change {FEED} {told("task", "settled")}
    union all {told("task", "left_ground", kind="evict", grid="old_grid_id")}
)
select count(*) from settled
""")  # noqa: S608  # of constants

FOLLOW = Statement(f"""
with gone as (
    select id, merged_into from household where id = any(%(households)s::uuid[]) and merged_into is not null
),
visits as (
    update visit v set household_id = g.merged_into, said_household_id = coalesce(v.said_household_id, g.id)
    from gone g where v.household_id = g.id
    returning v.id, v.rev || '/' || g.id as rev, v.grid_id, v.household_id
),
asked as (update opt_out o set household_id = g.merged_into from gone g where o.household_id = g.id),
given_up as (
    update contact_duty d set until = %(now)s::timestamptz from gone g
    where d.household_id = g.id and (d.until is null or d.until > %(now)s::timestamptz)
    returning d.post_id, g.merged_into
),
taken_up as (
    insert into contact_duty (post_id, household_id, since, until)
    select distinct u.post_id, u.merged_into, %(now)s::timestamptz, null::timestamptz from given_up u
    where not exists (
        select from contact_duty d where d.post_id = u.post_id and d.household_id = u.merged_into
            and (d.until is null or d.until > %(now)s::timestamptz))
    on conflict do nothing
),
tasks as (
    insert into visit_task ({TASK})
    select distinct on (t.rule_id, h.id, t.starts_on, t.post_id)
        {KEY.format(rule="t.rule_id", household="h.id", starts="t.starts_on", post="t.post_id")},
        t.rule_id, h.id, {OF_HOUSEHOLD}, t.post_id, t.starts_on, t.ends_on, t.due_on, t.due_at, 'open',
        null::uuid, null::timestamptz, t.cancelled_at, 1
    from gone g join household h on h.id = g.merged_into join visit_task t on t.household_id = g.id
    where t.cancelled_at is null or t.done_by is not null
    on conflict do nothing
    returning id, rev, grid_id, household_id
),
left_behind as (
    update visit_task t set state = 'cancelled', done_by = null, done_at = null, rev = t.rev + 1,
        cancelled_at = coalesce(t.cancelled_at, %(now)s::timestamptz)
    from gone g where t.household_id = g.id and (t.state <> 'cancelled' or t.cancelled_at is null)
    returning t.id, t.rev, t.grid_id, t.household_id
),
feed as (
    insert into change {FEED} {told("visit", "visits")}
    union all {told("task", "tasks")} union all {told("task", "left_behind")}
)
select count(*) from visits
""")  # noqa: S608  # of constants

MAJOR = Statement(f"""
with made as (
    insert into visit_task ({TASK})
    select {KEY.format(rule="r.id", household="h.id", starts="%(starts)s::date", post="null")},
        r.id, h.id, {OF_HOUSEHOLD}, null, %(starts)s::date, (due.at at time zone 'Asia/Shanghai')::date,
        (due.at at time zone 'Asia/Shanghai')::date, due.at, 'open', null, null, null, 1
    from household h join plan_rule r on r.period = 'once'
    cross join lateral (select %(at)s::timestamptz + make_interval(hours => coalesce(r.hours, 24)) as at) as due
    where h.id = any(%(households)s::uuid[]) and h.until is null and h.merged_into is null
        and r.valid_from <= %(starts)s::date and (r.valid_to is null or r.valid_to > %(starts)s::date)
        and (r.household_kind is null or r.household_kind = h.kind)
        and (r.care_kind is null or exists (
            select from care_need c where c.household_id = h.id and c.kind = r.care_kind and c.until is null))
    on conflict (rule_id, household_id, starts_on, post_id) do update
        set due_at = excluded.due_at, ends_on = excluded.ends_on, due_on = excluded.due_on,
            rev = visit_task.rev + 1
        where visit_task.state <> 'open'
    returning id, rev, grid_id, household_id
),
feed as (insert into change {FEED} {told("task", "made")})
select count(*) from made
""")  # noqa: S608  # of constants

PASS_ON = Statement(f"""
with gone as (
    select t.* from visit_task t
    where t.post_id = %(post)s::uuid and t.household_id = %(household)s::uuid and t.state = 'open'
),
tasks as (
    insert into visit_task ({TASK})
    select {KEY.format(rule="g.rule_id", household="g.household_id", starts="g.starts_on", post="%(to)s::uuid")},
        g.rule_id, g.household_id, g.street_id, g.community_id, g.grid_id, g.building_group_id, %(to)s::uuid,
        g.starts_on, g.ends_on, g.due_on, g.due_at, 'open', null, null, null, 1
    from gone g
    on conflict do nothing
    returning id, rev, grid_id, household_id
),
left_behind as (
    update visit_task t set state = 'cancelled', cancelled_at = %(now)s::timestamptz, rev = t.rev + 1
    from gone g where t.id = g.id
    returning t.id, t.rev, t.grid_id, t.household_id
),
feed as (insert into change {FEED} {told("task", "tasks")} union all {told("task", "left_behind")})
select count(*) from left_behind
""")  # noqa: S608  # of constants


async def hold(work: Work, households: Iterable[UUID]) -> list[UUID]:
    """Lock households and those they were merged into, in one order, so that nobody waits in a ring."""
    (held,) = await LOCK.row(await work.cursor(), {"households": list(households)})
    return list(held)


async def reckon(work: Work, households: Iterable[UUID], since: date | None = None) -> None:
    """Make and settle the tasks of households, also of those that were merged. `since` reaches farther back: the
    day of a visit that was amended.
    """
    held = await hold(work, households)
    if not held:
        return
    today = office_day(work.clock.now())
    back = today - LOOKED_BACK
    parameters = {
        **_stretches(today), "households": held, "now": work.clock.now(), "today": today,
        "since": min(since or back, back),
    }  # fmt: skip
    cursor = await work.cursor()
    for statement in (FOLLOW, MAKE, SETTLE):
        await statement.row(cursor, parameters)


def _stretches(today: date) -> dict[str, Any]:
    found = running_and_next(today)
    return {
        "names": [str(period) for period, _ in found],
        "starts": [span.starts_on for _, span in found],
        "ends": [span.ends_on for _, span in found],
    }


async def ask_at_once(work: Work, households: Iterable[UUID], at: datetime) -> None:
    """The task in hours that a grave change at that moment asks for, of every rule that reaches the household."""
    starts = office_day(at)
    parameters = {"households": list(households), "now": work.clock.now(), "at": at, "starts": starts}
    await MAJOR.row(await work.cursor(), parameters)


async def pass_on(work: Work, household: UUID, post: UUID, to: UUID) -> None:
    """What a post still had to do for a household of its list, the missed ones too, becomes another's."""
    parameters = {"household": household, "post": post, "to": to, "now": work.clock.now()}
    await PASS_ON.row(await work.cursor(), parameters)
