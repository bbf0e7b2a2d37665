"""Verbs of a visit: make one or a whole batch, amend it for a day, raise an issue from it.

Plain functions for HTTP and for the phone's operations alike; `moment` is when it happened, now when not said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from app.core.clock import Moment, canonical, office_day
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.geometry import to_wgs84
from app.core.idempotency import Claim
from app.core.work import Work
from app.feed.actions import change_row
from app.feed.models import Change
from app.grid.locate import ewkb_point
from app.grid.models import Area, Dwelling
from app.households.models import Household
from app.issues.entering import enter
from app.issues.intake import Raised
from app.issues.schemas import RaiseIssue
from app.people.models import Post
from app.people.queries import in_force
from app.visits import reckoning, writing
from app.visits.kinds import VisitKind
from app.visits.models import Visit, VisitRevision
from app.visits.queries import AMENDABLE_FOR
from app.visits.schemas import AmendVisit, NewVisit
from app.visits.sight import workable
from app.visits.writing import Written

AMENDABLE = ("kind", "result", "way", "advice", "follow_up_on", "note")
LEAF_FIRST = ("building_group_id", "grid_id", "community_id", "street_id")


class UnknownHousehold(Invalid):
    """Neither on the caller's ground nor on its list."""

    code = "unknown_household"
    zh = "没有这一户,或不在您的网格和包联名单内。"
    en = "There is no such household on your ground or on your list of contact duty."


class NowhereVisited(Invalid):
    """A visit goes to a household or to a door."""

    code = "nowhere_visited"
    zh = "请选择一户,或选择无人居住的房屋,二者选一。"
    en = "Name the household, or the dwelling when nobody lives there: one of the two."


class AdviceIsForFollowUps(Invalid):
    """What was done for somebody's health belongs to a follow-up."""

    code = "advice_is_for_follow_ups"
    zh = "“已测量、已指导、已转介”只用于健康随访(kind=follow_up)。"
    en = "`advice` belongs to a health follow-up (kind=follow_up)."


class UnknownCompanion(Invalid):
    """Nobody holds this post now."""

    code = "unknown_companion"
    zh = "同行人的岗位不存在或已结束。"
    en = "A companion's post does not exist or has ended."


class VisitIdTaken(Conflict):
    """The id belongs to another visit."""

    code = "visit_id_taken"
    zh = "该走访编号已用于另一次走访,请换一个编号。"
    en = "This id belongs to another visit; take a new one."


class NotTheAuthor(Forbidden):
    """Only who made a visit says that it was otherwise."""

    code = "not_the_author"
    zh = "只有本次走访的填写人可以更正。"
    en = "Only the author of a visit may amend it."


class TooLateToAmend(Conflict):
    """The day is over; a visit is then what it is."""

    code = "too_late_to_amend"
    zh = "走访记录只能在收到后 {hours} 小时内更正。"
    en = "A visit can be amended for {hours} hours after it was received."


class VisitMovedOn(Conflict):
    """Amended meanwhile."""

    code = "visit_moved_on"
    zh = "该走访已有更新的版本 {rev},请核对后再更正。"
    en = "The visit has a newer revision {rev}; look at it first."


class VisitHasIssue(Conflict):
    """One visit, one issue; another matter is raised by itself."""

    code = "visit_has_issue"
    zh = "本次走访已上报一个事项;其他事项请单独上报。"
    en = "This visit has led to an issue already; raise another matter by itself."


@dataclass(frozen=True)
class Said:
    """One visit as it came in."""

    form: NewVisit
    moment: Moment
    device_id: UUID | None = None


@dataclass(frozen=True)
class Made:
    """A visit that is there now; `replayed`: its id was known; `rerouted`: the household it named is merged."""

    id: UUID
    replayed: bool
    rerouted: Written | None = None


async def make_visit(
    work: Work, form: NewVisit, moment: Moment | None = None, device_id: UUID | None = None
) -> Made:
    """Store one visit and cover what it serves."""
    (made,) = await make_visits(work, [Said(form, moment or Moment.of(work.clock), device_id)])
    return made


