"""What a request may ask for: one form for each kind, told apart by `kind`.

Areas are named by code. A shape is a GeoJSON Polygon or MultiPolygon in WGS84. Every kind may redraw other areas
in the same breath (`redrawn`), so that a border moves on both sides at once.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from app.changes.kinds import AreaChangeKind
from app.core.fields import Code, Name, Schema
from app.grid.models import AreaLevel, GridKind

MOST_PIECES = 50
ShapeIn = dict[str, Any]
Label = Annotated[str, Field(min_length=1, max_length=30)]
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[102.80, 24.80], [102.82, 24.80], [102.82, 24.85], [102.80, 24.85], [102.80, 24.80]]],
}
OTHER_SQUARE = {
    "type": "Polygon",
    "coordinates": [[[102.82, 24.80], [102.85, 24.80], [102.85, 24.85], [102.82, 24.85], [102.82, 24.80]]],
}


class Redrawn(Schema):
    """An area and its new outline."""

    code: Code = Field(examples=["530114004001001"])
    shape: ShapeIn = Field(examples=[SQUARE])


class PostsTo(Schema):
    """Where the posts over an area go: to another area, or (null) they end."""

    area: Code = Field(examples=["530114004001002"])
    to: Code | None = Field(None, examples=["530114004001001"])


class ChildTo(Schema):
    """Under which area a child comes to stand."""

    area: Code = Field(examples=["530114004001001001"])
    to: Code = Field(examples=["530114004001009"])


class _Content(Schema):
    redrawn: list[Redrawn] = Field(default_factory=list, max_length=MOST_PIECES)
    posts: list[PostsTo] = Field(default_factory=list, max_length=200)


class Piece(Schema):
    """One part of a split area; the piece with the old code keeps the identity, its codes and its posts."""

    code: Code = Field(examples=["530114004001009"])
    name: Name = Field(examples=["第九网格"])
    label: Label | None = None
    shape: ShapeIn | None = Field(None, examples=[SQUARE])


class Split(_Content):
    """One area into several. Children go to the piece they lie in unless `children` says otherwise."""

    kind: Literal[AreaChangeKind.SPLIT] = AreaChangeKind.SPLIT
    area: Code = Field(examples=["530114004001001"])
    pieces: list[Piece] = Field(min_length=2, max_length=MOST_PIECES)
    children: list[ChildTo] = Field(default_factory=list, max_length=2000)


class Merge(_Content):
    """Siblings into one. A `code` that one of them has keeps that one's identity; any other begins a new area."""

    kind: Literal[AreaChangeKind.MERGE] = AreaChangeKind.MERGE
    areas: list[Code] = Field(
        min_length=2, max_length=MOST_PIECES, examples=[["530114004001001", "530114004001002"]]
    )
    code: Code = Field(examples=["530114004001001"])
    name: Name = Field(examples=["第一网格"])
    label: Label | None = None


class Redraw(_Content):
    """Borders between areas that stay who they are: all that change are in `redrawn`."""

    kind: Literal[AreaChangeKind.REDRAW] = AreaChangeKind.REDRAW
    redrawn: list[Redrawn] = Field(min_length=1, max_length=MOST_PIECES)


class Move(_Content):
    """An area (a building, a grid) under another parent. With `with_ground` its ground leaves the areas it was in
    and joins those it comes to; without, their outlines stay or are in `redrawn`.
    """

    kind: Literal[AreaChangeKind.MOVE] = AreaChangeKind.MOVE
    area: Code = Field(examples=["530114004001001001"])
    to: Code = Field(examples=["530114004001002"])
    code: Code | None = Field(None, examples=["530114004001002009"])
    with_ground: bool = True


class Rename(_Content):
    """Another name; codes and ground stay."""

    kind: Literal[AreaChangeKind.RENAME] = AreaChangeKind.RENAME
    area: Code = Field(examples=["530114004001001"])
    name: Name = Field(examples=["春融网格"])
    label: Label | None = None


class Upgrade(_Content):
    """A village becomes a community 村改居: the level stays, the rural flag goes, code and name may change."""

    kind: Literal[AreaChangeKind.UPGRADE] = AreaChangeKind.UPGRADE
    area: Code = Field(examples=["530114005201"])
    code: Code | None = Field(None, examples=["530114005002"])
    name: Name | None = Field(None, examples=["山脚社区"])


class HandOver(_Content):
    """Run by another authority from now on 托管; null takes it back."""

    kind: Literal[AreaChangeKind.HAND_OVER] = AreaChangeKind.HAND_OVER
    area: Code = Field(examples=["530114004002"])
    governed_by: Name | None = Field(examples=["呈贡信息产业园管委会"])


class Open(_Content):
    """A new area under a parent, with or without an outline."""

    kind: Literal[AreaChangeKind.OPEN] = AreaChangeKind.OPEN
    level: AreaLevel = Field(examples=["street"])
    code: Code = Field(examples=["530114016"])
    name: Name = Field(examples=["万溪冲街道"])
    parent: Code = Field(examples=["530114"])
    grid_kind: GridKind = GridKind.GENERAL
    rural: bool = False
    label: Label | None = None
    shape: ShapeIn | None = None


class Close(_Content):
    """An area ends. What it had goes to `into` (the first is its successor), without one to its parent."""

    kind: Literal[AreaChangeKind.CLOSE] = AreaChangeKind.CLOSE
    area: Code = Field(examples=["530114004001003"])
    into: list[Code] = Field(default_factory=list, max_length=MOST_PIECES, examples=[["530114004001002"]])
    children: list[ChildTo] = Field(default_factory=list, max_length=2000)
    with_ground: bool = True


Content = Annotated[
    Split | Merge | Redraw | Move | Rename | Upgrade | HandOver | Open | Close, Field(discriminator="kind")
]
_READER: TypeAdapter[Content] = TypeAdapter(Content)


def read_content(said: dict[str, Any]) -> Content:
    """A stored content as its form again."""
    return _READER.validate_python(said)
