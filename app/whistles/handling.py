"""The steps of a whistle after it was blown: its parties, its work, its end (DESIGN 5, R2.5)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.clocks import waits
from app.clocks.house import House, house_of
from app.clocks.waits import wait_row
from app.core.errors import Conflict, NotFound
from app.core.work import Work
from app.issues.handling import MOST_HOLDS, HeldTooLong, HeldTooOften, opening_of
from app.issues.kinds import State
from app.issues.step_schemas import NoteStep, ReasonStep
from app.issues.workflow import DISTRICT, STREET
from app.people.models import Unit
from app.whistles import behind, scoring, turns
from app.whistles.blowing import confirm_clock, kind_coded, kind_of, may_blow, to_ratify
from app.whistles.calling import CalledAlready, call, change_limits, party_named, unit_coded
from app.whistles.guards import NotOwnUnit, is_its_streets
from app.whistles.kinds import ReportInState, TaskState, UnitRole, WhistleState
from app.whistles.letting_go import let_go, tasks_fall_back
from app.whistles.models import ReportIn, Whistle
from app.whistles.records import Task
from app.whistles.step_schemas import (
    AddPartyInput,
    ChangeKindInput,
    HoldInput,
    ReleasePartyInput,
    VerifyInput,
    WordsInput,
)
from app.whistles.taking import Told, parts_of, take, take_part


class TasksOpen(Conflict):
    """Work is left that is neither done nor put off to a date (R2.5)."""

    code = "tasks_open"
    zh = "还有 {count} 项任务未完成,也未挂账到日期,请先处理。"
    en = "{count} tasks are neither done nor held open to a date; settle them first."


class ReporterNotAsked(Conflict):
    """The residents behind it have to be asked before it closes (R2.5)."""

    code = "reporter_not_asked"
    zh = "关联诉求的反映人尚未回访,请先核查并答复。"
    en = "The reporters behind it were not asked yet; verify and answer them first."


class ReportersAsked(Conflict):
    """The answer is out: a reporter's no brings the units back, and the answer with them."""

    code = "reporters_asked"
    zh = "已答复反映人并等待评价;如未解决,按反映人意见自动返工。"
    en = "The reporters have the answer and are asked; if one says no, the units are called back by that."


class Undecided(Conflict):
    """The district's word is owed to a unit before it is dismissed and scored (R2.4, R2.6)."""

    code = "undecided"
    zh = "还有单位的异议或到场争议待区级裁定,裁定后再办结。"
    en = "A refusal or a disputed arrival waits for the district's decision; close it after that."


class NotCalled(NotFound):
    """That unit has no report-in here."""

    code = "unit_not_called"
    zh = "该单位不在本次吹哨中。"
    en = "That unit was not called to this whistle."


class LastLead(Conflict):
    """Somebody has to answer for the whole."""

    code = "last_lead"
    zh = "牵头单位不能解除,请先增加新的牵头单位。"
    en = "The lead cannot be let go; call another lead first."


async def raise_to_district(work: Work, whistle: Whistle, form: ReasonStep) -> None:
    """The street cannot bring them together; the district is asked (art 17)."""
    await raised(work, whistle, Told(words=form.reason))


async def raised(work: Work, whistle: Whistle, told: Told) -> None:
    """On the district's list, with a clock of the district's own."""
    await waits.stop(work, whistle.id, "whistle_confirm", turns.CLOCK)
    now, house = work.clock.now(), await house_of(work)
    clock = wait_row(work, house, ("whistle", whistle.id), "raised")
    told = replace(told, clocks=[*told.clocks, clock])
    await take(work, whistle, "raise_to_district", told, raised_at=now, supervised_at=now)


async def hand_back(work: Work, whistle: Whistle, form: ReasonStep) -> None:
    """The district has cleared the way; the street goes on."""
    whistle.back_to = await _stands(work, whistle)
    await waits.stop(work, whistle.id, "raised")
    await take(work, whistle, "hand_back", Told(words=form.reason))
    await turns.mind(work, whistle)


async def _stands(work: Work, whistle: Whistle) -> str:
    """Where a blown whistle stands by what its units have done."""
    arrived = select(ReportIn.id).where(ReportIn.whistle_id == whistle.id, ReportIn.reported_at.is_not(None))
    someone = await work.session.scalar(arrived.limit(1))
    return WhistleState.JOINT_HANDLING if someone else WhistleState.BLOWN


async def ratify(work: Work, whistle: Whistle, form: NoteStep) -> None:
    """The secretary's word on what the duty officer blew (CASES 2.2)."""
    await waits.stop(work, whistle.id, "ratify")
    await take(work, whistle, "ratify", Told(words=form.note), ratified_at=work.clock.now())


