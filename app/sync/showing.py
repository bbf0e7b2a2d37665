"""What a phone's copy of each record says: types in the order of a first sync, each with its rows and its words.

Columns, not entities: five hundred records go into one answer. Phones and identity numbers leave masked; names go
in clear to the grid's own worker, who has to find a door by them without a signal; why a household is called on is
apart (`care`), for after the unlock.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import JSON, Select, Text, and_, case, cast, false, func, literal_column, null, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from app.clocks.models import Wait
from app.core.work import Work
from app.core.workflow import allowed_steps
from app.feed.models import Change
from app.grid.models import Area, AreaLevel, Boundary, Dwelling
from app.households.models import CareNeed, Household, Resident
from app.issues.actions import STEPS
from app.issues.models import Issue
from app.issues.workflow import ISSUE
from app.people.models import Role
from app.sync.holding import Holding
from app.visits.due import PRIORITY
from app.visits.kinds import TaskState
from app.visits.models import PlanRule, Visit, VisitTask
from app.visits.records import Patrol, PatrolFinding, PatrolList, PatrolPoint
from app.visits.sight import by_duty_only

VISITS_KEPT = timedelta(days=90)
TASKS_KEPT = timedelta(days=90)
SIMPLER = 0.00001  # degrees, about a metre: what a phone's map can show
CARERS = frozenset({Role.GRID_WORKER, Role.GRID_LEADER, Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY})
PERSONAL = {"household": ("door", "note", "care"), "resident": ("name", "phone_masked", "id_number_masked")}

Query = Callable[[Work, Holding], Select[*tuple[Any, ...]]]
Beside = Callable[[Work, Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Kind:
    """One type of record: which rows a phone holds, each with `id`, `rev`, `said` (JSON text made by the database)
    and `sealed`; what is sealed is opened under `context` and put in as `secret`. `beside` says of a row what only
    the rules know: it is added as it is.
    """

    name: str
    rows: Query
    key: Any
    secret: str | None = None
    context: str = ""
    beside: Beside | None = None

    def written(self, work: Work, row: Any) -> str:
        """The record as a phone reads it."""
        said: str = row.said
        more: dict[str, Any] = {} if self.beside is None else dict(self.beside(work, row))
        if self.secret is not None and row.sealed is not None:
            more[self.secret] = work.keys.unseal(row.sealed, self.context)
        if not more:
            return said
        return f"{said[:-1]}, {json.dumps(more, ensure_ascii=False)[1:]}"


def _object(**fields: Any) -> Any:
    pairs: list[Any] = []
    for name, column in fields.items():
        pairs += [literal_column(f"'{name}'"), column]
    return func.json_build_object(*pairs)


def _said(**fields: Any) -> Any:
    """One JSON object of a row: half a thousand of them are made faster there than here."""
    return cast(_object(**fields), Text).label("said")


def _columns(key: Any, rev: Any, sealed: Any = None, **fields: Any) -> list[Any]:
    kept = null().label("sealed") if sealed is None else sealed.label("sealed")
    return [key.label("id"), rev.label("rev"), _said(**fields), kept]


def _named(model: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(model, name) for name in names}


# What of a query is the same for every phone is built once: forming it costs as much as sending it.
@cache
def _area_columns() -> Select[*tuple[Any, ...]]:
    border = func.ST_AsGeoJSON(func.ST_SimplifyPreserveTopology(Boundary.geom, SIMPLER), 6)
    said = _named(Area, "code", "name", "parent_id") | {"border": cast(border, JSON)}
    return select(*_columns(Area.id, func.coalesce(Boundary.version, 1), **said))


def _areas(level: AreaLevel) -> Query:
    def rows(work: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
        now = work.clock.now()
        column = Area.id if level == AreaLevel.GRID else Area.grid_id
        drawn = and_(Boundary.area_id == Area.id, Boundary.valid.contains(now))
        living = (Area.level == level, Area.valid_to.is_(None), column.in_(holding.grids))
        return _area_columns().outerjoin(Boundary, drawn).where(*living)

    return rows


@cache
def _dwelling_columns() -> Select[*tuple[Any, ...]]:
    said = _named(Dwelling, "building", "entrance", "room", "use", "building_group_id")
    said |= {"lon": func.ST_X(Dwelling.point), "lat": func.ST_Y(Dwelling.point)}
    return select(*_columns(Dwelling.id, Dwelling.rev, **said))


def _dwellings(_: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
    return _dwelling_columns().where(Dwelling.grid_id.in_(holding.grids))


def _living(holding: Holding) -> Any:
    return and_(Household.until.is_(None), Household.merged_into.is_(None), holding.of(Household))


@cache
def _household_columns(*, with_care: bool) -> Select[*tuple[Any, ...]]:
    last = select(func.max(Visit.at)).where(Visit.household_id == Household.id, Visit.result == "met")
    said = _named(Household, "dwelling_id", "kind", "grid_id")
    said |= _named(Dwelling, "building", "entrance", "room", "use")
    said["visited_at"] = last.correlate(Household).scalar_subquery()
    if with_care:
        needed = (CareNeed.household_id == Household.id, CareNeed.until.is_(None))
        kinds = select(func.json_agg(func.distinct(CareNeed.kind))).where(*needed)
        said["care"] = kinds.correlate(Household).scalar_subquery()
    joined = select(*_columns(Household.id, Household.rev, Household.note_sealed, **said))
    # The door of a household on a contact-duty list lies on ground the post does not see otherwise.
    return joined.join(Dwelling, Dwelling.id == Household.dwelling_id).execution_options(unscoped=True)


def _households(work: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
    return _household_columns(with_care=work.actor.role in CARERS).where(_living(holding))


@cache
def _resident_columns() -> Select[*tuple[Any, ...]]:
    said = _named(Resident, "household_id", "relation", "phone_masked", "id_number_masked")
    return select(*_columns(Resident.id, Resident.rev, Resident.name_sealed, **said))


def _residents(_: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
    lives = and_(Household.id == Resident.household_id, _living(holding))
    staying = (Resident.until.is_(None), Resident.anonymised_at.is_(None))
    return _resident_columns().join(Household, lives).where(*staying)


@cache
def _task_columns() -> Select[*tuple[Any, ...]]:
    said = _named(
        VisitTask, "household_id", "starts_on", "ends_on", "due_on", "due_at", "state", "done_by", "post_id"
    )
    said |= _named(PlanRule, "period", "kinds", "ways", "grace_days")
    said["late_after"] = VisitTask.due_on + PlanRule.grace_days
    said["priority"] = case(*((PlanRule.period == period, value) for period, value in PRIORITY.items()))
    columns = _columns(VisitTask.id, VisitTask.rev, **said)
    return select(*columns).join(PlanRule, PlanRule.id == VisitTask.rule_id)


def _tasks(work: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
    mine: list[Any] = []
    if holding.grids:
        mine.append(and_(VisitTask.grid_id.in_(holding.grids), VisitTask.post_id.is_(None)))
    if holding.households:
        mine.append(VisitTask.post_id == work.actor.post_id)
    recent = VisitTask.due_on >= (work.clock.now() - TASKS_KEPT).date()
    running = VisitTask.state != str(TaskState.CANCELLED)
    return _task_columns().where(or_(*mine) if mine else false(), running, recent)


@cache
def _visit_columns() -> Select[*tuple[Any, ...]]:
    said = _named(Visit, "household_id", "dwelling_id", "kind", "result", "way", "at", "follow_up_on", "note")
    said |= _named(Visit, "post_id", "issue_id")
    return select(*_columns(Visit.id, Visit.rev, **said))


def _visits(work: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
    mine: list[Any] = []
    if holding.grids:
        mine.append(Visit.grid_id.in_(holding.grids))
    if holding.households:
        mine.append(Visit.household_id.in_(holding.households))
    recent = Visit.at >= work.clock.now() - VISITS_KEPT
    return _visit_columns().where(or_(*mine) if mine else false(), recent)


@cache
def _issue_columns() -> Select[*tuple[Any, ...]]:
    said = _named(
        Issue, "number", "state", "type", "category", "urgency", "text", "place_text", "due_at", "raised_at"
    )
    said |= {"lon": func.ST_X(Issue.point), "lat": func.ST_Y(Issue.point), "holder_id": Issue.holder_id}
    running = (Wait.subject_id == Issue.id, Wait.ended_at.is_(None), Wait.paused_at.is_(None))
    clock = (
        select(_object(kind=Wait.kind, due_at=Wait.due_at)).where(*running).order_by(Wait.due_at, Wait.id).limit(1)
    )
    said["clock"] = clock.correlate(Issue).scalar_subquery()
    merged = aliased(Issue)
    others = select(func.count(merged.id)).where(merged.merged_into == Issue.id).correlate(Issue)
    said["others"] = others.scalar_subquery()
    # Reports merged into one of this ground may have come from beside it; only how many there are is said.
    return select(*_columns(Issue.id, Issue.version, **said), Issue).execution_options(unscoped=True)


def _issues(_: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
    # What is confidential never comes on a phone (CASES 2.4).
    held = (Issue.grid_id.in_(holding.grids), Issue.closed_at.is_(None), Issue.confidential.is_(False))
    return _issue_columns().where(*held)


def _steps(work: Work, row: Any) -> Mapping[str, Any]:
    """The buttons of an issue as the record is; what has moved on meanwhile is told by the answer to the step."""
    return {"steps": [step for step in allowed_steps(ISSUE, work, row.Issue) if step in STEPS]}


def _patrol_lists(work: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
    """Lists in force on the grids with their points and what was last found there; a round is a new version."""
    now, gone_over = work.clock.now(), Patrol.list_id == PatrolList.id
    last = (
        select(PatrolFinding.finding)
        .join(Patrol, Patrol.id == PatrolFinding.patrol_id)
        .where(Patrol.list_id == PatrolPoint.list_id, PatrolFinding.point_id == PatrolPoint.id)
        .order_by(Patrol.at.desc(), Patrol.id.desc())
        .limit(1)
        .correlate(PatrolPoint)
    )
    point = _named(PatrolPoint, "id", "text", "dwelling_id") | {"finding": last.scalar_subquery()}
    point |= {"lon": func.ST_X(PatrolPoint.point), "lat": func.ST_Y(PatrolPoint.point)}
    points = select(func.json_agg(aggregate_order_by(_object(**point), PatrolPoint.place)))
    points = points.where(PatrolPoint.list_id == PatrolList.id).correlate(PatrolList)
    said = _named(PatrolList, "name", "basis", "every_days", "building_group_id")
    said |= {"points": points.scalar_subquery()}
    said["last_at"] = select(func.max(Patrol.at)).where(gone_over).correlate(PatrolList).scalar_subquery()
    rounds = select(func.count(Patrol.id)).where(gone_over).correlate(PatrolList).scalar_subquery()
    running = or_(PatrolList.valid_to.is_(None), PatrolList.valid_to > now)
    here = false() if by_duty_only(work) else PatrolList.grid_id.in_(holding.grids)
    # Points and rounds are those of the list, whose own ground is asked here.
    query = select(*_columns(PatrolList.id, rounds + 1, **said)).execution_options(unscoped=True)
    return query.where(here, running)


# In the order of a first sync: a door can be worked at with the first page, its place and its past come last.
KINDS: tuple[Kind, ...] = (
    Kind("grid", _areas(AreaLevel.GRID), Area.id),
    Kind("building", _areas(AreaLevel.BUILDING_GROUP), Area.id),
    Kind("household", _households, Household.id, "note", "household.note"),
    Kind("resident", _residents, Resident.id, "name", "resident.name"),
    Kind("task", _tasks, VisitTask.id),
    Kind("issue", _issues, Issue.id, beside=_steps),
    Kind("patrol_list", _patrol_lists, PatrolList.id),
    Kind("dwelling", _dwellings, Dwelling.id),
    Kind("visit", _visits, Visit.id),
)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}


def of_ground(holding: Holding) -> Any:
    """The changes a phone of this ground has to hear of."""
    mine: list[Any] = []
    if holding.grids:
        mine.append(Change.grid_id.in_(holding.grids))
    if holding.households:
        mine.append(Change.household_id.in_(holding.households))
    return or_(*mine) if mine else false()
