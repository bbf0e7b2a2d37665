"""Doors and who lives behind them as an office's sheet (xlsx): one row a resident, or a door nobody lives behind.

Template, export and file of faults have one form, so that each can be sent back as it is (UX 1c). Every cell
written is text; formulas are refused, a number is read as the text a person sees, a masked cell leaves what is
stored.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, BinaryIO

import xlsxwriter
from openpyxl import load_workbook
from python_calamine import CalamineError, CalamineWorkbook

from app.core.errors import Invalid
from app.core.fields import clean_text
from app.households.words import KIND_WORDS, RELATION_WORDS, USE_WORDS

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 10_000  # in one call over HTTP; the command line takes more
MAX_UNPACKED = 64 * 1024 * 1024
CHUNK = 1 << 20
EXAMPLE = "示例"
WRONG = "错误原因"
HEADER: dict[str, str] = {
    "ref": "编号(请勿修改)",
    "area_code": "网格或楼栋编码",
    "estate": "小区",
    "building": "楼栋",
    "entrance": "单元",
    "room": "房号",
    "use": "用途",
    "place": "第几户",
    "kind": "户类型",
    "name": "姓名",
    "relation": "与户主关系",
    "phone": "联系电话",
    "id_number": "证件号码",
}
COLUMNS = tuple(HEADER)
SHOWN: tuple[str, ...] = (
    EXAMPLE, "530114004005001001", "学海苑", "3栋", "2单元", "501", "住宅", "1", "常住户", "李某某", "户主",
    "10000000000", "530114000000000000",  # nobody's
)  # fmt: skip
CHOICES: dict[str, dict[str, str]] = {
    "use": {words[0]: str(one) for one, words in USE_WORDS.items()},
    "kind": {words[0]: str(one) for one, words in KIND_WORDS.items()},
    "relation": {words[0]: str(one) for one, words in RELATION_WORDS.items()},
}
WORD_OF = {column: {code: zh for zh, code in choice.items()} for column, choice in CHOICES.items()}
MASKED = "*"
MASKABLE = frozenset({"name", "phone", "id_number"})
LONGEST = {"estate": 60, "building": 30, "entrance": 30, "room": 30, "name": 60}
CODE = re.compile(r"[0-9A-Za-z-]{1,32}")
REF = re.compile(r"[DHR][0-9a-f]{32}")
PHONE = re.compile(r"\+?[0-9][0-9-]{4,19}")
ID_NUMBER = re.compile(r"[0-9A-Z]{6,20}")
EXACT_DIGITS = 15  # of a number Excel keeps; a longer one has lost its end before we see it
FAULTS: dict[str, tuple[str, str]] = {
    "missing": ("必填", "it has to be filled in"),
    "formula": ("不接受公式,请粘贴为数值", "formulas are not taken; paste as values"),
    "lost_digits": (
        "长号码以数字格式存放,末几位已丢失,请改为文本格式重新填写",
        "a number this long lost digits; use text",
    ),
    "not_a_code": ("应为字母、数字或连字符", "a code has letters, digits and - only"),
    "not_a_choice": ("请从下拉列表中选择", "choose one from the list"),
    "not_a_number": ("应为 1 至 99 的数字", "a number from 1 to 99"),
    "not_a_phone": ("电话号码格式不对", "it is no phone number"),
    "not_an_id": ("证件号码应为 6 至 20 位字母或数字", "6 to 20 letters or digits"),
    "too_long": ("文字过长", "the text is too long"),
    "not_clean": ("含有无法保存的字符", "it holds characters that cannot be stored"),
    "not_a_ref": (
        "编号不是导出时的编号,新登记请留空",
        "not a number from an export; leave it empty for a new one",
    ),
    "unknown_ref": ("没有此编号,或不在您的责任范围内", "there is no such number on your ground"),
    "unknown_area": ("没有此网格或楼栋,或不在您的责任范围内", "there is no such area on your ground"),
    "area_too_high": ("应填写网格或楼栋编码", "a community, grid or building group is wanted"),
    "no_door": ("楼栋、单元、房号至少填一项", "say a building, an entrance or a room"),
    "door_differs": (
        "门牌与登记不符;搬家请在系统中办理迁户",
        "not the door on record; a move is made in the system",
    ),
    "estate_differs": ("该门牌已登记在另一小区", "that door is on record in another estate"),
    "masked": ("脱敏内容只能用于已有记录,新登记请填写完整", "masked text stands for what is stored only"),
    "name_needed": ("填写了成员信息但没有姓名", "there are facts of a person without a name"),
    "second_head": ("该户已有户主;新住户请先办理原户搬离,或填写第几户", "the household has another head already"),
    "use_differs": ("用途与同一门牌的其他行不一致", "another row says another use of the same door"),
    "kind_differs": ("户类型与同户的其他行不一致", "another row says another kind of the same household"),
    "twice": ("与表中另一行重复", "the same as another row of this sheet"),
}


class NotHomes(Invalid):
    """The bytes are no sheet this service reads."""

    code = "not_a_homes_sheet"
    zh = "文件不是可读取的 xlsx 表格,或过大(上限 {most_rows} 行)。"
    en = "The file is no xlsx sheet that can be read, or it is too large (at most {most_rows} rows)."


class WrongHomesHeader(Invalid):
    """The first row does not name the columns."""

    code = "wrong_homes_header"
    zh = "表头与模板不一致,请下载房屋住户模板,按模板填写后上传。"
    en = "The header is not that of the template; download it, fill it in and send it back."


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in which row (as the sheet numbers it) and column."""

    row: int
    column: str
    why: str

    def told(self) -> dict[str, Any]:
        """For the reply, in both languages; never what was typed."""
        zh, en = FAULTS[self.why]
        return {"row": self.row, "column": HEADER[self.column], "why": self.why, "zh": zh, "en": en}


