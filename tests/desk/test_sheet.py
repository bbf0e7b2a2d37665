"""The queue as an office's sheet (UX 1c)."""

import io
from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.people.models import Role
from app.people.privacy import PersonalRead
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import raised

pytestmark = pytest.mark.anyio


async def sheet_of(desk: Desk, **params: Any) -> Any:
    answer = await desk.get("/issues.xlsx", params=params)
    assert answer.status_code == 200, answer.text
    return load_workbook(io.BytesIO(answer.content))


async def test_numbers_are_text_dates_are_dates_and_nothing_is_a_formula(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    evil = "=HYPERLINK(A1)"
    told = await raised(public, town.IN_B1, text=evil, contact={"name": "王芳", "phone": "13800001234"})
    await raised(public, town.IN_FIELD, text="别处的")
    book = await sheet_of(street)
    page = book["诉求清单"]
    header = [cell.value for cell in page[1]]
    row = dict(zip(header, page[2], strict=True))
    assert page.max_row == 2, "only the own ground"
    assert (row["编号"].value, row["编号"].data_type, row["编号"].number_format) == (told["number"], "s", "@")
    assert (row["内容"].value, row["内容"].data_type) == (evil, "s")
    assert isinstance(row["提出时间"].value, datetime)
    assert row["提出时间"].value == datetime(2026, 11, 20, 9, 0)  # noqa: DTZ001  # as the office reads it
    assert page.freeze_panes == "B2"
    assert page.auto_filter.ref.startswith("A1:")
    assert page.column_dimensions["A"].width >= len(told["number"])
    said = {one[0].value: one[1].value for one in book["说明"]}
    assert said["数据截至"] == "2026-11-20 09:00"
    assert said["导出岗位"] == str(street.post_id)
    assert said["行数"] == "1"
    whole = str([[cell.value for cell in line] for sheet in book for line in sheet])
    assert "王芳" not in whole
    assert "13800001234" not in whole
    async with system_work(runtime, "530114") as work:
        (read,) = await work.session.scalars(select(PersonalRead).where(PersonalRead.what == "export"))
    assert [str(one) for one in read.subject_ids] == [told["id"]]


async def test_the_sheet_holds_what_the_filter_finds_and_says_so(public: Desk, sit: Sit) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    for _ in range(3):
        await raised(public, town.IN_B1)
    book = await sheet_of(street, list="soon", area=town.G1)
    assert book["诉求清单"].max_row == 4
    said = {one[0].value: one[1].value for one in book["说明"]}
    assert said["筛选条件"] == f"list=将到期;area={town.G1}"
    empty = await sheet_of(street, list="objected")
    assert empty["诉求清单"].max_row == 1
