"""The office's sheet of doors and residents: form, dry run, import, file of faults, export and back (UX 1c)."""

import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.core.audit import Trail
from app.core.work import Runtime, system_work
from app.feed.models import Change
from app.grid.models import Dwelling, Estate
from app.households import sheet
from app.households.models import Household, Resident
from app.people.models import Role
from tests import town
from tests.cli.conftest import Run, wangge  # noqa: F401  # a fixture
from tests.conftest import Desk, Sit
from tests.households.homes import COMMUNITY, HERE, found, said
from tests.issues.acts import assert_problem

pytestmark = pytest.mark.anyio

ROW = {
    "area_code": town.B1, "estate": "学海苑", "building": "3栋", "entrance": "2单元", "room": "501", "use": "住宅",
    "kind": "常住户", "name": "曾国强", "relation": "户主", "phone": "16612345678",
    "id_number": "530114195001010011",
}  # fmt: skip
WIFE = ROW | {"name": "李秀英", "relation": "配偶", "phone": "", "id_number": ""}
EMPTY = {
    "area_code": town.B1,
    "estate": "学海苑",
    "building": "3栋",
    "entrance": "2单元",
    "room": "502",
    "use": "空置",
}
NEXT = ROW | {"room": "503", "name": "王小明", "phone": "16600001111", "id_number": "53011419900101002X"}
COUNTED = (Dwelling, Household, Resident, Estate, Trail, Change)