@dataclass(slots=True)
class Line:
    """One row of the sheet, read; nothing is looked up yet. `masked` cells leave what is stored."""

    row: int
    said: dict[str, Any]
    typed: Sequence[str]
    masked: frozenset[str] = frozenset()


@dataclass
class Given:
    """A sheet as it was read."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class _FaultyCellError(ValueError):
    pass


def read(blob: bytes) -> Given:
    """A sheet of at most `MAX_ROWS` rows; call it in a thread."""
    return read_from(io.BytesIO(blob), MAX_ROWS, MAX_UNPACKED)


def read_from(file: BinaryIO, most_rows: int, most_bytes: int) -> Given:
    """Lines and faults of a sheet. The archive is measured by unpacking it piece by piece before it is read."""
    try:
        formulas = _formulas(file, most_bytes)
        file.seek(0)
        page = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
        if page.total_height > most_rows + 2:
            raise NotHomes("file", most_rows=most_rows)
        rows = page.to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError, EOFError):
        raise NotHomes("file", most_rows=most_rows) from None
    if not rows or [_plain(cell) for cell in rows[0]][: len(COLUMNS)] != list(HEADER.values()):
        raise WrongHomesHeader("file")
    given = Given()
    for number, cells in enumerate(rows[1:], start=2):
        typed = [_plain(cell) for cell in cells[: len(COLUMNS)]]
        if typed[0] != EXAMPLE and any(typed):
            given.lines.append(_line(number, cells, typed, formulas, given.faults))
    return given


def _formulas(file: BinaryIO, most_bytes: int) -> frozenset[tuple[int, int]]:
    """Row and column of every formula of the first sheet: the quick reader shows only what they last came to."""
    total, any_formula = 0, False
    file.seek(0)
    with zipfile.ZipFile(file) as packed:
        for part in packed.infolist():
            with packed.open(part) as unpacked:
                tail = b""
                while piece := unpacked.read(CHUNK):
                    total += len(piece)
                    if total > most_bytes:
                        raise ValueError("too large")
                    whole = tail + piece
                    any_formula |= part.filename.startswith("xl/worksheets/") and (
                        b"<f>" in whole or b"<f " in whole
                    )
                    tail = piece[-2:]
    if not any_formula:
        return frozenset()
    file.seek(0)
    page = load_workbook(file, read_only=True, keep_links=False).worksheets[0]
    cells = (cell for row in page.iter_rows(max_col=len(COLUMNS)) for cell in row if cell.value is not None)
    return frozenset((cell.row, cell.column) for cell in cells if cell.data_type == "f")


def _plain(value: Any) -> str:
    """A cell as the text a person sees; nothing is empty text."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _line(
    number: int, cells: Sequence[Any], typed: list[str], formulas: frozenset[tuple[int, int]], faults: list[Fault]
) -> Line:
    said: dict[str, Any] = {}
    masked: set[str] = set()
    typed += [""] * (len(COLUMNS) - len(typed))
    for place, column in enumerate(COLUMNS):
        text = typed[place]
        said[column] = None
        if column in MASKABLE and MASKED in text:
            masked.add(column)
        elif why := _not_taken(cells, place, text, (number, place + 1) in formulas):
            faults.append(Fault(number, column, why))
        elif text:
            try:
                said[column] = READERS[column](column, text)
            except _FaultyCellError as error:
                faults.append(Fault(number, column, str(error)))
    return Line(number, said, typed, frozenset(masked))


