"""Where a resident's words belong, and whom to call first (R4). What is typed is kept nowhere."""

import pytest

from app.core.work import Runtime, system_work
from app.issues.models import Category
from tests import town
from tests.conftest import Desk
from tests.issues.acts import HERE, assert_problem

pytestmark = pytest.mark.anyio


async def guessed(public: Desk, text: str) -> list[str]:
    answer = await public.get("/categories/suggest", params={"district": HERE, "text": text})
    assert answer.status_code == 200, answer.text
    return [one["code"] for one in answer.json()["candidates"]]


async def test_the_tree_is_open_and_in_two_languages(public: Desk) -> None:
    found = {one["code"]: one for one in (await public.get("/categories", params={"district": HERE})).json()}
    assert found["public_toilet"] == {
        "code": "public_toilet", "name": "公共厕所", "name_en": "public toilet", "parent": "need",
        "need": True, "building": False,
    }  # fmt: skip
    assert found["need"]["parent"] is None
    assert all(one["parent"] in found for one in found.values() if one["parent"])
    assert all(one["name_en"] for one in found.values()), "the tree a district begins with is translated"


async def test_a_retired_matter_is_offered_no_more(public: Desk, runtime: Runtime) -> None:
    assert "public_toilet" in await guessed(public, "没有公厕")
    async with system_work(runtime, HERE) as work:
        (await work.session.get_one(Category, ("public_toilet", 1))).retired_at = work.clock.now()
    assert "public_toilet" not in await guessed(public, "没有公厕")
    listed = (await public.get("/categories", params={"district": HERE})).json()
    assert "public_toilet" not in [one["code"] for one in listed]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("路灯不亮", "p0118"), ("门口的路灯坏了三天", "p0118"), ("这条路没有路灯,晚上看不见", "street_light"),
        ("没有公厕", "public_toilet"), ("路口缺厕所", "public_toilet"), ("公厕很脏", "p0301"),
        ("楼下电梯坏了", "building_lift"), ("半夜施工吵得睡不着", "e0301"), ("垃圾没人收", "e0102"),
        ("污水井盖没了", "p0102"), ("路面塌陷", "e0401"), ("the street light is broken", "p0118"),
        ("There is no toilet here", "public_toilet"), ("拖欠工资", "l0301"),
    ],
)  # fmt: skip
async def test_everyday_words_lead_to_the_right_matter(public: Desk, text: str, first: str) -> None:
    found = await guessed(public, text)
    assert found[0] == first
    assert len(found) <= 5


@pytest.mark.parametrize("text", ["今天天气不错", "谢谢大家", "hello", "!!!"])
async def test_what_fits_nothing_is_guessed_at_by_nobody(public: Desk, text: str) -> None:
    assert await guessed(public, text) == []


async def test_words_that_are_too_many_or_none_are_refused(public: Desk) -> None:
    for text in ("", "长" * 401):
        answer = await public.get("/categories/suggest", params={"district": HERE, "text": text})
        assert_problem(answer, 422, "invalid_field")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("楼道着火了", "119"), ("火", "119"), ("闻到煤气味", "119"), ("有人打人", "110"),
        ("老人晕倒在楼下", "120"),
        ("路口车祸", "122"), ("There is a fire", "119"), ("somebody is unconscious", "120"),
        ("火车站门口垃圾多", None), ("灭火器过期了", None), ("路灯不亮", None),
        ("the fire extinguisher is old", None),
        ("火锅店的火很大", "119"),
    ],
)  # fmt: skip
async def test_r4_emergency_words_name_the_number_to_call(public: Desk, text: str, number: str | None) -> None:
    answer = await public.get("/categories/suggest", params={"district": HERE, "text": text})
    found = answer.json()["emergency"]
    assert (found and found["number"]) == number
    if found:
        assert number in found["zh"]
        assert number in found["en"]


async def test_the_text_is_not_in_the_log(public: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    await guessed(public, "三岔口王芳家门口路灯不亮")
    out = "".join(capsys.readouterr())
    assert "王芳" not in out
    assert "%E7%8E%8B" not in out


async def test_another_district_has_its_own_tree(public: Desk, runtime: Runtime) -> None:
    async with system_work(runtime, town.DISTRICTS[1]) as work:
        (await work.session.get_one(Category, ("p0118", 1))).retired_at = work.clock.now()
    assert (await guessed(public, "路灯不亮"))[0] == "p0118"
