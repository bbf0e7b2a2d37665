"""One step of a whistle, a report-in or a task: its row, trail, event, words and clocks, written together.

Locks are taken issue first, then whistle, then report-in or task, then clocks: whoever acts on a part locks the
whole before it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.clocks.models import Wait
from app.core import workflow as core
from app.core.audit import GENESIS, Act, Trail, chain
from app.core.crypto import digest
from app.core.db import Base
from app.core.outbox import Event, Outbox
from app.core.work import Work
from app.core.workflow import Workflow, advance, lock
from app.issues.step_schemas import StepInput
from app.whistles.models import ReportIn, Whistle
from app.whistles.records import Task, WhistleWords
from app.whistles.workflow import REPORT_IN, TASK, WHISTLE

Rows = Sequence[Mapping[str, Any]]
Subject = Whistle | ReportIn | Task


@dataclass(frozen=True)
class Told:
    """What a step brings along: `detail` for the trail, `words` kept beside it, `clocks` that begin, more rows."""

    detail: Mapping[str, Any] = field(default_factory=dict)
    words: str | None = None
    clocks: Rows = ()
    beside: Mapping[type[Base], Rows] = field(default_factory=dict)
    why: str = ""


NOTHING = Told()


def ready(work: Work, workflow: Workflow, subject: Subject, name: str, form: StepInput) -> None:
    """Refuse a step early, with the version the form was filled in on."""
    core.ready(workflow, work, subject, name, form.expected_version)


def _rows_of(work: Work, whistle: Whistle, subject_id: UUID, name: str, told: Told) -> tuple[dict[str, Any], Any]:
    """The trail's detail and the rows beside it; of words the trail holds only a salted digest."""
    said, rows = dict(told.detail), dict(told.beside)
    if told.clocks:
        rows[Wait] = told.clocks
    if told.words is not None:
        said["words"] = digest(bytes(whistle.salt), told.words)
        kept = {"id": work.new_id(), "whistle_id": whistle.id, "subject_id": subject_id, "step": name}
        kept |= {"text": told.words, "post_id": work.actor.post_id, "at": work.clock.now()}
        rows[WhistleWords] = [*rows.get(WhistleWords, ()), kept]
    return said, rows


def _event_of(workflow: Workflow, name: str, **payload: Any) -> Callable[..., Event]:
    """The event of a step, with what it says besides subject and time."""
    emits: Callable[..., Event] = workflow.step(name).emits
    return partial(emits, **payload)


async def take(
    work: Work, whistle: Whistle, name: str, told: Told = NOTHING, *, unit_id: UUID | None = None, **values: Any
) -> None:
    """A step of a locked whistle; `unit_id` is the unit it concerns, if it concerns one."""
    where = {"street_id": whistle.street_id, "community_id": whistle.community_id}
    event = _event_of(WHISTLE, name, **where, unit_id=unit_id, why=told.why)
    said, rows = _rows_of(work, whistle, whistle.id, name, told)
    await advance(work, WHISTLE, whistle, name, event, detail=said, beside=rows, **values)


async def take_part(
    work: Work, whistle: Whistle, part: ReportIn | Task, name: str, told: Told = NOTHING, **values: Any
) -> None:
    """A step of a locked report-in or task of a whistle that was locked before it, or that nobody changes."""
    workflow = REPORT_IN if isinstance(part, ReportIn) else TASK
    whose = {"whistle_id": whistle.id, "street_id": whistle.street_id, "unit_id": part.unit_id}
    event = _event_of(workflow, name, **whose, why=told.why)
    said, rows = _rows_of(work, whistle, part.id, name, told)
    await advance(work, workflow, part, name, event, detail=said, beside=rows, **values)


def begun(
    work: Work, kind: str, subject_id: UUID, act: Act, event: type[Event], **payload: Any
) -> tuple[dict[str, Any], dict[type[Base], Rows]]:
    """The first act of a new subject: its head columns, and the trail and event to write beside its row."""
    now = work.clock.now()
    (row,) = chain(work, kind, subject_id, (0, GENESIS), [act], now)
    sent = work.outbox_row(event(subject_id=subject_id, at=now, **payload), 1)
    head = {"state": act.to_state, "version": 1, "trail_hash": row["hash"]}
    return head, {Trail: [row], Outbox: [sent]}


async def lock_whistle(work: Work, whistle_id: UUID) -> Whistle:
    """The whistle's row, locked; the issues behind it have to be locked before, by whoever changes them."""
    whistle: Whistle = await lock(work, Whistle, whistle_id)
    return whistle


async def lock_part(work: Work, model: type[Any], part_id: UUID) -> tuple[Whistle, Any]:
    """A report-in or task behind its whistle: the whole is locked first."""
    whistle_id = await work.session.scalar(select(model.whistle_id).where(model.id == part_id))
    whistle = await lock_whistle(work, whistle_id or part_id)
    return whistle, await lock(work, model, part_id)


async def parts_of(work: Work, model: type[Any], whistle_id: UUID) -> list[Any]:
    """Report-ins or tasks of a locked whistle, locked, in one order."""
    query = select(model).where(model.whistle_id == whistle_id).order_by(model.id).with_for_update()
    return list(await work.session.scalars(query.execution_options(populate_existing=True)))


async def whistle_of(work: Work, part: ReportIn | Task) -> Whistle:
    """The whistle of a part, not locked: for acts that leave the whole as it is."""
    return (await work.session.scalars(select(Whistle).where(Whistle.id == part.whistle_id))).one()
