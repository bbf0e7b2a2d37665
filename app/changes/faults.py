"""What is wrong with a request, in the form in which a layer's findings are told (app/layers/findings.py)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from app.core.errors import Problem
from app.layers.findings import Code as LayerCode
from app.layers.findings import Finding, Level


class Code(StrEnum):
    """Kinds of fault only a change can have. The values are stable."""

    NOT_COVERED = "not_covered"
    BEYOND_OLD = "beyond_old"
    PIECES_OVERLAP = "pieces_overlap"
    NOT_SIBLINGS = "not_siblings"
    NOT_TOUCHING = "not_touching"
    BAD_PARENT = "bad_parent"
    PARENT_CYCLE = "parent_cycle"
    CODE_TAKEN = "code_taken"
    CODE_APART = "code_apart"
    CHILD_TORN = "child_torn"
    CHILD_UNPLACED = "child_unplaced"
    HAS_CHILDREN = "has_children"
    NO_GROUND_LEFT = "no_ground_left"
    SHAPE_MISSING = "shape_missing"
    DOORS_CLASH = "doors_clash"
    NOT_RURAL = "not_rural"
    NO_CHANGE = "no_change"
    ALSO_CHANGING = "also_changing"


WARNINGS: Final = frozenset({Code.CODE_APART, Code.SHAPE_MISSING, Code.ALSO_CHANGING})
ACCEPTABLE: Final = frozenset({
    Code.CHILD_TORN, Code.NOT_TOUCHING, LayerCode.OVERLAP, LayerCode.GAP, LayerCode.OUTSIDE_PARENT,
})  # fmt: skip
WORDS: Final[Mapping[Code, tuple[str, str]]] = {
    Code.NOT_COVERED: (
        "拆分后的各块没有盖满原范围,缺 {m2} 平方米(覆盖 {share})。",
        "The pieces do not cover the old area: {m2} m² are missing ({share} covered).",
    ),
    Code.BEYOND_OLD: (
        "拆分后的各块超出原范围 {m2} 平方米。",
        "The pieces reach {m2} m² beyond the old area.",
    ),
    Code.PIECES_OVERLAP: ("两块之间重叠 {m2} 平方米。", "Two pieces overlap by {m2} m²."),
    Code.NOT_SIBLINGS: (
        "合并的区域须为同一上级下同层级、同类型的区域。",
        "Only siblings of one level and kind can be merged.",
    ),
    Code.NOT_TOUCHING: ("合并的区域互不相连。", "The areas to be merged do not touch."),
    Code.BAD_PARENT: (
        "{level_zh}不能设在 {parent} 之下(上级层级不符或已撤销)。",
        "A {level} cannot stand under {parent}: the level does not fit, or it has ended.",
    ),
    Code.PARENT_CYCLE: (
        "{parent} 在该区域之内,不能作为其上级。",
        "{parent} lies inside the area and cannot be its parent.",
    ),
    Code.CODE_TAKEN: (
        "编码 {taken} 已使用过;编码永不重复使用,请另取。",
        "Code {taken} was used before; codes are never given twice, take another.",
    ),
    Code.CODE_APART: (
        "编码 {taken} 与上级编码 {parent} 的前缀不一致。",
        "Code {taken} does not begin with its parent's, {parent}.",
    ),
    Code.CHILD_TORN: (
        "下级区域跨在新界线上,只有 {share} 在其归属的一块之内。",
        "A child lies across the new border; only {share} of it is in its piece.",
    ),
    Code.CHILD_UNPLACED: (
        "无法判断该下级区域归哪一块,请指定。",
        "It cannot be told to which piece this child belongs; say so.",
    ),
    Code.HAS_CHILDREN: (
        "该区域还有 {children} 个下级,请先指定承接区域。",
        "The area still has {children} children; name who takes them.",
    ),
    Code.NO_GROUND_LEFT: (
        "划出后该区域没有剩余范围;请改用合并或撤销。",
        "Nothing of this area is left; merge or close it instead.",
    ),
    Code.SHAPE_MISSING: (
        "没有边界,未作范围检查。",
        "There is no boundary, so the ground was not checked.",
    ),
    Code.DOORS_CLASH: (
        "合并后有 {doors} 处房屋楼栋门牌相同;请先补充小区或楼栋名称加以区分。",
        "{doors} doors would have the same building, entrance and room; tell them apart first.",
    ),
    Code.NOT_RURAL: (
        "只有行政村可以村改居。",
        "Only a village can become a community.",
    ),
    Code.NO_CHANGE: ("内容与现状相同。", "It is so already."),
    Code.ALSO_CHANGING: (
        "另有未完成的区划调整涉及该区域。",
        "Another open request concerns this area too.",
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request; told as a layer's finding is."""

    code: Code
    features: tuple[str, ...]
    m2: float | None = None
    at: tuple[float, float] | None = None
    data: Mapping[str, object] = field(default_factory=dict)
    level: Level = Level.ERROR

    @property
    def words(self) -> tuple[str, str]:
        """The Chinese and the English sentence, filled in."""
        size = "" if self.m2 is None else f"{self.m2:,.1f}"
        zh, en = WORDS[self.code]
        filled = {**self.data, "m2": size}
        return zh.format_map(filled), en.format_map(filled)

    def as_warning(self) -> "Fault":
        """The same, no longer in the way."""
        return replace(self, level=Level.WARNING)

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON, both sentences included."""
        zh, en = self.words
        return {
            "code": str(self.code), "level": str(self.level), "features": list(self.features),
            "m2": None if self.m2 is None else round(self.m2, 1),
            "at": None if self.at is None else list(self.at), "data": dict(self.data), "zh": zh, "en": en,
        }  # fmt: skip


Wrong = Fault | Finding


def fault(
    code: Code, *features: str, m2: float | None = None, at: tuple[float, float] | None = None, **data: object
) -> Fault:
    """A fault at the level its code has."""
    level = Level.WARNING if code in WARNINGS else Level.ERROR
    return Fault(code, features, m2, at, data, level)


def told(found: Iterable[Wrong], accept: Iterable[str]) -> list[dict[str, Any]]:
    """Findings as they are kept, accepted kinds as warnings; each says whether an office may accept it."""
    may_be = frozenset(map(str, ACCEPTABLE))
    accepted = frozenset(accept) & may_be
    kept = [one.as_warning() if str(one.code) in accepted else one for one in found]
    return [{**one.as_dict(), "acceptable": str(one.code) in may_be} for one in kept]


def errors(findings: Sequence[Mapping[str, Any]]) -> int:
    """How many stand in the way."""
    return sum(one["level"] == Level.ERROR for one in findings)


def as_finding(problem: Problem) -> dict[str, Any]:
    """A refusal of the content itself, as a finding that stands in the way."""
    zh, en = problem.words
    bare: dict[str, Any] = {"features": [], "m2": None, "at": None, "data": {}}
    return {"code": problem.code, "level": str(Level.ERROR), **bare, "zh": zh, "en": en}
