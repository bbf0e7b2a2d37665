"""A canary's life in every class of the inventory: a report with contact and photo, a home with visits."""

import json
from typing import Any
from uuid import UUID

from app.core.work import Runtime, system_work
from app.people.models import Role
from app.tables import metadata
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit
from tests.households.homes import home, said
from tests.issues.acts import jpeg

HERE = town.DISTRICTS[0]
WORKER, COMMUNITY = (Role.GRID_WORKER, town.G1), (Role.COMMUNITY_OFFICER, town.C1)
STREET, ADMIN = (Role.STREET_DISPATCHER, town.WEST), (Role.DISTRICT_ADMIN, HERE)
AUDITOR = (Role.AUDITOR, HERE)
PERSON = {"name": "金丝雀", "relation": "head", "phone": "16612348888", "id_number": "530114195001018888"}
WORDS = "金丝雀家的水管漏了"
SECRETS = (*(PERSON[one] for one in ("name", "phone", "id_number")), "漏了", "8888", "台阶上有花", "16612340000")


async def reported(public: Desk, sit: Sit, runtime: Runtime) -> dict[str, Any]:
    """A report with contact and photo, answered, rated and closed; its receipt."""
    form = {
        "district": HERE, "text": WORDS, "point": town.point(town.IN_B1), "place_text": "金丝雀楼下",
        "contact": {"name": PERSON["name"], "phone": PERSON["phone"]},
    }  # fmt: skip
    answer = await public.call(
        "POST", "/issues", data={"issue": json.dumps(form)}, files={"photos": ("a.jpg", jpeg(), "image/jpeg")}
    )
    receipt: dict[str, Any] = said(answer)
    worker = await sit(*WORKER)
    for step, words in (("accept", {}), ("answer", {"text": "金丝雀家已修好", "result": "solved"})):
        said(await worker.step(receipt["id"], step, **words))
    said(await worker.post(f"/issues/{receipt['id']}/reporter", {"purpose": "回电话"}), 200, 404)
    word = {"verdict": "solved", "satisfaction": 5}
    said(await public.post(f"/follow/{receipt['follow_token']}/rate", word))
    await drain(runtime, HERE)
    return receipt


async def lived(sit: Sit, runtime: Runtime) -> dict[str, Any]:
    """A household with a care need, a note, a conflict, visits with words and a revision; as it is shown."""
    desk = await sit(*COMMUNITY)
    mine: dict[str, Any] = await home(desk, "501", PERSON, note="台阶上有花")
    head = mine["members"][0]["id"]
    need = {"kind": "living_alone", "consent": True, "resident_id": head}
    said(await desk.post(f"/households/{mine['id']}/care-needs", need))
    said(await desk.call("PATCH", f"/residents/{head}", json={"base_rev": 0, "phone": "16612340000"}))
    worker = await sit(*WORKER)
    form = {"household_id": mine["id"], "result": "met", "note": "台阶上有花", "point": town.point(town.IN_B1)}
    visit = said(await worker.post("/visits", form))
    said(await worker.post(f"/visits/{visit['id']}/amend", {"base_rev": 1, "note": "台阶上有花,已提醒"}))
    said(await worker.post(f"/residents/{head}/unmask", {"purpose": "电话随访"}))
    await drain(runtime, HERE)
    return mine


async def leftovers(runtime: Runtime, *, words: tuple[str, ...] = SECRETS) -> dict[str, list[str]]:
    """Table -> secrets that still stand in it: in clear in any column, or sealed in any column of bytes."""
    found: dict[str, list[str]] = {}
    async with system_work(runtime, HERE) as work:
        for table in metadata.sorted_tables:
            if table.schema not in (None, "directory"):
                continue
            rows = await work.driver.execute(f"select * from {table.fullname}")
            for row in await rows.fetchall():
                heard = [one for one in words if any(one in opened(runtime, cell) for cell in row)]
                if heard:
                    found.setdefault(table.name, []).extend(heard)
    return {name: sorted(set(heard)) for name, heard in found.items()}


CONTEXTS = (
    "resident.name", "resident.phone", "resident.id_number", "household.note", "review.offered", "reporter.name",
    "reporter.phone", "person_request.said", "person_request.reason", "op.body",
)  # fmt: skip


def opened(runtime: Runtime, cell: Any) -> str:
    """A cell as whoever holds the keys could read it."""
    if isinstance(cell, bytes | memoryview):
        return "".join(_unsealed(runtime, bytes(cell)))
    return json.dumps(cell, ensure_ascii=False, default=str)


def _unsealed(runtime: Runtime, cell: bytes) -> list[str]:
    texts = []
    for context in CONTEXTS:
        try:
            texts.append(runtime.keys.unseal(cell, context))
        except Exception:  # noqa: BLE001, S112  # not sealed, or for another column
            continue
    return texts


async def subject(runtime: Runtime, query: Any) -> UUID | None:
    async with system_work(runtime, HERE) as work:
        found: UUID | None = await work.session.scalar(query)
        return found
