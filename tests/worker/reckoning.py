"""What must have rung in a month, reckoned from the rows of each wait, and compared with the trail.

A wait runs in stretches: from its beginning to its first pause, from going on to the next pause, and so on. Each
later end is reckoned anew from its limit and its pauses and extensions. A rung that fell due in a stretch has rung
not before that and, unless the stretch ended first, not after the next round of a worker that came to its end.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.clocks.models import Extension, Pause, Rung, Wait
from app.core.audit import Trail
from app.core.clock import Calendar, Limit, Measure

BY_ACT = {
    "admit": "screening",
    "go_on": "awaiting",
    "resume": "review",
    "close": "word",
    "receive_back": "transferred",
}
TO_NEXT = ("sign", "desk")  # their act is to assign


@dataclass(frozen=True)
class Stretch:
    """A time in which a wait ran, towards one end."""

    since: datetime
    until: datetime | None
    due: datetime


@dataclass
class Reckoning:
    """Compares; `faults` says in words what does not fit."""

    rounds: Sequence[datetime]  # moments at which a worker rang until nothing was due
    ladders: dict[str, list[Rung]]
    calendar: Calendar = field(default_factory=Calendar)
    faults: list[str] = field(default_factory=list)
    rang: Counter[str] = field(default_factory=Counter)

    def check(
        self,
        waits: Iterable[Wait],
        pauses: Iterable[Pause],
        extensions: Iterable[Extension],
        acts: Iterable[Trail],
    ) -> None:
        """All waits of a district against the trail rows of the system, each sorted by subject and order."""
        paused, extended, by_subject = defaultdict(list), defaultdict(list), defaultdict(list)
        for pause in pauses:
            paused[pause.wait_id].append(pause)
        for extension in extensions:
            extended[extension.subject_id].append(extension)
        for act in acts:
            by_subject[act.subject_id].append(act)
        waits_of: dict[UUID, list[Wait]] = defaultdict(list)
        for wait in waits:
            waits_of[wait.subject_id].append(wait)
        for subject, mine in waits_of.items():
            moments: dict[UUID, datetime] = {}  # of each act, the moment for which it stands
            for wait in mine:
                longer = extended[subject] if wait.kind == "solve" else []
                found = self._ladder(wait, self.stretches(wait, paused[wait.id], longer), by_subject[subject])
                moments |= found
            moments |= self._defaults(mine, by_subject[subject])
            self._in_order(subject, by_subject[subject], moments)

    def stretches(self, wait: Wait, pauses: list[Pause], longer: list[Extension]) -> list[Stretch]:
        """The stretches of a wait, its ends reckoned from its limit; the last one has to be the row's own."""
        due = (
            wait.due_at
            if wait.amount == 0
            else self.calendar.after(wait.since, Limit(wait.amount, Measure(wait.unit)))
        )
        since, found = wait.since, []
        turns: list[tuple[datetime, Any]] = [(one.since, one) for one in pauses]
        turns += [
            (one.decided_at, one)
            for one in longer
            if one.granted and one.decided_at and one.decided_at >= wait.since
        ]
        for at, turn in sorted(turns, key=lambda pair: pair[0]):
            if wait.ended_at is not None and at > wait.ended_at:
                break
            found.append(Stretch(since, at, due))
            if isinstance(turn, Extension):
                since, due = at, turn.until
            elif turn.until is None:
                return found
            else:
                since, due = turn.until, self.calendar.put_off(due, turn.since, turn.until, Measure(wait.unit))
        found.append(Stretch(since, wait.ended_at, due))
        if due != wait.due_at:
            self.faults.append(f"{wait.kind} {wait.id}: ends {wait.due_at}, reckoned {due}")
        return found

    def _wake(self, wait: Wait, due: datetime, rung: Rung) -> datetime:
        limit = Limit(rung.amount, Measure(rung.unit))
        if rung.ahead:
            at = self.calendar.ahead(due, limit)
            return at if at > wait.since else wait.since + (due - wait.since) * 0.75
        return self.calendar.after(due, limit) if rung.amount else due

    def _latest(self, at: datetime) -> datetime | None:
        """The next round that came to its end."""
        return next((one for one in self.rounds if one >= at), None)

    def _ladder(self, wait: Wait, stretches: list[Stretch], acts: list[Trail]) -> dict[UUID, datetime]:
        rungs = self.ladders.get(wait.kind)
        said = [act for act in acts if act.step == "remind" and act.detail["wait"] == str(wait.id)]
        if rungs is None:
            return {}
        place, moments = 0, {}
        ends = list(dict.fromkeys(one.due for one in stretches))
        for number, due in enumerate(ends):
            if number:
                place = min(place, next(i for i, rung in enumerate(rungs) if not rung.ahead))
            mine = [one for one in stretches if one.due == due]
            heard = [act for act in said if act.detail["due"] == due.isoformat()]
            for act in heard:
                place = self._rung(wait, mine, place, act, moments)
            self._nothing_missing(wait, mine, place, heard)
        if others := [act for act in said if datetime.fromisoformat(act.detail["due"]) not in ends]:
            self.faults.append(f"{wait.kind} {wait.id}: rang for ends it never had: {[a.detail for a in others]}")
        return moments

    def _rung(self, wait: Wait, mine: list[Stretch], place: int, act: Trail, moments: dict[UUID, datetime]) -> int:
        rungs = self.ladders[wait.kind]
        name = act.detail["rung"]
        self.rang[f"{wait.kind}/{name}"] += 1
        if place >= len(rungs) or rungs[place].name != name:
            self.faults.append(f"{wait.kind} {wait.id}: {name} rang as number {place}")
            return place
        wake = self._wake(wait, mine[0].due, rungs[place])
        while_running = [one for one in mine if one.since <= act.at and (one.until is None or act.at <= one.until)]
        if act.at < wake or not while_running:
            self.faults.append(f"{wait.kind} {wait.id}: {name} rang at {act.at}, due {wake}, ran {mine}")
            return place + 1
        moments[act.id] = max(wake, while_running[0].since)
        for one in mine:
            latest = self._latest(max(wake, one.since))
            if latest and latest < act.at and (one.until is None or latest < one.until):
                self.faults.append(f"{wait.kind} {wait.id}: {name} rang at {act.at}, a round was at {latest}")
        return place + 1

    def _nothing_missing(self, wait: Wait, mine: list[Stretch], place: int, heard: list[Trail]) -> None:
        rungs = self.ladders[wait.kind]
        if place >= len(rungs):
            return
        wake = self._wake(wait, mine[0].due, rungs[place])
        for one in mine:
            latest = self._latest(max(wake, one.since, *(act.at for act in heard)))
            if latest and (one.until is None or latest < one.until):
                self.faults.append(f"{wait.kind} {wait.id}: {rungs[place].name} due {wake} missed at {latest}")

    def _defaults(self, waits: list[Wait], acts: list[Trail]) -> dict[UUID, datetime]:
        """Each act of the system ends exactly one clock that was due, and none that was due stands by."""
        moments: dict[UUID, datetime] = {}
        reminded = {act.detail["wait"]: act for act in acts if act.step == "remind"}
        open_to = [one for one in waits if one.kind in (*BY_ACT.values(), *TO_NEXT)]
        before: Trail | None = None
        for act in acts:
            kinds = TO_NEXT if act.step == "assign" else (BY_ACT.get(act.step),)
            follows = (
                act.step == "assign" and before is not None and before.step == "admit" and before.at == act.at
            )
            before = act
            if kinds == (None,) or follows:
                continue
            due = [one for one in open_to if one.kind in kinds and one.ended_at == act.at and one.due_at <= act.at]
            if not due:
                self.faults.append(f"{act.step} of {act.subject_id} at {act.at} answers no clock")
                continue
            open_to.remove(due[0])
            self.rang[due[0].kind] += 1
            moments[act.id] = due[0].due_at
        for wait in open_to:
            latest = self._latest(max(wait.due_at, wait.since))
            if latest is None or (wait.ended_at is not None and wait.ended_at <= latest):
                continue
            if wait.kind in TO_NEXT and str(wait.id) in reminded:
                self.rang[wait.kind] += 1
                continue
            self.faults.append(f"{wait.kind} {wait.id}: due {wait.due_at}, nothing was done at {latest}")
        return moments

    def _in_order(self, subject: UUID, acts: list[Trail], moments: dict[UUID, datetime]) -> None:
        known = [(moments[act.id], act) for act in acts if act.id in moments]
        for (first, one), (second, other) in zip(known, known[1:], strict=False):
            if second < first:
                self.faults.append(
                    f"{subject}: {one.step} {one.detail} of {first} before {other.detail} of {second}"
                )
