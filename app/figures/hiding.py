"""Which groups are too small to show what their reporters said (CASES 3)."""

from collections.abc import Hashable, Mapping
from itertools import groupby
from typing import Any, TypeVar

Key = TypeVar("Key", bound=Hashable)
Path = tuple[Any, ...]  # a group below the groups it lies in: street, community, grid


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


def hidden_in_tree(words: Mapping[Path, int], below: int) -> frozenset[Any]:
    """Groups that are hidden among all that a reader may ask for, the widest first: those too small within the
    group around them, and whatever lies in a hidden one. Nothing shown on any level then tells a hidden sum apart.
    """
    open_ones = {()} if sum(words.values()) >= below else set()
    hidden: set[Path] = set()
    for depth in range(1, max(map(len, words), default=0) + 1):
        sums: dict[Path, int] = {}
        for path, count in words.items():
            sums[path[:depth]] = sums.get(path[:depth], 0) + count
        opened: set[Path] = set()
        for around, places in groupby(sorted(sums, key=_in_order), key=lambda path: path[:-1]):
            within = {place: sums[place] for place in places}
            kept = hidden_of(within, below) if around in open_ones else frozenset(within)
            opened |= set(within) - kept
            hidden |= kept
        open_ones = opened
    return frozenset(path[-1] for path in words if path in hidden)


def _in_order(path: Path) -> list[str]:
    return [str(part) for part in path]
