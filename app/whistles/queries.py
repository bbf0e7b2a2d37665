"""Reading whistles: the queue, a unit's inbox, one in full. Everything is filtered by the session's scope."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import func, or_, select

from app.core.audit import Trail
from app.core.errors import NotFound
from app.core.work import Work
from app.core.workflow import Workflow, allowed_steps
from app.issues.kinds import State
from app.issues.models import Issue
from app.issues.schemas import TrailOut
from app.people.models import Unit
from app.people.queries import handed_to, signed_by
from app.whistles import showing
from app.whistles.chains import CHAIN, clocks_by_kind, result_of
from app.whistles.kinds import Link
from app.whistles.models import ReportIn, Whistle, WhistleBand, WhistleIssue, WhistleKind
from app.whistles.paging import page_by_time
from app.whistles.records import Score, Survey, SurveyGuest, Task, TaskPhoto, WhistleWords
from app.whistles.schemas import (
    BoardOut,
    GuestOut,
    LinkOut,
    RateOut,
    ReportInFull,
    ReportInOut,
    ScoreOut,
    SourceIssueOut,
    SurveyOut,
    TaskOut,
    TaskPhotoOut,
    UnitOut,
    WhistleFilter,
    WhistleLine,
    WhistleOut,
    WordsOut,
)
from app.whistles.workflow import REPORT_IN, TASK, WHISTLE

KIND = (WhistleKind.code.label("kind"), WhistleKind.name.label("kind_name"), WhistleKind.priority)
LINE = tuple(getattr(Whistle, name) for name in WhistleLine.model_fields if hasattr(Whistle, name))


async def queue_page(work: Work, wanted: WhistleFilter) -> tuple[list[WhistleLine], str | None]:
    """Whistles the active post sees, newest first."""
    clock = showing.next_clock().label("clock")
    query = select(*LINE, *KIND, clock).join(WhistleKind, WhistleKind.id == Whistle.kind_id)
    if wanted.state:
        query = query.where(Whistle.state.in_(wanted.state))
    if wanted.kind:
        query = query.where(WhistleKind.code == wanted.kind)
    if wanted.open is not None:
        query = query.where(Whistle.closed_at.is_(None) if wanted.open else Whistle.closed_at.is_not(None))
    if wanted.supervised is not None:  # also of a whistle with no issue behind it, which is on no other list
        since = Whistle.supervised_at
        query = query.where(since.is_not(None) if wanted.supervised else since.is_(None))
    rows, more = await page_by_time(work, query, (Whistle.opened_at, Whistle.id), wanted.cursor, wanted.limit)
    return await showing.lines(work, rows), more


async def get_one(work: Work, model: type[Any], subject_id: UUID) -> Any:
    """The row, if the scope sees it."""
    found = await work.session.scalar(select(model).where(model.id == subject_id))
    if found is None:
        raise NotFound
    return found


async def _hanging(work: Work, model: type[Any], whistle_id: UUID) -> list[Any]:
    """Rows that hang on a whistle that was loaded, in the order they were made."""
    made = [getattr(model, column) for column in ("notified_at", "at") if hasattr(model, column)]
    query = select(model).where(model.whistle_id == whistle_id).order_by(*made, model.id)
    return list(await work.session.scalars(query))


async def units_of(work: Work, ids: set[UUID]) -> dict[UUID, UnitOut]:
    """Units by id."""
    rows = await work.session.scalars(select(Unit).where(Unit.id.in_(ids)))
    return {row.id: UnitOut.model_validate(row) for row in rows}


async def trail_of(work: Work, workflow: Workflow, subject_id: UUID) -> list[TrailOut]:
    """The trail of a subject that has been loaded: the trail itself has no scope (HOUSE 2)."""
    mine = (Trail.subject_kind == workflow.kind, Trail.subject_id == subject_id)
    rows = await work.session.scalars(select(Trail).where(*mine).order_by(Trail.seq))
    return [TrailOut.model_validate(row) for row in rows]


async def report_ins_of(work: Work, report_ins: Sequence[ReportIn]) -> list[ReportInOut]:
    """Report-ins with their units and links."""
    units = await units_of(work, {one.unit_id for one in report_ins})
    ids = [one.id for one in report_ins]
    clocks, who, left = await clocks_by_kind(work, ids), await showing.who_did(work, ids), await showing.left(work)
    found = []
    for one in report_ins:
        plain = {name: getattr(one, name) for name in ReportInOut.model_fields if hasattr(one, name)}
        links = []
        for link, how in CHAIN.items():
            if (wait := clocks.get((one.id, how.clock))) is not None:
                done = getattr(one, how.stamp)
                result = result_of(one, Link(link), wait, work.clock.now())
                zh, en = left.words(wait, done)
                name = showing.name_of(who, one, Link(link)) if done else None
                links.append(
                    LinkOut(link=link, due_at=wait.due_at, done_at=done, result=result, who=name, zh=zh, en=en)
                )
        owed = (clocks.get((one.id, kind)) for kind in showing.DECISIONS)
        decision = next((left.running(wait) for wait in owed if wait and wait.ended_at is None), None)
        plain |= {"decision": decision, "allowed_steps": allowed_steps(REPORT_IN, work, one)}
        found.append(ReportInOut(**plain, unit=units[one.unit_id], links=links))
    return found


async def tasks_of(work: Work, tasks: Sequence[Task]) -> list[TaskOut]:
    """Tasks with their units and photos."""
    units = await units_of(work, {task.unit_id for task in tasks})
    mine = select(TaskPhoto).where(TaskPhoto.task_id.in_([task.id for task in tasks])).order_by(TaskPhoto.id)
    photos = list(await work.session.scalars(mine))
    found = []
    for task in tasks:
        plain = {name: getattr(task, name) for name in TaskOut.model_fields if hasattr(task, name)}
        own = [TaskPhotoOut.model_validate(photo) for photo in photos if photo.task_id == task.id]
        allowed = allowed_steps(TASK, work, task)
        found.append(TaskOut(**plain, unit=units[task.unit_id], photos=own, allowed_steps=allowed))
    return found


async def _surveys_of(work: Work, whistle_id: UUID) -> list[SurveyOut]:
    guests = await _hanging(work, SurveyGuest, whistle_id)
    found = []
    for survey in await _hanging(work, Survey, whistle_id):
        came = [GuestOut.model_validate(guest) for guest in guests if guest.survey_id == survey.id]
        plain = {name: getattr(survey, name) for name in SurveyOut.model_fields if hasattr(survey, name)}
        found.append(SurveyOut(**plain, participants=came))
    return found


async def _issues_of(work: Work, whistle_id: UUID) -> list[Issue]:
    mine = select(WhistleIssue.issue_id).where(WhistleIssue.whistle_id == whistle_id)
    return list(await work.session.scalars(select(Issue).where(Issue.id.in_(mine)).order_by(Issue.id)))


async def in_full(work: Work, whistle: Whistle) -> WhistleOut:
    """Everything the active post may see of a whistle it sees."""
    plain = {name: getattr(whistle, name) for name in WhistleOut.model_fields if hasattr(Whistle, name)}
    kind = await get_one(work, WhistleKind, whistle.kind_id)
    point = None if whistle.point is None else to_shape(whistle.point)
    wanted = await units_of(work, {UUID(one["unit_id"]) for one in whistle.wanted})
    plain |= {
        "kind": kind.code, "kind_name": kind.name, "priority": kind.priority, "wanted": list(wanted.values()),
        "lon": float(shapely.get_x(point)) if point else None,
        "lat": float(shapely.get_y(point)) if point else None,
    }  # fmt: skip
    hanging = {model: await _hanging(work, model, whistle.id) for model in (ReportIn, Task, Score, WhistleWords)}
    issues = await _issues_of(work, whistle.id)
    report_ins = await report_ins_of(work, hanging[ReportIn])
    return WhistleOut(
        **plain,
        issues=[SourceIssueOut.model_validate(issue) for issue in issues],
        report_ins=report_ins,
        lacks=showing.lacking(whistle, report_ins, hanging[Task], issues),
        surveys=await _surveys_of(work, whistle.id),
        tasks=await tasks_of(work, hanging[Task]),
        scores=[ScoreOut.model_validate(row) for row in hanging[Score]],
        words=[WordsOut.model_validate(row) for row in hanging[WhistleWords]],
        allowed_steps=allowed_steps(WHISTLE, work, whistle),
        trail=await trail_of(work, WHISTLE, whistle.id),
    )


async def report_in_full(work: Work, report_in: ReportIn) -> ReportInFull:
    """One report-in with its own trail and words."""
    (shown,) = await report_ins_of(work, [report_in])
    said = (
        select(WhistleWords)
        .where(WhistleWords.subject_id == report_in.id)
        .order_by(WhistleWords.at, WhistleWords.id)
    )
    words = [WordsOut.model_validate(row) for row in await work.session.scalars(said)]
    trail = await trail_of(work, REPORT_IN, report_in.id)
    signer = await signed_by(work, report_in.id) if report_in.signed_at else None
    return ReportInFull(
        **shown.model_dump(), words=words, trail=trail, signed_by=signer, held_by=await handed_to(work, trail)
    )


async def board(work: Work, whistle: Whistle) -> BoardOut:
    """How far each unit is, what is left, how many residents were asked."""
    issues = await _issues_of(work, whistle.id)
    return BoardOut(
        number=whistle.number,
        title=whistle.title,
        state=whistle.state,
        units=await report_ins_of(work, await _hanging(work, ReportIn, whistle.id)),
        tasks=await tasks_of(work, await _hanging(work, Task, whistle.id)),
        residents=len(issues),
        residents_asked=sum(issue.answered_at is not None for issue in issues),
    )


async def get_photo(work: Work, task_id: UUID, photo_id: UUID) -> TaskPhoto:
    """One photo of a task."""
    mine = (TaskPhoto.id == photo_id, TaskPhoto.task_id == task_id)
    photo: TaskPhoto | None = await work.session.scalar(select(TaskPhoto).where(*mine))
    if photo is None:
        raise NotFound("photo")
    return photo


async def rate(work: Work) -> RateOut:
    """Whistles per issues on the own ground, with the band the district has set."""
    now = work.clock.now()
    in_force = (WhistleBand.valid_from <= now, or_(WhistleBand.valid_to.is_(None), WhistleBand.valid_to > now))
    query = select(WhistleBand).where(*in_force).order_by(WhistleBand.valid_from.desc()).limit(1)
    band = await work.session.scalar(query)
    if band is None:
        raise NotFound("band")
    since = now - timedelta(days=band.days)
    blown = select(func.count(Whistle.id)).where(Whistle.blown_at >= since)
    raised = select(func.count(Issue.id)).where(Issue.raised_at >= since, Issue.state != State.MERGED)
    whistles = await work.session.scalar(blown) or 0
    issues = await work.session.scalar(raised) or 0
    found = round(whistles * band.per / issues, 1) if issues else None
    within = None if found is None else band.low <= found <= band.high
    return RateOut(
        days=band.days, whistles=whistles, issues=issues, per=band.per, rate=found,
        low=band.low, high=band.high, within=within, example=band.example,
    )  # fmt: skip
