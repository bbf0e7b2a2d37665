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
    """A post on the issue's ground; `away` without `deputy_id` means nobody acts in it now."""

    post_id: UUID
    role: str
    rank: str
    account_id: UUID
    depth: int
    path: tuple[UUID, ...]
    away: bool = False
    deputy_id: UUID | None = None


@dataclass(frozen=True)
class Choice:
    """The post that holds the issue, who acts in it now, and the reasons in order."""

    post_id: UUID | None
    account_id: UUID | None
    role: str | None
    reasons: tuple[dict[str, str], ...]


def choose(candidates: Sequence[Candidate], *, building: bool, accused_area: UUID | None = None) -> Choice:
    """Walk the ladder; every rung passed over leaves its reason."""
    reasons: list[dict[str, str]] = []
    for role in LADDER:
        if role == Role.BUILDING_LEADER and not building:
            continue
        posts = sorted((c for c in candidates if c.role == role), key=_preference)
        if not posts:
            reasons.append({"role": role, "why": "no_post"})
            continue
        for post in posts:
            if accused_area is not None and accused_area in post.path:
                reasons.append({"role": role, "why": "recused"})
            elif not post.away:
                return Choice(post.post_id, post.account_id, role, (*reasons, {"role": role, "why": "holds"}))
            elif post.deputy_id is not None:
                return Choice(post.post_id, post.deputy_id, role, (*reasons, {"role": role, "why": "deputy"}))
            else:
                reasons.append({"role": role, "why": "away_without_deputy"})
    return Choice(None, None, None, (*reasons, {"role": "desk", "why": "nobody"}))


def _preference(post: Candidate) -> tuple[int, str, bool, UUID]:
    return (-post.depth, post.rank, post.away, post.post_id)
