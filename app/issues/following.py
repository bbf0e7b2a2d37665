"""The reporter's side of an issue, by the link alone: what is shown, and the steps that are theirs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.core.errors import Conflict
from app.core.files import MAX_PHOTOS, Photo
from app.core.idempotency import body_hash, claim_of, take, used_for
from app.core.work import Work
from app.core.workflow import allowed_steps, lock
from app.issues import explaining, intake, merging, queries, telling, word
from app.issues.beside import Beside, beside
from app.issues.follow_schemas import FollowOut
from app.issues.kinds import State
from app.issues.models import Issue
from app.issues.records import IssuePhoto, Unmasking
from app.issues.schemas import RatingOut
from app.issues.step_schemas import CompleteStep, RateStep
from app.issues.taking import ready
from app.issues.workflow import FINAL, ISSUE

INNER = frozenset(
    {"comment", "edit_copy", "remind", "supervise", "exclude", "approve_exclusion", "decline_exclusion"}
    | {"recuse", "hand_over", "rehome", "ask_close", "decline_close", "release_party", "complete_word"}
)


class NoMorePhotos(Conflict):
    """The matter is over, or it has as many photos as it may have."""

    code = "no_more_photos"
    zh = "不能再加照片:一件事最多 {limit} 张,办结后不再接收。"
    en = "No more photos can be added: at most {limit} for one matter, and none after it is closed."


OF_EVERY_REPORT = frozenset({"rate", "request_review"})  # also of one that is part of another


def own_report(work: Work) -> UUID:
    """The report the link was given for."""
    return work.scope.subject or UUID(int=0)


async def main_of(work: Work, issue: Issue) -> Issue:
    """What the report was merged into, or itself."""
    if issue.state != State.MERGED or issue.merged_into is None:
        return issue
    return await queries.get_issue(work, issue.merged_into)


async def locked_for(work: Work, name: str) -> Issue:
    """The matter a reporter's step is about, locked: their own; a refusal also when theirs is part of what was
    refused.
    """
    own: UUID = own_report(work)
    if name == "withdraw":
        return await merging.lock_with(work, own, await merging.reports_in(work, own))
    if name == "request_review":
        own = (await main_of(work, await queries.get_issue(work, own))).id
    issue: Issue = await lock(work, Issue, own)
    return issue


async def rate(work: Work, form: RateStep) -> None:
    """The word of this reporter on the matter as it stands, their own or the one theirs is part of."""
    issue = await queries.get_issue(work, own_report(work))
    merged = issue.state == State.MERGED and issue.merged_into is not None
    main = await lock(work, Issue, issue.merged_into if merged and issue.merged_into else issue.id)
    ready(work, main, "rate", form)
    await word.rate(work, main, form, of=issue.id)


async def complete_word(work: Work, form: CompleteStep) -> None:
    """The level and the words that follow the first tap, whatever the tap has set going since."""
    own = await queries.get_issue(work, own_report(work))
    main = await main_of(work, own)
    issue = await lock(work, Issue, main.id)
    ready(work, issue, "complete_word", form)
    await word.complete(work, issue, form, of=own.id)


async def page(work: Work) -> FollowOut:
    """What the reporter may know: states and times in words, who has it, the replies meant for them, their own
    ratings, and how often somebody opened their identity.
    """
    own = await queries.get_issue(work, own_report(work))
    issue = await main_of(work, own)
    found = await beside(work, issue)
    mine = (found if issue is own else await beside(work, own)).ratings_of(own.id)
    told = [row for row in found.trail if row.step not in INNER]
    steps = [step for step in allowed_steps(ISSUE, work, issue) if step != "screen"]
    shown = {name: getattr(issue, name) for name in FollowOut.model_fields if hasattr(Issue, name)}
    more: dict[str, Any] = {"number": own.number, "raised_at": own.raised_at}
    more["merged_into"] = None if issue is own else issue.number
    more |= await _in_words(work, issue, found)
    return FollowOut(
        **{**shown, **more},
        timeline=[{"at": row.at, "step": row.step, "state": row.to_state} for row in told],
        replies=[remark for remark in found.remarks if remark.to_reporter],
        ratings=mine,
        may_rate="rate" in steps and issue.state == State.ANSWERED,
        may_complete=_unfinished(issue, mine),
        change_until=await word.change_until(work, issue, mine),
        photos_left=await photos_left(work, own),
        allowed_steps=steps if issue is own else [step for step in steps if step in OF_EVERY_REPORT],
        identity_opened=await _opened(work, own),
        words=found.words(issue),
    )


def _unfinished(issue: Issue, mine: Sequence[RatingOut]) -> bool:
    """A tap without its level; a new answer asks anew, whatever was left unsaid about the one before."""
    if not mine or mine[-1].satisfaction is not None:
        return False
    return issue.answered_at is None or mine[-1].at >= issue.answered_at


async def _in_words(work: Work, issue: Issue, found: Beside) -> dict[str, Any]:
    kept = explaining.holder_out(issue.explanation)
    ground = await telling.ground_of(work, issue)
    contact = telling.contact_clock(found.clocks)
    return {
        "state_words": telling.standing(issue.state),
        "over": issue.state in FINAL,
        "handled_by": kept.role if kept else None,
        "handler": await telling.handler_of(work, issue),
        "area": ground.area,
        "unplaced": ground.unplaced,
        "late": telling.late(issue, found.clocks, found.trail, work.clock.now()),
        "contact_by": contact.due_at if contact else None,
    }


async def _opened(work: Work, own: Issue) -> int:
    opened = select(func.count()).select_from(Unmasking).where(Unmasking.issue_id == own.id)
    return await work.session.scalar(opened) or 0


async def photos_left(work: Work, own: Issue) -> int:
    """How many more photos the reporter may add; none when the matter is over."""
    if own.state in FINAL:
        return 0
    sent = select(func.count()).select_from(IssuePhoto).where(IssuePhoto.issue_id == own.id)
    return max(0, MAX_PHOTOS - (await work.session.scalar(sent) or 0))


async def add_photos(work: Work, photos: Sequence[Photo], key: str | None) -> None:
    """Photos that come after the words, once for one key."""
    own: Issue = await lock(work, Issue, own_report(work))
    digest = body_hash({"issue": str(own.id)}, tuple(photo.sha256 for photo in photos))
    held = claim_of(work, "POST /follow/photos", key, digest)
    if await used_for(work, held) is not None:
        return
    if len(photos) > await photos_left(work, own):
        raise NoMorePhotos("photos", limit=MAX_PHOTOS)
    await take(work, held, own.id)
    await work.put(IssuePhoto, intake.photo_rows(work, own.id, photos))
