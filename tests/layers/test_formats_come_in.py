"""Every format an office has, through the command a person types, into the district."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
import xlsxwriter
from shapely import box

from app.core.settings import Settings
from tests.cli.conftest import Run, wangge  # noqa: F401  # a fixture
from tests.layers.drawn_files import CODES, NAMES, SIDE, SOUTH, WEST, moved, write

EMPTY = "990009"


@pytest.fixture
def owner(settings: Settings, wangge: Run) -> str:  # noqa: F811
    assert settings.owner_url is not None
    assert wangge("district", "create", EMPTY, "--name", "空区").exit_code == 0
    return settings.owner_url.get_secret_value()


def stored(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, options=f"-c search_path=t_{EMPTY},public", autocommit=True) as database:
        return database.execute(query).fetchall()


BOX = "st_xmin(geom), st_ymin(geom), st_xmax(geom), st_ymax(geom)"
SHAPES = (
    f"select code, name, {BOX} from area join boundary on area_id = area.id where level = 'street' order by code"
)


def test_a_geopackage_and_a_shapefile_in_gbk_come_in_alike(wangge: Run, owner: str, tmp_path: Path) -> None:  # noqa: F811
    top = {"code": ["990009"], "name": ["空区"]}
    outline = [box(WEST, SOUTH, WEST + 3 * SIDE, SOUTH + SIDE)]
    district = write(tmp_path / "district.gpkg", top, outline, layer="区")
    write(district, shapes=[None] * 3, layer="街道", append=True)
    streets = {"编码": CODES, "名称": NAMES, "上级": ["990009"] * 3}
    shp = write(tmp_path / "streets.shp", streets, encoding="GBK")
    shp.with_suffix(".cpg").unlink()
    words = [
        "--crs",
        "cgcs2000",
        "--district",
        EMPTY,
        "--level",
        "district",
        "--level",
        "street",
        "--parent-field",
        "上级",
    ]
    files = [str(district), str(shp)]
    words += ["--layer", "区", "--layer", "-"]
    asked = wangge("import", "areas", *files, *words)
    assert asked.exit_code == 1
    assert "encoding_unknown" in asked.output
    assert "gb18030: 吴家营街道" in asked.output
    done = wangge("import", "areas", *files, *words, "--encoding", "gbk")
    assert done.exit_code == 0, done.output
    assert "areas: 4 new" in done.output
    rows = stored(owner, SHAPES)
    assert [row[:2] for row in rows] == list(zip(CODES, NAMES, strict=True))
    assert rows[1][2:] == pytest.approx((WEST + SIDE, SOUTH, WEST + 2 * SIDE, SOUTH + SIDE))


def test_an_office_s_list_comes_in_and_its_shapes_follow(wangge: Run, owner: str, tmp_path: Path) -> None:  # noqa: F811
    """First names and codes in a workbook whose rows say their levels, later the boundaries of some of them."""
    rows = [["编码", "上级编码", "名称", "级别"], ["990009", "", "空区", "区县"]]
    rows += [[code, "990009", name, "街道"] for code, name in zip(CODES, NAMES, strict=True)]
    rows += [["530114001001", CODES[0], "缪家营社区", "社区"]]
    path = tmp_path / "清单.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    words = ["--crs", "cgcs2000", "--district", EMPTY]
    done = wangge("import", "areas", str(path), *words)
    assert done.exit_code == 0, done.output
    assert "areas: 5 new" in done.output
    assert stored(owner, "select count(*) from boundary") == [(0,)]
    streets = write(
        tmp_path / "streets.shp",
        {"编码": CODES, "名称": NAMES, "上级": ["990009"] * 3},
        moved(4543),
        crs="EPSG:4543",
    )
    done = wangge("import", "areas", str(streets), *words, "--level", "street", "--parent-field", "上级")
    assert done.exit_code == 1
    assert "crs_mismatch" in done.output
    words[1] = "epsg:4543"
    done = wangge("import", "areas", str(streets), *words, "--level", "street", "--parent-field", "上级")
    assert done.exit_code == 0, done.output
    assert "3 with a new boundary" in done.output
    assert stored(owner, SHAPES)[2][2:] == pytest.approx((WEST + 2 * SIDE, SOUTH, WEST + 3 * SIDE, SOUTH + SIDE))
    assert wangge("import", "areas", str(streets), "--crs", "epsg:4978", "--district", EMPTY).exit_code == 2
