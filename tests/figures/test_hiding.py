"""Small groups are hidden, and nothing that is shown gives them away (CASES 3)."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.figures.hiding import hidden_in_tree, hidden_of

GROUPS = st.dictionaries(st.integers(0, 30), st.integers(0, 40), max_size=12)


@given(GROUPS, st.integers(1, 20))
def test_what_is_hidden_cannot_be_worked_out_from_the_rest(words: dict[int, int], below: int) -> None:
    hidden = hidden_of(words, below)
    assert all(count >= below for key, count in words.items() if key not in hidden)
    together = sum(words[key] for key in hidden)
    assert together == 0 or together >= below or hidden == set(words)


@given(GROUPS)
def test_nothing_large_is_hidden_without_a_small_one(words: dict[int, int]) -> None:
    if all(count >= 10 for count in words.values()):
        assert hidden_of(words, 10) == frozenset()


def test_the_next_smallest_goes_along() -> None:
    assert hidden_of({"a": 3, "b": 50, "c": 12}, 10) == {"a", "c"}
    assert hidden_of({"a": 3, "b": 8, "c": 12}, 10) == {"a", "b"}
    assert hidden_of({"a": 3}, 10) == {"a"}
    assert hidden_of({"a": 0, "b": 12}, 10) == {"a"}


def test_the_complement_lies_within_the_same_street() -> None:
    """With the street's twelve shown, the community's ten may not be: they would leave the two."""
    words = {("S1", "c1"): 10, ("S1", "c2"): 2, ("S2", "c3"): 9, ("S2", "c4"): 20}
    assert hidden_in_tree(words, 10) == {"c1", "c2", "c3", "c4"}
    words = {("S1", "c1"): 10, ("S1", "c2"): 30, ("S2", "c3"): 9, ("S2", "c4"): 20}
    assert hidden_in_tree(words, 10) == {"c3", "c4"}
    assert hidden_in_tree({("S1", "c1"): 3}, 10) == {"c1"}
    assert hidden_in_tree({}, 10) == frozenset()


TREES = st.dictionaries(
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 3)).map(
        lambda p: (p[0], (p[0], p[1]), (p[0], p[1], p[2]))
    ),
    st.integers(0, 25),
    max_size=14,
)


@given(TREES, st.integers(1, 15))
def test_what_is_shown_on_any_level_leaves_no_small_rest(words: dict[Any, int], below: int) -> None:
    """Asked on every level, what is unknown below anything that is shown adds up to enough, or to nothing."""
    sums: dict[tuple[Any, ...], int] = {(): sum(words.values())}
    shown = {()} if sums[()] >= below else set()
    for depth in (1, 2, 3):
        at: dict[tuple[Any, ...], int] = {}
        for path, count in words.items():
            at[path[:depth]] = at.get(path[:depth], 0) + count
        hidden = hidden_in_tree(at, below)
        shown |= {path for path in at if path[-1] not in hidden}
        sums |= at
    for around in shown:
        for depth in range(len(around) + 1, 4):
            inside = [path for path in sums if len(path) == depth and path[: len(around)] == around]
            rest = sum(sums[path] for path in inside if path not in shown)
            assert rest == 0 or rest >= below, (around, depth)
    assert all(sums[path] >= below for path in shown)
