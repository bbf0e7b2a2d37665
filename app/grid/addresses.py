"""Addresses as people write them: «韶光街与学海路路口», «学海路十二号», «示例小区3栋2单元501», full-width or not.

Known places are found by keys: what all spellings of a name, of a road with its number or of a crossing have in
common. Whatever of a text is no key has to be a door (app/grid/doors.py), a word that says nothing more
(«楼下»), or the name of the ground above; else the text was not understood in full and places nothing by itself.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.grid.doors import BETWEEN, MARKED, Door, read_door, value_of

LONGEST_TEXT, LONGEST_KEY, SHORTEST_KEY = 60, 24, 2
LONGEST_ROAD = 12
CROSS = "×"
HAN = re.compile(r"[\u3400-\u9fff]")
COUNTING = "零一二三四五六七八九十百"
UNITS = "号|弄|巷|支弄|栋|幢|座|楼|单元|梯|门|室|房|户|期|层|组团"
BRACKETS = re.compile(r"[()\[\]{}<>「」『』《》〈〉【】〔〕\"'“”‘’:;!?。·~*+=&@|]+")
LOOSE = re.compile(f"(?<![0-9A-Z{COUNTING}])-|-(?![0-9A-Z{COUNTING}])")
BEFORE_UNIT = re.compile(f"[{COUNTING}]+(?={UNITS})|(?<=-)[{COUNTING}]+(?=-|$)|[{COUNTING}]+(?=-)")
HOUSE_MARK = re.compile(f"(?<=[0-9A-Z{COUNTING}]) ?#")
ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
GENERIC = ("住宅小区", "生活小区", "小区", "生活区", "住宅区")  # a name is known without these too
ROAD = re.compile("(?:大道|大街|公路|环路|路|街|道|巷|弄|胡同)$")
DOUBLED = re.compile("[路街道巷]路$")  # «学海路路口» ends with 路口, not with 口
ROAD_NUMBER = re.compile("(?:路|街|道|巷|弄|胡同|村)\\d+(?:号|弄|巷)?$")
CORNERS = (
    "交叉路口",
    "十字路口",
    "丁字路口",
    "交叉口",
    "交汇处",
    "交叉处",
    "交界处",
    "交汇",
    "交界",
    "路口",
    "口",
)
JOINED = ("与", "和", "及", "跟", "-", CROSS)
NEAR_BY = re.compile("(?:斜?对面|附近|旁边?|边上|周边|[前后左右]面|一带|沿线)$")
JUST_HERE = re.compile("(?:门口|门前|门外|楼下|楼道里?|院内|院里|内|里|家|处)$")
ABOVE = re.compile("^(?:[\u3400-\u9fff]{2,8}?(?:省|自治区))?(?:[\u3400-\u9fff]{2,8}?(?:市|州))?")
ONE = f"[A-Z]?\\d{{1,5}}[A-Z]?|[A-Z]|[{COUNTING}]{{1,5}}|[甲乙丙丁戊东西南北中]"
PART = f"第?(?:{ONE})"
DOOR = re.compile(
    f"(?:(?:{ONE})区-?)?(?:{PART}(?:号?(?:{MARKED.pattern})|号|-))*{PART}(?:号?(?:{MARKED.pattern})|号)?$"
)
ENTRANCE_LAST = re.compile("(?:单元|梯|门)$")
FLOOR = re.compile(f"(?<=[栋幢座元梯门楼])(?:{ONE})(?:楼|层)|(?:{ONE})层")
FIRST_HOUSE = re.compile(f"^第?({ONE})号(?!楼|栋|幢|座)")


def canonical(text: str) -> str:
    """One form for all spellings: half-width, capitals, no marks between words, numbers in digits without zeros in
    front. A stroke stays where it parts two numbers.
    """
    flat = unicodedata.normalize("NFKC", text[: 4 * LONGEST_TEXT]).upper().replace("〇", "零")
    flat = HOUSE_MARK.sub("栋", flat)
    flat = LOOSE.sub("", BETWEEN.sub("-", BRACKETS.sub("-", flat)).strip("-"))
    counted = BEFORE_UNIT.sub(lambda found: str(value_of(found[0])), flat)
    return ZEROS.sub("", counted)[:LONGEST_TEXT]


def keys_of(name: str, aliases: Iterable[str], address: str | None) -> list[str]:
    """Every key an estate is found by."""
    return sorted(_of_names(name, aliases) | _of_address(address))


def sought_of(name: str, aliases: Iterable[str], address: str | None) -> str:
    """The same as lines of text, for who types a part of a name."""
    return "\n".join(dict.fromkeys(canonical(said) for said in (name, *aliases, address) if said))


def _of_names(name: str, aliases: Iterable[str]) -> set[str]:
    found = set()
    for said in (name, *aliases):
        whole = canonical(said)
        core = next((whole.removesuffix(word) for word in GENERIC if whole.endswith(word)), whole)
        found |= {whole, core, *crossings(whole, cut=False)}
    return {key for key in found if SHORTEST_KEY <= len(key) <= LONGEST_KEY}


def _of_address(address: str | None) -> set[str]:
    """A road with its number, with and without 号; a crossing either way round."""
    if not address:
        return set()
    whole = canonical(address)
    found = {whole, *crossings(whole, cut=False)}
    if ROAD_NUMBER.search(whole):
        found.add(whole.removesuffix("号"))
    return {key for key in found if SHORTEST_KEY <= len(key) <= LONGEST_KEY}


def crossings(text: str, *, cut: bool = True) -> dict[str, tuple[int, int]]:
    """Crossings of two roads a canonical text may speak of, as keys with their places in it. Where the first road
    begins nobody says, so with `cut` every beginning is tried.
    """
    found: dict[str, tuple[int, int]] = {}
    for first, at, second, end in _pairs(text):
        begins = range(max(0, at - LONGEST_ROAD), at - SHORTEST_KEY + 1) if cut else (0,)
        for begin in begins:
            one = first[begin:]
            if one != second:
                found[CROSS.join(sorted((one, second)))] = (begin, end)
    return found


def _pairs(text: str) -> Iterator[tuple[str, int, str, int]]:
    """The first road with all before it, where it ends, the second road, where the words of the crossing end."""
    for mark in CORNERS:
        place = text.find(mark)
        while place > 0:
            ends = text[:place].removesuffix("的")
            for at in range(SHORTEST_KEY, len(ends) - 1):
                joined = next((word for word in JOINED if ends.startswith(word, at)), "")
                first, second = ends[:at], ends[at + len(joined) :]
                fits = SHORTEST_KEY <= len(second) <= LONGEST_ROAD
                if fits and ROAD.search(first) and ROAD.search(second) and not DOUBLED.search(second):
                    yield first, at, second, place + len(mark)
            place = text.find(mark, place + 1)


def probes(text: str) -> list[str]:
    """What a canonical text may hold as a key: every piece of it with a character of a name, and its crossings."""
    found = {
        text[start:end]
        for start in range(len(text))
        for end in range(start + SHORTEST_KEY, min(start + LONGEST_KEY, len(text)) + 1)
    }
    return sorted({piece for piece in found if HAN.search(piece)} | set(crossings(text)))


def named_part(text: str) -> str:
    """The name somebody may have typed a part of: what stands before the first number of a door."""
    return re.split(r"[0-9]", text, maxsplit=1)[0]


@dataclass(frozen=True)
class Rest:
    """What a text says beside the name of a place: the door, whether only near it, and words nobody understood."""

    door: Door
    near: bool
    others: tuple[str, ...]


def spans(text: str, keys: Sequence[str]) -> list[tuple[int, int]]:
    """Where keys stand in a canonical text, the longest first, none within another; never a part of a number."""
    found: list[tuple[int, int]] = []
    crossed = crossings(text)
    for key in sorted(keys, key=lambda one: (-len(one), one)):
        span = crossed.get(key) or _standing(text, key)
        if span and not any(span[0] < end and start < span[1] for start, end in found):
            found.append(span)
    return sorted(found)


def _standing(text: str, key: str) -> tuple[int, int] | None:
    start = text.find(key)
    while start >= 0:
        end = start + len(key)
        runs_on = key[-1].isdigit() and text[end : end + 1].isdigit()
        runs_in = key[0].isdigit() and text[start - 1 : start].isdigit() if start else False
        if not runs_on and not runs_in:
            return start, end
        start = text.find(key, start + 1)
    return None


def rest_of(text: str, taken: Sequence[tuple[int, int]]) -> Rest:
    """What is left of a canonical text beside its known names: one door, and other words."""
    others: list[str] = []
    door, near, at = Door(), False, 0
    for start, end in (*taken, (len(text), len(text))):
        piece = text[at:start]
        at = end
        plain = NEAR_BY.sub("", piece)
        near = near or plain != piece
        before, said = _door_at_end(JUST_HERE.sub("", plain), after_name=bool(taken) and start > taken[0][0])
        if said != Door():
            door = said
        others += [before] if before else []
    return Rest(door, near, tuple(others))


def _door_at_end(piece: str, *, after_name: bool) -> tuple[str, Door]:
    """The words before a door, and the door; a single number is one only behind the name of its place."""
    piece = FLOOR.sub("", piece).strip("-")
    for start in range(len(piece)):
        said = piece[start:]
        if not DOOR.match(said) or (start and piece[start - 1].isdigit() and said[0].isdigit()):
            continue
        if FIRST_HOUSE.match(said):
            said = FIRST_HOUSE.sub(r"\1栋", said)
        door = read_door(said)
        if door.entrance and door.room and not door.building and ENTRANCE_LAST.search(said):
            door = Door(door.room, door.entrance)  # «3-2单元»
        if door.building or door.entrance or after_name:
            return piece[:start], door
    return piece, Door()


def understood(others: Iterable[str], names: Iterable[str]) -> bool:
    """Whether words beside a place are only names of the ground it lies in."""
    known = sorted({canonical(name) for name in names}, key=lambda one: (-len(one), one))
    for words in others:
        left = words
        for name in known:
            left = left.replace(name, "")
        if ABOVE.sub("", left):
            return False
    return True


def door_like(door: Door) -> tuple[str, str, str]:
    """A door as a range of keys and a pattern: from, up to (not including), and LIKE."""
    building, entrance, room = door.key.split("/")
    first = f"{building}/{entrance}/" if entrance else f"{building}/"
    pattern = "/".join(_escaped(part) if part else "%" for part in (building, entrance, room))
    return first, f"{first[:-1]}0", pattern


def _escaped(part: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", part)
