"""What a phone's copy of each record says: types in the order of a first sync, each with its rows and its words.

Columns, not entities: five hundred records go into one answer. Phones and identity numbers leave masked; names go
in clear to the grid's own worker, who has to find a door by them without a signal; why a household is called on is
apart (`care`), for after the unlock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, false, func, or_, select

from app.core.work import Work
from app.feed.models import Change
from app.grid.models import Area, AreaLevel, Boundary, Dwelling
from app.households.models import CareNeed, Household, Resident
from app.issues.models import Issue
from app.people.models import Role
from app.sync.holding import Holding
from app.visits.kinds import TaskState
from app.visits.models import PlanRule, Visit, VisitTask

VISITS_KEPT = timedelta(days=90)
TASKS_KEPT = timedelta(days=90)
SIMPLER = 0.00001  # degrees, about a metre: what a phone's map can show
CARERS = frozenset({Role.GRID_WORKER, Role.GRID_LEADER, Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY})
PERSONAL = {"household": ("door", "note", "care"), "resident": ("name", "phone_masked", "id_number_masked")}

Show = Callable[[Work, Any], dict[str, Any]]
Query = Callable[[Work, Holding], Select[*tuple[Any, ...]]]


@dataclass(frozen=True)
class Kind:
    """One type of record: which rows a phone holds, keyed by `id` and `rev`, and what each says."""

    name: str
    rows: Query
    shown: Show
    key: Any


def iso(at: datetime | None) -> str | None:
    """A time as phones read it."""
    return None if at is None else at.isoformat()


def _plain(*names: str) -> Show:
    def shown(_: Work, row: Any) -> dict[str, Any]:
        return {name: _json(getattr(row, name)) for name in names}

    return shown


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) or hasattr(value, "isoformat") else value


def _areas(level: AreaLevel) -> Query:
    def rows(work: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
        now = work.clock.now()
        column = Area.id if level == AreaLevel.GRID else Area.grid_id
        border = func.ST_AsGeoJSON(func.ST_SimplifyPreserveTopology(Boundary.geom, SIMPLER), 6)
        drawn = and_(Boundary.area_id == Area.id, Boundary.valid.contains(now))
        living = (Area.level == level, Area.valid_to.is_(None), column.in_(holding.grids))
        fields = (Area.id, func.coalesce(Boundary.version, 1).label("rev"), Area.code, Area.name, Area.parent_id)
        return select(*fields, border.label("border")).outerjoin(Boundary, drawn).where(*living)

    return rows


def _dwellings(_: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
    fields = (Dwelling.id, Dwelling.rev, Dwelling.building, Dwelling.entrance)
    where = (Dwelling.room, Dwelling.use, Dwelling.grid_id, Dwelling.building_group_id)
    place = (func.ST_X(Dwelling.point).label("lon"), func.ST_Y(Dwelling.point).label("lat"))
    return select(*fields, *where, *place).where(Dwelling.grid_id.in_(holding.grids))


def _living(holding: Holding) -> Any:
    return and_(Household.until.is_(None), Household.merged_into.is_(None), holding.of(Household))


def _households(work: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
    door = (Dwelling.building, Dwelling.entrance, Dwelling.room, Dwelling.use)
    fields = (Household.id, Household.rev, Household.dwelling_id, Household.kind, Household.note_sealed)
    last = select(func.max(Visit.at)).where(Visit.household_id == Household.id, Visit.result == "met")
    more: list[Any] = [last.correlate(Household).scalar_subquery().label("visited_at"), Household.grid_id]
    if work.actor.role in CARERS:
        needed = (CareNeed.household_id == Household.id, CareNeed.until.is_(None))
        kinds = select(func.array_agg(func.distinct(CareNeed.kind))).where(*needed)
        more.append(kinds.correlate(Household).scalar_subquery().label("care"))
    joined = select(*fields, *door, *more).join(Dwelling, Dwelling.id == Household.dwelling_id)
    # The door of a household on a contact-duty list lies on ground the post does not see otherwise.
    return joined.where(_living(holding)).execution_options(unscoped=True)


def _household(work: Work, row: Any) -> dict[str, Any]:
    note = work.keys.unseal(row.note_sealed, "household.note") if row.note_sealed else None
    said = _plain("dwelling_id", "kind", "building", "entrance", "room", "use", "grid_id", "visited_at")(work, row)
    return said | {"note": note, "care": list(getattr(row, "care", None) or [])}


def _residents(_: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
    fields = (Resident.id, Resident.rev, Resident.household_id, Resident.relation, Resident.name_sealed)
    masked = (Resident.name_masked, Resident.phone_masked, Resident.id_number_masked)
    lives = (Household.id == Resident.household_id, _living(holding))
    staying = (Resident.until.is_(None), Resident.anonymised_at.is_(None))
    return select(*fields, *masked).join(Household, and_(*lives)).where(*staying)


def _resident(work: Work, row: Any) -> dict[str, Any]:
    name = work.keys.unseal(row.name_sealed, "resident.name") if row.name_sealed else row.name_masked
    said = _plain("household_id", "relation", "phone_masked", "id_number_masked")(work, row)
    return said | {"name": name}


def _tasks(work: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
    mine: list[Any] = []
    if holding.grids:
        mine.append(and_(VisitTask.grid_id.in_(holding.grids), VisitTask.post_id.is_(None)))
    if holding.households:
        mine.append(VisitTask.post_id == work.actor.post_id)
    recent = VisitTask.due_on >= (work.clock.now() - TASKS_KEPT).date()
    fields = (VisitTask.id, VisitTask.rev, VisitTask.household_id, VisitTask.starts_on, VisitTask.ends_on)
    more = (VisitTask.due_on, VisitTask.due_at, VisitTask.state, VisitTask.done_by, VisitTask.post_id)
    rule = (PlanRule.period, PlanRule.kinds, PlanRule.ways, PlanRule.grace_days)
    wanted = select(*fields, *more, *rule).join(PlanRule, PlanRule.id == VisitTask.rule_id)
    return wanted.where(or_(*mine) if mine else false(), VisitTask.state != str(TaskState.CANCELLED), recent)


def _visits(work: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
    mine: list[Any] = []
    if holding.grids:
        mine.append(Visit.grid_id.in_(holding.grids))
    if holding.households:
        mine.append(Visit.household_id.in_(holding.households))
    recent = Visit.at >= work.clock.now() - VISITS_KEPT
    fields = (Visit.id, Visit.rev, Visit.household_id, Visit.dwelling_id, Visit.kind, Visit.result, Visit.way)
    more = (Visit.at, Visit.follow_up_on, Visit.note, Visit.post_id, Visit.issue_id)
    return select(*fields, *more).where(or_(*mine) if mine else false(), recent)


def _issues(_: Work, holding: Holding) -> Select[*tuple[Any, ...]]:
    fields = (Issue.id, Issue.version.label("rev"), Issue.number, Issue.state, Issue.type, Issue.category)
    more = (Issue.urgency, Issue.text, Issue.place_text, Issue.due_at, Issue.raised_at, Issue.grid_id)
    place = (func.ST_X(Issue.point).label("lon"), func.ST_Y(Issue.point).label("lat"), Issue.holder_id)
    # What is confidential never comes on a phone (CASES 2.4).
    held = (Issue.grid_id.in_(holding.grids), Issue.closed_at.is_(None), Issue.confidential.is_(False))
    return select(*fields, *more, *place).where(*held)


ISSUE_FIELDS = (
    "number", "state", "type", "category", "urgency", "text", "place_text", "due_at", "raised_at", "lon", "lat",
    "holder_id",
)  # fmt: skip
TASK_FIELDS = (
    "household_id", "starts_on", "ends_on", "due_on", "due_at", "state", "done_by", "post_id", "period", "kinds",
    "ways", "grace_days",
)  # fmt: skip
VISIT_FIELDS = (
    "household_id", "dwelling_id", "kind", "result", "way", "at", "follow_up_on", "note", "post_id", "issue_id",
)  # fmt: skip
AREA_FIELDS = ("code", "name", "parent_id", "border")
DOOR_FIELDS = ("building", "entrance", "room", "use", "building_group_id", "lon", "lat")

KINDS: tuple[Kind, ...] = (
    Kind("grid", _areas(AreaLevel.GRID), _plain(*AREA_FIELDS), Area.id),
    Kind("building", _areas(AreaLevel.BUILDING_GROUP), _plain(*AREA_FIELDS), Area.id),
    Kind("dwelling", _dwellings, _plain(*DOOR_FIELDS), Dwelling.id),
    Kind("household", _households, _household, Household.id),
    Kind("resident", _residents, _resident, Resident.id),
    Kind("task", _tasks, _plain(*TASK_FIELDS), VisitTask.id),
    Kind("visit", _visits, _plain(*VISIT_FIELDS), Visit.id),
    Kind("issue", _issues, _plain(*ISSUE_FIELDS), Issue.id),
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
