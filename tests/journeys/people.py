"""Who takes part in the journeys, and what several of them do alike."""

from typing import Any

import httpx2

from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit, report

WORKER, LEADER = (Role.GRID_WORKER, town.G1), (Role.GRID_LEADER, town.G1)
COMMUNITY, SECRETARY = (Role.COMMUNITY_OFFICER, town.C1), (Role.STREET_SECRETARY, town.WEST)
STREET, DISTRICT = (Role.STREET_DISPATCHER, town.WEST), (Role.DISTRICT_SUPERVISOR, "530114")
WORD = {"solved": {"verdict": "solved", "satisfaction": 5}, "no": {"verdict": "not_solved", "satisfaction": 1}}


async def tell(by: Desk, text: str, place: Any = town.IN_B1, **more: Any) -> dict[str, Any]:
    """Raise a matter; the receipt."""
    answer = await by.post("/issues", report(place, text=text, **more))
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def done(answer: httpx2.Response) -> Any:
    """What a call that had to succeed gave."""
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def step(desk: Desk, issue: str, name: str, /, **said: Any) -> dict[str, Any]:
    """A step that has to succeed."""
    found: dict[str, Any] = done(await desk.step(issue, name, **said))
    return found


async def see(desk: Desk, issue: str) -> dict[str, Any]:
    """The issue as that desk sees it."""
    found: dict[str, Any] = done(await desk.get(f"/issues/{issue}"))
    return found


async def say(public: Desk, receipt: dict[str, Any], word: str = "solved") -> dict[str, Any]:
    """The reporter's word by the link."""
    page: dict[str, Any] = done(await public.post(f"/follow/{receipt['follow_token']}/rate", WORD[word]))
    return page


async def seats(sit: Sit, *which: tuple[Role, str]) -> list[Desk]:
    """Several desks at once."""
    return [await sit(*one) for one in which]


def acts(seen: dict[str, Any]) -> list[str]:
    """The steps on the trail."""
    return [act["step"] for act in seen["trail"]]
