"""The one write of visits: a phone's whole batch in one statement on the driver's cursor (DESIGN 9.3).

Visits, companions, places kept for photos, what phones are told and the tasks they cover stand or fall together.
A visit whose id is known already makes nothing. A household that was merged is followed to the living one; ground
is read from the household, never from what a phone says.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.db import Statement
from app.core.work import Work
from app.visits.matching import FEED, serves, told

MOST = 50  # visits in one statement: a batch of the phone's (SYNC 3c)
COLUMNS = (
    "id, household_id, said_household_id, dwelling_id, street_id, community_id, grid_id, building_group_id, kind, "
    "result, way, advice, follow_up_on, note, point, accuracy_m, occurred_at, at, clock_quality, received_at, "
    "account_id, post_id, device_id, rev"
)
WRITE = f"""
with given as materialized (
    select * from jsonb_to_recordset(%(visits)s::jsonb) as g (
        id uuid, household_id uuid, dwelling_id uuid, kind text, result text, way text, advice text[],
        follow_up_on date, note text, point text, accuracy_m float8, occurred_at timestamptz, at timestamptz,
        clock_quality text, account_id uuid, post_id uuid, device_id uuid, companions uuid[], photos jsonb)
),
made as (
    insert into visit ({COLUMNS})
    select g.id, alive.id, case when named.merged_into is not null then named.id end,
        coalesce(alive.dwelling_id, d.id),
        case when alive.id is null then d.street_id else alive.street_id end,
        case when alive.id is null then d.community_id else alive.community_id end,
        case when alive.id is null then d.grid_id else alive.grid_id end,
        case when alive.id is null then d.building_group_id else alive.building_group_id end,
        g.kind, g.result, g.way, g.advice, g.follow_up_on, g.note, ST_GeomFromEWKB(decode(g.point, 'hex')),
        g.accuracy_m, g.occurred_at, g.at, g.clock_quality, %(now)s::timestamptz, g.account_id, g.post_id,
        g.device_id, 1
    from given g
    left join household named on named.id = g.household_id
    left join household alive on alive.id = coalesce(named.merged_into, named.id)
    left join dwelling d on d.id = g.dwelling_id
    on conflict (id) do nothing
    returning *
),
companions as (
    insert into visit_companion (visit_id, post_id)
    select distinct m.id, c.post_id
    from made m join given g on g.id = m.id cross join lateral unnest(g.companions) as c (post_id)
    where c.post_id <> m.post_id
),
photos as (
    insert into visit_photo (visit_id, media_id, sha256, missing_since)
    select m.id, p.media_id, p.sha256, m.received_at
    from made m join given g on g.id = m.id
    cross join lateral jsonb_to_recordset(g.photos) as p (media_id uuid, sha256 text)
    on conflict do nothing
),
serving as (
    select distinct on (t.id) t.id as task_id, v.id as visit_id, v.at, v.result
    from made v
    join visit_task t on t.household_id = v.household_id
    join plan_rule r on r.id = t.rule_id
    where {serves("select unnest(g.companions) from given g where g.id = v.id")}
    order by t.id, v.result = 'met' desc, v.at, v.id
),
served as (
    update visit_task t set
        state = case s.result when 'met' then 'covered' else 'refused' end,
        done_by = s.visit_id, done_at = s.at, rev = t.rev + 1
    from serving s
    where t.id = s.task_id and case s.result
        when 'met' then t.state <> 'covered' or (s.at, s.visit_id) < (t.done_at, t.done_by)
        else t.state in ('open', 'cancelled')
            or (t.state = 'refused' and (s.at, s.visit_id) < (t.done_at, t.done_by)) end
    returning t.id, t.rev, t.grid_id, t.household_id
),
feed as (
    insert into change {FEED} {told("visit", "made")} union all {told("task", "served")}
)
select coalesce(json_agg(json_build_object('id', id, 'said', said_household_id, 'household', household_id)), '[]')
from made
"""  # noqa: S608  # of constants
STATEMENT = Statement(WRITE)


@dataclass(frozen=True)
class Written:
    """A visit that was not there before: the household it counts for, and the named one if that was merged."""

    household_id: UUID | None
    said_household_id: UUID | None


async def write(work: Work, rows: Sequence[Mapping[str, Any]]) -> dict[UUID, Written]:
    """Write visits, at most `MOST`; what is missing in the answer was there already."""
    if len(rows) > MOST:
        raise ValueError(len(rows))
    parameters = {"visits": json.dumps(rows, default=str, ensure_ascii=False), "now": work.clock.now()}
    (made,) = await STATEMENT.row(await work.cursor(), parameters)
    return {UUID(one["id"]): Written(_id(one["household"]), _id(one["said"])) for one in made}


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
