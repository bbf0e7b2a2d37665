"""Households met for the first time behind a known door: made under the phone's id, or put before a person."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.households.members import clear
from app.households.models import Household, Resident, Review
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.households.homes import HEAD, assert_chains
from tests.households.homes import home as registered
from tests.phones.conftest import Enrol
from tests.phones.phone import Outgoing, Phone
from tests.visits.homes import HERE, count, visit_rows

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
TENANT = {"name": "欧阳海", "relation": "head", "phone": "16655550001"}


async def standing(sit: Sit) -> tuple[Desk, str, str]:
    """The leader, and a household that is registered: its door and its id."""
    leader = await sit(Role.GRID_LEADER, town.G1)
    made = await registered(leader, "501")
    return leader, made["dwelling"]["id"], made["id"]


async def people(runtime: Runtime, household: Any) -> list[tuple[str, str | None]]:
    async with system_work(runtime, HERE) as work:
        living = (Resident.household_id == UUID(str(household)), Resident.until.is_(None))
        rows = await work.session.scalars(select(Resident).where(*living))
        return sorted((clear(work.keys, one)["name"], clear(work.keys, one)["phone"]) for one in rows)


def id_of(op: Outgoing) -> str:
    return str(op.body["entity_id"])


async def card_of(leader: Desk) -> dict[str, Any]:
    (card,) = (await leader.get("/reviews")).json()["items"]
    return dict(card)


async def test_tenants_beside_a_household_that_stands(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    """Other people behind the same door: a household of their own, and all that was entered of it in one batch."""
    _, door, first = await standing(sit)
    phone = await phone_of()
    made = phone.household(door, TENANT, kind="tenant", note="三月搬来。")
    phone.visit(id_of(made))
    child = {"household_id": id_of(made), "resident": {"name": "欧阳小海", "relation": "child"}}
    phone.enter("resident.add", phone.fresh(), child)
    phone.enter("household.edit", id_of(made), {"fields": {"note": "四月搬来。"}}, base_rev=1)
    assert await phone.sync()
    assert [one.status for one in phone.sent] == ["applied"] * 4
    assert await people(runtime, id_of(made)) == [("欧阳小海", None), ("欧阳海", "16655550001")]
    assert len(await visit_rows(runtime, UUID(id_of(made)))) == 1
    assert {first, id_of(made)} == set(phone.held("household"))
    assert phone.held("household")[id_of(made)]["note"] == "四月搬来。"
    assert await phone.agrees()
    await assert_chains(runtime)


async def test_what_names_a_household_before_it_has_come_waits_for_it(
    phone_of: Enrol, sit: Sit, runtime: Runtime
) -> None:
    _, door, _ = await standing(sit)
    phone = await phone_of()
    made = phone.household(door, TENANT)
    phone.visit(id_of(made))
    phone.enter("household.edit", id_of(made), {"fields": {"kind": "tenant"}}, base_rev=1)
    phone.outbox = [*phone.outbox[1:], made]
    await phone.push(most=2)
    assert [one.status for one in phone.outbox] == ["waiting", "waiting", "new"]
    assert await phone.sync()
    assert {one.status for one in phone.sent} == {"applied"}
    assert len(await visit_rows(runtime, UUID(id_of(made)))) == 1


async def doubted(phone: Phone, door: str, *who: dict[str, Any]) -> Outgoing:
    """The same people, it seems, met by somebody who did not find them on the list; and a visit to them."""
    made = phone.household(door, *who)
    phone.visit(id_of(made))
    await phone.sync()
    assert [(one.status, one.code) for one in phone.sent] == [("conflict", "possible_duplicate")]
    assert [one.status for one in phone.outbox] == ["waiting"], "the visit waits for a person's word"
    return made


SAME: list[list[dict[str, Any]]] = [[{"name": "曾国强"}], [{"name": "曾先生", "phone": HEAD["phone"]}], []]


@pytest.mark.parametrize("who", SAME, ids=["name", "phone", "nobody"])
async def test_the_same_people_are_put_before_a_person(
    phone_of: Enrol, sit: Sit, runtime: Runtime, who: list[dict[str, Any]]
) -> None:
    leader, door, first = await standing(sit)
    phone = await phone_of()
    made = await doubted(phone, door, *who)
    assert await count(runtime, Household) == 1
    card = await card_of(leader)
    assert (card["reason"], card["household_id"]) == ("possible_duplicate", first)
    assert (card["entity"], card["entity_id"]) == ("household", id_of(made))
    assert "曾国强" not in str(card)
    phone.outbox = [*phone.sent, *phone.outbox]
    assert {one["status"] for one in await phone.push()} == {"duplicate", "waiting"}
    again = phone.enter("household.create", id_of(made), made.body["payload"])
    await phone.push()
    assert again.status == "conflict"
    assert await count(runtime, Review) == 1, "asked once"


async def test_found_to_be_the_same_it_is_taken_in_and_its_id_leads_there(
    phone_of: Enrol, sit: Sit, runtime: Runtime
) -> None:
    """Who was not known there comes along; of two numbers one waits; the visit reaches the household."""
    leader, door, first = await standing(sit)
    phone = await phone_of()
    son = {"name": "曾小强", "relation": "child"}
    made = await doubted(phone, door, {"name": "曾国强", "relation": "head"}, son)
    card = await card_of(leader)
    kept = await leader.post(f"/reviews/{card['id']}/decide", {"decision": "kept"})
    assert kept.status_code == 200, kept.text
    assert await phone.sync()
    assert phone.sent[-1].status == "rerouted"
    assert phone.redirects[id_of(made)] == first
    assert await people(runtime, first) == [("曾国强", HEAD["phone"]), ("曾小强", None)]
    (row,) = await visit_rows(runtime, UUID(first))
    assert str(row.said_household_id) == id_of(made)
    assert set(phone.held("household")) == {first}
    assert await phone.agrees()
    await assert_chains(runtime)
    assert (await leader.post(f"/reviews/{card['id']}/decide", {"decision": "taken"})).status_code == 409


async def test_found_to_be_another_it_is_made_under_its_own_id(
    phone_of: Enrol, sit: Sit, runtime: Runtime
) -> None:
    leader, door, first = await standing(sit)
    phone = await phone_of()
    made = await doubted(phone, door, {"name": "曾国强", "phone": "16600009999"})
    card = await card_of(leader)
    taken = await leader.post(f"/reviews/{card['id']}/decide", {"decision": "taken"})
    assert taken.status_code == 200, taken.text
    assert await phone.sync()
    assert phone.sent[-1].status == "applied"
    assert await people(runtime, id_of(made)) == [("曾国强", "16600009999")]
    assert len(await visit_rows(runtime, UUID(id_of(made)))) == 1
    assert await visit_rows(runtime, UUID(first)) == []
    assert set(phone.held("household")) == {first, id_of(made)}
    assert await phone.agrees()


async def test_two_phones_meet_the_same_people(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    """The second of them finds the first."""
    _, door, _ = await standing(sit)
    one, other = await phone_of(), await phone_of(Role.GRID_LEADER, town.G1)
    first, second = one.household(door, TENANT), other.household(door, TENANT)
    assert await one.sync()
    assert await other.sync()
    assert (first.status, second.status) == ("applied", "conflict")
    async with system_work(runtime, HERE) as work:
        card = (await work.session.scalars(select(Review))).one()
    assert (str(card.household_id), str(card.entity_id)) == (id_of(first), id_of(second))


async def test_a_foreign_door_and_a_foreign_id_are_refused(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    _, door, first = await standing(sit)
    office = await sit(Role.COMMUNITY_OFFICER, town.C1)
    elsewhere = await registered(office, "601", area=town.G2)
    phone, cleaner = await phone_of(), await phone_of(Role.CLEANER, town.G1)
    phone.household(elsewhere["dwelling"]["id"], TENANT)
    phone.enter("household.create", first, {"dwelling_id": door, "residents": [TENANT]})
    phone.enter("household.create", elsewhere["id"], {"dwelling_id": door, "residents": [TENANT]})
    await phone.push()
    assert [one.code for one in phone.attention] == ["forbidden", "household_id_taken", "household_id_taken"]
    cleaner.household(door, TENANT)
    await cleaner.push()
    assert [one.status for one in cleaner.attention] == ["rejected"]
    assert await count(runtime, Household) == 2
