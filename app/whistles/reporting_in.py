"""The steps of one unit called: link by link, its refusal and what the district makes of it (R2.3-R2.4)."""

from uuid import UUID

from app.clocks import waits
from app.clocks.house import house_of
from app.clocks.waits import wait_row
from app.core.errors import Invalid
from app.core.work import Work, by_itself
from app.issues.actions import let_out
from app.issues.step_schemas import NoteStep, ReasonStep
from app.whistles import turns
from app.whistles.chains import clocks_by_kind
from app.whistles.guards import SamePerson, same_person
from app.whistles.handling import TasksOpen
from app.whistles.kinds import ReportInState, TaskState, WhistleState
from app.whistles.letting_go import tasks_fall_back
from app.whistles.models import ReportIn, Whistle
from app.whistles.records import Task
from app.whistles.step_schemas import (
    ContactInput,
    ReferInput,
    RefuseInput,
    ReportInInput,
    SettleArrivalInput,
    WordsInput,
)
from app.whistles.taking import Told, parts_of, take, take_part


class ArrivedTooEarly(Invalid):
    """Nobody arrives before they were called, or tomorrow."""

    code = "arrival_out_of_range"
    zh = "报到时间应在通知之后、当前时间之前。"
    en = "The time of arrival has to be after the notice and not in the future."


async def sign(work: Work, whistle: Whistle, report_in: ReportIn, form: NoteStep) -> None:
    """Seen and taken on."""
    await waits.stop(work, report_in.id, "ri_sign")
    await take_part(work, whistle, report_in, "sign", Told(words=form.note), signed_at=work.clock.now())


async def unsign(work: Work, whistle: Whistle, report_in: ReportIn, form: NoteStep) -> None:
    """A slip of the thumb: the clock of signing runs on as if it had never been stopped."""
    await waits.reopen(work, await house_of(work), report_in.id, "ri_sign")
    await take_part(work, whistle, report_in, "unsign", Told(words=form.note), signed_at=None)


async def contact(work: Work, whistle: Whistle, report_in: ReportIn, form: ContactInput) -> None:
    """The unit has spoken with the street."""
    await waits.stop(work, report_in.id, "ri_contact")
    told = Told({"way": form.way}, form.note)
    await take_part(
        work, whistle, report_in, "contact", told, contacted_at=report_in.contacted_at or work.clock.now()
    )


async def report(work: Work, whistle: Whistle, report_in: ReportIn, form: ReportInInput) -> None:
    """Somebody has come: who, how and when. The first one of all turns the whistle into joint handling."""
    now = work.clock.now()
    came = form.at or now
    if not report_in.notified_at <= came <= now:
        raise ArrivedTooEarly("at")
    await waits.stop(work, report_in.id, "ri_contact", "arrive")
    told = Told({"mode": str(form.mode), "at": came.isoformat()}, form.name)
    await take_part(
        work, whistle, report_in, "report_in", told, reported_at=came, arrived_name=form.name,
        arrived_mode=form.mode, arrived_by=work.actor.account_id, contacted_at=report_in.contacted_at or came,
    )  # fmt: skip
    if whistle.state == WhistleState.BLOWN:
        await take(by_itself(work), whistle, "join", unit_id=report_in.unit_id)


async def start(work: Work, whistle: Whistle, report_in: ReportIn, form: WordsInput) -> None:
    """The plan is made and the work begins."""
    await take_part(work, whistle, report_in, "start", Told(words=form.text))


async def stage_report(work: Work, whistle: Whistle, report_in: ReportIn, form: WordsInput) -> None:
    """How far it has come."""
    await take_part(work, whistle, report_in, "stage_report", Told(words=form.text))


async def finish(work: Work, whistle: Whistle, report_in: ReportIn, form: WordsInput) -> None:
    """The unit's part is done: none of its tasks is open."""
    tasks = await parts_of(work, Task, whistle.id)
    if count := sum(t.unit_id == report_in.unit_id and t.state == TaskState.OPEN for t in tasks):
        raise TasksOpen(count=count)
    await waits.stop(work, report_in.id)
    await take_part(work, whistle, report_in, "finish", Told(words=form.text), finished_at=work.clock.now())
    await turns.mind(work, whistle)


