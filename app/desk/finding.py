"""One box for everything: an issue by its number, ground and offices by name, a household where the role may."""

from sqlalchemy import ColumnElement, or_, select

from app.core.ids import is_issue_number
from app.core.work import Work
from app.desk import names
from app.desk.schemas import FoundKind, FoundOut
from app.households import queries as homes
from app.households.schemas import HouseholdFilter
from app.households.searching import TooVague
from app.issues.models import Category, Issue
from app.people.capabilities import HELD_BY, Capability
from app.people.models import Role

MOST_ISSUES, MOST_NAMES, MOST_HOMES = 6, 8, 5
SHORTEST_NUMBER = 3
AFTER_DIGITS = ":"  # the character behind 9: numbers that begin with x lie before x and it


async def find(work: Work, said: str) -> list[FoundOut]:
    """What is meant by a few characters, issues first; each kind by an index of its own."""
    typed = said.strip()
    found = await _issues(work, typed)
    if found and is_issue_number(typed):
        return found
    for one in await names.matching(work, typed, MOST_NAMES):
        found.append(FoundOut(kind=one.kind, id=one.code, label=one.name, hint=one.hint))
    return found + await _homes(work, typed)


async def _issues(work: Work, typed: str) -> list[FoundOut]:
    """By the whole number, its beginning, the digits in its middle among open ones, or the hotline's number."""
    plain = typed.replace("-", "")
    if len(plain) < SHORTEST_NUMBER:
        return []
    by: list[ColumnElement[bool]] = [Issue.upstream_number == typed]
    if plain.isascii() and plain.isdigit():
        by.append((Issue.number >= typed) & (Issue.number < typed + AFTER_DIGITS))
        by.append(Issue.closed_at.is_(None) & Issue.number.like(f"%-{plain}%"))
    columns = (Issue.id, Issue.number, Category.name.label("category"), Issue.state)
    own = (Category.code == Issue.category) & (Category.version == Issue.category_version)
    query = select(*columns).outerjoin(Category, own).where(or_(*by))
    rows = await work.session.execute(query.order_by(Issue.number.desc()).limit(MOST_ISSUES))
    return [
        FoundOut(kind=FoundKind.ISSUE, id=str(row.id), label=row.number, hint=row.category or row.state)
        for row in rows
    ]


async def _homes(work: Work, typed: str) -> list[FoundOut]:
    """Masked, and written down as every reading of households is."""
    if Role(work.actor.role) not in HELD_BY[Capability.SEE_HOUSEHOLDS]:
        return []
    try:
        lines, _ = await homes.page(work, HouseholdFilter(q=typed, limit=MOST_HOMES))
    except TooVague:
        return []
    return [
        FoundOut(
            kind=FoundKind.HOUSEHOLD, id=str(line.id), label=_door(line.dwelling), hint=line.head or "",
        )
        for line in lines
    ]  # fmt: skip


def _door(door: object) -> str:
    parts = (getattr(door, name) for name in ("building", "entrance", "room"))
    return "-".join(part for part in parts if part)
