"""Files of the ground as programs write them, made here so that no binary lies in the repository."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from shapely import box
from shapely.geometry.base import BaseGeometry

WEST, SOUTH, SIDE = 102.85, 24.85, 0.01
NAMES = ("吴家营街道", "乌龙街道", "斗南街道")
CODES = ("530114001", "530114002", "530114003")


def squares(count: int = 3) -> list[BaseGeometry]:
    return [box(WEST + at * SIDE, SOUTH, WEST + (at + 1) * SIDE, SOUTH + SIDE) for at in range(count)]


def write(
    path: Path,
    columns: Mapping[str, Sequence[Any]] | None = None,
    shapes: Sequence[BaseGeometry | None] | None = None,
    *,
    crs: str | None = "EPSG:4490",
    encoding: str = "UTF-8",
    layer: str | None = None,
    append: bool = False,
) -> Path:
    """A GeoPackage or a Shapefile, by the ending; three streets of Chenggong unless told otherwise."""
    data = {"编码": CODES, "名称": NAMES, "上级编码": ["530114"] * 3} if columns is None else columns
    given = squares() if shapes is None else shapes
    values = [np.array(list(values), dtype=None if _numbers(values) else object) for values in data.values()]
    blobs = np.array([None if one is None else shapely.to_wkb(one) for one in given], dtype=object)
    driver = "GPKG" if path.suffix == ".gpkg" else "ESRI Shapefile"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names of more than ten bytes, no coordinate system: what is tried here
        pyogrio.raw.write(
            path, blobs, values, list(data), driver=driver, layer=layer, crs=crs, encoding=encoding, append=append,
            geometry_type="Unknown" if driver == "GPKG" else "Polygon",
        )  # fmt: skip
    return path


def _numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(one, int | float) for one in values)
