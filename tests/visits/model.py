"""What plans mean, in plain Python without a database: the reference the tasks are held against.

Everything is kept as it was said; whether a task is covered is asked of all visits, each time anew.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

LOCAL = timedelta(hours=8)
Key = tuple[str, UUID, date, UUID | None]  # rule, household, first day, post


def day_of(at: datetime) -> date:
    return (at + LOCAL).date()


def week(day: date) -> tuple[date, date]:
    first = day - timedelta(days=day.isoweekday() - 1)
    return first, first + timedelta(days=6)


def months(day: date, length: int) -> tuple[date, date]:
    first = (day.month - 1) // length * length + 1
    after = date(day.year + (first + length > 12), (first + length - 1) % 12 + 1, 1)
    return date(day.year, first, 1), after - timedelta(days=1)


def stretch(period: str, day: date) -> tuple[date, date]:
    return week(day) if period == "week" else months(day, {"month": 1, "quarter": 3}[period])


@dataclass(frozen=True)
class Rule:
    code: str
    care_kind: str | None
    period: str
    kinds: tuple[str, ...]
    ways: tuple[str, ...]
    for_duty: bool


@dataclass
class Seen:
    """A visit."""

    id: UUID
    household: UUID
    kind: str
    way: str
    result: str
    at: datetime
    posts: frozenset[UUID]


@dataclass
class Task:
    first: date
    last: date
    due_at: datetime | None = None
    cancelled: bool = False


@dataclass
class Village:
    """Households by id, and all that was ever said of them."""

    rules: list[Rule]
    now: datetime
    into: dict[UUID, UUID] = field(default_factory=dict)
    ended: set[UUID] = field(default_factory=set)
    needs: dict[UUID, set[str]] = field(default_factory=dict)
    duties: set[tuple[UUID, UUID]] = field(default_factory=set)  # post, household
    shut: dict[UUID, tuple[UUID, str | None, datetime | None]] = field(default_factory=dict)
    visits: dict[UUID, Seen] = field(default_factory=dict)
    tasks: dict[Key, Task] = field(default_factory=dict)

    def living(self, household: UUID) -> UUID:
        return self.into.get(household, household)

    def merge(self, gone: UUID, living: UUID) -> None:
        own = {key: task for key, task in self.tasks.items() if key[1] == gone}
        kept = [key for key, task in own.items() if not task.cancelled or self.state_of(key, task)[1]]
        self.into[gone] = living
        self.into |= {one: living for one, at in self.into.items() if at == gone}
        for visit in self.visits.values():
            visit.household = self.living(visit.household)
        self.shut = {key: (self.living(one), rule, until) for key, (one, rule, until) in self.shut.items()}
        self.duties = {(post, self.living(one)) for post, one in self.duties}
        for rule, _, first, post in kept:
            task = own[rule, gone, first, post]
            copy = Task(task.first, task.last, task.due_at, task.cancelled)
            self.tasks.setdefault((rule, living, first, post), copy)
        for task in own.values():
            task.cancelled = True

    def wanted(self, household: UUID) -> dict[Key, tuple[date, date]]:
        if household in self.ended or household in self.into:
            return {}
        today = day_of(self.now)
        found: dict[Key, tuple[date, date]] = {}
        for rule in self.rules:
            if rule.period == "once" or self.is_shut(household, rule.code):
                continue
            if rule.care_kind and rule.care_kind not in self.needs.get(household, set()):
                continue
            posts: list[Any] = [post for post, one in self.duties if one == household] if rule.for_duty else [None]
            running = stretch(rule.period, today)
            for first, last in (running, stretch(rule.period, running[1] + timedelta(days=1))):
                found |= {(rule.code, household, first, post): (first, last) for post in posts}
        return found

    def is_shut(self, household: UUID, rule: str) -> bool:
        return any(
            one == household and of in (None, rule) and (until is None or until > self.now)
            for one, of, until in self.shut.values()
        )

    def reckon(self, household: UUID) -> None:
        for one in {household, self.living(household)}:
            wanted = self.wanted(one)
            for key, (first, last) in wanted.items():
                self.tasks.setdefault(key, Task(first, last))
            for key, task in self.tasks.items():
                if key[1] == one:
                    self._cancel(key, task, wanted=key in wanted)

    def _cancel(self, key: Key, task: Task, *, wanted: bool) -> None:
        household = key[1]
        if household in self.ended or household in self.into:
            task.cancelled = True
        elif task.due_at is not None:
            task.cancelled |= self.is_shut(household, key[0])
        elif task.last >= day_of(self.now):
            task.cancelled = not wanted

    def change(self, household: UUID, at: datetime) -> None:
        key = ("major_change", household, day_of(at), None)
        due = at + timedelta(hours=24)
        before = self.tasks.get(key)
        if before is None:
            self.tasks[key] = Task(day_of(at), day_of(due), due)
        elif self.state_of(key, before)[0] != "open":
            before.due_at, before.last = due, day_of(due)

    def state_of(self, key: Key, task: Task) -> tuple[str, UUID | None]:
        rule = next(one for one in self.rules if one.code == key[0])
        here = [visit for visit in self.visits.values() if visit.household == key[1] and self._holds(task, visit)]
        for visit in sorted(here, key=lambda one: (one.at, one.id)):
            fits = visit.kind in rule.kinds and visit.way in rule.ways
            if visit.result == "met" and fits and (key[3] is None or key[3] in visit.posts):
                return "covered", visit.id
        for visit in sorted(here, key=lambda one: (one.at, one.id)):
            if visit.result == "refused":
                return "refused", visit.id
        return "cancelled" if task.cancelled else "open", None

    @staticmethod
    def _holds(task: Task, visit: Seen) -> bool:
        if task.due_at is not None:
            return visit.at >= task.due_at - timedelta(hours=24)
        return task.first <= day_of(visit.at) <= task.last

    def states(self) -> dict[Key, tuple[str, UUID | None]]:
        return {key: self.state_of(key, task) for key, task in self.tasks.items()}
