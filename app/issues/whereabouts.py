"""What a report says of its place, in order: a code (sign, door, area), the words of an address, the point.

Words place nothing unless they mean one place only and were understood to the last; what else they may mean is
offered to whoever can choose. A report without words asks nothing more here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.work import Work
from app.grid import places, signs
from app.grid.models import Area, Dwelling
from app.grid.places import Answer, Closeness, Place
from app.issues import situation
from app.issues.schemas import AddressOut
from app.issues.situation import Facts, Situation

OF_DOORS = (19, 22)  # digits of a grid's or building group's code with four more for the door (DESIGN 2)
DOOR_DIGITS = 4
NOTHING = Answer()
WORDS: dict[Closeness, tuple[str, str]] = {
    Closeness.DOOR: ("门牌一致", "this very door"),
    Closeness.BUILDING: ("小区和楼栋一致", "the same building"),
    Closeness.ESTATE: ("小区名称一致", "an estate of this name"),
    Closeness.ROAD_NUMBER: ("道路门牌号一致", "the same road and number"),
    Closeness.CROSSING: ("路口一致", "at this crossing"),
    Closeness.COMMUNITY: ("社区名称一致", "a community of this name"),
    Closeness.PART_OF_NAME: ("名称相近,请核对", "a similar name; please check"),
}


@dataclass(frozen=True)
class Said:
    """What a form says of the place beside its point."""

    sign: str | None = None
    area_code: str | None = None
    text: str | None = None
    dwelling_id: UUID | None = None


@dataclass(frozen=True)
class Whereabouts:
    """The facts with the code they lead to, what the words may mean, and whether a sign or words decided."""

    facts: Facts
    answer: Answer = NOTHING
    by: str | None = None

    @property
    def place(self) -> Place | None:
        """The place of the words, when they decided."""
        return self.answer.certain if self.by == "address" else None

    def told(self, read: Situation) -> Situation:
        """The situation with what decided in place of the code it was turned into."""
        return replace(read, by=self.by) if self.by else read


async def find(work: Work, facts: Facts, said: Said, *, offering: bool = False) -> Whereabouts:
    """The first of code, words and point that says where; `offering` reads the words also beside a code."""
    if (code := await _code(work, said)) is not None:
        answer = await places.find(work, said.text) if offering and said.text else NOTHING
        return Whereabouts(replace(facts, area_code=code), answer, "sign" if said.sign else None)
    if not said.text:
        return Whereabouts(facts)
    answer = await places.find(work, said.text)
    if answer.certain is None:
        return Whereabouts(facts, answer)
    return Whereabouts(replace(facts, area_code=answer.certain.code), answer, "address")


async def _code(work: Work, said: Said) -> str | None:
    if said.sign is not None:
        sign = signs.read(work.keys, said.sign)
        if sign.district != work.district:
            raise signs.BadSign("sign")
        return sign.area_code
    if said.area_code is None or not (said.area_code.isdigit() and len(said.area_code) in OF_DOORS):
        return said.area_code
    query = select(Area.code).join(Dwelling, Dwelling.area_id == Area.id).where(Dwelling.code == said.area_code)
    # To whom the door is out of sight its code says the area it begins with, whether the door is there or not.
    return await work.session.scalar(query) or said.area_code[:-DOOR_DIGITS]


def offered(answer: Answer) -> list[AddressOut]:
    """The candidates as they are told."""
    return list(_told(answer.places, answer.certain))


def _told(found: Iterable[Place], certain: Place | None) -> Iterable[AddressOut]:
    for one in found:
        zh, en = WORDS[one.closeness]
        said: dict[str, Any] = {"closeness": one.closeness, "area_code": one.code, "level": one.level}
        said |= {"label": one.label, "within": list(one.chain[1:]), "certain": one == certain, "zh": zh, "en": en}
        yield AddressOut(**said, estate_id=one.estate_id, dwelling_id=one.dwelling_id)


async def read(work: Work, where: Whereabouts) -> Situation:
    """The situation there."""
    return where.told(await situation.read(await work.cursor(), where.facts))
