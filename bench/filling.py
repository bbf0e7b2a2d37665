"""Districts with a history: issues made in bulk, most of them closed, about a hundred open in each street."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from psycopg import sql

from bench.database import SCHEMA, Bench


@dataclass(frozen=True)
class Fill:
    """How many issues, in how many streets, how many of them open."""

    name: str
    rows: int
    streets: int
    open: int


SIZES = (
    Fill("q10k", 10_000, 10, 950),
    Fill("q1m", 1_000_000, 784, 78_400),
    Fill("q10m", 10_000_000, 784, 300_000),
)


@dataclass(frozen=True)
class Filled:
    """A filled database: its streets, their dispatchers' posts, the district's desk, its present time."""

    size: Fill
    streets: list[UUID]
    posts: list[UUID]
    desk: UUID
    now: datetime
    seconds: float


# One row in `every` is open and was raised in the last twenty days; three quarters of those are overdue.
ROWS = """
insert into issue (id, number, state, version, trail_hash, salt, type, channel, urgency, category,
    category_version, text, point, accuracy_m, placement, area_id, boundary_id, district_id, street_id,
    community_id, grid_id, holder_id, explanation, confidential, screening, raised_at, due_at,
    answered_at, closed_at)
select md5('issue' || i)::uuid, '2026-' || i, case when is_open then 'assigned' else 'closed' end, 2,
    decode(md5(i::text) || md5(i::text), 'hex'), decode(md5('s' || i), 'hex'), 'help', 'qr', 'normal',
    'public_toilet', 1, '路灯不亮第' || i % 1000 || '号',
    ST_SetSRID(ST_MakePoint(102 + random(), 24 + random()), 4326),
    15, 'placed', md5('grid' || i % 5000)::uuid, md5('shape' || i % 5000)::uuid, md5('district')::uuid,
    md5('street' || s)::uuid, md5('community' || s)::uuid, md5('grid' || i % 5000)::uuid,
    md5('post' || i % 5000)::uuid, '{{"place": {{"placement": "placed", "by": "point"}}, "holder": null}}', false,
    false, raised_at, raised_at + interval '5 days', closed_at - interval '1 hour', closed_at
from (
    select i, i % {every} = 0 as is_open,
        case when i % {every} = 0 then i / {every} % {streets} else (i::bigint * 7919) % {streets} end as s,
        case when i % {every} = 0 then {now}::timestamptz - random() * interval '20 days'
             else {now}::timestamptz - interval '2 days' - random() * interval '700 days' end as raised_at
    from generate_series(1, {rows}) i
) made, lateral (select case when not is_open then raised_at + interval '1 day' end as closed_at) ended
"""

AREAS = """
insert into area (id, level, kind, rural, code, name, parent_id, district_id, street_id, path, valid_from)
select id, level, 'general', false, code, code, parent, md5('district')::uuid, street,
    array_remove(array[parent, id], null), {now}::timestamptz - interval '1 year'
from (
    select md5('district')::uuid as id, 'district' as level, '990099' as code, null::uuid as parent,
        null::uuid as street
    union all
    select md5('street' || s)::uuid, 'street', '990099-' || s, md5('district')::uuid, md5('street' || s)::uuid
    from generate_series(0, {streets} - 1) s
) made order by level
"""
POSTS = """
insert into post (id, account_id, role, area_id, rank, valid_from)
select md5('post' || id)::uuid, md5('account' || id)::uuid,
    case level when 'district' then 'district_supervisor' else 'street_dispatcher' end, id, 'A', valid_from
from area
"""
UNITS = """
insert into unit (id, kind, code, name, area_id, vertical)
select md5('unit' || id)::uuid, 'office', code, name, id, false from area where level = 'street'
"""


def fill(bench: Bench, size: Fill) -> Filled:
    """Make the database and its issues; indexes return after the rows."""
    began, now = time.monotonic(), datetime.now(UTC)
    bench.make(size.name)
    with bench.admin(size.name) as admin:
        admin.execute(f"set search_path = {SCHEMA}, public")
        indexes = _without_indexes(admin)
        numbers = {"every": size.rows // size.open, "streets": size.streets, "rows": size.rows, "now": now}
        given = {key: sql.Literal(value) for key, value in numbers.items()}
        admin.execute(sql.SQL(ROWS).format(**given))
        for definition in indexes:
            admin.execute(definition)
        for statement in (AREAS, POSTS, UNITS):
            admin.execute(sql.SQL(statement).format(**given))
        for table in ("issue", "area", "post", "unit"):
            admin.execute(sql.SQL("vacuum analyze {}").format(sql.Identifier(table)))
        found = admin.execute(
            "select p.id, a.street_id from post p join area a on a.id = p.area_id"
            " order by a.level = 'street', a.code"
        ).fetchall()
    posts, streets = [row[0] for row in found], [row[1] for row in found]
    return Filled(size, streets[1:], posts[1:], posts[0], now, round(time.monotonic() - began, 1))


def _without_indexes(admin: psycopg.Connection) -> list[str]:
    """Drop what no constraint needs; the statements that make it again."""
    kept = "select conindid::regclass::text from pg_constraint where conindid <> 0"
    found = admin.execute(
        f"select indexname, indexdef from pg_indexes where schemaname = '{SCHEMA}' and tablename = 'issue'"
        f" and indexname not in ({kept})"
    ).fetchall()
    for name, _ in found:
        admin.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
    return [definition for _, definition in found]
