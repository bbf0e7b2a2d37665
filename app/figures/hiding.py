"""Which groups are too small to show what their reporters said (CASES 3)."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def hidden_of(words: Mapping[Key, int], below: int) -> frozenset[Key]:
    """Groups with fewer words than `below`, and as many of the next smallest as it takes that all hidden ones
    together are no fewer: else the total gives a single hidden one away.
    """
    said = sorted((count, place, key) for place, (key, count) in enumerate(words.items()) if count)
    hidden = {key for count, _, key in said if count < below}
    rest = [(count, key) for count, _, key in said if count >= below]
    total = sum(count for count, _, key in said if key in hidden)
    while 0 < total < below and rest:
        count, key = rest.pop(0)
        hidden.add(key)
        total += count
    return frozenset(hidden | {key for key, count in words.items() if not count})