def filled(*rows: dict[str, Any], cells: dict[tuple[int, int], Any] | None = None) -> bytes:
    """The form with rows; `cells` puts something of another type in a place."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet("x")
        for number, row in enumerate([sheet.HEADER, dict(zip(sheet.COLUMNS, sheet.SHOWN, strict=True)), *rows]):
            for place, column in enumerate(sheet.COLUMNS):
                page.write_string(number, place, row.get(column, ""))
        for (number, place), value in (cells or {}).items():
            page.write(number, place, value)
    return out.getvalue()


async def sent(desk: Desk, blob: bytes, **params: Any) -> Any:
    return await desk.call("POST", "/households.xlsx", content=blob, params=params)


async def counts(runtime: Runtime) -> list[int]:
    async with system_work(runtime, HERE) as work:
        return [await work.session.scalar(select(func.count()).select_from(one)) or 0 for one in COUNTED]


def cells_of(blob: bytes) -> list[list[Any]]:
    page = load_workbook(io.BytesIO(blob)).worksheets[0]
    return [[cell.value for cell in row] for row in page.iter_rows()]


async def test_a_sheet_is_tried_stored_and_the_same_sheet_again_changes_nothing(
    sit: Sit, runtime: Runtime
) -> None:
    desk = await sit(*COMMUNITY)
    blob, before = filled(ROW, WIFE, EMPTY, NEXT), await counts(runtime)
    dry = said(await sent(desk, blob, dry_run=True))
    assert (dry["dwellings"], dry["households"], dry["residents"], dry["faults"]) == (3, 2, 3, 0)
    assert await counts(runtime) == before
    assert said(await sent(desk, blob)) == dry
    stored = await counts(runtime)
    assert [now - then for now, then in zip(stored, before, strict=True)] == [3, 2, 3, 1, 2, 8]
    again = said(await sent(desk, blob))
    assert (again["dwellings"], again["households"], again["residents"], again["changed"]) == (0, 0, 0, 0)
    assert again["unchanged"] == 4
    assert await counts(runtime) == stored
    spelled = [row | {"building": "３幢", "entrance": "二单元", "estate": ""} for row in (ROW, WIFE)]
    assert said(await sent(desk, filled(*spelled)))["unchanged"] == 2
    for q in ("zgq", "5678", "3-2-501", "秀英"):
        assert len(await found(desk, q)) == 1, q
    assert await found(desk, "3-2-502") == []


async def test_an_imported_household_is_like_one_made_at_the_desk(sit: Sit, runtime: Runtime) -> None:
    desk = await sit(*COMMUNITY)
    said(await sent(desk, filled(ROW, WIFE)))
    (line,) = said(await desk.get("/households"))["items"]
    shown = said(await desk.get(f"/households/{line['id']}"))
    assert [(one["name"], one["relation"]) for one in shown["members"]] == [("曾**", "head"), ("李**", "spouse")]
    first = shown["members"][0]["id"]
    clear = said(await desk.post(f"/residents/{first}/unmask", {"purpose": "核对"}))
    assert clear == {"name": "曾国强", "phone": "16612345678", "id_number": "530114195001010011"}
    path = f"/households/{line['id']}"
    said(await desk.call("PATCH", path, json={"base_rev": 1, "kind": "tenant"}))
    async with system_work(runtime, HERE) as work:
        from app.core.audit import verify  # noqa: PLC0415  # beside its one use

        assert [one async for one in verify(work.session, "household", Household)] == [2]


async def test_what_the_sheet_says_differently_is_an_edit_with_its_act(sit: Sit) -> None:
    desk = await sit(*COMMUNITY)
    said(await sent(desk, filled(ROW, EMPTY)))
    child = ROW | {"name": "曾小宝", "relation": "子女", "phone": "", "id_number": ""}
    tenant = ROW | {"phone": "16600009999", "kind": "租住户"}
    contradicted = await sent(desk, filled(tenant, child, EMPTY, EMPTY | {"room": "０５０２", "use": "住宅"}))
    assert [one["why"] for one in contradicted.json()["errors"]] == ["kind_differs", "use_differs"]
    changed = [tenant, child | {"kind": ""}, EMPTY | {"use": "商铺"}]
    told = said(await sent(desk, filled(*changed)))
    assert (told["residents"], told["changed"], told["households"]) == (1, 3, 0)
    (line,) = said(await desk.get("/households"))["items"]
    assert (line["phone"], line["kind"], line["residents"]) == ("166****9999", "tenant", 2)
    uses = [one["use"] for one in said(await desk.get("/dwellings"))["items"]]
    assert uses == ["home", "shop"]


WRONG: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("no area", {"area_code": ""}, ("网格或楼栋编码", "missing")),
    ("other ground", {"area_code": town.SMALL_A}, ("网格或楼栋编码", "unknown_area")),
    ("a street", {"area_code": town.WEST}, ("网格或楼栋编码", "unknown_area")),
    ("no door", {"building": "", "entrance": "", "room": ""}, ("房号", "no_door")),
    ("no choice", {"use": "别墅"}, ("用途", "not_a_choice")),
    ("no phone", {"phone": "一三八"}, ("联系电话", "not_a_phone")),
    ("no number", {"id_number": "12"}, ("证件号码", "not_an_id")),
    ("masked new", {"phone": "166****5678"}, ("联系电话", "masked")),
    ("unknown ref", {"ref": "R" + "0" * 32}, ("编号(请勿修改)", "unknown_ref")),
    ("odd ref", {"ref": "7"}, ("编号(请勿修改)", "not_a_ref")),
    ("too long", {"name": "曾" * 61}, ("姓名", "too_long")),
    ("no name", {"name": ""}, ("姓名", "name_needed")),
    ("no place", {"place": "0"}, ("第几户", "not_a_number")),
]


@pytest.mark.parametrize(("why", "change", "wanted"), WRONG, ids=[row[0] for row in WRONG])
async def test_one_faulty_cell_stops_the_whole_sheet(
    sit: Sit, runtime: Runtime, why: str, change: dict[str, Any], wanted: tuple[str, str]
) -> None:
    del why
    desk, before = await sit(*COMMUNITY), await counts(runtime)
    answer = await sent(desk, filled(NEXT, ROW | change))
    assert_problem(answer, 422, "homes_refused")
    assert [(one["column"], one["why"]) for one in answer.json()["errors"]] == [wanted]
    assert answer.json()["errors"][0]["row"] == 4
    assert await counts(runtime) == before


async def test_formulas_and_numbers_that_lost_digits_are_refused(sit: Sit) -> None:
    desk = await sit(*COMMUNITY)
    name, phone, number = (sheet.COLUMNS.index(one) for one in ("name", "phone", "id_number"))
    blob = filled(ROW, NEXT, cells={(2, name): '=HYPERLINK("http://x","曾国强")', (3, number): 530114195001010011})
    answer = await sent(desk, blob)
    assert [(one["row"], one["why"]) for one in answer.json()["errors"]] == [(3, "formula"), (4, "lost_digits")]
    as_number = filled(ROW, cells={(2, phone): 16612345678})
    assert said(await sent(desk, as_number))["residents"] == 1
    assert len(await found(desk, "16612345678")) == 1


async def test_doubles_and_second_heads_are_named(sit: Sit) -> None:
    desk = await sit(*COMMUNITY)
    said(await sent(desk, filled(ROW)))
    other = ROW | {"name": "张三", "phone": "", "id_number": ""}
    answer = await sent(desk, filled(other, NEXT, NEXT, EMPTY, EMPTY))
    assert [(one["row"], one["why"]) for one in answer.json()["errors"]] == [
        (3, "second_head"), (5, "twice"), (7, "twice"),
    ]  # fmt: skip
    assert said(await sent(desk, filled(other | {"place": "2"})))["households"] == 1
    assert [one["residents"] for one in said(await desk.get("/households"))["items"]] == [1, 1]


async def test_the_file_of_faults_is_the_form_and_can_be_sent_back(sit: Sit, runtime: Runtime) -> None:
    desk = await sit(*COMMUNITY)
    blob = filled(ROW, NEXT | {"phone": "x1"}, EMPTY | {"use": "?"})
    before = await counts(runtime)
    answer = await desk.call("POST", "/households-faults.xlsx", content=blob)
    assert answer.status_code == 200
    assert await counts(runtime) == before
    header, *bad = cells_of(answer.content)
    assert header == [*sheet.HEADER.values(), sheet.WRONG]
    assert [row[-1] for row in bad] == ["联系电话:电话号码格式不对", "用途:请从下拉列表中选择"]
    page = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    red = page.cell(2, sheet.COLUMNS.index("phone") + 1)
    assert (red.value, red.fill.fgColor.rgb) == ("x1", "FFF8CBAD")
    assert_problem(await sent(desk, answer.content), 422, "homes_refused")
    told = said(await sent(desk, blob, partial=True))
    assert (told["rows"], told["faults"], told["dwellings"], told["residents"]) == (3, 2, 1, 1)
    page.cell(2, sheet.COLUMNS.index("phone") + 1).value = "16600001111"
    page.cell(3, sheet.COLUMNS.index("use") + 1).value = "空置"
    mended = io.BytesIO()
    page.parent.save(mended)
    assert said(await sent(desk, mended.getvalue()))["dwellings"] == 2


async def test_what_is_exported_and_sent_back_changes_nothing(sit: Sit, runtime: Runtime) -> None:
    desk = await sit(*COMMUNITY)
    second = ROW | {"place": "2", "name": "=1+1", "phone": "", "id_number": ""}
    said(await sent(desk, filled(ROW, WIFE, EMPTY, NEXT, second)))
    answer = await desk.get("/households.xlsx")
    _, *rows = cells_of(answer.content)
    assert [row[9] for row in rows] == ["曾**", "李**", "=***", "", "王**"]
    assert "16612345678" not in str(rows)
    page = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None} == {"s"}
    before = await counts(runtime)
    told = said(await sent(desk, answer.content))
    assert (told["rows"], told["unchanged"], told["changed"], told["dwellings"]) == (5, 5, 0, 0)
    assert await counts(runtime) == before
    page.cell(2, sheet.COLUMNS.index("phone") + 1).value = "16677778888"
    changed = io.BytesIO()
    page.parent.save(changed)
    assert said(await sent(desk, changed.getvalue()))["changed"] == 1
    assert len(await found(desk, "16677778888")) == 1
    foreign = await sit(Role.COMMUNITY_OFFICER, town.C2)
    errors = (await sent(foreign, answer.content)).json()["errors"]
    assert {one["why"] for one in errors} == {"unknown_ref"}
    await assert_chains_of_edits(runtime)


async def assert_chains_of_edits(runtime: Runtime) -> None:
    from app.core.audit import verify  # noqa: PLC0415  # beside its one use

    async with system_work(runtime, HERE) as work:
        assert len([one async for one in verify(work.session, "household", Household)]) == 1


@pytest.mark.parametrize("blob", [b"", b"PK\x03\x04rubbish", "名单".encode(), b"\x00" * 4000])
async def test_rubbish_is_refused(sit: Sit, blob: bytes) -> None:
    assert_problem(await sent(await sit(*COMMUNITY), blob), 422, "not_a_homes_sheet")


async def test_another_header_and_too_many_rows_are_refused(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await sit(*COMMUNITY)
    assert_problem(await sent(desk, filled(cells={(0, 9): "名字"})), 422, "wrong_homes_header")
    monkeypatch.setattr(sheet, "MAX_ROWS", 3)
    assert_problem(await sent(desk, filled(*[ROW] * 5)), 422, "not_a_homes_sheet")


def test_a_bomb_is_noticed_while_it_unpacks() -> None:
    import zipfile  # noqa: PLC0415  # beside its one use

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (sheet.MAX_UNPACKED + 1))
    assert len(out.getvalue()) < sheet.MAX_BYTES
    with pytest.raises(sheet.NotHomes):
        sheet.read(out.getvalue())


def test_the_template_has_drop_downs_and_an_example_that_is_passed_over() -> None:
    blob = sheet.template()
    page = load_workbook(io.BytesIO(blob)).worksheets[0]
    lists = {str(one.sqref)[0]: one.formula1 for one in page.data_validations.dataValidation}
    assert lists["G"] == '"住宅,商铺,空置,宿舍,办公,其他"'
    assert set(lists) == {"G", "I", "K"}
    given = sheet.read(blob)
    assert (given.lines, given.faults) == ([], [])


def test_the_command_line_takes_the_form(wangge: Run, tmp_path: Path) -> None:  # noqa: F811
    form, mend = tmp_path / "form.xlsx", tmp_path / "mend.xlsx"
    assert wangge("homes", "template", str(form)).exit_code == 0
    form.write_bytes(filled(ROW, WIFE, EMPTY, NEXT | {"phone": "?"}))
    words = ["homes", "import", str(form), "--district", HERE]
    refused = wangge(*words, "--faults", str(mend))
    assert refused.exit_code == 1
    assert "row 6 联系电话" in refused.output
    assert "nothing was imported" in refused.output
    assert len(cells_of(mend.read_bytes())) == 2
    form.write_bytes(filled(ROW, WIFE, EMPTY))
    dry = wangge(*words, "--dry-run")
    assert (dry.exit_code, "nothing was imported" in dry.output) == (0, True)
    done = wangge(*words)
    assert "homes: 2 new doors, 1 new households, 2 new residents, 0 changed" in done.output
    assert "0 new doors, 0 new households, 0 new residents, 0 changed, 3 unchanged" in wangge(*words).output
    assert "household: 1 rows read, whole" in wangge("trail", "verify").output
