"""Which encoding a file's text is in: said by a person, certain from the bytes, or asked for. Never guessed.

Certain is a byte order mark; text that is valid UTF-8 and holds Chinese characters (GBK and Big5 text of more than
a word does not pass for that); and a declaration inside the file that fits its bytes and that nothing speaks
against.
"""

import codecs
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.layers.findings import Code, Finding, finding

ASKED_FOR: Final = ("utf-8", "gb18030", "big5")
SAMPLE: Final = 12  # characters of one value shown in each reading
TELLING_SHARE: Final = 0.1  # of the characters of a list of areas that say what an area is
TELLING_TIMES: Final = 4  # a declared reading with so many times fewer of them is suspect

# What .cpg files, database headers and people call the three.
_NAMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("utf8", "65001", "cp65001", "unicode"), "utf-8"),
    **dict.fromkeys(
        ("gbk", "gb2312", "gb18030", "936", "cp936", "ansi936", "54936", "cp54936", "euccn"), "gb18030"
    ),
    **dict.fromkeys(("big5", "big5hkscs", "950", "cp950", "ansi950"), "big5"),
}  # fmt: skip
_HAN: Final = range(0x4E00, 0xA000)
# In the names of areas and the headers of their lists, on the mainland and in Taiwan.
_GROUND_SIGNS: Final = frozenset(
    "区县市街道镇乡村社居委会里组网格楼栋幢号单元路巷弄园城小大东西南北中新编码名称级别上"
    "區縣鎮鄉會鄰組網樓棟號單園東編碼稱級別"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """An encoding settled on, and the finding when none could be. `codec` is None then."""

    codec: str | None
    finding: Finding | None = None


def codec_of(name: str) -> str | None:
    """Python's name for what a person or a .cpg calls an encoding; nothing for one this service does not read."""
    plain = name.strip().lower().replace("-", "").replace("_", "").replace(" ", "").replace(".", "")
    return _NAMES.get(plain)


def settle(source: str, texts: Sequence[bytes], said: str | None, declared: str | None) -> Reading:
    """The encoding of a file's texts.

    `said` is the person's word and outranks all, `declared` the file's own (a .cpg). Texts cut at the width of
    their column in the middle of a character count as whole.
    """
    marked = [text for text in texts if not text.isascii()]
    if not marked:
        return Reading("utf-8")
    if said is not None:
        codec = codec_of(said)
        if codec is None or not _decodes(marked, codec):
            return Reading(None, _wrong(source, said, marked))
        return Reading(codec)
    chinese = _fits(marked, "utf-8") and _has_han(marked)
    if declared is None:
        return Reading("utf-8") if chinese else Reading(None, _unknown(source, marked))
    codec = codec_of(declared)
    if codec is None or not _fits(marked, codec) or (chinese and codec != "utf-8") or _unlikely(marked, codec):
        return Reading(None, _contradicted(source, declared, marked))
    return Reading(codec)


def decoded(text: bytes, codec: str) -> str:
    """The text, without the half character a narrow column may have left at its end."""
    return codecs.getincrementaldecoder(codec)("strict").decode(text, final=False)


def candidates(marked: Iterable[bytes]) -> dict[str, str]:
    """For the person who has to say: what the first telling text would read in each encoding that fits."""
    texts = list(marked)
    sample = max(texts[:200], key=len, default=b"")
    return {codec: decoded(sample, codec)[:SAMPLE] for codec in ASKED_FOR if _fits(texts, codec)}


def _decodes(texts: Iterable[bytes], codec: str) -> bool:
    try:
        return all(decoded(text, codec) is not None for text in texts)
    except UnicodeDecodeError:
        return False


def _fits(texts: Iterable[bytes], codec: str) -> bool:
    """Whether it decodes, and into characters that somebody has assigned."""
    try:
        return not any(_is_no_text(sign) for text in texts for sign in decoded(text, codec))
    except UnicodeDecodeError:
        return False


def _is_no_text(sign: str) -> bool:
    return not sign.isprintable() and sign not in "\t\r\n" and unicodedata.category(sign) != "Zs"


def _has_han(texts: Iterable[bytes]) -> bool:
    return any(ord(sign) in _HAN for text in texts for sign in decoded(text, "utf-8"))


def _unlikely(texts: Sequence[bytes], codec: str) -> bool:
    """A reading with hardly a sign of what grounds are called, while another encoding gives many."""
    mine = _of_grounds(texts, codec)
    others = [_of_grounds(texts, other) for other in ASKED_FOR if other != codec and _fits(texts, other)]
    return max(others, default=0.0) > max(TELLING_SHARE, TELLING_TIMES * mine)


def _of_grounds(texts: Sequence[bytes], codec: str) -> float:
    signs = [sign for text in texts[:2000] for sign in decoded(text, codec) if ord(sign) in _HAN]
    return sum(sign in _GROUND_SIGNS for sign in signs) / len(signs) if signs else 0.0


def _unknown(source: str, marked: Sequence[bytes]) -> Finding:
    return finding(Code.ENCODING_UNKNOWN, source, data=_readings(marked))


def _wrong(source: str, said: str, marked: Sequence[bytes]) -> Finding:
    return finding(Code.ENCODING_WRONG, source, data={"said": said[:20], **_readings(marked)})


def _contradicted(source: str, declared: str, marked: Sequence[bytes]) -> Finding:
    return finding(Code.ENCODING_CONTRADICTED, source, data={"declared": declared[:20], **_readings(marked)})


def _readings(marked: Sequence[bytes]) -> dict[str, object]:
    read = candidates(marked)
    shown = "; ".join(f"{codec}: {text}" for codec, text in read.items())
    return {"readings": shown or "-", "fitting": list(read)}