async def make_visits(work: Work, said: Sequence[Said]) -> list[Made]:
    """Store a batch of at most 50 in one statement, or raise the problem of the first that is wrong."""
    for one in said:
        check(one.form)
    await _check_grounds(work, [one.form for one in said])
    await _check_companions(work, [one.form for one in said])
    rows = [visit_row(work, one) for one in said]
    written = await writing.write(work, rows)
    ids = [UUID(row["id"]) for row in rows]
    known = [visit_id for visit_id in ids if visit_id not in written]
    if known:
        await _refuse_foreign(work, known)
    return [_made(visit_id, written) for visit_id in ids]


def _made(visit_id: UUID, written: Mapping[UUID, Written]) -> Made:
    found = written.get(visit_id)
    rerouted = found if found and found.said_household_id else None
    return Made(visit_id, replayed=found is None, rerouted=rerouted)


def check(form: NewVisit) -> None:
    """What a visit says, without looking anything up."""
    if (form.household_id is None) == (form.dwelling_id is None):
        raise NowhereVisited("household_id")
    if form.advice and form.kind != VisitKind.FOLLOW_UP:
        raise AdviceIsForFollowUps("advice")
    if form.point is not None:
        form.point.check()


def visit_row(work: Work, said: Said) -> dict[str, Any]:
    """The row as the one write takes it; ground and living household are found there."""
    form, moment = said.form, said.moment
    point = None
    if form.point is not None:
        point = ewkb_point(*to_wgs84(form.point.lon, form.point.lat, form.point.crs)).hex()
    plain = form.model_dump(mode="json", include={"kind", "result", "way", "advice", "follow_up_on", "note"})
    return {
        **plain, "id": str(form.id or work.new_id()), "household_id": form.household_id,
        "dwelling_id": form.dwelling_id, "point": point,
        "accuracy_m": form.point.accuracy_m if form.point else None, "occurred_at": canonical(moment.said),
        "at": canonical(moment.at), "clock_quality": moment.quality, "account_id": work.actor.account_id,
        "post_id": work.actor.post_id, "device_id": said.device_id, "companions": list(map(str, form.companions)),
        "photos": [photo.model_dump(mode="json") for photo in form.photos],
    }  # fmt: skip


async def within_reach(work: Work, households: Sequence[UUID]) -> set[UUID]:
    """Which of these the active post may visit, itself or through what it was merged into; they are held against a
    reckoning until the end, so that no task is made between a visit's look and its writing.
    """
    if not households:
        return set()
    merged = select(Household.merged_into).where(Household.id.in_(households), Household.merged_into.is_not(None))
    seen = await _held(work, or_(Household.id.in_(households), Household.id.in_(merged)))
    unseen = set(households) - seen
    if unseen:
        # Merged while a phone was away: a list of contact duty names the living household alone.
        named = (Household.id.in_(unseen), Household.merged_into.is_not(None))
        query = select(Household.id, Household.merged_into).where(*named).execution_options(unscoped=True)
        led = {row.id: row.merged_into for row in await work.session.execute(query)}
        alive = await _held(work, Household.id.in_(set(led.values())))
        seen |= {one for one, into in led.items() if into in alive}
    return seen & set(households)


async def _held(work: Work, which: ColumnElement[bool]) -> set[UUID]:
    query = select(Household.id).where(which, workable(work, Household.id)).order_by(Household.id)
    return set(await work.session.scalars(query.with_for_update(read=True, key_share=True)))


async def _check_grounds(work: Work, forms: Sequence[NewVisit]) -> None:
    households = {form.household_id for form in forms if form.household_id}
    if households - await within_reach(work, sorted(households)):
        raise UnknownHousehold("household_id")
    doors = {form.dwelling_id for form in forms if form.dwelling_id}
    if doors:
        mine = workable(work, Dwelling.id)  # a list of contact duty holds no doors
        seen = select(Dwelling.id).where(Dwelling.id.in_(doors), mine)
        if doors - set(await work.session.scalars(seen)):
            raise NowhereVisited("dwelling_id")


async def _check_companions(work: Work, forms: Sequence[NewVisit]) -> None:
    named = {post for form in forms for post in form.companions}
    if named:
        there = select(Post.id).where(Post.id.in_(named), in_force(work.clock.now()))
        if named - set(await work.session.scalars(there)):
            raise UnknownCompanion("companions")


