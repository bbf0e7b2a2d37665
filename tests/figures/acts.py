"""Matters in every shape figures know, written as rows, and the figures asked for over HTTP."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from app.clocks.models import Wait
from app.core.clock import SHANGHAI, FixedClock
from app.core.work import Runtime, system_work
from app.issues.kinds import Decision
from app.issues.models import Issue
from app.issues.records import Rating, SecondWord
from tests import town
from tests.conftest import Desk
from tests.issues.acts import HERE, raised

CONTACT = {"name": "王芳", "phone": "13800001234"}
NOBODY = UUID(int=7)
EVERY_DAY = {"from": "2026-11-01", "to": "2026-12-31"}


async def matter(public: Desk, runtime: Runtime, place: Any = town.IN_B1, **columns: Any) -> UUID:
    """A named resident's matter that was answered in time and closed by their word, or as the columns say."""
    more = columns.pop("report", {"contact": CONTACT})
    receipt = await raised(public, place, **more)
    now = runtime.clock.now()
    settled: dict[str, Any] = {
        "answer_id": runtime.ids.new(now),
        "state": "closed", "contacted_at": now, "answered_at": now, "closed_at": now, "closing": "word",
        "outcome": "solved",
    }  # fmt: skip
    await changed(runtime, UUID(receipt["id"]), **settled | columns)
    return UUID(receipt["id"])


async def changed(runtime: Runtime, issue_id: UUID, **columns: Any) -> None:
    """Columns of a matter as some later step leaves them; its clocks end with it."""
    async with system_work(runtime, HERE) as work:
        await work.session.execute(update(Issue).where(Issue.id == issue_id).values(**columns))
        if columns.get("closed_at"):
            ended = update(Wait).where(Wait.subject_id == issue_id, Wait.ended_at.is_(None))
            await work.session.execute(ended.values(ended_at=columns["closed_at"], wake_at=None))


async def word(
    runtime: Runtime,
    issue_id: UUID,
    satisfaction: int = 5,
    verdict: str = "solved",
    *,
    contacted: bool | None = None,
) -> None:
    """A reporter's word."""
    async with system_work(runtime, HERE) as work:
        main = select(func.coalesce(Issue.merged_into, Issue.id)).where(Issue.id == issue_id).scalar_subquery()
        answer = await work.session.scalar(select(Issue.answer_id).where(Issue.id == main))
        row = {"id": work.new_id(), "issue_id": issue_id, "verdict": verdict, "satisfaction": satisfaction}
        row |= {"answer_id": answer}
        await work.put(Rating, [row | {"contacted": contacted, "by_post": None, "at": work.clock.now()}])


async def excluded(
    runtime: Runtime, issue_id: UUID, reason: str = "consult", *, agreed: bool | None = True
) -> None:
    """An exclusion asked for, and what the second person said."""
    async with system_work(runtime, HERE) as work:
        now = work.clock.now()
        decided = None if agreed is None else NOBODY
        row = {
            "id": work.new_id(), "issue_id": issue_id, "kind": Decision.EXCLUSION, "reason": reason,
            "asked_by": NOBODY, "asked_post": NOBODY, "asked_units": [], "asked_at": now,
            "decided_by": decided, "decided_post": decided, "decided_at": None if agreed is None else now,
            "agreed": agreed,
        }  # fmt: skip
        await work.put(SecondWord, [row])


async def rates(desk: Desk, **asked: Any) -> list[dict[str, Any]]:
    """The groups of `GET /figures/rates`."""
    answer = await desk.get("/figures/rates", params=EVERY_DAY | asked)
    assert answer.status_code == 200, answer.text
    groups: list[dict[str, Any]] = answer.json()["groups"]
    return groups


def shares(group: dict[str, Any], rate: str) -> tuple[Any, ...]:
    """Raw and adjusted, as (n, of) each."""
    said = group["rates"][rate]
    return tuple((said[which]["n"], said[which]["of"]) for which in ("raw", "adjusted"))


async def opened(desk: Desk, link: str) -> list[str]:
    """The matters a number's link leads to, page by page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        answer = await desk.http.get(f"{link}&{'&'.join(f'{k}={v}' for k, v in params.items())}",
                                     headers={"Authorization": f"Bearer {desk.token}"})  # fmt: skip
        assert answer.status_code == 200, answer.text
        found += [row["id"] for row in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


async def due_of(runtime: Runtime, issue_id: UUID, kind: str) -> datetime:
    """When a clock of a matter ends."""
    async with system_work(runtime, HERE) as work:
        found = await work.session.scalar(
            select(Wait.due_at).where(Wait.subject_id == issue_id, Wait.kind == kind)
        )
    assert found is not None
    return found


def at_office(clock: FixedClock, day: int, hour: int, minute: int = 0) -> None:
    """Move the clock on to a moment of November 2026 at the office."""
    wanted = datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)
    clock.advance(seconds=(wanted - clock.now()) / timedelta(seconds=1))
