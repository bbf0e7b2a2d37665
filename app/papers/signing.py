"""Numbers of papers: given at signing, gapless for each organ, kind and year, also when many sign at once.

The counter's row is locked until the commit, and a transaction that fails gives its number back with it.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core.clock import SHANGHAI
from app.core.errors import Forbidden
from app.core.work import Work
from app.grid.models import Area, AreaLevel
from app.papers.kinds import PAPERS, PaperKind
from app.papers.models import PaperCount, SignedPaper
from app.papers.schemas import PaperOut
from app.papers.words import TITLES_EN
from app.people.models import Unit


class NotSigner(Forbidden):
    """Another organ's paper, or a role that signs none of this kind."""

    code = "not_signer"
    zh = "该文书由{organ}签发,当前岗位不能签发。"
    en = "This paper is signed by {organ}; the active post may not sign it."


@dataclass(frozen=True)
class Organ:
    """Who issues a paper: a unit, or the district itself."""

    code: str
    name: str
    unit_id: UUID | None


@dataclass(frozen=True)
class Drawn:
    """A paper about one matter, as its reader sees it: its kind, its organ, and what the template is told."""

    kind: PaperKind
    subject_id: UUID
    organ: Organ
    said: dict[str, Any]


async def organ_of(work: Work, unit_id: UUID | None) -> Organ:
    """A unit's row as an organ; without one the district."""
    if unit_id is not None:
        unit = await work.session.get_one(Unit, unit_id)
        return Organ(unit.code, unit.name, unit.id)
    query = select(Area.code, Area.name).where(Area.level == AreaLevel.DISTRICT, Area.valid_to.is_(None)).limit(1)
    row = (await work.session.execute(query)).one()
    return Organ(row.code, row.name, None)


def may_sign(work: Work, kind: PaperKind, organ: Organ) -> bool:
    """Whether the active post signs this kind for this organ."""
    own = organ.unit_id in work.actor.units or (organ.unit_id is None and not work.actor.units)
    return own and work.actor.role in PAPERS[kind].signers


async def signed(work: Work, subject_id: UUID, kind: PaperKind, organ: Organ) -> SignedPaper | None:
    """An organ's signed paper of this kind for a matter that has been loaded, or None while it is a draft."""
    mine = (SignedPaper.subject_id == subject_id, SignedPaper.kind == kind, SignedPaper.organ == organ.code)
    paper: SignedPaper | None = await work.session.scalar(select(SignedPaper).where(*mine))
    return paper


async def sign(work: Work, subject_id: UUID, kind: PaperKind, organ: Organ) -> SignedPaper:
    """Sign it, once: a second signing is the first one again. `NotSigner` for another organ's."""
    if not may_sign(work, kind, organ):
        raise NotSigner(organ=organ.name)
    await work.hold(f"paper/{subject_id}/{kind}")
    if (before := await signed(work, subject_id, kind, organ)) is not None:
        return before
    now = work.clock.now()
    year = now.astimezone(SHANGHAI).year
    row = {
        "id": work.new_id(), "kind": str(kind), "subject_id": subject_id, "organ": organ.code,
        "organ_name": organ.name, "year": year, "place": await _next(work, organ.code, kind, year),
        "signed_at": now, "signed_by": work.actor.account_id, "signed_post": work.actor.post_id,
    }  # fmt: skip
    await work.put(SignedPaper, [row])
    return SignedPaper(**row)


async def _next(work: Work, organ: str, kind: PaperKind, year: int) -> int:
    first = insert(PaperCount).values(organ=organ, kind=str(kind), year=year, last=1)
    counted = first.on_conflict_do_update(
        index_elements=["organ", "kind", "year"], set_={"last": PaperCount.last + 1}
    ).returning(PaperCount.last)
    return int(await work.session.scalar(counted) or 0)


async def line_of(work: Work, subject_id: UUID, kind: PaperKind, organ: Organ, href: str) -> PaperOut:
    """What is said of one paper."""
    paper = await signed(work, subject_id, kind, organ)
    return PaperOut(
        kind=kind, title=PAPERS[kind].title, title_en=TITLES_EN[kind],
        number=paper.number if paper else None, signed_at=paper.signed_at if paper else None,
        may_sign=paper is None and may_sign(work, kind, organ), href=href,
    )  # fmt: skip
