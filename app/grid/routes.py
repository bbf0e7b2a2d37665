"""Areas over HTTP: open to all, because no person stands in them (HOUSE 4.4)."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse

from app.core.http import OPEN_TO_ALL, Credentials, RuntimeOf
from app.core.paging import Page
from app.core.scope import NOTHING
from app.core.work import PUBLIC, Actor, Work, known_as, open_work
from app.districts import district_named
from app.grid import queries
from app.grid.models import AreaLevel
from app.grid.schemas import AreaDetail, AreaSummary, FeatureCollection

router = APIRouter(tags=["areas"], dependencies=[OPEN_TO_ALL], redirect_slashes=False)


async def ground_work(
    runtime: RuntimeOf, credentials: Credentials, district: str | None = None
) -> AsyncIterator[Work]:
    """A Work that sees only what is open to all, in the district a token begins with or the caller names."""
    named = credentials.credentials.partition(".")[0] if credentials else district
    code = await district_named(runtime, named)
    async with open_work(runtime, code, known_as(Actor(PUBLIC), NOTHING)) as work:
        yield work


OpenWork = Annotated[Work, Depends(ground_work, scope="function")]
CodePath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,32}$")]
CodeQuery = Annotated[str | None, Query(pattern=r"^[0-9A-Za-z-]{1,32}$")]
Cursor = Annotated[str | None, Query(max_length=200)]


@router.get("/areas")
async def list_areas(
    work: OpenWork,
    level: AreaLevel | None = None,
    parent: CodeQuery = None,
    q: Annotated[str | None, Query(min_length=1, max_length=60)] = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[AreaSummary]:
    """Areas by code, narrowed by level, parent or part of the name."""
    items, following = await queries.area_page(work, level, parent, q, cursor, limit)
    return Page[AreaSummary](items=items, next_cursor=following)


@router.get("/areas.geojson", response_model=FeatureCollection)
async def area_shapes(
    work: OpenWork,
    level: AreaLevel,
    parent: CodeQuery = None,
    zoom: Annotated[int | None, Query(ge=0, le=20)] = None,
) -> JSONResponse:
    """Shapes of one level below a parent, simplified for a map's zoom without opening gaps."""
    features = await queries.shapes(work, level, parent, zoom)
    said = {"type": "FeatureCollection", "features": features}
    return JSONResponse(said, media_type="application/geo+json")


@router.get("/areas/{code}")
async def get_area(code: CodePath, work: OpenWork) -> AreaDetail:
    """One area by any code it has or had."""
    return await queries.detail(work, code)


@router.get("/areas/{code}/children")
async def list_children(
    code: CodePath,
    work: OpenWork,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[AreaSummary]:
    """The areas directly below one."""
    items, following = await queries.area_page(work, None, code, None, cursor, limit)
    return Page[AreaSummary](items=items, next_cursor=following)
