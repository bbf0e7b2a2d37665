"""What is left of a clock, in words: the same text on the screen, on paper and in a message (UX 4.4).

Limits counted in working time are told in working time: a day is a day the office works, an hour one in which it
is open, and a public holiday that lies in between is named, because it is why the end is so far off.
"""

import re
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from holidays import country_holidays
from sqlalchemy import DateTime, String, bindparam, cast, func, select

from app.clocks.house import days_json, seasons_json
from app.core.clock import Calendar, Measure, office_day

WORKING = frozenset({Measure.WORKING_DAYS, Measure.WORKING_HOURS})
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FARTHEST = 400  # days: beyond it only days are told, and no calendar is walked
NAMED = {
    "元旦": "New Year", "春节": "Spring Festival", "农历除夕": "Spring Festival", "清明节": "Qingming",
    "劳动节": "Labour Day", "端午节": "Dragon Boat Festival", "中秋节": "Mid-Autumn", "国庆节": "National Day",
}  # fmt: skip
SHORT_WORDS: dict[str, tuple[str, str]] = {
    "sign": ("签收", "sign"),
    "contact": ("首次联系", "first contact"),
    "solve": ("办理", "solve"),
    "plan": ("方案", "plan"),
    "desk": ("派单台处理", "desk"),
    "screening": ("待核", "screening"),
    "awaiting": ("等反映人补充", "reporter's facts"),
    "revisit": ("回访", "revisit"),
    "word": ("等反映人评价", "reporter's word"),
    "verifying": ("核查", "verify"),
    "verify_after": ("再核实", "check again"),
    "approval": ("审批", "approval"),
    "extension": ("延期审批", "decide on more time"),
    "exclusion": ("剔除审批", "decide on exclusion"),
    "appeal": ("复核", "review"),
    "submitted": ("上级审核", "upstream"),
    "transferred": ("移送确认", "transfer"),
    "sample": ("抽查", "sample"),
    "follow_up": ("跟进", "follow up"),
    "review": ("挂账复查", "look again"),
    "order_sign": ("单位签收", "unit signs"),
    "order_contact": ("单位联系", "unit contacts"),
    "order_solve": ("单位办理", "unit solves"),
    "assist": ("协办", "assist"),
    "arbiter": ("异议裁定", "decide the objection"),
    "release": ("签发", "release"),
    "ri_sign": ("报到签收", "unit signs"),
    "ri_contact": ("报到联系", "unit contacts"),
    "arrive": ("到场", "arrive"),
    "report_in": ("报到", "report in"),
    "finish": ("完成", "finish"),
    "designate": ("拒绝裁定", "decide the refusal"),
    "settle": ("到场争议裁定", "settle the arrival"),
    "task": ("任务", "task"),
    "whistle_confirm": ("确认吹哨", "confirm the whistle"),
    "ratify": ("补签", "ratify"),
    "whistle_check": ("核查办结", "verify and close"),
    "raised": ("提级处理", "raised"),
    "held": ("挂账", "held"),
    "score_appeal": ("申诉裁定", "decide the appeal"),
}
OTHER = ("时限", "limit")


def calendar_json() -> Any:
    """The district's own days and office hours as text, for a list to carry along; needs `now` bound by name."""
    said = func.jsonb_build_object("days", days_json(), "seasons", seasons_json())
    return select(cast(said, String)).scalar_subquery()


def now_parameter() -> Any:
    """The moment the rules are read for."""
    return bindparam("now", type_=DateTime(timezone=True))


def clock_words(
    calendar: Calendar, kind: str, due_at: datetime, now: datetime, measure: str, *, paused_at: datetime | None
) -> tuple[str, str]:
    """«签收 剩12分», «办理 超时18分», «办理 暂停(剩2天3时)» and the same in English."""
    zh, en = SHORT_WORDS.get(kind, OTHER)
    left_zh, left_en = left(calendar, due_at, paused_at or now, measure)
    if paused_at is not None:
        return f"{zh} 暂停({left_zh})", f"{en}: paused ({left_en})"
    return f"{zh} {left_zh}", f"{en}: {left_en}"


def left(calendar: Calendar, due_at: datetime, now: datetime, measure: str) -> tuple[str, str]:
    """What is left, or by how much it is late, counted as the limit was."""
    late = due_at < now
    since, until = (due_at, now) if late else (now, due_at)
    working = Measure(measure) in WORKING and (until - since) < FARTHEST * DAY
    days, rest = _worked(calendar, since, until) if working else divmod(until - since, DAY)
    zh, en = _spoken(days, rest)
    if late:
        return f"超时{zh}", f"{en} late"
    freed = _freed(calendar, since, until) if working else []
    if not freed:
        return f"剩{zh}", f"{en} left"
    names = [NAMED.get(name, name) for name in freed]
    return f"剩{zh}(扣除{'、'.join(freed)})", f"{en} left (without {', '.join(dict.fromkeys(names))})"


def _worked(calendar: Calendar, since: datetime, until: datetime) -> tuple[int, timedelta]:
    """Whole working days in between, and the open time of those that are not whole."""
    days, rest, day = 0, timedelta(), office_day(since)
    while day <= office_day(until):
        spans = calendar.spans(day)
        if spans and spans[0][0] >= since and spans[-1][1] <= until:
            days += 1
        elif spans:
            rest += sum(
                (max(timedelta(), min(ends, until) - max(begins, since)) for begins, ends in spans), DAY * 0
            )
        day += DAY
    return days, rest


def _spoken(days: int, rest: timedelta) -> tuple[str, str]:
    """Two measures at most: days and hours, hours and minutes, or minutes."""
    hours, left_over = divmod(rest, HOUR)
    minutes = left_over // MINUTE
    if days:
        return (f"{days}天{hours}时", f"{days} d {hours} h") if hours else (f"{days}天", f"{days} d")
    if hours:
        return (f"{hours}时{minutes}分", f"{hours} h {minutes} min") if minutes else (f"{hours}时", f"{hours} h")
    return f"{minutes}分", f"{minutes} min"


def _freed(calendar: Calendar, since: datetime, until: datetime) -> list[str]:
    """Public holidays in between on which this office does not work, each named once."""
    if calendar.country is None:
        return []
    found: dict[str, None] = {}
    day = office_day(since) + DAY
    while day < office_day(until):
        if not calendar.is_working(day) and (name := _holidays(calendar.country, day.year).get(day)):
            found[name] = None
        day += DAY
    return list(found)


@cache
def _holidays(country: str, year: int) -> dict[date, str]:
    """Names of the year's holidays: a day in lieu bears the holiday's, a day off that was swapped bears none."""
    said = country_holidays(country, years=year, language="zh_CN")
    plain = {day: re.split("[(\uff08;\uff1b]", name)[0] for day, name in said.items()}
    return {day: name for day, name in plain.items() if not name.startswith("休息日")}
