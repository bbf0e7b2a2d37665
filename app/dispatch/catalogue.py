"""The catalogue 派单目录: which version is in force, what a sheet changes, and whose matter an issue is.

Versions are added and never edited, so that an order can always show the line it was dispatched by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.core.clock import SHANGHAI, office_day
from app.core.errors import Invalid
from app.core.work import Work
from app.dispatch.kinds import Level
from app.dispatch.models import CatalogueItem
from app.dispatch.sheet import Fault, Line
from app.issues.kinds import IssueType
from app.issues.models import Category, Issue
from app.people.models import Unit

MOST_TOLD = 200  # faults in one reply
CONTENT = (
    "owner_unit_id", "level", "not_to_community", "legal_basis", "list_code", "assist_units", "verify",
    "needs_release",
)  # fmt: skip


class FaultySheet(Invalid):
    """Some rows are wrong, so nothing was changed."""

    code = "faulty_sheet"
    zh = "表格中有 {count} 处错误,未作任何修改。请按行号改正后重新上传。"
    en = "The sheet has {count} faults and nothing was changed; mend the rows named and send it again."


@dataclass(frozen=True)
class Proposal:
    """Whose matter an issue is by the catalogue; `why` is a code of `words.WHY_WORDS`."""

    why: str
    unit: Unit | None
    item: CatalogueItem | None


def _latest(until: datetime | None) -> Select[Any]:
    """Ids of the last version of every category that has begun by then (or at all)."""
    query = select(CatalogueItem.id).ext(distinct_on(CatalogueItem.category))
    query = query.order_by(CatalogueItem.category, CatalogueItem.valid_from.desc(), CatalogueItem.id.desc())
    return query if until is None else query.where(CatalogueItem.valid_from <= until)


def in_force(now: datetime) -> Select[CatalogueItem]:
    """The lines that count now, by category."""
    running = or_(CatalogueItem.valid_to.is_(None), CatalogueItem.valid_to > now)
    query = select(CatalogueItem).where(CatalogueItem.id.in_(_latest(now)), running)
    return query.order_by(CatalogueItem.category)


async def item_for(work: Work, category: str | None) -> CatalogueItem | None:
    """The line of a category, or of the nearest one above it that has one."""
    if category is None:
        return None
    line = select(Category.code, Category.parent_code, literal(0).label("up")).where(Category.code == category)
    above = line.cte("above", recursive=True)
    parent = select(Category.code, Category.parent_code, above.c.up + 1)
    above = above.union(parent.join(above, Category.code == above.c.parent_code))
    query = in_force(work.clock.now()).join(above, above.c.code == CatalogueItem.category)
    found: CatalogueItem | None = await work.session.scalar(query.order_by(None).order_by(above.c.up).limit(1))
    return found


async def propose(work: Work, issue: Issue) -> Proposal:
    """The owner by the catalogue; without one the street leads. A wish names no offender, so its category alone
    sends no enforcing unit (CASES 2.4).
    """
    item = None if issue.type == IssueType.WISH else await item_for(work, issue.category)
    owner = await work.session.get(Unit, item.owner_unit_id) if item and item.owner_unit_id else None
    if item is not None and owner is not None and owner.dissolved_at is None:
        return Proposal("listed" if item.category == issue.category else "listed_above", owner, item)
    street = None
    if issue.street_id is not None:
        mine = (Unit.area_id == issue.street_id, Unit.dissolved_at.is_(None))
        street = await work.session.scalar(select(Unit).where(*mine))
    return Proposal(_why_street(issue, item, street), street, item)


def _why_street(issue: Issue, item: CatalogueItem | None, street: Unit | None) -> str:
    if street is None:
        return "unplaced"
    if issue.type == IssueType.WISH:
        return "wish"
    if issue.category is None:
        return "no_category"
    if item is None:
        return "not_listed"
    return "unowned" if item.owner_unit_id is None else "owner_gone"


async def exported(work: Work) -> list[dict[str, Any]]:
    """The last version of every category that has not ended, as lines of a sheet."""
    now = work.clock.now()
    running = or_(CatalogueItem.valid_to.is_(None), CatalogueItem.valid_to > now)
    query = select(CatalogueItem, Unit.code).outerjoin(Unit, Unit.id == CatalogueItem.owner_unit_id)
    query = query.where(CatalogueItem.id.in_(_latest(None)), running).order_by(CatalogueItem.category)
    return [_as_line(item, code) for item, code in await work.session.execute(query)]


def _as_line(item: CatalogueItem, owner: str | None) -> dict[str, Any]:
    return {
        "category": item.category, "owner_unit": owner, "level": Level(item.level),
        "not_to_community": item.not_to_community, "legal_basis": item.legal_basis, "list_code": item.list_code,
        "assist_units": list(item.assist_units), "verify": item.verify, "needs_release": item.needs_release,
        "valid_from": office_day(item.valid_from),
        "valid_to": office_day(item.valid_to) if item.valid_to else None,
    }  # fmt: skip


async def bring_in(work: Work, lines: Sequence[Line], faults: Sequence[Fault]) -> tuple[int, int]:
    """Add a version for every line that says something new; all or nothing. Returns (added, unchanged)."""
    units = await _known_units(work)
    wrong = [*faults, *await _unknown_codes(work, lines, units)]
    before = {item.category: item for item in await _last_versions(work)}
    rows = []
    for line in lines if not wrong else ():
        row = _version(work, line.said, units, before.get(line.said["category"]))
        if row is not None and row["valid_to"] is not None and row["valid_to"] <= row["valid_from"]:
            wrong.append(Fault(line.row, "valid_to", "too_late"))
        if row is not None:
            rows.append(row)
    if wrong:
        told = [fault.told() for fault in sorted(wrong, key=lambda fault: fault.row)]
        raise FaultySheet("file", count=len(told), errors=told[:MOST_TOLD])
    await work.put(CatalogueItem, rows)
    return len(rows), len(lines) - len(rows)


async def _known_units(work: Work) -> dict[str, UUID]:
    found = await work.session.execute(select(Unit.code, Unit.id).where(Unit.dissolved_at.is_(None)))
    return {row.code: row.id for row in found}


async def _last_versions(work: Work) -> Sequence[CatalogueItem]:
    return (await work.session.scalars(select(CatalogueItem).where(CatalogueItem.id.in_(_latest(None))))).all()


async def _unknown_codes(work: Work, lines: Sequence[Line], units: dict[str, UUID]) -> list[Fault]:
    categories = set(
        (await work.session.scalars(select(Category.code).where(Category.retired_at.is_(None)))).all()
    )
    faults = []
    for line in lines:
        said = line.said
        if said.get("category") not in categories | {None}:
            faults.append(Fault(line.row, "category", "unknown_category"))
        if said.get("owner_unit") not in units.keys() | {None}:
            faults.append(Fault(line.row, "owner_unit", "unknown_unit"))
        if not set(said.get("assist_units", ())) <= units.keys():
            faults.append(Fault(line.row, "assist_units", "unknown_unit"))
    return faults


def _version(work: Work, said: Any, units: dict[str, UUID], last: CatalogueItem | None) -> dict[str, Any] | None:
    """The row of a new version, or None when the last one says the same already."""
    owner = said["owner_unit"]
    content = {name: said[name] for name in CONTENT if name in said}
    content["owner_unit_id"] = units[owner] if owner else None
    ends = _midnight(said["valid_to"])
    begins = _midnight(said["valid_from"]) or work.clock.now()
    if last is not None:
        begins = max(begins, work.clock.now())  # what has been in force is not rewritten
        same_end = said["valid_to"] == (office_day(last.valid_to) if last.valid_to else None)
        later = said["valid_from"] is not None and said["valid_from"] > office_day(last.valid_from)
        if same_end and not later and all(getattr(last, name) == content[name] for name in CONTENT):
            return None
    fixed = {"id": work.new_id(), "category": said["category"], "valid_from": begins, "valid_to": ends}
    return content | fixed


def _midnight(day: date | None) -> datetime | None:
    """The beginning of a day at the office."""
    return None if day is None else datetime.combine(day, time(), SHANGHAI)
