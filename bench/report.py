"""What the run found: raw figures, ratios with median [min-max], each beside its bar."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from scripts.cluster import ROOT

LIBRARIES = ("fastapi", "sqlalchemy", "psycopg", "asyncpg", "uvicorn", "pydantic", "shapely")


@dataclass(frozen=True)
class Found:
    """One number owed: a value per round, and the bar its median has to meet (none: for information)."""

    name: str
    values: tuple[float, ...]
    at_least: float | None = None
    at_most: float | None = None
    unit: str = "ratio"

    @property
    def middle(self) -> float:
        return median(self.values)

    @property
    def met(self) -> bool | None:
        if self.at_least is not None:
            return self.middle >= self.at_least
        return None if self.at_most is None else self.middle <= self.at_most

    @property
    def bar(self) -> str:
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return "" if self.at_most is None else f"<= {self.at_most:g}"


@dataclass
class Report:
    """Collects while the parts run; written once at the end, also when a later part fails."""

    machine: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, part: str, **figures: Any) -> None:
        """A raw figure of one slice."""
        self.raw.setdefault(part, []).append(figures)

    def owe(
        self,
        name: str,
        values: Sequence[float],
        *,
        at_least: float | None = None,
        at_most: float | None = None,
        unit: str = "ratio",
    ) -> None:
        """A number and its bar."""
        self.found.append(Found(name, tuple(values), at_least, at_most, unit))

    def write(self, path: Path) -> None:
        """The whole run as JSON."""
        found = [
            {**asdict(one), "median": one.middle, "min": min(one.values), "max": max(one.values),
             "bar": one.bar, "met": one.met}
            for one in self.found
        ]  # fmt: skip
        whole = {"machine": self.machine, "found": found, "notes": self.notes, "raw": self.raw}
        path.write_text(json.dumps(whole, indent=1, ensure_ascii=False, default=str) + "\n")

    def table(self) -> str:
        """For the person at the terminal."""
        width = max((len(one.name) for one in self.found), default=10)
        lines = [f"{'':{width}}  {'median':>9} {'[min-max]':>19}  {'bar':>8}"]
        for one in self.found:
            spread = f"[{_short(min(one.values))}-{_short(max(one.values))}]" if len(one.values) > 1 else ""
            verdict = {True: "met", False: "NOT MET", None: ""}[one.met]
            unit = "" if one.unit == "ratio" else one.unit
            line = f"{one.name:{width}}  {_short(one.middle):>9} {spread:>19}  {one.bar:>8}  {verdict} {unit}"
            lines.append(line.rstrip())
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def machine() -> dict[str, Any]:
    """Cores, versions and the state of the code."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory, 1),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "libraries": {name: version(name) for name in LIBRARIES},
        "commit": _git("rev-parse", "--short", "HEAD"),
        "changed_files": len(_git("status", "--porcelain").splitlines()),
    }


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def ratios(
    rows: Sequence[dict[str, Any]], field_name: str, over: dict[str, Any], under: dict[str, Any]
) -> list[float]:
    """`over` / `under` of one figure, round by round; each is the fields that name a variant."""

    def series(variant: dict[str, Any]) -> dict[int, float]:
        wanted = variant.items()
        return {row["round"]: float(row[field_name]) for row in rows if wanted <= row.items()}

    top, bottom = series(over), series(under)
    return [top[number] / bottom[number] for number in sorted(top.keys() & bottom.keys()) if bottom[number]]