def _not_taken(cells: Sequence[Any], place: int, text: str, is_formula: bool) -> str | None:
    """Why a cell is not read at all: it is reckoned, or a number longer than a number can be."""
    if is_formula:
        return "formula"
    long = len(text) > EXACT_DIGITS and isinstance(cells[place], float)
    return "lost_digits" if long else None


def _text(column: str, text: str) -> str:
    try:
        clean = text if text.isalnum() else clean_text(text)
    except ValueError:
        raise _FaultyCellError("not_clean") from None
    if len(clean) > LONGEST[column]:
        raise _FaultyCellError("too_long")
    return clean


def _choice(column: str, text: str) -> str:
    found = CHOICES[column].get(text)
    if found is None:
        raise _FaultyCellError("not_a_choice")
    return found


def _formed(pattern: re.Pattern[str], why: str) -> Callable[[str, str], str]:
    def check(_: str, text: str) -> str:
        if not pattern.fullmatch(text):
            raise _FaultyCellError(why)
        return text

    return check


def _id_number(_: str, text: str) -> str:
    return _formed(ID_NUMBER, "not_an_id")(_, text.upper())


@cache
def _place(_: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 99):  # noqa: PLR2004  # homes behind one door
        raise _FaultyCellError("not_a_number")
    return int(text)


READERS: Mapping[str, Callable[[str, str], Any]] = {
    "ref": _formed(REF, "not_a_ref"), "area_code": _formed(CODE, "not_a_code"), "estate": _text,
    "building": _text, "entrance": _text, "room": _text, "use": _choice, "place": _place, "kind": _choice,
    "name": _text, "relation": _choice, "phone": _formed(PHONE, "not_a_phone"), "id_number": _id_number,
}  # fmt: skip


def template() -> bytes:
    """The empty form: header, one example row that is passed over, drop-downs for what is a choice."""
    return write([])


def write(
    rows: Iterable[Sequence[str]],
    told: Sequence[tuple[str, str]] = (),
    wrong: Mapping[int, Sequence[Fault]] | None = None,
) -> bytes:
    """A sheet of rows in the form; `wrong` are each row's faults, coloured and told in a column of their own.

    `told` are the lines of the sheet 说明. Every cell is text, so that nothing in it is ever a formula.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet("房屋住户")
        bold, red = book.add_format({"bold": True}), book.add_format({"bg_color": "#F8CBAD"})
        names = [*HEADER.values(), *([WRONG] if wrong is not None else [])]
        _put(page, 0, names, dict.fromkeys(range(len(names)), bold))
        first = [] if _of_others(told, wrong) else [SHOWN]
        for number, row in enumerate([*first, *rows], start=1):
            faults = (wrong or {}).get(number - 1 - len(first), ())
            marked = {COLUMNS.index(one.column): red for one in faults}
            reasons = [";".join(f"{HEADER[one.column]}:{FAULTS[one.why][0]}" for one in faults)]
            _put(page, number, [*row, *(reasons if wrong is not None else [])], marked)
        _offer(page)
        if told:
            about = book.add_worksheet("说明")
            for number, pair in enumerate(told):
                _put(about, number, pair, {0: bold})
    return out.getvalue()


def _of_others(told: Sequence[Any], wrong: Any) -> bool:
    """Whether the sheet holds somebody's rows; only the empty form carries the example."""
    return bool(told) or wrong is not None


def _put(page: Any, number: int, values: Sequence[str], formats: Mapping[int, Any]) -> None:
    for place, value in enumerate(values):
        page.write_string(number, place, value, formats.get(place))


def _offer(page: Any) -> None:
    """Drop-downs, a frozen header, a filter and widths that show a whole number."""
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, 0, len(COLUMNS) - 1)
    page.set_column(0, len(COLUMNS), 14)
    for column, choice in CHOICES.items():
        place = COLUMNS.index(column)
        page.data_validation(1, place, MAX_ROWS, place, {"validate": "list", "source": list(choice)})
