"""The catalogue: whose matter it is, and the office's sheet there and back (DOMAIN 1.1 art 12-14)."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.core.clock import FixedClock
from app.core.fields import clean_text
from app.core.work import Runtime, system_work
from app.dispatch import sheet
from app.dispatch.kinds import Level
from app.dispatch.models import CatalogueItem
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch.desks import WELL, listed, seats
from tests.issues.acts import HERE, THERE, assert_problem, raised

pytestmark = pytest.mark.anyio

PARENT = "e01"
LINE: dict[str, Any] = {
    "category": WELL, "owner_unit": "chengguan", "level": Level.DISTRICT, "not_to_community": True,
    "legal_basis": "《城市市容和环境卫生管理条例》", "list_code": "A-12", "assist_units": ["shuiwu"],
    "verify": True, "needs_release": False, "valid_from": date(2026, 1, 1), "valid_to": None,
}  # fmt: skip


async def sent(desk: Desk, blob: bytes) -> Any:
    return await desk.call("POST", "/catalogue.xlsx", content=blob)


async def fetched(desk: Desk) -> list[list[Any]]:
    answer = await desk.get("/catalogue.xlsx")
    assert answer.status_code == 200
    page = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [[cell.value for cell in row] for row in page.iter_rows()]


async def versions(runtime: Runtime, district: str = HERE) -> int:
    async with system_work(runtime, district) as work:
        return await work.session.scalar(select(func.count()).select_from(CatalogueItem)) or 0


async def test_what_is_exported_and_sent_back_changes_nothing(sit: Sit, runtime: Runtime) -> None:
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    lines = [LINE, LINE | {"category": PARENT, "owner_unit": None, "level": Level.STREET, "assist_units": []}]
    assert (await sent(admin, sheet.write(lines))).json() == {"added": 2, "unchanged": 0}
    first = await admin.get("/catalogue.xlsx")
    assert (await sent(admin, first.content)).json() == {"added": 0, "unchanged": 2}
    assert await versions(runtime) == 2
    there = await sit(Role.DISTRICT_ADMIN, HERE, THERE)
    assert (await sent(there, first.content)).json() == {"added": 2, "unchanged": 0}
    assert await fetched(there) == await fetched(admin)
    (row,) = [item for item in (await admin.get("/catalogue")).json() if item["category"] == WELL]
    assert (row["level"], row["assist_units"], row["not_to_community"]) == ("district", ["shuiwu"], True)


async def test_a_change_is_a_new_version_and_the_old_one_stays(
    sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    await sent(admin, sheet.write([LINE]))
    clock.advance(hours=1)
    changed = LINE | {"owner_unit": "shuiwu", "assist_units": []}
    assert (await sent(admin, sheet.write([changed]))).json() == {"added": 1, "unchanged": 0}
    assert await versions(runtime) == 2
    assert len((await admin.get("/catalogue")).json()) == 1
    clock.advance(hours=1)
    ends = changed | {"valid_to": date(2026, 11, 22)}
    assert (await sent(admin, sheet.write([ends]))).json()["added"] == 1
    assert len((await admin.get("/catalogue")).json()) == 1
    clock.advance(days=3)
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    assert (await admin.get("/catalogue")).json() == []
    planned = LINE | {"valid_from": date(2027, 1, 1)}
    assert (await sent(admin, sheet.write([planned]))).json()["added"] == 1
    assert (await admin.get("/catalogue")).json() == []


async def test_every_fault_is_named_by_row_and_nothing_is_changed(sit: Sit, runtime: Runtime) -> None:
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    rows = [
        [WELL, "chengguan", "区县", "是", "依据", "", "", "", "", "", ""],
        ["e9999", "nobody", "省级", "也许", "", "", "shuiwu、nobody", "", "", "去年", ""],
        [WELL, "", "街道", "", "依据", "", "", "", "", "2027-01-02", "2027-01-01"],
        ["", "a b", "社区", "", "字" * 401, "", "", "", "", "", ""],
    ]
    said = assert_problem(await sent(admin, plain(rows)), 422, "faulty_sheet", "file")
    found = {(fault["row"], fault["column"], fault["why"]) for fault in said["errors"]}
    assert found == {
        (4, "事项类别代码", "unknown_category"), (4, "责任单位代码", "unknown_unit"),
        (4, "办理层级", "not_a_level"), (4, "不得派往社区", "not_yes_no"), (4, "依据", "missing"),
        (4, "协办单位代码", "unknown_unit"), (4, "生效日期", "not_a_date"),
        (5, "事项类别代码", "twice"), (5, "失效日期", "ends_before"),
        (6, "事项类别代码", "missing"), (6, "责任单位代码", "not_a_code"), (6, "依据", "too_long"),
    }  # fmt: skip
    assert all(fault["zh"] and fault["en"] for fault in said["errors"])
    assert "省级" not in str(said)
    assert await versions(runtime) == 0


def plain(rows: list[list[Any]], header: list[str] | None = None, formula: str | None = None) -> bytes:
    """A sheet as a person would make one, with an empty row below the header."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, header or list(sheet.HEADER.values()))
        for number, row in enumerate(rows, start=2):
            for place, value in enumerate(row):
                page.write_string(number, place, value)
        if formula is not None:
            page.write_formula(2, 4, formula, value="依据")
    return out.getvalue()


