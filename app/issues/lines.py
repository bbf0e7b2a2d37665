"""A row of the queue with all the screen shows, in the one statement of its page (UX 3.1).

Ground and holder in words, the clock that ends next with what is left of it, how many reported the same, and
what the active post has put away. The district's calendar comes along as text and is read once for a page.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, func, null, or_, select
from sqlalchemy.orm import aliased

from app.clocks.house import read_calendars
from app.clocks.models import Wait
from app.clocks.remaining import calendar_json, clock_words
from app.core.clock import Calendar
from app.core.work import Work
from app.grid.models import Area
from app.issues.explaining import ROLE_WORDS
from app.issues.guards import ORIGINALS
from app.issues.lists import put_away
from app.issues.models import Category, Issue, IssueParty
from app.issues.queue_schemas import AwayOut, IssueLine, LineHolder, NextClock
from app.issues.records import Later
from app.people.models import Post, Unit

UNEDITED = "保密件,待街道编辑后转出。"
SHOWN = 80  # characters of the text in a queue row
GUARDED = ("text", "place_text")  # told as the reader may know them
OWN = tuple(
    getattr(Issue, name) for name in IssueLine.model_fields if hasattr(Issue, name) and name not in GUARDED
)
EDITED = case((Issue.confidential, func.coalesce(Issue.edited_text, UNEDITED)), else_=Issue.text)


def on_ground(work: Work) -> ColumnElement[bool]:
    """Matters of the active post's own ground, not those it was only let in on."""
    return or_(false(), *(getattr(Issue, column).in_(ids) for column, ids in work.scope.areas.items()))


def columns(work: Work) -> list[Any]:
    """The columns of a row, its words and its place as the active post may know them."""
    return [
        *OWN,
        Issue.supervised_at,
        *_words(work),
        *_named(),
        _clock(),
        _reports(),
        _away(work),
        calendar_json().label("calendar"),
    ]


def _words(work: Work) -> list[Any]:
    """Text, place in words and point: in clear, or the edited copy alone."""
    point = (func.ST_X(Issue.point), func.ST_Y(Issue.point))
    clear = (Issue.text, Issue.place_text, *point)
    names = ("text", "place_text", "lon", "lat")
    hidden = [EDITED, *(case((Issue.confidential, null()), else_=column) for column in clear[1:])]
    if work.actor.role not in ORIGINALS:
        found: Sequence[Any] = hidden
    elif work.scope.everything or not work.scope.subjects:
        found = clear
    else:
        here = on_ground(work)
        found = [case((here, open_), else_=shut) for open_, shut in zip(clear, hidden, strict=True)]
    return [column.label(name) for column, name in zip(found, names, strict=True)]


def _named() -> list[Any]:
    """Names beside ids: each a lookup by key, made for the rows of the page only."""
    grid, community, ground = aliased(Area), aliased(Area), aliased(Area)
    own = (Category.code == Issue.category, Category.version == Issue.category_version)
    unit = select(Unit.name).where(Unit.id == Issue.lead_unit_id)
    holder = (
        select(func.jsonb_build_object("role", Post.role, "ground", func.coalesce(ground.name, Unit.name)))
        .select_from(Post)
        .outerjoin(ground, ground.id == Post.area_id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .where(Post.id == Issue.holder_id)
    )
    return [
        select(grid.name).where(grid.id == Issue.grid_id).scalar_subquery().label("grid"),
        select(community.name).where(community.id == Issue.community_id).scalar_subquery().label("community"),
        select(Category.name).where(*own).scalar_subquery().label("category_name"),
        unit.scalar_subquery().label("lead_unit"),
        holder.scalar_subquery().label("holder"),
    ]


def _clock() -> Any:
    """The running clock that ends first, the matter's own or that of a unit let in; one that stands comes last."""
    parties = select(IssueParty.through).where(IssueParty.issue_id == Issue.id).correlate(Issue)
    through = func.array(parties.scalar_subquery())
    said = func.jsonb_build_object(
        "kind", Wait.kind, "due_at", Wait.due_at, "paused_at", Wait.paused_at, "unit", Wait.unit,
        "unit_id", Wait.unit_id,
    )  # fmt: skip
    mine = Wait.subject_id == func.any(func.array_append(through, Issue.id))
    return (
        select(said)
        .where(mine, Wait.ended_at.is_(None))
        .order_by(Wait.paused_at.is_not(None), Wait.due_at, Wait.id)
        .limit(1)
        .scalar_subquery()
        .label("clock")
    )


def _reports() -> Any:
    child = aliased(Issue)
    merged = select(func.count()).select_from(child).where(child.merged_into == Issue.id)
    return merged.scalar_subquery().label("merged")


def _away(work: Work) -> Any:
    """What the active post said when it put the matter away, and whether it still sleeps."""
    asleep = Later.issue_id.in_(put_away(work))
    said = func.jsonb_build_object("until", Later.until, "reason", Later.reason, "asleep", asleep)
    mine = and_(Later.issue_id == Issue.id, Later.post_id == work.actor.post_id)
    return select(said).where(mine).scalar_subquery().label("away")


class Reading:
    """Rows of one page into lines; the calendar is read from the first of them."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._calendars: tuple[Calendar, dict[UUID, Calendar]] | None = None

    def line(self, row: Any) -> IssueLine:
        """One row as it is shown."""
        said = row._asdict()
        if self._calendars is None:
            self._calendars = read_calendars(json.loads(said["calendar"]))
        text, clock, holder, away = said["text"], said["clock"], said["holder"], said["away"]
        said |= {
            "text": text if len(text) <= SHOWN else text[:SHOWN] + "…",
            "clock": self._clock(clock) if clock else None,
            "holder": _holder(holder) if holder else None,
            "reports": 1 + said["merged"],
            "away": AwayOut.model_validate(away) if away else None,
            "supervised": said["supervised_at"] is not None,
        }
        return IssueLine.model_construct(**{name: said[name] for name in IssueLine.model_fields})

    def _clock(self, said: dict[str, Any]) -> NextClock:
        general, by_unit = self._calendars or (Calendar(), {})
        due = datetime.fromisoformat(said["due_at"])
        paused = datetime.fromisoformat(said["paused_at"]) if said["paused_at"] else None
        own = by_unit.get(UUID(said["unit_id"]), general) if said["unit_id"] else general
        zh, en = clock_words(own, said["kind"], due, self.now, said["unit"], paused_at=paused)
        late = due < (paused or self.now)
        return NextClock(kind=said["kind"], due_at=due, paused=paused is not None, late=late, zh=zh, en=en)


def _holder(said: dict[str, Any]) -> LineHolder:
    zh, en = ROLE_WORDS.get(said["role"], (said["role"], said["role"]))
    return LineHolder(role=said["role"], ground=said["ground"], zh=zh, en=en)
