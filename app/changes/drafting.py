"""A request is written, and written anew; what it concerns is noted beside it, so that the right desks see it."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from app.changes import events
from app.changes.content import Content
from app.changes.faults import Code, Wrong, fault, told
from app.changes.ground import Lies
from app.changes.kinds import ChangeState, Part
from app.changes.models import AreaChange, ChangedGround
from app.changes.plan import Plan
from app.changes.planning import plan_for
from app.changes.schemas import NewChange, RedraftStep
from app.changes.workflow import CHANGE
from app.core.audit import GENESIS, Act, Trail, chain
from app.core.crypto import digest
from app.core.errors import Forbidden
from app.core.outbox import Outbox
from app.core.work import Work
from app.core.workflow import advance
from app.grid.models import AreaLevel
from app.people.posts import reach_of

OPEN = frozenset(ChangeState) - CHANGE.final - {ChangeState.IN_EFFECT}


class OffOwnGround(Forbidden):
    """What changes lies outside the drafter's own ground."""

    code = "change_off_ground"
    zh = "只能对本辖区内的区域提出调整。"
    en = "You may only ask for changes on your own ground."


async def draft(work: Work, change_id: UUID, form: NewChange) -> AreaChange:
    """A new request, with all that is wrong with it so far."""
    plan = await looked_at(work, form.content)
    now = work.clock.now()
    salt = work.keys.keyed_hash(str(change_id), "area_change.salt")
    said = {"kind": str(form.content.kind), "reason": digest(salt, form.reason)}
    (first,) = chain(work, CHANGE.kind, change_id, (0, GENESIS), [Act("draft", None, CHANGE.first, said)], now)
    row = {
        "id": change_id, "kind": form.content.kind, "state": CHANGE.first, "version": first["seq"],
        "trail_hash": first["hash"], "salt": salt, "drafted_by": work.actor.account_id,
        "drafted_post": work.actor.post_id, "drafted_unit_id": next(iter(work.actor.units), None),
        "drafted_at": now, **_said(form), **_found(plan, form.accept),
    }  # fmt: skip
    await work.put(AreaChange, [row])
    await note_ground(work, change_id, plan)
    event = events.ChangeDrafted(change_id, now, row["street_id"], work.actor.post_id)
    await work.append({Trail: [first], Outbox: [work.outbox_row(event, first["seq"])]})
    made: AreaChange = await work.session.get_one(AreaChange, change_id)
    return made


def _said(form: NewChange) -> dict[str, Any]:
    content = form.content.model_dump(mode="json")
    return {"content": content, "reason": form.reason, "basis": form.basis, "accept": form.accept}


def _found(plan: Plan, accept: list[str]) -> dict[str, Any]:
    return {"findings": told(plan.faults, accept), "street_id": street_of(plan)}


async def redraft(work: Work, change: AreaChange, form: RedraftStep) -> None:
    """The draft says something else from now on."""
    plan = await looked_at(work, form.content, change.id)
    event = _event(change, events.ChangeRedrafted)
    said = {"kind": str(form.content.kind), "reason": digest(bytes(change.salt), form.reason)}
    values = {"kind": str(form.content.kind), **_said(form), **_found(plan, form.accept)}
    await advance(work, CHANGE, change, "redraft", event, detail=said, **values)
    await note_ground(work, change.id, plan)


def _event(change: AreaChange, kind: type[events.OfChange]) -> Any:
    return lambda *, subject_id, at: kind(subject_id, at, change.street_id, change.drafted_post)


async def looked_at(work: Work, content: Content, own: UUID | None = None) -> Plan:
    """What a content comes to now; `OffOwnGround` when its subjects are not the caller's."""
    plan = await plan_for(work, content)
    if not work.scope.everything:
        ground = (await reach_of(work)).area_id
        about = plan.subjects or plan.receivers
        if any(ground not in one.path for one in about):
            raise OffOwnGround("content")
    plan.faults += await _also_changing(work, plan, own)
    return plan


async def _also_changing(work: Work, plan: Plan, own: UUID | None) -> list[Wrong]:
    """Other open requests about the same areas, as a warning: the one that comes second is looked at again."""
    ids = {one.id: one.code for one in plan.subjects}
    query = (
        select(ChangedGround.area_id)
        .join(AreaChange, AreaChange.id == ChangedGround.change_id)
        .where(ChangedGround.area_id.in_(ids), ChangedGround.part == Part.SUBJECT, AreaChange.id != own)
        .where(AreaChange.state.in_([str(state) for state in OPEN]))
    )
    found = set(await work.session.scalars(query))
    return [fault(Code.ALSO_CHANGING, ids[one]) for one in sorted(found)]


def street_of(plan: Plan) -> UUID | None:
    """The one street whose agreement it takes; none when streets themselves or several are concerned."""
    about = [*plan.subjects, *plan.receivers, *(plan.ground.by_id[one] for one in plan.touched)]
    if any(one.level in (AreaLevel.DISTRICT, AreaLevel.STREET) and _is_subject(plan, one) for one in about):
        return None
    streets = {one.chain["street_id"] for one in about if one.level != AreaLevel.DISTRICT}
    return next(iter(streets)) if len(streets) == 1 else None


def _is_subject(plan: Plan, one: Lies) -> bool:
    opened_under = not plan.subjects and one in plan.receivers and one.level == AreaLevel.DISTRICT
    return one in plan.subjects or opened_under or one.id in plan.reshaped


async def note_ground(work: Work, change_id: UUID, plan: Plan) -> None:
    """Which areas it concerns, for the desks above them."""
    await work.session.execute(delete(ChangedGround).where(ChangedGround.change_id == change_id))
    parts: dict[UUID, Part] = {one.id: Part.RECEIVER for one in plan.receivers}
    parts |= dict.fromkeys(plan.touched, Part.NEIGHBOUR) | {one.id: Part.SUBJECT for one in plan.subjects}
    rows = [
        {"change_id": change_id, "area_id": one, "part": part, "street_id": lies.chain["street_id"],
         "community_id": lies.chain["community_id"]}
        for one, part in parts.items() if (lies := plan.ground.by_id[one])
    ]  # fmt: skip
    await work.put(ChangedGround, rows)
