"""The reference model of the soak: what the service has to come to, in plain dictionaries (SYNC 3d).

It is told each operation in the order in which the service first had it, and says what becomes of it. It knows
nothing of tables, batches, devices' locks or transactions.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Op = dict[str, Any]
WAITING = "waiting"


@dataclass
class Home:
    """A household: soft fields with the version and time of their last change."""

    grid: str
    listed: bool = False
    rev: int = 1
    kind: str = "permanent"
    note: str | None = None
    revs: dict[str, int] = field(default_factory=dict)
    times: dict[str, datetime] = field(default_factory=dict)
    merged_into: str | None = None


@dataclass
class Person:
    """A resident: identity fields."""

    home: str
    relation: str
    said: dict[str, str | None]
    rev: int = 1
    revs: dict[str, int] = field(default_factory=dict)


@dataclass
class Call:
    """A visit."""

    home: str
    said_home: str | None
    author: str
    result: str
    rev: int = 1
    photos: tuple[str, ...] = ()


@dataclass
class Matter:
    """An issue by the phone's own id."""

    state: str = "assigned"
    steps: list[str] = field(default_factory=list)


@dataclass
class Holder:
    """Whose phone it is: `grid` of its post, or None for a post with a list alone; may it edit?"""

    account: str
    post: str
    grid: str | None


