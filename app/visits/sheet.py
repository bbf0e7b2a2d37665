"""The register 走访台账 as a sheet (xlsx): masked, every cell text, so that nothing in it is ever a formula."""

import io
from collections.abc import Sequence

import xlsxwriter

from app.core.clock import SHANGHAI
from app.visits.schemas import VisitLine
from app.visits.words import KIND_WORDS, RESULT_WORDS, WAY_WORDS

MOST_ROWS = 10_000
HEADER = ("走访时间", "家门号", "户主(脱敏)", "类别", "方式", "结果", "再访日期", "是否上报事项")


def write(lines: Sequence[VisitLine]) -> bytes:
    """Header and lines; no author stands in it, so that nobody is counted by it (DESIGN 7)."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet("走访台账")
        bold = book.add_format({"bold": True})
        for place, name in enumerate(HEADER):
            page.write_string(0, place, name, bold)
        for number, line in enumerate(lines, start=1):
            for place, text in enumerate(cells(line)):
                page.write_string(number, place, text)
    return out.getvalue()


def cells(line: VisitLine) -> tuple[str, ...]:
    """One visit as a person reads it."""
    return (
        line.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"), line.door or "", line.head or "",
        KIND_WORDS[line.kind][0], WAY_WORDS[line.way][0], RESULT_WORDS[line.result][0],
        line.follow_up_on.isoformat() if line.follow_up_on else "", "是" if line.issue_id else "否",
    )  # fmt: skip
