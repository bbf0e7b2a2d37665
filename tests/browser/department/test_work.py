"""The department's work on a phone: plan, task photos, survey; then its own record and an appeal."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from app.people.models import Role
from tests import town
from tests.browser.conftest import PHONE, OpenFace, picture, scrolls_sideways, violations
from tests.browser.department.conftest import Called
from tests.issues.acts import jpeg
from tests.whistles.acts import act, complete, give, move, ok

pytestmark = pytest.mark.anyio
OFFICER = (Role.DEPARTMENT_OFFICER, "chengguan")


def file(name: str, width: int) -> Any:
    return {"name": name, "mimeType": "image/jpeg", "buffer": jpeg(width, 48)}


async def test_i4_plan_photos_before_and_after_and_the_survey_are_recorded_on_a_phone(
    open_face: OpenFace, called: Called
) -> None:
    mine, whistle = called.report_in["id"], called.whistle["id"]
    ok(await move(called.lead, mine, "sign"))
    ok(await move(called.lead, mine, "report_in", name="李工", mode="on_site"))
    await give(called.street, whistle, "chengguan")
    page = await open_face("department", *OFFICER, device=PHONE, path=f"report-ins/{mine}")
    await page.get_by_role("link", name="制定方案").click()
    await page.locator("form textarea").fill("先设移动公厕一处,月底前完成。")
    await page.locator("form button.primary").click()
    await expect(page.locator("form")).to_have_count(0)
    await expect(page.get_by_role("main")).to_contain_text("先设移动公厕一处")

    task = page.locator(".task")
    await task.get_by_label("加办前照片").set_input_files([file("前.jpg", 64)])
    await expect(task.locator("img")).to_have_count(1)
    await task.get_by_label("加办后照片").set_input_files([file("后.jpg", 80)])
    await expect(task.locator("img")).to_have_count(2)
    assert await task.locator("img").evaluate_all("all => all.map(one => one.alt)") == ["办前照片 1", "办后照片 1"]
    assert not await scrolls_sideways(page)
    assert await violations(page) == []
    await picture(page, "department-task-zh")

    await page.get_by_role("link", name="联合勘察").click()
    form = page.locator("form")
    held = (town.MORNING + timedelta(hours=8) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    await form.locator("input[type=datetime-local]").fill(held)
    for name, said in (
        ("地点", "韶光街与学海路口"),
        ("勘察情况", "有两处可用空地。"),
        ("议定事项", "先设移动公厕。"),
    ):
        await form.get_by_role("textbox", name=name).fill(said)
    await form.get_by_role("button", name="添加").click()
    await form.locator(".rows select").select_option("resident")
    await form.locator(".rows input[type=number]").fill("3")
    assert await violations(page) == []
    await picture(page, "department-survey-zh")
    await form.locator("button.primary").click()
    await expect(page.locator("form")).to_have_count(0)
    await expect(page.get_by_role("main")).to_contain_text("有两处可用空地。")
    full = ok(await called.lead.get(f"/whistles/{whistle}"))
    (survey,) = full["surveys"]
    assert [(one["kind"], one["count"]) for one in survey["participants"]] == [("resident", 3)]
    assert datetime.fromisoformat(survey["held_at"]) == town.MORNING - timedelta(hours=1)


async def test_i5_the_own_record_shows_each_score_with_its_acts_and_takes_one_appeal(
    open_face: OpenFace, called: Called
) -> None:
    whistle = called.whistle["id"]
    await complete(called.lead, called.report_in["id"])
    for one in called.whistle["report_ins"]:
        if one["id"] != called.report_in["id"]:
            await complete(called.assist, one["id"])
    ok(await act(called.lead, whistle, "submit_work", text="完成"))
    ok(await act(called.street, whistle, "verify", text="已启用。", result="solved"))
    ok(await act(called.street, whistle, "close"))
    page = await open_face("department", *OFFICER, device=PHONE, path="record")
    cards = page.locator("main article")
    await expect(cards.first).to_contain_text(called.whistle["number"])
    await cards.first.get_by_text("依据的办理记录").click()
    await expect(cards.first.locator(".history li").first).to_be_visible()
    assert not await scrolls_sideways(page)
    assert await violations(page) == []
    await picture(page, "department-scores-zh")
    await cards.first.get_by_role("link", name="申诉").click()
    picked = page.get_by_role("combobox", name="评价项")
    await expect(picked).not_to_have_value("")
    assert "-" not in await picked.input_value(), "the score by its words, not by its id"
    await page.get_by_role("textbox", name="理由").fill("到场记录有误,附签到表。")
    await picture(page, "department-appeal-zh")
    await page.locator("form button.primary").click()
    await expect(picked).to_have_count(0)
    await expect(page.get_by_role("main")).to_contain_text("到场记录有误,附签到表。")
    await expect(page.get_by_role("main")).to_contain_text("等待裁定")
