"""What must have rung in a month, reckoned from the rows of each wait, and compared with the trail.

A wait runs in stretches: from its beginning to its first pause, from going on to the next pause, and so on. Each
later end is reckoned anew from its limit and its pauses and extensions. A rung that fell due in a stretch has rung
not before that and, unless the stretch ended first, not after the next round of a worker that came to its end.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TypeVar
from uuid import UUID

from app.clocks.models import Extension, Pause, Rung, Wait
from app.core.audit import Trail
from app.core.clock import Calendar, Limit, Measure

Row = TypeVar("Row")
Moments = dict[UUID, tuple[datetime, datetime]]  # of an act on the trail: the time of its rung, since when it ran
ENDS = {
    "assign": ("sign", "desk"), "admit": ("screening",), "go_on": ("awaiting",), "resume": ("review",),
    "close": ("word",), "receive_back": ("transferred",),
}  # fmt: skip  # an act of the system -> the clocks it answers
DEFAULTS = frozenset(kind for kinds in ENDS.values() for kind in kinds)


@dataclass(frozen=True)
class Stretch:
    """A time in which a wait ran, towards one end."""

    since: datetime
    until: datetime | None
    due: datetime

    def holds(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at <= self.until)

    def outlived(self, at: datetime | None) -> bool:
        """Whether the wait still ran after a round at that moment."""
        return at is not None and (self.until is None or at < self.until)


def by(key: Callable[[Row], UUID], rows: Iterable[Row]) -> Mapping[UUID, list[Row]]:
    """Rows under the id they belong to."""
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


@dataclass
class Reckoning:
    """Compares; `faults` says in words what does not fit, `rang` counts what rang."""

    rounds: Sequence[datetime]  # moments at which a worker rang until nothing was due
    ladders: Mapping[str, Sequence[Rung]]
    calendar: Calendar = field(default_factory=Calendar)
    faults: list[str] = field(default_factory=list)
    rang: Counter[str] = field(default_factory=Counter)

    def check(
        self, waits: Iterable[Wait], pauses: Iterable[Pause], longer: Iterable[Extension], acts: Iterable[Trail]
    ) -> None:
        """All waits of a district against the acts of its system, each in the order of its trail."""
        paused, extended = by(lambda one: one.wait_id, pauses), by(lambda one: one.subject_id, longer)
        acted = by(lambda one: one.subject_id, acts)
        for subject, mine in by(lambda one: one.subject_id, waits).items():
            told = acted.get(subject, [])
            moments = self._defaults(mine, told)
            for wait in mine:
                if wait.kind in self.ladders:
                    more = extended.get(subject, []) if wait.kind == "solve" else []
                    moments |= self._ladder(wait, self.stretches(wait, paused.get(wait.id, []), more), told)
            self._in_order(told, moments)

    def _fault(self, wait: Wait, said: str) -> None:
        self.faults.append(f"{wait.kind} {wait.id} of {wait.subject_id}: {said}")

    def stretches(self, wait: Wait, pauses: Iterable[Pause], longer: Iterable[Extension]) -> list[Stretch]:
        """The stretches of a wait; the end of the last one has to be the one that stands in its row."""
        unit = Measure(wait.unit)
        due = self.calendar.after(wait.since, Limit(wait.amount, unit)) if wait.amount else wait.due_at
        turns: list[tuple[datetime, Pause | Extension]] = [(one.since, one) for one in pauses]
        granted = [one for one in longer if one.granted]
        turns += [(one.decided_at, one) for one in granted if one.decided_at and one.decided_at >= wait.since]
        since, found = wait.since, []
        for at, turn in sorted(turns, key=lambda pair: (pair[0], isinstance(pair[1], Pause))):
            if wait.ended_at is not None and at > wait.ended_at:
                break
            found.append(Stretch(since, at, due))
            if isinstance(turn, Extension):
                since, due = at, turn.until
            elif turn.until is None:
                return found
            else:
                since, due = turn.until, self.calendar.put_off(due, turn.since, turn.until, unit)
        if due != wait.due_at:
            self._fault(wait, f"ends {wait.due_at}, reckoned {due}")
        return [*found, Stretch(since, wait.ended_at, due)]

    def _wake(self, wait: Wait, due: datetime, rung: Rung) -> datetime:
        limit = Limit(rung.amount, Measure(rung.unit))
        if not rung.ahead:
            return self.calendar.after(due, limit) if rung.amount else due
        at = self.calendar.ahead(due, limit)
        return at if at > wait.since else wait.since + (due - wait.since) * 0.75

    def _round_after(self, *moments: datetime) -> datetime | None:
        """The next round that came to its end."""
        return next((one for one in self.rounds if one >= max(moments)), None)

    def _ladder(self, wait: Wait, stretches: Sequence[Stretch], acts: Iterable[Trail]) -> Moments:
        """Towards each end the rungs ring one after another; a later end begins again with being due."""
        moments: Moments = {}
        said = [act for act in acts if act.step == "remind" and act.detail["wait"] == str(wait.id)]
        first_due = next(place for place, rung in enumerate(self.ladders[wait.kind]) if not rung.ahead)
        place, ends = 0, list(dict.fromkeys(one.due for one in stretches))
        for number, due in enumerate(ends):
            place = min(place, first_due) if number else 0
            mine = [one for one in stretches if one.due == due]
            heard = [act for act in said if act.detail["due"] == due.isoformat()]
            for act in heard:
                place = self._rung(wait, mine, place, act, moments)
            self._nothing_missing(wait, mine, place, [act.at for act in heard])
        if len(moments) != len(said):
            self._fault(wait, f"rang {len(said)} times, {len(moments)} of them as it should")
        return moments

    def _rung(self, wait: Wait, mine: list[Stretch], place: int, act: Trail, moments: Moments) -> int:
        rungs, name = self.ladders[wait.kind], act.detail["rung"]
        self.rang[f"{wait.kind}/{name}"] += 1
        if place >= len(rungs) or rungs[place].name != name:
            self._fault(wait, f"{name} rang as number {place}")
            return place
        wake = self._wake(wait, mine[0].due, rungs[place])
        running = next((one for one in mine if one.holds(act.at)), None)
        if act.at < wake or running is None:
            self._fault(wait, f"{name} rang at {act.at}, due {wake}, ran {mine}")
            return place + 1
        for one in mine:
            latest = self._round_after(wake, one.since)
            if latest and latest < act.at and one.outlived(latest):
                self._fault(wait, f"{name} rang at {act.at}, not in the round at {latest}")
        moments[act.id] = (wake, running.since)
        return place + 1

    def _nothing_missing(self, wait: Wait, mine: list[Stretch], place: int, heard: list[datetime]) -> None:
        if place == len(self.ladders[wait.kind]):
            return
        rung = self.ladders[wait.kind][place]
        wake = self._wake(wait, mine[0].due, rung)
        for one in mine:
            if one.outlived(latest := self._round_after(wake, one.since, *heard)):
                self._fault(wait, f"{rung.name} of {wake} did not ring in the round at {latest}")

    def _defaults(self, waits: Iterable[Wait], acts: Sequence[Trail]) -> Moments:
        """Each default act answers one clock that was due and ends it, and no clock that was due stands by."""
        moments: Moments = {}
        unanswered = [one for one in waits if one.kind in DEFAULTS]
        for before, act in pairwise([None, *acts]):
            assert act is not None
            admitted = before is not None and (before.step, before.at) == ("admit", act.at)
            if act.step not in ENDS or (act.step == "assign" and admitted):
                continue
            due = (
                one for one in unanswered if one.kind in ENDS[act.step] and one.due_at <= act.at == one.ended_at
            )
            wait = next(due, None)
            if wait is None:
                self.faults.append(f"{act.step} of {act.subject_id} at {act.at} answers no clock")
                continue
            unanswered.remove(wait)
            self.rang[wait.kind] += 1
            moments[act.id] = (wait.due_at, wait.since)
        for wait in unanswered:
            self._stood_by(wait, acts)
        return moments

    def _stood_by(self, wait: Wait, acts: Iterable[Trail]) -> None:
        """A clock without its act was ended in time by a person, or there was nobody and that was told once."""
        told = [act for act in acts if act.step == "remind" and act.detail["wait"] == str(wait.id)]
        self.rang[wait.kind] += len(told)
        run = Stretch(wait.since, wait.ended_at, wait.due_at)
        latest = self._round_after(wait.due_at, wait.since)
        if len(told) > 1 or (not told and run.outlived(latest)):
            self._fault(wait, f"due {wait.due_at}, told {len(told)} times at {latest}")

    def _in_order(self, acts: Iterable[Trail], moments: Moments) -> None:
        """No rung came before one of an earlier time that was waiting already."""
        known = [(*moments[act.id], act) for act in acts if act.id in moments]
        for (first, _, one), (second, since, other) in pairwise(known):
            if second < first and max(second, since) < one.at:
                said = f"{one.step} {one.detail} of {first} came before {other.detail} of {second}"
                self.faults.append(f"{one.subject_id}: {said}")
