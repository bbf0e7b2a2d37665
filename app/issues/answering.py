"""The answer to a reporter, from whoever handled it, and the clocks that wait for the reporter's word."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import select

from app.clocks import waits
from app.clocks.house import House, house_of
from app.clocks.waits import wait_row
from app.core.outbox import Event
from app.core.work import Work
from app.issues import anew, events
from app.issues.models import Issue
from app.issues.records import Remark
from app.issues.taking import remark_row, take

WORKING_CLOCKS = ("sign", "desk", "contact", "plan", "verifying")


@dataclass(frozen=True)
class Given:
    """The text to the reporter and the kind of result."""

    text: str
    result: str
    more: tuple[tuple[str, str], ...] = ()


async def answered(
    work: Work, issue: Issue, step: str, event: Callable[..., Event], given: Given, *, note: str | None = None
) -> None:
    """Answered: the working clocks end, those of the revisit and of the reporter's silence begin. An order from
    upstream is done only when it is back there: it runs on to its end, and its reporter is asked there.
    """
    house = await house_of(work, issue)
    await waits.stop(work, issue.id, *WORKING_CLOCKS, *(() if issue.upstream_number else ("solve",)))
    await waits.drop(work, issue.id, "extension")
    await anew.extensions_lapse(work, issue)
    now = work.clock.now()
    said = {"result": given.result, **dict(given.more)}
    noted = {Remark: [remark_row(work, issue, step, note)]} if note else {}
    await take(
        work, issue, step, partial(event, street_id=issue.street_id),
        detail=said, words=given.text, to_reporter=True, clocks=word_clocks(work, house, issue),
        beside=noted,
        answered_at=now, answer_id=work.new_id(), contacted_at=issue.contacted_at or now, outcome=given.result,
        back_to=issue.back_to if step == "verify" else str(issue.state),
    )  # fmt: skip


def word_clocks(work: Work, house: House, issue: Issue) -> list[dict[str, Any]]:
    """Somebody asks the reporter; when they stay silent it ends without their word, and is counted as that."""
    mine = ("issue", issue.id)
    kinds = () if issue.upstream_number else ("revisit", "word")
    return [wait_row(work, house, mine, kind, post_id=issue.holder_id) for kind in kinds]


async def later_check(work: Work, issue: Issue) -> list[dict[str, Any]]:
    """The clock of the day on which the reporters were promised to be asked again. A day that has passed asks
    nobody: they were asked since, with the answer.
    """
    if issue.verify_after is None or issue.verify_after <= work.clock.now():
        issue.verify_after = None
        return []
    house = await house_of(work)
    return [wait_row(work, house, ("issue", issue.id), "verify_after", due_at=issue.verify_after)]


async def text_sent(work: Work, issue: Issue, step: str = "return_for_check") -> str:
    """What was kept back until somebody else had looked at it: the place, or the reason."""
    kept = (Remark.issue_id == issue.id, Remark.step == step)
    text = await work.session.scalar(select(Remark.text).where(*kept).order_by(Remark.at.desc()).limit(1))
    return text or ""


async def sent_to_check(work: Work, issue: Issue, given: Given) -> None:
    """The category wants somebody of the street to look at the place before the reporter is asked (CASES 2.1)."""
    house = await house_of(work, issue)
    clock = wait_row(work, house, ("issue", issue.id), "verifying", post_id=issue.holder_id)
    await take(
        work, issue, "return_for_check", events.CheckWanted,
        detail={"result": given.result}, words=given.text, clocks=[clock],
        outcome=given.result, back_to=str(issue.state),
    )  # fmt: skip
