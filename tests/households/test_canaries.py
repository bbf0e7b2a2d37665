"""A canary for every person of a household: no name, phone or number leaves but by a purpose (TRUST 14, R6.1)."""

import io
import json
from typing import Any

import pytest
from openpyxl import load_workbook

from app.core.work import Runtime
from app.people.models import Role
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit
from tests.households.homes import COMMUNITY, HERE, door, home, said

pytestmark = pytest.mark.anyio

ONE = {"name": "金丝雀", "relation": "head", "phone": "16612348888", "id_number": "530114195001018888"}
TWO = {"name": "鸟笼中", "relation": "spouse", "phone": "16612349999", "id_number": "530114195001019999"}
SECRETS = tuple(person[field] for person in (ONE, TWO) for field in ("name", "phone", "id_number"))


def heard(said_: str) -> list[str]:
    """Secrets in a text, in clear or escaped as JSON writes them."""
    return [one for one in SECRETS if one in said_ or json.dumps(one)[1:-1] in said_]


async def life(desk: Desk) -> list[str]:
    """What is answered while two households live through every act there is."""
    mine, other = await home(desk, "501", ONE), await home(desk, "502", TWO, note="门口有台阶")
    head, second = mine["members"][0]["id"], other["members"][0]["id"]
    texts = [json.dumps(mine), json.dumps(other)]
    acts: list[tuple[str, str, Any]] = [
        ("PATCH", f"/residents/{head}", {"base_rev": 1, "phone": TWO["phone"]}),
        ("PATCH", f"/residents/{head}", {"base_rev": 0, "phone": ONE["phone"], "name": TWO["name"]}),
        ("POST", f"/households/{mine['id']}/residents", TWO | {"relation": "head"}),
        ("PATCH", f"/households/{other['id']}", {"base_rev": 1, "kind": "tenant"}),
        ("POST", f"/households/{other['id']}/move", {"dwelling_id": await door(desk, "601")}),
        ("POST", f"/households/{other['id']}/merge", {"into": mine["id"]}),
        ("POST", f"/households/{mine['id']}/split", {"residents": [second]}),
        ("GET", "/reviews", None), ("GET", "/households", None), ("GET", f"/households/{mine['id']}", None),
        *(("GET", f"/households?q={q}", None) for q in ("jsq", "8888", "金丝", "3-2-501")),
    ]  # fmt: skip
    for method, path, body in acts:
        answer = await desk.call(method, path, json=body)
        assert answer.status_code < 500, (path, answer.text)
        texts.append(answer.text)
    return texts


TROUBLE: list[tuple[str, str, Any]] = [
    ("POST", "/households", {"dwelling_id": ONE["phone"], "residents": [ONE]}),
    ("POST", "/households", {"dwelling_id": "019a9f2c-0000-7000-8000-000000000001", "residents": [ONE]}),
    ("POST", "/households", {"residents": [ONE | {"phone": ONE["phone"] + "x", "nickname": ONE["name"]}]}),
    ("PATCH", "/residents/019a9f2c-0000-7000-8000-000000000001", {"base_rev": 1, "name": ONE["name"]}),
    ("PATCH", f"/residents/{ONE['phone']}", {"base_rev": 1, "id_number": ONE["id_number"] + "!"}),
    ("GET", f"/households?q={ONE['name']}&kind={TWO['phone']}", None),
    ("GET", f"/households?cursor={ONE['phone']}", None),
    ("POST", "/dwellings", {"area_code": ONE["phone"], "room": "1"}),
]


async def test_no_canary_leaves_lists_errors_logs_or_exports(
    sit: Sit, runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = await sit(*COMMUNITY)
    assert heard(" ".join(await life(desk))) == []
    for method, path, body in TROUBLE:
        answer = await desk.call(method, path, json=body)
        assert 400 <= answer.status_code < 500, (path, answer.text)
        assert heard(answer.text) == [], path
    blob = (await desk.get("/households.xlsx")).content
    cells = [
        str(cell.value) for page in load_workbook(io.BytesIO(blob)) for row in page.iter_rows() for cell in row
    ]
    assert "金**" in cells
    assert heard(" ".join(cells)) == []
    person, *_ = said(await desk.get("/households", params={"q": "jsq"}))["items"]
    shown = said(await desk.get(f"/households/{person['id']}"))["members"][0]["id"]
    assert heard(json.dumps(said(await desk.post(f"/residents/{shown}/unmask", {"purpose": "核对"}))))
    await drain(runtime, HERE)
    told = "".join(capsys.readouterr())
    assert "unmasked" in told, "the log was really captured"
    assert heard(told) == []
    assert heard((await desk.http.get("/metrics")).text) == []


async def test_the_auditor_and_the_administrator_see_no_household(sit: Sit) -> None:
    await home(await sit(*COMMUNITY), "501", ONE)
    for seat in ((Role.AUDITOR, HERE), (Role.DISTRICT_ADMIN, HERE), (Role.PIONEER, town.B1)):
        desk = await sit(*seat)
        for path in ("/households", "/dwellings", "/households.xlsx", "/reviews"):
            assert (await desk.get(path)).status_code == 403, (seat, path)
