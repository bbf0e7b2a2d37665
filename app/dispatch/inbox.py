"""The inbox of a unit: its orders with what, where, whose turn it is and which clock ends next (UX I1)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, null, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.clocks.ending import ending_next
from app.core.paging import BadCursor, cut, decode
from app.core.work import Work
from app.dispatch.guards import HEADS
from app.dispatch.kinds import OrderState
from app.dispatch.models import WorkOrder
from app.dispatch.schemas import InboxLine, OrderFilter, OrderLine, Turn
from app.dispatch.workflow import ORDER
from app.grid.models import Area
from app.issues.lines import EDITED
from app.issues.models import Issue

SHOWN = 60  # characters of what it is about
OWN = tuple(getattr(WorkOrder, name) for name in OrderLine.model_fields)
GROUND = func.coalesce(Issue.building_group_id, Issue.grid_id, Issue.community_id, Issue.street_id)
TURN: dict[str, Turn] = {
    OrderState.ISSUED: "to_sign",
    OrderState.SIGNED: "in_hand",
    OrderState.HANDLING: "in_hand",
}


async def page_of(work: Work, wanted: OrderFilter) -> tuple[list[InboxLine], str | None]:
    """Orders of the active post's unit, soonest due first; without a unit, those its scope sees."""
    query = _lines().order_by(WorkOrder.due_at, WorkOrder.id)
    query = query.where(WorkOrder.finished_at.is_not(None) if wanted.finished else WorkOrder.finished_at.is_(None))
    if work.actor.units:
        query = query.where(WorkOrder.unit_id.in_(work.actor.units))
    if wanted.state:
        query = query.where(WorkOrder.state.in_([str(state) for state in wanted.state]))
    if wanted.mine:
        query = query.where(WorkOrder.assigned_post_id == work.actor.post_id)
    if wanted.cursor is not None:
        query = query.where(tuple_(WorkOrder.due_at, WorkOrder.id) > _key_of(wanted.cursor))
    rows = (await work.session.execute(query.limit(wanted.limit + 1))).all()
    page, more = cut(rows, wanted.limit, lambda row: (row.due_at.astimezone(UTC).isoformat(), str(row.id)))
    return await _told(work, page), more


def _lines() -> Any:
    """The row, and of its issue what the unit may know: an issue it no longer sees leaves these empty."""
    place = case((Issue.confidential, null()), else_=Issue.place_text).label("place_text")
    ground = aliased(Area)
    return (
        select(
            *OWN, WorkOrder.review_open, WorkOrder.contacted_at, Issue.number.label("number"),
            EDITED.label("what"), place, ground.name.label("ground"),
        )
        .outerjoin(Issue, Issue.id == WorkOrder.issue_id)
        .outerjoin(ground, and_(ground.id == GROUND, or_(Issue.id.is_not(None))))
    )  # fmt: skip


async def _told(work: Work, rows: Sequence[Any]) -> list[InboxLine]:
    clocks = await ending_next(work, {row.id: row.id for row in rows})
    return [
        InboxLine(
            **{name: getattr(row, name) for name in OrderLine.model_fields},
            number=row.number, what=cut_words(row.what), place=row.place_text or row.ground, turn=_turn(work, row),
            may_sign=row.state == ORDER.first and _ours(work, row.unit_id), clock=clocks.get(row.id),
        )
        for row in rows
    ]  # fmt: skip


def _ours(work: Work, unit_id: UUID) -> bool:
    return unit_id in work.actor.units and work.actor.role in ORDER.step("sign").by


def _turn(work: Work, row: Any) -> Turn:
    """Whose turn it is, seen from the active post: what its head releases is in the head's hand only; an objector
    stays the interim lead until the reporter was reached.
    """
    if row.state == OrderState.OBJECTED and row.contacted_at is None:
        return "in_hand"
    if row.state == OrderState.IN_REVIEW and (work.actor.role in HEADS or row.review_open):
        return "in_hand"
    return TURN.get(row.state, "waiting")


def cut_words(text: str | None) -> str | None:
    """The beginning of what it is about."""
    return text if text is None or len(text) <= SHOWN else text[:SHOWN] + "…"


def _key_of(cursor: str) -> Any:
    at, order_id = decode(cursor, 2)
    try:
        return tuple_(datetime.fromisoformat(at), UUID(order_id))
    except ValueError:
        raise BadCursor("cursor") from None
