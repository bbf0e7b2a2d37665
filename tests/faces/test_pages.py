"""Pages as files: what is served, how it is held by browsers, and what it may load."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from app.faces.bundle import Bundle
from tests.conftest import Desk
from tests.issues.acts import assert_problem

pytestmark = pytest.mark.anyio


@pytest.fixture
def built(app: FastAPI, tmp_path: Path) -> Path:
    """A small build in place of the real one."""
    folder = tmp_path / "dist"
    for name, text in (
        ("r/index.html", "<!doctype html><title>r</title>" + " " * 400),
        ("w/sw.js", "self.x = 1"),
        ("assets/a-123.js", "export const a = 1;" * 50),
        (".built", "stamp"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    app.state.bundle = Bundle(folder)
    return folder


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/r/", "/r/report", "/r/follow/530114.AaH8.tSX_33"])
async def test_addresses_inside_a_face_are_its_page(public: Desk, path: str) -> None:
    answer = await public.http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.usefixtures("built")
async def test_hashed_files_are_held_for_a_year_and_come_compressed(public: Desk) -> None:
    answer = await public.http.get("/assets/a-123.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.text.startswith("export const a")
    plain = await public.http.get("/assets/a-123.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "path", ["/assets/b.js", "/r/missing.js", "/r/../.built", "/assets/..%2f.built", "/w/x.css"]
)
async def test_a_file_that_is_not_there_is_no_page(public: Desk, path: str) -> None:
    answer = await public.http.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_without_a_build_the_api_answers_and_pages_say_why(
    public: Desk, app: FastAPI, tmp_path: Path
) -> None:
    app.state.bundle = Bundle(tmp_path / "nothing")
    assert_problem(await public.http.get("/d/"), 404, "faces_not_built")
    assert (await public.get("/words")).status_code == 200


@pytest.mark.usefixtures("built")
async def test_a_base_map_is_named_and_may_be_loaded(public: Desk, app: FastAPI) -> None:
    assert (await public.get("/faces")).json()["base_map"] is None
    tiles = {"base_map_tiles": "https://t{s}.map.example/{z}/{x}/{y}", "base_map_subdomains": "01"}
    app.state.settings = app.state.settings.model_copy(update=tiles)
    said = (await public.get("/faces")).json()["base_map"]
    assert said["tiles"] == tiles["base_map_tiles"]
    policy = (await public.http.get("/r/")).headers["content-security-policy"]
    assert "https://t0.map.example https://t1.map.example;" in policy