async def change_kind(work: Work, whistle: Whistle, form: ChangeKindInput) -> None:
    """Another kind by somebody who may blow that one; what still runs runs by the new limits."""
    kind = await kind_coded(work, form.kind)
    if work.actor.role not in DISTRICT:
        may_blow(work, kind)
    said = {"from": str(whistle.kind_id), "to": str(kind.id)}
    await take(work, whistle, "change_kind", Told(said, form.reason), kind_id=kind.id)
    house = await house_of(work)
    await change_limits(work, house, await parts_of(work, ReportIn, whistle.id), kind)
    if whistle.state != WhistleState.REQUESTED:
        await to_ratify(work, house, whistle, kind)
    elif kind.at_once:
        await waits.stop(work, whistle.id, "whistle_confirm")
        await waits.start(work, [confirm_clock(work, house, whistle, kind)])


async def add_party(work: Work, whistle: Whistle, form: AddPartyInput) -> None:
    """One more unit; a new lead takes the place of the old one, who assists from now on."""
    party = await party_named(work, form)
    report_ins = await parts_of(work, ReportIn, whistle.id)
    if any(one.unit_id == party.unit_id and one.state != ReportInState.RELEASED for one in report_ins):
        raise CalledAlready("unit")
    if party.role == UnitRole.LEAD:
        for one in report_ins:
            one.role = UnitRole.ASSIST
        await work.session.flush()
    issues = [issue for issue in await behind.lock_issues(work, whistle.id) if issue.closed_at is None]
    said = {"unit": str(party.unit_id), "role": party.role}
    await take(work, whistle, "add_party", Told(said), unit_id=party.unit_id)
    await call(work, await house_of(work), whistle, await kind_of(work, whistle), [party], issues)
    await turns.mind(work, whistle)


async def release_party(work: Work, whistle: Whistle, form: ReleasePartyInput) -> None:
    """Let a unit go that is not needed after all."""
    unit = await unit_coded(work, form.unit, living=False)
    report_in = await called(work, whistle, unit.id)
    if report_in.role == UnitRole.LEAD:
        raise LastLead("unit")
    await take(
        work, whistle, "release_party", Told({"unit": str(unit.id)}, form.reason), unit_id=unit.id
    )  # fmt: skip
    await let_go(work, whistle, [report_in])
    await tasks_fall_back(work, whistle, unit.id)
    await turns.mind(work, whistle)


async def called(work: Work, whistle: Whistle, unit_id: UUID) -> ReportIn:
    """The report-in of a unit that is still in; `NotCalled` without one."""
    for one in await parts_of(work, ReportIn, whistle.id):
        if one.unit_id == unit_id and one.state != ReportInState.RELEASED:
            found: ReportIn = one
            return found
    raise NotCalled("unit")


async def submit_work(work: Work, whistle: Whistle, form: WordsInput) -> None:
    """The lead, or the street, says that all is done; the street looks next."""
    await _only_lead_or_street(work, whistle)
    await _nothing_open(work, whistle)
    await take(
        work, whistle, "submit_work", Told(words=form.text),
        submitted_by=work.actor.account_id, verified_at=None,
    )  # fmt: skip
    await turns.mind(work, whistle, anew=True)


async def _only_lead_or_street(work: Work, whistle: Whistle) -> None:
    if work.actor.role in STREET and whistle.street_unit_id in work.actor.units:
        return
    leading = (ReportIn.role == UnitRole.LEAD, ReportIn.state != ReportInState.RELEASED)
    leads = select(ReportIn.id).where(ReportIn.whistle_id == whistle.id, *leading)
    if await work.session.scalar(leads.where(ReportIn.unit_id.in_(work.actor.units)).limit(1)) is None:
        raise NotOwnUnit


async def _nothing_open(work: Work, whistle: Whistle) -> None:
    tasks = await parts_of(work, Task, whistle.id)
    if count := sum(task.state == TaskState.OPEN for task in tasks):
        raise TasksOpen(count=count)


async def verify(work: Work, whistle: Whistle, form: VerifyInput) -> None:
    """Looked at on the spot: the reporters behind it are asked now."""
    await _nothing_open(work, whistle)
    issues = await behind.lock_issues(work, whistle.id)
    told = Told({"result": form.result}, form.text)
    await take(work, whistle, "verify", told, verified_at=work.clock.now())
    await behind.answer(work, issues, whistle.id, form.text, form.result)
    await turns.mind(work, whistle, anew=True)


async def return_for_rework(work: Work, whistle: Whistle, form: ReasonStep) -> None:
    """Not good enough, says the street; once the reporters were asked, it is their word that counts."""
    issues = await behind.lock_issues(work, whistle.id)
    if whistle.verified_at is not None and any(issue.state == State.ANSWERED for issue in issues):
        raise ReportersAsked
    await take(work, whistle, "return_for_rework", Told(words=form.reason), verified_at=None)
    await recall(work, whistle)


