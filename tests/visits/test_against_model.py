"""Random households, needs, visits, refusals, merges and late arrivals: tasks and coverage equal the model's.

WANGGE_VILLAGES sets how many are lived through (thousands by hand, few in every run).
"""

import os
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.core.clock import FixedClock, Moment
from app.core.scope import EVERYTHING
from app.core.work import Actor, Runtime, Work, known_as, open_work, system_work
from app.figures.coverage import coverage
from app.figures.recounting_visits import differences, recount
from app.figures.schemas import CoverageFilter
from app.grid.models import AreaLevel
from app.households.models import CareNeed, Household
from app.people.models import ContactDuty, Role
from app.visits import actions, plans, reckoning
from app.visits.actions import Said
from app.visits.models import OptOut, PlanRule, Visit, VisitTask
from app.visits.schemas import AmendVisit, NewOptOut, NewVisit
from tests import town
from tests.conftest import find_post
from tests.visits.homes import HERE, home, need
from tests.visits.model import Rule, Seen, Village, day_of

pytestmark = pytest.mark.anyio
VILLAGES = int(os.environ.get("WANGGE_VILLAGES", "10"))
HOMES = 3
KINDS = ("dependent", "living_alone", "aged_80")
HOME = st.integers(0, HOMES - 1)
VISIT = st.tuples(
    st.just("visit"), HOME, st.sampled_from(("visit", "follow_up", "publicity", "information")),
    st.sampled_from(("door", "phone")), st.sampled_from(("met", "met", "not_home", "refused")),
    st.integers(0, 40 * 24), st.booleans(),
)  # fmt: skip
ACT = st.one_of(
    VISIT,
    VISIT,
    st.tuples(st.just("batch"), st.lists(VISIT, min_size=2, max_size=5)),
    st.tuples(st.just("need"), HOME, st.sampled_from(KINDS)),
    st.tuples(st.just("need_over"), HOME, st.sampled_from(KINDS)),
    st.tuples(st.just("amend"), st.integers(0, 9), st.sampled_from(("met", "not_home", "refused"))),
    st.tuples(st.just("merge"), HOME, HOME),
    st.tuples(st.just("gone"), HOME),
    st.tuples(st.just("shut"), HOME, st.sampled_from((None, "dependent_week", "contact_duty_month")),
              st.sampled_from((None, 3, 30))),
    st.tuples(st.just("open"), st.integers(0, 9)),
    st.tuples(st.just("duty"), HOME, st.integers(0, 1)),
    st.tuples(st.just("duty_over"), HOME, st.integers(0, 1)),
    st.tuples(st.just("change"), HOME, st.integers(0, 30)),
    st.tuples(st.just("wait"), st.sampled_from((1, 20, 24 * 4, 24 * 12, 24 * 31))),
)  # fmt: skip


