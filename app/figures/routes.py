"""Figures and the supervision desk over HTTP: read only, in the scope of the post."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.figures import coverage, durations, ledger, supervision
from app.figures.rates import rates
from app.figures.rows import rows_of
from app.figures.schemas import (
    ClocksOut,
    CoverageFilter,
    CoverageGroup,
    CoverageRowsFilter,
    CoveredLine,
    FigureFilter,
    LedgerFilter,
    LedgerLine,
    ListedLine,
    ListFilter,
    MatterLine,
    RatesOut,
    RowsFilter,
    SizeFilter,
    SizeLine,
)
from app.figures.sizes import sizes
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs

router = APIRouter(tags=["figures"])
SEE = needs(Capability.SEE_FIGURES)


@router.get("/figures/rates", dependencies=[SEE])
async def get_rates(work: StaffWork, wanted: Annotated[FigureFilter, Query()]) -> RatesOut:
    """响应率, 解决率, 满意率 of my ground, raw and adjusted."""
    return await rates(work, wanted)


@router.get("/figures/clocks", dependencies=[SEE])
async def get_clocks(work: StaffWork, wanted: Annotated[FigureFilter, Query()]) -> ClocksOut:
    """How long each kind of clock took."""
    return await durations.durations(work, wanted)


@router.get("/figures/rows", dependencies=[SEE])
async def get_rows(work: StaffWork, wanted: Annotated[RowsFilter, Query()]) -> Page[MatterLine]:
    """The matters behind one number."""
    items, following = await rows_of(work, wanted)
    return Page[MatterLine](items=items, next_cursor=following)


@router.get("/figures/ledger", dependencies=[needs(Capability.SEE_LEDGER)])
async def get_ledger(work: StaffWork, wanted: Annotated[LedgerFilter, Query()]) -> Page[LedgerLine]:
    """The hourly sums of the whole district."""
    items, following = await ledger.page(work, wanted)
    return Page[LedgerLine](items=items, next_cursor=following)


@router.get("/supervision", dependencies=[SEE])
async def list_supervised(work: StaffWork, wanted: Annotated[ListFilter, Query()]) -> Page[ListedLine]:
    """One list of the supervision desk 督办."""
    items, following = await supervision.page(work, wanted)
    return Page[ListedLine](items=items, next_cursor=following)


@router.get("/supervision/counts", dependencies=[SEE])
async def count_supervised(work: StaffWork) -> dict[str, int]:
    """How long every list is."""
    return await supervision.counts(work)


@router.get("/visits/coverage", dependencies=[needs(Capability.SEE_COVERAGE)])
async def get_coverage(work: StaffWork, wanted: Annotated[CoverageFilter, Query()]) -> list[CoverageGroup]:
    """Households due, covered, refused, overdue and left alone, per area and plan; overdue is there to help."""
    return await coverage.coverage(work, wanted)


@router.get("/figures/sizes", dependencies=[needs(Capability.SEE_COVERAGE)])
async def get_sizes(work: StaffWork, wanted: Annotated[SizeFilter, Query()]) -> list[SizeLine]:
    """Households per grid or building group beside the band it should keep, by code; a flag, no order of best."""
    return await sizes(work, wanted)


@router.get("/visits/coverage/rows", dependencies=[needs(Capability.SEE_COVERAGE)])
async def get_coverage_rows(work: StaffWork, wanted: Annotated[CoverageRowsFilter, Query()]) -> Page[CoveredLine]:
    """The households behind one number of coverage."""
    items, following = await coverage.rows_of(work, wanted)
    return Page[CoveredLine](items=items, next_cursor=following)
