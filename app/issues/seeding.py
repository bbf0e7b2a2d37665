"""What a new district begins with: the category tree and the rules of time, both its own to change.

The tree is compiled from the common class names of urban grid management and residents' matters (bare names from
public excerpts, not the text of a standard), with the needs and building matters CASES 1 found missing.
"""

import csv
from importlib.resources import files

from sqlalchemy import select

from app.clocks.seeding import seed_rules
from app.core.work import Work
from app.issues.models import Category

FIRST_VERSION = 1
PRIVATE = (
    "噪",
    "纠纷",
    "家庭",
    "邻里",
    "信访",
    "举报",
    "遗弃",
)  # never offered to strangers as a neighbour (CASES 3)


async def seed(work: Work) -> int:
    """Categories and rules of an empty district; harmless when they are there. Returns the categories."""
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
            "verify": False,
            "private": any(word in row["name"] for word in PRIVATE),
            "retired_at": None,
        }
        for row in csv.DictReader(text.splitlines())
    ]
    await work.put(Category, rows)
    await seed_rules(work)
    return len(rows)


async def add_categories(work: Work, named: dict[str, str]) -> None:
    """Further categories by code and name, at the top of the tree; known codes are left as they are."""
    known = set((await work.session.scalars(select(Category.code))).all())
    flags = {
        "version": FIRST_VERSION,
        "parent_code": None,
        "need": False,
        "building": False,
        "verify": False,
        "private": False,
        "retired_at": None,
    }
    rows = [{"code": code, "name": name, **flags} for code, name in named.items() if code not in known]
    if rows:
        await work.put(Category, rows)
