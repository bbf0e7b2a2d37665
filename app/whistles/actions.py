"""Every step a person takes, with its input and its function: the routes are generated from these tables."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from app.core.errors import Conflict
from app.core.work import Work
from app.core.workflow import Stale
from app.issues.step_schemas import NoteStep, ReasonStep, StepInput
from app.whistles import behind, blowing, handling, reporting_in, scoring, working
from app.whistles import step_schemas as told
from app.whistles.models import Whistle
from app.whistles.taking import lock_whistle, ready
from app.whistles.workflow import WHISTLE

Action = Callable[..., Awaitable[None]]
Table = Mapping[str, tuple[type[StepInput], Action]]
CHANGES_ISSUES = frozenset({"confirm", "add_party", "verify", "return_for_rework", "close", "cancel"})


class MadeMeanwhile(Conflict):
    """Two requests with one key came at once; the other one was first."""

    code = "made_meanwhile"
    zh = "同一请求正在处理,请用同一幂等键重试以取得结果。"
    en = "The same request is being handled; send it again with the same key for its result."
    retry_after = 1


WHISTLE_STEPS: Table = {
    "confirm": (told.ConfirmInput, blowing.confirm),
    "decline": (ReasonStep, blowing.decline),
    "raise_to_district": (ReasonStep, handling.raise_to_district),
    "hand_back": (ReasonStep, handling.hand_back),
    "ratify": (NoteStep, handling.ratify),
    "change_kind": (told.ChangeKindInput, handling.change_kind),
    "add_party": (told.AddPartyInput, handling.add_party),
    "release_party": (told.ReleasePartyInput, handling.release_party),
    "cancel": (ReasonStep, handling.cancel),
    "hold_survey": (told.SurveyInput, working.hold_survey),
    "submit_work": (told.WordsInput, handling.submit_work),
    "verify": (told.VerifyInput, handling.verify),
    "return_for_rework": (ReasonStep, handling.return_for_rework),
    "close": (NoteStep, handling.close),
    "hold_open": (told.HoldInput, handling.hold_open),
    "resume": (NoteStep, handling.resume),
    "rate_party": (told.RatePartyInput, scoring.rate_party),
    "rate_street": (told.RateStreetInput, scoring.rate_street),
    "appeal_score": (told.AppealInput, scoring.appeal),
    "decide_appeal": (told.DecideAppealInput, scoring.decide_appeal),
    "supervise": (ReasonStep, handling.supervise),
    "comment": (told.WordsInput, handling.comment),
}
REPORT_IN_STEPS: Table = {
    "sign": (NoteStep, reporting_in.sign),
    "unsign": (NoteStep, reporting_in.unsign),
    "contact": (told.ContactInput, reporting_in.contact),
    "report_in": (told.ReportInInput, reporting_in.report),
    "start": (told.WordsInput, reporting_in.start),
    "stage_report": (told.WordsInput, reporting_in.stage_report),
    "finish": (told.WordsInput, reporting_in.finish),
    "leave": (NoteStep, reporting_in.leave),
    "refuse": (told.RefuseInput, reporting_in.refuse),
    "release": (ReasonStep, reporting_in.release),
    "bind": (ReasonStep, reporting_in.bind),
    "refer": (told.ReferInput, reporting_in.refer),
    "dispute_arrival": (ReasonStep, reporting_in.dispute_arrival),
    "settle_arrival": (told.SettleArrivalInput, reporting_in.settle_arrival),
}
TASK_STEPS: Table = {
    "done": (NoteStep, working.task_done),
    "hold": (told.HoldInput, working.hold_task),
    "take_up": (NoteStep, working.take_up),
    "reassign": (told.ReassignInput, working.reassign),
}


async def locked(work: Work, whistle_id: UUID, form: StepInput, name: str | None = None) -> Whistle:
    """The whistle, locked behind its issues where the step changes them; refused early if it may not be taken."""
    if name in CHANGES_ISSUES:
        await behind.lock_issues(work, whistle_id)
    whistle = await lock_whistle(work, whistle_id)
    if name is not None:
        ready(work, WHISTLE, whistle, name, form)
    elif form.expected_version not in (None, whistle.version):
        raise Stale("expected_version", version=whistle.version)
    return whistle
