"""Putting a matter away 稍后 (UX 1a): per post, to a time, with a listed reason; never a pause of any clock."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.core.errors import Invalid
from app.core.work import Work
from app.issues.models import Issue
from app.issues.queue_schemas import PutAway
from app.issues.records import Later

FARTHEST_DAYS = 90


class WrongLater(Invalid):
    """The time is past, or too far off to be a postponement."""

    code = "wrong_later"
    zh = "“稍后”的时间应在现在之后、{days} 天之内;更久请用“挂账”。"
    en = "Put it away to a time ahead, within {days} days; for longer hold it open."


async def put_away(work: Work, issue: Issue, form: PutAway) -> None:
    """Until then the post's own lists go without it; said again it is what was said last."""
    now = work.clock.now()
    if not now < form.until <= now + timedelta(days=FARTHEST_DAYS):
        raise WrongLater("until", days=FARTHEST_DAYS)
    said = {"until": form.until, "reason": form.reason, "seq": issue.version, "at": now}
    new = insert(Later).values(post_id=work.actor.post_id, issue_id=issue.id, **said)
    await work.session.execute(new.on_conflict_do_update(index_elements=["post_id", "issue_id"], set_=said))


async def take_up(work: Work, issue: Issue) -> None:
    """It is back on the lists."""
    mine = (Later.post_id == work.actor.post_id, Later.issue_id == issue.id)
    await work.session.execute(delete(Later).where(*mine))
