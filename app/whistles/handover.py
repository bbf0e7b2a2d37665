"""Report-ins a post has signed for go to a colleague, each with an act on its own trail (UX I5)."""

from uuid import UUID

from sqlalchemy import String, case, cast, select

from app.core.audit import Trail
from app.core.work import Work
from app.people.handover import HandedItem
from app.whistles.models import ReportIn, Whistle
from app.whistles.taking import Told, take_part
from app.whistles.workflow import R_LIVE

KIND = "report_in"


async def hand_over(work: Work, post_id: UUID, to: UUID) -> list[HandedItem]:
    """All that have not ended and were signed for by the post, or handed to it; the trail says who has them."""
    said = case((Trail.step == "hand_over", Trail.detail["to"].astext), else_=cast(Trail.post_id, String))
    taken = (Trail.subject_id == ReportIn.id, Trail.step.in_(("sign", "hand_over")))
    last = select(said).where(*taken).order_by(Trail.seq.desc()).limit(1).correlate(ReportIn).scalar_subquery()
    query = (
        select(ReportIn, Whistle)
        .join(Whistle, Whistle.id == ReportIn.whistle_id)
        .where(ReportIn.state.in_([str(state) for state in R_LIVE]), last == str(post_id))
        .order_by(Whistle.id, ReportIn.id)
        .with_for_update(of=ReportIn)
    )
    found = []
    for report_in, whistle in (await work.session.execute(query)).all():
        told = Told({"from": str(post_id), "to": str(to)})
        await take_part(work, whistle, report_in, "hand_over", told)
        found.append(HandedItem(kind=KIND, id=report_in.id, number=whistle.number, what=whistle.title))
    return found
