"""Every router and its prefix, on one page."""

from fastapi import APIRouter

from app.clocks.routes import router as clocks
from app.dispatch.routes import router as dispatch
from app.grid.routes import router as areas
from app.issues.routes import router as issues
from app.people.routes import router as people
from app.whistles.routes import router as whistles

api = APIRouter(prefix="/api/v1", redirect_slashes=False)
for part in (issues, dispatch, whistles, people, areas, clocks):  # matched in this order: the busiest first
    api.include_router(part)
