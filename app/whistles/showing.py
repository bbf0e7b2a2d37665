"""What the board 吹哨报到看板 shows beside the rows: who did a link, what is left of it, what a close lacks."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from app.clocks.house import House, house_of
from app.clocks.models import Wait
from app.clocks.remaining import clock_words
from app.core.audit import Trail
from app.core.work import Work
from app.issues.queue_schemas import NextClock
from app.people.models import Account
from app.whistles.chains import CHAIN
from app.whistles.kinds import Link, ReportInState, TaskState
from app.whistles.models import ReportIn, Whistle, WhistleKind
from app.whistles.records import Task
from app.whistles.schemas import KindOut, LackOut, WhistleLine
from app.whistles.workflow import W_FINAL

LACKS = {
    "task_open": ("任务未完成:{what}", "A task is open: {what}"),
    "undecided": ("{unit}的异议待区级裁定", "A decision on {unit} is owed"),
    "not_verified": ("街道尚未核查", "The street has not verified it"),
    "not_asked": ("诉求 {number} 的反映人尚未回访", "The reporter of {number} was not asked"),
}
WAITS_FOR_DECISION = (ReportInState.REFUSED, ReportInState.ARRIVAL_DISPUTED)
DECISIONS = ("designate", "settle")
Who = dict[tuple[UUID, str], str]


async def who_did(work: Work, report_ins: Iterable[UUID]) -> Who:
    """The person behind the last act of each step: a cell of the board holds time and name (UX B1)."""
    steps = sorted({step for chain in CHAIN.values() for step in chain.steps})
    query = (
        select(Trail.subject_id, Trail.step, Account.display_name)
        .join(Account, Account.id == Trail.account_id)
        .where(Trail.subject_id.in_(list(report_ins)), Trail.step.in_(steps))
        .order_by(Trail.seq)
    )
    return {(row.subject_id, row.step): row.display_name for row in await work.session.execute(query)}


def name_of(who: Who, report_in: Any, link: Link) -> str | None:
    """Who came is who the unit says came; else who took the step."""
    if link == Link.REPORTED_IN and report_in.arrived_name:
        return str(report_in.arrived_name)
    found = (who.get((report_in.id, step)) for step in CHAIN[link].steps)
    return next((name for name in found if name), None)


class Left:
    """What is left of clocks in words, by the calendar of each unit."""

    def __init__(self, house: House, now: datetime) -> None:
        self.house = house
        self.now = now

    def words(self, wait: Wait, done_at: datetime | None) -> tuple[str, str]:
        """Of a link that was done: how late it was, or nothing."""
        calendar = self.house.calendar_of(wait.unit_id)
        at = done_at or self.now
        if done_at is not None and done_at <= wait.due_at:
            return "", ""
        zh, en = clock_words(calendar, wait.kind, wait.due_at, at, wait.unit, paused_at=wait.paused_at)
        return zh.partition(" ")[2], en.partition(": ")[2]

    def running(self, wait: Wait) -> NextClock:
        """A clock that runs now, with its name."""
        calendar = self.house.calendar_of(wait.unit_id)
        stopped = wait.paused_at
        zh, en = clock_words(calendar, wait.kind, wait.due_at, self.now, wait.unit, paused_at=stopped)
        late = wait.due_at < (stopped or self.now)
        return NextClock(kind=wait.kind, due_at=wait.due_at, paused=stopped is not None, late=late, zh=zh, en=en)

    def clock(self, said: dict[str, Any] | None) -> NextClock | None:
        """A clock as a row shows it."""
        if said is None:
            return None
        due = datetime.fromisoformat(said["due_at"])
        paused = datetime.fromisoformat(said["paused_at"]) if said["paused_at"] else None
        calendar = self.house.calendar_of(UUID(said["unit_id"]) if said["unit_id"] else None)
        zh, en = clock_words(calendar, said["kind"], due, self.now, said["unit"], paused_at=paused)
        late = due < (paused or self.now)
        return NextClock(kind=said["kind"], due_at=due, paused=paused is not None, late=late, zh=zh, en=en)


async def left(work: Work) -> Left:
    """The district's own calendars, read once for a board."""
    return Left(await house_of(work), work.clock.now())


def lacking(
    whistle: Whistle, report_ins: Sequence[Any], tasks: Sequence[Any], issues: Sequence[Any]
) -> list[LackOut]:
    """What has to happen before it closes, each with what it is about (R2.5, UX B2)."""
    if whistle.state in W_FINAL:
        return []
    found = [_lack("task_open", task.id, what=task.what) for task in tasks if task.state == TaskState.OPEN]
    found += [
        _lack("undecided", one.id, unit=one.unit.name) for one in report_ins if one.state in WAITS_FOR_DECISION
    ]
    if whistle.verified_at is None:
        found.append(_lack("not_verified", whistle.id))
    asked = (issue for issue in issues if issue.answered_at is None)
    return found + [_lack("not_asked", issue.id, number=issue.number) for issue in asked]


def _lack(code: str, about: UUID, **said: str) -> LackOut:
    zh, en = LACKS[code]
    return LackOut(code=code, about=about, zh=zh.format(**said), en=en.format(**said))


async def kinds(work: Work) -> list[KindOut]:
    """The kinds a street may blow now, the most urgent first."""
    now = work.clock.now()
    running = or_(WhistleKind.valid_to.is_(None), WhistleKind.valid_to > now)
    query = select(WhistleKind).where(WhistleKind.valid_from <= now, running)
    rows = await work.session.scalars(query.order_by(WhistleKind.priority.desc(), WhistleKind.code))
    return [KindOut.model_validate(row) for row in rows]


def next_clock() -> Any:
    """The running clock that ends first: the whistle's own, a unit's or a task's."""
    parts = [select(model.id).where(model.whistle_id == Whistle.id) for model in (ReportIn, Task)]
    named = ("kind", "due_at", "paused_at", "unit", "unit_id")
    said = func.jsonb_build_object(*(part for name in named for part in (name, getattr(Wait, name))))
    mine = or_(Wait.subject_id == Whistle.id, *(Wait.subject_id.in_(part.correlate(Whistle)) for part in parts))
    query = select(said).where(mine, Wait.ended_at.is_(None)).correlate(Whistle)
    return query.order_by(Wait.paused_at.is_not(None), Wait.due_at, Wait.id).limit(1).scalar_subquery()


async def lines(work: Work, rows: Sequence[Any]) -> list[WhistleLine]:
    """Whistles as they are listed, each with the clock that ends next."""
    if not rows:
        return []
    words = await left(work)
    return [WhistleLine(**{**row._asdict(), "clock": words.clock(row.clock)}) for row in rows]
