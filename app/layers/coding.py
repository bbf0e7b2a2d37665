"""Codes of a layer held to a scheme 统一赋码. Everything here is a warning: what is history keeps its code."""

from collections.abc import Mapping, Sequence
from typing import Final

from app.core.errors import Invalid
from app.grid.codes import FAULTS, fault_of, prefix_wanted
from app.grid.models import AreaLevel
from app.layers.features import Feature
from app.layers.findings import Code, Finding, finding
from app.layers.ground import KnownArea

CN: Final = "cn"


class UnknownProfile(Invalid):
    """A scheme of codes there is none of."""

    code = "unknown_profile"
    zh = "没有这种编码方案;可用:cn。"
    en = "There is no such scheme of codes; there is: cn."


def check_codes(features: Sequence[Feature], known: Mapping[str, KnownArea], profile: str | None) -> list[Finding]:
    """Codes that have not the form of their level, or do not begin with their parent's. No profile, none."""
    if profile is None:
        return []
    if profile != CN:
        raise UnknownProfile("codes")
    levels = {code: one.level for code, one in known.items()} | {one.code: one.level for one in features}
    found: list[Finding] = []
    for one in features:
        if (why := fault_of(one.code, AreaLevel(one.level))) is not None:
            zh, en = FAULTS[why]
            found.append(finding(Code.CODE_FORM, one.key, data={"why_zh": zh, "why_en": en, "why": why}))
        if one.parent_code in levels:
            wanted = prefix_wanted(one.parent_code, AreaLevel(levels[one.parent_code]), AreaLevel(one.level))
            if not one.code.startswith(wanted):
                found.append(finding(Code.CODE_PREFIX, one.key, data={"parent": one.parent_code}))
    return found
