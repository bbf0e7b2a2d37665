"""Who holds an issue, and why: the ladder over the posts on its ground (DESIGN 4, HOUSE 4.24).

`situation.py` reads the posts with the place in one statement. The choice itself is plain Python over that
answer, so that it can be read, tested and explained: building leader for building matters, grid worker (rank A
before B, the deputy of who is away), grid leader, community desk, street desk, district desk. The line of
command of a respondent is passed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.people.models import Role

LADDER = (
    Role.BUILDING_LEADER,
    Role.GRID_WORKER,
    Role.GRID_LEADER,
    Role.COMMUNITY_OFFICER,
    Role.COMMUNITY_SECRETARY,
    Role.STREET_DISPATCHER,
    Role.STREET_SECRETARY,
    Role.DISTRICT_SUPERVISOR,
    Role.DISTRICT_ADMIN,
)


@dataclass(frozen=True)
class Candidate:
    """A post on the issue's ground; `away` without `deputy_id` means nobody acts in it now, `seated` that its
    holder sits on the respondent's own body.
    """

    post_id: UUID
    role: str
    rank: str
    account_id: UUID
    depth: int
    path: tuple[UUID, ...]
    away: bool = False
    deputy_id: UUID | None = None
    seated: bool = False


@dataclass(frozen=True)
class Choice:
    """The post that holds the issue, who acts in it now, and the reasons in order."""

    post_id: UUID | None
    account_id: UUID | None
    role: str | None
    reasons: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Asked:
    """What the choice has to mind: the kind of matter, who is accused, who was tried, which roles may have it."""

    building: bool = False
    accused_area: UUID | None = None
    tried: frozenset[UUID] = frozenset()
    aside: frozenset[UUID] = frozenset()
    roles: frozenset[str] | None = None
    above: str | None = None


def choose(candidates: Sequence[Candidate], asked: Asked) -> Choice:
    """Walk the ladder; every rung passed over leaves its reason."""
    reasons: list[dict[str, str]] = []
    for role in _rungs(asked):
        posts = sorted((c for c in candidates if c.role == role), key=_preference)
        if not posts:
            reasons.append({"role": role, "why": "no_post"})
            continue
        for post in posts:
            if (why := _passed_over(post, asked)) is not None:
                reasons.append({"role": role, "why": why})
            elif not post.away:
                return Choice(post.post_id, post.account_id, role, (*reasons, {"role": role, "why": "holds"}))
            elif post.deputy_id is not None:
                return Choice(post.post_id, post.deputy_id, role, (*reasons, {"role": role, "why": "deputy"}))
            else:
                reasons.append({"role": role, "why": "away_without_deputy"})
    return Choice(None, None, None, (*reasons, {"role": "desk", "why": "nobody"}))


def _rungs(asked: Asked) -> list[Role]:
    first = LADDER.index(Role(asked.above)) + 1 if asked.above in LADDER else 0
    rungs = [role for role in LADDER[first:] if role != Role.BUILDING_LEADER or asked.building]
    return rungs if asked.roles is None else [role for role in rungs if role in asked.roles]


def _passed_over(post: Candidate, asked: Asked) -> str | None:
    if (asked.accused_area is not None and asked.accused_area in post.path) or post.seated:
        return "recused"
    if post.account_id in asked.aside:
        return "recused"
    return "did_not_sign" if post.post_id in asked.tried else None


def _preference(post: Candidate) -> tuple[int, str, bool, UUID]:
    return (-post.depth, post.rank, post.away, post.post_id)
