"""The three rates once more, straight from the trail: what figures must equal (DESIGN 1: nobody types a total).

The trail says what was done and when; only what no step can change about a rate is read from rows: the kind of
matter, whether the reporter is known, the end of the contact clock, and whether a reporter said they were called.
Written without `vocabulary`, so that the two can disagree.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from app.clocks.models import Wait
from app.core.audit import Trail
from app.core.work import Work
from app.figures.models import Formula
from app.figures.periods import Period
from app.figures.rates import formulas, rates
from app.figures.schemas import FigureFilter
from app.issues.models import Issue
from app.issues.records import Rating, Reporter
from app.issues.workflow import FINAL, ISSUE

ANSWERS = {"answer", "return_answer", "whistle_answer", "verify"}
ANSWERS_FIRST = {"submit", "confirm_transfer", "approve_close"}  # answered by this when it was not before
TAKEN_BACK = {"rework", "reopen", "overturn", "upstream_return"}
ANEW = TAKEN_BACK | {"ask_again", "unmerge"}
CONTACTS = ANSWERS | {"contact", "relay_contact", "hold_open", "submit"}
CLOSINGS = {
    "approve_close": "reasoned", "fix_on_spot": "on_spot", "upstream_close": "upstream",
    "confirm_transfer": "transferred",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One word of a reporter, on which answer of which matter."""

    on: tuple[UUID, int]
    verdict: str
    satisfaction: int | None
    contacted: bool | None


@dataclass
class Told:
    """What the trail tells of one matter."""

    state: str = ""
    answers: int = 0
    contacted_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    closing: str | None = None
    merged_into: UUID | None = None
    excluded: str | None = None
    named: bool = False
    words: list[Said] = field(default_factory=list)


async def recount(work: Work, period: Period) -> dict[str, tuple[int, int, int, int]]:
    """Per rate: raw numerator and denominator, adjusted numerator and denominator."""
    told, said = await _read(work)
    facts = await _plain_facts(work)
    for issue_id, one in told.items():
        reports = [issue_id, *(other for other, merged in told.items() if merged.merged_into == issue_id)]
        one.words = [last for report in reports if (last := _last(said[report], (issue_id, one.answers)))]
        one.named = any(facts[report].named for report in reports if report in facts)
    counted = [(one, facts[issue_id]) for issue_id, one in told.items() if _counts(one, facts[issue_id])]
    return {formula.name: _figures(formula, counted, period) for formula in await formulas(work, period)}


async def differences(work: Work, wanted: FigureFilter) -> dict[str, tuple[Any, Any]]:
    """Where the figures and the recount disagree: empty when all is well."""
    again = await recount(work, Period(wanted.first, wanted.last))
    groups = (await rates(work, wanted)).groups
    shown = dict.fromkeys(again, (0, 0, 0, 0))
    for group in groups:
        for name, rate in group.rates.items():
            shown[name] = (rate.raw.n or 0, rate.raw.of, rate.adjusted.n or 0, rate.adjusted.of)
            raw, adjusted = 0 if rate.raw.hidden else again[name][0], 0 if rate.adjusted.hidden else again[name][2]
            again[name] = (raw, again[name][1], adjusted, again[name][3])
    return {name: (shown[name], again[name]) for name in again if shown[name] != again[name]}


async def _read(work: Work) -> tuple[dict[UUID, Told], dict[UUID, list[Said]]]:
    called = {
        (row.issue_id, row.at): row.contacted
        for row in await work.session.execute(select(Rating.issue_id, Rating.at, Rating.contacted))
    }
    told: dict[UUID, Told] = defaultdict(Told)
    said: dict[UUID, list[Said]] = defaultdict(list)
    acts = select(Trail.subject_id, Trail.at, Trail.step, Trail.from_state, Trail.to_state, Trail.detail)
    rows = await work.session.stream(
        acts.where(Trail.subject_kind == ISSUE.kind).order_by(Trail.subject_id, Trail.seq)
    )
    async for act in rows:
        _follow(told[act.subject_id], act)
        if "verdict" in act.detail:
            report = UUID(act.detail.get("report") or str(act.subject_id))
            on = (act.subject_id, told[act.subject_id].answers)
            word = (act.detail["verdict"], act.detail["satisfaction"], called.get((report, act.at)))
            said[report].append(Said(on, *word))
    return dict(told), said


