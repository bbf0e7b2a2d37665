"""What several tests of issues do: raise, look, count, and make the pictures and people they need."""

import io
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import httpx2
from PIL import Image
from sqlalchemy import func, select

from app.core.audit import Trail
from app.core.db import Base
from app.core.idempotency import Idempotency
from app.core.outbox import Outbox
from app.core.work import Runtime, system_work
from app.grid.queries import get_area
from app.issues.actions import involve
from app.issues.kinds import PartyRole
from app.issues.models import Issue, IssueParty
from app.issues.records import IssuePhoto, Rating, Remark, Reporter, Unmasking
from app.people import actions
from app.people.models import Absence, Post, Rank, Role, Unit
from tests import town
from tests.conftest import Desk, find_post, report

HERE, THERE = town.DISTRICTS
EVERY_TABLE: Sequence[type[Base]] = (
    Issue, Trail, Outbox, Reporter, IssuePhoto, IssueParty, Remark, Rating, Unmasking, Idempotency,
)  # fmt: skip


async def raised(by: Desk, place: Any = None, **more: Any) -> dict[str, Any]:
    """The receipt of a report that was taken."""
    if place is None and not {"area_code", "point"} & set(more):
        place = town.IN_B1
    answer = await by.post("/issues", report(place, **more))
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def rows(runtime: Runtime, district: str = HERE) -> dict[str, int]:
    """How many rows each table of an issue's life has."""
    found: dict[str, int] = {}
    async with system_work(runtime, district) as work:
        for model in EVERY_TABLE:
            found[model.__tablename__] = await work.session.scalar(select(func.count()).select_from(model)) or 0
    return found


async def unit_named(runtime: Runtime, code: str, district: str = HERE) -> UUID:
    async with system_work(runtime, district) as work:
        found: UUID | None = await work.session.scalar(select(Unit.id).where(Unit.code == code))
    assert found is not None
    return found


async def let_in(runtime: Runtime, issue: str, unit: str) -> None:
    """Make a unit a party to an issue."""
    unit_id = await unit_named(runtime, unit)
    async with system_work(runtime, HERE) as work:
        await involve(work, UUID(issue), unit_id, PartyRole.LEAD)


async def appointed(runtime: Runtime, role: Role, ground: str, login: str, rank: Rank = Rank.A) -> UUID:
    """One more post of a person the town knows by another one."""
    async with system_work(runtime, HERE) as work:
        account = await account_of(runtime, login)
        area = await get_area(work, ground)
        return await actions.appoint(work, account, role, actions.Ground(area_id=area.id), rank)


async def account_of(runtime: Runtime, login: str) -> Any:
    role, _, ground = login.partition("-")
    return (await find_post(runtime, HERE, Role(role), ground))[0]


async def away(runtime: Runtime, role: Role, ground: str, deputy: str | None = None, hours: float = 8) -> None:
    """The holder is away; the deputy is named by login."""
    _, post = await find_post(runtime, HERE, role, ground)
    deputy_id = await account_of(runtime, deputy) if deputy else None
    async with system_work(runtime, HERE) as work:
        await actions.leave(work, post, work.clock.now() + timedelta(hours=hours), deputy_id)


async def vacate(runtime: Runtime, *which: tuple[Role, str]) -> None:
    """The posts end now."""
    for role, ground in which:
        _, post = await find_post(runtime, HERE, role, ground)
        async with system_work(runtime, HERE) as work:
            await actions.end_post(work, post)


async def posts_left(runtime: Runtime, *roles: Role) -> list[UUID]:
    """Posts of these roles, wherever they are."""
    async with system_work(runtime, HERE) as work:
        found = await work.session.scalars(select(Post.id).where(Post.role.in_(roles), Post.valid_to.is_(None)))
        return list(found)


async def absences(runtime: Runtime) -> int:
    async with system_work(runtime, HERE) as work:
        return await work.session.scalar(select(func.count()).select_from(Absence)) or 0


@cache
def jpeg(width: int = 64, height: int = 48, colour: str = "teal") -> bytes:
    """A real picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return out.getvalue()


def assert_problem(answer: httpx2.Response, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    """A problem document with a stable code, both languages and the field."""
    said: dict[str, Any] = answer.json()
    assert (answer.status_code, said.get("code")) == (status, code), answer.text[:600]
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["status"] == status
    assert said["type"] == f"urn:wangge:problem:{code}"
    assert any("\u3400" <= char <= "\u9fff" for char in said["title"]), said
    assert said["title_en"]
    assert said["title_en"] != said["title"]
    if field is not None:
        assert said.get("field") == field, said
    return said
