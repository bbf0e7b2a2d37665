"""A district's doors from one sheet: 200,000, each with a household and its head, read, checked and stored."""

import asyncio
import gc
import time
from pathlib import Path

import xlsxwriter

from app.core.work import Runtime, system_work
from app.households import importing, sheet, storing
from bench import ground
from bench.database import DISTRICT, Bench
from bench.report import Report

DOORS, AT_MOST_S = 200_000, 60
NAMES = ("曾国强", "李秀英", "王芳", "欧阳建国")  # nobody's: the commonest there are


def measure(bench: Bench, report: Report) -> None:
    """Write the sheet, then import it as `wangge homes import` does, in one transaction."""
    name = "doors"
    bench.make(name)
    asyncio.run(bench.seed(name))
    with bench.admin(name) as admin:
        ground.load(admin, ground.SMALL)
        rows = admin.execute(f"select code from t_{DISTRICT}.area where level = 'grid' order by code").fetchall()
    file = bench.folder / "doors.xlsx"
    fill(file, [row[0] for row in rows])
    gc.disable()  # as the command does
    began = time.perf_counter()
    stored = asyncio.run(_import(bench.runtime(name), file))
    seconds = time.perf_counter() - began
    gc.enable()
    if stored != DOORS:
        raise RuntimeError(f"{stored} doors of {DOORS} were stored")
    report.owe("200,000 doors and households from one sheet", [seconds], at_most=AT_MOST_S, unit="s")
    bench.drop(name)


def fill(file: Path, codes: list[str]) -> None:
    """A filled-in form: on each grid as many doors, behind each a household with its head and a phone."""
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as book:
        page = book.add_worksheet("房屋住户")
        for place, words in enumerate(sheet.HEADER.values()):
            page.write_string(0, place, words)
        for number in range(DOORS):
            for place, text in enumerate(_row(number, codes)):
                page.write_string(number + 1, place, text)


def _row(number: int, codes: list[str]) -> tuple[str, ...]:
    nth, grid = divmod(number, len(codes))
    building, rest = divmod(nth, 40)
    return (
        "", codes[grid], "", f"{building + 1}栋", f"{rest // 20 + 1}单元", f"{rest % 20 // 2 + 1}0{rest % 2 + 1}",
        "住宅", "1", "常住户", NAMES[number % len(NAMES)], "户主", f"1660{number:07d}", "",
    )  # fmt: skip


async def _import(runtime: Runtime, file: Path) -> int:
    async with system_work(runtime, DISTRICT) as work:
        with file.open("rb") as opened:
            given = sheet.read_from(opened, DOORS + 1, 4 << 30)
        plan = await importing.plan(work, given)
        if plan.faults:
            raise RuntimeError(str(plan.faults[0].told()))
        await storing.store(work, plan)
    await runtime.engine.dispose()
    return int(plan.counts()["dwellings"])
