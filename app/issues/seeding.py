"""What a new district begins with: the category tree and one limit rule, both its own to change.

The tree is compiled from the common class names of urban grid management and residents' matters (bare names from
public excerpts, not the text of a standard), with the needs and building matters CASES 1 found missing.
"""

import csv
from importlib.resources import files

from sqlalchemy import select

from app.core.work import Work
from app.issues.models import Category, LimitRule, LimitUnit

FIRST_VERSION = 1
SOLVE_DAYS = 5  # an example limit until the district sets its own (DOMAIN 1.3 has ranges from 1 to 15)


async def seed(work: Work) -> int:
    """Categories and the limit rule of an empty district; harmless when they are there. Returns the categories."""
    if await work.session.scalar(select(Category.code).limit(1)) is not None:
        return 0
    text = files("app.issues").joinpath("categories.csv").read_text("utf-8")
    rows = [
        {
            "code": row["code"],
            "version": FIRST_VERSION,
            "parent_code": row["parent_code"] or None,
            "name": row["name"],
            "need": row["need"] == "yes",
            "building": row["building"] == "yes",
            "retired_at": None,
        }
        for row in csv.DictReader(text.splitlines())
    ]
    await work.put(Category, rows)
    anything = {"type": None, "urgency": None, "category": None}
    rule = {"id": work.new_id(), "clock": "solve", "amount": SOLVE_DAYS, "unit": LimitUnit.DAYS, **anything}
    await work.put(LimitRule, [rule | {"valid_from": work.clock.now(), "valid_to": None}])
    return len(rows)


async def add_categories(work: Work, named: dict[str, str]) -> None:
    """Further categories by code and name, at the top of the tree; known codes are left as they are."""
    known = set((await work.session.scalars(select(Category.code))).all())
    flags = {
        "version": FIRST_VERSION,
        "parent_code": None,
        "need": False,
        "building": False,
        "retired_at": None,
    }
    rows = [{"code": code, "name": name, **flags} for code, name in named.items() if code not in known]
    if rows:
        await work.put(Category, rows)
