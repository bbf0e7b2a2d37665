"""Finding a household by its door, a phone or a name, without any of them standing in clear (UX 1c).

What a household is found by is turned into tokens: the first eight bytes of a keyed hash each, as signed numbers,
kept in `household.keys` under one GIN index. Pinyin initials are kept in every reading of every character:
«曾国强» is found by zgq and by cgq.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

from pypinyin import Style, pinyin
from sqlalchemy import ColumnElement, or_

from app.core.crypto import Keys
from app.core.errors import Invalid
from app.grid.doors import REMEMBERED, Door, read_door
from app.households.models import Household

SHORTEST_TAIL = 4
MOST_READINGS = 64  # of one name: three characters with four readings each
CONTEXT = "household.keys"
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
LETTERS = re.compile(r"[A-Za-z]{2,12}")
COUNTRY = re.compile(r"^(?:00|\+)?86(?=1\d{10}$)")
NUMBERED = re.compile(r"[0-9]")


class TooVague(Invalid):
    """The words would find half the district."""

    code = "search_too_vague"
    zh = "请输入门牌(如 3-2-501)、电话后四位以上、姓名两个字以上或拼音首字母。"
    en = "Search by a door (3-2-501), four last digits of a phone, two characters of a name, or pinyin initials."


@dataclass(frozen=True)
class Person:
    """Of one resident, what they are found by."""

    name: str | None
    phone: str | None = None


def plain_phone(phone: str) -> str:
    """The digits alone, without the country's own number: every spelling of one phone is one phone."""
    return re.sub(r"\D", "", COUNTRY.sub("", re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", phone))))


def keys_of(keys: Keys, door: Door, people: Iterable[Person]) -> list[int]:
    """Every token a household is found by, sorted."""
    found = {_door_token(keys, word) for word in _door_words(door)}
    for person in people:
        words = name_words(person.name or "")
        words |= _phone_words(plain_phone(person.phone)) if person.phone else set()
        found |= {token(keys, word) for word in words}
    return sorted(found)


def token(keys: Keys, word: str) -> int:
    """One token: eight bytes of a keyed hash, as PostgreSQL's bigint is signed."""
    return int.from_bytes(keys.keyed_hash(word, CONTEXT)[:8], signed=True)


@lru_cache(maxsize=REMEMBERED)
def _door_token(keys: Keys, word: str) -> int:
    """The same, remembered: thousands of doors share their rooms and buildings. Never of a name or a phone."""
    return token(keys, word)


def found_by(keys: Keys, said: str) -> ColumnElement[bool]:
    """Households whose tokens hold what somebody typed; `TooVague` when that is no door, phone or name."""
    text = unicodedata.normalize("NFKC", said).strip()
    characters = HAN.findall(text)
    if len(characters) == len(text) and len(text) > 1:
        return _all([token(keys, f"w:{pair}") for pair in _pairs(text)], _doors(keys, text))
    if LETTERS.fullmatch(text):
        return _holds([token(keys, f"i:{text.lower()}")])
    digits = plain_phone(text)
    wanted = _doors(keys, text)
    if len(digits) >= SHORTEST_TAIL and not HAN.search(text):
        wanted.append(token(keys, f"p:{digits}"))
    if not wanted:
        raise TooVague("q")
    return _any(wanted)


def _holds(tokens: list[int]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = Household.keys.contains(tokens)
    return found


def _any(tokens: list[int]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = Household.keys.overlap(tokens)
    return found


def _all(pairs: list[int], doors: list[int]) -> ColumnElement[bool]:
    """Every pair of a name, or a door in numerals: «三栋» is one."""
    return or_(_holds(pairs), _any(doors)) if doors else _holds(pairs)


def _doors(keys: Keys, text: str) -> list[int]:
    door = read_door(text)
    if not (NUMBERED.search(door.label) or door.building):
        return []
    return [token(keys, word) for word in _asked_words(door)]


def _asked_words(door: Door) -> list[str]:
    """A door with one part left out may leave out the building as well as the entrance."""
    words = [f"d:{door.key}"]
    if door.building and door.room and not door.entrance:
        words.append(f"d:{Door('', door.building, door.room).key}")
    return words


def _door_words(door: Door) -> set[str]:
    """A door in full and by each of its parts that people leave out."""
    forms = (
        door, Door(door.building, "", door.room), Door("", door.entrance, door.room), Door("", "", door.room),
        Door(door.building),
    )  # fmt: skip
    return {f"d:{form.key}" for form in forms if form.room or form.building}


def _phone_words(digits: str) -> set[str]:
    return {f"p:{digits[-length:]}" for length in range(SHORTEST_TAIL, len(digits) + 1)}


def name_words(name: str) -> set[str]:
    """Neighbouring characters of a name, and its initials in every reading."""
    characters = [char for char in name if HAN.match(char) or char.isalnum()]
    readings = [_initials(char) for char in characters]
    words = {f"w:{pair}" for pair in _pairs(characters)}
    for count, reading in enumerate(product(*readings)):
        if count == MOST_READINGS:
            break
        words.add(f"i:{''.join(reading)}")
    return words


def initials_of(name: str) -> tuple[tuple[str, ...], ...]:
    """Of each character of a name, the letters it may begin with when it is spelt."""
    return tuple(_initials(char) for char in name if HAN.match(char) or char.isalnum())


def _pairs(characters: Iterable[str]) -> list[str]:
    whole = "".join(characters)
    return [whole[at : at + 2] for at in range(len(whole) - 1)]


@cache
def _initials(char: str) -> tuple[str, ...]:
    """First letters of every reading of a character; of a letter, itself."""
    if not HAN.match(char):
        return (char.lower(),)
    found = pinyin(char, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
    return tuple(sorted({one[:1] for one in found[0] if one})) if found else ("",)
