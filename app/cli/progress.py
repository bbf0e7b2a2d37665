"""How far a long command is: what it does, how many of how many, how many a second, how long it will take."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

WORDS = {
    "files": "reading files",
    "borders": "checking borders",
    "areas": "storing areas",
    "boundaries": "storing boundaries",
}


class Rate(ProgressColumn):
    """Steps a second, while it is known."""

    def render(self, task: Task) -> Text:
        """For rich."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


@contextmanager
def staged(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """A line for each stage; what is yielded is told the stage, how many are done, of how many."""
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        lines: dict[str, TaskID] = {}

        def tell(stage: str, done: int, of: int) -> None:
            if stage not in lines:
                lines[stage] = progress.add_task(WORDS.get(stage, stage), total=of or None)
            progress.update(lines[stage], completed=done, total=of or None)

        yield tell
