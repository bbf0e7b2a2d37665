"""Every router and its prefix, on one page."""

from fastapi import APIRouter

from app.clocks.routes import router as clocks
from app.dispatch.routes import router as dispatch
from app.figures.routes import router as figures
from app.grid.routes import router as areas
from app.households.routes import router as households
from app.issues.routes import router as issues
from app.notices.routes import router as notices
from app.people.routes import router as people
from app.whistles.routes import router as whistles

api = APIRouter(prefix="/api/v1", redirect_slashes=False)
PARTS = (issues, dispatch, whistles, people, notices, households, areas, clocks, figures)
PARTS = (issues, dispatch, whistles, people, notices, households, areas, clocks, figures)
for part in PARTS:  # the busiest are matched first
    api.include_router(part)
