"""A ground's doors and residents as the form of the import, masked: sent back as it is, it changes nothing."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from app.core.clock import SHANGHAI
from app.core.errors import Invalid
from app.core.work import Work
from app.grid.models import Area, Dwelling, Estate
from app.households.dwellings import on_area
from app.households.models import Household, Resident
from app.households.sheet import COLUMNS, MAX_ROWS, WORD_OF
from app.people.privacy import note_read


class ExportTooLarge(Invalid):
    """More rows than one sheet takes back."""

    code = "export_too_large"
    zh = "超过 {most_rows} 行,请选择下级区域分别导出。"
    en = "More than {most_rows} rows; export smaller areas one by one."


async def rows(work: Work, area: str | None) -> list[list[str]]:
    """Every door of the ground with who lives behind it, masked; whose records they are is written down."""
    found = list(await _doors(work, area))
    homes = await _homes(work, area)
    people = await _people(work, area)
    told: list[list[str]] = []
    for door in found:
        told += _rows_of(door, homes.get(door.id, []), people)
    if len(told) > MAX_ROWS:
        raise ExportTooLarge("area", most_rows=MAX_ROWS)
    shown = [one.id for some in homes.values() for one in some]
    await note_read(
        work, "export", "household", shown, {"name_masked", "phone_masked", "id_number_masked"}, "export"
    )
    return told


def about(work: Work, area: str | None, count: int) -> list[tuple[str, str]]:
    """The sheet 说明: of when, of what, by which post."""
    at = work.clock.now().astimezone(SHANGHAI)
    return [
        ("数据截至", f"{at:%Y-%m-%d %H:%M}"), ("范围", area or "本岗位责任范围"), ("行数", str(count)),
        ("导出岗位", str(work.actor.post_id)), ("说明", "个人信息已脱敏;带*的单元格导入时保持原值不变。"),
    ]  # fmt: skip


async def _doors(work: Work, area: str | None) -> Iterable[Any]:
    columns = ("id", "building", "entrance", "room", "use")
    query = (
        select(
            *(getattr(Dwelling, name) for name in columns),
            Area.code.label("area_code"),
            Estate.name.label("estate"),
        )
        .join(Area, Area.id == Dwelling.area_id)
        .outerjoin(Estate, Estate.id == Dwelling.estate_id)
        .order_by(Area.code, Dwelling.door, Dwelling.id)
        .limit(MAX_ROWS + 1)
    )
    if area is not None:
        query = query.where(await on_area(work, Dwelling, area))
    return await work.session.execute(query)


async def _homes(work: Work, area: str | None) -> dict[Any, list[Any]]:
    query = select(Household.id, Household.dwelling_id, Household.kind).where(Household.until.is_(None))
    if area is not None:
        query = query.where(await on_area(work, Household, area))
    found: dict[Any, list[Any]] = {}
    for row in await work.session.execute(query.order_by(Household.since, Household.id).limit(MAX_ROWS + 1)):
        found.setdefault(row.dwelling_id, []).append(row)
    return found


async def _people(work: Work, area: str | None) -> dict[Any, list[Any]]:
    masks = ("id", "household_id", "relation", "name_masked", "phone_masked", "id_number_masked")
    living = (Resident.until.is_(None), Household.until.is_(None))
    query = select(*(getattr(Resident, name) for name in masks))
    query = query.join(Household, Household.id == Resident.household_id).where(*living)
    if area is not None:
        query = query.where(await on_area(work, Household, area))
    found: dict[Any, list[Any]] = {}
    ordered = query.order_by(Resident.relation != "head", Resident.since, Resident.id).limit(MAX_ROWS + 1)
    for row in await work.session.execute(ordered):
        found.setdefault(row.household_id, []).append(row)
    return found


def _rows_of(door: Any, homes: list[Any], people: dict[Any, list[Any]]) -> list[list[str]]:
    said: dict[str, Any] = {
        "area_code": door.area_code, "estate": door.estate, "building": door.building, "entrance": door.entrance,
        "room": door.room, "use": WORD_OF["use"][door.use],
    }  # fmt: skip
    told: list[dict[str, Any]] = []
    for place, home in enumerate(homes, 1):
        lives = said | {"place": place, "kind": WORD_OF["kind"][home.kind]}
        named = [
            lives | {
                "ref": f"R{one.id.hex}", "name": one.name_masked, "phone": one.phone_masked,
                "relation": WORD_OF["relation"][one.relation], "id_number": one.id_number_masked,
            }
            for one in people.get(home.id, [])
        ]  # fmt: skip
        told += named or [lives | {"ref": f"H{home.id.hex}"}]
    told = told or [said | {"ref": f"D{door.id.hex}"}]
    return [[str(one.get(column) or "") for column in COLUMNS] for one in told]
