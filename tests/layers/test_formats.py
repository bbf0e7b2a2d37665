"""Good files of every format give the same areas; what is certain is taken, what is not is asked for."""

import gzip
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import xlsxwriter
from pyproj import Transformer
from shapely import box
from shapely.geometry.base import BaseGeometry

from app.core.geometry import Crs, from_wgs84
from app.layers.features import Asked, Feature
from app.layers.findings import Code, Finding
from app.layers.opening import Format, format_of, read_layer
from app.layers.systems import NotASystem, system
from tests.layers.drawn_files import CODES, NAMES, SIDE, SOUTH, WEST, squares, write


def read(path: Path, **asked: Any) -> tuple[list[Feature], list[Finding]]:
    said = {"level": "street", **asked}
    return read_layer(path, path.name, Asked(**said))


def assert_three_streets(
    found: tuple[list[Feature], list[Finding]], allowed: frozenset[Code] = frozenset()
) -> None:
    features, findings = found
    assert {one.code for one in findings} <= allowed, [one.as_text("en") for one in findings]
    assert [(one.code, one.name, one.parent_code) for one in features] == [
        (code, name, "530114") for code, name in zip(CODES, NAMES, strict=True)
    ]
    drawn = shapely.bounds(np.array(squares(), dtype=object))
    assert shapely.bounds(np.array([one.geometry for one in features], dtype=object)) == pytest.approx(
        drawn, abs=1e-8
    )


def moved(to: int) -> list[BaseGeometry]:
    way = Transformer.from_crs(4490, to, always_xy=True)
    return [
        shapely.transform(one, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1]))) for one in squares()
    ]


def packed(folder: Path, stem: str, codec: str) -> Path:
    """The Shapefile in a zip. Windows in China packs names in GBK and does not say so."""
    path = folder / "packed.zip"
    holder = "N" * len(stem.encode(codec))
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(folder.glob("streets.*")):
            archive.write(part, holder + part.suffix)
    path.write_bytes(path.read_bytes().replace(holder.encode(), stem.encode(codec)))
    return path


@pytest.mark.parametrize("codec", ["gbk", "utf-8"])
def test_a_zip_with_chinese_names_and_a_folder(tmp_path: Path, codec: str) -> None:
    write(tmp_path / "streets.shp", encoding="GBK")
    path = packed(tmp_path, "图层/呈贡街道", codec)
    assert format_of(path) is Format.ZIP
    found = read(path)
    assert_three_streets(found)
    assert found[0][0].key == "packed.zip/图层/呈贡街道.shp#1 530114001"


def test_big5_is_read_where_it_is_said_or_declared(tmp_path: Path) -> None:
    columns = {"code": ["1"], "name": ["板橋區民族里"]}
    path = write(tmp_path / "a.shp", columns, squares(1), encoding="BIG5")
    features, found = read(path)
    assert ([one.name for one in features], found) == (["板橋區民族里"], [])
    path.with_suffix(".cpg").unlink()
    assert [one.code for one in read(path)[1]] == [Code.ENCODING_UNKNOWN]
    assert read(path, encoding="big5")[0][0].name == "板橋區民族里"


def test_utf8_is_certain_without_a_word_of_it(tmp_path: Path) -> None:
    path = write(tmp_path / "streets.shp")
    path.with_suffix(".cpg").unlink()
    assert_three_streets(read(path))


def test_a_word_that_passes_for_utf8_in_two_bytes_is_not_certain(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", {"code": ["1"], "name": ["模"]}, squares(1), encoding="GBK")  # 0xC4 0xA3: ģ
    path.with_suffix(".cpg").unlink()
    assert [one.code for one in read(path)[1]] == [Code.ENCODING_UNKNOWN]


@pytest.mark.parametrize("number", [4543, 4522, 3857])
def test_any_epsg_system_east_before_north(tmp_path: Path, number: int) -> None:
    path = write(tmp_path / "streets.gpkg", shapes=moved(number), crs=f"EPSG:{number}")
    assert_three_streets(read(path, crs=system(f"EPSG:{number}")))


def test_a_prj_that_says_it_in_other_words_is_the_same(tmp_path: Path) -> None:
    path = write(tmp_path / "streets.shp", shapes=moved(4543), crs="EPSG:4543")
    prj = path.with_suffix(".prj")
    prj.write_text(prj.read_text().replace("CGCS2000_3_Degree_GK_CM_102E", "呈贡"))
    assert_three_streets(read(path, crs=system("epsg:4543")))
    assert [one.code for one in read(path)[1]][:1] == [Code.CRS_MISMATCH]


@pytest.mark.parametrize("crs", [Crs.GCJ02, Crs.BD09])
def test_a_shifted_shapefile_comes_out_where_it_is(tmp_path: Path, crs: Crs) -> None:
    def shift(xy: Any) -> Any:
        return np.array([from_wgs84(x, y, crs) for x, y in xy])

    path = write(tmp_path / "a.shp", shapes=[shapely.transform(one, shift) for one in squares()], crs=None)
    assert_three_streets(read(path, crs=crs), frozenset({Code.CRS_NOT_STATED}))


@pytest.mark.parametrize("said", ["epsg:1", "epsg:4978", "epsg:5773", "wgs-84", "4326", ""])
def test_what_is_no_system_is_refused(said: str) -> None:
    with pytest.raises(NotASystem):
        system(said)


def test_a_layer_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "two.gpkg", layer="街道")
    write(path, {"code": ["9"], "name": ["x"]}, squares(1), layer="网格", append=True)
    assert_three_streets(read(path, layer="街道"))
    assert [one.code for one in read(path, layer="网格")[0]] == ["9"]
    assert "街道, 网格" in read(path)[1][0].words[0]


