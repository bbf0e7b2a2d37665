"""Everything wrong with a layer as a whole: codes, the tree they form, and how the areas lie.

Reading judges features one by one; this judges them together, against each other and against what
is already known.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.layers.coverage import Lie, gaps, outside_parent, overlaps
from app.layers.findings import Code, Finding, Level, finding, softened
from app.layers.ground import Ground, KnownArea
from app.layers.reading import Feature
from app.layers.siblings import narrow

__all__ = ["KnownArea", "Overlap", "check_layer", "rulings"]


@dataclass(frozen=True, slots=True)
class Overlap:
    """An overlap somebody accepted, with the code that owns the shared ground. `code_a` sorts first."""

    code_a: str
    code_b: str
    owner: str
    m2: float


def check_layer(
    features: Sequence[Feature],
    known: Mapping[str, KnownArea],
    accept: Collection[str],
    tell: Callable[[str, int, int], None] | None = None,
) -> list[Finding]:
    """All findings about the features together, codes first, then the ground.

    `known` maps codes to areas already stored, or read earlier in the same run; give it the parents at
    least. Known areas of the same level and kind are compared with the features too, unless the
    features hold the same code and so replace them: leave out what the import will close. Accepting
    turns an error into a warning; asking to accept what cannot be raises NotAcceptable.
    """
    ground = Ground(features, known)
    lie = Lie(ground, tell)
    found = [
        *_duplicates(features, known),
        *_orphans(ground),
        *_cycles(ground),
        *outside_parent(lie),
        *overlaps(lie),
        *gaps(lie),
        *narrow(lie.groups),
    ]
    return softened(found, accept)


def rulings(findings: Iterable[Finding]) -> list[Overlap]:
    """Who owns each accepted overlap: the lowest code, so that a point there has one owner for ever."""
    return [
        Overlap(*_codes(one), owner=str(one.data["owner"]), m2=one.m2 or 0.0)
        for one in findings
        if one.code is Code.OVERLAP and one.level is Level.WARNING
    ]


def _codes(overlap: Finding) -> tuple[str, str]:
    codes = overlap.data["codes"]
    if not isinstance(codes, list):
        raise TypeError(overlap.code)
    return codes[0], codes[1]


def _duplicates(features: Sequence[Feature], known: Mapping[str, KnownArea]) -> Iterable[Finding]:
    """One code on several features, or on a known area of another level (codes are never reused)."""
    holders: dict[str, list[Feature]] = {}
    for one in features:
        holders.setdefault(one.code, []).append(one)
    for code, same in holders.items():
        elsewhere = code in known and any(one.level != known[code].level for one in same)
        if len(same) > 1 or elsewhere:
            told = {"area_code": code, "count": len(same) + elsewhere}
            yield finding(Code.DUPLICATE_CODE, *(one.key for one in same), data=told)


def _orphans(ground: Ground) -> Iterable[Finding]:
    for piece in ground.fresh:
        if piece.parent_code is not None and piece.parent_code not in ground.by_code:
            yield finding(Code.ORPHAN, piece.label, data={"parent": piece.parent_code})


def _cycles(ground: Ground) -> Iterable[Finding]:
    """Each circle once. Every area is walked once: whatever was seen before is settled."""
    settled: set[str] = set()
    for start in ground.fresh:
        path: dict[str, None] = {}
        code: str | None = start.code
        while code in ground.by_code and code not in settled and code not in path:
            path[code] = None
            code = ground.by_code[code].parent_code
        if code in path:
            walked = list(path)
            circle = walked[walked.index(code) :]
            labels = [ground.by_code[one].label for one in circle]
            yield finding(Code.CYCLE, *labels, data={"path": " → ".join([*circle, code])})
        settled.update(path)
