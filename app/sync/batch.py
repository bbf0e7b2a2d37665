"""One push while it is judged: whose it is, when it came, and the Work each of its operations is done in.

An operation names the post it was made under. That post must have been its holder's then; for three days after its
end it is still good for what was begun, later a person decides (SYNC 3d).
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Forbidden
from app.core.scope import NOTHING, Scope
from app.core.work import PUBLIC, Actor, Identify, Runtime, Work, open_work
from app.people.models import Absence, Post
from app.people.queries import Bearer, scope_of, standing_of
from app.sync.schemas import OpResult, Push

GRACE = timedelta(hours=72)
Who = Callable[[AsyncSession], Awaitable[Bearer]]


class OtherPhone(Forbidden):
    """The envelope names another phone than the token."""

    code = "other_device"
    zh = "批次中的设备号与登录设备不一致。"
    en = "The batch names another device than the one signed in."


class ForeignPost(Forbidden):
    """The operation names an assignment its holder never had."""

    code = "foreign_post"
    zh = "该操作的岗位不属于本人。"
    en = "The operation names a post its holder does not have."


class LateAssignment(Forbidden):
    """Made long after the assignment had ended: a person decides."""

    code = "late_assignment"
    zh = "该操作晚于岗位结束 72 小时,已交网格长核对。"
    en = "Made more than 72 hours after the post ended; the grid leader decides."


@dataclass
class Batch:
    """`who` finds the phone's holder in each transaction anew, so that a revocation stops a batch half-way.

    `answers` are the results so far, by place in the batch; `together` lets runs of it go by one statement.
    `put_off` are the entities of which an operation is to come again, and with it what was entered after it.
    """

    runtime: Runtime
    district: str
    who: Who
    address: str
    form: Push
    received: datetime
    enrolled_at: datetime
    epoch: UUID
    answers: dict[int, OpResult] = field(default_factory=dict)
    together: bool = True
    put_off: set[UUID] = field(default_factory=set)

    def own_work(self) -> AbstractAsyncContextManager[Work]:
        """A Work of the phone that sees nothing: for the ledger alone."""
        return open_work(self.runtime, self.district, phone_only(self.who, self.address))

    def work_for(self, post_id: UUID, *times: datetime) -> AbstractAsyncContextManager[Work]:
        """A Work of the phone's holder in the post that was held at all these times; `ForeignPost` or
        `LateAssignment` when it was not.
        """
        return open_work(self.runtime, self.district, self._identify(post_id, times))

    def _identify(self, post_id: UUID, times: Sequence[datetime]) -> Identify:
        async def identify(session: AsyncSession) -> tuple[Actor, Scope]:
            bearer = await self.who(session)
            post = await _post(session, post_id)
            last = max([await _looked_at(session, post, bearer.account_id, at) for at in times])
            standing = await standing_of(session, replace(bearer, post_id=post_id), last)
            if standing is None:
                raise LateAssignment("assignment_id")
            units = tuple(unit for unit in (standing.unit_id, standing.office) if unit)
            actor = Actor(standing.role, bearer.account_id, post_id, units, bearer.device_id, self.address)
            return actor, scope_of(standing)

        return identify


def phone_only(who: Who, address: str) -> Identify:
    """The phone as an actor, without any ground."""

    async def identify(session: AsyncSession) -> tuple[Actor, Scope]:
        bearer = await who(session)
        role = await session.scalar(select(Post.role).where(Post.id == bearer.post_id))
        return Actor(role or PUBLIC, bearer.account_id, bearer.post_id, (), bearer.device_id, address), NOTHING

    return identify


async def _post(session: AsyncSession, post_id: UUID) -> Row[*tuple[Any, ...]]:
    query = select(Post.id, Post.account_id, Post.valid_from, Post.valid_to).where(Post.id == post_id)
    found = (await session.execute(query)).first()
    if found is None:
        raise ForeignPost("assignment_id")
    return found


async def _looked_at(
    session: AsyncSession, post: Row[*tuple[Any, ...]], account_id: UUID, at: datetime
) -> datetime:
    """The moment at which the post is looked at: its last one, or its deputy's, for what came within the grace."""
    begins: datetime = post.valid_from
    ends: list[datetime] = [post.valid_to] if post.valid_to is not None else []
    if post.account_id != account_id:
        mine = (Absence.post_id == post.id, Absence.deputy_id == account_id, Absence.starts_at <= at)
        until = await session.scalar(select(func.max(Absence.ends_at)).where(*mine))
        if until is None:
            raise ForeignPost("assignment_id")
        ends.append(until)
    end = min(ends, default=None)
    if end is None or at < end:
        return max(at, begins)
    if at >= end + GRACE:
        raise LateAssignment("assignment_id")
    return end - timedelta(microseconds=1)
