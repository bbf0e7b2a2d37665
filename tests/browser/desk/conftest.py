"""A street with matters on its lists, and whoever acts beside the person at the desk."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page

from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.browser.conftest import OpenFace
from tests.conftest import Desk, Sit
from tests.dispatch.desks import WELL, listed
from tests.issues.acts import raised

WIDE: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}


@dataclass
class Street:
    """Who reports, who dispatches, and the page of the desk."""

    public: Desk
    desk: Desk
    open_face: OpenFace

    async def report(self, place: Any = town.IN_B1, **more: Any) -> dict[str, Any]:
        """A report of the listed category that the desk holds."""
        return await raised(self.public, place, **{"category": WELL, **more})

    async def to_dispatch(self, n: int = 1, **more: Any) -> list[dict[str, Any]]:
        """Matters handed up to the desk, so that they wait for their dispatch."""
        found = []
        for i in range(n):
            receipt = await self.report(text=f"路口井盖破损,第{i + 1}处,请尽快修好。", **more)
            answer = await self.desk.step(receipt["id"], "take_over", reason="由街道直接办理")
            assert answer.status_code == 200, answer.text
            found.append(receipt)
        return found

    async def page(self, path: str = "", **more: Any) -> Page:
        return await self.open_face("desk", Role.STREET_DISPATCHER, town.WEST, path=path, **more)


@pytest.fixture
async def street(sit: Sit, public: Desk, runtime: Runtime, open_face: OpenFace) -> Street:
    await listed(runtime)
    return Street(public, await sit(Role.STREET_DISPATCHER, town.WEST), open_face)
