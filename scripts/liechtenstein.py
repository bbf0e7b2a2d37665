"""Layers of buildings as the importer wants them, from files that name no parents (shared/data/liechtenstein_osm).

`scripts/liechtenstein.py FOLDER OUT` writes one GeoJSON for each level into OUT: the country as a district, its
two constituencies as streets, eleven municipalities as communities, buildings as building groups. A municipality
is put under the constituency that most of it lies in; buildings of no municipality are counted and left out.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

from shapely.geometry import shape

LEVELS = {"2": "district", "6": "street", "8": "community"}  # by the administrative level of the source
Feature = dict[str, Any]


def layers(folder: Path) -> tuple[dict[str, list[Feature]], int]:
    """Features by level, and how many buildings lie in no municipality."""
    admin = json.loads((folder / "admin_2013.geojson").read_text())["features"]
    by_level: dict[str, list[Feature]] = {level: [] for level in (*LEVELS.values(), "building_group")}
    for one in admin:
        by_level[LEVELS[one["properties"]["admin_level"]]].append(one)
    whole, parts = by_level["district"][0], by_level["street"]
    parents = {one["properties"]["osm"]: whole["properties"]["osm"] for one in parts}
    for one in by_level["community"]:
        parents[one["properties"]["osm"]] = max(parts, key=lambda part: _common(part, one))["properties"]["osm"]
    found = {
        level: [
            _feature(one, one["properties"]["osm"], parents.get(one["properties"]["osm"]))
            for one in by_level[level]
        ]
        for level in LEVELS.values()
    }
    towns = {one["properties"]["name"]: one["properties"]["code"] for one in found["community"]}
    with gzip.open(folder / "buildings_2013.geojson.gz") as stream:
        buildings = json.load(stream)["features"]
    known = [one for one in buildings if one["properties"]["municipality"] in towns]
    found["building_group"] = [
        _feature(one, one["properties"]["id"], towns[one["properties"]["municipality"]]) for one in known
    ]
    return found, len(buildings) - len(known)


def _common(one: Feature, other: Feature) -> float:
    return float(shape(one["geometry"]).intersection(shape(other["geometry"])).area)


def _feature(one: Feature, code: str, parent: str | None) -> Feature:
    name = one["properties"].get("name", code)
    said = {"code": code, "parent_code": parent, "name": name}
    return {"type": "Feature", "properties": said, "geometry": one["geometry"]}


def write(folder: Path, out: Path) -> int:
    """The files; how many buildings were left out."""
    found, left_out = layers(folder)
    for level, features in found.items():
        whole = {"type": "FeatureCollection", "features": features}
        (out / f"liechtenstein_{level}.geojson").write_text(json.dumps(whole))
    print(", ".join(f"{level} {len(features)}" for level, features in found.items()) + f"; left out {left_out}")
    return left_out


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
