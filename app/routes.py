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
from app.sync.routes import router as phones
from app.visits.routes import router as visits
from app.whistles.routes import router as whistles

DAILY = (issues, phones, visits, dispatch, whistles, people, notices, households, areas, clocks, figures)
api = APIRouter(prefix="/api/v1", redirect_slashes=False)
for part in DAILY:  # the busiest are matched first
    api.include_router(part)
