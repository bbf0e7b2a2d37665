"""What a new district begins with, all its own to change. Each figure is one city's (DOMAIN 2.1), marked as
example: Pinggu's half hour, Gulou's 1 h / 24 h / 3 or 5 working days, Guangling's ten working days.
"""

from typing import Any

from sqlalchemy import select

from app.clocks.models import LimitRule, Rung
from app.core.clock import Measure
from app.core.work import Work
from app.people.models import Role
from app.whistles.models import WhistleBand, WhistleKind

MINUTES, HOURS = Measure.MINUTES, Measure.HOURS
WH, WD = Measure.WORKING_HOURS, Measure.WORKING_DAYS
STREET = [Role.STREET_DISPATCHER, Role.STREET_SECRETARY]
SECRETARY = [Role.STREET_SECRETARY]
SOON, LATER = (30, MINUTES), (24, HOURS)
HOUR, TEN_DAYS = (1, HOURS), (10, WD)
KINDS: list[dict[str, Any]] = [
    {"code": "emergency", "name": "应急哨", "roles": STREET, "limits": (SOON, SOON, SOON, TEN_DAYS),
     "needs_secretary": False, "needs_ratifying": True, "at_once": True, "priority": 1},
    {"code": "tough", "name": "攻坚哨", "roles": SECRETARY, "limits": (HOUR, LATER, (5, WD), TEN_DAYS),
     "needs_secretary": True, "needs_ratifying": False, "at_once": False, "priority": 2},
    {"code": "joint", "name": "综合哨", "roles": STREET, "limits": (HOUR, LATER, (3, WD), TEN_DAYS),
     "needs_secretary": False, "needs_ratifying": False, "at_once": False, "priority": 3},
]  # fmt: skip
LINKS = ("sign", "contact", "report_in", "finish")
LIMITS: list[tuple[str, int, Measure]] = [
    ("whistle_confirm", 2, WH),
    ("designate", 1, WD),
    ("ratify", 1, WD),
    ("task", 5, WD),
    ("whistle_check", 1, WD),
    ("raised", 1, WD),
    ("settle", 1, WD),
]
SECOND_RINGS: list[tuple[str, int, Measure]] = [  # after the first, which tells whoever has to act (CASES 2.3)
    ("whistle_confirm", 2, WH),
    ("whistle_check", 1, WD),
    ("raised", 1, WD),
    ("score_appeal", 1, WD),
]
BAND = {"per": 1000, "low": 5, "high": 50, "days": 90}


async def seed_whistles(work: Work) -> None:
    """Kinds, limits and band of a district that has none; harmless when they are there."""
    if await work.session.scalar(select(WhistleKind.id).limit(1)) is not None:
        return
    now = work.clock.now()
    dated = {"valid_from": now, "valid_to": None}
    await work.put(WhistleKind, [kind_row(work, kind) | dated for kind in KINDS])
    blank = {"type": None, "urgency": None, "category": None, **dated}
    rules = [
        {"id": work.new_id(), "clock": clock, "amount": n, "unit": unit, **blank} for clock, n, unit in LIMITS
    ]
    await work.put(LimitRule, rules)
    for clock, amount, unit in SECOND_RINGS:
        ring = {"clock": clock, "ahead": False}
        await work.put(Rung, [
            {**ring, "position": 0, "name": "due", "amount": 0, "unit": MINUTES},
            {**ring, "position": 1, "name": "overdue", "amount": amount, "unit": unit},
        ])  # fmt: skip
    await work.put(WhistleBand, [{"id": work.new_id(), "example": True, **BAND, **dated}])


def kind_row(work: Work, kind: dict[str, Any]) -> dict[str, Any]:
    """The row of a kind, each limit as amount and unit."""
    limits = dict(zip(LINKS, kind["limits"], strict=True))
    return {"id": work.new_id(), "level": "street", "example": True, **kind, "limits": limits}
