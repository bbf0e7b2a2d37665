"""A workflow as data: one tuple of steps; `advance` is the only thing that assigns a state (STYLE 3.6).

Permissions, the phone's buttons (`allowed_steps`), the diagram and the tests are read from the same table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select

from app.core.audit import Act, Trail, chain
from app.core.errors import Conflict, Forbidden, NotFound, Problem
from app.core.outbox import Event, Outbox
from app.core.work import Work


class Subject(Protocol):
    """A row that lives by a workflow."""

    id: Any
    state: Any
    version: Any
    trail_hash: Any


Guard = Callable[[Any, Any], Problem | None]


class WrongState(Conflict):
    """The step does not lead on from the state the matter is in."""

    code = "wrong_state"
    zh = "当前状态为“{state_zh}”,不能执行“{step_zh}”。请刷新后再试。"
    en = "The state is {state_en}; {step_en} does not lead on from it. Reload and look again."


class Stale(Conflict):
    """Somebody else changed the matter after the caller looked."""

    code = "stale"
    zh = "该事项已被他人更新(版本 {version}),请刷新后再试。"
    en = "Somebody else has changed this matter (version {version}); reload and try again."


@dataclass(frozen=True)
class Step:
    """One row of a workflow: from which states, by whom, to which state (None keeps it)."""

    name: str
    sources: frozenset[str]
    target: str | None
    by: frozenset[str]
    emits: type[Event]
    guard: Guard | None = None
    inward: bool = False  # taken by the service itself, never offered as a button
    back_to: frozenset[str] = frozenset()  # returns to the one of these that the subject's own `back_to` names
    revives: bool = False  # may lead on from a final state

    def leads_to(self, subject: Any) -> str:
        """The state this subject comes to."""
        if self.back_to:
            return subject.back_to if subject.back_to in self.back_to else min(self.back_to)
        return self.target or str(subject.state)

    def targets(self, state: str) -> frozenset[str]:
        """Every state the step may lead to from this one."""
        return self.back_to or frozenset({self.target or state})


@dataclass(frozen=True)
class Workflow:
    """All steps of one kind of subject."""

    kind: str
    first: str
    final: frozenset[str]
    states: tuple[str, ...]
    words: Mapping[str, tuple[str, str]]
    steps: tuple[Step, ...]
    enters: str = "raise"  # what the first act on a trail is called
    _by_name: dict[str, Step] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {step.name: step for step in self.steps})

    def step(self, name: str) -> Step:
        """The step of that name; `NotFound` when the workflow has none."""
        if name not in self._by_name:
            raise NotFound("step")
        return self._by_name[name]


def refusal(workflow: Workflow, step: Step, work: Work, subject: Subject) -> Problem | None:
    """Why this actor may not take this step now, or None."""
    if work.actor.role not in step.by:
        return Forbidden(step=step.name, role=work.actor.role)
    if subject.state not in step.sources:
        return _wrong_state(workflow, step.name, subject.state)
    return step.guard(work, subject) if step.guard else None


def ready(workflow: Workflow, work: Work, subject: Subject, name: str, expected_version: int | None) -> None:
    """Refuse a step before anything else is read: by role, by version, by state and guard, in this order."""
    step = workflow.step(name)
    if work.actor.role not in step.by:
        raise Forbidden(step=name, role=work.actor.role)
    if expected_version not in (None, subject.version):
        raise Stale("expected_version", version=subject.version)
    if (problem := refusal(workflow, step, work, subject)) is not None:
        raise problem


def _wrong_state(workflow: Workflow, step: str, state: str) -> WrongState:
    (state_zh, state_en), (step_zh, step_en) = (workflow.words.get(word, (word, word)) for word in (state, step))
    said = {"state_zh": state_zh, "state_en": state_en, "step_zh": step_zh, "step_en": step_en}
    return WrongState("state", state=state, step=step, **said)


def allowed_steps(workflow: Workflow, work: Work, subject: Subject) -> list[str]:
    """Names of the steps the actor may take on this subject now: the buttons of every face."""
    offered = (step for step in workflow.steps if not step.inward)
    return [step.name for step in offered if refusal(workflow, step, work, subject) is None]


async def lock(work: Work, model: type[Any], subject_id: UUID) -> Any:
    """The subject's row, locked; absent and out of scope are the same `NotFound`."""
    query = select(model).where(model.id == subject_id).with_for_update().execution_options(populate_existing=True)
    subject = await work.session.scalar(query)
    if subject is None:
        raise NotFound
    return subject


