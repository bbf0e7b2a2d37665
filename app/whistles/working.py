"""The work itself: joint surveys, tasks with owner and date, photos before and after (DESIGN 5)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.clocks import waits
from app.clocks.house import house_of
from app.clocks.models import Wait
from app.clocks.waits import wait_row
from app.core.audit import Act, Trail
from app.core.crypto import digest
from app.core.errors import Conflict, Invalid
from app.core.files import Photo
from app.core.work import Work
from app.issues.handling import MOST_HOLDS, HeldTooOften
from app.issues.step_schemas import NoteStep
from app.issues.workflow import DISTRICT
from app.whistles import events
from app.whistles.calling import unit_coded
from app.whistles.guards import NotOwnUnit, is_its_streets
from app.whistles.handling import NotCalled, review_moment, takes_part
from app.whistles.kinds import GuestKind, ReportInState, TaskState, UnitRole, When, WhistleState
from app.whistles.letting_go import pass_on
from app.whistles.models import ReportIn, Whistle
from app.whistles.records import Survey, SurveyGuest, Task, TaskPhoto
from app.whistles.step_schemas import GuestInput, HoldInput, ReassignInput, SurveyInput, TaskInput
from app.whistles.taking import Told, begun, take, take_part
from app.whistles.workflow import RUNNING


class GuestUnclear(Invalid):
    """A unit by its code, another body by its name, residents by their number and never by name (CASES 3)."""

    code = "guest_unclear"
    zh = "参加人员请填写单位代码或名称;居民只填人数,不得填写姓名。"
    en = "Name a unit by its code or another body by its name; residents are only counted, never named."


class DueInPast(Invalid):
    """A task is due later than now."""

    code = "due_in_past"
    zh = "任务期限应晚于当前时间。"
    en = "A task has to be due later than now."


class NotRunning(Conflict):
    """Nobody is at work under this whistle now."""

    code = "whistle_not_running"
    zh = "本次吹哨不在办理中。"
    en = "Nobody is at work under this whistle now."


async def hold_survey(work: Work, whistle: Whistle, form: SurveyInput) -> None:
    """Who came, what was found, what was decided."""
    await takes_part(work, whistle)
    survey_id, now = work.new_id(), work.clock.now()
    row = {
        "id": survey_id, "whistle_id": whistle.id, "held_at": form.held_at, "place_text": form.place_text,
        "findings": form.findings, "decisions": form.decisions, "post_id": work.actor.post_id, "at": now,
    }  # fmt: skip
    guests = [await _guest(work, guest, f"participants.{place}") for place, guest in enumerate(form.participants)]
    ids, fixed = sorted(work.new_id() for _ in guests), {"whistle_id": whistle.id, "survey_id": survey_id}
    rows = [{"id": guest_id, **fixed, **guest} for guest_id, guest in zip(ids, guests, strict=True)]
    salt = bytes(whistle.salt)
    said = {"survey": str(survey_id), "findings": digest(salt, form.findings)}
    await work.put(Survey, [row])
    told = Told(said | {"decisions": digest(salt, form.decisions)}, beside={SurveyGuest: rows})
    await take(work, whistle, "hold_survey", told)


async def _guest(work: Work, guest: GuestInput, field: str) -> dict[str, Any]:
    unit_id = (await unit_coded(work, guest.unit, f"{field}.unit")).id if guest.unit else None
    named = unit_id is not None or guest.name is not None
    if named == (guest.kind == GuestKind.RESIDENT):
        raise GuestUnclear(field)
    return {"kind": str(guest.kind), "unit_id": unit_id, "name": guest.name, "count": guest.count}


async def give_task(work: Work, whistle: Whistle, form: TaskInput) -> UUID:
    """A piece of the work for one of the units called, from the street or from the lead."""
    if whistle.state not in RUNNING:
        raise NotRunning
    unit = await unit_coded(work, form.unit)
    await _may_give(work, whistle, unit.id)
    if form.due_at <= work.clock.now():
        raise DueInPast("due_at")
    task_id, now = work.new_id(), work.clock.now()
    said = {"whistle": str(whistle.id), "unit": str(unit.id), "due": form.due_at.isoformat()}
    said["words"] = digest(bytes(whistle.salt), form.what)
    head, beside = begun(
        work, "task", task_id, Act("give", None, TaskState.OPEN, said), events.TaskGiven,
        whistle_id=whistle.id, street_id=whistle.street_id, unit_id=unit.id,
    )  # fmt: skip
    row = {
        "id": task_id, "whistle_id": whistle.id, "unit_id": unit.id, "what": form.what, "due_at": form.due_at,
        "review_at": None, "done_at": None, "at": now, **head,
    }  # fmt: skip
    await work.put(Task, [row])
    await work.append({**beside, Wait: [await _clock(work, task_id, unit.id, form)]})
    return task_id


async def _clock(work: Work, task_id: UUID, unit_id: UUID, form: TaskInput) -> dict[str, Any]:
    house = await house_of(work)
    return wait_row(work, house, ("task", task_id), "task", due_at=form.due_at, unit_id=unit_id)


async def _may_give(work: Work, whistle: Whistle, owner: UUID) -> None:
    """The owner is in; the giver is the street, the district, or leads."""
    inside = await _inside(work, whistle)
    if owner not in {row.unit_id for row in inside}:
        raise NotCalled("unit")
    leads = {row.unit_id for row in inside if row.role == UnitRole.LEAD}
    if is_its_streets(work, whistle) is not None and not leads & set(work.actor.units):
        raise NotOwnUnit


async def _inside(work: Work, whistle: Whistle) -> Sequence[Any]:
    """Unit and role of everybody who was called and not let go."""
    query = select(ReportIn.unit_id, ReportIn.role).where(
        ReportIn.whistle_id == whistle.id, ReportIn.state != ReportInState.RELEASED
    )
    return (await work.session.execute(query)).all()


async def reassign(work: Work, whistle: Whistle, task: Task, form: ReassignInput) -> None:
    """The street gives a task to another unit that is in, or takes it on itself."""
    unit = await unit_coded(work, form.unit)
    if unit.id not in {whistle.street_unit_id, *(row.unit_id for row in await _inside(work, whistle))}:
        raise NotCalled("unit")
    await pass_on(work, whistle, task, unit.id, form.reason)


async def task_done(work: Work, whistle: Whistle, task: Task, form: NoteStep) -> None:
    """This piece is done."""
    await waits.stop(work, task.id)
    await take_part(work, whistle, task, "done", Told(words=form.note), done_at=work.clock.now(), review_at=None)


async def hold_task(work: Work, whistle: Whistle, task: Task, form: HoldInput) -> None:
    """Not possible now: on the review date it is open again by itself, also after the whistle has closed."""
    house = await house_of(work)
    mine = (Trail.subject_kind == "task", Trail.subject_id == task.id, Trail.step == "hold")
    held = len((await work.session.scalars(select(Trail.seq).where(*mine))).all())
    if held >= MOST_HOLDS and work.actor.role not in DISTRICT:
        raise HeldTooOften
    moment = review_moment(work, house, form)
    await waits.stop(work, task.id)
    clock = wait_row(work, house, ("task", task.id), "review", due_at=moment)
    told = Told({"review_on": form.review_on.isoformat()}, form.reason, [clock])
    await take_part(work, whistle, task, "hold", told, review_at=moment)


async def take_up(work: Work, whistle: Whistle, task: Task, form: NoteStep) -> None:
    """What was put off, or was not done after all, is open again: under a running whistle or a closed one."""
    if whistle.state not in RUNNING | {WhistleState.CLOSED}:
        raise NotRunning
    await open_again(work, whistle, task, Told(words=form.note))


async def open_again(work: Work, whistle: Whistle, task: Task, told: Told) -> None:
    """Open, with a limit of its own again, which rings at the unit, the street and at last the district."""
    await waits.stop(work, task.id)
    house = await house_of(work)
    clock = wait_row(work, house, ("task", task.id), "task", limit=house.ruled("task").limit, unit_id=task.unit_id)
    told = replace(told, clocks=[clock])
    await take_part(work, whistle, task, "take_up", told, review_at=None, done_at=None, due_at=clock["due_at"])


async def add_photos(work: Work, whistle: Whistle, task: Task, taken: When, photos: Sequence[Photo]) -> None:
    """Photos of the place before or after the work, from the owner of the task, the street or the district."""
    if task.unit_id not in work.actor.units and is_its_streets(work, whistle) is not None:
        raise NotOwnUnit
    if whistle.closed_at is not None:
        raise NotRunning
    now, ids = work.clock.now(), sorted(work.new_id() for _ in photos)
    fixed = {"whistle_id": whistle.id, "task_id": task.id, "taken": str(taken), "at": now}
    rows = [
        {"id": photo_id, "sha256": p.sha256, "width": p.width, "height": p.height, "size": p.size, **fixed}
        for photo_id, p in zip(ids, photos, strict=True)
    ]
    await work.put(TaskPhoto, rows)
