"""The ladder itself, for any set of posts: who may never be chosen, and who must be (DESIGN 4, "Route")."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.issues.routing import LADDER, Asked, Candidate, Choice, choose
from app.people.models import Role

AREAS = [UUID(int=n) for n in range(1, 7)]
PATHS = [tuple(AREAS[: n + 1]) for n in range(4)] + [(AREAS[0], AREAS[4]), (AREAS[0], AREAS[5])]


@st.composite
def posts(draw: st.DrawFn) -> list[Candidate]:
    found = []
    for number in range(draw(st.integers(0, 9))):
        path = draw(st.sampled_from(PATHS))
        role = draw(st.sampled_from([*LADDER, Role.PIONEER, Role.AUDITOR]))
        deputy = draw(st.one_of(st.none(), st.just(UUID(int=900 + number))))
        found.append(
            Candidate(
                UUID(int=100 + number),
                role,
                draw(st.sampled_from("AB")),
                UUID(int=500 + number),
                len(path),
                path,
                draw(st.booleans()),
                deputy,
            )
        )
    return found


accused = st.one_of(st.none(), st.sampled_from(AREAS))


def may_hold(post: Candidate, building: bool, respondent: UUID | None) -> bool:
    """The rule, said once more in other words."""
    if post.role not in LADDER or (post.role == Role.BUILDING_LEADER and not building):
        return False
    if respondent is not None and respondent in post.path:
        return False
    return not (post.away and post.deputy_id is None)


def rung(post: Candidate) -> int:
    return LADDER.index(Role(post.role))


@given(posts(), st.booleans(), accused)
def test_only_a_post_that_may_hold_is_chosen_and_one_is_whenever_there_is_one(
    found: list[Candidate], building: bool, respondent: UUID | None
) -> None:
    fit = [post for post in found if may_hold(post, building, respondent)]
    chosen = choose(found, Asked(building, respondent))
    assert (chosen.post_id is None) == (fit == [])
    if fit:
        post = next(post for post in fit if post.post_id == chosen.post_id)
        assert rung(post) == min(map(rung, fit)), "no lower rung may be skipped"
        assert chosen.role == post.role
        assert chosen.account_id == (post.deputy_id if post.away else post.account_id)


@given(posts(), st.booleans(), accused, st.data())
def test_the_choice_does_not_depend_on_the_order_of_rows(
    found: list[Candidate], building: bool, respondent: UUID | None, chance: st.DataObject
) -> None:
    mixed = chance.draw(st.permutations(found))
    assert choose(mixed, Asked(building, respondent)) == choose(found, Asked(building, respondent))


@given(posts(), st.booleans(), accused)
def test_within_a_rung_the_nearest_ground_then_rank_a_comes_first(
    found: list[Candidate], building: bool, respondent: UUID | None
) -> None:
    chosen = choose(found, Asked(building, respondent))
    fit = [p for p in found if may_hold(p, building, respondent) and p.role == chosen.role]
    if chosen.post_id is not None:
        post = next(p for p in fit if p.post_id == chosen.post_id)
        assert (post.depth, post.rank) == (
            max(p.depth for p in fit),
            min(p.rank for p in fit if p.depth == post.depth),
        )


@given(posts(), st.booleans(), accused)
def test_every_rung_passed_over_leaves_its_reason_in_order(
    found: list[Candidate], building: bool, respondent: UUID | None
) -> None:
    chosen = choose(found, Asked(building, respondent))
    told = [reason["role"] for reason in chosen.reasons]
    walked = [role for role in LADDER if building or role != Role.BUILDING_LEADER]
    upto = walked if chosen.role is None else walked[: walked.index(Role(chosen.role)) + 1]
    assert list(dict.fromkeys(told)) == [*upto, *(["desk"] if chosen.role is None else [])]
    whys = {reason["why"] for reason in chosen.reasons[:-1]}
    assert whys <= {"no_post", "recused", "away_without_deputy"}
    assert chosen.reasons[-1]["why"] in ({"nobody"} if chosen.role is None else {"holds", "deputy"})


def test_nobody_at_all_is_the_desk_list() -> None:
    chosen = choose([], Asked())
    assert chosen == Choice(None, None, None, chosen.reasons)
    assert chosen.reasons[-1] == {"role": "desk", "why": "nobody"}


def test_the_ladder_is_the_houses() -> None:
    assert [str(role) for role in LADDER] == [
        "building_leader", "grid_worker", "grid_leader", "community_officer", "community_secretary",
        "street_dispatcher", "street_secretary", "district_supervisor", "district_admin",
    ]  # fmt: skip
