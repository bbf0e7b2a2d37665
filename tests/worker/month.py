"""A month of a district: what residents raise and people do, by a seed; nobody here rings a clock."""

import random  # noqa: TID251  # a seeded order of a test
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.clock import SHANGHAI, Calendar, FixedClock, office_day
from app.core.errors import Problem
from app.core.idempotency import claim_of
from app.core.scope import EVERYTHING
from app.core.work import PUBLIC, Actor, Runtime, Work, known_as, open_work
from app.core.workflow import lock
from app.issues.actions import BY_REPORTER, STEPS
from app.issues.intake import raise_issue
from app.issues.kinds import State
from app.issues.models import Issue
from app.issues.schemas import RaiseIssue
from app.issues.taking import ready
from app.people.models import Post, Role
from tests import town

HERE = town.DISTRICTS[0]
RESIDENT = Actor(PUBLIC)
TOGETHER = 25  # acts in one transaction
PLACES = (town.IN_B1, town.IN_B2, town.IN_G2, town.IN_ISLAND, town.IN_SMALL_A, town.IN_MARKET, town.IN_FIELD)
NIGHT_WATCH = (2, 8, 13, 22)  # looks at the clock besides the working hours

# state -> (weight, who, step, what is said); the weight of doing nothing is the rest to ten
Habit = tuple[int, str, str, dict[str, Any]]
HABITS: dict[State, list[Habit]] = {
    State.ASSIGNED: [
        (6, "holder", "accept", {}),
        (1, "desk", "transfer", {"to": "官渡区12345", "reason": "在邻区"}),
    ],
    State.SCREENING: [(1, "desk", "admit", {})],
    State.HANDLING: [
        (2, "holder", "contact", {"way": "phone"}),
        (2, "holder", "answer", {"text": "已办。"}),
        (1, "holder", "request_info", {"text": "请问几单元?"}),
        (1, "holder", "triage", {"way": "study"}),
        (1, "desk", "hold_open", {"text": "待雨季后再办。"}),
        (1, "holder", "ask_extension", {"reason": "等配件"}),
        (1, "desk", "extend", {"text": "延期办理。"}),
    ],
    State.AWAITING_REPORTER: [(1, "resident", "give_info", {"text": "三单元。"})],
    State.HELD_OPEN: [(1, "desk", "resume", {})],
    State.TRANSFERRED: [(1, "desk", "confirm_transfer", {"number": "GD-7", "text": "已受理。"})],
    State.ANSWERED: [
        (1, "resident", "rate", {"verdict": "solved", "satisfaction": 5}),
        (1, "resident", "rate", {"verdict": "not_solved", "satisfaction": 2}),
    ],
    State.CLOSED: [(1, "desk", "reopen", {"reason": "又漏了"})],
}  # fmt: skip


def moments(chance: random.Random, start: datetime, days: int, steps: int) -> list[datetime]:
    """When the month is looked at: mostly while the office is open, sometimes at night and at weekends."""
    calendar, found = Calendar(), {start + timedelta(days=days)}
    while len(found) < steps:
        at = start + timedelta(seconds=chance.randrange(days * 86400))
        if calendar.is_open(at) or (at.astimezone(SHANGHAI).hour in NIGHT_WATCH and chance.random() < 0.3):
            found.add(at)
    return sorted(found)


@dataclass
class People:
    """Residents and staff of the town; `done` counts the steps they took."""

    runtime: Runtime
    chance: random.Random
    actors: dict[UUID, Actor] = field(default_factory=dict)
    desk: Actor = RESIDENT
    issues: list[UUID] = field(default_factory=list)
    done: int = 0

    async def come(self) -> None:
        """Learn who holds which post; the district's administrator decides what the handler may not."""
        async with self._as(RESIDENT) as work:
            for post in await work.session.scalars(select(Post)):
                self.actors[post.id] = Actor(str(post.role), post.account_id, post.id)
        self.desk = next(one for one in self.actors.values() if one.role == Role.DISTRICT_ADMIN)

    def _as(self, actor: Actor) -> Any:
        return open_work(self.runtime, HERE, known_as(actor, EVERYTHING))

    async def report(self, count: int) -> None:
        """Residents raise so many issues, through intake itself; a few cannot be placed, a few are screened."""
        for part in range(0, count, TOGETHER):
            async with self._as(RESIDENT) as work:
                for _ in range(min(TOGETHER, count - part)):
                    claim, screening = claim_of(work, "month", None, b""), self.chance.random() < 0.05
                    raised = await raise_issue(work, self._matter(), claim, screening=screening)
                    self.issues.append(raised.issue_id)

    def _matter(self) -> RaiseIssue:
        pick = self.chance.choices
        (place,) = pick([*PLACES, town.FAR_AWAY], [*[4] * len(PLACES), 1])
        (urgency,) = pick(["normal", "urgent", "emergency"], [20, 3, 1])
        (kind,) = pick(["help", "consult", "complaint"], [6, 2, 2])
        said = {"text": "楼道灯不亮。", "point": town.point(place), "urgency": urgency, "type": kind}
        return RaiseIssue.model_validate({**said, "contact": {"phone": "13800001234"}})

    async def act(self, count: int) -> None:
        """So many times somebody may do something about an issue."""
        for part in range(0, count, TOGETHER):
            chosen = self.chance.sample(self.issues, min(TOGETHER, count - part, len(self.issues)))
            async with self._as(RESIDENT) as work:
                for issue_id in chosen:
                    await self._touch(work, await lock(work, Issue, issue_id))

    async def _touch(self, work: Work, issue: Issue) -> None:
        habits = HABITS.get(State(issue.state), [])
        idle = max(0, 10 - sum(weight for weight, *_ in habits))
        (chosen,) = self.chance.choices([*habits, None], [*(weight for weight, *_ in habits), idle])
        if chosen is None:
            return
        _, who, step, said = chosen
        held = self.actors.get(issue.holder_id, RESIDENT) if issue.holder_id else RESIDENT
        work.actor = {"holder": held, "desk": self.desk, "resident": RESIDENT}[who]
        form_type, action = (BY_REPORTER if who == "resident" else STEPS)[step]
        form = form_type.model_validate({**said, **self._more(step, issue)})
        try:
            async with work.session.begin_nested():
                ready(work, issue, step, form)
                await action(work, issue, form)
        except Problem:  # asked before, nothing to extend: people try what does not go, too
            await work.session.refresh(issue)
            return
        self.done += 1

    def _more(self, step: str, issue: Issue) -> dict[str, Any]:
        days = timedelta(days=self.chance.randint(1, 9))
        if step == "hold_open":
            return {"review_on": office_day(self.runtime.clock.now() + days)}
        return {"until": issue.due_at + days} if step == "ask_extension" else {}


def shares(chance: random.Random, total: int, places: Sequence[datetime]) -> list[int]:
    """How many of `total` fall on each moment: most of them in the first two thirds."""
    early = max(1, len(places) * 2 // 3)
    counts = [0] * len(places)
    for _ in range(total):
        counts[chance.randrange(early)] += 1
    return counts


def standing(runtime: Runtime) -> FixedClock:
    """The clock of the people, which is moved with the worker's."""
    assert isinstance(runtime.clock, FixedClock)
    return runtime.clock
