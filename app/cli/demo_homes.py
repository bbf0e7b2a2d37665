"""Two thousand made-up households of the demonstration's street, brought in by the plan of a sheet.

Nobody's data: phones are of a range given to no operator, identity numbers carry a wrong check digit.
"""

from itertools import cycle, islice
from typing import Any

from sqlalchemy import select

from app.core.work import Work
from app.grid.models import Area, AreaLevel
from app.grid.queries import get_area
from app.households import care, importing, storing
from app.households.models import Household
from app.households.schemas import NewCareNeed
from app.households.sheet import COLUMNS, Given, Line

HOUSEHOLDS = 2_000
GRID_DIGITS = 15  # a building group has three more
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗曾单"
GIVEN_NAMES = (
    "建国",
    "秀英",
    "国强",
    "丽华",
    "志明",
    "桂兰",
    "晓东",
    "雨桐",
    "文博",
    "思远",
    "春梅",
    "海涛",
    "静怡",
)
FAMILY = ("head", "spouse", "child", "parent")
KINDS = ("permanent", "permanent", "permanent", "tenant", "permanent", "collective")
NEEDS = (
    "living_alone",
    "empty_nest",
    "aged_80",
    "disabled",
    "living_alone",
    "left_behind",
    "dependent",
    "dementia",
)
EVERY_NEED = 12  # one household in so many has a care need
EMPTY_EVERY = 25
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"  # GB 11643, by the remainder of the weighted sum


async def fill_homes(work: Work, street: str, households: int = HOUSEHOLDS) -> None:
    """Doors, households and residents over every leaf of the street, the same each time but for their ids."""
    plan = await importing.plan(work, Given(await _lines(work, street, households)))
    await storing.store(work, plan)
    query = select(Household.id).where(Household.id.in_([home.id for home in plan.homes[::EVERY_NEED]]))
    chosen = set(await work.session.scalars(query))
    ordered = [home.id for home in plan.homes if home.id in chosen]
    for household_id, kind in zip(ordered, cycle(NEEDS), strict=False):
        await care.add_need(work, household_id, NewCareNeed(kind=kind, consent=True))


async def _lines(work: Work, street: str, households: int) -> list[Line]:
    """One line a resident; every so many doors stand empty."""
    leaves = await _leaves(work, street)
    lines: list[Line] = []
    for number, code in enumerate(islice(cycle(leaves), households)):
        door = number // len(leaves)
        said: dict[str, Any] = dict.fromkeys(COLUMNS)
        said |= {
            "area_code": code, "building": _building(code), "entrance": f"{door % 2 + 1}单元", "use": "home",
            "room": f"{door // 4 + 1}{door // 2 % 2 + 1:02d}", "kind": KINDS[number % len(KINDS)],
        }  # fmt: skip
        lines += [_line(lines, said | _person(number, place)) for place in range(1 + number % len(FAMILY))]
        if number % EMPTY_EVERY == 0:
            nobody = {"room": f"{door // 4 + 1}9{door % 2}", "use": "empty", "kind": None}
            lines.append(_line(lines, said | nobody))
    return [Line(row, line.said, line.typed) for row, line in enumerate(lines, 2)]


def _building(code: str) -> str:
    """Each building group of a grid is one building."""
    return f"{int(code[-3:]) if len(code) > GRID_DIGITS else 1}栋"


def _line(lines: list[Line], said: dict[str, Any]) -> Line:
    return Line(len(lines) + 2, said, [str(said[column] or "") for column in COLUMNS])


async def _leaves(work: Work, street: str) -> list[str]:
    """Building groups, and grids with none."""
    above = await get_area(work, street)
    inside = (Area.street_id == above.id, Area.valid_to.is_(None))
    areas = (await work.session.scalars(select(Area).where(*inside).order_by(Area.code))).all()
    parents = {area.parent_id for area in areas}
    wanted = (AreaLevel.BUILDING_GROUP, AreaLevel.GRID)
    return [area.code for area in areas if area.level in wanted and area.id not in parents]


def _person(number: int, place: int) -> dict[str, Any]:
    """The resident at a place of a household; children have no phone and no number on record."""
    name = SURNAMES[(number + place * (place == 1)) % len(SURNAMES)]
    name += GIVEN_NAMES[(number // 3 + place * 5) % len(GIVEN_NAMES)]
    adult = FAMILY[place] != "child"
    born = 1930 + (number * 7 + place * 23) % 70
    return {
        "name": name, "relation": FAMILY[place],
        "phone": f"1210{number:05d}{place:02d}" if adult else None,
        "id_number": _made_up(f"530114{born}0101{(number * 4 + place) % 1000:03d}") if adult else None,
    }  # fmt: skip


def _made_up(digits: str) -> str:
    """Seventeen digits and a check digit that is not theirs."""
    right = sum(int(one) * weight for one, weight in zip(digits, WEIGHTS, strict=True)) % len(CHECKS)
    return digits + str((right + 3) % 10 if CHECKS[right] != str((right + 3) % 10) else (right + 4) % 10)
