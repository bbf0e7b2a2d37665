"""What holds of all four faces: they are served, signed in to, quiet towards the outside, and readable by all."""

import pytest

from app.people.models import Role
from tests import town
from tests.browser.conftest import DESKTOP, FACE, PHONE, OpenFace, picture, scrolls_sideways, violations

pytestmark = pytest.mark.anyio
STAFF = {
    "worker": (Role.GRID_WORKER, town.G1),
    "desk": (Role.STREET_DISPATCHER, town.WEST),
    "department": (Role.DEPARTMENT_OFFICER, "chengguan"),
}
KIND = {"resident": PHONE, "worker": PHONE, "desk": DESKTOP, "department": DESKTOP}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("face", FACE)
async def test_first_page_is_accessible_and_fits(face: str, language: str, open_face: OpenFace) -> None:
    page = await open_face(face, *STAFF.get(face, ()), device=KIND[face], language=language)
    await page.wait_for_selector("h1")
    assert await page.evaluate("() => document.documentElement.lang") == ("zh-CN" if language == "zh" else "en")
    assert not await scrolls_sideways(page)
    assert await violations(page) == []
    await picture(page, f"{face}-first-{language}")


@pytest.mark.parametrize("face", STAFF)
async def test_staff_sign_in_by_hand_and_a_wrong_password_says_so(face: str, open_face: OpenFace) -> None:
    role, ground = STAFF[face]
    page = await open_face(face, device=KIND[face])
    await page.fill("input[name=username]", town.login_name(role, ground))
    await page.fill("input[name=password]", "certainly-not-this-one")
    await page.click("button[type=submit]")
    assert "登录名或密码" in await page.inner_text("[role=alert]")
    assert await violations(page) == []
    await page.fill("input[name=password]", town.PASSWORD)
    await page.click("button[type=submit]")
    await page.select_option("select[name=district]", label="呈贡区")  # the account works in two districts
    assert await violations(page) == []
    await page.click("button[type=submit]")
    await page.wait_for_selector("input[name=password]", state="detached")
    assert await page.evaluate("() => !!localStorage.getItem('wangge.session')")
