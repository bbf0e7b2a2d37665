"""What is said about changes of the ground: one input per step, the request in full with its preview."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from app.changes.content import SQUARE, Content, Piece, ShapeIn
from app.changes.kinds import AreaChangeKind, ChangeState
from app.core.fields import Code, Schema, Sentence, Words
from app.core.paging import Limit
from app.grid.models import AreaLevel, GridKind

Accepted = list[str]
LINE: dict[str, Any] = {"type": "LineString", "coordinates": [[102.81, 24.79], [102.81, 24.86]]}
EXAMPLE: dict[str, Any] = {
    "content": {
        "kind": "split",
        "area": "530114004001001",
        "pieces": [
            {"code": "530114004001001", "name": "第一网格", "shape": SQUARE},
            {"code": "530114004001009", "name": "第九网格", "shape": SQUARE},
        ],
    },
    "reason": "网格内户数超过规模标准,拟拆分为两个网格。",
}


class NewChange(Schema):
    """What is asked for and why; `accept` names kinds of findings that are taken as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    content: Content
    reason: Words
    basis: Sentence | None = Field(None, examples=["云办发〔2026〕12号"])
    accept: Accepted = Field(default_factory=list, max_length=10)


class TriedChange(NewChange):
    """What is tried out while somebody still draws; the reason may come later. `change` is the draft it would
    replace, which does not stand in its own way.
    """

    reason: Words | None = None  # type: ignore[assignment]  # a form that is not kept may lack it
    change: UUID | None = None


class CutIn(Schema):
    """An area and what cuts it: a GeoJSON LineString across it, or a Polygon to take out of it, WGS84."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"area": "530114004001001", "by": LINE}]})

    area: Code
    by: ShapeIn


class CutOut(Schema):
    """The pieces, the largest first with the old code, and the square metres of each."""

    pieces: list[Piece]
    m2: list[float]


class NextCode(Schema):
    """For an area of which level, below which parent."""

    parent: Code = Field(examples=["530114004001"])
    level: AreaLevel = Field(examples=["grid"])
    grid_kind: GridKind = GridKind.GENERAL


class NextCodeOut(Schema):
    """The next code that was never given; nothing keeps it until a request with it comes into effect."""

    code: str = Field(examples=["530114004001009"])


class ChangeFilter(Schema):
    """Requests by state, by kind, or about one area and what lies in it; newest first."""

    state: ChangeState | None = None
    kind: AreaChangeKind | None = None
    area: str | None = Field(None, pattern=r"^[0-9A-Za-z-]{1,32}$")
    limit: Limit = 50
    cursor: str | None = Field(None, max_length=400)


class ChangeStep(Schema):
    """A step that may carry a note; `expected_version` is what the caller looked at (409 if it moved on)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "情况属实。", "expected_version": 2}]})

    expected_version: int | None = Field(None, ge=1)
    note: Sentence | None = None


class RefusalStep(ChangeStep):
    """Declining and taking back want their reason."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "界线与规划不符,请重新划分。"}]})

    note: Sentence


class ApproveStep(ChangeStep):
    """In effect at that time, or (null) at once; never in the past."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"effective_at": "2026-12-31T16:00:00Z"}]})

    effective_at: AwareDatetime | None = None


class RedraftStep(NewChange):
    """The draft written anew."""

    expected_version: int | None = Field(None, ge=1)


class ChangeFinding(Schema):
    """One thing wrong, in the form of an import's findings. An error stands in the way, a warning does not."""

    code: str = Field(examples=["not_covered"])
    level: str = Field(examples=["error"])
    features: list[str] = Field(examples=[["530114004001001"]])
    m2: float | None = Field(examples=[1520.4])
    at: list[float] | None = Field(examples=[[102.81, 24.82]])
    data: dict[str, Any]
    acceptable: bool = Field(False, description="whether the office may take this kind as it is")
    zh: str
    en: str


class ChangeWord(Schema):
    """A word of a closed list in both languages."""

    code: str
    zh: str
    en: str


class TouchedArea(Schema):
    """An area the request concerns: what becomes of it, its size before and after in m²."""

    code: str
    name: str
    level: str
    fate: str = Field(examples=["ends"], description="begins, ends, redrawn, moved, renamed, stays")
    m2_before: float | None
    m2_after: float | None
    code_after: str | None
    name_after: str | None
    parent_after: str | None


class Handed(Schema):
    """Ground that goes from one area to another, in m²."""

    from_code: str
    to_code: str
    m2: float


class PostFate(Schema):
    """How many posts of a role over an area, and where they are afterwards (null: they end)."""

    area: str
    role: str
    count: int
    to: str | None


class Told(Schema):
    """Who is told: a role over a ground, and how many hold it."""

    area: str
    name: str
    role: str
    count: int


class PreviewOut(Schema):
    """What the request would touch as things stand. Numbers only: nobody's door, household or matter is shown."""

    areas: list[TouchedArea]
    handed: list[Handed]
    counts: dict[str, int] = Field(examples=[{"dwellings": 420, "households": 388, "open_issues": 12}])
    posts: list[PostFate]
    gaps: list[str] = Field(description="codes of grids that would have no worker")
    told: list[Told]
    findings: list[ChangeFinding]


class ChangeLine(Schema):
    """A request in a list."""

    id: UUID
    kind: AreaChangeKind
    state: ChangeState
    kind_words: ChangeWord
    state_words: ChangeWord
    areas: list[str]
    names: list[str]
    reason: str
    errors: int
    drafted_at: datetime
    effective_at: datetime | None
    settled_at: datetime | None
    version: int
    awaits_me: bool = Field(description="whether the active post may bring it further now")


class TrailLine(Schema):
    """One act, without words."""

    seq: int
    step: str
    from_state: str | None
    to_state: str
    role: str
    at: datetime
    zh: str
    en: str


class AreaChangeOut(ChangeLine):
    """A request in full. The preview is there until the moment; afterwards `moved` says how many open matters have
    followed the ground so far.
    """

    content: Content
    basis: str | None
    accept: list[str]
    note: str | None
    street: str | None
    submitted_at: datetime | None
    agreed_at: datetime | None
    approved_at: datetime | None
    moment: datetime | None
    moved: int
    allowed_steps: list[str]
    findings: list[ChangeFinding]
    preview: PreviewOut | None
    trail: list[TrailLine]
