"""The register as pages and as a sheet: filtered, masked, every cell text, no author."""

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.people.models import Role
from app.people.privacy import PersonalRead
from app.visits import exporting, sheet
from app.visits.kinds import Period
from app.visits.periods import span_of
from tests import town
from tests.conftest import Sit
from tests.visits.homes import HERE, homes, visited

pytestmark = pytest.mark.anyio


async def test_the_register_is_filtered_and_paged_the_latest_first(
    runtime: Runtime, sit: Sit, clock: FixedClock
) -> None:
    one, other = await homes(runtime, "501", "502")
    worker, leader = await sit(Role.GRID_WORKER, town.G1), await sit(Role.GRID_LEADER, town.G1)
    made = []
    for desk, household, said in (
        (worker, one, {}), (leader, one, {"result": "refused"}), (worker, other, {"way": "phone"}),
        (worker, one, {"occurred_at": "2026-10-01T10:00:00+08:00"}),
    ):  # fmt: skip
        made.append((await visited(desk, household, **said))["id"])
        clock.advance(minutes=1)

    async def ids(**asked: object) -> list[str]:
        answer = await worker.get("/visits", params=asked)
        assert answer.status_code == 200, answer.text
        return [line["id"] for line in answer.json()["items"]]

    first, second, third, early = made
    assert await ids() == [third, second, first, early]
    assert await ids(**{"from": "2026-11-20"}) == [third, second, first]
    assert await ids(to="2026-10-01") == [early]
    assert await ids(result="refused") == [second]
    assert await ids(way="phone") == [third]
    assert await ids(household_id=str(other)) == [third]
    assert await ids(mine="true") == [third, first, early]
    seen, cursor = [], None
    while True:
        asked = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await worker.get("/visits", params=asked)).json()
        seen += [line["id"] for line in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [third, second, first, early]
    backwards = await worker.get("/visits", params={"from": "2026-11-20", "to": "2026-11-19"})
    assert (backwards.status_code, backwards.json()["code"]) == (422, "bad_visit_period")
    assert (await worker.get("/visits", params={"cursor": "x"})).json()["code"] == "bad_cursor"


async def test_the_sheet_holds_text_and_no_author(
    runtime: Runtime, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    (household,) = await homes(runtime, "=1+1")
    worker = await sit(Role.GRID_WORKER, town.G1)
    await visited(worker, household, note="只在详情里")
    answer = await worker.get("/visits.xlsx")
    page = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    header, line = list(page.iter_rows())
    assert tuple(cell.value for cell in header) == sheet.HEADER
    shown = ["2026-11-20 09:00", "3-2-=1+1", "曾**", "走访", "上门", "见到", "", "否"]
    assert [cell.value for cell in line] == shown
    assert {cell.data_type for cell in line if cell.value} == {"s"}
    async with system_work(runtime, HERE) as work:
        kept = (await work.session.scalars(select(PersonalRead).where(PersonalRead.what == "visits.export"))).one()
    assert kept.subject_ids == [household]
    monkeypatch.setattr(exporting, "MOST_ROWS", 0)
    many = await worker.get("/visits.xlsx")
    assert (many.status_code, many.json()["code"]) == (422, "too_many_visits")


@pytest.mark.parametrize("period", [Period.WEEK, Period.MONTH, Period.QUARTER])
def test_stretches_follow_one_another_without_a_gap(period: Period) -> None:
    day = date(2023, 12, 25)
    span = span_of(period, day)
    for _ in range(900):
        day += timedelta(days=1)
        if day > span.ends_on:
            assert span_of(period, day).starts_on == day
            span = span_of(period, day)
        assert span_of(period, day) == span
        assert span.starts_on <= day <= span.ends_on
