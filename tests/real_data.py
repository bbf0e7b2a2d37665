"""Where the large real input lies: beside a checkout or a worktree of one. What fits stands in tests/data."""

from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2:4]


def at_hand(name: str) -> Path | None:
    """The file or folder, if this machine has it."""
    places = (folder / "shared" / "data" / name for folder in BESIDE)
    return next((place for place in places if place.exists()), None)


def needed(name: str) -> Path:
    """The same for a test that has nothing to say without it."""
    if (found := at_hand(name)) is None:
        pytest.skip(f"shared/data/{name} does not lie beside this checkout")
    return found
