"""One matter reported by several: made one, set apart again, and never lost with the report it was part of (R1.7).

Whatever touches two issues locks them in the order of their ids, before anything is read of them (TRUST 50).
"""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from sqlalchemy import select

from app.clocks import waits
from app.clocks.house import house_of
from app.clocks.waits import wait_row
from app.core.errors import Invalid
from app.core.work import Work, by_itself
from app.core.workflow import lock
from app.issues import anew, events, word
from app.issues.kinds import State
from app.issues.models import Issue
from app.issues.placing import route_or_desk
from app.issues.step_schemas import MergeStep, NoteStep, ReasonStep
from app.issues.taking import MANY, supervised, take
from app.issues.workflow import LIVE

PAST_SCOPE = {"unscoped": True, "populate_existing": True}


class CannotMergeInto(Invalid):
    """The target is itself merged, over, the same, or out of sight."""

    code = "cannot_merge_into"
    zh = "只能并入查看范围内另一件在办且未被并单的事项。"
    en = "Merge only into another open matter within sight that is not merged itself."


async def lock_with(work: Work, issue_id: UUID, others: Iterable[UUID]) -> Issue:
    """The issue, as the actor sees it, after it and the others were locked in one order."""
    together = select(Issue.id).where(Issue.id.in_({issue_id, *others})).order_by(Issue.id).with_for_update()
    await work.session.execute(together.execution_options(unscoped=True))
    issue: Issue = await lock(work, Issue, issue_id)
    return issue


async def reports_in(work: Work, issue_id: UUID) -> list[UUID]:
    """What was merged into it, also on ground out of sight."""
    mine = select(Issue.id).where(Issue.merged_into == issue_id).order_by(Issue.id)
    return list(await work.session.scalars(mine.execution_options(unscoped=True)))


async def beside_merge(work: Work, issue_id: UUID, form: MergeStep) -> list[UUID]:
    """What a merge touches beside the issue: what it goes into, and what goes along."""
    target = await work.session.scalar(select(Issue.id).where(Issue.number == form.into))
    return [*([target] if target else []), *await reports_in(work, issue_id)]


async def beside_unmerge(work: Work, issue_id: UUID, _form: ReasonStep) -> list[UUID]:
    """What it was part of."""
    main = await work.session.scalar(select(Issue.merged_into).where(Issue.id == issue_id))
    return [main] if main else []


async def merge(work: Work, issue: Issue, form: MergeStep) -> None:
    """The same matter as another: each keeps its reporter, who follows and rates the other from now on (R1.7)."""
    target = await work.session.scalar(select(Issue).where(Issue.number == form.into).with_for_update())
    if target is None or target.id == issue.id or target.state not in LIVE:
        raise CannotMergeInto("into")
    await waits.stop(work, issue.id, "desk", "screening")  # a desk has looked at it
    await join(work, issue, target.id, form.reason)
    await _raise_by_repeats(work, target)


async def join(work: Work, issue: Issue, target_id: UUID, reason: str | None = None) -> None:
    """Make a locked issue part of another; what was merged into it goes along, so there are no chains."""
    await waits.drop(work, issue.id)
    event = partial(events.IssueMerged, into=target_id)
    await take(
        work, issue, "merge", event, detail={"into": str(target_id)}, words=reason, merged_into=target_id,
        back_to=str(issue.state), closed_at=work.clock.now(),
    )  # fmt: skip
    for part in await _parts(work, issue.id):
        await _go_along(work, part, target_id)


async def _parts(work: Work, issue_id: UUID) -> list[Issue]:
    """Reports merged into a locked issue, oldest first, on whatever ground. They were locked with it; one that was
    merged a moment ago and is in other hands makes this `Busy` instead of waiting crosswise.
    """
    mine = select(Issue).where(Issue.merged_into == issue_id).order_by(Issue.raised_at, Issue.id)
    return list(await work.session.scalars(mine.with_for_update(nowait=True).execution_options(**PAST_SCOPE)))


async def _go_along(work: Work, part: Issue, target_id: UUID) -> None:
    said = {"into": str(target_id)}
    await take(by_itself(work), part, "go_along", events.IssueWentAlong, detail=said, merged_into=target_id)


async def _raise_by_repeats(work: Work, target: Issue) -> None:
    """Many repeats of one matter raise its level, they are never held against anybody (CASES 2.4)."""
    if target.supervised_at is None and len(await reports_in(work, target.id)) >= MANY:
        await supervised(by_itself(work), target, "repeats")


async def unmerge(work: Work, issue: Issue, form: ReasonStep) -> None:
    """A matter of its own after all: it comes back to where it was, with its reporter and ratings. What it was
    part of waits for one word less.
    """
    main_id = issue.merged_into
    await _stand_alone(work, issue, form.reason)
    main = await work.session.scalar(
        select(Issue).where(Issue.id == main_id).with_for_update().execution_options(**PAST_SCOPE)
    )
    if main is not None and main.state == State.ANSWERED:
        await word.settle(by_itself(work), main)


async def _stand_alone(work: Work, issue: Issue, words: str | None = None) -> None:
    """With fresh clocks, and with whoever had it; what nobody had goes the way of a new report."""
    house = await house_of(work, issue)
    await anew.begins(work, issue)
    mine = ("issue", issue.id)
    clocks = [anew.solve_clock(work, house, issue)]
    if issue.contacted_at is None:
        clocks.append(wait_row(work, house, mine, "contact", post_id=issue.holder_id))
    if issue.back_to == State.DISPATCHED:
        issue.back_to = State.HANDLING  # its orders ended when it was merged
    if issue.back_to == State.SCREENING or issue.holder_id is None:
        issue.back_to = State.RAISED
    if issue.back_to == State.ASSIGNED:
        clocks.append(wait_row(work, house, mine, "sign", post_id=issue.holder_id))
    await take(
        work, issue, "unmerge", events.IssueUnmerged, words=words, clocks=clocks, merged_into=None,
        closed_at=None, due_at=clocks[0]["due_at"], lead_unit_id=None,
    )  # fmt: skip
    if issue.state == State.RAISED:
        await route_or_desk(by_itself(work), issue)


async def withdraw(work: Work, issue: Issue, form: NoteStep) -> None:
    """The reporter takes it back. Others who reported the same have not: the oldest of their reports goes on with
    the rest of them.
    """
    await waits.drop(work, issue.id)
    now = work.clock.now()
    await take(work, issue, "withdraw", events.IssueWithdrawn, words=form.note, closed_at=now, lead_unit_id=None)
    parts = await _parts(work, issue.id)
    if parts:
        heir, *others = parts
        await _stand_alone(by_itself(work), heir)
        for part in others:
            await _go_along(work, part, heir.id)
        await _raise_by_repeats(work, heir)
