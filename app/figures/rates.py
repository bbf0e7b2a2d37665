"""The three rates 响应率 解决率 满意率, raw and adjusted, in one statement through the scope of the reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.core.errors import Unavailable
from app.core.work import Work
from app.figures.grouping import key_of, link, names_of
from app.figures.hiding import hidden_in_tree
from app.figures.kinds import By, Part, Rate, Threshold
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


LEVEL_KEYS = ("street_id", "community_id", "grid_id")


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
        whole = denominator_of(formula, c, period, adjusted=False)
        for reason in formula.reasons:
            number(f"{formula.name}_{reason}", and_(whole, c.excluded == reason))
    for name, condition in APART.items():
        number(f"apart_{name}", condition(c, period))
    satisfied = denominator_of(next(f for f in given if f.name == Rate.SATISFIED), c, period, adjusted=True)
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
    few = await too_few(work, wanted, next(f for f in given if f.name == Rate.SATISFIED), period)
    groups = [_group(wanted, given, row, names.get(row["key"], (None, None)), few) for row in rows]
    shown = [FormulaOut.model_validate(formula) for formula in given]
    return RatesOut(first=wanted.first, last=wanted.last, formulas=shown, groups=groups)


@dataclass(frozen=True)
class Few:
    """Groups whose satisfaction is not shown: not at all, or not raw, where beside the adjusted one it would tell
    what the few said who were left out.
    """

    at_all: frozenset[str | None]
    raw: frozenset[str | None]


async def too_few(work: Work, wanted: FigureFilter, formula: Formula, period: Period) -> Few:
    """What has to be hidden (CASES 3), judged on the wanted level within all the levels above it."""
    found = facts(period, work.scope)
    c = found.c
    by_area = wanted.by == By.AREA
    above = list(LEVEL_KEYS[: LEVEL_KEYS.index(f"{wanted.level}_id")]) if by_area else []
    path = [*(cast(getattr(c, name), String) for name in above), key_of(wanted, c)]
    named = [part.label(f"part{place}") for place, part in enumerate(path)]
    counts = [
        func.count().filter(denominator_of(formula, c, period, adjusted=adjusted), c.words > 0)
        for adjusted in (False, True)
    ]
    rows = await work.session.execute(through(found, select(*named, *counts)).group_by(*named))
    words = {tuple(row[: len(path)]): (row[-2], row[-1]) for row in rows}
    below = await threshold(work, Threshold.HIDDEN_BELOW)
    left_out = {place: raw - adjusted for place, (raw, adjusted) in words.items() if raw > adjusted}
    at_all = hidden_in_tree({place: adjusted for place, (_, adjusted) in words.items()}, below)
    return Few(at_all, at_all | hidden_in_tree(left_out, below))


def _group(
    wanted: FigureFilter, given: Sequence[Formula], row: dict[str, Any], named: tuple[Any, Any], few: Few
) -> RateGroup:
    key = row["key"]
    hidden = key in few.at_all
    counts = {str(level): int(row[f"level_{level}"]) for level in LEVELS}
    words = sum(counts.values())
    opened = {"adjusted": "true"}
    rows = {level: link(wanted, key, Rate.SATISFIED, satisfaction=level, **opened) for level in counts}
    said = LevelsOut(words=words, hidden=hidden, counts=None if hidden else counts, rows=None if hidden else rows)
    return RateGroup(
        key=key,
        code=named[0],
        name=named[1],
        rates={formula.name: _rate(wanted, formula, row, few) for formula in given},
        satisfaction=said,
        apart={name: Counted(n=row[f"apart_{name}"], rows=link(wanted, key, name)) for name in APART},
    )


def _rate(wanted: FigureFilter, formula: Formula, row: dict[str, Any], few: Few) -> RateOut:
    told = formula.name == Rate.SATISFIED
    excluded = {
        reason: Counted(
            n=row[f"{formula.name}_{reason}"],
            rows=link(wanted, row["key"], formula.name, part=Part.EXCLUDED, reason=reason),
        )
        for reason in formula.reasons
    }
    return RateOut(
        version=formula.version,
        raw=_share(wanted, formula, row, "raw", hidden=told and row["key"] in few.raw),
        adjusted=_share(wanted, formula, row, "adjusted", hidden=told and row["key"] in few.at_all),
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
