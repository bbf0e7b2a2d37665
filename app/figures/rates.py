"""The three rates 响应率 解决率 满意率, raw and adjusted, in one statement through the scope of the reader."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.core.errors import Unavailable
from app.core.work import Work
from app.figures.grouping import key_of, link, names_of
from app.figures.hiding import hidden_of
from app.figures.kinds import Part, Rate, Threshold
from app.figures.models import FigureSetting, Formula
from app.figures.periods import Period
from app.figures.schemas import (
    Counted,
    FigureFilter,
    FormulaOut,
    LevelsOut,
    RateGroup,
    RateOut,
    RatesOut,
    Share,
)
from app.figures.vocabulary import APART, DENOMINATORS, LEVELS, NUMERATORS, facts, through


class NoFormula(Unavailable):
    """The district has no formula for this rate in force: its table was emptied."""

    code = "no_formula"
    zh = "本区县没有设置“{rate}”的计算公式,请管理员补充。"
    en = "This district has no formula for {rate}; its administrator has to add one."


class NoThreshold(Unavailable):
    """The district has no number for this threshold."""

    code = "no_threshold"
    zh = "本区县没有设置“{name}”的数值,请管理员补充。"
    en = "This district has no number for {name}; its administrator has to add one."


async def threshold(work: Work, name: Threshold) -> int:
    """A number of the district's own."""
    value = await work.session.scalar(select(FigureSetting.value).where(FigureSetting.name == name))
    if value is None:
        raise NoThreshold(name=str(name))
    return int(value)


async def formulas(work: Work, period: Period) -> Sequence[Formula]:
    """The version of each rate that was in force when the period ended."""
    query = (
        select(Formula)
        .ext(distinct_on(Formula.name))
        .where(Formula.valid_from <= period.last)
        .order_by(Formula.name, Formula.version.desc())
    )
    found = {formula.name: formula for formula in await work.session.scalars(query)}
    if (missing := next((rate for rate in Rate if rate not in found), None)) is not None:
        raise NoFormula(rate=str(missing))
    return [found[rate] for rate in Rate]


def denominator_of(formula: Formula, c: Any, period: Period, *, adjusted: bool) -> ColumnElement[bool]:
    """What the rate is over; adjusted, without what was excluded by two for a reason the formula allows."""
    whole = DENOMINATORS[formula.denominator](c, period)
    return and_(whole, or_(c.excluded.is_(None), c.excluded.not_in(formula.reasons))) if adjusted else whole


def numerator_of(formula: Formula, c: Any, period: Period, *, adjusted: bool) -> ColumnElement[bool]:
    """Which of those count."""
    return and_(denominator_of(formula, c, period, adjusted=adjusted), NUMERATORS[formula.numerator](c, period))


def _columns(given: Sequence[Formula], c: Any, period: Period) -> list[Any]:
    columns = []

    def number(name: str, condition: ColumnElement[bool]) -> None:
        columns.append(func.count().filter(condition).label(name))

    for formula in given:
        for name, adjusted in (("raw", False), ("adjusted", True)):
            of = denominator_of(formula, c, period, adjusted=adjusted)
            number(f"{formula.name}_{name}_of", of)
            number(f"{formula.name}_{name}_n", numerator_of(formula, c, period, adjusted=adjusted))
            number(f"{formula.name}_{name}_words", and_(of, c.words > 0))
        whole = denominator_of(formula, c, period, adjusted=False)
        for reason in formula.reasons:
            number(f"{formula.name}_{reason}", and_(whole, c.excluded == reason))
    for name, condition in APART.items():
        number(f"apart_{name}", condition(c, period))
    satisfied = denominator_of(next(f for f in given if f.name == Rate.SATISFIED), c, period, adjusted=False)
    columns += [
        func.coalesce(func.sum(getattr(c, f"level_{level}")).filter(satisfied), 0).label(f"level_{level}")
        for level in LEVELS
    ]
    return columns


async def rates(work: Work, wanted: FigureFilter) -> RatesOut:
    """The rates of every group in the reader's sight."""
    period = Period(wanted.first, wanted.last)
    given = await formulas(work, period)
    found = facts(period, work.scope)
    c = found.c
    key = key_of(wanted, c).label("key")
    query = select(key, *_columns(given, c, period)).group_by(key).order_by(key)
    rows = [row._asdict() for row in await work.session.execute(through(found, query))]
    names = await names_of(work, wanted, [row["key"] for row in rows])
    hidden = await _hidden(work, rows)
    groups = [
        _group(wanted, given, row, names.get(row["key"], (None, None)), hidden=row["key"] in hidden)
        for row in rows
    ]
    shown = [FormulaOut.model_validate(formula) for formula in given]
    return RatesOut(first=wanted.first, last=wanted.last, formulas=shown, groups=groups)


async def _hidden(work: Work, rows: Sequence[dict[str, Any]]) -> frozenset[str | None]:
    """Groups whose satisfaction is not shown, judged by the smaller of raw and adjusted."""
    words = {row["key"]: row[f"{Rate.SATISFIED}_adjusted_words"] for row in rows}
    return hidden_of(words, await threshold(work, Threshold.HIDDEN_BELOW))


def _group(
    wanted: FigureFilter, given: Sequence[Formula], row: dict[str, Any], named: tuple[Any, Any], *, hidden: bool
) -> RateGroup:
    key = row["key"]
    counts = {str(level): int(row[f"level_{level}"]) for level in LEVELS}
    words = sum(counts.values())
    said = LevelsOut(words=words, hidden=hidden, counts=None if hidden else counts)
    return RateGroup(
        key=key,
        code=named[0],
        name=named[1],
        rates={formula.name: _rate(wanted, formula, row, hidden=hidden) for formula in given},
        satisfaction=said,
        apart={name: Counted(n=row[f"apart_{name}"], rows=link(wanted, key, name)) for name in APART},
    )


def _rate(wanted: FigureFilter, formula: Formula, row: dict[str, Any], *, hidden: bool) -> RateOut:
    concealed = hidden and formula.name == Rate.SATISFIED
    excluded = {
        reason: Counted(
            n=row[f"{formula.name}_{reason}"],
            rows=link(wanted, row["key"], formula.name, part=Part.EXCLUDED, reason=reason),
        )
        for reason in formula.reasons
    }
    return RateOut(
        version=formula.version,
        raw=_share(wanted, formula, row, "raw", hidden=concealed),
        adjusted=_share(wanted, formula, row, "adjusted", hidden=concealed),
        excluded=excluded,
    )


def _share(wanted: FigureFilter, formula: Formula, row: dict[str, Any], which: str, *, hidden: bool) -> Share:
    n, of = row[f"{formula.name}_{which}_n"], row[f"{formula.name}_{which}_of"]
    adjusted = {"adjusted": "true"} if which == "adjusted" else {}
    numerator = link(wanted, row["key"], formula.name, part=Part.NUMERATOR, **adjusted)
    return Share(
        n=None if hidden else n,
        of=of,
        rate=None if hidden or not of else round(n / of, 4),
        hidden=hidden,
        numerator_rows=None if hidden else numerator,
        denominator_rows=link(wanted, row["key"], formula.name, part=Part.DENOMINATOR, **adjusted),
    )