@dataclass
class Model:
    """The state, and what became of every operation."""

    homes: dict[str, Home] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    visits: dict[str, Call] = field(default_factory=dict)
    issues: dict[str, Matter] = field(default_factory=dict)
    rounds: dict[str, dict[str, str]] = field(default_factory=dict)
    cards: list[tuple[str, str, str]] = field(default_factory=list)
    status: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, list[tuple[Holder, Op, datetime]]] = field(default_factory=dict)

    def batch(
        self, phone: str, holder: Holder, ops: list[Op], times: dict[str, datetime], left: Collection[str] = ()
    ) -> None:
        """Operations that have arrived together, then what had waited for them, without what was `left`."""
        for op in ops:
            self._take(phone, holder, op, times[op["op_id"]])
        while self._take_up(phone, left):
            pass

    def _take(self, phone: str, holder: Holder, op: Op, at: datetime) -> bool:
        if self.status.get(op["op_id"], WAITING) != WAITING:
            return False
        status = self._judge(holder, op, at)
        self.status[op["op_id"]] = status
        queue = self.waiting.setdefault(phone, [])
        queue[:] = [one for one in queue if one[1]["op_id"] != op["op_id"]]
        if status == WAITING:
            queue.append((holder, op, at))
            queue.sort(key=lambda one: int(one[1]["seq"]))
        return status != WAITING

    def _take_up(self, phone: str, left: Collection[str]) -> bool:
        waiting = [one for one in self.waiting.get(phone, []) if one[1]["op_id"] not in left]
        taken = [self._take(phone, *one) for one in waiting]  # each of them
        return any(taken)

    def _judge(self, holder: Holder, op: Op, at: datetime) -> str:
        verbs = {
            "visit.create": self._visit, "visit.amend": self._amend, "household.edit": self._edit_home,
            "resident.add": self._add_person, "resident.edit": self._edit_person, "issue.create": self._raise,
            "issue.step": self._step, "patrol.create": self._go_round,
        }  # fmt: skip
        return verbs[op["type"]](holder, op, at)

    def living(self, home: str) -> str:
        """Where a household's id leads."""
        return self.homes[home].merged_into or home

    def reaches(self, holder: Holder, home: str) -> bool:
        one = self.homes[self.living(home)]
        return one.listed if holder.grid is None else one.grid == holder.grid

    def _visit(self, holder: Holder, op: Op, _: datetime) -> str:
        said = op["payload"]
        named = said["household_id"]
        if not self.reaches(holder, named):
            return "rejected"
        home = self.living(named)
        photos = tuple(one["media_id"] for one in said.get("photos", []))
        moved = None if home == named else named
        self.visits[op["entity_id"]] = Call(home, moved, holder.account, said["result"], photos=photos)
        return "rerouted" if moved else "applied"

    def _amend(self, holder: Holder, op: Op, _: datetime) -> str:
        visit = self.visits.get(op["entity_id"])
        if visit is None:
            return WAITING
        said = op["payload"]
        if not self.reaches(holder, visit.home) or visit.author != holder.account or said["base_rev"] != visit.rev:
            return "rejected"
        visit.result, visit.rev = said["result"], visit.rev + 1
        return "applied"

    def _edit_home(self, holder: Holder, op: Op, at: datetime) -> str:
        named, base = op["entity_id"], op["base_rev"]
        if holder.grid is None or not self.reaches(holder, named):
            return "rejected"
        home = self.homes[self.living(named)]
        taken = {}
        for name, value in op["payload"]["fields"].items():
            if getattr(home, name) == value:
                continue
            before = home.times.get(name)
            if home.revs.get(name, 0) <= base or before is None or at >= before:
                taken[name] = value
        if taken:
            home.rev += 1
        for name, value in taken.items():
            setattr(home, name, value)
            home.revs[name], home.times[name] = home.rev, at
        if self.living(named) != named:
            return "rerouted"
        return "merged" if home.rev > base + 1 else "applied"

    def _add_person(self, holder: Holder, op: Op, _: datetime) -> str:
        said = op["payload"]
        named = said["household_id"]
        if holder.grid is None or not self.reaches(holder, named):
            return "rejected"
        home, resident = self.living(named), said["resident"]
        values = {"name": resident["name"], "phone": resident.get("phone")}
        revs = dict.fromkeys(("name", "phone"), 1)
        self.people[op["entity_id"]] = Person(home, resident["relation"], values, revs=revs)
        return "applied" if home == named else "rerouted"

    def _edit_person(self, holder: Holder, op: Op, _: datetime) -> str:
        if holder.grid is None:
            return "rejected"
        person = self.people.get(op["entity_id"])
        if person is None:
            return WAITING
        base = op["base_rev"]
        offered: dict[str, Any] = {}
        taken: dict[str, Any] = {}
        for name, value in op["payload"]["fields"].items():
            if person.said[name] == value:
                continue
            (taken if person.revs.get(name, 0) <= base else offered)[name] = value
        if taken:
            person.rev += 1
            person.said |= taken
            person.revs |= dict.fromkeys(taken, person.rev)
        for name, value in offered.items():
            if (card := (op["entity_id"], name, value)) not in self.cards:
                self.cards.append(card)
        if offered:
            return "conflict"
        return "merged" if person.rev > base + 1 else "applied"

    def _raise(self, holder: Holder, op: Op, _: datetime) -> str:  # noqa: ARG002  # anybody may
        self.issues[op["entity_id"]] = Matter()
        return "applied"

    def _step(self, holder: Holder, op: Op, _: datetime) -> str:  # noqa: ARG002  # only on what it has raised itself
        issue = self.issues.get(op["entity_id"])
        if issue is None:
            return WAITING
        said = op["payload"]
        if said["expected_state"] != issue.state:
            issue.steps.append("comment")
            return "conflict"
        issue.steps.append(said["step"])
        issue.state = {"accept": "handling", "answer": "answered"}.get(said["step"], issue.state)
        return "applied"

    def _go_round(self, holder: Holder, op: Op, _: datetime) -> str:
        if holder.grid is None:
            return "rejected"
        self.rounds[op["entity_id"]] = {one["point_id"]: one["finding"] for one in op["payload"]["findings"]}
        return "applied"

    def merge(self, gone: str, kept: str) -> None:
        """The office finds that two records are one household."""
        old, new = self.homes[gone], self.homes[kept]
        old.merged_into, old.rev, new.rev = kept, old.rev + 1, new.rev + 1
        new.listed = new.listed or old.listed
        head = any(one.home == kept and one.relation == "head" for one in self.people.values())
        for one in self.people.values():
            if one.home == gone:
                one.home, one.rev = kept, one.rev + 1
                if head and one.relation == "head":
                    one.relation = "other"
        for visit in self.visits.values():
            if visit.home == gone:
                visit.home, visit.said_home = kept, visit.said_home or gone
