"""What packages above may do with an issue: dispatch it, whistle for it, and bring the answer of those called."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from app.clocks import waits
from app.core.work import Work
from app.issues import answering, events
from app.issues.kinds import State
from app.issues.models import Issue
from app.issues.step_schemas import StepInput
from app.issues.taking import Rows, ready, supervise_when_many, take

HOLDER_CLOCKS = ("sign", "desk", "plan")


async def dispatched(
    work: Work, issue: Issue, form: StepInput, lead_unit_id: UUID, *,
    words: str | None = None, beside: Mapping[Any, Rows] | None = None,
) -> None:  # fmt: skip
    """The desk gives it to a unit, which leads from now on; the resident's clock goes on."""
    ready(work, issue, "dispatch", form)
    await waits.stop(work, issue.id, "desk")
    await waits.drop(work, issue.id, *HOLDER_CLOCKS)
    event = partial(events.IssueDispatched, unit_id=lead_unit_id)
    kept: dict[str, Any] = {
        "lead_unit_id": lead_unit_id,
        "holder_id": work.actor.post_id,
        "back_to": State.DISPATCHED,
    }
    said = {"unit": str(lead_unit_id)}
    await take(work, issue, "dispatch", event, detail=said, words=words, beside=beside, **kept)


async def passed_on(work: Work, issue: Issue, lead_unit_id: UUID, why: str) -> None:
    """Another unit leads; hops are counted, and too many put it on the superior's list (R1.5)."""
    event = partial(events.IssuePassedOn, unit_id=lead_unit_id)
    said = {"unit": str(lead_unit_id), "why": why}
    await take(work, issue, "pass_on", event, detail=said, lead_unit_id=lead_unit_id, hops=issue.hops + 1)
    await supervise_when_many(work, issue)


async def recalled(work: Work, issue: Issue, words: str | None = None) -> None:
    """No unit leads any more; the desk that dispatched it has it back."""
    said = {"unit": str(issue.lead_unit_id)}
    kept: dict[str, Any] = {"lead_unit_id": None, "hops": issue.hops + 1, "back_to": State.HANDLING}
    await take(work, issue, "recall", events.IssueRecalled, detail=said, words=words, **kept)
    await supervise_when_many(work, issue)


async def unit_answered(work: Work, issue: Issue, text: str, result: str, *, check: bool = False) -> None:
    """The leading unit's result: to the reporter, or first to the street which looks at the place."""
    given = answering.Given(text, result)
    if check:
        await answering.sent_to_check(work, issue, given)
    else:
        await answering.answered(work, issue, "return_answer", events.AnswerReturned, given)


async def unit_contacted(work: Work, issue: Issue) -> None:
    """The leading unit reached the reporter or the place: the resident's own contact clock ends (R1.4)."""
    if issue.contacted_at is None:
        await waits.stop(work, issue.id, "contact")
        now = work.clock.now()
        await take(work, issue, "unit_contact", events.ReporterContacted, contacted_at=now)


async def whistled(work: Work, issue: Issue, whistle_id: UUID) -> None:
    """Departments are called for it and no unit leads it; a second whistle for the same issue keeps the state.

    Whoever never signed for it does not get it back when the whistle is over: the post that whistles has it.
    """
    await waits.stop(work, issue.id, "desk")
    await waits.drop(work, issue.id, *HOLDER_CLOCKS)
    said = {"whistle": str(whistle_id)}
    kept: dict[str, Any] = {"back_to": State.WHISTLED, "lead_unit_id": None}
    if issue.holder_id is None or issue.state == State.ASSIGNED:
        kept["holder_id"] = work.actor.post_id
        said["holder"] = str(work.actor.post_id)
    await take(work, issue, "whistle", events.IssueWhistled, detail=said, **kept)


async def whistle_left(work: Work, issue: Issue, words: str | None = None) -> None:
    """No whistle is open for it any more: whoever had signed for it goes on, else the post that whistled."""
    await take(work, issue, "whistle_over", events.WhistleLeft, words=words, back_to=State.HANDLING)


async def whistle_answered(work: Work, issue: Issue, text: str, result: str) -> None:
    """What the departments did, verified by the street, goes to the reporter for their word."""
    given = answering.Given(text, result)
    await answering.answered(work, issue, "whistle_answer", events.WhistleAnswered, given)
