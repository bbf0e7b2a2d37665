"""Where photos were taken, from their metadata, on ground imported from a file whose rows say their levels."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.core.geometry import Crs
from app.core.work import Runtime, system_work
from app.grid.models import Source
from app.issues import situation
from app.issues.kinds import Placement
from app.issues.seeding import seed
from app.issues.situation import Facts
from app.layers import importing
from app.layers.importing import Fields, Layer

pytestmark = pytest.mark.anyio

PHOTOS = Path(__file__).parents[1] / "data" / "photos"
EMPTY = "990009"
GPS, LATITUDE, LONGITUDE = 0x8825, 2, 4
FOUND = {
    "gps_in_taipei": ("A6303-0504-00", ["63000", "63000030", "A6303-46", "A6303-46-003", "A6303-0504-00"]),
    "orientation6_gps_taipei": (
        "A6305-0006-00",
        ["63000", "63000050", "A6305-02", "A6305-02-001", "A6305-0006-00"],
    ),
    "gps_in_los_angeles": (None, []),
    "gps_zero_zero": (None, []),
}


def position(path: Path) -> tuple[float, float] | None:
    """Longitude and latitude in degrees, if the camera wrote them."""
    with Image.open(path) as photo:
        said = photo.getexif().get_ifd(GPS)
    if LATITUDE not in said:
        return None

    def degrees(value: Any, ref: str, negative: str) -> float:
        d, m, s = (float(part) for part in value)
        return (d + m / 60 + s / 3600) * (-1 if ref == negative else 1)

    return degrees(said[LONGITUDE], said[3], "W"), degrees(said[LATITUDE], said[1], "S")


async def test_the_places_of_photos_have_their_building_group(runtime: Runtime, settings: Any) -> None:
    from app import districts  # noqa: PLC0415  # beside its one use

    districts.register(settings.owner_url.get_secret_value(), EMPTY, "空区", demo=True, now=runtime.clock.now())
    assert position(PHOTOS / "no_exif.jpg") is None
    async with system_work(runtime, EMPTY) as work:
        await seed(work)
        features, faults = importing.read_layers(
            [Layer(PHOTOS / "ground.geojson.gz", None)], Fields(crs=Crs.WGS84)
        )
        planned = await importing.plan(work, features, faults, ["gap"], Source.SURVEYED)
        assert (await importing.store(work, planned)).made == 9
        for name, (code, chain) in FOUND.items():
            place = position(PHOTOS / f"{name}.jpg")
            assert place is not None
            now = work.clock.now()
            read = await situation.read(
                await work.cursor(),
                Facts(now, now, "help", "normal", None, lon=place[0], lat=place[1], accuracy_m=0),
            )
            assert read.area["code"] == code, name
            assert [one["code"] for one in read.chain] == chain
            assert (read.placement is Placement.OUTSIDE) == (code is None)
