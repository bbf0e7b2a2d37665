"""What plans react to: a district's night, a grave change, a household that wants no visits, a note's last day."""

from uuid import UUID

from sqlalchemy import select

from app.core.clock import Moment, office_day
from app.core.errors import Invalid, NotFound
from app.core.work import Work
from app.households.models import Household
from app.visits import reckoning
from app.visits.models import OptOut, PlanRule, VisitTask
from app.visits.schemas import NewOptOut
from app.visits.sight import workable

MOST_AT_ONCE = 500  # households in one transaction of the night


class UnknownRule(Invalid):
    """No plan has this id."""

    code = "unknown_rule"
    zh = "没有这条走访计划规则。"
    en = "There is no such rule of visits."


class AlreadyOver(Invalid):
    """It would end before it begins."""

    code = "opt_out_already_over"
    zh = "截止时间应在现在之后。"
    en = "It has to end after now."


async def reckon_household(work: Work, household_id: UUID) -> None:
    """Reckon one household's tasks again; whatever changed about it, and also when nothing did."""
    await reckoning.reckon(work, [household_id])


async def reckon_next(work: Work, after: UUID | None = None) -> UUID | None:
    """One stretch of a district's night: the next households in the order of their ids, and those whose open tasks
    outlived them. Returns where to go on, None at the end.
    """
    query = select(Household.id).order_by(Household.id).limit(MOST_AT_ONCE)
    outlived = select(VisitTask.household_id).where(VisitTask.state == "open")
    query = query.where(Household.until.is_(None) | Household.id.in_(outlived))
    if after is not None:
        query = query.where(Household.id > after)
    ids = list(await work.session.scalars(query))
    if ids:
        await reckoning.reckon(work, ids)
    return ids[-1] if len(ids) == MOST_AT_ONCE else None


async def own_household(work: Work, household_id: UUID) -> Household:
    """A household the active post works with; what was merged leads to the living one."""
    query = select(Household).where(Household.id == household_id, workable(work, Household.id))
    found = await work.session.scalar(query)
    if found is not None and found.merged_into is not None:
        found = await work.session.get(Household, found.merged_into)
    if found is None:
        raise NotFound
    return found


async def note_major_change(work: Work, household_id: UUID, moment: Moment | None = None) -> None:
    """Something grave has happened to a household: somebody calls on it within the rule's hours (R4.1).

    A second change on a day whose call was made already asks for another one.
    """
    household = await own_household(work, household_id)
    held = await reckoning.hold(work, [household.id])
    at = (moment or Moment.of(work.clock)).at
    await reckoning.ask_at_once(work, held, at)
    await reckoning.reckon(work, held, since=office_day(at))


async def opt_out(work: Work, household_id: UUID, form: NewOptOut) -> OptOut:
    """Keep that a household does not want to be called on; its open tasks end, no new ones are made."""
    household = await own_household(work, household_id)
    at = work.clock.now()
    if form.until is not None and form.until <= at:
        raise AlreadyOver("until")
    if form.rule_id is not None and await work.session.get(PlanRule, form.rule_id) is None:
        raise UnknownRule("rule_id")
    row = {
        "id": work.new_id(), "household_id": household.id, "street_id": household.street_id,
        "community_id": household.community_id, "grid_id": household.grid_id,
        "building_group_id": household.building_group_id, "rule_id": form.rule_id, "since": at,
        "until": form.until, "by_post": work.actor.post_id,
    }  # fmt: skip
    await work.put(OptOut, [row])
    await reckoning.reckon(work, [household.id])
    return OptOut(**row)


async def opt_in(work: Work, opt_out_id: UUID) -> OptOut:
    """The household is content to be called on again."""
    kept = await work.session.scalar(select(OptOut).where(OptOut.id == opt_out_id).with_for_update())
    if kept is None:
        raise NotFound
    await own_household(work, kept.household_id)
    if kept.until is None or kept.until > work.clock.now():
        kept.until = work.clock.now()
        await work.session.flush()
        await reckoning.reckon(work, [kept.household_id])
    return kept
