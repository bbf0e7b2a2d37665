"""What really became of streets between 2021 and 2023 (shared/data/cn_divisions), applied as requests.

A handful in every run; WANGGE_STREETS=93 applies them all.
"""

import csv
import os
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.work import Runtime, system_work
from app.grid.lineage import AreaLineage, AreaPast
from app.grid.models import Area, AreaCode, AreaLevel, Source
from app.layers import importing
from app.people.models import Role, Unit
from tests import town
from tests.changes import acts
from tests.conftest import Sit
from tests.real_data import at_hand

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
HERE = acts.HERE
DATA = at_hand("cn_divisions/street_changes_2021_to_2023.csv")
TAKEN = int(os.environ.get("WANGGE_STREETS", "6"))
KINDS = ("added", "removed", "renamed")
FEW = [
    {"code": "130602101", "change": "added", "name_2021": "", "name_2023": "一亩泉镇"},
    {"code": "130602203", "change": "removed", "name_2021": "南奇乡", "name_2023": ""},
    {"code": "130606101", "change": "added", "name_2021": "", "name_2023": "焦庄镇"},
    {"code": "130606205", "change": "removed", "name_2021": "焦庄乡", "name_2023": ""},
]


def changes() -> list[dict[str, str]]:
    """Rows of the file, some of each kind first; without the file a few that stand here."""
    if DATA is None:
        return FEW
    with DATA.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    by_kind = {kind: [row for row in rows if row["change"] == kind] for kind in KINDS}
    mixed = [by_kind[kind][place] for place in range(len(rows)) for kind in KINDS if place < len(by_kind[kind])]
    return mixed[:TAKEN]


def content(row: dict[str, str]) -> dict[str, Any]:
    """The request that says it."""
    if row["change"] == "added":
        new = {"kind": "open", "level": "street", "code": row["code"], "name": row["name_2023"]}
        return {**new, "parent": HERE}
    if row["change"] == "removed":
        return {"kind": "close", "area": row["code"]}
    return {"kind": "rename", "area": row["code"], "name": row["name_2023"]}


async def test_streets_are_added_removed_and_renamed(sit: Sit, runtime: Runtime) -> None:
    rows = changes()
    known = [row for row in rows if row["change"] != "added"]
    async with system_work(runtime, HERE) as work:
        features = [town.feature(AreaLevel.STREET, row["code"], HERE, row["name_2021"], None) for row in known]
        planned = await importing.plan(work, features, [], ["gap"], Source.DRAWN)
        await importing.store(work, planned)
    for row in rows:
        change = await acts.of_district(sit, content(row))
        assert change["street"] is None, "the matter of no single street"
    await acts.came(runtime)
    tally = Counter(row["change"] for row in rows)
    async with system_work(runtime, HERE) as work:
        living = {row.code: row.name for row in await work.session.execute(
            select(Area.code, Area.name).where(Area.level == AreaLevel.STREET, Area.valid_to.is_(None))
        )}  # fmt: skip
        ended = select(func.count()).select_from(AreaLineage).where(AreaLineage.main)
        assert await work.session.scalar(ended) == tally["removed"]
        renamed = select(func.count()).select_from(AreaPast).join(Area, Area.id == AreaPast.area_id)
        assert await work.session.scalar(renamed.where(Area.valid_to.is_(None))) == tally["renamed"]
        codes = set(await work.session.scalars(select(AreaCode.code)))
        offices = set(await work.session.scalars(select(Unit.code).where(Unit.dissolved_at.is_(None))))
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    for row in rows:
        assert living.get(row["code"]) == (row["name_2023"] or None), row
        assert row["code"] in codes, "a code is never forgotten"
        assert (row["code"] in offices) == (row["change"] != "removed"), "an office lives with its street"
        found = (await admin.get(f"/areas/{row['code']}")).json()
        assert found["name"] == (row["name_2023"] or row["name_2021"]), "an old code resolves"
