"""Where a report is placed: by code, then by words that mean one place, then by its point (DESIGN 2)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.grid import signs
from app.grid.models import AreaCode
from app.grid.queries import get_area
from app.issues.models import Issue
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.grid.test_places import doors, settle
from tests.issues.acts import assert_problem, raised
from tests.issues.test_budgets import counted, work_of

pytestmark = pytest.mark.anyio
HERE = town.DISTRICTS[0]
ADDRESS = "韶光花园2栋1单元101"


def end_of(receipt: dict[str, Any]) -> tuple[str, str]:
    return receipt["place"]["by"], receipt["place"]["chain"][-1]["code"]


async def test_a_code_comes_before_words_and_words_before_the_point(public: Desk, runtime: Runtime) -> None:
    await settle(runtime)
    sign = signs.make(runtime.keys, HERE, town.ISLAND, date(2026, 11, 1))
    words, point = {"place_text": ADDRESS}, {"point": town.point(town.IN_G2)}
    by_sign = await raised(public, None, sign=sign, area_code=town.G2, **words, **point)
    assert end_of(by_sign) == ("sign", town.ISLAND)
    assert end_of(await raised(public, None, area_code=town.G2, **words, **point)) == ("code", town.G2)
    by_words = await raised(public, None, **words, **point)
    assert end_of(by_words) == ("address", town.B2)
    assert end_of(await raised(public, None, place_text="安居苑3栋", **point)) == ("point", town.G2)
    async with system_work(runtime, HERE) as work:
        kept = await work.session.get_one(Issue, by_words["id"])
        assert (kept.placement, kept.point is not None, kept.estate_id is not None, kept.dwelling_id) == (
            "placed", True, True, None,
        )  # fmt: skip


async def test_words_that_may_mean_two_places_leave_it_on_the_desk_list(public: Desk, runtime: Runtime) -> None:
    await settle(runtime)
    answer = await public.post("/issues", {"text": "灯坏了", "district": HERE, "place_text": "安居苑3栋"})
    assert (answer.json()["place"]["placement"], answer.json()["holder"]) == ("no_point", None)
    offered = (await public.post("/locate", {"text": "安居苑3栋", "district": HERE})).json()
    assert [one["area_code"] for one in offered["addresses"]] == [town.G2, town.SMALL_A]
    assert not any(one["certain"] for one in offered["addresses"])
    assert offered["place"]["by"] == "none"


async def test_staff_are_shown_the_door_and_the_public_its_building(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    await settle(runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    (door,) = (await worker.post("/locate", {"text": ADDRESS})).json()["addresses"]
    assert (door["closeness"], door["label"], door["zh"]) == ("door", "韶光花园小区 2-1-101", "门牌一致")
    assert door["dwelling_id"] is not None
    (building,) = (await public.post("/locate", {"text": ADDRESS, "district": HERE})).json()["addresses"]
    assert (building["closeness"], building["label"], building["dwelling_id"]) == (
        "building",
        "韶光花园小区 2栋",
        None,
    )
    assert building["within"] == ["乌龙街道", "三岔口社区", "第一网格", "2栋"]
    receipt = await raised(worker, None, place_text=ADDRESS)
    async with system_work(runtime, HERE) as work:
        kept = await work.session.get_one(Issue, receipt["id"])
        assert str(kept.dwelling_id) == door["dwelling_id"]


async def test_a_doors_code_leads_to_its_area_and_says_nothing_of_the_door(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    code, absent = f"{town.B1}0007", f"{town.B1}0008"
    async with system_work(runtime, HERE) as work:
        await doors(work, town.G2, None, ["7-1-701"], code)  # the door has moved to another grid since
    for asked in (code, absent):
        assert end_of((await public.post("/locate", {"area_code": asked, "district": HERE})).json()) == (
            "code", town.B1,
        )  # fmt: skip
    worker = await sit(Role.GRID_WORKER, town.G2)
    assert end_of((await worker.post("/locate", {"area_code": code})).json()) == ("code", town.G2)


async def test_an_old_code_and_the_code_of_an_area_that_has_ended_still_lead_somewhere(
    public: Desk, runtime: Runtime
) -> None:
    async with system_work(runtime, HERE) as work:
        b1, b2 = await get_area(work, town.B1), await get_area(work, town.B2)
        now = work.clock.now()
        await work.put(AreaCode, [{"code": "OLD-1", "area_id": b1.id, "valid_from": now, "valid_to": now}])
        b2.valid_to = now
    for code, leads_to in (("OLD-1", town.B1), (town.B2, town.G1)):
        assert end_of((await public.post("/locate", {"area_code": code, "district": HERE})).json()) == (
            "code", leads_to,
        )  # fmt: skip


async def test_a_forged_sign_and_one_of_another_district_are_refused(public: Desk, runtime: Runtime) -> None:
    good = signs.make(runtime.keys, town.DISTRICTS[1], town.B1, date(2026, 11, 1))
    for sign in (good, f"{HERE}.{town.B1}.1h5.abcdefghijklmnop"):
        answer = await public.post("/issues", {"text": "灯坏了", "district": HERE, "sign": sign})
        assert_problem(answer, 404, "bad_sign", "sign")


async def test_words_cost_a_few_statements_and_no_words_none(
    public: Desk, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settle(runtime)
    await raised(public)
    with counted(monkeypatch) as sent:
        await raised(public, town.IN_B1)
    assert len(work_of(sent)) == 3, sent
    with counted(monkeypatch) as sent:
        await raised(public, None, place_text=ADDRESS, point=town.point(town.IN_B1))
    assert len(work_of(sent)) <= 8, sent
    async with system_work(runtime, HERE) as work:
        assert len(list(await work.session.scalars(select(Issue.id)))) == 3
