"""How long the clocks took, counted by hand."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from app.clocks.models import Pause, Wait
from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch.desks import dispatched
from tests.figures.acts import EVERY_DAY, opened
from tests.issues.acts import HERE, raised

pytestmark = pytest.mark.anyio


async def test_median_nine_of_ten_and_the_share_in_time(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    """Four sign clocks of 120 minutes: ended after 10, 20, 60 (30 of them paused) and 200; one still runs late."""
    told = [await raised(public) for _ in range(5)]
    now = clock.now()
    async with system_work(runtime, HERE) as work:
        for receipt, minutes in zip(told[:4], (10, 20, 60, 200), strict=True):
            mine = (Wait.subject_id == UUID(receipt["id"]), Wait.kind == "sign")
            ended = update(Wait).where(*mine).values(ended_at=now + timedelta(minutes=minutes), wake_at=None)
            wait = await work.session.scalar(ended.returning(Wait.id))
            if minutes == 60:
                row = {"id": work.new_id(), "wait_id": wait, "subject_id": UUID(receipt["id"]), "reason": "notice"}
                until = now + timedelta(minutes=45)
                paused = row | {"post_id": None, "since": now + timedelta(minutes=15), "until": until}
                await work.put(Pause, [paused])
    clock.advance(hours=4)
    desk = await sit(Role.STREET_SECRETARY, town.WEST)
    answer = await desk.get("/figures/clocks", params=EVERY_DAY)
    assert answer.status_code == 200, answer.text
    (group,) = answer.json()["groups"]
    (sign,) = [one for one in group["clocks"] if one["kind"] == "sign"]
    wanted = {"n": 4, "median": 25.0, "p90": 149.0, "on_time": 3, "on_time_share": 0.75, "running_late": 1}
    assert {name: sign[name] for name in wanted} == wanted
    assert set(await opened(desk, sign["on_time_rows"])) == {receipt["id"] for receipt in told[:3]}
    assert (sign["missed"], len(await opened(desk, sign["missed_rows"]))) == (1, 1)
    assert len(await opened(desk, sign["running_late_rows"])) == sign["running_late"] == 1
    assert set(await opened(desk, sign["rows"])) == {receipt["id"] for receipt in told[:4]}
    late = sign["rows"].replace("part=denominator", "part=excluded")
    assert await opened(desk, late) == [told[4]["id"]]
    east = await sit(Role.STREET_DISPATCHER, town.EAST)
    assert (await east.get("/figures/clocks", params=EVERY_DAY)).json()["groups"] == []


async def test_what_was_dropped_was_neither_kept_nor_late(public: Desk, sit: Sit, clock: FixedClock) -> None:
    """Refused, withdrawn, merged, given to another at once: no contact, no signing, nothing solved (R1.4)."""
    refused, gone, merged, given, into, late = [await raised(public) for _ in range(6)]
    desk, leader = await sit(Role.COMMUNITY_OFFICER, town.C1), await sit(Role.GRID_LEADER, town.G1)
    clock.advance(minutes=1)
    for name, one, said in (
        ("not_accept", refused, {"reason": "unlawful", "text": "不予受理"}),
        ("merge", merged, {"into": into["number"], "reason": "同一问题"}),
        ("assign", given, {"post_id": str(leader.post_id), "reason": "由网格长办理"}),
    ):
        assert (await desk.step(one["id"], name, **said)).status_code == 200
    assert (await public.post(f"/follow/{gone['follow_token']}/withdraw", {})).status_code == 200
    answer = await desk.get("/figures/clocks", params=EVERY_DAY)
    assert answer.json()["groups"] == []
    clock.advance(hours=3)
    assert (await desk.step(late["id"], "not_accept", reason="unlawful", text="不予受理")).status_code == 200
    (group,) = (await desk.get("/figures/clocks", params=EVERY_DAY)).json()["groups"]
    ended = {one["kind"]: (one["n"], one["on_time"]) for one in group["clocks"] if one["n"]}
    assert ended == {"sign": (1, 0)}, "what was past its limit before stays late"


async def test_an_order_that_is_taken_back_has_kept_nothing(public: Desk, sit: Sit, clock: FixedClock) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    receipt, orders = await dispatched(public, street, assist=["shuiwu"])
    clock.advance(minutes=10)
    assistant = next(one for one in orders if one["role"] == "assist")
    for path in (f"/orders/{assistant['id']}/steps/recall", f"/issues/{receipt['id']}/steps/recall"):
        answer = await street.post(path, {"reason": "派错单位"})
        assert answer.status_code == 200, answer.text
    groups = (await street.get("/figures/clocks", params=EVERY_DAY)).json()["groups"]
    kept = {one["kind"] for group in groups for one in group["clocks"] if one["n"]}
    assert not kept & {"order_sign", "order_contact", "order_solve", "assist"}


async def test_clocks_are_grouped_and_never_by_a_person(public: Desk, sit: Sit, clock: FixedClock) -> None:
    receipt = await raised(public, category=town.ORDERLY)
    worker = await sit(Role.GRID_WORKER, town.G1)
    clock.advance(minutes=30)
    assert (await worker.step(receipt["id"], "accept")).status_code == 200
    desk = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    for asked, code in (({"by": "area", "level": "grid"}, town.G1), ({"by": "category"}, town.ORDERLY)):
        (group,) = (await desk.get("/figures/clocks", params=EVERY_DAY | asked)).json()["groups"]
        assert group["code"] == code
        assert [(one["kind"], one["n"], one["median"]) for one in group["clocks"]] == [("sign", 1, 30.0)]
    for wrong in ("post", "person", "holder"):
        answer = await desk.get("/figures/clocks", params=EVERY_DAY | {"by": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field")
