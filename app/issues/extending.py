"""More time for an issue: asked for by its holder, decided by somebody else, told to the reporter (CASES 2.3)."""

from sqlalchemy import func, select

from app.clocks import waits
from app.clocks.house import house_of
from app.clocks.models import Extension
from app.clocks.waits import wait_row
from app.core.clock import SHANGHAI, Limit, Measure
from app.core.errors import Conflict, Invalid, NotFound
from app.core.work import Work
from app.issues import events
from app.issues.guards import OwnMatter
from app.issues.models import Issue
from app.issues.schemas import ExtensionOption, ExtensionOptions
from app.issues.second_word import AskedAlready
from app.issues.step_schemas import AskExtensionStep, ExtendStep, ReasonStep
from app.issues.taking import take

MOST_EXTENSIONS = 2  # CASES 2.3
OFFERED_DAYS = (1, 3, 5, 10)  # working days
WEEKDAYS = "一二三四五六日"


class EnoughExtensions(Conflict):
    """It was put off as often as it may be."""

    code = "enough_extensions"
    zh = "已延期两次,不能再延,可报街道挂账或提级办理。"
    en = "It was put off twice already; hold it open with an explanation or hand it up."


class NoExtensionAsked(NotFound):
    """Nobody has asked for more time."""

    code = "no_extension_asked"
    zh = "没有待审批的延期申请。"
    en = "No request for more time is waiting."


class NotLater(Invalid):
    """The new end is not after the present one."""

    code = "not_later"
    zh = "新的时限应晚于现在的时限。"
    en = "The new end has to be later than the present one."


async def ask_extension(work: Work, issue: Issue, form: AskExtensionStep) -> None:
    """The holder asks for more time; somebody else decides."""
    await _refuse_too_many(work, issue)
    waiting = (Extension.subject_id == issue.id, Extension.decided_at.is_(None))
    if await work.session.scalar(select(Extension.id).where(*waiting).limit(1)) is not None:
        raise AskedAlready
    if form.until <= issue.due_at:
        raise NotLater("until")
    row = {
        "id": work.new_id(), "subject_kind": "issue", "subject_id": issue.id, "asked_by": work.actor.account_id,
        "asked_post": work.actor.post_id, "asked_at": work.clock.now(), "until": form.until, "from_due": None,
        "decided_by": None, "decided_post": None, "decided_at": None, "granted": None,
    }  # fmt: skip
    said = {"until": form.until.isoformat()}
    house = await house_of(work, issue)
    clock = wait_row(work, house, ("issue", issue.id), "extension", rule="approval")
    await take(
        work, issue, "ask_extension", events.ExtensionAsked, detail=said, words=form.reason, clocks=[clock],
        beside={Extension: [row]},
    )  # fmt: skip


async def options(work: Work, issue: Issue) -> ExtensionOptions:
    """The new end each number of working days would give, so that it is seen before it is asked for (UX I3)."""
    house = await house_of(work, issue)
    found = []
    for days in OFFERED_DAYS:
        until = house.calendar.after(issue.due_at, Limit(days, Measure.WORKING_DAYS))
        there = until.astimezone(SHANGHAI)
        zh = f"{there.month}月{there.day}日(周{WEEKDAYS[there.weekday()]}){there:%H:%M}"
        found.append(ExtensionOption(days=days, until=until, zh=zh, en=f"{there:%a %d %b %H:%M}"))
    given = await _granted(work, issue)
    return ExtensionOptions(due_at=issue.due_at, granted=given, most=MOST_EXTENSIONS, options=found)


async def _granted(work: Work, issue: Issue) -> int:
    granted = (Extension.subject_id == issue.id, Extension.granted.is_(True))
    return await work.session.scalar(select(func.count()).select_from(Extension).where(*granted)) or 0


async def _refuse_too_many(work: Work, issue: Issue) -> None:
    if await _granted(work, issue) >= MOST_EXTENSIONS:
        raise EnoughExtensions


async def extend(work: Work, issue: Issue, form: ExtendStep) -> None:
    """More time, granted by somebody else than who asked, and told to the reporter with the same act."""
    asked = await _asked(work, issue)
    await _refuse_too_many(work, issue)
    house = await house_of(work, issue)
    until = form.until or asked.until
    if until <= max(issue.due_at, work.clock.now()):
        raise NotLater("until")
    asked.from_due, asked.until = issue.due_at, until
    await _decide(work, issue, asked, granted=True)
    for wait in await waits.running(work, issue.id, "solve"):
        waits.put_off(house, wait, until)
    said = {"until": until.isoformat()}
    await take(
        work, issue, "extend", events.IssueExtended, detail=said, words=form.text, to_reporter=True, due_at=until
    )


async def refuse_extension(work: Work, issue: Issue, form: ReasonStep) -> None:
    """The limit stands."""
    await _decide(work, issue, await _asked(work, issue), granted=False)
    await take(work, issue, "refuse_extension", events.ExtensionRefused, words=form.reason)


async def _asked(work: Work, issue: Issue) -> Extension:
    waiting = (Extension.subject_id == issue.id, Extension.decided_at.is_(None))
    query = select(Extension).where(*waiting).order_by(Extension.asked_at.desc()).limit(1)
    asked = await work.session.scalar(query)
    if asked is None:
        raise NoExtensionAsked("extension")
    if asked.asked_by == work.actor.account_id:
        raise OwnMatter
    return asked


async def _decide(work: Work, issue: Issue, asked: Extension, *, granted: bool) -> None:
    await waits.stop(work, issue.id, "extension")
    asked.decided_by, asked.decided_post = work.actor.account_id, work.actor.post_id
    asked.decided_at, asked.granted = work.clock.now(), granted
