"""What several tests of the core need: issues to look at, rows counted past the scope, an owner's connection."""

from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import func, select

from app.core.audit import Break, Trail, verify
from app.core.db import Base
from app.core.outbox import Outbox
from app.core.work import Runtime, system_work
from app.issues.models import Issue
from tests import town
from tests.conftest import Desk, report

HERE, THERE = town.DISTRICTS
A_KEY = "a key nobody guesses 01".replace(" ", "-")


async def raised(public: Desk, place: Any = town.IN_B1, key: str | None = None, **more: Any) -> dict[str, Any]:
    """A report that was taken, as the reply says it."""
    headers = {"Idempotency-Key": key} if key else {}
    answer = await public.post("/issues", report(place, **more), headers=headers)
    assert answer.status_code in (200, 201), answer.text
    said: dict[str, Any] = answer.json()
    return said


async def count(runtime: Runtime, model: type[Base], district: str = HERE, *conditions: Any) -> int:
    """Rows of a table, whoever may see them."""
    async with system_work(runtime, district) as work:
        found = await work.session.scalar(select(func.count()).select_from(model).where(*conditions))
    return int(found or 0)


async def assert_whole(runtime: Runtime, district: str = HERE) -> int:
    """State changes = trail rows = outbox rows, and every chain holds (TRUST 38); returns the trail rows."""
    async with system_work(runtime, district) as work:
        versions = await work.session.scalar(select(func.coalesce(func.sum(Issue.version), 0)))
        last = select(Trail.to_state).where(Trail.subject_id == Issue.id).order_by(Trail.seq.desc()).limit(1)
        other = await work.session.scalars(select(Issue.number).where(Issue.state != last.scalar_subquery()))
        assert other.all() == []
        found = [one async for one in verify(work.session, "issue", Issue)]
    acts, events = await count(runtime, Trail, district), await count(runtime, Outbox, district)
    assert found == [acts]
    assert (versions, events) == (acts, acts)
    return acts


async def breaks(runtime: Runtime, district: str = HERE) -> list[Break]:
    """What the verifier finds."""
    async with system_work(runtime, district) as work:
        return [one async for one in verify(work.session, "issue", Issue) if isinstance(one, Break)]


def as_role(url: str, schema: str = f"t_{HERE}") -> psycopg.Connection[Any]:
    """A plain connection that commits each statement, its path one district."""
    connection: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)
    connection.execute(sql.SQL("set search_path = {}, public").format(sql.Identifier(schema)))
    return connection


async def ids_of(runtime: Runtime, district: str = HERE) -> list[UUID]:
    """Issues in the order they were raised."""
    async with system_work(runtime, district) as work:
        return list(await work.session.scalars(select(Issue.id).order_by(Issue.raised_at, Issue.id)))
