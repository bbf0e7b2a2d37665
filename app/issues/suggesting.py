"""The tree of matters, and where a resident's own words belong in it (R4 of the resident's page).

A guess only: by everyday words kept as data, and by the names of the tree itself. The text is looked at and let
go: nothing of it is stored or logged.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from app.core.work import Work
from app.issues.category_schemas import CategoryOut, EmergencyOut, SuggestedOut, SuggestOut
from app.issues.models import Category

MOST = 5
ENOUGH = 0.6  # of the pairs of characters of a name that a text has to hold
LACKING = "need"  # the everyday words under this code say that something is missing
NUMBERS: Mapping[str, tuple[str, str]] = {
    "119": (
        "有人被困或有火情、煤气泄漏,请先拨打 119。",
        "For fire, a gas leak or somebody trapped, call 119 first.",
    ),
    "120": ("有人受伤或急病,请先拨打 120。", "If somebody is hurt or suddenly ill, call 120 first."),
    "122": ("发生交通事故,请先拨打 122。", "For a traffic accident, call 122 first."),
    "110": ("有人打人、行凶或偷抢,请先拨打 110。", "For violence or theft, call 110 first."),
}


def _table(name: str) -> Iterator[dict[str, str]]:
    text = files("app.issues").joinpath(name).read_text("utf-8")
    return csv.DictReader(text.splitlines())


@cache
def _everyday() -> tuple[tuple[str, str], ...]:
    return tuple((row["word"], row["category"]) for row in _table("everyday_words.csv"))


@cache
def _emergencies() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    rows = _table("emergency_words.csv")
    return tuple((row["word"], row["number"], tuple(filter(None, row["unless"].split("|")))) for row in rows)


@cache
def _english() -> Mapping[str, str]:
    return {row["code"]: row["name"] for row in _table("categories_en.csv")}


def english_name(code: str) -> str | None:
    """What a matter of the tree a district begins with is called in English."""
    return _english().get(code)


async def tree(work: Work) -> list[CategoryOut]:
    """Every matter that may be named now, in the order of the codes."""
    newest = select(Category).ext(distinct_on(Category.code)).order_by(Category.code, Category.version.desc())
    rows = await work.session.scalars(newest)
    return [
        CategoryOut(
            code=row.code, name=row.name, name_en=_english().get(row.code), parent=row.parent_code,
            need=row.need, building=row.building,
        )
        for row in rows
        if row.retired_at is None
    ]  # fmt: skip


async def suggest(work: Work, text: str) -> SuggestOut:
    """At most five matters that fit; none when nothing does."""
    found = await tree(work)
    named = {one.code: one for one in found}
    scores = _scores(text, found)
    best = sorted((code for code in scores if code in named), key=lambda code: (-scores[code], code))[:MOST]
    return SuggestOut(candidates=[_suggested(named[code], named) for code in best], emergency=emergency_in(text))


def _suggested(one: CategoryOut, named: Mapping[str, CategoryOut]) -> SuggestedOut:
    above = named.get(one.parent or "")
    said: dict[str, Any] = {"under": above.name if above else None, "under_en": above.name_en if above else None}
    return SuggestedOut(code=one.code, name=one.name, name_en=one.name_en, need=one.need, **said)


def _scores(text: str, found: list[CategoryOut]) -> dict[str, float]:
    """How well each leaf fits: longer words say more, and a word of lack speaks for what is missing."""
    scores: dict[str, float] = defaultdict(float)
    lacking = False
    for word, code in _everyday():
        if holds(text, word):
            if code == LACKING:
                lacking = True
            else:
                scores[code] += 2 * _weight(word)
    above = {one.parent for one in found}
    for one in found:
        if one.code not in above:
            scores[one.code] += _likeness(text, one.name)
    needs = {one.code for one in found if one.need}
    return {code: score + (3 if (code in needs) == lacking else 0) for code, score in scores.items() if score > 0}


def _weight(word: str) -> int:
    return max(2, len(word.split()) * 2) if word.isascii() else len(word)


def _likeness(text: str, name: str) -> float:
    pairs = [name[at : at + 2] for at in range(len(name) - 1)]
    shared = sum(pair in text for pair in pairs)
    return float(shared + 1) if pairs and shared / len(pairs) >= ENOUGH else 0.0


def holds(text: str, word: str) -> bool:
    """Whether the word stands in the text; an English one as a whole word."""
    if word.isascii():
        return re.search(rf"\b{re.escape(word)}\b", text.lower()) is not None
    return word in text


def emergency_in(text: str) -> EmergencyOut | None:
    """The number to call first, by the first word of the table that is meant; `unless` are words that hold it."""
    for word, number, unless in _emergencies():
        rest = text
        for other in unless:
            rest = rest.replace(other, "")
        if holds(rest, word):
            zh, en = NUMBERS[number]
            return EmergencyOut(number=number, zh=zh, en=en)
    return None
