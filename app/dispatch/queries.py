"""Reading orders: one in full, the orders of an issue, a proposal. A unit's inbox is in `inbox`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.clocks.models import Wait
from app.core.audit import Trail
from app.core.errors import NotFound
from app.core.work import Work
from app.core.workflow import allowed_steps
from app.dispatch.catalogue import Proposal
from app.dispatch.models import WorkOrder
from app.dispatch.schemas import NextOwner, OrderLine, OrderOut, ProposalOut, ReasonWords, UnitOut
from app.dispatch.words import FOLLOWED, OTHER_WORDS, REASONS, WHY_WORDS
from app.dispatch.workflow import OPEN, ORDER
from app.issues.schemas import ClockOut, TrailOut
from app.people.models import DutyShift, Unit
from app.people.queries import handed_to, signed_by

LINE = tuple(getattr(WorkOrder, name) for name in OrderLine.model_fields)


async def in_hand(work: Work, post_id: UUID, _until: datetime) -> int:
    """How many open orders were given to a post inside its unit."""
    mine = (WorkOrder.assigned_post_id == post_id, WorkOrder.finished_at.is_(None))
    return await work.session.scalar(select(func.count(WorkOrder.id)).where(*mine)) or 0


async def get_order(work: Work, order_id: UUID) -> WorkOrder:
    """The order, if the scope sees it."""
    order: WorkOrder | None = await work.session.scalar(select(WorkOrder).where(WorkOrder.id == order_id))
    if order is None:
        raise NotFound
    return order


async def of_issue(work: Work, issue_id: UUID) -> list[OrderLine]:
    """Every order an issue has had, oldest first."""
    query = select(*LINE).where(WorkOrder.issue_id == issue_id).order_by(WorkOrder.dispatched_at, WorkOrder.id)
    return [OrderLine.model_validate(row) for row in await work.session.execute(query)]


async def in_full(work: Work, order: WorkOrder) -> OrderOut:
    """Everything of an order that has been loaded: its trail and clocks have no scope of their own (HOUSE 2)."""
    unit = await work.session.get_one(Unit, order.unit_id)
    acts = (Trail.subject_kind == ORDER.kind, Trail.subject_id == order.id)
    trail = (await work.session.scalars(select(Trail).where(*acts).order_by(Trail.seq))).all()
    clocks = await work.session.scalars(
        select(Wait).where(Wait.subject_id == order.id).order_by(Wait.since, Wait.id)
    )
    plain = {name: getattr(order, name) for name in OrderOut.model_fields if hasattr(WorkOrder, name)}
    return OrderOut(
        **plain,
        unit=UnitOut.model_validate(unit),
        signed_by=await signed_by(work, order.id) if order.signed_at else None,
        held_by=await handed_to(work, trail),
        duty_number=await _duty_number(work, order),
        allowed_steps=allowed_steps(ORDER, work, order),
        clocks=_clocks(work.clock.now(), clocks.all()),
        trail=[TrailOut.model_validate(row) for row in trail],
    )


async def _duty_number(work: Work, order: WorkOrder) -> str | None:
    """Whom to call while a unit that did not sign is at it: its post on duty now (CASES 2.3)."""
    if not (order.deemed and order.state in OPEN):
        return None
    now = work.clock.now()
    on_duty = (DutyShift.unit_id == order.unit_id, DutyShift.starts_at <= now, DutyShift.ends_at > now)
    query = select(DutyShift.call_number).where(*on_duty, DutyShift.call_number.is_not(None))
    found: str | None = await work.session.scalar(query.order_by(DutyShift.starts_at.desc()).limit(1))
    return found


def _clocks(now: datetime, waits: Sequence[Wait]) -> list[ClockOut]:
    shown = ("kind", "since", "due_at", "paused_at", "ended_at")
    return [ClockOut(**{name: getattr(wait, name) for name in shown}, late=_late(now, wait)) for wait in waits]


def _late(now: datetime, wait: Wait) -> bool:
    return (wait.ended_at or wait.paused_at or now) > wait.due_at


def proposal_out(proposal: Proposal, others: Sequence[tuple[str, Unit]]) -> ProposalOut:
    """A proposal with its reason in both languages, and who comes next in question."""
    zh, en = WHY_WORDS[proposal.why]
    item, unit = proposal.item, proposal.unit
    said = {"unit": unit.name if unit else ""}
    return ProposalOut(
        owner_unit=UnitOut.model_validate(unit) if unit else None,
        level=item.level if item else None,
        category=item.category if item else None,
        catalogue_item=item.id if item else None,
        legal_basis=item.legal_basis if item else None,
        list_code=item.list_code if item else None,
        assist_units=list(item.assist_units) if item else [],
        not_to_community=bool(item and item.not_to_community),
        verify=bool(item and item.verify),
        why=proposal.why,
        zh=zh.format(**said),
        en=en.format(**said),
        since=item.valid_from if item else None,
        others=[_next(why, unit) for why, unit in others],
        reason=_words(FOLLOWED),
        reasons=[_words(pair) for pair in REASONS],
    )


def _next(code: str, unit: Unit) -> NextOwner:
    zh, en = OTHER_WORDS[code]
    return NextOwner(id=unit.id, code=unit.code, name=unit.name, zh=zh, en=en)


def _words(pair: tuple[str, str]) -> ReasonWords:
    return ReasonWords(zh=pair[0], en=pair[1])
