"""Kind of subject -> kind of clock -> what is done when nobody did: every default act on one page (CASES 2.3)."""

from app.clocks.firing import Acts, Timetable
from app.dispatch import deadlines as orders
from app.dispatch.models import WorkOrder
from app.issues import deadlines as issues
from app.issues.models import Issue

TIMETABLE: Timetable = {
    "issue": Acts(Issue, issues.BY_KIND),
    "order": Acts(WorkOrder, orders.BY_KIND),
}
