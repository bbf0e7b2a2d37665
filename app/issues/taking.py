"""One step of an issue: its row, trail, event, words and clocks, written together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.clocks.models import Wait
from app.core import workflow
from app.core.crypto import digest
from app.core.outbox import Event
from app.core.work import Work, by_itself
from app.core.workflow import advance
from app.issues import events
from app.issues.models import Issue
from app.issues.records import Remark
from app.issues.step_schemas import StepInput
from app.issues.workflow import ISSUE

Rows = Sequence[Mapping[str, Any]]
MANY = 3  # so many hops or reworks raise a matter to supervision by themselves (DOMAIN R1.5)


def remark_row(work: Work, issue: Issue, step: str, text: str, *, to_reporter: bool = False) -> dict[str, Any]:
    """Words said with a step; the trail holds only their salted digest."""
    return {
        "id": work.new_id(), "issue_id": issue.id, "step": step, "text": text, "to_reporter": to_reporter,
        "post_id": work.actor.post_id, "at": work.clock.now(),
    }  # fmt: skip


def ready(work: Work, issue: Issue, name: str, form: StepInput) -> None:
    """Refuse a step of an issue early, with the version the form was filled in on."""
    workflow.ready(ISSUE, work, issue, name, form.expected_version)


async def take(
    work: Work,
    issue: Issue,
    name: str,
    event: Callable[..., Event],
    *,
    detail: Mapping[str, Any] | None = None,
    words: str | None = None,
    to_reporter: bool = False,
    clocks: Rows = (),
    beside: Mapping[Any, Rows] | None = None,
    **values: Any,
) -> None:
    """Take a step on a locked issue. `words` are kept as a remark, `clocks` begin to run, `beside` are further
    rows; `detail` and `values` are as in `advance`.
    """
    said = dict(detail or {})
    rows: dict[Any, Rows] = dict(beside or {})
    if words is not None:
        said["words"] = digest(bytes(issue.salt), words)
        rows[Remark] = [*rows.get(Remark, ()), remark_row(work, issue, name, words, to_reporter=to_reporter)]
    if clocks:
        rows[Wait] = clocks
    touched = {"touched_at": work.clock.now(), **values}
    await advance(work, ISSUE, issue, name, event, detail=said, beside=rows, **touched)


async def supervise_when_many(work: Work, issue: Issue) -> None:
    """A matter passed on or returned too often is supervised without anybody asking for it."""
    if issue.supervised_at is None and max(issue.hops, issue.reworks) >= MANY:
        why = "hops" if issue.hops >= MANY else "reworks"
        await supervised(by_itself(work), issue, why)


async def supervised(work: Work, issue: Issue, why: str, words: str | None = None) -> None:
    """On the superior's list from now on; `why` is a code."""

    def event(*, subject_id: UUID, at: Any) -> Event:
        return events.IssueSupervised(subject_id, at, why)

    now = work.clock.now()
    await take(work, issue, "supervise", event, detail={"why": why}, words=words, supervised_at=now)
