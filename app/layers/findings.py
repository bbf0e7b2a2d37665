"""What an import found wrong: one shape for every check, with words from one table.

A finding names the feature ("streets.geojson#12 530114004", counted from 1) or the pair, the square
metres and the place, so that whoever drew the layer can go there and mend it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import ClassVar, Final, Literal

from app.core.errors import Invalid
from app.layers.file_words import FILE_WORDS

Language = Literal["zh", "en"]


class Level(StrEnum):
    """An error stops the import; a warning is reported and the import goes on."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """Every kind of finding. The values are stable: scripts and screens key on them."""

    NO_CODE = "no_code"
    NO_NAME = "no_name"
    NO_PROPERTIES = "no_properties"
    DUPLICATE_CODE = "duplicate_code"
    ORPHAN = "orphan"
    CYCLE = "cycle"
    RING_BROKEN = "ring_broken"
    HOLE_OUTSIDE_SHELL = "hole_outside_shell"
    NOT_FINITE = "not_finite"
    EMPTY_GEOMETRY = "empty_geometry"
    NOT_POLYGON = "not_polygon"
    HAS_Z = "has_z"
    TOO_MANY_VERTICES = "too_many_vertices"
    OUT_OF_WORLD = "out_of_world"
    OUTSIDE_PARENT = "outside_parent"
    NO_PARENT_GEOMETRY = "no_parent_geometry"
    OVERLAP = "overlap"
    GAP = "gap"
    NARROW_OVERLAP = "narrow_overlap"
    NARROW_GAP = "narrow_gap"
    REPAIRED = "repaired"
    CODE_PREFIX = "code_prefix"
    CODE_FORM = "code_form"
    NOT_GEOJSON = "not_geojson"
    CRS_MISMATCH = "crs_mismatch"

    # Of whole files and tables, with their words in `file_words`.
    UNKNOWN_FORMAT = "unknown_format"
    NOT_READABLE = "not_readable"
    FILE_TOO_LARGE = "file_too_large"
    READER_STOPPED = "reader_stopped"
    READER_NOT_ISOLATED = "reader_not_isolated"
    WHICH_LAYER = "which_layer"
    NO_SUCH_LAYER = "no_such_layer"
    MISSING_SISTER = "missing_sister"
    ENCODING_UNKNOWN = "encoding_unknown"
    ENCODING_WRONG = "encoding_wrong"
    ENCODING_CONTRADICTED = "encoding_contradicted"
    TEXT_CUT = "text_cut"
    CRS_NOT_STATED = "crs_not_stated"
    CRS_BLURRED = "crs_blurred"
    GEOMETRY_UNREADABLE = "geometry_unreadable"
    ANTIMERIDIAN = "antimeridian"
    LOST_DIGITS = "lost_digits"
    NO_LEVEL = "no_level"
    ABOVE_THE_GROUND = "above_the_ground"
    NO_CODE_COLUMN = "no_code_column"
    DOUBLE_HEADER = "double_header"
    RAGGED_ROW = "ragged_row"
    EMPTY_TABLE = "empty_table"
    ARCHIVE_DAMAGED = "archive_damaged"
    ARCHIVE_SLIP = "archive_slip"
    ARCHIVE_SYMLINK = "archive_symlink"
    ARCHIVE_BOMB = "archive_bomb"
    ARCHIVE_NESTED = "archive_nested"
    ARCHIVE_ENCRYPTED = "archive_encrypted"
    ARCHIVE_MIXED = "archive_mixed"
    ARCHIVE_EMPTY = "archive_empty"


ACCEPTABLE: Final = frozenset(
    {Code.OVERLAP, Code.GAP, Code.OUTSIDE_PARENT, Code.TOO_MANY_VERTICES, Code.CRS_BLURRED}
)
"""Real official layers have these; whoever imports may accept them by name."""

_WARNINGS: Final = frozenset(
    {
        Code.NO_NAME, Code.HAS_Z, Code.NO_PARENT_GEOMETRY, Code.TEXT_CUT, Code.CRS_NOT_STATED,
        Code.ABOVE_THE_GROUND, Code.NARROW_OVERLAP, Code.NARROW_GAP, Code.REPAIRED,
        Code.CODE_PREFIX, Code.CODE_FORM,
    }
)  # fmt: skip

# Fields in braces come from the finding's data; `m2` from the finding itself.
WORDS: Final[Mapping[Code, tuple[str, str]]] = {
    **{Code(code): words for code, words in FILE_WORDS.items()},
    Code.NO_CODE: (
        "字段 {property} 里没有可用的编码({why_zh});请补上文本编码。",
        "No usable code in property {property} ({why_en}); give every feature its code, as text.",
    ),
    Code.NO_NAME: (
        "字段 {property} 里没有名称,暂用编码作名称。",
        "No name in property {property}; the code stands in for it.",
    ),
    Code.NO_PROPERTIES: (
        "要素没有属性,无法知道编码;请补上属性。",
        "The feature has no properties, so its code is unknown; add them.",
    ),
    Code.DUPLICATE_CODE: (
        "编码 {area_code} 用了 {count} 次;一个编码只能属于一个区域,请改正。",
        "Code {area_code} is used {count} times; a code belongs to one area only, mend the others.",
    ),
    Code.ORPHAN: (
        "上级编码 {parent} 不在本次导入中,库里也没有;请先导入上级,或改正编码。",
        "The parent code {parent} is neither in this import nor in the database; import it first or mend it.",
    ),
    Code.CYCLE: (
        "上下级关系成环:{path};请改正其中一个上级编码。",
        "The parents run in a circle: {path}; mend one parent code.",
    ),
    Code.RING_BROKEN: (
        "边界无效:{reason_zh};请在标出的位置改正。",
        "The boundary is invalid: {reason}; mend it at the place given.",
    ),
    Code.HOLE_OUTSIDE_SHELL: (
        "有一个洞画在外环之外;请删去,或另作一块面。",
        "A hole lies outside its shell; delete it or make it a part of its own.",
    ),
    Code.NOT_FINITE: (
        "坐标里有 NaN 或无穷大;请改为真实坐标。",
        "A coordinate is NaN or infinite; give the real one.",
    ),
    Code.EMPTY_GEOMETRY: (
        "几何为空;没有边界请写 null,有边界请补画。",
        "The geometry is empty; write null if there is no boundary, or draw it.",
    ),
    Code.NOT_POLYGON: (
        "几何类型是 {type},区域只能是面(Polygon 或 MultiPolygon)。",
        "The geometry is a {type}; an area is a Polygon or a MultiPolygon.",
    ),
    Code.HAS_Z: (
        "坐标带高程,高程已舍去。",
        "The coordinates have heights; they were dropped.",
    ),
    Code.TOO_MANY_VERTICES: (
        "边界有 {vertices} 个点,超过 {limit};请简化,或明确接受。",
        "The boundary has {vertices} vertices, more than {limit}; simplify it or accept it by name.",
    ),
    Code.OUT_OF_WORLD: (
        "坐标不在地球经纬度范围内({why_zh});请改正后重新导出。",
        "The coordinates are no longitude and latitude on this earth ({why_en}); mend and export again.",
    ),
    Code.OUTSIDE_PARENT: (
        "只有 {share} 的面积在上级 {parent} 之内,外面有 {m2} 平方米。",
        "Only {share} of the area lies inside the parent {parent}; {m2} m² lie outside.",
    ),
    Code.NO_PARENT_GEOMETRY: (
        "上级 {parent} 没有边界,它的 {children} 个下级未作包含检查。",
        "The parent {parent} has no boundary; its {children} children were not checked against it.",
    ),
    Code.OVERLAP: (
        "两个同级区域重叠 {m2} 平方米;如接受,重叠处归编码较小的 {owner}。",
        "Two areas of one level overlap by {m2} m²; if accepted, the lowest code {owner} owns the overlap.",
    ),
    Code.GAP: (
        "下级没有铺满:空白 {pieces} 处,共 {m2} 平方米,最大一处 {largest_m2} 平方米。",
        "The children leave {pieces} gaps of {m2} m² in all, the largest {largest_m2} m².",
    ),
    Code.NARROW_OVERLAP: (
        "两个同级区域的共同边界没有对齐:窄条重叠 {pieces} 处,宽约 {width_cm} 厘米,共 {m2} 平方米。",
        "The border of two siblings is drawn twice: {pieces} strips of overlap about {width_cm} cm wide, {m2} m².",
    ),
    Code.NARROW_GAP: (
        "两个同级区域的共同边界没有对齐:窄缝 {pieces} 处,宽约 {width_cm} 厘米,共 {m2} 平方米。",
        "The border of two siblings is drawn twice: {pieces} gaps about {width_cm} cm wide, {m2} m².",
    ),
    Code.REPAIRED: (
        "已按要求修补({what_zh}),面积变动 {m2} 平方米;请核对。",
        "Mended as asked ({what_en}): {m2} m² changed; look whether it is right.",
    ),
    Code.CODE_PREFIX: (
        "编码不以上级编码 {parent} 开头;如属历史编码可保留,请核对。",
        "The code does not begin with the parent's, {parent}; an old code may stay, look whether it is right.",
    ),
    Code.CODE_FORM: (
        "编码不是统一赋码的写法({why_zh})。",
        "The code has not the form of the unified scheme ({why_en}).",
    ),
    Code.NOT_GEOJSON: (
        "不是可读的 GeoJSON:{why_zh}。",
        "Not readable GeoJSON: {why_en}.",
    ),
    Code.CRS_MISMATCH: (
        "文件写明的坐标系是 {stated},导入时声明的是 {declared};请核对后再导入。",
        "The file states {stated}, the import declares {declared}; find out which is true and import again.",
    ),
}


class NotAcceptable(Invalid):
    """Somebody asked to accept a finding that no import may carry."""

    code: ClassVar[str] = "finding_not_acceptable"
    zh: ClassVar[str] = "只能接受这几类问题:{acceptable}。其余的必须先改正。"
    en: ClassVar[str] = "Only these findings can be accepted: {acceptable}. Mend the others first."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. `m2` is the area concerned, `at` a WGS84 (lon, lat) lying in or on it."""

    code: Code
    level: Level
    features: tuple[str, ...]
    m2: float | None = None
    at: tuple[float, float] | None = None
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, str]:
        """The Chinese and the English sentence, filled in."""
        filled = {name: _shown(value) for name, value in {**self.data, "m2": self.m2}.items()}
        zh, en = WORDS[self.code]
        return zh.format_map(filled), en.format_map(filled)

    def as_warning(self) -> "Finding":
        """The same, no longer in the way of the import."""
        return replace(self, level=Level.WARNING)

    def as_text(self, language: Language = "zh") -> str:
        """One line for a terminal: level, code, features, sentence, place."""
        sentence = self.words[0 if language == "zh" else 1]
        place = "" if self.at is None else f" @ {self.at[0]:.6f},{self.at[1]:.6f}"
        return f"{self.level} {self.code}: {' + '.join(self.features)}: {sentence}{place}"

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON, both sentences included."""
        zh, en = self.words
        return {
            "code": str(self.code),
            "level": str(self.level),
            "features": list(self.features),
            "m2": None if self.m2 is None else round(self.m2, 1 if self.m2 >= 1 else 4),
            "at": None if self.at is None else list(self.at),
            "data": dict(self.data),
            "zh": zh,
            "en": en,
        }


def finding(
    code: Code,
    *features: str,
    m2: float | None = None,
    at: tuple[float, float] | None = None,
    data: Mapping[str, object] | None = None,
) -> Finding:
    """A finding at the level its code has before anything is accepted."""
    level = Level.WARNING if code in _WARNINGS else Level.ERROR
    return Finding(code, level, features, m2, at, data or {})


def softened(findings: Iterable[Finding], accept: Collection[str]) -> list[Finding]:
    """The same findings with the accepted kinds as warnings. Asking for any other kind is refused."""
    if not ACCEPTABLE.issuperset(accept):
        raise NotAcceptable("accept", acceptable=", ".join(sorted(ACCEPTABLE)))
    return [one.as_warning() if one.code in accept else one for one in findings]


def _shown(value: object) -> str:
    """Numbers with separators; square metres below ten keep one decimal, below one two figures."""
    small = 10.0
    if isinstance(value, float):
        if 0 < abs(value) < 1:
            return f"{value:.2g}"
        return f"{value:,.1f}" if abs(value) < small else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