async def advance(
    work: Work,
    workflow: Workflow,
    subject: Any,
    name: str,
    event: Callable[..., Event],
    *,
    expected_version: int | None = None,
    detail: Mapping[str, Any] | None = None,
    beside: Mapping[Any, Sequence[Mapping[str, Any]]] | None = None,
    **values: Any,
) -> None:
    """Take one step on a locked subject: row, trail and event in one act, or a `Problem` and nothing.

    `event` is called with `subject_id` and `at`; `values` are columns set with the state; `detail` goes on the
    trail and holds ids and digests only; `beside` are rows that are written with the trail's.
    """
    step = workflow.step(name)
    if expected_version is not None and subject.version != expected_version:
        raise Stale("expected_version", version=subject.version)
    if (problem := refusal(workflow, step, work, subject)) is not None:
        raise problem
    before = subject.state
    act = Act(name, before, str(step.leads_to(subject)), dict(detail or {}))
    head = (subject.version, bytes(subject.trail_hash))
    (row,) = chain(work, workflow.kind, subject.id, head, [act], work.clock.now())
    subject.state, subject.version, subject.trail_hash = act.to_state, row["seq"], row["hash"]
    for column, value in values.items():
        setattr(subject, column, value)
    await work.session.flush()
    sent = work.outbox_row(event(subject_id=subject.id, at=row["at"]), row["seq"])
    await work.append({Trail: [row], Outbox: [sent], **(beside or {})})


def check(workflow: Workflow) -> list[str]:
    """Faults of a table: states nothing leads to or on from, exits from final ones, steps nobody may take."""
    ways = [(s, target) for step in workflow.steps for s in step.sources for target in step.targets(s)]
    reached = _spread({workflow.first}, ways)
    ending = _spread(set(workflow.final), [(target, source) for source, target in ways])
    faults = [f"state {state} is never reached" for state in workflow.states if state not in reached]
    faults += [f"state {state} has no way on" for state in workflow.states if state not in ending]
    for step in workflow.steps:
        named = step.sources | step.back_to | ({step.target} if step.target else set())
        faults += [f"{step.name}: unknown state {state}" for state in sorted(named - set(workflow.states))]
        if not step.sources:
            faults.append(f"{step.name}: leads on from no state")
        if not step.by:
            faults.append(f"{step.name}: nobody may take it")
        onward = {target for source in step.sources & workflow.final for target in step.targets(source)}
        if onward - workflow.final and not step.revives:
            faults.append(f"{step.name}: leaves a final state")
    if len({step.name for step in workflow.steps}) < len(workflow.steps):
        faults.append("two steps have one name")
    return faults


def _spread(states: set[str], ways: Sequence[tuple[str, str]]) -> set[str]:
    """States that can be reached from those given."""
    reached = set(states)
    while more := {target for source, target in ways if source in reached} - reached:
        reached |= more
    return reached


def as_mermaid(workflow: Workflow, labels: Mapping[str, str] | None = None) -> str:
    """The state diagram, drawn from the table."""
    words = labels or {}
    lines = ["stateDiagram-v2", f"    [*] --> {workflow.first}: {workflow.enters}"]
    for step, source in _arrows(workflow.steps):
        named = words.get(step.name, step.name)
        lines += [f"    {source} --> {target}: {named}" for target in sorted(step.targets(source))]
    lines += [f"    {state} --> [*]" for state in workflow.states if state in workflow.final]
    return "\n".join(lines)


def _arrows(steps: Iterable[Step]) -> Iterable[tuple[Step, str]]:
    """Steps that lead somewhere, one arrow a source; those that keep the state would only blacken the picture."""
    moving = (step for step in steps if step.target or step.back_to)
    return ((step, source) for step in moving for source in sorted(step.sources))
