"""The limits a new district begins with, all its own to change. Sources are one city's each (DOMAIN 1.2-1.3, 2.1);
limits without one are proposals of CASES 2.3.
"""

from app.clocks.models import LimitRule, OfficeSeason, Rung
from app.core.clock import ALL_YEAR, Measure
from app.core.work import Work

WH, WD = Measure.WORKING_HOURS, Measure.WORKING_DAYS
LIMITS: list[tuple[str, int, Measure, dict[str, str]]] = [
    ("sign", 2, WH, {}),
    ("sign", 10, Measure.MINUTES, {"urgency": "emergency"}),
    ("contact", 24, Measure.HOURS, {}),
    ("contact", 2, Measure.HOURS, {"urgency": "urgent"}),
    ("contact", 30, Measure.MINUTES, {"urgency": "emergency"}),
    ("solve", 5, WD, {}),
    ("solve", 1, WD, {"type": "consult"}),
    ("solve", 24, Measure.HOURS, {"urgency": "urgent"}),
    ("solve", 2, Measure.HOURS, {"urgency": "emergency"}),
    ("coordinate", 3, Measure.DAYS, {}),
    ("plan", 7, Measure.DAYS, {}),
    ("desk", 2, WH, {}),
    ("desk", 10, Measure.MINUTES, {"urgency": "emergency"}),
    ("screening", 2, WH, {}),
    ("awaiting", 5, WD, {}),
    ("revisit", 3, WD, {}),
    ("word", 15, Measure.DAYS, {}),
    ("verifying", 2, WD, {}),
    ("submitted", 3, WD, {}),
    ("transferred", 1, WD, {}),
    ("follow_up", 1, Measure.DAYS, {}),
    ("approval", 1, WD, {}),
    ("appeal", 5, WD, {}),
    ("sample", 5, WD, {}),
    ("held", 90, Measure.DAYS, {}),
    ("order_sign", 2, WH, {}),
    ("order_sign", 30, Measure.MINUTES, {"urgency": "emergency"}),
    ("order_contact", 24, Measure.HOURS, {}),
    ("order_contact", 30, Measure.MINUTES, {"urgency": "emergency"}),
    ("order_solve", 5, WD, {}),
    ("order_solve", 2, Measure.HOURS, {"urgency": "emergency"}),
    ("assist", 3, WD, {}),
    ("objection", 1, WD, {}),
    ("arbiter", 1, WD, {}),
    ("release", 4, WH, {}),
    ("change_of_mind", 15, Measure.DAYS, {}),
]
LADDERED = ("contact", "solve", "plan", "revisit", "verifying", "approval", "extension", "exclusion", "appeal",
            "order_contact", "order_solve", "assist", "arrive", "report_in", "finish", "task")  # fmt: skip
LADDER: list[tuple[str, bool, int, Measure]] = [
    ("before_due", True, 1, WD),
    ("due", False, 0, Measure.MINUTES),
    ("overdue", False, 1, Measure.DAYS),
    ("long_overdue", False, 5, WD),
]


async def seed_rules(work: Work) -> None:
    """Limits, ladder and office hours of an empty district."""
    now = work.clock.now()
    blank = {"type": None, "urgency": None, "category": None, "valid_from": now, "valid_to": None}
    rules = [
        {"id": work.new_id(), "clock": clock, "amount": amount, "unit": unit, **blank, **facts}
        for clock, amount, unit, facts in LIMITS
    ]
    await work.put(LimitRule, rules)
    rungs = [
        {"clock": clock, "position": place, "name": name, "ahead": ahead, "amount": amount, "unit": unit}
        for clock in LADDERED
        for place, (name, ahead, amount, unit) in enumerate(LADDER)
    ]
    await work.put(Rung, rungs)
    spans = [list(span) for span in ALL_YEAR.spans]
    season = {"id": work.new_id(), "unit_id": None, "first_day": "01-01", "last_day": "12-31", "spans": spans}
    await work.put(OfficeSeason, [season])
