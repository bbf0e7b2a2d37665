"""The queue as an office's sheet (UX 1c): numbers stay text, dates are dates, nothing is ever a formula."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from app.core.clock import SHANGHAI
from app.core.errors import Invalid
from app.core.work import Work
from app.issues import queries
from app.issues.queue_schemas import IssueFilter, IssueLine
from app.issues.words import LIST_WORDS, STATE_WORDS, TYPE_WORDS, URGENCY_WORDS

MAX_ROWS = 5000
PAGE = 200
COLUMNS: tuple[tuple[str, int], ...] = (
    ("编号", 20), ("状态", 10), ("类型", 10), ("紧急程度", 10), ("事项类别", 18), ("内容", 60), ("社区", 16),
    ("网格", 16), ("承办岗位", 22), ("主办单位", 20), ("下一时限", 26), ("同类反映数", 12), ("提出时间", 18),
    ("办理截止", 18), ("办结时间", 18),
)  # fmt: skip
DATE_FORMAT = "yyyy-mm-dd hh:mm"


class QueueTooLong(Invalid):
    """More rows than one sheet is good for."""

    code = "queue_too_long"
    zh = "超过 {most} 行,请缩小筛选范围后再导出。"
    en = "More than {most} rows; narrow the filter and export again."


async def rows(work: Work, wanted: IssueFilter) -> list[IssueLine]:
    """Every row of the filter as the queue shows it: words of a confidential matter stay behind."""
    found: list[IssueLine] = []
    asked = wanted.model_copy(update={"limit": PAGE, "cursor": None})
    while True:
        lines, cursor = await queries.queue_page(work, asked)
        found += lines
        if len(found) > MAX_ROWS:
            raise QueueTooLong("list", most=MAX_ROWS)
        if cursor is None:
            return found
        asked = asked.model_copy(update={"cursor": cursor})


def about(work: Work, wanted: IssueFilter, count: int) -> list[tuple[str, str]]:
    """The sheet 说明: as of when, by which post, under which filter."""
    said = wanted.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"limit", "cursor"})
    if wanted.which is not None:
        said["list"] = LIST_WORDS[wanted.which][0]
    at = work.clock.now().astimezone(SHANGHAI)
    return [
        ("数据截至", f"{at:%Y-%m-%d %H:%M}"), ("导出岗位", str(work.actor.post_id)),
        ("筛选条件", ";".join(f"{name}={value}" for name, value in said.items()) or "全部未办结"),
        ("行数", str(count)), ("说明", "不含反映人信息;保密件只含编辑后的内容。"),
    ]  # fmt: skip


def write(lines: Sequence[IssueLine], told: Sequence[tuple[str, str]]) -> bytes:
    """The workbook: the queue with a frozen header and a filter, and the sheet 说明."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet("诉求清单")
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
        dated = book.add_format({"num_format": DATE_FORMAT})
        as_text = book.add_format({"num_format": "@"})
        for place, (name, width) in enumerate(COLUMNS):
            page.write_string(0, place, name, bold)
            page.set_column(place, place, width)
        for number, line in enumerate(lines, start=1):
            _put(page, number, _cells(line), dated, as_text)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(len(lines), 1), len(COLUMNS) - 1)
        sheet = book.add_worksheet("说明")
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 60)
        for number, (name, value) in enumerate(told):
            sheet.write_string(number, 0, name, bold)
            sheet.write_string(number, 1, value, as_text)
    return out.getvalue()


def _cells(line: IssueLine) -> list[Any]:
    """The values of a row: words, and times of the office without a zone, as a sheet knows them."""
    holder = line.holder
    return [
        line.number, STATE_WORDS[line.state][0], TYPE_WORDS[line.type][0], URGENCY_WORDS[line.urgency][0],
        line.category_name or "", line.text, line.community or "", line.grid or "",
        f"{holder.zh} {holder.ground or ''}".strip() if holder else "", line.lead_unit or "",
        line.clock.zh if line.clock else "", line.reports, _local(line.raised_at), _local(line.due_at),
        _local(line.closed_at),
    ]  # fmt: skip


def _local(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(SHANGHAI).replace(tzinfo=None)


def _put(page: Any, number: int, cells: Sequence[Any], dated: Any, as_text: Any) -> None:
    for place, value in enumerate(cells):
        if isinstance(value, datetime):
            page.write_datetime(number, place, value, dated)
        elif isinstance(value, int):
            page.write_number(number, place, value)
        elif value is not None:
            page.write_string(number, place, value, as_text)
