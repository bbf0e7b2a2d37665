"""A unit with one call and one order before it."""

from typing import Any

import pytest

from app.core.work import Runtime
from tests.conftest import Desk, Sit
from tests.dispatch.desks import dispatched
from tests.whistles.acts import Town, blow, report_in_of


class Called(Town):
    """The town on the morning 城管 and 水务 are called, and 城管 has a work order too."""

    async def call(self) -> "Called":
        await self.open()
        issue = await self.issue()
        self.whistle = await blow(self.street, issue["id"])
        self.report_in: dict[str, Any] = report_in_of(self.whistle, "chengguan")
        _, orders = await dispatched(self.public, self.street)
        self.order: dict[str, Any] = orders[0]
        return self


@pytest.fixture
async def called(sit: Sit, public: Desk, runtime: Runtime) -> Called:
    return await Called(sit, public, runtime).call()
