"""The fixed reference of intake: raw asyncpg, six plain statements between BEGIN, SET LOCAL and COMMIT.

The same layout and the same request as ours: claim the key, locate joined to the worker, issue, trail, outbox,
reporter. It checks nothing, chains nothing, seals nothing, explains nothing: the least that stores the rows.
"""

import hashlib
import json
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Header, Request
from pydantic import BaseModel

SCHEMA = os.environ.get("BENCH_SCHEMA", "t_990099")
ENTER = f"set local search_path = {SCHEMA}, public"
CLAIM = """insert into idempotency (owner, route, key, body_hash, subject_id, at)
values ('public', 'reference', $1, $2, $3, $4) on conflict do nothing returning key"""
LOCATE = """with hit as materialized (
    select id, area_id from boundary
    where ST_Covers(geom, ST_SetSRID(ST_MakePoint($1, $2), 4326)) and (valid @> $3::timestamptz) is true
)
select a.id, hit.id as boundary_id, a.district_id, a.street_id, a.community_id, a.grid_id, p.id as post_id, p.role
from hit join area a on a.id = hit.area_id and a.level = 'grid'
left join post p on p.area_id = a.id and p.role = 'grid_worker' and p.valid_to is null
order by a.code, p.rank limit 1"""
ISSUE = """insert into issue (id, number, state, version, trail_hash, salt, type, channel, urgency, category,
    text, point, accuracy_m, placement, area_id, boundary_id, district_id, street_id, community_id, grid_id,
    holder_id, explanation, confidential, screening, raised_at, due_at)
values ($1, $2, 'assigned', 2, $3, $4, $5, 'qr', 'normal', $6, $7, ST_SetSRID(ST_MakePoint($8, $9), 4326), $10,
    'placed', $11, $12, $13, $14, $15, $16, $17, $18::jsonb, false, false, $19, $20)"""
TRAIL = """insert into trail (id, subject_kind, subject_id, seq, at, step, from_state, to_state, role, detail, v,
    hash)
values ($1, 'issue', $2, 1, $3, 'raise', null, 'raised', 'public', '{}', 1, $4),
       ($5, 'issue', $2, 2, $3, 'assign', 'raised', 'assigned', 'public', $6::jsonb, 1, $4)"""
OUTBOX = """insert into outbox (id, subject_id, seq, event, payload, at, next_try_at)
values ($1, $2, 1, 'IssueRaised', $3::jsonb, $4, $4), ($5, $2, 2, 'IssueAssigned', $6::jsonb, $4, $4)"""
REPORTER = """insert into reporter (id, issue_id, name_sealed, phone_sealed, phone_hash, masked, at)
values ($1, $2, $3, $4, $4, $5, $6)"""
NO_HASH = b"\0" * 32


class Place(BaseModel):
    """A point as it comes."""

    lon: float
    lat: float
    accuracy_m: float | None = None


class Who(BaseModel):
    """The contact."""

    name: str
    phone: str


class Report(BaseModel):
    """The fields the benchmark sends."""

    text: str
    type: str
    category: str | None
    district: str
    point: Place
    contact: Who


class Receipt(BaseModel):
    """The answer."""

    id: UUID
    number: str
    state: str
    grid_id: UUID
    holder: UUID | None
    raised_at: datetime
    due_at: datetime


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The pool of this process, as large as ours."""
    size = int(os.environ.get("BENCH_POOL", "5"))
    app.state.pool = await asyncpg.create_pool(os.environ["BENCH_DSN"], min_size=size, max_size=size)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


def _id() -> UUID:
    return UUID(bytes=secrets.token_bytes(16), version=4)


@app.post("/api/v1/issues", status_code=201)
async def create(
    report: Report, request: Request, key: Annotated[str, Header(alias="Idempotency-Key")]
) -> Receipt:
    """One create in one transaction."""
    issue_id, now = _id(), datetime.now(UTC)
    digest = hashlib.sha256(report.text.encode()).digest()
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute(ENTER)
        await connection.fetchval(CLAIM, key, digest, issue_id, now)
        place = await connection.fetchrow(LOCATE, report.point.lon, report.point.lat, now)
        return await _store(connection, report, issue_id, now, place)


async def _store(connection: Any, report: Report, issue_id: UUID, now: datetime, place: Any) -> Receipt:
    number, due = issue_id.hex[:20], now + timedelta(days=5)
    kept = json.dumps({"holder": str(place["post_id"]), "role": place["role"]})
    await connection.execute(
        ISSUE, issue_id, number, NO_HASH, secrets.token_bytes(16), report.type, report.category, report.text,
        report.point.lon, report.point.lat, report.point.accuracy_m, place["id"], place["boundary_id"],
        place["district_id"], place["street_id"], place["community_id"], place["grid_id"], place["post_id"],
        kept, now, due,
    )  # fmt: skip
    await connection.execute(TRAIL, _id(), issue_id, now, NO_HASH, _id(), kept)
    await connection.execute(OUTBOX, _id(), issue_id, kept, now, _id(), kept)
    name, phone = report.contact.name, report.contact.phone
    await connection.execute(
        REPORTER, _id(), issue_id, name.encode(), phone.encode(), f"{name[:1]}* {phone[:3]}****", now
    )
    return Receipt(
        id=issue_id, number=number, state="assigned", grid_id=place["grid_id"], holder=place["post_id"],
        raised_at=now, due_at=due,
    )  # fmt: skip