async def recall(work: Work, whistle: Whistle) -> None:
    """Units that were done are at work again, with their limit anew; one that is dissolved stays away."""
    house, kind = await house_of(work), await kind_of(work, whistle)
    report_ins = await parts_of(work, ReportIn, whistle.id)
    at_work = (Unit.id.in_([one.unit_id for one in report_ins]), Unit.dissolved_at.is_(None))
    living = set(await work.session.scalars(select(Unit.id).where(*at_work)))
    for one in report_ins:
        if one.state in turns.THROUGH and one.unit_id in living:
            mine = ("report_in", one.id)
            clock = wait_row(work, house, mine, "finish", limit=kind.limit("finish"), unit_id=one.unit_id)
            await take_part(
                work, whistle, one, "recall", Told(clocks=[clock]), finished_at=None, ended_at=None, outcome=None
            )
    await turns.mind(work, whistle)


async def _nothing_undecided(work: Work, whistle: Whistle) -> None:
    for one in await parts_of(work, ReportIn, whistle.id):
        if one.state in (ReportInState.REFUSED, ReportInState.ARRIVAL_DISPUTED):
            raise Undecided


async def close(work: Work, whistle: Whistle, form: NoteStep) -> None:
    """Done: tasks settled, looked at, the residents asked (R2.5). Both sides get their scores."""
    await _nothing_open(work, whistle)
    await _nothing_undecided(work, whistle)
    issues = await behind.lock_issues(work, whistle.id)
    if not await behind.all_asked(work, issues, whistle.id):
        raise ReporterNotAsked
    await waits.stop(work, whistle.id)
    await take(work, whistle, "close", Told(words=form.note), closed_at=work.clock.now())
    report_ins = await parts_of(work, ReportIn, whistle.id)
    await scoring.score_links(work, whistle, report_ins)
    await let_go(work, whistle, report_ins)


async def cancel(work: Work, whistle: Whistle, form: ReasonStep) -> None:
    """Taken back, with the reason; the units are told and the street goes on with the issues."""
    issues = await behind.lock_issues(work, whistle.id)
    await waits.drop(work, whistle.id)
    asker = whistle.requested_unit_id
    await take(work, whistle, "cancel", Told(words=form.reason), unit_id=asker, closed_at=work.clock.now())
    await let_go(work, whistle, await parts_of(work, ReportIn, whistle.id), "cancelled")
    for task in await parts_of(work, Task, whistle.id):
        await waits.drop(work, task.id)
    await behind.set_free(work, issues, whistle.id)


def review_moment(work: Work, house: House, form: HoldInput) -> datetime:
    """When it is looked at again: a later day, within the limit for holding open."""
    moment, held = opening_of(form.review_on), house.ruled("held").limit
    if not work.clock.now() < moment <= house.calendar.after(work.clock.now(), held):
        raise HeldTooLong("review_on", days=held.amount)
    return moment


async def hold_open(work: Work, whistle: Whistle, form: HoldInput) -> None:
    """Not possible now; looked at again by itself on the review date (CASES 2.3)."""
    house = await house_of(work)
    moment = review_moment(work, house, form)
    if whistle.holds >= MOST_HOLDS and work.actor.role not in DISTRICT:
        raise HeldTooOften
    clock = wait_row(work, house, ("whistle", whistle.id), "held", due_at=moment)
    for one in await parts_of(work, ReportIn, whistle.id):
        await waits.pause(work, one.id, "held_open")
    told = Told({"review_on": form.review_on.isoformat()}, form.reason, [clock])
    await take(work, whistle, "hold_open", told, review_at=moment, holds=whistle.holds + 1)
    await turns.mind(work, whistle)


async def resume(work: Work, whistle: Whistle, form: NoteStep) -> None:
    """The day has come, or the way is clear: clocks run on with what was left."""
    house = await house_of(work)
    await waits.stop(work, whistle.id, "held")
    for one in await parts_of(work, ReportIn, whistle.id):
        await waits.go_on(work, house, one.id)
    whistle.back_to = await _stands(work, whistle)
    await take(work, whistle, "resume", Told(words=form.note), review_at=None, verified_at=None)
    await turns.mind(work, whistle)


async def supervise(work: Work, whistle: Whistle, form: ReasonStep) -> None:
    """On the superior's list from now on."""
    await take(work, whistle, "supervise", Told(words=form.reason), supervised_at=work.clock.now())


async def takes_part(work: Work, whistle: Whistle) -> None:
    """Its street and community, the district, and the units that are in: one that was let go reads, no more."""
    ground = work.scope.areas.get("community_id", ())
    if is_its_streets(work, whistle) is None or whistle.community_id in ground:
        return
    still_in = (ReportIn.whistle_id == whistle.id, ReportIn.state != ReportInState.RELEASED)
    mine = select(ReportIn.id).where(*still_in, ReportIn.unit_id.in_(work.actor.units))
    if await work.session.scalar(mine.limit(1)) is None:
        raise NotOwnUnit


async def comment(work: Work, whistle: Whistle, form: WordsInput) -> None:
    """A note among those who take part."""
    await takes_part(work, whistle)
    await take(work, whistle, "comment", Told(words=form.text))
