"""统一赋码: what a code says, which number is free next, and the 20-digit form other systems ask for (DOMAIN 3.1).

A community's division code has 12 digits; a grid adds three, a building group three more, a dwelling four. General
grids count from 001, dedicated ones from 900, so that both stay readable. A number once given is never given
again, though its area be gone: old codes resolve for ever (R3.2).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from app.core.errors import Conflict, Invalid
from app.core.work import Work
from app.grid.models import AreaCode, AreaLevel, Dwelling, GridKind

LENGTHS: Final[Mapping[AreaLevel, int]] = {
    AreaLevel.DISTRICT: 6,
    AreaLevel.STREET: 9,
    AreaLevel.COMMUNITY: 12,
    AreaLevel.GRID: 15,
    AreaLevel.BUILDING_GROUP: 18,
}
DWELLING_LENGTH: Final = 22
STEP: Final = 3  # digits an area adds to what it lies in
DWELLING_STEP: Final = 4
FIRST_DEDICATED: Final = 900
OBJECT_CLASS_DIGITS: Final = 6
MOST_IN_TWO_DIGITS: Final = 99

FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "not_digits": ("只能由数字组成", "it holds more than digits"),
    "wrong_length": ("位数与层级不符", "its length is not that of its level"),
    "zero": ("末段序号不能全为 0", "its last part is all zeros"),
}


class CodesUsedUp(Conflict):
    """Every number below an area was given once."""

    code = "codes_used_up"
    zh = "{parent} 之下的序号已全部用过;编码不得重复使用。"
    en = "Every number below {parent} was given before; codes are never used again."


class NoCodeBelow(Invalid):
    """Nothing is numbered below a code like this one."""

    code = "no_code_below"
    zh = "{parent} 不是社区、网格或楼栋的统一赋码。"
    en = "{parent} is not the unified code of a community, grid or building group."


class NoTwentyDigits(Invalid):
    """The short form of the sequence has two digits."""

    code = "no_twenty_digits"
    zh = "{area} 没有 20 位形式:对象分类须 6 位数字,序号须在 1 至 99 之间。"
    en = "{area} has no 20-digit form: six digits of object class and a sequence of 1 to 99 are needed."


@dataclass(frozen=True, slots=True)
class Parts:
    """A code taken apart; what it does not reach is empty."""

    division: str
    grid: str = ""
    building_group: str = ""
    dwelling: str = ""


def parts_of(code: str) -> Parts:
    """What a code of 12, 15, 18 or 22 digits is made of; a shorter one is all division."""
    community, grid = LENGTHS[AreaLevel.COMMUNITY], LENGTHS[AreaLevel.GRID]
    group = LENGTHS[AreaLevel.BUILDING_GROUP]
    return Parts(code[:community], code[community:grid], code[grid:group], code[group:])


def fault_of(code: str, level: AreaLevel | None) -> str | None:
    """Why a code has not the form of its level, as a key of FAULTS; no level means a dwelling."""
    length = DWELLING_LENGTH if level is None else LENGTHS[level]
    if not (code.isascii() and code.isdigit()):
        return "not_digits"
    if len(code) != length:
        return "wrong_length"
    last = DWELLING_STEP if level is None else STEP
    return "zero" if not int(code[-last:]) else None


def prefix_wanted(parent_code: str, parent_level: AreaLevel, level: AreaLevel) -> str:
    """What a child's code begins with: the parent's code; in a grid of grids, the community's."""
    nested = parent_level is level is AreaLevel.GRID
    return parent_code[: LENGTHS[AreaLevel.COMMUNITY]] if nested else parent_code


def next_number(prefix: str, taken: Iterable[str], *, digits: int = STEP, dedicated: bool = False) -> str:
    """The number after the highest ever given below a prefix; when none is left above, the lowest never given."""
    length = len(prefix) + digits
    numbers = {
        int(code[len(prefix) :])
        for code in taken
        if len(code) == length and code.startswith(prefix) and code.isascii() and code[len(prefix) :].isdigit()
    }
    end = 10**digits
    low, high = 1, end
    if digits == STEP and len(prefix) == LENGTHS[AreaLevel.COMMUNITY]:
        low, high = (FIRST_DEDICATED, end) if dedicated else (1, FIRST_DEDICATED)
    given = [one for one in numbers if low <= one < high]
    wanted = max(given, default=low - 1) + 1
    if wanted >= high:
        wanted = next((one for one in range(low, high) if one not in numbers), high)
    if wanted >= high:
        raise CodesUsedUp("parent", parent=prefix)
    return f"{prefix}{wanted:0{digits}d}"


def twenty_digits(code: str, object_class: str) -> str:
    """The 20-digit form of a community or grid: class 6, county 6, street 3, community 3, sequence 2."""
    sequence = code[LENGTHS[AreaLevel.COMMUNITY] :] or "0"
    sizes = (LENGTHS[AreaLevel.COMMUNITY], LENGTHS[AreaLevel.GRID])
    digits = (code + object_class).isascii() and (code + object_class).isdigit()
    if not digits or len(code) not in sizes or len(object_class) != OBJECT_CLASS_DIGITS:
        raise NoTwentyDigits("code", area=code)
    if int(sequence) > MOST_IN_TWO_DIGITS:
        raise NoTwentyDigits("code", area=code)
    return f"{object_class}{code[: LENGTHS[AreaLevel.COMMUNITY]]}{int(sequence):02d}"


async def next_code(work: Work, parent: str, kind: GridKind = GridKind.GENERAL) -> str:
    """The next free code below a community, grid or building group; `CodesUsedUp`, `NoCodeBelow`."""
    numbered = (AreaLevel.COMMUNITY, AreaLevel.GRID, AreaLevel.BUILDING_GROUP)
    if not parent.isdigit() or len(parent) not in {LENGTHS[level] for level in numbered}:
        raise NoCodeBelow("parent", parent=parent[:40])
    is_door = len(parent) == LENGTHS[AreaLevel.BUILDING_GROUP]
    column = Dwelling.code if is_door else AreaCode.code
    taken = await work.session.scalars(select(column).where(column.startswith(parent)))
    given = [one for one in taken if one is not None]
    digits = DWELLING_STEP if is_door else STEP
    return next_number(parent, given, digits=digits, dedicated=kind is GridKind.DEDICATED)
