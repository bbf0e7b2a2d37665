"""A clock that several processes read: the time stands in a file until it is moved."""

from datetime import datetime
from pathlib import Path


class FileClock:
    """The time that stands in the file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> datetime:
        return datetime.fromisoformat(self.path.read_text())

    def set(self, at: datetime) -> None:
        """Move it; whoever reads meanwhile sees the old time or the new one, never half of either."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(at.isoformat())
        fresh.replace(self.path)
