"""Known places behind an address: ranked, alike for every spelling, never a door to whom it is out of sight."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from app.core.db import DIALECT
from app.core.scope import NOTHING, Scope
from app.core.work import PUBLIC, Actor, Runtime, Work, known_as, open_work, system_work
from app.grid import places
from app.grid.doors import door_of
from app.grid.models import Area, AreaLevel, Dwelling, DwellingUse, Estate
from app.grid.places import Answer, Closeness
from app.grid.queries import get_area
from tests import town

pytestmark = pytest.mark.anyio
HERE = town.DISTRICTS[0]


async def estate(work: Work, name: str, address: str | None, street: str = town.WEST, *aliases: str) -> UUID:
    made = work.new_id()
    row = {
        "id": made, "name": name, "aliases": list(aliases), "address": address, "firm_unit_id": None,
        "outline": None,
        "street_id": (await get_area(work, street)).id, "valid_from": work.clock.now(), "valid_to": None,
    }  # fmt: skip
    await work.put(Estate, [row])
    return made


async def doors(
    work: Work, area: str, estate_id: UUID | None, said: Sequence[str], code: str | None = None
) -> None:
    """Doors «building-entrance-room» in an area."""
    ground = await get_area(work, area)
    rows = []
    for one in said:
        building, entrance, room = one.split("-")
        rows.append({
            "id": work.new_id(), "area_id": ground.id, "street_id": ground.street_id,
            "community_id": ground.community_id, "grid_id": ground.grid_id,
            "building_group_id": ground.building_group_id, "estate_id": estate_id, "code": code,
            "building": f"{building}栋", "entrance": f"{entrance}单元", "room": room,
            "door": door_of(building, entrance, room).key, "use": DwellingUse.HOME, "point": None,
            "since": work.clock.now(),
        })  # fmt: skip
    await work.put(Dwelling, rows)


async def settle(runtime: Runtime) -> None:
    """Two estates of one name in two communities, one with an address and a second name."""
    async with system_work(runtime, HERE) as work:
        shao = await estate(work, "韶光花园小区", "学海路12号", town.WEST, "老机械厂宿舍")
        await doors(work, town.B1, shao, ["1-1-101", "1-2-501"])
        await doors(work, town.B2, shao, ["2-1-101"])
        await doors(work, town.G2, await estate(work, "安居苑", None), ["3-1-101"])
        await doors(work, town.SMALL_A, await estate(work, "安居苑", "联大街1号"), ["3-1-101"])
        await estate(work, "公厕旁", None, town.WEST, "韶光街与学海路路口")


async def asked(runtime: Runtime, text: str, scope: Scope | None = None) -> Answer:
    """What anybody is told, or a post with that scope."""
    who = known_as(Actor(PUBLIC if scope is None else "grid_worker"), scope or NOTHING)
    async with open_work(runtime, HERE, who) as work:
        return await places.find(work, text)


async def ground(runtime: Runtime, code: str) -> Scope:
    async with system_work(runtime, HERE) as work:
        area = await get_area(work, code)
    return Scope(areas={"grid_id" if area.level == AreaLevel.GRID else "street_id": (area.id,)})


def said(answer: Answer) -> list[tuple[str, str]]:
    return [(str(one.closeness), one.code) for one in answer.places]


@pytest.mark.parametrize(
    "text",
    ["韶光花园小区1栋2单元501", "韶光花园 一栋 二单元 五零一", "韶光花园1-2-501", "老机械厂宿舍1号楼2单元501室",
     "学海路十二号1幢2单元501", "呈贡区乌龙街道韶光花园01栋2单元501室"],
)  # fmt: skip
async def test_every_spelling_is_one_door_to_who_may_see_it_and_one_building_to_others(
    runtime: Runtime, text: str
) -> None:
    await settle(runtime)
    answer = await asked(runtime, text, await ground(runtime, town.G1))
    assert said(answer) == [("door", town.B1)]
    assert answer.certain
    assert answer.certain.dwelling_id
    for scope in (None, await ground(runtime, town.G2)):
        told = await asked(runtime, text, scope)
        assert said(told) == [("building", town.B1)]
        assert told.certain
        assert told.certain.dwelling_id is None


async def test_whether_a_door_exists_is_told_to_nobody_out_of_its_ground(runtime: Runtime) -> None:
    await settle(runtime)
    for scope in (None, await ground(runtime, town.G2)):
        there = await asked(runtime, "韶光花园1栋2单元501", scope)
        for absent in ("韶光花园1栋2单元999", "韶光花园1栋9单元501"):
            assert await asked(runtime, absent, scope) == there


async def test_what_is_ambiguous_or_not_understood_offers_and_places_nothing(runtime: Runtime) -> None:
    await settle(runtime)
    two = await asked(runtime, "安居苑3栋")
    assert (said(two), two.certain) == ([("building", town.G2), ("building", town.SMALL_A)], None)
    one = await asked(runtime, "联大社区安居苑3栋")
    assert (said(one), one.certain) == ([("building", town.SMALL_A)], one.places[0])
    for text, expected in (
        ("韶光花园", [("estate", town.G1)]), ("韶光花园9栋", [("estate", town.G1)]),
        ("韶光花园1栋对面", [("building", town.B1)]), ("官渡区韶光花园1栋", [("building", town.B1)]),
        ("韶光花", [("part_of_name", town.G1)]), ("韶光街学海路交叉口", [("crossing", town.WEST)]),
        ("三岔口社区", [("community", town.C1)]), ("桥头", []), ("1栋", []), ("", []),
    ):  # fmt: skip
        answer = await asked(runtime, text)
        assert (said(answer)) == expected, text
        assert (answer.certain is not None) == (text == "韶光花园"), text
    assert said(await asked(runtime, "学海路12号")) == [("road_number", town.G1)]
    assert said(await asked(runtime, "三岔口社区2栋")) == [("building", town.B2)]


async def test_a_door_without_an_estate_is_sought_on_the_posts_own_ground(runtime: Runtime) -> None:
    await settle(runtime)
    own = await asked(runtime, "3栋1单元", await ground(runtime, town.G2))
    assert (said(own), own.certain) == ([("building", town.G2)], own.places[0])
    both = await asked(runtime, "3栋1单元", await ground(runtime, town.WEST))
    assert (said(both), both.certain) == ([("building", town.G2), ("building", town.SMALL_A)], None)
    assert said(await asked(runtime, "3栋1单元", await ground(runtime, town.G1))) == []


async def test_an_address_is_found_by_indexes(runtime: Runtime) -> None:
    """Of 200,000 doors a few are read: none of the statements scans the doors or the areas."""
    await settle(runtime)
    sent: list[Any] = []
    async with system_work(runtime, HERE) as work:
        await work.driver.execute("set local enable_seqscan = off")
        real = work.session.execute

        async def watched(statement: Any, *given: Any, **named: Any) -> Any:
            sent.append(statement)
            return await real(statement, *given, **named)

        work.session.execute = watched  # type: ignore[method-assign]
        await places.find(work, "韶光花园1栋2单元501")
        await places.find(work, "三岔口社区2栋")
        await places.find(work, "3栋1单元")
        plans = [await explained(work, one) for one in sent]
    whole = "\n".join(plans)
    assert "Seq Scan on dwelling" not in whole, whole
    assert "Seq Scan on area" not in whole, whole
    for index in ("dwelling_", "area_parent_id_idx"):
        assert index in whole, index


async def explained(work: Work, statement: Any) -> str:
    made = statement.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
    found = await work.driver.execute("explain " + str(made), dict(made.params))
    return "\n".join(row[0] for row in await found.fetchall())


async def test_an_area_keeps_its_levels_for_places(runtime: Runtime) -> None:
    await settle(runtime)
    answer = await asked(runtime, "韶光花园1栋")
    (one,) = answer.places
    assert (one.closeness, one.label, one.chain) == (
        Closeness.BUILDING, "韶光花园小区 1栋", ("呈贡区", "乌龙街道", "三岔口社区", "第一网格", "1栋"),
    )  # fmt: skip
    async with system_work(runtime, HERE) as work:
        assert (await work.session.get_one(Area, one.area_id)).code == town.B1
