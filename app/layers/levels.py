"""The level a row of a list says it has: the office's words, ours, or the numbers of the division codes."""

from collections.abc import Mapping
from typing import Final

from app.grid.models import AreaLevel

ABOVE: Final = "above"  # a province or a prefecture: true, but not ground a district keeps

_WORDS: Final[Mapping[str, str]] = {
    **{str(one): str(one) for one in AreaLevel},
    **dict.fromkeys(("区县", "区", "县", "县级", "区县级", "市辖区", "县级市"), str(AreaLevel.DISTRICT)),
    **dict.fromkeys(("街道", "镇", "乡", "乡镇", "乡镇街道", "镇街", "乡级"), str(AreaLevel.STREET)),
    **dict.fromkeys(("社区", "村", "行政村", "村社区", "社区村", "居委会", "村委会"), str(AreaLevel.COMMUNITY)),
    **dict.fromkeys(("网格", "综合网格", "大网格", "小网格", "村民小组"), str(AreaLevel.GRID)),
    **dict.fromkeys(("楼栋", "楼栋组", "微网格", "单元片", "楼"), str(AreaLevel.BUILDING_GROUP)),
    **dict.fromkeys(("省", "自治区", "直辖市", "省级", "市", "地级市", "州", "地级", "市级"), ABOVE),
}  # fmt: skip
# The national list counts its five levels; the length of the code says that it is that list.
_NUMBERED: Final[Mapping[tuple[str, int], str]] = {
    ("1", 2): ABOVE, ("2", 4): ABOVE, ("3", 6): str(AreaLevel.DISTRICT), ("4", 9): str(AreaLevel.STREET),
    ("5", 12): str(AreaLevel.COMMUNITY),
}  # fmt: skip


def level_of(value: object, code: str) -> str | None:
    """One of our levels, ABOVE, or nothing when the row does not say."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    said = str(value or "").strip()
    plain = said.lower().replace("/", "").replace("(", "").replace(")", "").replace("、", "")
    return _WORDS.get(plain) or _NUMBERED.get((said, len(code)))