async def test_bad_files_are_refused_whole(sit: Sit) -> None:
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    for blob in (b"", b"PK", b"%PDF-1.4", b"PK\x05\x06" + b"\0" * 18, sheet.write([LINE])[:900]):
        assert_problem(await sent(admin, blob), 422, "not_a_sheet", "file")
    assert_problem(await sent(admin, plain([], header=["a", "b"])), 422, "wrong_sheet_header", "file")
    many = plain([[WELL, "", "区县", "", "依据", "", "", "", "", "", ""]] * (sheet.MAX_ROWS + 1))
    assert_problem(await sent(admin, many), 422, "not_a_sheet")
    formula = plain([[WELL, "", "区县", "", "", "", "", "", "", "", ""]], formula='=HYPERLINK("http://x")')
    said = assert_problem(await sent(admin, formula), 422, "faulty_sheet")
    assert [fault["why"] for fault in said["errors"]] == ["formula"]
    assert (await sent(admin, b"x" * (sheet.MAX_BYTES + 1))).status_code == 413


async def test_nothing_in_the_sheet_is_a_formula(sit: Sit, clock: FixedClock) -> None:
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    for sign in ("=1+1", "+1", "-1", "@SUM(A1)"):
        line = LINE | {"legal_basis": sign}
        await sent(admin, sheet.write([line]))
        page = load_workbook(io.BytesIO((await admin.get("/catalogue.xlsx")).content)).worksheets[0]
        cell = page.cell(3, 5)
        assert (cell.value, cell.data_type) == (sign, "s")
        clock.advance(minutes=1)


CODES = st.from_regex(sheet.CODE, fullmatch=True)
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=40)
LINES = st.fixed_dictionaries(
    {
        "category": CODES, "owner_unit": st.none() | CODES, "level": st.sampled_from(Level),
        "not_to_community": st.booleans(), "legal_basis": WORDS, "list_code": st.none() | WORDS,
        "assist_units": st.lists(CODES, max_size=4), "verify": st.booleans(), "needs_release": st.booleans(),
        "valid_from": st.dates(date(1990, 1, 1), date(2100, 1, 1)), "valid_to": st.none(),
    }
)  # fmt: skip


@settings(max_examples=40)
@given(st.lists(LINES, max_size=4, unique_by=lambda line: line["category"]))
def test_reading_gives_what_was_written(lines: list[dict[str, Any]]) -> None:
    read, faults = sheet.read(sheet.write(lines))
    assert faults == []
    norm: Callable[[Any], Any] = lambda text: clean_text(text) if isinstance(text, str) else text  # noqa: E731
    wanted = [{name: norm(value) for name, value in line.items()} for line in lines]
    assert [dict(line.said) for line in read] == wanted


async def test_the_proposal_walks_up_the_tree_and_says_why(public: Desk, sit: Sit, runtime: Runtime) -> None:
    who = await seats(sit)

    async def proposed(**more: Any) -> tuple[Any, ...]:
        receipt = await raised(public, town.IN_B1, **more)
        said = (await who.street.get(f"/issues/{receipt['id']}/proposal")).json()
        assert said["zh"] != said["en"]
        return said["owner_unit"] and said["owner_unit"]["code"], said["why"], said["category"]

    assert await proposed(category=WELL) == (town.WEST, "not_listed", None)
    assert await proposed() == (town.WEST, "no_category", None)
    await listed(runtime, PARENT, "shuiwu")
    assert await proposed(category=WELL) == ("shuiwu", "listed_above", PARENT)
    await listed(runtime, WELL, "chengguan")
    assert await proposed(category=WELL) == ("chengguan", "listed", WELL)
    assert await proposed(category=WELL, type="wish") == (town.WEST, "wish", None)
    await listed(runtime, "e0101", None)
    assert await proposed(category="e0101") == (town.WEST, "unowned", "e0101")
    lost = await raised(public, town.FAR_AWAY, category="e0101")
    said = (await who.admin.get(f"/issues/{lost['id']}/proposal")).json()
    assert (said["owner_unit"], said["why"]) == (None, "unplaced")