class Told:
    """One village in the database and in the model, living the same life."""

    def __init__(self, runtime: Runtime, clock: FixedClock, village: Village, homes: list[UUID], posts: list[UUID],
                 account: UUID, rules: dict[str, UUID]) -> None:  # fmt: skip
        self.runtime, self.clock, self.village = runtime, clock, village
        self.homes, self.posts, self.rules = homes, posts, rules
        self.actor = Actor("grid_worker", account, posts[0])

    def work(self) -> Any:
        return open_work(self.runtime, HERE, known_as(self.actor, EVERYTHING))

    async def act(self, act: tuple[Any, ...]) -> None:
        self.clock.advance(minutes=7)
        self.village.now = self.clock.now()
        async with self.work() as work:
            await getattr(self, f"_{act[0]}")(work, *act[1:])

    async def _reckon(self, work: Work, household: UUID) -> None:
        await reckoning.reckon(work, [household])
        self.village.reckon(household)

    def _free(self, place: int) -> UUID | None:
        """A household that still lives."""
        one = self.homes[place]
        return None if one in self.village.into or one in self.village.ended else one

    async def _visit(self, work: Work, *said: Any) -> None:
        await self._batch(work, [("visit", *said)])

    async def _batch(self, work: Work, visits: list[tuple[Any, ...]]) -> None:
        sent = []
        for _, place, kind, way, result, hours, together in visits:
            household, at = self.homes[place], self.clock.now() - timedelta(hours=hours)
            form = NewVisit(
                id=work.new_id(), household_id=household, kind=kind, way=way, result=result,
                companions=[self.posts[1]] if together else [],
            )  # fmt: skip
            sent.append(Said(form, Moment(at, at)))
            assert form.id is not None
            living = self.village.living(household)
            posts = frozenset(self.posts if together else self.posts[:1])
            self.village.visits[form.id] = Seen(form.id, living, kind, way, result, at, posts)
        await actions.make_visits(work, sent)

    async def _amend(self, work: Work, place: int, result: str) -> None:
        if not self.village.visits:
            return
        visit = list(self.village.visits.values())[place % len(self.village.visits)]
        row = await work.session.get_one(Visit, visit.id)
        if work.clock.now() - row.received_at > timedelta(hours=24):
            return
        await actions.amend_visit(work, visit.id, AmendVisit(base_rev=row.rev, result=result))
        visit.result = result
        self.village.reckon(visit.household)

    async def _need(self, work: Work, place: int, kind: str) -> None:
        if (household := self._free(place)) is None:
            return
        await need(work, household, kind)
        self.village.needs.setdefault(household, set()).add(kind)
        await self._reckon(work, household)

    async def _need_over(self, work: Work, place: int, kind: str) -> None:
        household = self.homes[place]
        over = update(CareNeed).where(CareNeed.household_id == household, CareNeed.kind == kind)
        await work.session.execute(over.where(CareNeed.until.is_(None)).values(until=work.clock.now()))
        self.village.needs.get(household, set()).discard(kind)
        await self._reckon(work, household)

    async def _merge(self, work: Work, gone: int, living: int) -> None:
        one, other = self._free(gone), self._free(living)
        if one is None or other is None or one == other:
            return
        into = {"merged_into": other, "until": work.clock.now()}
        before = Household.merged_into == one
        await work.session.execute(update(Household).where(Household.id == one).values(**into))
        await work.session.execute(update(Household).where(before).values(merged_into=other))
        self.village.merge(one, other)
        await self._reckon(work, one)

    async def _gone(self, work: Work, place: int) -> None:
        if (household := self._free(place)) is None:
            return
        ended = update(Household).where(Household.id == household).values(until=work.clock.now())
        await work.session.execute(ended)
        self.village.ended.add(household)
        await self._reckon(work, household)

    async def _shut(self, work: Work, place: int, rule: str | None, days: int | None) -> None:
        if (household := self._free(place)) is None:
            return
        until = None if days is None else work.clock.now() + timedelta(days=days)
        form = NewOptOut(rule_id=self.rules[rule] if rule else None, until=until)
        row = await plans.opt_out(work, household, form)
        self.village.shut[row.id] = (household, rule, until)
        self.village.reckon(household)

    async def _open(self, work: Work, place: int) -> None:
        if not self.village.shut:
            return
        key = list(self.village.shut)[place % len(self.village.shut)]
        household, rule, until = self.village.shut[key]
        if until is None or until > work.clock.now():
            await plans.opt_in(work, key)
            self.village.shut[key] = (household, rule, work.clock.now())
            self.village.reckon(household)

    async def _duty(self, work: Work, place: int, post: int) -> None:
        household = self._free(place)
        if household is None or (self.posts[post], household) in self.village.duties:
            return
        row = {"post_id": self.posts[post], "household_id": household, "since": work.clock.now(), "until": None}
        await work.put(ContactDuty, [row])
        self.village.duties.add((self.posts[post], household))
        await self._reckon(work, household)

    async def _duty_over(self, work: Work, place: int, post: int) -> None:
        household = self.homes[place]
        mine = (ContactDuty.post_id == self.posts[post], ContactDuty.household_id == household)
        over = update(ContactDuty).where(*mine, ContactDuty.until.is_(None)).values(until=work.clock.now())
        await work.session.execute(over)
        self.village.duties.discard((self.posts[post], household))
        await self._reckon(work, household)

    async def _change(self, work: Work, place: int, hours: int) -> None:
        if (household := self._free(place)) is None:
            return
        at = work.clock.now() - timedelta(hours=hours)
        self.village.change(household, at)
        self.village.reckon(household)
        await plans.note_major_change(work, household, Moment(at, at))

    async def _wait(self, work: Work, hours: int) -> None:
        self.clock.advance(hours=hours)
        self.village.now = self.clock.now()
        await reckoning.reckon(work, self.homes)
        for household in self.homes:
            self.village.reckon(household)

    async def states(self) -> dict[Any, Any]:
        query = select(VisitTask, PlanRule.code).join(PlanRule, PlanRule.id == VisitTask.rule_id)
        async with system_work(self.runtime, HERE) as work:
            rows = (await work.session.execute(query.where(VisitTask.household_id.in_(self.homes)))).all()
        return {(code, t.household_id, t.starts_on, t.post_id): (t.state, t.done_by) for t, code in rows}


async def begin(runtime: Runtime, clock: FixedClock) -> Told:
    clock._at = town.MORNING
    account, worker = await find_post(runtime, HERE, Role.GRID_WORKER, town.G1)
    _, pioneer = await find_post(runtime, HERE, Role.PIONEER, town.B1)
    async with system_work(runtime, HERE) as work:
        rules = (await work.session.scalars(select(PlanRule))).all()
        homes = [await home(work, str(work.new_id())[-12:]) for _ in range(HOMES)]
    known = [Rule(r.code, r.care_kind, r.period, tuple(r.kinds), tuple(r.ways), r.for_duty) for r in rules]
    village = Village(known, clock.now())
    return Told(runtime, clock, village, homes, [worker, pioneer], account, {r.code: r.id for r in rules})


@settings(max_examples=VILLAGES, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(ACT, min_size=4, max_size=22))
async def test_tasks_and_coverage_equal_the_model(
    acts: list[tuple[Any, ...]], runtime: Runtime, clock: FixedClock
) -> None:
    told = await begin(runtime, clock)
    for act in acts:
        await told.act(act)
        assert await told.states() == told.village.states(), act
    async with system_work(runtime, HERE) as work:
        assert await differences(work) == []
        for level in (AreaLevel.STREET, AreaLevel.GRID):
            for days in (0, -31, 31):
                day = day_of(clock.now() + timedelta(days=days))
                again = await recount(work, day, level)
                shown = await coverage(work, CoverageFilter(on=day, level=level), below=0)
                assert {
                    (group.area_id, group.rule_id): {part: getattr(group, part) for part in group.rows}
                    for group in shown
                } == again, (level, day)
    async with system_work(runtime, HERE) as work:
        gone = {"until": clock.now()}  # the next village begins on empty ground
        await work.session.execute(update(Household).where(Household.until.is_(None)).values(**gone))
        await work.session.execute(update(OptOut).values(until=clock.now()))
