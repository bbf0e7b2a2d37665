"""The engine that ends what is past its period: by class, some rows at a time, never what a hold keeps (R6.4).

Emptied or deleted rows are gone from lists, indexes and exports at once; photo files follow a day later, when the
sweep finds that nothing names them. The trail holds digests alone and verifies as before. Backups end with their
own rotation, which is the operator's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, false, func, inspect, or_, select, tuple_, update

from app.core.errors import Invalid
from app.core.work import Work
from app.privacy.inventory import INVENTORY
from app.privacy.kept import Kept
from app.privacy.kinds import HoldOn
from app.privacy.models import LegalHold, RetentionRule, RetentionRun
from app.privacy.schemas import ClassOut, NewPeriod

TURN = 500
EVERY = timedelta(days=1)


class UnknownClass(Invalid):
    """No class of the inventory has this code."""

    code = "unknown_class"
    zh = "没有这一类个人信息,请从清单中选择。"
    en = "There is no such class of personal data; choose one of the inventory."


class BelowFloor(Invalid):
    """The law, or the service's own working, needs it longer."""

    code = "period_too_short"
    zh = "该类信息至少保存 {floor} 天。"
    en = "This class is kept for at least {floor} days."


@dataclass(frozen=True)
class Due:
    """How many rows of a class are past their period: those that end, and those a hold keeps."""

    due: int
    held: int


def _held(kept: Kept) -> ColumnElement[bool]:
    """Rows that a running hold keeps."""
    running = select(LegalHold.subject_id).where(LegalHold.released_at.is_(None))
    found = [
        and_(column.is_not(None), column.in_(running.where(LegalHold.subject_kind == str(kind))))
        for kind, column in kept.held.items()
    ]
    return or_(*found) if found else false()


def _past(kept: Kept, before: datetime) -> list[ColumnElement[bool]]:
    return [kept.over(before), *([] if kept.left is None else [kept.left])]


async def periods(work: Work) -> dict[str, int]:
    """Code -> days, as the district has set them or as the inventory proposes."""
    rows = await work.session.execute(select(RetentionRule.code, RetentionRule.days).order_by(RetentionRule.at))
    set_here = {row.code: row.days for row in rows}  # the latest stays
    return {code: set_here.get(code, kept.days) for code, kept in INVENTORY.items()}


async def set_period(work: Work, code: str, form: NewPeriod) -> None:
    """A new period for a class, from now on; earlier ones stay as rows."""
    kept = INVENTORY.get(code)
    if kept is None:
        raise UnknownClass("code")
    if form.days < kept.floor:
        raise BelowFloor("days", floor=kept.floor)
    row = {
        "id": work.new_id(), "code": code, "days": form.days, "basis": form.basis, "at": work.clock.now(),
        "set_by": work.actor.account_id,
    }  # fmt: skip
    await work.put(RetentionRule, [row])


async def due(work: Work) -> list[ClassOut]:
    """What a run would end now: the dry run, class by class."""
    now, days, told = work.clock.now(), await periods(work), []
    for code, kept in INVENTORY.items():
        counted = await _count(work, kept, now - timedelta(days=days[code]))
        told.append(
            ClassOut(
                code=code,
                zh=kept.zh,
                en=kept.en,
                field_class=kept.of,
                days=days[code],
                floor=kept.floor,
                at_end="delete" if kept.empty is None else "anonymise",
                due=counted.due,
                held=counted.held,
            )
        )
    return told


async def _count(work: Work, kept: Kept, before: datetime) -> Due:
    held = _held(kept)
    counts = select(func.count().filter(~held), func.count().filter(held)).select_from(kept.model)
    free, kept_back = (await work.session.execute(counts.where(*_past(kept, before)))).one()
    return Due(free, kept_back)


def _key(kept: Kept) -> list[Any]:
    """The columns of the primary key."""
    return [getattr(kept.model, str(column.key)) for column in inspect(kept.model).primary_key]


async def end_rows(
    work: Work, kept: Kept, which: list[ColumnElement[bool]], limit: int | None = None
) -> Sequence[tuple[Any, ...]]:
    """Empty or delete the rows of a class that meet the conditions, in the order of their keys; returns those."""
    columns = _key(kept)
    chosen = select(*columns).where(*which).order_by(*columns).limit(limit).with_for_update(skip_locked=True)
    keys = [tuple(row) for row in await work.session.execute(chosen)]
    if keys:
        mine = tuple_(*columns).in_(keys)
        act: Any = delete(kept.model).where(mine)
        if kept.empty is not None:
            now = work.clock.now()
            act = update(kept.model).where(mine).values({k: now if v == "now" else v for k, v in _given(kept)})
        await work.session.execute(act.execution_options(synchronize_session=False))
    return keys


def _given(kept: Kept) -> list[tuple[str, Any]]:
    return list((kept.empty or {}).items())


async def end_turn(
    work: Work, code: str, before: datetime, after: tuple[Any, ...] | None
) -> Sequence[tuple[Any, ...]]:
    """End some rows of a class whose period ran out before, from a key on, so that no turn looks at what
    an earlier one has passed; returns their keys, fewer than `TURN` at the end.
    """
    kept = INVENTORY[code]
    further = [] if after is None else [tuple_(*_key(kept)) > tuple_(*after)]
    return await end_rows(work, kept, [*_past(kept, before), ~_held(kept), *further], TURN)


async def note_run(work: Work, begun: datetime, ended: Mapping[str, int]) -> None:
    """One row tells what a run has ended."""
    row = {"id": work.new_id(), "at": begun, "finished_at": work.clock.now(), "ended": dict(ended)}
    await work.put(RetentionRun, [row])


async def is_time(work: Work) -> bool:
    """Whether the last run is a day old, as the rows say and not a process's memory."""
    last = await work.session.scalar(select(func.max(RetentionRun.at)))
    return last is None or last <= work.clock.now() - EVERY


async def is_held(work: Work, kind: HoldOn, subject_id: UUID) -> bool:
    """Whether a running hold keeps it."""
    mine = (LegalHold.subject_kind == str(kind), LegalHold.subject_id == subject_id)
    query = select(LegalHold.id).where(*mine, LegalHold.released_at.is_(None)).execution_options(unscoped=True)
    return await work.session.scalar(query) is not None
