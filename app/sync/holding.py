"""What one phone may hold: the grids of its post, and the households on its list of contact duty (SYNC 3e)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select

from app.core.errors import Forbidden, Invalid
from app.core.scope import NOTHING, Scope
from app.core.work import Work
from app.households.models import Household
from app.people.models import ContactDuty, Post
from app.people.queries import in_force


class OnlineFirst(Forbidden):
    """A desk's post has no ground of its own to carry along."""

    code = "online_first"
    zh = "该岗位没有离线范围:离线数据只发给网格岗位和有包联名单的岗位,请在线使用。"
    en = "This post carries no ground: only grid posts and contact duties work offline; use it online."


class ScopeTooLarge(Invalid):
    """More than one worker can know; the office is told, the worker need do nothing (SYNC 3c)."""

    code = "scope_too_large"
    zh = "该岗位范围内有 {households} 户,超过一部手机的上限 {most} 户,已通知街道调整。"
    en = "The post covers {households} households, more than the {most} one phone holds; the street has been told."


@dataclass(frozen=True)
class Holding:
    """The ground of a phone. An empty one holds nothing: what it has is to be let go."""

    grids: tuple[UUID, ...] = ()
    households: tuple[UUID, ...] = ()

    @property
    def epoch(self) -> str:
        """Changes with the ground, so that a cursor of another ground is known."""
        said = "/".join(str(part) for part in (*sorted(self.grids), "-", *sorted(self.households)))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def of(self, model: type[Household]) -> ColumnElement[bool]:
        """Which households it covers."""
        parts: list[ColumnElement[bool]] = []
        if self.grids:
            parts.append(model.grid_id.in_(self.grids))
        if self.households:
            parts.append(model.id.in_(self.households))
        return or_(*parts) if parts else false()


async def holding_of(work: Work) -> Holding:
    """The ground of the active post now; empty when it has ended."""
    return await holding_for(work, work.actor.post_id, work.scope)


async def holding_for(work: Work, post_id: UUID | None, scope: Scope) -> Holding:
    """The same for a post that is known to be seeing `scope`."""
    now = work.clock.now()
    held = await work.session.scalar(select(Post.id).where(Post.id == post_id, in_force(now)))
    if held is None or scope == NOTHING:  # ended, or no longer its holder's to act in
        return Holding()
    running = or_(ContactDuty.until.is_(None), ContactDuty.until > now)
    duties = select(ContactDuty.household_id).where(ContactDuty.post_id == held, ContactDuty.since <= now, running)
    listed: Sequence[UUID] = (await work.session.scalars(duties)).all()
    return Holding(tuple(scope.areas.get("grid_id", ())), tuple(listed))


async def households_on(work: Work, holding: Holding) -> int:
    """How many households that is."""
    living = (Household.until.is_(None), holding.of(Household))
    return await work.session.scalar(select(func.count(Household.id)).where(*living)) or 0
