"""Photos with a report and after it: stored re-encoded, seen with their issue, never twice for one key."""

import io
import json
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image

from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit, report
from tests.issues.acts import HERE, THERE, assert_problem, jpeg, raised, rows

pytestmark = pytest.mark.anyio


def form(*photos: bytes, **more: Any) -> list[tuple[str, Any]]:
    said = json.dumps(report(town.IN_B1, **more))
    return [("issue", (None, said)), *(("photos", (f"{n}.jpg", p, "image/jpeg")) for n, p in enumerate(photos))]


def with_position() -> bytes:
    image = Image.new("RGB", (40, 30), "red")
    exif = image.getexif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010E] = "secret place 王芳"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


async def test_photos_come_with_the_report_and_are_served_bare(public: Desk, sit: Sit, app: FastAPI) -> None:
    hidden = with_position()
    assert b"secret place" in hidden
    answer = await public.call("POST", "/issues", files=form(jpeg(), hidden, jpeg(20, 10), jpeg(30, 10)))
    assert answer.status_code == 201, answer.text
    issue = answer.json()["id"]
    worker = await sit(Role.GRID_WORKER, town.G1)
    listed = (await worker.get(f"/issues/{issue}/photos")).json()
    assert [(one["width"], one["height"]) for one in listed] == [(64, 48), (40, 30), (20, 10), (30, 10)]
    for one in listed:
        got = await worker.get(f"/issues/{issue}/photos/{one['id']}")
        assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
        assert got.headers["x-content-type-options"] == "nosniff"
        assert len(got.content) == one["size"]
        assert b"secret place" not in got.content
        assert Image.open(io.BytesIO(got.content)).size == (one["width"], one["height"])
    for path in app.state.photos.root.rglob("*.jpg"):
        assert b"secret place" not in path.read_bytes()


async def test_nine_photos_fit_and_the_blob_of_a_browser_is_read(public: Desk, runtime: Runtime) -> None:
    nine = [jpeg(16 + n, 16) for n in range(9)]
    files = [("issue", ("blob", json.dumps(report(town.IN_B1)), "application/json")), *form(*nine)[1:]]
    answer = await public.call("POST", "/issues", files=files)
    assert answer.status_code == 201, answer.text
    assert (await rows(runtime))["issue_photo"] == 9


async def test_staff_add_photos_later_and_a_repeated_key_adds_nothing(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    issue = (await raised(public))["id"]
    worker = await sit(Role.GRID_WORKER, town.G1)
    headers, path = {"Idempotency-Key": "photo-key-1"}, f"/issues/{issue}/photos"
    sent: dict[str, Any] = {"files": [("photos", ("a.jpg", jpeg()))], "headers": headers}
    first = await worker.call("POST", path, **sent)
    assert (first.status_code, len(first.json())) == (201, 1)
    again = await worker.call("POST", path, **sent)
    assert again.json() == first.json()
    other = await worker.call("POST", path, files=[("photos", ("b.jpg", jpeg(20, 20)))], headers=headers)
    assert_problem(other, 422, "idempotency_key_reused", "Idempotency-Key")
    assert (await rows(runtime))["issue_photo"] == 1
    more = await worker.call("POST", path, files=[("photos", ("b.jpg", jpeg(20, 20)))])
    assert len(more.json()) == 2


async def test_nothing_sent_is_said_not_stored(public: Desk, sit: Sit, runtime: Runtime) -> None:
    issue = (await raised(public))["id"]
    worker = await sit(Role.GRID_WORKER, town.G1)
    path, before = f"/issues/{issue}/photos", await rows(runtime)
    assert_problem(await worker.post(path, {}), 422, "no_photos", "photos")
    assert_problem(await worker.post(path), 422, "no_photos", "photos")
    assert_problem(await worker.call("POST", path, files={"photo": ("a", jpeg())}), 422, "unknown_part", "photo")
    assert await rows(runtime) == before


async def test_a_photo_is_seen_with_its_issue_only(public: Desk, sit: Sit) -> None:
    own = (await public.call("POST", "/issues", files=form(jpeg()))).json()["id"]
    foreign = (await public.call("POST", "/issues", files=form(jpeg(), district=THERE))).json()["id"]
    other = (await raised(public))["id"]
    worker, sibling = await sit(Role.GRID_WORKER, town.G1), await sit(Role.GRID_WORKER, town.G2)
    there = await sit(Role.GRID_WORKER, town.G1, THERE)
    (mine,) = (await worker.get(f"/issues/{own}/photos")).json()
    (theirs,) = (await there.get(f"/issues/{foreign}/photos")).json()
    assert (await worker.get(f"/issues/{own}/photos/{mine['id']}")).status_code == 200
    for desk, issue, photo in (
        (sibling, own, mine), (worker, other, mine), (worker, own, theirs), (worker, foreign, theirs),
        (there, own, mine), (there, foreign, mine),
    ):  # fmt: skip
        assert (await desk.get(f"/issues/{issue}/photos/{photo['id']}")).status_code == 404
    assert_problem(await worker.get(f"/issues/{other}/photos/{mine['id']}"), 404, "not_found", "photo")


async def test_a_photo_that_vanished_or_rotted_is_said_so(public: Desk, sit: Sit, app: FastAPI) -> None:
    issue = (await public.call("POST", "/issues", files=form(jpeg()))).json()["id"]
    desk = await sit(Role.DISTRICT_ADMIN, HERE)
    (photo,) = (await desk.get(f"/issues/{issue}/photos")).json()
    (path,) = app.state.photos.root.rglob("*.jpg")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert_problem(await desk.get(f"/issues/{issue}/photos/{photo['id']}"), 503, "photo_damaged")
    path.unlink()
    assert_problem(await desk.get(f"/issues/{issue}/photos/{photo['id']}"), 404, "not_found")


async def test_no_connection_is_held_while_photos_are_decoded(
    public: Desk, sit: Sit, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HOUSE 4.23: the transaction opens after the pictures are done, on both routes."""
    issue = (await raised(public))["id"]
    worker = await sit(Role.GRID_WORKER, town.G1)
    held: list[int] = []
    store = app.state.photos
    put = store.put

    async def watched(photo: Any) -> None:
        held.append(app.state.runtime.engine.pool.checkedout())
        await put(photo)

    monkeypatch.setattr(store, "put", watched)
    assert (await public.call("POST", "/issues", files=form(jpeg()))).status_code == 201
    assert (await worker.call("POST", "/issues", files=form(jpeg(30, 30)))).status_code == 201
    added = await worker.call("POST", f"/issues/{issue}/photos", files={"photos": ("a.jpg", jpeg(31, 31))})
    assert added.status_code == 201
    assert held == [0, 0, 0]
