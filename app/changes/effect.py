"""The moment of a change, rung by its clock: looked at once more, written, carried, all in one transaction."""

from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from app.changes import events, writing
from app.changes.carrying import OnGround
from app.changes.content import read_content
from app.changes.faults import as_finding, errors, told
from app.changes.kinds import ChangeState
from app.changes.models import AreaChange, ChangedGround
from app.changes.plan import Plan
from app.changes.planning import plan_for
from app.changes.settling import ring_again
from app.changes.workflow import CHANGE
from app.clocks import waits
from app.core.errors import Problem
from app.core.log import log
from app.core.work import Work
from app.core.workflow import advance
from app.feed.actions import change_row
from app.feed.models import Change, ChangeKind
from app.grid.models import Area, AreaLevel
from app.grid.moves import Moved
from app.people import actions, carrying
from app.people.models import Post, Role, Unit
from app.people.queries import in_force

ONE_AT_A_TIME = "the ground"  # the word two changes of one district wait for


async def take_effect(work: Work, on_ground: OnGround, change: AreaChange) -> None:
    """Exactly once: the act, its clock and all that follows are committed together. What no longer fits the ground
    goes back to the district, with the findings.
    """
    if change.state != ChangeState.SCHEDULED or change.effective_at is None:
        return
    await work.hold(ONE_AT_A_TIME)
    try:
        plan = await plan_for(work, read_content(change.content))
    except Problem as problem:
        await _stop(work, change, [as_finding(problem)])
        return
    findings = told(plan.faults, change.accept)
    if errors(findings):
        await _stop(work, change, findings)
        return
    moved = await writing.write(work, plan, change.id, change.effective_at)
    await _posts(work, plan, change.id)
    await _units(work, on_ground, plan)
    for carry in on_ground.carry:
        await carry(work, moved)
    await _feed(work, moved)
    await _remember(work, change.id, moved)
    gaps = await _gaps(work, moved)
    event = partial(events.ChangeInEffect, street_id=change.street_id, post_id=change.drafted_post,
                    why=f"gaps:{gaps}")  # fmt: skip
    said = {"ended": len(moved.ended), "outlines": len(moved.drawn), "at": moved.moment.isoformat()}
    number = await writing.this_transaction(work)
    more: dict[str, Any] = {
        "moment": moved.moment,
        "effect_xid": number,
        "effect": moved.kept(),
        "findings": findings,
    }
    await advance(work, CHANGE, change, "take_effect", event, detail=said, **more)
    await ring_again(work, change, later=False)
    log().info("ground_changed", change_id=str(change.id), kind=change.kind, count=len(moved.rows))


async def _stop(work: Work, change: AreaChange, findings: list[dict[str, Any]]) -> None:
    await waits.stop(work, change.id)
    event = partial(events.ChangeStopped, street_id=change.street_id, post_id=change.drafted_post)
    said = {"findings": [str(one["code"]) for one in findings]}
    values: dict[str, Any] = {"findings": findings, "effective_at": None}
    await advance(work, CHANGE, change, "stop", event, detail=said, **values)


async def _posts(work: Work, plan: Plan, change_id: UUID) -> None:
    """As the plan says: to an area of the same level, or they end."""
    ids = {row.code: row for row in await work.session.execute(
        select(Area.code, Area.id, Area.level).where(Area.valid_to.is_(None), Area.code.in_(_named(plan)))
    )}  # fmt: skip
    for area_id, code in plan.posts.items():
        to = ids.get(code) if code else None
        fits = to is not None and to.level == plan.ground.by_id[area_id].level
        await carrying.carry(work, area_id, to.id if to is not None and fits else None, change_id)


def _named(plan: Plan) -> list[str]:
    return sorted({code for code in plan.posts.values() if code})


async def _units(work: Work, on_ground: OnGround, plan: Plan) -> None:
    """Offices of new streets and communities begin, of ended ones end, and bear the area's name."""
    await actions.ensure_units(work)
    gone = select(Unit.id).where(Unit.area_id.in_(plan.ended), Unit.dissolved_at.is_(None))
    for unit_id in await work.session.scalars(gone):
        await on_ground.end_unit(work, unit_id)
    for area_id, values in plan.said.items():
        if "name" in values:
            mine = update(Unit).where(Unit.area_id == area_id, Unit.dissolved_at.is_(None))
            await work.session.execute(mine.values(name=values["name"]))


async def _feed(work: Work, moved: Moved) -> None:
    """Phones of a grid hear that it looks otherwise, or is no more."""
    grids = select(Area.id, Area.valid_to).where(Area.id.in_(moved.rows), Area.level == AreaLevel.GRID)
    rows = []
    for row in await work.session.execute(grids):
        kind = ChangeKind.TOMBSTONE if row.valid_to else ChangeKind.UPSERT
        rows.append(change_row(work, "grid", row.id, grid_id=row.id, kind=kind))
    await work.put(Change, rows)


async def _remember(work: Work, change_id: UUID, moved: Moved) -> None:
    """New areas and their desks are concerned too."""
    known = set(await work.session.scalars(
        select(ChangedGround.area_id).where(ChangedGround.change_id == change_id)
    ))  # fmt: skip
    fresh = set(moved.drawn) - known
    query = select(Area.id, Area.street_id, Area.community_id).where(Area.id.in_(fresh))
    rows = [
        {"change_id": change_id, "area_id": row.id, "part": "receiver", "street_id": row.street_id,
         "community_id": row.community_id}
        for row in await work.session.execute(query)
    ]  # fmt: skip
    await work.put(ChangedGround, rows)


async def _gaps(work: Work, moved: Moved) -> int:
    """Grids among what has moved whose worker's post nobody holds."""
    held = select(Post.area_id).where(Post.role == Role.GRID_WORKER, in_force(work.clock.now()))
    bare = select(func.count()).select_from(Area).where(
        Area.id.in_(moved.rows), Area.level == AreaLevel.GRID, Area.valid_to.is_(None), Area.id.not_in(
            held.where(Post.area_id.is_not(None))
        ),
    )  # fmt: skip
    return await work.session.scalar(bare) or 0