def _follow(told: Told, act: Any) -> None:
    """One act on."""
    told.state = act.to_state
    told.answers += act.step in ANSWERS | {"ask_again"}
    if act.to_state not in FINAL:
        told.closed_at = told.closing = None
    elif act.from_state not in FINAL:
        told.closed_at = act.at
        told.closing = act.detail.get("closing") or CLOSINGS.get(act.step)
    if act.step in TAKEN_BACK:
        told.answered_at = None
    elif act.step in ANSWERS | {"ask_again", "not_accept", "fix_on_spot"}:
        told.answered_at = act.at
    elif act.step in ANSWERS_FIRST:
        told.answered_at = told.answered_at or act.at
    if act.step in CONTACTS:
        told.contacted_at = told.contacted_at or act.at
    if act.step in ("merge", "go_along", "unmerge"):
        told.merged_into = UUID(act.detail["into"]) if "into" in act.detail else None
    _follow_word(told, act)


def _follow_word(told: Told, act: Any) -> None:
    """Silence that was followed by a word, and what is left out, which ends with the life it was said of."""
    if act.step == "rate" and "closing" in act.detail:
        told.closing = act.detail["closing"]
    if act.step in ANEW:
        told.excluded = None
    elif act.step == "approve_exclusion":
        told.excluded = min(filter(None, (told.excluded, act.detail["reason"])))


def _last(said: Sequence[Said], on: tuple[UUID, int]) -> Said | None:
    """The last word on the answer that stands."""
    given = [one for one in said if one.on == on]
    return given[-1] if given else None


@dataclass(frozen=True)
class Plain:
    """What no step of the trail holds."""

    type: str
    named: bool
    contact_due: datetime | None


async def _plain_facts(work: Work) -> dict[UUID, Plain]:
    known = or_(Reporter.phone_hash.is_not(None), Reporter.anonymised_at.is_not(None))
    named = set(await work.session.scalars(select(Reporter.issue_id).where(known)))
    ends = select(Wait.subject_id, func.max(Wait.due_at).label("due")).where(Wait.kind == "contact")
    due = {row.subject_id: row.due for row in await work.session.execute(ends.group_by(Wait.subject_id))}
    kinds = await work.session.execute(select(Issue.id, Issue.type))
    return {row.id: Plain(row.type, row.id in named, due.get(row.id)) for row in kinds}


def _counts(told: Told, plain: Plain) -> bool:
    return (
        told.state not in ("not_accepted", "withdrawn", "merged")
        and told.closing not in ("on_spot", "upstream", "transferred")
        and plain.type != "finding"
        and told.named
    )


def _asked(told: Told, period: Period) -> bool:
    return told.state == "closed" and _within(period, told.closed_at)


def _within(period: Period, at: datetime | None) -> bool:
    return at is not None and period.begins <= at < period.ends


def _in_time(told: Told, plain: Plain) -> bool:
    reached = told.contacted_at is not None
    late = reached and plain.contact_due is not None and told.contacted_at > plain.contact_due  # type: ignore[operator]
    return reached and not late and all(word.contacted is not False for word in told.words)


def _all(told: Told, holds: Callable[[Said], bool]) -> bool:
    by_word = told.closing in ("word", None) and bool(told.words)
    return by_word and all(holds(word) for word in told.words)


def _lowest(told: Told) -> int:
    """The lowest level said, 0 when nobody has said one: a tap without a level satisfies nobody."""
    levels = [word.satisfaction for word in told.words if word.satisfaction is not None]
    return min(levels) if levels and _all(told, lambda _: True) else 0


DENOMINATORS: Mapping[str, Callable[[Told, Period], bool]] = {
    "answered": lambda told, period: _within(period, told.answered_at),
    "asked": _asked,
    "word_given": lambda told, period: _asked(told, period) and bool(told.words),
}
NUMERATORS: Mapping[str, Callable[[Told, Plain], bool]] = {
    "contacted_in_time": _in_time,
    "solved": lambda told, _: _all(told, lambda word: word.verdict == "solved"),
    "solved_or_partly": lambda told, _: _all(told, lambda word: word.verdict != "not_solved"),
    "satisfied": lambda told, _: _lowest(told) >= 3,  # noqa: PLR2004  # of five levels
    "well_satisfied": lambda told, _: _lowest(told) >= 4,  # noqa: PLR2004  # same
}


def _figures(formula: Formula, counted: Iterable[tuple[Told, Plain]], period: Period) -> tuple[int, int, int, int]:
    over = [pair for pair in counted if DENOMINATORS[formula.denominator](pair[0], period)]
    kept = [pair for pair in over if pair[0].excluded not in formula.reasons]
    yes = NUMERATORS[formula.numerator]
    return sum(yes(*p) for p in over), len(over), sum(yes(*p) for p in kept), len(kept)
