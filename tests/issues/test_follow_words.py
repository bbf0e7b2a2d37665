"""What the reporter's page says in words: who, by when, where, late, and the first tap (R2, R3, R5, R6)."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.core.clock import FixedClock
from app.core.work import Runtime, open_city, system_work
from app.issues.models import Issue
from app.issues.records import IssuePhoto
from app.people.models import Account, Role
from tests import town
from tests.conftest import Desk, Sit, find_post
from tests.issues.acts import HERE, assert_problem, away, jpeg, raised, rows
from tests.journeys.people import done, step

pytestmark = pytest.mark.anyio
MOBILE = "0871-67490001"


async def page_of(public: Desk, receipt: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = done(await public.get(f"/follow/{receipt['follow_token']}"))
    return found


async def phone_of(runtime: Runtime, role: Role, ground: str, number: str = MOBILE) -> None:
    """That person's work phone, sealed as it is kept."""
    account_id, _ = await find_post(runtime, HERE, role, ground)
    async with open_city(runtime) as session:
        sealed = runtime.keys.seal(number, "account.work_phone")
        await session.execute(update(Account).where(Account.id == account_id).values(work_phone=sealed))


async def answered(public: Desk, sit: Sit, **more: Any) -> dict[str, Any]:
    receipt = await raised(public, town.IN_B1, **more)
    worker = await sit(Role.GRID_WORKER, town.G1)
    await step(worker, receipt["id"], "accept")
    await step(worker, receipt["id"], "answer", text="已修好")
    return receipt


async def test_r2_the_page_names_the_grid_worker_and_the_first_contact(public: Desk, runtime: Runtime) -> None:
    await phone_of(runtime, Role.GRID_WORKER, town.G1)
    page = await page_of(public, await raised(public, town.IN_B1))
    assert page["handler"] == {
        "zh": "网格员", "en": "grid worker", "name": "测试grid_worker", "phone": MOBILE, "unit": "第一网格",
    }  # fmt: skip
    assert page["area"] == "三岔口社区 第一网格"
    assert page["raised_at"] < page["contact_by"] < page["due_at"]
    assert (page["unplaced"], page["late"]) == (None, None)


async def test_r2_while_the_worker_is_away_the_deputy_is_named(public: Desk, runtime: Runtime) -> None:
    await phone_of(runtime, Role.GRID_WORKER, town.G1, "0871-67490009")
    receipt = await raised(public, town.IN_B1)
    await phone_of(runtime, Role.GRID_LEADER, town.G1)
    await away(runtime, Role.GRID_WORKER, town.G1, "grid_leader-" + town.G1)
    handler = (await page_of(public, receipt))["handler"]
    assert (handler["name"], handler["phone"]) == ("测试grid_leader", MOBILE)


async def test_r2_a_desk_is_named_by_its_office_and_no_staff_name_leaves(public: Desk, runtime: Runtime) -> None:
    await phone_of(runtime, Role.COMMUNITY_OFFICER, town.C1)
    page = await page_of(public, await raised(public, area_code=town.C1))
    assert page["handler"]["name"] is None
    assert page["handler"]["phone"] is None
    assert page["handler"]["unit"] == "三岔口社区"


async def test_r5_of_a_confidential_matter_nobody_is_named(public: Desk, runtime: Runtime) -> None:
    await phone_of(runtime, Role.GRID_WORKER, town.G1)
    receipt = await raised(public, town.IN_B1, confidential=True)
    _, worker = await find_post(runtime, HERE, Role.GRID_WORKER, town.G1)
    async with system_work(runtime, HERE) as work:
        await work.session.execute(update(Issue).where(Issue.id == UUID(receipt["id"])).values(holder_id=worker))
    page = await page_of(public, receipt)
    assert (page["handler"]["name"], page["handler"]["phone"]) == (None, None)
    assert MOBILE not in str(page)
    assert "测试" not in str(page)


async def test_r5_a_unit_in_charge_is_named_not_its_officer(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.IN_B1)
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    await step(street, receipt["id"], "dispatch", lead_unit="chengguan", reason="目录所列")
    page = await page_of(public, receipt)
    assert (page["handler"]["unit"], page["handler"]["name"]) == ("区城市管理局", None)
    assert page["state_words"]["zh"] == "责任单位正在办理"


@pytest.mark.parametrize(
    ("where", "office"),
    [({"point": town.point(town.FAR_AWAY)}, "呈贡区"), ({"point": town.point(town.NO_GRID)}, "东乡")],
)
async def test_r2_what_is_not_placed_says_who_looks_now(public: Desk, where: dict[str, Any], office: str) -> None:
    receipt = await raised(public, **where)
    page = await page_of(public, receipt)
    assert page["unplaced"] is not None
    assert office in page["unplaced"]["zh"]
    assert "编号有效" in page["unplaced"]["zh"]
    assert page["number"] == receipt["number"]


async def test_r5_late_is_an_apology_with_the_date(public: Desk, sit: Sit, clock: FixedClock) -> None:
    receipt = await raised(public, town.IN_B1)
    clock.advance(days=2)
    page = await page_of(public, receipt)
    assert "对不起" in page["late"]["zh"]
    assert "首次联系" in page["late"]["zh"]
    worker = await sit(Role.GRID_WORKER, town.G1)
    await step(worker, receipt["id"], "accept")
    await step(worker, receipt["id"], "contact", way="phone")
    assert (await page_of(public, receipt))["late"] is None
    until = "2026-12-25T09:30:00Z"
    await step(worker, receipt["id"], "ask_extension", until=until, reason="等配件")
    community = await sit(Role.COMMUNITY_OFFICER, town.C1)
    await step(community, receipt["id"], "extend", text="配件在路上")
    late = (await page_of(public, receipt))["late"]
    assert "12月25日(星期五)17:30" in late["zh"], "the new date is the one on the trail"
    assert "Fri 25 Dec" in late["en"]
    clock.advance(days=60)
    assert "还没有办完" in (await page_of(public, receipt))["late"]["zh"]


