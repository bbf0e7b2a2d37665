"""What a row says of an area beside code, name and level: kind, rural or not, the office's word for its level.

Our own words and those of a sheet an office exports and sends back.
"""

from collections.abc import Mapping
from typing import Final

from app.grid.models import GridKind

KIND_HEADER, RURAL_HEADER, LABEL_HEADER = "类型", "农村", "本地称呼"
KIND_WORDS: Final[Mapping[GridKind, str]] = {GridKind.GENERAL: "综合", GridKind.DEDICATED: "专属"}
YES, NO = "是", "否"
_KINDS: Final = {
    **{str(one): str(one) for one in GridKind},
    **{f"{word}{more}": str(one) for one, word in KIND_WORDS.items() for more in ("", "网格")},
}
_YES: Final = frozenset({YES, "true", "1", "yes", "y"})


def kind_of(props: Mapping[str, object], otherwise: str) -> str:
    """The kind a row says; the file's when it says none we know."""
    said = props.get("kind") or props.get(KIND_HEADER)
    return _KINDS.get(str(said or "").strip(), otherwise)


def is_rural(props: Mapping[str, object]) -> bool:
    """Whether a row says so."""
    said = props.get("rural", props.get(RURAL_HEADER))
    return said is True or str(said or "").strip().lower() in _YES


def label_of(props: Mapping[str, object]) -> str | None:
    """The tenant's own word for this area's level."""
    said = props.get("label") or props.get(LABEL_HEADER)
    return str(said).strip() or None if said else None
