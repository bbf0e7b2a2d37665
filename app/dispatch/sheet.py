"""The catalogue as an office's sheet (xlsx): read cell by cell with every fault named, written as text only."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from app.core.errors import Invalid
from app.core.fields import clean_text
from app.dispatch.kinds import Level
from app.dispatch.words import LEVEL_WORDS

MAX_BYTES = 2 * 1024 * 1024
MAX_UNPACKED = 40 * 1024 * 1024
MAX_ROWS = 5000
EXAMPLE = "示例"
YES, NO = "是", "否"
HEADER: dict[str, str] = {
    "category": "事项类别代码",
    "owner_unit": "责任单位代码",
    "level": "办理层级",
    "not_to_community": "不得派往社区",
    "legal_basis": "依据",
    "list_code": "清单编号",
    "assist_units": "协办单位代码",
    "verify": "需现场核查",
    "needs_release": "答复需审核",
    "valid_from": "生效日期",
    "valid_to": "失效日期",
}
SHOWN: tuple[str, ...] = (
    EXAMPLE, "chengguan", "区县", YES, "《城市市容和环境卫生管理条例》", "A-12", "shuiwu、zhujian", NO, NO,
    "2026-01-01", "",
)  # fmt: skip
CODE = re.compile(r"[0-9A-Za-z_-]{1,40}")
LONGEST = {"legal_basis": 400, "list_code": 40}
FAULTS: dict[str, tuple[str, str]] = {
    "missing": ("必填", "it has to be filled in"),
    "formula": ("不接受公式,请粘贴为数值", "formulas are not taken; paste as values"),
    "not_a_code": ("应为字母、数字、下划线或连字符", "a code has letters, digits, _ and - only"),
    "not_a_level": ("应为:区县、街道、社区", "one of 区县 (district), 街道 (street), 社区 (community)"),
    "not_yes_no": ("应填“是”或“否”", "是 (yes) or 否 (no)"),
    "not_a_date": ("日期应为 2026-01-31 的形式", "a date looks like 2026-01-31"),
    "too_long": ("文字过长", "the text is too long"),
    "not_clean": ("含有无法保存的字符", "it holds characters that cannot be stored"),
    "twice": ("该类别在表中出现两次", "the category stands twice in the sheet"),
    "unknown_category": ("没有这个类别", "there is no such category"),
    "unknown_unit": ("没有这个单位,或已撤销", "there is no such unit, or it is dissolved"),
    "ends_before": ("失效日期应晚于生效日期", "it ends before it begins"),
    "too_late": ("失效日期已过,不能追溯", "it ends in the past; the past is not rewritten"),
}


class NotASheet(Invalid):
    """The bytes are no xlsx this service reads."""

    code = "not_a_sheet"
    zh = "文件不是可读取的 xlsx 表格,或过大(上限 {most_rows} 行)。"
    en = "The file is no xlsx sheet that can be read, or it is too large (at most {most_rows} rows)."


class WrongHeader(Invalid):
    """The first row does not name the columns."""

    code = "wrong_sheet_header"
    zh = "表头与模板不一致,请先下载派单目录,在其中修改后上传。"
    en = "The header is not that of the template; download the catalogue, change it and send it back."


@dataclass(frozen=True)
class Fault:
    """What is wrong in which row (as the sheet numbers it) and column."""

    row: int
    column: str
    why: str

    def told(self) -> dict[str, Any]:
        """For the reply, in both languages; never what was typed."""
        zh, en = FAULTS[self.why]
        return {"row": self.row, "column": HEADER[self.column], "why": self.why, "zh": zh, "en": en}


@dataclass(frozen=True)
class Line:
    """One row of the sheet, read; codes are not looked up yet."""

    row: int
    said: Mapping[str, Any]


class _FaultyCellError(ValueError):
    pass


def read(blob: bytes) -> tuple[list[Line], list[Fault]]:
    """Lines and faults of a sheet; slow on purpose in one place, so call it in a thread."""
    rows = _rows(blob)
    if not rows or [_plain(cell) for cell in rows[0]][: len(HEADER)] != list(HEADER.values()):
        raise WrongHeader("file")
    lines, faults, seen = [], [], set()
    for number, cells in enumerate(rows[1:], start=2):
        if all(_plain(cell) is None for cell in cells) or _plain(cells[0]) == EXAMPLE:
            continue
        said, wrong = _line(number, cells)
        if said.get("category") in seen:
            wrong.append(Fault(number, "category", "twice"))
        seen.add(said.get("category"))
        faults += wrong
        lines.append(Line(number, said))
    return lines, faults


def _rows(blob: bytes) -> list[Sequence[Any]]:
    """Cells row by row; a bomb is noticed by its own table of contents before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise NotASheet("file", most_rows=MAX_ROWS)
        book = load_workbook(io.BytesIO(blob), read_only=True, keep_links=False)
        rows = list(book.worksheets[0].iter_rows(max_col=len(HEADER), max_row=MAX_ROWS + 3))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, SyntaxError):
        raise NotASheet("file", most_rows=MAX_ROWS) from None
    if len(rows) > MAX_ROWS + 2:
        raise NotASheet("file", most_rows=MAX_ROWS)
    return rows