def test_a_table_with_wkt_and_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "streets.txt"
    rows = [f'{code},{name},530114,"{one.wkt}"' for code, name, one in zip(CODES, NAMES, squares(), strict=True)]
    text = "\r\n".join(["编码,名称,上级编码,WKT", *rows])
    for raw in (text.encode("utf-8-sig"), text.encode(), text.encode("utf-16"), gzip.compress(text.encode())):
        path.write_bytes(raw)
        assert_three_streets(read(path))
    path.write_bytes(text.encode("gbk"))
    assert_three_streets(read(path, encoding="GB2312"))


Sheet = list[list[object]]
CHAIN: Sheet = [
    ["楼栋编码", "楼栋名称", "网格编码", "备注"],
    ["530114004005001001", "学海苑3栋", "530114004005001", ""],
]
TITLED: Sheet = [
    ["呈贡区网格清单", "", "", ""],
    ["", "", "", ""],
    ["编码", "名称", "上级编码", "级别"],
    ["530114", "呈贡区", "5301", "区县"],
    [530114001, "吴家营街道", 530114, "街道"],
    ["530114001001", "缪家营社区", "530114001", "社区/村"],
    ["530114001001001", "第一网格", "530114001001", "网格"],
]


def book(path: Path, sheets: Mapping[str, Sheet]) -> Path:
    with xlsxwriter.Workbook(str(path)) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


def test_lists_of_an_office(tmp_path: Path) -> None:
    path = book(tmp_path / "list.xlsx", {"说明": [], "网格": TITLED, "楼栋": CHAIN})
    assert format_of(path) is Format.SHEET
    features, found = read(path, level=None)
    assert found == []
    assert [(one.code, one.level, one.parent_code) for one in features] == [
        ("530114", "district", "5301"), ("530114001", "street", "530114"),
        ("530114001001", "community", "530114001"), ("530114001001001", "grid", "530114001001"),
    ]  # fmt: skip
    assert [one.key for one in features][:2] == ["list.xlsx#4 530114", "list.xlsx#5 530114001"]
    features, found = read(path, level="building_group", layer="楼栋")
    assert found == []
    assert [(one.code, one.name, one.parent_code, one.geometry) for one in features] == [
        ("530114004005001001", "学海苑3栋", "530114004005001", None)
    ]


def test_the_national_list_says_its_levels_by_number(tmp_path: Path) -> None:
    path = tmp_path / "yunnan.csv.gz"
    rows = ["code,parent_code,level,name", "53,,1,云南省", "5301,53,2,昆明市", "530114,5301,3,呈贡区"]
    rows += ["530114001,530114,4,吴家营街道", "530114001001,530114001,5,缪家营社区居委会"]
    path.write_bytes(gzip.compress("\n".join(rows).encode()))
    features, found = read(path, level=None)
    assert [one.level for one in features] == ["district", "street", "community"]
    assert [(one.code, one.features) for one in found] == [
        (Code.ABOVE_THE_GROUND, ("yunnan.csv.gz#2 53",)), (Code.ABOVE_THE_GROUND, ("yunnan.csv.gz#3 5301",)),
    ]  # fmt: skip


def test_the_ending_of_a_name_says_nothing(tmp_path: Path) -> None:
    assert_three_streets(read(write(tmp_path / "streets.gpkg").rename(tmp_path / "streets.geojson")))
    path = book(tmp_path / "list.csv", {"网格": TITLED})
    assert [one.code for one in read(path, level=None)[0]] == [
        "530114",
        "530114001",
        "530114001001",
        "530114001001001",
    ]


def test_a_shapefile_of_another_ending_finds_its_sisters(tmp_path: Path) -> None:
    path = write(tmp_path / "streets.shp")
    for part in tmp_path.glob("streets.*"):
        part.rename(part.with_suffix(part.suffix.upper()))
    assert_three_streets(read(path.with_suffix(".SHP")))


def test_areas_without_a_boundary_in_a_shapefile(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.shp", {"code": ["1", "2"], "name": ["x", "y"]}, [None, box(WEST, SOUTH, WEST + SIDE, 25)]
    )
    features, found = read(path)
    assert ([one.geometry is None for one in features], found) == ([True, False], [])
