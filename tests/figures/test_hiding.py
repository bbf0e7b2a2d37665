"""Small groups are hidden, and nothing that is shown gives them away (CASES 3)."""

from hypothesis import given
from hypothesis import strategies as st

from app.figures.hiding import hidden_of

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
