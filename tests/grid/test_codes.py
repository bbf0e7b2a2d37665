import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from app.core.work import Runtime, system_work
from app.grid.codes import (
    CodesUsedUp,
    NoCodeBelow,
    NoTwentyDigits,
    fault_of,
    next_code,
    next_number,
    parts_of,
    prefix_wanted,
    twenty_digits,
)
from app.grid.models import Area, AreaCode, AreaLevel, GridKind
from app.grid.queries import get_area
from tests import town

COMMUNITY = "530114004005"
GRID = f"{COMMUNITY}012"


def test_a_code_is_taken_apart_by_its_length() -> None:
    parts = parts_of("5301140040050120030045")
    assert (parts.division, parts.grid, parts.building_group, parts.dwelling) == (COMMUNITY, "012", "003", "0045")
    assert parts_of(COMMUNITY).grid == ""


@pytest.mark.parametrize(
    ("code", "level", "fault"),
    [
        (COMMUNITY, AreaLevel.COMMUNITY, None),
        (GRID, AreaLevel.GRID, None),
        (f"{GRID}003", AreaLevel.BUILDING_GROUP, None),
        (f"{GRID}0030045", None, None),
        (f"{COMMUNITY}000", AreaLevel.GRID, "zero"),
        (GRID, AreaLevel.BUILDING_GROUP, "wrong_length"),
        ("53011400400501X", AreaLevel.GRID, "not_digits"),
        (COMMUNITY + "\uff10\uff11\uff12", AreaLevel.GRID, "not_digits"),  # full-width digits look alike
    ],
)
def test_the_form_of_a_code(code: str, level: AreaLevel | None, fault: str | None) -> None:
    assert fault_of(code, level) == fault


@given(st.sets(st.integers(1, 999), max_size=60), st.booleans())
def test_the_next_number_was_never_given(numbers: set[int], dedicated: bool) -> None:
    taken = {f"{COMMUNITY}{number:03d}" for number in numbers}
    code = next_number(COMMUNITY, taken, dedicated=dedicated)
    assert code not in taken
    assert fault_of(code, AreaLevel.GRID) is None
    assert (int(code[-3:]) >= 900) == dedicated


def test_a_gap_is_used_only_when_the_numbers_above_are_gone() -> None:
    below = [f"{COMMUNITY}{number:03d}" for number in range(1, 900) if number != 7]
    assert next_number(COMMUNITY, [f"{COMMUNITY}002", f"{COMMUNITY}009"]) == f"{COMMUNITY}010"
    assert next_number(COMMUNITY, below) == f"{COMMUNITY}007"
    with pytest.raises(CodesUsedUp):
        next_number(COMMUNITY, [*below, f"{COMMUNITY}007"])


def test_the_twenty_digits_say_class_community_and_sequence() -> None:
    assert twenty_digits(GRID, "020101") == "02010153011400400512"
    assert twenty_digits(COMMUNITY, "020101") == "02010153011400400500"
    for code, kind in ((f"{COMMUNITY}100", "020101"), (GRID, "0201"), (GRID[:9], "020101")):
        with pytest.raises(NoTwentyDigits):
            twenty_digits(code, kind)


def test_a_grid_in_a_grid_keeps_the_prefix_of_its_community() -> None:
    assert prefix_wanted(GRID, AreaLevel.GRID, AreaLevel.GRID) == COMMUNITY
    assert prefix_wanted(GRID, AreaLevel.GRID, AreaLevel.BUILDING_GROUP) == GRID


@pytest.mark.anyio
async def test_a_code_given_up_is_not_given_again(runtime: Runtime) -> None:
    async with system_work(runtime, "530114") as work:
        first = await next_code(work, town.C1)
        assert first == f"{town.C1}{max(int(code[-3:]) for code in (town.G1, town.G2, town.ISLAND)) + 1:03d}"
        now = work.clock.now()
        old = (await get_area(work, town.G1)).id
        await work.put(AreaCode, [{"code": first, "area_id": old, "valid_from": now, "valid_to": now}])
        await work.session.execute(update(Area).where(Area.code == town.G2).values(valid_to=now))
        assert int(await next_code(work, town.C1)) == int(first) + 1
        assert (await next_code(work, town.C2, GridKind.DEDICATED))[-3:] == f"{int(town.MARKET[-3:]) + 1:03d}"
        assert (await next_code(work, town.B1)) == f"{town.B1}0001"
        with pytest.raises(NoCodeBelow):
            await next_code(work, town.WEST)
