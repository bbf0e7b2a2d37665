"""What figures are grouped by, the names of the groups, and the addresses that open a number to its rows."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, null, select

from app.core.work import Work
from app.figures.kinds import By
from app.figures.schemas import FigureFilter
from app.grid.models import Area
from app.issues.models import Category
from app.people.models import Unit

NOBODYS = "none"  # the group of matters without area, unit or category
ROWS = "/api/v1/figures/rows"


def key_of(wanted: FigureFilter, columns: Any) -> ColumnElement[Any]:
    """The column of the group's key, as text; null for all in one."""
    if wanted.by == By.NONE:
        return cast(null(), String)
    name = {By.AREA: f"{wanted.level}_id", By.UNIT: "lead_unit_id", By.CATEGORY: "category"}[wanted.by]
    return cast(getattr(columns, name), String)


def in_group(wanted: FigureFilter, columns: Any, group: str | None) -> list[ColumnElement[bool]]:
    """That a row is in a group; every row when none is named."""
    if group is None or wanted.by == By.NONE:
        return []
    key = key_of(wanted, columns)
    return [key.is_(None) if group == NOBODYS else key == group]


async def names_of(work: Work, wanted: FigureFilter, keys: Iterable[str | None]) -> Mapping[str, tuple[str, str]]:
    """Code and name of each group; areas, units and categories are open."""
    given = [key for key in keys if key is not None]
    if wanted.by == By.CATEGORY:
        named = select(Category.code, Category.code, Category.name).order_by(Category.version)
        rows = await work.session.execute(named.where(Category.code.in_(given)))
    elif wanted.by == By.NONE:
        return {}
    else:
        model = Area if wanted.by == By.AREA else Unit
        chosen = model.id.in_([UUID(key) for key in given])
        rows = await work.session.execute(select(model.id, model.code, model.name).where(chosen))
    return {str(key): (code, name) for key, code, name in rows}


def link(wanted: FigureFilter, key: str | None, figure: str, **more: Any) -> str:
    """The address of a number's rows."""
    said: dict[str, Any] = {"figure": figure, "from": wanted.first, "to": wanted.last}
    if wanted.by != By.NONE:
        said |= {"by": wanted.by, "level": wanted.level, "group": NOBODYS if key is None else key}
    return f"{ROWS}?{urlencode(said | more)}"