async def test_r5_a_broken_link_and_an_ended_one_say_how_to_get_a_new_one(public: Desk, runtime: Runtime) -> None:
    receipt = await raised(public, town.IN_B1)
    said = assert_problem(await public.get(f"/follow/{receipt['follow_token']}x"), 404, "bad_link", "token")
    assert "新的链接" in said["title"]
    gone = runtime.keys.follow_token(HERE, UUID(int=9))
    said = assert_problem(await public.get(f"/follow/{gone}"), 410, "link_over", "token")
    assert "二维码重新反映" in said["title"]


@pytest.mark.parametrize("verdict", ["solved", "partly", "not_solved"])
async def test_r6_the_first_tap_counts_at_once_and_the_rest_may_follow(
    public: Desk, sit: Sit, clock: FixedClock, verdict: str
) -> None:
    receipt = await answered(public, sit)
    link = f"/follow/{receipt['follow_token']}"
    page = done(await public.post(f"{link}/rate", {"verdict": verdict}))
    assert page["state"] == ("closed" if verdict == "solved" else "handling")
    assert page["ratings"][-1]["satisfaction"] is None
    assert page["may_complete"] is True
    clock.advance(seconds=20)
    whole = {"satisfaction": 4, "contacted": True, "note": "修得快"}
    assert_problem(await public.post(f"{link}/complete_word", {"contacted": True}), 422, "nothing_added")
    page = done(await public.post(f"{link}/complete_word", whole))
    assert (page["ratings"][-1]["verdict"], page["ratings"][-1]["satisfaction"]) == (verdict, 4)
    assert page["may_complete"] is False
    assert page["state"] == ("closed" if verdict == "solved" else "handling"), "nothing is decided anew"
    again = await public.post(f"{link}/complete_word", whole)
    assert_problem(again, 409, "no_word_to_complete")


async def test_r6_a_word_may_be_changed_once_and_completing_it_is_no_change(
    public: Desk, sit: Sit, clock: FixedClock
) -> None:
    receipt = await answered(public, sit)
    link = f"/follow/{receipt['follow_token']}"
    done(await public.post(f"{link}/rate", {"verdict": "solved"}))
    clock.advance(seconds=20)
    page = done(await public.post(f"{link}/complete_word", {"satisfaction": 5}))
    assert page["change_until"] is not None
    clock.advance(days=7)
    page = done(await public.post(f"{link}/rate", {"verdict": "solved", "satisfaction": 3}))
    assert page["change_until"] is None
    again = await public.post(f"{link}/rate", {"verdict": "not_solved"})
    assert_problem(again, 409, "word_changed_before")


async def test_r6_a_level_comes_too_late_when_the_days_are_over(public: Desk, sit: Sit, clock: FixedClock) -> None:
    receipt = await answered(public, sit)
    link = f"/follow/{receipt['follow_token']}"
    assert_problem(await public.post(f"{link}/complete_word", {"satisfaction": 5}), 409, "no_word_to_complete")
    done(await public.post(f"{link}/rate", {"verdict": "solved"}))
    clock.advance(days=16)
    assert_problem(await public.post(f"{link}/complete_word", {"satisfaction": 5}), 409, "window_over")


async def test_r3_photos_follow_the_words_by_the_link_once(public: Desk, sit: Sit, runtime: Runtime) -> None:
    receipt = await raised(public, town.IN_B1)
    link, key = f"/follow/{receipt['follow_token']}/photos", {"Idempotency-Key": "photos-of-this-draft-0001"}
    files = [("photos", ("a.jpg", jpeg(), "image/jpeg")), ("photos", ("b.jpg", jpeg(20, 10), "image/jpeg"))]
    for _ in range(2):
        answer = await public.call("POST", link, files=files, headers=key)
        assert (answer.status_code, answer.json()["photos_left"]) == (201, 7), answer.text
    assert (await rows(runtime))["issue_photo"] == 2
    worker = await sit(Role.GRID_WORKER, town.G1)
    assert len((await worker.get(f"/issues/{receipt['id']}/photos")).json()) == 2
    many = [("photos", (f"{n}.jpg", jpeg(30 + n, 10), "image/jpeg")) for n in range(8)]
    assert_problem(await public.call("POST", link, files=many), 409, "no_more_photos", "photos")
    wrong = await public.call("POST", link, files=[("photos", ("a.txt", b"no photo", "text/plain"))])
    assert wrong.status_code == 422
    assert_problem(await public.call("POST", link[:-8] + "x/photos", files=files), 404, "bad_link", "token")
    assert (await rows(runtime))["issue_photo"] == 2


async def test_r3_a_matter_that_is_over_takes_no_photo(public: Desk, sit: Sit, runtime: Runtime) -> None:
    receipt = await answered(public, sit)
    link = f"/follow/{receipt['follow_token']}"
    done(await public.post(f"{link}/rate", {"verdict": "solved"}))
    files = {"photos": ("a.jpg", jpeg(), "image/jpeg")}
    assert_problem(await public.call("POST", f"{link}/photos", files=files), 409, "no_more_photos", "photos")
    async with system_work(runtime, HERE) as work:
        assert (await work.session.scalars(select(IssuePhoto))).all() == []
