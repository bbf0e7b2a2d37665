"""The words of formulas, in SQL: one row of facts per matter, and a condition on it per word (R1.9, R1.10).

A matter counts once, however many reports were merged into it; it is solved or satisfied when every reporter
who was asked says so, by their last word on the present answer. Silence is never a yes.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from app.clocks.models import Wait
from app.core.audit import Trail
from app.core.scope import Scope
from app.figures.kinds import Apart, Denominator, Numerator
from app.figures.periods import Period
from app.issues.kinds import Closing, Decision, IssueType, State, Verdict
from app.issues.models import Issue
from app.issues.records import Rating, Reporter, SecondWord

LEVELS = range(1, 6)
MIDDLE, UPPER = 3, 4  # 基本满意 and 满意 of the five levels
REFUSED_OR_GONE = (State.NOT_ACCEPTED, State.WITHDRAWN, State.MERGED)
WITHOUT_OUR_ASKING = (Closing.ON_SPOT, Closing.UPSTREAM, Closing.TRANSFERRED)
KEPT = (
    "id", "number", "state", "type", "urgency", "category", "street_id", "community_id", "grid_id", "lead_unit_id",
    "outcome", "sampled", "raised_at", "due_at", "contacted_at", "answered_at", "closed_at",
)  # fmt: skip


def _last_words(period: Period, scope: Scope) -> Subquery:
    """Each reporter's last word on the answer that stands, beside the matter it was merged into."""
    main, report = aliased(Issue), aliased(Issue)
    seen = select(Issue.id).where(Issue.visible_to(scope))
    query = (
        select(main.id.label("issue_id"), Rating.verdict, Rating.satisfaction, Rating.contacted)
        .ext(distinct_on(report.id))
        .join(report, func.coalesce(report.merged_into, report.id) == main.id)
        .join(Rating, and_(Rating.issue_id == report.id, Rating.answer_id.is_not_distinct_from(main.answer_id)))
        .where(main.id.in_(seen), or_(period.holds(main.answered_at), period.holds(main.closed_at)))
        .order_by(report.id, Rating.at.desc(), Rating.id.desc())
    )
    return query.subquery("last_word")


def _words(period: Period, scope: Scope) -> Subquery:
    last = _last_words(period, scope)
    solved = last.c.verdict == Verdict.SOLVED
    partly = last.c.verdict.in_((Verdict.SOLVED, Verdict.PARTLY))
    levels = [func.count().filter(last.c.satisfaction == level).label(f"level_{level}") for level in LEVELS]
    return (
        select(
            last.c.issue_id,
            func.count().label("words"),
            func.bool_and(solved).label("all_solved"),
            func.bool_and(partly).label("all_partly"),
            func.min(last.c.satisfaction).label("lowest"),
            func.bool_and(func.coalesce(last.c.contacted, True)).label("none_uncontacted"),
            *levels,
        )
        .group_by(last.c.issue_id)
        .subquery("words")
    )


def facts(period: Period, scope: Scope) -> Subquery:
    """One row per matter in sight answered or settled in the period, with all that a word may ask about.

    What was merged into it counts with it wherever it lies, so that a community and its street count alike: the
    statement is sent unscoped, and the scope stands in it by name.
    """
    words = _words(period, scope)
    known = or_(Reporter.phone_hash.is_not(None), Reporter.anonymised_at.is_not(None))
    part = aliased(Issue)
    reports = or_(Reporter.issue_id == Issue.id, Reporter.issue_id.in_(_parts_of(part)))
    named = select(Reporter.id).where(reports, known).exists()
    excluded = (
        select(func.min(SecondWord.reason))
        .where(SecondWord.issue_id == Issue.id, SecondWord.kind == Decision.EXCLUSION)
        .where(SecondWord.agreed.is_(True), SecondWord.lapsed_at.is_(None))
        .scalar_subquery()
    )
    contact_due = (
        select(func.max(Wait.due_at)).where(Wait.subject_id == Issue.id, Wait.kind == "contact").scalar_subquery()
    )
    looked_at = (Trail.subject_kind == "issue", Trail.subject_id == Issue.id, Trail.step == "check_sample")
    sample = select(Trail.detail["confirmed"].as_boolean()).where(*looked_at).order_by(Trail.seq.desc()).limit(1)
    said = [words.c[name] for name in words.c.keys() if name != "issue_id"]  # noqa: SIM118  # columns, not a dict
    return (
        select(
            *(getattr(Issue, name) for name in KEPT),
            (~named).label("anonymous"),
            excluded.label("excluded"),
            contact_due.label("contact_due"),
            sample.scalar_subquery().label("sample"),
            func.coalesce(Issue.closing, Closing.WORD).label("closing"),
            *said,
        )
        .outerjoin(words, words.c.issue_id == Issue.id)
        .where(Issue.visible_to(scope), or_(period.holds(Issue.answered_at), period.holds(Issue.closed_at)))
        .subquery("facts")
    )


