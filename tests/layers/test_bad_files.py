"""Each bad file gives its named finding, told in both languages, and nothing else; BAD_FILES.md is the table."""

import os
from pathlib import Path

from app.core.geometry import Crs
from app.layers.checks import check_layer
from app.layers.features import Asked
from app.layers.findings import Finding
from app.layers.opening import read_layer
from app.layers.systems import system
from tests.layers.bad_files import BAD, Bad
from tests.layers.bad_ground import GROUND

TABLE = Path(__file__).with_name("BAD_FILES.md")
HEAD = "# Bad files and the finding each gives\n\n| case | finding | level |\n| --- | --- | --- |\n"


def found_in(bad: Bad, folder: Path) -> list[Finding]:
    path = bad.make(folder)
    said = {"level": "street", **bad.asked}
    asked = Asked(
        said["level"],
        system(said.get("crs", str(Crs.WGS84))),
        encoding=said.get("encoding"),
        layer=said.get("layer"),
    )
    features, found = read_layer(path, path.name, asked)
    return [*found, *check_layer(features, {}, ())] if bad.together else found


def test_every_bad_file_gives_its_named_finding(tmp_path: Path) -> None:
    lines = []
    wrong = []
    for number, bad in enumerate([*BAD, *GROUND]):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = found_in(bad, folder)
        assert all(one.as_text("zh") and one.as_text("en") and one.as_dict() for one in found)
        named = [one for one in found if one.code == bad.code]
        if not named or {one.code for one in found} - bad.also != {bad.code}:
            wrong.append((bad.title, str(bad.code), [one.as_text("en") for one in found]))
            continue
        lines.append(f"| {bad.title} | `{bad.code}` | {named[0].level} |\n")
    assert wrong == []
    table = HEAD + "".join(lines) + f"\n{len(lines)} cases.\n"
    if os.environ.get("WANGGE_REFRESH"):
        TABLE.write_text(table)
    assert TABLE.read_text() == table
