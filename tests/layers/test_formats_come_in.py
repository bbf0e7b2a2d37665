"""Every format an office has, through the command a person types, into the district."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from shapely import box

from app.core.settings import Settings
from tests.cli.conftest import Run, wangge  # noqa: F401  # a fixture
from tests.layers.drawn_files import CODES, NAMES, SIDE, SOUTH, WEST, write

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
    district = write(tmp_path / "district.gpkg", top, outline)
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
