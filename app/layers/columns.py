"""Which column of a table holds what, by the headers offices write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.layers.findings import Code, Finding, finding

CUT: Final = 10  # bytes of a column name that a Shapefile keeps

# Several may stand in one list; the first of a role that is there is taken, unless two of one rank are.
_CODES: Final = (
    "code",
    "编码",
    "代码",
    "区域编码",
    "区划代码",
    "行政区划代码",
    "统计用区划代码",
    "楼栋编码",
    "网格编码",
    "社区编码",
    "街道编码",
)
_PARENTS: Final = (
    "parent_code",
    "parent",
    "上级编码",
    "上级代码",
    "父级编码",
    "上级区划代码",
    "所属网格编码",
    "所属社区编码",
    "所属街道编码",
)
_NAMES: Final = (
    "name",
    "名称",
    "区域名称",
    "区划名称",
    "单位名称",
    "楼栋名称",
    "网格名称",
    "社区名称",
    "街道名称",
)
_LEVELS: Final = ("level", "级别", "层级", "层级名称")
_SHAPES: Final = ("wkt", "geometry", "geom", "the_geom", "shape", "边界", "几何", "图形")
# A list of buildings names its grid by the grid's own header; so with each level under the next.
_CHAIN: Final = ("楼栋编码", "网格编码", "社区编码", "街道编码")


@dataclass(frozen=True, slots=True)
class Columns:
    """The headers in use, as they stand in the file. `level` and `shape` are for tables that have them."""

    code: str
    parent: str | None
    name: str | None
    level: str | None = None
    shape: str | None = None


def settle_columns(
    source: str, headers: Sequence[str], code: str, parent: str, name: str, findings: list[Finding]
) -> Columns | None:
    """The columns a person named, where they are there, else those whose header says what they hold.

    A header used twice, or no code column at all, is reported and gives nothing.
    """
    kept = _plain_headers(headers)
    double = [plain for plain, said in kept.items() if len(said) > 1]
    if double:
        findings.append(finding(Code.DOUBLE_HEADER, source, data={"header": kept[double[0]][0][:40]}))
        return None
    flat = {plain: said[0] for plain, said in kept.items()}
    code_column = _one(flat, (code, *_CODES))
    if code_column is None:
        shown = ", ".join(header[:20] for header in list(headers)[:12])
        findings.append(finding(Code.NO_CODE_COLUMN, source, data={"property": code, "headers": shown or "-"}))
        return None
    above = _one(flat, (parent, *_PARENTS)) or _next_in_chain(flat, code_column)
    return Columns(
        code_column, None if above == code_column else above, _one(flat, (name, *_NAMES)), _one(flat, _LEVELS),
        _one(flat, _SHAPES),
    )  # fmt: skip


def _plain_headers(headers: Sequence[str]) -> Mapping[str, list[str]]:
    kept: dict[str, list[str]] = {}
    for header in headers:
        if header.strip():
            kept.setdefault(_plain(header), []).append(header)
    return kept


def _plain(header: str) -> str:
    return header.strip().lower().replace(" ", "").replace("*", "").removeprefix("\ufeff")


def _one(flat: Mapping[str, str], wanted: Sequence[str]) -> str | None:
    """The first wanted header there is, also as a Shapefile cuts it after ten bytes."""
    for word in wanted:
        short = word.encode()[:CUT].decode("utf-8", "ignore")
        for plain in (_plain(word), _plain(short)):
            if plain in flat:
                return flat[plain]
    return None


def _next_in_chain(flat: Mapping[str, str], code: str) -> str | None:
    plain = _plain(code)
    below = _CHAIN.index(plain) + 1 if plain in _CHAIN else 0
    return next((flat[one] for one in _CHAIN[below:] if one in flat), None)
