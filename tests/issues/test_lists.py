"""The lists of a desk and their counts; rows in words; what is put away; saved views."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, assert_problem, raised
from tests.issues.test_budgets import counted, work_of

pytestmark = pytest.mark.anyio

EMPTY = dict.fromkeys(
    ("unplaced", "to_dispatch", "soon", "overdue", "objected", "verifying", "held_due", "to_revisit", "later"), 0
)


async def on(desk: Desk, which: str) -> list[str]:
    answer = await desk.get("/issues", params={"list": which, "limit": 100})
    assert answer.status_code == 200, answer.text
    return [line["id"] for line in answer.json()["items"]]


async def counts(desk: Desk) -> dict[str, int]:
    answer = await desk.get("/issues/counts")
    assert answer.status_code == 200, answer.text
    found: dict[str, int] = answer.json()
    for which, length in found.items():
        assert len(await on(desk, which)) == length, which
    return found


async def line_of(desk: Desk, issue: str) -> dict[str, Any]:
    items = (await desk.get("/issues", params={"limit": 100})).json()["items"]
    (found,) = (line for line in items if line["id"] == issue)
    return dict(found)


async def handed_up(public: Desk, sit: Sit, **more: Any) -> str:
    """A report its worker and then its community have handed up to the street."""
    issue = str((await raised(public, town.IN_B1, **more))["id"])
    for role, ground in (
        (Role.GRID_WORKER, town.G1),
        (Role.GRID_LEADER, town.G1),
        (Role.COMMUNITY_OFFICER, town.C1),
    ):
        desk = await sit(role, ground)
        answer = await desk.step(issue, "hand_up", reason="超出本级职责")
        if answer.status_code != 200:
            continue
    return issue


async def test_a_matter_goes_from_list_to_list_as_it_is_handled(public: Desk, sit: Sit) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    assert await counts(street) == EMPTY
    with_worker = (await raised(public, town.IN_B1))["id"]
    issue = await handed_up(public, sit)
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    lost = (await raised(public, town.FAR_AWAY))["id"]
    assert await on(street, "to_dispatch") == [issue]
    assert await on(admin, "unplaced") == [lost]
    assert with_worker not in await on(street, "to_dispatch")
    order = await street.step(issue, "dispatch", lead_unit="chengguan", reason="属职责范围")
    assert order.status_code == 200, order.text
    assert await on(street, "to_dispatch") == []
    unit = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    (mine,) = (await unit.get("/orders")).json()["items"]
    said = {"ground": "not_our_duty", "evidence": "属水务局职责"}
    assert (await unit.post(f"/orders/{mine['id']}/steps/object", said)).status_code == 200
    assert await on(street, "objected") == [issue]
    assert (await counts(street))["objected"] == 1


async def test_clocks_of_the_matter_and_of_its_units_come_to_soon_and_overdue(
    public: Desk, sit: Sit, clock: FixedClock
) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    issue = await handed_up(public, sit)
    line = await line_of(street, issue)
    assert line["clock"]["kind"] == "sign"
    assert line["clock"]["zh"] == "签收 剩2时"
    assert issue in await on(street, "soon")
    await street.step(issue, "dispatch", lead_unit="chengguan", reason="属职责范围")
    assert (await line_of(street, issue))["clock"]["kind"] == "order_sign"
    clock.advance(hours=2, minutes=48)
    line = await line_of(street, issue)
    assert (line["clock"]["late"], line["clock"]["zh"]) == (True, "单位签收 超时48分")
    assert issue in await on(street, "overdue")
    assert (await counts(street))["overdue"] >= 1


async def test_a_row_says_what_the_screen_shows(public: Desk, sit: Sit) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    first = (await raised(public, town.IN_B1, category="public_toilet", place_text="学海路口"))["id"]
    await raised(public, town.IN_B1, category="public_toilet", same_as=first)
    line = await line_of(street, first)
    assert line["grid"] == "第一网格"
    assert line["community"] == "三岔口社区"
    assert line["place_text"] == "学海路口"
    assert (line["lon"], line["lat"]) == town.IN_B1
    assert line["holder"]["zh"]
    assert line["holder"]["ground"] in ("第一网格", "1栋")
    assert line["reports"] == 2
    assert line["away"] is None


async def test_the_words_and_the_place_of_a_confidential_matter_stay_at_its_desk(public: Desk, sit: Sit) -> None:
    told = await raised(public, town.IN_B1, confidential=True, place_text="三栋二单元", type="complaint")
    street, worker = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.GRID_WORKER, town.G1)
    assert (await line_of(street, told["id"]))["place_text"] == "三栋二单元"
    seen = [line for line in (await worker.get("/issues")).json()["items"] if line["id"] == told["id"]]
    assert seen
    for line in seen:
        assert (line["place_text"], line["lon"], line["lat"]) == (None, None, None)


async def test_what_is_put_away_leaves_the_post_own_lists_and_wakes(
    public: Desk, sit: Sit, clock: FixedClock
) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    other = await sit(Role.STREET_SECRETARY, town.WEST)
    issue = await handed_up(public, sit)
    before = (await line_of(street, issue))["clock"]
    until = (clock.now() + timedelta(hours=3)).isoformat()
    assert (
        await street.post(f"/issues/{issue}/later", {"until": until, "reason": "waiting_unit"})
    ).status_code == 204
    assert await on(street, "to_dispatch") == []
    assert await on(street, "later") == [issue]
    assert issue in await on(street, "soon"), "no clock stands still, and none is hidden"
    assert (await line_of(street, issue))["clock"] == before
    assert await on(other, "to_dispatch") == [issue], "only for the post that said so"
    assert await on(other, "later") == []
    await street.step(issue, "comment", text="已电话询问")
    assert await on(street, "later") == [issue], "one's own step does not wake it"
    await other.step(issue, "comment", text="请尽快")
    assert await on(street, "later") == []
    assert await on(street, "to_dispatch") == [issue]
    line = await line_of(street, issue)
    assert (line["away"]["asleep"], line["away"]["reason"]) == (False, "waiting_unit")
    assert (
        await street.post(f"/issues/{issue}/later", {"until": until, "reason": "agreed_time"})
    ).status_code == 204
    assert (await counts(street))["later"] == 1
    clock.advance(hours=3)
    assert await on(street, "later") == []
    clock.advance(hours=-3)
    assert (await street.call("DELETE", f"/issues/{issue}/later")).status_code == 204
    assert await on(street, "later") == []


@pytest.mark.parametrize("hours", [0, -1, 91 * 24])
async def test_later_is_a_time_ahead_and_not_for_ever(
    public: Desk, sit: Sit, clock: FixedClock, hours: int
) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    issue = await handed_up(public, sit)
    until = (clock.now() + timedelta(hours=hours)).isoformat()
    answer = await street.post(f"/issues/{issue}/later", {"until": until, "reason": "waiting_unit"})
    assert_problem(answer, 422, "wrong_later")


async def test_saved_views_are_the_account_own_and_counted_for_the_post(public: Desk, sit: Sit) -> None:
    street, other = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.STREET_SECRETARY, town.WEST)
    await raised(public, town.IN_B1, category="public_toilet")
    await raised(public, town.IN_G2)
    saved = await street.post(
        "/views", {"name": "厕所", "query": "category=public_toilet&state=assigned&state=raised"}
    )
    assert saved.status_code == 201, saved.text
    assert saved.json()["count"] == 1
    again = await street.post("/views", {"name": "厕所", "query": f"area={town.C1}"})
    assert (again.json()["id"], again.json()["count"]) == (saved.json()["id"], 2)
    unknown = await street.post("/views", {"name": "旧网格", "query": "area=999999999999999"})
    assert_problem(unknown, 404, "not_found")
    listed = {view["name"]: view["count"] for view in (await street.get("/views")).json()}
    assert listed == {"厕所": 2}
    assert (await other.get("/views")).json() == []
    assert (await other.call("DELETE", f"/views/{saved.json()['id']}")).status_code == 404
    assert (await street.call("DELETE", f"/views/{saved.json()['id']}")).status_code == 204


@pytest.mark.parametrize("query", ["q=张三", "nothing=1", "list=none", "cursor=x", "limit=9", "state=none"])
async def test_what_is_no_filter_is_not_kept(sit: Sit, query: str) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    assert_problem(await street.post("/views", {"name": "x", "query": query}), 422, "no_view")


async def test_twenty_views_are_kept_and_counted_in_one_statement(
    sit: Sit, public: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    await raised(public)
    for number in range(20):
        assert (await street.post("/views", {"name": f"视图{number}", "query": "list=overdue"})).status_code == 201
    assert_problem(await street.post("/views", {"name": "多余", "query": "mine=true"}), 422, "too_many_views")
    with counted(monkeypatch) as sent:
        await street.get("/views")
    assert len(work_of(sent)) <= 3, sent


async def test_all_lists_are_counted_in_one_statement(
    sit: Sit, public: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    await handed_up(public, sit)
    await street.get("/issues/counts")
    with counted(monkeypatch) as sent:
        await street.get("/issues/counts")
    assert len(work_of(sent)) == 2, sent  # the district's path, and the counts
    for which in EMPTY:
        with counted(monkeypatch) as sent:
            await street.get("/issues", params={"list": which, "limit": 50})
        assert len(work_of(sent)) <= 3, (which, sent)
