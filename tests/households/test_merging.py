"""The merge of fields as a rule: what it must never do, whatever was changed where (SYNC 3d)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.households.merging import IDENTITY, Stored, merge_fields

NAMES = sorted(IDENTITY | {"kind", "note"})
VALUES = st.one_of(st.none(), st.sampled_from("abc"))
BEGAN = datetime(2026, 11, 20, tzinfo=UTC)
TIMES = st.integers(0, 9).map(lambda hours: BEGAN + timedelta(hours=hours))
PATCHES = st.dictionaries(st.sampled_from(NAMES), VALUES)


@st.composite
def stored(draw: st.DrawFn) -> Stored:
    values = {name: draw(VALUES) for name in NAMES}
    revs = {name: draw(st.integers(1, 6)) for name in NAMES}
    return Stored(values, revs, {name: draw(st.one_of(st.none(), TIMES)) for name in ("kind", "note")})


def after(before: Stored, values: dict[str, Any], rev: int, at: datetime) -> Stored:
    """The row once a merge has been written."""
    soft = {name: at for name in values if name not in IDENTITY}
    return Stored(
        {**before.values, **values}, {**before.revs, **dict.fromkeys(values, rev)}, {**before.times, **soft}
    )


@given(stored(), st.integers(0, 7), PATCHES, TIMES)
def test_every_field_has_exactly_one_fate(known: Stored, base: int, patch: dict[str, Any], at: datetime) -> None:
    merged = merge_fields(known, base, patch, at)
    for name, value in patch.items():
        fates = [name in merged.values, name in merged.offered, name in merged.passed_over]
        same, seen = value == known.values[name], known.revs[name] <= base
        assert sum(fates) == (not same)
        if not same:
            assert (name in merged.offered) == (name in IDENTITY and not seen)
            assert (merged.values | merged.offered).get(name, value) == value
        if name in merged.passed_over:
            assert not seen
            assert known.times[name] is not None
            assert at < known.times[name]  # type: ignore[operator]  # asserted above
    assert set(merged.values) | set(merged.offered) | merged.passed_over <= set(patch)


@given(stored(), st.integers(0, 7), PATCHES, TIMES)
def test_a_repeated_patch_writes_nothing_more(
    known: Stored, base: int, patch: dict[str, Any], at: datetime
) -> None:
    first = merge_fields(known, base, patch, at)
    again = merge_fields(after(known, first.values, 9, at), base, patch, at)
    assert again.values == {}
    assert again.offered == first.offered


@given(stored(), PATCHES, PATCHES, TIMES, TIMES)
def test_of_two_phones_no_identity_is_overwritten_and_none_is_lost(
    known: Stored, one: dict[str, Any], two: dict[str, Any], at_one: datetime, at_two: datetime
) -> None:
    """Both began with the same version; disjoint patches land whole, in either order."""
    base = max(known.revs.values())
    first = merge_fields(known, base, one, at_one)
    now = after(known, first.values, base + 1, at_one)
    second = merge_fields(now, base, two, at_two)
    for name in IDENTITY & set(first.values):
        assert name not in second.values
        if name in two and two[name] != one[name]:
            assert second.offered[name] == two[name]
    if not set(one) & set(two):
        assert second.offered == {}
        final = after(now, second.values, base + 2, at_two).values
        assert final == {**known.values, **one, **two}


@given(stored(), VALUES, VALUES, TIMES, TIMES)
def test_of_two_notes_the_later_stands_whichever_comes_first(
    known: Stored, one: Any, two: Any, at_one: datetime, at_two: datetime
) -> None:
    base = max(known.revs.values())
    if at_one == at_two:
        return
    final = []
    for (value, at), (other, other_at) in (((one, at_one), (two, at_two)), ((two, at_two), (one, at_one))):
        blank = Stored({**known.values, "note": "before"}, known.revs, {"note": None})
        now = after(blank, merge_fields(blank, base, {"note": value}, at).values, base + 1, at)
        final.append({**now.values, **merge_fields(now, base, {"note": other}, other_at).values})
    assert final[0]["note"] == final[1]["note"] == (one if at_one > at_two else two)
