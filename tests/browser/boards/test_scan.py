"""A sign board in a browser: what its code says opens the report with the place known."""

import pytest
from playwright.async_api import expect

from app.people.models import Role
from tests import town
from tests.browser.conftest import PHONE, OpenFace, picture, violations
from tests.conftest import Sit

pytestmark = pytest.mark.anyio


async def test_a_scanned_sign_opens_the_report_at_its_building(open_face: OpenFace, served: str, sit: Sit) -> None:
    office = await sit(Role.COMMUNITY_OFFICER, town.C1)
    listed = (await office.get("/boards", params={"area": town.C1})).json()
    board = next(one for one in listed if one["area_code"] == town.B1)
    assert board["url"].startswith(f"{served}/r/?s=")
    page = await open_face("resident", device=PHONE, path=board["url"].removeprefix(f"{served}/r/"))
    await expect(page.locator("main")).to_contain_text(board["name"])
    assert await violations(page) == []
    await picture(page, "sign-scanned-zh")