def _line(number: int, cells: Sequence[Any]) -> tuple[dict[str, Any], list[Fault]]:
    said: dict[str, Any] = {}
    faults: list[Fault] = []
    for column, cell in zip(HEADER, cells, strict=True):
        try:
            said[column] = READERS.get(column, _text)(column, _value(cell))
        except _FaultyCellError as error:
            faults.append(Fault(number, column, str(error)))
    first, last = said.get("valid_from"), said.get("valid_to")
    if first and last and last <= first:
        faults.append(Fault(number, "valid_to", "ends_before"))
    return said, faults


def _value(cell: Any) -> Any:
    if cell.data_type == "f":
        raise _FaultyCellError("formula")
    return _plain(cell)


def _plain(cell: Any) -> Any:
    """A cell's value with empty text as nothing; whole numbers as the text a person sees."""
    value = cell.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return value.strip() or None
    return value


def _text(column: str, value: Any) -> str | None:
    if value is None:
        return None
    try:
        text = clean_text(str(value))
    except ValueError:
        raise _FaultyCellError("not_clean") from None
    if len(text) > LONGEST.get(column, 40):
        raise _FaultyCellError("too_long")
    return text


def _basis(column: str, value: Any) -> str:
    text = _text(column, value)
    if text is None:
        raise _FaultyCellError("missing")
    return text


def _code(_: str, value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and CODE.fullmatch(value)):
        raise _FaultyCellError("not_a_code")
    return value


def _category(column: str, value: Any) -> str:
    code = _code(column, value)
    if code is None:
        raise _FaultyCellError("missing")
    return code


def _codes(column: str, value: Any) -> list[str]:
    parts = re.split(r"[、,,;;\s]+", str(value)) if value is not None else []
    return [code for part in parts if part and (code := _code(column, part))]


def _level(_: str, value: Any) -> Level:
    found = [level for level, (zh, _en) in LEVEL_WORDS.items() if zh == value]
    if not found:
        raise _FaultyCellError("missing" if value is None else "not_a_level")
    return Level(found[0])


def _yes(_: str, value: Any) -> bool:
    if value not in (YES, NO, None):
        raise _FaultyCellError("not_yes_no")
    return bool(value == YES)


def _day(_: str, value: Any) -> date | None:
    if value is None or isinstance(value, datetime):
        return value.date() if value else None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _FaultyCellError("not_a_date") from None


READERS = {
    "category": _category, "owner_unit": _code, "level": _level, "not_to_community": _yes,
    "legal_basis": _basis, "assist_units": _codes, "verify": _yes, "needs_release": _yes,
    "valid_from": _day, "valid_to": _day,
}  # fmt: skip


def write(lines: Iterable[Mapping[str, Any]]) -> bytes:
    """A sheet with header, example and lines. Every cell is text, so that nothing in it is ever a formula."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet("派单目录")
        bold = book.add_format({"bold": True})
        for place, name in enumerate(HEADER.values()):
            page.write_string(0, place, name, bold)
        rows = [SHOWN, *([_shown(line[column]) for column in HEADER] for line in lines)]
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                page.write_string(number, place, value)
        _offer(page)
    return out.getvalue()


def _offer(page: Any) -> None:
    """Drop-downs for what is a choice."""
    for place, column in enumerate(HEADER):
        if column == "level":
            choice = [zh for zh, _ in LEVEL_WORDS.values()]
        elif READERS.get(column) is _yes:
            choice = [YES, NO]
        else:
            continue
        page.data_validation(1, place, MAX_ROWS, place, {"validate": "list", "source": choice})


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, Level):
        return LEVEL_WORDS[value][0]
    if isinstance(value, list):
        return "、".join(value)
    return "" if value is None else str(value)
