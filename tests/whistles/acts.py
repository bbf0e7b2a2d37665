"""What several tests of whistles do: blow one, send a unit through its links, ring the clocks."""

from typing import Any

import httpx2
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, open_city, system_work
from app.people import actions
from app.people.models import Role, Unit, UnitKind
from app.people.queries import account_named
from app.worker.turns import catch_up, drain
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, raised

LEAD = {"unit": "chengguan", "role": "lead"}
ASSIST = {"unit": "shuiwu"}
TRIED = "社区两次协调建设单位,无合适用地。"


class Town:
    """Everybody's desk in one place."""

    def __init__(self, sit: Sit, public: Desk, runtime: Runtime) -> None:
        self.sit, self.public, self.runtime = sit, public, runtime

    async def open(self) -> "Town":
        sit = self.sit
        self.street = await sit(Role.STREET_DISPATCHER, town.WEST)
        self.secretary = await sit(Role.STREET_SECRETARY, town.WEST)
        self.east = await sit(Role.STREET_DISPATCHER, town.EAST)
        self.community = await sit(Role.COMMUNITY_OFFICER, town.C1)
        self.neighbour = await sit(Role.COMMUNITY_OFFICER, town.C2)
        self.lead = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
        self.head = await sit(Role.DEPARTMENT_HEAD, "chengguan")
        self.assist = await sit(Role.DEPARTMENT_OFFICER, "shuiwu")
        self.district = await sit(Role.DISTRICT_SUPERVISOR, HERE)
        self.admin = await sit(Role.DISTRICT_ADMIN, HERE)
        return self

    async def issue(self, place: Any = None, **more: Any) -> dict[str, Any]:
        """A resident's report, taken on by whoever holds it."""
        return await raised(self.public, place, **more)

    async def ring(self, **by: float) -> int:
        """Let time pass, ring what is due, deliver what happened; everybody signs in again (sessions end)."""
        clock = self.runtime.clock
        assert isinstance(clock, FixedClock)
        clock.advance(**by)
        rang = await catch_up(self.runtime, HERE)
        await drain(self.runtime, HERE)
        await self.open()
        return rang


def whistle_form(*issues: str, **more: Any) -> dict[str, Any]:
    """A plain joint whistle of the western street for two departments."""
    said: dict[str, Any] = {
        "kind": "joint",
        "title": "路口缺少公共厕所",
        "text": "多名居民反映没有公共厕所。",
        "tried": TRIED,
    }
    said |= {"issues": list(issues), "parties": [LEAD, ASSIST], "area_code": town.C1}
    if not issues:
        said["source"] = "key_work"
    return said | more


async def blow(by: Desk, *issues: str, **more: Any) -> dict[str, Any]:
    return ok(await by.post("/whistles", whistle_form(*issues, **more)), 201)


def ok(answer: httpx2.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text[:800]
    said: dict[str, Any] = answer.json()
    return said


async def act(desk: Desk, whistle: str, name: str, /, **said: Any) -> httpx2.Response:
    """A step of a whistle."""
    return await desk.post(f"/whistles/{whistle}/steps/{name}", said)


async def move(desk: Desk, report_in: str, name: str, /, **said: Any) -> httpx2.Response:
    """A step of a report-in."""
    return await desk.post(f"/report-ins/{report_in}/steps/{name}", said)


def report_in_of(whistle: dict[str, Any], unit: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in whistle["report_ins"] if one["unit"]["code"] == unit)
    return found


async def inbox(desk: Desk) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ok(await desk.get("/report-ins"))["items"]
    return items


async def arrive(desk: Desk, report_in: str) -> dict[str, Any]:
    """Sign, contact, report in, begin."""
    ok(await move(desk, report_in, "sign"))
    ok(await move(desk, report_in, "contact", way="phone"))
    ok(await move(desk, report_in, "report_in", name="李工", mode="on_site"))
    return ok(await move(desk, report_in, "start", text="先设移动公厕。"))


async def complete(desk: Desk, report_in: str) -> None:
    """The whole way of a unit."""
    await arrive(desk, report_in)
    ok(await move(desk, report_in, "finish", text="已完成。"))


async def give(by: Desk, whistle: str, unit: str, due: str = "2026-11-30T09:00:00Z") -> dict[str, Any]:
    said = {"unit": unit, "what": "安装移动公厕一处", "due_at": due}
    return ok(await by.post(f"/whistles/{whistle}/tasks", said), 201)


async def add_department(runtime: Runtime, code: str, name: str, *, vertical: bool = False) -> None:
    """One more department with an officer, the one of 城管 under a second post."""
    async with system_work(runtime, HERE) as work:
        await actions.add_units(work, UnitKind.DEPARTMENT, [(code, name)])
        unit = (await work.session.scalars(select(Unit).where(Unit.code == code))).one()
        unit.vertical = vertical
        await work.session.flush()
        async with open_city(runtime) as session:
            account = await account_named(session, town.login_name(Role.DEPARTMENT_OFFICER, "shuiwu"))
        assert account is not None
        await actions.appoint(work, account.id, Role.DEPARTMENT_OFFICER, actions.Ground(unit_id=unit.id))
