"""Who is behind a follow-up link: the Work a reporter without an account acts in."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Gone
from app.core.http import RuntimeOf
from app.core.scope import Scope
from app.core.work import Actor, Work, open_work
from app.issues.models import Issue
from app.people.login import AddressOf, BadLink, public_actor


class LinkOver(Gone):
    """The link is ours, what it led to is no longer kept."""

    code = "link_over"
    zh = "这条链接已到期,原来的记录按规定已清除。如果问题还在,请扫楼栋公示牌上的二维码重新反映,会得到新的链接。"
    en = (
        "This link has ended; what it led to is no longer kept. If the trouble is still there, scan the code on "
        "the sign board and report it again: you get a new link."
    )


async def follow_work(token: str, runtime: RuntimeOf, address: AddressOf) -> AsyncIterator[Work]:
    """The Work of a reporter behind a link: sees the own report, and what it was merged into."""
    read = runtime.keys.read_follow_token(token)
    if read is None:
        raise BadLink("token")
    district, subject = read

    async def identify(session: AsyncSession) -> tuple[Actor, Scope]:
        query = select(Issue.merged_into).where(Issue.id == subject).execution_options(unscoped=True)
        row = (await session.execute(query)).first()
        if row is None:
            raise LinkOver("token")
        main = row.merged_into
        return public_actor(address), Scope(subject=subject, subjects=(main,) if main else ())

    async with open_work(runtime, district, identify) as work:
        yield work


FollowWork = Annotated[Work, Depends(follow_work, scope="function")]
