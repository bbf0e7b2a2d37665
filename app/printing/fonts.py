"""Which Chinese fonts this machine has, asked of fontconfig once: no library brings one (STACK I.9)."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.core.errors import Unavailable

# GB/T 9704 wants size-3 FangSong for the body and a heavy Song for headings; neither font is free.
OFFICE = ("FangSong", "FangSong_GB2312", "FZFangSong-Z02", "STFangsong")
FREE = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
)  # fmt: skip
ASK = ("fc-list", ":lang=zh-cn", "--format", "%{family[0]}\t%{file}\n")
SLOWEST_S = 20


class NoChineseFont(Unavailable):
    """A paper without its characters would be boxes: nothing is printed."""

    code = "no_chinese_font"
    zh = "服务器没有中文字体,暂不能生成 PDF。请管理员安装 fonts-wqy-microhei 等中文字体后重试。"
    en = "The server has no Chinese font, so no PDF can be made; ask the administrator to install one."


@dataclass(frozen=True)
class Fonts:
    """The family papers are set in, whether it is the office's own, and the folders fonts lie in."""

    family: str
    official: bool
    folders: tuple[Path, ...]


def choose(found: Sequence[tuple[str, str]]) -> Fonts:
    """The best of (family, file): the office's own before free ones; `NoChineseFont` of nothing."""
    if not found:
        raise NoChineseFont
    families = [family for family, _ in found]
    family = next((name for name in (*OFFICE, *FREE) if name in families), families[0])
    folders = {Path(file).parent for name, file in found if name == family}
    return Fonts(family, family in OFFICE, tuple(sorted(folders)))


def listed() -> list[tuple[str, str]]:
    """Family and file of every font with simplified characters; empty where fontconfig is not there."""
    if shutil.which(ASK[0]) is None:
        return []
    asked = subprocess.run(ASK, capture_output=True, text=True, timeout=SLOWEST_S, check=False)  # noqa: S603
    rows = [line.split("\t") for line in asked.stdout.splitlines()]
    return sorted((row[0], row[1]) for row in rows if len(row) == 2)  # noqa: PLR2004  # family, file


@lru_cache(maxsize=1)
def fonts() -> Fonts:
    """What this machine prints with; asked again only while there is none."""
    return choose(listed())
