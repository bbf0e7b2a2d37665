"""From a request to the Work of a phone: its access token, or why it is no longer one."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.crypto import token_hash
from app.core.errors import Forbidden, Unauthenticated
from app.core.http import Credentials, NotSignedIn, RuntimeOf
from app.core.scope import NOTHING, Scope
from app.core.work import PUBLIC, Actor, Identify, Runtime, Work, open_work
from app.people.login import AddressOf, district_of_token
from app.people.models import Post, Token
from app.people.queries import Bearer, bearer_of, scope_of, standing_of
from app.sync.models import Device


class TokenExpired(Unauthenticated):
    """The access token has had its quarter of an hour; the refresh token gets another."""

    code = "token_expired"
    zh = "访问令牌已过期,请用刷新令牌续期后重试,内容不会丢失。"
    en = "The access token has expired; refresh it and send the same again, nothing is lost."


class DeviceNeeded(Forbidden):
    """The call belongs to a phone's own session."""

    code = "device_needed"
    zh = "此接口须用手机登记后取得的令牌访问,请先登记手机(POST /devices)。"
    en = "This call needs the token of an enrolled phone; enrol it first (POST /devices)."


class DeviceRevoked(Forbidden):
    """The office has revoked this phone: seal and hand in the outbox, wipe, acknowledge."""

    code = "device_revoked"
    zh = "该手机已被停用:请先上交封存的未传内容,再清除本机数据。"
    en = "This phone was revoked: hand in the sealed outbox, then wipe it."


def identify_phone(runtime: Runtime, token: str, address: str) -> Identify:
    """How a transaction learns which phone acts. A post that has ended sees nothing; its phone is still known."""

    async def identify(session: AsyncSession) -> tuple[Actor, Scope]:
        bearer = await phone_of(session, runtime, token)
        standing = await standing_of(session, bearer, runtime.clock.now())
        if standing is None:
            role = await session.scalar(select(Post.role).where(Post.id == bearer.post_id))
            ended = Actor(role or PUBLIC, bearer.account_id, bearer.post_id, (), bearer.device_id, address)
            return ended, NOTHING
        units = tuple(unit for unit in (standing.unit_id, standing.office) if unit)
        actor = Actor(standing.role, bearer.account_id, bearer.post_id, units, bearer.device_id, address)
        return actor, scope_of(standing)

    return identify


async def phone_of(session: AsyncSession, runtime: Runtime, token: str) -> Bearer:
    """The phone behind a token; `DeviceRevoked`, `TokenExpired` or `DeviceNeeded` when it is none."""
    bearer = await bearer_of(session, token, runtime.clock.now())
    if bearer is None or bearer.district != district_of_token(token):
        of_device = select(Device.revoked_at).join(Token, Token.device_id == Device.id)
        query = of_device.where(Token.hash == token_hash(token)).execution_options(unscoped=True)
        raise DeviceRevoked if await session.scalar(query) is not None else TokenExpired
    if bearer.device_id is None:
        raise DeviceNeeded
    return bearer


async def phone_work(runtime: RuntimeOf, address: AddressOf, credentials: Credentials) -> AsyncIterator[Work]:
    """The Work of a phone."""
    if credentials is None:
        raise NotSignedIn
    token = credentials.credentials
    async with open_work(runtime, district_of_token(token), identify_phone(runtime, token, address)) as work:
        yield work


async def parting_work(runtime: RuntimeOf, address: AddressOf, credentials: Credentials) -> AsyncIterator[Work]:
    """The Work of a phone that may be revoked: for handing in its outbox and for saying that it is wiped."""
    if credentials is None:
        raise NotSignedIn
    token = credentials.credentials

    async def identify(session: AsyncSession) -> tuple[Actor, Scope]:
        query = select(Token.account_id, Token.post_id, Token.device_id).where(Token.hash == token_hash(token))
        row = (await session.execute(query)).first()
        if row is None or row.device_id is None:
            raise TokenExpired
        return Actor(PUBLIC, row.account_id, row.post_id, (), row.device_id, address), NOTHING

    async with open_work(runtime, district_of_token(token), identify) as work:
        yield work


phone_work.guards = "phone"  # type: ignore[attr-defined]  # read by the architecture test
parting_work.guards = "phone"  # type: ignore[attr-defined]
PhoneWork = Annotated[Work, Depends(phone_work, scope="function")]
PartingWork = Annotated[Work, Depends(parting_work, scope="function")]
