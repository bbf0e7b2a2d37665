"""All areas of one check seen alike: those of the file and those already known, and who lies under whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shapely import MultiPolygon

from app.core.geometry import Shapes
from app.layers.features import GENERAL, Feature
from app.layers.plane import array_of


@dataclass(frozen=True, slots=True)
class KnownArea:
    """An area from the database, or from an earlier file of the same run. Geometry is WGS84."""

    code: str
    parent_code: str | None
    level: str
    geometry: MultiPolygon | None
    kind: str = GENERAL


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A feature or a known area; `fresh` ones come from the file being checked. Two pieces are never equal."""

    label: str
    code: str
    parent_code: str | None
    level: str
    kind: str
    geometry: MultiPolygon | None
    fresh: bool


class Ground:
    """All areas of one check: those of the file first, then the known ones the file does not replace."""

    def __init__(self, features: Sequence[Feature], known: Mapping[str, KnownArea]) -> None:
        self.by_code: dict[str, Piece] = {}
        self.fresh = [
            Piece(one.key, one.code, one.parent_code, one.level, one.kind, one.geometry, fresh=True)
            for one in features
        ]
        for piece in self.fresh:
            self.by_code.setdefault(piece.code, piece)
        self.pieces = list(self.fresh)
        for code, one in known.items():
            if code not in self.by_code:
                old = Piece(code, code, one.parent_code, one.level, one.kind, one.geometry, fresh=False)
                self.by_code[code] = old
                self.pieces.append(old)

    def parent(self, piece: Piece) -> Piece | None:
        """The area above; nothing for a root, an orphan or one that names itself."""
        above = None if piece.parent_code is None else self.by_code.get(piece.parent_code)
        return None if above is None or above.code == piece.code else above

    def stands_above(self, upper: Piece, lower: Piece) -> bool:
        """Whether one area is an ancestor of the other, circles notwithstanding."""
        seen: set[str] = set()
        above = self.parent(lower)
        while above is not None and above.code not in seen:
            if above.code == upper.code:
                return True
            seen.add(above.code)
            above = self.parent(above)
        return False


def shapes_of(pieces: Iterable[Piece]) -> Shapes:
    """Their geometries, in order."""
    return array_of([piece.geometry for piece in pieces])
