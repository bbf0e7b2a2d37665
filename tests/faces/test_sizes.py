"""What a browser loads before a face's first page stands, compressed as it is sent (STACK II 4).

Read from the build's own manifest, so a heavy import that slips into a first page is found here, not on a phone.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.faces.bundle import Bundle
from tests.conftest import ROOT

DIST = ROOT / "web/dist"
MOST_KB = {"r/index.html": 100, "w/index.html": 200, "d/index.html": 300, "i/index.html": 200}


def loaded(manifest: dict[str, Any], name: str, seen: set[str]) -> Iterator[str]:
    """The files an entry needs at once, itself and what it imports without being asked later."""
    if name in seen:
        return
    seen.add(name)
    part = manifest[name]
    yield part["file"]
    yield from part.get("css", ())
    for below in part.get("imports", ()):
        yield from loaded(manifest, below, seen)


@pytest.mark.parametrize("entry", MOST_KB)
def test_first_page_is_within_its_budget(entry: str) -> None:
    bundle = Bundle(DIST)
    manifest = json.loads((DIST / ".vite/manifest.json").read_text("utf-8"))
    files = {name: bundle.files[name] for name in loaded(manifest, entry, set())}
    assert any(name.endswith(".js") for name in files)
    sizes = {name: len(file.zipped or file.content) for name, file in files.items()}
    assert sum(sizes.values()) <= MOST_KB[entry] * 1000, sizes


def test_nothing_built_names_an_outside_address() -> None:
    """Addresses in words of libraries are allowed; fonts, scripts, styles and tiles from elsewhere are not."""
    known = (
        "http://www.w3.org/",
        "https://vuejs.org/error-reference/",
        "https://leafletjs.com",
        "http://bit.ly/2kdckMn",  # Dexie's words of an error, and the next
        "https://tinyurl.com/y2uuvskb",
    )
    for name, file in Bundle(DIST).files.items():
        if not name.endswith((".js", ".css", ".html")):
            continue
        text = file.content.decode()
        for scheme in ("http://", "https://"):
            for part in text.split(scheme)[1:]:
                address = scheme + part[:60]
                assert address.startswith(known) or "${" in part[:3], f"{name}: {address}"
