"""Handing over in one act: what a post has open goes to a colleague of the same ground or unit (UX I5).

What that is the features know; each hands on its own, in the same transaction as the note on both posts' trails.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, Field

from app.core.audit import Act
from app.core.fields import Schema
from app.core.work import Work
from app.people import events, keeping
from app.people.keeping import NewAbsence
from app.people.models import Post
from app.people.posts import PostLine, line_of


class HandedItem(Schema):
    """One matter that was handed over, as the printed list names it."""

    kind: str
    id: UUID
    number: str | None
    what: str | None


class HandOver(Schema):
    """To a colleague's post; with `until` the leave begins in the same act, and the colleague is the deputy."""

    to: UUID = Field(examples=["019a9f2c-0000-7000-8000-000000000001"])
    until: AwareDatetime | None = None


class HandedOver(Schema):
    """Who handed what to whom, and when: the list that is printed."""

    at: datetime
    post: PostLine
    to: PostLine
    items: list[HandedItem]


Hand = Callable[[Work, UUID, UUID], Awaitable[Sequence[HandedItem]]]
"""Hand on what a post has open of one kind: from this post to that one."""
Hands = Mapping[str, Hand]


async def hand_over_own(work: Work, form: HandOver, hands: Hands) -> HandedOver:
    """Everything one's own active post has open, and the leave with it where one is asked for."""
    post = await keeping.own_post(work)
    items = await _hand(work, post, form.to, hands)
    if form.until is not None:
        await keeping.go(work, post, NewAbsence(until=form.until, deputy_post=form.to))
    return await _told(work, post.id, form.to, items)


async def end(work: Work, post_id: UUID, to: UUID | None, hands: Hands) -> PostLine:
    """A post ends; what it had open is handed over before, where a colleague is named."""
    post = await keeping.kept_post(work, post_id)
    if to is not None:
        await _hand(work, post, to, hands)
    return await keeping.end(work, post)


async def _hand(work: Work, post: Post, to: UUID, hands: Hands) -> list[HandedItem]:
    await keeping.colleague_of(work, post, to, "to")
    items = [item for hand in hands.values() for item in await hand(work, post.id, to)]
    detail = {"to": str(to), "handed": [str(item.id) for item in items]}
    act = Act("hand_over", "held", "held", detail)
    await keeping.note(work, post, act, events.PostHandedOver, to_post=to, count=len(items))
    return items


async def _told(work: Work, post_id: UUID, to: UUID, items: list[HandedItem]) -> HandedOver:
    lines = [await line_of(work, one) for one in (post_id, to)]
    return HandedOver(at=work.clock.now(), post=lines[0], to=lines[1], items=items)
