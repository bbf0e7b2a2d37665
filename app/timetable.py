"""Kind of subject -> kind of clock -> what is done when nobody did: every default act on one page (CASES 2.3)."""

from app.changes import deadlines as changes
from app.changes.models import AreaChange
from app.clocks.firing import Acts, Timetable
from app.dispatch import deadlines as orders
from app.dispatch.models import WorkOrder
from app.issues import deadlines as issues
from app.issues.models import Issue
from app.on_ground import ON_GROUND
from app.whistles import deadlines as whistles
from app.whistles.models import ReportIn, Whistle
from app.whistles.records import Task

TIMETABLE: Timetable = {
    "issue": Acts(Issue, issues.BY_KIND),
    "order": Acts(WorkOrder, orders.BY_KIND),
    "whistle": Acts(Whistle, whistles.OF_WHISTLE),
    "report_in": Acts(ReportIn, whistles.OF_REPORT_IN),
    "area_change": Acts(AreaChange, changes.acts(ON_GROUND)),
    "task": Acts(Task, whistles.OF_TASK),
}