async def leave(work: Work, whistle: Whistle, report_in: ReportIn, form: NoteStep) -> None:
    """People stay until the matter is done, then they go (事不完、人不撤)."""
    await take_part(work, whistle, report_in, "leave", Told(words=form.note), ended_at=work.clock.now())


async def refuse(work: Work, whistle: Whistle, report_in: ReportIn, form: RefuseInput) -> None:
    """Not its duty, it says; it stays called until the district has decided (R2.4)."""
    house = await house_of(work)
    clock = wait_row(work, house, ("report_in", report_in.id), "designate")
    said = [form.reason, form.legal_basis, *([form.evidence] if form.evidence else [])]
    told = Told({"ground": str(form.ground)}, "\n".join(said), [clock])
    await take_part(
        work, whistle, report_in, "refuse", told,
        refused_at=work.clock.now(), refused_by=work.actor.account_id,
    )  # fmt: skip


async def release(work: Work, whistle: Whistle, report_in: ReportIn, form: ReasonStep) -> None:
    """The refusal was right."""
    await _released(work, whistle, report_in, "release", form.reason)


async def refer(work: Work, whistle: Whistle, report_in: ReportIn, form: ReferInput) -> None:
    """The district cannot bind it: the authority it answers to is told instead (CASES 1a)."""
    await _released(work, whistle, report_in, "refer", f"{form.regulator}\n{form.reason}")


async def _released(work: Work, whistle: Whistle, report_in: ReportIn, name: str, words: str) -> None:
    _not_the_blower(work, whistle)
    await waits.drop(work, report_in.id)
    outcome = "referred" if name == "refer" else "released"
    told = Told(words=words)
    await take_part(work, whistle, report_in, name, told, ended_at=work.clock.now(), outcome=outcome)
    await let_out(work, report_in.id)
    await tasks_fall_back(work, whistle, report_in.unit_id)
    await turns.mind(work, whistle)


async def bind(work: Work, whistle: Whistle, report_in: ReportIn, form: ReasonStep) -> None:
    """It is the unit's after all; it goes on as signed, its clocks never stopped."""
    _not_the_blower(work, whistle)
    await waits.stop(work, report_in.id, "designate", "ri_sign")
    signed = report_in.signed_at or work.clock.now()
    await take_part(work, whistle, report_in, "bind", Told(words=form.reason), bound=True, signed_at=signed)


def _not_the_blower(work: Work, whistle: Whistle) -> None:
    """Who blew it does not designate, under whatever post (TRUST 18)."""
    if same_person(work, whistle.blown_by, whistle.street_unit_id):
        raise SamePerson


async def dispute_arrival(work: Work, whistle: Whistle, report_in: ReportIn, form: ReasonStep) -> None:
    """Nobody came, says the street; the district settles it."""
    house = await house_of(work)
    told = Told(words=form.reason, clocks=[wait_row(work, house, ("report_in", report_in.id), "settle")])
    await take_part(work, whistle, report_in, "dispute_arrival", told, disputed_by=work.actor.account_id)


async def settle_arrival(work: Work, whistle: Whistle, report_in: ReportIn, form: SettleArrivalInput) -> None:
    """They came, or it counts as not having come: then the clock of arrival runs on from where it began."""
    _not_the_blower(work, whistle)
    await waits.stop(work, report_in.id, "settle")
    told = Told({"came": form.came}, form.reason)
    if form.came:
        report_in.back_to = ReportInState.REPORTED_IN
        await take_part(work, whistle, report_in, "settle_arrival", told)
        return
    report_in.back_to = ReportInState.CONTACTED
    clock = await _arrival_clock(work, report_in.id, report_in.unit_id)
    told = Told(told.detail, told.words, [clock] if clock else ())
    await take_part(
        work, whistle, report_in, "settle_arrival", told, reported_at=None, arrived_name=None, arrived_mode=None
    )


async def _arrival_clock(work: Work, report_in_id: UUID, unit_id: UUID) -> dict[str, object] | None:
    """The clock of arrival once more, with the end it had."""
    had = (await clocks_by_kind(work, [report_in_id])).get((report_in_id, "arrive"))
    if had is None:
        return None
    house = await house_of(work)
    mine = ("report_in", report_in_id)
    return wait_row(work, house, mine, "arrive", due_at=had.due_at, since=had.since, unit_id=unit_id)
