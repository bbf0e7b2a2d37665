"""Doors as people write them: «3栋2单元501», "3-2-501", full-width digits; one key for one door (UX 1c).

A door is stored as it was said; `key` is what two spellings of it have in common, with numbers padded, so that
doors stand in their natural order and "3" is never found under "13".
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LONGEST_PART = 30
REMEMBERED = 20_000  # parts of doors, of which a district has far fewer than doors
DIGITS = 5  # rooms of tall buildings have five
BUILDING, ENTRANCE, ROOM = "栋", "单", "室"
MARKS = {
    "号楼": BUILDING, "楼栋": BUILDING, "栋": BUILDING, "幢": BUILDING, "座": BUILDING, "楼": BUILDING,
    "单元": ENTRANCE, "梯": ENTRANCE, "门": ENTRANCE, "室": ROOM, "房": ROOM, "户": ROOM,
}  # fmt: skip
MARKED = re.compile("|".join(sorted(MARKS, key=len, reverse=True)))
LAST_MARK = re.compile(f"(?:{MARKED.pattern})$")
BETWEEN = re.compile(r"[\s\-_/\\,、.#~‐-―−]+")
PIECE = re.compile(f"([^{BUILDING}{ENTRANCE}{ROOM}-]+)([{BUILDING}{ENTRANCE}{ROOM}]?)")
NUMBER = re.compile(r"\d+")
NUMERALS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")}
TEN, HUNDRED = "十", "百"
COUNTED = re.compile("[零一二三四五六七八九十百]+")


@dataclass(frozen=True)
class Door:
    """Building, entrance and room, each without the word that says which it is; empty when not said."""

    building: str = ""
    entrance: str = ""
    room: str = ""

    @property
    def key(self) -> str:
        """What equals for every spelling of one door."""
        return f"{_padded(self.building)}/{_padded(self.entrance)}/{_padded(self.room)}"

    @property
    def label(self) -> str:
        """As it is shown in a list: 3-2-501."""
        return "-".join(part for part in (self.building, self.entrance, self.room) if part)


def read_door(text: str) -> Door:
    """The door somebody typed into one field. Parts without a word go by their number: 501, 3-501, 3-2-501."""
    said: dict[str, str] = {}
    free: list[str] = []
    for piece, mark in PIECE.findall(_flat(text)):
        if mark and mark not in said:
            said[mark] = piece
        else:
            free.append(piece)
    if free and ROOM not in said:
        said[ROOM] = free.pop()
    if free and ENTRANCE not in said and (BUILDING in said or len(free) > 1):
        said[ENTRANCE] = free.pop()
    if free:  # «A区-3-2-501»: what stands before the building is part of it
        said[BUILDING] = "-".join([*free, said[BUILDING]] if BUILDING in said else free)
    return Door(*(_part(said.get(mark, "")) for mark in (BUILDING, ENTRANCE, ROOM)))


def door_of(building: str, entrance: str, room: str) -> Door:
    """The door of three fields, whatever words stand in them."""
    return Door(_part(_bare(building)), _part(_bare(entrance)), _part(_bare(room)))


def _flat(text: str) -> str:
    """Half-width, capitals, every word of a part as one mark and every separator as one stroke."""
    plain = BETWEEN.sub("-", unicodedata.normalize("NFKC", text).upper().strip())
    return MARKED.sub(lambda found: MARKS[found[0]], plain)


@lru_cache(maxsize=REMEMBERED)
def _bare(said: str) -> str:
    """One part without its own word at the end."""
    plain = unicodedata.normalize("NFKC", said).upper().strip()
    return BETWEEN.sub("-", LAST_MARK.sub("", plain))


@lru_cache(maxsize=REMEMBERED)
def _part(said: str) -> str:
    """A part without strokes around it, 号, zeros in front, and with Chinese numerals as digits."""
    plain = said.strip("-").removeprefix("第").removesuffix("号").strip("-")
    if COUNTED.fullmatch(plain):
        plain = str(value_of(plain))
    return NUMBER.sub(lambda found: found[0].lstrip("0") or "0", plain)[:LONGEST_PART]


def value_of(numerals: str) -> int | str:
    """二十三 as 23, 五零一 as 501."""
    if TEN not in numerals and HUNDRED not in numerals:
        return "".join(str(NUMERALS[one]) for one in numerals)
    hundreds, hundred, below = numerals.rpartition(HUNDRED)
    tens, ten, ones = below.rpartition(TEN)
    value = 100 * NUMERALS.get(hundreds[-1:], 1) if hundred else 0
    value += 10 * NUMERALS.get(tens[-1:], 1) if ten else 0
    return value + NUMERALS.get(ones[-1:], 0)


@lru_cache(maxsize=REMEMBERED)
def _padded(part: str) -> str:
    return NUMBER.sub(lambda found: found[0].zfill(DIGITS), part)
