"""From a request to a Work: the token names district, account and post; the post gives actor and scope.

Every route depends on one of these with `scope="function"`, so that the commit comes before the response, and
on a guard: `needs(capability)`, a workflow step, or `open_to_all`. An architecture test walks all routes.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from app.core.http import Credentials, NotSignedIn, RuntimeOf, client_address
from app.core.log import log
from app.core.scope import NOTHING, Scope
from app.core.work import PUBLIC, Actor, Identify, Runtime, Work, known_as, open_work
from app.districts import district_named
from app.people.capabilities import BY_CONTACT_DUTY, HELD_BY, Capability
from app.people.models import Role
from app.people.queries import bearer_of, listed_for, scope_of, standing_of

DIGITS = 6


class SessionEnded(Unauthenticated):
    """The token is unknown, expired, revoked, or its post has ended."""

    code = "session_ended"
    zh = "登录已失效,请重新登录。未提交的内容请勿清除。"
    en = "The session has ended; sign in again. Keep what has not been sent."


class OtherDistrict(Invalid):
    """The form names another district than the one the caller is signed in to."""

    code = "other_district"
    zh = "当前岗位属于区县 {own},请去掉 district 或切换岗位后再提交。"
    en = "The active post is in district {own}; leave `district` out, or sign in to the other one."


class BadLink(NotFound):
    """The follow link was not made by this service."""

    code = "bad_link"
    zh = (
        "链接无效或不完整,请使用提交成功页上的完整链接或二维码。链接丢了,请拨打楼栋公示牌上网格员或社区的电话,报编号查询;"
        "也可以扫公示牌二维码重新反映,会得到新的链接。"
    )
    en = (
        "The link is not valid or not whole; use the full link or code shown when the report was sent. If it is "
        "lost, call the grid worker or the community on the sign board with your number, or scan the sign and "
        "report again: you get a new link."
    )


async def address_of(request: Request) -> str:
    """The caller's address behind the trusted proxies."""
    return client_address(request, request.app.state.settings.trusted_proxies)


AddressOf = Annotated[str, Depends(address_of)]


def identify_by(runtime: Runtime, token: str, address: str) -> Identify:
    """How a transaction learns who acts: two statements, read on every request so that an end is at once."""

    async def identify(session: AsyncSession) -> tuple[Actor, Scope]:
        now = runtime.clock.now()
        bearer = await bearer_of(session, token, now)
        if bearer is None or bearer.district != token[:DIGITS]:
            raise SessionEnded
        standing = await standing_of(session, bearer, now)
        if standing is None:
            raise SessionEnded
        units = tuple(unit for unit in (standing.unit_id, standing.office) if unit)
        actor = Actor(standing.role, bearer.account_id, bearer.post_id, units, bearer.device_id, address)
        return actor, scope_of(standing)

    return identify


def district_of_token(token: str) -> str:
    """The digits a token begins with; anything else is no token of ours."""
    digits = token[:DIGITS]
    if not (len(digits) == DIGITS and digits.isascii() and digits.isdigit() and token[DIGITS : DIGITS + 1] == "."):
        raise SessionEnded
    return digits


async def staff_work(runtime: RuntimeOf, address: AddressOf, credentials: Credentials) -> AsyncIterator[Work]:
    """The Work of a signed-in member of staff."""
    if credentials is None:
        raise NotSignedIn
    token = credentials.credentials
    async with open_work(runtime, district_of_token(token), identify_by(runtime, token, address)) as work:
        yield work


def public_actor(address: str) -> Actor:
    """Somebody without an account."""
    return Actor(PUBLIC, address=address)


async def caller_of(
    runtime: Runtime, address: str, credentials: HTTPAuthorizationCredentials | None, named: str | None
) -> tuple[str, Identify]:
    """District and identity for what is open to all: staff by their token, anybody else by naming the district."""
    if credentials is None:
        return await district_named(runtime, named), known_as(public_actor(address), NOTHING)
    own = district_of_token(credentials.credentials)
    if named not in (None, own):
        raise OtherDistrict("district", own=own)
    return own, identify_by(runtime, credentials.credentials, address)


async def reporter_work(token: str, runtime: RuntimeOf, address: AddressOf) -> AsyncIterator[Work]:
    """The Work of a reporter behind a follow link: sees that one issue."""
    read = runtime.keys.read_follow_token(token)
    if read is None:
        raise BadLink("token")
    district, subject = read
    async with open_work(runtime, district, known_as(public_actor(address), Scope(subject=subject))) as work:
        yield work


StaffWork = Annotated[Work, Depends(staff_work, scope="function")]
ReporterWork = Annotated[Work, Depends(reporter_work, scope="function")]


def may(work: Work, capability: Capability) -> None:
    """Raise `Forbidden` unless the active role holds the right; the refusal is logged (ASVS 16.3)."""
    if Role(work.actor.role) not in HELD_BY[capability]:
        log().info("refused", why=capability, district=work.district, post_id=str(work.actor.post_id))
        raise Forbidden(needs=capability)


async def by_duty(work: Work, capability: Capability) -> bool:
    """Whether the post holds the right over the households on its own list only; asked when its role does not."""
    if capability not in BY_CONTACT_DUTY or Role(work.actor.role) in HELD_BY[capability]:
        return False
    listed = listed_for(work.actor.post_id, work.clock.now())
    return (await work.session.execute(listed.limit(1))).first() is not None


async def held_by(work: Work, role: Role, post_id: UUID) -> list[Capability]:
    """What a post may do; a list of contact duty brings its own rights."""
    rights = {right for right, roles in HELD_BY.items() if role in roles}
    listed = listed_for(post_id, work.clock.now()).limit(1)
    if not rights >= BY_CONTACT_DUTY and (await work.session.execute(listed)).first() is not None:
        rights |= BY_CONTACT_DUTY
    return sorted(rights)


def needs(capability: Capability) -> Any:
    """The guard of a staff route that is not a step."""

    async def guard(work: StaffWork) -> None:
        if not await by_duty(work, capability):
            may(work, capability)

    guard.guards = capability  # type: ignore[attr-defined]  # read by the architecture test
    return Depends(guard, scope="function")


async def check_in(
    runtime: Runtime, address: str, credentials: HTTPAuthorizationCredentials | None, capability: Capability
) -> None:
    """Turn away who may not, in a transaction of its own, before costly work that must hold no connection."""
    if credentials is None:
        raise NotSignedIn
    token = credentials.credentials
    async with open_work(runtime, district_of_token(token), identify_by(runtime, token, address)) as work:
        may(work, capability)


def needs_first(capability: Capability) -> Any:
    """The guard of a staff route whose input is costly to check: it comes before the input and before the Work."""

    async def guard(runtime: RuntimeOf, address: AddressOf, credentials: Credentials) -> None:
        await check_in(runtime, address, credentials, capability)

    guard.guards = capability  # type: ignore[attr-defined]  # read by the architecture test
    return Depends(guard)
