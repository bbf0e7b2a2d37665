"""The timeline a resident reads: plain words, names of units, passing on never told as an end (R5)."""

from typing import Any

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.dispatch.workflow import ORDER
from app.faces.progress import OF_ISSUE, OF_ORDER, OF_REPORT_IN, OF_WHISTLE
from app.issues.workflow import ISSUE
from app.people.models import Role
from app.whistles.workflow import REPORT_IN, WHISTLE
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import assert_problem, raised
from tests.journeys.people import done, step
from tests.whistles.acts import Town, arrive, report_in_of, whistle_form

pytestmark = pytest.mark.anyio
INNER = ("测试", "holder", "post", "工单", "派单", "转办", "上报", "挂账", "并单", "签发", "转为")
ENDS = ("办结", "完成", "结束")


async def told(public: Desk, receipt: dict[str, Any]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = done(await public.get(f"/follow/{receipt['follow_token']}/progress"))
    for hidden in INNER:
        assert hidden not in str(found), hidden
    assert [line["at"] for line in found] == sorted(line["at"] for line in found)
    return found


async def test_r5_a_whistle_is_told_with_its_units(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    people = await Town(sit, public, runtime).open()
    receipt = await people.issue(town.IN_B1)
    worker = await sit(Role.GRID_WORKER, town.G1)
    await step(worker, receipt["id"], "accept")
    whistle = done(await people.street.post("/whistles", whistle_form(receipt["id"])))
    clock.advance(minutes=20)
    await arrive(people.lead, report_in_of(whistle, "chengguan")["id"])
    lines = [line["zh"] for line in await told(public, receipt)]
    assert lines[:3] == ["收到您的反映", "已交给第一网格网格员", "第一网格网格员已签收,开始办理"]
    assert "街道已吹哨,召集有关部门一起办" in lines
    assert "区城市管理局已签收" in lines
    assert "区城市管理局已到现场" in lines
    english = [line["en"] for line in await told(public, receipt)]
    assert "The street has called the departments together" in english


async def test_r5_passing_on_is_never_told_as_an_end(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.IN_B1)
    worker, street = await sit(Role.GRID_WORKER, town.G1), await sit(Role.STREET_DISPATCHER, town.WEST)
    await step(worker, receipt["id"], "accept")
    await step(worker, receipt["id"], "hand_up", reason="需协调")
    await step(street, receipt["id"], "dispatch", lead_unit="chengguan", reason="目录所列")
    lines = [line["zh"] for line in await told(public, receipt)]
    assert lines[-2:] == ["需要上一级协调,已交给三岔口社区,继续办理", "街道已请区城市管理局办理"]
    for name in ("hand_up", "pass_on", "recall", "transfer", "take_over"):
        assert not any(end in OF_ISSUE[name][0] for end in ENDS), name


async def test_r5_whoever_joined_another_report_reads_on_with_it(public: Desk, sit: Sit) -> None:
    first = await raised(public, town.IN_B1, category="public_toilet")
    second = await raised(public, town.IN_B1, category="public_toilet", same_as=first["id"])
    worker = await sit(Role.GRID_WORKER, town.G1)
    await step(worker, first["id"], "accept")
    lines = [line["zh"] for line in await told(public, second)]
    assert lines.count("收到您的反映") == 1
    assert "第一网格网格员已签收,开始办理" in lines
    other = await raised(public, town.IN_B1)
    assert "签收" not in str(await told(public, other)), "nothing of another matter"


async def test_r5_the_link_alone_opens_it(public: Desk) -> None:
    receipt = await raised(public, town.IN_B1)
    assert_problem(await public.get(f"/follow/{receipt['follow_token']}x/progress"), 404, "bad_link", "token")


def test_every_step_that_is_told_is_one_of_its_workflow() -> None:
    for words, workflow, begins in (
        (OF_ISSUE, ISSUE, {"raise"}), (OF_ORDER, ORDER, set()), (OF_REPORT_IN, REPORT_IN, {"notify"}),
        (OF_WHISTLE, WHISTLE, set()),
    ):  # fmt: skip
        assert set(words) <= {one.name for one in workflow.steps} | begins