def _parts_of(part: Any) -> Select[Any]:
    return select(part.id).where(part.merged_into == Issue.id).correlate(Issue)


def through(found: Subquery, query: Select[Any]) -> Select[Any]:
    """A query over facts, beside the mapped class: the scope refuses what names no class (core/scope.py)."""
    return query.select_from(Issue).join(found, found.c.id == Issue.id).execution_options(unscoped=True)


Condition = Callable[[Any, Period], ColumnElement[bool]]


def _counts(c: Any) -> ColumnElement[bool]:
    """What the three rates are over at all: a resident's own matter, by name, that was taken on here."""
    return and_(
        c.state.not_in(REFUSED_OR_GONE),
        c.type != IssueType.FINDING,
        ~c.anonymous,
        c.closing.not_in(WITHOUT_OUR_ASKING),
    )


def _answered(c: Any, period: Period) -> ColumnElement[bool]:
    return and_(_counts(c), period.holds(c.answered_at))


def _asked(c: Any, period: Period) -> ColumnElement[bool]:
    return and_(_counts(c), c.state == State.CLOSED, period.holds(c.closed_at))


def _word_given(c: Any, period: Period) -> ColumnElement[bool]:
    return and_(_asked(c, period), c.words > 0)


def _contacted_in_time(c: Any, _: Period) -> ColumnElement[bool]:
    in_time = or_(c.contact_due.is_(None), c.contacted_at <= c.contact_due)
    return and_(c.contacted_at.is_not(None), in_time, func.coalesce(c.none_uncontacted, True))


def _by_word(c: Any) -> ColumnElement[bool]:
    """The reporter's own word closed it; a matter closed by silence is never a yes."""
    said: ColumnElement[bool] = c.closing == Closing.WORD
    return said


def _closed_as(*closings: Closing) -> Condition:
    return lambda c, period: and_(_asked(c, period), c.closing.in_(closings))


def _settled(*conditions: Callable[[Any], ColumnElement[bool]]) -> Condition:
    return lambda c, period: and_(period.holds(c.closed_at), *(one(c) for one in conditions))


def _on_spot(c: Any) -> ColumnElement[bool]:
    return and_(c.closing == Closing.ON_SPOT, c.state == State.CLOSED)


def _anonymous(c: Any) -> ColumnElement[bool]:
    """A resident's report without a name: verdict by link, on a line of its own (CASES 2.4)."""
    return and_(
        c.anonymous,
        c.type != IssueType.FINDING,
        c.state == State.CLOSED,
        c.closing.not_in(WITHOUT_OUR_ASKING),
    )


DENOMINATORS: Mapping[str, Condition] = {
    Denominator.ANSWERED: _answered,
    Denominator.ASKED: _asked,
    Denominator.WORD_GIVEN: _word_given,
}
NUMERATORS: Mapping[str, Condition] = {
    Numerator.CONTACTED_IN_TIME: _contacted_in_time,
    Numerator.SOLVED: lambda c, _: and_(_by_word(c), c.all_solved),
    Numerator.SOLVED_OR_PARTLY: lambda c, _: and_(_by_word(c), c.all_partly),
    Numerator.SATISFIED: lambda c, _: and_(_by_word(c), c.lowest >= MIDDLE),
    Numerator.WELL_SATISFIED: lambda c, _: and_(_by_word(c), c.lowest >= UPPER),
}
APART: Mapping[str, Condition] = {
    Apart.FIXED_ON_SPOT: _settled(_on_spot),
    Apart.SAMPLED: _settled(_on_spot, lambda c: c.sampled),
    Apart.SAMPLE_CONFIRMED: _settled(_on_spot, lambda c: c.sample.is_(True)),
    Apart.SAMPLE_REFUTED: _settled(_on_spot, lambda c: c.sample.is_(False)),
    Apart.ANONYMOUS: _settled(_anonymous),
    Apart.ANONYMOUS_SOLVED: _settled(_anonymous, lambda c: and_(_by_word(c), c.all_solved)),
    Apart.FINDINGS: _settled(lambda c: and_(c.type == IssueType.FINDING, ~_on_spot(c), c.state == State.CLOSED)),
    Apart.UNREACHABLE: _closed_as(Closing.UNREACHABLE),
    Apart.NO_WORD: _closed_as(Closing.NO_WORD),
    Apart.REASONED: _closed_as(Closing.REASONED),
    Apart.UPSTREAM: _settled(lambda c: c.closing == Closing.UPSTREAM),
    Apart.TRANSFERRED: _settled(lambda c: c.closing == Closing.TRANSFERRED),
    Apart.NOT_ACCEPTED: _settled(lambda c: c.state == State.NOT_ACCEPTED),
    Apart.WITHDRAWN: _settled(lambda c: c.state == State.WITHDRAWN),
    Apart.MERGED: _settled(lambda c: c.state == State.MERGED),
}
