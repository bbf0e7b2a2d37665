"""A matter in a resident's words: where it stands, who has it, who looks for its place, an apology when late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.clock import SHANGHAI
from app.core.work import Work
from app.grid.models import Area, AreaLevel
from app.issues.explaining import ROLE_WORDS
from app.issues.follow_schemas import HandlerOut, SaidOut
from app.issues.kinds import Placement, State
from app.issues.models import Issue
from app.issues.schemas import ClockOut, TrailOut
from app.people.models import Role, Unit
from app.people.queries import shown_holder

ON_SIGNS = frozenset({Role.GRID_WORKER, Role.GRID_LEADER})  # whose name and work phone stand on the sign board
WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
STANDING: dict[str, tuple[str, str]] = {
    State.RAISED: ("已收到,正在确定由谁办理", "Received; we are finding out who handles it"),
    State.SCREENING: ("已收到,正在核实", "Received; it is being checked"),
    State.ASSIGNED: ("已交到承办人手里", "Given to the person who handles it"),
    State.HANDLING: ("正在办理", "Being handled"),
    State.AWAITING_REPORTER: ("需要您补充情况", "We need something more from you"),
    State.DISPATCHED: ("责任单位正在办理", "The responsible unit is working on it"),
    State.WHISTLED: ("街道召集多个部门一起办理", "The street has called several departments to it"),
    State.VERIFYING: ("办完了,街道正在现场核查", "Done; the street is checking on site"),
    State.ANSWERED: ("已答复,请您评价", "Answered; please tell us whether it is solved"),
    State.SUBMITTED: ("办理结果已报上级审核", "The result is with the office above for review"),
    State.TRANSFERRED: ("已转给有权办理的单位,我们继续跟进", "Passed to who may decide; we keep following it"),
    State.HELD_OPEN: ("现在还办不了,到期会再办", "It cannot be done now; it will be taken up again"),
    State.CLOSED: ("已办结", "Closed"),
    State.NOT_ACCEPTED: ("这件事我们不能受理", "We cannot take this on"),
    State.MERGED: ("与同一件事的其他反映一起办理", "Handled together with other reports of the same matter"),
    State.WITHDRAWN: ("您已撤回", "You have withdrawn it"),
}
BY_NOW = frozenset({State.ANSWERED, State.CLOSED, State.NOT_ACCEPTED, State.MERGED, State.WITHDRAWN})


def said(pair: tuple[str, str], **names: str) -> SaidOut:
    """A pair of sentences with names filled in."""
    zh, en = pair
    return SaidOut(zh=zh.format(**names), en=en.format(**names))


def standing(state: str) -> SaidOut:
    """Where it stands."""
    return said(STANDING[state])


def day_zh(at: datetime) -> str:
    """11月27日(星期五)17:30, as an office says it."""
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日(星期{WEEKDAYS_ZH[local.weekday()]}){local:%H:%M}"


def day_en(at: datetime) -> str:
    """Fri 27 Nov, 17:30, Beijing time."""
    local = at.astimezone(SHANGHAI)
    return f"{WEEKDAYS_EN[local.weekday()]} {local.day} {local:%b, %H:%M}"


def _dated(zh: str, en: str, at: datetime) -> SaidOut:
    return SaidOut(zh=zh.format(day=day_zh(at)), en=en.format(day=day_en(at)))


def late(issue: Issue, clocks: Sequence[ClockOut], trail: Sequence[TrailOut], now: datetime) -> SaidOut | None:
    """An apology with the new date where there is one: put off, overdue, or not yet contacted in time."""
    if issue.state in BY_NOW or issue.state == State.HELD_OPEN:
        return None
    if now > issue.due_at:
        return _dated(
            "对不起,原定 {day} 前办完,现在还没有办完。系统已提醒承办人和上级,有进展会写在这里。",
            "We are sorry: this was due by {day} and is not done yet. The handler and the office above were "
            "reminded; news will be written here.",
            issue.due_at,
        )
    if any(act.step == "extend" for act in trail):
        return _dated(
            "对不起,这件事比原定时间要久。新的办理期限是 {day}。",
            "We are sorry, this takes longer than planned. The new date is {day}.",
            issue.due_at,
        )
    contact = contact_clock(clocks)
    if contact is not None and contact.ended_at is None and contact.late:
        return _dated(
            "对不起,原定 {day} 前与您首次联系,还没有做到。系统已提醒承办人和上级。",
            "We are sorry: you should have been contacted by {day}. The handler and the office above "
            "were reminded.",
            contact.due_at,
        )
    return None


def contact_clock(clocks: Sequence[ClockOut]) -> ClockOut | None:
    """The clock of the first contact."""
    return next((clock for clock in clocks if clock.kind == "contact"), None)


@dataclass(frozen=True)
class Ground:
    """What of a matter's place a resident may read."""

    area: str | None
    unplaced: SaidOut | None


