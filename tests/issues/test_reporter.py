"""The contact: sealed, masked, shown for a purpose once written down; a confidential one not to the handler."""

import pytest
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.issues.records import Reporter, Unmasking
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, assert_problem, let_in, raised, rows

pytestmark = pytest.mark.anyio

CONTACT = {"name": "王小芳", "phone": "13800001234"}


async def test_the_contact_is_sealed_and_found_only_by_its_keyed_hash(public: Desk, runtime: Runtime) -> None:
    await raised(public, contact=CONTACT)
    async with system_work(runtime, HERE) as work:
        kept = (await work.session.scalars(select(Reporter))).one()
        assert work.keys.unseal(bytes(kept.phone_sealed or b""), "reporter.phone") == CONTACT["phone"]
        assert bytes(kept.phone_hash or b"") == work.keys.keyed_hash(CONTACT["phone"], "phone")
    assert kept.masked == "王** 138****1234"
    for sealed in (kept.name_sealed, kept.phone_sealed, kept.phone_hash):
        assert CONTACT["phone"].encode() not in bytes(sealed or b"")
        assert CONTACT["name"].encode() not in bytes(sealed or b"")


@pytest.mark.parametrize(
    ("contact", "masked"),
    [
        ({"name": "王" * 60, "phone": "13800001234"}, "王*** 138****1234"),
        ({"name": "李"}, "李*"),
        ({"phone": "12345"}, "****45"),
        ({"phone": "+86-871-6747-0000"}, "+86****0000"),
        ({}, None),
        (None, None),
    ],
)
async def test_a_mask_tells_neither_the_name_nor_its_length(
    public: Desk, sit: Sit, contact: dict[str, str] | None, masked: str | None
) -> None:
    receipt = await raised(public, contact=contact)
    seen = (await (await sit(Role.GRID_WORKER, town.G1)).get(f"/issues/{receipt['id']}")).json()
    assert seen["reporter"] == masked


async def test_unmasking_takes_a_purpose_and_leaves_one_row_each_time(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    receipt = await raised(public, contact=CONTACT)
    path = f"/issues/{receipt['id']}/reporter"
    worker = await sit(Role.GRID_WORKER, town.G1)
    before = await rows(runtime)
    for bad in (
        {},
        {"purpose": ""},
        {"purpose": " \n "},
        {"purpose": "x" * 401},
        {"purpose": "核实", "name": "x"},
    ):
        assert_problem(await worker.post(path, bad), 422, "invalid_field")
    assert await rows(runtime) == before
    shown = await worker.post(path, {"purpose": "电话核实位置"})
    assert shown.json() == CONTACT
    assert shown.headers["cache-control"] == "no-store"
    await worker.post(path, {"purpose": "再次核实"})
    async with system_work(runtime, HERE) as work:
        kept = (await work.session.scalars(select(Unmasking).order_by(Unmasking.purpose.desc()))).all()
    assert [(str(one.post_id), one.purpose) for one in kept] == [
        (str(worker.post_id), "电话核实位置"),
        (str(worker.post_id), "再次核实"),
    ]


async def test_nothing_to_unmask_leaves_no_row(public: Desk, sit: Sit, runtime: Runtime) -> None:
    receipt = await raised(public)
    worker = await sit(Role.GRID_WORKER, town.G1)
    answer = await worker.post(f"/issues/{receipt['id']}/reporter", {"purpose": "核实"})
    assert_problem(answer, 404, "not_found", "reporter")
    assert (await rows(runtime))["unmasking"] == 0


async def test_a_confidential_reporter_is_hidden_from_whoever_handles_it(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    receipt = await raised(public, contact=CONTACT, confidential=True, type="tipoff")
    await let_in(runtime, receipt["id"], "chengguan")
    handlers = [(Role.GRID_WORKER, town.G1), (Role.GRID_LEADER, town.G1), (Role.BUILDING_LEADER, town.B1),
                (Role.DEPARTMENT_OFFICER, "chengguan")]  # fmt: skip
    for seat in handlers:
        desk = await sit(*seat)
        assert (await desk.get(f"/issues/{receipt['id']}")).json()["reporter"] is None, seat
        answer = await desk.post(f"/issues/{receipt['id']}/reporter", {"purpose": "核实"})
        assert_problem(answer, 404, "not_found", "reporter")
    assert (await rows(runtime))["unmasking"] == 0
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    assert (await street.get(f"/issues/{receipt['id']}")).json()["reporter"] == "王** 138****1234"
    relayed = await street.post(f"/issues/{receipt['id']}/reporter", {"purpose": "代为联系"})
    assert relayed.json() == CONTACT


async def test_a_confidential_report_stays_with_the_streets_desk_and_no_lower_one_knows_its_reporter(
    public: Desk, sit: Sit
) -> None:
    receipt = await raised(public, area_code=town.C1, contact=CONTACT, confidential=True)
    holder, street = await sit(Role.COMMUNITY_OFFICER, town.C1), await sit(Role.STREET_DISPATCHER, town.WEST)
    assert receipt["holder"]["post_id"] == str(street.post_id)
    assert (await holder.get(f"/issues/{receipt['id']}")).json()["reporter"] is None
    answer = await holder.post(f"/issues/{receipt['id']}/reporter", {"purpose": "核实"})
    assert_problem(answer, 404, "not_found", "reporter")
    open_one = await raised(public, area_code=town.C1, contact=CONTACT)
    assert (await holder.get(f"/issues/{open_one['id']}")).json()["reporter"] == "王** 138****1234"


async def test_after_closing_only_a_desk_still_sees_the_contact(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, contact=CONTACT)
    worker, street = await sit(Role.GRID_WORKER, town.G1), await sit(Role.STREET_DISPATCHER, town.WEST)
    await worker.step(receipt["id"], "accept")
    await worker.step(receipt["id"], "answer", text="已办")
    await public.post(f"/follow/{receipt['follow_token']}/rate", {"verdict": "solved", "satisfaction": 5})
    path = f"/issues/{receipt['id']}/reporter"
    assert_problem(await worker.post(path, {"purpose": "回访"}), 404, "not_found", "reporter")
    assert (await street.post(path, {"purpose": "回访"})).json() == CONTACT
