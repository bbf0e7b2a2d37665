"""Every router and its prefix, on one page."""

from fastapi import APIRouter

from app.boards.routes import router as boards
from app.borders.routes import router as borders
from app.changes.routes import router as changes
from app.clocks.routes import router as clocks
from app.desk.routes import router as desk
from app.dispatch.routes import router as dispatch
from app.faces.routes import api as faces
from app.faces.routes import pages as faces_pages
from app.figures.routes import router as figures
from app.forms.routes import router as forms
from app.grid.routes import router as areas
from app.households.routes import router as households
from app.issues.routes import router as issues
from app.live.routes import router as live
from app.notices.routes import router as notices
from app.papers.routes import router as papers
from app.people.routes import router as people
from app.privacy.routes import router as privacy
from app.sync.routes import router as phones
from app.visits.routes import router as visits
from app.whistles.routes import router as whistles

# The busiest are matched first; /visits/coverage is a figure and comes before /visits/{id}.
PARTS = (
    *(issues, phones, figures, visits, dispatch, whistles, desk, live),
    *(people, notices, households, areas, changes, clocks, forms, privacy, boards, borders, papers, faces),
)
api = APIRouter(prefix="/api/v1", redirect_slashes=False)
for part in PARTS:
    api.include_router(part)
pages = faces_pages  # beside the API, not under its prefix
