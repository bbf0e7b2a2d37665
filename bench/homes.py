"""Phones with ground of their own: a hundred grids with five hundred households each, and a device a worker.

All names are one sealed value: opening it costs what opening any costs, and nobody is named.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
from psycopg import sql

from app.core.crypto import token_hash
from app.core.work import Runtime
from bench.database import DISTRICT, SCHEMA, Bench

HOUSEHOLDS, FEW = 500, 50  # on one grid: of the first hundred, of the others
RESIDENTS = 3
FILL = """
create temporary table chosen as
select p.id as post_id, p.account_id, a.id as grid_id, a.street_id, a.community_id,
    row_number() over (order by a.code) as n
from post p join area a on a.id = p.area_id and a.level = 'grid'
where p.role = 'grid_worker' order by a.code limit {grids};
insert into dwelling (id, area_id, street_id, community_id, grid_id, building, entrance, room, use, since)
select gen_random_uuid(), grid_id, street_id, community_id, grid_id, '1', '1', 'b' || h, 'home', now()
from chosen cross join lateral generate_series(1, case when n <= 100 then {households} else {few} end) as h;
insert into household (id, dwelling_id, street_id, community_id, grid_id, kind, keys, version, trail_hash, rev,
    field_revs, since, changed_at)
select gen_random_uuid(), id, street_id, community_id, grid_id, 'permanent', '{{}}', 1, '\\x00', 1, '{{}}',
    now(), now()
from dwelling;
insert into resident (id, household_id, relation, name_sealed, name_masked, phone_masked, rev, field_revs, since,
    changed_at)
select gen_random_uuid(), h.id, case r when 1 then 'head' else 'other' end, {name}, '曾**', '138****0000', 1,
    '{{}}', now(), now()
from household h cross join generate_series(1, {residents}) as r;
insert into visit (id, household_id, dwelling_id, street_id, community_id, grid_id, kind, result, way, advice,
    occurred_at, at, clock_quality, received_at, account_id, post_id, rev)
select gen_random_uuid(), h.id, h.dwelling_id, h.street_id, h.community_id, h.grid_id, 'visit', 'met', 'door',
    '{{}}', t.at, t.at, 'ok', t.at, c.account_id, c.post_id, 1
from household h join chosen c on c.grid_id = h.grid_id
cross join (select now() - interval '20 days' as at) t;
insert into visit_task (id, rule_id, household_id, street_id, community_id, grid_id, starts_on, ends_on, due_on,
    state, rev)
select gen_random_uuid(), r.id, h.id, h.street_id, h.community_id, h.grid_id, date_trunc('month', now()),
    now() + interval '30 days', now() + interval '30 days', 'open', 1
from household h cross join plan_rule r where r.code = 'living_alone_month';
"""


@dataclass(frozen=True)
class Carried:
    """One phone with its session."""

    device_id: UUID
    post_id: UUID
    token: str
    households: tuple[UUID, ...]


def fill(bench: Bench, database: str, runtime: Runtime, grids: int) -> list[Carried]:
    """Ground for so many phones, one a grid; statistics fresh, as a running service has them."""
    sealed = runtime.keys.seal("曾某某", "resident.name")
    text = sql.SQL(FILL).format(
        grids=sql.Literal(grids), households=sql.Literal(HOUSEHOLDS), few=sql.Literal(FEW),
        residents=sql.Literal(RESIDENTS),        name=sql.Literal(sealed),
    )  # fmt: skip
    with bench.admin(database) as admin:
        admin.execute(sql.SQL("set search_path = {}, public").format(sql.Identifier(SCHEMA)))
        for statement in text.as_string(admin).split(";\n"):
            if statement.strip():
                admin.execute(statement.encode())
        phones = [
            _carried(admin, *row) for row in admin.execute("select post_id, account_id, grid_id, n from chosen")
        ]
        admin.execute("analyze")
    return phones


def _carried(admin: psycopg.Connection, post_id: UUID, account_id: UUID, grid_id: UUID, n: int) -> Carried:
    device, token, now = UUID(int=2**100 + n), f"{DISTRICT}.bench-{n:06d}-{'x' * 32}", datetime.now(UTC)
    named = f"b{account_id.hex}"
    with admin.cursor() as cursor:
        cursor.execute(
            "insert into directory.account (id, username, display_name, password_hash, created_at)"
            " values (%s, %s, '测试员', '-', %s) on conflict do nothing", (account_id, named, now),
        )  # fmt: skip
        cursor.execute(
            "insert into device (id, version, trail_hash, account_id, post_id, grid_id, name, app_build,"
            " refreshed_at, refresh_ends_at, enrolled_at, seen_at)"
            " values (%s, 1, '\\x00', %s, %s, %s, 'bench', 'bench', %s, %s, %s, %s)",
            (device, account_id, post_id, grid_id, now, now + timedelta(days=30), now, now),
        )  # fmt: skip
        cursor.execute(
            "insert into directory.token (hash, account_id, district, post_id, device_id, issued_at, expires_at)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            (token_hash(token), account_id, DISTRICT, post_id, device, now, now + timedelta(hours=12)),
        )  # fmt: skip
        cursor.execute("select id from household where grid_id = %s order by id", (grid_id,))
        households = tuple(row[0] for row in cursor.fetchall())
    return Carried(device, post_id, token, households)
