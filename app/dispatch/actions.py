"""The verbs of a work order: one function a step. The issue is locked before its orders, always in that order."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from app.clocks import waits
from app.clocks.house import house_of
from app.clocks.models import Wait
from app.clocks.waits import wait_row
from app.core.crypto import digest
from app.core.errors import Invalid
from app.core.work import Work
from app.core.workflow import advance
from app.dispatch import events
from app.dispatch.kinds import GONE, Released
from app.dispatch.models import WorkOrder
from app.dispatch.schemas import (
    AssignInsideStep,
    FinishStep,
    ObjectStep,
    OrderContactStep,
    ReportStep,
)
from app.dispatch.workflow import OPEN, ORDER
from app.issues import handing
from app.issues.actions import let_out
from app.issues.models import Issue
from app.issues.records import Remark
from app.issues.step_schemas import NoteStep, PlainStep, ReasonStep
from app.issues.taking import remark_row
from app.people.models import Post, Unit
from app.people.queries import in_force


class PostOfOtherUnit(Invalid):
    """The post is not one of the unit's."""

    code = "post_of_other_unit"
    zh = "该岗位不属于承办单位,或已不在岗。"
    en = "That post is not one of the order's unit, or is no longer held."


async def take(
    work: Work, issue: Issue, order: WorkOrder, name: str, event: type[events.OfOrder], *,
    words: str | None = None, late: Sequence[str] = (), clocks: Sequence[dict[str, Any]] = (),
    detail: dict[str, Any] | None = None, more: dict[str, Any] | None = None, **values: Any,
) -> None:  # fmt: skip
    """Take a step on a locked order. `words` are kept with the issue and `late` names clocks that ended past their
    limit; `more` are fields of the event, the rest is as in `advance`.
    """
    said: dict[str, Any] = dict(detail or {}) | ({"late": list(late)} if late else {})
    beside: dict[Any, list[dict[str, Any]]] = {Wait: list(clocks)}
    if words is not None:
        said["words"] = digest(bytes(issue.salt), words)
        beside[Remark] = [remark_row(work, issue, f"order_{name}", words)]
    told = partial(event, issue_id=order.issue_id, unit_id=order.unit_id, **(more or {}))
    await advance(work, ORDER, order, name, told, detail=said, beside=beside, **values)


async def sign(work: Work, issue: Issue, order: WorkOrder, _: PlainStep) -> None:
    """Seen and taken on by the unit."""
    late = await waits.stop(work, order.id, "order_sign")
    await take(work, issue, order, "sign", events.OrderSigned, late=late, signed_at=work.clock.now())


async def unsign(work: Work, issue: Issue, order: WorkOrder, _: PlainStep) -> None:
    """A slip of the thumb: the clock of signing runs on as if it had never been stopped."""
    await waits.reopen(work, await house_of(work, issue), order.id, "order_sign")
    await take(work, issue, order, "unsign", events.OrderSigningUndone, signed_at=None)


async def assign_inside(work: Work, issue: Issue, order: WorkOrder, form: AssignInsideStep) -> None:
    """To one post of the unit, which handles it from now on."""
    of_unit = (Post.id == form.post_id, in_force(work.clock.now()))
    ground = select(Unit.area_id).where(Unit.id == order.unit_id).scalar_subquery()
    inside = or_(Post.unit_id == order.unit_id, Post.area_id == ground)
    if await work.session.scalar(select(Post.id).where(*of_unit, inside)) is None:
        raise PostOfOtherUnit("post_id")
    said = {"post": str(form.post_id)}
    more = {"post_id": form.post_id}
    await take(
        work, issue, order, "assign_inside", events.OrderAssignedInside,
        detail=said, more=more, assigned_post_id=form.post_id,
    )  # fmt: skip


async def contact(work: Work, issue: Issue, order: WorkOrder, form: OrderContactStep) -> None:
    """The first contact stops the unit's clock and the resident's; handling begins with it."""
    await _contacted(work, issue, order, "contact", form)


async def contact_meanwhile(work: Work, issue: Issue, order: WorkOrder, form: OrderContactStep) -> None:
    """The objector stays the interim lead for first contact and danger; it does not lose its objection by it."""
    await _contacted(work, issue, order, "contact_meanwhile", form)


async def _contacted(work: Work, issue: Issue, order: WorkOrder, name: str, form: OrderContactStep) -> None:
    late = await waits.stop(work, order.id, "order_contact")
    first = order.contacted_at or work.clock.now()
    if order.leads:
        await handing.unit_contacted(work, issue)
    await take(
        work, issue, order, name, events.OrderContacted,
        words=form.note, late=late, detail={"way": form.way}, contacted_at=first,
    )  # fmt: skip


async def stage_report(work: Work, issue: Issue, order: WorkOrder, form: ReportStep) -> None:
    """How far an assistant has come."""
    reported = work.clock.now()
    await take(work, issue, order, "stage_report", events.StageReported, words=form.text, reported_at=reported)


