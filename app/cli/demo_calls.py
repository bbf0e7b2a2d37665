"""What comes beside the demonstration's visits: lists of contact duty, households that want none, grave changes,
matters somebody noticed at a door. Made up.
"""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from app.core.clock import Moment
from app.core.idempotency import claim_of
from app.core.work import Actor, Work
from app.households.models import CareNeed
from app.issues.schemas import RaiseIssue
from app.people.models import ContactDuty, Post, Role
from app.people.queries import in_force
from app.visits import duties, plans
from app.visits.actions import raise_from_visit
from app.visits.duties import NewDuty
from app.visits.kinds import Result
from app.visits.models import Visit
from app.visits.schemas import NewOptOut

LIST = 12  # households on the list of each post that has one
WANT_NONE_EVERY = 40
AGO = (timedelta(hours=20), timedelta(hours=40))  # grave changes: the call is due in four hours; it is overdue
FRESH = timedelta(hours=36)
MATTERS = (
    "楼道感应灯不亮,老人夜间上下楼不便,请维修。", "单元门禁损坏,无法关闭。", "燃气软管老化,请检查更换。",
    "厨房下水管渗水到楼下,请协调处理。", "楼道堆放杂物,影响通行。", "家门口路面破损,轮椅出行困难。",
)  # fmt: skip


async def agree(work: Work) -> None:
    """Once: who of the departments has which households on a list, and who does not want to be called on."""
    if await work.session.scalar(select(Visit.id).limit(1)) is not None:
        return
    query = select(CareNeed.household_id).where(CareNeed.until.is_(None)).distinct()
    needing = list(await work.session.scalars(query.order_by(CareNeed.household_id)))
    officers = select(Post.id).where(Post.role == Role.DEPARTMENT_OFFICER, in_force(work.clock.now()))
    posts = list(await work.session.scalars(officers.order_by(Post.id)))
    for place, household in enumerate(needing[: LIST * len(posts)]):
        await duties.give(work, NewDuty(post_id=posts[place % len(posts)], household_id=household))
    for household in needing[LIST * len(posts) :: WANT_NONE_EVERY]:
        await plans.opt_out(work, household, NewOptOut())


async def hear_of_changes(work: Work) -> None:
    """Two households to which something grave has happened lately."""
    query = select(ContactDuty.household_id).order_by(ContactDuty.household_id).limit(len(AGO))
    for household, ago in zip(await work.session.scalars(query), AGO, strict=False):
        at = work.clock.now() - ago
        await plans.note_major_change(work, household, Moment(at, at))


async def raise_matters(work: Work) -> None:
    """What workers noticed on the latest visits, raised from them just now."""
    late = (Visit.at > work.clock.now() - FRESH, Visit.result == Result.MET)
    query = select(Visit.id, Visit.account_id, Visit.post_id, Post.role).join(Post, Post.id == Visit.post_id)
    query = query.where(*late, Post.role == Role.GRID_WORKER).order_by(Visit.at, Visit.id)
    for text, row in zip(MATTERS, (await work.session.execute(query)).all(), strict=False):
        author = replace(work, actor=Actor(Role(row.role), row.account_id, row.post_id))
        claim = claim_of(author, "POST /visits/issue", None, b"")
        await raise_from_visit(author, row.id, RaiseIssue(text=text), claim)