LOOKING = {
    Placement.OUTSIDE: (
        "您报的位置不在已划定的网格里,{office}工作人员正在确定由谁办理。编号有效,不用再报一次。",
        (
            "The place you gave lies in no grid yet; the staff of {office} are finding out who handles it. Your "
            "number is valid, there is no need to report again."
        ),
    ),
    Placement.NO_POINT: (
        "还没有说清在哪里,{office}工作人员会按您写的内容找到位置。编号有效。",
        (
            "We do not know yet where it is; the staff of {office} will find the place from your words. Your "
            "number "
            "is valid."
        ),
    ),
    Placement.COARSE: (
        "只知道大致在{area},{office}工作人员正在确定具体网格。编号有效。",
        (
            "We only know it is somewhere in {area}; the staff of {office} are finding the grid. Your number is "
            "valid."
        ),
    ),
}


async def ground_of(work: Work, issue: Issue) -> Ground:
    """Community and grid by name; for what is not placed, who looks for it now."""
    columns = (issue.district_id, issue.street_id, issue.community_id, issue.grid_id)
    rows = await work.session.scalars(select(Area).where(Area.id.in_([one for one in columns if one])))
    named = {area.level: area.name for area in rows}
    near = [named[level] for level in (AreaLevel.COMMUNITY, AreaLevel.GRID) if level in named]
    area = " ".join(near) or named.get(AreaLevel.STREET)
    words = LOOKING.get(Placement(issue.placement))
    if words is None or issue.state in BY_NOW:
        return Ground(area, None)
    office = named.get(AreaLevel.STREET) or named.get(AreaLevel.DISTRICT) or ""
    looking = SaidOut(
        zh=words[0].format(office=office or "区县", area=area),
        en=words[1].format(office=office or "the district", area=area),
    )
    return Ground(area, looking)


async def handler_of(work: Work, issue: Issue) -> HandlerOut | None:
    """Who has it. A name and a phone only of those on a sign board, and never of a confidential matter; a desk or
    a department is named by its unit.
    """
    if issue.lead_unit_id is not None:
        unit = await work.session.scalar(select(Unit.name).where(Unit.id == issue.lead_unit_id))
        return HandlerOut(zh="承办单位", en="unit in charge", name=None, phone=None, unit=unit)
    post: UUID | None = issue.holder_id
    found: Any = None if post is None else await shown_holder(work.session, post, work.clock.now())
    if found is None:
        return None
    zh, en = ROLE_WORDS.get(found.role, ("承办人", "handler"))
    if issue.confidential or found.role not in ON_SIGNS:
        return HandlerOut(zh=zh, en=en, name=None, phone=None, unit=found.office)
    phone = work.keys.unseal(bytes(found.work_phone), "account.work_phone") if found.work_phone else None
    return HandlerOut(zh=zh, en=en, name=found.display_name, phone=phone, unit=found.office)