async def _refuse_foreign(work: Work, known: Sequence[UUID]) -> None:
    own = select(Visit.id).where(Visit.id.in_(known), Visit.account_id == work.actor.account_id)
    if set(known) - set(await work.session.scalars(own)):
        raise VisitIdTaken("id")


async def amend_visit(work: Work, visit_id: UUID, form: AmendVisit, moment: Moment | None = None) -> Visit:
    """What its author says it was; the old words are kept beside it, its tasks are reckoned again."""
    held = await work.session.scalar(select(Visit.household_id).where(Visit.id == visit_id))
    if held is not None:
        await reckoning.hold(work, [held])  # before the visit: the order of every reckoning
    visit = await work.session.scalar(
        select(Visit).where(Visit.id == visit_id, workable(work, Visit.household_id)).with_for_update()
    )
    if visit is None:
        raise NotFound
    _check_amending(work, visit, form, moment or Moment.of(work.clock))
    said = {name: getattr(form, name) for name in AMENDABLE if name in form.model_fields_set}
    merged = {"kind": visit.kind, "advice": visit.advice} | {k: v for k, v in said.items() if v is not None}
    if merged["advice"] and merged["kind"] != VisitKind.FOLLOW_UP:
        raise AdviceIsForFollowUps("advice")
    before = {name: getattr(visit, name) for name in AMENDABLE}
    before["follow_up_on"] = before["follow_up_on"] and before["follow_up_on"].isoformat()
    at = work.clock.now()
    row = {"visit_id": visit.id, "rev": visit.rev, "said": before, "amended_at": at}
    for name, value in said.items():
        if value is not None or name in ("follow_up_on", "note"):
            setattr(visit, name, [str(one) for one in value] if name == "advice" else value)
    visit.rev, visit.amended_at = visit.rev + 1, at
    await work.session.flush()
    told = change_row(work, "visit", visit.id, grid_id=visit.grid_id, household_id=visit.household_id)
    await work.append({VisitRevision: [row], Change: [told]})
    if visit.household_id is not None:
        await reckoning.reckon(work, [visit.household_id], since=office_day(visit.at))
    return visit


def _check_amending(work: Work, visit: Visit, form: AmendVisit, moment: Moment) -> None:
    if visit.account_id != work.actor.account_id:
        raise NotTheAuthor
    if moment.at > visit.received_at + AMENDABLE_FOR:
        raise TooLateToAmend(hours=int(AMENDABLE_FOR.total_seconds() // 3600))
    if form.base_rev != visit.rev:
        raise VisitMovedOn("base_rev", rev=visit.rev)


async def raise_from_visit(work: Work, visit_id: UUID, form: RaiseIssue, claim: Claim) -> Raised:
    """An issue found on a visit, at its door when the form names no place; a repeated key raises it once."""
    query = select(Visit).where(Visit.id == visit_id, workable(work, Visit.household_id)).with_for_update()
    visit = await work.session.scalar(query)
    if visit is None:
        raise NotFound
    if form.point is None and form.area_code is None and form.dwelling_id is None:
        form = form.model_copy(update=await _place_of(work, visit))
    raised = await enter(work, form, claim, (), screening=False)
    if visit.issue_id not in (None, raised.issue_id):
        raise VisitHasIssue
    if visit.issue_id is None:
        visit.issue_id = raised.issue_id
        await work.session.flush()
        told = change_row(work, "visit", visit.id, grid_id=visit.grid_id, household_id=visit.household_id)
        await work.put(Change, [told])
    return raised


async def _place_of(work: Work, visit: Visit) -> dict[str, Any]:
    """The door, or for a post that sees no doors the smallest area around it."""
    if visit.dwelling_id is not None:
        seen = await work.session.scalar(select(Dwelling.id).where(Dwelling.id == visit.dwelling_id))
        if seen is not None:
            return {"dwelling_id": seen}
    leaf = next((level for level in LEAF_FIRST if getattr(visit, level) is not None), None)
    if leaf is None:
        return {}
    code = await work.session.scalar(select(Area.code).where(Area.id == getattr(visit, leaf)))
    return {"area_code": code}
