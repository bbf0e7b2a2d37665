"""From a template and its data to a PDF, in a thread, a few at a time."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal, cast

import typst
from anyio import CapacityLimiter, to_thread

from app.printing.fonts import Fonts, fonts

ROOT = Path(__file__).resolve().parent.parent  # templates name one another from here
PRINTERS = CapacityLimiter(2)  # papers set at once in one process: each takes a core for its time
PPI = 150.0  # of a picture of a page: a QR code stays sharp


@lru_cache(maxsize=2)
def _loaded(folders: tuple[Path, ...]) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=list(folders))


def _set(
    template: Path, said: Mapping[str, Any], at: datetime, kind: Literal["pdf", "png"], chosen: Fonts
) -> list[bytes]:
    told = {"family": chosen.family, "official": chosen.official, **said}
    inputs = {"said": json.dumps(told, ensure_ascii=False)}
    compiler = typst.Compiler(template, root=ROOT, font_paths=_loaded(chosen.folders), sys_inputs=inputs)
    made = compiler.compile(format=kind, ppi=PPI, timestamp=int(at.timestamp()))
    return list(made) if isinstance(made, list) else [cast("bytes", made)]


async def as_pdf(template: Path, said: Mapping[str, Any], at: datetime) -> bytes:
    """One PDF, its text selectable, dated `at`; `NoChineseFont` where there is nothing to print with.

    Give the transaction's reads in `said` before: this takes up to two seconds.
    """
    chosen = await to_thread.run_sync(fonts)
    make = partial(_set, template, said, at, "pdf", chosen)
    return (await to_thread.run_sync(make, limiter=PRINTERS))[0]


async def as_pictures(template: Path, said: Mapping[str, Any], at: datetime) -> list[bytes]:
    """The same paper as one PNG a page."""
    chosen = await to_thread.run_sync(fonts)
    return await to_thread.run_sync(partial(_set, template, said, at, "png", chosen), limiter=PRINTERS)
