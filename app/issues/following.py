"""The reporter's side of an issue, by the link alone: what is shown, and the steps that are theirs."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.http import RuntimeOf
from app.core.scope import Scope
from app.core.work import Actor, Work, open_work
from app.core.workflow import allowed_steps, lock
from app.issues import explaining, merging, queries, word
from app.issues.beside import beside
from app.issues.kinds import State
from app.issues.models import Issue
from app.issues.records import Unmasking
from app.issues.schemas import FollowOut
from app.issues.step_schemas import RateStep
from app.issues.taking import ready
from app.issues.workflow import ISSUE
from app.people.login import AddressOf, BadLink, public_actor

INNER = frozenset(
    {"comment", "edit_copy", "remind", "supervise", "exclude", "approve_exclusion", "decline_exclusion"}
    | {"recuse", "hand_over", "ask_close", "decline_close", "release_party"}
)


OF_EVERY_REPORT = frozenset({"rate", "request_review"})  # also of one that is part of another


async def follow_work(token: str, runtime: RuntimeOf, address: AddressOf) -> AsyncIterator[Work]:
    """The Work of a reporter behind a link: sees the own report, and what it was merged into."""
    read = runtime.keys.read_follow_token(token)
    if read is None:
        raise BadLink("token")
    district, subject = read

    async def identify(session: AsyncSession) -> tuple[Actor, Scope]:
        query = select(Issue.merged_into).where(Issue.id == subject).execution_options(unscoped=True)
        main = await session.scalar(query)
        return public_actor(address), Scope(subject=subject, subjects=(main,) if main else ())

    async with open_work(runtime, district, identify) as work:
        yield work


FollowWork = Annotated[Work, Depends(follow_work, scope="function")]


def own_report(work: Work) -> UUID:
    """The report the link was given for."""
    return work.scope.subject or UUID(int=0)


async def main_of(work: Work, issue: Issue) -> Issue:
    """What the report was merged into, or itself."""
    if issue.state != State.MERGED or issue.merged_into is None:
        return issue
    return await queries.get_issue(work, issue.merged_into)


async def locked_for(work: Work, name: str) -> Issue:
    """The matter a reporter's step is about, locked: their own; a refusal also when theirs is part of what was
    refused.
    """
    own: UUID = own_report(work)
    if name == "withdraw":
        return await merging.lock_with(work, own, await merging.reports_in(work, own))
    if name == "request_review":
        own = (await main_of(work, await queries.get_issue(work, own))).id
    issue: Issue = await lock(work, Issue, own)
    return issue


async def rate(work: Work, form: RateStep) -> None:
    """The word of this reporter on the matter as it stands, their own or the one theirs is part of."""
    issue = await queries.get_issue(work, own_report(work))
    merged = issue.state == State.MERGED and issue.merged_into is not None
    main = await lock(work, Issue, issue.merged_into if merged and issue.merged_into else issue.id)
    ready(work, main, "rate", form)
    await word.rate(work, main, form, of=issue.id)


async def page(work: Work) -> FollowOut:
    """What the reporter may know: states and times, the replies meant for them, their own ratings, and how often
    somebody opened their identity.
    """
    own = await queries.get_issue(work, own_report(work))
    issue = await main_of(work, own)
    found = await beside(work, issue)
    mine = (found if issue is own else await beside(work, own)).ratings_of(own.id)
    told = [row for row in found.trail if row.step not in INNER]
    handler = explaining.holder_out(issue.explanation)
    opened = select(func.count()).select_from(Unmasking).where(Unmasking.issue_id == own.id)
    steps = [step for step in allowed_steps(ISSUE, work, issue) if step != "screen"]
    shown = {name: getattr(issue, name) for name in FollowOut.model_fields if hasattr(Issue, name)}
    more: dict[str, Any] = {"number": own.number, "raised_at": own.raised_at}
    more["merged_into"] = None if issue is own else issue.number
    return FollowOut(
        **{**shown, **more},
        handled_by=handler.role if handler else None,
        timeline=[{"at": row.at, "step": row.step, "state": row.to_state} for row in told],
        replies=[remark for remark in found.remarks if remark.to_reporter],
        ratings=mine,
        may_rate="rate" in steps and issue.state == State.ANSWERED,
        allowed_steps=steps if issue is own else [step for step in steps if step in OF_EVERY_REPORT],
        identity_opened=await work.session.scalar(opened) or 0,
        words=found.words(issue),
    )
