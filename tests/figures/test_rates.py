"""The three rates of small worlds that were counted by hand (R1.9, R1.10, CASES 3)."""

from datetime import timedelta

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.figures.acts import changed, due_of, excluded, matter, opened, rates, shares, word
from tests.issues.acts import HERE

pytestmark = pytest.mark.anyio


async def test_raw_and_adjusted_stand_side_by_side(public: Desk, sit: Sit, runtime: Runtime) -> None:
    """Twelve said yes, one said partly, one could not be reached and one of the yes was excluded by two."""
    yes = [await matter(public, runtime) for _ in range(12)]
    for issue in yes:
        await word(runtime, issue, 4)
    partly = await matter(public, runtime, closing="reasoned")
    await word(runtime, partly, 2, "partly", contacted=False)
    silent = await matter(public, runtime, closing="unreachable")
    await excluded(runtime, yes[0])
    await excluded(runtime, yes[1], agreed=False)
    await excluded(runtime, yes[2], agreed=None)
    desk = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    (group,) = await rates(desk)
    assert shares(group, "solve_rate") == ((12, 14), (11, 13))
    assert shares(group, "satisfied_rate") == ((None, 14), (11, 13)), "raw would tell what the one left out said"
    assert shares(group, "contact_rate") == ((13, 14), (12, 13)), "one reporter says that nobody called"
    assert group["rates"]["solve_rate"]["raw"]["rate"] == round(12 / 14, 4)
    assert group["rates"]["solve_rate"]["excluded"]["consult"]["n"] == 1
    levels = group["satisfaction"]
    assert (levels["words"], levels["hidden"]) == (12, False)
    assert levels["counts"] == {"1": 0, "2": 1, "3": 0, "4": 11, "5": 0}
    assert await opened(desk, levels["rows"]["2"]) == [str(partly)]
    assert len(await opened(desk, levels["rows"]["4"])) == 11
    apart = {name: said["n"] for name, said in group["apart"].items() if said["n"]}
    assert apart == {"unreachable": 1, "reasoned": 1}
    link = group["rates"]["satisfied_rate"]["adjusted"]["numerator_rows"]
    assert len(await opened(desk, link)) == 11
    raw = await desk.http.get(
        link.replace("&adjusted=true", ""), headers={"Authorization": f"Bearer {desk.token}"}
    )
    assert (raw.status_code, raw.json()["code"]) == (409, "too_few")
    solve = group["rates"]["solve_rate"]
    assert set(await opened(desk, solve["raw"]["numerator_rows"])) == {str(one) for one in yes}
    assert len(await opened(desk, solve["adjusted"]["denominator_rows"])) == 13
    assert await opened(desk, solve["excluded"]["consult"]["rows"]) == [str(yes[0])]
    assert await opened(desk, group["apart"]["unreachable"]["rows"]) == [str(silent)]


async def test_contact_has_to_come_in_time(public: Desk, sit: Sit, runtime: Runtime) -> None:
    late, never = await matter(public, runtime), await matter(public, runtime, contacted_at=None)
    due = await due_of(runtime, late, "contact")
    await changed(runtime, late, contacted_at=due + timedelta(seconds=1))
    just = await matter(public, runtime)
    await changed(runtime, just, contacted_at=due)
    desk = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    (group,) = await rates(desk)
    assert shares(group, "contact_rate")[0] == (1, 3)
    assert await opened(desk, group["rates"]["contact_rate"]["raw"]["numerator_rows"]) == [str(just)]
    assert str(never) in await opened(desk, group["rates"]["contact_rate"]["raw"]["denominator_rows"])