async def finish(work: Work, issue: Issue, order: WorkOrder, form: FinishStep) -> None:
    """The unit's result: an assistant's to the lead; the lead's to its head where the catalogue wants that, else
    through the street's desk to the reporter.
    """
    kept: dict[str, Any] = {"answer": form.text, "result": form.result}
    if order.needs_release:
        house = await house_of(work, issue)
        clock = wait_row(work, house, (ORDER.kind, order.id), "release", unit_id=order.unit_id)
        kept |= {"handed_in_by": work.actor.account_id, "review_open": False}
        await take(
            work, issue, order, "hand_in", events.OrderHandedIn,
            words=form.text, clocks=[clock], detail={"result": form.result}, **kept,
        )  # fmt: skip
        return
    await _done(work, issue, order, "finish", words=form.text, **kept)


async def release_answer(work: Work, issue: Issue, order: WorkOrder, form: NoteStep) -> None:
    """The head lets the answer go out."""
    await _done(work, issue, order, "release_answer", words=form.note)


async def _done(
    work: Work, issue: Issue, order: WorkOrder, name: str, words: str | None = None, **kept: Any
) -> None:
    late = await waits.stop(work, order.id)
    result = kept.get("result") or order.result or ""
    await take(
        work, issue, order, name, events.OrderDone, words=words, late=late,
        detail={"result": result}, more={"result": result}, finished_at=work.clock.now(), **kept,
    )  # fmt: skip
    if order.leads:
        await handing.unit_answered(work, issue, order.answer or "", result, check=order.verify)


async def send_back(work: Work, issue: Issue, order: WorkOrder, form: ReasonStep) -> None:
    """The head wants the answer mended."""
    await waits.stop(work, order.id, "release")
    await take(work, issue, order, "send_back", events.AnswerSentBack, words=form.reason, review_open=False)


async def raise_objection(work: Work, issue: Issue, order: WorkOrder, form: ObjectStep) -> None:
    """Not ours, with ground and evidence; the unit stays the interim lead until another decides."""
    house = await house_of(work, issue)
    late = await waits.stop(work, order.id, "order_sign")
    now = work.clock.now()
    clock = wait_row(work, house, (ORDER.kind, order.id), "arbiter")
    words = "\n".join(part for part in (form.legal_basis, form.evidence) if part)
    await take(
        work, issue, order, "object", events.OrderObjected,
        words=words, late=late, clocks=[clock],
        detail={"ground": str(form.ground)}, more={"ground": str(form.ground)},
        ground=form.ground, objected_at=now, objected_by=work.actor.account_id,
    )  # fmt: skip


async def recall(work: Work, issue: Issue, order: WorkOrder, form: ReasonStep) -> None:
    """The desk takes an assistant's order back; with the lead's it takes the whole matter back."""
    if not order.leads:
        await end(work, issue, order, words=form.reason)
        return
    await take_back(work, issue, form.reason)


async def take_back(work: Work, issue: Issue, reason: str) -> None:
    """Every unit is let go, and the desk has the matter again."""
    await handing.recalled(work, issue, reason)
    await clear(work, issue)


async def clear(work: Work, issue: Issue) -> None:
    """No unit has anything of the issue any more, except what assistants have finished."""
    for order in await orders_of(work, issue.id):
        if order.state in OPEN or order.leads:
            await end(work, issue, order)


async def end(work: Work, issue: Issue, order: WorkOrder, words: str | None = None) -> None:
    """Recall one order, its clocks with it, and the sight of the matter that came by it."""
    late = await waits.drop(work, order.id)
    ended = order.finished_at or work.clock.now()
    await take(work, issue, order, "recall", events.OrderRecalled, words=words, late=late, finished_at=ended)
    await let_out(work, order.id)


async def release(work: Work, issue: Issue, order: WorkOrder, why: Released, **values: Any) -> None:
    """The unit is let go of it, and of the sight of the matter."""
    late = await waits.drop(work, order.id)
    said, now = {"why": str(why)}, work.clock.now()
    await take(
        work, issue, order, "release", events.OrderReleased,
        late=late, detail=said, more=said, finished_at=now, **values,
    )  # fmt: skip
    await let_out(work, order.id)


async def orders_of(work: Work, issue_id: UUID) -> list[WorkOrder]:
    """The standing orders of an issue that is locked, locked too, the lead first."""
    standing = (WorkOrder.issue_id == issue_id, WorkOrder.state.not_in([str(state) for state in GONE]))
    query = select(WorkOrder).where(*standing).order_by(WorkOrder.role.desc(), WorkOrder.id)
    locked = query.with_for_update(of=WorkOrder).execution_options(populate_existing=True)
    return list(await work.session.scalars(locked))
