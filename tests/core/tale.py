"""Everybody at a few issues in a random order that a seed repeats."""

import asyncio
import random  # noqa: TID251  # a seeded order of a test
from collections.abc import Sequence
from typing import Any

from app.issues.workflow import ISSUE
from app.people.models import Role
from tests import town
from tests.conftest import Desk
from tests.core.aids import raised

PEOPLE = [
    (Role.GRID_WORKER, town.G1),
    (Role.GRID_WORKER, town.G2),
    (Role.GRID_LEADER, town.G1),
    (Role.COMMUNITY_OFFICER, town.C1),
    (Role.STREET_DISPATCHER, town.WEST),
    (Role.STREET_DISPATCHER, town.EAST),
    (Role.DISTRICT_ADMIN, "530114"),
    (Role.AUDITOR, "530114"),
    (Role.PIONEER, town.B1),
    (Role.DEPARTMENT_OFFICER, "chengguan"),
]


PLACES = (town.IN_B1, town.IN_FIELD)  # in two streets
STEPS = [step.name for step in ISSUE.steps if not step.inward]


class Tale:
    """Six issues and everybody at them; keeps what each reply said."""

    def __init__(
        self, seed: int, public: Desk, desks: list[tuple[Role, Desk]], places: Sequence[Any] = PLACES
    ) -> None:
        self.places = places
        self.chance = random.Random(seed)  # noqa: S311  # a test's own order
        self.public = public
        self.desks = desks
        self.issues: list[dict[str, Any]] = []
        self.statuses: list[int] = []

    async def begin(self) -> None:
        for place in (town.IN_B1, town.IN_B2, town.IN_G2, town.IN_FIELD, town.FAR_AWAY, None):
            self.issues.append(await raised(self.public, place))

    def _body(self, name: str) -> dict[str, Any]:
        bodies: dict[str, dict[str, Any]] = {
            "locate": {"reason": "看图", "point": town.point(self.chance.choice(self.places))},
            "assign": {"reason": "对口", "post_id": str(self.chance.choice(self.desks)[1].post_id)},
            "contact": {"way": "phone"},
            "answer": {"text": "已办"},
            "comment": {"text": "知道了"},
            "rate": {"verdict": self.chance.choice(["solved", "not_solved"]), "satisfaction": 3},
        }
        return bodies.get(name, {})

    async def _offered(self, desk: Desk, issue: str) -> list[str]:
        """Every other time the buttons the desk would see, so that tales go on."""
        seen = (await desk.get(f"/issues/{issue}")).json() if self.chance.random() < 0.8 else {}
        return [str(name) for name in seen.get("allowed_steps", [])]

    async def go(self, acts: int, at_once: int = 1) -> None:
        for _ in range(acts // at_once):
            await asyncio.gather(*(self.act() for _ in range(at_once)))

    async def act(self) -> None:
        issue = self.chance.choice(self.issues)
        if self.chance.random() < 0.2:
            answer = await self.public.post(f"/follow/{issue['follow_token']}/rate", self._body("rate"))
        else:
            _, desk = self.chance.choice(
                [*self.desks, *4 * self.desks[:1]]
            )  # the worker of most issues is busiest
            offered = await self._offered(desk, issue["id"])
            onward = [name for name in offered if name in ("accept", "answer")]
            name = self.chance.choice(onward or offered or STEPS)
            answer = await desk.step(issue["id"], name, **self._body(name))
        assert answer.status_code in (200, 403, 404, 409, 422), answer.text
        self.statuses.append(answer.status_code)
