"""Papers in the frame of GB/T 9704, set from data that never becomes markup."""

import io
import re
import time
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from app.printing import compiling, fonts
from tests.town import MORNING

pytestmark = pytest.mark.anyio

PAPER = Path(compiling.ROOT) / "papers/templates/paper.typ"
MM = 72 / 25.4
BODY = "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未"  # one line: 28 characters


def said(**more: Any) -> dict[str, Any]:
    plain = {"title": "督办单", "number": "未编号", "organ": "乌龙街道", "signed_on": "", "facts": [], "parts": []}
    return plain | more


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


async def test_a_page_is_a4_and_its_text_can_be_selected() -> None:
    pdf = await compiling.as_pdf(PAPER, said(facts=[["编号", "20261120-30746-5"]]), MORNING)
    page = PdfReader(io.BytesIO(pdf)).pages[0]
    assert [round(float(side) / MM) for side in page.mediabox[2:]] == [210, 297]
    assert "20261120-30746-5" in text_of(pdf)
    assert "未编号" in text_of(pdf)


async def test_the_block_holds_22_lines_of_28_characters() -> None:
    pdf = await compiling.as_pdf(PAPER, said(parts=[{"title": "正文", "lines": [BODY * 60]}]), MORNING)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    whole = [
        one for one in pages[1].splitlines() if set(one.strip()) <= set(BODY) and len(one.strip()) == len(BODY)
    ]
    assert len(whole) == 22


async def test_what_a_person_wrote_is_never_markup() -> None:
    words = '#panic("x") $ * _ ] [ \\ @a <b> //c `d` #sys.inputs = 标题'
    pdf = await compiling.as_pdf(PAPER, said(parts=[{"title": "反映", "lines": [words]}]), MORNING)
    found = re.sub(r"\s", "", text_of(pdf))
    for part in ('#panic("x")', "$*_", "<b>", "`d`", "#sys.inputs"):
        assert part in found


async def test_a_paper_is_ready_within_two_seconds() -> None:
    await compiling.as_pdf(PAPER, said(), MORNING)  # fonts are read once per process
    rows = [["11月20日 09:00", "受理", "街道", "已受理,正在办理中。"]] * 60
    part = {"title": "办理记录", "columns": list("时步人言"), "widths": [2, 1, 1, 4], "rows": rows}
    began = time.process_time()
    await compiling.as_pdf(PAPER, said(parts=[part]), MORNING)
    assert time.process_time() - began < 2


async def test_the_same_paper_at_the_same_time_is_the_same_file() -> None:
    once, again = [await compiling.as_pdf(PAPER, said(), MORNING) for _ in range(2)]
    assert once == again


def test_without_a_chinese_font_the_problem_says_what_to_install() -> None:
    with pytest.raises(fonts.NoChineseFont) as caught:
        fonts.choose([])
    assert "fonts-wqy-microhei" in caught.value.words[0]


def test_the_offices_own_font_comes_before_a_free_one() -> None:
    found = [("WenQuanYi Micro Hei", "/f/a/w.ttc"), ("FangSong", "/f/b/simfang.ttf")]
    chosen = fonts.choose(found)
    assert (chosen.family, chosen.official, chosen.folders) == ("FangSong", True, (Path("/f/b"),))
    free = fonts.choose(found[:1])
    assert (free.family, free.official) == ("WenQuanYi Micro Hei", False)


async def test_a_free_font_is_named_on_the_paper() -> None:
    if fonts.fonts().official:
        return
    assert fonts.fonts().family in text_of(await compiling.as_pdf(PAPER, said(), MORNING))
