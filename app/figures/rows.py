"""A number opened to the matters behind it, in the scope of the reader."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select, tuple_

from app.core.errors import Conflict, NotFound
from app.core.paging import BadCursor, cut, decode
from app.core.work import Work
from app.figures.durations import CLOCK, chosen, clocks
from app.figures.grouping import NOBODYS, in_group
from app.figures.kinds import Part, Rate
from app.figures.models import Formula
from app.figures.periods import Period
from app.figures.rates import denominator_of, formulas, numerator_of, too_few
from app.figures.schemas import MatterLine, RowsFilter
from app.figures.vocabulary import APART, facts
from app.grid.models import Area
from app.issues.models import Issue
from app.people.models import Unit


class TooFew(Conflict):
    """So few words that their rows would tell who said what."""

    code = "too_few"
    zh = "评价数量过少,为保护反映人不予展开。"
    en = "There are too few ratings to open this number without giving reporters away."


NAMES = ("place", "lead_unit")
LINE = tuple(getattr(Issue, name) for name in MatterLine.model_fields if name not in NAMES)


async def rows_of(work: Work, wanted: RowsFilter) -> tuple[list[MatterLine], str | None]:
    """The matters behind a number, the oldest first."""
    query = select(*LINE).where(Issue.visible_to(work.scope), Issue.id.in_(await _chosen(work, wanted)))
    if wanted.cursor is not None:
        query = query.where(tuple_(Issue.raised_at, Issue.id) > key_from(wanted.cursor))
    page = query.order_by(Issue.raised_at, Issue.id).limit(wanted.limit + 1)
    if not wanted.figure.startswith(CLOCK):
        page = page.execution_options(unscoped=True)  # the facts name the scope themselves
    found = (await work.session.execute(page)).all()
    shown, following = cut(found, wanted.limit, lambda row: cursor_of(row.raised_at, row.id))
    return [MatterLine.model_validate(line) for line in await named_rows(work, shown)], following


async def named_rows(work: Work, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows of one page with the names a person reads: the smallest area known, and who leads."""
    areas = {_smallest(row) for row in rows} - {None}
    units = {row.lead_unit_id for row in rows} - {None}
    areas_by_id = await _names(work, Area, areas) if areas else {}
    units_by_id = await _names(work, Unit, units) if units else {}
    return [
        row._asdict() | {"place": areas_by_id.get(_smallest(row)), "lead_unit": units_by_id.get(row.lead_unit_id)}
        for row in rows
    ]


def _smallest(row: Any) -> UUID | None:
    found: UUID | None = row.grid_id or row.community_id or row.street_id
    return found


async def _names(work: Work, model: type[Area | Unit], ids: set[Any]) -> dict[UUID | None, str]:
    rows = await work.session.execute(select(model.id, model.name).where(model.id.in_(ids)))
    return {row.id: row.name for row in rows}


def cursor_of(at: datetime, matter_id: UUID) -> tuple[str, str]:
    """The key of a row as a cursor holds it."""
    return at.astimezone(UTC).isoformat(), str(matter_id)


def key_from(cursor: str) -> Any:
    """The key a cursor holds; `BadCursor` for anything else."""
    at, matter_id = decode(cursor, 2)
    try:
        return tuple_(datetime.fromisoformat(at), UUID(matter_id))
    except ValueError:
        raise BadCursor("cursor") from None


async def _chosen(work: Work, wanted: RowsFilter) -> Select[Any]:
    period = Period(wanted.first, wanted.last)
    if wanted.figure.startswith(CLOCK):
        c = clocks(period, work.clock.now()).c
        kind = wanted.figure.removeprefix(CLOCK)
        return select(c.issue_id).where(chosen(c, kind, wanted.part), *in_group(wanted, c, wanted.group))
    c = facts(period, work.scope).c
    condition = await _condition(work, wanted, c, period)
    return select(c.id).where(condition, *in_group(wanted, c, wanted.group))


async def _condition(work: Work, wanted: RowsFilter, c: Any, period: Period) -> ColumnElement[bool]:
    if wanted.figure in APART:
        return APART[wanted.figure](c, period)
    formula = next((one for one in await formulas(work, period) if one.name == wanted.figure), None)
    if formula is None:
        raise NotFound("figure")
    if wanted.part == Part.MISSED:
        raise NotFound("part")
    if wanted.satisfaction is not None:
        return await _said(work, wanted, formula, c, period)
    if wanted.part == Part.DENOMINATOR:
        return denominator_of(formula, c, period, adjusted=wanted.adjusted)
    if wanted.part == Part.EXCLUDED:
        whole = denominator_of(formula, c, period, adjusted=False)
        named = c.excluded == wanted.reason if wanted.reason else c.excluded.in_(formula.reasons)
        return and_(whole, named)
    if formula.name == Rate.SATISFIED:
        few = await too_few(work, wanted, formula, period)
        _refuse_few(wanted, few.at_all if wanted.adjusted else few.raw)
    return numerator_of(formula, c, period, adjusted=wanted.adjusted)


async def _said(work: Work, wanted: RowsFilter, formula: Formula, c: Any, period: Period) -> ColumnElement[bool]:
    """Matters of which somebody said this level; hidden where the levels are."""
    if formula.name != Rate.SATISFIED:
        raise NotFound("satisfaction")
    few = await too_few(work, wanted, formula, period)
    _refuse_few(wanted, few.at_all)
    said: ColumnElement[bool] = getattr(c, f"level_{wanted.satisfaction}") > 0
    return and_(denominator_of(formula, c, period, adjusted=True), said)


def _refuse_few(wanted: RowsFilter, hidden: frozenset[str | None]) -> None:
    """What is hidden among the figures is not opened here either; a number over all groups opens none that is."""
    if hidden if wanted.group is None else {wanted.group} & {key or NOBODYS for key in hidden}:
        raise TooFew("group")