async def test_what_never_enters_a_rate_has_a_line_of_its_own(public: Desk, sit: Sit, runtime: Runtime) -> None:
    nameless = await matter(public, runtime, report={})
    await word(runtime, nameless)
    await matter(public, runtime, closing="on_spot", outcome="fixed_on_spot", type="finding", sampled=True)
    await matter(public, runtime, closing="upstream")
    await matter(public, runtime, closing="transferred", outcome="transferred")
    await matter(public, runtime, state="not_accepted", outcome="beyond_duty", closing=None)
    await matter(public, runtime, state="withdrawn", closing=None, answered_at=None)
    await matter(public, runtime, closing="no_word")
    await matter(public, runtime, type="finding", report={})
    (group,) = await rates(await sit(Role.DISTRICT_SUPERVISOR, HERE))
    assert shares(group, "solve_rate") == ((0, 1), (0, 1)), "silence is asked for, and is no yes"
    assert {name: said["n"] for name, said in group["apart"].items() if said["n"]} == {
        "anonymous": 1, "anonymous_solved": 1, "fixed_on_spot": 1, "sampled": 1, "upstream": 1, "transferred": 1,
        "not_accepted": 1, "withdrawn": 1, "no_word": 1, "findings": 1,
    }  # fmt: skip


async def test_merged_reports_count_once_and_one_no_is_a_no(public: Desk, sit: Sit, runtime: Runtime) -> None:
    main = await matter(public, runtime)
    for satisfaction, verdict in ((5, "solved"), (1, "not_solved")):
        other = await matter(public, runtime, state="merged", closing=None, merged_into=main, answered_at=None)
        await word(runtime, other, satisfaction, verdict)
    await word(runtime, main, 5)
    (group,) = await rates(await sit(Role.DISTRICT_SUPERVISOR, HERE))
    assert shares(group, "solve_rate")[0] == (0, 1)
    assert group["apart"]["merged"]["n"] == 2
    assert group["satisfaction"]["words"] == 3


