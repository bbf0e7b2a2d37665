"""Instants as an office writes them, in the time of the country."""

from datetime import datetime

from app.core.clock import SHANGHAI

WEEKDAYS = "一二三四五六日"


def day(at: datetime | None) -> str:
    """2026年11月20日; empty for nothing."""
    if at is None:
        return ""
    there = at.astimezone(SHANGHAI)
    return f"{there.year}年{there.month}月{there.day}日"


def minute(at: datetime | None) -> str:
    """2026年11月20日 09:05; empty for nothing."""
    return f"{day(at)} {at.astimezone(SHANGHAI):%H:%M}" if at else ""


def due(at: datetime | None) -> str:
    """2026年11月23日(周一)17:30: a due date is said with its weekday (UX 1c)."""
    if at is None:
        return ""
    there = at.astimezone(SHANGHAI)
    return f"{day(at)}(周{WEEKDAYS[there.weekday()]}){there:%H:%M}"


def short(at: datetime | None, *, weekday: bool = False) -> str:
    """11月20日 09:05, or 11月20日(周五)09:05: for the narrow columns of a table."""
    if at is None:
        return ""
    there = at.astimezone(SHANGHAI)
    between = f"(周{WEEKDAYS[there.weekday()]})" if weekday else " "
    return f"{there.month}月{there.day}日{between}{there:%H:%M}"
