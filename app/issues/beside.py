"""What hangs on one issue, in one statement: remarks, words of the reporters, clocks, masked contact, trail.

The trail and the clocks have no scope of their own; they are read through an issue that has been loaded (HOUSE 2).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, null, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.clocks.models import Wait
from app.core.audit import Trail
from app.core.work import Work
from app.issues.kinds import Verdict
from app.issues.models import Issue
from app.issues.records import Rating, Remark, Reporter
from app.issues.schemas import ClockOut, RatingOut, RemarkOut, TrailOut, WordsOut
from app.issues.workflow import DESKS, ISSUE
from app.people.models import Account

SAID = ("verdict", "satisfaction", "contacted", "at")
CLOCK = ("kind", "since", "due_at", "paused_at", "ended_at")
FROM_REPORTER = frozenset({"give_info", "rate", "complete_word", "withdraw", "request_review", "reopen"})


@dataclass(frozen=True)
class Beside:
    """The rows of one issue as they are shown."""

    remarks: list[RemarkOut]
    ratings: list[RatingOut]
    clocks: list[ClockOut]
    trail: list[TrailOut]
    masked: str | None
    merged: int
    given: list[tuple[UUID, str, str | None]]

    def without_reporter(self) -> "Beside":
        """For eyes that must not know who reported: no contact, and none of the reporter's own words."""
        kept = [remark for remark in self.remarks if remark.step not in FROM_REPORTER]
        return replace(self, remarks=kept, masked=None)

    def ratings_of(self, report: UUID) -> list[RatingOut]:
        """What one reporter said, of all who reported the same."""
        pairs = zip(self.given, self.ratings, strict=True)
        return [rating for (given, _, _), rating in pairs if given == report]

    def without_ratings(self) -> "Beside":
        """For who handles an open matter: who said what of the work is known when it is closed (CASES 3)."""
        trail = [
            act.model_copy(update={"detail": {k: v for k, v in act.detail.items() if k not in SAID}})
            for act in self.trail
        ]
        return replace(self, ratings=[], trail=trail)

    def words(self, issue: Issue) -> WordsOut:
        """How many reported, and the last word of each on the present answer."""
        last = {report: verdict for report, verdict, answer in self.given if answer == str(issue.answer_id)}
        solved = sum(verdict == Verdict.SOLVED for verdict in last.values())
        return WordsOut(reports=1 + self.merged, solved=solved, not_solved=len(last) - solved)


async def beside(work: Work, issue: Issue) -> Beside:
    """What hangs on the issue, which has been loaded: also of reports merged into it from ground out of sight."""
    merged = select(Issue.id).where(Issue.merged_into == issue.id)
    asked = or_(Rating.issue_id == issue.id, Rating.issue_id.in_(merged))
    acts = (Trail.subject_kind == ISSUE.kind, Trail.subject_id == issue.id)
    query = select(
        _listed(Remark, ("step", "text", "to_reporter", "at"), Remark.issue_id == issue.id, Remark.at, Remark.id),
        _listed(Rating, ("issue_id", "answer_id", *SAID), asked, Rating.at, Rating.id),
        _listed(Wait, CLOCK, Wait.subject_id == issue.id, Wait.since, Wait.id),
        _listed(
            Trail, ("seq", "at", "step", "from_state", "to_state", "role", "post_id", "detail"),
            acts[0] & acts[1], Trail.seq, who=_who(work),
        ),
        select(Reporter.masked).where(Reporter.issue_id == issue.id).limit(1).scalar_subquery(),
        select(func.count()).select_from(merged.subquery()).scalar_subquery(),
    )  # fmt: skip
    remarks, ratings, clocks, trail, masked, count = (
        await work.session.execute(query.execution_options(unscoped=True))
    ).one()
    now = work.clock.now()
    given = [(UUID(row.pop("issue_id")), row["verdict"], row.pop("answer_id")) for row in ratings or []]
    return Beside(
        [RemarkOut.model_validate(row) for row in remarks or []],
        [RatingOut.model_validate(row) for row in ratings or []],
        [_clock(row, now) for row in clocks or []],
        [TrailOut.model_validate(row) for row in trail or []],
        masked, count, given,
    )  # fmt: skip


def _who(work: Work) -> Any:
    """The colleague who took a step, for the offices alone: whoever looks at a queue asks whom to call (UX D4)."""
    if work.actor.role not in DESKS:
        return null()
    return select(Account.display_name).where(Account.id == Trail.account_id).scalar_subquery()


def _listed(model: type[Any], names: tuple[str, ...], which: Any, *order: Any, **more: Any) -> Any:
    pairs = [part for name in names for part in (name, getattr(model, name))]
    pairs += [part for pair in more.items() for part in pair]
    rows = func.jsonb_agg(aggregate_order_by(func.jsonb_build_object(*pairs), *order))
    return select(rows).where(which).scalar_subquery()


def _clock(row: dict[str, Any], now: datetime) -> ClockOut:
    shown = ClockOut.model_validate({**row, "late": False})
    return shown.model_copy(update={"late": (shown.ended_at or now) > shown.due_at and shown.paused_at is None})
