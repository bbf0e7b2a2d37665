"""Real division codes as lists of areas, and the real changes of two years."""

import gzip
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.core.work import Runtime, system_work
from app.grid.models import Area, AreaLevel, Source
from app.layers import divisions, importing
from app.layers.divisions import NotDivisions, NotInDivisions, Proposal
from app.layers.importing import Stored
from tests.layers.test_importing import empty

__all__ = ["empty"]
LIST = """code,parent_code,level,name
53,,1,云南省
5301,53,2,昆明市
530114,5301,3,呈贡区
530114001,530114,4,龙城街道
530114001001,530114001,5,龙街社区居委会
530115,5301,3,晋宁区
530115101,530115,4,二街镇
530115101200,530115101,5,二街村委会
"""
CHANGES = """code,change,name_2021,name_2023
530581112,added,,北海镇
530581202,removed,北海乡,
533102401,renamed,畹町农场管理委员会,畹町农场
"""


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "divisions.csv.gz"
    path.write_bytes(gzip.compress(LIST.encode()))
    return path


def test_a_district_takes_its_own_county_and_what_lies_below(listed: Path) -> None:
    found = divisions.areas_of(divisions.read_rows(listed), "530114")
    assert [(one.code, one.parent_code, one.level) for one in found] == [
        ("530114", None, "district"), ("530114001", "530114", "street"),
        ("530114001001", "530114001", "community"),
    ]  # fmt: skip
    with pytest.raises(NotInDivisions):
        divisions.areas_of(divisions.read_rows(listed), "530114", "53")
    with pytest.raises(NotInDivisions):
        divisions.areas_of(divisions.read_rows(listed), "530999")


@pytest.mark.anyio
async def test_a_demonstration_takes_a_province_and_a_second_run_changes_nothing(
    runtime: Runtime, empty: str, listed: Path
) -> None:
    for done in (Stored(made=5), Stored(unchanged=5)):
        async with system_work(runtime, empty) as work:
            features = divisions.areas_of(divisions.read_rows(listed), empty, "53")
            planned = await importing.plan(work, features, [], [], Source.SURVEYED)
            assert [str(one.code) for one in planned.findings if one.level == "error"] == []
            assert await importing.store(work, planned) == done
    async with system_work(runtime, empty) as work:
        query = select(Area.level, Area.rural, func.count()).group_by(Area.level, Area.rural)
        assert {tuple(row) for row in await work.session.execute(query)} == {
            (AreaLevel.DISTRICT, False, 1), (AreaLevel.STREET, False, 1), (AreaLevel.STREET, True, 1),
            (AreaLevel.COMMUNITY, False, 1), (AreaLevel.COMMUNITY, True, 1),
        }  # fmt: skip
        village = await work.session.scalar(select(Area).where(Area.code == "530115101200"))
        assert village is not None
        assert len(village.path) == 3


def test_changes_of_a_year_are_what_requests_ask_for(tmp_path: Path) -> None:
    path = tmp_path / "changes.csv"
    path.write_text(CHANGES)
    found = divisions.read_proposals(path)
    assert found == [
        Proposal("close", "530581202", "北海乡"), Proposal("open", "530581112", "北海镇"),
        Proposal("rename", "533102401", "畹町农场"),
    ]  # fmt: skip
    assert Counter(one.kind for one in found) == {"close": 1, "open": 1, "rename": 1}


def test_another_file_is_no_list_of_divisions(tmp_path: Path) -> None:
    for number, blob in enumerate((b"a,b\n1,2\n", "编码".encode("gbk"), gzip.compress(LIST.encode())[:40])):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(blob)
        with pytest.raises(NotDivisions):
            list(divisions.read_rows(path))