async def test_a_word_from_other_ground_counts_alike_for_community_and_street(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    main = await matter(public, runtime, town.IN_B1)
    other = await matter(
        public, runtime, town.IN_FIELD, state="merged", closing=None, merged_into=main, answered_at=None
    )
    await word(runtime, main, 5)
    await word(runtime, other, 1, "not_solved")
    seats = (
        (Role.COMMUNITY_OFFICER, town.C1),
        (Role.STREET_DISPATCHER, town.WEST),
        (Role.DISTRICT_SUPERVISOR, HERE),
    )
    for seat in seats:
        desk = await sit(*seat)
        groups = await rates(desk, by="area", level="community")
        (group,) = [one for one in groups if one["code"] == town.C1]
        assert shares(group, "solve_rate")[0] == (0, 1), seat
        assert group["satisfaction"]["words"] == 2
        assert await opened(desk, group["rates"]["solve_rate"]["raw"]["denominator_rows"]) == [str(main)]
    east = await sit(Role.STREET_DISPATCHER, town.EAST)
    (group,) = await rates(east)
    assert (group["rates"]["solve_rate"]["raw"]["of"], group["apart"]["merged"]["n"]) == (0, 1)


async def test_a_matter_is_nameless_only_when_all_its_reports_are(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    main = await matter(public, runtime, report={})
    await word(runtime, main, 5)
    named = await matter(public, runtime, state="merged", closing=None, merged_into=main, answered_at=None)
    await word(runtime, named, 1, "not_solved")
    (group,) = await rates(await sit(Role.DISTRICT_SUPERVISOR, HERE))
    assert shares(group, "solve_rate")[0] == (0, 1), "a named complaint is not lost in a nameless one"
    assert group["apart"]["anonymous"]["n"] == 0


async def test_the_last_word_on_the_present_answer_counts(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    changed_mind, done_again = await matter(public, runtime), await matter(public, runtime)
    await word(runtime, changed_mind, 1, "not_solved")
    await word(runtime, done_again, 1, "not_solved")
    clock.advance(hours=1)
    await word(runtime, changed_mind, 5)
    await changed(runtime, done_again, answered_at=clock.now(), answer_id=done_again, closing="no_word")
    (group,) = await rates(await sit(Role.DISTRICT_SUPERVISOR, HERE))
    assert shares(group, "solve_rate")[0] == (1, 2)
    assert group["satisfaction"]["words"] == 1


async def test_the_period_is_of_the_offices_days(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    clock.advance(hours=14, minutes=59)  # 23:59 at the office, the 20th
    await matter(public, runtime)
    clock.advance(minutes=1)
    await matter(public, runtime)
    desk = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    for day in ("2026-11-20", "2026-11-21"):
        (group,) = await rates(desk, **{"from": day, "to": day})
        assert group["rates"]["solve_rate"]["raw"]["of"] == 1
    assert await rates(desk, by="category", **{"from": "2026-11-22", "to": "2026-11-22"}) == []
    for wrong, code in (
        ({"from": "2026-11-22", "to": "2026-11-21"}, "period_backwards"),
        ({"from": "2025-01-01", "to": "2026-11-21"}, "period_too_long"),
    ):
        answer = await desk.get("/figures/rates", params=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_street_never_sees_anothers_figures(public: Desk, sit: Sit, runtime: Runtime) -> None:
    here, there = await matter(public, runtime, town.IN_B1), await matter(public, runtime, town.IN_FIELD)
    west, east = await sit(Role.STREET_SECRETARY, town.WEST), await sit(Role.STREET_DISPATCHER, town.EAST)
    seen = {}
    for desk in (west, east):
        (group,) = await rates(desk, by="area", level="street")
        seen[group["code"]] = await opened(desk, group["rates"]["solve_rate"]["raw"]["denominator_rows"])
    assert seen == {town.WEST: [str(here)], town.EAST: [str(there)]}
    (foreign,) = await rates(east, by="area", level="street")
    link = foreign["rates"]["solve_rate"]["raw"]["denominator_rows"]
    assert await opened(west, link) == [], "another street's link opens to nothing"
    supervisor = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    assert {group["code"] for group in await rates(supervisor, by="area", level="street")} == set(seen)
    head = await sit(Role.DEPARTMENT_HEAD, "chengguan")
    assert await rates(head, by="unit") == []


async def test_few_words_are_hidden_and_not_opened(public: Desk, sit: Sit, runtime: Runtime) -> None:
    """Three words in the east: hidden; the west's ten are hidden with them, or the total would tell."""
    for place, count in ((town.IN_B1, 10), (town.IN_FIELD, 3)):
        for _ in range(count):
            await word(runtime, await matter(public, runtime, place))
    desk = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    groups = await rates(desk, by="area", level="street")
    for group in groups:
        assert group["satisfaction"]["hidden"]
        assert (group["satisfaction"]["counts"], group["satisfaction"]["rows"]) == (None, None)
        share = group["rates"]["satisfied_rate"]["raw"]
        assert (share["n"], share["rate"], share["hidden"], share["numerator_rows"]) == (None, None, True, None)
        assert group["rates"]["solve_rate"]["raw"]["n"] == share["of"], "only satisfaction is hidden"
    (whole,) = await rates(desk)
    assert whole["rates"]["satisfied_rate"]["raw"]["n"] == 13
    link = groups[0]["rates"]["solve_rate"]["raw"]["numerator_rows"].replace("solve_rate", "satisfied_rate")
    answer = await desk.http.get(link, headers={"Authorization": f"Bearer {desk.token}"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_few")
    level = await desk.http.get(f"{link}&satisfaction=4", headers={"Authorization": f"Bearer {desk.token}"})
    assert (level.status_code, level.json()["code"]) == (409, "too_few"), "nor level by level"


async def test_figures_of_communities_grids_and_categories_are_named(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    await matter(public, runtime, report={"category": town.ORDERLY})
    await matter(public, runtime, town.FAR_AWAY)
    desk = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    named = {
        by: [(g["code"], g["name"]) for g in await rates(desk, by=by, level="grid")] for by in ("area", "unit")
    }
    assert named == {"area": [(town.G1, "第一网格"), (None, None)], "unit": [(None, None)]}
    groups = await rates(desk, by="category")
    assert [group["code"] for group in groups] == [town.ORDERLY, None]
    nowhere = groups[1]["rates"]["solve_rate"]["raw"]["denominator_rows"]
    assert len(await opened(desk, nowhere)) == 1
