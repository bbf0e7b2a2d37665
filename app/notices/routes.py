"""Notices over HTTP: my list, how many are unread, and that I have read one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.notices import queries
from app.notices.schemas import CountOut, NoticeFilter, NoticeOut
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs

router = APIRouter(tags=["notices"], dependencies=[needs(Capability.READ_NOTICES)])


@router.get("/notices")
async def list_notices(work: StaffWork, wanted: Annotated[NoticeFilter, Query()]) -> Page[NoticeOut]:
    """What my post, my unit and my desk have to know; unread first."""
    items, following = await queries.page(work, wanted)
    return Page[NoticeOut](items=items, next_cursor=following)


@router.get("/notices/count")
async def count_notices(work: StaffWork) -> CountOut:
    """How many are unread."""
    unread, ringing = await queries.count(work)
    return CountOut(unread=unread, ringing=ringing)


@router.post("/notices/{notice_id}/read")
async def read_notice(notice_id: UUID, work: StaffWork) -> NoticeOut:
    """Read; for a desk's notice, read for the whole desk."""
    return await queries.read(work, notice_id)
