"""Recorded requests as a file gives them: rows of a CSV, and which columns become which fields."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer


@dataclass(frozen=True)
class Mapping:
    """Which columns become which fields: `text=category,lat=lat,lon=lon`; `=word` is a constant."""

    fields: dict[str, str]

    @classmethod
    def parse(cls, said: str) -> "Mapping":
        """From the command line; a part without `=` is refused."""
        pairs = [part.split("=", 1) for part in said.split(",") if part]
        if any(len(pair) < 2 for pair in pairs):  # noqa: PLR2004  # a name and a column
            raise typer.BadParameter("--map is field=column[,field=column…]; field==word gives a constant")
        return cls({pair[0].strip(): pair[1].strip() for pair in pairs})

    def value(self, name: str, row: dict[str, str]) -> str | None:
        """The field's value in a row, None when empty or not mapped."""
        column = self.fields.get(name)
        if column is None:
            return None
        if column.startswith("="):
            return column[1:]
        if column not in row:
            raise typer.BadParameter(f"--map: the file has no column {column}")
        return row[column].strip() or None


def read_rows(file: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV in UTF-8 with a head line, gzipped or not."""
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)
