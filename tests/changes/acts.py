"""What tests of changes do again and again: draw, ask, walk a request through, let its moment come."""

from typing import Any
from uuid import UUID

from shapely import Polygon, box
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select

from app.changes.models import AreaChange
from app.core.audit import Break, Trail, verify
from app.core.outbox import Outbox
from app.core.work import Runtime, system_work
from app.grid.models import Area
from app.issues.models import Issue
from app.people.models import Post, Role
from app.worker.turns import catch_up, drain
from tests import town
from tests.conftest import Desk, Sit

HERE = town.DISTRICTS[0]
CHAINS: dict[str, type[Any]] = {"issue": Issue, "area_change": AreaChange, "post": Post}
WEST_HALF, EAST_HALF = box(102.80, 24.80, 102.825, 24.85), box(102.825, 24.80, 102.85, 24.85)
NEW_GRID = f"{town.C1}009"


def drawn(shape: BaseGeometry) -> dict[str, Any]:
    """A shape as an editor sends it."""
    return dict(mapping(shape))


def split_of(area: str, *pieces: tuple[str, str, Polygon], **more: Any) -> dict[str, Any]:
    said = [{"code": code, "name": name, "shape": drawn(shape)} for code, name, shape in pieces]
    return {"kind": "split", "area": area, "pieces": said, **more}


def halves(**more: Any) -> dict[str, Any]:
    """The first grid in two: the west goes on being it, the east is new; its two buildings go along."""
    pieces = ((town.G1, "第一网格", WEST_HALF), (NEW_GRID, "第九网格", EAST_HALF))
    return split_of(town.G1, *pieces, **more)


async def asked(by: Desk, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A draft that was taken."""
    said = {"content": content, "reason": "户数超过网格规模标准。", **more}
    answer = await by.post("/area-changes", said)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def take(by: Desk, change: dict[str, Any], step: str, **said: Any) -> dict[str, Any]:
    """A step that was taken."""
    answer = await by.post(f"/area-changes/{change['id']}/steps/{step}", said)
    assert answer.status_code == 200, answer.text
    taken: dict[str, Any] = answer.json()
    return taken


async def approved(sit: Sit, content: dict[str, Any], effective_at: Any = None, **more: Any) -> dict[str, Any]:
    """Drafted by the community, agreed to by the street, approved by the district."""
    change = await asked(await sit(Role.COMMUNITY_SECRETARY, town.C1), content, **more)
    change = await take(await sit(Role.COMMUNITY_SECRETARY, town.C1), change, "submit")
    change = await take(await sit(Role.STREET_SECRETARY, town.WEST), change, "agree", note="同意。")
    when = {"effective_at": effective_at.isoformat()} if effective_at else {}
    return await take(await sit(Role.DISTRICT_ADMIN, HERE), change, "approve", **when)


async def of_district(sit: Sit, content: dict[str, Any], effective_at: Any = None) -> dict[str, Any]:
    """Drafted by one person of the district and approved by another, where no single street is asked."""
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    change = await asked(admin, content)
    if "submit" in change["allowed_steps"]:
        change = await take(admin, change, "submit")
        change = await take(await sit(Role.STREET_SECRETARY, town.WEST), change, "agree")
    else:
        change = await take(admin, change, "submit_to_district")
    when = {"effective_at": effective_at.isoformat()} if effective_at else {}
    return await take(await sit(Role.DISTRICT_SUPERVISOR, HERE), change, "approve", **when)


async def came(runtime: Runtime) -> None:
    """Everything that is due happens, clocks first, and what follows from it."""
    await catch_up(runtime, HERE)
    await drain(runtime, HERE)


async def read(by: Desk, change: dict[str, Any]) -> dict[str, Any]:
    answer = await by.get(f"/area-changes/{change['id']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def assert_whole(runtime: Runtime) -> None:
    """Every chain of matters, changes and posts holds, and every act has its event."""
    async with system_work(runtime, HERE) as work:
        walked = [one for kind, model in CHAINS.items() async for one in verify(work.session, kind, model)]
        acts = await work.session.scalar(select(func.count()).select_from(Trail)) or 0
        events = await work.session.scalar(select(func.count()).select_from(Outbox))
    assert [one for one in walked if isinstance(one, Break)] == []
    assert (sum(one for one in walked if isinstance(one, int)), events) == (acts, acts)


async def area_of(runtime: Runtime, code: str) -> Area:
    """The area of a code in force."""
    async with system_work(runtime, HERE) as work:
        found = await work.session.scalar(select(Area).where(Area.code == code, Area.valid_to.is_(None)))
    assert found is not None, code
    return found


async def codes_of(runtime: Runtime, ids: list[UUID]) -> list[str]:
    async with system_work(runtime, HERE) as work:
        rows = {row.id: row.code for row in await work.session.execute(select(Area.id, Area.code))}
    return [rows[one] for one in ids]
