"""Codes for areas that are only being drawn: the next of the sequence, never one that was given (DOMAIN R3.2).

Nothing is kept, and a person may write another: division codes above the grid are issued elsewhere.
"""

from sqlalchemy import func, select

from app.changes import ground as lies_of
from app.changes.ground import Lies
from app.changes.schemas import NextCode, NextCodeOut
from app.core.work import Work
from app.grid.codes import STEP, next_number, prefix_wanted
from app.grid.models import AreaCode, AreaLevel, GridKind


async def next_below(work: Work, wanted: NextCode) -> NextCodeOut:
    """The next code of a level below a parent; `NoSuchArea` when the parent is not in force."""
    ground = await lies_of.around(work, [wanted.parent])
    parent = ground.named(wanted.parent, "parent")
    stem = f"{parent.code}-"
    if parent.code.isdigit():
        stem = prefix_wanted(parent.code, AreaLevel(parent.level), wanted.level)
    (code,) = await _following(work, stem, 1, wanted.grid_kind)
    return NextCodeOut(code=code)


async def beside(work: Work, old: Lies, wanted: int) -> list[str]:
    """So many codes that follow those of the areas beside one."""
    stem = old.code[:-STEP] if old.code[-STEP:].isdigit() else f"{old.code}-"
    return await _following(work, stem, wanted, GridKind(old.kind))


async def _following(work: Work, stem: str, wanted: int, kind: GridKind) -> list[str]:
    beside = (AreaCode.code.startswith(stem, autoescape=True), func.length(AreaCode.code) == len(stem) + STEP)
    given = list(await work.session.scalars(select(AreaCode.code).where(*beside)))
    found: list[str] = []
    for _ in range(wanted):
        found.append(next_number(stem, [*given, *found], dedicated=kind is GridKind.DEDICATED))
    return found
